"""The files of a study folder and of a cell folder: where they lie and what they hold.

Everything that is shown later (tables, curves, verdicts, pictures) is read from here; see
`docs/architecture.md` for the list of files and columns.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from alih.runs import card as cards
from alih.runs import reading
from alih.runs.by_item import ByItem
from alih.runs.card import (
    Card,
    DataCard,
    Environment,
    Failure,
    MachineCard,
    Noted,
    Record,
    Timing,
)
from alih.runs.reading import Damaged, Read, as_arrays, as_json, rows_of
from alih.study.planning.cells import Cell
from alih.words.phrase import Phrase

if TYPE_CHECKING:
    import numpy as np

WEIGHTS = "model.safetensors"
ITEMS = "items.csv"
"""Which item of the study is which image file, where its images are files; studies made before it
was written have none."""
_ITEM = ("item", "file")
COLUMN = "table:"
"""What names of columns begin with that the data's own table has, too."""
SOURCE_ITEMS = "items-source.csv"
"""The same for the source set of a study with two domains, whose validation images are of the
source."""
PICTURES = "pictures/seed-0.npz"
"""Images and masks that the predictions of all arms are shown beside; replicate 0 stands for the
others."""
CLASS_PICTURES = "pictures/classes.npz"
"""A training image of each class; none for many classes, for masks, and in older studies."""
REFERENCES = "references.json"
BEFORE_REFIT = "before-refit.safetensors"
"""The chosen trial's weights, which never saw the validation images: trials of arms that start
`from` this one begin there."""
FACTS = "transfer.npz"
"""What a strategy learnt beside its network, as arrays for pictures; few strategies have any."""
NEEDED = ("card.json", "history.csv", "scores.npz")
LEFT_OUT = (
    *("probabilities.npz", "examples.npz", "attention.npz", "activations.npz", "domains.npz"),
    *(FACTS, WEIGHTS, BEFORE_REFIT),
)
"""Files that a finished cell may lack: kept results go without what is large, and without pictures
of others."""
COUNTED = (*NEEDED, "timing.csv", "environment.json", *LEFT_OUT)
"""Files whose checksums `done` holds, as far as the cell has them; older ones have fewer."""


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
    def failure(self) -> Failure | None:
        """The stored reason of a failed cell, else None."""
        try:
            return self._read(Failure.FILE, Failure.parse)
        except Damaged as error:  # it has failed all the same
            return Failure(error=str(error))

    @cached_property
    def sums(self) -> dict[str, str]:
        """The checksums that `done` holds, by file; {} while it has not finished. Raises Damaged
        when it makes no sense.
        """
        found = reading.read(self.path / "done", as_json(cards.SUMS), self.cure)
        if found is not None and not set(NEEDED) <= set(found):
            raise reading.damaged(self.path / "done", Phrase("runs.not_readable"), self.cure)
        return found or {}

    @property
    def cure(self) -> Phrase:
        """What to do about a damaged file of this cell."""
        return Phrase("runs.cure_cell", {"cell": str(self.cell), "command": run_command(self.root)})

    def _read(self, name: str, parse: Callable[[bytes], Read]) -> Read | None:
        """A file of the cell, None where there is none. Raises Damaged when it is not as `done`
        says, or makes no sense.
        """
        expected = self.sums.get(name) if name in COUNTED else None
        found = reading.read(self.path / name, parse, self.cure, expected)
        if found is None and expected and name not in LEFT_OUT:
            raise reading.damaged(self.path / name, Phrase("runs.absent"), self.cure)
        return found

    @cached_property
    def card(self) -> Card:
        """`card.json`: recipe, layer table, sizes, final metrics, times."""
        found = self._read(Card.FILE, Card.parse)
        if found is None:
            raise reading.damaged(self.path / Card.FILE, Phrase("runs.absent"), self.cure)
        return found

    @cached_property
    def environment(self) -> Environment | None:
        """`environment.json`: versions, processor, threads, platform; None where it is absent."""
        return self._read(Environment.FILE, Environment.parse)

    @cached_property
    def history(self) -> list[Record]:
        """`history.csv`: one record per epoch, split and metric. Empty before the first epoch has
        ended.
        """
        return self._read("history.csv", cards.parse_history) or []

    @cached_property
    def timing(self) -> list[Timing]:
        """`timing.csv`: one row per epoch."""
        return self._read("timing.csv", cards.parse_timing) or []

    def curve(self, split: str, metric: str) -> tuple[list[int], list[float]]:
        """Epochs and values of one metric on one split."""
        rows = [r for r in self.history if r.split == split and r.metric == metric]
        return [r.epoch for r in rows], [r.value for r in rows]

    def arrays(self, name: str, needed: Collection[str] = ()) -> dict[str, np.ndarray] | None:
        """The arrays of `<name>.npz` (scores, examples, activations), or None when the file is
        absent.

        Raises Damaged where those named in `needed` are not there or differ in length.
        """
        return self._read(f"{name}.npz", as_arrays(needed))

    def scores(self, split: str = "test") -> dict[str, np.ndarray]:
        """Per-item arrays of one split: item, label, prediction, confidence, log_loss."""
        import numpy as np

        wide = {"i": np.int64, "u": np.int64, "f": np.float64}  # stored small, computed wide
        arrays = self.arrays("scores") or {}
        own = {
            key.split("_", 1)[1]: value
            for key, value in arrays.items()
            if key.startswith(f"{split}_")
        }
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
            from alih.study.loading import (
                not_a_study_folder,
            )  # only errors need it, and it is slow to import

            raise not_a_study_folder(root)
        return cls(root)

    def cell(self, cell: Cell) -> CellFolder:
        """The folder of one cell."""
        return CellFolder(self.root, cell)

    @property
    def cure(self) -> Phrase:
        """What to do about a damaged file of the study folder that a run writes anew."""
        return Phrase("runs.cure_study", {"command": run_command(self.root)})

    @cached_property
    def noted(self) -> Noted:
        """What was noted about the study folder's own files and looks; nothing in older ones."""
        return Noted.read(self.root, self.cure) or Noted()

    def _read(self, name: str, parse: Callable[[bytes], Read]) -> Read | None:
        """A file of the study folder, None where there is none. Raises Damaged when it is not as it
        was noted.
        """
        return reading.read(self.root / name, parse, self.cure, self.noted.files.get(name))

    @property
    def data(self) -> DataCard | None:
        """`data.json`, None where it is absent. Raises Damaged when it is not as it was noted, or
        makes no sense.
        """
        return self._read(DataCard.FILE, DataCard.parse)

    @property
    def references(self) -> dict[str, dict[str, dict[str, float]]]:
        """`references.json`: by answer, split and metric; {} where it is absent. Raises Damaged as
        `data` does.
        """
        return self._read(REFERENCES, as_json(cards.REFERENCES)) or {}

    @property
    def machine(self) -> MachineCard | None:
        """`machine.json`, None in a new study folder. Raises Damaged when it makes no sense."""
        return MachineCard.read(self.root, Phrase("runs.cure_machine"))

    def file_names(self, split: str = "test") -> Mapping[int, str]:
        """The file of each item of a split, relative to its data's folder; {} where the table is
        absent.

        With two domains, validation items are of the source, which may have no files.
        """
        source = split == "validation" and (
            (self.root / SOURCE_ITEMS).exists()
            or ((card := self.data) is not None and card.source_set is not None)
        )

        def parse(content: bytes) -> ByItem:
            return ByItem((int(row["item"]), row["file"]) for row in rows_of(content, _ITEM))

        return self._read(SOURCE_ITEMS if source else ITEMS, parse) or {}

    @cached_property
    def groups(self) -> Mapping[int, str]:
        """The group of each test item that the study's split names; {} where it names none. Groups
        that are files hold copies of one image, and are no groups of subjects.
        """

        def parse(content: bytes) -> ByItem:
            if "group" not in next(rows_of(content, _ITEM), {}):
                return ByItem()
            files = set()

            def named() -> Iterator[tuple[int, str]]:
                for row in rows_of(content, _ITEM):
                    files.add(hash(row["file"]))
                    yield int(row["item"]), row["group"]

            found = ByItem(named())
            return ByItem() if files.issuperset(map(hash, found.texts)) else found

        return self._read(ITEMS, parse) or {}

    def columns(self) -> dict[str, Mapping[int, str]]:
        """What the table of the data's files says of each item beside class and part, by column;
        `group` first, where the study's split names groups.
        """

        def parse(content: bytes) -> dict[str, Mapping[int, str]]:
            names = [name for name in next(rows_of(content, _ITEM), {}) if name.startswith(COLUMN)]
            return {
                name.removeprefix(COLUMN): ByItem(
                    (int(row["item"]), row[name]) for row in rows_of(content, _ITEM)
                )
                for name in names
            }

        groups = {"group": self.groups} if self.groups else {}
        return groups | (self._read(ITEMS, parse) or {})

    def pictures(self) -> dict[str, np.ndarray] | None:
        """The validation items that all arms' predictions are shown for (segmentation): item,
        image, mask. None if absent.
        """
        return self._read(PICTURES, as_arrays(("item", "image", "mask")))

    def class_pictures(self) -> dict[str, np.ndarray] | None:
        """A training image of each class that has some: item, image, label. None if absent."""
        return self._read(CLASS_PICTURES, as_arrays(("item", "image", "label")))


def compare_command(root: Path, baseline: str) -> str:
    """The command that compares the arms of a study's folder with one of them, for a shell."""
    return f"alih compare {shlex.quote(root.as_posix())} --baseline {shlex.quote(baseline)}"


def run_command(root: Path) -> str:
    """The command that continues the study of a folder, ready to be pasted into a shell."""
    return f"alih run {shlex.quote(root.as_posix())}"
