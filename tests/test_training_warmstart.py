"""`from` across label sets and channel counts: what is carried over, what is fresh, what is
adapted."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file
from tests.support.cards import card
from tests.support.folders import ready

import alih
from alih import files
from alih.errors import AlihError
from alih.study.document.study import Study
from alih.study.loading import load
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.study.planning.recipes import recipe
from alih.training import warmstart
from alih.training.assemble import assemble_network
from alih.training.device import Machine
from alih.training.warmstart import carry_over

MACHINE = Machine("cpu", 1, "fp32")
MODELS = {
    "list": "{layers: [{conv: {filters: 4, stride: 2}}, batch_norm, {conv: {filters: 6, "
    "stride: 2}}, global_avg_pool]}",
    "backbone": "mobilenetv2_035",
}
ANIMALS = ("ant", "bee", "cow")


def study(tmp_path: Path, kind: str, **extra):
    text = (
        "title: t\ndata: {set: fashion-mnist-mini, image_size: 32}\ntrain: {batch_size: 8}\n"
        f"arms:\n  a: {{model: {MODELS[kind]}, from: ./source}}\ncompare: {{baseline: a}}\n"
    )
    (tmp_path / "s.yaml").write_text(text)
    return load(tmp_path / "s.yaml", [f"{key}={value}" for key, value in extra.items()])


def made(document, classes: int, channels: int, seed: int = 0) -> torch.nn.Module:
    return assemble_network(
        recipe(document, "a"),
        classes,
        (channels, 32, 32),
        MACHINE,
        lambda purpose: seed + len(purpose),
    )


def source(tmp_path: Path, document, classes: tuple[str, ...], channels: int) -> torch.nn.Module:
    """A finished run folder with the classes and the weights of a network of its own."""
    network = made(document, len(classes), channels, seed=50)
    (tmp_path / "source").mkdir(exist_ok=True)
    save_file(
        {name: tensor.contiguous() for name, tensor in network.state_dict().items()},
        tmp_path / "source" / "model.safetensors",
    )
    card(recipe(document, "a"), list(classes), (channels, 32, 32)).write(tmp_path / "source")
    return network


def names_of_head(kind: str) -> list[str]:
    return ["head.bias", "head.weight"] if kind == "backbone" else ["output.bias", "output.weight"]


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize(
    ("classes", "fresh_head"),
    [
        (("ant", "bee", "cow"), False),
        (("cat", "dog", "eel"), True),
        (("bee", "ant", "cow"), True),
        (("cat", "dog"), True),
    ],
)
def test_the_head_is_carried_over_only_for_the_same_classes(tmp_path, kind, classes, fresh_head):
    document = study(tmp_path, kind)
    given = source(tmp_path, document, ANIMALS, 1).state_dict()
    network = made(document, len(classes), 1)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    carried = carry_over(tmp_path, document, Cell("a", 0), network, classes)
    assert carried.fresh == (names_of_head(kind) if fresh_head else [])
    assert carried.adapted == []
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, (before if name in carried.fresh else given)[name]), name


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize(("there", "here"), [(3, 1), (1, 3)])
def test_colour_and_gray(tmp_path, kind, there, here):
    document = study(tmp_path, kind)
    given = source(tmp_path, document, ANIMALS, there).eval()
    network = made(document, 3, here)
    carried = carry_over(tmp_path, document, Cell("a", 0), network, ANIMALS)
    assert carried.fresh == []
    assert len(carried.adapted) == 1
    gray = torch.rand(2, 1, 32, 32)
    with torch.no_grad():
        ours = network.eval()(gray.expand(-1, here, -1, -1).contiguous())
        theirs = given(gray.expand(-1, there, -1, -1).contiguous())
    assert torch.allclose(ours, theirs, atol=1e-3), "the answer to gray images stays"


def test_an_arm_with_a_source_needs_no_other_weights(tmp_path):
    document = study(tmp_path, "backbone")
    assert "weights" not in plan.identity_parts(document, Cell("a", 0))
    made(document, 3, 1)  # would have to be fetched
    wanted = study(
        tmp_path, "backbone", **{"arms.a.model": "{name: mobilenetv2_100, weights: imagenet}"}
    )
    assert "weights" in plan.identity_parts(wanted, Cell("a", 0))


def test_a_network_of_another_kind_is_refused(tmp_path):
    other = study(tmp_path, "list")
    source(tmp_path, other, ANIMALS, 1)
    document = study(tmp_path, "backbone")
    with pytest.raises(AlihError, match="None of the tensors"):
        carry_over(tmp_path, document, Cell("a", 0), made(document, 3, 1), ANIMALS)


# --- Into and between networks for segmentation
# ----------------------------------------------------------------------

SEGMENTATION = "{name: unet, encoder: mobilenetv2_035}"


def segmented(tmp_path: Path, there: str, here: str):
    """An arm `a` that continues the run folder of a `there`, and both of their networks'
    documents."""
    found = []
    for name, model in (("there", there), ("here", here)):
        task = "segmentation" if "unet" in model or "fpn" in model else "classification"
        values = {
            "name": name,
            "title": "t",
            "task": task,
            "data": {"set": "oxford-iiit-pet", "image_size": 32},
            "arms": {"a": {"model": yaml.safe_load(model), "from": str(tmp_path / "source")}},
            "compare": {"baseline": "a"},
        }
        found.append(Study.model_validate(values))
    return found


@pytest.mark.parametrize(
    ("there", "here", "classes", "carried"),
    [
        ("mobilenetv2_035", SEGMENTATION, ("cat", "dog"), "encoder"),
        ("{name: fpn, encoder: mobilenetv2_035}", SEGMENTATION, ANIMALS, "encoder"),
        (SEGMENTATION, SEGMENTATION, ANIMALS, "all"),
        (SEGMENTATION, SEGMENTATION, ("cat", "dog", "eel"), "all but the last"),
        ("{name: unet, width: 4, depth: 2}", "{name: unet, width: 4, depth: 2}", ANIMALS, "all"),
        (
            "{name: unet, width: 4, depth: 2}",
            "{name: unet, width: 4, depth: 2}",
            ("cat", "dog", "eel"),
            "all but the last",
        ),
    ],
)
def test_an_encoder_or_a_whole_u_net_is_continued(tmp_path, there, here, classes, carried):
    source_document, document = segmented(tmp_path, there, here)
    given = source(tmp_path, source_document, ANIMALS, 3).state_dict()
    network = made(document, len(classes), 3)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    found = carry_over(tmp_path, document, Cell("a", 0), network, classes)
    last = "output." if "width" in here else "head.final.0."
    expected = {
        "encoder": lambda name: not name.startswith("stages."),
        "all": lambda name: False,
        "all but the last": lambda name: name.startswith(last),
    }[carried]
    if carried == "encoder":
        assert [name for name in found.fresh if name.startswith("stages.")] == []
    else:
        assert set(found.fresh) == {name for name in before if expected(name)}
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, (before if name in found.fresh else given)[name]), name


# --- With a refit
# --------------------------------------------------------------------------------------------------

REFIT = """
name: s
title: t
data: {set: fashion-mnist-mini}
seeds: 1
train: {epochs: 1, batch_size: 512}
model: {layers: [{conv: {filters: 4, stride: 4}}, flatten]}
arms:
  a: {}
  b: {from: a, train: {lr: 0.01}}
  c: {from: b}
