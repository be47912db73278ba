"""From rows of the decoded array to what a network reads: scaled, changed (augmentation), normalised, cast, channels-last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import torch

    Change = Callable[[torch.Tensor, np.ndarray], torch.Tensor]


@dataclass(frozen=True)
class Format:
    """How images reach the network: element type (torch.dtype), device, and per-channel mean and standard deviation."""

    dtype: Any
    device: Any
    mean: tuple[float, ...]
    std: tuple[float, ...]


def prepared(images: np.ndarray, items: np.ndarray, form: Format, change: Change | None = None) -> torch.Tensor:
    """Images [b, c, h, w] of rows `items` of uint8 `images` [n, h, w, c], channels-last in memory.

    `change(pixels 0…1, items)` augments them before they are normalised. The same items give the same tensor anywhere.
    """
    import torch

    rows = torch.from_numpy(images[items]).to(form.device, non_blocking=True)
    pixels = rows.permute(0, 3, 1, 2).float().div_(255.0)
    if change is not None:
        pixels = change(pixels, items)
    if any(form.mean) or any(s != 1.0 for s in form.std):
        shape = (1, -1, 1, 1)
        mean = torch.tensor(form.mean, device=pixels.device).reshape(shape)
        pixels = (pixels - mean) / torch.tensor(form.std, device=pixels.device).reshape(shape)
    return pixels.to(form.dtype).contiguous(memory_format=torch.channels_last)


def thinned(picture: np.ndarray, side: int = 96) -> np.ndarray:
    """An image or mask [h, w, …] of at most `side` pixels a side: every second, third, … pixel, so that masks stay masks."""
    step = max(1, -(-max(picture.shape[:2]) // side))
    return picture[::step, ::step].copy()
