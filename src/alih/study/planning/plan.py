"""The cells of a study, in the order in which they run, and the identity that decides whether a
stored one still counts.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from pydantic import ValidationError

from alih import files
from alih.datafiles import arrays
from alih.datafiles.contents import content
from alih.datafiles.depth import Scale, depth
from alih.datafiles.mask_classes import of_pets
from alih.metrics import OF_RANKS, OF_TWO_CLASSES
from alih.study.catalogue.architectures import is_segmentation, plain_unet
from alih.study.catalogue.arithmetic import network, output
from alih.study.catalogue.backbones import is_backbone, start_of, weights_digest
from alih.study.catalogue.lookup import listing_of
from alih.study.catalogue.sets import FOLDER_SIZE, KNOWN_SETS, facts_of, image_size, specs
from alih.study.document.data import DataSpec
from alih.study.document.model import ModelSpec
from alih.study.document.study import Study
from alih.study.planning import groups
from alih.study.planning.cells import Cell
from alih.study.planning.recipes import TARGET_LABELS, TRAIN_IMAGES, flat, target_labels
from alih.study.planning.resolved import PlannedCell, planned, resolve
from alih.study.strategies.options import (
    is_closed,
    kind_of,
    needs_network,
    network_recipes,
    views_of,
)

# Counted up when the same document would compute something else (a changed algorithm), so that old
# cells are recomputed.
FORMAT = 1

LATER: dict[str, Any] = {
    **dict.fromkeys(f"model.{key}" for key in ("weights", "encoder", "width", "depth", "padding")),
    "train.loss": "cross-entropy",
    "train.views": None,
    "train.sampling": None,
    "augment.scale": 0.0,
    "determinism": "exact",
    "processes": 1,
    "image_size": None,
}
"""Keys that came after the first kept results, with the default that stands for what was computed
then."""


def replicates(study: Study) -> int:
    """How often each arm is run: `seeds`, or folds × repeats where repeated k-fold makes the
    replicates.
    """
    if study.split.scheme == "repeated-kfold":
        return study.split.folds * (study.split.repeats or 1)
    return study.seeds


def replicates_of(study: Study) -> dict[str, int]:
    """How often each arm is run, by name: one that has fewer replicates than the study still has
    those that others start from.
    """
    most = replicates(study)
    found = {arm: min(most, values.seeds or most) for arm, values in study.arms.items()}
    needed = arms_needed(study)
    for arm in reversed(arms_in_order(study)):
        for source in needed[arm]:
            found[source] = max(found[source], found[arm])
    return found


def arms_needed(study: Study) -> dict[str, list[str]]:
    """Per arm the arms that must be computed first: the one that it starts `from`, and those whose
    networks its strategy uses.
    """
    found = {arm: [study.arms[arm].source] for arm in study.arms}
    for at in levels(study):
        for arm, made in resolve(study, at).items():
            # What is wrong with options is told where they are checked.
            with contextlib.suppress(ValidationError):
                found[arm] += [other.arm for other in made.others]
    return {
        arm: list(dict.fromkeys(name for name in names if name in study.arms))
        for arm, names in found.items()
    }


def levels(study: Study) -> list[dict[str, Any]]:
    """The grid over `vary`, in the document's order; one empty level without `vary`."""
    return [
        dict(zip(study.vary, values, strict=True))
        for values in itertools.product(*study.vary.values())
    ]


def image_sizes(study: Study) -> dict[str, list[int]]:
    """Pixels a side at which each arm sees the images, over levels and trials; empty where all see
    the data's size.
    """
    found: dict[str, set[int | None]] = {}
    for at in levels(study):
        for arm, made in resolve(study, at).items():
            found.setdefault(arm, set()).update(t.recipe.image_size for t in made.trials)
    if all(sizes == {None} for sizes in found.values()):
        return {}
    side = image_size(study)
    resolved = {arm: {size or side for size in sizes} for arm, sizes in found.items()}
    return {
        arm: sorted(size for size in sizes if size is not None) for arm, sizes in resolved.items()
    }


def cells(study: Study) -> list[PlannedCell]:
    """All cells: replicate 0 of every arm first, then replicate 1, ..., an arm after the arm it
    starts `from`.

    So a study that is stopped early holds complete pairs, and the first look at a difference comes
    soon.
    """
    order, found = arms_in_order(study), [resolve(study, at) for at in levels(study)]
    counts = replicates_of(study)
    return [
        PlannedCell(arm, replicate, tuple(arms[arm].at.items()), resolved=arms[arm])
        for replicate in range(replicates(study))
        for arms in found
        for arm in order
        if replicate < counts[arm] and (replicate == 0 or not arms[arm].once)
    ]


