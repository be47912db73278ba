"""Classifiers on features across two domains: CORAL against its formula, EasyTL, granted labels,
and the runs that stand on them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.linalg import inv, sqrtm

import alih
from alih.data.domains import domains
from alih.data.load import load as load_images
from alih.inspect.predictor import Predictor
from alih.runs.folder import StudyFolder
from alih.study.catalogue.sets import specs
from alih.study.document.problems import StudyError
from alih.study.loading import load
from alih.study.planning.cells import Cell
from alih.transfer.classifiers.alignment import Alignment
from alih.transfer.classifiers.fit import fit
from alih.transfer.classifiers.table import FAMILIES, from_arrays

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def shifted():
    """Three classes in 6 features; the target is stretched, turned and moved."""
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(3, 6)) * 2.5
    labels = np.arange(240) % 3
    source = centres[labels] + rng.normal(size=(240, 6))
    stretch = np.diag([5.0, 0.3, 2.0, 1.0, 0.4, 3.0]) @ (np.eye(6) + 0.2 * rng.normal(size=(6, 6)))
    target = (centres[labels] + rng.normal(size=(240, 6))) @ stretch + 4.0
    return source, labels, target


def standard(rows: np.ndarray) -> np.ndarray:
    return (rows - rows.mean(0)) / rows.std(0)


def coral(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """As the paper and skada write it, with matrix roots and inverses."""
    width = source.shape[1]
    first = np.cov(source, rowvar=False) + np.eye(width)
    second = np.cov(target, rowvar=False) + np.eye(width)
    return np.real(source @ sqrtm(inv(first)) @ sqrtm(second))


@pytest.mark.parametrize("images", [240, 5])
def test_coral_is_the_papers_formula(shifted, images):
    source, target = shifted[0][:images], shifted[2]
    moved = Alignment.between(source, target, coral=True).moved(source)
    expected = coral(standard(source), standard(target))
    assert np.allclose((moved - target.mean(0)) / target.std(0), expected, atol=1e-8)
    plain = Alignment.between(source, target, coral=True, standardised=False).moved(source)
    assert np.allclose(plain, coral(source, target), atol=1e-8)


@pytest.mark.parametrize("name", [name for name in FAMILIES if name not in ("easytl", "head2toe")])
def test_any_classifier_on_aligned_features_is_that_classifier_on_corals_features(shifted, name):
    source, labels, target = shifted
    options = {"name": name, "calibrate": False}
    ours = fit(source, labels, 3, options, target=target, align="coral")
    expected = coral(standard(source), standard(target)) * target.std(0) + target.mean(0)
    by_hand = fit(expected, labels, 3, options)
    assert np.allclose(ours.scores(target), by_hand.scores(target), atol=1e-6)
    assert np.allclose(ours.scores(source, source=True), by_hand.scores(expected), atol=1e-6)
    alone = fit(source, labels, 3, options)
    assert np.mean(ours.predict(target) == labels) >= np.mean(alone.predict(target) == labels)
    kept = from_arrays(ours.arrays())
    assert np.array_equal(kept.scores(target), ours.scores(target))


def shares(rows: np.ndarray) -> np.ndarray:
    return rows / np.abs(rows).sum(1, keepdims=True)


@pytest.mark.parametrize("align", ["none", "coral"])
def test_easytl_is_the_nearest_centre_of_prepared_and_aligned_features(shifted, align):
    source, labels, target = shifted
    ours = fit(source, labels, 3, "easytl", target=target, align=align)
    first, second = standard(shares(source)), standard(shares(target))
    moved = coral(first, second) if align == "coral" else first
    centres = np.stack([moved[labels == c].mean(0) for c in range(3)])
    distance = np.linalg.norm(second[:, None] - centres, axis=2)
    assert np.array_equal(ours.predict(target), distance.argmin(1))
    assert np.allclose(ours.scores(target)[:, 0] - ours.scores(target)[:, 1],
                       (distance[:, 1] - distance[:, 0]) / ours.temperature)  # fmt: skip
    # The temperature is of source images as they are aligned, which the classifier knows.
    assert ours.report["accuracy"] > 0.8


def test_programming_is_over_the_images_asked_for_and_new_images_get_their_nearest_centre(shifted):
    source, labels, target = shifted
    options = {"name": "easytl", "transductive": True}
    together = fit(source, labels, 3, options, target=target)
    alone = fit(source, labels, 3, "easytl", target=target)
    some = target[alone.predict(target) != 2][:40]
    assert (together.predict(some) != alone.predict(some)).sum() == 1
    assert 2 in together.predict(some)
    new = from_arrays(together.arrays()).for_new_images
    assert not new.transductive
    assert np.array_equal(new.predict(some), alone.predict(some))


def test_granted_labels_are_learnt_from_where_they_lie(shifted):
    source, labels, target = shifted
    rows = np.concatenate([source, target[:6]])
    granted = np.arange(len(rows)) >= len(source)
    options = {"name": "knn", "k": 1, "calibrate": False}
    given = np.concatenate([labels, labels[:6]])
    found = fit(rows, given, 3, options, target=target, align="coral", of_target=granted)
    assert np.array_equal(found.predict(target[:6]), labels[:6])


# --- Through a study


def pictures(place: Path, name: str, invert: bool, each: int, seed: int) -> Path:
    """Stripes and checks of 8 pixels, dark on light or faint light on dark."""
    rng = np.random.default_rng(seed)
    arrays = {}
    for part, count in (("train", each), ("test", 10)):
        labels = np.arange(2 * count) % 2
        y, x = np.mgrid[:8, :8]
        ink = np.where(labels[:, None, None] == 0, y % 2, (y + x) % 2)
        gray = np.where(ink, 40, 90) if invert else np.where(ink, 20, 220)
        noisy = gray + rng.integers(-25, 25, gray.shape)
        arrays |= {f"x_{part}": np.clip(noisy, 0, 255).astype(np.uint8), f"y_{part}": labels}
    np.savez(place / f"{name}.npz", **arrays, class_names=np.array(["stripes", "checks"]))
    return place / f"{name}.npz"


STUDY = """
title: t
data: {{source: {{npz: {place}/paper.npz}}, target: {{npz: {place}/screen.npz}}}}
seeds: 1
target_labels: {labels}
model: {{layers: [{{conv: 4}}, {{max_pool: 2}}, {{dense: 8}}]}}
train: {{epochs: 1, batch_size: 8}}
arms:
  network: {{transfer: source-only}}
  plain: {{from: network, transfer: features}}
  coral: {{from: network, transfer: {{strategy: features, align: coral, classifier: lda}}}}
  easytl:
    from: network
    transfer:
      strategy: features
      classifier: {{name: easytl, align: coral, transductive: true}}
  hog: {{transfer: {{strategy: features, handmade: {{name: hog, size: 32}}, align: coral}}}}
  few: {{transfer: {{strategy: features, handmade: {{name: hog, size: 32}}, learn_from: target}}}}
