"""Which methods of adaptation are tried first, and why: a few rules on what was measured of two
domains with the same classes.

1. `source-only` always comes first: what a method has to beat.
2. Domains that a linear classifier hardly tells apart (`CLOSE`) probably need no method.
3. Without labels of the target: `mcc` and `shot-im`, then `deep-coral` and `dan`; for masks
   `advent`, `self-training` and `dann`.
4. With some labels: the target alone, source and target together (`joint`), the source first and
   then the target, and `mme`. With all: the first three.
5. Classes in other shares (`UNLIKE`): a warning about what aligns all images, and about `shot-im`,
   which takes classes to be equally frequent and then comes last.
6. A target of few images: small batches, and features of a frozen network in closed form (`FEW`).
7. A pretrained backbone is worth more than a method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alih.inspect.conditions import Number
from alih.study.strategies.options import STRATEGIES
from alih.words import percent
from alih.words.phrase import Phrase

CLOSE = 0.5
"""A-distance up to which `source-only` is probably enough: at most 62.5 % of the images' domains
are told rightly, 50 % being chance."""
UNLIKE = 0.2
"""Share of the images that would have to change their class for two lists of shares to agree."""
FEW = 100
"""Images of the target below which a classifier on frozen features comes into question."""
BATCH = 32

UNLABELLED = ("mcc", "shot-im", "deep-coral", "dan")
UNLABELLED_MASKS = ("advent", "self-training", "dann")
EQUAL_SHARES = "shot-im"
ALIGNING = ("deep-coral", "dan", "dann")


@dataclass(frozen=True)
class Facts:
    """What the rules look at.

    `target` counts the images that are learnt from; `labelled` is the share of their labels that
    may be used; `distance` is the A-distance. `shares` are those of the target's classes (by its
    labels, or by the answers of a classifier of the source), `prior` those of the source's, in one
    order; None for masks. `doubt` is the share of its answers that this classifier takes to be
    wrong: shares of answers are at most so far from those of the classes.
    """

    task: str
    target: int
    labelled: float
    distance: float
    differs: bool
    pretrained: bool
    prior: Sequence[float] | None = None
    shares: Sequence[float] | None = None
    doubt: float = 0.0

    @property
    def few(self) -> bool:
        """Whether a classifier on frozen features comes into question."""
        return self.target < FEW and self.task == "classification"

    @property
    def moved(self) -> float:
        """Total variation between the classes' shares in both domains, 0…1."""
        return _variation(self.shares, self.prior)

    @property
    def uneven(self) -> float:
        """Total variation between the target's shares and equal ones, 0…1."""
        equal = None if self.shares is None else [1 / len(self.shares)] * len(self.shares)
        return _variation(self.shares, equal)


@dataclass(frozen=True)
class Share:
    """A share that is written as a percentage in the reader's language."""

    value: float

    def __str__(self) -> str:
        return percent(self.value, 0)

    def __format__(self, spec: str) -> str:
        return str(self)


@dataclass(frozen=True)
class Suggestion:
    """An arm of a study: its `name`, its strategy (None: training on the target's labels alone),
    the arm that it starts `after`, `options` of the strategy as a document has them, and why.
    """

    name: str
    strategy: str | None
    why: Phrase
    after: str | None = None
    options: str = ""


FROZEN = (
    Suggestion("coral", "features", Phrase("inspect.advice.coral"), options="align: coral"),
    Suggestion("easytl", "features", Phrase("inspect.advice.easytl"), options="classifier: easytl"),
)
"""What needs fewest images: classifiers on features of a frozen network."""


@dataclass(frozen=True)
class Advice:
    """Arms in the order in which they are tried, the baseline first, and what to be aware of."""

    arms: tuple[Suggestion, ...]
    notes: tuple[Phrase, ...]


def advise(facts: Facts) -> Advice:
    """Apply the rules. Strategies that this version lacks, or that do not segment, are passed
    over.
    """
    source = Suggestion("source-only", "source-only", Phrase("inspect.advice.source_only"))
    others = _with_labels(facts) if facts.labelled > 0 else _without_labels(facts)
    found = [
        one
        for one in others
        if one.strategy is None
        or (
            one.strategy in STRATEGIES
            and (STRATEGIES[one.strategy].segments or facts.task == "classification")
        )
    ]
    return Advice((source, *found), tuple(_notes(facts, [one.name for one in found])))


def _without_labels(facts: Facts) -> list[Suggestion]:
    names = list(UNLABELLED_MASKS if facts.task == "segmentation" else UNLABELLED)
    if EQUAL_SHARES in names and facts.uneven - facts.doubt >= UNLIKE:
        names.append(names.pop(names.index(EQUAL_SHARES)))
    found = [Suggestion(name, name, Phrase(f"inspect.advice.{_key(name)}")) for name in names]
    return [*found, *(FROZEN if facts.few and facts.pretrained else ())]


def _with_labels(facts: Facts) -> list[Suggestion]:
    found = [
        Suggestion("target", None, Phrase("inspect.advice.target")),
        Suggestion("joint", "joint", Phrase("inspect.advice.joint")),
        Suggestion("source-target", None, Phrase("inspect.advice.source_target"), "source-only"),
    ]
    if facts.labelled < 1:
        found.append(Suggestion("mme", "mme", Phrase("inspect.advice.mme")))
    return found


def _notes(facts: Facts, arms: Sequence[str]) -> list[Phrase]:
    found = []
    if not facts.differs or facts.distance <= CLOSE:
        found.append(
            Phrase(
                "inspect.advice.close",
                {"distance": Number(facts.distance), "limit": Number(CLOSE, 1)},
            )
        )
    if not facts.labelled:
        found += _on_shares(facts, arms)
    if facts.target < BATCH:
        found.append(Phrase("inspect.advice.batch", {"images": facts.target, "batch": BATCH}))
    if facts.few:
        found.append(Phrase("inspect.advice.features", {"images": facts.target, "few": FEW}))
    found.append(Phrase(f"inspect.advice.{'backbone' if facts.pretrained else 'no_backbone'}"))
    return found


def _on_shares(facts: Facts, arms: Sequence[str]) -> list[Phrase]:
    """Warnings about methods whose assumption on the shares of classes does not seem to hold."""
    aligning = [name for name in arms if name in ALIGNING]
    equal = [name for name in arms if name == EQUAL_SHARES]
    return [
        Phrase(
            f"inspect.advice.{key}",
            {"share": Share(share), "doubt": Share(facts.doubt), "arms": ", ".join(names)},
        )
        for key, share, names in (
            ("uneven", facts.uneven, equal),
            ("moved", facts.moved, aligning),
        )
        if names and share - facts.doubt >= UNLIKE
    ]


def _variation(one: Sequence[float] | None, other: Sequence[float] | None) -> float:
    if one is None or other is None:
        return 0.0
    return float(np.abs(np.asarray(one) - np.asarray(other)).sum() / 2)


def _key(name: str) -> str:
    return name.replace("-", "_")
