"""Two domains: how each is divided, and which labels of the target may be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from alih.data.imageset import ImageSet
from alih.data.splits import Split, by_class
from alih.errors import AlihError
from alih.seeding import numpy_generator
from alih.study.document.study import Study


@dataclass(frozen=True, eq=False)
class Domain:
    """One image set as a cell uses it.

    `granted` are the training items whose labels may be seen, ascending; the labels of the others
    reach no strategy.
    """

    name: str
    images: ImageSet
    split: Split
    granted: np.ndarray

    def at_size(self, images: ImageSet) -> Domain:
        """The same items, labels and parts with pixels of another size, which `images` holds of the
        same set.
        """
        own = replace(self.images, images=images.images, masks=images.masks, content=images.content)
        return replace(self, images=own)

    @property
    def withheld(self) -> np.ndarray:
        """The training items whose labels may not be seen, ascending."""
        return np.setdiff1d(self.split.train, self.granted, assume_unique=True)


@dataclass(frozen=True, eq=False)
class Part:
    """Some items of a domain."""

    domain: Domain
    items: np.ndarray

    def __len__(self) -> int:
        return len(self.items)


def domains(
    sets: Mapping[str, ImageSet],
    study: Study,
    replicate: int,
    labels: int | float | str | None = None,
) -> dict[str, Domain]:
    """Divide the sets of a study, `target` alone or `source` and `target`, for one replicate.

    With two sets, validation has source images only. The target's test part is its own, or drawn
    without a look at labels; all its other images are training images, and `labels`, unless given
    `study.target_labels`, grants the labels of some. The source's own test part is left out.
    """
    target = sets["target"]
    if "source" not in sets:
        found = target.divide(study.split, study.seed, replicate, study.protocol)
        return {"target": Domain("target", target, found, found.train)}
    source = aligned(sets["source"], target.classes)
    theirs = source.divide(study.split, study.seed, replicate, study.protocol)
    if not source.official_test:
        theirs = replace(theirs, train=np.union1d(theirs.train, theirs.test))
    theirs = replace(theirs, test=theirs.test[:0])
    blind = replace(target, labels=np.zeros_like(target.labels))
    ours = blind.divide(study.split, study.seed, replicate, study.protocol)
    train = np.union1d(ours.train, ours.validation)
    ours = replace(ours, train=train, validation=ours.validation[:0])
    wanted = (study.target_labels or 0) if labels is None else labels
    seen = granted(target.labels, train, wanted, study.seed, replicate)
    return {
        "source": Domain("source", source, theirs, theirs.train),
        "target": Domain("target", target, ours, seen),
    }


def granted(
    labels: np.ndarray,
    train: np.ndarray,
    wanted: int | float | str,
    study_seed: int,
    replicate: int,
) -> np.ndarray:
    """The training items whose labels may be seen, ascending.

    `wanted`: `all`, so many per class, or a share of the items, drawn without a look at labels.
    Fewer are contained in more.

    >>> labels = np.array([0, 0, 0, 1, 1, 1])
    >>> len(granted(labels, np.arange(6), 1, 0, 0)), len(granted(labels, np.arange(6), 0.5, 0, 0))
    (2, 3)
    """
    if wanted == "all":
        return np.sort(train)
    assert not isinstance(wanted, str)
    shuffled = numpy_generator(study_seed, replicate, "target-labels").permutation(np.sort(train))
    if isinstance(wanted, float):
        return np.sort(shuffled[: max(1, round(wanted * len(shuffled)))])
    dealt, _, _, place = by_class(labels, shuffled)
    return np.sort(dealt[place < wanted])


def aligned(source: ImageSet, classes: tuple[str, ...]) -> ImageSet:
    """The source with its classes numbered as the target's are.

    Raises AlihError where the two do not have the same classes, or, with masks, not in the same
    order.
    """
    if source.classes == classes:
        return source
    if set(source.classes) != set(classes) or source.masks is not None:
        alone = [
            sorted(set(a) - set(b))
            for a, b in ((source.classes, classes), (classes, source.classes))
        ]
        shown = [", ".join(names[:10]) or "–" for names in alone]
        key = "data.domain_classes" if any(alone) else "data.domain_order"
        raise AlihError(
            key,
            source=shown[0],
            target=shown[1],
            ours=", ".join(source.classes),
            theirs=", ".join(classes),
        )
    numbers = np.array([classes.index(name) for name in source.classes])
    return replace(source, classes=classes, labels=numbers[source.labels])
