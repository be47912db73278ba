"""Everything a report shows, read once from a study folder."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih import words
from alih.runs.card import Card, DataCard, Environment, MachineCard
from alih.runs.folder import CellFolder, StudyFolder
from alih.runs.identity import belongs
from alih.runs.status import computed_data
from alih.study.document.data import DataSpec
from alih.words.formats import count_span, level_text, listing, split_name

if TYPE_CHECKING:
    import numpy as np

    from alih.study.document.study import Study
    from alih.study.planning.resolved import PlannedCell
    from alih.verdicts.result import ArmResult, Comparison


GROUPS_IN_DETAIL = 12
"""With `vary` a study can hold many arm-level pairs; beyond this number only the last level is
shown arm by arm."""


@dataclass(frozen=True)
class Curve:
    """One metric on one split: the epochs, a line per replicate (NaN where a replicate has no
    value) and their mean.

    `counted`: how many lines, from the first on, the mean is taken over; None: all. `until`: the
    last epoch that all of these reached; beyond it a mean would bend where a replicate drops out.
    """

    epochs: list[int]
    lines: list[list[float]]
    counted: int | None = None
    until: int | None = None

    @property
    def mean(self) -> list[float]:
        """Mean over the replicates that have a value at the epoch; NaN after `until`."""
        columns = (
            [v for v in column if not math.isnan(v)]
            for column in zip(*self.lines[: self.counted], strict=True)
        )
        return [
            sum(column) / len(column)
            if column and (self.until is None or epoch <= self.until)
            else math.nan
            for epoch, column in zip(self.epochs, columns, strict=True)
        ]

    @property
    def end(self) -> float:
        """The last value of the mean, NaN where it has none."""
        return next((value for value in reversed(self.mean) if not math.isnan(value)), math.nan)

    @property
    def last(self) -> int:
        """The last epoch of the mean."""
        return self.until or self.epochs[-1]


@dataclass(frozen=True)
class Group:
    """One arm at one level: its cells in order of replicate. `index` chooses colour, line style and
    marker.

    `cells` are those of `planned` whose files belong to the study as it is now; what others hold
    was computed for other settings.
    """

    arm: str
    at: dict[str, Any]
    label: str
    index: int
    slug: str
    planned: tuple[PlannedCell, ...]
    cells: tuple[CellFolder, ...]

    @cached_property
    def done(self) -> tuple[CellFolder, ...]:
        """Cells that have finished."""
        return tuple(cell for cell in self.cells if cell.is_done)

    @property
    def replicates(self) -> int:
        """How many replicates have finished."""
        return len(self.done)

    @property
    def card(self) -> Card | None:
        """The card of the first finished replicate, None when none has finished."""
        return self.done[0].card if self.done else None

    @property
    def closed_form(self) -> bool:
        """Whether the arm is solved at once: its history holds one row set, at epoch 0."""
        return any(cell.history and cell.history[-1].epoch == 0 for cell in self.cells)

    def curve(self, split: str, metric: str) -> Curve | None:
        """A metric over epochs for every replicate that has begun, or None when nothing was
        recorded. Only finished replicates count for the mean, where there are any: one that has
        just begun would move it.
        """
        ordered = sorted(self.cells, key=lambda cell: not cell.is_done)
        found = [
            (cell.is_done, dict(zip(*cell.curve(split, metric), strict=True))) for cell in ordered
        ]
        lines = [line for _, line in found if line]
        if not lines:
            return None
        counted = sum(done and bool(line) for done, line in found) or len(lines)
        epochs = sorted(set().union(*lines))
        return Curve(
            epochs,
            [[line.get(epoch, math.nan) for epoch in epochs] for line in lines],
            counted,
            min(max(line) for line in lines[:counted]),
        )

    def pooled(self, split: str) -> dict[str, np.ndarray]:
        """Per-item arrays of one split, the finished replicates one after the other."""
        import numpy as np

        parts = [scores for scores in (cell.scores(split) for cell in self.done) if scores]
        return (
            {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
            if parts
            else {}
        )


@dataclass(frozen=True)
class Facts:
    """A study, its folder and its comparison."""

    root: Path
    study: Study
    comparison: Comparison
    groups: tuple[Group, ...]

    def say(self, key: str, /, **values: Any) -> str:
        """A sentence of the report in the reader's language."""
        return words.say(f"reports.{key}", **values)

    @cached_property
    def data(self) -> DataCard | None:
        """`data.json`, None before the first run."""
        return StudyFolder(self.root).data

    @cached_property
    def machine(self) -> MachineCard | None:
        """`machine.json`, None before the first run."""
        return StudyFolder(self.root).machine

    @cached_property
    def references(self) -> dict[str, dict[str, dict[str, float]]]:
        """`references.json`: by answer, split and metric."""
        return StudyFolder(self.root).references

    @cached_property
    def environment(self) -> Environment | None:
        """What the first finished run was computed on and with, None where none says."""
        return next((cell.environment for cell in self.done if cell.environment), None)

    @cached_property
    def file_names(self) -> Mapping[int, str]:
        """The image file of each validation item, {} where the images are none or it was not
        noted.
        """
        return StudyFolder(self.root).file_names("validation")

    @cached_property
    def test_file_names(self) -> Mapping[int, str]:
        """The image file of each test item, {} where the images are none or it was not noted."""
        return StudyFolder(self.root).file_names("test")

    @cached_property
    def test_groups(self) -> Mapping[int, str]:
        """The group of each test item, {} where the study's split names none."""
        return StudyFolder(self.root).groups

    @cached_property
    def item_columns(self) -> dict[str, Mapping[int, str]]:
        """What a table says of each item beside its class, by column."""
        return StudyFolder(self.root).columns()

    @cached_property
    def class_pictures(self) -> dict[str, np.ndarray]:
        """A training image per class, with its label; {} where none were kept."""
        return StudyFolder(self.root).class_pictures() or {}

    @cached_property
    def cells(self) -> tuple[CellFolder, ...]:
        """The planned cells whose files belong to the study as it is now."""
        return tuple(cell for group in self.groups for cell in group.cells)

    @property
    def planned(self) -> tuple[PlannedCell, ...]:
        """Every planned cell."""
        return tuple(cell for group in self.groups for cell in group.planned)

    @cached_property
    def done(self) -> tuple[CellFolder, ...]:
        """Every finished cell."""
        return tuple(cell for cell in self.cells if cell.is_done)

    @property
    def classes(self) -> list[str]:
        """Class names, from the data card or a run's card."""
        if self.data and self.data.classes:
            return self.data.classes
        return next((cell.card.classes for cell in self.done), [])

    @property
    def primary(self) -> str:
        """The primary metric of the comparison."""
        return self.comparison.primary

    def levels(self) -> Iterator[tuple[dict[str, Any], list[Group]]]:
        """Each level with its groups, in the order planned; one level `{}` without `vary`."""
        seen: list[dict[str, Any]] = []
        for group in self.groups:
            if group.at not in seen:
                seen.append(group.at)
        for at in seen:
            yield at, [group for group in self.groups if group.at == at]

    def detailed(self) -> list[tuple[dict[str, Any], list[Group]]]:
        """The levels whose arms are shown one by one: all, or only the last when a study holds
        many.
        """
        levels = list(self.levels())
        return levels if len(self.groups) <= GROUPS_IN_DETAIL else levels[-1:]

    def split_name(self, split: str) -> str:
        """The split's name in running text; with two domains, which of them its images are of."""
        if isinstance(self.study.data, DataSpec):
            return split_name(split)
        domain = self.say("of_target" if split == "test" else "of_source")
        return self.say("split_of_domain", split=split_name(split), domain=domain)

    def carried(self, split: str, groups: Sequence[Group]) -> str:
        """Split, images per replicate and replicates of what is shown for `groups` (law 8)."""
        items = {cell.card.items.of_split(split) for group in groups for cell in group.done} - {0}
        # Test scores exist only for finished replicates; curves of those that have begun count
        # where none has finished.
        replicates = [
            g.replicates or (0 if split == "test" else sum(bool(cell.history) for cell in g.cells))
            for g in groups
        ]
        return self.say(
            "carried",
            split=self.split_name(split),
            items=listing([words.number(n, 0) for n in sorted(items)]) or "–",
            replicates=count_span("replicates", replicates),
        )

    def arm_label(self, arm: str) -> str:
        """The arm's label in the reader's language, else its name."""
        return self.study.label(arm)

    def results(self, group: Group) -> ArmResult:
        """The group's result in the comparison."""
        return self.comparison.result(group.arm, group.at)


