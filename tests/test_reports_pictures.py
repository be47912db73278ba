"""Pictures of a report that are not of validation: a training image of each class, and test images
for those who ask for them."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from tests.support import fake_masks
from tests.support.compared import compare
from tests.support.fake_study import CLASSES, make
from tests.support.html import Page

from alih import cli, files
from alih.data.imageset import ImageSet
from alih.errors import AlihError
from alih.evaluation import segmentation
from alih.evaluation.confused import confused_pairs
from alih.executors.prepare import write_cards
from alih.reports import build
from alih.reports.kit import pictures
from alih.reports.kit.facts import gather
from alih.reports.study import attended, hardest, peeked, wrong_answers
from alih.reports.study import data as provenance
from alih.runs import peeks, sums
from alih.runs.folder import CLASS_PICTURES, StudyFolder
from alih.study.loading import load

pytestmark = pytest.mark.usefixtures("undrawn")

TODAY = datetime.datetime.now().astimezone().date().isoformat()


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return make(tmp_path / "s", seeds=2, n_items=60, epochs=2)


@pytest.fixture
def at_hand(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The study's images, as if they had been read; the gray of an image tells its item."""
    pixels = (np.arange(6100) % 251).astype(np.uint8).reshape(-1, 1, 1, 1).repeat(4, 1).repeat(4, 2)
    found = SimpleNamespace(card={"sha256": "0" * 64}, images=pixels)
    monkeypatch.setattr("alih.data.load.load", lambda spec, task: found)
    return found


def test_test_images_are_shown_on_request_and_every_later_page_tells(
    study: Path, at_hand: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["report", str(study)]) == 0
    sealed = (study / "report" / "index.html").read_text(encoding="utf-8")
    assert "Misclassified test images" not in sealed
    assert not (study / peeks.FILE).exists()
    assert compare(study)["test_images_shown"] == []

    assert cli.run(["report", str(study), "--show-test"]) == 0
    page = Page((study / "report" / "index.html").read_text(encoding="utf-8"))
    assert page.faults == []
    assert "Misclassified test images" in page.text
    items = {
        int(one["item"]) for group in gather(study).groups for one in peeked.misclassified(group)
    }
    noted = json.loads((study / peeks.FILE).read_text())
    assert noted == {"schema": 1, "peeks": [{"on": TODAY, "images": len(items)}]}

    later = build.write(study, "id").read_text(encoding="utf-8")
    assert "Gambar uji yang salah diklasifikasikan" not in later
    assert f"Gambar uji pernah dilihat pada {TODAY} (1 kali)" in Page(later).text
    assert compare(study)["test_images_shown"] == [TODAY]
    capsys.readouterr()
    assert cli.run(["compare", str(study)]) == 0
    assert f"Test images were looked at on {TODAY} (1 time)" in capsys.readouterr().out


def test_only_wrong_answers_are_shown_with_their_own_images(study: Path) -> None:
    facts = gather(study)
    images = {}

    def read(items: list[int]) -> list[np.ndarray]:
        images.update({item: np.full((4, 4, 1), item % 251, np.uint8) for item in items})
        return list(images.values())

    shown = peeked.pictures(facts, SimpleNamespace(images=read))
    for group in facts.groups:
        pooled = group.pooled("test")
        wrong = pooled["label"] != pooled["prediction"]
        own = shown[group.slug]
        assert {one.item for one in own} <= set(pooled["item"][wrong])
        assert len(own) == min(peeked.SHOWN, len(set(pooled["item"][wrong])))
        assert not any(one.right for one in own)
        worst = pooled["item"][wrong][np.argmax(pooled["log_loss"][wrong])]
        assert own[0].item == worst
    assert set(images) == {one.item for own in shown.values() for one in own}


