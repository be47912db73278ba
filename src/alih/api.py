"""The Python entry points; the command line is a thin layer over these.

>>> import alih
>>> study = alih.load("quickstart")
>>> study.compare.baseline
'plain'
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from alih.errors import AlihError
from alih.executors.events import Listener, listening, timed
from alih.runs import sums
from alih.runs.folder import PICTURES, StudyFolder
from alih.runs.status import CellStatus, survey
from alih.study.catalogue.lookup import trusting
from alih.study.checking.notes import data_notes
from alih.study.document.study import Study
from alih.study.loading import load
from alih.study.planning.cells import Cell
from alih.study.planning.plan import cells

if TYPE_CHECKING:
    from alih.data.imagepaths import Search
    from alih.executors.contract import Executor
    from alih.reports.answers.predictions import Predictions, Probabilities
    from alih.reports.look.mask_files import MaskFiles
    from alih.runs.folder import Record

__all__ = ["Answers", "Results", "load", "open_results", "predict", "run", "segment", "verdict"]

FAULTS = 20
"""Faults of image files that are kept in words; further ones are counted."""


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
        """The verdicts, as `alih compare --json` prints them; `baseline`: another arm to compare
        with than the study's.
        """
        from alih.verdicts.compare import compare

        return compare(self.root, record_look, baseline)

    def curves(self) -> dict[str, list[Record]]:
        """The history of every cell that has one, by the cell's name."""
        folder = StudyFolder(self.root)
        histories = {str(status.cell): folder.cell(status.cell).history for status in self.status}
        return {name: history for name, history in histories.items() if history}

    def predictions(
        self, arm: str, split: str = "test", at: Mapping[str, Any] | None = None
    ) -> Predictions:
        """The answers of an arm's finished cells: a table with one row per item and replicate.

        Columns: item (its number in the set), file (below the data's folder, where images are
        files), label, prediction, probability (of the predicted class) and log_loss, or for masks
        iou (mean over an image's classes) and log_loss; replicate, and one column per varied key.
        `at` takes the cells of one level only. `.rows` are mappings, `.to_pandas()` a data frame.
        Raises AlihError for an unknown arm, and where nothing has been scored.

        >>> import alih
        >>> results = alih.open_results("runs/quickstart")  # doctest: +SKIP
        >>> rows = results.predictions("plain")  # doctest: +SKIP
        >>> wrong = [row for row in rows if row["label"] != row["prediction"]]  # doctest: +SKIP
        """
        from alih.reports.answers.predictions import predictions

        return predictions(self.root, self.study, arm, split, at)

    def probabilities(
        self, arm: str, split: str = "test", replicate: int = 0, at: Mapping[str, Any] | None = None
    ) -> Probabilities:
        """The probabilities of every class by one cell: `.values` float32 [items, classes],
        `.item`, `.classes`.

        Raises AlihError where the cell stored none: for masks, very large tables, and kept results
        without them.
        """
        from alih.reports.answers.predictions import probabilities

        return probabilities(self.root, self.study, arm, split, replicate, at)

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(
            f"<tr><td>{escape(str(s.cell))}</td><td>{escape(s.state)}</td></tr>"
            for s in self.status
        )
        return (
            f"<p>{escape(self.study.name)}: "
            f"{escape(str(self.root))}</p><table><tbody>{rows}</tbody></table>"
        )

    def report(self, lang: str = "en", out: str | Path | None = None) -> Path:
        """Write `report/index.html`, or `index.html` and what lies beside it into the folder `out`,
        and return its path.
        """
        from alih.reports.build import write

        return write(self.root, lang, out)


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
    """Run or resume a study; returns its results, also when some cells failed (see
    `Results.status`).

    `study` is a Study, a file, a built-in name or a study folder; `out` is the study folder to
    write, by default that folder itself or `runs/<name>`. `jobs` cells run at once (by default as
    many as suit this machine); one job runs in the calling process and leaves torch's settings
    there as they were. `device` is auto, cpu, cuda or mps. `retry_failed` computes failed cells
    again, `fresh` all of them; `mixed` lets a study go on where its stored device is missing.
    `executor` names who computes the cells, or is an `Executor`. `on_event` is a function, or
    several, told of events (see `executors/events.py`). Raises AlihError on bad input,
    KeyboardInterrupt on Ctrl-C.
    """
    from alih.executors.contract import Means
    from alih.executors.local import default_jobs
    from alih.executors.prepare import check_format, check_place, claim, read_images, write_cards
    from alih.executors.table import executor as executor_called

    if out is None and isinstance(study, str | Path) and (Path(study) / "study.yaml").exists():
        out = study
    document = study if isinstance(study, Study) else load(study)
    root = Path(out) if out is not None else Path("runs") / document.name
    check_place(root, document)
    if not (fresh or mixed):
        check_format(root, document)
    # A new folder is not surveyed, which may take a look at every image: workers start at once and
    # import meanwhile.
    whole = fresh or not (root / "runs").exists()
    expected = cells(document) if whole else _to_run(survey(root, document), retry_failed)
    broken = [] if fresh else sums.damaged(root)
    means = Means(jobs or default_jobs(len(expected), device), device, mixed, fresh)
    if isinstance(executor, str):
        executor = executor_called(executor, root, document, len(expected), means)
    with listening(on_event) as tell, executor, ExitStack() as looked:
        sets = read_images(document, tell) if expected or broken else None
        looked.enter_context(trusting())
        if expected:
            executor.check(root, document, tell)
        held = claim(root, document, fresh)
        states = survey(root, document)
        todo = _to_run(states, retry_failed)
        tell({"kind": "plan", "cell": "", "cells": states, "jobs": means.jobs, "root": str(root)})
        if todo or broken:
            for note in data_notes(document):
                tell({"kind": "message", "cell": "", "text": str(note)})
            write_cards(root, document, sets or read_images(document, tell), held, broken)
            executor.execute(root, document, todo, timed(tell, states, todo, means.jobs))
            sums.seal(root, [PICTURES])
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

    `scores` is a CSV file with the columns arm, seed, item and score (or label and prediction),
    rows as mappings, or a mapping of columns such as a data frame. `look` numbers this look when
    more than one is planned. Raises AlihError on bad input.

    >>> cells = [(arm, seed, item) for arm in "ab" for seed in range(3) for item in range(50)]
    >>> rows = [
    ...     {"arm": a, "seed": s, "item": i, "score": float(a == "b" or i % 2)} for a, s, i in cells
    ... ]
    >>> verdict(rows, baseline="a")["comparisons"][0]["verdict"]
    'better'
    """
    from alih.verdicts.scores import compare as outside

    return outside.verdict(
        scores, outside.Question(baseline, metric, margin, lower_is_better, level, look)
    )


def segment(
    run_folder: str | Path,
    image: str | Path,
    out: str | Path,
    *,
    tile: int | None = None,
    overlap: float | None = None,
    scale: str | None = None,
    max_pixels: int | None = None,
    device: str = "auto",
    on_tiles: Callable[[int, int], None] = lambda new, total: None,
) -> MaskFiles:
    """The mask of one image of any size by a finished segmentation run: `mask.png` and
    `overlay.png` in the folder `out`.

    The mask has the image's size and a palette; its values are class indices. `scale` `fit` makes
    the image as small as training images were, `tiles` reads it at its own resolution in squares of
    `tile` pixels that overlap by the share `overlap`; the default is what training did. Memory does
    not grow with the image, beyond what decoding a file other than PNG takes. `max_pixels` replaces
    the limit on an image's pixels. `device` is auto, cpu, cuda or mps. `on_tiles(new, total)` hears
    of progress. Raises AlihError on bad input; nothing is written then.

    >>> found = segment("runs/pets/runs/unet/seed-0", "cat.jpg", out="cat")  # doctest: +SKIP
    >>> found.shares  # doctest: +SKIP
    {'pet': 0.31, 'border': 0.11, 'background': 0.58}
    """
    from alih.inspect.segment import segmenter
    from alih.reports.look.mask_files import write

    ready = segmenter(
        run_folder, tile=tile, overlap=overlap, scale=scale, max_pixels=max_pixels, device=device
    )
    answer = ready.answer(image, on_tiles)
    return write(answer, Path(out))


@dataclass(frozen=True)
class Answers:
    """How many image files were `answered` and how many `unusable`.

    `faults` are the first of those that say why, `others` counts files of image formats that are
    not read, by ending. `together`: the number of images asked for together, where the classifier's
    answers depend on it, else None.
    """

    answered: int
    unusable: int
    faults: tuple[AlihError, ...]
    others: dict[str, int]
    together: int | None = None


def predict(
    run_folder: str | Path,
    paths: str | Path | Sequence[str | Path],
    out: str | Path | TextIO,
    *,
    device: str = "auto",
    batch: int | None = None,
    every: bool = False,
    max_pixels: int | None = None,
    on_images: Callable[[int], None] = lambda count: None,
) -> Answers:
    """What a finished run of any kind answers for image files, and for all that lie below folders.

    Classes come into the CSV file `out` (columns file, class, probability; with `every` also one
    per class), masks as PNGs of the images' own sizes into the folder `out`. Rows are written as
    they are found: what stops halfway leaves whole rows. Images are decoded as the study decodes
    its own, `batch` (default 64) at a time; `max_pixels` replaces the limit on an image's pixels.
    `device` is auto, cpu, cuda or mps. `on_images(count)` hears how many files are done. Files that
    cannot be used are left out and counted. Raises AlihError on bad input, and where no file could
    be used.

    >>> found = predict("runs/flowers/runs/finetune/seed-0", "new", "new.csv")  # doctest: +SKIP
    >>> found.answered, found.unusable  # doctest: +SKIP
    (812, 0)
    """
    from alih.data.imagepaths import Search
    from alih.inspect.limits import limited
    from alih.inspect.predictor import Predictor

    if batch is not None and batch < 1:
        raise AlihError("inspect.predict_batch", got=batch)
    named = [paths] if isinstance(paths, str | Path) else paths
    search = Search([Path(path) for path in named])
    predictor = limited(Predictor.open(run_folder, device), max_pixels)
    tally = _Tally(on_images)
    if predictor.segments:
        if batch is not None or every:
            raise AlihError("inspect.predict_masks_options", path=run_folder)
        _write_masks(run_folder, search, out, (device, max_pixels), tally)
    else:
        from alih.inspect.answers import BATCH, answers
        from alih.reports.answers.files import AnswerTable

        place = Path(out) if isinstance(out, str | Path) else out
        if isinstance(place, Path) and place.is_dir():
            raise AlihError("inspect.predict_out_folder", path=place)
        with AnswerTable(place, predictor.classes, every) as table:
            for group in answers(predictor, search, batch or BATCH):
                table.add(
                    (str(a.image.path), a.probabilities)
                    for a in group
                    if a.probabilities is not None
                )
                tally.add([answer.fault for answer in group])
    together = (batch or BATCH) if predictor.transductive else None
    return tally.end(search, together)


class _Tally:
    """Counts files as they are done."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell, self._faults = tell, list[AlihError]()
        self._done = self._unusable = 0

    def add(self, faults: Sequence[AlihError | None]) -> None:
        """Count files, each with its fault or None."""
        found = [fault for fault in faults if fault is not None]
        self._faults += found[: FAULTS - len(self._faults)]
        self._done += len(faults)
        self._unusable += len(found)
        self._tell(self._done)

    def end(self, search: Search, together: int | None) -> Answers:
        """The counts. Raises AlihError when no file was usable."""
        if not self._done:
            raise AlihError(
                "inspect.predict_no_images", paths=", ".join(f"'{path}'" for path in search.paths)
            )
        if self._unusable == self._done:
            raise AlihError("inspect.predict_none", count=self._done, first=str(self._faults[0]))
        faults, others = tuple(self._faults), dict(search.others)
        return Answers(self._done - self._unusable, self._unusable, faults, others, together)


