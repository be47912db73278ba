"""The README of an exported model, in English and Indonesian: what it is, how good, what it may not
do, how it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih import files, words
from alih.findings import CODES, Finding
from alih.reports.kit import pages
from alih.words import formats, layout

if TYPE_CHECKING:
    from alih.exported.card import Int8File, ModelCard

NAMES = {"en": "README.md", "id": "README.id.md"}


def write(
    card: ModelCard,
    place: Path,
    folder: str,
    *,
    verdict: dict[str, str],
    findings: Sequence[Finding],
    oracle: bool = False,
) -> list[str]:
    """Write both files into the model's folder.

    Args:
        card: What is known of the model.
        place: Where to write.
        folder: The name of the model's folder.
        verdict: The comparison with the baseline in words, by language; empty for the baseline.
        findings: What checks found about the images and the runs.
        oracle: Whether the arm learnt from labels that the study withholds.

    Returns:
        The names of the files.
    """
    for language, name in NAMES.items():
        with words.speaking(language):
            told = _told(card, folder, findings) | {"oracle": oracle}
            told["verdict"] = verdict.get(language, "")
            text = pages.macros(f"model-card.{language}.md.j2", {}).card(told)
        files.write_text(place / name, f"{text.strip()}\n")
    return list(NAMES.values())


def _told(card: ModelCard, folder: str, findings: Sequence[Finding]) -> dict[str, Any]:
    """What the template fills in, in the language in force."""
    origin, scores, how = card.origin, card.scores, card.preparation
    language, primary = words.language(), scores.primary
    mean = scores.arm.get(primary)
    model = card.recipe.get("model")
    network = model.get("name") if isinstance(model, dict) else model
    shown = {
        split: formats.value(primary, scores.own[split][primary])
        for split in ("validation", "test")
        if primary in scores.own.get(split, {})
    }
    return {
        "title": origin.title[language],
        "task": words.say(f"reports.handed_{card.task}"),
        "study": origin.study,
        "version": card.versions["alih"],
        "arm": origin.arm,
        "label": origin.label[language],
        "which": _which(card),
        "combined": card.combined,
        "told": [one.told[language] for one in card.combined.verdicts] if card.combined else [],
        "level": formats.level_text(origin.at),
        "classes": card.classes,
        "network": network or "layers",
        "strategy": card.strategy,
        "size": how.size,
        "channels": how.channels,
        "resize": how.resize,
        "interpolation": how.interpolation,
        "why": str(card.choice),
        "metric": formats.metric_name(primary),
        "own_validation": shown.get("validation"),
        "own_test": shown.get("test"),
        "mean": mean and formats.value(primary, mean.mean),
        "interval": mean and formats.interval(primary, mean.ci95),
        "replicates": scores.replicates,
        "n_items": words.number(scores.test_items, 0),
        "findings": [_finding(one) for one in findings],
        "temperature": card.output.temperature and words.number(card.output.temperature, 2),
        "transductive": card.transductive,
        "data": card.data,
        "weights": card.weights,
        "folder": folder,
        "onnx": card.onnx,
        "tolerance": card.onnx and f"{card.onnx.tolerance:.3g}",
        "program": card.program,
        "program_tolerance": card.program and f"{card.program.tolerance:.3g}",
        "without_program": card.without_program,
        "int8": card.int8 and _int8(card.int8, card.combined is not None),
        "without_int8": card.without_int8,
        "without_onnx": card.without_onnx or words.say("reports.handed_not_asked"),
    }


def _which(card: ModelCard) -> str:
    """Which replicates it is made of."""
    joined = card.combined
    numbers = [one.replicate for one in joined.members] if joined else [card.origin.replicate]
    kind = joined.kind if joined else "one"
    return words.say(f"reports.handed_{kind}", members=", ".join(map(str, numbers)))


def _int8(found: Int8File, combined: bool) -> dict[str, Any]:
    """What eight bits cost, as shown."""
    return {
        "images": words.say(f"reports.handed_{'unseen' if combined else 'validation'}"),
        "size": layout.size(found.bytes),
        "before": layout.size(found.bytes_float),
        "calibrated": words.number(found.calibrated_on, 0),
        "judged": words.number(found.judged_on, 0),
        "changed": words.percent(found.changed, 1),
        "largest": words.number(found.largest_difference, 2),
        "verdicts": [verdict.told[words.language()] for verdict in found.verdicts],
        "worse": found.is_worse,
    }


def _finding(found: Finding) -> str:
    """A finding on one line. Those about images are named by their code alone: their sentences name
    files, and names of files may be names of patients.
    """
    if found.code.startswith("A"):
        return words.say("reports.handed_image_finding", code=found.code, name=CODES[found.code])
    return " ".join(str(found).split())
