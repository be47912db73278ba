"""From a study folder to its comparison: arms, differences, verdicts, looks.

Reads finished cells only; an unfinished study gives what is there and says so. Only replicates that
both compared arms finished are paired, and always on the test split.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from alih.errors import AlihError
from alih.evaluation.diagnosis import Severity
from alih.findings import Finding, unmuted
from alih.metrics import averaging_of, metrics_of, range_of
from alih.runs import peeks
from alih.runs.card import Card
from alih.runs.folder import CellFolder, StudyFolder, compare_command, run_command
from alih.runs.identity import belongs, fits
from alih.runs.images import file_changes
from alih.runs.status import computed_data, state_of_data
from alih.statistics import verdicts
from alih.statistics.groups import FEWEST
from alih.statistics.intervals import Division
from alih.statistics.single import summarise
from alih.statistics.spending import UNTIL_DECIDED
from alih.study.document.precision import BF16_WEIGHTS
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.study.planning.recipes import TRAIN_IMAGES, recipe
from alih.study.strategies.options import is_closed
from alih.verdicts import (
    adaptation,
    choosing,
    curves,
    equivalences,
    family,
    found,
    limits,
    rounds_file,
    trivial,
)
from alih.verdicts import interim as looks
from alih.verdicts.arm_runs import SPLIT, ArmRuns, test_arrays
from alih.verdicts.choice import Choice
from alih.verdicts.result import (
    AdaptationRow,
    ArmResult,
    Comparison,
    ComparisonRow,
    MetricResult,
    TrivialAnswer,
)
from alih.verdicts.settle import FEASIBLE, next_seeds
from alih.words import percent, say
from alih.words.phrase import Phrase, did_you_mean


def compare(root: Path, record_look: bool = True, baseline: str | None = None) -> Comparison:
    """Means, intervals and verdicts of a study folder.

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
) -> Comparison:
    earlier, data = looks.read(folder.root, study.compare.level), computed_data(folder, study)
    given: list[looks.Look] = []
    planned: dict[str, list[Cell]] = {}
    for cell in plan.cells(study):
        planned.setdefault(cell.slug, []).append(cell)
    arms: list[ArmResult] = []
    rows: list[ComparisonRow] = []
    trained: dict[Any, list[int]] = {}
    references = {
        name: values[SPLIT] for name, values in folder.references.items() if SPLIT in values
    }
    beside: list[TrivialAnswer] = []
    seen: list[found.Observation] = []
    cards: list[tuple[str, Mapping[str, Any], Card]] = []
    adapted: list[AdaptationRow] = []
    chosen: list[Choice | None] = []
    lone = False
    for members in planned.values():
        at = members[0].at
        runs = {
            arm: _arm_runs(folder, study, arm, [c for c in members if c.arm == arm], data)
            for arm in study.arms
        }
        seen += found.observe(study, runs, at)
        adapted += adaptation.rows(study, runs, at)
        chosen.append(choosing.choose(study, runs, at))
        lone = lone or any(own.cells and own.varies for own in runs.values())
        for arm, own in runs.items():
            result = _arm_result(study, own, at)
            arms.append(result)
            cards += [(arm, at, own.cells[first].card) for first in own.distinct[:1]]
            beside += trivial.judge(study, own, result, references)
            begun = [
                folder.cell(cell)
                for cell in members
                if cell.arm == arm and belongs(folder.cell(cell), study, data)
            ]
            seen += curves.observe(study, arm, at, begun, folder.references)
        if TRAIN_IMAGES in at:
            counts = [cell.card.items.train for own in runs.values() for cell in own.cells.values()]
            trained.setdefault(at[TRAIN_IMAGES], []).extend(counts)
        judged = family.judge(study, runs, at, earlier, asked.compare.baseline)
        given += judged.charged
        rows += [
            replace(
                _row(folder.root, asked, runs, (arm, metric), answer, judged.looks[arm], earlier),
                noise=judged.noise.get((arm, metric)),
            )
            for (arm, metric), answer in judged.answers.items()
        ]
    lost = looks.missing(folder.root, earlier)
    new = looks.fresh(earlier, given)
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
    places = [
        (arm, members[0].at)
        for members in planned.values()
        for arm in dict.fromkeys(cell.arm for cell in members)
    ]
    bound = looks.bound([*earlier, *looks.fresh(earlier, given)])
    seen += adaptation.observe(study, rows)
    every = [
        *_findings(study, seen, places, beside),
        *limits.of_design(study, rows, cards, places),
        *limits.of_history(folder.root, rows, bound, study.compare.level, lost),
        *limits.not_recorded(ledger.hindrance if ledger else None),
        *_images_changed(folder, study, data),
        *adaptation.without_reference(study, adapted),
    ]
    few = min((row.answer.n_groups or FEWEST for row in rows if row.answer), default=FEWEST)
    if few < FEWEST:
        told = {"n": few, "least": FEWEST}
        key = "verdicts.one_group" if few == 1 else "verdicts.few_groups"
        every.append(Finding("D034", key, told))
    if lone and plan.replicates(study) == 1:
        command = {"command": _more(folder.root, 3)}
        every.append(Finding("D008", "verdicts.one_replicate", command))
    every.sort(key=lambda one: (found.ORDER.index(one.severity), one.code))
    shown = unmuted(every, study.mute)
    return Comparison(
        study=study.name,
        primary=study.primary,
        error_bound=bound,
        done=done,
        total=total,
        changed=changed,
        arms=arms,
        rows=rows,
        references=references,
        of=SPLIT,
        no_better_than=trivial.no_better(beside),
        trivial_answers=beside,
        equivalences=equivalences.find(asked, arms, rows, trained),
        looks_lost=lost,
        not_recorded=ledger.hindrance if ledger else None,
        findings=shown,
        findings_muted=len(every) - len(shown),
        test_images_shown=peeks.days(folder.root),
        rounds=rounds_file.read(folder.root),
        adaptation=adaptation.with_hurt(study, adapted, rows),
        selection=[one for one in chosen if one is not None],
        new_looks=new,
    )


