"""A verdict as a sentence for someone who knows no statistics."""

from __future__ import annotations

from alih.metrics import METRICS
from alih.statistics.limits import FEW
from alih.statistics.verdicts import Comparison, Needs
from alih.verdicts.result import ComparisonRow
from alih.words import number, percent, say

# More replicates than this are no advice; a margin that makes a small difference unimportant is. So
# with items.
FEASIBLE = 50
FEASIBLE_ITEMS = 100_000

# Where the spread of runs is hardly known (`FEW`), nobody should run more than `TRUSTED` replicates
# because of a guess: so many as make it a projection come first.
TRUSTED = 10
MANY = 100


def sentence(
    row: ComparisonRow, arm: str, baseline: str, margin: float | None = None, level: str = ""
) -> str:
    """The verdict of one row, then what would settle it if it is undecided.

    `arm` and `baseline` are the names to show, `level` is the level of `vary` in words. No p-value
    appears.
    """
    metric = say(f"statistics.metric.{row.metric}")
    if row.answer is None:
        return say(
            "statistics.verdict.nothing", arm=arm, baseline=baseline, metric=metric
        ) + _level(row, level)
    numbers = Numbers(row.answer)
    limit = numbers.margin(margin)
    first = say(
        f"statistics.verdict.{'one_run' if row.answer.test == 'items-only' else row.verdict}",
        arm=arm,
        baseline=baseline,
        metric=metric,
        numbers=numbers.all,
        means=numbers.means,
        margin=limit,
    )
    remarks = [*wins(row.answer, arm, baseline), *_remarks(row, row.answer, limit, margin)]
    return " ".join([first, *remarks]) + _level(row, level)


def wins(answer: Comparison, arm: str, baseline: str) -> list[str]:
    """How often one new run of the arm would beat one of the baseline; nothing where runs do not
    vary or were not repeated.
    """
    chance = answer.probability_better
    if chance is None or answer.test != "replicates-and-items":
        return []
    winner, share = (arm, chance) if chance >= 0.5 else (baseline, 1 - chance)
    return [
        say("statistics.remark.wins", winner=winner, times=min(99, round(100 * share)))
    ]  # runs never show 100 of 100


class Numbers:
    """The numbers of an answer as text, with the decimals of the tables beside them.

    The difference and its range have more where an end beside zero would read as zero. No decimals
    are added until the two values shown have exactly the difference shown: the last digit may be
    off by one, as in any table of rounded numbers.
    """

    def __init__(self, answer: Comparison) -> None:
        self.answer = answer
        self.share = (known := METRICS.get(answer.metric)) is not None and known.is_share
        self.scale = 100 if self.share else 1
        self.digits = 2 if self.share else 4

    @property
    def _fine(self) -> int:
        """Decimals of the difference and its range."""
        ends = [self.scale * end for end in self.answer.ci if end]
        allowed = range(self.digits, 5)
        return next((n for n in allowed if all(round(end, n) for end in ends)), 5)

    def value(self, value: float) -> str:
        """A mean."""
        return percent(value, self.digits) if self.share else number(value, self.digits)

    def change(self, value: float, unit: bool = True) -> str:
        """A difference with its sign."""
        text = number(self.scale * value, self._fine, sign=True)
        return f"{text} {say('statistics.points')}" if unit and self.share else text

    def margin(self, margin: float | None) -> str:
        """A margin with ± before it; empty for none."""
        return "" if margin is None else self.change(margin).replace("+", "±", 1)

    @property
    def means(self) -> str:
        """Both means."""
        mine, theirs = map(self.value, self.answer.means)
        return say("statistics.means", mine=mine, theirs=theirs)

    @property
    def all(self) -> str:
        """Both means, the difference and its interval."""
        return say(
            "statistics.numbers",
            mine=self.value(self.answer.means[0]),
            theirs=self.value(self.answer.means[1]),
            difference=self.change(self.answer.difference),
            low=self.change(self.answer.ci[0], unit=False),
            high=self.change(self.answer.ci[1]),
        )


def is_small(answer: Comparison, margin: float | None) -> bool:
    """Whether a difference was found that lies within the margin of what matters."""
    return (
        answer.verdict in ("better", "worse")
        and margin is not None
        and max(abs(end) for end in answer.ci) < margin
    )


