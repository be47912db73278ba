"""Running text of the report: the warnings beside a verdict, and the methods paragraph for a reader's own paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from alih import words
from alih.reports import formats, results
from alih.reports.comparison import bound_sentence
from alih.reports.facts import Facts, Group
from alih.study.tuning import left_out

SOFTWARE = {"alih": "alih", "torch": "PyTorch", "numpy": "NumPy", "python": "Python"}
OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD"}

BOXES_OF_A_KIND = 2
"""Arms that each have a box of their own for the same warning; more share one."""


@dataclass(frozen=True)
class Box:
    """A box beside the verdict: `kind` is `strong` (limits the conclusion) or `note`; `rows` are listed below its text."""

    kind: str
    title: str
    body: str
    rows: tuple[str, ...] = ()


def warnings(facts: Facts) -> list[Box]:
    """What a reader must know before believing the verdict, the gravest first."""
    found = [*_unfinished(facts), *_protocol(facts), *_design(facts), *_direct(facts)]
    look = max((entry.get("look") or 1 for entry in facts.comparison.get("comparisons", [])), default=1)
    if look > 1:
        found.append(_box(facts, "note", "look", n=look))
    bound = bound_sentence(facts.comparison, facts.study, facts.lang)
    if bound:
        found.append(Box("strong", facts.say("warn_late_title"), bound))
    return sorted(found, key=lambda box: box.kind != "strong")


def _box(facts: Facts, kind: str, name: str, **values: Any) -> Box:
    return Box(kind, facts.say(f"warn_{name}_title", **values), facts.say(f"warn_{name}", **values))


def _unfinished(facts: Facts) -> list[Box]:
    boxes = []
    done, total = len(facts.done), len(facts.planned)
    if done < total:
        boxes.append(_box(facts, "strong", "unfinished", done=done, total=total, command=run_command(facts)))
    for cell in facts.cells:
        if cell.failure and not cell.is_done:
            error, advice = str(cell.failure.get("error", "")), str(cell.failure.get("advice", ""))
            boxes.append(_box(facts, "strong", "failed", cell=str(cell.cell), error=error, advice=advice))
    return boxes


def _protocol(facts: Facts) -> list[Box]:
    boxes = []
    if facts.study.protocol == "paper":
        boxes.append(_box(facts, "strong", "paper"))
    arms = sorted({g.label for g in facts.groups if g.card.get("transductive")})
    if arms:
        boxes.append(_box(facts, "note", "transductive", arms=formats.listing(arms, facts.lang)))
    if facts.machine.get("mixed"):
        boxes.append(_box(facts, "note", "mixed"))
    return boxes


def _design(facts: Facts) -> list[Box]:
    boxes = []
    several: dict[str, list[str]] = {}
    for entry in facts.comparison.get("comparisons", []):
        if len(entry.get("factors") or []) > 1:
            several.setdefault(entry["arm"], entry["factors"])
    rows = {facts.arm_label(arm): "; ".join(factors) for arm, factors in several.items()}
    if len(rows) > BOXES_OF_A_KIND:
        box = _box(facts, "strong", "factors_of_many", n=len(rows))
        boxes.append(replace(box, rows=tuple(f"{label}: {factors}" for label, factors in rows.items())))
    else:
        numbers = map(len, several.values())
        boxes += [
            _box(facts, "strong", "factors", arm=label, n=n, factors=factors)
            for (label, factors), n in zip(rows.items(), numbers, strict=True)
        ]
    if facts.done and max(group.replicates for group in facts.groups) == 1:
        boxes.append(_box(facts, "strong", "one_replicate"))
    fixed = sorted({group.label for group in facts.groups if group.card.get("varies_by_seed") is False})
    if fixed:
        boxes.append(_box(facts, "note", "no_seed", arms=formats.listing(fixed, facts.lang)))
    return boxes


def _direct(facts: Facts) -> list[Box]:
    """Arms that use a pretrained model as it is: which classes it knows, and the ceiling that sets."""
    boxes: dict[str, Box] = {}
    for group in facts.groups:
        found = group.card.get("direct")
        if not found:
            continue
        total, names = len(group.card["classes"]), found["left_out"]
        values = {
            "arm": facts.arm_label(group.arm),
            "classes": total,
            "known": total - len(names),
            "names": formats.listing(names, facts.lang),
            "coverage": words.percent(found["coverage"], 1, facts.lang),
            "ceiling": words.percent(found["ceiling"]["test"], 1, facts.lang),
        }
        kind, key = ("strong", "left_out") if names else ("note", "covered")
        title = words.say("transfer.direct_title" if names else "transfer.direct_covered_title", facts.lang, **values)
        boxes.setdefault(group.arm, Box(kind, title, words.say(f"transfer.direct_{key}", facts.lang, **values)))
    return list(boxes.values())


def run_command(facts: Facts) -> str:
    """The command that continues or repeats the study."""
    place = str(facts.root)
    return f"alih run '{place}'" if " " in place else f"alih run {place}"


def methods(facts: Facts) -> list[str]:
    """A methods section as paragraphs: data and split, arms and training, replicates and statistics, software."""
    return [part for part in (_data_text(facts), _arms_text(facts), _statistics_text(facts), _software_text(facts)) if part]


def _data_text(facts: Facts) -> str:
    card = next((cell.card for cell in facts.done), {})
    items: Mapping[str, int] = card.get("items", {})
    if not items:
        return ""
    size = facts.data.get("image_size")
    text = facts.say(
        "methods_data",
        name=facts.data.get("name", facts.study.name),
        classes=facts.number(len(facts.classes)),
        size=f"{size} × {size}" if size else "–",
        channels=formats.count("channels", facts.data.get("channels", 1), facts.lang),
        train=facts.number(items.get("train", 0)),
        validation=facts.number(items.get("validation", 0)),
        test=facts.number(items.get("test", 0)),
    )
    if facts.study.task == "segmentation":
        text += " " + facts.say("methods_masks")
    return text + " " + facts.say("methods_split_paper" if facts.study.protocol == "paper" else "methods_split_sealed")


def _arms_text(facts: Facts) -> str:
    parts, seen = [], set()
    for group in facts.groups:
        if group.card and group.arm not in seen:
            seen.add(group.arm)
            parts.append(_arm_text(facts, group))
    return " ".join([*parts, *tuned_sentences(facts)])


def tuned_sentences(facts: Facts) -> list[str]:
    """The tuned settings that some arms do not have: those had fewer trials."""
    return [
        words.say("study.not_tuned", facts.lang, key=key, arms=formats.listing([facts.arm_label(a) for a in arms], facts.lang))
        for key, arms in left_out(facts.study).items()
    ]


def _arm_text(facts: Facts, group: Group) -> str:
    recipe = group.card["recipe"]
    model, train = recipe.get("model", {}), recipe.get("train", {})
    if group.closed_form:
        return _closed_text(facts, group)
    text = facts.say(
        "methods_arm",
        arm=facts.arm_label(group.arm),
        model=_model_text(facts, model),
        parameters=facts.number(group.card["parameters"]),
        epochs=facts.number(group.card["epochs"]),
        batch=facts.number(train.get("batch_size", 0)),
        optimizer=OPTIMIZERS.get(train.get("optimizer", ""), "–"),
        lr=_plain(train.get("lr", 0), facts.lang),
    )
    if model.get("dropout"):
        text += " " + facts.say(
            "methods_dropout", rates=formats.listing([_plain(r, facts.lang) for r in model["dropout"]], facts.lang)
        )
    text += _segmentation_text(facts, model, train)
    strategy = recipe.get("transfer", {}).get("strategy", "scratch")
    if strategy != "scratch":
        text += " " + facts.say("methods_strategy", strategy=strategy)
    augment = [key for key, value in (recipe.get("augment") or {}).items() if value]
    if augment:
        text += " " + facts.say("methods_augment", names=formats.listing(augment, facts.lang))
    return text


def _model_text(facts: Facts, model: Mapping[str, Any]) -> str:
    name = model.get("name") or facts.say("own_layers")
    return facts.say("methods_encoder", model=name, encoder=model["encoder"]) if model.get("encoder") else name


def _segmentation_text(facts: Facts, model: Mapping[str, Any], train: Mapping[str, Any]) -> str:
    """Where an encoder's weights come from, and a loss that is not plain cross-entropy."""
    text = ""
    if model.get("encoder"):
        weights = model.get("weights") or "imagenet"
        names = {"imagenet": "ImageNet"}
        key = "methods_encoder_random" if weights == "none" else "methods_encoder_weights"
        text += " " + facts.say(key, weights=names.get(weights, weights))
    loss = train.get("loss") or "cross-entropy"
    if loss != "cross-entropy":
        parts = [loss] if isinstance(loss, str) else [f"{_plain(weight, facts.lang)} × {name}" for name, weight in loss.items()]
        text += " " + facts.say("methods_loss", loss=" + ".join(parts))
    return text


