"""Layer tables, where the parameters sit, and the activations of an example image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alih import words
from alih.reports.kit.facts import Facts, Group
from alih.reports.kit.pictures import data_uri, montage, png
from alih.reports.kit.tables import Table
from alih.runs.card import Card
from alih.words import formats


@dataclass(frozen=True)
class LayerTable:
    """A network's layers in order, and the arms that use it. `shares` are percentages of the
    parameters, 0-100.
    """

    labels: list[str]
    table: Table
    shares: list[float]
    summary: str


@dataclass(frozen=True)
class Activation:
    """The maps of one layer for the example image, as one picture."""

    name: str
    channels: int
    size: str
    uri: str
    alt: str


def layer_tables(facts: Facts) -> list[LayerTable]:
    """One table per distinct network of the study, in the form of a Keras summary (layer, output
    shape, parameters), with all arms that have it; how many parameters each trained stands above.
    """
    found: dict[str, list[tuple[Group, Card]]] = {}
    for group in facts.groups:
        if group.card and group.card.layers:
            found.setdefault(repr(group.card.layers), []).append((group, group.card))
    return [_layer_table(facts, own) for own in found.values()]


def _layer_table(facts: Facts, own: list[tuple[Group, Card]]) -> LayerTable:
    groups, card = [group for group, _ in own], own[0][1]
    layers = card.layers
    total = max(sum(layer.parameters for layer in layers), 1)
    shares = [100 * layer.parameters / total for layer in layers]
    rows = [
        [
            f"{layer.name} ({layer.type})",
            shape(layer.output_shape),
            words.number(layer.parameters, 0),
            words.number(share, 1) + " %" if layer.parameters else "–",
        ]
        for layer, share in zip(layers, shares, strict=True)
    ]
    columns = [facts.say(key) for key in ("layer_type", "output_shape", "parameters", "share")]
    trained = _trained(facts, own)
    labels = list(dict.fromkeys(name for names in trained.values() for name in names))
    table = Table(
        f"layers-{groups[0].slug}",
        facts.say("layers_caption", arms=formats.listing(labels)),
        columns,
        rows,
        1,
        facts.say("layers_note"),
    )
    largest = max(zip(shares, layers, strict=True), key=lambda pair: pair[0])
    values = {
        "total": words.number(card.parameters, 0),
        "layer": largest[1].name,
        "share": words.number(largest[0], 1),
    }
    if not card.parameters:
        summary = facts.say("layers_summary_none")
    elif len(trained) > 1:
        each = [
            facts.say("layers_trained", arms=formats.listing(names), n=words.number(n, 0))
            for n, names in trained.items()
        ]
        summary = facts.say("layers_summary_each", each="; ".join(each), **values)
    elif (count := next(iter(trained))) == card.parameters:
        summary = facts.say("layers_summary", **values)
    else:
        summary = facts.say("layers_summary_part", trainable=words.number(count, 0), **values)
    return LayerTable(labels, table, shares, summary)


def _trained(facts: Facts, own: list[tuple[Group, Card]]) -> dict[int, list[str]]:
    """The names of groups by the number of parameters that they trained: of an arm that is the
    same at all levels its own, else one per level.
    """
    counts: dict[str, set[int]] = {}
    for group, card in own:
        counts.setdefault(group.arm, set()).add(card.trainable)
    found: dict[int, list[str]] = {}
    for group, card in own:
        name = facts.arm_label(group.arm) if len(counts[group.arm]) == 1 else group.label
        names = found.setdefault(card.trainable, [])
        if name not in names:
            names.append(name)
    return found


def shape(sizes: Sequence[int]) -> str:
    """A stored shape [c, h, w] or [n] as the papers print it: height × width × channels."""
    order = [*sizes[1:], sizes[0]] if len(sizes) == 3 else list(sizes)
    return " × ".join(str(size) for size in order)


def activations(facts: Facts, group: Group) -> tuple[str, list[Activation]] | None:
    """The example image (data URI) and each layer's maps, from the first replicate that stored
    them.
    """
    arrays: dict[str, Any] | None = next(
        (found for cell in group.done if (found := cell.arrays("activations"))), None
    )
    if not arrays or "example" not in arrays:
        return None
    shown = []
    for key in sorted((k for k in arrays if ":" in k), key=lambda k: int(k.split(":")[0])):
        maps, name = arrays[key], key.split(":", 1)[1]
        if maps.ndim != 3 or maps.shape[0] == 0:
            continue
        size = f"{maps.shape[1]} × {maps.shape[2]}"
        alt = facts.say("activation_alt", layer=name, n=maps.shape[0], size=size)
        shown.append(Activation(name, maps.shape[0], size, data_uri(png(montage(maps))), alt))
    return data_uri(png(arrays["example"])), shown
