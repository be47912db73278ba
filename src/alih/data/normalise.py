"""Constants that bring pixels to the scale a network is trained on."""

from __future__ import annotations

import numpy as np

from alih.errors import AlihError

_CHUNK = 2048


Constants = tuple[tuple[float, ...], tuple[float, ...]]


def constants(
    kind: str, images: np.ndarray, train_indices: np.ndarray, weights: Constants | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation per channel, float32 [c], for pixels in 0..1: x = (pixel / 255 -
    mean) / std.

    `unit` keeps 0..1 (mean 0, std 1); `mean-std` takes both from the training items of uint8 images
    [n, h, w, c], so that nothing of validation or test enters. A channel that never changes keeps
    std 1. `weights` takes the mean and std that a backbone brings along (`weights`): AlihError
    without one.
    """
    channels = images.shape[-1]
    if kind == "unit":
        return np.zeros(channels, np.float32), np.ones(channels, np.float32)
    if kind == "weights":
        if weights is None:
            raise AlihError("data.normalise_weights")
        return np.array(weights[0], np.float32), np.array(weights[1], np.float32)
    if kind != "mean-std":
        raise ValueError(f"normalise {kind!r}; expected unit, mean-std or weights")
    histogram = np.zeros((channels, 256), np.int64)
    indices = np.sort(train_indices)
    for start in range(0, len(indices), _CHUNK):
        chunk = images[indices[start : start + _CHUNK]]
        for channel in range(channels):
            histogram[channel] += np.bincount(chunk[..., channel].ravel(), minlength=256)
    # Exact counts of 256 values: the result does not depend on the order of items or on rounding of
    # large sums.
    values = np.arange(256) / 255
    share = histogram / histogram.sum(axis=1, keepdims=True)
    mean = share @ values
    std = np.sqrt((share * (values - mean[:, None]) ** 2).sum(axis=1))
    return mean.astype(np.float32), np.where(std > 0, std, 1).astype(np.float32)
