"""`self-training` and `fixmatch`: learn from what the network itself answers surely on images
without labels.

Lee 2013, Pseudo-Label; Sohn et al. 2020, FixMatch, NeurIPS.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from alih.study.strategies.adaptation import SelfTrainingOptions
from alih.tasks.losses import aligned
from alih.transfer.contract import Batch, Context, Stateful, Stream
from alih.transfer.ingredients import Ingredients
from alih.transfer.joined import domain_streams
from alih.transfer.on_domains import OnDomains
from alih.transfer.optimizer import Optimizer


class PseudoLabels(OnDomains):
    """Minimise the task's loss on labelled images, and `weight` times `sure_loss` on target images
    without labels.

    With `fixmatch` a weak view of an image is answered and a strong one learnt from; with
    `self-training` both are the image as all arms see it. All images pass through the network
    together. In the first steps (`warmup`) labelled images alone are looked at.
    """

    def __init__(self, given: Ingredients) -> None:
        super().__init__(given)
        options, train = given.options, given.recipe.train
        assert isinstance(options, SelfTrainingOptions)
        self.options, self.balanced = options, options.balanced(given.recipe)
        self.warmup = options.labelled_share(given.recipe)
        self.optimizer = Optimizer(self._network.parameters(), train, given.steps_per_epoch)
        self.accepted = Accepted()

    def streams(self) -> Mapping[str, Stream]:
        """Those of both domains; images without labels in the views of the options."""
        found = domain_streams(self.granted, self.withheld)
        if self.withheld:
            views = self.options.views
            found["target-unlabelled"] = Stream("target", labels="withheld", views=views)
        return found

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> Tensor:
        """Minimise both losses on one batch of each stream."""
        labelled = [batch for batch in batches.values() if batch.labels is not None]
        images = [batch.images for batch in labelled]
        for batch in batches.values():
            if batch.labels is None and ctx.progress >= self.warmup:
                images += [batch.images, *batch.views.values()]
        answers = self._network(torch.cat(images)).split([len(part) for part in images])
        known, without = answers[: len(labelled)], answers[len(labelled) :]
        losses = [self.objective(a, b.truth) for a, b in zip(known, labelled, strict=True)]
        total = torch.stack(losses).sum()
        if without:
            term, counts = sure_loss(without[0], without[-1], self.options.threshold, self.balanced)
            total = total + self.options.weight * term
            ctx.log("domain_loss", term)
            ctx.log("sure_share", counts.sum() / (without[0].numel() / len(counts)))
            self.accepted.add(ctx.epoch, counts)
        ctx.backward(total)
        self.optimizer.step()
        for name, value in self.task.running(known[0], labelled[0].truth).items():
            ctx.log(name, value)
        return total

    def parts(self) -> dict[str, Stateful]:
        """Network, optimizer, and the counts of accepted answers."""
        return {**super().parts(), "accepted": self.accepted}

    def facts(self) -> dict[str, np.ndarray]:
        """How often each class was learnt from as answered: see `Accepted.arrays`."""
        return self.accepted.arrays()


class Accepted:
    """How many images, or pixels, were learnt from as each class, epoch by epoch."""

    def __init__(self) -> None:
        self._rows: dict[int, Tensor] = {}

    def add(self, epoch: int, counts: Tensor) -> None:
        """Add the counts [C] of a batch; they stay where they are."""
        before = self._rows.get(epoch)
        self._rows[epoch] = counts if before is None else before + counts

    def state_dict(self) -> dict[str, Any]:
        """The counts, by epoch."""
        return {str(epoch): counts.cpu() for epoch, counts in self._rows.items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take counts back."""
        self._rows = {int(epoch): counts.clone() for epoch, counts in state.items()}

    def arrays(self) -> dict[str, np.ndarray]:
        """`accepted_epoch` [E] and `accepted` [E, C]; nothing where no answer was asked for."""
        if not self._rows:
            return {}
        counts = torch.stack([self._rows[epoch].cpu() for epoch in sorted(self._rows)])
        return {"accepted_epoch": np.array(sorted(self._rows)), "accepted": counts.numpy()}


def sure_loss(
    answered: Tensor, learnt: Tensor, threshold: float, balanced: bool = False
) -> tuple[Tensor, Tensor]:
    """Cross-entropy of the logits `learnt` [b, C] with the likeliest classes of `answered` where
    these have at least the probability `threshold`, divided by b; and how many such images each
    class has, int64 [C]. Of maps [b, C, h, w] each pixel is an image. `balanced`: of each class at
    most 1/C of the sure images, its surest, rounded up.

    No gradient passes through `answered`. Sohn et al. 2020, equation 4; in fp32.

    >>> sure, unsure = [9.0, 0.0], [0.1, 0.0]
    >>> loss, counts = sure_loss(torch.tensor([sure, unsure]), torch.zeros(2, 2), 0.95)
    >>> round(float(loss), 4), counts.tolist()  # ln 2 of one of two images
    (0.3466, [1, 0])
    """
    best = answered.detach().float().softmax(1).max(1)
    chosen = best.values >= threshold
    if balanced:
        chosen = surest(best.values, best.indices, chosen, answered.shape[1])
    sure = chosen.float().flatten()
    each = cross_entropy(*aligned(learnt, best.indices), reduction="none").flatten()
    classes = torch.arange(answered.shape[1], device=answered.device)
    of_class = (best.indices.flatten()[:, None] == classes) & chosen.flatten()[:, None]
    return (sure * each).mean(), of_class.sum(0)


def surest(values: Tensor, classes: Tensor, chosen: Tensor, count: int) -> Tensor:
    """Which of the chosen images stay, bool [b], when each of `count` classes keeps at most its
    share of them: those of highest value, the earlier of equal ones.

    >>> values, classes = torch.tensor([0.9, 0.99, 0.98, 0.97]), torch.tensor([0, 0, 0, 1])
    >>> surest(values, classes, torch.ones(4, dtype=torch.bool), 2).tolist()
    [False, True, True, True]
    """
    most = -(-chosen.sum() // count)
    order = torch.arange(len(values), device=values.device)
    above = values[None] > values[:, None]
    above = above | ((values[None] == values[:, None]) & (order[None] < order[:, None]))
    before = (above & chosen[None] & (classes[None] == classes[:, None])).sum(1)
    return chosen & (before < most)
