"""Grad-CAM (Selvaraju et al. 2017): where in an image a network finds what speaks for a class.

The last maps that a network makes are added up, each value weighted by how much the class's score
grows with it; what is below zero speaks against the class and counts as nothing. Two details:
slopes are not averaged over the map (HiResCAM, Draelos and Carin 2020), which is the same where a
global average follows and right also where a dense layer does; and the score is the log-odds of the
class, since a logit alone means nothing: the same number may be added to all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from alih.models.modes import evaluating
from alih.models.staged import StagedNetwork


@dataclass(frozen=True, eq=False)
class Attention:
    """Maps float32 [n, h, w], not negative, of the stage `stage` for the classes `of` [n]."""

    stage: str
    maps: np.ndarray
    of: np.ndarray


def attention(
    network: StagedNetwork, images: Tensor, of: np.ndarray | None = None
) -> Attention | None:
    """Where the network looks in prepared images [n, c, h, w]: for the classes `of` [n], by default
    the likeliest. None where no stage gives maps of more than one cell (transformers' tokens).

    Weights and their gradients stay as they are.
    """
    names, size = network.names, len(network.stages)
    with evaluating(network):
        with torch.no_grad():
            state, found, kept = images, 0, None
            for index in range(size):
                state = network.advance(state, index, index + 1)
                if _is_maps(state):
                    # A copy, since the next stage may overwrite it.
                    found, kept = index + 1, state.clone()
        if kept is None:
            return None
        with torch.enable_grad():
            maps = kept.float().requires_grad_(True)
            # What follows may overwrite its input, which a leaf forbids.
            state = maps * 1.0
            if found < size:
                state = network.advance(state, found, size)
            logits = network.classify(state)
            chosen = logits.argmax(1) if of is None else torch.from_numpy(of).to(logits.device)
            own = chosen[:, None].long()
            others = logits.scatter(1, own, -torch.inf)
            odds = logits.gather(1, own).squeeze(1) - others.logsumexp(1)
            (slope,) = torch.autograd.grad(odds.sum(), maps)
    weighted = (slope * maps).sum(3 if _channels_last(maps) else 1).clamp_min(0)
    answer = weighted.detach().cpu().numpy()
    return Attention(names[found - 1], answer, chosen.cpu().numpy())


def _is_maps(state: object) -> bool:
    if not isinstance(state, Tensor) or state.ndim != 4:
        return False
    return min(state.shape[1:3] if _channels_last(state) else state.shape[2:]) > 1


def _channels_last(state: Tensor) -> bool:
    """Whether maps are [n, h, w, c] of square images, as of window transformers."""
    return state.shape[1] == state.shape[2] != state.shape[3]