compare: {{baseline: plain}}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    found = tmp_path_factory.mktemp("npz")
    pictures(found, "paper", False, 20, 0)
    pictures(found, "screen", True, 15, 1)
    return found


@pytest.fixture(scope="module")
def finished(place):
    (place / "study.yaml").write_text(STUDY.format(place=place, labels=0.3))
    results = alih.run(place / "study.yaml", place / "out", jobs=1)
    assert results.complete, [status.reason for status in results.status]
    return results


def card(place: Path, arm: str):
    return StudyFolder(place / "out").cell(Cell(arm, 0)).card


@pytest.mark.usefixtures("undrawn")
def test_studies_of_features_across_domains_end_in_a_report(place, finished):
    assert card(place, "easytl").transductive
    assert not card(place, "coral").transductive
    assert all(card(place, arm).items.test == 20 for arm in ("plain", "coral", "easytl", "few"))
    assert [card(place, arm).items.train for arm in ("plain", "few")] == [36, 9]
    codes = {(one["code"], one["about"]) for one in finished.compare()["findings"]}
    assert ("D026", "easytl") in codes
    for lang, word in (("en", "withheld"), ("id", "tanpa")):
        page = finished.report(lang=lang).read_text()
        assert "CORAL" in page
        assert word in page


@pytest.mark.parametrize("arm", ["plain", "coral", "hog", "few"])
def test_a_run_answers_for_new_images_of_the_target_as_it_was_scored(place, finished, arm):
    folder = StudyFolder(place / "out").cell(Cell(arm, 0))
    stored = folder.scores("test")
    with np.load(place / "screen.npz") as arrays:
        images = arrays["x_test"][..., None]
    predictor = Predictor.open(folder.path, "cpu")
    found = predictor(images)
    order = np.argsort(stored["item"])
    assert np.array_equal(found.argmax(1), stored["prediction"][order])


def test_programming_answers_single_new_images_by_the_nearest_centre(place, finished):
    predictor = Predictor.open(StudyFolder(place / "out").cell(Cell("easytl", 0)).path, "cpu")
    with np.load(place / "screen.npz") as arrays:
        images = arrays["x_test"][..., None]
    assert not predictor.transductive
    one_by_one = np.concatenate([predictor(image[None]) for image in images])
    assert np.array_equal(one_by_one.argmax(1), predictor(images).argmax(1))


def test_withheld_labels_and_test_images_change_nothing(place, finished, tmp_path):
    """Other labels where they are withheld, other test images: the same classifier."""
    with np.load(place / "screen.npz") as stored:
        arrays = dict(stored)
    (tmp_path / "paper.npz").write_bytes((place / "paper.npz").read_bytes())
    made = load(place / "study.yaml")
    sets = {name: load_images(spec) for name, spec in specs(made).items()}
    withheld = domains(sets, made, 0)["target"].withheld
    assert len(withheld) == 21
    arrays["y_train"][withheld] = 1 - arrays["y_train"][withheld]
    arrays["x_test"] = arrays["x_test"][::-1] // 2
    np.savez(tmp_path / "screen.npz", **arrays)
    (tmp_path / "study.yaml").write_text(STUDY.format(place=tmp_path, labels=0.3))
    assert alih.run(tmp_path / "study.yaml", tmp_path / "out", jobs=1).complete
    for arm in made.arms:
        one, other = (
            dict(np.load(root / "runs" / arm / "seed-0" / "probabilities.npz"))
            for root in (place / "out", tmp_path / "out")
        )
        assert np.array_equal(one["validation"], other["validation"]), arm
        scores = [
            StudyFolder(root / "out").cell(Cell(arm, 0)).card.target for root in (place, tmp_path)
        ]
        assert scores[0] == scores[1], arm
        assert scores[0].items == (30 if arm == "network" else 21), arm


def test_what_needs_two_domains_is_said(place, tmp_path):
    text = (
        f"title: t\ndata: {{npz: {place}/paper.npz}}\narms: {{a: {{transfer: {{strategy: features, "
        "handmade: hog, align: coral, learn_from: source}}}\ncompare: {baseline: a}\n"
    )
    (tmp_path / "s.yaml").write_text(text.replace("}}}}\n", "}}}\n"))
    with pytest.raises(StudyError) as caught:
        load(tmp_path / "s.yaml")
    assert {problem.key for problem in caught.value.problems} == {
        "study.align_one_set",
        "study.learn_from_one_set",
    }
