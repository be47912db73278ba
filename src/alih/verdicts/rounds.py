"""Rounds of a run until decided: which arms get more replicates, and when to stop.

A round adds one replicate (with repeated k-fold one repeat) to every arm that is open, and to the
baseline, which every pair needs. An arm is open until its primary metric is decided at every level
of `vary`, or until more replicates could not decide it. Stopping an arm early costs no error: it
can only lose verdicts that a later look might have given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from alih.statistics.limits import FEW

HOPE = 2
"""A projected number of replicates is given up where it exceeds what is allowed this many times:
projections assume that the difference seen is the true one, which is rough."""

State = Literal[
    "decided",
    "open",
    "groups",
    "most",
    "spent",
    "far",
    "images",
    "nothing",
    "copies",
    "budget",
]
"""What is known of an arm: it is decided; it is open; or no more replicates are run, since its test
images come in too few groups, it has as many as allowed, looks have spent all of its level of
error, it would need far more of them, needs more test images (or no number of them would do), gives
copies of runs, or would need more time than the budget has."""
Stop = Literal["decided", "hopeless", "budget", "failed"]
"""Why no further round begins: every arm is decided; no open arm can be decided by replicates; the
budget has no room for a round; cells failed, or are computed elsewhere."""


@dataclass(frozen=True)
class Pair:
    """An arm against the baseline on the primary metric at one level of `vary`.

    `seeds`, `items`: the replicates and test items projected to settle it, None where no number
    does. `varies`: another replicate could differ. `projected`: a projection was made; of folds it
    is not. `few_groups`: the test items come in too few groups for any verdict. `spent`: looks have
    spent the whole level, so that a further one decides nothing.
    """

    arm: str
    decided: bool
    seen: int
    seeds: int | None = None
    items: int | None = None
    varies: bool = True
    copies: bool = False
    projected: bool = True
    few_groups: bool = False
    spent: bool = False


@dataclass(frozen=True)
class Costs:
    """Seconds of one replicate of each arm, how many cells are computed at once, and the seconds
    left of the budget (None without one).
    """

    replicate: Mapping[str, float]
    at_once: int = 1
    left: float | None = None

    def seconds(self, added: Mapping[str, int]) -> float:
        """About how long so many further replicates of each arm take."""
        each = [self.replicate.get(arm, 0.0) for arm, count in added.items() if count > 0]
        total = sum(self.replicate.get(arm, 0.0) * count for arm, count in added.items())
        return max([total / max(1, self.at_once), *each], default=0.0)

    def allows(self, added: Mapping[str, int]) -> bool:
        """Whether the budget has room for so many further replicates."""
        return self.left is None or self.seconds(added) <= self.left


@dataclass(frozen=True)
class Round:
    """What follows from the verdicts so far: the state of each arm, and either the replicates that
    each arm has after the next round, or why there is none.

    `reasons`: per undecided arm the pair, of all levels, that needs the most among those that give
    the arm its state.
    """

    states: Mapping[str, State]
    counts: Mapping[str, int]
    stop: Stop | None = None
    seconds: float = 0.0
    reasons: Mapping[str, Pair] = field(default_factory=dict)


def next_round(
    pairs: Sequence[Pair],
    counts: Mapping[str, int],
    baseline: str,
    *,
    most: int,
    step: int = 1,
    costs: Costs | None = None,
    failed: bool = False,
) -> Round:
    """The next round of a study whose arms have so many replicates (`counts`), at most `most`.

    `step`: replicates that are added at once. Where the budget has no room for all open arms, those
    that are projected to be decided at the least cost come first.
    """
    costs = costs or Costs({})
    states: dict[str, State] = {}
    reasons: dict[str, Pair] = {}
    for arm in counts:
        if arm == baseline:
            continue
        found = [(_of_pair(one, counts, baseline, most, costs), one) for one in _open(arm, pairs)]
        states[arm] = state = _state([own for own, _ in found])
        if found:
            reasons[arm] = max((one for own, one in found if own == state), key=_wanted)
    open_ = [arm for arm, state in states.items() if state == "open"]
    if failed:
        return Round(states, counts, "failed", reasons=reasons)
    if not open_:
        kinds = set(states.values())
        stop: Stop = (
            "decided" if kinds <= {"decided"} else "budget" if "budget" in kinds else "hopeless"
        )
        return Round(states, counts, stop, reasons=reasons)
    chosen = dict(counts)
    for arm in sorted(open_, key=lambda arm: _missing(arm, pairs, counts, most, costs)):
        wanted = {**chosen, arm: min(most, counts[arm] + step)}
        wanted[baseline] = max(wanted[baseline], wanted[arm])
        if costs.allows(_added(counts, wanted)):
            chosen = wanted
    if chosen == dict(counts):
        return Round(states, counts, "budget", reasons=reasons)
    return Round(states, chosen, None, costs.seconds(_added(counts, chosen)), reasons)


def _added(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    return {arm: count - before[arm] for arm, count in after.items()}


def _missing(
    arm: str, pairs: Sequence[Pair], counts: Mapping[str, int], most: int, costs: Costs
) -> float:
    """What an arm is projected to cost until it is decided, in seconds; in replicates where no cost
    is known.
    """
    wanted = max((pair.seeds or most for pair in _open(arm, pairs)), default=most)
    return max(1, wanted - counts[arm]) * (costs.replicate.get(arm) or 1.0)


def _open(arm: str, pairs: Sequence[Pair]) -> list[Pair]:
    return [pair for pair in pairs if pair.arm == arm and not pair.decided]


def _wanted(pair: Pair) -> tuple[float, float]:
    """What settles a pair, to be ordered by: what no number of replicates settles needs most."""
    return float("inf") if pair.seeds is None else pair.seeds, pair.items or 0


def _state(found: Sequence[State]) -> State:
    """The state of an arm from those of its undecided pairs: open as long as one of them is."""
    if not found:
        return "decided"
    return "open" if "open" in found else found[0]


def _of_pair(
    pair: Pair, counts: Mapping[str, int], baseline: str, most: int, costs: Costs
) -> State:
    if pair.few_groups:
        return "groups"
    if not pair.varies:
        return "images" if pair.items else "nothing"
    if pair.copies:
        return "copies"
    if counts[pair.arm] >= most:
        return "most"
    if pair.spent:
        return "spent"
    if pair.seen < FEW or not pair.projected:
        return "open"  # too few to give a pair up
    if pair.seeds is None or pair.items:
        return "images" if pair.items else "nothing"
    if pair.seeds > HOPE * most:
        return "far"
    wanted = min(pair.seeds, most)
    more = {arm: max(0, wanted - counts[arm]) for arm in (pair.arm, baseline)}
    return "open" if costs.allows(more) else "budget"
