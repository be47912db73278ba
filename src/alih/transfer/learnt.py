"""What `match` learnt in each epoch, for pictures: how much pairs and channels counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

TOP = 8
"""Channels of largest weight that are kept for each pair and epoch."""


class Learnt:
    """Means over each epoch's images, for pairs of stages whose source maps have so many
    `channels`.
    """

    def __init__(self, channels: Sequence[int]) -> None:
        self.channels = list(channels)
        self._rows: list[dict[str, Any]] = []
        self._epoch, self._count = 0, 0
        self._pair = self._distance = torch.zeros(0)
        self._own: list[Tensor] = []

    def add(
        self, epoch: int, weights: Sequence[tuple[Tensor, Tensor]], distances: Sequence[Tensor]
    ) -> None:
        """Take note of a batch: weights of channels [b, C] and of the pair [b], and distances
        [b, C], of each pair.
        """
        pair = torch.stack([pair.sum() for _, pair in weights])
        distance = torch.stack([found.detach().mean(1).sum() for found in distances])
        own = [own.sum(0) for own, _ in weights]
        if epoch == self._epoch and self._count:
            pair, distance = self._pair + pair, self._distance + distance
            own = [old + new for old, new in zip(self._own, own, strict=True)]
        else:
            self._rows, self._count = self._all(), 0
        self._epoch, self._pair, self._distance, self._own = epoch, pair, distance, own
        self._count += len(weights[0][1])

    def _all(self) -> list[dict[str, Any]]:
        """The rows of finished epochs, and that of the one now running."""
        if not self._count:
            return self._rows
        own = [total / self._count for total in self._own]
        tops = [means.topk(min(TOP, len(means))) for means in own]
        top = torch.full((len(own), TOP), -1, dtype=torch.int64)
        top_weight = torch.zeros(len(own), TOP)
        for index, found in enumerate(tops):
            top[index, : len(found.indices)] = found.indices.cpu()
            top_weight[index, : len(found.values)] = found.values.float().cpu()
        row = {
            "epoch": self._epoch,
            "pair": (self._pair / self._count).float().cpu(),
            "distance": (self._distance / self._count).float().cpu(),
            "top": top,
            "top_weight": top_weight,
            "channels": torch.cat(own).float().cpu(),
        }
        older = [{**row, "channels": None} for row in self._rows]  # of the last one only
        return [*older, row]

    def state_dict(self) -> dict[str, Any]:
        """The rows; a checkpoint is written at an epoch's end."""
        return {"rows": self._all()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take rows back."""
        self._rows = [
            {k: v.clone() if isinstance(v, Tensor) else v for k, v in row.items()}
            for row in state["rows"]
        ]
        self._count = 0

    def arrays(self) -> dict[str, np.ndarray]:
        """For E epochs and P pairs: `epoch` [E]; `pair` [E, P], the mean weight λ; `distance`
        [E, P], the mean squared difference; `top` and `top_weight` [E, P, 8], the channels of
        largest mean weight, falling (-1 and 0 where there are fewer); `channels` [ΣC], the last
        epoch's mean weights, pair after pair, and `source_channels` [P], how many each has.
        """
        rows = self._all()
        if not rows:
            return {}
        stacked = {
            name: torch.stack([row[name] for row in rows]).numpy()
            for name in ("pair", "distance", "top", "top_weight")
        }
        return {
            "epoch": np.array([row["epoch"] for row in rows], np.int32),
            **stacked,
            "top": stacked["top"].astype(np.int32),
            "channels": rows[-1]["channels"].numpy(),
            "source_channels": np.array(self.channels, np.int32),
        }
