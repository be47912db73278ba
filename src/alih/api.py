"""The Python entry points; the command line is a thin layer over these.

>>> import alih
>>> study = alih.load("quickstart")
>>> study.compare.baseline
'plain'
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih.executors.events import Listener
from alih.runs.folder import StudyFolder
from alih.runs.status import CellStatus, survey
from alih.study.cells import Cell
from alih.study.document import Study
from alih.study.loading import load
from alih.study.notes import data_notes

if TYPE_CHECKING:
    from alih.reports.maskfiles import MaskFiles
    from alih.runs.folder import Record

__all__ = ["Results", "load", "open_results", "run", "segment", "verdict"]

GIB_PER_WORKER = 2.0


@dataclass(frozen=True)
class Results:
    """A study folder with whatever has been computed in it."""

    root: Path
    study: Study

    @property
    def status(self) -> list[CellStatus]:
        """The state of every cell."""
        return survey(self.root, self.study)

    @property
    def complete(self) -> bool:
        """Whether every cell has finished."""
        return all(status.state == "finished" for status in self.status)

    def compare(self, record_look: bool = True, baseline: str | None = None) -> dict[str, Any]:
        """The verdicts, as `alih compare --json` prints them; `baseline`: another arm to compare with than the study's."""
        from alih.reports.comparison import compare

        return compare(self.root, record_look, baseline)

    def curves(self) -> dict[str, list[Record]]:
        """The history of every cell that has one, by the cell's name."""
        folder = StudyFolder(self.root)
        histories = {str(status.cell): folder.cell(status.cell).history for status in self.status}
        return {name: history for name, history in histories.items() if history}

    def report(self, lang: str = "en") -> Path:
        """Write `report/index.html` and return its path."""
        from alih.reports.build import write

        return write(self.root, lang)


def open_results(path: str | Path) -> Results:
    """The results in a study folder. Raises AlihError when it is none."""
    folder = StudyFolder.open(path)
    return Results(folder.root, load(folder.root))


def run(
    study: Study | str | Path,
    out: str | Path | None = None,
    *,
    jobs: int | None = None,
    device: str = "auto",
    retry_failed: bool = False,
    fresh: bool = False,
    mixed: bool = False,
    on_event: Listener = lambda _: None,
) -> Results:
    """Run or resume a study; returns its results, also when some cells failed (see `Results.status`).

    `study` is a Study, a file, a built-in name or a study folder; `out` defaults to the folder itself or `runs/<name>`.
    `mixed` lets a study go on where its stored device is missing. Raises AlihError on bad input, KeyboardInterrupt on Ctrl-C.
    """
    from alih.executors.local import execute
    from alih.executors.prepare import check_means, check_place, claim, prepare

    if out is None and isinstance(study, str | Path) and (Path(study) / "study.yaml").exists():
        out = study
    document = study if isinstance(study, Study) else load(study)
    root = Path(out) if out is not None else Path("runs") / document.name
    check_place(root, document)
    if fresh or _to_run(survey(root, document), retry_failed):
        check_means(root, document, device, mixed, fresh, on_event)
    claim(root, document, fresh)
    states = survey(root, document)
    todo = _to_run(states, retry_failed)
    workers = default_jobs(len(todo), device) if jobs is None else jobs
    on_event({"kind": "plan", "cell": "", "cells": states, "jobs": workers, "root": str(root)})
    if todo:
        for note in data_notes(document):
            on_event({"kind": "message", "cell": "", "text": str(note)})
        on_event({"kind": "message", "cell": "", "key": "preparing"})
        machine = prepare(root, document, workers, device, mixed, on_event)
        execute(root, document, machine, todo, workers, on_event)
    return Results(root, document)


def verdict(
    scores: str | os.PathLike[str] | Any,
    baseline: str,
    *,
    metric: str | None = None,
    margin: float | None = None,
    lower_is_better: bool = False,
    level: float = 0.05,
    look: int | None = None,
) -> dict[str, Any]:
    """The verdict on results of any tool, as `alih verdict --json` prints it.

    `scores` is a CSV file with the columns arm, seed, item and score (or label and prediction), rows as mappings, or a mapping
    of columns such as a data frame. `look` numbers this look when more than one is planned. Raises AlihError on bad input.

    >>> cells = [(arm, seed, item) for arm in "ab" for seed in range(3) for item in range(50)]
    >>> rows = [{"arm": a, "seed": s, "item": i, "score": float(a == "b" or i % 2)} for a, s, i in cells]
    >>> verdict(rows, baseline="a")["comparisons"][0]["verdict"]
    'better'
    """
    from alih.reports import outside

    return outside.verdict(scores, outside.Question(baseline, metric, margin, lower_is_better, level, look))


def segment(
    run_folder: str | Path,
    image: str | Path,
    out: str | Path,
    *,
    tile: int | None = None,
    overlap: float | None = None,
    scale: str | None = None,
    max_pixels: int | None = None,
    on_tiles: Callable[[int, int], None] = lambda new, total: None,
) -> MaskFiles:
    """The mask of one image of any size by a finished segmentation run: `mask.png` and `overlay.png` in the folder `out`.

    The mask has the image's size and a palette; its values are class indices. `scale` `fit` makes the image as small as training
    images were, `tiles` reads it at its own resolution in squares of `tile` pixels that overlap by the share `overlap`; the
    default is what training did. Memory does not grow with the image, beyond what decoding a file other than PNG takes.
    `max_pixels` replaces the limit on an image's pixels. `on_tiles(new, total)` hears of progress. Raises AlihError on bad input;
    nothing is written then.

    >>> found = segment("runs/pets/runs/unet/seed-0", "cat.jpg", out="cat")  # doctest: +SKIP
    >>> found.shares  # doctest: +SKIP
    {'pet': 0.31, 'border': 0.11, 'background': 0.58}
    """
    from alih.inspect.segment import segmenter
    from alih.reports.maskfiles import write

    ready = segmenter(run_folder, tile=tile, overlap=overlap, scale=scale, max_pixels=max_pixels)
    answer = ready.answer(image, on_tiles)
    return write(answer, Path(out))


def _to_run(states: Sequence[CellStatus], retry_failed: bool) -> list[Cell]:
    return [s.cell for s in states if s.state != "finished" and (retry_failed or s.state not in ("failed", "blocked"))]


def default_jobs(cells: int, device: str) -> int:
    """Worker processes when the user names none: one per core up to four on a CPU with memory for them, else one."""
    from alih.training.device import choose
    from alih.training.machine import cores

    if choose(device) != "cpu":
        return 1
    return max(1, min(cells, cores(), 4, int(_free_gib() / GIB_PER_WORKER)))


def _free_gib() -> float:
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    except (AttributeError, ValueError, OSError):
        return 4 * GIB_PER_WORKER
