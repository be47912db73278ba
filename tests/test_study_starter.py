"""`alih new`: what is written for a folder can be checked and planned at once, and says what was
seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alih import cli
from alih.study.catalogue import lookup as listings
from alih.study.checking.notes import start_notes
from alih.study.loading import load
from alih.study.planning.recipes import factors


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    listings.forget()


def put(root: Path, per_class: int, *parts: str) -> Path:
    for part in parts or ("",):
        for label in ("cat", "dog"):
            (root / part / label).mkdir(parents=True, exist_ok=True)
            for index in range(per_class):
                (root / part / label / f"{index}.jpg").write_text(f"{part} {label} {index}")
    return root


def test_a_large_folder(tmp_path, capsys):
    put(tmp_path / "my images", 900)
    (tmp_path / "my images" / "cat" / "odd.heic").write_bytes(b"x")
    assert cli.run(["new", "my-pets", "--data", "my images"]) == 0
    assert "alih plan my-pets.yaml" in capsys.readouterr().out
    text = (tmp_path / "my-pets.yaml").read_text()
    assert "1800 images in 2 classes" in text
    assert "1 .heic" in text
    study = load(tmp_path / "my-pets.yaml")
    assert study.data.folder == str(tmp_path / "my images")
    assert "./my images" in text, "a folder beside the document is written relative to it"
    assert (study.seeds, study.split.validation, study.name) == (5, 0.2, "my-pets")
    assert factors(study, "random", study.compare.baseline) == [
        "model.weights: imagenet -> none"
    ], "the clean control"
    assert factors(study, "head", study.compare.baseline) == ["transfer.freeze: none -> all"]
    assert start_notes(study) == []
    assert cli.run(["plan", "my-pets.yaml"]) == 0
    assert cli.run(["new", "my-pets", "--data", "my images"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / "my-pets.yaml").read_text() == text


def test_a_small_folder_gets_folds_and_ready_parts_are_kept(tmp_path):
    put(tmp_path / "few", 12)
    assert cli.run(["new", "few", "--data", "few"]) == 0
    few = load("few.yaml")
    assert (few.split.scheme, few.split.folds) == ("repeated-kfold", 5)
    put(tmp_path / "parts", 12, "train", "val", "test")
    assert cli.run(["new", "parts", "--data", str(tmp_path / "parts"), "-o", "other.yaml"]) == 0
    assert "split" not in (tmp_path / "other.yaml").read_text()
    assert load("other.yaml").seeds == 5


@pytest.mark.parametrize(("images", "folds"), [(6, 2), (8, 2), (10, 3), (14, 4), (16, 5)])
def test_no_fold_of_a_very_small_folder_is_a_single_image(tmp_path, images, folds):
    put(tmp_path / "few", images // 2)
    assert cli.run(["new", "few", "--data", "few"]) == 0
    study = load("few.yaml")
    assert (study.split.folds, images // folds >= 2) == (folds, True)
    assert study.train["batch_size"] <= int(images * (folds - 1) // folds * 0.8)


def test_pets_are_known_by_their_lists(tmp_path):
    (tmp_path / "p" / "images").mkdir(parents=True)
    trainval = [
        f"{breed}_{i} {number} 1 1"
        for breed, number in (("Bengal", 2), ("Beagle", 5))
        for i in range(12)
    ]
    for name, lines in {
        "trainval": trainval,
        "test": ["Bengal_98 2 1 2", "Bengal_99 2 1 2"],
    }.items():
        (tmp_path / "p" / f"{name}.txt").write_text("\n".join(lines) + "\n")
        for line in lines:
            (tmp_path / "p" / "images" / f"{line.split()[0]}.jpg").write_text(line)
    assert cli.run(["new", "pets", "--data", "p"]) == 0
    assert load("pets.yaml").data.set == "oxford-iiit-pet"


def test_mistakes_are_told(tmp_path, capsys):
    assert cli.run(["new", "My Pets", "--data", "."]) == 2
    assert "cannot be the name of a study" in capsys.readouterr().err
    assert cli.run(["new", "pets", "--data", "nowhere"]) == 2
    said = capsys.readouterr().err
    assert "'nowhere'" in said
    assert "data.folder" not in said, "`new` takes no --set"
    (tmp_path / "empty").mkdir()
    assert cli.run(["new", "pets", "--data", "empty"]) == 2
    assert not (tmp_path / "pets.yaml").exists()


@pytest.mark.parametrize("ready", [True, False], ids=["ready parts", "folds"])
def test_a_file_of_arrays(tmp_path, capsys, ready):
    images = np.random.default_rng(0).integers(0, 256, (60, 40, 48, 3), dtype=np.uint8)
    arrays = {"x_train": images[:40], "y_train": np.arange(40) % 2}
    if ready:
        arrays |= {"x_test": images[40:], "y_test": np.arange(20) % 2}
    np.savez(tmp_path / "drawings.npz", **arrays, classes=np.array(["cat", "dog"]))
    assert cli.run(["new", "drawn", "--data", "drawings.npz"]) == 0
    assert "2 classes: cat" in capsys.readouterr().out
    made = load("drawn.yaml")
    assert (made.data.npz, made.data.image_size) == (str(tmp_path / "drawings.npz"), 32)
    assert made.split.scheme == ("holdout" if ready else "repeated-kfold")
    assert "cat" in made.title
    masks = ["new", "m", "--data", "drawings.npz", "--task", "segmentation"]
    assert cli.run(masks) == 2, "arrays have no masks"
    assert not (tmp_path / "m.yaml").exists()


def test_a_folder_too_small_for_a_study_leaves_no_file_behind(tmp_path, capsys):
    for per_class in (1, 2):
        put(tmp_path / "data", per_class)
        listings.forget()
        assert cli.run(["new", "few", "--data", "data"]) == 2
        assert capsys.readouterr().err
        assert not (tmp_path / "few.yaml").exists()
