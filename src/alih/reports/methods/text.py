"""The methods section for a reader's own paper: data and split, arms, statistics, software; enough
to repeat the study.
"""

from __future__ import annotations

from collections.abc import Mapping

from alih import words
from alih.reports.kit.facts import Facts
from alih.reports.methods.arms import arms
from alih.reports.study import results
from alih.reports.study.warnings import environment
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
    cell = max(facts.done, key=lambda done: done.card["items"]["train"], default=None)
    if cell is None:
        return ""
    size = facts.data.get("image_size")
    said = [
        facts.say(
            "methods_data",
            name=facts.data.get("name", facts.study.name),
            classes=words.number(len(facts.classes), 0),
            size=f"{size} × {size}" if size else "–",
            channels=formats.count("channels", facts.data.get("channels", 1)),
            decoded=_decoded(facts),
        ),
        _counts(facts, cell.card["items"]),
    ]
    if isinstance(facts.study.data, Domains):
        return " ".join([*said, *_domains(facts)])
    if facts.study.task == "segmentation":
        said.append(facts.say("methods_masks"))
    return " ".join([*said, *_split(facts)])


def _domains(facts: Facts) -> list[str]:
    """Which images are of which domain, and which labels of the target were seen."""
    wanted = facts.study.target_labels or 0
    source = facts.data.get("source_set", {}).get("name", "")
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
    target = facts.data.get("name", "")
    return [
        facts.say("methods_domains", source=source, target=target),
        seen,
        facts.say("methods_sealed"),
    ]


def _decoded(facts: Facts) -> str:
    """How image files were brought to their size; nothing for sets that have it already."""
    resize = getattr(facts.study.data, "resize", None)
    if not resize or not facts.data.get("resize"):
        return ""
    return " " + facts.say(
        f"methods_{resize}", interpolation=getattr(facts.study.data, "interpolation", "")
    )


def _counts(facts: Facts, items: Mapping[str, int]) -> str:
    train = items["train"] - (items.get("validation", 0) if facts.study.refit else 0)
    shown = {split: words.number(items.get(split, 0), 0) for split in ("validation", "test")}
    paper = "_paper" if facts.study.protocol == "paper" else ""
    text = facts.say(f"methods_counts{paper}", train=words.number(train, 0), **shown)
    levels = facts.study.vary.get(TRAIN_IMAGES)
    if levels:
        names = [formats.level_value(level) for level in levels]
        text += " " + facts.say("methods_levels", levels=formats.listing(names))
    return text


def _split(facts: Facts) -> list[str]:
    split, strata = facts.study.split, _strata(facts)
    validation = _share(split.validation)
    if facts.study.protocol == "paper":
        return [facts.say("methods_split_paper")]
    counts = facts.data.get("counts", {})
    official = sum(counts.get("test", {}).values())
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
    if "validation" in counts:
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


def _strata(facts: Facts) -> str:
    """By what draws are stratified: classes, for masks the breeds of pets; a folder of masks has
    nothing of the kind.
    """
    if facts.study.task == "classification":
        return facts.say("methods_stratified_class")
    return (
        facts.say("methods_stratified_breed")
        if len(facts.data.get("counts", {}).get("train", {})) > 1
        else ""
    )


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
            facts.arm_label(g.arm) for g in facts.groups if g.card.get("varies_by_seed") is False
        )
    )
    return (
        [facts.say("methods_once", arms=formats.listing([f"“{name}”" for name in fixed]))]
        if fixed
        else []
    )


def _software(facts: Facts) -> str:
    found = environment(facts)
    packages = [f"{shown} {found[name]}" for name, shown in SOFTWARE.items() if found.get(name)]
    if not packages:
        return ""
    device = str(found.get("cpu") or facts.machine.get("device") or "–")
    precision = str(facts.machine.get("precision", "fp32"))
    said = facts.say(
        "methods_software", packages=formats.listing(packages), device=device, precision=precision
    )
    return said if facts.study.determinism == "exact" else f"{said} {facts.say('methods_fast')}"