compare: {baseline: a}
"""


def finished(tmp_path: Path, name: str, text: str) -> Path:
    out = ready(tmp_path / name, text)
    assert alih.run(out, jobs=1).complete
    return out


def test_trials_start_from_weights_that_never_saw_the_validation_images(tmp_path, monkeypatch):
    without = finished(tmp_path, "without", REFIT)
    started = []
    monkeypatch.setattr(
        warmstart,
        "load_file",
        lambda file: started.append("/".join(file.parts[-3:])) or load_file(file),
    )
    out = finished(tmp_path, "with", REFIT + "refit: true\n")
    # The trial, which is the winner, and the refit of each arm.
    trial, refit = "{}/seed-0/before-refit.safetensors", "{}/seed-0/model.safetensors"
    assert started == [way.format(arm) for arm in "ab" for way in (trial, refit)]
    for arm in "abc":
        before, after = (
            load_file(out / "runs" / arm / "seed-0" / f"{name}.safetensors")
            for name in ("before-refit", "model")
        )
        plain = load_file(without / "runs" / arm / "seed-0" / "model.safetensors")
        assert all(torch.equal(tensor, plain[name]) for name, tensor in before.items()), (
            "as without any refit"
        )
        assert any(not torch.equal(tensor, after[name]) for name, tensor in before.items())
    assert "before-refit.safetensors" in files.read_json(out / "runs/a/seed-0/done")
    assert "before-refit.safetensors" not in files.read_json(without / "runs/a/seed-0/done")


def test_only_the_combination_of_refit_and_another_arm_has_another_identity(tmp_path):
    parts = {}
    for name, text in (("without", REFIT), ("with", REFIT + "refit: true\n")):
        (tmp_path / f"{name}.yaml").write_text(text)
        parts[name] = [
            plan.identity_parts(load(tmp_path / f"{name}.yaml"), Cell(arm, 0)) for arm in "ab"
        ]
    assert ["upstream.weights" in part for part in (*parts["without"], *parts["with"])] == [
        False,
        False,
        False,
        True,
    ]
