"""What `alih predict` is given and what it writes, without torch: patterns, lists, archives,
tables, images unlike those learnt from."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from alih.data.decode import Decode
from alih.data.imagepaths import ImagePath, Search
from alih.errors import AlihError
from alih.evaluation.judgement import Familiar, Judgement, familiar, softmax
from alih.inspect.answers import FileAnswer, answers
from alih.reports.answers.files import AnswerTable


@pytest.fixture
def photos(tmp_path):
    for name in ("x/a.png", "x/a.jpg", "y/a.png", "y/deep/b.png"):
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), "red").save(tmp_path / "photos" / name)
    (tmp_path / "photos/x/c.heic").write_text("x")
    return tmp_path / "photos"


def places(search):
    return [str(image.place) for image in search]


def test_patterns_find_images_and_keep_equal_names_apart(photos):
    assert places(Search([photos / "*/a.png"])) == ["x/a", "y/a"]
    assert places(Search([photos / "**/*"])) == ["x/a.jpg", "x/a.png", "y/a", "y/deep/b"]
    assert places(Search([photos / "y*"])) == ["y/a", "y/deep/b"]
    search = Search([photos / "x" / "*", photos / "x" / "a.png"])
    assert places(search) == ["x/a.jpg", "x/a.png", "a"]
    assert search.others == {".heic": 1}
    odd = photos / "a[1].png"
    Image.new("L", (8, 8)).save(odd)
    assert places(Search([odd])) == ["a[1]"]
    with pytest.raises(AlihError) as error:
        Search([photos / "*.gif"])
    assert error.value.key == "data.no_match"


def test_lists_name_what_is_missing_when_its_turn_comes(photos):
    lines = [f"{photos}/x/a.png\n", "\n", f"{photos}/absent.png\n", f"{photos}/y\r\n"]
    found = list(Search([], lines))
    assert [str(image.place) for image in found] == ["a", "absent", "y/a", "y/deep/b"]
    assert [image.fault.key for image in found if image.fault] == ["data.no_such_path"]
    many = list(Search([], [f"{photos}/x/a.png"] * 2000))
    assert len({image.place for image in many}) == 2000


def test_archives_are_read_under_their_own_name_and_cannot_lead_out(photos, tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(photos / "x/a.png", "in/a.png")
        packed.writestr("in/broken.png", b"nothing")
    found = [found for group in answers(Shade(), Search([archive])) for found in group]
    assert [one.image.name for one in found] == [f"{archive}/in/a.png", f"{archive}/in/broken.png"]
    assert f"{archive}/in/broken.png" in str(found[1].fault)
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(photos / "x/a.png", "../a.png")
    [image] = Search([archive])
    assert image.fault.key == "study.zip_unsafe"


class Shade:
    """A model that tells dark images from bright ones."""

    name, classes, segments, transductive = "shade", ("dark", "bright", "other"), False, False
    decode = Decode(8, 1)
    judgement = Judgement(2.0, Familiar(np.log(0.6), None, 100))

    def read(self, file):
        from alih.data import strips

        return strips.read(file, self.decode)

    def scores(self, images):
        bright = images.mean((1, 2, 3)) / 64
        return np.stack([4 - bright, bright, np.zeros(len(images))], 1).astype(np.float32)


def test_tables_have_the_likeliest_classes_and_what_validation_taught(photos, tmp_path):
    shares = np.array([0.25, 0.7, 0.05], np.float32)
    row = FileAnswer(ImagePath(photos / "a.png", None), shares, 0.5, True)
    broken = FileAnswer(
        ImagePath(photos / "b.png", None), None, fault=AlihError("cli.predict.above")
    )
    out = io.StringIO()
    with AnswerTable(out, Shade.classes, every=True, top=9) as table:
        table.add([row, broken])
    [found] = csv.DictReader(out.getvalue().splitlines())
    assert found == {
        "file": str(photos / "a.png"),
        "class": "bright",
        "probability": "0.7",
        "uncalibrated": "0.5",
        "unlike": "true",
        "class_2": "dark",
        "probability_2": "0.25",
        "class_3": "other",
        "probability_3": "0.05",
        "probability:dark": "0.25",
        "probability:bright": "0.7",
        "probability:other": "0.05",
    }
    file = tmp_path / "a.jsonl"
    for _ in range(2):
        with AnswerTable(file, Shade.classes, top=2) as table:
            table.add([row])
            table.add([row])
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(lines) == 2
    assert lines[0]["unlike"] is True
    assert lines[0]["probability_2"] == 0.25
    with pytest.raises(AlihError) as error:
        AnswerTable(tmp_path / "a.xlsx", Shade.classes)
    assert error.value.key == "reports.answers_ending"


def test_answers_are_calibrated_and_unlike_images_flagged(tmp_path):
    for name, value in (("dark", 0), ("between", 127), ("bright", 255)):
        Image.new("RGB", (9, 9), (value,) * 3).save(tmp_path / f"{name}.png")
    (tmp_path / "empty.png").write_bytes(b"")
    found = {one.image.path.stem: one for g in answers(Shade(), Search([tmp_path])) for one in g}
    assert [found[name].unlike for name in ("dark", "between", "bright")] == [False, True, False]
    scores = Shade().scores(np.zeros((1, 8, 8, 1), np.uint8))
    assert found["dark"].probabilities == pytest.approx(softmax(scores / 2)[0], rel=1e-6)
    assert found["dark"].uncalibrated == pytest.approx(softmax(scores).max(), rel=1e-6)
    assert found["empty"].fault is not None


def test_familiar_images_are_flagged_at_the_stated_rate():
    draw = np.random.default_rng(0)
    scores = draw.normal(size=(60_000, 5)) * 3
    confidence = softmax(scores).max(1)
    rates = []
    for part in range(100):
        own = slice(part * 99, part * 99 + 99)
        known = familiar(confidence[own], scores[own].max(1))
        assert known.logit is not None
        rates.append(known.unlike(scores[30_000:]).mean())
    # Each of two thresholds has 2 % (of 99 images the second): at most 4 % together.
    assert 0.025 < np.mean(rates) < 0.043
    assert familiar(confidence[:18]) is None
    assert familiar(confidence[:38], scores[:38].max(1)).logit is None
    assert familiar(confidence[:19]).log_probability == pytest.approx(np.log(confidence[:19].min()))


def test_an_image_too_large_is_refused_before_it_is_decoded(tmp_path):
    import struct
    import zlib

    def chunk(name, content):
        return (
            struct.pack(">I", len(content))
            + name
            + content
            + struct.pack(">I", zlib.crc32(name + content))
        )

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    file = tmp_path / "huge.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IEND", b""))
    [[found]] = answers(Shade(), Search([file]))
    assert found.fault.key == "study.image_too_large", str(found.fault)
