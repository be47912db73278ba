"""Learning curves of one arm: collected from its cells, averaged over replicates, smoothed,
measured.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

WINDOW = 3
"""Epochs of the running mean: wide enough to halve the noise of a single epoch, narrow enough to
keep a minimum in place."""


class HasHistory(Protocol):
    """What `from_cells` needs of a run folder (`runs.folder.CellFolder` has it)."""

    @property
    def is_done(self) -> bool:
        """Whether the cell has finished."""
        ...

    @property
    def history(self) -> Sequence[Any]:
        """Rows with `epoch`, `split`, `metric` and `value`."""
        ...


@dataclass(frozen=True)
class Curves:
    """Values per replicate and epoch; `table[split, metric]` is float64 [R, E].

    NaN: nothing was measured at that epoch. Infinite: what was measured was not a finite number.
    Splits: `train` (running mean while training), `train-eval` (evaluation mode, a fixed sample),
    `validation`.
    """

    epochs: NDArray[np.int64]
    table: Mapping[tuple[str, str], Floats] = field(repr=False)

    def __post_init__(self) -> None:
        for (split, metric), values in self.table.items():
            if values.ndim != 2 or values.shape[1] != len(self.epochs):
                raise ValueError(
                    f"{split} {metric} has shape {values.shape}; expected [replicates, "
                    f"{len(self.epochs)} epochs]"
                )

    @property
    def replicates(self) -> int:
        """The number of replicates behind the curves."""
        return max((len(values) for values in self.table.values()), default=0)

    def until(self, epoch: int) -> Curves:
        """The curves up to an epoch, this one included."""
        early = self.epochs <= epoch
        return Curves(self.epochs[early], {key: row[:, early] for key, row in self.table.items()})

    def mean(self, split: str, *metrics: str) -> Floats | None:
        """Mean over replicates of the first of `metrics` that was measured on `split`, [E]; None
        when none was.

        Values that are not finite are left out of the mean; an epoch without any is NaN.
        """
        for metric in metrics:
            values = self.table.get((split, metric))
            if values is not None and np.isfinite(values).any():
                with warnings.catch_warnings():
                    warnings.simplefilter(
                        "ignore", RuntimeWarning
                    )  # "mean of empty slice": that epoch stays NaN
                    return np.nanmean(np.where(np.isfinite(values), values, np.nan), axis=0)
        return None


def curves(**splits: Mapping[str, ArrayLike]) -> Curves:
    """Curves from plain numbers, epochs counted from 1: `curves(train={"loss": […]},
    validation={"loss": […]})`.

    `train_eval` names the split `train-eval`. A value is one curve [E] or one curve per replicate
    [R, E]; None where nothing was measured.

    >>> curves(validation={"loss": [0.5, 0.4]}).mean("validation", "loss").tolist()
    [0.5, 0.4]
    """
    table = {
        (split.replace("_", "-"), metric): np.atleast_2d(_marked(values))
        for split, metrics in splits.items()
        for metric, values in metrics.items()
    }
    length = max((values.shape[1] for values in table.values()), default=0)
    return Curves(np.arange(1, length + 1), table)


def _marked(values: ArrayLike) -> Floats:
    """Numbers with None as NaN (not measured) and NaN as inf (measured, but no number)."""
    array = np.asarray(values, dtype=object)
    missing = np.array([value is None for value in array.flat], dtype=bool).reshape(array.shape)
    numbers = np.where(missing, np.nan, array).astype(np.float64)
    return np.where(np.isnan(numbers) & ~missing, np.inf, numbers)


def from_cells(cells: Iterable[HasHistory]) -> Curves:
    """Curves of the cells of one arm (and one level), one row per replicate.

    Finished cells are used where there are any, else all. Replicates that stopped early at
    different epochs are cut to the epochs all of them reached: a mean over ever fewer replicates
    would bend where one of them drops out.
    """
    folders = [cell for cell in cells if len(cell.history)]
    folders = [cell for cell in folders if cell.is_done] or folders
    if not folders:
        return Curves(np.empty(0, dtype=np.int64), {})
    last = min(max(record.epoch for record in cell.history) for cell in folders)
    epochs = sorted(
        {record.epoch for cell in folders for record in cell.history if record.epoch <= last}
    )
    place = {epoch: i for i, epoch in enumerate(epochs)}
    table: dict[tuple[str, str], Floats] = {}
    for row, cell in enumerate(folders):
        for record in cell.history:
            if record.epoch in place:
                key = (record.split, record.metric)
                if key not in table:
                    table[key] = np.full((len(folders), len(epochs)), np.nan)
                table[key][row, place[record.epoch]] = (
                    np.inf if np.isnan(record.value) else record.value
                )
    return Curves(np.array(epochs, dtype=np.int64), table)


def smooth(values: ArrayLike, window: int = WINDOW) -> Floats:
    """Centred running mean, [E]; at the two ends the window is cut, and NaN are left out.

    >>> smooth([1.0, 4.0, 1.0]).tolist()
    [2.5, 2.0, 2.5]
    """
    array = np.asarray(values, dtype=np.float64)
    known = np.isfinite(array)
    kernel = np.ones(window)
    # Full convolution cut to the middle: `mode="same"` would return `window` values for shorter
    # curves.
    middle = slice((window - 1) // 2, (window - 1) // 2 + array.size)
    total = np.convolve(np.where(known, array, 0.0), kernel)[middle]
    number = np.convolve(known.astype(np.float64), kernel)[middle]
    return np.divide(total, number, out=np.full(array.size, np.nan), where=number > 0)


def noise(values: ArrayLike) -> float:
    """Standard deviation of a curve's jitter from epoch to epoch, 0 for fewer than three values.

    From second differences v[t−1] − 2v[t] + v[t+1], whose standard deviation is √6 times that of
    independent jitter and in which a trend cancels; the median makes it robust against single
    jumps.
    """
    array = np.asarray(values, dtype=np.float64)
    second = np.diff(array[np.isfinite(array)], n=2)
    return float(1.4826 * np.median(np.abs(second)) / np.sqrt(6)) if second.size else 0.0


def trend(values: ArrayLike) -> tuple[float, float]:
    """Slope per epoch of a least-squares line and its standard error; (0, inf) for fewer than three
    values.
    """
    array = np.asarray(values, dtype=np.float64)
    x = np.flatnonzero(np.isfinite(array)).astype(np.float64)
    y = array[np.isfinite(array)]
    if y.size < 3:
        return 0.0, float("inf")
    x -= x.mean()
    spread = float(x @ x)
    slope = float(x @ y) / spread
    residual = y - y.mean() - slope * x
    return slope, float(np.sqrt(residual @ residual / (y.size - 2) / spread))


def reach(
    curve: tuple[Sequence[int], Sequence[float]], target: float, higher_is_better: bool = True
) -> int | None:
    """The first epoch at which a curve (epochs, values) is at least as good as `target`; None if it
    never is.

    `reach(folder.curve("validation", "accuracy"), baseline_final)` gives the "epochs to reach the
    baseline's final score".

    >>> reach(([1, 2, 3], [0.80, 0.86, 0.85]), 0.85)
    2
    """
    for epoch, value in zip(*curve, strict=True):
        if (value >= target) if higher_is_better else (value <= target):
            return int(epoch)
    return None
