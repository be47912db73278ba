"""From columns of text to arrays: one row per seed and one column per item for every arm, with
nothing missing or doubled.

An arm whose seed cells are empty does not depend on the seed and has one row. Everything that would
make the comparison wrong without anybody noticing (other items, an item twice, NaN, two ways of
writing decimals) is an error that names the line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from alih.errors import AlihError
from alih.verdicts.scores.file import ScoreRows, shortened
from alih.words.phrase import did_you_mean

NO_SEED = ("", "-", "–")
TRUTH = {"true": 1.0, "false": 0.0, "benar": 1.0, "salah": 0.0}
"""What pandas and spreadsheets write for a comparison of label and prediction."""
FIRST_ITEMS = 3
WHOLE = re.compile(r"[-+]?[0-9]+")
NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,4})?")
LARGEST = 1e60
SMALLEST = 1e-60
"""Sums of fourth powers of scores in between stay within a float's range."""


@dataclass(frozen=True)
class ArmScores:
    """One arm: its seeds in order, and its scores or class numbers [S, N], items in the order of
    the whole table.
    """

    arm: str
    seeds: tuple[str, ...]
    varies: bool
    values: np.ndarray


@dataclass(frozen=True)
class Scores:
    """All arms on the same items. `label` [N] holds true class numbers, None where each item has a
    ready score; `classes` are the names behind the numbers.
    """

    arms: dict[str, ArmScores]
    items: int
    label: np.ndarray | None
    decimal_comma: bool
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Places:
    """Where each row belongs: the different arms, seeds and items in order of appearance, and their
    numbers per row.
    """

    rows: ScoreRows
    arms: list[str]
    seeds: list[str]
    items: list[str]
    arm: np.ndarray
    seed: np.ndarray
    item: np.ndarray

    @property
    def run(self) -> np.ndarray:
        """The number of each row's arm and seed."""
        return self.arm * len(self.seeds) + self.seed

    @property
    def cell(self) -> np.ndarray:
        """The number of each row's arm, seed and item."""
        return self.run * len(self.items) + self.item

    def names(self, run: int) -> dict[str, str]:
        """Arm and seed of a run, as errors write them."""
        return {
            "arm": self.arms[run // len(self.seeds)],
            "seed": self.seeds[run % len(self.seeds)] or "-",
        }


def arrange(rows: ScoreRows, values: str, share: str | None = None) -> Scores:
    """Scores of every arm from the column `score`, or class numbers from `label` and `prediction`
    (`values="prediction"`).

    `share` names a metric that is shown as a percentage: its scores must lie between 0 and 1, lest
    92.3 pass for 0.923. Raises AlihError for one arm or item, missing or doubled rows, empty or
    non-numeric cells, labels that contradict.
    """
    places = _places(rows)
    _check_seeds(places)
    _check_unique(places)
    _check_complete(places)
    label, cells, comma, classes = _values(places, values, share)
    order = np.argsort(places.cell, kind="stable")
    table = cells[order].reshape(-1, len(places.items))
    runs = places.run[order].reshape(table.shape)[:, 0]
    found = {}
    for index, name in enumerate(places.arms):
        own = runs // len(places.seeds) == index
        seeds = [places.seeds[code] for code in runs[own] % len(places.seeds)]
        sequence = _seed_order(seeds)
        found[name] = ArmScores(
            name, tuple(seeds[at] for at in sequence), seeds != [""], table[own][sequence]
        )
    return Scores(found, len(places.items), label, comma, classes)


def _places(rows: ScoreRows) -> _Places:
    for name in ("arm", "item"):
        _no_gap(rows, name)
    seeds = ["" if text in NO_SEED else text for text in rows.columns["seed"]]
    coded = [_codes(cells) for cells in (rows.columns["arm"], seeds, rows.columns["item"])]
    names, numbers = zip(*coded, strict=True)
    if len(names[0]) < 2:
        raise AlihError("reports.file.one_arm", path=rows.name, arm=names[0][0])
    if len(names[2]) < 2:
        raise AlihError("reports.file.one_item", path=rows.name, item=names[2][0])
    return _Places(rows, *names, *numbers)


def _no_gap(rows: ScoreRows, name: str) -> None:
    cells = rows.columns[name]
    if "" in cells:
        raise AlihError(
            "reports.file.empty_cell", path=rows.name, line=rows.lines[cells.index("")], name=name
        )


def _codes(cells: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """The different texts in order of appearance, and the number of each cell's text."""
    index: dict[str, int] = {}
    codes = np.array([index.setdefault(cell, len(index)) for cell in cells], dtype=np.int64)
    return list(index), codes


def _seed_order(names: Sequence[str]) -> list[int]:
    """Whole numbers by size, else as they appeared in the file."""
    if all(WHOLE.fullmatch(name) for name in names):
        return sorted(range(len(names)), key=lambda at: (Decimal(names[at]), names[at]))
    return list(range(len(names)))


def _check_seeds(places: _Places) -> None:
    """An arm has seeds everywhere or nowhere."""
    if "" not in places.seeds:
        return
    without, lines = places.seed == places.seeds.index(""), places.rows.lines
    for index, name in enumerate(places.arms):
        own = places.arm == index
        if (own & without).any() and (own & ~without).any():
            empty, filled = int(np.argmax(own & without)), int(np.argmax(own & ~without))
            raise AlihError(
                "reports.file.some_seeds",
                path=places.rows.name,
                line=lines[empty],
                arm=name,
                other=lines[filled],
            )


def _check_unique(places: _Places) -> None:
    """No arm, seed and item twice."""
    cell, lines = places.cell, places.rows.lines
    order = np.argsort(cell, kind="stable")
    again = order[1:][cell[order][1:] == cell[order][:-1]]
    if not len(again):
        return
    second = int(again.min())
    raise AlihError(
        "reports.file.twice",
        path=places.rows.name,
        line=lines[second],
        first=lines[int(np.argmax(cell == cell[second]))],
        item=places.items[places.item[second]],
        count=len(again),
        **places.names(int(places.run[second])),
    )


def _check_complete(places: _Places) -> None:
    """Every arm and seed has every item that any of them has."""
    present, counts = np.unique(places.run, return_counts=True)
    short = np.flatnonzero(counts < len(places.items))
    if not len(short):
        return
    # The run that lacks fewest items tells most: one that lacks half of them was probably scored on
    # another set.
    run = int(present[short[np.argmax(counts[short])]])
    absent = np.setdiff1d(np.arange(len(places.items)), places.item[places.run == run])
    elsewhere = int(np.argmax(places.item == absent[0]))
    raise AlihError(
        "reports.file.missing_pairs",
        path=places.rows.name,
        line=places.rows.lines[elsewhere],
        other=places.arms[places.arm[elsewhere]],
        item=places.items[absent[0]],
        names=shortened([places.items[at] for at in absent], FIRST_ITEMS),
        count=len(absent),
        items=len(places.items),
        runs=len(short),
        **places.names(run),
    )


def _values(
    places: _Places, values: str, share: str | None
) -> tuple[np.ndarray | None, np.ndarray, bool, tuple[str, ...]]:
    """True class per item (or None), the number in each row, whether decimals were written with a
    comma, and the names of classes.
    """
    rows, item = places.rows, places.item
    if values == "score":
        cells, comma = _numbers(rows)
        outside = np.flatnonzero((cells < 0) | (cells > 1)) if share else np.array([], dtype=int)
        if len(outside):
            row = int(outside[0])
            value = rows.columns["score"][row]
            raise AlihError(
                "reports.file.share",
                path=rows.name,
                line=rows.lines[row],
                metric=share,
                value=value,
            )
        return None, cells, comma, ()
    label, prediction, names = _classes(rows)
    truth = np.zeros(len(places.items), dtype=np.int64)
    truth[item[::-1]] = label[::-1]  # the first row of an item counts
    wrong = np.flatnonzero(truth[item] != label)
    if len(wrong):
        row, first = int(wrong[0]), int(np.argmax(item == item[wrong[0]]))
        raise AlihError(
            "reports.file.labels_differ",
            path=rows.name,
            line=rows.lines[row],
            first=rows.lines[first],
            item=places.items[item[row]],
            label=rows.columns["label"][row],
            other=rows.columns["label"][first],
        )
    return truth, prediction, False, names


def _classes(rows: ScoreRows) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Class numbers of labels and predictions, and the names of classes; numbers are compared as
    numbers, so that 3 and 3.0 are one class.
    """
    columns = [rows.columns["label"], rows.columns["prediction"]]
    for name in ("label", "prediction"):
        _no_gap(rows, name)
    distinct = sorted({*columns[0], *columns[1]})
    numeric = [bool(NUMBER.fullmatch(text)) for text in distinct]
    missing = [
        text
        for text, is_number in zip(distinct, numeric, strict=True)
        if text.lower() == "nan" and not is_number
    ]
    if missing and any(numeric) and len(missing) + sum(numeric) == len(distinct):
        # Among numbers it is what tables write for a value that is not there; among names it is a
        # name.
        name = next(name for name in ("label", "prediction") if missing[0] in rows.columns[name])
        line = rows.lines[rows.columns[name].index(missing[0])]
        raise AlihError("reports.file.empty_cell", path=rows.name, line=line, name=name)
    # Exact: neighbours among large numbers are different classes.
    keys: list[Any] = [Decimal(text) for text in distinct] if all(numeric) else list(distinct)
    # In order, not by appearance: sums over classes must not depend on the order of the rows, not
    # even in the last digit.
    numbers = {key: number for number, key in enumerate(sorted(set(keys)))}
    code = {text: numbers[key] for text, key in zip(distinct, keys, strict=True)}
    label, prediction = (
        np.array([code[text] for text in cells], dtype=np.int64) for cells in columns
    )
    if not set(label.tolist()) & set(prediction.tolist()):
        came, said = (shortened(list(dict.fromkeys(cells)), FIRST_ITEMS) for cells in columns)
        raise AlihError(
            "reports.file.no_common_class", path=rows.name, labels=came, predictions=said
        )
    names = {number: text for text, number in reversed(code.items())}
    return label, prediction, tuple(names[number] for number in sorted(names))


def _numbers(rows: ScoreRows) -> tuple[np.ndarray, bool]:
    """The column `score` as finite numbers; `0,5` is 0.5 where the whole file writes decimals
    so.
    """
    cells = rows.columns["score"]
    comma = next((at for at, text in enumerate(cells) if "," in text), None)
    point = next((at for at, text in enumerate(cells) if "." in text), None)
    if comma is not None and point is not None:
        first, second = sorted((comma, point))
        raise AlihError(
            "reports.file.mixed_decimals",
            path=rows.name,
            line=rows.lines[second],
            first=rows.lines[first],
            value=cells[second],
            other=cells[first],
        )
    result = np.empty(len(cells))
    for at, text in enumerate(cells):
        try:
            result[at] = float(text) if "_" not in text else _unusual(rows, at, text)
        except ValueError:
            result[at] = _unusual(rows, at, text)
    strange = np.flatnonzero(~np.isfinite(result))
    if len(strange):
        at = int(strange[0])
        raise AlihError(
            "reports.file.not_finite",
            path=rows.name,
            line=rows.lines[at],
            value=cells[at],
            count=len(strange),
        )
    _check_magnitude(rows, result)
    return result, comma is not None


def _check_magnitude(rows: ScoreRows, scores: np.ndarray) -> None:
    """Refuse scores whose squares a float does not hold, or whose differences it would take for
    none.
    """
    size = np.abs(scores)
    with np.errstate(over="ignore"):
        spread = np.abs(scores - scores[0])
    for key, wrong in (
        ("too_large", size > LARGEST),
        ("too_small", (spread > 0) & (spread < SMALLEST)),
    ):
        if key == "too_small" and spread.max() >= SMALLEST:
            continue
        if wrong.any():
            at = int(np.argmax(wrong))
            values = {"line": rows.lines[at], "value": rows.columns["score"][at]}
            raise AlihError(f"reports.file.{key}", path=rows.name, **values)


def _unusual(rows: ScoreRows, at: int, text: str) -> float:
    """A score that Python does not read by itself: a decimal comma, a truth value; or the error
    that names its line.
    """
    if not text:
        raise AlihError(
            "reports.file.empty_cell", path=rows.name, line=rows.lines[at], name="score"
        )
    if text.lower() in TRUTH:
        return TRUTH[text.lower()]
    try:
        return float(text.replace(",", ".", 1).replace("−", "-").replace("_", "?"))
    except ValueError:
        raise AlihError(
            "reports.file.not_a_number", path=rows.name, line=rows.lines[at], value=text
        ) from None


def known_arm(scores: Scores, name: str | None, path: str) -> str:
    """The arm called `name`. Raises AlihError with the nearest names when there is none."""
    names = shortened(list(scores.arms))
    if name is None:
        raise AlihError("reports.file.no_baseline", path=path, known=names)
    if name not in scores.arms:
        raise AlihError(
            "reports.file.unknown_baseline",
            path=path,
            name=name,
            near=did_you_mean(name, scores.arms),
            known=names,
        )
    return name