def _closed_text(facts: Facts, group: Group) -> str:
    """The methods of an arm that is solved at once."""
    card, arm = group.card, facts.arm_label(group.arm)
    if "direct" in card:
        name, size = card["recipe"]["model"]["name"], facts.number(card["parameters"])
        return words.say("transfer.methods_direct", facts.lang, arm=arm, source=name, parameters=size)
    made, stage = card["features"], card["features"]["stage"]
    return words.say(
        "transfer.methods_features",
        facts.lang,
        arm=arm,
        classifier=card["classifier"]["options"]["name"],
        width=facts.number(made["width"]),
        source=f"{made['from']} ({stage})" if stage else made["from"],
        learnt=facts.number(card["trainable"]),
    )


def _plain(value: float, lang: str) -> str:
    text = f"{value:g}"
    return text.replace(".", ",") if lang == "id" else text


def _statistics_text(facts: Facts) -> str:
    comparisons = [entry for entry in facts.comparison["comparisons"] if entry["difference"] is not None]
    if not comparisons:
        return ""
    names = dict.fromkeys(formats.metric_in_text(entry["metric"], facts.lang) for entry in comparisons)
    values = {
        "replicates": results.replicates_text(facts),
        "metrics": formats.listing(list(names), facts.lang),
        "baseline": facts.arm_label(facts.study.compare.baseline),
        "level": words.percent(1 - facts.study.compare.level, 0, facts.lang),
    }
    sentences = [facts.say("methods_compared", **values)]
    for test in dict.fromkeys(entry["test"] for entry in comparisons):
        sentences.append(facts.say(f"methods_test_{test.replace('-', '_')}", level=values["level"]))
    if len(comparisons) > 1:
        sentences.append(facts.say("methods_holm", n=len(comparisons)))
    look = max(entry["look"] for entry in comparisons)
    if look > 1:
        sentences.append(facts.say("methods_look", n=look))
    return " ".join(sentences)


def _software_text(facts: Facts) -> str:
    found = environment(facts)
    packages = [f"{shown} {found[name]}" for name, shown in SOFTWARE.items() if found.get(name)]
    if not packages:
        return ""
    device = str(found.get("cpu") or facts.machine.get("device") or "–")
    precision = str(facts.machine.get("precision", "fp32"))
    return facts.say("methods_software", packages=formats.listing(packages, facts.lang), device=device, precision=precision)


def environment(facts: Facts) -> dict[str, Any]:
    """`environment.json` of the first finished run with its packages among the other keys, {} when there is none."""
    from alih import files

    for cell in facts.done:
        file = cell.path / "environment.json"
        if file.exists():
            found = files.read_json(file)
            return {key: value for key, value in found.items() if key != "packages"} | found.get("packages", {})
    return {}