def _findings(
    study: Study,
    seen: list[found.Observation],
    places: Sequence[tuple[str, Any]],
    beside: list[TrivialAnswer],
) -> list[Finding]:
    every = found.findings(study, seen, places)
    below, open_ = trivial.no_better(beside), trivial.undecided(beside)
    if below:
        values = {
            "rows": trivial.Rows(below, study, told=True),
            "meaning": Phrase(trivial.meaning(below)),
        }
        about = ", ".join(dict.fromkeys(entry.arm for entry in below))
        every.append(Finding("D007", "verdicts.no_better", values, about, "warning"))
    if open_:
        about = ", ".join(dict.fromkeys(entry.arm for entry in open_))
        rows = {"rows": trivial.Rows(open_, study, told=False)}
        every.append(Finding("D007", "verdicts.cannot_tell", rows, about, "note"))
    return every


def _images_changed(folder: StudyFolder, study: Study, data: plan.DataState) -> list[Finding]:
    """That image files of the study are not those any more which its cells were computed from."""
    if data.content == state_of_data(folder, study).content:
        return []
    values = {
        "changes": file_changes(folder.root, study).told(),
        "command": run_command(folder.root),
    }
    return [Finding("D035", "verdicts.images_changed", values)]


def findings_said(comparison: Comparison, least: Severity = "note") -> list[Finding]:
    """The findings of at least the severity `least` that verdicts do not say already: that one
    replicate cannot tell.
    """
    grave = found.ORDER[: found.ORDER.index(least) + 1]
    said = any(row.answer and row.answer.test == "items-only" for row in comparison.rows)
    return [
        one
        for one in comparison.findings
        if one.severity in grave and not (said and one.code == "D008")
    ]


def finding_sentences(comparison: Comparison, least: Severity = "note") -> list[str]:
    """Findings of `compare` with their codes, those of at least the severity `least`, then how many
    are muted.
    """
    told = [_lines(one) for one in findings_said(comparison, least)]
    muted = comparison.findings_muted
    return [*told, say("verdicts.muted", n=muted)] if muted else told


def _lines(finding: Finding) -> str:
    """A finding as one sentence; one on several arms with a line for each."""
    rows = finding.values.get("rows")
    if not isinstance(rows, trivial.Rows) or len(rows.entries) < 2:
        return str(finding)
    lines = "".join(f"\n  {sentence}" for sentence in rows.sentences())
    return str(finding).replace(f" {rows} ", f"{lines}\n  ")


def changed_sentence(comparison: Comparison, root: Path) -> str | None:
    """That finished cells were computed for other settings than the study has now, None where there
    are none.
    """
    if not comparison.changed:
        return None
    key = "verdicts.changed" if comparison.done else "verdicts.all_changed"
    command = run_command(root)
    return say(key, n=comparison.changed, root=root.as_posix(), command=command)


