"""Two domains as users give them, and what `check` says where they do not go together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image
from tests.support.folders import ready

import alih
from alih import cli
from alih.study.catalogue.sets import specs
from alih.study.loading import load


def npz(place: Path, classes: str = "ab", each: int = 12, test: int = 3, **other: Any) -> dict:
    """A set of arrays with so many images of every class."""
    seed, shape = other.get("seed", 0), other.get("shape", (8, 8))
    rng = np.random.default_rng(seed)
    arrays: dict[str, np.ndarray] = {"class_names": np.array(list(classes))}
    for part, count in (("train", each), ("test", test)):
        labels = np.arange(count * len(classes)) % len(classes)
        images = rng.integers(0, 255, (len(labels), *shape), dtype=np.uint8)
        arrays |= {f"x_{part}": images, f"y_{part}": labels}
    arrays |= other.get("arrays", {})
    np.savez(place, **arrays)
    return {"npz": str(place)}


def written(place: Path, source: Any, target: Any, **keys: Any) -> Path:
    body = {
        "title": "t",
        "data": {"source": source, "target": target},
        "model": {"layers": [{"conv": 2}, {"dense": 4}]},
        "train": {"epochs": 1, "batch_size": 8},
        "seeds": 1,
        "arms": {"plain": {"transfer": "source-only"}, "dann": {"transfer": "dann"}},
        "compare": {"baseline": "plain"},
    }
    (place / "study.yaml").write_text(yaml.safe_dump(body | keys))
    return place / "study.yaml"


@pytest.fixture
def refused(capsys):
    """What `alih check` says, in English, of a document that cannot run; Indonesian is tried,
    too."""

    def said(document: Path) -> str:
        capsys.readouterr()
        assert cli.run(["--lang", "id", "check", str(document)]) == 2
        capsys.readouterr()
        assert cli.run(["--lang", "en", "check", str(document)]) == 2
        found = capsys.readouterr()
        assert "Traceback" not in found.out + found.err
        return " ".join(found.err.split())

    return said


@pytest.mark.parametrize(
    ("source", "target", "setting", "common"),
    [
        ("abcd", "abc", "partial set", "[a, b, c]"),
        ("abc", "abcd", "open set", "[a, b, c]"),
        ("abcx", "abcy", "open partial set", "[a, b, c]"),
        ("01", "012", "open set", '["0", "1"]'),
    ],
)
def test_classes_of_one_domain_only_are_named_and_how_to_leave_them_out(
    tmp_path, refused, source, target, setting, common
):
    sets = [npz(tmp_path / "s.npz", source), npz(tmp_path / "t.npz", target, seed=1)]
    told = refused(written(tmp_path, *sets))
    assert setting in told
    assert f"classes: {common}" in told
    only = sorted({*source} ^ {*target})
    assert all(name in told for name in only)
    chosen = yaml.safe_load(common)
    both = [one | {"classes": chosen} for one in sets]
    assert load(written(tmp_path, *both)).name == "study"


def test_classes_that_nothing_joins_are_told_with_another_spelling(tmp_path, refused):
    names = {"s": ["Dog", "Big_Cat"], "t": ["hen", "big cat"]}
    sets = [
        npz(tmp_path / f"{key}.npz", seed=ord(key), arrays={"class_names": np.array(own)})
        for key, own in names.items()
    ]
    told = refused(written(tmp_path, *sets))
    assert "have 0 in common" in told
    assert "'big cat' looks like another spelling of 'Big_Cat'" in told


def test_one_set_twice_is_refused_wherever_it_is_written_from(tmp_path, refused):
    found = npz(tmp_path / "s.npz")
    (tmp_path / "deep").mkdir()
    again = {"npz": str(tmp_path / "deep" / ".." / "s.npz")}
    assert "same images (s)" in refused(written(tmp_path, found, again))


def test_a_target_smaller_than_a_batch_is_refused_where_it_is_learnt_from(tmp_path, refused):
    source, target = npz(tmp_path / "s.npz"), npz(tmp_path / "t.npz", each=3, seed=1)
    told = refused(written(tmp_path, source, target))
    assert "train.batch_size" in told
    assert "8 is larger than the 6 unlabelled" in told
    assert "at most 6" in told
    fits = written(tmp_path, source, target, train={"epochs": 1, "batch_size": 6})
    assert load(fits).name == "study"
    few = written(tmp_path, source, target, train={"epochs": 1, "batch_size": 6}, target_labels=0.8)
    told = refused(few)
    assert "at least 2" in told
    assert "target_labels: the target" in told


@pytest.mark.parametrize("labels", [3, "all", 4])
def test_all_labels_are_granted_alike_by_number_and_by_name(tmp_path, refused, labels):
    source, target = npz(tmp_path / "s.npz"), npz(tmp_path / "t.npz", each=3, seed=1)
    arms = {name: {"transfer": name} for name in ("dann", "self-training", "source-only")}
    document = written(tmp_path, source, target, target_labels=labels, arms=arms)
    document.write_text(document.read_text().replace("baseline: plain", "baseline: dann"))
    if labels == 4:
        told = refused(document)
        assert "2 classes have fewer" in told
        assert "1 problem" in told
    else:
        assert "self-training learn as `joint` does" in " ".join(alih.check(document).sentences())


def test_granted_labels_beyond_a_classs_images_are_counted(tmp_path, refused):
    labels = np.array([0] * 20 + [1] * 4)
    images = np.random.default_rng(1).integers(0, 255, (24, 8, 8), dtype=np.uint8)
    target = npz(tmp_path / "t.npz", arrays={"x_train": images, "y_train": labels})
    told = refused(written(tmp_path, npz(tmp_path / "s.npz"), target, target_labels=5))
    assert "1 class has fewer training images" in told
    assert "b 4" in told
    assert "at most 4" in told
    assert load(written(tmp_path, npz(tmp_path / "s.npz"), target, target_labels=4))


def test_sizes_and_channels_are_made_one_and_it_is_said_how(tmp_path, refused):
    source = npz(tmp_path / "s.npz", shape=(8, 8))
    target = npz(tmp_path / "t.npz", shape=(16, 16, 3), seed=1)
    said = str(alih.check(written(tmp_path, source, target)))
    assert "Both domains are decoded to 16 × 16 pixels and 3 channels" in said
    assert "images of the source are enlarged from 8 × 8" in said
    assert "gray images of the source get three equal channels" in said
    target |= {"channels": 1, "image_size": 8}
    said = str(alih.check(written(tmp_path, source, target)))
    assert "images of the target are reduced from 16 × 16" in said
    assert "images of the target lose their colours" in said
    told = refused(written(tmp_path, source | {"image_size": 9}, target))
    assert "decoded alike" in told


def test_images_in_both_domains_are_counted_and_named(tmp_path):
    source, target = npz(tmp_path / "s.npz"), npz(tmp_path / "t.npz", seed=1)
    with np.load(tmp_path / "s.npz") as stored:
        theirs = stored["x_train"]
    with np.load(tmp_path / "t.npz") as stored:
        arrays = dict(stored)
    arrays["x_test"][4], arrays["x_train"][2] = theirs[7], theirs[3]
    np.savez(tmp_path / "t.npz", **arrays)
    found = {one.code: one for one in alih.check(written(tmp_path, source, target)).findings}
    assert found["A025"].severity == "problem"
    assert "2 images" in found["A025"].text
    assert "1 of them is a test image" in found["A025"].text
    assert "train[7] = test[4]" in found["A025"].text


# --- Folders of domains


def folders(root: Path, domains: str = "photo sketch", each: int = 6) -> None:
    for number, domain in enumerate(domains.split()):
        for label, name in enumerate(("cat", "dog")):
            for index in range(each):
                rng = np.random.default_rng([number, label, index])
                file = root / domain / name / f"{index}.png"
                file.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(rng.integers(0, 255, (8, 8), dtype=np.uint8)).save(file)


def test_domains_are_sub_folders_of_one_root(tmp_path, refused):
    folders(tmp_path / "PACS")
    source, target = ({"folder": "./PACS", "domain": name} for name in ("photo", "sketch"))
    document = written(tmp_path, source, target, train={"epochs": 1, "batch_size": 4})
    study = load(document)
    assert [spec.name for spec in specs(study).values()] == ["PACS (photo)", "PACS (sketch)"]
    said = str(alih.check(document))
    assert "Source PACS (photo): 2 classes: cat 6, dog 6" in said
    assert "A025" not in said
    told = refused(written(tmp_path, source, target | {"domain": "scetch"}))
    assert "no domain 'scetch'" in told
    assert "photo, sketch" in told
    assert "same images (PACS (photo))" in refused(written(tmp_path, source, source))
    (tmp_path / "PACS/sketch/cat/0.png").write_bytes(
        (tmp_path / "PACS/photo/dog/1.png").read_bytes()
    )
    found = alih.check(written(tmp_path, source, target, train={"batch_size": 4})).findings
    assert "dog/1.png = cat/0.png" in next(one.text for one in found if one.code == "A025")


def test_a_domain_goes_with_a_folder(tmp_path, refused):
    source, target = npz(tmp_path / "s.npz"), npz(tmp_path / "t.npz", seed=1)
    assert "`where:" in refused(written(tmp_path, source, target | {"domain": "a"}))


@pytest.mark.parametrize("files_of", ["source", "target"])
def test_only_images_that_are_files_are_named_by_them(tmp_path, files_of):
    """With files on one side alone, images of the other have no names to be called by."""
    rng = np.random.default_rng(5)
    for at in range(40):
        place = tmp_path / "pictures" / "ab"[at % 2] / f"{at:02}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (8, 8), dtype=np.uint8)).save(place)
    folder = {"folder": str(tmp_path / "pictures"), "image_size": 8, "channels": 1}
    sides = {"source": npz(tmp_path / "s.npz", each=20), "target": npz(tmp_path / "t.npz", each=20)}
    sides[files_of] = folder
    arms = {"plain": {"transfer": "source-only"}, "other": {"transfer": "source-only"}}
    arms["other"]["train"] = {"lr": 0.01}
    root = ready(tmp_path / "s", written(tmp_path, **sides, arms=arms).read_text())
    assert alih.run(root, jobs=1, device="cpu").complete
    result = alih.open_results(root)
    for split, side in (("validation", "source"), ("test", "target")):
        rows = list(result.predictions("plain", split=split))
        assert all(("file" in row) == (side == files_of) for row in rows)
    assert Path(result.report()).exists()
