"""Boundary pixels of masks, counted per image and class: the raw material of the boundary F1."""

from __future__ import annotations

import torch
from torch import Tensor

from alih.datafiles.mask_classes import IGNORE
from alih.evaluation.segmentation import tolerance


def edges(masks: Tensor) -> Tensor:
    """Whether a pixel touches (up, down, left, right) one of another class, bool [b, h, w].

    Ignored pixels are no boundary and make none: what is beside them is not known. Neither does the
    image's frame.
    """
    found = torch.zeros(masks.shape, dtype=torch.bool, device=masks.device)
    scored = masks != IGNORE
    for axis in (1, 2):
        size = masks.shape[axis]
        first, second = masks.narrow(axis, 0, size - 1), masks.narrow(axis, 1, size - 1)
        step = (
            (first != second) & scored.narrow(axis, 0, size - 1) & scored.narrow(axis, 1, size - 1)
        )
        found.narrow(axis, 0, size - 1).logical_or_(step)
        found.narrow(axis, 1, size - 1).logical_or_(step)
    return found


def near(points: Tensor, radius: float) -> Tensor:
    """Whether a point lies within `radius` pixels (Euclidean), bool [..., h, w] of bool [..., h,
    w].
    """
    height, width = points.shape[-2:]
    reach = min(int(radius), max(height, width) - 1)
    found = torch.zeros_like(points)
    for down in range(-reach, reach + 1):
        # Along a row of the disc: all points up to `half` to either side, then the row moved by
        # `down`.
        half = int((radius**2 - down**2) ** 0.5)
        wide = points.clone()
        for right in range(1, min(half, width - 1) + 1):
            wide[..., right:].logical_or_(points[..., : width - right])
            wide[..., : width - right].logical_or_(points[..., right:])
        if abs(down) < height:
            target = found[..., max(0, down) : height + min(0, down), :]
            target.logical_or_(wide[..., max(0, -down) : height - max(0, down), :])
    return found


def boundary_counts(prediction: Tensor, truth: Tensor, classes: int) -> Tensor:
    """Boundary pixels of each image and class, int64 [b, C, 4]: predicted, of these near a true
    one; true, of these near a predicted one (`evaluation.segmentation.tolerance`).

    Masks are [b, h, w]; what the truth ignores is ignored in the prediction as well.
    """
    prediction = prediction.masked_fill(truth == IGNORE, IGNORE)
    radius = tolerance(*truth.shape[1:])
    numbers = torch.arange(classes, device=truth.device, dtype=truth.dtype).view(1, -1, 1, 1)
    guessed, true = (
        (mask[:, None] == numbers) & edges(mask)[:, None] for mask in (prediction, truth)
    )
    columns = (guessed, guessed & near(true, radius), true, true & near(guessed, radius))
    return torch.stack([column.flatten(2).sum(2) for column in columns], dim=2)
