"""Make or check a study folder: the document in force, the data card, the items. Torch-free."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from alih import files
from alih.data.array_sets import equal_items
from alih.data.domains import Domain, domains
from alih.data.parts import image_findings
from alih.data.pixels import thinned
from alih.errors import AlihError
from alih.executors.events import Listener, progress
from alih.runs import sums
from alih.runs.card import DataCard, MachineCard, StoredFinding
from alih.runs.csvfile import write_csv
from alih.runs.folder import (
    CLASS_PICTURES,
    COLUMN,
    ITEMS,
    PICTURES,
    REFERENCES,
    SOURCE_ITEMS,
    StudyFolder,
)
from alih.runs.source import refuse_seen
from alih.runs.status import is_locked, survey
from alih.study import loading
from alih.study.catalogue.sets import image_size, specs
from alih.study.document.precision import PRECISIONS
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.study.planning.recipes import TRAIN_IMAGES
from alih.study.reading import moved

if TYPE_CHECKING:
    from alih.data.imageset import ImageSet

OWN = (
    *("runs", "report", "pictures", "rounds.json"),
    *(MachineCard.FILE, DataCard.FILE, REFERENCES, ITEMS, SOURCE_ITEMS),
)
"""What `--fresh` removes. Not the document, so that an interrupted removal leaves a study; not the
looks and peeks, which were taken."""
CLASSES_PICTURED = 50
"""Classes of which an example is kept."""


def check_place(root: Path, study: Study) -> None:
    """Refuse a folder that belongs to another study or to something else."""
    for parent in root.parents:
        if parent.exists() and not parent.is_dir():
            raise AlihError("common.cannot_write", path=root, reason=f"{parent} is a file")
    document = root / "study.yaml"
    if document.exists():
        there = loading.load(root)
        if there.name != study.name:
            raise AlihError(
                "runs.folder_of_another_study", path=root, there=there.name, wanted=study.name
            )
    elif root.exists() and (
        not root.is_dir() or any(not entry.name.endswith(".tmp") for entry in root.iterdir())
    ):
        raise AlihError("runs.folder_of_something_else", path=root)


def check_format(root: Path, study: Study) -> None:
    """Refuse to change or extend a folder whose number format is not the document's, or one of
    before.

    A folder in which nothing is left to compute is not changed by its older format.
    """
    machine = StudyFolder(root).machine
    if machine is None:
        return
    stored = machine.precision
    if study.precision not in (None, stored):
        raise AlihError("training.other_precision", stored=stored, wanted=study.precision)
    if stored not in PRECISIONS and any(state.state != "finished" for state in survey(root, study)):
        raise AlihError("training.older_precision", stored=stored, known=", ".join(PRECISIONS))


def read_images(study: Study, listen: Listener = lambda _: None) -> dict[str, ImageSet]:
    """The sets of a study by domain, fetched and decoded where that was not done before.

    Raises AlihError for a set that cannot be had or divided, and for a run folder that has learnt
    images on which this study judges.
    """
    from alih.data.load import load as load_images

    listen(progress("reading"))

    def read(side: int | None = None) -> dict[str, ImageSet]:
        return {
            name: load_images(
                spec,
                lambda address, done, of: listen(progress("fetching", done, of)),
                study.task,
                lambda done, of: listen(progress("decoding", done, of)),
            )
            for name, spec in specs(study, side).items()
        }

    sets = read()
    for side in {side for sizes in plan.image_sizes(study).values() for side in sizes} - {
        image_size(study)
    }:
        read(side)  # decoded once, before cells ask for it
    cards = {name: data_card(images, study) for name, images in sets.items()}
    refuse_seen(study, cards["target"], cards.get("source"), equal_items)
    _try_splits(sets, study)
    return sets


def _try_splits(sets: dict[str, ImageSet], study: Study) -> None:
    """Draw the parts where groups or a second domain decide how large they are, and look for the
    images of each level.
    """
    asked = [n for n in study.vary.get(TRAIN_IMAGES, ()) if n != "all"]
    for replicate in range(plan.replicates(study)):
        target = domains(sets, study, replicate)["target"]
        if target.split.groups is None:
            return
        if asked and max(asked) > len(target.split.train):
            raise AlihError("data.subset_count", count=max(asked), most=len(target.split.train))


def claim(root: Path, study: Study, fresh: bool) -> bool:
    """Make the folder `root` this study's; with `fresh` what alih computed there before is removed
    first.

    Returns whether the folder held this very document before. Other files are never touched. Raises
    AlihError when `fresh` would pull the ground from under a running process.
    """
    if fresh:
        for cell in plan.cells(study):
            if is_locked(StudyFolder(root).cell(cell)):
                raise AlihError("runs.busy", path=root, cell=cell)
        for name in OWN:
            shutil.rmtree(root / name) if (root / name).is_dir() else (root / name).unlink(
                missing_ok=True
            )
    document, text = root / "study.yaml", loading.dump(study)
    held = files.content(document) == text.encode()
    if not held:
        files.write_text(document, text)
    moved.note(root)
    return held


def write_cards(
    root: Path, study: Study, sets: dict[str, ImageSet], held: bool, broken: Collection[str]
) -> None:
    """Write `data.json` and the tables of items; where the folder `held` this very document and
    these images, they are there.

    What is `broken` (see `sums.damaged`) is written anew, except reference scores, which are a
    piece of work for an executor.
    """
    if PICTURES in broken:
        _write_pictures(root, sets, study)
    if not held or CLASS_PICTURES in broken or not (root / CLASS_PICTURES).exists():
        _write_class_pictures(root, sets, study)
    card = data_card(sets["target"], study)
    if "source" in sets:
        card = card.model_copy(update={"source_set": data_card(sets["source"], study)})
    card = card.model_copy(update={"references": _references_of(card, study)})
    stored = None if broken else StudyFolder(root).data
    if stored and (stored.references or card.references) != card.references:
        (root / REFERENCES).unlink(missing_ok=True)  # of other images, or of other parts
    if not (held and card.same_images(stored) and (root / ITEMS).exists()):
        card.model_copy(update={"findings": _findings(study)}).write(root)
        divided = [domains(sets, study, replicate) for replicate in range(plan.replicates(study))]
        for name, file in (("target", ITEMS), ("source", SOURCE_ITEMS)):
            if name in sets:
                _write_items(root / file, study, [found[name] for found in divided])
    sums.seal(root, set(sums.COUNTED) - ({REFERENCES} & set(broken)))


def _findings(study: Study) -> list[StoredFinding]:
    """What checks find about the images, whether muted or not: a report may be written where the
    images are not, and for a document that mutes other codes.
    """
    found = image_findings(study.model_copy(update={"mute": []}))
    return [StoredFinding.of(finding.to_stored()) for finding in found]


def _write_pictures(root: Path, sets: dict[str, ImageSet], study: Study) -> None:
    """The pictures that every arm's replicate 0 writes, for a folder whose own are damaged."""
    from alih.tasks.table import TASKS
    from alih.training import outputs

    task, found = TASKS[study.task], domains(sets, study, 0)
    domain = found.get("source", found["target"])
    items = outputs.pictured(study.seed, 0, domain.split.validation, task.PICTURES)
    outputs.write_pictures(root / PICTURES, task.pictures(domain.images, items))


