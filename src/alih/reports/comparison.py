"""From a study folder to the JSON of `alih compare --json`: arms, differences, verdicts, looks.

Reads finished cells only; an unfinished study gives what is there and says so. Only replicates that both compared arms
finished are paired, and always on the test split.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from alih import files
from alih.errors import AlihError
from alih.evaluation import metrics as evaluation
from alih.reports import looks
from alih.runs.folder import CellFolder, StudyFolder
from alih.runs.identity import stored_identity
from alih.statistics import verdicts
from alih.statistics.intervals import pseudo_values
from alih.statistics.sentences import sentence
from alih.statistics.single import summarise
from alih.study import plan
from alih.study.cells import Cell
from alih.study.document import Study
from alih.study.metrics import METRICS
from alih.words import text

SPLIT = "test"
AVERAGING = {"balanced_accuracy": "macro", "macro_f1": "macro", "ece": "15 bins"}


@dataclass(frozen=True)
class ArmRuns:
    """The finished cells of one arm at one level: per replicate its folder and the arrays of the test split."""

    arm: str
    cells: dict[int, CellFolder]
    arrays: dict[int, dict[str, np.ndarray]]

    @property
    def varies(self) -> bool:
        """Whether another seed could give another result."""
        return not self.cells or any(cell.card.get("varies_by_seed", True) for cell in self.cells.values())

    def matrix(self, metric: str, replicates: list[int], folds: bool) -> np.ndarray | None:
        """Scores [S, N] of a metric (pseudo-values for set metrics, [S, 1] for folds), None where they cannot be computed."""
        rows = []
        for replicate in replicates:
            arrays = self.arrays[replicate]
            if metric == "brier" and "probability" not in arrays:
                return None
            if folds:
                rows.append(np.array([evaluation.compute(metric, arrays)]))
            elif METRICS[metric].kind == "item":
                rows.append(evaluation.item_scores(metric, arrays))
            else:
                rows.append(pseudo_values(evaluation.compute(metric, arrays), evaluation.jackknife(metric, arrays)))
        return np.stack(rows) if rows else None


def compare(root: Path, record_look: bool = True) -> dict[str, Any]:
    """Means, intervals and verdicts of a study folder, as plain JSON values.

    `record_look=False` shows what the next look would say without writing it down. Raises AlihError for a folder that
    holds no study, and for scores that are damaged or belong to other items.
    """
    from alih.study.loading import load

    folder = StudyFolder.open(root)
    study = load(folder.root)
    planned: dict[str, list[Cell]] = {}
    for cell in plan.cells(study):
        planned.setdefault(cell.slug, []).append(cell)
    arms: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    for members in planned.values():
        at = members[0].at
        runs = {arm: _arm_runs(folder, study, arm, [c for c in members if c.arm == arm]) for arm in study.arms}
        for arm, own in runs.items():
            entry = _arm_entry(study, own, at)
            if not study.vary:
                arms[arm] = entry
            else:
                arms.setdefault(arm, []).append(entry)
        rows += _family(folder.root, study, runs, at, record_look)
    total = sum(len(members) for members in planned.values())
    done = sum(_counts(folder.cell(cell), study) for members in planned.values() for cell in members)
    return {
        "study": study.name,
        "looks": max((row["look"] for row in rows), default=0),
        "primary": study.primary,
        "complete": done == total,
        "cells": {"done": done, "total": total},
        "arms": arms,
        "references": _references(folder),
        "comparisons": rows,
    }


def verdict_sentence(comparison: Mapping[str, Any], study: Study, lang: str | None = None) -> str:
    """The verdict of one row of `comparisons` in words; given the whole of `compare`, one line per row of the primary metric."""
    if "comparisons" in comparison:
        rows = [row for row in comparison["comparisons"] if row["metric"] == comparison["primary"]]
        return "\n".join(verdict_sentence(row, study, lang) for row in rows)
    names = {}
    for arm in (comparison["arm"], comparison["baseline"]):
        label = study.arms[arm].label
        names[arm] = text(label, lang) if label else arm
    wanted = study.compare.metrics.get(comparison["metric"])
    return sentence(
        comparison, names[comparison["arm"]], names[comparison["baseline"]], lang, margin=wanted.margin if wanted else None
    )


def _counts(cell: CellFolder, study: Study) -> bool:
    """Whether a cell has finished with the settings that the study has now, not with some that it had before."""
    stored = stored_identity(cell)
    return cell.is_done and stored is not None and stored["identity"] == plan.identity(study, cell.cell)


def _arm_runs(folder: StudyFolder, study: Study, arm: str, planned: list[Cell]) -> ArmRuns:
    finished = {cell.replicate: folder.cell(cell) for cell in planned if _counts(folder.cell(cell), study)}
    return ArmRuns(arm, finished, {replicate: _test_arrays(cell) for replicate, cell in finished.items()})


def _test_arrays(cell: CellFolder) -> dict[str, np.ndarray]:
    """The arrays of the test split in item order, after the file's checksum was found right."""
    path = cell.path / "scores.npz"
    expected = _score_sum(cell)
    if not path.exists():
        raise AlihError("statistics.no_scores", path=path)
    got = files.sha256(path)
    if got != expected:
        raise AlihError("statistics.damaged_scores", path=path, got=got[:12], expected=expected[:12])
    arrays = cell.scores(SPLIT)
    probability = (cell.arrays("probabilities") or {}).get(SPLIT)
    if probability is not None:
        arrays["probability"] = probability
    order = np.argsort(arrays["item"], kind="stable")
    return {key: value[order] for key, value in arrays.items()}


