"""The IDX reader: parity with torchvision, and a sentence for every kind of broken file."""

import gzip
import struct

import numpy as np
import pytest

from alih.data import fashion_mnist, idx
from alih.data.idx import read_idx, write_idx
from alih.errors import AlihError

MINI = fashion_mnist.EMBEDDED


def images_bytes(count=3, rows=2, columns=2, magic=0x0803, extra=b""):
    return (
        struct.pack(">IIII", magic, count, rows, columns)
        + bytes(range(count * rows * columns))
        + extra
    )


def labels_bytes(labels, magic=0x0801):
    return struct.pack(">II", magic, len(labels)) + bytes(labels)


@pytest.mark.parametrize("part", ["train", "t10k"])
def test_reads_the_same_as_torchvision(tmp_path, part):
    mnist = pytest.importorskip("torchvision.datasets.mnist")
    for role, read in (
        (f"{part}-images", mnist.read_image_file),
        (f"{part}-labels", mnist.read_label_file),
    ):
        zipped = MINI / f"{fashion_mnist.STEMS[role]}.gz"
        plain = tmp_path / role
        plain.write_bytes(gzip.decompress(zipped.read_bytes()))
        dimensions = 3 if role.endswith("images") else 1
        expected = read(str(plain)).numpy()
        for source in (zipped, plain, str(plain), plain.read_bytes(), zipped.read_bytes()):
            assert np.array_equal(read_idx(source, dimensions), expected)


def test_gzip_is_told_from_the_content(tmp_path):
    misnamed = tmp_path / "labels.gz"
    misnamed.write_bytes(labels_bytes([1, 2, 3]))
    assert read_idx(misnamed, 1).tolist() == [1, 2, 3]


@pytest.mark.parametrize("shape", [(4,), (2, 3, 5), (1, 1, 1)])
def test_written_files_are_read_back_and_repeatable(shape):
    array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    assert np.array_equal(read_idx(write_idx(array), len(shape)), array)
    assert write_idx(array) == write_idx(array.copy())
    assert write_idx(array, compress=False)[4 + 4 * len(shape) :] == array.tobytes()


GOOD = gzip.compress(images_bytes())
FLIPPED = GOOD[:-6] + bytes([GOOD[-6] ^ 0xFF]) + GOOD[-5:]

BROKEN = {
    "empty file": (b"", "data.idx_bad_magic", "-"),
    "html page": (b"<!DOCTYPE html>", "data.idx_bad_magic", "3c 21 44 4f"),
    "float type": (images_bytes(magic=0x0D03), "data.idx_bad_magic", "0d"),
    "labels where images belong": (labels_bytes([1, 2]), "data.idx_bad_magic", "08 01"),
    "header cut": (images_bytes()[:10], "data.idx_wrong_length", "10"),
    "values cut": (images_bytes()[:-1], "data.idx_wrong_length", "27"),
    "absurd sizes": (images_bytes()[:4] + b"\xff" * 12 + b"1234", "data.idx_wrong_length", "20"),
    "trailing byte": (images_bytes(extra=b"x"), "data.idx_wrong_length", "28"),
    "gzip cut": (GOOD[:-12], "data.idx_bad_gzip", "end-of-stream"),
    "gzip checksum": (FLIPPED, "data.idx_bad_gzip", "CRC"),
    "gzip with garbage": (GOOD + b"garbage", "data.idx_bad_gzip", "gzip"),
    "gzip header only": (b"\x1f\x8b", "data.idx_bad_gzip", "end-of-stream"),
    "gzip body destroyed": (GOOD[:10] + b"\xff" * 30, "data.idx_bad_gzip", ""),
    "gzip'd truncated idx": (gzip.compress(images_bytes()[:-2]), "data.idx_wrong_length", "26"),
    "gzip'd trailing idx": (
        gzip.compress(images_bytes(extra=b"yy")),
        "data.idx_wrong_length",
        "28",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files_are_told_by_name_and_kind(tmp_path, case):
    content, key, came = BROKEN[case]
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(AlihError) as raised:
        read_idx(path, 3)
    assert raised.value.key == key
    assert str(path) in str(raised.value)
    assert came in str(raised.value)


def test_a_missing_file_and_a_folder(tmp_path):
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(AlihError) as raised:
            read_idx(path, 3)
        assert raised.value.key == "data.idx_unreadable"
        assert str(path) in str(raised.value)


def test_a_file_that_announces_too_much_is_refused_before_it_is_decompressed(tmp_path, monkeypatch):
    bomb = tmp_path / "images.gz"
    with gzip.open(bomb, "wb") as file:
        file.write(struct.pack(">IIII", 0x0803, 60_000, 29, 28))
        file.writelines(bytes(1 << 20) for _ in range(47))
    monkeypatch.setattr(idx, "_read_at_most", lambda *_: pytest.fail("values were read"))
    with pytest.raises(AlihError) as raised:
        read_idx(bomb, 3, most=fashion_mnist.MOST_VALUES)
    assert raised.value.key == "data.idx_too_large"
    assert raised.value.values["most"] == 47_040_000


def test_the_sets_files_are_read_up_to_their_size_only(tmp_path):
    for role in fashion_mnist.ROLES:
        kept = (MINI / f"{fashion_mnist.STEMS[role]}.gz").read_bytes()
        (tmp_path / f"{fashion_mnist.STEMS[role]}.gz").write_bytes(kept)
    place = fashion_mnist.in_user_folder(str(tmp_path), "fashion-mnist-mini")
    images, labels = fashion_mnist.read_part(place, "train")
    assert (images.shape, labels.shape) == ((6000, 28, 28), (6000,))
    place.paths["train-labels"].write_bytes(
        struct.pack(">II", 0x0801, fashion_mnist.MOST_VALUES + 1)
    )
    with pytest.raises(AlihError) as raised:
        fashion_mnist.read_part(place, "train")
    assert raised.value.key == "data.idx_too_large"
