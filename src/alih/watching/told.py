"""A snapshot as the JSON that the page reads: sentences and numbers in the language in force."""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from alih.api.planned import power_sentences
from alih.errors import AlihError
from alih.runs.card import Timing
from alih.study.document.study import Study
from alih.verdicts import until
from alih.verdicts.line import capital, lines
from alih.verdicts.standing import Waiting
from alih.verdicts.terms import of_study
from alih.watching.progress import training_split
from alih.watching.snapshot import Snapshot, WatchedCell
from alih.words import formats, layout, number, percent, say, text

EXPLAINED = ("failed", "blocked", "changed", "damaged")
"""States of cells whose reason is worth a line of its own."""
LOSS = "loss"


def state(found: Snapshot) -> dict[str, Any]:
    """All that the page shows but the curves."""
    study = found.study
    told: dict[str, Any] = {
        "number": found.number,
        "phase": found.phase,
        "phase_text": say(f"watch.phase_{found.phase}", path=found.root.as_posix()),
        "next": "",
        "error": None if found.error is None else _error(found.error),
    }
    if study is None:
        return told
    if found.phase in ("stopped", "ended"):
        told["next"] = say(f"watch.next_{found.phase}", path=found.root.as_posix())
    counts = Counter(one.status.state for one in found.cells)
    return told | {
        "name": study.name,
        "title": text(study.title),
        "question": text(study.question) if study.question else "",
        "changed": _clock(found.at) if found.at else "",
        "done": counts["finished"],
        "total": len(found.cells),
        "counts": [
            {"state": key, "text": f"{number(count, 0)} {say(f'runs.state.{key}')}"}
            for key, count in counts.items()
        ],
        "left": _left(found),
        "columns": _columns(study),
        "cells": [_cell(study, one) for one in found.cells],
        "reasons": [
            {"cell": str(one.cell), "text": one.status.reason}
            for one in found.cells
            if one.status.state in EXPLAINED
        ],
        "verdicts": _verdicts(study, found),
        "promise": power_sentences(study, found.power),
        "metrics": [{"key": key, "name": capital(_metric(key))} for key in metrics(found)],
        "levels": [formats.level_text(at) for at in levels(found)],
        "notes": [say("watch.note_paper")] if study.protocol == "paper" else [],
    }


def curves(found: Snapshot, metric: str, level: int) -> dict[str, Any]:
    """The curves of a metric at one level of the study: per cell epochs and values of training and
    validation images, with the place of its arm, which is its colour.
    """
    study = found.study
    at = levels(found)
    series = []
    for one in found.cells if study is not None and 0 <= level < len(at) else ():
        if one.cell.at != at[level]:
            continue
        known = one.progress.metrics
        splits = {split for split, name in known if name == metric}
        trained = training_split(splits, metric, known)
        for split, kind in ((trained, "training"), ("validation", "validation")):
            epochs, values = one.progress.curve(split, metric)
            if epochs:
                arm = list(study.arms).index(one.cell.arm)  # type: ignore[union-attr]
                own = {"cell": str(one.cell), "arm": arm, "kind": kind}
                drawn = [value if math.isfinite(value) else None for value in values]
                series.append({**own, "epochs": epochs, "values": drawn})
    arms = [study.label(arm) for arm in study.arms] if study is not None else []
    share = metric in formats.FRACTIONS
    return {"number": found.number, "arms": arms, "share": share, "series": series}


def metrics(found: Snapshot) -> list[str]:
    """What there are curves of: the study's primary metric and the loss first."""
    study = found.study
    if study is None:
        return []
    measured = {
        name
        for one in found.cells
        for split, name in one.progress.metrics
        if split in ("train", "validation")
    }
    first = [name for name in dict.fromkeys((study.primary, LOSS)) if name in measured]
    return [*first, *sorted(measured - set(first))]


def levels(found: Snapshot) -> list[Mapping[str, Any]]:
    """The levels of the study; one that is empty where nothing is varied."""
    seen: list[Mapping[str, Any]] = []
    for one in found.cells:
        if one.cell.at not in seen:
            seen.append(one.cell.at)
    return seen


def _error(error: AlihError) -> str:
    return say("watch.error", error=str(error))


def _clock(at: float) -> str:
    """A moment as the reader's clock shows it, with the date unless it is today's."""
    then = datetime.datetime.fromtimestamp(at).astimezone()
    today = datetime.datetime.now().astimezone().date()
    return then.strftime("%H:%M:%S" if then.date() == today else "%Y-%m-%d %H:%M")


