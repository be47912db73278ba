"""Random changes of training batches, addressed by (replicate, epoch, item).

Each epoch has one counter-based (Philox) table of uniform numbers with a row per item of the set,
so what happens to an image depends neither on the batch it is in, nor on order, worker or rank, and
all arms of a replicate see the same.

Order: flip, shift, crop, rotation and scale, erasing. The first three move whole pixels and are
done together by one gather; rotation and scale are one resampling. Masks go wherever their images
go, by the nearest pixel. torch is imported inside functions: the core install works without it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from alih.data.pixels import uploaded
from alih.datafiles.mask_classes import IGNORE
from alih.errors import AlihError
from alih.seeding import numpy_generator
from alih.study.document.augment import Augment

if TYPE_CHECKING:
    import numpy as np
    import torch

# Columns of the table. The order is part of what a seed means: append, never insert.
COLUMNS = (
    "flip",
    "shift_y",
    "shift_x",
    "crop_y",
    "crop_x",
    "rotation",
    "erase",
    "erase_area",
    "erase_aspect",
    "erase_y",
    "erase_x",
    "scale",
)
WIDTH = 16

FLIPPED = 0.5
"""An image is flipped where its number is below this."""

# Zhong et al. (2020), Random Erasing Data Augmentation, section 4: area and aspect of the erased
# rectangle.
ERASE_AREA = (0.02, 0.33)
ERASE_ASPECT = (0.3, 1 / 0.3)


@dataclass(frozen=True)
class AugmentTable:
    """The random numbers of one epoch: uniform float32 [n_items, 16], row i for item i of the image
    set.

    A larger `n_items` leaves the rows of the first items as they are. `stream` is part of the
    address: two sets whose images are read side by side are not changed alike.
    """

    study_seed: int
    replicate: int
    epoch: int | str
    n_items: int
    stream: str = ""

    @cached_property
    def values(self) -> np.ndarray:
        """The table, drawn when first needed (about 5 ms for 60,000 items)."""
        import numpy as np

        generator = numpy_generator(
            self.study_seed,
            self.replicate,
            "/".join(filter(None, ("augment", self.stream, str(self.epoch)))),
        )
        return generator.random((self.n_items, WIDTH), dtype=np.float32)

    def flips(self, items: np.ndarray) -> np.ndarray:
        """Which of a batch of items `flip` turns, bool [b]."""
        flipped: np.ndarray = self.values[items, COLUMNS.index("flip")] < FLIPPED
        return flipped

    def rows(self, items: Any, device: Any = "cpu") -> dict[str, torch.Tensor]:
        """The numbers of a batch of items, one float32 tensor [b] per column, brought to the device
        in one copy.
        """
        import numpy as np

        chosen = np.asarray(items, np.int64)
        if chosen.size and not 0 <= chosen.min() <= chosen.max() < self.n_items:
            came = int(chosen.min()) if chosen.min() < 0 else int(chosen.max())
            raise AlihError("data.item_beyond_table", came=came, largest=self.n_items - 1)
        return dict(zip(COLUMNS, uploaded(self.values[chosen], device).unbind(1), strict=False))


def augment(
    images: torch.Tensor,
    items: Any,
    spec: Augment,
    table: AugmentTable,
    mean: Any = 0.0,
    border: float = 0.0,
) -> torch.Tensor:
    """The batch [b, c, h, w] with each image changed by its row of the table; see `transform`.

    `items` [b] are the images' indices in the set. Returns the input itself when `spec` changes
    nothing.
    """
    return transform(images, None, items, spec, table, mean, border)[0]


def transform(
    images: torch.Tensor,
    masks: torch.Tensor | None,
    items: Any,
    spec: Augment,
    table: AugmentTable,
    mean: Any = 0.0,
    border: float = 0.0,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Change images [b, c, h, w] and their masks [b, h, w] together; dtype, device and memory
    format stay.

    - flip: left-right, with probability 1/2.
    - shift: by -shift … +shift whole pixels along each axis; what enters is `border` (masks: 255,
      to be ignored).
    - crop: pad by `crop` pixels that mirror the edge, cut a random window of the old size
      (pad-and-crop).
    - rotation: by -rotation … +rotation degrees about the centre, bilinear, `border` outside
      (masks: nearest, 255).
    - scale: zoom about the centre by a factor of 1 - scale … 1 + scale, log-uniform, so that half
      and double are equally far; together with rotation, in one resampling.
    - erase: with that probability one rectangle of 2-33 % of the area and aspect 0.3-3.3 becomes
      `mean`, a number or one per channel (Zhong et al. 2020). The aspect is drawn log-uniformly
      from the part that fits into the image, which replaces the paper's "repeat until it fits".
      Masks keep their labels there.

    `border` and `mean` are in the units of the images: for images normalised by mean and std, black
    is -mean / std.
    """
    if not spec.active or not len(images):
        return images, masks
    _check(spec, images.shape[2], images.shape[3])
    row = table.rows(items, images.device)
    if spec.flip or spec.shift or spec.crop:
        images, masks = _move(images, masks, spec, row, border)
    if spec.rotation or spec.scale:
        images, masks = _resample(images, masks, spec, row, border)
    if spec.erase:
        images = _erase(images, spec.erase, row, mean)
    return images, masks


def _check(spec: Augment, height: int, width: int) -> None:
    for key in ("shift", "crop"):
        if getattr(spec, key) >= min(height, width):
            raise AlihError(
                "data.augment_too_large", key=key, came=getattr(spec, key), size=min(height, width)
            )


def _whole(uniform: torch.Tensor, most: int) -> torch.Tensor:
    """Uniform numbers [b] as whole numbers -most … most."""
    return (uniform * (2 * most + 1)).floor().clamp_(max=2 * most).long() - most


