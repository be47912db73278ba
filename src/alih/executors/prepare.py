"""Make or check a study folder: the document in force, the data card, reference scores, the machine's settings."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih import files
from alih.errors import AlihError
from alih.executors.events import Listener, progress
from alih.runs.folder import ITEMS, StudyFolder, write_csv
from alih.runs.source import refuse_seen
from alih.runs.status import is_locked
from alih.study import loading, plan
from alih.study.backbones import backbone_of, start_of
from alih.study.document import DataSpec, Recipe, Study
from alih.study.listing import listing_of
from alih.study.recipes import recipe
from alih.study.strategies import kind_of, needs_network, network_recipes, options_of

if TYPE_CHECKING:
    from alih.data.imageset import ImageSet
    from alih.training.device import Machine

OWN = ("runs", "report", "pictures", "machine.json", "data.json", "references.json", ITEMS)
"""What `--fresh` removes. Not the document, so that an interrupted removal leaves a study; not the looks, which were taken."""


def check_place(root: Path, study: Study) -> None:
    """Refuse a folder that belongs to another study or to something else."""
    for parent in root.parents:
        if parent.exists() and not parent.is_dir():
            raise AlihError("common.cannot_write", path=root, reason=f"{parent} is a file")
    document = root / "study.yaml"
    if document.exists():
        there = loading.load(root)
        if there.name != study.name:
            raise AlihError("runs.folder_of_another_study", path=root, there=there.name, wanted=study.name)
    elif root.exists() and (not root.is_dir() or any(not entry.name.endswith(".tmp") for entry in root.iterdir())):
        raise AlihError("runs.folder_of_something_else", path=root)


def check_means(root: Path, study: Study, device: str, mixed: bool, fresh: bool, listen: Listener = lambda _: None) -> None:
    """Refuse, before anything is written or removed, what would stop the run: a missing device, a set that cannot be had.

    So with a source that has learnt images on which this study judges.
    """
    from alih.data.load import load as load_images
    from alih.training import device as devices
    from alih.training import machine as machines

    if not isinstance(study.data, DataSpec):
        raise AlihError("runs.two_sets", arms=", ".join(study.arms))
    devices.choose(device)
    if not fresh:
        machines.stored(root, device, mixed)
    images = load_images(
        study.data,
        lambda address, done, of: listen(progress("fetching", done, of)),
        study.task,
        lambda done, of: listen(progress("decoding", done, of)),
    )
    refuse_seen(study, images.card)
    own = [recipe(study, cell.arm, cell.at) for cell in plan.cells(study)]
    others = [other for r in own for other in network_recipes(r).values()]
    wanted = {(backbone_of(r.model), start_of(r)) for r in [*own, *others]}
    for name, weights in sorted((str(n), w) for n, w in wanted if w not in (None, "none")):
        from alih.models.weights import obtain

        obtain(name, str(weights))
    if fresh or not (root / "machine.json").exists():  # it was tried when that was written
        _try_networks(study, images)


def _try_networks(study: Study, images: ImageSet) -> None:
    """Build each backbone of the study once and show it a black image: weights, stages and sizes that do not fit are told."""
    from alih.models.recipes import from_recipe, head_of
    from alih.models.staged import StagedNetwork, stage_rows

    height, width, channels = images.images.shape[1:]
    classes, built = len(images.classes), {}

    def names(chosen: Recipe, head: int | None) -> tuple[str, ...]:
        """The names of a backbone's stages, empty for what has none."""
        key = (chosen.model.name, chosen.model.encoder, start_of(chosen), head)
        if key not in built:
            network = from_recipe(chosen, head, (channels, height, width), lambda purpose: 0)
            built[key] = network.names if isinstance(network, StagedNetwork) else ()
            if isinstance(network, StagedNetwork):
                stage_rows(network)
        return built[key]

    for cell in plan.cells(study):
        for trial in plan.trials(study, cell.arm):
            chosen = recipe(study, cell.arm, cell.at, trial)
            for other in network_recipes(chosen).values():
                if backbone_of(other.model):
                    names(other, head_of(other, classes))
            if needs_network(chosen) and backbone_of(chosen.model):
                _check_stages(chosen, names(chosen, classes if kind_of(chosen).new_head else None))


