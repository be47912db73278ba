"""Models of segmentation arms in documents: what `alih check` refuses, defaults of backbones,
identities, factors."""

from __future__ import annotations

from pathlib import Path

import pytest

from alih.errors import AlihError
from alih.study.catalogue.backbones import CARDS, backbone_of, start_of, weights_digest
from alih.study.catalogue.sets import SetFacts
from alih.study.checking.arms import arm_problems
from alih.study.document.arm import Recipe
from alih.study.document.data import DataSpec
from alih.study.document.problems import StudyError
from alih.study.document.study import Study
from alih.study.loading import load
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.study.planning.recipes import factors, recipe


def study(**arms) -> Study:
    return Study.model_validate(
        {
            "name": "s",
            "title": "t",
            "task": "segmentation",
            "data": {"set": "oxford-iiit-pet", "image_size": 128},
            "arms": arms,
            "compare": {"baseline": next(iter(arms))},
        }
    )


def problems(arm: dict, size: int = 128):
    values = {"train": {"batch_size": 16}, **arm}
    chosen = Recipe.model_validate(values)
    return list(
        arm_problems(
            study(a=arm), chosen, None, DataSpec(set="oxford-iiit-pet", image_size=size), None
        )
    )


@pytest.mark.parametrize(
    "model",
    [
        {"name": "unet"},
        {"name": "unet", "width": 32, "depth": 3, "padding": "valid", "dropout": [0.5]},
        {"name": "unet", "encoder": "mobilenetv2_100"},
        {"name": "unet", "encoder": "mobilenetv2_100", "weights": "none"},
        {"name": "deeplabv3plus", "encoder": "resnet50"},
        {"name": "fpn", "encoder": "resnet18", "dropout": []},
    ],
)
def test_what_is_right_has_no_problem(model):
    assert problems({"model": model}) == []
    if "encoder" in model:
        assert (
            problems(
                {
                    "model": model,
                    "transfer": {"strategy": "finetune", "freeze": "all", "regularizer": "delta"},
                }
            )
            == []
        )


@pytest.mark.parametrize(
    ("arm", "key", "path", "named"),
    [
        ({"model": {"name": "unett"}}, "study.unknown_model", "model.name", "Did you mean 'unet'?"),
        (
            {"model": {"name": "mobilenetv2_100"}},
            "study.backbone_as_encoder",
            "model.name",
            "{name: unet, encoder: mobilenetv2_100}",
        ),
        ({"model": {"name": "dcnn"}}, "study.one_answer", "model", "unet, deeplabv3plus, fpn"),
        (
            {"model": {"layers": [{"conv": {"filters": 3}}]}},
            "study.one_answer",
            "model",
            "'layers'",
        ),
        ({"model": {}}, "study.no_model", "model", "unet"),
        (
            {"model": {"name": "deeplabv3plus"}},
            "study.encoder_needed",
            "model.encoder",
            "encoder: mobilenetv2_100",
        ),
        ({"model": {"name": "fpn"}}, "study.encoder_needed", "model.encoder", "'fpn'"),
        (
            {"model": {"name": "unet", "encoder": "mobilenetv2_10"}},
            "study.unknown_encoder",
            "model.encoder",
            "'mobilenetv2_100'",
        ),
        (
            {"model": {"name": "unet", "encoder": "inception_resnet_v2"}},
            "study.encoder_unfit",
            "model.encoder",
            "resnet50",
        ),
        (
            {"model": {"name": "unet", "encoder": "resnet18", "width": 32}},
            "study.only_plain_unet",
            "model.width",
            "`width`",
        ),
        (
            {"model": {"name": "unet", "encoder": "resnet18", "padding": "valid"}},
            "study.only_plain_unet",
            "model.padding",
            "",
        ),
        (
            {"model": {"name": "unet", "depth": 8}},
            "study.unet_too_deep",
            "model.depth",
            "at least 256 pixels",
        ),
        (
            {"model": {"name": "unet", "weights": "imagenet"}},
            "study.weights_without_encoder",
            "model.weights",
            "imagenet",
        ),
        (
            {"model": {"name": "unet"}, "normalise": "weights"},
            "study.normalise_encoder",
            "normalise",
            "",
        ),
        (
            {"model": {"name": "unet", "output": "sigmoid-normalised"}},
            "study.segmentation_output",
            "model.output",
            "",
        ),
        (
            {"model": {"name": "unet", "dropout": [0.1, 0.1]}},
            "study.dropout_count",
            "model.dropout",
            "",
        ),
        (
            {"model": {"name": "unet", "encoder": "resnet18", "weights": "imagnet"}},
            "study.unknown_weights",
            "model.weights",
            "'imagenet'",
        ),
        (
            {"model": {"name": "unet", "encoder": "resnet18", "weights": "./no.pth"}},
            "study.no_weights_file",
            "model.weights",
            "no.pth",
        ),
        (
            {"model": {"name": "unet"}, "transfer": {"strategy": "finetune"}},
            "study.finetune_without_backbone",
            "transfer.strategy",
            "'unet'",
        ),
    ],
)
def test_what_is_refused(arm, key, path, named):
    hits = [problem for problem in problems(arm) if (problem.key, problem.path) == (key, path)]
    assert len(hits) == 1, [str(problem) for problem in problems(arm)]
    assert named in str(hits[0])


