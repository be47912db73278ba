"""Sets that consist of image files: a folder of classes, Oxford-IIIT Pet. Decoded once, keyed by the content of all files."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from alih.data import pets_source, store
from alih.data.fashion_mnist import Progress
from alih.data.imageset import ImageSet
from alih.errors import AlihError
from alih.study import pets
from alih.study.document import DataSpec
from alih.study.listing import Listing, content, listing_of
from alih.study.sets import FOLDER_SIZE


def load(spec: DataSpec, progress: Progress | None = None) -> ImageSet:
    """The set that `spec` names by `folder` or as `oxford-iiit-pet`, fetched first where it can be and is not here.

    Raises AlihError for a folder that is not understood, and for an image that cannot be read (by name).
    """
    listing = listing_of(spec, fresh=True)
    if listing is None:
        pets_source.obtain(progress)
        listing = listing_of(spec, fresh=True)
    if listing is None:
        raise AlihError("study.pets_missing", path=pets.cache_folder(), expected="images/, annotations/")
    settings = store.Decode(spec.image_size or FOLDER_SIZE, spec.channels or 3, spec.resize, spec.interpolation)
    digest = content(listing)
    images, labels, card = store.open_or_build(store.key({"files": digest}, settings), partial(_raw, listing, digest), settings)
    # Name and place are those of this study, not of the one that decoded the same images first.
    card = {**card, **_place(spec, listing)}
    ready = {part: listing.count(part) for part in ("validation", "test")}
    return ImageSet(spec.name, listing.classes, images, labels, ready["test"], card, ready["validation"])


def _raw(listing: Listing, digest: str) -> store.Raw:
    labels = np.array([item.label for item in listing.items], np.int64)
    return store.Raw([listing.root / item.path for item in listing.items], labels, {"sha256": digest})


def _place(spec: DataSpec, listing: Listing) -> dict[str, Any]:
    official = spec.set is not None
    return {
        "name": spec.name,
        "classes": list(listing.classes),
        "counts": listing.counts(),
        "licence": pets.LICENCE if official else None,
        "source": pets.CITATION if official else str(listing.root),
        "ignored": dict(listing.ignored),
    }
