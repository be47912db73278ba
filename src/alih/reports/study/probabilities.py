"""What probabilities say beyond the class that was answered: ROC curves, and whether an answer that
is 90 % sure is right nine times of ten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih import words
from alih.reports.kit import theme
from alih.reports.kit.facts import Facts, Group
from alih.reports.kit.theme import Plot
from alih.reports.study.figures import legend
from alih.words import formats

if TYPE_CHECKING:
    import numpy as np

CLASSES = 1000
"""Classes beyond which no ROC curve is computed: it sorts all items once for each class."""


@dataclass(frozen=True)
class Curve:
    """An arm's ROC curve on the test split, mean over replicates, and the area below it."""

    group: Group
    true: np.ndarray
    area: float


def roc_curves(facts: Facts, groups: Sequence[Group]) -> list[Curve]:
    """The curves of the arms whose probabilities are stored; [] for more than CLASSES classes."""
    import numpy as np

    from alih.evaluation.roc import one_against_rest

    found = []
    for group in groups if len(facts.classes) <= CLASSES else ():
        own = []
        for cell in group.done:
            stored = (cell.arrays("probabilities") or {}).get("test")
            label = cell.scores("test").get("label")
            if stored is not None and label is not None and len(stored) == len(label):
                own.append(one_against_rest(stored, label))
        curves = [one for one in own if one is not None]
        if curves:
            true = np.mean([curve for curve, _ in curves], axis=0)
            found.append(Curve(group, true, sum(area for _, area in curves) / len(curves)))
    return found


def roc_figure(facts: Facts, curves: Sequence[Curve], folder: Path) -> Plot | None:
    """All arms in one panel; the area below each curve stands in the legend."""
    if not curves:
        return None
    from alih.evaluation.roc import GRID

    figure, axes = theme.drawing(4.7, 4.2)
    axes.plot([0, 1], [0, 1], color=theme.GRID, lw=1.2)
    named = [(one.group, f"AUC {words.number(one.area, 4)}") for one in curves]
    for one, (group, text) in zip(curves, named, strict=True):
        look = theme.style(group.index)
        axes.plot(
            [0.0, *GRID],
            [0.0, *one.true],
            color=look["color"],
            ls=look["linestyle"],
            lw=2,
            label=theme.wrapped(f"{group.label}: {text}", 44),
        )
    _dress(facts, axes, facts.say("roc_false"), facts.say("roc_true"))
    alt = facts.say("roc_alt", arms="; ".join(f"{group.label}: {text}" for group, text in named))
    groups = [one.group for one in curves]
    key = "roc_caption_two" if len(facts.classes) == 2 else "roc_caption"
    caption = facts.say(key, positive=facts.classes[-1])
    return _finish(facts, figure, folder, "roc", groups, alt, caption)


def reliability_figure(facts: Facts, groups: Sequence[Group], folder: Path) -> Plot | None:
    """Right answers over confidence in the bins of the calibration error, one line an arm."""
    from alih.evaluation.metrics import ece, reliability

    drawn = [(group, pooled) for group in groups if (pooled := group.pooled("test"))]
    if not drawn:
        return None
    figure, axes = theme.drawing(4.7, 4.2)
    axes.plot([0, 1], [0, 1], color=theme.GRID, lw=1.2)
    spoken = []
    for group, pooled in drawn:
        look = theme.style(group.index)
        sure, right, items = reliability(
            pooled["confidence"], pooled["label"] == pooled["prediction"]
        )
        own = [cell.scores("test") for cell in group.done]
        errors = [ece(one["confidence"], one["label"] == one["prediction"]) for one in own if one]
        error = formats.value("ece", sum(errors) / len(errors))
        kept = items > 0
        axes.plot(
            sure[kept],
            right[kept],
            **look,
            lw=1.6,
            ms=4.5,
            label=theme.wrapped(f"{group.label}: ECE {error}", 44),
        )
        spoken.append(f"{group.label}: ECE {error}")
    _dress(facts, axes, facts.say("reliability_confidence"), facts.say("reliability_right"))
    alt = facts.say("reliability_alt", arms="; ".join(spoken))
    shown = [group for group, _ in drawn]
    return _finish(
        facts, figure, folder, "reliability", shown, alt, facts.say("reliability_caption")
    )


def _dress(facts: Facts, axes: Any, across: str, up: str) -> None:
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel(f"{across} (%)")
    axes.set_ylabel(f"{up} (%)")
    axes.grid(axis="both")
    for axis in (axes.xaxis, axes.yaxis):
        theme.decimals(axis, percent=True)
    legend(axes, crowded=True)


def _finish(
    facts: Facts, figure: Any, folder: Path, stem: str, groups: Sequence[Group], alt: str, text: str
) -> Plot:
    suffix = groups[0].slug.removeprefix(groups[0].arm)
    caption = f"{text} {facts.carried('test', groups)}"
    return theme.finish(figure, folder, f"{stem}{suffix}", alt, caption)