def arms_in_order(study: Study) -> list[str]:
    """Arm names in the document's order, except that an arm comes after those that it needs."""
    order: list[str] = []
    needed = arms_needed(study)

    def place(arm: str) -> None:
        if arm in order:
            return
        for source in needed[arm]:
            place(source)
        order.append(arm)

    for arm in study.arms:
        place(arm)
    return order


@dataclass(frozen=True)
class DataState:
    """What the data is at this moment: a digest per set that consists of files (None where they are
    not here), classes.

    `masks`: names and ids of the classes of pixels, for segmentation. `groups`: a digest of which
    items the split keeps together, None where it knows no groups; `copies` one of which items are
    kept together because they decoded to the same pixels, where that is known and there are some.
    `scales`: those of gray images of more than eight bits, per set. `shape`: size and channels that
    two domains share, where their images are not here.
    """

    content: tuple[str | None, ...]
    classes: int
    masks: list[list[object]] | None = None
    groups: str | None = None
    source_masks: list[list[object]] | None = None
    shape: tuple[int, int] | None = None
    copies: str | None = None
    scales: tuple[Scale | None, ...] = ()


def data_state(study: Study) -> DataState:
    """Look at the data. Raises AlihError for a folder that is not there or not understood."""
    known = list(specs(study).values())  # the target last
    facts = facts_of(known[-1], study.task)
    contents = tuple(_content(spec, study.task) for spec in known)
    masks = [_masks(spec) for spec in known] if study.task == "segmentation" else [None]
    cards = _groups(study, known)
    kept = [joined_groups([card.get(name) for card in cards]) for name in ("sha256", "pixels")]
    scales = tuple(_scale(spec, study.task) for spec in known)
    classes = facts.classes if facts else 1
    found = DataState(contents, classes, masks[-1], kept[0], copies=kept[1], scales=scales)
    return replace(found, source_masks=masks[0]) if len(masks) > 1 else found


def _groups(study: Study, specs: list[DataSpec]) -> list[dict[str, Any]]:
    found = [groups.of_data(spec, study.split, study.task, study.protocol) for spec in specs]
    return [there.card() if there else {} for there in found]


def joined_groups(sums: Sequence[str | None]) -> str | None:
    """One digest of which items are kept together in all sets, None where none knows groups."""
    return sums[0] if len(sums) == 1 else files.digest(list(sums)) if any(sums) else None


def _content(spec: DataSpec, task: str) -> str | None:
    listing = listing_of(spec, task=task)
    return content(listing) if listing else arrays.content(spec)


def _scale(spec: DataSpec, task: str) -> Scale | None:
    listing = listing_of(spec, task=task)
    return depth(listing).scale if listing else None


def _masks(spec: DataSpec) -> list[list[object]]:
    listing = listing_of(spec, task="segmentation")
    classes = listing.masks if listing else None
    return (classes or of_pets(spec.masks)).rows()


def identity(study: Study, cell: Cell, data: DataState | None = None) -> str:
    """Digest of everything that decides the cell's result; see `identity_parts`."""
    return files.digest(identity_parts(study, cell, data))


def twins(study: Study, data: DataState | None = None) -> dict[PlannedCell, PlannedCell]:
    """Cells that compute what one at an earlier level computes (a level of `vary` may concern other
    arms only), each with that cell.
    """
    if len(levels(study)) == 1:
        return {}
    data, planned_cells = data or data_state(study), cells(study)
    first: dict[tuple[str, str], PlannedCell] = {}
    same: dict[tuple[str, str], PlannedCell] = {}
    for cell in planned_cells:
        if cell.replicate == 0:  # replicates differ alike at all levels
            earlier = first.setdefault((cell.arm, identity(study, cell, data)), cell)
            if earlier is not cell:
                same[cell.arm, cell.slug] = earlier
    return {
        cell: replace(same[cell.arm, cell.slug], replicate=cell.replicate)
        for cell in planned_cells
        if (cell.arm, cell.slug) in same
    }


def copied(study: Study) -> set[tuple[str, str]]:
    """Arms and slugs of the cells that copy an equal one at an earlier level, and so take no time.

    Which cells are equal does not depend on what the images are, so they need not be here.
    """
    several = not isinstance(study.data, DataSpec)
    state = DataState((None,) * (1 + several), 1, shape=(FOLDER_SIZE, 3) if several else None)
    return {(cell.arm, cell.slug) for cell in twins(study, state)}