def _check_stages(chosen: Recipe, names: tuple[str, ...]) -> None:
    for asked in options_of(chosen).stages_named():
        if asked > len(names):
            raise AlihError("models.no_such_stage", k=asked, stages=len(names), names=", ".join(names))


def claim(root: Path, study: Study, fresh: bool) -> None:
    """Make the folder `root` this study's; with `fresh` what alih computed there before is removed first.

    Other files are never touched. Raises AlihError when `fresh` would pull the ground from under a running process.
    """
    if fresh:
        for cell in plan.cells(study):
            if is_locked(StudyFolder(root).cell(cell)):
                raise AlihError("runs.busy", path=root, cell=cell)
        for name in OWN:
            shutil.rmtree(root / name) if (root / name).is_dir() else (root / name).unlink(missing_ok=True)
    files.write_text(root / "study.yaml", loading.dump(study))


def prepare(root: Path, study: Study, jobs: int, device: str, mixed: bool, listen: Listener = lambda _: None) -> Machine:
    """Load the data once, store its card, the reference scores and the machine's settings; returns the latter."""
    from alih.data.load import load as load_images
    from alih.training import machine as machines

    assert isinstance(study.data, DataSpec)
    images = load_images(study.data, task=study.task)
    files.write_json(root / "data.json", images.card)
    _write_items(root, images, study)
    if not (root / "references.json").exists():
        listen(progress("references"))
        files.write_json(root / "references.json", references(images, study))
    height, width, channels = images.images.shape[1:]
    recipes = [recipe(study, cell.arm, cell.at) for cell in plan.cells(study) if cell.replicate == 0]
    listen(progress("timing"))
    return machines.resolve(root, recipes, len(images.classes), (channels, height, width), jobs, device, mixed)


def _write_items(root: Path, images: ImageSet, study: Study) -> None:
    """`items.csv`: which item is which file, and its split in each replicate; nothing for a set that has no image files."""
    assert isinstance(study.data, DataSpec)
    listing = listing_of(study.data, task=study.task)
    if listing is None or len(listing.items) != len(images):
        return
    rows: list[dict[str, Any]] = []
    for index, item in enumerate(listing.items):
        stratum = listing.classes[item.label] if len(listing.classes) > 1 else ""
        rows.append({"item": index, "file": item.path} | ({"mask": item.mask} if item.mask else {}) | {"label": stratum})
    columns = [*rows[0], *(f"split-{replicate}" for replicate in range(plan.replicates(study)))]
    for replicate in range(plan.replicates(study)):
        divided = images.divide(study.split, study.seed, replicate, study.protocol)
        # Under the protocol "paper" validation is the test part: what comes last names it.
        for part, chosen in (("train", divided.train), ("validation", divided.validation), ("test", divided.test)):
            for index in chosen:
                rows[index][f"split-{replicate}"] = part
    write_csv(root / ITEMS, columns, rows)


def references(images: ImageSet, study: Study) -> dict[str, Any]:
    """What trivial answers reach on replicate 0's split: majority class, chance, and logistic regression on pixels.

    For segmentation: the commonest class everywhere, the commonest class at each place, and chance.
    """
    from alih.evaluation import baselines, masks, metrics

    divided = images.divide(study.split, study.seed, 0, study.protocol)
    train, labels = divided.train, images.labels
    parts = {"train": train, "validation": divided.validation, "test": divided.test}
    parts = {name: rows for name, rows in parts.items() if len(rows)}
    if images.masks is not None:
        return masks.baselines(images.masks, images.classes, train, parts)
    classes = len(images.classes)
    majority = {name: metrics.majority(labels[train], labels[rows], classes) for name, rows in parts.items()}
    chance = {name: metrics.chance(classes) for name in parts}
    held_out = {name: (images.images[rows], labels[rows]) for name, rows in parts.items() if name != "train"}
    logistic = baselines.pixel_logistic(images.images[train], labels[train], held_out, seed=study.seed)
    return {"majority": majority, "chance": chance, "pixel-logistic": logistic}
