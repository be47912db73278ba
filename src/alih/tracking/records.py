"""The runs of a study folder as trackers know them: one for each cell that has records, grouped by
arm, and one with the verdicts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from alih import files
from alih.runs.card import Identity, Record, Timing
from alih.runs.folder import CellFolder, StudyFolder
from alih.runs.status import CellStatus, DamageMemory, survey
from alih.study.document.study import Study
from alih.study.loading import load
from alih.verdicts.line import lines
from alih.verdicts.standing import Standing, standing
from alih.verdicts.terms import of_study
from alih.words import formats, say, speaking, text

State = Literal["running", "finished", "failed"]
KEPT = "kept"
"""What names of values begin with that belong to the network that was kept, whatever its epoch."""
LEFT_OUT = ("new", "changed", "damaged")
"""States of cells that have no records of the study as it is now."""


@dataclass(frozen=True)
class Epoch:
    """The values of an epoch by name (`validation/accuracy`), and when it ended, in seconds since
    1970.
    """

    number: int
    at: float
    values: Mapping[str, float]


@dataclass(frozen=True)
class TrackedRun:
    """A run as a tracker shows it; `started` and `changed` are seconds since 1970.

    `key` is the same whenever the same records are read, wherever the folder lies, and another one
    where a cell was computed anew with other results. `values` belong to the run as a whole, and to
    the `step` in its curves; `note` is Markdown.
    """

    key: str
    study: str
    name: str
    group: str
    started: float
    changed: float
    state: State
    tags: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    epochs: Sequence[Epoch] = ()
    values: Mapping[str, float] = field(default_factory=dict)
    step: int = 0
    note: str = ""


def runs(root: Path, damage: DamageMemory | None = None) -> list[TrackedRun]:
    """The runs of a study folder as it is now, the one with the verdicts first.

    Their names and texts are in English, whoever reads, since others will. `damage` remembers what
    was found sound. Raises AlihError for a folder that holds no study, or is damaged.
    """
    folder = StudyFolder.open(root)
    study = load(folder.root)
    statuses = survey(folder.root, study, damage)
    begun = any(status.state == "finished" for status in statuses)
    found = standing(folder.root, study, statuses) if begun else None
    with speaking("en"):
        cells = [
            one
            for status in statuses
            if (one := _cell(folder.cell(status.cell), study, status, found)) is not None
        ]
        return [_summary(folder, study, statuses, found), *cells]


def _cell(
    folder: CellFolder, study: Study, status: CellStatus, found: Standing | None
) -> TrackedRun | None:
    """A cell that has records; None for one without."""
    if status.state in LEFT_OUT:
        return None
    history = folder.history
    identity = Identity.read(folder.path, folder.cure)
    if not history or identity is None:
        return None
    cell = status.cell
    first = [[r.split, r.metric, r.value] for r in history if r.epoch == history[0].epoch]
    state: State = "failed" if status.state == "failed" else "running"
    values, step = dict[str, float](), 0
    if status.state == "finished":
        state = "finished"
        shown = (
            ("validation", "test")
            if str(cell) in (found.seen if found else ())
            else ("validation",)
        )
        card = folder.card
        values = {
            f"{KEPT}/{split}/{metric}": value
            for split in shown
            for metric, value in card.metrics.get(split, {}).items()
        }
        values |= {f"{KEPT}/epoch": float(card.kept_epoch), "seconds": card.seconds}
        step = card.kept_epoch
    began = (folder.path / Identity.FILE).stat().st_mtime
    epochs = _epochs(history, folder.timing, began)
    levels = {key: formats.level_value(value) for key, value in cell.at.items()}
    return TrackedRun(
        key=files.digest([study.name, cell.path, identity.identity, first])[:16],
        study=study.name,
        name=str(cell),
        group=cell.arm,
        started=began,
        changed=epochs[-1].at,
        state=state,
        tags={"arm": cell.arm, "replicate": str(cell.replicate), **levels},
        config={
            "arm": cell.arm,
            "replicate": cell.replicate,
            **cell.at,
            **dict(_flat(cell.recipe.model_dump(mode="json", by_alias=True, exclude_none=True))),
        },
        epochs=epochs,
        values=_finite(values),
        step=step,
        note=status.reason if status.state == "failed" else "",
    )


def _epochs(history: Sequence[Record], timing: Sequence[Timing], began: float) -> list[Epoch]:
    took = {row.epoch: row for row in timing}
    found: dict[int, dict[str, float]] = {}
    for record in history:
        found.setdefault(record.epoch, {})[f"{record.split}/{record.metric}"] = record.value
    epochs, at = [], began
    for number, values in sorted(found.items()):
        row = took.get(number)
        if row is not None:
            at += row.seconds
            values["images_per_second"] = row.images_per_second
        epochs.append(Epoch(number, at, _finite(values)))
    return epochs


def _plain(name: str) -> str:
    """A name of letters that every tracker takes.

    >>> _plain("accuracy b model.dropout [0.25, 0.5]")
    'accuracy b model.dropout -0.25- 0.5-'
    """
    return re.sub(r"[^\w.:/ -]", "-", name)


def _finite(values: Mapping[str, float]) -> dict[str, float]:
    """Values without those that are no number, which trackers refuse or draw at zero."""
    return {name: value for name, value in values.items() if math.isfinite(value)}


def _flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Nested settings as `train.lr`; lists as text."""
    for name, value in values.items():
        key = f"{before}{name}"
        if isinstance(value, dict):
            yield from _flat(value, f"{key}.")
        else:
            yield key, str(value) if isinstance(value, list) else value


