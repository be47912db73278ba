"""Which tuned settings an arm has: all arms try the same grid, each the part of it that its
strategy knows.
"""

from __future__ import annotations

from pydantic import BaseModel, ValidationError

from alih.study.document.arm import ORACLES
from alih.study.document.study import Study
from alih.study.planning.recipes import recipe
from alih.study.reading.translate import keys_at
from alih.study.strategies.options import STRATEGIES, options_of


def applies(study: Study, arm: str, key: str) -> bool:
    """Whether a key of `tune` is a setting of the arm: an option of its strategy, or of the
    classifier that it uses.

    Keys outside `transfer` belong to every arm but oracles, which are not tuned: validation images
    are the source's, of which they learn nothing. Where the arm itself is not right, or the grid
    tries several strategies or classifiers, the key counts as the arm's, so that the checks speak
    about it.
    """
    if study.strategy(arm) in ORACLES:
        return False
    parts = key.split(".")
    if (
        parts[0] != "transfer"
        or len(parts) == 1
        or parts[1] == "strategy"
        or "transfer.strategy" in study.tune
    ):
        return True
    try:
        chosen = recipe(study, arm)
        options: BaseModel = options_of(chosen)
    except ValidationError:
        return True
    if chosen.transfer.strategy not in STRATEGIES:
        return True
    for depth, part in enumerate(parts[1:], start=1):
        if part not in type(options).model_fields:
            return False
        place = ".".join(parts[: depth + 1])
        inner = getattr(options, part)
        if f"{place}.name" in study.tune:
            return True
        if not isinstance(inner, BaseModel):
            rest = parts[depth + 1 :]
            # A group of settings that the arm leaves out (`unfreeze`) may be brought in by the
            # grid.
            return not rest or rest[0] in keys_at((part,), type(options))
        options = inner
    return True


def left_out(study: Study) -> dict[str, list[str]]:
    """The arms to which a tuned key does not apply, by key; keys of all arms are not in it."""
    found = {key: [arm for arm in study.arms if not applies(study, arm, key)] for key in study.tune}
    return {key: arms for key, arms in found.items() if arms}
