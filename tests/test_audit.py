"""`alih audit`: what is planted is found by name, and clean sets are left in peace."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from tests.support import planted

import alih
from alih import cli
from alih.inspect.audit import hashes

DOCUMENT = """\
data: {folder: set}
train: {batch_size: 2}
arms: {a: {model: dcnn}}
compare: {baseline: a}
"""


def codes(root: Path, least: str = "warning") -> set[str]:
    return {one.finding.code for one in alih.audit(root).at_least(least)}


def first(folder: Path) -> Path:
    return sorted(folder.glob("*.jpg"))[0]


def saved_anew(root: Path, change, to: str) -> None:
    image = Image.open(first(root / "train" / "disc"))
    change(image).save(root / to, quality=60)


TURN = Image.Transpose.ROTATE_90
PLANTED = {
    "truncated": ("A011", lambda r: _cut_short(first(r / "train" / "disc"))),
    "empty file": ("A011", lambda r: (r / "train" / "disc" / "x.png").touch()),
    "text as an image": ("A011", lambda r: (r / "test" / "disc" / "x.jpg").write_text("no")),
    "copy in two parts": ("A004", lambda r: _copy(r, "test/disc/x.jpg")),
    "copy in two classes": ("A003", lambda r: _copy(r, "train/stripes/x.jpg")),
    "saved anew": ("A013", lambda r: saved_anew(r, lambda i: i, "test/disc/x.jpg")),
    "shrunk": ("A013", lambda r: saved_anew(r, lambda i: i.resize((64, 64)), "test/disc/x.jpg")),
    "turned": ("A013", lambda r: saved_anew(r, lambda i: i.transpose(TURN), "test/disc/x.jpg")),
    "mirrored, brighter": ("A013", lambda r: saved_anew(r, _brighter, "test/disc/x.jpg")),
    "other label": ("A012", lambda r: saved_anew(r, lambda i: i, "train/stripes/x.jpg")),
}


def _cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-400])


def _copy(root: Path, to: str) -> None:
    shutil.copy(first(root / "train" / "disc"), root / to)


def _brighter(image: Image.Image) -> Image.Image:
    mirrored = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return ImageEnhance.Brightness(mirrored).enhance(1.15)


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found(name, tmp_path):
    code, plant = PLANTED[name]
    plant(planted.folder(tmp_path))
    assert codes(tmp_path) == {code}


def test_a_clean_set_is_left_in_peace(tmp_path):
    report = alih.audit(planted.folder(tmp_path))
    assert not report.at_least("warning")
    assert report.to_json()["sets"][0]["parts"] == {"train": 24, "test": 24}


def test_near_copies_in_what_is_still_to_be_divided(tmp_path):
    root = planted.folder(tmp_path / "set", parts=())
    Image.open(first(root / "disc")).save(root / "disc" / "x.jpg", quality=60)
    (one,) = alih.audit(root).at_least("warning")
    assert one.finding.code == "A014"
    assert one.files == [(f"disc/{first(root / 'disc').name}", "disc/x.jpg")]
    study = tmp_path / "s.yaml"
    group = "disc/(?=x|000)|[^/]+$"
    study.write_text(f"{DOCUMENT}split: {{group: '{group}'}}\n")
    assert not alih.audit(study).at_least("warning"), "the split keeps the pair together"


def test_what_a_pair_is_like_is_said_in_both_languages(tmp_path):
    root = planted.folder(tmp_path)
    saved_anew(root, lambda image: image.transpose(TURN), "test/disc/x.jpg")
    (one,) = alih.audit(root).at_least("warning")
    (shown,) = one.exhibits
    assert shown.orientation == 3, "turned once more by 270°, it lies as the other"
    assert str(shown.caption).endswith(" % alike, turned 270°, train × test")
    from alih.words import speaking

    with speaking("id"):
        assert str(shown.caption).endswith(" % mirip, diputar 270°, latih × uji")


def test_eight_hashes_are_those_of_the_turned_images():
    generator = np.random.default_rng(0)
    gray = [np.asarray(planted.picture("disc", generator, 32).convert("L")) for _ in range(5)]
    found = hashes.hashes(np.stack(gray))
    for orientation in range(8):
        turned = np.stack([hashes.oriented(image, orientation) for image in gray])
        assert np.array_equal(hashes.hashes(turned)[0], found[orientation])


# imagehash 4.3.2: `imagehash.phash(Image.fromarray(image))` of the five images above.
GOLDEN = [
    "858a795fd0e1985e",
    "f063cad3fa6a0634",
    "d516722d06f7524e",
    "c9ea3b2b429aa745",
    "c3150236ffb6b407",
]


def test_hashes_are_those_of_imagehash():
    generator = np.random.default_rng(0)
    gray = [np.asarray(planted.picture("disc", generator, 32).convert("L")) for _ in range(5)]
    found = hashes.hashes(np.stack(gray))[0]
    assert [f"{value:016x}" for value in found.tolist()] == GOLDEN


def test_no_near_pair_of_hashes_is_missed():
    generator = np.random.default_rng(1)
    found = generator.integers(0, 1 << 63, (8, 400), np.uint64)
    for second in range(1, 400, 7):  # some bits of the hash before, in some orientation
        flips = generator.choice(64, int(generator.integers(0, 12)), replace=False)
        bits = sum(1 << int(bit) for bit in flips)
        found[second % 8, second] = found[0, second - 1] ^ np.uint64(bits)
    expected = {
        (one, two)
        for two in range(400)
        for one in range(two)
        if hashes.distance(np.repeat(found[0, one], 8), found[:, two]).min() <= hashes.DISTANCE
    }
    assert {(one, two) for one, two, _ in hashes.nominated(found).tolist()} == expected


@pytest.mark.parametrize(
    "arguments",
    [["no-such-set"], ["./absent"], ["empty"], ["x.yaml"], ["good", "--fail-on", "bad"]],
)
def test_bad_input_gets_a_sentence(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    planted.folder(tmp_path / "good", each=2)
    assert cli.run(["audit", *arguments]) == 2
    heard = capsys.readouterr()
    assert heard.err.startswith("alih: ")
    assert "Traceback" not in heard.err
    assert not heard.out


def test_the_command_fails_on_what_it_is_told_to(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    _copy(planted.folder(tmp_path / "set", each=4), "test/disc/x.jpg")
    assert cli.run(["audit", "set", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["counts"]["problem"] == 1
    (problem,) = [one for one in found["findings"] if one["severity"] == "problem"]
    assert problem["code"] == "A004"
    assert problem["files"] == [["train/disc/000.jpg", "test/disc/x.jpg"]]
    assert not (tmp_path / "audit").exists()
    assert cli.run(["audit", "set", "--fail-on", "problem"]) == 1
    (tmp_path / "s.yaml").write_text(f"{DOCUMENT}mute: [A004]\n")
    assert cli.run(["audit", "s.yaml", "--fail-on", "problem"]) == 0
    assert "muted" in capsys.readouterr().out


def test_the_page_shows_pairs_and_needs_no_other_file(tmp_path):
    from alih.reports.audit.page import write

    root = planted.folder(tmp_path / "set")
    saved_anew(root, lambda image: image.transpose(TURN), "test/disc/<b>.jpg")
    report = alih.audit(root, out=tmp_path / "en")
    english = (tmp_path / "en" / "index.html").read_text("utf-8")
    assert english.count("data:image/jpeg") == 2
    assert "turned 270°, train × test" in english
    assert "<b>.jpg" not in english
    assert not re.findall(r"(?:src|href)=\"(?!data:|#)", english)
    indonesian = write(report, tmp_path / "id", "id").read_text("utf-8")
    assert "diputar 270°, latih × uji" in indonesian
    assert 'lang="id"' in indonesian
