"""Decoded arrays on disk: what decoding does, and what happens to damaged, shared and crowded
stores."""

import multiprocessing
import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from alih import files
from alih.data import sources, store
from alih.data.decode import Decode, key
from alih.data.sources import ArraySource, decode
from alih.errors import AlihError
from alih.files import cache as caches
from alih.files import rows


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path))
    return tmp_path


def folder():
    return files.cache_dir() / store.ROOM


def raw(count=5, size=4, channels=None, seed=0):
    shape = (count, size, size) if channels is None else (count, size, size, channels)
    images = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    return ArraySource(images, np.arange(count), {"name": "drawn"}, Decode(4, channels or 1))


def test_the_same_size_is_kept_as_it_is():
    made = raw(channels=3)
    images, labels, masks, card, _ = store.obtain("k", lambda: made)
    assert masks is None
    assert np.array_equal(images, made.images)
    assert labels.tolist() == [0, 1, 2, 3, 4]
    assert card == {"name": "drawn", "image_size": 4, "channels": 3}


def test_gray_and_colour():
    gray, colour = raw(), raw(channels=3)
    repeated = decode(gray.images, Decode(4, 3))
    assert all(np.array_equal(repeated[..., c], gray.images) for c in range(3))
    luma = decode(colour.images, Decode(4, 1))[..., 0]
    exact = colour.images @ np.array([0.299, 0.587, 0.114])  # ITU-R 601
    assert np.abs(luma - exact).max() <= 1


def test_sizes_change_with_antialiasing():
    made = raw(size=32)
    halved = decode(made.images, Decode(16, 1))
    with Image.fromarray(made.images[2]) as picture:
        assert np.array_equal(
            halved[2, ..., 0], np.asarray(picture.resize((16, 16), Image.Resampling.BILINEAR))
        )
    # A one-pixel chequerboard becomes an even gray; without antialiasing it would keep black and
    # white.
    board = (np.indices((32, 32)).sum(0) % 2 * 255).astype(np.uint8)
    assert np.ptp(decode(board[None], Decode(8, 1))[0, 2:-2, 2:-2]) <= 8
    assert decode(made.images, Decode(48, 3)).shape == (5, 48, 48, 3)


def test_chunks_join_to_the_whole(monkeypatch):
    made = raw(count=23)
    monkeypatch.setattr(sources, "CHUNK_PIXELS", 16 * 4)
    images, *_ = store.obtain("k", lambda: made)
    assert np.array_equal(images[..., 0], made.images)


def test_the_key_follows_content_and_settings():
    base = key({"a": "1"}, Decode(28, 1))
    assert base == key({"a": "1"}, Decode(28, 1))
    assert (
        len(
            {
                base,
                key({"a": "2"}, Decode(28, 1)),
                key({"a": "1"}, Decode(32, 1)),
                key({"a": "1"}, Decode(28, 3)),
            }
        )
        == 4
    )


def count_builds():
    built = []

    def build():
        built.append(1)
        return raw()

    return built, build


def flip_image_byte(place):
    content = bytearray((place / "images.npy").read_bytes())
    content[-7] ^= 1
    (place / "images.npy").write_bytes(content)


