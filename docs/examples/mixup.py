"""`mixup`: learn from images laid over each other (Zhang et al. 2018, arXiv 1710.09412)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from pydantic import PositiveFloat

from alih.study.strategies.base import StrategyOptions
from alih.transfer.contract import Batch, Context, Stateful, Strategy, Stream
from alih.transfer.ingredients import Ingredients
from alih.transfer.optimizer import Optimizer


class MixupOptions(StrategyOptions):
    """What a study may write: `transfer: {strategy: mixup, alpha: 0.2}`.

    - `alpha`: shape of the Beta distribution that the share of the first image is drawn from.
    """

    alpha: PositiveFloat = 0.2


class Mixup(Strategy):
    """Minimise λ · loss(mixed, labels) + (1 − λ) · loss(mixed, labels of the partners)."""

    def __init__(self, given: Ingredients) -> None:
        assert isinstance(given.options, MixupOptions)
        train = given.recipe.train
        self._network, self.alpha = given.network, given.options.alpha
        self.objective = given.task.objective(train, given.class_weights)
        self.optimizer = Optimizer(given.network.parameters(), train, given.steps_per_epoch)

    @property
    def network(self) -> torch.nn.Module:
        """The trained network."""
        return self._network

    def streams(self) -> Mapping[str, Stream]:
        """Labelled images of the target, changed by the recipe's augmentation."""
        return {"target": Stream()}

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> torch.Tensor:
        """Take one step on a batch and its own images in another order."""
        batch = batches["target"]
        draw = ctx.generator("mixup")  # by address: the same at a resume
        share = self._share(draw)
        partner = torch.randperm(len(batch.items), generator=draw).to(batch.images.device)
        logits = self._network(share * batch.images + (1 - share) * batch.images[partner])
        own, other = (self.objective(logits, batch.truth[rows]) for rows in (..., partner))
        loss = share * own + (1 - share) * other
        ctx.backward(loss)
        self.optimizer.step()
        ctx.log("mixup_share", share)
        return loss

    def _share(self, draw: torch.Generator) -> float:
        """λ ~ Beta(α, α), drawn by the same address."""
        seed = int(torch.randint(2**62, (), generator=draw))
        return float(np.random.default_rng(seed).beta(self.alpha, self.alpha))

    def predict(self, images: torch.Tensor) -> torch.Tensor:
        """Logits, as the network gives them."""
        logits: torch.Tensor = self._network(images)
        return logits

    def parts(self) -> dict[str, Stateful]:
        """Network and optimizer: all that a step changes."""
        return {"network": self._network, "optimizer": self.optimizer}

    def penalty(self) -> float:
        """The L1 and L2 terms of the recipe."""
        return self.optimizer.penalty()
