"""What the cells of an arm answered for each item: one table for Python users."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih.errors import AlihError
from alih.runs.folder import CellFolder, StudyFolder
from alih.study.document.study import Study
from alih.study.planning.cells import Cell
from alih.study.planning.plan import cells
from alih.words import layout, number, say

if TYPE_CHECKING:
    import numpy as np

SHOWN = 10
"""Rows that a notebook shows."""


@dataclass(frozen=True, eq=False, repr=False)
class Predictions:
    """A table with one row per item and replicate; iterating gives rows as mappings.

    `columns` are arrays or lists of one length, by name.
    """

    columns: Mapping[str, Any]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        names = list(self.columns)
        plain = [v.tolist() if hasattr(v, "tolist") else v for v in self.columns.values()]
        return (dict(zip(names, row, strict=True)) for row in zip(*plain, strict=True))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All rows."""
        return list(self)

    def to_pandas(self) -> Any:
        """The table as a pandas DataFrame; pandas is not installed with alih."""
        import pandas

        return pandas.DataFrame(dict(self.columns))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self)} × {', '.join(self.columns)}>"

    def _repr_html_(self) -> str:
        rows = [
            [_text(value) for value in row.values()]
            for row, _ in zip(self, range(SHOWN), strict=False)
        ]
        said = say("reports.rows_shown", shown=len(rows), count=number(len(self), 0))
        more = f"<p>{escape(said)}</p>" if len(self) > len(rows) else ""
        return layout.html_table(list(self.columns), rows) + more


@dataclass(frozen=True, eq=False)
class Probabilities:
    """The probabilities of one cell: `values` float32 [items, classes], numbers of items [n], names
    of classes.
    """

    item: np.ndarray
    classes: tuple[str, ...]
    values: np.ndarray = field(repr=False)

    def to_pandas(self) -> Any:
        """The table as a pandas DataFrame with a column per class; pandas is not installed with
        alih.
        """
        import pandas

        return pandas.DataFrame(
            self.values, index=pandas.Index(self.item, name="item"), columns=list(self.classes)
        )


def predictions(
    root: Path, study: Study, arm: str, split: str, at: Mapping[str, Any] | None
) -> Predictions:
    """The answers of an arm's finished cells for the items of a split, at all levels or those of
    `at`.
    """
    found = [_columns(root, cell, split) for cell in _finished(root, study, arm, at)]
    parts = [part for part in found if part]
    if not parts:
        raise AlihError("reports.no_scores", arm=arm, split=split)
    return Predictions({name: _joined([part[name] for part in parts]) for name in parts[0]})


def probabilities(
    root: Path, study: Study, arm: str, split: str, replicate: int, at: Mapping[str, Any] | None
) -> Probabilities:
    """What one cell stored for every class."""
    import numpy as np

    found = [cell for cell in _finished(root, study, arm, at) if cell.replicate == replicate]
    if len(found) != 1:
        levels = ", ".join(cell.slug for cell in found) or "–"
        raise AlihError(
            "reports.which_cell", arm=arm, replicate=replicate, count=len(found), levels=levels
        )
    folder = StudyFolder(root).cell(found[0])
    stored, scores = (folder.arrays("probabilities") or {}).get(split), folder.scores(split)
    if stored is None or len(stored) != len(scores.get("item", ())):
        raise AlihError("reports.no_probabilities", path=folder.path, split=split)
    return Probabilities(scores["item"], tuple(folder.card.classes), stored.astype(np.float32))


def _finished(root: Path, study: Study, arm: str, at: Mapping[str, Any] | None) -> Sequence[Cell]:
    if arm not in study.arms:
        raise AlihError("reports.unknown_arm", arm=arm, known=", ".join(study.arms))
    chosen = [
        cell
        for cell in cells(study)
        if cell.arm == arm and (at is None or dict(at).items() <= cell.at.items())
    ]
    done = [cell for cell in chosen if StudyFolder(root).cell(cell).is_done]
    if not done:
        raise AlihError("reports.no_finished_cell", arm=arm, level=dict(at) if at else "–")
    return done


def _columns(root: Path, cell: Cell, split: str) -> dict[str, Any] | None:
    """One cell's rows, None where it scored no item of the split."""
    import numpy as np

    folder = StudyFolder(root).cell(cell)
    scores = folder.scores(split)
    if not len(scores.get("item", ())):
        return None
    names = StudyFolder(root).file_names(split)
    table: dict[str, Any] = {"item": scores["item"]}
    if names:
        table["file"] = [names.get(int(item)) for item in scores["item"]]
    table |= _answers(folder, scores)
    count = len(scores["item"])
    table["replicate"] = np.full(count, cell.replicate)
    return table | {key: [value] * count for key, value in cell.at.items()}


def _answers(folder: CellFolder, scores: dict[str, np.ndarray]) -> dict[str, Any]:
    """Label, answer and its probability; of masks the image's IoU and log loss."""
    if "prediction" not in scores:
        from alih.evaluation.segmentation import image_iou

        return {"iou": image_iou({"counts": scores["counts"]}), "log_loss": scores["log_loss"]}
    classes = folder.card.classes
    named = {name: [classes[index] for index in scores[name]] for name in ("label", "prediction")}
    return {**named, "probability": scores["confidence"], "log_loss": scores["log_loss"]}


def _text(value: Any) -> str:
    return number(value, 4) if isinstance(value, float) else str(value)


def _joined(parts: list[Any]) -> Any:
    import numpy as np

    if isinstance(parts[0], list):
        return [value for part in parts for value in part]
    return np.concatenate(parts)
