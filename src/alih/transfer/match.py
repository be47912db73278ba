"""`match`: train a network near the feature maps of a frozen source; which channels and pairs of
stages count is learnt (Jang et al. 2019, Learning What and Where to Transfer).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from alih.errors import AlihError
from alih.models.precision import without_autocast
from alih.models.staged import StagedNetwork, stage_rows
from alih.models.state import Inner, inner_call, inner_start, inner_step
from alih.study.document.train import Train
from alih.study.strategies.base import Rows
from alih.study.strategies.matching import MatchOptions
from alih.transfer.contract import Batch, Context, Stateful, Strategy
from alih.transfer.ingredients import Ingredients
from alih.transfer.learnt import Learnt
from alih.transfer.matching import Known, Matched, resized
from alih.transfer.optimizer import Optimizer
from alih.transfer.schedule import learning_rate
from alih.transfer.sourcemaps import Maps, SourceMaps


class Match(Strategy):
    """Minimise the objective and `weight` times the distance to the source's maps.

    Where weights are learnt, each step is followed by tried ones, from which the network is as if
    they had not been: `inner_steps` of matching alone and one of the objective alone; what is left
    of the objective is differentiated through them down to the weights, which Adam moves.
    """

    def __init__(self, given: Ingredients) -> None:
        options, network = given.options, given.network
        assert isinstance(options, MatchOptions)
        handed = given.networks["source" if options.source_arm is None else "source_arm"]
        # Another arm's network knows how to prepare images; one from weights has constants.
        prepared: Any = getattr(handed, "prepared", None)
        source = handed if prepared is None else handed.network
        for one in (network, source):
            if not isinstance(one, StagedNetwork):
                raise AlihError("models.needs_stages", strategy="match", name=type(one).__name__)
        assert isinstance(network, StagedNetwork)
        assert isinstance(source, StagedNetwork)
        self.task, self.options, self.source = given.task, options, source
        self._network = network
        self._prepared, self._constants = prepared, _renormalising(given, source)
        self.pairs = options.resolve(rows_of(source), rows_of(network))
        smaller = options.match_at == "smaller"
        self.matched = Matched(network, self.pairs, smaller, given.recipe.init, given.seed)
        self.objective = given.task.objective(given.recipe.train, given.class_weights)
        self.train, self.steps_per_epoch = given.recipe.train, given.steps_per_epoch
        self.optimizer = Optimizer(
            [*network.parameters(), *self.matched.transforms.parameters()],
            self.train,
            given.steps_per_epoch,
        )
        forms = given.recipe.augment.forms(self.train.views)
        size = min(self.train.batch_size, given.granted or self.train.batch_size)
        self.kept = SourceMaps(size, forms, given.granted)
        self.learnt = Learnt([pair.source.shape[0] for pair in self.pairs])
        self.meta: Weights | None = None
        if options.learns_weights:
            self.meta = Weights(self.learnt.channels, options.weights == "pairs-and-channels")
            self.meta.to(network.device)
            settings = Train(lr=options.meta_lr, weight_decay=options.meta_weight_decay)
            self.meta_optimizer = Optimizer(self.meta.parameters(), settings, given.steps_per_epoch)

    @property
    def network(self) -> nn.Module:
        """The trained network."""
        return self._network

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> Tensor:
        """Take a step on one batch of the target, then learn the weights from tried steps on it."""
        batch, strength = batches["target"], self.options.weight
        if not strength:
            logits, loss = self._objective(batch, None)
            objective, known = loss, None
        else:
            with torch.no_grad():
                known = self.matched.known(self.kept.of(batch, self._maps))
            weights = self.weights(known)
            fixed = [(own.detach(), pair.detach()) for own, pair in weights]
            logits, distances = self.matched(batch.images, known)
            objective = self.objective(logits, batch.truth)
            matching = weighted(distances, fixed)
            loss = objective + strength * matching
            ctx.log("matching", matching)
            self.learnt.add(ctx.epoch, fixed, distances)
        ctx.backward(loss)
        self.optimizer.step()
        running = self.task.running(
            logits, batch.truth, objective if self.objective.plain else None
        )
        for name, value in running.items():
            ctx.log(name, value)
        if self.meta is not None and known is not None:
            with without_autocast(loss.device):
                left = self.left_over(batch, known, weights)
                ctx.log("tried", left)
                parameters = list(self.meta.parameters())
                gradients = torch.autograd.grad(left, parameters)
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = gradient
            self.meta_optimizer.step()
        return loss

    def _objective(self, batch: Batch, inner: Inner | None) -> tuple[Tensor, Tensor]:
        logits = (
            self._network(batch.images)
            if inner is None
            else inner_call(self.matched, inner, batch.images, None)[0]
        )
        return logits, self.objective(logits, batch.truth)

    def left_over(
        self, batch: Batch, known: Known, weights: Sequence[tuple[Tensor, Tensor]]
    ) -> Tensor:
        """The objective after tried steps of SGD on the batch, a function of the weights.

        The network, its statistics and its optimizer stay as they are.
        """
        train, names = self.train, {p: name for name, p in self.matched.named_parameters()}
        inner = inner_start(self.matched)
        velocities = {names[p]: value for p, value in self.optimizer.velocities().items()}
        inner = Inner(inner.parameters, inner.buffers, velocities)
        settings: dict[str, Any] = {
            "lr": learning_rate(train, max(0, self.optimizer.steps - 1), self.steps_per_epoch),
            "momentum": train.momentum,
            "weight_decay": train.weight_decay + 2 * train.l2,
        }
        for _ in range(self.options.inner_steps):
            _, distances = inner_call(self.matched, inner, batch.images, known, False)
            matching = self.options.weight * weighted(distances, weights)
            inner = inner_step(inner, matching, **settings)
        inner = inner_step(inner, self._objective(batch, inner)[1], **settings)
        return self._objective(batch, inner)[1]

    def weights(self, known: Known) -> list[tuple[Tensor, Tensor]]:
        """Per pair the weights of channels [b, C], summing to 1, and of the pair [b]."""
        if self.meta is not None:
            with without_autocast(self._network.device):
                found: list[tuple[Tensor, Tensor]] = self.meta(known.means)
            return found
        return [
            (torch.full_like(means, 1 / means.shape[1]), means.new_ones(len(means)))
            for means in known.means
        ]

    def _maps(self, images: Tensor) -> Maps:
        return self.matched.maps(self.source, self._seen(images))

    def _seen(self, images: Tensor) -> Tensor:
        """The images as the source's weights want them."""
        if self._prepared is not None:
            ready: Tensor = self._prepared(images)
            return ready
        side = self.source.input_shape[1:]
        if self._constants is not None:
            scale, shift = self._constants
            images = images * scale + shift
        return resized(images, (side[0], side[1]))

    def predict(self, images: Tensor) -> Tensor:
        """Logits [b, classes], or [b, classes, h, w]."""
        return self._network(images)

    def parts(self) -> dict[str, Stateful]:
        """Network, linear maps, optimizer and records; what learns the weights, and its optimizer.

        The source is how the cell starts, and its maps are computed again: built anew at a resume.
        """
        found: dict[str, Stateful] = {
            "network": self._network,
            "transforms": self.matched.transforms,
            "optimizer": self.optimizer,
            "learnt": self.learnt,
        }
        if self.meta is None:
            return found
        return {**found, "meta": self.meta, "meta_optimizer": self.meta_optimizer}

    def penalty(self) -> float:
        """The L1 and L2 terms."""
        return self.optimizer.penalty()

    def facts(self) -> dict[str, np.ndarray]:
        """What was learnt in each epoch: see `Learnt.arrays`; with the names of each pair's
        stages.
        """
        if not self.options.weight:
            return {}
        return {
            "source": np.array([pair.source.name for pair in self.pairs]),
            "target": np.array([pair.target.name for pair in self.pairs]),
            "weights": np.array(self.options.weights),
            **self.learnt.arrays(),
        }


