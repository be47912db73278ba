"""Folders of classes and Oxford-IIIT Pet by their names alone: classes, parts, counts, content, and
what is refused."""

from __future__ import annotations

import hashlib
import os
import pickle
from pathlib import Path

import pytest

from alih import files
from alih.datafiles import filehashes
from alih.datafiles.contents import content, sums
from alih.datafiles.folders import is_image_folder
from alih.datafiles.listing import PARTS, Item, Items, Listing
from alih.errors import AlihError
from alih.study.catalogue import lookup as listings
from alih.study.catalogue.lookup import listing_of
from alih.study.catalogue.sets import facts_of, held_out_items, training_items
from alih.study.document.data import DataSpec
from alih.study.document.problems import StudyError
from alih.study.loading import load
from alih.study.planning import plan
from alih.study.planning.cells import Cell


@pytest.fixture(autouse=True)
def _afresh(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    listings.forget()


def put(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())
    return root


def flat(root: Path, per_class: int = 10) -> Path:
    return put(
        root, *(f"{label}/{i:02d}.jpg" for label in ("cat", "dog") for i in range(per_class))
    )


def ready(root: Path) -> Path:
    parts = {"training": 8, "valid": 3, "test": 4}
    return put(
        root, *(f"{part}/{c}/{i}.PNG" for part, n in parts.items() for c in "ab" for i in range(n))
    )


def spec(folder: Path) -> DataSpec:
    return DataSpec(folder=str(folder))


def test_flat_folders_and_ready_parts(tmp_path):
    found = listing_of(spec(flat(tmp_path / "flat")))
    assert found.classes == ("cat", "dog")
    assert [found.count(part) for part in PARTS] == [20, 0, 0]
    assert found.items[0].path == "cat/00.jpg"
    parts = listing_of(spec(ready(tmp_path / "ready")))
    assert parts.classes == ("a", "b")
    assert [parts.count(part) for part in PARTS] == [16, 6, 8]
    assert [item.part for item in parts.items] == sorted(item.part for item in parts.items)
    assert parts.counts()["validation"] == {"a": 3, "b": 3}
    assert facts_of(spec(tmp_path / "ready")).validation == 6


def test_names_that_are_easily_taken_for_something_else(tmp_path):
    vehicles = put(
        tmp_path / "vehicles", "train/1.jpg", "bus/1.jpg", "bus/deep/er/2.jpeg", "notes/read.txt"
    )
    found = listing_of(spec(vehicles))
    assert found.classes == ("bus", "train"), "a class of trains is a class"
    assert len(found.items) == 3
    put(
        tmp_path / "mac",
        "a/1.jpg",
        "b/1.jpg",
        "a/._1.jpg",
        "__MACOSX/a/1.jpg",
        ".git/x/1.jpg",
        "a/one.heic",
        "a/two.HEIC",
    )
    put(
        tmp_path / "mac",
        "a/.DS_Store",
        "a/Thumbs.db",
        "b/desktop.ini",
        "b/notes.txt",
        "Thumbs.db",
        "notes.txt",
    )
    found = listing_of(spec(tmp_path / "mac"))
    assert [item.path for item in found.items] == ["a/1.jpg", "b/1.jpg"]
    assert found.ignored == ((".heic", 2),)


@pytest.mark.parametrize(
    ("names", "key", "told"),
    [
        (["cat/1.jpg"], "study.folder_one_class", "cat"),
        ([], "study.folder_absent", "nowhere"),
        (["cat/1.jpg", "dog/1.avif"], "study.folder_empty_class", ".avif"),
        (["cat/1.jpg", "dog/1.jpg", "loose.jpg"], "study.folder_loose_images", "loose.jpg"),
        (["train/a/1.jpg", "train/b/1.jpg", "test/c/1.jpg"], "study.folder_extra_class", "c"),
        (
            ["train/a/1.jpg", "train/b/1.jpg", "val/a/1.jpg", "valid/a/1.jpg"],
            "study.folder_part_twice",
            "val, valid",
        ),
        (["train/a/1.jpg", "train/b/1.jpg", "other/1.jpg"], "study.folder_mixed", "other"),
    ],
)
def test_what_is_refused_is_told(tmp_path, names, key, told):
    root = tmp_path / "nowhere" if not names else put(tmp_path / "data", *names)
    with pytest.raises(AlihError) as error:
        listing_of(spec(root))
    assert error.value.key == key
    assert told in str(error.value)


def test_content_changes_with_bytes_names_and_numbers_and_with_nothing_else(tmp_path, monkeypatch):
    root = flat(tmp_path / "a")
    first = content(listing_of(spec(root), fresh=True))
    hashed: list[str] = []
    original = filehashes.sha256_of
    monkeypatch.setattr(
        filehashes, "sha256_of", lambda path: hashed.append(path.name) or original(path)
    )

    def again(folder: Path = root) -> str:
        hashed.clear()
        return content(listing_of(spec(folder), fresh=True))

    assert again() == first
    assert hashed == [], "a second look believes size and time"
    os.utime(root / "cat" / "00.jpg", (1, 1))
    assert again() == first, "touched is not changed"
    assert hashed == ["00.jpg"]
    moved = tmp_path / "elsewhere"
    root.rename(moved)
    assert again(moved) == first, "where it lies does not count"
    (moved / "cat" / "01.jpg").write_bytes(b"other")
    other = again(moved)
    assert other != first
    (moved / "cat" / "02.jpg").rename(moved / "cat" / "99.jpg")
    renamed = again(moved)
    assert renamed not in (first, other)
    (moved / "dog" / "03.jpg").unlink()
    assert again(moved) not in (first, other, renamed)
    for file in (files.cache_dir() / "hashes").glob("*"):
        file.write_text("{broken")
    assert again(moved) not in (first, other, renamed)


def test_the_digest_is_that_of_one_json_list_of_all_rows(tmp_path):
    found = listing_of(spec(flat(tmp_path / "a")))
    rows = [[i.path, i.label, i.part, files.sha256(found.root / i.path)] for i in found.items]
    assert content(found) == files.digest([list(found.classes), rows])
    assert [own.tobytes().hex() for own in sums(found)] == [row[3] for row in rows]


def test_two_sets_do_not_forget_each_other(tmp_path, monkeypatch):
    one, two = (listing_of(spec(flat(tmp_path / name))) for name in ("a", "b"))
    digests = content(one), content(two)
    monkeypatch.setattr(filehashes, "hashes", lambda *_: pytest.fail("looked up again"))
    assert (content(one), content(two)) == digests


def test_a_set_of_some_classes_leaves_what_is_known_of_the_others(tmp_path, monkeypatch):
    root = flat(tmp_path / "a")
    content(listing_of(spec(root)))
    some = DataSpec(folder=str(root), image_size=28, classes=["dog", "cat"][:2])
    content(listing_of(some, fresh=True))
    monkeypatch.setattr(filehashes, "sha256_of", lambda path: pytest.fail("hashed again"))
    content(listing_of(spec(root), fresh=True))


@pytest.mark.parametrize(("took", "believed"), [(0.1, 2), (3, 15), (60, 30)])
def test_a_listing_that_took_long_is_believed_for_longer(tmp_path, monkeypatch, took, believed):
    root, now, scan = flat(tmp_path / "a"), [1000.0], listings.folders.scan

    def slow(folder: Path, sure: bool) -> Listing:
        now[0] += took
        return scan(folder, sure)

    monkeypatch.setattr(listings.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(listings.folders, "scan", slow)
    first = listing_of(spec(root), fresh=True)
    now[0] += believed - 0.01
    assert listing_of(spec(root)) is first
    now[0] += 0.02
    assert listing_of(spec(root)) is not first


def test_a_run_looks_at_its_files_once(tmp_path, monkeypatch):
    root = flat(tmp_path / "a")
    first = listing_of(spec(root))
    digest = content(first)
    with listings.trusting():
        (root / "cat" / "00.jpg").unlink()
        assert listing_of(spec(root), fresh=True) is first
    known = pickle.loads(pickle.dumps(listings.known_now()))
    listings.forget()
    monkeypatch.setattr(listings, "_trusted", False)
    listings.believe(known)
    monkeypatch.setattr(filehashes, "hashes", lambda *_: pytest.fail("looked up again"))
    assert content(listing_of(spec(root), fresh=True)) == digest
    monkeypatch.setattr(listings, "_trusted", False)
    assert len(listing_of(spec(root), fresh=True).items) == len(first.items) - 1


def test_memory_for_the_digest_of_many_files_is_some_bytes_an_item(tmp_path, monkeypatch):
    import tracemalloc

    monkeypatch.setattr(filehashes, "state", lambda root, path: (len(path), 1))
    monkeypatch.setattr(
        filehashes, "sha256_of", lambda path: hashlib.sha256(path.name.encode()).digest()
    )
    count = 10_000

    def peak(root: Path, count: int) -> int:
        listings.forget()
        tracemalloc.start()
        items = Items(Item(f"class/{i:07d}.jpg", 0) for i in range(count))
        content(listings.Listing(root, ("class",), items))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    # All of the process is traced: what is imported at the first use, tables of names that happen
    # to grow now, other threads. So imports come before, and the smallest of three peaks counts.
    peak(tmp_path / "imports", 10)
    roots = [tmp_path / f"root-{number}" for number in range(3)]
    for _ in ("hashed", "read from the cache"):
        most = min(peak(root, count) for root in roots)
        assert most < 200 * count, "a million items take 200 MB at most"


DOCUMENT = """
title: t
data: {{folder: {folder}, image_size: 28}}
{extra}
train: {{batch_size: 4}}
arms:
  a: {{model: dcnn}}
  b: {{model: dcnn, train: {{lr: 0.01}}}}
compare: {{baseline: a}}
"""


def document(tmp_path: Path, folder: str, extra: str = "") -> Path:
    path = tmp_path / "s.yaml"
    path.write_text(DOCUMENT.format(folder=folder, extra=extra), encoding="utf-8")
    return path


def keys_of(path: Path) -> list[str]:
    with pytest.raises(StudyError) as error:
        load(path)
    return [problem.key for problem in error.value.problems]


def test_a_document_with_a_folder_is_checked_against_it(tmp_path, monkeypatch):
    flat(tmp_path / "pets")
    study = load(document(tmp_path, "./pets"))
    assert study.data.folder == str(tmp_path / "pets"), "relative to the document"
    assert (training_items(study), held_out_items(study)) == (
        14,
        4,
    )  # 20 - 4 drawn for the test, 10 % of the rest validate
    assert study.data.name == "pets"
    monkeypatch.chdir(tmp_path)
    assert load("s.yaml", ["data.folder=pets"]).data.folder == str(tmp_path / "pets")
    assert keys_of(document(tmp_path, "./pet")) == ["study.folder_absent"]
    assert keys_of(document(tmp_path, "./pets", "vary: {train_images: [15]}")) == [
        "study.too_many_images"
    ]
    assert keys_of(document(tmp_path, "./pets", "vary: {train_images: [1]}")) == [
        "study.too_few_images"
    ]
    both = tmp_path / "both.yaml"
    both.write_text(
        "title: t\ndata: {set: fashion-mnist, folder: ./pets}\narms: {a: {model: dcnn}}\n"
        "compare: {baseline: a}\n"
    )
    assert keys_of(both) == ["study.set_or_folder"]


def test_ready_parts_are_not_divided_again(tmp_path):
    ready(tmp_path / "parts")
    study = load(document(tmp_path, "parts"))
    assert (training_items(study), held_out_items(study)) == (16, 8)
    assert keys_of(document(tmp_path, "parts", "split: {validation: 0.3}")) == [
        "study.ready_validation"
    ]
    assert keys_of(document(tmp_path, "parts", "split: {test: 0.3}")) == ["study.official_test"]
    folds = load(
        document(tmp_path, "parts", "split: {scheme: repeated-kfold, folds: 2, repeats: 1}")
    )
    assert training_items(folds) == 9  # (16 + 6) / 2, 10 % validate


def test_identity_follows_content_and_only_what_is_at_its_default_stays_silent(tmp_path):
    flat(tmp_path / "pets")
    cell = Cell("a", 0)
    study = load(document(tmp_path, "pets"))
    before = plan.identity_parts(study, cell)
    assert "data.resize" not in before
    (tmp_path / "pets" / "cat" / "00.jpg").write_bytes(b"another picture")
    listings.forget()
    after = plan.identity_parts(study, cell)
    assert {key for key in after if before.get(key) != after[key]} == {"data.content"}
    cropped = load(document(tmp_path, "pets"), ["data.resize=crop"])
    assert plan.identity_parts(cropped, cell)["data.resize"] == "crop"


def pets(root: Path, lists: str, images: str = "images") -> Path:
    rows = {
        "trainval": ["Abyssinian_1 1 1 1", "great_pyrenees_2 9 2 3", "Bengal_3 2 1 2"],
        "test": ["Bengal_4 2 1 2"],
    }
    for name, lines in rows.items():
        put(root, f"{lists}{name}.txt")
        (root / f"{lists}{name}.txt").write_text("#comment\n" + "\n".join(lines) + "\n")
    return put(
        root, *(f"{images}/{line.split()[0]}.jpg" for lines in rows.values() for line in lines)
    )


@pytest.mark.parametrize(
    ("inner", "lists"), [("", "annotations/"), ("oxford-iiit-pet/", "annotations/"), ("", "")]
)
def test_pets_in_each_layout(tmp_path, inner, lists):
    pets(tmp_path / "p", inner + lists, f"{inner}images")
    found = listing_of(DataSpec(set="oxford-iiit-pet", path=str(tmp_path / "p")))
    assert found.classes == ("Abyssinian", "Bengal", "Great Pyrenees")
    assert [(item.path, item.label, item.part) for item in found.items] == [
        ("images/Abyssinian_1.jpg", 0, 0),
        ("images/Bengal_3.jpg", 1, 0),
        ("images/great_pyrenees_2.jpg", 2, 0),
        ("images/Bengal_4.jpg", 1, 2),
    ]


def test_species_and_breeds_of_pets_are_columns_to_choose_by(tmp_path):
    root = pets(tmp_path / "p", "annotations/")
    spec = DataSpec(set="oxford-iiit-pet", path=str(root), where={"species": "cat"})
    cats = listing_of(spec)
    assert cats.classes == ("Abyssinian", "Bengal")
    assert [cats.count(part) for part in ("train", "test")] == [2, 1]
    dogs = listing_of(spec.model_copy(update={"where": {"species": "dog"}}))
    assert [item.path for item in dogs.items] == ["images/great_pyrenees_2.jpg"]
    assert dogs.items[0].label == 0
    assert spec.name == "oxford-iiit-pet (cat)"


def test_species_of_pets_are_classes_where_they_are_asked_for(tmp_path):
    root = pets(tmp_path / "p", "annotations/")
    spec = DataSpec(set="oxford-iiit-pet", path=str(root), label="species")
    found = listing_of(spec)
    assert found.classes == ("cat", "dog")
    breeds = listing_of(spec.model_copy(update={"label": None}))
    assert [item.path for item in found.items] == [item.path for item in breeds.items]
    assert [item.label for item in found.items] == [
        int(item.path[len("images/")].islower()) for item in found.items
    ]
    dogs = listing_of(spec.model_copy(update={"where": {"breed": "Great Pyrenees"}}))
    assert dogs.classes == ("dog",)
    with pytest.raises(AlihError) as caught:
        listing_of(spec.model_copy(update={"label": "colour"}))
    assert caught.value.key == "study.where_column"


def test_pets_that_are_not_whole(tmp_path):
    root = pets(tmp_path / "p", "annotations/")
    given = DataSpec(set="oxford-iiit-pet", path=str(root))
    with open(root / "annotations/test.txt", "a") as file:
        file.write("Bengal_9 2 1 2\n")
    with pytest.raises(AlihError, match=r"1 image.*Bengal_9\.jpg"):
        listing_of(given, fresh=True)
    (root / "annotations/test.txt").write_text("Abyssinian_1 1 1 1\n")
    with pytest.raises(AlihError, match="name Abyssinian_1 twice"):
        listing_of(given, fresh=True)
    (root / "annotations/test.txt").write_text("Abyssinian_1\n")
    with pytest.raises(AlihError, match="line 1"):
        listing_of(given, fresh=True)
    with pytest.raises(AlihError, match="does not hold Oxford-IIIT Pet"):
        listing_of(DataSpec(set="oxford-iiit-pet", path=str(tmp_path)), fresh=True)
    assert listing_of(DataSpec(set="oxford-iiit-pet")) is None, "not fetched yet"
    assert facts_of(DataSpec(set="oxford-iiit-pet")).train == 3680


def test_what_is_taken_for_photographs_in_a_message(tmp_path):
    assert is_image_folder(put(tmp_path / "flat", "a.jpg"))
    assert is_image_folder(put(tmp_path / "parts", "train/cat/a.jpg"))
    assert not is_image_folder(put(tmp_path / "deep", "a/b/c/d/a.jpg"))
    assert not is_image_folder(
        put(tmp_path / "runs", "mine/study.yaml", "mine/report/figures/a.png")
    ), "its pictures are a report's"
    (tmp_path / "loop").mkdir()
    (tmp_path / "loop" / "me").symlink_to(tmp_path / "loop")
    assert not is_image_folder(tmp_path / "loop")
    assert not is_image_folder(tmp_path / "none")


def test_a_link_to_a_folder_above_is_named(tmp_path):
    root = flat(tmp_path / "data")
    (root / "cat" / "deep").mkdir()
    (root / "cat" / "deep" / "up").symlink_to("../..")
    with pytest.raises(AlihError) as error:
        listing_of(spec(root))
    assert error.value.key == "study.folder_loop"
    assert Path(error.value.values["path"]) == root / "cat" / "deep" / "up"
    assert Path(error.value.values["target"]) == root


def test_a_class_that_is_a_link_to_the_folder_itself_is_named(tmp_path):
    root = put(flat(tmp_path / "data"))
    (root / "again").symlink_to(".")
    with pytest.raises(AlihError) as error:
        listing_of(spec(root))
    assert error.value.key == "study.folder_loop"


def test_links_to_folders_elsewhere_are_followed_and_links_to_nothing_are_no_images(tmp_path):
    root, elsewhere = flat(tmp_path / "data"), put(tmp_path / "more", "x.jpg")
    (root / "cat" / "more").symlink_to(elsewhere)
    for name in ("itself", "gone"):
        (root / "cat" / name).symlink_to(name)
        (root / name).symlink_to(name)
    found = listing_of(spec(root))
    assert found.classes == ("cat", "dog")
    assert [item.path for item in found.items if "more" in item.path] == ["cat/more/x.jpg"]
    assert found.count("train") == 21


@pytest.mark.parametrize("name", [b"cat/caf\xe9.jpg", b"caf\xe9/1.jpg"])
def test_names_that_are_not_utf8_are_named_escaped(tmp_path, name):
    root = flat(tmp_path / "data")
    path = os.fsencode(root) + b"/" + name
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        open(path, "wb").close()
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    with pytest.raises(AlihError) as error:
        listing_of(spec(root))
    assert error.value.key == "study.names_not_utf8"
    assert "caf\\xe9" in str(error.value).encode().decode()


def test_a_data_folder_that_lies_below_such_a_name(tmp_path):
    root = flat(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")))
    with pytest.raises(AlihError) as error:
        listing_of(spec(root))
    assert error.value.key == "study.names_not_utf8"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_what_is_called_an_image_and_is_none_is_named_and_never_waited_for(tmp_path):
    for kind in ("pipe", "device"):
        listings.forget()
        root = flat(tmp_path / kind)
        odd = root / "cat" / "odd.jpg"
        os.mkfifo(odd) if kind == "pipe" else odd.symlink_to("/dev/zero")
        with pytest.raises(AlihError) as error:
            content(listing_of(spec(root)))
        assert error.value.key == "study.file_unreadable"
        assert error.value.values["path"] == odd
        assert kind in error.value.values["reason"]


def test_images_of_every_format_are_listed_whatever_the_case_of_their_ending(tmp_path):
    names = ["1.jpg", "2.JPEG", "3.jfif", "4.png", "5.gif", "6.bmp", "7.tif", "8.TIFF", "9.webp"]
    found = listing_of(
        spec(put(tmp_path / "data", *(f"{label}/{name}" for label in "ab" for name in names)))
    )
    assert [item.path for item in found.items] == [
        f"{label}/{name}" for label in "ab" for name in names
    ]
    assert found.ignored == ()