def _remarks(row: ComparisonRow, answer: Comparison, limit: str, margin: float | None) -> list[str]:
    """What follows the verdict: a difference too small to matter, what the interval leaves out,
    what would settle it.
    """
    remarks = []
    if is_small(answer, margin):
        remarks.append(say("statistics.remark.small", margin=limit))
    if answer.test == "items":
        remarks.append(say("statistics.remark.items"))
    if answer.verdict != "undecided":
        return remarks
    if row.copies:
        remarks.append(say("statistics.needs.copies"))
    elif answer.test == "items-only":
        command = row.command or "alih run … --seeds 3"
        remarks.append(say("statistics.needs.first", command=command))
    elif (
        answer.test != "corrected-resampled-t"
    ):  # more repeats of the same folds teach little; no projection is made
        remarks.append(_needs(row, answer, margin))
    return remarks


def _needs(row: ComparisonRow, answer: Comparison, margin: float | None) -> str:
    kind = settled_by(answer, margin)
    if kind in ("seed", "seeds", "more_first") and row.command is None:
        kind = "beyond"
    rough = " " + say("statistics.needs.rough", n=answer.n_seeds) if is_rough(answer) else ""
    values = projected(answer) | {"command": row.command, "rough": rough, "metric": row.metric}
    return say(f"statistics.needs.{kind}", **values)


def settled_by(answer: Comparison, margin: float | None) -> str:
    """What would settle an undecided answer of several replicates, by the name of the sentence that
    says so.
    """
    wanted, seen = answer.needs, answer.n_seeds
    if wanted is None or (wanted.items or 0) > FEASIBLE_ITEMS:
        return "nothing" if margin else "margin"
    if wanted.items or wanted.seeds is None:
        return "both" if wanted.seeds else "items"
    if next_seeds(seen, wanted.seeds) < wanted.seeds:
        return "more_first"
    if wanted.seeds > FEASIBLE:
        return "far" if margin else "margin"
    return "seed" if wanted.seeds == seen + 1 else "seeds"


def next_seeds(seen: int, wanted: int) -> int:
    """How many replicates to have next, when from those seen `wanted` in all are projected to
    settle a verdict.

    >>> next_seeds(2, 60), next_seeds(2, 8), next_seeds(5, 17)
    (5, 8, 17)
    """
    return FEW if seen < FEW and wanted > TRUSTED else wanted


def is_rough(answer: Comparison) -> bool:
    """Whether what would settle it rests on a spread of runs that is hardly known."""
    return answer.test == "replicates-and-items" and answer.n_seeds < FEW


def projected(answer: Comparison) -> dict[str, str]:
    """The numbers of `needs` in words: `seeds` ("about 20") and `items` ("13,000")."""
    wanted = answer.needs or Needs(None, None)
    found = {"items": number(rounded(wanted.items), 0)} if wanted.items else {}
    if wanted.seeds:
        followed = next_seeds(answer.n_seeds, wanted.seeds) == wanted.seeds <= FEASIBLE
        # A number that a command repeats is told as it is there.
        seeds = wanted.seeds if followed else rounded_seeds(wanted.seeds)
        found["seeds"] = (
            say("statistics.about", n=seeds)
            if seeds <= MANY
            else say("statistics.more_than", n=MANY)
        )
    return found


def _level(row: ComparisonRow, level: str) -> str:
    """The level of `vary` that the row speaks about, and the number of a later look, in
    brackets.
    """
    parts = [level] if level else []
    if row.look > 1:
        parts.append(say("statistics.look", n=row.look))
    return f" ({'; '.join(parts)})" if parts else ""


def rounded_seeds(seeds: int) -> int:
    """A projected number of replicates, upwards to the next 5, beyond 50 to the next 10; up to 10
    as it is.

    >>> rounded_seeds(7), rounded_seeds(13), rounded_seeds(61)
    (7, 15, 70)
    """
    step = 1 if seeds <= TRUSTED else 5 if seeds <= FEASIBLE else 10
    return -(-seeds // step) * step


def rounded(items: int) -> int:
    """Two digits are enough for a number that is a projection.

    >>> rounded(14565)
    15000
    """
    step = 10 ** max(0, len(str(items)) - 2)
    return -(-items // step) * step