def _left(found: Snapshot) -> str:
    if found.phase in ("finished", "ended", "gone"):
        return ""
    if found.seconds is None:
        return say("watch.left_unknown")
    if found.phase == "running":
        return say("watch.left", time=layout.duration(found.seconds))
    return say("watch.left_when_run", time=layout.duration(found.seconds))


def _metric(key: str) -> str:
    return say("cli.metric.loss") if key == LOSS else formats.metric_in_text(key)


def _columns(study: Study) -> list[str]:
    shown = [_metric(name) for name in _shown(study)]
    own = [say("cli.col.pair", metric=name) for name in shown]
    return [
        *(say(f"cli.col.{key}") for key in ("cell", "state", "epochs")),
        *own,
        *(say(f"cli.col.{key}") for key in ("time", "time_left")),
    ]


def _shown(study: Study) -> tuple[str, ...]:
    """The metrics of the table."""
    return tuple(dict.fromkeys((LOSS, study.primary)))


def _cell(study: Study, one: WatchedCell) -> dict[str, Any]:
    status, epochs = one.status, one.status.epochs
    tried = one.progress.trial
    trials = len(status.cell.trials)
    done = one.progress.epoch if tried is not None else one.epoch
    values = [_pair(one, name) for name in _shown(study)]
    active = status.state == "running"
    spent = status.seconds if status.state == "finished" else _spent(one.progress.timing)
    told = f"{number(done, 0)}/{number(epochs, 0)}" if epochs else ""
    if active and tried is not None:
        told = say("watch.trial", n=tried + 1, of=trials, epoch=told)
    return {
        "cell": str(status.cell),
        "arm": list(study.arms).index(status.cell.arm),
        "state": status.state,
        "share": min(1.0, done / epochs) if epochs and tried is None else None,
        "values": [
            str(status.cell),
            say(f"runs.state.{status.state}"),
            told,
            *values,
            layout.duration(spent) if spent else "",
            layout.duration(one.left) if active and one.left is not None else "",
        ],
    }


def _spent(timing: Sequence[Timing]) -> float:
    return sum(row.seconds for row in timing)


def _pair(one: WatchedCell, metric: str) -> str:
    found = one.progress.latest(metric)
    if found == (None, None):
        return ""
    return " / ".join("–" if value is None else _value(metric, value) for value in found)


def _value(metric: str, value: float) -> str:
    return percent(value, 1) if metric in formats.FRACTIONS else number(value, 3)


def _verdicts(study: Study, found: Snapshot) -> dict[str, Any]:
    """Verdicts that stand, the ones that wait for a look, and what rounds came to."""
    own, root = found.standing, found.root.as_posix()
    rounds = _rounds(study, found)
    if own is None:
        return {"given": [], "waiting": [say("watch.no_scores")], "rounds": rounds}
    told = lines(own.rows, of_study(study))
    given = [
        {
            "verdict": str(line.row.verdict),
            "badge": " · ".join(part for part in (line.metric, line.level) if part),
            "text": line.sentence,
        }
        for line in told
        if line.row.answer is not None
    ]
    waiting = [
        line.sentence
        for line in told
        if line.row.answer is None and line.row.metric == study.primary
    ]
    waiting += [_waits(study, one) for one in own.waiting]
    for arm, baseline, at in own.single:
        names = {"arm": study.label(arm), "baseline": study.label(baseline)}
        waiting.append(say("watch.single", level=_level(at), **names))
    if own.waiting:
        waiting.append(say("watch.look", path=root))
    return {"given": given, "waiting": waiting, "rounds": rounds}


def _rounds(study: Study, found: Snapshot) -> list[str]:
    taken = found.rounds
    if taken is None:
        return []
    told = [say("watch.rounds", n=len(taken.rounds))]
    return told if taken.stopped is None else [*told, until.stop_sentence(study, taken.stopped)]


def _waits(study: Study, one: Waiting) -> str:
    arm, baseline = study.label(one.arm), study.label(one.baseline)
    values = {
        "arm": arm,
        "baseline": baseline,
        "metric": formats.metric_in_text(study.primary),
        "now": formats.plain(round(one.next.seen, 1)),
        "level": _level(one.at),
    }
    said = one.verdict(study.primary)
    if one.last is None or said is None:
        return say("watch.waits", **values)
    told = say(f"verdicts.{said}")
    return say("watch.waits_since", verdict=told, then=_seen(one.last.seen), **values)


def _level(at: Mapping[str, Any]) -> str:
    return f" ({formats.level_text(at)})" if at else ""


def _seen(replicates: float) -> str:
    return formats.plain(round(replicates, 1)) if replicates else "–"
