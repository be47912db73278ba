"""Gray images of more than eight bits: one scale for a set whose values use little of the range."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from alih.data import pictures, strips
from alih.data.decode import Decode, key
from alih.data.load import load as load_images
from alih.datafiles import depth as depths
from alih.datafiles.depth import Depth, depth
from alih.executors.prepare import claim, read_images, write_cards
from alih.inspect.runfiles import decoding
from alih.runs.card import DataCard
from alih.runs.folder import StudyFolder
from alih.runs.status import state_of_data
from alih.study.catalogue import lookup as listings
from alih.study.catalogue.lookup import listing_of
from alih.study.checking.notes import data_findings
from alih.study.document.data import DataSpec
from alih.study.loading import load
from alih.study.planning import plan
from alih.study.planning.cells import Cell

DOCUMENT = """
title: t
data: {folder: data, image_size: 16, channels: 1}
split: {test: 0.25, validation: 0.25}
model: {layers: [{conv: 4}, global_avg_pool]}
train: {epochs: 1, batch_size: 2}
arms: {a: {}}
compare: {baseline: a}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    listings.forget()


def fill(low: int, high: int, ending: str = "png", each: int = 6) -> DataSpec:
    """Noise from `low` to just below `high`; the second class in the upper half of it."""
    for at, label in enumerate("ab"):
        Path("data", label).mkdir(parents=True, exist_ok=True)
        for index in range(each):
            noise = np.random.default_rng([at, index]).integers(
                low + at * (high - low) // 2, high - (1 - at) * (high - low) // 2, (16, 16)
            )
            Image.fromarray(noise.astype(np.uint16)).save(f"data/{label}/{index}.{ending}")
    listings.forget()
    return DataSpec(folder="data", image_size=16, channels=1)


@pytest.mark.parametrize("ending", ["png", "tif"])
@pytest.mark.parametrize("bits", [8, 10, 12])
def test_a_narrow_range_is_spread_alike_for_all_images(bits, ending):
    images = load_images(fill(0, 1 << bits, ending)).images[:]
    dark, light = images[:6], images[6:]
    assert dark.max() < 130 <= light.min() + 5
    assert light.max() >= 250
    assert len(np.unique(images)) > 200
    assert depth(listing_of(DataSpec(folder="data"))).gray == 12


def test_values_are_where_the_scale_says():
    values = np.array([[0, 999, 1000, 1500, 1999, 2000, 65535]], np.uint16)
    found = np.asarray(pictures.plain(Image.fromarray(values), 1, (1000, 1999)))
    assert found.tolist() == [[0, 0, 0, 128, 255, 255, 255]]
    ramp = Image.fromarray(np.arange(4096, dtype=np.uint16).reshape(64, 64))
    assert np.unique(pictures.plain(ramp, 1, (0, 4095))).tolist() == list(range(256))


def test_dead_and_saturated_pixels_do_not_decide():
    fill(200, 4000)
    for index in range(6):
        file = Path("data", "a", f"{index}.png")
        values = np.tile(np.asarray(Image.open(file)), (20, 20))
        values[0, 0], values[5, 5] = 0, 65535
        Image.fromarray(values).save(file)
    low, high = depth(listing_of(DataSpec(folder="data"))).scale
    assert 200 <= low < 230
    assert 3900 < high < 4000


def test_other_sets_are_untouched():
    settings = Decode(16, 1)
    assert key({"files": "x"}, settings) == "dbbb8f7816a87b7c1b8d082c88882f01"
    assert "scale" not in settings.card(of_files=True)
    spec = fill(0, 1 << 16)
    found = load_images(spec)
    assert depth(listing_of(spec)) == Depth(12, 0, None)
    assert "scale" not in found.card
    with Image.open("data/a/0.png") as picture:
        assert np.array_equal(found.images[0][..., 0], np.asarray(picture) >> 8)
    assert "data.scale" not in plan.identity_parts(study(), Cell("a", 0))
    for file in Path("data").rglob("*.png"):
        Image.fromarray((np.asarray(Image.open(file)) >> 8).astype(np.uint8)).save(file)
    listings.forget()
    assert depth(listing_of(spec)) == Depth()
    assert data_findings(study()) == []


def study():
    Path("s.yaml").write_text(DOCUMENT)
    return load("s.yaml")


def test_the_scale_is_told_stored_and_used_for_new_images():
    fill(100, 4000)
    given = study()
    (found,) = data_findings(given)
    assert found.code == "A008"
    assert found.values["count"] == 12
    root = Path("out")
    sets = read_images(given)
    claim(root, given, fresh=False)
    write_cards(root, given, sets, False, ())
    card = DataCard.read(root, StudyFolder(root).cure)
    scale = depth(listing_of(given.data)).scale
    assert card.scale == scale
    parts = plan.identity_parts(given, Cell("a", 0))
    assert parts["data.scale"] == list(scale)
    run = root / "runs" / "a" / "seed-0"
    run.mkdir(parents=True)
    ours = decoding(run, card)
    assert ours.scale == scale
    assert np.array_equal(pictures.read(Path("data/a/0.png"), ours), sets["target"].images[0])
    Path("data").rename("away")
    listings.forget()
    assert decoding(run, card).scale == scale
    away = state_of_data(StudyFolder(root), given)
    assert plan.identity_parts(given, Cell("a", 0), away)["data.scale"] == list(scale)


def test_strips_of_large_images_know_the_scale(monkeypatch):
    noise = np.random.default_rng(0).integers(500, 3000, (60, 50)).astype(np.uint16)
    Image.fromarray(noise).save("x.png")
    settings = Decode(20, 1, scale=(500, 2999))
    whole = pictures.read(Path("x.png"), settings)
    monkeypatch.setattr(strips, "PIXELS", 700)
    assert np.array_equal(strips.read(Path("x.png"), settings), whole)
    rows = strips.open_strips(Path("x.png"), 1, scale=(500, 2999)).rows(0, 60)
    plain = np.asarray(pictures.plain(Image.fromarray(noise), 1, (500, 2999)))
    assert np.array_equal(rows[..., 0], plain)
    scaled = strips.scaled(Path("x.png"), settings, (20, 20))
    assert np.abs(scaled.astype(int) - whole).max() <= 1


def test_a_set_is_measured_once(monkeypatch):
    spec = fill(0, 4096)
    first = depth(listing_of(spec))
    monkeypatch.setattr(depths, "_measured", lambda *_: pytest.fail("measured again"))
    listings.forget()
    assert depth(listing_of(spec)) == first


def test_colour_of_16_bits_is_told():
    spec = fill(0, 1 << 16)
    row = b"\0" + bytes(6 * 4)
    import struct
    import zlib

    def chunk(kind: bytes, content: bytes) -> bytes:
        whole = kind + content
        return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))

    header = struct.pack(">IIBBBBB", 4, 4, 16, 2, 0, 0, 0)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row * 4)) + chunk(b"IEND", b"")
    Path("data/a/colour.png").write_bytes(b"\x89PNG\r\n\x1a\n" + content)
    listings.forget()
    assert depth(listing_of(spec)) == Depth(12, 1, None)
    (found,) = data_findings(study())
    assert (found.code, found.key) == ("A008", "study.deep_colour")