class Weights(nn.Module):
    """The meta-networks f and g: weights of channels and of pairs from the means over space of the
    source's maps, for every image by itself.

    Both begin as if nothing were weighted: 1/C for each of C channels, 1 for each pair.
    """

    def __init__(self, channels: Sequence[int], pairs: bool) -> None:
        super().__init__()
        self.channels = nn.ModuleList(_zero(nn.Linear(count, count)) for count in channels)
        self.pairs = nn.ModuleList(_zero(nn.Linear(count, 1), 1.0) for count in channels if pairs)

    def forward(self, means: Sequence[Tensor]) -> list[tuple[Tensor, Tensor]]:
        """Means [b, C] of each pair's source map -> softmax [b, C] and ReLU6 [b]."""
        found = []
        for index, (own, layer) in enumerate(zip(means, self.channels, strict=True)):
            pair = F.relu6(self.pairs[index](own))[:, 0] if self.pairs else own.new_ones(len(own))
            found.append((F.softmax(layer(own), 1), pair))
        return found


def _zero(layer: nn.Linear, bias: float = 0.0) -> nn.Linear:
    nn.init.zeros_(layer.weight)
    nn.init.constant_(layer.bias, bias)
    return layer


def weighted(distances: Sequence[Tensor], weights: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
    """Σ over pairs of λ · Σ_c w_c · distance_c, the mean over the batch (equations 3 and 4)."""
    terms = [
        (pair * (own * distance).sum(1)).mean()
        for distance, (own, pair) in zip(distances, weights, strict=True)
    ]
    return torch.stack(terms).sum()


def rows_of(network: StagedNetwork) -> Rows:
    """Names and output shapes of a network's stages, without its head."""
    stages = stage_rows(network)[: len(network.stages)]
    return [(row["name"], row["output_shape"]) for row in stages]


def _renormalising(given: Ingredients, source: StagedNetwork) -> tuple[Tensor, Tensor] | None:
    """Factor and shift [1, c, 1, 1] from the arm's normalised images to the source's; None where
    they are the same, or the source has none of its own.
    """
    own = source.preprocessing
    if own is None or (own.mean, own.std) == (given.mean, given.std):
        return None
    mean, std, their_mean, their_std = (
        torch.tensor(values, device=source.device).reshape(1, -1, 1, 1)
        for values in (given.mean, given.std, own.mean, own.std)
    )
    return std / their_std, (mean - their_mean) / their_std
