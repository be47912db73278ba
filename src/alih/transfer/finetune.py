"""`finetune`: continue a network's training on the target's images, with a new head, frozen stages
and slower early stages.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from alih.errors import AlihError
from alih.models.staged import StagedNetwork, layer_decay
from alih.study.document.train import Train
from alih.study.strategies.options import FinetuneOptions, frozen_at
from alih.tasks.table import Task
from alih.transfer import regularizers
from alih.transfer.attention import Attention, measure
from alih.transfer.contract import Batch, Context, Stateful, Strategy
from alih.transfer.optimizer import Optimizer, Pull


class Finetune(Strategy):
    """Minimise the task's loss over the stages that are not frozen, with the regularizers of the
    options.

    Frozen stages are computed without autograd and keep their statistics (`batch_norm`); which
    stages are frozen depends on the optimizer's step count alone, so that a resumed run thaws them
    at the same step.
    """

    def __init__(
        self,
        network: torch.nn.Module,
        task: Task,
        train: Train,
        steps_per_epoch: int,
        options: FinetuneOptions,
        weights: Tensor | None = None,
    ) -> None:
        if not isinstance(network, StagedNetwork):
            raise AlihError("models.needs_stages", strategy="finetune", name=type(network).__name__)
        self.task, self._network, self.options = task, network, options
        self.objective = task.objective(train, weights)
        self.freeze = frozen_stages(network, options)
        if options.bss and not network.pooled:
            raise AlihError("models.no_features", name="bss")
        self._weighted = network.weighted
        # The optimizer holds whatever learns at any time.
        self.deepest = self._frozen(max(0, train.epochs - 1))
        network.freeze(self.deepest, options.batch_norm)
        named = dict(network.named_parameters())
        factors = layer_decay(network, options.stage_decay)
        stages = len(network.stages)
        rates = {
            p: factors[name] * (1.0 if network.stage_of(name) < stages else options.head_lr)
            for name, p in named.items()
        }
        self.optimizer = Optimizer(
            network.parameters(), train, steps_per_epoch, rates, _pulls(network, options)
        )
        network.freeze(self.freeze, options.batch_norm)
        self.reference: StagedNetwork | None = None
        self.matched: tuple[int, ...] = ()
        self.attention: Attention | None = None
        self.train = train
        if options.needs_reference:
            self.matched = regularizers.last_of_each_size(network)
            self.reference = copy.deepcopy(network).eval().requires_grad_(False)
            if options.attention and isinstance(
                network.head, torch.nn.Linear
            ):  # the paper's, of classification
                # Stages that never thaw stay where they were: their maps weigh nothing.
                self.attention = Attention(
                    [stage for stage in self.matched if stage >= self.deepest]
                )

    @property
    def network(self) -> torch.nn.Module:
        """The trained network."""
        return self._network

    def epoch(self, open: Callable[[str], Iterator[Batch]], ctx: Context) -> None:
        """Before the first epoch, with DELTA's attention: measure how much each channel of the
        source model's maps matters for the target.
        """
        if self.attention is not None and ctx.epoch == 1:
            images, head_lr = self.options.attention_images, self.options.head_lr
            self.attention.weights = measure(
                self._network,
                self.attention.stages,
                lambda: open("target"),
                images,
                self.train,
                head_lr,
                ctx.lasting("begin"),
            )

    def _frozen(self, epoch: int) -> int:
        return frozen_at(self.freeze, self.options.unfreeze, epoch, self._weighted)

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> Tensor:
        """Minimise the objective on one batch of the target, with what the options add to it."""
        batch, network = batches["target"], self._network
        frozen = self._frozen(self.optimizer.steps // self.optimizer.steps_per_epoch)
        if frozen != network.frozen:
            network.freeze(frozen, self.options.batch_norm)
        with torch.no_grad():
            hidden = network.advance(batch.images, batch.depth, frozen)
        features, matching = self._features(hidden, frozen)
        logits = network.classify(features)
        loss = objective = self.objective(logits, batch.truth)
        if matching is not None:
            loss = loss + self.options.alpha * matching
            ctx.log("delta", matching)
        if self.options.bss:
            smallest = regularizers.spectral_tail(network.read(features), self.options.bss_k)
            loss = loss + self.options.bss * smallest
            ctx.log("bss", smallest)
        ctx.backward(loss)
        self.optimizer.step()
        running = self.task.running(
            logits, batch.truth, objective if self.objective.plain else None
        )
        for name, value in running.items():
            ctx.log(name, value)
        return loss

    def _features(self, hidden: Any, frozen: int) -> tuple[Any, Tensor | None]:
        """What the stages from `frozen` on leave, and how far their maps are from the reference's
        (with `delta`).
        """
        network, reference = self._network, self.reference
        if reference is None:
            return network.advance(hidden, frozen, len(network.stages)), None
        ours, theirs, distance = hidden, hidden, torch.zeros((), device=network.device)
        for index in range(frozen, len(network.stages)):
            ours = network.advance(ours, index, index + 1)
            with torch.no_grad():
                theirs = reference.advance(theirs, index, index + 1)
            if index in self.matched:
                own = network.map_of(ours)
                weights = self.attention.of(index, own) if self.attention else None
                distance = distance + regularizers.map_distance(
                    own, network.map_of(theirs), weights
                )
        return ours, distance

    def predict(self, images: Tensor) -> Tensor:
        """Logits [b, classes]."""
        return self._network(images)

    @property
    def depth(self) -> int:
        """The stages that are frozen to the end; none when their batch normalisation follows the
        images.
        """
        return 0 if self.options.batch_norm == "adapt" else self.deepest

    def answer(self, batch: Batch) -> Tensor:
        """Logits of a batch of images, or of what the first stages gave for them."""
        network = self._network
        return network.classify(network.advance(batch.images, batch.depth, len(network.stages)))

    @cached_property
    def learning(self) -> Stateful:
        """The stages that are not frozen to the end, and the head."""
        return _Learning(self._network, self.depth)

    def parts(self) -> dict[str, Stateful]:
        """What learns of the network, and the optimizer.

        Stages that are frozen to the end, where the pulls lead to, and the reference are how the
        cell starts: built anew at a resume.
        """
        found: dict[str, Stateful] = {"network": self.learning, "optimizer": self.optimizer}
        return found if self.attention is None else {**found, "attention": self.attention}

    def penalty(self) -> float:
        """The terms on the weights: L1, L2, the distance to the start, the head's."""
        return self.optimizer.penalty()


