"""How many training images one arm spares another, from the results of a study with `vary:
{train_images: …}`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alih import words
from alih.errors import AlihError
from alih.statistics.equivalence import Point, equal_number
from alih.study.document.study import Study
from alih.study.planning.recipes import TRAIN_IMAGES
from alih.verdicts.result import ArmResult, Comparison, ComparisonRow, Equivalence
from alih.words import formats


@dataclass(frozen=True)
class Grid:
    """The levels of a study as rows and columns: `along` is the key of the columns (training images
    where they vary).

    `across` is the key of the rows, None where one key varies.
    """

    along: str
    columns: tuple[Any, ...]
    across: str | None
    rows: tuple[Any, ...]

    def at(self, row: Any, column: Any) -> dict[str, Any]:
        """The level of one place, as in `Group.at`."""
        return {self.along: column} | ({self.across: row} if self.across else {})


def grid_of(study: Study) -> Grid | None:
    """The grid of a study that varies something, None otherwise."""
    keys = sorted(
        study.vary, key=lambda key: key != TRAIN_IMAGES
    )  # stable: otherwise in the document's order
    if not keys:
        return None
    values = [tuple(study.vary[key]) for key in keys]
    return Grid(
        keys[0],
        values[0],
        keys[1] if len(keys) > 1 else None,
        values[1] if len(keys) > 1 else (None,),
    )


def images_at(study: Study, level: Any, trained: Mapping[Any, Sequence[int]]) -> int | None:
    """A level of training images as a number: what runs `trained` on at that level at most (a refit
    adds validation images).

    Where none has finished: the level itself, and for `all` what the plan says.
    """
    if trained.get(level):
        return int(max(trained[level]))
    if level != "all":
        return int(level)
    from alih.study.catalogue.sets import training_items

    try:
        return training_items(study)
    except AlihError:  # a folder of images that is not here any more
        return None


def find(
    study: Study,
    arms: Sequence[ArmResult],
    rows: Sequence[ComparisonRow],
    trained: Mapping[Any, Sequence[int]],
) -> list[Equivalence]:
    """At how many images an arm equals what another reaches with fewer.

    `trained`: how many images runs of a level had. An arm and the baseline are looked at where the
    verdict on the primary metric at that level is *better* (or *worse*: then the baseline is the
    one that spares images). What would need more than the largest number is said once, for the
    fewest images.
    """
    found = grid_of(study)
    if found is None or found.along != TRAIN_IMAGES:
        return []
    verdicts = {(row.arm, str(row.at)): row.verdict for row in rows if row.metric == study.primary}
    said = []
    for row in found.rows:
        curves = {
            arm: _points(study, [one for one in arms if one.arm == arm], found, row, trained)
            for arm in study.arms
        }
        for arm in study.arms:
            if arm != study.compare.baseline:
                own = {
                    level: verdicts.get((arm, str(_like(study, found.at(row, level)))))
                    for level in found.columns
                }
                said += _spared(study, arm, own, curves, _rest(found, row))
    return said


def _points(
    study: Study,
    results: Sequence[ArmResult],
    found: Grid,
    row: Any,
    trained: Mapping[Any, Sequence[int]],
) -> dict[Any, Point]:
    points = {}
    for level in found.columns:
        at = found.at(row, level)
        own = next((one.metrics.get(study.primary) for one in results if one.at == at), None)
        n = images_at(study, level, trained)
        if n and own:
            points[level] = Point(n, own.mean, *own.ci95)
    return points


def _spared(
    study: Study,
    arm: str,
    verdicts: Mapping[Any, str | None],
    curves: Mapping[str, Mapping[Any, Point]],
    at: dict[str, Any],
) -> list[Equivalence]:
    baseline, entries, beyond = study.compare.baseline, [], set()
    for level in sorted(curves[arm], key=lambda level: curves[arm][level].n):
        verdict = verdicts.get(level)
        if verdict not in ("better", "worse"):
            continue
        ahead, behind = (arm, baseline) if verdict == "better" else (baseline, arm)
        reached = curves[ahead].get(level)
        equal = (
            equal_number(
                list(curves[behind].values()), reached, formats.higher_is_better(study.primary)
            )
            if reached
            else None
        )
        if equal is None or (equal.at is None and behind in beyond):
            continue
        if equal.at is None:
            beyond.add(behind)
        between = None if equal.low is None else (equal.low, equal.high)
        spared = (study.primary, equal.n, equal.at, between, equal.largest)
        entries.append(Equivalence(ahead, behind, *spared, at))
    return entries


def _like(study: Study, at: Mapping[str, Any]) -> dict[str, Any]:
    """A level with its keys in the document's order, as comparisons write it."""
    return {key: at[key] for key in study.vary}


def _rest(found: Grid, row: Any) -> dict[str, Any]:
    return {found.across: row} if found.across else {}


def sentences(comparison: Comparison, study: Study) -> list[str]:
    """Sentences such as “A at 30 training images equals B at about 400”, one for each of
    `equivalences`.
    """
    return [_sentence(entry, study) for entry in comparison.equivalences]


def _sentence(entry: Equivalence, study: Study) -> str:
    values = {
        "arm": study.label(entry.arm),
        "other": study.label(entry.other),
        "n": words.number(entry.images, 0),
        "metric": formats.metric_in_text(entry.metric),
    }
    largest = words.number(entry.largest, 0)
    if entry.equals is None or entry.range is None:
        said = words.say("reports.equal_beyond", largest=largest, **values)
    else:
        about, low, high = (
            None if n is None else words.number(_round(n), 0) for n in (entry.equals, *entry.range)
        )
        if high is None:
            said = words.say("reports.equal_open", about=about, low=low, largest=largest, **values)
        else:
            said = words.say("reports.equal_at", about=about, low=low, high=high, **values)
    at = formats.level_text(entry.at)
    return f"{at}: {said}" if at else said


def _round(number: float) -> int:
    """Two leading digits: more would claim to be known better than it is."""
    digits = 1 - math.floor(math.log10(number))
    return int(round(number, digits)) if digits < 0 else round(number)