def _move(
    images: torch.Tensor,
    masks: torch.Tensor | None,
    spec: Augment,
    row: dict[str, torch.Tensor],
    border: float,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Flip, shift and crop by one gather: for every output pixel the input pixel it comes from."""
    import torch

    batch, channels, height, width = images.shape
    y, inside_y = _source(height, spec, row["crop_y"], row["shift_y"])
    x, inside_x = _source(width, spec, row["crop_x"], row["shift_x"])
    if spec.flip:
        x = torch.where((row["flip"] < FLIPPED)[:, None], width - 1 - x, x)
    first = torch.arange(batch, device=images.device)[:, None] * height
    pixel = ((first + y)[:, :, None] * width + x[:, None, :]).flatten()  # [b·h·w]
    inside = inside_y[:, :, None] & inside_x[:, None, :]  # [b, h, w]

    # Pixels as rows [b·h·w, c]: a view of channels-last memory, and one row is one copy in
    # index_select.
    pixels = images.permute(0, 2, 3, 1).reshape(-1, channels)
    moved = pixels.index_select(0, pixel).view(batch, height, width, channels)
    if spec.shift:
        moved = moved.masked_fill_(~inside[..., None], border)
    moved = moved.permute(0, 3, 1, 2)
    if not images.is_contiguous(memory_format=torch.channels_last):
        moved = moved.contiguous()
    if masks is not None:
        masks = masks.reshape(-1).index_select(0, pixel).view(batch, height, width)
        masks = masks.masked_fill_(~inside, IGNORE) if spec.shift else masks
    return moved, masks


def _source(
    size: int, spec: Augment, crop: torch.Tensor, shift: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Along one axis: the position each output position reads [b, size], and whether it lies inside
    the image.
    """
    import torch

    position = torch.arange(size, device=crop.device)[None]
    if spec.crop:
        position = (position + _whole(crop, spec.crop)[:, None]).abs()
        position = torch.where(
            position >= size, 2 * (size - 1) - position, position
        )  # mirrored at the edge
    if spec.shift:
        position = position - _whole(shift, spec.shift)[:, None]
    position = position.expand(len(crop), size)
    return position.clamp(0, size - 1), (position >= 0) & (position < size)


def _resample(
    images: torch.Tensor,
    masks: torch.Tensor | None,
    spec: Augment,
    row: dict[str, torch.Tensor],
    border: float,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Rotate and zoom about the centre: for every output pixel the place in the input that it comes
    from.
    """
    import torch
    import torch.nn.functional as F

    batch, _, height, width = images.shape
    angle = (row["rotation"] * 2 - 1) * math.radians(spec.rotation)
    cos, sin, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    # affine_grid's coordinates are scaled by half the height and width: the ratio keeps angles true
    # in oblong images.
    matrix = torch.stack(
        [cos, -sin * height / width, zero, sin * width / height, cos, zero], 1
    ).view(batch, 2, 3)
    if spec.scale:
        low, high = math.log1p(-spec.scale), math.log1p(spec.scale)
        # An image twice as large is read half as far from its centre.
        matrix = matrix / (low + row["scale"] * (high - low)).exp()[:, None, None]
    grid = F.affine_grid(matrix, [batch, 1, height, width], align_corners=False)
    # float32: bfloat16 coordinates would move pixels by more than one in large images.
    turned = (
        F.grid_sample(images.float() - border, grid, "bilinear", "zeros", align_corners=False)
        + border
    )
    layout = (
        torch.channels_last
        if images.is_contiguous(memory_format=torch.channels_last)
        else torch.contiguous_format
    )
    turned = turned.to(images.dtype).contiguous(memory_format=layout)
    if masks is not None:
        labels = (masks.float() - IGNORE)[:, None]
        labels = F.grid_sample(labels, grid, "nearest", "zeros", align_corners=False)[:, 0] + IGNORE
        masks = labels.round().to(masks.dtype)
    return turned, masks


def _erase(
    images: torch.Tensor, probability: float, row: dict[str, torch.Tensor], mean: Any
) -> torch.Tensor:
    import torch

    height, width = images.shape[2:]
    area = (ERASE_AREA[0] + row["erase_area"] * (ERASE_AREA[1] - ERASE_AREA[0])) * height * width
    # height of the rectangle = sqrt(area · aspect) <= h and its width = sqrt(area / aspect) <= w
    # bound the aspect.
    low = (area / width**2).clamp(min=ERASE_ASPECT[0]).log()
    high = (height**2 / area).clamp(max=ERASE_ASPECT[1]).log()
    aspect = (low + row["erase_aspect"] * (high - low)).exp()
    tall = (area * aspect).sqrt().round().clamp(1, height)
    wide = (area / aspect).sqrt().round().clamp(1, width)
    top = (row["erase_y"] * (height - tall + 1)).floor()
    left = (row["erase_x"] * (width - wide + 1)).floor()

    chosen = row["erase"] < probability
    y, x = torch.arange(height, device=images.device), torch.arange(width, device=images.device)
    in_y = (y >= top[:, None]) & (y < (top + tall)[:, None]) & chosen[:, None]  # [b, h]
    in_x = (x >= left[:, None]) & (x < (left + wide)[:, None])  # [b, w]
    inside = in_y[:, None, :, None] & in_x[:, None, None, :]
    if isinstance(mean, int | float):
        return torch.where(inside, mean, images)
    return torch.where(
        inside,
        torch.as_tensor(mean, dtype=images.dtype, device=images.device).view(1, -1, 1, 1),
        images,
    )
