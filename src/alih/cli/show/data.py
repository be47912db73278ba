"""What `new` and `check` print about the images of a study."""

from __future__ import annotations

from typing import Any

from alih.words import number, say


def understood(study: Any) -> list[str]:
    """What was understood of the images, in a few lines."""
    from alih.study.checking.described import lines

    return lines(study)


def found(study: Any) -> list[str]:
    """Findings about the images, each with its code."""
    from alih.data.parts import image_findings

    return [str(finding) for finding in image_findings(study)]


def ways_to_test(study: Any) -> list[str]:
    """For a set with a validation part and no test part: what may be tested on, and what
    differences that many images can show.
    """
    from alih.study.catalogue.sets import held_out_items, part_sizes
    from alih.study.document.split import Holdout, RepeatedKFold
    from alih.verdicts.power import power

    parts = part_sizes(study)
    if parts is None or "test" not in parts.drawn or "validation" in parts.drawn:
        return []
    ways = {
        "val": Holdout(test="val"),
        "folds": RepeatedKFold(scheme="repeated-kfold", folds=5, repeats=1),
        "drawn": Holdout(),
    }
    told = []
    for key, split in ways.items():
        other = study.model_copy(update={"split": split})
        known = [fact.smallest_difference for fact in power(other) if fact.smallest_difference]
        shows = say("cli.new.resolution", points=_points(known[0])) if known else ""
        items = number(held_out_items(other) or 0, 0)
        told.append("  " + say(f"cli.new.way_{key}", items=items, shows=shows))
    return [say("cli.new.ways"), *told]


def _points(difference: float) -> str:
    return number(min(100.0, 100 * difference), 0 if difference >= 0.095 else 1)
