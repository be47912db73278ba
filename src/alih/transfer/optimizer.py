"""Optimizers with float32 master weights, regularization, clipping and a schedule, as one stateful part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from alih.study.document import Train
from alih.transfer.schedule import learning_rate


@dataclass(frozen=True, eq=False)
class Pull:
    """A term strength/2 · ‖w − anchor‖² + l1 · Σ|w| of the objective for one parameter; `anchor` None stands for zero.

    The gradient is added to the float32 master, not through the network, so that bfloat16 does not round it away.
    """

    strength: float = 0.0
    anchor: torch.Tensor | None = None
    l1: float = 0.0

    def add_gradient(self, master: torch.Tensor) -> None:
        """Add this term's gradient to the master's."""
        assert master.grad is not None
        if self.strength:
            master.grad.add_(master if self.anchor is None else master - self.anchor, alpha=self.strength)
        if self.l1:
            master.grad.add_(master.sign(), alpha=self.l1)

    def value(self, master: torch.Tensor) -> float:
        """What the term adds to the objective at the present weights."""
        distance = master if self.anchor is None else master - self.anchor
        squared = 0.5 * self.strength * float(distance.square().sum()) if self.strength else 0.0
        return squared + (self.l1 * float(master.abs().sum()) if self.l1 else 0.0)


class Optimizer:
    """Adam, AdamW or SGD over float32 masters of the given parameters.

    Parameters of lower precision (bfloat16) are trained through float32 copies, because a bfloat16 sum loses updates
    smaller than 1/256 of a weight. Float32 parameters are their own masters. Weight decay, L1 and L2 apply to weights
    of two or more dimensions, never to biases and normalisation. `l2` adds l2 · Σw² to the objective (Keras's
    convention: gradient 2 · l2 · w), `weight_decay` is the optimizer's own (coupled in adam and sgd, decoupled in adamw).

    `factors` multiply the learning rate of single parameters, `pulls` draw them to where they should stay near. Parameters
    without a gradient (stages that are still frozen) are left as they are, pulls included.
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
        self.masters = [p if p.dtype == torch.float32 else p.detach().float().clone() for p in self.parameters]
        self._cast = [i for i, p in enumerate(self.parameters) if p.dtype != torch.float32]
        self._decayed = [m for m in self.masters if m.ndim >= 2]
        self._pulls = [(m, (pulls or {})[p]) for m, p in zip(self.masters, self.parameters, strict=True) if p in (pulls or {})]
        groups: dict[tuple[float, bool], dict[str, Any]] = {}
        for parameter, master in zip(self.parameters, self.masters, strict=True):
            factor, flat = (factors or {}).get(parameter, 1.0), master.ndim < 2
            decay = 0.0 if flat else train.weight_decay
            made = groups.setdefault((-factor, flat), {"params": [], "weight_decay": decay, "factor": factor})
            made["params"].append(master)
        self._inner = _inner(train, [groups[key] for key in sorted(groups)])

    def step(self) -> None:
        """Move the weights by the gradients that `backward` left, and clear those."""
        self._take_gradients()
        gradients = [m.grad for m in self.masters if m.grad is not None]
        with torch.no_grad():
            self._regularise()
            if self.train.clip_norm is not None:
                torch.nn.utils.clip_grad_norm_([m for m in self.masters if m.grad is not None], self.train.clip_norm)
        if gradients:
            rate = learning_rate(self.train, self.steps, self.steps_per_epoch)
            for group in self._inner.param_groups:
                group["lr"] = rate * group["factor"]
            self._inner.step()
        self.steps += 1
        self.refresh()
        for parameter, master in zip(self.parameters, self.masters, strict=True):
            parameter.grad = None
            master.grad = None

    def refresh(self) -> None:
        """Copy the masters into parameters of lower precision."""
        if self._cast:
            with torch.no_grad():
                torch._foreach_copy_([self.parameters[i] for i in self._cast], [self.masters[i] for i in self._cast])

    def penalty(self) -> float:
        """l1 · Σ|w| + l2 · Σw² and the pulls' terms at the present weights."""
        with torch.no_grad():
            pulled = sum(pull.value(master) for master, pull in self._pulls)
            if not (self.train.l1 or self.train.l2):
                return float(pulled)
            l1 = sum(float(m.abs().sum()) for m in self._decayed) if self.train.l1 else 0.0
            l2 = sum(float(m.square().sum()) for m in self._decayed) if self.train.l2 else 0.0
        return float(pulled) + self.train.l1 * l1 + self.train.l2 * l2

    def state_dict(self) -> dict[str, Any]:
        """Step count, masters of low-precision parameters and the inner optimizer's state."""
        inner = self._inner.state_dict()["state"]
        return {"steps": self.steps, "masters": {str(i): self.masters[i] for i in self._cast}, "inner": inner}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take back a state of an optimizer over the same parameters."""
        self.steps = int(state["steps"])
        with torch.no_grad():
            for i in self._cast:
                self.masters[i].copy_(state["masters"][str(i)])
        inner = self._inner.state_dict()
        inner["state"] = {int(key): value for key, value in state["inner"].items()}
        self._inner.load_state_dict(inner)
        # torch keeps the loaded memory order, and its fused kernels walk moments and weights side by side in memory:
        # moments of channels-last weights must lie channels-last again. The copy also leaves the file's mapping.
        for master, values in self._inner.state.items():
            for name, value in values.items():
                if isinstance(value, torch.Tensor):
                    values[name] = torch.empty_like(master).copy_(value) if value.shape == master.shape else value.clone()

    def _take_gradients(self) -> None:
        for i in self._cast:
            gradient = self.parameters[i].grad
            self.masters[i].grad = None if gradient is None else gradient.float()

    def _regularise(self) -> None:
        for master in self._decayed:
            if master.grad is None:
                continue
            if self.train.l2:
                master.grad.add_(master, alpha=2 * self.train.l2)
            if self.train.l1:
                master.grad.add_(master.sign(), alpha=self.train.l1)
        for master, pull in self._pulls:
            if master.grad is not None:
                pull.add_gradient(master)


def _inner(train: Train, groups: list[dict[str, Any]]) -> torch.optim.Optimizer:
    if train.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=train.lr, momentum=train.momentum, nesterov=train.nesterov, fused=True)
    kind = torch.optim.AdamW if train.optimizer == "adamw" else torch.optim.Adam
    return kind(groups, lr=train.lr, fused=True)