def _summary(
    folder: StudyFolder, study: Study, statuses: Sequence[CellStatus], found: Standing | None
) -> TrackedRun:
    """The run that holds what stands of the verdicts."""
    states = {status.state for status in statuses}
    done = sum(status.state == "finished" for status in statuses)
    over = states <= {"finished", "failed", "blocked"}
    machine = files.content(folder.root / "machine.json") or b""
    files_of = [folder.cell(status.cell).path / "done" for status in statuses]
    names = [folder.root / "study.yaml", folder.root / "looks.json", *files_of]
    times = [file.stat().st_mtime for file in names if file.exists()]
    rows = found.rows if found else []
    tags, values = (
        dict[str, str](),
        {"cells/finished": float(done), "cells/planned": float(len(statuses))},
    )
    for row in rows:
        levels = [f"{key} {value}" for key, value in row.at.items()]
        name = _plain(" ".join([row.metric, row.arm, *levels]))
        tags[f"verdict {name}"] = str(row.verdict)
        if row.difference is not None and row.ci is not None:
            low, high = row.ci
            values |= {
                f"difference/{name}": row.difference,
                f"difference/{name}/low": low,
                f"difference/{name}/high": high,
            }
    return TrackedRun(
        # The machine card is written when the folder is made, and stays.
        key=files.digest([study.name, "verdicts", machine.decode("utf-8", "replace")])[:16],
        study=study.name,
        name=f"{study.name}: verdicts",
        group="verdicts",
        started=times[0],
        changed=max(times),
        state="finished" if over else "running",
        tags=tags,
        values=_finite(values),
        step=done,
        note="\n\n".join(_told(folder, study, statuses, found)),
    )


def _told(
    folder: StudyFolder, study: Study, statuses: Sequence[CellStatus], found: Standing | None
) -> list[str]:
    """The verdicts in words, what waits for a look, and what failed, as Markdown."""
    done = sum(status.state == "finished" for status in statuses)
    told = [f"**{text(study.question or study.title)}**"]
    told.append(say("track.cells", done=done, total=len(statuses)))
    if found is not None:
        told += [f"- {line.sentence}" for line in lines(found.rows, of_study(study))]
        if found.waiting:
            told.append(say("track.waits", n=len(found.waiting), path=folder.root.name))
    failed = [status for status in statuses if status.state == "failed"]
    told += [f"- {status.cell}: {status.reason}" for status in failed]
    return told


def exists(root: Path) -> bool:
    """Whether a study has come so far that there is something to send."""
    return (root / "study.yaml").is_file() and (root / "machine.json").is_file()