def test_the_page_of_hard_images_lists_validation_images_by_their_mean_loss(study: Path) -> None:
    facts = gather(study)
    groups = list(facts.groups)
    every = hardest.hardest(facts, groups)
    losses = [one.loss for one in every]
    assert losses == sorted(losses, reverse=True)
    item = every[0].item
    own = [cell.scores("validation") for cell in groups[0].done]
    rows = [(one["log_loss"][one["item"] == item], one) for one in own if item in one["item"]]
    first = every[0].arms[0]
    assert first.runs == len(rows)
    assert first.loss == pytest.approx(np.mean([float(loss[0]) for loss, _ in rows]))
    build.write(study)
    page = Page((study / "report" / hardest.PAGE).read_text(encoding="utf-8"))
    assert page.faults == []
    assert "Misclassified test images" not in page.text
    tested = {int(i) for group in groups for i in group.pooled("test")["item"]}
    assert not tested & {one.item for one in every}
    lines = (study / "report" / "tables" / "highest-loss.csv").read_text().splitlines()
    assert len(lines) == 1 + sum(len(one.arms) for one in every[: hardest.LISTED])


def test_attention_is_shown_with_its_share_outside_the_centre(study: Path) -> None:
    facts = gather(study)
    (one, *_) = [attended.attended(facts, group) for group in facts.groups]
    assert one is not None
    assert [len(one.shares[kind]) for kind in (False, True)] == [3, 2]
    assert one.empty == 1
    assert [picture.right for picture in one.pictures] == [False] * 3 + [True] * 3
    told = attended.table(facts, [one])
    assert told is not None
    assert [row[1:3] for row in told.rows] == [["wrong", "3"], ["right", "2"]]
    assert "64 %" in told.note
    assert "1 image left out" in told.note


def test_a_lost_record_of_peeks_is_told(study: Path, at_hand: SimpleNamespace) -> None:
    import alih

    results = alih.open_results(study)
    for _ in range(2):
        results.report(show_test=True)
    assert [peek.on.isoformat() for peek in peeks.read(study)] == [TODAY, TODAY]
    (study / peeks.FILE).unlink()

    def missing() -> list[int]:
        told = gather(study).comparison.findings
        return [one.values["count"] for one in told if one.key == "runs.peeks_lost"]

    assert missing() == [2]
    results.report(show_test=True)
    assert missing() == [2], "a new peek hides no old one"
    (study / peeks.FILE).write_text("{")
    with pytest.raises(AlihError, match=r"peeks\.json"):
        compare(study)


