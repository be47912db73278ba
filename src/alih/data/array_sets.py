"""Which sets of a study are arrays, what they hold, and which of their images are equal. Nothing is
decoded.
"""

from __future__ import annotations

import contextlib
import itertools
from functools import partial
from pathlib import Path

import numpy as np

from alih import files
from alih.data import digits, fashion_mnist, packaged
from alih.data.fashion_mnist import MOST_VALUES, Place
from alih.data.idx import read_idx
from alih.datafiles import array_sets, arrays, contents
from alih.datafiles.array_sets import ArraySet
from alih.datafiles.arrays import DIGITS
from alih.datafiles.filehashes import file_sum
from alih.datafiles.listing import PARTS as PART_NAMES
from alih.errors import AlihError
from alih.findings import Finding, unmuted
from alih.study.catalogue import copies
from alih.study.catalogue.sets import KNOWN_SETS
from alih.study.checking import described
from alih.study.checking.notes import files_of, sets_of, shared_among, twins_among
from alih.study.document.data import DataSpec
from alih.study.document.study import Study

PARTS = {"train": "train", "test": "t10k"}


def lines(study: Study, drawn: bool = True) -> list[str]:
    """What was understood of every set that is here, of image files and of arrays; without `drawn`
    only parts are told that came with the set.
    """
    return described.lines(study, array_set, drawn)


def array_findings(study: Study) -> list[Finding]:
    """Equal images of sets of arrays in two classes or parts; nothing where none are here, and
    nothing that the study mutes.
    """
    sets = sets_of(study)
    found = [finding for spec in sets for finding in _twins(spec)]
    return unmuted([*found, *(_shared(*sets) if len(sets) > 1 else ())], study.mute)


def here(study: Study) -> bool:
    """Whether all sets of a study can be read without fetching any."""
    return all(array_set(spec) or files_of(spec, study.task) for spec in sets_of(study))


def equal_items(ours: DataSpec, theirs: DataSpec, tasks: tuple[str, str]) -> int | None:
    """How many images of one set are in another as well; None where that cannot be told: one is
    not here, or they are files and arrays, or of other shapes. `tasks`: what each is read for.
    """
    one, other = (files_of(spec, task) for spec, task in zip((ours, theirs), tasks, strict=True))
    if one and other:
        with contextlib.suppress(AlihError):  # of a file that cannot be read
            return int((contents.equal_to(other, one) >= 0).sum())
        return None
    pairs = _pairs(theirs, ours)
    return None if pairs is None else len(pairs)


def _shared(source: DataSpec, target: DataSpec) -> tuple[Finding, ...]:
    """Images of the target that are equal to some of the source; none where shapes differ."""
    ours, pairs = array_set(target), _pairs(source, target)
    return shared_among(pairs, bool(ours.count("test"))) if ours and pairs else ()


def _pairs(source: DataSpec, target: DataSpec) -> list[tuple[str, str, str]] | None:
    """Images of arrays that both sets hold: the name in each, and the part in the target."""
    held, ours = array_set(source), array_set(target)
    if held is None or ours is None:
        return None
    shapes = [(one.height, one.width, one.channels) for one in (held, ours)]
    if shapes[0] != shapes[1]:
        return None
    address = files.digest([held.content, ours.content])[:32]
    count = sum(map(len, held.labels.values()))
    try:
        blocks = itertools.chain(held.blocks(), ours.blocks())
        equal = copies.equal_images(address, blocks)
    except AlihError:  # told by whoever decodes them
        return None
    pairs = []
    for group in equal:
        known = [held.item(number) for number in group if number < count]
        same = [ours.item(number - count) for number in group if number >= count]
        known = [item for item in known if item.label >= 0]
        pairs += [
            (known[0].path, item.path, PART_NAMES[item.part])
            for item in same
            if known and item.label >= 0
        ]
    return pairs


def array_set(spec: DataSpec) -> ArraySet | None:
    """What the set of arrays holds that `spec` names; None for other sets, and where its files are
    not here or damaged, which is told by whoever reads them.
    """
    with contextlib.suppress(AlihError):
        found = _found(spec)
        return found.of_classes(spec.classes) if found and spec.classes else found
    return None


def _found(spec: DataSpec) -> ArraySet | None:
    name = spec.set
    if spec.npz is not None:
        return _of_npz(Path(spec.npz).expanduser())
    if name in DIGITS:
        there = digits.here(name, spec.path)
        if isinstance(there, Path):
            return _of_hdf5(name, there) if there.suffix == ".h5" else _of_npz(there)
        return _of_idx(name, there) if there else None
    if name in packaged.SETS:
        file = packaged.here(name, spec.path)
        if file is None:
            return None
        pixels, labels = packaged.read(name, file)
        facts = KNOWN_SETS[name]
        held = {"train": partial(_whole, pixels)}
        side = facts.image_size
        return ArraySet(facts.names, {"train": labels}, side, side, 1, held, file_sum(file))
    if name in fashion_mnist.CONTENT:
        place = fashion_mnist.here(name, spec.path)
        return _of_idx(name, place) if place else None
    return None


def _of_npz(place: Path) -> ArraySet:
    return array_sets.of_file(arrays.look(place), file_sum(place))


def _of_hdf5(name: str, place: Path) -> ArraySet:
    held, facts = digits.read(name, place), KNOWN_SETS[name]
    labels = {part: held[f"{role}-labels"].astype(np.int64) for part, role in PARTS.items()}
    images = {part: partial(_whole, held[f"{role}-images"]) for part, role in PARTS.items()}
    side = facts.image_size
    return ArraySet(facts.names, labels, side, side, 1, images, file_sum(place))


def _of_file(place: Path) -> list[np.ndarray]:
    return [read_idx(place, 3, most=MOST_VALUES)]  # some 50 MB at most


def _whole(images: np.ndarray) -> list[np.ndarray]:
    return [images]


def _of_idx(name: str, place: Place) -> ArraySet | None:
    facts = KNOWN_SETS[name]
    labels, images = {}, {}
    for part, role in PARTS.items():
        numbers = read_idx(place.paths[f"{role}-labels"], 1, most=MOST_VALUES)
        if numbers.max(initial=0) >= len(facts.names):  # told by whoever decodes it
            return None
        labels[part] = numbers.astype(np.int64)
        images[part] = partial(_of_file, place.paths[f"{role}-images"])
    content = files.digest([file_sum(path) for path in place.paths.values()])
    side = facts.image_size
    return ArraySet(facts.names, labels, side, side, facts.channels, images, content)


def _twins(spec: DataSpec) -> tuple[Finding, ...]:
    held = array_set(spec)
    if held is None:
        return ()
    try:
        equal = copies.equal_images(held.content[:32], held.blocks())
    except AlihError:  # images that cannot be read are told by whoever decodes them
        return ()
    items = ([held.item(number) for number in group] for group in equal)
    kept = ([item for item in group if item.label >= 0] for group in items)
    return twins_among([group for group in kept if len(group) > 1])
