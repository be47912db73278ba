"""Which stages of a frozen network the features come from that a selecting classifier reads."""

from __future__ import annotations

from dataclasses import dataclass

from alih import words
from alih.reports.kit.facts import Facts, Group
from alih.reports.kit.tables import Table
from alih.runs.card import Card
from alih.words import formats


@dataclass(frozen=True)
class Selected:
    """An arm's table of stages, the shares of features per stage (0-100) that it draws as bars, and
    the finding in one sentence.
    """

    summary: str
    table: Table
    shares: list[float]


def selections(facts: Facts) -> list[Selected]:
    """One for every arm and level that chose among the features of all stages."""
    found = []
    for group in facts.groups:
        cards = [cell.card for cell in group.done]
        if any(_chose(card) for card in cards):
            found.append(_selected(facts, group, cards))
    return found


def _chose(card: Card) -> bool:
    used = card.features.stages if card.features else []
    return sum(stage.kept for stage in used) < sum(stage.width for stage in used)


def _selected(facts: Facts, group: Group, cards: list[Card]) -> Selected:
    stages = [card.features.stages for card in cards if card.features]
    counts = [sum(stage.kept for stage in own) for own in stages]
    rows, shares = [], []
    for own in zip(*stages, strict=True):
        kept = sum(stage.kept for stage in own) / len(own)
        # Of every replicate the share, since some of them keep more.
        share = sum(s.kept / n for s, n in zip(own, counts, strict=True)) / len(own)
        shares.append(100 * share)
        told = [own[0].name, words.number(own[0].width, 0), words.number(kept, 1)]
        rows.append([*told, words.percent(kept / own[0].width, 1), words.percent(share, 1)])
    keys = ("stage", "selected_features", "selected_read", "selected_of_stage", "selected_share")
    table = Table(
        f"selected-{group.slug}",
        facts.say("selected_caption", arm=group.label),
        [facts.say(key) for key in keys],
        rows,
        1,
        facts.say("selected_note"),
    )
    last = shares[-1]
    summary = facts.say(
        "selected_summary",
        arm=group.label,
        counts=formats.listing([words.number(count, 0) for count in counts]),
        total=words.number(sum(stage.width for stage in stages[0]), 0),
        replicates=len(counts),
        before=words.percent(1 - last / 100, 0),
    )
    return Selected(summary, table, shares)
