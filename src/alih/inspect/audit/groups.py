"""Groups that names or tables tell of, and whether their images are alike: those of a patient or
of a series.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from alih.datafiles.likely_groups import likely
from alih.errors import AlihError
from alih.findings import Finding
from alih.inspect.audit.found import Found
from alih.inspect.audit.subject import POOL, Subject
from alih.inspect.audit.views import FEWER, Viewer
from alih.seeding import numpy_generator
from alih.statistics.auc import Auc, macro_auc
from alih.study.document.split import RepeatedKFold
from alih.study.planning import groups as planned
from alih.words.phrase import Phrase

PAIRS = 2000
"""Pairs of images that are compared, of one group and of two."""
ALIKE = 0.65
"""Lower end of the interval of the AUC from which on images of a group are said to be alike."""


def leaking(subject: Subject, viewer: Viewer) -> list[Found]:
    """Groups whose images are more alike than others of their class, and which parts divide, or
    will.
    """
    listing = subject.listing
    if listing is None or subject.study.split.group is not None or not subject.labelled:
        return []
    found = likely(listing)
    if found is None or found.table is not None:
        return []
    # Of folds nobody asks whether ready parts share a group.
    split = RepeatedKFold(scheme="repeated-kfold", folds=5, repeats=1, group=found.group)
    try:
        named = planned.of(listing.items.paths, subject.part.tolist(), listing.columns, split)
    except AlihError:
        return []
    if named is None:
        return []
    numbers, part = named.numbers, subject.part
    several = np.unique(numbers[np.bincount(numbers)[numbers] > 1]).tolist()
    members = {number: np.flatnonzero(numbers == number) for number in several}
    divided = {
        number: own
        for number, own in members.items()
        if len(np.unique(part[own])) > 1 or (part[own] == POOL).any()
    }
    if not divided:
        return []
    alike = _alike(subject, viewer, numbers)
    if alike is None or alike.low < ALIKE:
        return []
    values = {
        "count": len(divided),
        "group": found.group,
        "auc": alike.value,
        "low": alike.low,
        "high": alike.high,
    }
    key = "inspect.audit.groups_in_parts" if subject.ready else "inspect.audit.groups_divided"
    quoted = "'" + found.group.replace("'", "''") + "'"  # as YAML takes it, backslashes and all
    told = {**values, "where": Phrase(key), "quoted": quoted}
    finding = Finding("A021", "inspect.audit.groups", told)
    rows = [tuple(listing.items.paths[at] for at in own.tolist()) for own in divided.values()]
    return [Found(finding, values, rows, subject=subject)]


def _alike(subject: Subject, viewer: Viewer, numbers: NDArray[np.int64]) -> Auc | None:
    """How surely two images of a group are told from two of one class and two groups, by the
    likeness of their features; None where there are too few of either.
    """
    shuffled = numpy_generator(0, 0, "audit-groups")
    order = shuffled.permutation(numbers.max() + 1)[numbers[viewer.items]]
    items = np.sort(viewer.items[np.argsort(order, kind="stable")[:FEWER]])
    table = viewer.features(items)
    table = table - table.mean(axis=0)
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-12)
    group, label = numbers[items], subject.labels[items]
    first, second = np.triu_indices(len(items), 1)
    same_class = label[first] == label[second]
    together = group[first] == group[second]
    chosen = []
    for wanted in (same_class & together, same_class & ~together):
        rows = np.flatnonzero(wanted)
        chosen.append(shuffled.permutation(rows)[:PAIRS])
    if min(map(len, chosen)) < 5:
        return None
    rows = np.concatenate(chosen)
    likeness = (table[first[rows]] * table[second[rows]]).sum(axis=1)
    return macro_auc(np.stack([-likeness, likeness], axis=1), together[rows].astype(np.int64))
