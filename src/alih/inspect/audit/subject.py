"""The set that is audited: its images as far as they can be read, and how they are divided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih.datafiles.listing import Listing, of_items
from alih.errors import AlihError
from alih.inspect import frozen
from alih.study.catalogue import copies
from alih.study.catalogue.lookup import listing_of
from alih.study.catalogue.sets import specs
from alih.study.document.data import DataSpec
from alih.study.document.study import Study
from alih.words.phrase import Phrase

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from alih.data.imageset import ImageSet

TRAIN, VALIDATION, TEST, POOL = range(4)
PARTS = ("train", "validation", "test", "pool")
"""Parts of an item; `pool` is what a part is still to be drawn from."""

PART_NAMES = tuple(
    Phrase(key)
    for key in (
        "study.seen_part_train",
        "study.seen_part_validation",
        "study.seen_part_test",
        "inspect.audit.pool",
    )
)

DETAILED = 64
"""Pixels a side from which on two images that look alike are hardly so by chance."""

CHUNK = 256

SOURCE = "a-set-of-no-study"
"""The name of the study that is made for a set alone."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A set of a study; `domain` is "" where the study has one set alone.

    `damaged` are the errors of files that cannot be used, which `images` leaves out. `part` [n]
    numbers `PARTS`; `ready` says that parts came with the set, so that no draw will mend them.
    """

    study: Study
    spec: DataSpec
    domain: str
    images: ImageSet
    listing: Listing | None
    damaged: tuple[AlihError, ...]
    part: NDArray[np.uint8]
    ready: bool

    @cached_property
    def names(self) -> Sequence[str]:
        """What each item is called: its path, or its place in a part of arrays (`train[0]`)."""
        table = self.images.items
        if table is not None and table.path:
            return table.path
        ends = {
            "train": len(self.images) - self.images.official_validation - self.images.official_test,
            "validation": self.images.official_validation,
            "test": self.images.official_test,
        }
        return [f"{part}[{at}]" for part, count in ends.items() for at in range(count)]

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """The class of each item; of masks all the same."""
        return self.images.labels

    @property
    def labelled(self) -> bool:
        """Whether images have classes: strata of masks are none."""
        return self.images.masks is None

    @property
    def detailed(self) -> bool:
        """Whether images have enough pixels that chance does not make them alike."""
        return self.side >= DETAILED

    @property
    def side(self) -> int:
        """Pixels that the shorter side of the files usually has; of arrays their side."""
        import numpy as np

        table = self.images.items
        width, height = (None, None) if table is None else (table.width, table.height)
        if width is None or height is None:
            return self.images.images.shape[1]
        return int(np.median(np.minimum(width, height)))

    @cached_property
    def equal(self) -> NDArray[np.int64]:
        """A number for each item that copies share: equal bytes, or equal decoded pixels."""
        import numpy as np

        table, images = self.images.items, self.images.images
        same = None
        if table is not None:
            same = copies.together(table.equal, table.alike)
        if self.listing is None:
            starts = range(0, len(images), CHUNK)
            groups = copies.equal_images(
                f"{self.images.content[:24]}-audited",
                (np.asarray(images[start : start + CHUNK]) for start in starts),
            )
            same = copies.numbered(len(images), groups)
        return np.arange(len(images)) if same is None else same

    @cached_property
    def gray(self) -> NDArray[np.uint8]:
        """All images as gray squares of 32 pixels, [n, 32, 32]: a kilobyte each."""
        import numpy as np
        from PIL import Image

        found = np.empty((len(self.images), 32, 32), np.uint8)
        for item in range(len(found)):
            picture = self.picture(item).convert("L")
            found[item] = np.asarray(picture.resize((32, 32), Image.Resampling.LANCZOS))
        return found

    def picture(self, item: int) -> Any:
        """One decoded image as Pillow's."""
        from PIL import Image

        pixels = self.images.images[item]
        return Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)


def subjects(
    source: str | Path, image_size: int | None, decoding: Callable[[int, int], None]
) -> tuple[Study, list[Subject]]:
    """The sets that a command line names, as a study, or as data that `frozen.named` knows.

    Raises AlihError for what is neither, and where no file at all can be read.
    """
    study = _study(str(source), image_size)
    found = specs(study)
    return study, [
        _subject(study, spec, "" if len(found) == 1 else domain, decoding)
        for domain, spec in found.items()
    ]


def is_study(source: str) -> bool:
    """Whether a study is meant: a document, a study folder, or a built-in study."""
    from alih.study.loading import SUFFIXES, builtin_names

    place = Path(source)
    return (
        place.suffix in SUFFIXES
        or (place / "study.yaml").is_file()
        or (source in builtin_names() and not place.exists())
    )


def _study(source: str, image_size: int | None) -> Study:
    if is_study(source):
        from alih.study.loading import load

        wanted = [] if image_size is None else [f"data.image_size={image_size}"]
        return load(source, wanted)
    spec = frozen.named(source, image_size)
    if image_size is None:  # small images are compared as they are
        spec = spec.model_copy(update={"image_size": None})
    return Study.model_validate(
        {
            "name": SOURCE,
            "title": spec.name,
            "task": frozen.task_of(spec),
            "data": spec.model_dump(),
            "arms": {"any": {"model": "dcnn"}},
            "compare": {"baseline": "any"},
        }
    )


def _subject(
    study: Study, spec: DataSpec, domain: str, decoding: Callable[[int, int], None]
) -> Subject:
    from alih.data.load import load

    masked = study.task == "segmentation"
    listing = listing_of(spec, fresh=True, task=study.task)
    damaged: list[AlihError] = []
    if listing is None:
        images = load(spec, task=study.task, decoding=decoding)
        listing = listing_of(spec, task=study.task)
    else:
        images, listing = _readable(spec, listing, masked, decoding, damaged)
    found = subject_of(study, spec, domain, images)
    return replace(found, listing=listing, damaged=tuple(damaged))


def subject_of(study: Study, spec: DataSpec, domain: str, images: ImageSet) -> Subject:
    """The set of a study whose images have been read, all of them."""
    part, ready = _parts(study, images)
    listing = listing_of(spec, task=study.task)
    return Subject(study, spec, domain, images, listing, (), part, ready)


def _readable(
    spec: DataSpec,
    listing: Listing,
    masked: bool,
    decoding: Callable[[int, int], None],
    damaged: list[AlihError],
) -> tuple[ImageSet, Listing]:
    """The images of the files that can be read; the errors of the others are added to
    `damaged`.
    """
    from alih.data import imagefiles

    while True:
        try:
            return imagefiles.of_listing(spec, listing, masked, decoding), listing
        except AlihError as error:
            errors = error.values.get("errors", (error,))
            named = {str(one.values.get("path")) for one in errors}
            kept = [
                at
                for at, item in enumerate(listing.items)
                if not {str(listing.root / item.path), str(listing.root / (item.mask or "."))}
                & named
            ]
            if len(kept) in (0, len(listing.items)):
                raise
            damaged += errors
            listing = of_items(listing, kept)


def _parts(study: Study, images: ImageSet) -> tuple[NDArray[np.uint8], bool]:
    """The part of each item, and whether parts came with the set."""
    import numpy as np

    sizes = images.official_validation, images.official_test
    rest = len(images) - sum(sizes)
    ready = np.repeat(np.array([TRAIN, VALIDATION, TEST], np.uint8), [rest, *sizes])
    if study.split.scheme == "repeated-kfold":
        ready[ready != TEST] = POOL
        return ready, False
    if images.official_test or study.split.test == "val":
        return ready, True
    ready[ready == TRAIN] = POOL
    return ready, False
