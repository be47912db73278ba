"""The methods section for a reader's own paper: data and split, arms, statistics, software; enough
to repeat the study.
"""

from __future__ import annotations

from alih import words
from alih.reports.kit.facts import Facts
from alih.reports.methods.arms import arms
from alih.reports.study import results
from alih.runs.card import DataCard, Items
from alih.study.catalogue.sets import TEST_SHARE
from alih.study.document.data import Domains
from alih.study.planning.recipes import TRAIN_IMAGES, recipe
from alih.study.strategies.options import is_closed
from alih.words import formats

SOFTWARE = {"alih": "alih", "torch": "PyTorch", "numpy": "NumPy", "python": "Python"}


def paragraphs(facts: Facts) -> list[str]:
    """The section as paragraphs; none while nothing has finished."""
    return [
        part for part in (_data(facts), *arms(facts), _statistics(facts), _software(facts)) if part
    ]


def _data(facts: Facts) -> str:
    cell = max(facts.done, key=lambda done: done.card.items.train, default=None)
    data = facts.data
    if cell is None or data is None:
        return ""
    said = [
        facts.say(
            "methods_data",
            name=data.name,
            classes=words.number(len(facts.classes), 0),
            size=f"{data.image_size} × {data.image_size}",
            channels=formats.count("channels", data.channels),
            decoded=_decoded(facts, data),
        ),
        _counts(facts, cell.card.items),
    ]
    if isinstance(facts.study.data, Domains):
        return " ".join([*said, *_domains(facts, data)])
    if facts.study.task == "segmentation":
        said.append(facts.say("methods_masks"))
    return " ".join([*said, *_split(facts, data)])


def _domains(facts: Facts, data: DataCard) -> list[str]:
    """Which images are of which domain, and which labels of the target were seen."""
    wanted = facts.study.target_labels or 0
    source = data.source_set.name if data.source_set else ""
    if wanted == "all":
        seen = facts.say("methods_target_all")
    elif isinstance(wanted, float):
        seen = facts.say("methods_target_share", share=_share(wanted))
    else:
        seen = (
            facts.say("methods_target_count", n=wanted)
            if wanted
            else facts.say("methods_target_none")
        )
    return [
        facts.say("methods_domains", source=source, target=data.name),
        seen,
        facts.say("methods_sealed"),
    ]


def _decoded(facts: Facts, data: DataCard) -> str:
    """How image files were brought to their size; nothing for sets that have it already."""
    resize = getattr(facts.study.data, "resize", None)
    if not resize or not data.resize:
        return ""
    return " " + facts.say(
        f"methods_{resize}", interpolation=getattr(facts.study.data, "interpolation", "")
    )


def _counts(facts: Facts, items: Items) -> str:
    train = items.train - (items.validation if facts.study.refit else 0)
    shown = {"validation": words.number(items.validation, 0), "test": words.number(items.test, 0)}
    paper = "_paper" if facts.study.protocol == "paper" else ""
    text = facts.say(f"methods_counts{paper}", train=words.number(train, 0), **shown)
    levels = facts.study.vary.get(TRAIN_IMAGES)
    if levels:
        names = [formats.level_value(level) for level in levels]
        text += " " + facts.say("methods_levels", levels=formats.listing(names))
    return text


def _split(facts: Facts, data: DataCard) -> list[str]:
    split, strata = facts.study.split, _strata(facts, data)
    validation = _share(split.validation)
    if facts.study.protocol == "paper":
        return [facts.say("methods_split_paper")]
    official = data.count("test")
    if split.scheme == "repeated-kfold":
        repeats = split.repeats or 1
        repeated = facts.say("methods_repeated", repeats=repeats) if repeats > 1 else ""
        said = [
            facts.say(
                "methods_folds",
                folds=split.folds,
                repeated=repeated,
                strata=strata,
                share=validation,
            )
        ]
        return (
            [*said, facts.say("methods_outside_folds", n=words.number(official, 0))]
            if official
            else said
        )
    if "validation" in data.counts:
        said = [facts.say("methods_validation_ready")]
    else:
        said = [facts.say("methods_validation_drawn", share=validation, strata=strata)]
    if official:
        said.append(facts.say("methods_test_official"))
    else:
        share = _share(split.test_share or TEST_SHARE)
        said.append(facts.say("methods_test_drawn", share=share, strata=strata))
    return [*said, facts.say("methods_sealed")]


def _share(share: float) -> str:
    return f"{formats.plain(100 * share)} %"


def _strata(facts: Facts, data: DataCard) -> str:
    """By what draws are stratified: classes, for masks the breeds of pets; a folder of masks has
    nothing of the kind.
    """
    if facts.study.task == "classification":
        return facts.say("methods_stratified_class")
    return facts.say("methods_stratified_breed") if len(data.counts.get("train", {})) > 1 else ""


def _statistics(facts: Facts) -> str:
    comparisons = [
        entry for entry in facts.comparison["comparisons"] if entry["difference"] is not None
    ]
    if not comparisons:
        return ""
    names = dict.fromkeys(formats.metric_in_text(entry["metric"]) for entry in comparisons)
    level = words.percent(1 - facts.study.compare.level, 0)
    compared = facts.say(
        "methods_compared",
        replicates=results.replicates_text(facts),
        shared=formats.listing(_shared(facts)),
        metrics=formats.listing(list(names)),
        baseline=facts.arm_label(facts.study.compare.baseline),
    )
    sentences = [compared, *_once(facts)]
    for test in dict.fromkeys(entry["test"] for entry in comparisons):
        sentences.append(facts.say(f"methods_test_{test.replace('-', '_')}", level=level))
    family = max(sum(entry["at"] == at for entry in comparisons) for at, _ in facts.levels())
    if family > 1:
        sentences.append(
            facts.say("methods_holm_levels" if facts.study.vary else "methods_holm", n=family)
        )
    look = max(entry["look"] for entry in comparisons)
    if look > 1:
        sentences.append(facts.say("methods_look", n=look))
    return " ".join(sentences)


def _shared(facts: Facts) -> list[str]:
    """What a replicate of every arm has in common, as far as arms have it at all."""
    chosen = [recipe(facts.study, group.arm, group.at) for group in facts.groups]
    loops = [one for one in chosen if not is_closed(one)]
    changed = any(one.augment.active and (not is_closed(one) or one.train.views) for one in chosen)
    shared = [
        "split",
        *(["order"] if loops else []),
        *(["augment"] if changed else []),
        *(["weights"] if loops else []),
    ]
    return [facts.say(f"methods_shared_{key}") for key in shared]


def _once(facts: Facts) -> list[str]:
    fixed = list(
        dict.fromkeys(
            facts.arm_label(g.arm) for g in facts.groups if g.card and not g.card.varies_by_seed
        )
    )
    return (
        [facts.say("methods_once", arms=formats.listing([f"“{name}”" for name in fixed]))]
        if fixed
        else []
    )


def _software(facts: Facts) -> str:
    found = facts.environment
    if found is None:
        return ""
    versions = found.versions
    packages = [f"{shown} {versions[name]}" for name, shown in SOFTWARE.items() if name in versions]
    said = facts.say(
        "methods_software",
        packages=formats.listing(packages),
        device=found.processor,
        precision=facts.machine.precision if facts.machine else "fp32",
    )
    return said if facts.study.determinism == "exact" else f"{said} {facts.say('methods_fast')}"