def _score_sum(cell: CellFolder) -> str:
    """The checksum of the scores that `done` holds."""
    try:
        return files.read_json(cell.path / "done")["scores.npz"]
    except (ValueError, KeyError, TypeError):
        raise AlihError("statistics.damaged_done", path=cell.path / "done") from None


def _arm_entry(study: Study, runs: ArmRuns, at: dict[str, Any]) -> dict[str, Any]:
    folds = study.split.scheme == "repeated-kfold"
    replicates = sorted(runs.cells)
    cards = [runs.cells[r].card for r in replicates]
    shown = {}
    for metric in METRICS:
        scores = runs.matrix(metric, replicates, folds)
        if scores is None or (folds and len(scores) < 2) or not np.isfinite(scores).all():
            continue
        found = summarise(scores, varies_by_seed=runs.varies, fold_ratio=_fold_ratio(runs) if folds else None)
        shown[metric] = {
            "mean": found.mean,
            "sd": found.sd,
            "ci95": list(found.ci95),
            "split": SPLIT,
            "averaging": AVERAGING.get(metric, "mean"),
        }
    published = study.published.arms.get(runs.arm) if study.published else None
    return ({"at": at} if at else {}) | {
        "n_seeds": len(replicates),
        "n_test": sum(len(a["item"]) for a in runs.arrays.values()) // max(1, len(replicates)),
        "metrics": shown,
        "published": published.model_dump(exclude_none=True) if published else None,
        "parameters": cards[0].get("parameters") if cards else None,
        "seconds": _median(cards, "seconds"),
        "seconds_per_epoch": _median(cards, "seconds_per_epoch"),
        "ms_per_step": _median(cards, "ms_per_step"),
    }


def _median(cards: list[dict[str, Any]], key: str) -> float | None:
    values = [card[key] for card in cards if card.get(key) is not None]
    return float(np.median(values)) if values else None


def _fold_ratio(runs: ArmRuns) -> float:
    """Test items divided by training items of one fold, averaged."""
    cards = [cell.card["items"] for cell in runs.cells.values()]
    return float(np.mean([card["test"] / card["train"] for card in cards]))


def _family(root: Path, study: Study, runs: dict[str, ArmRuns], at: dict[str, Any], record_look: bool) -> list[dict[str, Any]]:
    """All comparisons of one level: one family for Holm, one look."""
    baseline = runs[study.compare.baseline]
    pairs: dict[str, tuple[list[int], list[int]]] = {}
    requests: dict[tuple[str, str], verdicts.Request] = {}
    for arm, own in runs.items():
        if arm == baseline.arm:
            continue
        pairs[arm] = _paired(own, baseline)
        for metric in study.metrics:
            request = _request(study, own, baseline, metric, pairs[arm])
            if request is not None:
                requests[arm, metric] = request
    tested = [arm for arm, metric in requests if requests[arm, metric].testable]
    look = looks.upcoming(
        looks.read(root), at, _digest(study, runs, baseline, pairs, tested), study.compare.level, _final(study, pairs)
    )
    answers = dict(zip(requests, verdicts.judge(list(requests.values()), look.level, study.compare.level), strict=True))
    rows = [
        _row(root, study, arm, metric, at, answers.get((arm, metric)), look.look) for arm in pairs for metric in study.metrics
    ]
    if record_look and tested:
        given = [{key: row[key] for key in ("arm", "metric", "verdict")} for row in rows]
        looks.record(root, looks.Look(look.look, at, look.data, look.level, look.final, given))
    return rows


def _paired(arm: ArmRuns, baseline: ArmRuns) -> tuple[list[int], list[int]]:
    """The replicates to compare, of each side; an arm that cannot differ by seed stands for itself in every pair."""
    if arm.varies and baseline.varies:
        both = sorted(arm.cells.keys() & baseline.cells.keys())
        return both, both
    mine, theirs = sorted(arm.cells), sorted(baseline.cells)
    return (mine if arm.varies else mine[:1]), (theirs if baseline.varies else theirs[:1])


