"""The section of a report about classes, of images or of pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from alih.reports.kit.facts import Facts, Group
from alih.reports.study import attended, classes, evaluated, figures, probabilities, wrong_answers
from alih.reports.study.wrong_answers import Picture
from alih.words import formats

if TYPE_CHECKING:
    from alih.reports.build import Files


def view(
    facts: Facts, beside: Files, shown: Mapping[str, Sequence[Picture]]
) -> list[dict[str, Any]]:
    """Per level: scores of every class for all arms; per arm the class table, confusion matrix and
    the images that went wrong. `shown`: test images by the slug of their group.
    """
    levels = []
    for at, groups in facts.detailed():
        scored = [of for group in groups if (of := classes.scores_of(facts, group)) is not None]
        if scored:
            own: dict[str, Any] = {"at": formats.level_text(at)}
            own |= {"sure": [], "tables": [], "parts": [], "attention": None}
            own |= _of_images(facts, beside, groups) if scored[0].counts else {}
            name = "f1" if scored[0].counts else "iou"
            if not scored[0].counts:
                own["tables"] = [
                    beside.table(classes.overlap_table(facts, scored, kind, averages))
                    for kind, averages in (("iou", classes.OF_IOU), ("dice", classes.OF_DICE))
                ]
            few = len(facts.classes) <= classes.MATRIX_CLASSES
            figure = classes.dots(facts, scored, name, beside.figures) if few else None
            arms = [_arm(facts, beside, of, shown.get(of.group.slug, ())) for of in scored]
            looked = [one for of in scored if (one := attended.attended(facts, of.group))]
            own["attention"] = beside.table(attended.table(facts, looked))
            own["looked"] = looked
            levels.append(own | {"figure": beside.keep(figure), "arms": arms})
    return levels


def _of_images(facts: Facts, beside: Files, groups: Sequence[Group]) -> dict[str, Any]:
    curves, found = probabilities.roc_curves(facts, groups), evaluated.evaluated(facts, groups)
    folder = beside.figures
    scaled = [(one.group, [*one.scaled.arrays.values()]) for one in found if one.fitted]
    drawn = [
        probabilities.roc_figure(facts, curves, folder),
        probabilities.precision_figure(facts, curves, folder),
        probabilities.reliability_figure(facts, probabilities.as_trained(groups), folder),
        probabilities.reliability_figure(facts, scaled, folder, scaled=True),
    ]
    tables = evaluated.calibration_table(facts, found), evaluated.thresholds_table(facts, found)
    return {
        "sure": [beside.keep(figure) for figure in drawn if figure is not None],
        "fitted": [beside.table(table) for table in tables if table is not None],
        "not_fitted": evaluated.why_not_fitted(facts, found),
        "parts": [beside.table(table) for table in evaluated.parts_tables(facts, found)],
    }


def _arm(
    facts: Facts, beside: Files, of: classes.ClassScores, shown: Sequence[Picture]
) -> dict[str, Any]:
    group, matrix = of.group, of.matrix
    told: dict[str, Any] = {
        "group": group,
        "table": beside.table(classes.class_table(facts, of)),
        "matrix": None,
        "figure": None,
        "note": classes.matrix_note(facts, of),
        "pairs": [],
        "worst": [],
        "test_images": shown,
    }
    if matrix is not None:
        beside.table(classes.confusion_table(facts, of, matrix))
        drawn = figures.confusion(facts, group, matrix, facts.classes, beside.figures)
        told["figure"] = beside.keep(drawn)
        if len(facts.classes) <= classes.MATRIX_AS_TEXT:
            counted = bool(of.counts)
            told["matrix"] = classes.matrix_cells(matrix, 0 if counted else 1, counted)
    if not of.counts:
        return told
    answered = len(group.pooled("validation").get("label", ()))
    return told | {
        "pairs": wrong_answers.confused_pairs(facts, group),
        "worst": wrong_answers.worst_answers(facts, group),
        "pairs_note": classes.pooled_note(facts, group, answered, "validation"),
    }
