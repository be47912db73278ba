"""The methods section for a reader's own paper: data and split, arms, statistics, software; enough
to repeat the study.

`templates/methods.<lang>.j2` holds its sentences, one a line, in macros; this module fills them in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from alih import words
from alih.evaluation.collapse import DROP
from alih.reports.kit import pages
from alih.reports.kit.facts import Facts
from alih.reports.methods.arms import finished
from alih.reports.study import results
from alih.reports.study.data import data_findings
from alih.runs.card import DataCard
from alih.statistics.graph import PRIMARY
from alih.statistics.spending import PLANNED, UNTIL_DECIDED
from alih.statistics.spread import LET_GO
from alih.study.catalogue.sets import TEST_SHARE
from alih.study.planning.recipes import TARGET_LABELS, TRAIN_IMAGES, recipe
from alih.study.planning.tuning import left_out
from alih.study.strategies.options import is_closed
from alih.verdicts.choosing import selector_name
from alih.verdicts.line import confidences
from alih.verdicts.result import ComparisonRow
from alih.words import formats

SOFTWARE = {"alih": "alih", "torch": "PyTorch", "numpy": "NumPy", "python": "Python"}

FILTERS: dict[str, Callable[..., Any]] = {
    "counted": lambda number: words.number(number, 0),
    "count": lambda number, key: formats.count(key, number),
    "plain": formats.plain,
    "share": lambda share: f"{formats.plain(100 * share)} %",
    "listing": formats.listing,
    "levels": lambda values: formats.listing([formats.level_value(value) for value in values]),
    "level_name": formats.level_name,
    "metric": formats.metric_in_text,
    "quoted": lambda name: f"“{name}”",
}


def paragraphs(facts: Facts) -> list[str]:
    """The section as paragraphs; none while nothing has finished."""
    macros = pages.macros(f"methods.{words.language()}.j2", FILTERS)
    study = [*_data(macros, facts), *arms(facts)]
    return [part for part in (*study, _statistics(macros, facts), _software(macros, facts)) if part]


def arms(facts: Facts) -> list[str]:
    """A paragraph for every arm that has finished somewhere; before them what all trained arms
    share.
    """
    macros = pages.macros(f"methods.{words.language()}.j2", FILTERS)
    found = finished(facts)
    settings = {arm.group.arm: _lines(macros.settings(arm)) for arm in found if not arm.closed}
    own = list(settings.values())
    common = [one for one in own[0] if all(one in other for other in own)] if len(own) > 1 else []
    parts = [[*_lines(macros.common()), *common]] if common else []
    for arm in found:
        name = arm.asked.transfer.strategy.replace("-", "_")
        if arm.closed:
            said = _lines(getattr(macros, f"fitted_{name}", macros.fitted)(arm))
        else:
            learns = getattr(macros, f"learns_{name}", macros.learns)
            special = [one for one in settings[arm.group.arm] if one not in common]
            said = [*_lines(macros.arm(arm) + learns(arm)), *special, *_lines(macros.kept(arm))]
        parts.append([*said, *_lines(macros.levels(arm))])
    parts += [_tuned(macros, facts), _chosen(macros, facts)] if found else []
    return [" ".join(part) for part in parts if part]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in str(text).splitlines() if line.strip()]


def _tuned(macros: Any, facts: Facts) -> list[str]:
    if not facts.study.tune:
        return []
    values = {"primary": facts.study.tune_by or facts.study.primary, "tune": facts.study.tune}
    return [*_lines(macros.tuned(values)), *tuned_sentences(facts)]


def _chosen(macros: Any, facts: Facts) -> list[str]:
    """How an arm was chosen for a target without labels, where its scores were recorded."""
    choices = facts.comparison.selection
    if not choices:
        return []
    seen = [cell.card.target for cell in facts.done if cell.card.target]
    values = {
        "selectors": [selector_name(pick.selector) for pick in choices[0].picks],
        "oracle": choices[0].oracle is not None,
        "images": max(one.items for one in seen),
        "weighted": max(one.weighted_items for one in seen),
        "points": round(100 * DROP),
    }
    return _lines(macros.chosen(values))


def tuned_sentences(facts: Facts) -> list[str]:
    """The tuned settings that some arms do not have: those had fewer trials."""
    return [
        words.say(
            "study.not_tuned", key=key, arms=formats.listing([facts.arm_label(a) for a in arms])
        )
        for key, arms in left_out(facts.study).items()
    ]


def _data(macros: Any, facts: Facts) -> list[str]:
    cell = max(facts.done, key=lambda done: done.card.items.train, default=None)
    data = facts.data
    if cell is None or data is None:
        return []
    study, items, split = facts.study, cell.card.items, facts.study.split
    repeated = split.scheme == "repeated-kfold"
    given = study.data
    values = {
        "name": data.name,
        "classes": len(facts.classes),
        "size": f"{data.image_size} × {data.image_size}",
        "channels": data.channels,
        "resize": getattr(given, "resize", None) if data.resize else None,
        "interpolation": getattr(given, "interpolation", ""),
        "train": items.train - (items.validation if study.refit else 0),
        "validation": items.validation,
        "test": items.test,
        **_of_files(facts, data),
        "paper": study.protocol == "paper",
        "levels": study.vary.get(TRAIN_IMAGES),
        "source": data.source_set.name if data.source_set else "",
        "target_labels": study.target_labels,
        "apart": next((row.distance.n for row in facts.comparison.adaptation if row.distance), 0),
        "label_levels": study.vary.get(TARGET_LABELS),
        "masks": study.task == "segmentation",
        "strata": _strata(facts, data),
        "folds": split.folds if repeated else None,
        "repeats": (split.repeats or 1) if repeated else 1,
        "validation_share": split.validation,
        "official_test": data.count("test"),
        "ready_validation": "validation" in data.counts,
        "test_share": TEST_SHARE if getattr(split, "test", None) is None else split.test,
    }
    return [" ".join(_lines(macros.data(values)))]


def _of_files(facts: Facts, data: DataCard) -> dict[str, Any]:
    """What became of odd image files: facts of the card, told whatever the study mutes, and what
    checks found that it does not mute.
    """
    sets = [data, *([data.source_set] if data.source_set else [])]
    found = {finding.key: finding.values for finding in data_findings(facts)}
    return {
        "left_out": sum(sum(one.ignored.values()) for one in sets),
        "scale": data.scale,
        "copies": sum(one.groups.copies for one in sets if one.groups),
        "in_parts": found.get("study.twins_in_parts", {}).get("count", 0),
        "in_classes": found.get("study.twins_in_classes", {}).get("count", 0),
    }


def _strata(facts: Facts, data: DataCard) -> str:
    """By what draws are stratified: classes, for masks the breeds of pets; a folder of masks has
    nothing of the kind.
    """
    if facts.study.task == "classification":
        return "class"
    return "breed" if len(data.counts.get("train", {})) > 1 else ""


def _statistics(macros: Any, facts: Facts) -> str:
    rows = [row for row in facts.comparison.rows if row.answer]
    if not rows:
        return ""
    compared = facts.study.compare
    folds = facts.study.split.scheme == "repeated-kfold"
    fixed = [g.arm for g in facts.groups if g.card and g.card.varies_by_seed is False]
    groups = max((row.answer.n_groups or 0 for row in rows if row.answer), default=0)
    informed = any(
        row.answer.test == "replicates-and-items"
        and row.answer.n_seeds < LET_GO
        and row.look > row.earlier_rules
        for row in rows
        if row.answer
    )
    values = {
        "replicates": results.replicates_text(facts),
        "prior": LET_GO if informed and not groups else None,
        "groups": groups,
        "shared": _shared(facts),
        "baseline": facts.arm_label(facts.study.compare.baseline),
        "metrics": list(dict.fromkeys(row.metric for row in rows)),
        "once": [facts.arm_label(arm) for arm in dict.fromkeys(fixed)],
        "tests": list(dict.fromkeys(row.answer.test for row in rows if row.answer)),
        "level": confidences(rows),
        "error": formats.error_level(compared.level),
        "primary": facts.study.primary,
        "margins": any(wanted.margin for wanted in compared.metrics.values()),
        "primary_share": words.percent(PRIMARY, 0),
        "planned_share": words.percent(PLANNED, 0),
        "until_share": words.percent(UNTIL_DECIDED, 0),
        "rounds": _rounds(facts),
        "uneven": any(row.answer and row.answer.uneven for row in rows),
        "spending": _spending(facts, rows),
        "folds": folds,
        "rules": "earlier" if all(row.look <= row.earlier_rules for row in rows) else "today",
        "earlier": max(row.earlier_rules for row in rows),
        "family": max(sum(row.at == at for row in rows) for at, _ in facts.levels()),
        "by_level": bool(facts.study.vary),
        "looks": max(row.look for row in rows),
    }
    return " ".join(_lines(macros.statistics(values)))


def _spending(facts: Facts, rows: Sequence[ComparisonRow]) -> dict[str, list[str]]:
    """How the looks at these rows spend the level, as they were planned when they began, whatever
    the study plans now; each way with the arms that it holds for.
    """
    taken = [row for row in rows if row.plan and row.plan.replicates > 1]
    found: dict[str, list[str]] = {}
    for row in taken or [row for row in rows if row.plan]:
        assert row.plan is not None
        arms = found.setdefault("information" if row.plan.until_decided else "planned", [])
        label = facts.arm_label(row.arm)
        arms += [label] if label not in arms else []
    return found


def _rounds(facts: Facts) -> dict[str, Any]:
    """How a study came by its replicates that ran until it was decided; {} for others."""
    found, study = facts.comparison.rounds, facts.study
    if found is None or not study.until_decided:
        return {}
    return {"count": len(found.rounds), "most": study.most, "stopped": found.stopped}


def _shared(facts: Facts) -> list[str]:
    """What a replicate of every arm has in common, as far as arms have it at all."""
    chosen = [recipe(facts.study, group.arm, group.at) for group in facts.groups]
    loops = [one for one in chosen if not is_closed(one)]
    changed = any(one.augment.active and (not is_closed(one) or one.train.views) for one in chosen)
    return [
        "split",
        *(["order"] if loops else []),
        *(["augment"] if changed else []),
        *(["weights"] if loops else []),
    ]


def _software(macros: Any, facts: Facts) -> str:
    found = facts.environment
    if found is None:
        return ""
    versions = found.versions
    packages = [f"{shown} {versions[name]}" for name, shown in SOFTWARE.items() if name in versions]
    values = {
        "packages": packages,
        "device": found.processor,
        "precision": facts.machine.precision if facts.machine else "fp32",
        "fast": facts.study.determinism == "fast",
        "processes": facts.study.processes,
    }
    return " ".join(_lines(macros.software(values)))
