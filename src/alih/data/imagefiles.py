"""Sets that consist of image files: a folder of classes, or of images with masks; Oxford-IIIT Pet.

Decoded once, keyed by the content of all files.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from alih import files
from alih.data import items, pets_source, store, streaming
from alih.data.decode import Decode, Tell, key
from alih.data.decode import content as decoded_content
from alih.data.fashion_mnist import Progress
from alih.data.imageset import ImageSet
from alih.data.sources import FileSource, MaskedSource
from alih.datafiles import pets
from alih.datafiles.contents import content
from alih.datafiles.depth import depth
from alih.datafiles.listing import Listing
from alih.errors import AlihError
from alih.study.catalogue import copies
from alih.study.catalogue.lookup import listing_of
from alih.study.catalogue.sets import FOLDER_SIZE
from alih.study.document.data import DataSpec


def load(spec: DataSpec, progress: Progress | None, task: str, decoding: Tell) -> ImageSet:
    """The set that `spec` names by `folder`, `table` or as `oxford-iiit-pet`, fetched first where
    it can be and is not here.

    For the task `segmentation` with masks. Raises AlihError for a folder that is not understood,
    and for an image or a mask that cannot be used (by name).
    """
    masked = task == "segmentation"
    if masked and spec.set == pets.NAME and spec.path is None:
        pets_source.obtain(progress, trimaps=True)
    listing = listing_of(spec, fresh=True, task=task)
    if listing is None:
        pets_source.obtain(progress)
        listing = listing_of(spec, fresh=True, task=task)
    if listing is None:
        raise AlihError(
            "study.pets_missing", path=pets.cache_folder(), expected="images/, annotations/"
        )
    return of_listing(spec, listing, masked, decoding)


def of_listing(spec: DataSpec, listing: Listing, masked: bool, decoding: Tell) -> ImageSet:
    """The files of a listing, decoded as `spec` says. Raises AlihError that names every file that
    cannot be used.
    """
    size = spec.image_size or FOLDER_SIZE
    how = size, spec.channels or 3, spec.resize, spec.interpolation, spec.max_pixels
    try:
        settings = Decode(*how, depth(listing).scale)
        digest = content(listing)
    except AlihError as error:
        if error.key != "study.file_unreadable":
            raise
        # The first file that cannot be read ends the hashing; the list of all is what helps.
        raise _source(listing, "", Decode(*how)).faults() or error from error
    keys = {"files": digest} | (
        {"masks": files.digest(listing.masks.rows())} if listing.masks else {}
    )
    keys |= {"masks lie": "as in the file"} if listing.lying else {}
    name, source = key(keys, settings), partial(_source, listing, digest, settings)
    row = settings.size**2 * (settings.channels + (listing.masks is not None))
    if streaming.wanted(name, len(listing.items), row):
        compare = partial(copies.compare, spec, listing)
        found = streaming.obtain(name, source(), compare, decoding)
    else:
        found = store.obtain(name, source, decoding)
    # Name and place are those of this study, not of the one that decoded the same images first.
    card = {**found.card, **_place(spec, listing)}
    ready = {part: listing.count(part) for part in ("validation", "test")}
    masks = found.masks if masked else None
    return ImageSet(
        spec.name,
        listing.target_classes,
        found.images,
        found.labels,
        ready["test"],
        card,
        ready["validation"],
        masks,
        decoded_content(digest, settings),
        items.of_files(listing, found.seen, copies.learn(spec, listing, found.images)),
    )


def undecoded(spec: DataSpec, task: str) -> ImageSet | None:
    """The set without its pixels, to be divided; None where it is not image files, or not here.

    Raises AlihError as `listing_of`.
    """
    listing = listing_of(spec, task=task)
    if listing is None:
        return None
    ready = {part: listing.count(part) for part in ("validation", "test")}
    table = items.of_files(listing, None, copies.of_pixels(spec, listing))
    images = np.empty((len(listing.items), 0, 0, spec.channels or 3), np.uint8)
    classes = listing.target_classes
    return ImageSet(
        spec.name, classes, images, table.label, ready["test"], {}, ready["validation"], items=table
    )


def _source(listing: Listing, digest: str, settings: Decode) -> FileSource:
    labels, images = np.array(listing.items.labels, np.int64), listing.items.paths
    facts = {"sha256": digest}
    if listing.masks is None:
        return FileSource(listing.root, images, labels, facts, settings)
    return MaskedSource(
        listing.root,
        images,
        labels,
        facts,
        settings,
        listing.items.masks,
        classes=listing.masks,
        lying=listing.lying,
    )


def _named(spec: DataSpec, listing: Listing) -> Path:
    """The folder or archive as the user knows it."""
    archive = Path(spec.folder or "").expanduser()
    return archive if archive.suffix.lower() == ".zip" else listing.root


def _place(spec: DataSpec, listing: Listing) -> dict[str, Any]:
    official = spec.set is not None
    masks = (
        {"masks": {str(name): ids for name, ids in listing.masks.rows()}} if listing.masks else {}
    )
    return {
        "name": spec.name,
        "classes": list(listing.target_classes),
        "counts": listing.counts(),
        "licence": pets.LICENCE if official else None,
        "source": pets.CITATION if official else str(spec.table or _named(spec, listing)),
        "ignored": dict(listing.ignored),
        **masks,
    }
