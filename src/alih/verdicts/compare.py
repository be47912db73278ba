"""From a study folder to the JSON of `alih compare --json`: arms, differences, verdicts, looks.

Reads finished cells only; an unfinished study gives what is there and says so. Only replicates that
both compared arms finished are paired, and always on the test split.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from alih.errors import AlihError
from alih.evaluation.diagnosis import Severity
from alih.findings import Finding, unmuted
from alih.metrics import averaging_of, metrics_of, range_of
from alih.runs import peeks
from alih.runs.folder import CellFolder, StudyFolder, run_command
from alih.runs.identity import belongs, fits
from alih.runs.status import state_of_data
from alih.statistics import verdicts
from alih.statistics.intervals import Division
from alih.statistics.single import summarise
from alih.study.document.precision import BF16_WEIGHTS
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.study.planning.recipes import TRAIN_IMAGES, recipe
from alih.study.strategies.options import is_closed
from alih.verdicts import curves, equivalences, family, found, trivial
from alih.verdicts import interim as looks
from alih.verdicts.arm_runs import SPLIT, ArmRuns, test_arrays
from alih.verdicts.sentences import FEASIBLE, next_seeds, sentence
from alih.words import formats, percent, say, text
from alih.words.phrase import Phrase, did_you_mean


def compare(root: Path, record_look: bool = True, baseline: str | None = None) -> dict[str, Any]:
    """Means, intervals and verdicts of a study folder, as plain JSON values.

    `record_look=False` shows what the next look would say without writing it down. `baseline`:
    another arm than the study's baseline to compare all others with (see `family.judge` for what
    that costs). Raises AlihError for a folder that holds no study, an unknown arm, and for scores
    that are damaged or belong to other items.
    """
    from alih.study.loading import load

    folder = StudyFolder.open(root)
    study = load(folder.root)
    asked = against(study, baseline, folder.root)
    with looks.ledger(folder.root) if record_look else nullcontext() as ledger:
        return _compared(folder, study, asked, ledger)


def against(study: Study, baseline: str | None, root: Path) -> Study:
    """The study as if `baseline` were its baseline. Raises AlihError when it has no such arm."""
    if baseline is None:
        return study
    if baseline not in study.arms:
        known = ", ".join(study.arms)
        raise AlihError(
            "reports.file.unknown_baseline",
            path=root,
            name=baseline,
            known=known,
            near=did_you_mean(baseline, list(study.arms)),
        )
    return study.model_copy(
        update={"compare": study.compare.model_copy(update={"baseline": baseline})}
    )


def _compared(
    folder: StudyFolder, study: Study, asked: Study, ledger: looks.Ledger | None
) -> dict[str, Any]:
    earlier, data = looks.read(folder.root), state_of_data(folder, study)
    given: list[looks.Look] = []
    planned: dict[str, list[Cell]] = {}
    for cell in plan.cells(study):
        planned.setdefault(cell.slug, []).append(cell)
    arms: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    trained: dict[Any, list[int]] = {}
    references = _references(folder)
    beside: list[dict[str, Any]] = []
    seen: list[found.Observation] = []
    lone = False
    for members in planned.values():
        at = members[0].at
        runs = {
            arm: _arm_runs(folder, study, arm, [c for c in members if c.arm == arm], data)
            for arm in study.arms
        }
        seen += found.observe(study, runs, at)
        lone = lone or any(own.cells and own.varies for own in runs.values())
        for arm, own in runs.items():
            entry = _arm_entry(study, own, at)
            beside += trivial.judge(study, own, at, entry["metrics"].get(study.primary), references)
            begun = [
                folder.cell(cell)
                for cell in members
                if cell.arm == arm and belongs(folder.cell(cell), study, data)
            ]
            seen += curves.observe(study, arm, at, begun, folder.references)
            if not study.vary:
                arms[arm] = entry
            else:
                arms.setdefault(arm, []).append(entry)
        if TRAIN_IMAGES in at:
            counts = [cell.card.items.train for own in runs.values() for cell in own.cells.values()]
            trained.setdefault(at[TRAIN_IMAGES], []).extend(counts)
        judged = family.judge(study, runs, at, earlier, asked.compare.baseline)
        given += judged.charged
        rows += [
            _row(folder.root, asked, runs, (arm, metric), at, answer, judged.looks[arm].look)
            for (arm, metric), answer in judged.answers.items()
        ]
    lost = looks.missing(folder.root, earlier)
    if ledger is not None:
        earlier = ledger.record(folder.root, earlier, given)
    total = sum(len(members) for members in planned.values())
    done = sum(
        _counts(folder.cell(cell), study, data) for members in planned.values() for cell in members
    )
    changed = sum(
        folder.cell(cell).is_done and not fits(folder.cell(cell), study, data)
        for members in planned.values()
        for cell in members
    )
    every = _findings(study, seen, planned, beside)
    if lone and plan.replicates(study) == 1:
        command = {"command": _more(folder.root, 3)}
        every.append(Finding("D008", "verdicts.one_replicate", command))
    every.sort(key=lambda one: (found.ORDER.index(one.severity), one.code))
    shown = unmuted(every, study.mute)
    return {
        "study": study.name,
        "looks": max((row["look"] for row in rows), default=0),
        "error_bound": looks.bound([*earlier, *looks.fresh(earlier, given)]),
        "primary": study.primary,
        "complete": done == total,
        "cells": {"done": done, "total": total, "changed": changed},
        "arms": arms,
        "references": references,
        "no_better_than": trivial.no_better(beside),
        "trivial_answers": beside,
        "comparisons": rows,
        "equivalences": equivalences.find(asked, arms, rows, trained),
        "looks_lost": lost,
        "not_recorded": ledger.hindrance if ledger else None,
        "findings": [finding.to_json() for finding in shown],
        "findings_muted": len(every) - len(shown),
        "test_images_shown": peeks.days(folder.root),
    }


def _findings(
    study: Study,
    seen: list[found.Observation],
    planned: Mapping[str, list[Cell]],
    beside: list[dict[str, Any]],
) -> list[Finding]:
    places = [
        (arm, at)
        for members in planned.values()
        for arm, at in dict.fromkeys((cell.arm, cell.level) for cell in members)
    ]
    every = found.findings(study, seen, [(arm, dict(at)) for arm, at in places])
    below, open_ = trivial.no_better(beside), trivial.undecided(beside)
    if below:
        values = {
            "rows": trivial.Rows(below, study, told=True),
            "meaning": Phrase(trivial.meaning(below)),
        }
        about = ", ".join(dict.fromkeys(entry["arm"] for entry in below))
        every.append(Finding("D007", "verdicts.no_better", values, about, "warning"))
    if open_:
        about = ", ".join(dict.fromkeys(entry["arm"] for entry in open_))
        rows = {"rows": trivial.Rows(open_, study, told=False)}
        every.append(Finding("D007", "verdicts.cannot_tell", rows, about, "note"))
    return every


def finding_sentences(comparison: Mapping[str, Any], least: Severity = "note") -> list[str]:
    """Findings of `compare` with their codes, those of at least the severity `least`, then how many
    are muted.
    """
    grave = found.ORDER[: found.ORDER.index(least) + 1]
    # That one replicate cannot tell is said by the verdicts themselves, where there are any.
    said = any(row["test"] == "items-only" for row in comparison["comparisons"])
    told = [
        f"{one['code']} {one['text']}"
        for one in comparison["findings"]
        if one["severity"] in grave and not (said and one["code"] == "D008")
    ]
    muted = comparison["findings_muted"]
    return [*told, say("verdicts.muted", n=muted)] if muted else told


def changed_sentence(comparison: Mapping[str, Any], root: Path) -> str | None:
    """That finished cells were computed for other settings than the study has now, None where there
    are none.
    """
    cells, place = comparison["cells"], root.as_posix()
    if not cells["changed"]:
        return None
    key = "verdicts.changed" if cells["done"] else "verdicts.all_changed"
    return say(key, n=cells["changed"], root=place, command=run_command(root))


def look_sentences(comparison: Mapping[str, Any]) -> list[str]:
    """What is wrong with the record of looks: earlier ones that are gone, and that this one could
    not be written down.
    """
    found = []
    if comparison["looks_lost"]:
        found.append(say("statistics.looks_lost", count=comparison["looks_lost"]))
    if comparison["not_recorded"]:
        found.append(say("statistics.look_not_recorded", reason=comparison["not_recorded"]))
    return found


def bound_sentence(comparison: Mapping[str, Any], study: Study) -> str | None:
    """What comparisons added after others were judged cost, in words; None while the study's level
    holds.
    """
    if comparison["error_bound"] <= study.compare.level * (1 + 1e-9):
        return None
    bound, level = (percent(value, 1) for value in (comparison["error_bound"], study.compare.level))
    return say("statistics.bound", bound=bound, level=level)


def other_pairs(study: Study, root: Path) -> str | None:
    """How to compare two arms neither of which is the baseline, and what it costs; None where there
    are no such arms.
    """
    others = [arm for arm in study.arms if arm != study.compare.baseline]
    if len(others) < 2:
        return None
    command = f"alih compare {shlex.quote(root.as_posix())} --baseline {shlex.quote(others[0])}"
    cost = percent(study.compare.level / len(others), 1)
    return say(
        "statistics.other_pairs", baseline=study.compare.baseline, command=command, cost=cost
    )


def verdict_sentence(comparison: Mapping[str, Any], study: Study) -> str:
    """The verdict of one row of `comparisons` in words; given the whole of `compare`, one line per
    row of the primary metric.
    """
    if "comparisons" in comparison:
        rows = [row for row in comparison["comparisons"] if row["metric"] == comparison["primary"]]
        return "\n".join(verdict_sentence(row, study) for row in rows)
    names = {}
    for arm in (comparison["arm"], comparison["baseline"]):
        label = study.arms[arm].label
        names[arm] = text(label) if label else arm
    wanted = study.compare.metrics.get(comparison["metric"])
    return sentence(
        comparison,
        names[comparison["arm"]],
        names[comparison["baseline"]],
        margin=wanted.margin if wanted else None,
        level=formats.level_text(comparison.get("at") or {}),
    )


def _counts(cell: CellFolder, study: Study, data: plan.DataState) -> bool:
    """Whether a cell has finished with the settings that the study has now, not with some that it
    had before.
    """
    return cell.is_done and fits(cell, study, data)


def _arm_runs(
    folder: StudyFolder, study: Study, arm: str, planned: list[Cell], data: plan.DataState
) -> ArmRuns:
    finished = {
        cell.replicate: folder.cell(cell)
        for cell in planned
        if _counts(folder.cell(cell), study, data)
    }
    at = planned[0].at if planned else {}
    refitted = is_closed(recipe(study, arm, at)) and (study.refit or study.protocol == "paper")
    arrays = {replicate: test_arrays(cell) for replicate, cell in finished.items()}
    return ArmRuns(arm, finished, arrays, refitted)


def _arm_entry(study: Study, runs: ArmRuns, at: dict[str, Any]) -> dict[str, Any]:
    replicates = runs.distinct
    cards = [runs.cells[r].card for r in replicates]
    shown = {}
    for metric in metrics_of(study.task):
        scored = runs.scores(study, metric, replicates)
        if scored is None or (scored[1] is not None and len(replicates) < 2) or not _finite(scored):
            continue
        found = summarise(
            scored[0], varies_by_seed=runs.varies, division=scored[1], within=range_of(metric)
        )
        shown[metric] = {
            "mean": found.mean,
            "sd": found.sd,
            "ci95": list(found.ci95),
            "split": SPLIT,
            "averaging": averaging_of(metric),
        }
    published = study.published.arms.get(runs.arm) if study.published else None
    return ({"at": at} if at else {}) | {
        "n_seeds": len(replicates),
        "n_test": sum(len(a["item"]) for a in runs.arrays.values()) // max(1, len(replicates)),
        "metrics": shown,
        "published": published.model_dump(exclude_none=True) if published else None,
        "parameters": cards[0].parameters if cards else None,
        "seconds": _median(card.seconds for card in cards),
        "seconds_per_epoch": _median(card.seconds_per_epoch for card in cards),
        "ms_per_step": _median(card.ms_per_step for card in cards),
    }


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.median(known)) if known else None


def _finite(scored: tuple[np.ndarray, Division | None]) -> bool:
    scores, division = scored
    return bool(np.isfinite(scores if division is None else scores[division.fold >= 0]).all())


def _row(
    root: Path,
    study: Study,
    runs: Mapping[str, ArmRuns],
    asked: tuple[str, str],
    at: dict[str, Any],
    answer: verdicts.Comparison | None,
    look: int,
) -> dict[str, Any]:
    from alih.study.planning.recipes import factors

    arm, metric = asked
    row: dict[str, Any] = {
        "arm": arm,
        "baseline": study.compare.baseline,
        "metric": metric,
        "split": SPLIT,
        "averaging": averaging_of(metric),
        "at": at,
        "factors": factors(study, arm, study.compare.baseline, at),
        "look": look,
        "copies": family.left_out(study, runs[arm], runs[study.compare.baseline]),
    }
    if answer is None:
        absent = (
            "difference",
            "ci95",
            "ci",
            "level",
            "p",
            "p_adjusted",
            "probability_better",
            "needs",
            "test",
            "means",
        )
        return row | {"verdict": "undecided", "n_seeds": 0, "n_items": 0} | dict.fromkeys(absent)
    return row | answered(answer) | {"needs": _needs(root, study, answer, bool(row["copies"]))}


def answered(answer: verdicts.Comparison) -> dict[str, Any]:
    """The keys of a row of `comparisons` that its verdict fills; whoever knows the command behind
    `needs` adds it.
    """
    return {
        "difference": answer.difference,
        "ci95": list(answer.ci95),
        "ci": list(answer.ci),
        "level": answer.level,
        "p": answer.p,
        "p_adjusted": answer.p_adjusted,
        "verdict": answer.verdict,
        "probability_better": answer.probability_better,
        "needs": None
        if answer.needs is None
        else {"seeds": answer.needs.seeds, "items": answer.needs.items, "command": None},
        "test": answer.test,
        "means": {"arm": answer.means[0], "baseline": answer.means[1]},
        "n_seeds": answer.n_seeds,
        "n_items": answer.n_items,
    }


def _needs(
    root: Path, study: Study, answer: verdicts.Comparison, copied: bool = False
) -> dict[str, Any] | None:
    """What would settle it, with the command of the next step: finish what is planned first, and
    never beyond `seeds_max`.

    After few replicates, whose projection is a rough guess, a far number is not gone to in one
    step; where hopeless, never. Where replicates are copies, more of them would be, too.
    """
    wanted = answer.needs
    if wanted is None:
        return None
    command, seeds = None, wanted.seeds
    following = next_seeds(answer.n_seeds, seeds) if seeds else 0
    if seeds and not wanted.items and following <= FEASIBLE and not copied:
        command = run_command(root)
        most = study.compare.seeds_max
        if following > plan.replicates(study):
            command = None if most is not None and seeds > most else _more(root, following)
    return {"seeds": seeds, "items": wanted.items, "command": command}


def _more(root: Path, seeds: int) -> str:
    """The command that runs a study of a folder with so many replicates."""
    machine = StudyFolder(root).machine
    older = machine is not None and machine.precision == BF16_WEIGHTS
    return f"{run_command(root)} --seeds {seeds}{' --mixed' if older else ''}"


def _references(folder: StudyFolder) -> dict[str, Any]:
    """What trivial answers score on the test split: majority class, chance, and logistic regression
    on pixels when stored.
    """
    return {
        name: {"split": SPLIT, "metrics": values[SPLIT]}
        for name, values in folder.references.items()
        if SPLIT in values
    }
