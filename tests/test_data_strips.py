"""Images read in strips: bit-equal to Pillow's whole decoding for every kind of PNG, bounded
memory, broken files."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from alih.data import pictures, pngstrips, strips
from alih.data.decode import Decode
from alih.errors import AlihError

SIZE = (37, 53)


@pytest.fixture(autouse=True)
def _small_strips(monkeypatch):
    monkeypatch.setattr(strips, "PIXELS", 7 * SIZE[0])


def noise(*shape: int, top: int = 256, dtype=np.uint8) -> np.ndarray:
    return np.random.default_rng(0).integers(0, top, shape, dtype)


def drawn(kind: str) -> Image.Image:
    width, height = SIZE
    if kind == "1":
        return Image.fromarray(noise(height, width)).convert("1")
    if kind == "I;16":
        return Image.fromarray(noise(height, width, top=65536, dtype=np.uint16))
    if kind.startswith("P"):
        picture = Image.fromarray(noise(height, width, top=2 ** int(kind[1:])))
        picture.putpalette(noise(3 * 2 ** int(kind[1:])).tobytes())
        return picture
    channels = {"L": (), "LA": (2,), "RGB": (3,), "RGBA": (4,)}[kind]
    return Image.fromarray(noise(height, width, *channels), kind)


def whole(path: Path, channels: int) -> np.ndarray:
    with Image.open(path) as picture:
        from PIL import ImageOps

        pixels = np.asarray(pictures.plain(ImageOps.exif_transpose(picture), channels))
    return pixels.reshape(*pixels.shape[:2], channels)


def in_strips(path: Path, channels: int, step: int = 5) -> np.ndarray:
    found = strips.open_strips(path, channels)
    return np.concatenate(
        [found.rows(top, min(top + step, found.height)) for top in range(0, found.height, step)]
    )


def filtered(path: Path, kind: str, filters: list[int]) -> Path:
    """A PNG whose rows use the given filters in turn, written from the specification's formulas."""
    pixels = np.asarray(drawn(kind)).reshape(SIZE[1], -1).astype(int)
    back = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}[kind]
    rows, above = [], np.zeros(pixels.shape[1], int)
    for number, row in enumerate(pixels):
        left, corner = (
            np.concatenate([np.zeros(back, int), line[:-back]]) for line in (row, above)
        )
        guess = left + above - corner
        distance = np.abs(guess - np.stack([left, above, corner]))
        paeth = np.choose(distance.argmin(axis=0), [left, above, corner])
        taken = [0, left, above, (left + above) // 2, paeth][filters[number % len(filters)]]
        rows.append(
            bytes([filters[number % len(filters)]])
            + ((row - taken) % 256).astype(np.uint8).tobytes()
        )
        above = row
    colour = {"L": 0, "LA": 4, "RGB": 2, "RGBA": 6}[kind]
    header = struct.pack(">IIBBBBB", *SIZE, 8, colour, 0, 0, 0)
    content = zlib.compress(b"".join(rows))
    chunks = [(b"IHDR", header), (b"IDAT", content[:100]), (b"IDAT", content[100:]), (b"IEND", b"")]
    path.write_bytes(
        pngstrips.SIGNATURE
        + b"".join(
            struct.pack(">I", len(c)) + n + c + struct.pack(">I", zlib.crc32(n + c))
            for n, c in chunks
        )
    )
    return path


@pytest.mark.parametrize("kind", ["L", "LA", "RGB", "RGBA"])
def test_every_filter_is_undone_across_strips(tmp_path, kind):
    path = filtered(tmp_path / "a.png", kind, [4, 3, 1, 2, 0, 4, 4, 3])
    np.testing.assert_array_equal(np.asarray(Image.open(path)), np.asarray(drawn(kind)))
    assert pngstrips.layout(path) is not None
    np.testing.assert_array_equal(in_strips(path, 3), whole(path, 3))


@pytest.mark.parametrize("kind", ["1", "L", "LA", "RGB", "RGBA", "I;16", "P1", "P2", "P4", "P8"])
@pytest.mark.parametrize("channels", [1, 3])
def test_strips_of_a_png_are_the_rows_that_pillow_reads(tmp_path, kind, channels):
    path = tmp_path / "a.png"
    drawn(kind).save(path, **({"bits": int(kind[1:])} if kind[0] == "P" else {}))
    assert pngstrips.layout(path) is not None
    np.testing.assert_array_equal(in_strips(path, channels), whole(path, channels))


def test_transparency_lies_on_white_in_strips_too(tmp_path):
    path = tmp_path / "a.png"
    drawn("P4").save(path, bits=4, transparency=bytes(range(0, 256, 16)))
    np.testing.assert_array_equal(in_strips(path, 3), whole(path, 3))
    drawn("L").save(path, transparency=17)
    np.testing.assert_array_equal(in_strips(path, 3), whole(path, 3))
    assert (in_strips(path, 1)[np.asarray(drawn("L")) == 17] == 255).all()


@pytest.mark.parametrize("turning", range(1, 9))
@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_turned_images_are_upright(tmp_path, turning, suffix):
    path, exif = tmp_path / f"a{suffix}", Image.Exif()
    exif[0x0112] = turning
    drawn("RGB").save(path, exif=exif)
    found = in_strips(path, 3)
    assert found.shape == ((*SIZE, 3) if turning >= 5 else (*SIZE[::-1], 3))
    np.testing.assert_array_equal(found, whole(path, 3))


def test_what_cannot_be_streamed_is_read_as_a_whole(tmp_path):
    drawn("RGB").save(tmp_path / "a.bmp")
    drawn("RGB").save(tmp_path / "a.gif")
    drawn("L").save(tmp_path / "moving.png", save_all=True, append_images=[drawn("L").transpose(0)])
    for path in tmp_path.iterdir():
        np.testing.assert_array_equal(in_strips(path, 3), whole(path, 3))
        assert pngstrips.layout(path) is None


@pytest.mark.parametrize(
    ("depth", "colour", "interlaced", "streamed"),
    [(8, 2, 0, True), (8, 2, 1, False), (16, 2, 0, False)],
)
def test_interlaced_and_deep_colour_files_are_told_by_their_header(
    tmp_path, depth, colour, interlaced, streamed
):
    header = b"IHDR" + struct.pack(">IIBBBBB", *SIZE, depth, colour, 0, 0, interlaced)
    path = tmp_path / "a.png"
    path.write_bytes(
        pngstrips.SIGNATURE + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    )
    assert (pngstrips.layout(path) is not None) == streamed


@pytest.mark.parametrize(
    "settings",
    [Decode(16, 3), Decode(16, 1, "crop", "bicubic"), Decode(64, 3, "crop"), Decode(53, 3)],
)
@pytest.mark.parametrize("kind", ["RGB", "RGBA", "P8"])
def test_a_square_from_strips_equals_that_of_the_whole_image(tmp_path, monkeypatch, settings, kind):
    path = tmp_path / "a.png"
    drawn(kind).save(path)
    expected = pictures.read(path, settings)
    monkeypatch.setattr(pictures, "read", None)
    np.testing.assert_array_equal(strips.read(path, settings), expected)


def test_rows_may_overlap_but_never_go_back(tmp_path):
    path = tmp_path / "a.png"
    drawn("RGB").save(path)
    found, expected = strips.open_strips(path, 3), whole(path, 3)
    for top, bottom in ((0, 20), (3, 11), (11, 40), (39, 53)):
        np.testing.assert_array_equal(found.rows(top, bottom), expected[top:bottom])
    with pytest.raises(ValueError, match="given up"):
        found.rows(1, 5)


def test_memory_holds_some_rows_only(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    Image.fromarray(np.tile(noise(1, 3000, 3), (2000, 1, 1))).save(path)
    monkeypatch.setattr(strips, "PIXELS", 30 * 3000)
    tracemalloc.start()
    found = strips.open_strips(path, 3)
    total = sum(int(found.rows(top, top + 20).sum(dtype=np.int64)) for top in range(0, 2000, 20))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == 2000 * noise(1, 3000, 3).sum(dtype=np.int64)
    assert peak < 3000 * 2000 * 3 / 5


@pytest.mark.parametrize("harm", ["cut", "flipped", "text", "empty"])
def test_a_broken_file_is_named(tmp_path, harm):
    path = tmp_path / "a.png"
    drawn("RGB").save(path)
    content = bytearray(path.read_bytes())
    if harm == "flipped":
        content[len(content) // 2] ^= 255
    path.write_bytes(
        {
            "cut": content[: len(content) // 2],
            "flipped": content,
            "text": b"no image",
            "empty": b"",
        }[harm]
    )
    with pytest.raises(AlihError) as error:
        in_strips(path, 3)
    assert error.value.key == "data.broken_image"
    assert "a.png" in str(error.value)


def test_the_limit_holds_before_anything_is_decoded(tmp_path):
    path = tmp_path / "a.png"
    drawn("L").save(path)
    with pytest.raises(AlihError) as error:
        strips.open_strips(path, 1, 1000)
    assert error.value.key == "study.image_too_large"
