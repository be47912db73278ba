"""From the `data` section of a study to an `ImageSet`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from alih import files
from alih.data import digits, fashion_mnist, imagefiles, items, packaged, pets_source, store
from alih.data.decode import Decode, Source, Tell
from alih.data.decode import content as decoded_content
from alih.data.decode import key as decoded_key
from alih.data.fashion_mnist import Place, Progress
from alih.data.imageset import ImageSet
from alih.data.sources import ArraySource
from alih.datafiles import arrays, pets
from alih.datafiles.arrays import DIGITS, ArrayFile
from alih.datafiles.filehashes import file_sum
from alih.datafiles.listing import PARTS, select
from alih.errors import AlihError
from alih.study.catalogue.sets import KNOWN_SETS, MASKED_SETS, facts_of
from alih.study.checking.notes import at_hand
from alih.study.document.data import DataSpec
from alih.study.document.study import Study
from alih.words import say


def load(
    spec: DataSpec,
    progress: Progress | None = None,
    task: str = "classification",
    decoding: Tell = lambda done, of: None,
) -> ImageSet:
    """The images that `spec` names, decoded once and memory-mapped; fetched first when they are not
    on this machine.

    `spec.image_size` and `spec.channels` default to the set's own. `task` segmentation gives
    `masks` too. `progress` is told of bytes that are fetched, `decoding` of images that are
    decoded. Raises AlihError for an unknown set, files that are missing, damaged or not those of
    the set, a set that cannot be had, and one without masks.

    >>> images = load(DataSpec(set="fashion-mnist-mini"))
    >>> images.images.shape, images.official_test
    ((7000, 28, 28, 1), 1000)
    """
    if spec.folder is not None or spec.table is not None or spec.set == pets.NAME:
        return imagefiles.load(spec, progress, task, decoding)
    if spec.npz is not None:
        return _npz(spec, task, decoding)
    name = _known(spec.set or "")
    if task == "segmentation":
        raise AlihError("study.no_masks", set=name, known=", ".join(MASKED_SETS))
    if name in DIGITS:
        source = digits.place(name, spec.path, progress)
        content = _content(source) if isinstance(source, Place) else {"arrays": file_sum(source)}
        return _from_arrays(name, content, partial(digits.source_of, name, source), spec, decoding)
    if name in packaged.SETS:
        file = packaged.place(name, spec.path)
        build = partial(packaged.source_of, name, file)
        return _from_arrays(name, {"arrays": file_sum(file)}, build, spec, decoding)
    place = _place(name, spec.path, progress)
    try:
        return _from_arrays(name, _content(place), partial(_source, name, place), spec, decoding)
    except AlihError as error:
        # A damaged copy in the cache must not stop a study while another source has the set.
        if (
            spec.path is not None
            or name == fashion_mnist.EMBEDDED.name
            or not error.key.startswith(("data.idx_", "data.wrong_content"))
        ):
            raise
        place = fashion_mnist.obtain(progress)
        return _from_arrays(name, _content(place), partial(_source, name, place), spec, decoding)


def look_through(study: Study, decoding: Tell = lambda done, of: None) -> int:
    """Decode the image files of a study, where they are here and nobody did before; returns how
    many there are.

    0 where its sets are none of image files, or are not here: nothing is fetched. What is decoded
    is kept for runs. Raises AlihError that names all files that cannot be used.
    """
    return sum(len(load(spec, task=study.task, decoding=decoding)) for spec, _ in at_hand(study))


def _content(place: Place) -> dict[str, str]:
    # The files as they lie (30 MB, compressed) are hashed at every load; their decompressed content
    # only when decoded.
    return {role: files.sha256(path) for role, path in place.paths.items()}


def _npz(spec: DataSpec, task: str, decoding: Tell) -> ImageSet:
    """The set in an NPZ file of the user's."""
    facts = facts_of(spec, task)
    assert facts is not None, "exactly one source is named"
    held = arrays.look(Path(spec.npz or "").expanduser())
    content = {"arrays": file_sum(held.place)}
    build = partial(_npz_source, spec.name, held)
    found = _from_arrays(spec.name, content, build, spec, decoding, (held.width, held.height))
    # Name and place are those of this study, not of the one that decoded the same file first.
    return replace(found, card={**found.card, "name": spec.name, "source": str(held.place)})


def _npz_source(name: str, held: ArrayFile, settings: Decode) -> Source:
    def counted(part: str) -> dict[str, int]:
        numbers = np.bincount(held.labels[part], minlength=len(held.classes))
        return {label: int(count) for label, count in zip(held.classes, numbers, strict=True)}

    parts = [part for part in PARTS if part in held.labels]
    counts = {part: counted(part) for part in parts}
    card: dict[str, Any] = {
        "name": name,
        "classes": list(held.classes),
        "counts": counts | ({} if "test" in counts else {"test": dict.fromkeys(held.classes, 0)}),
        "licence": None,
        "source": str(held.place),
        "sha256": file_sum(held.place),
    }
    labels = np.concatenate([held.labels[part] for part in parts])
    return ArraySource(held.pixels(), labels, card, settings)