DAMAGE = {
    "flipped byte in the images": flip_image_byte,
    "truncated images": lambda place: os.truncate(place / "images.npy", 150),
    "labels gone": lambda place: (place / "labels.npy").unlink(),
    "labels of another set": lambda place: np.save(place / "labels.npy", np.arange(5)[::-1]),
    "broken card": lambda place: (place / "about.json").write_text("{"),
    "card of another shape": lambda place: (place / "about.json").write_text("[]"),
    "changed card": lambda place: (place / "about.json").write_text(
        (place / "about.json").read_text().replace("drawn", "dream")
    ),
    "never finished": lambda place: (place / rows.LEDGER).unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_store_is_built_again(damage):
    built, build = count_builds()
    store.obtain("k", build)
    store.obtain("k", build)
    assert len(built) == 1
    DAMAGE[damage](folder() / "k")
    images, labels, _, card, _ = store.obtain("k", build)
    assert np.array_equal(images[..., 0], raw().images)
    assert len(built) == 2
    assert labels.tolist() == [0, 1, 2, 3, 4]
    assert card["name"] == "drawn"


def test_only_the_damaged_part_of_a_set_is_decoded_again(monkeypatch):
    made = raw(count=23)
    monkeypatch.setattr(sources, "CHUNK_PIXELS", 16 * 4)
    store.obtain("k", lambda: made)
    flip_image_byte(folder() / "k")
    read = []
    monkeypatch.setattr(
        ArraySource,
        "read",
        lambda self, a, b, was=ArraySource.read: read.append((a, b)) or was(self, a, b),
    )
    images, *_ = store.obtain("k", lambda: made)
    assert np.array_equal(images[:20][..., 0], made.images[:20])
    assert read == []
    assert np.array_equal(images[np.array([21, 3])][..., 0], made.images[[21, 3]])
    assert read == [(20, 23)]


def test_a_decoding_that_is_stopped_goes_on_where_it_was(monkeypatch):
    made = raw(count=23)
    monkeypatch.setattr(sources, "CHUNK_PIXELS", 16 * 4)
    told = []

    def stop(done, of):
        told.append((done, of))
        if done == 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.obtain("k", lambda: made, stop)
    again = []
    images, *_ = store.obtain("k", lambda: made, lambda done, of: again.append(done))
    assert told == [(4, 23), (8, 23), (12, 23)]
    assert again == [16, 20, 23]
    assert np.array_equal(images[..., 0], made.images)


def test_what_killed_processes_left_is_removed_unless_one_is_at_work():
    for name in ("left", "busy"):
        (folder() / name).mkdir(parents=True)
        (folder() / name / ".images.npy.x1.tmp").write_bytes(b"half")
    with caches.Entry(store.ROOM, "busy").lock():
        store.obtain("k", raw)
    assert [place.parent.name for place in folder().glob("*/.*.tmp")] == ["busy"]


def test_an_interrupted_build_leaves_nothing_that_opens(monkeypatch):
    def stop(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(files, "write_json", stop)
        with pytest.raises(KeyboardInterrupt):
            store.obtain("k", raw)
    assert store._Set("k", raw).open() is None
    assert len(store.obtain("k", raw)[0]) == 5


def test_one_of_many_threads_builds():
    built, build = count_builds()

    def slow():
        time.sleep(0.1)
        return build()

    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: store.obtain("k", slow)[0], range(4)))
    assert len(built) == 1
    assert all(np.array_equal(images, opened[0]) for images in opened)


def _in_process(cache, log):
    os.environ["ALIH_CACHE"] = cache

    def build():
        with open(log, "a") as file:
            file.write("built\n")
        time.sleep(0.3)
        return raw()

    images, *_ = store.obtain("k", build)
    return images[:].tobytes()


def test_one_of_two_processes_builds(cache):
    log = cache / "log"
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        jobs = [pool.apply_async(_in_process, (str(cache), str(log))) for _ in range(2)]
        assert {job.get(60) for job in jobs} == {raw().images.tobytes()}
    assert log.read_text() == "built\n"


def test_no_space_left_is_told(monkeypatch):
    import errno

    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AlihError) as raised:
        store.obtain("k", raw)
    assert raised.value.key == "common.no_space"
    assert "labels.npy" in str(raised.value)


def test_prune_removes_the_least_recently_used_first():
    for age, name in enumerate(("new", "mid", "old")):
        store.obtain(name, raw)
        os.utime(folder() / name / "about.json", (1000 - age, 1000 - age))
    store.obtain("old", raw)  # being used makes it the youngest
    assert [entry.key for entry in caches.entries(store.ROOM)] == ["mid", "new", "old"]
    one = caches.Entry(store.ROOM, "old").bytes
    assert store.prune(10 * one) == []
    assert store.prune(2 * one) == ["mid"]
    assert store.prune(0) == ["new", "old"]
    assert caches.entries(store.ROOM) == []


def test_prune_leaves_what_is_being_written():
    store.obtain("busy", raw)
    with caches.Entry(store.ROOM, "busy").lock():
        assert store.prune(0) == []
    assert store.prune(0) == ["busy"]
