"""One image file and its mask as squares of the same geometry: pixels, and a class for each of
them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from alih.data import pictures
from alih.datafiles.imagefile import ids_in, mask_values, open_image, orientation, shown_size
from alih.datafiles.mask_classes import IGNORE, MaskClasses, listed
from alih.datafiles.mask_folders import refuse_size
from alih.errors import AlihError

if TYPE_CHECKING:
    from alih.data.decode import Decode

TURNS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
"""What brings a picture with each EXIF orientation upright, in Pillow's names."""


def read_mask(
    mask: Path,
    image: Path,
    settings: Decode,
    classes: MaskClasses,
    table: np.ndarray | None = None,
    lying: bool = False,
) -> np.ndarray:
    """One mask as class indices uint8 [size, size], 255 where a pixel counts for nothing.

    It is cut and resized like its image (`squash`, `crop`), by the nearest pixel. A mask of the
    size that the image has when it is shown stays as it is; one of the size that the image has in
    its file is turned with it, as EXIF says. Where both sizes are the same, `lying` decides:
    whether masks lie as images do in their files. Raises AlihError that names the file for an
    unreadable mask, another size, a colour mask, ids that no class has, and a mask without a pixel
    that counts, or none that is left after cutting and resizing.
    """
    with open_image(image, settings.max_pixels) as picture:
        lies, shown, turning = picture.size, shown_size(picture), orientation(picture)
    with open_image(mask, settings.max_pixels) as picture, pictures.turn(picture):
        ids = mask_values(picture, mask)
    size = (ids.shape[1], ids.shape[0])
    refuse_size(mask, size, lies, shown)
    there = ids_in(ids)
    strays = classes.strays(there)
    if strays:
        raise AlihError(
            "study.mask_beyond", path=mask, ids=listed(strays), known=listed(classes.known), count=1
        )
    # Resized first: that is a small array to look up, and the nearest pixel's class is the class of
    # the nearest pixel.
    turned = size != shown or (lying and size == lies)
    kept = _fit(ids, turning if turned else 1, settings)
    labels = (classes.table() if table is None else table)[kept]
    if (labels == IGNORE).all():
        if set(there) <= set(classes.ignore):
            raise AlihError("study.mask_ignored_only", path=mask, count=1)
        raise AlihError(
            "data.mask_nothing_left", path=mask, size=settings.size, resize=settings.resize
        )
    return labels


def _fit(ids: np.ndarray, turning: int, settings: Decode) -> np.ndarray:
    """Ids [h, w], turned as an EXIF orientation says, at the geometry of `pictures.fit`."""
    from PIL import Image

    picture = Image.fromarray(ids if ids.dtype == np.uint8 else ids.astype(np.int32))
    if turning != 1:
        picture = picture.transpose(Image.Transpose[TURNS[turning]])
    box = pictures.kept_box(picture.size, settings)
    if picture.size != (settings.size, settings.size) or box is not None:
        picture = picture.resize((settings.size, settings.size), Image.Resampling.NEAREST, box=box)
    return np.asarray(picture)
