"""What choosing among arms without target labels comes to, as values with their JSON."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from alih.evaluation.collapse import Rejection


@dataclass(frozen=True)
class Candidate:
    """One run: its scores by selector, why it is rejected (empty: it is not), and the primary
    metric on the target's test images, which chooses nothing but an oracle's arm.
    """

    arm: str
    replicate: int
    scores: Mapping[str, float]
    rejected: Sequence[Rejection]
    test: float | None
    effective_items: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            **self.scores,
            "effective_items": self.effective_items,
            "rejected": [asdict(one) for one in self.rejected],
            "test": self.test,
        }


@dataclass(frozen=True)
class Pick:
    """The arm that a selector chooses over the common replicates (None where none may be chosen),
    and in each replicate by itself; `test` are the means on the target's test images of both,
    `score` the mean that the arm was chosen by.
    """

    selector: str
    arm: str | None
    runs: Mapping[int, str | None]
    test: float | None
    test_by_replicate: float | None
    score: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        told = asdict(self) | {"replicates": {str(r): arm for r, arm in self.runs.items()}}
        del told["runs"], told["selector"]
        return told


@dataclass(frozen=True)
class Choice:
    """All arms of a level and what each selector chooses among those that `may` be chosen.

    `references`: the source-only arm that each arm is held against; `oracle` is there only where
    the study asks for it; `fixed` arms are run once, since no seed changes them, and count in every
    replicate. Means, scores and picks are over the `common` replicates.
    """

    at: Mapping[str, Any]
    metric: str
    candidates: Sequence[Candidate]
    references: Mapping[str, str | None]
    may: Sequence[str]
    picks: Sequence[Pick]
    oracle: Pick | None = None
    fixed: Collection[str] = ()

    @property
    def agree(self) -> bool | None:
        """Whether all selectors choose the same arm; None with fewer than two that choose one."""
        arms = [pick.arm for pick in self.picks if pick.arm is not None]
        return None if len(arms) < 2 else len(set(arms)) == 1

    def runs(self, arm: str) -> list[Candidate]:
        """The runs of an arm."""
        return [one for one in self.candidates if one.arm == arm]

    @property
    def common(self) -> set[int]:
        """The replicates that all arms have which may be chosen; all of them where there are
        none.
        """
        every = {one.replicate for one in self.candidates}
        return self._shared or every

    @property
    def apart(self) -> bool:
        """Whether the arms that may be chosen have no replicate in common."""
        return bool(self.may) and not self._shared

    @property
    def _shared(self) -> set[int]:
        varying = [arm for arm in self.may if arm not in self.fixed]
        each = [{one.replicate for one in self.runs(arm)} for arm in varying or self.may]
        return set.intersection(*each) if each else set()

    def mean(self, arm: str, score: str) -> float | None:
        """The mean of a score over an arm's common runs; None where one lacks it."""
        values = [one.scores.get(score) for one in self.shared(arm)]
        known = [value for value in values if value is not None]
        return fmean(known) if known and len(known) == len(values) else None

    def test(self, arm: str) -> float | None:
        """The mean of the primary metric on the target's test images over an arm's common runs."""
        values = [one.test for one in self.shared(arm) if one.test is not None]
        return fmean(values) if values else None

    def effective(self, arm: str) -> float | None:
        """How many source images of equal weight the weighted accuracy of a run rests on: the
        fewest of an arm's runs.
        """
        values = [one.effective_items for one in self.runs(arm)]
        return min((value for value in values if value is not None), default=None)

    def shared(self, arm: str, replicates: Collection[int] | None = None) -> list[Candidate]:
        """The runs of an arm in the common `replicates`, or in those given."""
        among = self.common if replicates is None else replicates
        return [one for one in self.runs(arm) if arm in self.fixed or one.replicate in among]

    def rejected(self, arm: str) -> list[Candidate]:
        """The runs of an arm that are rejected."""
        return [one for one in self.runs(arm) if one.rejected]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        names = dict.fromkeys(name for one in self.candidates for name in one.scores)
        arms = {
            arm: {
                "reference": self.references[arm],
                "may_be_chosen": arm in self.may,
                "scores": {name: self.mean(arm, name) for name in names},
                "rejected": len(self.rejected(arm)),
                "test": self.test(arm),
                "replicates": {str(one.replicate): one.to_json() for one in self.runs(arm)},
            }
            for arm in dict.fromkeys(one.arm for one in self.candidates)
        }
        return {
            "at": dict(self.at),
            "metric": self.metric,
            "replicates": sorted(self.common),
            "arms": arms,
            "picks": {pick.selector: pick.to_json() for pick in self.picks},
            "agree": self.agree,
            "oracle": self.oracle.to_json() if self.oracle else None,
        }
