"""Make or check a study folder: the document in force, the data card, the items. Torch-free."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from alih import files
from alih.errors import AlihError
from alih.executors.events import Listener, progress
from alih.runs.folder import ITEMS, StudyFolder, write_csv
from alih.runs.source import refuse_seen
from alih.runs.status import is_locked
from alih.study import loading, plan
from alih.study.document import DataSpec, Study
from alih.study.recipes import TRAIN_IMAGES

if TYPE_CHECKING:
    from alih.data.imageset import ImageSet

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


def read_images(study: Study, listen: Listener = lambda _: None) -> ImageSet:
    """The images of a study, fetched and decoded where that was not done before.

    Raises AlihError for a set that cannot be had, and for a source that has learnt images on which this study judges.
    """
    from alih.data.load import load as load_images

    if not isinstance(study.data, DataSpec):
        raise AlihError("runs.two_sets", arms=", ".join(study.arms))
    listen(progress("reading"))
    images = load_images(
        study.data,
        lambda address, done, of: listen(progress("fetching", done, of)),
        study.task,
        lambda done, of: listen(progress("decoding", done, of)),
    )
    refuse_seen(study, data_card(images, study))
    _try_splits(images, study)
    return images


def _try_splits(images: ImageSet, study: Study) -> None:
    """Draw the parts of every replicate where groups decide how large they are, and look for the images of each level."""
    asked = [n for n in study.vary.get(TRAIN_IMAGES, ()) if n != "all"]
    for replicate in range(plan.replicates(study)):
        divided = images.divide(study.split, study.seed, replicate, study.protocol)
        if divided.groups is None:
            return
        if asked and max(asked) > len(divided.train):
            raise AlihError("data.subset_count", count=max(asked), most=len(divided.train))


def claim(root: Path, study: Study, fresh: bool) -> bool:
    """Make the folder `root` this study's; with `fresh` what alih computed there before is removed first.

    Returns whether the folder held this very document before. Other files are never touched. Raises AlihError when `fresh`
    would pull the ground from under a running process.
    """
    if fresh:
        for cell in plan.cells(study):
            if is_locked(StudyFolder(root).cell(cell)):
                raise AlihError("runs.busy", path=root, cell=cell)
        for name in OWN:
            shutil.rmtree(root / name) if (root / name).is_dir() else (root / name).unlink(missing_ok=True)
    document, text = root / "study.yaml", loading.dump(study)
    held = document.exists() and document.read_text(encoding="utf-8", errors="replace") == text
    if not held:
        files.write_text(document, text)
    return held


def write_cards(root: Path, study: Study, images: ImageSet, held: bool) -> None:
    """Write `data.json` and `items.csv`; where the folder `held` this very document and these images, they are there."""
    card = data_card(images, study)
    same = files.digest(StudyFolder(root).optional("data.json")) == files.digest(card)
    if held and same and (root / ITEMS).exists():
        return
    files.write_json(root / "data.json", card)
    _write_items(root, images, study)


def data_card(images: ImageSet, study: Study) -> dict[str, Any]:
    """The set's card, with what the study's split keeps together, where it knows groups."""
    groups = images.items.groups(study.split, study.protocol) if images.items else None
    return images.card | ({"groups": groups.card()} if groups else {})


def _write_items(root: Path, images: ImageSet, study: Study) -> None:
    """`items.csv`: which item is which file, and its split in each replicate; nothing for a set that has no image files."""
    table = images.items
    if table is None or not table.path:
        return
    groups = table.groups(study.split, study.protocol)
    parts = ("", "train", "validation", "test")
    splits = {}
    for replicate in range(plan.replicates(study)):
        divided = images.divide(study.split, study.seed, replicate, study.protocol)
        # Under the protocol "paper" validation is the test part: what comes last names it.
        splits[f"split-{replicate}"] = names = np.zeros(len(images), np.uint8)
        for number, chosen in enumerate((divided.train, divided.validation, divided.test), 1):
            names[chosen] = number

    def rows() -> Iterator[dict[str, Any]]:
        for index, file in enumerate(table.path):
            stratum = table.strata[table.label[index]] if len(table.strata) > 1 else ""
            yield (
                {"item": index, "file": file}
                | ({"mask": table.mask[index]} if table.mask else {})
                | {"label": stratum}
                | ({"group": groups.names[groups.numbers[index]]} if groups else {})
                | {name: parts[numbers[index]] for name, numbers in splits.items()}
            )

    columns = ["item", "file", *(["mask"] if table.mask else []), "label", *(["group"] if groups else [])]
    write_csv(root / ITEMS, [*columns, *splits], rows())