@pytest.mark.parametrize(
    ("transfer", "key", "named"),
    [
        ({"strategy": "finetune", "freeze": 19}, "study.freeze_beyond", "18"),
        ({"strategy": "finetune", "bss": 0.1}, "study.bss_segmentation", "`l2-sp`"),
        ({"strategy": "features"}, "study.segmentation_strategy", "freeze: all"),
        ({"strategy": "direct"}, "study.segmentation_strategy", "`direct`"),
    ],
)
def test_strategies_that_do_not_fit_maps(transfer, key, named):
    found = problems(
        {"model": {"name": "unet", "encoder": "mobilenetv2_100"}, "transfer": transfer}
    )
    assert [problem.key for problem in found] == [key]
    assert named in str(found[0])


def test_classification_refuses_networks_for_segmentation(tmp_path: Path):
    file = tmp_path / "s.yaml"
    text = (
        "title: t\ndata: {{set: fashion-mnist-mini}}\narms: {{a: {{model: {model}}}}}\n"
        "compare: {{baseline: a}}\n"
    )
    for model, said in (
        ("unet", "task: segmentation"),
        ("{name: dcnn, width: 3}", "`width` belongs to networks for segmentation"),
    ):
        file.write_text(text.format(model=model))
        with pytest.raises(StudyError) as caught:
            load(file)
        assert said in str(caught.value)


def test_an_encoder_brings_what_a_backbone_brings():
    made = study(
        plain={"model": {"name": "unet"}},
        encoder={"model": {"name": "unet", "encoder": "mobilenetv2_100"}},
        random={"model": {"name": "unet", "encoder": "mobilenetv2_100", "weights": "none"}},
        own={"model": {"name": "unet", "encoder": "mobilenetv2_100"}, "from": "encoder"},
    )
    chosen = {arm: recipe(made, arm) for arm in made.arms}
    assert [r.normalise for r in chosen.values()] == ["unit", "weights", "weights", "weights"]
    assert [start_of(r) for r in chosen.values()] == [None, "imagenet", "none", "none"]
    assert [backbone_of(r.model) for r in chosen.values()] == [None, *["mobilenetv2_100"] * 3]
    assert weights_digest(chosen["encoder"].model) == CARDS["mobilenetv2_100"].sha256


