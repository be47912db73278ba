"""The Python entry points; the command line is a thin layer over these.

>>> import alih
>>> study = alih.load("quickstart")
>>> study.compare.baseline
'plain'
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih.executors.events import Listener, listening, timed
from alih.runs.folder import StudyFolder
from alih.runs.status import CellStatus, survey
from alih.study.cells import Cell
from alih.study.document import Study
from alih.study.listing import trusting
from alih.study.loading import load
from alih.study.notes import data_notes
from alih.study.plan import cells

if TYPE_CHECKING:
    from alih.executors.contract import Executor
    from alih.reports.maskfiles import MaskFiles
    from alih.runs.folder import Record

__all__ = ["Results", "load", "open_results", "run", "segment", "verdict"]


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
    executor: str | Executor = "local",
    on_event: Listener | Sequence[Listener] = (),
) -> Results:
    """Run or resume a study; returns its results, also when some cells failed (see `Results.status`).

    `study` is a Study, a file, a built-in name or a study folder; `out` is the study folder to write, by default that folder
    itself or `runs/<name>`. `jobs` cells run at once (by default as many as suit this machine); one job runs in the calling
    process and leaves torch's settings there as they were. `device` is auto, cpu, cuda or mps. `retry_failed` computes failed
    cells again, `fresh` all of them; `mixed` lets a study go on where its stored device is missing. `executor` names who
    computes the cells, or is an `Executor`. `on_event` is a function, or several, told of events (see `executors/events.py`).
    Raises AlihError on bad input, KeyboardInterrupt on Ctrl-C.
    """
    from alih.executors.contract import Means
    from alih.executors.local import default_jobs
    from alih.executors.prepare import check_place, claim, read_images, write_cards
    from alih.executors.table import executor as executor_called

    if out is None and isinstance(study, str | Path) and (Path(study) / "study.yaml").exists():
        out = study
    document = study if isinstance(study, Study) else load(study)
    root = Path(out) if out is not None else Path("runs") / document.name
    check_place(root, document)
    # A new folder is not surveyed, which may take a look at every image: workers start at once and import meanwhile.
    whole = fresh or not (root / "runs").exists()
    expected = cells(document) if whole else _to_run(survey(root, document), retry_failed)
    means = Means(jobs or default_jobs(len(expected), device), device, mixed, fresh)
    if isinstance(executor, str):
        executor = executor_called(executor, root, document, len(expected), means)
    with listening(on_event) as tell, executor, ExitStack() as looked:
        sets = read_images(document, tell) if expected else None
        looked.enter_context(trusting())
        if expected:
            executor.check(root, document, tell)
        held = claim(root, document, fresh)
        states = survey(root, document)
        todo = _to_run(states, retry_failed)
        tell({"kind": "plan", "cell": "", "cells": states, "jobs": means.jobs, "root": str(root)})
        if todo:
            for note in data_notes(document):
                tell({"kind": "message", "cell": "", "text": str(note)})
            write_cards(root, document, sets or read_images(document, tell), held)
            executor.execute(root, document, todo, timed(tell, states, todo, means.jobs))
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
