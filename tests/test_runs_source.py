"""A run folder that an arm starts `from` must not have learnt what the study judges on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.cards import data_card

import alih
from alih import files
from alih.errors import AlihError
from alih.runs.card import DataCard
from alih.runs.folder import StudyFolder
from alih.runs.source import learnt
from alih.study.document.study import Study
from alih.study.loading import dump, load

RESULTS = Path(__file__).parents[1] / "results"


def card(sha: str = "x", name: str = "photos", classes: str = "ab", **parts: int) -> DataCard:
    counts = {
        part: dict.fromkeys(classes, parts.get(part, 0)) for part in ("train", "validation", "test")
    }
    counts["train"] = dict.fromkeys(classes, 20)
    return data_card(sha256=sha, name=name, counts=counts, classes=[*counts["train"]])


def made(**changes: Any) -> Study:
    values = {
        "name": "s",
        "title": "t",
        "data": {"set": "fashion-mnist-mini"},
        "seeds": 1,
        "model": "dcnn",
        "arms": {"a": {}},
        "compare": {"baseline": "a"},
    }
    return Study.model_validate({**values, **changes})


def source(root: Path, theirs: Study, their_card: DataCard, replicate: int = 0) -> Path:
    files.write_text(root / "study.yaml", dump(theirs))
    their_card.write(root)
    return root / f"runs/a/seed-{replicate}"


PLAIN, READY, OFFICIAL = card(), card(validation=4, test=4), card(test=4)
PETS = {"name": "oxford-iiit-pet", "test": 4}


@pytest.mark.parametrize(
    ("ours", "our_card", "theirs", "their_card", "expected"),
    [
        # Other images: other files, other classes of one set.
        ({"seeds": 3}, PLAIN, {"seed": 1}, card("y"), None),
        ({"seeds": 3}, card("x", classes="cd", **PETS), {}, card("y", classes="ab", **PETS), None),
        # The set's own parts.
        ({"seeds": 3, "seed": 1}, READY, {}, READY, None),
        ({"seeds": 3}, READY, {"refit": True}, READY, "validation"),
        ({"seeds": 3}, READY, {"protocol": "paper"}, READY, "validation"),
        ({"seeds": 3, "protocol": "paper"}, OFFICIAL, {"protocol": "paper"}, OFFICIAL, None),
        ({"seeds": 3}, OFFICIAL, {}, OFFICIAL, "validation"),
        (
            {"seeds": 3},
            card("x", classes="abc", **PETS),
            {},
            card("y", classes="ab", **PETS),
            "validation",
        ),
        (
            {"seeds": 3},
            card("x", "fashion-mnist-mini", test=4),
            {},
            card("y", "fashion-mnist", test=4),
            "validation",
        ),
        # Drawn parts.
        ({}, PLAIN, {}, PLAIN, None),
        ({"seed": 1}, PLAIN, {}, PLAIN, "test"),
        ({"split": {"test": 0.3}}, PLAIN, {}, PLAIN, "test"),
        ({"split": {"test": 0.2}}, PLAIN, {}, PLAIN, None),
        ({"split": {"validation": 0.3}}, PLAIN, {}, PLAIN, "validation"),
        ({"seeds": 2}, PLAIN, {}, PLAIN, "validation"),
        ({}, PLAIN, {"refit": True}, PLAIN, "validation"),
        ({}, PLAIN, {"split": {"scheme": "repeated-kfold", "folds": 5}}, PLAIN, "test"),
        ({"split": {"scheme": "repeated-kfold", "folds": 5}}, OFFICIAL, {}, OFFICIAL, "test"),
    ],
)
def test_what_a_source_may_have_learnt(tmp_path, ours, our_card, theirs, their_card, expected):
    place = source(tmp_path / "source", made(**{"seeds": 3, **theirs}), their_card)
    assert learnt(made(**ours), our_card, place) == expected


def test_another_replicate_drew_others(tmp_path):
    assert (
        learnt(made(), PLAIN, source(tmp_path, made(seeds=3), PLAIN, replicate=1)) == "validation"
    )


def test_of_a_folder_that_tells_nothing_nothing_is_said(tmp_path):
    assert learnt(made(), PLAIN, tmp_path / "runs/a/seed-0") is None


def test_dogs_may_teach_cats():
    place = RESULTS / "pretrain-dogs/runs/dogs/seed-0"
    cats = StudyFolder(RESULTS / "pretrain-finetune").data
    assert learnt(load("pretrain-finetune"), cats, place) is None
    dogs = StudyFolder(RESULTS / "pretrain-dogs").data
    assert learnt(load("pretrain-dogs"), dogs, place) is None, (
        "the same replicate of the same study"
    )
    assert learnt(load("pretrain-dogs", seeds=2), dogs, place) == "validation"


@pytest.mark.parametrize("lang", ["en", "id"])
def test_a_run_is_refused_before_anything_is_written(tmp_path, lang):
    from alih.data.load import load as load_images
    from alih.words import set_language

    theirs = made(seeds=2)
    place = source(tmp_path / "source", theirs, DataCard.of(load_images(theirs.data).card))
    document = made(seeds=2, arms={"a": {}, "b": {"from": str(place)}})
    set_language(lang)
    with pytest.raises(AlihError) as error:
        alih.run(document, tmp_path / "out", jobs=1)
    assert error.value.key == "runs.source_saw_validation"
    assert ("'b'" in str(error.value), str(place) in str(error.value)) == (True, True)
    assert not (tmp_path / "out").exists()
