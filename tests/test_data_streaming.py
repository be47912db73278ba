"""Sets that are decoded as they are asked for: the same pixels, networks and complaints as of sets
that are decoded once, in bounded memory."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.support.folders import ready

import alih
from alih import files
from alih.data import imagefiles, streaming
from alih.data.decode import Decode
from alih.data.sources import FileSource
from alih.errors import AlihError
from alih.study.catalogue import lookup
from alih.study.document.data import DataSpec


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))


def folder(root: Path, count: int = 12) -> Path:
    """Two classes of drawn images."""
    generator = np.random.default_rng(0)
    for index in range(count):
        place = root / ("cat", "dog")[index % 2] / f"{index:03d}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        pixels = generator.integers(0, 256, (20, 14, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(place)
    return root


def source(root: Path) -> FileSource:
    """The files of a folder, undecoded."""
    paths = sorted(str(path.relative_to(root)) for path in root.rglob("*.png"))
    return FileSource(root, paths, np.zeros(len(paths), np.int64), {}, Decode(8, 3))


def loaded(root: Path):
    """The folder as a set at 8 pixels, and what was told of decoding it."""
    told: list[tuple[int, int]] = []
    spec = DataSpec(folder=str(root), image_size=8)
    found = imagefiles.load(spec, None, "classification", lambda *seen: told.append(seen))
    return found, told


def test_pixels_and_what_is_known_of_files_are_those_of_a_decoded_set(tmp_path, monkeypatch):
    root = folder(tmp_path / "pets")
    shutil.copy(root / "cat" / "000.png", root / "cat" / "copy.png")
    monkeypatch.setenv("ALIH_STREAM", "0")
    kept, _ = loaded(root)
    monkeypatch.setenv("ALIH_STREAM", "1")
    shutil.rmtree(tmp_path / "cache" / "copies")
    found, told = loaded(root)
    assert isinstance(found.images, streaming.Streamed)
    assert told[-1] == (13, 13)
    assert found.content == kept.content
    assert found.card == kept.card
    for index in (..., 3, -1, slice(2, 9, 3), np.array([5, 0, 5]), np.arange(13) > 9):
        every = found.images[:] if index is ... else found.images[index]
        np.testing.assert_array_equal(every, kept.images[index])
    np.testing.assert_array_equal(found.images[:, ::2, 1], kept.images[:, ::2, 1])
    for name in ("width", "height", "alike", "equal"):
        np.testing.assert_array_equal(getattr(found.items, name), getattr(kept.items, name))
    assert found.items.format == kept.items.format
    assert not list((tmp_path / "cache" / "streamed").rglob("images.npy"))
    _, told = loaded(root)
    assert told == []  # looked through once


def test_files_that_cannot_be_used_are_named_all_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_STREAM", "1")
    root = folder(tmp_path / "pets")
    for name in ("cat/002.png", "dog/005.png"):
        (root / name).write_bytes((root / name).read_bytes()[:90])
    with pytest.raises(AlihError) as error:
        loaded(root)
    assert "002.png" in str(error.value)
    assert "005.png" in str(error.value)


def test_the_ring_holds_a_bound_and_decodes_ahead_once(tmp_path, monkeypatch):
    given = source(folder(tmp_path / "pets", 40))
    read: list[int] = []
    item = FileSource.item
    monkeypatch.setattr(
        FileSource, "item", lambda self, index: read.append(index) or item(self, index)
    )
    monkeypatch.setattr(streaming, "BUFFER", 0)
    monkeypatch.setattr(streaming, "workers", lambda: 2)  # room for 8 items
    ring = streaming.Ring(given)
    order = np.random.default_rng(1).permutation(40)
    ring.ahead(order)
    for start in range(0, 40, 4):
        found = ring.take(order[start : start + 4], "images")
        assert len(ring._held) <= 8
        np.testing.assert_array_equal(
            found, [item(given, index)["images"] for index in order[start : start + 4]]
        )
        assert set(read) <= set(order[: start + 8])
    assert sorted(read) == list(range(40))  # each once
    assert ring.take(order, "images").shape == (40, 8, 8, 3)  # more than the ring holds
    assert len(ring._held) <= 8


def test_of_tiny_images_no_more_are_held_than_their_objects_leave_room_for(tmp_path, monkeypatch):
    monkeypatch.setattr(streaming, "BUFFER", 20 * streaming.EACH)
    monkeypatch.setattr(streaming, "workers", lambda: 2)
    ring = streaming.Ring(source(folder(tmp_path / "pets", 40)))
    ring.ahead(np.arange(40))
    for start in range(0, 40, 4):
        ring.take(np.arange(start, start + 4), "images")
        assert len(ring._held) <= 20


def test_a_file_that_is_replaced_in_the_middle_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_STREAM", "1")
    root = folder(tmp_path / "pets")
    found, _ = loaded(root)
    (root / "cat" / "000.png").write_bytes((root / "cat" / "002.png").read_bytes())
    monkeypatch.setattr(streaming, "BUFFER", 0)
    with pytest.raises(AlihError) as error:
        found.images._ring._one(0)
    assert error.value.key == "data.file_changed"


def test_cells_of_one_run_share_what_is_decoded_and_a_changed_file_is_told_in_all(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("ALIH_STREAM", "1")
    monkeypatch.setattr(streaming, "BUFFER", 0)
    root = folder(tmp_path / "pets")
    first, _ = loaded(root)
    os.utime(root / "cat" / "000.png", (1, 1))  # the same bytes
    again, _ = loaded(root)
    assert again.images._ring is first.images._ring
    assert again.images[:].shape == (12, 8, 8, 3)
    with lookup.trusting():
        (root / "cat" / "000.png").write_bytes((root / "cat" / "002.png").read_bytes())
        with pytest.raises(AlihError) as error:
            loaded(root)[0].images._ring._one(0)
    assert error.value.key == "data.file_changed"
    assert loaded(root)[0].images._ring is not first.images._ring


def test_a_file_that_comes_back_is_read_again(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_STREAM", "1")
    root = folder(tmp_path / "pets")
    found, _ = loaded(root)
    found.images._ring._held.clear()
    file = root / "cat" / "000.png"
    content = file.read_bytes()
    file.unlink()
    with pytest.raises(AlihError):
        found.images[0]
    file.write_bytes(content)
    again, _ = loaded(root)
    assert again.images._ring is found.images._ring
    assert again.images[0].shape == (8, 8, 3)


def test_a_full_disk_streams_and_a_decoded_set_stays(tmp_path, monkeypatch):
    root = folder(tmp_path / "pets")
    monkeypatch.setattr(
        streaming.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 9, 1)
    )
    found, _ = loaded(root)
    assert isinstance(found.images, streaming.Streamed)
    monkeypatch.setenv("ALIH_STREAM", "0")
    loaded(root)
    monkeypatch.delenv("ALIH_STREAM")
    found, _ = loaded(root)  # all of it is there
    assert not isinstance(found.images, streaming.Streamed)
    monkeypatch.setenv("ALIH_STREAM", "yes")
    with pytest.raises(AlihError) as error:
        loaded(root)
    assert error.value.key == "data.stream_setting"


@pytest.mark.torch
def test_networks_are_the_same_to_the_last_bit(tmp_path, monkeypatch):
    root = folder(tmp_path / "pets", 40)
    text = f"""
schema: 1
name: s
title: s
data: {{folder: {root}, image_size: 8}}
split: {{validation: 0.2, test: 0.2}}
seeds: 1
model: {{layers: [{{conv: {{filters: 4}}}}, batch_norm, {{max_pool: 2}}, flatten]}}
augment: {{flip: true}}
normalise: mean-std
train: {{epochs: 2, batch_size: 8, lr: 0.01, sampling: balanced}}
arms: {{a: {{}}}}
compare: {{baseline: a}}
"""
    weights = []
    for said in "01":
        monkeypatch.setenv("ALIH_STREAM", said)
        out = ready(tmp_path / said, text)
        assert alih.run(out, jobs=1).complete
        weights.append(files.sha256(out / "runs" / "a" / "seed-0" / "model.safetensors"))
    assert weights[0] == weights[1]
