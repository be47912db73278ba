"""What the product says it understood of a folder, what it finds in it, and what it asks about."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import alih
from alih import cli
from alih.data.load import load as load_images
from alih.data.parts import part_findings
from alih.datafiles.layout import part_meant
from alih.errors import AlihError
from alih.executors.contract import Executor
from alih.executors.prepare import data_card
from alih.study.catalogue import lookup as listings
from alih.study.catalogue.lookup import listing_of
from alih.study.catalogue.sets import held_out_items, training_items
from alih.study.checking.notes import data_findings
from alih.study.document.data import DataSpec
from alih.study.document.problems import StudyError
from alih.study.loading import load
from alih.study.planning import plan
from alih.study.planning.cells import Cell

DOCUMENT = """
title: t
data: {{folder: {folder}, image_size: 8}}
{extra}
model: {{layers: [{{conv: 4}}, global_avg_pool]}}
train: {{epochs: 1, batch_size: 4}}
arms: {{a: {{}}, b: {{train: {{lr: 0.01}}}}}}
compare: {{baseline: a}}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    listings.forget()


def put(root: Path, *names: str, size: tuple[int, int] = (12, 10)) -> Path:
    """Images of noise, each another one; what is no PNG or JPEG gets a few bytes."""
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix in (".png", ".jpg"):
            noise = np.random.default_rng(list(name.encode()))
            Image.fromarray(noise.integers(0, 256, (*size[::-1], 3), np.uint8)).save(file)
        else:
            file.write_bytes(b"x")
    return root


def classes(root: Path, per_class: int, *parts: str, names: str = "ab") -> Path:
    shown = [
        f"{part}/{c}/{i}.png" for part in parts or (".",) for c in names for i in range(per_class)
    ]
    return put(root, *shown)


def document(folder: str, extra: str = "") -> str:
    Path("s.yaml").write_text(DOCUMENT.format(folder=folder, extra=extra), encoding="utf-8")
    return "s.yaml"


@pytest.mark.parametrize(
    ("names", "key", "told"),
    [
        (["train/1.png", "test/2.png"], "study.folder_parts_bare", "train/cat/…"),
        (["Train/1.png", "Valid/2.png", "x/3.png"], "study.folder_parts_bare", "Train, Valid"),
        (
            [f"{part}_set/{c}/1.png" for part in ("train", "test") for c in ("cat", "dog")],
            "study.folder_parts_named",
            "mv {root}/train_set {root}/train",
        ),
        (
            [f"{part}/{c}/1.png" for part in ("train", "val_images") for c in "ab"],
            "study.folder_parts_named",
            "mv {root}/val_images {root}/val",
        ),
        (
            [f"{part}/{c}/1.png" for part in ("photo", "sketch") for c in ("cat", "dog")],
            "study.folder_like_domains",
            "source: {{folder: {root}/photo}}, target: {{folder: {root}/sketch}}",
        ),
        (["all/a/1.png", "all/b/1.png"], "study.folder_one_class", "'{root}/all' holds a, b"),
    ],
)
def test_layouts_that_are_something_else_than_classes_are_asked_about(tmp_path, names, key, told):
    root = put(tmp_path / "data", *names)
    with pytest.raises(AlihError) as error:
        listing_of(DataSpec(folder=str(root)))
    assert error.value.key == key
    assert told.format(root=root) in str(error.value)


def test_whoever_names_the_classes_is_believed(tmp_path, capsys):
    root = put(tmp_path / "data", *(f"{c}/{s}/{i}.png" for c in "xy" for s in "ab" for i in "123"))
    found = listing_of(DataSpec(folder=str(root), classes=["x", "y"]))
    assert (found.classes, len(found.items)) == (("x", "y"), 12)
    assert cli.run(["new", "mine", "--data", "data"]) == 2
    assert cli.run(["new", "mine", "--data", "data", "--classes", "y, x"]) == 0
    assert load("mine.yaml").data.classes == ["y", "x"]
    assert cli.run(["check", document("./data")]) == 2
    assert "domains" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("TRAINING_SET", "train"),
        ("trainset", "train"),
        ("data_train", "train"),
        ("Test Data", "test"),
        ("val2017", "validation"),
        ("testing", "test"),
        ("bus", None),
        ("train_bus", None),
        ("invalid", None),
        ("contest", None),
        ("images", None),
    ],
)
def test_what_a_folders_name_was_meant_for(name, part):
    assert part_meant(name) == part


def test_trains_beside_buses_stay_classes(tmp_path):
    root = put(tmp_path / "data", "train/1.png", "bus/1.png", "train_station/1.png")
    assert listing_of(DataSpec(folder=str(root))).classes == ("bus", "train", "train_station")


