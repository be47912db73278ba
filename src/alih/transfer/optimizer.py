"""Optimizers with regularization, clipping and a schedule, as one stateful part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from alih.study.document.train import Train
from alih.transfer.ranks import ranks
from alih.transfer.schedule import learning_rate


@dataclass(frozen=True, eq=False)
class Pull:
    """A term strength/2 · ‖w − anchor‖² + l1 · Σ|w| of the objective for one parameter; `anchor`
    None stands for zero.

    The gradient is added to the parameter's, not computed through the network.
    """

    strength: float = 0.0
    anchor: torch.Tensor | None = None
    l1: float = 0.0

    def add_gradient(self, weights: torch.Tensor) -> None:
        """Add this term's gradient to that of the weights."""
        assert weights.grad is not None
        if self.strength:
            pull = weights if self.anchor is None else weights - self.anchor
            weights.grad.add_(pull, alpha=self.strength)
        if self.l1:
            weights.grad.add_(weights.sign(), alpha=self.l1)

    def value(self, weights: torch.Tensor) -> float:
        """The amount that this term adds to the objective at the present weights."""
        distance = weights if self.anchor is None else weights - self.anchor
        squared = 0.5 * self.strength * float(distance.square().sum()) if self.strength else 0.0
        return squared + (self.l1 * float(weights.abs().sum()) if self.l1 else 0.0)


class Optimizer:
    """Adam, AdamW or SGD over those of the given parameters that require gradients.

    Weight decay, L1 and L2 apply to weights of two or more dimensions, never to biases and
    normalisation. `l2` adds l2 · Σw² to the objective (Keras's convention: gradient 2 · l2 · w),
    `weight_decay` is the optimizer's own (coupled in adam and sgd, decoupled in adamw).

    `factors` multiply the learning rate of single parameters, `pulls` draw them to where they
    should stay near. Parameters without a gradient (stages that are still frozen) are left as they
    are, pulls included.
    """

    def __init__(
        self,
        parameters: Iterable[torch.nn.Parameter],
        train: Train,
        steps_per_epoch: int,
        factors: Mapping[torch.nn.Parameter, float] | None = None,
        pulls: Mapping[torch.nn.Parameter, Pull] | None = None,
    ) -> None:
        self.parameters = [p for p in parameters if p.requires_grad]
        self.train = train
        self.steps_per_epoch = steps_per_epoch
        self.steps = 0
        self._decayed = [p for p in self.parameters if p.ndim >= 2]
        self._pulls = [(p, pulls[p]) for p in self.parameters if p in pulls] if pulls else []
        groups: dict[tuple[float, bool], dict[str, Any]] = {}
        for parameter in self.parameters:
            factor, flat = (factors or {}).get(parameter, 1.0), parameter.ndim < 2
            decay = 0.0 if flat else train.weight_decay
            group = {"params": [], "weight_decay": decay, "factor": factor}
            groups.setdefault((-factor, flat), group)["params"].append(parameter)
        self._inner = _inner(train, [groups[key] for key in sorted(groups)])

    def step(self) -> None:
        """Move the weights by the gradients that `backward` left, and clear those."""
        moving = [p for p in self.parameters if p.grad is not None]
        with torch.no_grad():
            if (together := ranks()) is not None:
                together.average_gradients(moving)
            self._regularise()
            if self.train.clip_norm is not None:
                torch.nn.utils.clip_grad_norm_(moving, self.train.clip_norm)
        if moving:
            rate = learning_rate(self.train, self.steps, self.steps_per_epoch)
            for group in self._inner.param_groups:
                group["lr"] = rate * group["factor"]
            self._inner.step()
        self.steps += 1
        for parameter in moving:
            parameter.grad = None

    def velocities(self) -> dict[torch.nn.Parameter, torch.Tensor]:
        """SGD's momentum of the parameters that have moved; none without momentum."""
        state = self._inner.state
        found = ((p, state[p].get("momentum_buffer")) for p in self.parameters if p in state)
        return {p: velocity for p, velocity in found if velocity is not None}

    def penalty(self) -> float:
        """l1 · Σ|w| + l2 · Σw² and the pulls' terms at the present weights."""
        with torch.no_grad():
            pulled = sum(pull.value(weights) for weights, pull in self._pulls)
            if not (self.train.l1 or self.train.l2):
                return float(pulled)
            l1 = sum(float(w.abs().sum()) for w in self._decayed) if self.train.l1 else 0.0
            l2 = sum(float(w.square().sum()) for w in self._decayed) if self.train.l2 else 0.0
        return float(pulled) + self.train.l1 * l1 + self.train.l2 * l2

    def state_dict(self) -> dict[str, Any]:
        """Step count and the inner optimizer's state."""
        return {"steps": self.steps, "inner": self._inner.state_dict()["state"]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take back a state of an optimizer over the same parameters."""
        self.steps = int(state["steps"])
        inner = self._inner.state_dict()
        inner["state"] = {int(key): value for key, value in state["inner"].items()}
        self._inner.load_state_dict(inner)
        # torch keeps the loaded memory order, and its fused kernels walk moments and weights side
        # by side in memory: moments of channels-last weights must lie channels-last again. The copy
        # also leaves the file's mapping.
        for parameter, values in self._inner.state.items():
            for name, value in values.items():
                if isinstance(value, torch.Tensor):
                    alike = value.shape == parameter.shape
                    values[name] = (
                        torch.empty_like(parameter).copy_(value) if alike else value.clone()
                    )

    def _regularise(self) -> None:
        for weights in self._decayed:
            if weights.grad is None:
                continue
            if self.train.l2:
                weights.grad.add_(weights, alpha=2 * self.train.l2)
            if self.train.l1:
                weights.grad.add_(weights.sign(), alpha=self.train.l1)
        for weights, pull in self._pulls:
            if weights.grad is not None:
                pull.add_gradient(weights)


def _inner(train: Train, groups: list[dict[str, Any]]) -> torch.optim.Optimizer:
    if train.optimizer == "sgd":
        return torch.optim.SGD(
            groups, lr=train.lr, momentum=train.momentum, nesterov=train.nesterov, fused=True
        )
    kind = torch.optim.AdamW if train.optimizer == "adamw" else torch.optim.Adam
    return kind(groups, lr=train.lr, fused=True)
