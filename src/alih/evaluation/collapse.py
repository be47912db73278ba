"""Whether a run's answers for images without labels have collapsed, so that no score of theirs may
choose it.

A network that gives one answer to everything has the least entropy of all. In the stored runs of
SKADA-Bench (Lalou et al. 2024; eight deep methods) the run of least entropy was one that had
collapsed in 3 of 16 tasks on digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Literal

LARGEST, RARE = 0.5, 0.25
"""One class has more than half of the answers, but less than a quarter of the source's images: with
`SURE`, no shift of classes is so large that goes with answers so sure."""
SURE = 0.1
"""Entropy below a tenth of the most that there can be (log C)."""
LOST, HELD = 0.1, 0.25
"""Classes that are answered less than a tenth as often as the source has them, and which hold at
least a quarter of the source: no adaptation can be right about more than the rest."""
EXPECTED = 5
"""Answers of a class that the source makes expect, at least, for its absence to say something."""
DROP = 0.05
"""Accuracy on source validation images that adaptation may cost, beside training on the source
alone."""


@dataclass(frozen=True)
class Rejection:
    """Why a run may not be chosen: its value and the limit that it passes.

    `one-class`: the share of the class that is answered most; `classes-lost`: the share of the
    source held by classes that are hardly answered; `source-drop`: lost source accuracy.
    """

    reason: Literal["one-class", "classes-lost", "source-drop"]
    value: float
    limit: float


def collapsed(
    shares: Sequence[float], prior: Sequence[float] | None, entropy: float, items: int
) -> list[Rejection]:
    """What speaks against answers for `items` images: the `shares` of the classes beside those in
    the source, and the mean entropy (nats). Nothing can be said without the `prior`.

    >>> [found.reason for found in collapsed([0.9, 0.1, 0, 0], [0.2, 0.3, 0.25, 0.25], 0.01, 99)]
    ['one-class', 'classes-lost']
    >>> collapsed([0.3, 0.3, 0.2, 0.2], [0.25] * 4, 0.01, 99)
    []
    """
    if prior is None:
        return []
    found = []
    largest = max(shares)
    rare = prior[list(shares).index(largest)] < RARE
    if largest > LARGEST and rare and entropy < SURE * log(len(shares)):
        found.append(Rejection("one-class", largest, LARGEST))
    gone = [
        own
        for share, own in zip(shares, prior, strict=True)
        if share < LOST * own and own * items >= EXPECTED
    ]
    lost = sum(gone)
    # Where one class holds more than `1 - HELD`, all the others together are no more than that.
    alone = 0 < len(gone) == len(shares) - 1
    if lost >= HELD or alone:
        found.append(Rejection("classes-lost", lost, min(lost, HELD)))
    return found


def dropped(accuracy: float, alone: float) -> list[Rejection]:
    """Whether source validation accuracy fell more than `DROP` below that of training on the source
    alone.

    >>> dropped(0.90, 0.99)[0].reason, dropped(0.95, 0.99)
    ('source-drop', [])
    """
    lost = alone - accuracy
    return [Rejection("source-drop", lost, DROP)] if lost > DROP + 1e-12 else []