def test_an_archive_in_place_of_a_folder_is_named_with_the_command(tmp_path, capsys):
    Path("my data.7z").write_bytes(b"x")
    assert cli.run(["new", "n", "--data", "my data.7z"]) == 2
    told = capsys.readouterr().err
    assert f"7z x '{tmp_path}/my data.7z' -o'{tmp_path}/my data'" in told
    (tmp_path / "only").mkdir()
    (tmp_path / "my data.7z").rename(tmp_path / "only" / "x.tar.gz")
    assert cli.run(["new", "n", "--data", "only"]) == 2
    assert f"tar xf {tmp_path}/only/x.tar.gz" in capsys.readouterr().err


def test_a_validation_part_can_be_the_test_part(tmp_path, capsys):
    classes(tmp_path / "data", 10, "train")
    classes(tmp_path / "data", 4, "val")
    before = load(document("data"))
    assert [finding.code for finding in data_findings(before)] == ["A006"]
    assert data_findings(load("s.yaml", ["mute=[A006]"])) == []
    study = load(document("data", "split: {test: val, validation: 0.2}"))
    assert data_findings(study) == []
    assert (training_items(study), held_out_items(study)) == (16, 8)
    images = load_images(study.data)
    split = images.divide(study.split, study.seed, 0)
    assert split.test.tolist() == list(range(20, 28)), "the ready part, whole"
    assert (len(split.train), len(split.validation)) == (16, 4)
    assert data_card(images, study).counts["test"] == {"a": 4, "b": 4}
    assert "validation" not in data_card(images, study).counts
    other = images.divide(study.split, study.seed, 1)
    assert not np.array_equal(split.validation, other.validation), "drawn for each replicate"
    ours, theirs = (plan.identity_parts(one, Cell("a", 0)) for one in (study, before))
    assert {key for key in ours if ours[key] != theirs[key]} == {"split.test", "split.validation"}
    assert cli.run(["new", "n", "--data", "data"]) == 0
    told = capsys.readouterr().out
    assert re.search(r"test: val.*8 images, which can show differences .* about \d+ points", told)
    assert re.search(r"repeated-kfold.* 28 images", told)
    assert re.search(r"on 4 training images", told)


@pytest.mark.parametrize(
    ("parts", "extra", "key"),
    [
        (["train"], "split: {test: val}", "study.test_val_absent"),
        (["train", "val", "test"], "split: {test: val}", "study.official_test"),
        (["train", "val"], "split: {test: vals}", "study.wrong_type"),
        (
            ["train", "val"],
            "split: {test: val, scheme: repeated-kfold, folds: 2}",
            "study.only_with",
        ),
    ],
)
def test_where_no_validation_part_can_test(tmp_path, parts, extra, key):
    classes(tmp_path / "data", 10, *parts)
    with pytest.raises(StudyError) as error:
        load(document("data", extra))
    assert [problem.key for problem in error.value.problems] == [key]


def planted(root: Path) -> Path:
    """A folder with oddities: formats that are not read, junk, an empty class and a broken link."""
    classes(root, 12, names="ab")
    put(root, "a/one.heic", "a/two.HEIC", "b/three.CR2", "a/.DS_Store", "b/._1.png", "Thumbs.db")
    put(root, "__MACOSX/a/1.png", "b/notes.txt", "README")
    put(root, "b/wide.png", size=(40, 20))
    (root / "empty").mkdir()
    (root / "fox").symlink_to("/nowhere/fox")
    return root


def test_new_and_check_say_what_was_understood(tmp_path, capsys):
    planted(tmp_path / "data")
    assert cli.run(["new", "n", "--data", "data"]) == 0
    first = capsys.readouterr().out.splitlines()
    expected = [
        "data: 2 classes: a 12, b 13",
        "  parts: 25 images in 5 folds, each of which is the test part once",
        "  images: 25 PNG; 12–40 × 10–20 pixels",
        "  left out: 1 .cr2, 2 .heic (image formats that are not read); 1 .DS_Store, 1 ._*, "
        "1 Thumbs.db, 1 __MACOSX (left by file managers, or hidden); "
        "1 .txt, 1 without an ending (no images)",
        "A001 25 of 28 image files are used; 1 .cr2, 2 .heic cannot be read.",
        "A002 No images in: data/empty.",
        "A002 Links to folders that are not there: data/fox → /nowhere/fox.",
    ]
    assert [line[: len(told)] for line, told in zip(first, expected, strict=False)] == expected
    text = Path("n.yaml").read_text()
    assert "image_size: 32" in text, "files of ten pixels"
    assert 'title: "Do pretrained weights help to tell a, b apart?"' in text
    assert cli.run(["check", document("data", "split: {test: 0.2, validation: 0.2}")]) == 0
    checked = capsys.readouterr().out
    assert "  parts: train 16, validation 4 (drawn), test 5 (drawn)" in checked
    for line in (expected[0], *expected[2:]):
        assert line in checked
    assert "All" not in checked
    assert cli.run(["check", "s.yaml", "--set", "mute=[A001, A002]"]) == 0
    assert "A00" not in capsys.readouterr().out