def gather(root: Path) -> Facts:
    """Read a study folder. Raises AlihError when there is none, or when a run's scores are
    damaged.
    """
    from alih.study.loading import load
    from alih.study.planning.plan import cells
    from alih.verdicts.compare import compare

    folder = StudyFolder.open(root)
    study = load(folder.root)
    planned: dict[tuple[str, str], list[PlannedCell]] = {}
    all_cells = cells(study)
    for cell in all_cells:
        planned.setdefault((cell.slug, cell.arm), []).append(cell)
    data = computed_data(folder, study)
    current = {
        cell: found for cell in all_cells if belongs(found := folder.cell(cell), study, data)
    }
    # A verdict that is shown is a look; looking again at unchanged data is free.
    comparison = compare(folder.root, record_look=True)
    return Facts(folder.root, study, comparison, tuple(_groups(study, planned.values(), current)))


def _groups(
    study: Study, planned: Iterable[list[PlannedCell]], current: dict[PlannedCell, CellFolder]
) -> Iterator[Group]:
    order: Sequence[str] = list(study.arms)
    for members in planned:
        first = members[0]
        label = study.label(first.arm)
        at = level_text(first.at)
        slug = first.arm + (f"-{_safe(first.slug)}" if first.level else "")
        ordered = tuple(sorted(members, key=lambda cell: cell.replicate))
        own = tuple(current[cell] for cell in ordered if cell in current)
        yield Group(
            first.arm,
            first.at,
            f"{label} ({at})" if at else label,
            order.index(first.arm),
            slug,
            ordered,
            own,
        )


def _safe(slug: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in slug)
