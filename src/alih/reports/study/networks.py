"""Layer tables, where the parameters sit, and the activations of an example image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alih import words
from alih.reports.kit.facts import Facts, Group
from alih.reports.kit.pictures import data_uri, montage, png
from alih.reports.kit.tables import Table
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
    shape, parameters).

    The same network with other parts frozen is another one: how many of its parameters were trained
    stands above the table.
    """
    found: dict[str, tuple[list[str], Group]] = {}
    for group in facts.groups:
        if group.card.get("layers"):
            labels, _ = found.setdefault(
                repr([group.card["layers"], group.card.get("trainable")]), ([], group)
            )
            if group.label not in labels:
                labels.append(group.label)
    return [_layer_table(facts, labels, group) for labels, group in found.values()]


def _layer_table(facts: Facts, labels: list[str], group: Group) -> LayerTable:
    layers = group.card["layers"]
    total = max(sum(layer["parameters"] for layer in layers), 1)
    shares = [100 * layer["parameters"] / total for layer in layers]
    rows = [
        [
            f"{layer['name']} ({layer['type']})",
            shape(layer["output_shape"]),
            facts.number(layer["parameters"]),
            words.number(share, 1, facts.lang) + " %" if layer["parameters"] else "–",
        ]
        for layer, share in zip(layers, shares, strict=True)
    ]
    columns = [facts.say(key) for key in ("layer_type", "output_shape", "parameters", "share")]
    names = formats.listing(labels, facts.lang)
    table = Table(
        f"layers-{group.slug}",
        facts.say("layers_caption", arms=names),
        columns,
        rows,
        1,
        facts.say("layers_note"),
    )
    largest = max(zip(shares, layers, strict=True), key=lambda pair: pair[0])
    trainable = group.card.get("trainable", total)
    summary = facts.say(
        "layers_summary"
        if trainable == group.card.get("parameters", total)
        else "layers_summary_part",
        total=facts.number(group.card.get("parameters", total)),
        trainable=facts.number(trainable),
        layer=largest[1]["name"],
        share=words.number(largest[0], 1, facts.lang),
    )
    return LayerTable(labels, table, shares, summary)


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