def _write_class_pictures(root: Path, sets: dict[str, ImageSet], study: Study) -> None:
    """A training image of each class, the first of those that replicate 0 trains on, for readers of
    the report; none for masks, and for more classes than a page has room for.
    """
    found = domains(sets, study, 0)
    domain = found.get("source", found["target"])
    images, train = domain.images, np.sort(domain.split.train)
    if study.task != "classification" or len(images.classes) > CLASSES_PICTURED:
        return
    labels, first = np.unique(images.labels[train], return_index=True)
    items = train[first]
    arrays = {
        "item": items.astype(np.int32),
        "image": np.stack([thinned(images.images[item]) for item in items]),
        "label": labels.astype(np.int32),
    }
    files.write_atomically(
        root / CLASS_PICTURES,
        lambda handle: np.savez_compressed(handle, **arrays),  # type: ignore[arg-type]
    )


def _references_of(card: DataCard, study: Study) -> str:
    """A digest of what reference scores depend on: the images, their size, and how they are
    divided.
    """
    split = study.split.model_dump(mode="json")
    return files.digest([card.to_json(), split, study.seed, study.protocol, study.task])[:16]


def data_card(images: ImageSet, study: Study) -> DataCard:
    """The set's card, with what the study's split keeps together, where it knows groups, and with
    the ready validation part counted as the test part where it is one.
    """
    groups = images.items.groups(study.split, study.protocol) if images.items else None
    card = images.card | ({"groups": groups.card()} if groups else {})
    if study.split.test == "val":
        counts = card["counts"]
        card["counts"] = {"train": counts["train"], "test": counts["validation"]}
    table = images.items
    if study.task == "segmentation" and table is not None:
        width, height = table.width, table.height
        if width is not None and height is not None:
            card |= {"square": _square(width, height)}
    return DataCard.of(card)


def _square(width: np.ndarray, height: np.ndarray) -> int:
    """The side of images that all are squares of one size, 0 where they are not: masks of new ones
    are made accordingly, also where the images are gone.
    """
    alike = len(width) > 0 and (width == width[0]).all() and np.array_equal(width, height)
    return int(width[0]) if alike else 0


def _write_items(file: Path, study: Study, divided: list[Domain]) -> None:
    """Which item is which file, its split in each replicate, and what a table says further; nothing
    for a set that has no image files.

    Of training images whose labels are withheld, the file does not say the label.
    """
    table = divided[0].images.items
    if table is None or not table.path:
        return
    groups = table.groups(study.split, study.protocol)
    parts = ("", "train", "validation", "test")
    splits = {}
    withheld = np.zeros(len(table), bool)
    for replicate, domain in enumerate(divided):
        split = domain.split
        withheld[domain.withheld] = True
        # Under the protocol "paper" validation is the test part: what comes last names it.
        splits[f"split-{replicate}"] = names = np.zeros(len(table), np.uint8)
        for number, chosen in enumerate((split.train, split.validation, split.test), 1):
            names[chosen] = number

    # Where labels are withheld, further columns may tell them. Groups have a column already.
    told = [groups.names[number] for number in groups.numbers] if groups else []
    further = {
        f"{COLUMN}{name}": cells
        for name, cells in (table.columns or {}).items()
        if not withheld.any() and list(cells) != told
    }

    def rows() -> Iterator[dict[str, Any]]:
        for index, file in enumerate(table.path):
            shown = len(table.strata) > 1 and not withheld[index]
            stratum = table.strata[table.label[index]] if shown else ""
            yield (
                {"item": index, "file": file}
                | ({"mask": table.mask[index]} if table.mask else {})
                | {"label": stratum}
                | ({"group": told[index]} if groups else {})
                | {name: parts[numbers[index]] for name, numbers in splits.items()}
                | {name: cells[index] for name, cells in further.items()}
            )

    columns = [
        "item",
        "file",
        *(["mask"] if table.mask else []),
        "label",
        *(["group"] if groups else []),
    ]
    write_csv(file, [*columns, *splits, *further], rows())
