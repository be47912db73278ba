"""A ZIP archive of a folder of images: the same set as the folder, unpacked once, never outside the
cache, never more than it says."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from alih import cli, files
from alih.datafiles import archives
from alih.datafiles.contents import content
from alih.errors import AlihError
from alih.study.catalogue import lookup as listings
from alih.study.catalogue.lookup import listing_of
from alih.study.document.data import DataSpec


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    listings.forget()


NAMES = [f"{c}/{i}.png" for c in ("cat", "dög") for i in range(8)]


def pack(place: Path, names, inside: str = "photos/", flag: int = 0) -> Path:
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(inside + name)
            archive.writestr(info, info.filename.removeprefix(inside).encode())
    return place


@pytest.mark.parametrize("inside", ["", "photos/", "a\\photos\\"])
def test_an_archive_is_the_set_that_its_folder_is(tmp_path, capsys, inside):
    for name in NAMES:
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "photos" / name).write_bytes(name.encode())
    whole = listing_of(DataSpec(folder=str(tmp_path / "photos")))
    junk = [".DS_Store", "cat/Thumbs.db", "cat/._0.png"]
    pack(tmp_path / "photos.ZIP", [*NAMES, *junk, zipfile.ZipInfo("__MACOSX/._x")], inside)
    found = listing_of(DataSpec(folder=str(tmp_path / "photos.ZIP")))
    assert content(found) == content(whole)
    assert found.root.is_relative_to(files.cache_dir())
    assert {".DS_Store", "Thumbs.db", "._*"} <= {kind for kind, _ in found.left}
    assert cli.run(["new", "n", "--data", "photos.ZIP"]) == 0
    assert "photos: 2 classes: cat 8, dög 8" in capsys.readouterr().out
    assert "folder: ./photos.ZIP" in Path("n.yaml").read_text()


def test_names_in_utf8_that_do_not_say_so(tmp_path):
    place = pack(tmp_path / "mac.zip", NAMES)
    raw = place.read_bytes()
    for head, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # take the UTF-8 flag away
        start = 0
        while (start := raw.find(head, start)) >= 0:
            raw = raw[: start + at] + b"\0\0" + raw[start + at + 2 :]
            start += 4
    place.write_bytes(raw)
    assert listing_of(DataSpec(folder=str(place))).classes == ("cat", "dög")


def test_it_is_unpacked_once_goes_on_where_it_stopped_and_can_be_pruned(tmp_path, monkeypatch):
    from alih.files import cache

    place = pack(tmp_path / "p.zip", NAMES)
    written: list[Path] = []
    original = archives.shutil.copyfileobj

    def counting(packed, file, length):
        written.append(file.name)
        if len(written) == 5:
            raise KeyboardInterrupt
        original(packed, file, length)

    monkeypatch.setattr(archives.shutil, "copyfileobj", counting)
    with pytest.raises(KeyboardInterrupt):
        archives.folder_of(place)
    folder = archives.folder_of(place)
    assert len(written) == len(NAMES) + 1
    assert archives.folder_of(place) == folder
    assert len(written) == len(NAMES) + 1
    assert len(cache.prune(archives.ROOM, 0)) == 1
    assert not folder.exists()
    assert archives.folder_of(place).is_dir()


def member(name: str, mode: int = 0) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name)
    found.external_attr = mode << 16
    return found


@pytest.mark.parametrize(
    ("odd", "key"),
    [
        (member("../evil.png"), "study.zip_unsafe"),
        (member("a/../../evil.png"), "study.zip_unsafe"),
        (member("/etc/evil.png"), "study.zip_unsafe"),
        (member("C:\\evil.png"), "study.zip_unsafe"),
        (member("link.png", stat.S_IFLNK | 0o777), "study.zip_unsafe"),
        (member("photos//cat/./0.png"), "study.zip_twice"),
        (member("photos/cat/0.png/x.png"), "study.zip_file_and_folder"),
        (member(f"photos/cat/{'x' * 300}.png"), "study.zip_long_name"),
    ],
)
def test_names_that_lead_elsewhere_unpack_nothing(tmp_path, odd, key):
    place = pack(tmp_path / "evil.zip", [*NAMES, odd])
    with pytest.raises(AlihError) as error:
        archives.folder_of(place)
    assert error.value.key == key
    assert not list(files.cache_dir().rglob("*.png"))
    assert not list(tmp_path.glob("*.png"))


@pytest.mark.parametrize(
    "names", [[f"{top}/{name}" for top in ("one", "two") for name in NAMES], ["inner.zip"]]
)
def test_folders_that_are_no_set_are_told_of_the_archive(tmp_path, names):
    place = pack(tmp_path / "photos.zip", names, "")
    with pytest.raises(AlihError) as error:
        listing_of(DataSpec(folder=str(place)))
    assert f"'{place}' holds {names[0].split('/')[0]}" in str(error.value)
    assert "ZIP with the class folders on top" in str(error.value)
    assert str(files.cache_dir()) not in str(error.value)


def test_bombs_damage_and_passwords_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "SMALL", 1000)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cat/1.png", bytes(1_000_000))
    secret = pack(tmp_path / "secret.zip", NAMES[:1])
    secret.write_bytes(secret.read_bytes().replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"))  # fmt: skip # noqa: E501
    whole = pack(tmp_path / "torn.zip", NAMES).read_bytes()
    (tmp_path / "torn.zip").write_bytes(whole[: len(whole) // 2])
    flipped = pack(tmp_path / "flipped.zip", NAMES).read_bytes().replace(b"cat/3.png", b"cat/3.pnG")
    (tmp_path / "flipped.zip").write_bytes(flipped[:60] + b"\xff" + flipped[61:])
    for name, key in (
        ("bomb", "zip_bomb"),
        ("secret", "zip_secret"),
        ("torn", "zip_damaged"),
        ("flipped", "zip_damaged"),
    ):
        with pytest.raises(AlihError) as error:
            archives.folder_of(tmp_path / f"{name}.zip")
        assert error.value.key == f"study.{key}"
    assert cli.run(["new", "n", "--data", "torn.zip"]) == 2
