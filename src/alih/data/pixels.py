"""From rows of the decoded array to what a network reads: scaled, changed (augmentation),
normalised, cast, channels-last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

    Change = Callable[[torch.Tensor, np.ndarray], torch.Tensor]


@dataclass(frozen=True)
class Format:
    """How images reach the network: per-channel mean and standard deviation, device, and the
    precision that the network computes in; images themselves are fp32.
    """

    precision: str
    device: Any
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @cached_property
    def constants(self) -> tuple[torch.Tensor, torch.Tensor] | None:
        """Mean and standard deviation [1, c, 1, 1] on the device, None where they change
        nothing.
        """
        import torch

        if not any(self.mean) and all(s == 1.0 for s in self.std):
            return None
        mean, std = (
            torch.tensor(values, device=self.device).reshape(1, -1, 1, 1)
            for values in (self.mean, self.std)
        )
        return mean, std


def uploaded(array: np.ndarray, device: Any) -> torch.Tensor:
    """An array as a tensor on a device. To CUDA it goes by way of pinned memory, so that nobody
    waits until it is there.
    """
    import torch

    tensor = torch.from_numpy(array)
    if torch.device(device).type == "cuda":
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)


def taken(rows: np.ndarray | torch.Tensor, items: np.ndarray, device: Any) -> torch.Tensor:
    """Rows of an array, on the device, in one copy; of a tensor that lies there already only their
    numbers are copied.
    """
    import torch

    if isinstance(rows, torch.Tensor):
        return rows.index_select(0, uploaded(np.asarray(items, np.int64), device))
    return uploaded(rows[items], device)


def prepared(
    images: np.ndarray | torch.Tensor, items: np.ndarray, form: Format, change: Change | None = None
) -> torch.Tensor:
    """Images [b, c, h, w] of rows `items` of uint8 `images` [n, h, w, c], channels-last in memory.

    `change(pixels 0…1, items)` augments them before they are normalised. The same items give the
    same tensor anywhere.
    """
    import torch

    pixels = taken(images, items, form.device).permute(0, 3, 1, 2).float().div_(255.0)
    if change is not None:
        pixels = change(pixels, items)
    if form.constants is not None:
        mean, std = form.constants
        pixels = (pixels - mean) / std
    return pixels.contiguous(memory_format=torch.channels_last)


def thinned(picture: np.ndarray, side: int = 96) -> np.ndarray:
    """An image or mask [h, w, …] of at most `side` pixels a side: every second, third, … pixel, so
    that masks stay masks.
    """
    step = max(1, -(-max(picture.shape[:2]) // side))
    return picture[::step, ::step].copy()