def test_many_classes_are_shortened_and_sizes_are_looked_up_in_some(tmp_path, capsys, monkeypatch):
    from alih.datafiles import survey

    classes(tmp_path / "data", 3, names="abcdefghijkl")
    put(tmp_path / "data", "c/more.jpg", size=(100, 64))
    monkeypatch.setattr(survey, "MOST", 10)
    assert cli.run(["check", document("data")]) == 0
    told = capsys.readouterr().out
    assert "12 classes of 3 to 4 images: a 3, b 3, c 4, d 3, e 3, …, l 3\n" in told
    assert re.search(r"images: 36 PNG, 1 JPEG; .* pixels \(10 files looked at\)", told)


@pytest.mark.parametrize(("side", "expected"), [(20, 32), (100, 96), (128, 128), (500, 160)])
def test_a_new_study_sees_images_at_a_size_that_suits_the_files(tmp_path, side, expected):
    put(tmp_path / "data", *(f"{c}/{i}.png" for c in "ab" for i in range(3)), size=(side + 9, side))
    assert cli.run(["new", "n", "--data", "data"]) == 0
    assert load("n.yaml").data.image_size == expected


def test_classes_that_a_part_lacks_are_named(tmp_path, capsys):
    put(tmp_path / "flat", *(f"{c}/{i}.png" for c in "ab" for i in range(10)), "rare/1.png")
    put(tmp_path / "flat", "few/1.png", "few/2.png")
    split = "split: {test: 0.2, validation: 0.2}"
    assert cli.run(["check", document("flat", split)]) == 0
    told = capsys.readouterr().out
    assert "A007 1 class has one image: rare." in told
    assert re.search(
        r"A007 No (validation|test) images( in \d of 3 replicates)? of .* few \(2\)", told
    )
    assert "rare (1)" not in told, "told once"
    classes(tmp_path / "ready", 6, "train", "val", names="abc")
    classes(tmp_path / "ready", 6, "test", names="ac")
    assert cli.run(["new", "n", "--data", "ready"]) == 0
    assert "A007 No test images of the classes: b (12)." in capsys.readouterr().out
    assert part_findings(load("n.yaml", ["mute=[A007]"])) == []
    assert (
        part_findings(
            load(document("ready", "split: {scheme: repeated-kfold, folds: 3, validation: 0.3}"))
        )
        == []
    )


class _Nobody(Executor):
    """Computes nothing."""

    def execute(self, root, study, todo, listen):
        return None


def test_the_first_screen_of_new_check_and_run_over_six_oddities(tmp_path, capsys):
    """Formats that are not read, an empty class, a broken link, a copy, 12 bits in 16, and a class
    of one image."""
    root = planted(tmp_path / "data")
    for index in range(4):
        noise = np.random.default_rng(index).integers(0, 4096, (10, 12)).astype(np.uint16)
        Image.fromarray(noise).save(root / "a" / f"{index}.png")
    shutil.copy(root / "b" / "3.png", root / "b" / "3 (1).png")
    put(root, "rare/1.png")
    file = document("data", "split: {test: 0.2, validation: 0.2}")
    seen = [
        "data: 3 classes: a 12, b 14, rare 1",
        "  parts: train 18, validation 4 (drawn), test 5 (drawn)",
        "  images: 27 PNG; 12–40 × 10–20 pixels",
        "  left out: 1 .cr2, 2 .heic (image formats that are not read)",
    ]
    codes = ["A001", "A002", "A002", "A005", "A007", "A008"]
    assert cli.run(["new", "n", "--data", "data"]) == 0
    new = capsys.readouterr().out.splitlines()
    assert [line[:4] for line in new[4:10]] == codes
    assert cli.run(["check", file]) == 0
    checked = capsys.readouterr().out.splitlines()
    told = []
    alih.run(file, "out", executor=_Nobody(), on_event=told.append)
    run = [event["text"] for event in told if event["kind"] == "message"]
    for lines in (checked, run):
        assert [line[: len(start)] for line, start in zip(lines, seen, strict=False)] == seen
        assert [line[:4] for line in lines if line[:2] == "A0"] == codes
    kinds = [event["kind"] for event in told]
    assert kinds[:4] == ["message"] * 4, "before images are read"
    assert set(new[4:10]) == set(run[4:])


def test_folders_inside_classes_are_named(tmp_path):
    put(tmp_path / "data", "x/one/1.png", "x/two/2.png", "y/only/3.png", "y/only/4.png")
    (found,) = listing_of(DataSpec(folder=str(tmp_path / "data"))).notes
    assert (found.code, found.values["names"]) == ("A010", "x (one, two)")


def test_a_split_that_leaves_nothing_to_train_on_is_told_once():
    classes(Path("few"), 2)
    with pytest.raises(StudyError) as caught:
        load(document("few", "split: {test: 0.9}"))
    assert [(found.key, found.path) for found in caught.value.problems] == [
        ("study.no_training_images", "split")
    ]