def _from_arrays(
    name: str,
    content: Mapping[str, str],
    build: Callable[[Decode], Source],
    spec: DataSpec,
    decoding: Tell,
    sides: tuple[int, int] | None = None,
) -> ImageSet:
    """A set of arrays, told from others by the `content` of its files; `sides` are width and height
    where they may differ.
    """
    facts = facts_of(spec) if spec.set is None else KNOWN_SETS[name]
    assert facts is not None, "exactly one source is named"
    size, channels = spec.image_size or facts.image_size, spec.channels or facts.channels
    settings = Decode(size, channels, spec.resize, spec.interpolation)
    key = decoded_key({"set": name if spec.set else "npz", **content}, settings)
    images, labels, _, card, _ = store.obtain(key, partial(build, settings), decoding)
    ready = [sum(card["counts"].get(part, {}).values()) for part in ("validation", "test")]
    width, height = sides or (facts.image_size, facts.image_size)
    table = items.of_arrays(labels, card["classes"], ready, (width, height))
    decoded = decoded_content(card["sha256"], settings)
    found = ImageSet(
        name,
        tuple(card["classes"]),
        images,
        labels,
        ready[1],
        card,
        ready[0],
        content=decoded,
        items=table,
    )
    return _restricted(found, spec.classes) if spec.classes else found


def _restricted(images: ImageSet, wanted: Sequence[str]) -> ImageSet:
    """Some classes of a set, numbered in the order wanted; their images are copied into memory."""
    numbers = np.full(len(images.classes), -1)
    numbers[list(select(images.classes, wanted))] = range(len(wanted))
    labels = numbers[images.labels]
    kept = np.flatnonzero(labels >= 0)
    counts = {
        part: {name: counted[name] for name in wanted}
        for part, counted in images.card["counts"].items()
    }
    ready = [sum(counts.get(part, {}).values()) for part in ("validation", "test")]
    table = images.items
    assert table is not None and table.sides is not None, "sets of arrays have a table"  # noqa: PT018
    return replace(
        images,
        classes=tuple(wanted),
        images=images.images[kept],
        labels=labels[kept],
        official_test=ready[1],
        official_validation=ready[0],
        card={**images.card, "classes": list(wanted), "counts": counts},
        content=files.digest([images.content, list(wanted)]),
        items=items.of_arrays(labels[kept], wanted, ready, table.sides),
    )


def _known(name: str) -> str:
    if name not in KNOWN_SETS:
        near = difflib.get_close_matches(name, KNOWN_SETS, n=1)
        hint = say("common.did_you_mean", name=near[0]) if near else say("data.list_hint")
        raise AlihError("data.unknown_set", name=name, known=", ".join(KNOWN_SETS), hint=hint)
    return name


def _place(name: str, path: str | None, progress: Progress | None) -> Place:
    """The set's files, not yet looked into: decoding checks their content."""
    return fashion_mnist.here(name, path) or fashion_mnist.obtain(progress)


def _source(name: str, place: Place, settings: Decode) -> Source:
    """Parse and check the four files, and write the set's card."""
    classes = fashion_mnist.CLASSES
    parts = [fashion_mnist.read_part(place, part) for part in ("train", "t10k")]
    content = fashion_mnist.check_content(name, place)
    counts = {
        split: {
            label: int(count)
            for label, count in zip(
                classes, np.bincount(labels, minlength=len(classes)), strict=True
            )
        }
        for split, (_, labels) in zip(("train", "test"), parts, strict=True)
    }
    card: dict[str, Any] = {
        "name": name,
        "classes": list(classes),
        "counts": counts,
        "channels": 1,
        "image_size": 28,
        "licence": fashion_mnist.LICENCE,
        "source": fashion_mnist.CITATION,
        "sha256": files.digest(content),
        "files": content,
    }
    images, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return ArraySource(images, labels, card, settings)


def available() -> list[dict[str, Any]]:
    """What `alih data list` shows: name, where, bytes, licence, ready (usable without fetching),
    source, for each named set.
    """
    rows = []
    for name in KNOWN_SETS:
        if name == pets.NAME:
            rows.append(pets_source.available())
            continue
        if name in DIGITS:
            rows.append(digits.available(name))
            continue
        if name in packaged.SETS:
            rows.append(packaged.available(name))
            continue
        place = fashion_mnist.here(name)
        rows.append(
            {
                "name": name,
                "where": str(place.folder) if place else None,
                "source": place.source if place else None,
                "bytes": place.bytes if place else fashion_mnist.DOWNLOAD_BYTES,
                "licence": fashion_mnist.LICENCE,
                "ready": place is not None,
            }
        )
    return rows


def fetch(name: str, progress: Progress | None = None) -> Path:
    """Make a named set available and checked, and return the folder of its files.

    Files that are already here are checked and left where they are; damaged ones in the cache are
    fetched again.
    """
    name = _known(name)
    if name == pets.NAME:
        return pets_source.obtain(progress, trimaps=True)
    if name in DIGITS:
        source = digits.place(name, None, progress)
        digits.read(name, source)
        return source.folder if isinstance(source, Place) else source.parent
    if name in packaged.SETS:
        file = packaged.place(name)
        packaged.read(name, file)
        return file.parent
    if name == fashion_mnist.EMBEDDED.name:
        place = fashion_mnist.in_user_folder(str(fashion_mnist.EMBEDDED), name)
        fashion_mnist.verify(name, place)
        return place.folder
    return fashion_mnist.obtain(progress).folder
