"""What is told about sets of arrays: classes, parts, sizes, and images that stand there twice."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alih import words
from alih.data import fashion_mnist
from alih.data.array_sets import array_findings, array_set, lines
from alih.datafiles import arrays
from alih.study.document.data import DataSpec
from alih.study.document.study import Study


def study(data: Any, **changes: Any) -> Study:
    values = {
        "name": "tiny",
        "title": "Tiny",
        "data": data,
        "model": "dcnn",
        "arms": {"a": {}},
        "compare": {"baseline": "a"},
    }
    return Study.model_validate(values | changes)


def npz(place: Path, images: np.ndarray, labels: np.ndarray, test: int, **more: Any) -> Path:
    """A file of arrays whose last `test` images are the test part."""
    train = len(images) - test
    parts = {"x_train": images[:train], "x_test": images[train:]}
    answers = {"y_train": labels[:train], "y_test": labels[train:]}
    np.savez_compressed(place, **parts, **answers, **more)
    return place


def drawn(count: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, *shape), dtype=np.uint8)


def test_classes_parts_and_sizes_are_told(tmp_path: Path) -> None:
    labels = np.array([0] * 12 + [1] * 8 + [0] * 3 + [1] * 2)
    names = np.array(["cat", "dog"])
    file = npz(tmp_path / "a.npz", drawn(25, 6, 8, 3), labels, test=5, classes=names)
    assert lines(study({"npz": str(file)})) == [
        "a: 2 classes: cat 15, dog 10",
        "  parts: train 18, validation 2 (drawn), test 5",
        "  images: arrays, 8 × 6 pixels, 3 channels",
    ]
    words.set_language("id")
    assert lines(study({"npz": str(file)}))[0] == "a: 2 kelas: cat 15, dog 10"
    plain = npz(tmp_path / "b.npz", drawn(25, 6, 8, 3), labels, test=5)
    assert lines(study({"npz": str(plain)}))[0] == "b: 2 kelas: 0: 15, 1: 10"


def test_named_sets_are_told_where_they_are_here(tmp_path: Path, monkeypatch) -> None:
    first, parts, images = lines(study({"set": "fashion-mnist-mini"}))
    assert "10 classes of 700 images" in first
    assert "test 1,000" in parts
    assert "28 × 28" in images
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path))
    assert lines(study({"set": "mnist"})) == [], "nothing is fetched"
    assert array_findings(study({"set": "mnist"})) == []


@pytest.mark.parametrize("columns", [False, True], ids=["rows first", "columns first"])
def test_equal_images_in_two_classes_and_in_two_parts_are_found(
    tmp_path: Path, columns: bool, monkeypatch
) -> None:
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(arrays, "BLOCK", 3 * 64)
    images, labels = drawn(40, 8, 8), np.arange(40) % 3
    images[4] = images[3]  # classes 1 and 0
    images[35] = images[5]  # both of class 2, in two parts
    if columns:
        images = np.asfortranarray(images)
    file = npz(tmp_path / "a.npz", images, labels, test=10)
    found = {found.code: found.values for found in array_findings(study({"npz": str(file)}))}
    assert found == {
        "A003": {"count": 1, "pairs": "train[3] = train[4]"},
        "A004": {"count": 1, "pairs": "train[5] = test[5]"},
    }
    some = study({"npz": str(file), "classes": ["2", "0"]})
    assert [found.code for found in array_findings(some)] == ["A004"], "class 1 is not used"
    assert array_findings(study({"npz": str(file)}, mute=["A003", "A004"])) == []


def test_no_packaged_image_stands_there_twice() -> None:
    assert array_findings(study({"set": "fashion-mnist-mini"})) == []


def test_four_files_and_one_file_of_arrays_hold_the_same_set(tmp_path: Path) -> None:
    place = fashion_mnist.here("fashion-mnist-mini")
    assert place is not None
    parts = [fashion_mnist.read_part(place, part) for part in ("train", "t10k")]
    images, labels = (np.concatenate(pair) for pair in zip(*parts, strict=True))
    file = npz(tmp_path / "same.npz", images, labels, test=1000)
    one, other = array_set(DataSpec(npz=str(file))), array_set(DataSpec(set="fashion-mnist-mini"))
    assert one is not None
    assert other is not None
    for held in (one, other):
        assert np.array_equal(np.concatenate(list(held.blocks())), images)
        assert held.count("test") == 1000
        assert held.totals() == [700] * 10
        assert (held.width, held.height, held.channels) == (28, 28, 1)
    assert other.item(6000).path == "test[0]"


def test_blocks_take_no_more_memory_than_a_block(tmp_path: Path) -> None:
    images = np.zeros((4000, 64, 64), np.uint8)
    file = npz(tmp_path / "z.npz", images, np.arange(4000) % 2, test=10)
    held = array_set(DataSpec(npz=str(file)))
    assert held is not None
    tracemalloc.start()
    try:
        assert sum(len(block) for block in held.blocks()) == 4000
        assert tracemalloc.get_traced_memory()[1] < images.nbytes
    finally:
        tracemalloc.stop()


def test_a_damaged_set_is_no_finding(tmp_path: Path) -> None:
    place = fashion_mnist.here("fashion-mnist-mini")
    assert place is not None
    for role, path in place.paths.items():
        content = path.read_bytes()
        name = path.name
        torn = content[: len(content) // 2] if role == "t10k-images" else content
        (tmp_path / name).write_bytes(torn)
    given = study({"set": "fashion-mnist-mini", "path": str(tmp_path)})
    assert array_findings(given) == [], "whoever decodes it says what is wrong"
    assert len(lines(given)) == 3
