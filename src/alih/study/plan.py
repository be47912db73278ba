"""The cells of a study, in the order in which they run, and the identity that decides whether a stored one still counts."""

from __future__ import annotations

import itertools
from dataclasses import asdict
from pathlib import Path
from typing import Any

from alih import files
from alih.study.cells import Cell
from alih.study.document import DataSpec, Domains, Study
from alih.study.layers import network, output
from alih.study.recipes import TRAIN_IMAGES, flat, recipe
from alih.study.sets import KNOWN_SETS

# Counted up when the same document would compute something else (a changed algorithm), so that old cells are recomputed.
FORMAT = 1


def replicates(study: Study) -> int:
    """How often each arm is run: `seeds`, or folds × repeats where repeated k-fold makes the replicates."""
    if study.split.scheme == "repeated-kfold":
        return (study.split.folds or 1) * (study.split.repeats or 1)
    return study.seeds


def levels(study: Study) -> list[dict[str, Any]]:
    """The grid over `vary`, in the document's order; one empty level without `vary`."""
    return [dict(zip(study.vary, values, strict=True)) for values in itertools.product(*study.vary.values())]


def trials(study: Study, arm: str) -> list[dict[str, Any]]:
    """The tuning trials of an arm, the same grid for every arm; one empty trial without `tune`."""
    return [dict(zip(study.tune, values, strict=True)) for values in itertools.product(*study.tune.values())]


def cells(study: Study) -> list[Cell]:
    """All cells: replicate 0 of every arm first, then replicate 1, ..., an arm after the arm it starts `from`.

    So a study that is stopped early holds complete pairs, and the first look at a difference comes soon.
    """
    order = arms_in_order(study)
    return [
        Cell(arm, replicate, tuple(level.items()))
        for replicate in range(replicates(study))
        for level in levels(study)
        for arm in order
    ]


def arms_in_order(study: Study) -> list[str]:
    """Arm names in the document's order, except that the source of a `from` comes before its dependents."""
    order: list[str] = []

    def place(arm: str) -> None:
        if arm in order:
            return
        source = study.arms[arm].source
        if source in study.arms:
            place(source)
        order.append(arm)

    for arm in study.arms:
        place(arm)
    return order


def upstream(study: Study, cell: Cell) -> Cell | None:
    """The cell whose network this one starts from: the source arm's, same replicate, same level. None without `from` an arm."""
    source = study.arms[cell.arm].source
    return Cell(source, cell.replicate, cell.level) if source in study.arms else None


def identity(study: Study, cell: Cell) -> str:
    """Digest of everything that decides the cell's result; see `identity_parts`."""
    return files.digest(identity_parts(study, cell))


def identity_parts(study: Study, cell: Cell) -> dict[str, Any]:
    """All that decides the cell's result, as a flat mapping, so that a changed key can be named.

    Recipe, network, data, split, seed, replicate, trials, refit, protocol, and the upstream cell's identity.
    Not in it: titles, labels, other arms, `seeds`, margins, and levels that only concern other arms.
    """
    arm_recipe = recipe(study, cell.arm, cell.at)
    parts: dict[str, Any] = {
        "format": FORMAT,
        "task": study.task,
        "seed": study.seed,
        "replicate": cell.replicate,
        "protocol": study.protocol,
        "refit": study.refit,
        TRAIN_IMAGES: cell.at.get(TRAIN_IMAGES, "all"),
    }
    parts |= flat(arm_recipe.model_dump(by_alias=True))
    parts |= flat(_data(study.data), "data")
    parts |= flat(study.split.model_dump(), "split")
    classes = _classes(study.data)
    parts["network"] = files.digest([asdict(layer) for layer in network(arm_recipe.model, classes)] + [output(arm_recipe.model)])[
        :16
    ]
    if study.tune:
        parts["tune"] = [dict(trial) for trial in trials(study, cell.arm)]
        parts["tune.metric"] = study.primary
    source = upstream(study, cell)
    if source is not None:
        parts["upstream"] = identity(study, source)
    elif arm_recipe.source is not None:
        parts["upstream"] = _stored_identity(arm_recipe.source)
    return parts


def _data(data: DataSpec | Domains) -> dict[str, Any]:
    if isinstance(data, Domains):
        return {"source": _data(data.source), "target": _data(data.target)}
    # Where a named set lies on this machine does not change what it holds, nor does writing its own size down.
    facts = KNOWN_SETS.get(data.set)
    size = data.image_size or (facts.image_size if facts else None)
    return {"set": data.set, "image_size": size, "channels": data.channels or (facts.channels if facts else None)}


def _classes(data: DataSpec | Domains) -> int:
    spec = data.target if isinstance(data, Domains) else data
    facts = KNOWN_SETS.get(spec.set)
    return facts.classes if facts else 1


def _stored_identity(source: str) -> str | None:
    card = Path(source) / "card.json"
    return files.read_json(card).get("identity") if card.is_file() else None
