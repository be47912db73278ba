"""Small images of the report: arrays to PNG bytes and data URIs, and montages of activation maps."""

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


def data_uri(content: bytes, kind: str = "image/png") -> str:
    """Bytes as a `data:` address, so that the page needs no other file."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def thumbnail(image: np.ndarray, longest: int = 160) -> str:
    """A data URI of a uint8 image [h, w, c], made smaller when its longest side exceeds `longest` pixels."""
    import numpy as np
    from PIL import Image

    if max(image.shape[:2]) > longest:
        picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
        picture.thumbnail((longest, longest))
        image = np.asarray(picture)
    return data_uri(png(image))


def montage(maps: np.ndarray, columns: int | None = None) -> np.ndarray:
    """Channels uint8 [c, h, w] side by side with a transparent pixel between: grey and alpha as uint8 [H, W, 4].

    >>> import numpy as np
    >>> montage(np.zeros((4, 5, 5), np.uint8)).shape
    (11, 11, 4)
    """
    import numpy as np

    count, height, width = maps.shape
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    sheet = np.zeros((rows * (height + 1) - 1, columns * (width + 1) - 1, 4), np.uint8)
    for index, channel in enumerate(maps):
        top, left = (index // columns) * (height + 1), (index % columns) * (width + 1)
        sheet[top : top + height, left : left + width, :3] = channel[..., None]
        sheet[top : top + height, left : left + width, 3] = 255
    return sheet
