"""Decoded arrays on disk: what decoding does, and what happens to damaged, shared and crowded stores."""

import multiprocessing
import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from alih import files
from alih.data import store
from alih.errors import AlihError


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path))
    return tmp_path


def raw(count=5, size=4, channels=None, seed=0):
    shape = (count, size, size) if channels is None else (count, size, size, channels)
    images = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    return store.Raw(images, np.arange(count), {"name": "drawn"})


def test_the_same_size_is_kept_as_it_is():
    made = raw(channels=3)
    images, labels, card = store.open_or_build("k", lambda: made, store.Decode(4, 3))
    assert np.array_equal(images, made.images)
    assert labels.tolist() == [0, 1, 2, 3, 4]
    assert card == {"name": "drawn", "image_size": 4, "channels": 3}


def test_gray_and_colour():
    gray, colour = raw(), raw(channels=3)
    repeated = store.decode(gray.images, store.Decode(4, 3))
    assert all(np.array_equal(repeated[..., c], gray.images) for c in range(3))
    luma = store.decode(colour.images, store.Decode(4, 1))[..., 0]
    exact = colour.images @ np.array([0.299, 0.587, 0.114])  # ITU-R 601
    assert np.abs(luma - exact).max() <= 1


def test_sizes_change_with_antialiasing():
    made = raw(size=32)
    halved = store.decode(made.images, store.Decode(16, 1))
    with Image.fromarray(made.images[2]) as picture:
        assert np.array_equal(halved[2, ..., 0], np.asarray(picture.resize((16, 16), Image.Resampling.BILINEAR)))
    # A one-pixel chequerboard becomes an even gray; without antialiasing it would keep black and white.
    board = (np.indices((32, 32)).sum(0) % 2 * 255).astype(np.uint8)
    assert np.ptp(store.decode(board[None], store.Decode(8, 1))[0, 2:-2, 2:-2]) <= 8
    assert store.decode(made.images, store.Decode(48, 3)).shape == (5, 48, 48, 3)


def test_chunks_join_to_the_whole(monkeypatch):
    made = raw(count=23)
    monkeypatch.setattr(store, "_CHUNK_PIXELS", 16 * 4)
    images, _, _ = store.open_or_build("k", lambda: made, store.Decode(4, 1))
    assert np.array_equal(images[..., 0], made.images)


def test_the_key_follows_content_and_settings():
    base = store.key({"a": "1"}, store.Decode(28, 1))
    assert base == store.key({"a": "1"}, store.Decode(28, 1))
    assert (
        len(
            {
                base,
                store.key({"a": "2"}, store.Decode(28, 1)),
                store.key({"a": "1"}, store.Decode(32, 1)),
                store.key({"a": "1"}, store.Decode(28, 3)),
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
    "broken card": lambda place: (place / "data.json").write_text("{"),
    "card of another shape": lambda place: (place / "data.json").write_text("[]"),
    "changed card": lambda place: (place / "data.json").write_text((place / "data.json").read_text().replace("drawn", "dream")),
    "never finished": lambda place: (place / "data.json").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_store_is_built_again(damage):
    built, build = count_builds()
    store.open_or_build("k", build, store.Decode(4, 1))
    store.open_or_build("k", build, store.Decode(4, 1))
    assert len(built) == 1
    DAMAGE[damage](store.folder() / "k")
    store._checked.clear()  # a new process has checked nothing yet
    images, labels, card = store.open_or_build("k", build, store.Decode(4, 1))
    assert len(built) == 2
    assert np.array_equal(images[..., 0], raw().images)
    assert labels.tolist() == [0, 1, 2, 3, 4]
    assert card["name"] == "drawn"


def test_an_interrupted_build_leaves_nothing_that_opens(monkeypatch):
    def stop(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(files, "write_json", stop)
        with pytest.raises(KeyboardInterrupt):
            store.open_or_build("k", raw, store.Decode(4, 1))
    assert (store.folder() / "k" / "images.npy").exists()
    assert store._open(store.folder() / "k") is None
    assert len(store.open_or_build("k", raw, store.Decode(4, 1))[0]) == 5


def test_one_of_many_threads_builds():
    built, build = count_builds()

    def slow():
        time.sleep(0.1)
        return build()

    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: store.open_or_build("k", slow, store.Decode(4, 1))[0], range(4)))
    assert len(built) == 1
    assert all(np.array_equal(images, opened[0]) for images in opened)


def _in_process(cache, log):
    os.environ["ALIH_CACHE"] = cache

    def build():
        with open(log, "a") as file:
            file.write("built\n")
        time.sleep(0.3)
        return raw()

    images, _, _ = store.open_or_build("k", build, store.Decode(4, 1))
    return images.tobytes()


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
        store.open_or_build("k", raw, store.Decode(4, 1))
    assert raised.value.key == "common.no_space"
    assert "images.npy" in str(raised.value)


def test_prune_removes_the_least_recently_used_first():
    for age, name in enumerate(("new", "middle", "old")):
        store.open_or_build(name, raw, store.Decode(4, 1))
        os.utime(store.folder() / name / "data.json", (1000 - age, 1000 - age))
    assert list(store.sizes()) == ["old", "middle", "new"]
    store.open_or_build("old", raw, store.Decode(4, 1))  # being used makes it the youngest
    assert list(store.sizes()) == ["middle", "new", "old"]
    one = store.sizes()["old"][0]
    assert one == sum(path.stat().st_size for path in (store.folder() / "old").iterdir())
    assert store.prune(10 * one) == []
    assert store.prune(2 * one) == ["middle"]
    assert store.prune(0) == ["new", "old"]
    assert store.sizes() == {}


def test_prune_leaves_what_is_being_written():
    import filelock

    store.open_or_build("busy", raw, store.Decode(4, 1))
    with filelock.FileLock(store.folder() / "busy.lock"):
        assert store.prune(0) == []
    assert store.prune(0) == ["busy"]