def test_identities_hold_what_decides_and_nothing_new_for_classification():
    made = study(
        plain={"model": {"name": "unet"}},
        wide={"model": {"name": "unet", "width": 96}},
        valid={"model": {"name": "unet", "padding": "valid"}},
        encoder={"model": {"name": "unet", "encoder": "mobilenetv2_100"}},
        other={"model": {"name": "unet", "encoder": "resnet18"}},
        fpn={"model": {"name": "fpn", "encoder": "resnet18"}},
    )
    data = plan.DataState((None,), 3)
    parts = {arm: plan.identity_parts(made, Cell(arm, 0), data) for arm in made.arms}
    assert len({each["network"] for each in parts.values()}) == 6
    assert parts["encoder"]["weights"] == CARDS["mobilenetv2_100"].sha256
    assert "weights" not in parts["plain"]
    old = Study.model_validate(
        {
            "name": "s",
            "title": "t",
            "data": "fashion-mnist",
            "arms": {"a": {"model": "dcnn"}},
            "compare": {"baseline": "a"},
        }
    )
    assert not {"model.encoder", "model.width", "model.depth", "model.padding"} & set(
        plan.identity_parts(old, Cell("a", 0), data)
    )


def test_defaults_are_no_factor():
    made = study(
        plain={"model": {"name": "unet"}},
        same={"model": {"name": "unet", "width": 64, "depth": 4, "padding": "same"}},
        wide={"model": {"name": "unet", "width": 96}},
    )
    assert factors(made, "same", "plain") == []
    assert factors(made, "wide", "plain") == ["model.width: 64 -> 96"]


def test_the_layer_table_names_what_is_wrong():
    from alih.models.layer_table import layer_table

    found = layer_table("unet", width=32)
    assert (found.parameters, found.layers[0].name) == (7_760_163, "down1.conv1")
    found = layer_table("unet", image_size=64, encoder="mobilenetv2_100")
    assert found.stages == 18
    assert [row.name for row in found.layers][-2:] == ["decoder", "head"]
    for own, said in (
        ({"encoder": "resnet17"}, "Did you mean 'resnet18'?"),
        ({"width": 0}, "width"),
        ({"depth": 40}, "depth"),
        ({"padding": "vali"}, "Did you mean 'valid'?"),
    ):
        with pytest.raises(AlihError, match=said):
            layer_table("unet", **own)
    with pytest.raises(AlihError, match="`--depth` belongs"):
        layer_table("dcnn", depth=3)


def test_facts_are_asked_for_the_size_when_the_document_is_silent():
    facts = SetFacts(classes=3, channels=3, image_size=8, train=10, validation=0, test=5)
    chosen = Recipe.model_validate({"model": {"name": "unet"}, "train": {"batch_size": 4}})
    found = list(
        arm_problems(study(a={"model": "unet"}), chosen, facts, DataSpec(set="oxford-iiit-pet"), 10)
    )
    assert [problem.key for problem in found] == ["study.unet_too_deep"]


def test_an_encoder_that_no_decoder_fits_is_told_before_anything_is_written(tmp_path: Path):
    """Backbones without a card are known when they are built; that happens before the study's
    folder is made."""
    import numpy as np
    from PIL import Image

    from alih.executors.contract import Means
    from alih.executors.work import CHECK, perform

    for kind, value in (("images", 90), ("masks", 1)):
        (tmp_path / "set" / kind).mkdir(parents=True)
        for index in range(8):
            shape = (32, 32, 3) if kind == "images" else (32, 32)
            array = np.full(shape, value + index if kind == "images" else index % 2, np.uint8)
            Image.fromarray(array).save(tmp_path / "set" / kind / f"{index}.png")
    text = (
        "title: t\ntask: segmentation\ndata: {folder: ./set, image_size: 32}\n"
        "train: {batch_size: 2}\n"
        "arms: {a: {model: {name: unet, encoder: NAME, weights: none}}}\ncompare: {baseline: a}\n"
    )
    for name, said in (("regnetx_002", "cannot be cut into stages"), ("mobilenetv2_035", None)):
        (tmp_path / "s.yaml").write_text(text.replace("NAME", name))
        document = load(tmp_path / "s.yaml")
        if said is None:
            perform(tmp_path / "out", document, CHECK, Means(device="cpu"))
            continue
        with pytest.raises(AlihError, match=said):
            perform(tmp_path / "out", document, CHECK, Means(device="cpu"))
    assert not (tmp_path / "out").exists()
