"""What would settle an undecided comparison, in a few words."""

from __future__ import annotations

from alih.statistics.groups import FEWEST
from alih.statistics.limits import FEW
from alih.statistics.verdicts import Comparison, Needs
from alih.verdicts.result import ComparisonRow
from alih.verdicts.terms import Terms
from alih.words import number, say

# More replicates than this are no advice; a margin that makes a small difference unimportant is. So
# with items.
FEASIBLE = 50
FEASIBLE_ITEMS = 100_000

# Where the spread of runs is hardly known (`FEW`), nobody should run more than `TRUSTED` replicates
# because of a guess: so many as make it a projection come first.
TRUSTED = 10
MANY = 100

MORE_RUNS = ("first", "seeds")
"""Ways to settle a comparison that only take more runs, few enough to be advised."""
PROJECTED = ("seeds", "far", "beyond", "both", "both_groups")
"""Those that name a projected number of replicates."""


def advice(row: ComparisonRow, terms: Terms) -> str | None:
    """The kind of thing that would settle an undecided row, a key of `verdicts.settles`; None where
    no projection is made: more repeats of the same folds teach little.
    """
    answer = row.answer
    if answer is None or answer.verdict != "undecided":
        return None
    if row.spent and answer.test != "items-only":  # one replicate costs no look
        return "spent"
    if row.copies:
        return "copies"
    if answer.n_groups is not None and answer.n_groups < FEWEST:
        return "few_groups"
    if answer.test == "items-only":
        return "first"
    if answer.test == "corrected-resampled-t":
        return None
    kind = settled_by(answer, terms.margins.get(row.metric))
    return "beyond" if kind in MORE_RUNS and terms.commands and row.command is None else kind


def settles(row: ComparisonRow, terms: Terms) -> str:
    """What would settle an undecided row, "" where nothing can be said."""
    kind = advice(row, terms)
    if kind is None or row.answer is None:
        return ""
    own = {"option": terms.margin_option(row.metric), "so_far": number(row.n_seeds, 0)}
    values = terms.words | projected(row.answer) | own
    said = say(f"verdicts.settles.{kind}", **values)
    return f"{said} {say('verdicts.rough')}" if kind in PROJECTED and is_rough(row.answer) else said


def settled_by(answer: Comparison, margin: float | None) -> str:
    """What would settle an undecided answer of several replicates, by the name of the sentence that
    says so.
    """
    wanted, seen = answer.needs, answer.n_seeds
    if wanted is None or (wanted.items or 0) > FEASIBLE_ITEMS:
        return "nothing" if margin else "margin"
    if wanted.items or wanted.seeds is None:
        if wanted.groups:
            return "both_groups" if wanted.seeds else "groups"
        return "both" if wanted.seeds else "items"
    if next_seeds(seen, wanted.seeds) == wanted.seeds > FEASIBLE:
        return "far" if margin else "margin"
    return "seeds"


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
    """The numbers of `needs` in words: `count` ("about 20" replicates) and `units` ("13,000")."""
    wanted = answer.needs or Needs(None, None)
    found = {"units": number(rounded(wanted.items), 0)} if wanted.items else {}
    if wanted.groups:
        found["groups"] = number(rounded(wanted.groups), 0)
    if wanted.seeds:
        followed = next_seeds(answer.n_seeds, wanted.seeds) == wanted.seeds <= FEASIBLE
        # A number that a command repeats is told as it is there.
        seeds = wanted.seeds if followed else rounded_seeds(wanted.seeds)
        found["count"] = (
            say("verdicts.about", n=seeds) if seeds <= MANY else say("verdicts.more_than", n=MANY)
        )
    return found


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
