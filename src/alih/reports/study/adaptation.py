"""The section of a report about two domains: what adaptation gained over the source alone, how far
apart the domains lie for each arm, and a map of both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alih import words
from alih.reports.kit import theme
from alih.reports.kit.facts import Facts, Group
from alih.reports.kit.tables import Table
from alih.reports.kit.theme import Plot
from alih.reports.study import figures, results
from alih.runs.folder import CellFolder, compare_command
from alih.study.document.data import DataSpec
from alih.verdicts import adaptation
from alih.verdicts.line import Line
from alih.verdicts.result import AdaptationRow
from alih.words import formats

if TYPE_CHECKING:
    import numpy as np

    from alih.reports.build import Files

MAPS = 6
"""Arms whose maps are shown at most, those of the source alone first."""
POINTS = 250
"""Images of each domain on a map at most: more hide one another."""
CLASS_COLOURS = (*theme.ARM_COLOURS, theme.INK, theme.SOFT)
NAMED_CLASSES = 20
"""More classes would only cover a map with names."""
NAMED_ROWS = 40
"""Classes that have a name beside their row at most."""
OVER_EPOCHS = {
    "domain_accuracy": "domain_accuracy",
    "accepted": "accepted",
    "sure_share": "accepted",
}
"""Metrics of training steps that are drawn over epochs, and the names of their figures."""


@dataclass(frozen=True)
class Member:
    """An arm at one level, and what the comparison says of it as one of two domains."""

    group: Group
    row: AdaptationRow
    line: Line | None

    @property
    def order(self) -> int:
        """Arms of the source alone first, those with labels of the target last."""
        return ("source", "adapted", "target", "none").index(self.row.role)


def view(facts: Facts, beside: Files) -> list[dict[str, Any]]:
    """Per level: the table of arms, what is to be said of it, curves over epochs, and maps; nothing
    for studies of one set.
    """
    if isinstance(facts.study.data, DataSpec):
        return []
    told = results.verdicts(facts)
    levels = []
    for at, groups in facts.detailed():
        members = [found for group in groups if (found := _member(facts, group, told))]
        if not members:
            continue
        members.sort(key=lambda member: member.order)
        suffix = groups[0].slug.removeprefix(groups[0].arm)
        curves = [
            beside.keep(_over_epochs(facts, members, metric, beside, suffix))
            for metric in OVER_EPOCHS
        ]
        shares = [beside.keep(plot) for plot in _accepted_classes(facts, members, beside)]
        maps = [beside.keep(plot) for plot in _maps(facts, members, beside)]
        levels.append(
            {
                "at": formats.level_text(at),
                "table": beside.table(_table(facts, members, suffix)),
                "notes": list(_notes(facts, members)),
                "curves": [*(plot for plot in curves if plot), *shares],
                "maps": maps,
                "method": _method(members),
                "named": _named(facts),
            }
        )
    return levels


def _member(facts: Facts, group: Group, told: Sequence[Line]) -> Member | None:
    own = next(
        (r for r in facts.comparison.adaptation if (r.arm, r.at) == (group.arm, group.at)), None
    )
    if own is None or not group.done:
        return None
    pairs = (
        line
        for line in told
        if line.row.metric == facts.primary
        and (line.row.arm, line.row.baseline, line.row.at) == (group.arm, own.reference, group.at)
    )
    return Member(group, own, next(pairs, None))


def _table(facts: Facts, members: Sequence[Member], suffix: str) -> Table:
    metric = facts.primary
    name = formats.metric_name(metric)
    rows = [_row(facts, member, members) for member in members]
    columns = [
        facts.say("arm"),
        f"{facts.say('adapt_target', metric=name)}\n{facts.say('interval95')}",
        f"{facts.say('adapt_gain')}\n{facts.say('range_of_verdict')}",
        facts.say("h_verdict"),
        f"{facts.say('adapt_distance')}\n{facts.say('interval95')}",
        facts.say("adapt_source", metric=name),
    ]
    groups = [member.group for member in members]
    note = facts.carried("test", groups)
    if counted := _counted(members):
        note += " " + facts.say("adapt_distance_note", images=counted)
    return Table(f"adaptation{suffix}", facts.say("adapt_caption"), columns, rows, note=note)


def _row(facts: Facts, member: Member, members: Sequence[Member]) -> list[str]:
    metric, row = facts.primary, member.row
    own = facts.results(member.group).metrics.get(metric)
    target = (
        f"{formats.spread(metric, own.mean, own.sd)}\n{formats.interval(metric, own.ci95)}"
        if own
        else "–"
    )
    gap = row.distance
    near = (
        f"{words.number(gap.distance, 2)}\n"
        + words.say("verdicts.span", **dict(zip(("low", "high"), _ends(gap.ci95), strict=True)))
        if gap
        else "–"
    )
    role = facts.say(f"adapt_role_{row.role}")
    return [
        f"{member.group.label}\n{role}",
        target,
        *_gain(facts, member, members),
        near,
        _of_source(member.group, metric),
    ]


def _ends(ends: tuple[float, float]) -> tuple[str, str]:
    low, high = (words.number(end, 2) for end in ends)
    return low, high


def _gain(facts: Facts, member: Member, members: Sequence[Member]) -> tuple[str, str]:
    """The difference from the source-only arm and its verdict; where these two were not compared,
    the difference of their means alone.
    """
    if member.row.reference is None:
        return "–", "–"
    if member.line is not None:
        return f"{member.line.difference}\n{member.line.interval}", member.line.verdict
    other = next((m for m in members if m.group.arm == member.row.reference), None)
    means = [
        found.mean
        for m in (member, other)
        if m and (found := facts.results(m.group).metrics.get(facts.primary))
    ]
    if len(means) < 2:
        return "–", "–"
    return formats.difference(facts.primary, means[0] - means[1]), facts.say("adapt_not_compared")


def _of_source(group: Group, metric: str) -> str:
    """The mean on held-out images of the source."""
    cards = [cell.card.metrics.get("validation", {}) for cell in group.done]
    values = [card[metric] for card in cards if metric in card]
    return formats.value(metric, sum(values) / len(values)) if values else "–"


def _counted(members: Sequence[Member]) -> str:
    counts = sorted({m.row.distance.n for m in members if m.row.distance})
    return formats.listing([words.number(n, 0) for n in counts])


def _notes(facts: Facts, members: Sequence[Member]) -> list[str]:
    """That there is no source-only arm, or how to be told the verdict against it."""
    adapted = [member for member in members if member.row.role == "adapted"]
    if adapted and any(member.row.reference is None for member in adapted):
        return [words.say("study.no_source_only")]
    open_ = [m.row.reference for m in adapted if m.line is None and m.row.reference]
    if not open_:
        return []
    command = compare_command(facts.root, open_[0])
    return [facts.say("adapt_other_baseline", arm=facts.arm_label(open_[0]), command=command)]


def _over_epochs(
    facts: Facts, members: Sequence[Member], metric: str, beside: Files, suffix: str
) -> Plot | None:
    """A share that training steps log, epoch by epoch: how often the discriminator tells the domain
    (50 %: not at all), or how many target images are learnt from with the network's own answers.
    """
    drawn = [(m.group, curve) for m in members if (curve := m.group.curve("train", metric))]
    if metric == "sure_share" and any(m.group.curve("train", "accepted") for m in members):
        return None
    if not drawn:
        return None
    name = OVER_EPOCHS[metric]
    figure, axes = theme.drawing(4.7, 3.1)
    if name == "domain_accuracy":
        axes.axhline(0.5, color=theme.SOFT, lw=1, ls="--", label=facts.say("adapt_indistinct"))
    for group, curve in drawn:
        look = theme.style(group.index)
        figures.thin_replicates(axes, curve, look)
        axes.plot(curve.epochs, curve.mean, lw=2.2, ms=4, label=group.label, **look)
    axes.set_ylim(-0.03, 1.03)
    figures.dress(facts, axes, "accuracy", facts.say(f"adapt_{name}_title"))
    ends = "; ".join(f"{group.label} {words.percent(curve.end)}" for group, curve in drawn)
    return theme.finish(
        figure,
        beside.figures,
        f"{name.replace('_', '-')}{suffix}",
        facts.say(f"adapt_{name}_alt", ends=ends),
        facts.say(f"adapt_{name}_caption"),
    )


def _accepted_classes(facts: Facts, members: Sequence[Member], beside: Files) -> list[Plot]:
    """Per arm that learns from its own answers: which classes these have, epoch by epoch."""
    found = []
    for member in members:
        arrays = [cell.arrays("transfer") for cell in member.group.done]
        kept = [one for one in arrays if one is not None and "accepted" in one]
        if kept:
            found.append(_class_shares(facts, member.group, kept, beside))
    return found


def _class_shares(
    facts: Facts, group: Group, arrays: Sequence[Mapping[str, np.ndarray]], beside: Files
) -> Plot:
    """Classes by epochs, mean over replicates of a class's share in the accepted answers of an
    epoch; blank where no answer was accepted in any.
    """
    import numpy as np

    epochs = sorted({int(epoch) for one in arrays for epoch in one["accepted_epoch"]})
    total = np.zeros((len(epochs), arrays[0]["accepted"].shape[1]))
    counted = np.zeros((len(epochs), 1))
    for one in arrays:
        for epoch, counts in zip(one["accepted_epoch"].tolist(), one["accepted"], strict=True):
            if counts.sum():
                total[epochs.index(epoch)] += counts / counts.sum()
                counted[epochs.index(epoch)] += 1
    shares = np.ma.masked_invalid(np.where(counted, total / np.maximum(counted, 1), np.nan))
    names = list(facts.classes)
    named = len(names) <= NAMED_ROWS
    figure, axes = theme.drawing(4.7, max(2.6, 1.3 + (0.2 * len(names) if named else 3.0)))
    edges = (epochs[0] - 0.5, epochs[-1] + 0.5, len(names) - 0.5, -0.5)
    shades: dict[str, Any] = {"cmap": "Blues", "vmin": 0.0, "vmax": max(float(shares.max()), 1e-6)}
    shown = axes.imshow(shares.T, extent=edges, aspect="auto", interpolation="nearest", **shades)
    axes.set_yticks(range(len(names)) if named else [], names if named else [], fontsize=8)
    axes.locator_params(axis="x", integer=True)
    axes.set_xlabel(facts.say("epoch"))
    axes.set_title(theme.wrapped(facts.say("adapt_classes_title", arm=group.label), 46))
    axes.tick_params(length=0)
    theme.hide(axes, "left", "bottom")
    percent = facts.say("adapt_classes_share")
    figure.colorbar(shown, ax=axes, label=percent, format=lambda value, _: words.percent(value, 0))
    last = shares[-1]
    top = int(np.ma.argmax(last)) if last.count() else 0
    told = words.percent(float(last[top])) if last.count() else "–"
    return theme.finish(
        figure,
        beside.figures,
        f"accepted-classes-{group.slug}",
        facts.say("adapt_classes_alt", arm=group.label, name=names[top], share=told),
        facts.say("adapt_classes_caption", n=len(arrays)),
    )


def _stored(group: Group) -> dict[str, np.ndarray] | None:
    """The map of replicate 0 with what it shows, None where it was not kept."""
    first = next((cell for cell in group.done if cell.cell.replicate == 0), None)
    arrays = first.arrays("domains", ("source_map", "source_item")) if first else None
    return arrays if arrays and "target_map" in arrays else None


def _method(members: Sequence[Member]) -> str:
    for member in members:
        if (arrays := _stored(member.group)) is not None:
            return str(arrays["method"])
    return ""


def _maps(facts: Facts, members: Sequence[Member], beside: Files) -> list[Plot]:
    kept = [(member, arrays) for member in members if (arrays := _stored(member.group)) is not None]
    return [_map(facts, member, arrays, beside) for member, arrays in kept[:MAPS]]


def _map(facts: Facts, member: Member, arrays: Mapping[str, np.ndarray], beside: Files) -> Plot:
    """Both domains of one arm: on the left told apart by colour, on the right by class."""
    group = member.group
    cell = next(cell for cell in group.done if cell.cell.replicate == 0)
    places, labels = {}, {}
    for domain, split in (("source", "validation"), ("target", "test")):
        found = arrays[f"{domain}_map"].astype(float)
        chosen = slice(None, None, max(1, -(-len(found) // POINTS)))
        places[domain] = found[chosen]
        scores = cell.scores(split)
        known = dict(zip(scores["item"].tolist(), scores.get("label", []), strict=False))
        labels[domain] = [int(known.get(i, -1)) for i in arrays[f"{domain}_item"][chosen].tolist()]
    figure, panels = theme.panels(2 if _named(facts) else 1, 2.45, 2.75, columns=2)
    for axes in panels:
        axes.set_aspect("equal")
        axes.set_xlim(-1.06, 1.06)
        axes.set_ylim(-1.06, 1.06)
        axes.set_xticks([])
        axes.set_yticks([])
        theme.hide(axes, "left", "bottom")
    for index, domain in enumerate(("source", "target")):
        colour, mark = theme.ARM_COLOURS[index], "ox"[index]
        theme.dots(panels[0], places[domain], colour, cross=index == 1)
        named = facts.say(f"adapt_map_{domain}")
        panels[0].plot([], [], color=colour, marker=mark, ms=4.5, ls="none", label=named)
    panels[0].set_title(facts.say("adapt_by_domain"), fontsize=9)
    if _named(facts):
        _by_class(facts, panels[1], places, labels)
        panels[1].set_title(facts.say("adapt_by_class"), fontsize=9)
    figure.suptitle(
        theme.wrapped(group.label, 46 if len(panels) > 1 else 24),
        x=0.02,
        ha="left",
        fontsize=10,
        weight="bold",
    )
    figure.legend(loc="outside lower left", ncols=2, handletextpad=0.4)
    told = _told(facts, cell)
    return theme.finish(
        figure,
        beside.figures,
        f"domains-{group.slug}",
        facts.say("adapt_map_alt", arm=group.label, told=told),
        told,
    )


def _told(facts: Facts, cell: CellFolder) -> str:
    """The score on the target and the A-distance of the run that a map shows."""
    score, gap = cell.card.metrics.get("test", {}).get(facts.primary), adaptation.distance([cell])
    name = formats.metric_name(facts.primary)
    values = {"metric": name, "score": formats.value(facts.primary, score)}
    if gap is None:
        return facts.say("adapt_map_score", **values)
    return facts.say("adapt_map_told", distance=words.number(gap.distance, 2), **values)


def _named(facts: Facts) -> bool:
    """Whether maps tell classes, too: not those of pixels, nor very many."""
    return facts.study.task == "classification" and len(facts.classes) <= NAMED_CLASSES


def _by_class(
    facts: Facts,
    axes: Any,
    places: Mapping[str, np.ndarray],
    labels: Mapping[str, Sequence[int]],
) -> None:
    """Images by class, each class named amid its source images."""
    import numpy as np

    named = []
    for number, name in enumerate(facts.classes):
        colour = CLASS_COLOURS[number % len(CLASS_COLOURS)]
        for domain in places:
            own = places[domain][np.array(labels[domain]) == number]
            theme.dots(axes, own, colour, cross=domain == "target")
            if domain == "source" and len(own):
                named.append((np.median(own, axis=0), name, colour))
    for place in named:  # above all points
        theme.tag(axes, *place)
