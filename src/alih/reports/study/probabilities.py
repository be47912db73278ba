"""What probabilities say beyond the class that was answered: ROC curves, precision over recall, and
whether an answer that is 90 % sure is right nine times of ten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """An arm's ROC curve on the test split and precision over recall, mean over replicates, and the
    area below the former.
    """

    group: Group
    true: np.ndarray
    area: float
    precision: np.ndarray


def roc_curves(facts: Facts, groups: Sequence[Group]) -> list[Curve]:
    """The curves of the arms whose probabilities are stored; [] for more than CLASSES classes."""
    import numpy as np

    from alih.evaluation.roc import one_against_rest, precision_recall

    positive, found = positive_class(facts), []
    for group in groups if len(facts.classes) <= CLASSES else ():
        own = []
        for cell in group.done:
            stored = (cell.arrays("probabilities") or {}).get("test")
            label = cell.scores("test").get("label")
            if stored is not None and label is not None and len(stored) == len(label):
                told = one_against_rest(stored, label, positive)
                precision = precision_recall(stored, label, positive)
                if told is not None and precision is not None:
                    own.append((*told, precision))
        if own:
            true, area, precision = (np.mean(part, axis=0) for part in zip(*own, strict=True))
            found.append(Curve(group, true, float(area), precision))
    return found


def positive_class(facts: Facts) -> int:
    """The number of the class that curves of two classes are about."""
    return facts.study.compare.positive_of(facts.classes) or 0


def _named(facts: Facts, group: Group, metric: str, short: str, mean: float) -> str:
    """`AUC 0.973 (0.950–0.990)`: a metric with its 95 % interval, where it has one."""
    found = facts.results(group).metrics.get(metric)
    text = f"{short} {words.number(found.mean if found else mean, 3)}"
    if found is None or found.ci95 is None:
        return text
    low, high = (words.number(end, 3) for end in found.ci95)
    return f"{text} ({low}–{high})"


def roc_figure(facts: Facts, curves: Sequence[Curve], folder: Path) -> Plot | None:
    """All arms in one panel; the area below each curve stands in the legend."""
    if not curves:
        return None
    from alih.evaluation.roc import GRID

    figure, axes = theme.drawing(4.7, 4.2)
    axes.plot([0, 1], [0, 1], color=theme.GRID, lw=1.2)
    named = [(one.group, _named(facts, one.group, "auc", "AUC", one.area)) for one in curves]
    for one, (group, text) in zip(curves, named, strict=True):
        look = theme.style(group.index)
        axes.plot(
            [0.0, *GRID],
            [0.0, *one.true],
            color=look["color"],
            ls=look["linestyle"],
            lw=2,
            label=theme.wrapped(f"{group.label}\n{text}", 30),
        )
    _dress(facts, axes, facts.say("roc_false"), facts.say("roc_true"))
    alt = facts.say("roc_alt", arms="; ".join(f"{group.label}: {text}" for group, text in named))
    groups = [one.group for one in curves]
    key = "roc_caption_two" if len(facts.classes) == 2 else "roc_caption"
    caption = f"{facts.say(key, positive=_positive_name(facts))} {facts.say('in_brackets')}"
    return _finish(facts, figure, folder, "roc", groups, alt, caption)


def _positive_name(facts: Facts) -> str:
    return facts.classes[positive_class(facts)]


def precision_figure(facts: Facts, curves: Sequence[Curve], folder: Path) -> Plot | None:
    """Precision over recall of all arms; the average precision stands in the legend."""
    if not curves:
        return None
    from scipy.integrate import trapezoid

    from alih.evaluation.roc import GRID

    two = len(facts.classes) == 2
    figure, axes = theme.drawing(4.7, 4.2)
    if two:
        truth = curves[0].group.pooled("test")["label"]
        share = float((truth == positive_class(facts)).mean())
        axes.axhline(share, color=theme.GRID, lw=1.2)
    named = []
    for one in curves:
        mean = float(trapezoid(one.precision, GRID))
        named.append((one.group, _named(facts, one.group, "average_precision", "AP", mean)))
    for one, (group, text) in zip(curves, named, strict=True):
        look = theme.style(group.index)
        label = theme.wrapped(f"{group.label}\n{text}", 30)
        line = {"color": look["color"], "ls": look["linestyle"], "lw": 2, "label": label}
        axes.plot(GRID, one.precision, **line)
    _dress(facts, axes, facts.say("pr_recall"), facts.say("pr_precision"))
    alt = facts.say("pr_alt", arms="; ".join(f"{group.label}: {text}" for group, text in named))
    key = "pr_caption_two" if two else "pr_caption"
    caption = f"{facts.say(key, positive=_positive_name(facts))} {facts.say('in_brackets')}"
    return _finish(facts, figure, folder, "precision", [one.group for one in curves], alt, caption)


Answers = Sequence[Mapping[str, "np.ndarray"]]
"""Per replicate arrays of the test split, with label, prediction and confidence."""


def as_trained(groups: Sequence[Group]) -> list[tuple[Group, Answers]]:
    """What the finished runs of groups answered."""
    found = [(group, [cell.scores("test") for cell in group.done]) for group in groups]
    return [(group, own) for group, own in found if own and all(own)]


def reliability_figure(
    facts: Facts, drawn: Sequence[tuple[Group, Answers]], folder: Path, scaled: bool = False
) -> Plot | None:
    """Right answers over confidence in the bins of the calibration error, one line an arm;
    `scaled`: after temperature scaling.
    """
    import numpy as np

    from alih.evaluation.metrics import ece, reliability

    if not drawn:
        return None
    figure, axes = theme.drawing(4.7, 4.2)
    axes.plot([0, 1], [0, 1], color=theme.GRID, lw=1.2)
    spoken = []
    for group, own in drawn:
        look = theme.style(group.index)
        answers = [(one["confidence"], one["label"] == one["prediction"]) for one in own]
        confidence, correct = (np.concatenate(part) for part in zip(*answers, strict=True))
        sure, right, items = reliability(confidence, correct)
        errors = [ece(*one) for one in answers]
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
    caption = facts.say("reliability_caption")
    if scaled:
        caption = facts.say("scaled_caption")
    stem = "reliability-scaled" if scaled else "reliability"
    return _finish(facts, figure, folder, stem, shown, alt, caption)


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
