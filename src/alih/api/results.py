"""What a study folder holds."""

from __future__ import annotations

import contextlib
import importlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih.api.shown import Figures, Verdicts
from alih.runs.folder import StudyFolder
from alih.runs.status import CellStatus, survey
from alih.study.document.study import Study
from alih.study.loading import load
from alih.words import language, say

if TYPE_CHECKING:
    from alih.reports.answers.predictions import Predictions, Probabilities
    from alih.runs.folder import Record


@dataclass(frozen=True, repr=False)
class Results:
    """A study folder with whatever has been computed in it; in a notebook it shows its verdicts.

    >>> import alih
    >>> results = alih.open_results("runs/quickstart")  # doctest: +SKIP
    >>> results  # doctest: +SKIP
    <Results quickstart: 15 of 15 cells in runs/quickstart>
    """

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

    def compare(self, record_look: bool = True, baseline: str | None = None) -> Verdicts:
        """The verdicts.

        Args:
            record_look: Whether this counts as a look at the data. It does when anybody reads the
                verdict; later looks at more replicates are then judged more strictly.
            baseline: Another arm to compare with than the study's.

        Returns:
            Plain values, as `alih compare --json` prints them: `["comparisons"]` has one row per
            arm and metric with `verdict`, `difference` and `ci`. A notebook shows them as a table.

        Raises:
            AlihError: The baseline is unknown, or files are damaged.
        """
        from alih.verdicts.compare import compare
        from alih.verdicts.terms import of_study

        return Verdicts(compare(self.root, record_look, baseline), of_study(self.study))

    def frame(self, split: str = "test") -> Any:
        """The cells as a table: arm, replicate, one column per varied key, state, epochs, seconds,
        and every metric, which is missing while a cell has not finished.

        Args:
            split: The part that was scored: `test` or `validation`.

        Returns:
            A pandas DataFrame, else a polars DataFrame where that is installed, else a list of
            mappings.

        >>> results.frame().groupby("arm").accuracy.mean()  # doctest: +SKIP
        """
        return as_frame(rows_of(self.root, self.status, split))

    def curves(self) -> dict[str, list[Record]]:
        """The history of every cell that has one.

        Returns:
            Per cell (`"plain/seed-0"`) its records: `epoch`, `step`, `split`, `metric`, `value`.
        """
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

        Args:
            arm: The name of an arm.
            split: `test` or `validation`.
            at: One level of what is varied, such as `{"train_images": 100}`; by default all.

        Returns:
            The table; iterating gives rows as mappings, `.to_pandas()` a data frame.

        Raises:
            AlihError: The arm is unknown, or nothing has been scored.

        >>> rows = results.predictions("plain")  # doctest: +SKIP
        >>> wrong = [row for row in rows if row["label"] != row["prediction"]]  # doctest: +SKIP
        """
        from alih.reports.answers.predictions import predictions

        return predictions(self.root, self.study, arm, split, at)

    def probabilities(
        self, arm: str, split: str = "test", replicate: int = 0, at: Mapping[str, Any] | None = None
    ) -> Probabilities:
        """The probabilities of every class by one cell.

        Args:
            arm: The name of an arm.
            split: `test` or `validation`.
            replicate: The number of the replicate, from 0.
            at: The level, where something is varied.

        Returns:
            `.values` float32 [items, classes], the items' numbers `.item`, the names `.classes`.

        Raises:
            AlihError: The cell stored none: for masks, very large tables, and kept results without
                them.
        """
        from alih.reports.answers.predictions import probabilities

        return probabilities(self.root, self.study, arm, split, replicate, at)

    def figures(self, lang: str | None = None) -> Figures:
        """The figures of the report as matplotlib's objects, to change them or save them in other
        formats.

        Args:
            lang: `en` or `id`; by default the language in force.

        Returns:
            Figures by name, such as `difference-accuracy` or `curves-log_loss`; a notebook shows
            all of them. Showing differences counts as a look.

        >>> results.figures()["difference-accuracy"].savefig("figure.pdf")  # doctest: +SKIP
        """
        from alih.reports.build import drawn

        return Figures(drawn(self.root, lang or language()))

    def report(
        self, lang: str | None = None, out: str | Path | None = None, show_test: bool = False
    ) -> Path:
        """Write the report as one HTML page, with its figures and tables beside it.

        Args:
            lang: `en` or `id`; by default the language in force.
            out: The folder to write into; by default `report/` in the study folder.
            show_test: Show the test images that went wrong, which are read from the study's data;
                masks are predicted anew by the runs' models.
                It is noted in the folder, and told by every later report and comparison.

        Returns:
            The path of `index.html`.

        Raises:
            AlihError: Files are damaged, or nothing can be written there; with `show_test`, images
                or models that cannot be had, and a folder in which nothing can be noted.
        """
        from alih.api.testsplit import StoredTestSplit
        from alih.reports.build import write

        split = StoredTestSplit(self.root, self.study) if show_test else None
        return write(self.root, lang or language(), out, split)

    def __repr__(self) -> str:
        states = [status.state for status in self.status]
        done = f"{states.count('finished')} of {len(states)} cells"
        return f"<Results {self.study.name}: {done} in {self.root.as_posix()}>"

    def _repr_html_(self) -> str:
        statuses = self.status
        states = Counter(status.state for status in statuses)
        counted = ", ".join(f"{count} {say(f'runs.state.{s}')}" for s, count in states.items())
        shown = f"<p>{escape(self.study.name)} ({escape(str(self.root))}): {escape(counted)}</p>"
        if not states["finished"]:
            return shown
        return shown + self.compare()._repr_html_()


def rows_of(root: Path, statuses: Sequence[CellStatus], split: str) -> list[dict[str, Any]]:
    """One mapping per cell, all with the same keys."""
    folder, rows, names = StudyFolder(root), list[dict[str, Any]](), dict[str, None]()
    for status in statuses:
        cell, scored = status.cell, dict[str, Any]()
        if status.state == "finished":
            scored = dict(folder.cell(cell).card.metrics.get(split, {}))
        names |= dict.fromkeys(scored)
        rows.append(
            {"arm": cell.arm, "replicate": cell.replicate, **cell.at}
            | {"state": status.state, "epochs": status.epochs_done, "seconds": status.seconds}
            | scored
        )
    return [row | {name: row.get(name) for name in names} for row in rows]


def as_frame(rows: list[dict[str, Any]]) -> Any:
    """The rows as a data frame, where pandas or polars is installed."""
    for name in ("pandas", "polars"):
        with contextlib.suppress(ModuleNotFoundError):
            return importlib.import_module(name).DataFrame(rows)
    return rows


def open_results(path: str | Path) -> Results:
    """The results in a study folder, of a finished study or of one that still runs.

    Args:
        path: The study folder, such as `runs/quickstart`.

    Returns:
        What the folder holds.

    Raises:
        AlihError: It is not a study folder.

    >>> alih.open_results("runs/quickstart").complete  # doctest: +SKIP
    True
    """
    folder = StudyFolder.open(path)
    return Results(folder.root, load(folder.root))