def test_nothing_is_shown_that_cannot_be_noted_or_is_of_other_images(
    study: Path, at_hand: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_hand.card["sha256"] = "1" * 64
    assert cli.run(["report", str(study), "--show-test"]) == 2
    assert not (study / peeks.FILE).exists()
    at_hand.card["sha256"] = "0" * 64

    def full(*_: object) -> None:
        raise AlihError("common.cannot_write", path=study, reason="no space")

    monkeypatch.setattr(files, "write_json", full)
    out = tmp_path / "page"
    assert cli.run(["report", str(study), "--show-test", "--out", str(out)]) == 2
    assert not out.exists()


def test_the_worst_masks_of_test_images_are_shown_lowest_iou_first(tmp_path: Path) -> None:
    root = fake_masks.make(tmp_path / "m", n_test=8, n_validation=8, seeds=2)
    asked: dict[str, list[int]] = {}

    def masked(run: Path, items: list[int]) -> list[peeked.Masked]:
        asked[run.parent.name] = items
        empty = np.zeros((4, 4), np.uint8)
        return [(np.zeros((4, 4, 3), np.uint8), empty, empty) for _ in items]

    page = build.write(root, test_split=SimpleNamespace(masked=masked)).read_text(encoding="utf-8")
    facts = gather(root)
    for group in facts.groups:
        scores = group.done[0].scores("test")
        iou = segmentation.image_iou(segmentation.with_background(scores, facts.classes))
        assert asked[group.arm] == scores["item"][np.argsort(iou)[: peeked.MASKS_SHOWN]].tolist()
        assert f"{group.label}: the lowest IoU on the test split" in page
    assert Page(page).faults == []
    seen = {item for items in asked.values() for item in items}
    assert [peek.images for peek in peeks.read(root)] == [len(seen)]


def test_a_training_image_of_each_class_is_kept_and_shown(study: Path) -> None:
    document = load(study)
    labels = np.arange(200) % 10
    labels[labels == 3] = 4  # a class without images has no picture
    pixels = (np.arange(200) % 251).astype(np.uint8).reshape(-1, 1, 1, 1).repeat(8, 1).repeat(8, 2)
    card = {"name": "d", "classes": CLASSES, "channels": 1, "image_size": 8, "sha256": "0" * 64}
    card["counts"] = {"train": dict.fromkeys(CLASSES, 18), "test": dict.fromkeys(CLASSES, 2)}
    images = ImageSet("d", tuple(CLASSES), pixels, labels, 20, card)
    assert provenance.class_pictures(gather(study)) == []
    write_cards(study, document, {"target": images}, False, [])
    stored = StudyFolder(study).class_pictures()
    assert stored is not None
    assert stored["label"].tolist() == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    train = images.divide(document.split, document.seed, 0).train
    for item, image, label in zip(stored["item"], stored["image"], stored["label"], strict=True):
        assert item in train
        assert labels[item] == label
        assert (image == pixels[item]).all()
    shown = provenance.class_pictures(gather(study))
    assert [name for name, _ in shown] == [CLASSES[label] for label in stored["label"]]

    (study / CLASS_PICTURES).write_bytes(b"PK")
    assert CLASS_PICTURES in sums.damaged(study)
    write_cards(study, document, {"target": images}, True, [CLASS_PICTURES])
    assert CLASS_PICTURES not in sums.damaged(study)
    (study / CLASS_PICTURES).unlink()
    assert CLASS_PICTURES not in sums.damaged(study), "kept results may go without"


def test_confused_pairs_come_from_validation_in_order(tmp_path: Path) -> None:
    root = make(tmp_path / "pairs", seeds=2, n_items=60, epochs=3)
    facts = gather(root)
    pooled = facts.groups[0].pooled("validation")
    pairs = wrong_answers.confused_pairs(facts, facts.groups[0])
    counts = [int(pair.count) for pair in pairs]
    assert counts == sorted(counts, reverse=True)
    for pair in pairs:
        true, predicted = facts.classes.index(pair.true), facts.classes.index(pair.predicted)
        assert (
            int(pair.count)
            == ((pooled["label"] == true) & (pooled["prediction"] == predicted)).sum()
        )
        assert all(
            (one.true, one.predicted) == (pair.true, pair.predicted) for one in pair.pictures
        )
    worst = wrong_answers.worst_answers(facts, facts.groups[0])
    assert len({one.item for one in worst}) == len(worst) == 12
    assert all(one.right == (one.true == one.predicted) for one in worst)
    assert [one.right for one in worst] == sorted(one.right for one in worst), "wrong ones first"


def test_pairs_that_are_equally_frequent_come_in_the_order_of_their_stored_images(
    tmp_path: Path,
) -> None:
    facts = gather(make(tmp_path / "ties", seeds=1, n_items=60, epochs=1))

    class Tied:
        done = ()

        def pooled(self, split: str) -> dict[str, np.ndarray]:
            return {"label": np.array([3, 1, 0, 2, 1]), "prediction": np.array([0, 2, 1, 0, 1])}

    shown = [(pair.true, pair.predicted) for pair in wrong_answers.confused_pairs(facts, Tied())]  # type: ignore[arg-type]
    stored = confused_pairs(Tied().pooled("")["label"], Tied().pooled("")["prediction"], 6)
    assert shown == [
        (facts.classes[true], facts.classes[predicted]) for true, predicted, _ in stored
    ]
    assert stored == [(0, 1, 1), (1, 2, 1), (2, 0, 1), (3, 0, 1)]


def test_pictures_round_trip() -> None:
    import base64
    import io

    from PIL import Image

    image = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    uri = pictures.thumbnail(image)
    decoded = np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.split(",", 1)[1]))))
    np.testing.assert_array_equal(decoded, image)
    large = pictures.thumbnail(np.zeros((400, 200, 1), np.uint8), longest=100)
    assert Image.open(io.BytesIO(base64.b64decode(large.split(",", 1)[1]))).size == (50, 100)
    sheet = pictures.montage(np.full((3, 2, 2), 7, np.uint8))
    assert sheet.shape == (5, 5, 4)
    assert (sheet[2] == 0).all(), "a transparent row stands between the maps"
    assert (sheet[3:, 3:] == 0).all(), "a missing map stays transparent"
