"""Arms held against trivial answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tests.support.compared import compare
from tests.support.fake_study import make

from alih.evaluation.curves import curves
from alih.runs.folder import StudyFolder
from alih.statistics.single import wilson
from alih.study.loading import load
from alih.study.planning.cells import Cell
from alih.verdicts import curves as read
from alih.verdicts import trivial
from alih.verdicts.arm_runs import ArmRuns
from alih.verdicts.result import ArmResult, MetricResult


def test_trivial_answers_are_judged_by_intervals(tmp_path: Path) -> None:
    root = make(tmp_path / "s", seeds=1, n_items=400, epochs=2)
    study = load(root)

    def told(right: float, **references: float) -> dict[str, str]:
        """The arm's first `right` items in a hundred are right; classes are in equal shares."""
        item = np.arange(400)
        label = item % 10
        answer = np.where(item % 100 < 100 * right, label, (label + 1) % 10)
        arrays = {"item": item, "label": label, "prediction": answer}
        runs = ArmRuns("plain", {}, {0: arrays})
        own = MetricResult(right, None, wilson(int(400 * right), 400), "test", "items")
        known = {name: {"accuracy": value} for name, value in references.items()}
        result = ArmResult("plain", {}, 1, 400, {"accuracy": own})
        rows = trivial.judge(study, runs, result, known)
        return {row.reference: row.verdict for row in rows}

    assert told(1.0, **{"pixel-logistic": 1.0}) == {}, "nobody can beat a perfect answer"
    assert told(0.9, **{"pixel-logistic": 1.0}) == {"pixel-logistic": "no better"}
    assert told(0.9, **{"pixel-logistic": 0.95, "majority": 0.1}) == {
        "pixel-logistic": "no better",
        "majority": "better",
    }
    # The mean is above, but hardly; the mean is below, but may well be above in truth.
    assert told(0.1, majority=0.1, chance=0.1) == {"majority": "no better", "chance": "no better"}
    assert told(0.92, **{"pixel-logistic": 0.93}) == {"pixel-logistic": "undecided"}
    assert told(0.95, **{"pixel-logistic": 0.93}) == {"pixel-logistic": "undecided"}


def test_a_level_of_few_images_is_held_to_answers_that_need_none(tmp_path: Path) -> None:
    levels, strength = (30, "all"), lambda arm, at: 2.5
    root = make(tmp_path, seeds=2, n_items=100, epochs=2, levels=levels, strength=strength)
    rows = compare(root)["trivial_answers"]
    asked = {(row["at"]["train_images"], row["reference"]) for row in rows}
    blind = {(level, name) for level in (30, "all") for name in ("majority", "chance")}
    assert asked == blind | {("all", "pixel-logistic")}


def test_scores_of_batches_drawn_by_class_are_not_held_against_those_of_all_images(
    tmp_path: Path, monkeypatch
) -> None:
    root = make(tmp_path, seeds=1, n_items=100, epochs=8)
    rising, loss = np.linspace(0.3, 1, 8), np.linspace(1, 0.3, 8)
    drawn = curves(
        train={"loss": loss, "accuracy": 0.9 * rising},
        train_eval={"loss": loss, "accuracy": 0.6 * rising},
        validation={"loss": loss, "accuracy": 0.6 * rising},
    )
    monkeypatch.setattr(read, "from_cells", lambda cells: drawn)
    cell = StudyFolder(root).cell(Cell("plain", 0))

    def codes(*changes: str) -> list[str]:
        study = load(root, changes)
        return [one.code for one in read.observe(study, "plain", {}, [cell], {})]

    assert "D011" in codes()
    assert "D011" not in codes("train.sampling=balanced")
