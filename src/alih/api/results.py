"""What a study folder holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih.runs.folder import StudyFolder
from alih.runs.status import CellStatus, survey
from alih.study.document.study import Study
from alih.study.loading import load

if TYPE_CHECKING:
    from alih.reports.answers.predictions import Predictions, Probabilities
    from alih.runs.folder import Record


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