class _Learning:
    """A network's state after its first `depth` stages, which do not change: a checkpoint of a head
    is small.
    """

    def __init__(self, network: StagedNetwork, depth: int) -> None:
        self.network = network
        self.names = frozenset(
            name for name in network.state_dict() if network.stage_of(name) >= depth
        )

    def state_dict(self) -> dict[str, Tensor]:
        """Parameters and statistics of the stages that may change, and of the head, under the
        network's names.
        """
        return {
            name: tensor for name, tensor in self.network.state_dict().items() if name in self.names
        }

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Take them back; nothing of them may be missing, nor anything else be there."""
        found = self.network.load_state_dict(dict(state), strict=False)
        missing = self.names.intersection(found.missing_keys)
        if missing or not self.names.issuperset(state):
            wrong = sorted(missing or set(state) - self.names)
            raise KeyError(f"a state of other stages: {', '.join(wrong)}")


def frozen_stages(network: StagedNetwork, options: FinetuneOptions) -> int:
    """How many stages the options freeze. Raises AlihError for more than there are, or for a part
    of what cannot be cut.
    """
    stages = len(network.stages)
    if options.freeze == "all":
        return stages
    if options.freeze > stages:
        raise AlihError(
            "models.no_such_stage", k=options.freeze, stages=stages, names=", ".join(network.names)
        )
    return options.freeze


def _pulls(network: StagedNetwork, options: FinetuneOptions) -> dict[torch.nn.Parameter, Pull]:
    """What draws each parameter: the head's layers to zero (not its normalisation), with `l2-sp`
    the stages to their start.
    """
    beta = options.beta if options.regularizer != "none" else 0.0
    # head_l2 · Σw² has the gradient 2 · head_l2 · w, as `train.l2`; beta/2 · ‖w‖² has beta · w.
    head = Pull(strength=beta + 2 * options.head_l2, l1=options.head_l1)
    layers = [
        module
        for module in network.head.modules()
        if isinstance(module, torch.nn.Linear | torch.nn.Conv2d)
    ]
    pulls: dict[Any, Pull] = {}
    for layer in layers:
        if head.strength or head.l1:
            pulls[layer.weight] = head
        if beta and layer.bias is not None:
            pulls[layer.bias] = Pull(strength=beta)
    if options.regularizer == "l2-sp" and options.alpha:
        for name, parameter in network.named_parameters():
            if network.stage_of(name) < len(network.stages) and parameter.requires_grad:
                pulls[parameter] = Pull(options.alpha, parameter.detach().float().clone())
    return pulls