def identity_parts(study: Study, cell: Cell, data: DataState | None = None) -> dict[str, Any]:
    """All that decides the cell's result, as a flat mapping, so that a changed key can be named.

    Recipe, network, data, split, seed, replicate, trials, refit, protocol, and the upstream cell's
    identity. Not in it: titles, labels, other arms, `seeds`, margins, and levels that only concern
    other arms. Nor a setting at its default that documents did not have when the first results were
    kept (`LATER`). `data`: what the data is, when the caller knows; else it is looked at.
    """
    data, cell = data or data_state(study), planned(study, cell)
    arm_recipe, options = cell.recipe, cell.resolved.options
    parts: dict[str, Any] = {
        "format": FORMAT,
        "task": study.task,
        "seed": study.seed,
        "replicate": cell.replicate,
        "protocol": study.protocol,
        "determinism": study.determinism,
        "processes": study.processes if kind_of(arm_recipe).divides else 1,
        "refit": study.refit,
        TRAIN_IMAGES: cell.at.get(TRAIN_IMAGES, "all"),
    }
    # What is fitted in one step has no loop whose settings could change it.
    unused = {"train"} if is_closed(arm_recipe) else None
    parts |= flat(arm_recipe.model_dump(by_alias=True, exclude=unused))
    if arm_recipe.image_size is not None and arm_recipe.image_size == image_size(study):
        parts["image_size"] = None  # the data's own size, written down
    if unused and "views" not in arm_recipe.transfer.options:
        parts["train.views"] = views_of(arm_recipe) or None
    known = specs(study, shape=data.shape)
    sets = {
        name: _data(spec, content)
        for (name, spec), content in zip(known.items(), data.content, strict=True)
    }
    for name, scale in zip(known, data.scales, strict=False):
        if scale is not None:
            sets[name]["scale"] = list(scale)
    parts |= flat(sets if len(sets) > 1 else sets["target"], "data")
    if len(sets) > 1:
        parts[TARGET_LABELS] = target_labels(study, arm_recipe, cell.at)
    if data.masks is not None:
        parts["data.masks"] = data.masks
    if data.source_masks is not None:
        parts["data.source.masks"] = data.source_masks
    # Which items stay together counts, not how a pattern or a column says it.
    parts |= flat(study.split.model_dump(exclude={"group"}), "split")
    if data.groups is not None:
        parts["split.groups"] = data.groups
    if data.copies is not None:
        parts["split.copies"] = data.copies
    parts["network"] = (
        _network(arm_recipe.model, data.classes) if needs_network(arm_recipe) else None
    )
    weights = weights_digest(arm_recipe.model, start_of(arm_recipe))
    if weights is not None:
        parts["weights"] = weights
    for name, other in network_recipes(arm_recipe).items():
        parts[f"networks.{name}"] = _network(other.model, data.classes)
        digest = weights_digest(other.model)
        if digest is not None:
            parts[f"networks.{name}.weights"] = digest
    # What is written stands as it is written.
    parts = {**options.identity(), **parts}
    tried = [trial.values for trial in cell.trials]
    if any(tried):
        parts["tune"] = tried
        parts["tune.metric"] = study.tune_by or study.primary
    loop = arm_recipe.train
    judged = {loop.monitor, loop.early_stopping and loop.early_stopping.monitor}
    if any(tried):
        judged.add(study.primary)
    if study.compare.positive is not None and judged & {*OF_TWO_CLASSES, *OF_RANKS}:
        parts["positive"] = study.compare.positive
    if cell.upstream is not None:
        parts["upstream"] = identity(study, cell.upstream, data)
        if study.refit:
            parts["upstream.weights"] = (
                "before refit"  # trials once started from weights that knew the validation images
            )
    elif arm_recipe.source is not None:
        del parts["from"]  # where the run folder lies does not change what it is
        parts["upstream"] = None  # what its own folder says: `runs.identity` looks there
    for above in cell.others:
        parts[f"arms.{above.arm}"] = identity(study, above, data)
    return {key: value for key, value in parts.items() if key not in LATER or value != LATER[key]}


def _data(data: DataSpec, content: str | None) -> dict[str, Any]:
    # Where the files lie on this machine does not change what they are, nor does writing its own
    # size down.
    facts = KNOWN_SETS.get(data.set or "")
    found: dict[str, Any] = {
        "image_size": data.image_size or (facts.image_size if facts else FOLDER_SIZE),
        "channels": data.channels or (facts.channels if facts else 3),
    }
    if data.npz is not None:  # its own size is part of its content
        found |= {"image_size": data.image_size, "channels": data.channels}
    if data.set is not None:
        found["set"] = data.set
    if content is not None:
        found["content"] = content
    return found | {
        key: getattr(data, key)
        for key in ("resize", "interpolation", "classes", "where", "label")
        if key in _changed(data)
    }


def _changed(data: DataSpec) -> set[str]:
    return {
        name for name, info in DataSpec.model_fields.items() if getattr(data, name) != info.default
    }


def _network(model: ModelSpec, classes: int) -> str:
    if is_segmentation(model.name):
        plain = plain_unet(model)
        return files.digest([model.name, asdict(plain) if plain else model.encoder, classes])[:16]
    if is_backbone(model.name):
        return files.digest(["backbone", model.name, classes])[:16]
    return files.digest([asdict(layer) for layer in network(model, classes)] + [output(model)])[:16]
