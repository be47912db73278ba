"""Opening image files: which formats, what is refused, errors that name the file."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import subprocess
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from alih.data import pictures
from alih.data.decode import Decode
from alih.datafiles import imagefile, imageformats
from alih.datafiles.imagefile import open_image
from alih.errors import AlihError

EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 20 20\n%%EndComments\nshowpage\n%%EOF\n"


def _content(name: str, side: int = 12) -> bytes:
    pixels = np.random.default_rng(3).integers(0, 256, (side, side, 3), np.uint8)
    kept = io.BytesIO()
    Image.fromarray(pixels).save(kept, name)
    return kept.getvalue()


def _refused(path: Path) -> str:
    with pytest.raises(AlihError) as caught, open_image(path) as picture:
        picture.load()
    assert caught.value.key == "data.broken_image"
    assert caught.value.values["path"] == path
    return caught.value.values["reason"]


def test_postscript_called_png_is_refused_and_starts_no_program(tmp_path, monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a program was started"))
    path = tmp_path / "evil.png"
    path.write_bytes(EPS)
    assert "JPEG" in _refused(path)


@pytest.mark.parametrize(
    "name", ["PPM", "TGA", "PCX", "ICO", "JPEG2000", "SGI", "PDF", "EPS", "ICNS", "DDS"]
)
def test_formats_that_are_not_listed_are_refused_whatever_the_file_is_called(name, tmp_path):
    path = tmp_path / "x.png"
    path.write_bytes(_content(name, 16))
    _refused(path)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", imageformats.NAMES)
def test_damaged_files_of_every_format_raise_no_other_errors(name, tmp_path):
    whole, random = _content(name), np.random.default_rng(8)
    path = tmp_path / "x.png"
    for number in range(60):
        content = bytearray(whole)
        for place in random.integers(0, min(len(content), 200), 1 + number % 4):
            content[place] = random.integers(256)
        path.write_bytes(bytes(content[: random.integers(1, len(content) + 1)]))
        with contextlib.suppress(AlihError), open_image(path) as picture:
            picture.load()


@pytest.mark.parametrize(
    "error",
    [
        struct.error("x"),
        SyntaxError("x"),
        IndexError("x"),
        OverflowError("x"),
        MemoryError(),
        KeyError("x"),
        zlib.error("x"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("late", [False, True])
def test_whatever_a_decoder_raises_becomes_an_error_that_names_the_file(
    error, late, tmp_path, monkeypatch
):
    path = tmp_path / "x.png"
    path.write_bytes(_content("PNG"))

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(imagefile.imageformats, "opened", fail) if not late else None
    with pytest.raises(AlihError) as caught, open_image(path):
        fail()
    assert caught.value.values["path"] == path
    assert caught.value.values["reason"]
    assert caught.value.__cause__ is error


def test_files_are_opened_at_the_same_time_and_pillows_own_limit_is_put_back(tmp_path, monkeypatch):
    before = Image.MAX_IMAGE_PIXELS
    meeting, opened = threading.Barrier(2, timeout=20), imageformats.opened
    limits = []

    def meet(file):
        meeting.wait()
        limits.append(Image.MAX_IMAGE_PIXELS)
        return opened(file)

    monkeypatch.setattr(imageformats, "opened", meet)
    path = tmp_path / "x.png"
    path.write_bytes(_content("PNG"))

    def size(_: int) -> tuple[int, int]:
        with open_image(path) as picture:
            return picture.size

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(size, range(2))) == [(12, 12)] * 2
    assert limits == [None, None]
    assert before == Image.MAX_IMAGE_PIXELS


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "nothing", "loop"])
def test_what_is_no_regular_file_is_refused_at_once(kind, tmp_path):
    path = tmp_path / "x.png"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    elif kind == "loop":
        path.symlink_to(path)
    reason = _refused(path)
    assert kind in ("nothing", "loop") or kind in str(reason)


def test_pillow_opens_nothing_without_a_list_of_formats():
    sources = Path(imagefile.__file__).parents[1].rglob("*.py")
    calls = [
        line.strip()
        for source in sources
        for line in source.read_text(encoding="utf-8").splitlines()
        if "Image.open(" in line
    ]
    assert calls
    assert [call for call in calls if "formats=" not in call] == []


def _saved(path: Path, name: str, mode: str = "RGB", **options) -> np.ndarray:
    """Save a drawn image of 6 × 4 pixels and return what its decoded pixels have to be, but for
    losses of compression."""
    pixels = np.random.default_rng(5).integers(0, 256, (4, 6, 3), np.uint8)
    picture = Image.fromarray(pixels if mode == "RGB" else pixels[..., 0])
    if mode == "I;16":
        picture = Image.fromarray(pixels[..., 0].astype(np.uint16) << 8)
    picture = picture.convert(mode) if mode in ("1", "P") else picture
    picture.save(path, name, **options)
    return np.asarray(picture)


@pytest.mark.parametrize(
    ("name", "mode", "bits"),
    [
        ("PNG", "RGB", 8),
        ("PNG", "1", 1),
        ("PNG", "P", 8),
        ("PNG", "I;16", 16),
        ("TIFF", "RGB", 8),
        ("TIFF", "I;16", 16),
        ("TIFF", "1", 1),
        ("BMP", "RGB", 8),
        ("GIF", "P", 8),
        ("WEBP", "RGB", 8),
    ],
)
def test_pixels_and_facts_of_every_format_by_content_whatever_the_ending(
    name, mode, bits, tmp_path
):
    path = tmp_path / "x.jpg"
    expected = _saved(path, name, mode, **({"lossless": True} if name == "WEBP" else {}))
    pixels, found = imagefile.read(path)
    if mode == "P":  # the palette may be in another order
        assert pixels.shape == expected.shape
    else:
        assert np.array_equal(pixels, expected)
    assert found == imagefile.ImageMeta(6, 4, name, bits, 1)
    assert imagefile.meta(path) == found


def test_sixteen_bit_colour_is_told_although_it_is_read_with_eight(tmp_path):
    header = b"IHDR" + struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0)
    content = b"IDAT" + zlib.compress(b"\0" + bytes(range(6)))
    chunks = [
        struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c))
        for c in (header, content, b"IEND")
    ]
    (tmp_path / "x.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    pixels, found = imagefile.read(tmp_path / "x.png")
    assert (found.bits, pixels.dtype, pixels.shape) == (16, np.uint8, (1, 1, 3))


def test_two_pictures_in_one_jpeg_and_its_orientation(tmp_path):
    exif = Image.Exif()
    exif[imagefile.ORIENTATION] = 6
    first, second = Image.new("RGB", (8, 4)), Image.new("RGB", (2, 2))
    first.save(tmp_path / "x.jpg", "MPO", save_all=True, append_images=[second], exif=exif)
    assert imagefile.meta(tmp_path / "x.jpg") == imagefile.ImageMeta(8, 4, "JPEG", 8, 6)


@pytest.mark.parametrize(
    ("name", "options"),
    [("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"}), ("WEBP", {"lossless": True})],
)
def test_turned_images_of_further_formats_are_upright(name, options, tmp_path):
    exif = Image.Exif()
    exif[imagefile.ORIENTATION] = 6
    lying = np.zeros((8, 8, 3), np.uint8)
    lying[:, :4] = 255
    Image.fromarray(lying).save(tmp_path / "x.img", name, exif=exif, **options)
    upright = pictures.read(tmp_path / "x.img", Decode(8, 3))
    assert (upright[:4].min(), upright[4:].max()) == (255, 0)


def test_gifs_are_their_first_frame_on_white(tmp_path):
    first = Image.new("P", (8, 8), 1)
    first.putpalette([0, 0, 0, 200, 10, 10])
    first.paste(0, (0, 0, 4, 8))
    first.save(
        tmp_path / "x.gif", save_all=True, append_images=[Image.new("P", (8, 8), 0)], transparency=0
    )
    found = pictures.read(tmp_path / "x.gif", Decode(8, 3))
    assert (found[:, :4] == 255).all()
    assert (found[:, 4:] == [200, 10, 10]).all()


def test_images_of_fractions_are_refused_since_nothing_says_what_white_is(tmp_path):
    Image.fromarray(np.full((4, 4), 0.5, np.float32)).save(tmp_path / "x.tif")
    with pytest.raises(AlihError) as caught:
        pictures.read(tmp_path / "x.tif", Decode(4, 1))
    assert caught.value.values["path"] == tmp_path / "x.tif"
