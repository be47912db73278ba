"""What `match` learnt of transfer: how much each pair of stages counted, epoch by epoch, and the
source's channels that counted most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih import words
from alih.reports.kit import theme
from alih.reports.kit.facts import Facts
from alih.reports.kit.tables import Table
from alih.reports.kit.theme import Plot

if TYPE_CHECKING:
    import numpy as np

NEEDED = ("source", "target", "weights", "epoch", "pair", "channels", "source_channels")
TOP = 5
"""Channels that are named per pair."""


@dataclass(frozen=True)
class Learnt:
    """An arm's weights of pairs over epochs (None where these stayed 1), and the table of the
    channels that counted most.
    """

    figure: Plot | None
    table: Table


def learnt(facts: Facts, folder: Path) -> list[Learnt]:
    """One for every arm and level that learnt weights of channels; means over replicates."""
    found = []
    for group in facts.groups:
        arrays = [a for cell in group.done if (a := facts_of(cell.arrays("transfer")))]
        if not arrays:
            continue
        mean, replicates = averaged(arrays), len(arrays)
        caption = words.say("reports.learnt_caption", arm=group.label)
        told = words.say("reports.learnt_replicates", n=replicates)
        stem = f"learnt-{group.slug}"
        found.append(
            Learnt(
                figure(mean, folder, stem, caption, told),
                Table(
                    stem,
                    words.say("reports.learnt_channels_caption", arm=group.label),
                    [words.say(f"reports.learnt_{key}") for key in COLUMNS],
                    rows(mean),
                    2,
                    f"{words.say('reports.learnt_channels_note')} {told}",
                ),
            )
        )
    return found


COLUMNS = ("source", "target", "weight", "channels")


def facts_of(arrays: Mapping[str, np.ndarray] | None) -> dict[str, np.ndarray] | None:
    """What a run stored of `match`, None where nothing was learnt."""
    if arrays is None or any(name not in arrays for name in NEEDED):
        return None
    return None if str(arrays["weights"]) == "uniform" else dict(arrays)


def averaged(arrays: Sequence[Mapping[str, np.ndarray]]) -> dict[str, Any]:
    """Means over replicates: `pair` [E, P] over the epochs that all have, `channels` per pair."""
    import numpy as np

    epochs = min(len(one["epoch"]) for one in arrays)
    ends = np.cumsum(arrays[0]["source_channels"])[:-1]
    channels = np.mean([one["channels"] for one in arrays], axis=0)
    return {
        "source": [str(name) for name in arrays[0]["source"]],
        "target": [str(name) for name in arrays[0]["target"]],
        "moves": str(arrays[0]["weights"]) == "pairs-and-channels",
        "epoch": arrays[0]["epoch"][:epochs],
        "pair": np.mean([one["pair"][:epochs] for one in arrays], axis=0),
        "channels": np.split(channels, ends),
    }


def rows(mean: Mapping[str, Any]) -> list[list[str]]:
    """Per pair its λ in the last epoch, and its channels of largest weight as multiples of 1/C."""
    import numpy as np

    found = []
    pairs = zip(mean["source"], mean["target"], mean["pair"][-1], mean["channels"], strict=True)
    for source, target, weight, channels in pairs:
        top = np.argsort(-channels, kind="stable")[:TOP]
        shown = [f"{c} ({words.number(channels[c] * len(channels), 2)} ×)" for c in top]
        found.append([source, target, words.number(float(weight), 2), ", ".join(shown)])
    return found


def figure(
    mean: Mapping[str, Any], folder: Path, stem: str, caption: str, told: str
) -> Plot | None:
    """Two panels: λ of each pair over the epochs, and of the last epoch as a matrix of source
    stages by target stages. None where λ was not learnt.
    """
    if not mean["moves"]:
        return None
    import numpy as np

    names = [f"{s} → {t}" for s, t in zip(mean["source"], mean["target"], strict=True)]
    sources, targets = (list(dict.fromkeys(mean[key])) for key in ("source", "target"))
    matrix = np.full((len(sources), len(targets)), np.nan)
    for source, target, weight in zip(
        mean["source"], mean["target"], mean["pair"][-1], strict=True
    ):
        matrix[sources.index(source), targets.index(target)] = weight
    most = max(float(mean["pair"].max()), 1e-6)
    drawn, panels = theme.panels(2, 4.4, 1.3 + 0.24 * max(len(names), len(sources)), 2, False)
    shades: dict[str, Any] = {"cmap": "Blues", "vmin": 0.0, "vmax": most, "aspect": "auto"}
    over, last = panels
    edges = (mean["epoch"][0] - 0.5, mean["epoch"][-1] + 0.5, len(names) - 0.5, -0.5)
    shown = over.imshow(mean["pair"].T, extent=edges, interpolation="nearest", **shades)
    over.set_yticks(range(len(names)), names, fontsize=8)
    over.locator_params(axis="x", integer=True)
    over.set_xlabel(words.say("reports.epoch"))
    over.set_title(words.say("reports.learnt_over"))
    last.imshow(np.ma.masked_invalid(matrix), **shades)
    last.set_yticks(range(len(sources)), sources, fontsize=8)
    last.set_xticks(range(len(targets)), targets, fontsize=8, rotation=30, ha="right")
    last.set_xlabel(words.say("reports.learnt_target"))
    last.set_ylabel(words.say("reports.learnt_source"))
    last.set_title(words.say("reports.learnt_last"))
    for (row, column), weight in np.ndenumerate(matrix):
        if np.isfinite(weight):
            colour = "#f7fbff" if weight > 0.6 * most else "#111827"
            text = words.number(float(weight), 2)
            last.text(column, row, text, ha="center", va="center", fontsize=8, color=colour)
    for axes in panels:
        axes.tick_params(length=0)
        for side in ("left", "bottom"):
            theme.hide(axes, side)
    drawn.colorbar(shown, ax=over, label="λ")
    spoken = zip(names, mean["pair"][0], mean["pair"][-1], strict=True)
    ends = [
        f"{name}: {words.number(float(a), 2)} → {words.number(float(b), 2)}"
        for name, a, b in spoken
    ]
    alt = words.say("reports.learnt_alt", pairs="; ".join(ends))
    return theme.finish(drawn, folder, stem, alt, f"{caption} {told}")
