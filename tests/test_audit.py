"""`alih audit`: what is planted is found by name, and clean sets are left in peace."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image, ImageEnhance
from tests.support import planted

import alih
from alih import cli
from alih.inspect.audit import hashes, labels, report, views
from alih.statistics.auc import macro_auc

DOCUMENT = """\
data: {folder: set}
train: {batch_size: 2}
arms: {a: {model: dcnn}}
compare: {baseline: a}
"""


def codes(root: Path, least: str = "warning") -> set[str]:
    """Codes of an audit, without A017: these sets are small."""
    return {one.finding.code for one in alih.audit(root).at_least(least)} - {"A017"}


@pytest.fixture(autouse=True)
def _pixels(request, monkeypatch) -> None:
    """Small pixels in place of features: a network takes seconds to come."""
    if "torch" not in request.keywords:
        monkeypatch.setattr(views, "find_spec", lambda name: None)


@pytest.fixture
def unfitted(monkeypatch) -> None:
    """Only checks that fit no classifier: the others take a second."""
    monkeypatch.setattr(report, "FITTED", ())
    monkeypatch.setattr(report, "SEEN", ())


def named(audited, code: str):
    (one,) = [one for one in audited.found if one.finding.code == code]
    return one


def first(folder: Path) -> Path:
    return sorted(folder.glob("*.jpg"))[0]


def saved_anew(root: Path, change, to: str) -> None:
    image = Image.open(sorted((root / "train" / "disc").iterdir())[0])
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
    "png and jpeg": ("A018", lambda r: _each(r, "disc", _as_png)),
    "other size": ("A018", lambda r: _each(r, "disc", lambda f: _again(f, size=(120, 90)))),
    "other quality": ("A018", lambda r: _each(r, "disc", lambda f: _again(f, quality=30))),
    "a mark at the border": ("A020", lambda r: _each(r, "disc", _marked)),
    "other label": ("A012", lambda r: saved_anew(r, lambda i: i, "train/stripes/x.jpg")),
}


def _each(root: Path, kind: str, change) -> None:
    for file in sorted(root.rglob(f"{kind}/*.jpg")):
        change(file)


def _as_png(file: Path) -> None:
    Image.open(file).save(file.with_suffix(".png"))
    file.unlink()


def _again(file: Path, size=(96, 96), quality=92) -> None:
    Image.open(file).resize(size).save(file, quality=quality)


def _marked(file: Path) -> None:
    image = Image.open(file)
    image.paste((255, 255, 255), (0, 0, 30, 12))
    image.save(file, quality=92)


def _cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-400])


def _copy(root: Path, to: str) -> None:
    shutil.copy(first(root / "train" / "disc"), root / to)


def _brighter(image: Image.Image) -> Image.Image:
    mirrored = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return ImageEnhance.Brightness(mirrored).enhance(1.15)


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found(name, tmp_path, request):
    code, plant = PLANTED[name]
    if code < "A015":
        request.getfixturevalue("unfitted")
    plant(planted.folder(tmp_path))
    assert codes(tmp_path) == {code}


def test_a_clean_set_is_left_in_peace(tmp_path):
    planted.folder(tmp_path)
    assert not codes(tmp_path)
    assert alih.audit(tmp_path).to_json()["sets"][0]["parts"] == {"train": 24, "test": 24}


def test_near_copies_in_what_is_still_to_be_divided(tmp_path, unfitted):
    root = planted.folder(tmp_path / "set", parts=())
    Image.open(first(root / "disc")).save(root / "disc" / "x.jpg", quality=60)
    one = named(alih.audit(root), "A014")
    assert one.files == [(f"disc/{first(root / 'disc').name}", "disc/x.jpg")]
    study = tmp_path / "s.yaml"
    group = "disc/(?=x|000)|[^/]+$"
    study.write_text(f"{DOCUMENT}split: {{group: '{group}'}}\n")
    assert "A014" not in codes(study), "the split keeps the pair together"


def test_small_files_are_called_as_small_as_they_are_not_as_they_were_decoded(tmp_path, unfitted):
    root = planted.folder(tmp_path / "set", parts=())
    for file in root.glob("*/*.jpg"):
        Image.open(file).resize((40, 48)).save(file, quality=95)
    Image.open(first(root / "disc")).save(root / "disc" / "x.jpg", quality=70)
    one = named(alih.audit(root, image_size=96), "A014")
    assert "At 40 pixels a side chance" in one.finding.text


def test_what_a_pair_is_like_is_said_in_both_languages(tmp_path, unfitted):
    root = planted.folder(tmp_path)
    saved_anew(root, lambda image: image.transpose(TURN), "test/disc/x.jpg")
    one = named(alih.audit(root), "A013")
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


def test_the_command_fails_on_what_it_is_told_to(tmp_path, monkeypatch, capsys, unfitted):
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


def test_the_page_shows_pairs_and_needs_no_other_file(tmp_path, unfitted):
    from alih.reports.audit.page import write

    root = planted.folder(tmp_path / "set")
    saved_anew(root, lambda image: image.transpose(TURN), "test/disc/<b>.jpg")
    found = alih.audit(root, out=tmp_path / "en")
    english = (tmp_path / "en" / "index.html").read_text("utf-8")
    assert english.count("data:image/jpeg") == 2
    assert "turned 270°, train × test" in english
    assert "<b>.jpg" not in english
    assert not re.findall(r"(?:src|href)=\"(?!data:|#)", english)
    indonesian = write(found, tmp_path / "id", "id").read_text("utf-8")
    assert "diputar 270°, latih × uji" in indonesian
    assert 'lang="id"' in indonesian


def test_uneven_classes_and_the_majority_answer(tmp_path, unfitted):
    root = planted.folder(tmp_path, each=25, parts=())
    for file in sorted((root / "disc").glob("*.jpg"))[1:]:
        file.unlink()
    one = named(alih.audit(root), "A016")
    assert one.finding.severity == "warning"
    assert one.numbers == {"majority": 25 / 26, "counts": {"disc": 1, "stripes": 25}}


def test_a_test_part_that_shows_little(tmp_path, unfitted):
    found = named(alih.audit(planted.folder(tmp_path, each=12)), "A017")
    assert found.finding.severity == "warning"
    assert found.numbers["items"] == 24
    assert found.numbers["low"] == pytest.approx(0.7205, abs=0.001)  # Wilson, 21.6 of 24


def test_darker_images_of_a_class_are_a_note(tmp_path):
    _each(planted.folder(tmp_path), "disc", _darker)
    one = named(alih.audit(tmp_path), "A019")
    assert one.finding.severity == "note"
    assert one.numbers["brightness"]["auc"] > 0.9


def _darker(file: Path) -> None:
    ImageEnhance.Brightness(Image.open(file)).enhance(0.5).save(file, quality=92)


def test_labels_off_the_diagonal_are_those_of_cleanlab():
    """cleanlab 2.9.0: `compute_confident_joint(…, return_indices_of_off_diagonals=True)`."""
    generator = np.random.default_rng(3)
    given = generator.integers(0, 3, 40)
    chances = generator.dirichlet([1, 1, 1], 40)
    chances[np.arange(40), given] += 0.6
    chances /= chances.sum(axis=1, keepdims=True)
    given[[2, 9, 17]] = (given[[2, 9, 17]] + 1) % 3
    rows, other = labels.suspected(chances, given)
    assert sorted(rows.tolist()) == [2, 17]
    assert (other != given[rows]).all()


def test_wrong_labels_are_found(tmp_path):
    """Classes that pixels tell: one dark, one bright; three files lie in the wrong folder."""
    _each(planted.folder(tmp_path, each=30, parts=()), "disc", _darker)
    for file in sorted((tmp_path / "disc").glob("*.jpg"))[:3]:
        file.rename(tmp_path / "stripes" / file.name)
    one = named(alih.audit(tmp_path), "A015")
    assert {row[0] for row in one.files[:3]} == {f"stripes/{n:03}.jpg" for n in (0, 2, 4)}
    assert one.files[0][1:] == ("stripes", "disc")


def test_the_area_and_its_interval():
    from sklearn.metrics import roc_auc_score

    generator = np.random.default_rng(0)
    given = generator.integers(0, 3, 200)
    scores = generator.random((200, 3))
    scores[np.arange(200), given] += 0.4
    scores /= scores.sum(axis=1, keepdims=True)
    found = macro_auc(scores, given)
    expected = roc_auc_score(given, scores, multi_class="ovr", average="macro")
    assert found.value == pytest.approx(expected)
    assert found.low < found.value < found.high
    perfect = macro_auc(np.eye(2)[[0, 0, 1, 1]], np.array([0, 0, 1, 1]))
    assert perfect.value == 1
    assert perfect.low < 0.6, "four items prove little"


@pytest.mark.torch
@pytest.mark.realdata
@pytest.mark.slow
def test_the_files_of_the_x_rays_give_the_label_away(shared_data):
    found = alih.audit(shared_data / "covid_xray_98" / "original")
    assert named(found, "A018").finding.severity == "warning"


@pytest.mark.torch
@pytest.mark.slow
def test_honest_sets_get_notes_at_most():
    assert not alih.audit("fashion-mnist-mini").at_least("warning")


def grouped(root: Path) -> Path:
    """Ten patients of one ground each, four pictures of each, two in training and two in testing;
    each patient has both classes."""
    generator = np.random.default_rng(3)
    for patient in range(10):
        ground = planted.picture("disc", generator)
        for number in range(4):
            kind, part = planted.CLASSES[number % 2], ("train", "test")[number // 2]
            place = root / part / kind
            place.mkdir(parents=True, exist_ok=True)
            image = Image.blend(ground, planted.picture(kind, generator), 0.4)
            image.save(place / f"patient{patient}_{number}.jpg", quality=92)
    return root


def test_groups_that_parts_divide(tmp_path):
    one = named(alih.audit(grouped(tmp_path)), "A021")
    assert one.numbers["count"] == 10
    assert one.numbers["low"] > 0.65
    advice = re.search(r"`split: (.*)`", one.finding.text)
    assert yaml.safe_load(advice[1]) == {"group": one.numbers["group"]}, "it can be copied"
    assert "\\d" in one.numbers["group"]
    assert one.files[0] == (
        "train/disc/patient0_0.jpg",
        "train/stripes/patient0_1.jpg",
        "test/disc/patient0_2.jpg",
        "test/stripes/patient0_3.jpg",
    )


def masked(root: Path, count: int = 20, shift: int = 0) -> Path:
    """Images of a bright disc with its mask."""
    generator = np.random.default_rng(5)
    for folder in ("images", "masks"):
        (root / folder).mkdir(parents=True)
    y, x = np.mgrid[:96, :96]
    for number in range(count):
        at = generator.integers(30, 66, 2)
        inside = (y - at[0]) ** 2 + (x - at[1]) ** 2 < 20**2
        image = np.array(planted.picture("disc", generator)) // 2
        image[inside] += 120
        Image.fromarray(image).save(root / "images" / f"{number:02}.jpg")
        ids = np.roll(inside, shift, 1).astype(np.uint8)
        Image.fromarray(ids).save(root / "masks" / f"{number:02}.png")
    return root


def repainted(root: Path, change) -> None:
    file = root / "masks" / "03.png"
    ids = np.array(Image.open(file))
    change(ids)
    Image.fromarray(ids).save(file)


MASKS = {
    "clean": (set(), 0, lambda ids: None),
    "stray id": ({"A022"}, 0, lambda ids: ids.__setitem__((slice(5), slice(5)), 7)),
    "empty": ({"A023"}, 0, lambda ids: ids.fill(0)),
    "shifted": ({"A024"}, 8, lambda ids: None),
}


@pytest.mark.parametrize("name", MASKS)
def test_what_is_wrong_with_masks_is_found(name, tmp_path, unfitted):
    expected, shift, change = MASKS[name]
    repainted(masked(tmp_path / "set", shift=shift), change)
    assert codes(tmp_path / "set") == expected
    if shift:
        found = named(alih.audit(tmp_path / "set"), "A024").numbers
        assert found["right"] == pytest.approx(-shift * found["side"] / 96, abs=1)
        assert abs(found["down"]) <= 1


def test_a_run_is_told_what_an_audit_found_and_what_files_tell(tmp_path):
    from alih.data.load import load
    from alih.inspect.audit.report import serious

    _each(planted.folder(tmp_path / "set"), "disc", _as_png)
    document = tmp_path / "s.yaml"
    document.write_text(DOCUMENT)
    study = alih.load(document)
    sets = {"target": load(study.data)}
    assert [one.code for one in serious(study, sets)] == ["A018"]
    assert not serious(study.model_copy(update={"mute": ["A018"]}), sets)
    saved_anew(tmp_path / "set", lambda image: image, "test/stripes/x.jpg")
    alih.audit(document)
    assert "A012" in [one.code for one in serious(study, {"target": load(study.data)})]


def test_blank_images_are_no_near_copies_and_random_labels_no_errors(tmp_path):
    generator = np.random.default_rng(0)
    for number in range(24):
        for name, image in {
            "blank": np.full((80, 80, 3), 3 * number, np.uint8),
            "noise": generator.integers(0, 256, (80, 80, 3), np.uint8),
        }.items():
            place = tmp_path / name / "ab"[number % 2]
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(place / f"{number}.png")
    assert not codes(tmp_path / "blank")
    assert codes(tmp_path / "noise", "note") == set()


def test_both_sets_of_two_domains_are_looked_at(tmp_path, unfitted):
    planted.folder(tmp_path / "one", each=6)
    _copy(planted.folder(tmp_path / "two", each=6), "test/disc/x.jpg")
    (tmp_path / "s.yaml").write_text(
        "data: {source: {folder: one}, target: {folder: two}}\ntrain: {batch_size: 2}\n"
        "model: dcnn\narms: {s: {transfer: source-only}, d: {transfer: dann}}\n"
        "compare: {baseline: s}\n"
    )
    found = named(alih.audit(tmp_path / "s.yaml"), "A004")
    assert found.finding.about == "target"


def test_without_the_extra_it_is_said_what_was_not_looked_at(tmp_path, monkeypatch, unfitted):
    found = alih.audit(planted.folder(tmp_path, each=4))
    assert not found.skipped()
    monkeypatch.setattr(report, "find_spec", lambda name: None)
    assert "alih[train]" in str(found)


def test_each_unusable_file_has_its_own_reason_and_drawn_parts_are_not_told(tmp_path, unfitted):
    for index in range(24):
        place = tmp_path / "set" / "ab"[index % 2] / f"{index}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(index).integers(0, 256, (32, 32, 3), np.uint8)
        Image.fromarray(pixels).save(place)
    cut, other = (tmp_path / "set" / "a" / f"{name}.jpg" for name in ("cut", "other"))
    Image.fromarray(np.zeros((64, 64, 3), np.uint8)).save(cut)
    cut.write_bytes(cut.read_bytes()[:-60])
    other.write_text("no image")
    audited = alih.audit(tmp_path / "set")
    told = named(audited, "A011").finding.text
    assert "a/cut.jpg (image file is truncated" in told
    assert "a/other.jpg (its content is in none of the formats JPEG" in told
    assert not [line for line in audited.understood() if line.strip().startswith("parts:")]
