"""Large arrays in the cache: computed in ranges, checked when touched, resumed after a kill."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from alih.files import cache, rows
from alih.files.cache import Entry
from alih.files.rows import Layout, RowStore


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path))


LAYOUT = Layout(23, {"a": ((2, 3), "|u1"), "b": ((), "<f4")}, 5)


def values(start: int, stop: int) -> dict[str, np.ndarray]:
    numbers = np.arange(start, stop)
    return {
        "a": np.repeat(numbers, 6).reshape(-1, 2, 3).astype(np.uint8),
        "b": numbers.astype(np.float32) / 2,
    }


def store(made: list[int] | None = None, compute=values) -> RowStore:
    def noted(start: int, stop: int) -> dict[str, np.ndarray]:
        if made is not None:
            made.append(start)
        return compute(start, stop)

    found = RowStore(Entry("room", "key"), LAYOUT, noted)
    found.entry.path.mkdir(parents=True, exist_ok=True)
    return found


def test_columns_behave_like_arrays():
    first = store()
    assert not first.complete
    assert first.fill() == 23
    a, whole = first.column("a"), values(0, 23)["a"]
    assert (a.shape, a.dtype, a.ndim, len(a), a.nbytes) == ((23, 2, 3), np.uint8, 3, 23, 138)
    items = np.array([22, 0, 7, 7])
    mask = np.arange(23) % 4 == 0
    for index in (
        3,
        -1,
        slice(2, 11),
        slice(20, 2, -3),
        slice(4, 4),
        items,
        mask,
        [5, 6],
        (items, 1),
        (..., 0),
    ):
        np.testing.assert_array_equal(a[index], whole[index])
    np.testing.assert_array_equal(np.asarray(a), whole)
    np.testing.assert_array_equal(first.column("b")[items], items.astype(np.float32) / 2)
    with pytest.raises(IndexError):
        a[23]
    np.testing.assert_array_equal(np.load(first.entry.path / "a.npy"), whole)


def test_a_range_is_hashed_when_it_is_touched_and_once(monkeypatch):
    store().fill()
    rows._seen.clear()
    hashed: list[int] = []
    monkeypatch.setattr(
        RowStore,
        "_hash",
        lambda self, number, was=RowStore._hash: hashed.append(number) or was(self, number),
    )
    again = store()
    assert again.complete
    a = again.column("a")
    assert hashed == []
    a[np.array([1, 11])]
    a[2]
    assert hashed == [0, 2]
    assert np.array_equal(store_again()[:], values(0, 23)["a"])
    assert sorted(hashed) == [0, 1, 2, 3, 4], (
        "another user of the same process trusts what was seen"
    )


def store_again() -> rows.Rows:
    found = store()
    assert found.complete
    return found.column("a")


def test_a_damaged_range_is_made_again_when_it_is_touched():
    store().fill()
    with open(Entry("room", "key").path / "a.npy", "r+b") as file:
        file.seek(128 + 6 * 12)
        file.write(b"\xff")
    made: list[int] = []
    again = store(made)
    assert again.fill() == 0
    a = again.column("a")
    assert np.array_equal(a[:10], values(0, 10)["a"])
    assert made == []
    assert np.array_equal(a[12], values(12, 13)["a"][0])
    assert made == [10]


def test_other_ranges_are_another_array():
    store().fill()
    other = RowStore(Entry("room", "key"), Layout(23, LAYOUT.columns, 4), values)
    assert not other.complete
    assert other.fill() == 20, "only the last rows are a range of both: 20 to 23"


def _slowly(place: str) -> None:
    os.environ["ALIH_CACHE"] = place

    def slow(start: int, stop: int) -> dict[str, np.ndarray]:
        if start == 15:
            (Path(place) / "there").touch()
            time.sleep(60)
        return values(start, stop)

    store(compute=slow).fill()


def test_what_was_written_before_a_kill_is_kept_and_nothing_is_left_behind(tmp_path):
    process = multiprocessing.get_context("spawn").Process(target=_slowly, args=(str(tmp_path),))
    process.start()
    while not (tmp_path / "there").exists():
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    made: list[int] = []
    again = store(made)
    assert again.fill() == 8
    assert made == [15, 20]
    assert np.array_equal(again.column("a")[:], values(0, 23)["a"])
    assert sorted(path.name for path in again.entry.path.iterdir() if path.suffix != ".lock") == [
        "a.npy",
        "b.npy",
        rows.LEDGER,
    ]


def test_many_ranges_take_time_in_proportion_to_their_number(monkeypatch):
    import json as parser

    parsed: list[int] = []
    monkeypatch.setattr(
        rows.json, "loads", lambda line, was=parser.loads: parsed.append(1) or was(line)
    )
    told: list[int] = []
    layout = Layout(999, {"a": ((), "<i4")}, 2)
    entry = Entry("room", "many")
    entry.path.mkdir(parents=True)
    compute = lambda start, stop: {"a": np.arange(start, stop)}  # noqa: E731
    found = RowStore(entry, layout, compute, lambda number: told.append(found.done))
    assert found.fill() == 999
    assert told == [*range(2, 999, 2), 999]
    assert len(parsed) < 4 * 500
    assert np.array_equal(found.column("a")[:], np.arange(999))


def test_a_full_disk_is_told(monkeypatch):
    import errno

    from alih.errors import AlihError

    def full(*_args, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    found = store()
    found._lay_out()
    monkeypatch.setattr("builtins.open", full)
    with pytest.raises(AlihError) as raised:
        found._write("a", 0, values(0, 5)["a"])
    assert raised.value.key == "common.no_space"


def test_pruning_takes_the_least_recently_used_and_nothing_that_is_worked_on():
    for age, key in enumerate(("new", "middle", "old")):
        entry = Entry("room", key)
        entry.describe({"x": 1})
        (entry.path / "x.npy").write_bytes(bytes(4096))
        os.utime(entry.path / cache.ABOUT, (1000 - age, 1000 - age))
    assert [entry.key for entry in cache.entries("room")] == ["old", "middle", "new"]
    one = Entry("room", "old").bytes
    assert cache.used("room") == 3 * one
    with Entry("room", "old").lock("000001"):
        assert cache.prune("room", 2 * one) == ["middle"]
    assert cache.prune("room", one, keep=["old"]) == []
    assert cache.prune("room", 0) == ["old", "new"]


def test_a_table_of_small_values(tmp_path, monkeypatch):
    table = cache.Table("small.json")
    assert table.read() == {}
    table.add({"a": 1})
    table.add({"b": 2})
    assert table.read() == {"a": 1, "b": 2}
    table.path.write_text("[")
    assert table.read() == {}
    (tmp_path / "file").touch()
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "file"))
    table.add({"c": 3})
    assert table.read() == {}