def _write_masks(
    run_folder: str | Path,
    search: Search,
    out: str | Path | TextIO,
    options: tuple[str, int | None],
    tally: _Tally,
) -> None:
    from alih.inspect.segment import segmenter
    from alih.reports.look.mask_files import write_mask

    if not isinstance(out, str | Path):
        raise AlihError("inspect.predict_masks_out")
    folder = Path(out)
    for path in search.paths:
        inside = path.resolve() if path.is_dir() else path.resolve().parent
        # Masks are PNGs with the names of images: they must never take the place of one.
        if folder.resolve() == inside or (path.is_dir() and inside in folder.resolve().parents):
            raise AlihError("inspect.predict_masks_inside", out=folder, path=path)
    ready = segmenter(run_folder, device=options[0], max_pixels=options[1])
    for image in search:
        fault = image.fault
        if fault is None:
            try:
                write_mask(ready.answer(image.path), folder / f"{image.place}.png")
            except AlihError as error:
                if error.key in ("common.no_space", "common.cannot_write"):
                    raise
                fault = error
        tally.add([fault])


def _to_run(states: Sequence[CellStatus], retry_failed: bool) -> list[Cell]:
    return [
        s.cell
        for s in states
        if s.state != "finished" and (retry_failed or s.state not in ("failed", "blocked"))
    ]
