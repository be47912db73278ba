"""NPZ files as sets, MNIST and USPS by name: namings, what is refused, what a study makes of
them."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest

import alih
from alih.cli import run
from alih.data import digits
from alih.data.idx import write_idx
from alih.data.load import available, fetch, load
from alih.datafiles import arrays
from alih.errors import AlihError
from alih.inspect import domains, frozen
from alih.runs.status import has_files
from alih.study.catalogue.sets import KNOWN_SETS, SetFacts, facts_of
from alih.study.document.data import DataSpec
from alih.study.document.problems import StudyError
from alih.study.planning import plan


def images(count, side=6, channels=None, seed=0):
    shape = (count, side, side + 1) if channels is None else (count, side, side + 1, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def labels(count, classes=3):
    return np.arange(count) % classes


def saved(folder, **stored):
    place = folder / "digits.npz"
    np.savez_compressed(place, **stored)
    return place


@pytest.mark.parametrize(
    ("names", "counts"),
    [
        (("x_train", "y_train", "x_test", "y_test"), (12, 0, 9)),
        (("train_images", "train_labels", "val_images", "val_labels"), (12, 9, 0)),
        (("images", "labels", "images_test", "labels_test"), (12, 0, 9)),
        (("X", "Y", "X_valid", "Y_valid"), (12, 9, 0)),
    ],
)
def test_usual_names(tmp_path, names, counts):
    first, second = images(12), images(9, seed=1)
    stored = dict(zip(names, (first, labels(12)[:, None], second, labels(9)), strict=True))
    place = saved(tmp_path, **stored, note=np.zeros(3))
    found = arrays.look(place)
    assert tuple(found.count(part) for part in ("train", "validation", "test")) == counts
    spec = DataSpec(npz=str(place), image_size=6)
    facts = facts_of(spec)
    assert (facts.train, facts.validation, facts.test) == counts
    made = load(spec)
    assert (made.official_validation, made.official_test) == counts[1:]
    assert made.labels.tolist() == [*labels(12), *labels(9)]
    assert made.classes == ("0", "1", "2")
    assert made.images.shape == (21, 6, 6, 1)
    assert (made.items.width[0], made.items.height[0], made.items.format[0]) == (7, 6, "array")
    assert made.items.part.tolist() == [0] * 12 + [2 if counts[2] else 1] * 9


def test_pixels_stay_as_they_are_at_their_own_size_and_are_changed_to_another(tmp_path):
    square = images(6)[:, :, :6]
    place = saved(tmp_path, images=square, labels=labels(6))
    assert np.array_equal(load(DataSpec(npz=str(place))).images[..., 0], square)
    other = load(DataSpec(npz=str(place), image_size=8, channels=3))
    assert other.images.shape == (6, 8, 8, 3)
    assert np.array_equal(other.images[..., 0], other.images[..., 2])


def test_names_of_classes_and_labels_that_are_text(tmp_path):
    named = saved(tmp_path, x=images(6), y=labels(6), class_names=np.array(["cat", "dog", "owl"]))
    assert load(DataSpec(npz=str(named))).classes == ("cat", "dog", "owl")
    two = load(DataSpec(npz=str(named), classes=["owl", "cat"]))
    assert (two.labels.tolist(), len(two.items)) == ([1, 0, 1, 0], 4)
    assert facts_of(DataSpec(npz=str(named), classes=["owl", "cat"])).train == 4
    text = saved(tmp_path, x=images(6), y=np.array(["b", "a"] * 3))
    assert load(DataSpec(npz=str(text))).labels.tolist() == [1, 0] * 3
    gaps = saved(tmp_path, x=images(6), y=np.array([7, 3, 10] * 2, np.float32))
    found = load(DataSpec(npz=str(gaps)))
    assert (found.classes, found.labels.tolist()) == (("3", "7", "10"), [1, 0, 2] * 2)


@pytest.mark.parametrize(
    ("stored", "key", "values"),
    [
        ({"a": images(3)}, "npz_no_pair", {"got": "a"}),
        ({"x_train": images(3)}, "npz_no_pair", {}),
        ({"x": images(6), "y": labels(6), "x_test": images(3)}, "npz_half", {"missing": "labels"}),
        (
            {"x": images(6), "images": images(6), "y": labels(6)},
            "npz_twice",
            {"names": "x, images"},
        ),
        ({"x": images(6) / 255, "y": labels(6)}, "npz_images", {"name": "x"}),
        ({"x": images(6, channels=4), "y": labels(6)}, "npz_images", {}),
        ({"x": images(6).reshape(6, -1), "y": labels(6)}, "npz_images", {"got": "uint8 [6, 42]"}),
        ({"x": images(6), "y": labels(5)}, "npz_counts", {"images": 6, "labels": 5}),
        ({"x": images(6), "y": np.eye(6)}, "npz_labels", {"got": "float64 [6, 6]"}),
        ({"x": images(6), "y": labels(6) + 0.5}, "npz_labels", {}),
        ({"x": images(6), "y": labels(6, 1)}, "npz_one_class", {"found": "0"}),
        (
            {"x": images(6), "y": labels(6), "x_test": images(3, 5), "y_test": labels(3)},
            "npz_sizes",
            {"got": "5 × 6", "expected": "6 × 7"},
        ),
        (
            {"x": images(6), "y": labels(6), "x_test": images(3), "y_test": labels(3) + 1},
            "npz_untrained_class",
            {"name": "3", "other": "y_test"},
        ),
        ({"x": images(6), "y": np.array([0, "a"] * 3, object)}, "npz_objects", {"name": "y"}),
    ],
)
def test_what_is_not_understood(tmp_path, stored, key, values):
    with pytest.raises(AlihError) as raised:
        arrays.look(saved(tmp_path, **stored))
    assert raised.value.key == f"study.{key}"
    assert values.items() <= raised.value.values.items()
    assert "digits.npz" in str(raised.value)


def test_hints_for_floats_and_for_channels_that_come_first(tmp_path):
    for stored, key in (
        (images(6) / 255, "floats"),
        (images(6, channels=3).transpose(0, 3, 1, 2), "channels"),
    ):
        with pytest.raises(AlihError) as raised:
            arrays.look(saved(tmp_path, x=stored, y=labels(6)))
        assert raised.value.values["hint"].key == f"study.npz_hint_{key}"


def test_files_that_are_no_archives_or_damaged_ones(tmp_path):
    place = saved(tmp_path, x=images(60), y=labels(60))
    content = place.read_bytes()
    place.write_bytes(content[:100] + bytes(60) + content[160:])
    (tmp_path / "text.npz").write_text("x")
    np.save(tmp_path / "one.npy", images(3))
    cases = ((place, "npz_broken"), (tmp_path / "text.npz", "npz_no_archive"))
    cases += ((tmp_path / "one.npy", "npz_no_archive"), (tmp_path / "no.npz", "npz_absent"))
    for file, key in cases:
        with pytest.raises(AlihError) as raised:
            arrays.look(file).pixels()
        assert raised.value.key == f"study.{key}"


STUDY = """
title: t
data: {data}
{more}
train: {{epochs: 1, batch_size: 2}}
model: {{layers: [{{flatten: {{}}}}, {{dense: {{units: 2}}}}]}}
arms: {{a: {{}}, b: {{train: {{lr: 0.01}}}}}}
compare: {{baseline: a}}
"""


def study_of(folder, data, more=""):
    file = folder / "study.yaml"
    file.write_text(STUDY.format(data=data, more=more), encoding="utf-8")
    return alih.load(file)


def test_a_study_on_an_npz_file(tmp_path):
    place = saved(tmp_path, x=images(30), y=labels(30))
    study = study_of(tmp_path, "{npz: ./digits.npz}")
    assert (study.data.npz, study.data.name) == (str(place), "digits")
    assert has_files(study.data)
    cell = plan.cells(study)[0]
    before = plan.identity_parts(study, cell)
    assert before["data.content"] == load(study.data).card["sha256"]
    saved(tmp_path, x=images(30, seed=5), y=labels(30))
    assert plan.identity(study, cell) != plan.identity(
        study, cell, plan.DataState((before["data.content"],), 3)
    )
    with pytest.raises(StudyError) as raised:
        study_of(tmp_path, "{npz: ./digits.npz}", "task: segmentation")
    assert ("data.npz", "study.npz_masks") in [(p.path, p.key) for p in raised.value.problems]


@pytest.fixture
def small_mnist(monkeypatch, tmp_path):
    """A stand-in for MNIST of 20 and 10 images, and the folder of its files as torchvision lays
    them out."""
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(KNOWN_SETS, "mnist", SetFacts(28, 1, 10, 20, 10, names=tuple("0123456789")))
    held = {}
    for part, count in (("train", 20), ("t10k", 10)):
        pixels = np.random.default_rng(count).integers(0, 256, (count, 28, 28), dtype=np.uint8)
        held[f"{part}-images"], held[f"{part}-labels"] = pixels, labels(count, 10).astype(np.uint8)
    sums = {
        role: hashlib.sha256(write_idx(array, compress=False)).hexdigest()
        for role, array in held.items()
    }
    monkeypatch.setattr(digits, "CONTENT", sums)
    folder = tmp_path / "data/MNIST/raw"
    folder.mkdir(parents=True)
    for role, array in held.items():
        (folder / f"{digits.STEMS[role]}.gz").write_bytes(write_idx(array))
    return folder, held


def test_mnist_from_a_users_files(small_mnist, tmp_path):
    _, held = small_mnist
    from_idx = load(DataSpec(set="mnist", path=str(tmp_path / "data")))
    assert np.array_equal(from_idx.images[:20, ..., 0], held["train-images"])
    assert from_idx.official_test == 10
    names = ("x_train", "y_train", "x_test", "y_test")
    np.savez(tmp_path / "mnist.npz", **dict(zip(names, held.values(), strict=True)))
    from_npz = load(DataSpec(set="mnist", path=str(tmp_path / "mnist.npz")))
    assert np.array_equal(from_npz.images, from_idx.images)
    assert from_npz.content == from_idx.content
    assert np.array_equal(load(DataSpec(set="mnist", path=str(tmp_path))).labels, from_idx.labels)
    other = dict(zip(names, held.values(), strict=True)) | {"x_train": held["train-images"][::-1]}
    np.savez(tmp_path / "mnist.npz", **other)
    with pytest.raises(AlihError) as raised:
        load(DataSpec(set="mnist", path=str(tmp_path / "mnist.npz")))
    assert raised.value.key == "data.wrong_content"
    with pytest.raises(AlihError) as raised:
        load(DataSpec(set="mnist", path=str(tmp_path / "cache")))
    assert raised.value.key == "data.digits_missing"


def test_mnist_is_fetched_checked_and_kept(small_mnist, monkeypatch):
    folder, _ = small_mnist
    asked = []

    def download(address, target, progress=None, timeout=30):
        asked.append(address)
        if "broken" in address:
            raise OSError("no route")
        shutil.copy(folder / Path(address).name, target)

    monkeypatch.setattr(digits.files, "download", download)
    monkeypatch.setenv("ALIH_MNIST_URL", "http://broken/")
    row = next(row for row in available() if row["name"] == "mnist")
    assert not row["ready"]
    with pytest.raises(AlihError) as raised:
        load(DataSpec(set="mnist"))
    assert raised.value.key == "data.digits_cannot_get"
    assert "no route" in str(raised.value)
    monkeypatch.setenv("ALIH_MNIST_URL", "http://good/mnist")
    asked.clear()
    place = fetch("mnist")
    assert len(asked) == 4
    assert asked[0] == "http://good/mnist/train-images-idx3-ubyte.gz"
    assert next(row for row in available() if row["name"] == "mnist")["where"] == str(place)
    assert len(load(DataSpec(set="mnist"))) == 30
    assert len(asked) == 4


def test_usps_needs_a_file(monkeypatch, tmp_path):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path))
    with pytest.raises(AlihError) as raised:
        load(DataSpec(set="usps"))
    assert raised.value.key == "data.usps_needs_path"
    with pytest.raises(StudyError) as refused:
        study_of(tmp_path, "{set: usps}")
    assert [(p.path, p.key) for p in refused.value.problems] == [
        ("data.path", "data.usps_needs_path")
    ]
    assert run(["data", "list"]) == 0
    row = next(row for row in available() if row["name"] == "usps")
    assert (row["ready"], row["where"]) == (False, None)
    with pytest.raises(AlihError) as raised:
        load(DataSpec(set="usps", path=str(saved(tmp_path, x=images(6), y=labels(6)))))
    assert raised.value.key == "data.digits_shape"


def test_commands_take_npz_files(tmp_path):
    spec = frozen.named(str(saved(tmp_path, x=images(6), y=labels(6))))
    assert (spec.npz, spec.image_size) == (str(tmp_path / "digits.npz"), frozen.SMALL_SIDE)
    assert frozen.task_of(spec) == "classification"
    assert domains._space(spec) == (1, 7)


def test_the_real_sets(shared_data):
    place = shared_data / "mnist_usps"
    usps = load(DataSpec(set="usps", path=str(place / "usps.npz")))
    assert usps.images.shape == (9298, 16, 16, 1)
    assert usps.official_test == 2007
    assert np.bincount(usps.labels)[0] == 1553
    mnist = digits.read("mnist", place / "mnist.npz")
    assert len(mnist["train-images"]) == 60_000