def other_pairs(study: Study, root: Path) -> str | None:
    """How to compare two arms neither of which is the baseline, and what it costs; None where there
    are no such arms.
    """
    others = [arm for arm in study.arms if arm != study.compare.baseline]
    if len(others) < 2:
        return None
    command = compare_command(root, others[0])
    cost = percent(study.compare.level / len(others), 1)
    return say(
        "statistics.other_pairs", baseline=study.compare.baseline, command=command, cost=cost
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
    classes = next((cell.card.classes for cell in finished.values()), [])
    positive = study.compare.positive_of(classes) if study.task == "classification" else None
    return ArmRuns(arm, finished, arrays, refitted, folder.groups, positive)


def _arm_result(study: Study, runs: ArmRuns, at: dict[str, Any]) -> ArmResult:
    replicates = runs.distinct
    cards = [runs.cells[r].card for r in replicates]
    shown = {}
    for metric in metrics_of(study.task):
        scored = runs.scores(study, metric, replicates)
        if scored is None or (scored[1] is not None and len(replicates) < 2) or not _finite(scored):
            continue
        found = summarise(
            scored[0],
            varies_by_seed=runs.varies,
            division=scored[1],
            within=range_of(metric),
            groups=runs.together(replicates),
        )
        shown[metric] = MetricResult(found.mean, found.sd, found.ci95, SPLIT, averaging_of(metric))
    published = study.published.arms.get(runs.arm) if study.published else None
    return ArmResult(
        arm=runs.arm,
        at=at,
        n_seeds=len(replicates),
        n_test=sum(len(a["item"]) for a in runs.arrays.values()) // max(1, len(replicates)),
        metrics=shown,
        published=published.model_dump(exclude_none=True) if published else None,
        parameters=cards[0].parameters if cards else None,
        seconds=_median(card.seconds for card in cards),
        seconds_per_epoch=_median(card.seconds_per_epoch for card in cards),
        ms_per_step=_median(card.ms_per_step for card in cards),
    )


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
    answer: verdicts.Comparison | None,
    look: looks.Look,
    known: list[looks.Look],
) -> ComparisonRow:
    from alih.study.planning.recipes import factors

    (arm, metric), baseline, at = asked, study.compare.baseline, look.at
    earlier = looks.history(known, at, look.arms)
    copied = family.left_out(study, runs[arm], runs[baseline])
    had = family.planned(study, runs[arm], runs[baseline])
    all_ = 1.0 if study.most is None else UNTIL_DECIDED
    spent = any(looks.spending([one], metric).shares[0] >= all_ for one in [*earlier, look])
    advised = answer is not None and not copied and not spent
    return ComparisonRow(
        arm=arm,
        baseline=baseline,
        metric=metric,
        split=SPLIT,
        averaging=averaging_of(metric),
        at=at,
        factors=factors(study, arm, baseline, at),
        look=look.look,
        answer=answer,
        command=_command(root, study, answer, had) if answer and advised else None,
        copies=copied,
        earlier_rules=sum(one.plan is None for one in earlier),
        spent=spent,
        plan=look.plan,
    )


def _command(root: Path, study: Study, answer: verdicts.Comparison, planned: int) -> str | None:
    """The command of the next step to what would settle it: finish what is `planned` of the pair
    first, never beyond `seeds_max`, and leave no arm with fewer replicates.

    After few replicates, whose projection is a rough guess, a far number is not gone to in one
    step; where hopeless, never. Where replicates are copies, more of them would be, too.
    """
    wanted = answer.needs
    if wanted is None:
        return None
    seeds = wanted.seeds
    following = next_seeds(answer.n_seeds, seeds) if seeds else 0
    if not seeds or wanted.items or following > FEASIBLE:
        return None
    if following <= planned:
        return run_command(root)
    if study.most is not None and seeds > study.most:
        return None
    if study.until_decided:
        return run_command(root)
    return _more(root, max(following, plan.replicates(study)))


def _more(root: Path, seeds: int) -> str:
    """The command that runs a study of a folder with so many replicates."""
    machine = StudyFolder(root).machine
    older = machine is not None and machine.precision == BF16_WEIGHTS
    return f"{run_command(root)} --seeds {seeds}{' --mixed' if older else ''}"
