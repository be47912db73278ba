"""`data: {classes: […]}`: some classes of a folder, of the pets and of an IDX set; facts, identity,
errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from alih.data.load import load
from alih.errors import AlihError
from alih.study import loading
from alih.study.catalogue import lookup, sets
from alih.study.document.data import DataSpec
from alih.study.document.problems import StudyError
from alih.study.planning import plan
from alih.study.planning.cells import Cell

NAMES = ("ant", "bee", "cat", "dog")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Class i has 4 + i images of brightness 50 · i."""
    for index, name in enumerate(NAMES):
        (tmp_path / "zoo" / name).mkdir(parents=True)
        for number in range(4 + index):
            Image.new("RGB", (8, 8), (50 * index,) * 3).save(
                tmp_path / "zoo" / name / f"{number}.png"
            )
    lookup.forget()
    return tmp_path / "zoo"


def study(folder: Path, classes: str = "", extra: str = "") -> str:
    data = f"folder: {folder}, image_size: 8" + (f", classes: {classes}" if classes else "")
    return f"""
title: x
data: {{{data}}}
split: {{validation: 0.2, test: 0.25}}
train: {{epochs: 1, batch_size: 4}}
arms:
  a: {{model: {{layers: [flatten]}}}}
  b: {{model: {{layers: [flatten]}}, train: {{lr: 0.1}}}}
compare: {{baseline: a, primary: accuracy}}
{extra}"""


def loaded(tmp_path: Path, text: str):
    file = tmp_path / "study.yaml"
    file.write_text(text)
    return loading.load(file)


def test_a_folder_keeps_the_wanted_classes_in_the_wanted_order(folder):
    images = load(DataSpec(folder=str(folder), image_size=8, classes=["dog", "bee"]))
    assert images.classes == ("dog", "bee")
    assert np.bincount(images.labels).tolist() == [7, 5]
    np.testing.assert_array_equal(
        images.images[..., 0].mean(axis=(1, 2)), np.where(images.labels == 0, 150, 50)
    )
    assert images.card["counts"]["train"] == {"dog": 7, "bee": 5}
    whole = load(DataSpec(folder=str(folder), image_size=8))
    assert whole.classes == NAMES
    assert len(whole) == 4 + 5 + 6 + 7


def test_an_idx_set_keeps_the_wanted_classes_and_its_official_test_part():
    whole = load(DataSpec(set="fashion-mnist-mini"))
    part = load(DataSpec(set="fashion-mnist-mini", classes=["Bag", "Dress"]))
    kept = np.flatnonzero(np.isin(whole.labels, [8, 3]))
    np.testing.assert_array_equal(part.images, whole.images[kept])
    np.testing.assert_array_equal(part.labels, np.where(whole.labels[kept] == 8, 0, 1))
    assert part.official_test == int(np.sum(kept >= len(whole) - whole.official_test))
    assert part.card["counts"]["test"] == {"Bag": 100, "Dress": 100}
    facts = sets.facts_of(DataSpec(set="fashion-mnist-mini", classes=["Bag", "Dress"]))
    assert (facts.classes, facts.train, facts.test) == (
        2,
        len(part) - part.official_test,
        part.official_test,
    )


def test_the_classes_belong_to_the_identity_and_their_absence_does_not(folder, tmp_path):
    cell = Cell("a", 0)
    parts = [
        plan.identity_parts(loaded(tmp_path, study(folder, c)), cell)
        for c in ("", "[ant, bee]", "[bee, ant]")
    ]
    assert "data.classes" not in parts[0]
    assert len({str(part) for part in parts}) == 3
    assert len({part["data.content"] for part in parts}) == 3


def test_checks_name_the_class_and_the_line(folder, tmp_path):
    for classes, shown in (("[ant, bea]", "bee"), ("[ant, ant]", "twice"), ("[ant]", "classes")):
        with pytest.raises(StudyError) as error:
            loaded(tmp_path, study(folder, classes))
        text = str(error.value)
        assert shown in text
        assert "study.yaml:3" in text
        assert "data.classes" in text
    with pytest.raises(AlihError) as unknown:
        load(DataSpec(set="fashion-mnist-mini", classes=["Bag", "Boot"]))
    assert unknown.value.key == "study.class_unknown"


def test_facts_count_the_wanted_classes_only(folder, tmp_path):
    found = loaded(tmp_path, study(folder, "[cat, dog]"))
    assert sets.facts_of(found.data).classes == 2
    assert sets.facts_of(found.data).train == 13


@pytest.mark.realdata
def test_the_twelve_cats_of_the_pets(shared_data):
    cats = ["Siamese", "Persian", "Abyssinian"]
    images = load(
        DataSpec(
            set="oxford-iiit-pet", path=str(shared_data / "pets37_192"), image_size=16, classes=cats
        )
    )
    assert images.classes == tuple(cats)
    assert np.bincount(images.labels[: len(images) - images.official_test]).tolist() == [17, 22, 19]
