"""Many names in little room: what is put in comes out, in files and listings as well."""

import hashlib
import pickle

import numpy as np
import pytest

from alih import files
from alih.datafiles import contents, filehashes
from alih.datafiles.listing import Item, Items, Listing, of_items, restricted
from alih.datafiles.names import Names
from alih.runs.by_item import ByItem

ODD = ["", "kucing/1.png", "猫/ä.png", "a\0b", "bad\udcff.png", "\ud800", "last"]


def test_names_come_back_as_they_were():
    names = Names(ODD)
    assert list(names) == [names[at] for at in range(len(ODD))] == ODD
    assert (names[-1], names[1:4], names[::-1]) == ("last", ODD[1:4], ODD[::-1])
    assert "a\0b" in names
    assert "b" not in names
    assert names == Names(ODD) == pickle.loads(pickle.dumps(names))
    assert Names(["ab", "c"]) != Names(["a", "bc"])
    assert Names.of(names.text, np.asarray(names.ends)) == names
    for at in (len(ODD), -len(ODD) - 1):
        with pytest.raises(IndexError):
            names[at]


def test_items_are_columns_of_what_was_put_in():
    given = [Item("a/1.png", 3, 0, "m/1.png"), Item("b/1.png", 1, 2, "m/2.png")]
    items = Items(given)
    assert list(items) == given == [items[0], items[-1]] == items[:]
    assert (items.labels.tolist(), items.parts.tolist()) == ([3, 1], [0, 2])
    with pytest.raises(ValueError, match="without"):
        items.add(Item("c/1.png", 0))
    assert [item.mask for item in Items([Item("c/1.png", 0)])] == [None]


def test_texts_by_item_in_any_order():
    rows = {7: "g", 2: "b", 9: "i"}
    found = ByItem(rows.items())
    assert found == rows
    assert list(found) == [2, 7, 9]
    assert 8 not in found
    assert found.get(1, "–") == "–"
    assert not ByItem()


@pytest.fixture
def hashed(monkeypatch, tmp_path):
    """Files without bytes: their sums are told by their names, and counted."""
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    asked: list[str] = []

    def of(path):
        asked.append(path.name)
        return hashlib.sha256(path.name.split("-")[0].encode()).digest()

    monkeypatch.setattr(filehashes, "state", lambda root, path: (len(path), 1))
    monkeypatch.setattr(filehashes, "sha256_of", of)
    return asked


def test_what_is_known_of_other_names_and_another_order_stays_known(hashed, tmp_path):
    names = [f"{at:03}" for at in range(300)]
    first = filehashes.hashes(tmp_path, names)
    assert len(hashed) == 300
    hashed.clear()
    chosen = np.random.default_rng(0).permutation(300)[:120]
    some = [names[at] for at in chosen]
    assert np.array_equal(filehashes.hashes(tmp_path, [*some, "new"])[:-1], first[chosen])
    assert hashed == ["new"]
    hashed.clear()
    again = filehashes.hashes(tmp_path, Names([*names, "new"]))
    assert np.array_equal(again[:-1], first)
    assert hashed == []


def test_names_that_occur_several_times_are_kept_once_for_each(hashed, tmp_path, monkeypatch):
    """Images may share a mask; one that has changed is hashed again, and then known."""
    names, changed = ["m0", "m1", "m0", "m2", "m0"], {"m0": 1}
    filehashes.hashes(tmp_path, names)
    monkeypatch.setattr(filehashes, "state", lambda root, path: (0, changed.get(path, 0)))
    for _ in range(3):
        filehashes.hashes(tmp_path, names)
        hashed.clear()
        filehashes.hashes(tmp_path, names)
        assert hashed == []
        changed["m0"] += 1
    (kept,) = (files.cache_dir() / "hashes").glob("*.npz")
    with np.load(kept) as held:
        assert len(held["ends"]) == 5


def listing(root, names: list[str]) -> Listing:
    return Listing(
        root, ("a", "b", "c"), Items(Item(name, at % 3) for at, name in enumerate(names))
    )


def test_equal_files_are_found_within_a_set_and_in_another(hashed, tmp_path):
    one = listing(tmp_path / "one", ["x-1", "y-1", "x-2", "z-1", "y-2", "x-3"])
    assert contents.equal_files(one).tolist() == [0, 1, 0, 3, 1, 0]
    assert contents.equal_files(listing(tmp_path / "two", ["x-1", "y-1"])) is None
    other = listing(tmp_path / "other", ["y-9", "w-1", "x-9"])
    assert contents.equal_to(one, other).tolist() == [1, -1, 0]
    assert contents.equal_to(other, one).tolist() == [2, 0, 2, -1, 0, 2]
    assert contents.equal_to(one, listing(tmp_path / "none", ["v-1"])).tolist() == [-1]


def test_the_head_of_a_sum_alone_makes_no_files_equal(monkeypatch, tmp_path):
    found = listing(tmp_path, ["a", "b", "c"])
    sums = np.zeros((3, 32), np.uint8)
    sums[1, 8:] = sums[2, 9] = 1
    monkeypatch.setattr(filehashes, "hashes", lambda *_: sums)
    assert contents.equal_files(found) is None


def test_some_classes_of_a_listing_keep_their_names(tmp_path):
    found = restricted(listing(tmp_path, list("abcdef")), ["c", "a"])
    assert [(item.path, item.label) for item in found.items] == [
        ("a", 1), ("c", 0), ("d", 1), ("f", 0)
    ]  # fmt: skip
    assert found.totals() == [2, 2]
    assert list(of_items(found, [3, 0]).items.paths) == ["f", "a"]
