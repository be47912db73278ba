"""Copies of one image, by bytes and by pixels: found, told, and never divided by a draw."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from alih.data.load import load as load_images
from alih.data.splits import split as divide
from alih.executors.prepare import read_images, write_cards
from alih.findings import stored
from alih.runs.folder import StudyFolder
from alih.runs.identity import fits, stored_identity, write_identity
from alih.runs.status import state_of_data
from alih.study.catalogue import copies
from alih.study.catalogue import lookup as listings
from alih.study.checking.notes import data_findings
from alih.study.loading import load
from alih.study.planning import plan
from alih.study.planning.cells import Cell

DOCUMENT = """
title: t
data: {{folder: data, image_size: 8}}
split: {{{split}}}
model: {{layers: [{{conv: 4}}, global_avg_pool]}}
train: {{epochs: 1, batch_size: 2}}
arms: {{a: {{}}}}
compare: {{baseline: a}}
"""
FOLDS = "scheme: repeated-kfold, folds: 4, validation: 0.25"
CELL = Cell("a", 0)


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(copies, "_known", {})
    listings.forget()


def study(split: str = "test: 0.25, validation: 0.25"):
    listings.forget()
    Path("s.yaml").write_text(DOCUMENT.format(split=split), encoding="utf-8")
    return load("s.yaml")


def fill(*folders: str, each: int = 8) -> Path:
    """Noise of 8 × 8 pixels, in the folders of two classes below each of the `folders`."""
    for folder in folders or (".",):
        for label in "ab":
            place = Path("data", folder, label)
            place.mkdir(parents=True)
            for index in range(each):
                noise = np.random.default_rng([len(folder), ord(label), index])
                pixels = noise.integers(0, 256, (8, 8, 3), np.uint8)
                Image.fromarray(pixels).save(place / f"{index}.png")
    return Path("data")


def save_anew(file: Path, other: Path) -> None:
    """The same pixels in other bytes."""
    Image.open(file).save(other, compress_level=0)


def together(given, paths: list[list[str]]) -> bool:
    """Whether each of some sets of files lies in one part, in every replicate."""
    images = load_images(given.data)
    place = {path: at for at, path in enumerate(images.items.path)}
    for replicate in range(plan.replicates(given)):
        found = images.divide(given.split, given.seed, replicate)
        part = np.full(len(images), -1)
        for number, chosen in enumerate((found.train, found.validation, found.test)):
            part[chosen] = number
        if any(len({part[place[path]] for path in group}) > 1 for group in paths):
            return False
    return True


def test_sets_without_copies_are_divided_as_ever():
    fill()
    for given in (study(), study(FOLDS)):
        images = load_images(given.data)
        ours = images.divide(given.split, given.seed, 1)
        plain = divide(images.labels, 0, given.split, given.seed, 1)
        assert np.array_equal(ours.test, plain.test)
        assert np.array_equal(ours.train, plain.train)
        parts = plan.identity_parts(given, CELL)
        assert not [key for key in parts if key in ("split.groups", "split.copies")]
        assert data_findings(given) == []


@pytest.mark.parametrize("split", ["test: 0.25, validation: 0.25", FOLDS])
def test_copies_of_files_stay_in_one_part_and_the_identity_says_so(split):
    root = fill()
    before = plan.identity_parts(study(split), CELL)
    for index in range(4):
        shutil.copy(root / "a" / f"{index}.png", root / "a" / f"{index} (1).png")
    shutil.copy(root / "a" / "0.png", root / "b" / "wrong.png")
    given = study(split)
    sets = [["a/0.png", "a/0 (1).png", "b/wrong.png"]]
    sets += [[f"a/{index}.png", f"a/{index} (1).png"] for index in range(1, 4)]
    assert together(given, sets)
    assert "split.groups" in plan.identity_parts(given, CELL).keys() - before.keys()
    found = {finding.code: finding.values for finding in data_findings(given)}
    assert found["A003"]["count"] == 1
    assert found["A005"]["count"] == 5
    # The folder keeps what was found, whatever is muted now, to be told without the images.
    muting = given.model_copy(update={"mute": ["A005"]})
    write_cards(Path("kept"), muting, read_images(given), False, ())
    kept = [one.model_dump() for one in StudyFolder(Path("kept")).data.findings]
    assert stored(kept, []) == data_findings(given)
    assert [one.code for one in stored(kept, muting.mute)] == ["A003"]


def test_images_saved_anew_are_known_by_their_pixels_once_they_are_decoded():
    root = fill()
    for index in range(5):
        save_anew(root / "a" / f"{index}.png", root / "a" / f"again {index}.png")
    given = study()
    assert data_findings(given) == [], "bytes differ"
    root_folder = StudyFolder(Path("out"))
    sets = read_images(given)
    assert together(given, [[f"a/{i}.png", f"a/again {i}.png"] for i in range(5)])
    parts = plan.identity_parts(given, CELL)
    assert "split.copies" in parts
    assert "split.groups" not in parts
    assert [finding.code for finding in data_findings(given)] == ["A005"]

    folder = root_folder.cell(CELL)
    write_identity(folder, given, "fp32")
    write_cards(root_folder.root, given, sets, False, ())
    assert stored_identity(folder).parts["split.copies"] == parts["split.copies"]
    assert fits(folder, given)
    copies._known.clear()
    shutil.rmtree("cache")
    listings.forget()
    assert "split.copies" not in plan.identity_parts(given, CELL), "not decoded here"
    assert fits(folder, given), "what cannot be looked at is unchanged"
    state = state_of_data(root_folder, given)
    load_images(given.data)
    there = state_of_data(root_folder, given)
    root.rename("elsewhere")
    listings.forget()
    away = state_of_data(root_folder, given)
    assert (away.groups, away.copies) == (there.groups, there.copies) == (None, away.copies)
    assert away.copies is not None
    assert state.copies is None
    assert fits(folder, given, away)


def test_ready_parts_stay_as_they_are_and_copies_in_two_of_them_are_told():
    root = fill("train", "val", "test")
    shutil.copy(root / "train" / "a" / "0.png", root / "train" / "a" / "copy.png")
    save_anew(root / "train" / "b" / "1.png", root / "test" / "b" / "again.png")
    given = study("")
    images = load_images(given.data)
    assert images.groups(given.split) is None, "nothing is drawn"
    assert "split.groups" not in plan.identity_parts(given, CELL)
    (found,) = data_findings(given)
    assert (found.code, found.values["pairs"]) == ("A004", "test/b/again.png = train/b/1.png") or (
        found.values["pairs"] == "train/b/1.png = test/b/again.png"
    )
    folds = study(FOLDS)
    assert together(folds, [["train/a/0.png", "train/a/copy.png"]]), "drawn from train and val"


def test_copies_join_the_groups_that_the_study_names():
    root = fill()
    shutil.copy(root / "a" / "0.png", root / "a" / "7b.png")
    given = study("group: '/([0-9])', test: 0.3, validation: 0.3")
    groups = load_images(given.data).items.groups(given.split)
    assert len(groups.names) == 7, "0 and 7 are one"
    assert groups.copies == 1
    assert together(given, [["a/0.png", "b/0.png", "a/7.png", "b/7.png", "a/7b.png"]])


def test_numbers_are_joined_as_far_as_anything_touches():
    rng = np.random.default_rng(0)
    for _ in range(50):
        one, other = rng.integers(0, 12, (2, 16))
        found = copies.together(one, other)
        reached = {at: {at} for at in range(16)}
        for _ in range(16):
            for at in range(16):
                near = {k for k in range(16) if one[k] == one[at] or other[k] == other[at]}
                reached[at] = set().union(reached[at], *(reached[k] for k in near))
        for at in range(16):
            assert set(np.flatnonzero(found == found[at]).tolist()) == reached[at]


def test_a_change_of_what_stays_together_is_told_without_checksums():
    from alih.runs.identity import changes
    from alih.runs.images import in_words

    old = {"split.groups": "fc06", "split.copies": "9a", "seed": 0}
    told = in_words(changes(old, {"split.copies": "9b", "seed": 1}))
    assert told == ["seed: 0 → 1", *["what is kept together changed"] * 2]