def _request(
    study: Study, arm: ArmRuns, baseline: ArmRuns, metric: str, pair: tuple[list[int], list[int]]
) -> verdicts.Request | None:
    folds = study.split.scheme == "repeated-kfold"
    if not folds:
        _same_items(arm, baseline, pair)
    mine, theirs = arm.matrix(metric, pair[0], folds), baseline.matrix(metric, pair[1], folds)
    if mine is None or theirs is None or (folds and max(len(mine), len(theirs)) < 2):
        return None
    wanted = study.compare.metrics.get(metric)
    scale = None
    if METRICS[metric].kind == "set" and not folds:
        # The most that one item changes either arm's own value, for the items that did not differ yet.
        scale = float(max(np.abs(m - m.mean(axis=1, keepdims=True)).max() for m in (mine, theirs)))
    return verdicts.Request(
        arm.arm,
        baseline.arm,
        metric,
        mine,
        theirs,
        higher_is_better=METRICS[metric].higher_is_better,
        margin=wanted.margin if wanted else None,
        varies_by_seed=arm.varies or baseline.varies,
        fold_ratio=_fold_ratio(arm) if folds else None,
        scale=scale,
    )


def _same_items(arm: ArmRuns, baseline: ArmRuns, pair: tuple[list[int], list[int]]) -> None:
    cells = [(arm, r) for r in pair[0]] + [(baseline, r) for r in pair[1]]
    for runs, replicate in cells[1:]:
        first, other = cells[0]
        items, expected = runs.arrays[replicate]["item"], first.arrays[other]["item"]
        if not np.array_equal(items, expected):
            raise AlihError(
                "statistics.items_differ",
                path=runs.cells[replicate].path / "scores.npz",
                other=first.cells[other].path / "scores.npz",
                got=len(items),
                expected=len(expected),
            )


def _digest(
    study: Study, runs: dict[str, ArmRuns], baseline: ArmRuns, pairs: Mapping[str, tuple[list[int], list[int]]], tested: list[str]
) -> str:
    """A digest of the scores that enter this look's verdicts, and of what is asked of them: another question is another look."""
    question = {name: margins.margin for name, margins in study.compare.metrics.items()}
    seen: dict[str, Any] = {"question": [baseline.arm, study.metrics, sorted(set(tested)), study.compare.level, question]}
    for arm in tested:
        for own, replicates in zip((runs[arm], baseline), pairs[arm], strict=True):
            for replicate in replicates:
                cell = own.cells[replicate]
                seen[cell.cell.path] = _score_sum(cell)
    return files.digest(seen)


def _final(study: Study, pairs: Mapping[str, tuple[list[int], list[int]]]) -> bool:
    """Whether all pairs have reached the planned number of replicates, so that no later look is to come."""
    limit = study.compare.seeds_max
    if limit is None or not pairs:
        return False
    return all(min(map(len, pair)) > 0 and max(map(len, pair)) >= limit for pair in pairs.values())


def _row(
    root: Path, study: Study, arm: str, metric: str, at: dict[str, Any], answer: verdicts.Comparison | None, look: int
) -> dict[str, Any]:
    from alih.study.recipes import factors

    row: dict[str, Any] = {
        "arm": arm,
        "baseline": study.compare.baseline,
        "metric": metric,
        "split": SPLIT,
        "averaging": AVERAGING.get(metric, "mean"),
        "at": at,
        "factors": factors(study, arm, study.compare.baseline, at),
        "look": look,
    }
    if answer is None:
        absent = ("difference", "ci95", "ci", "level", "p", "p_adjusted", "probability_better", "needs", "test", "means")
        return row | {"verdict": "undecided", "n_seeds": 0, "n_items": 0} | dict.fromkeys(absent)
    return row | {
        "difference": answer.difference,
        "ci95": list(answer.ci95),
        "ci": list(answer.ci),
        "level": answer.level,
        "p": answer.p,
        "p_adjusted": answer.p_adjusted,
        "verdict": answer.verdict,
        "probability_better": answer.probability_better,
        "needs": _needs(root, study, answer.needs),
        "test": answer.test,
        "means": {"arm": answer.means[0], "baseline": answer.means[1]},
        "n_seeds": answer.n_seeds,
        "n_items": answer.n_items,
    }


def _needs(root: Path, study: Study, wanted: verdicts.Needs | None) -> dict[str, Any] | None:
    """What would settle it, with the command that gets it: finish what is planned first, and never beyond `seeds_max`."""
    if wanted is None:
        return None
    command, seeds = None, wanted.seeds
    if seeds:
        command = f"alih run {shlex.quote(root.as_posix())}"
        most = study.compare.seeds_max
        if seeds > plan.replicates(study):
            command = None if most is not None and seeds > most else f"{command} --seeds {seeds}"
    return {"seeds": seeds, "items": wanted.items, "command": command}


def _references(folder: StudyFolder) -> dict[str, Any]:
    """What trivial answers score on the test split: majority class, chance, and logistic regression on pixels when stored."""
    stored = folder.optional("references.json")
    return {name: {"split": SPLIT, "metrics": values[SPLIT]} for name, values in stored.items() if SPLIT in values}
