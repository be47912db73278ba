"""Which items train, validate and test: stratified, addressed by (study seed, replicate), the same
for all arms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alih.data import groupsplits
from alih.errors import AlihError
from alih.seeding import numpy_generator
from alih.study.catalogue.sets import TEST_SHARE
from alih.study.document.split import SplitSpec

DEFAULT_FOLDS = 5


@dataclass(frozen=True, eq=False)
class Split:
    """Ascending int64 indices into the images. `groups` [n] are those of the whole set that were
    kept together.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    groups: np.ndarray | None = None


def split(
    labels: np.ndarray,
    official_test: int,
    spec: SplitSpec,
    study_seed: int,
    replicate: int,
    protocol: str = "sealed",
    official_validation: int = 0,
    groups: np.ndarray | None = None,
) -> Split:
    """Divide the items of a set: `labels` [n] holds training items, then `official_validation`
    ones, then `official_test` ones.

    - An official test split is the test part as it is; without one, a fraction `spec.test` (default
      0.2) is drawn once per study. Validation (`spec.validation` of what is left, stratified) is
      redrawn for each replicate.
    - A ready validation part is the validation part of every replicate, as it is; k-fold and the
      protocol "paper" treat its items like training items.
    - `repeated-kfold`: the items outside the official test split are divided into folds anew for
      each repeat; replicate r tests on fold r % folds of repeat r // folds.
    - Protocol "paper": validation is the test part and everything else trains, as in papers that
      tuned on the test set.

    `groups` (int [n]) numbers what must not be divided: drawn parts and folds hold whole groups,
    and classes in proportion as far as that allows.

    Every class stays in the training part as long as it has an item to spare. Raises AlihError when
    a part would be empty, the replicate lies beyond the repeats, or there are fewer groups than
    folds.
    """
    labels = np.asarray(labels)

    def drawn(pool: np.ndarray, fraction: float, generator: np.random.Generator) -> np.ndarray:
        if groups is None:
            return _draw(labels[pool], fraction, generator)
        return groupsplits.draw(labels[pool], groups[pool], fraction, generator)

    items = np.arange(len(labels) - official_test, dtype=np.int64)
    test = np.arange(len(items), len(labels), dtype=np.int64)
    ready = official_validation if spec.scheme == "holdout" else 0
    drawable = items[: len(items) - ready]
    if spec.scheme == "repeated-kfold":
        test = _fold(
            labels[items], None if groups is None else groups[items], spec, study_seed, replicate
        )
    elif not official_test:
        # Replicate 0 for all: the test part belongs to the study, not to the replicate.
        generator = numpy_generator(study_seed, 0, "test-split")
        test = drawn(
            drawable, TEST_SHARE if spec.test_share is None else spec.test_share, generator
        )
    rest = np.setdiff1d(items, test, assume_unique=True)
    if protocol == "paper":
        train = rest
        validation = test
    elif ready:
        validation = items[len(drawable) :]
        train = np.setdiff1d(rest, validation, assume_unique=True)
    else:
        chosen = drawn(rest, spec.validation, numpy_generator(study_seed, replicate, "split"))
        validation = rest[chosen]
        train = np.delete(rest, chosen)
    for part, indices in (("train", train), ("validation", validation), ("test", test)):
        if not len(indices):
            if groups is not None:
                count = len(np.unique(groups[items]))
                raise AlihError(
                    "data.split_groups_too_few", items=len(labels), groups=count, part=part
                )
            raise AlihError("data.split_too_few", items=len(labels), part=part)
    return Split(train, validation, test, groups)


def _draw(labels: np.ndarray, fraction: float, generator: np.random.Generator) -> np.ndarray:
    """Ascending positions of a stratified part of about fraction * n items.

    At least one item, and at least one of each class is left.
    """
    if not len(labels):
        return np.empty(0, np.int64)
    dealt, _, counts, place = by_class(labels, generator.permutation(len(labels)))
    taken = _shares(counts, max(1, round(fraction * len(labels))))
    return np.sort(dealt[place < np.repeat(taken, counts)])


def by_class(
    labels: np.ndarray, shuffled: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The items `shuffled` [m], class after class, in their order within each class.

    With it: where they stood in `shuffled` [m], the number of items of each class that occurs, and
    the place of each item within its class [m], from 0.
    """
    order = np.argsort(labels[shuffled], kind="stable")
    counts = np.unique(labels[shuffled], return_counts=True)[1]
    place = np.arange(len(shuffled)) - np.repeat(np.cumsum(counts) - counts, counts)
    return shuffled[order].astype(np.int64), order, counts, place


def _shares(counts: np.ndarray, total: int) -> np.ndarray:
    """`total` items divided over classes in proportion (largest remainder).

    At most all but one of each class.
    """
    wanted = counts * (total / counts.sum())
    shares = np.minimum(np.floor(wanted).astype(np.int64), counts - 1)
    by_remainder = np.argsort(-(wanted - shares), kind="stable")
    spare = by_remainder[shares[by_remainder] < counts[by_remainder] - 1]
    shares[spare[: max(0, total - shares.sum())]] += 1
    return shares


def _fold(
    labels: np.ndarray, groups: np.ndarray | None, spec: SplitSpec, study_seed: int, replicate: int
) -> np.ndarray:
    folds = spec.folds or DEFAULT_FOLDS
    repeat, fold = divmod(replicate, folds)
    if spec.repeats is not None and repeat >= spec.repeats:
        raise AlihError(
            "data.split_folds",
            replicate=replicate,
            folds=folds,
            repeats=spec.repeats,
            most=folds * spec.repeats,
        )
    generator = numpy_generator(study_seed, repeat, "kfold")
    if groups is not None:
        return groupsplits.fold(labels, groups, folds, fold, generator)
    shuffled = generator.permutation(len(labels))
    # Dealing the items out class by class, like cards, gives every fold its share of each class and
    # of the whole.
    dealt, *_ = by_class(labels, shuffled)
    return np.sort(dealt[fold::folds])


def subset(
    indices: np.ndarray,
    labels: np.ndarray,
    count: int | str | None,
    study_seed: int,
    replicate: int,
    groups: np.ndarray | None = None,
) -> np.ndarray:
    """A stratified part of `count` of the training `indices` ("all" or None: all of them),
    ascending.

    Nested: a smaller count is contained in a larger one. Shared: it depends on the indices, labels
    (of the whole set, [n]) and replicate, not on the arm. The first items are one of each class,
    the further ones keep the class proportions. With `groups` (of the whole set, [n]) each class
    takes group after group, so that few images come of few groups; the last one of a class may be
    cut, for the count is kept. Raises AlihError when `count` is below 1 or above what there is.
    """
    indices = np.asarray(indices)
    if count is None or count == "all":
        return np.sort(indices)
    if not isinstance(count, int) or not 1 <= count <= len(indices):
        raise AlihError("data.subset_count", count=count, most=len(indices))
    shuffled = numpy_generator(study_seed, replicate, "subset").permutation(np.sort(indices))
    if groups is not None:
        shuffled = groupsplits.together(shuffled, groups)
    _, order, counts, place = by_class(labels, shuffled)
    # Item j of a class of n lies at (j + 1/2) / n of the way, which keeps every prefix
    # proportional; the first of each class comes before all others, so that no class is missing as
    # soon as there is room for all.
    rank = np.empty(len(shuffled))
    rank[order] = (place + 0.5) / np.repeat(counts, counts) - (place == 0)
    return np.sort(shuffled[np.argsort(rank, kind="stable")[:count]])
