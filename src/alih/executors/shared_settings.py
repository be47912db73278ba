"""One setting for all machines of a cluster, from what each kind of them measured."""

from __future__ import annotations

from collections.abc import Mapping

from alih.runs.card import MachineCard
from alih.words.phrase import Phrase

COMMON = "fp32"
"""The number format that every machine computes well in."""


def agreed(cards: Mapping[str, MachineCard]) -> tuple[MachineCard, Phrase | None]:
    """The settings of a study, from those that each kind of machine (its key) would choose; with a
    sentence where they differ.

    All cells have one number format and as many threads, whoever computes them: where kinds choose
    otherwise, the format that suits all, and the fewest threads.
    """
    kinds, found = list(cards), list(cards.values())
    formats = {card.precision for card in found}
    threads = min(card.threads for card in found)
    precision = found[0].precision if len(formats) == 1 else COMMON
    card = found[0].model_copy(update={"precision": precision, "threads": threads})
    if len(formats) == 1:
        return card, None
    told = "; ".join(f"{kind}: {card.precision}" for kind, card in zip(kinds, found, strict=True))
    return card, Phrase("executors.ray_formats", {"kinds": told, "chosen": precision})
