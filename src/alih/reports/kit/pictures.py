"""Small images of the report: arrays to PNG bytes and data URIs, and montages of activation
maps.
"""

from __future__ import annotations

import base64
import io
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def png(image: np.ndarray) -> bytes:
    """PNG bytes of a uint8 image [h, w], [h, w, 1], [h, w, 3] or [h, w, 4]."""
    from PIL import Image

    if image.ndim == 3 and image.shape[2] == 1:
        image = image[..., 0]
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def jpeg(image: np.ndarray) -> bytes:
    """JPEG bytes of a uint8 image [h, w, 3], with colours at full resolution."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="JPEG", quality=88, subsampling=0, optimize=True)
    return buffer.getvalue()


def data_uri(content: bytes, kind: str = "image/png") -> str:
    """Bytes as a `data:` address, so that the page needs no other file."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def thumbnail(image: np.ndarray, longest: int = 160) -> str:
    """A data URI of a uint8 image [h, w, c], made smaller when its longest side exceeds `longest`
    pixels.
    """
    import numpy as np
    from PIL import Image

    if max(image.shape[:2]) > longest:
        picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
        picture.thumbnail((longest, longest))
        image = np.asarray(picture)
    return data_uri(png(image))


def montage(maps: np.ndarray, columns: int | None = None, gap: int = 1) -> np.ndarray:
    """Channels uint8 [c, h, w], or pictures [c, h, w, 3], side by side, transparent `gap` pixels
    between: uint8 [H, W, 4].

    >>> import numpy as np
    >>> montage(np.zeros((4, 5, 5), np.uint8)).shape
    (11, 11, 4)
    """
    import numpy as np

    count, height, width = maps.shape[:3]
    maps = maps.reshape(count, height, width, -1)
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    sheet = np.zeros((rows * (height + gap) - gap, columns * (width + gap) - gap, 4), np.uint8)
    for index, channel in enumerate(maps):
        top, left = (index // columns) * (height + gap), (index % columns) * (width + gap)
        sheet[top : top + height, left : left + width, :3] = channel
        sheet[top : top + height, left : left + width, 3] = 255
    return sheet


def enlarged(maps: np.ndarray, least: int, most: int) -> np.ndarray:
    """Maps [k, h, w, ...] by whole factors so that a side has at least `least` pixels, or thinned
    to at most `most`.

    Every value stays one square of equal size, so that a reader sees how coarse a map is.

    >>> import numpy as np
    >>> enlarged(np.zeros((2, 4, 4)), 10, 20).shape, enlarged(np.zeros((2, 50, 50)), 10, 20).shape
    ((2, 12, 12), (2, 17, 17))
    """
    side = max(maps.shape[1:3])
    if side > most:
        step = -(-side // most)
        return maps[:, ::step, ::step]
    factor = max(1, -(-least // side))
    return maps.repeat(factor, axis=1).repeat(factor, axis=2)


def overlay(image: np.ndarray, strength: np.ndarray, weight: float = 0.65) -> np.ndarray:
    """A map uint8 [h, w] in colours (dark: low, bright: high) over the gray form of an image uint8
    [H, W, c]: uint8 [H, W, 3].
    """
    import numpy as np
    from matplotlib import colormaps
    from PIL import Image

    size = (image.shape[1], image.shape[0])
    smooth = np.asarray(Image.fromarray(strength).resize(size, Image.Resampling.BILINEAR))
    heat = colormaps["inferno"](smooth)[..., :3] * 255
    gray = image.mean(axis=2, keepdims=True)
    return np.round(weight * heat + (1 - weight) * gray).astype(np.uint8)
