"""The files of a study folder and of a cell folder: where they lie and what they hold.

Everything that is shown later (tables, curves, verdicts, pictures) is read from here; see
`docs/architecture.md` for the list of files and columns.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from alih import files
from alih.study.cells import Cell

if TYPE_CHECKING:
    import numpy as np

HISTORY_COLUMNS = ("epoch", "step", "split", "metric", "value")
WEIGHTS = "model.safetensors"
ITEMS = "items.csv"
"""Which item of the study is which image file, where its images are files; studies made before it was written have none."""
SOURCE_ITEMS = "items-source.csv"
"""The same for the source set of a study with two domains, whose validation images are of the source."""
BEFORE_REFIT = "before-refit.safetensors"
"""The chosen trial's weights, which never saw the validation images: trials of arms that start `from` this one begin there."""
COUNTED = ("card.json", "history.csv", "scores.npz", WEIGHTS, BEFORE_REFIT)
"""Files whose checksums `done` holds, as far as the cell has them."""
TIMING_COLUMNS = ("epoch", "seconds", "train_seconds", "ms_per_step", "images_per_second")


@dataclass(frozen=True)
class Record:
    """One row of a run's history: split is `train` (running, as trained), `train-eval` or `validation`."""

    epoch: int
    step: int
    split: str
    metric: str
    value: float


@dataclass(frozen=True)
class CellFolder:
    """The folder of one cell."""

    root: Path
    cell: Cell

    @property
    def path(self) -> Path:
        """Where the cell's files lie."""
        return self.root / self.cell.path

    @property
    def is_done(self) -> bool:
        """Whether the cell has finished (the file `done` is written last)."""
        return (self.path / "done").exists()

    @property
    def failure(self) -> dict[str, Any] | None:
        """The stored reason of a failed cell, else None."""
        file = self.path / "failed.json"
        return files.read_json(file) if file.exists() else None

    @cached_property
    def card(self) -> dict[str, Any]:
        """`card.json`: recipe, layer table, sizes, final metrics, times."""
        return files.read_json(self.path / "card.json")

    @cached_property
    def history(self) -> list[Record]:
        """`history.csv`: one record per epoch, split and metric. Empty before the first epoch has ended."""
        return [
            Record(int(row["epoch"]), int(row["step"]), row["split"], row["metric"], float(row["value"]))
            for row in read_csv(self.path / "history.csv")
        ]

    @cached_property
    def timing(self) -> list[dict[str, float]]:
        """`timing.csv`: wall-clock per epoch, kept apart because it is never the same twice."""
        return [{key: float(value) for key, value in row.items()} for row in read_csv(self.path / "timing.csv")]

    def curve(self, split: str, metric: str) -> tuple[list[int], list[float]]:
        """Epochs and values of one metric on one split."""
        rows = [r for r in self.history if r.split == split and r.metric == metric]
        return [r.epoch for r in rows], [r.value for r in rows]

    def arrays(self, name: str) -> dict[str, np.ndarray] | None:
        """The arrays of `<name>.npz` (scores, examples, activations), or None when the file is absent."""
        return _read_npz(self.path / f"{name}.npz")

    def scores(self, split: str = "test") -> dict[str, np.ndarray]:
        """Per-item arrays of one split: item, label, prediction, confidence, log_loss."""
        import numpy as np

        wide = {"i": np.int64, "u": np.int64, "f": np.float64}  # stored small, computed wide
        arrays = self.arrays("scores") or {}
        own = {key.split("_", 1)[1]: value for key, value in arrays.items() if key.startswith(f"{split}_")}
        return {name: value.astype(wide[value.dtype.kind]) for name, value in own.items()}


@dataclass(frozen=True)
class StudyFolder:
    """A study's folder. `open` refuses a folder that holds no study."""

    root: Path

    @classmethod
    def open(cls, path: str | Path) -> StudyFolder:
        """The study folder at `path`. Raises AlihError when there is none."""
        root = Path(path)
        if not (root / "study.yaml").exists():
            from alih.study.loading import not_a_study_folder  # only errors need it, and it is slow to import

            raise not_a_study_folder(root)
        return cls(root)

    def cell(self, cell: Cell) -> CellFolder:
        """The folder of one cell."""
        return CellFolder(self.root, cell)

    def optional(self, name: str) -> dict[str, Any]:
        """A JSON file of the study folder (`machine.json`, `looks.json`, `references.json`, `data.json`), {} if absent."""
        file = self.root / name
        return files.read_json(file) if file.exists() else {}

    def file_names(self, split: str = "test") -> dict[int, str]:
        """The file of each item of a split, relative to its data's folder; {} where the table is absent.

        With two domains, validation items are of the source.
        """
        source = split == "validation" and (self.root / SOURCE_ITEMS).exists()
        rows = read_csv(self.root / (SOURCE_ITEMS if source else ITEMS))
        return {int(row["item"]): row["file"] for row in rows if (row.get("item") or "").isdigit()}

    def pictures(self, replicate: int) -> dict[str, np.ndarray] | None:
        """The validation items that all arms' predictions are shown for (segmentation): item, image, mask. None if absent."""
        return _read_npz(self.root / "pictures" / f"seed-{replicate}.npz")


def _read_npz(file: Path) -> dict[str, np.ndarray] | None:
    import numpy as np

    if not file.exists():
        return None
    with np.load(file, allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}


def read_csv(file: Path) -> list[dict[str, str]]:
    """Rows of a CSV file as mappings of text; none when the file is absent."""
    if not file.exists():
        return []
    with open(file, newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def write_csv(file: Path, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows atomically, each as it comes; floats in full precision so that equal files mean equal numbers."""

    def write(raw: BinaryIO) -> None:
        text = io.TextIOWrapper(raw, encoding="utf-8", newline="")
        writer = csv.DictWriter(text, list(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        text.flush()
        text.detach()

    files.write_atomically(file, write)
