"""Networks and optimizers as they were a moment ago, and training steps that can be differentiated.

For methods that try a step before they take it (bilevel training, sharpness-aware minimisation) or
average weights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from alih.models.batch_norm import TwiceDifferentiable


class Stateful(Protocol):
    """What hands its state out and takes it back, as optimizers do."""

    def state_dict(self) -> Mapping[str, Any]:
        """The state, as nested mappings and lists of tensors and plain values."""

    def load_state_dict(self, state: Any) -> Any:
        """Take a state back."""


@dataclass(frozen=True)
class Snapshot:
    """The state of some things; `restore` brings it back, bit for bit, as often as it is called."""

    _parts: Sequence[Callable[[], None]]

    def restore(self) -> None:
        """Bring every thing back to the state it had; tensors stay the same objects in the same
        order in memory.

        Call it after the last backward pass through what was computed since: autograd refuses
        weights that changed meanwhile.
        """
        for part in self._parts:
            part()


def snapshot(*things: nn.Module | Stateful) -> Snapshot:
    """Keep the state of modules, torch's optimizers and others with a `state_dict`.

    Of a module: parameters and buffers (of batch normalisation the statistics and the counter), not
    gradients, modes and generators of random numbers. Of an optimizer: moments, step counts, and
    the settings of its groups. A network and its optimizer belong into one snapshot, since an
    optimizer may hold copies of weights.

    >>> layer = nn.Linear(2, 1)
    >>> before, kept = layer.weight.tolist(), snapshot(layer)
    >>> _ = nn.init.zeros_(layer.weight)
    >>> kept.restore()
    >>> layer.weight.tolist() == before
    True
    """
    return Snapshot([_keeper(thing) for thing in things])


def _keeper(thing: nn.Module | Stateful) -> Callable[[], None]:
    if isinstance(thing, nn.Module):
        return _module_keeper(thing)
    if isinstance(thing, torch.optim.Optimizer):
        return _optimizer_keeper(thing)
    state = _copied(thing.state_dict())
    return lambda: thing.load_state_dict(_copied(state))


def _module_keeper(module: nn.Module) -> Callable[[], None]:
    slots: list[tuple[dict[str, Any], str, Tensor | None, Callable[[], None]]] = []
    for child in module.modules():
        for holder in (child._parameters, child._buffers):
            slots += [
                (holder, name, tensor, _tensor_keeper(tensor)) for name, tensor in holder.items()
            ]

    def restore() -> None:
        for holder, name, tensor, put_back in slots:
            holder[name] = tensor  # a module may have put another tensor in its place
            put_back()

    return restore


def _tensor_keeper(tensor: Tensor | None) -> Callable[[], None]:
    if tensor is None:
        return lambda: None
    kept, form = _copied(tensor), _form(tensor)

    def put_back() -> None:
        with torch.no_grad():
            if _form(tensor) == form:
                tensor.copy_(kept)
            else:
                tensor.data = kept.clone()

    return put_back


def _form(tensor: Tensor) -> tuple[Any, ...]:
    return tensor.shape, tensor.stride(), tensor.dtype, tensor.device


def _optimizer_keeper(optimizer: torch.optim.Optimizer) -> Callable[[], None]:
    # Not by `load_state_dict`, which casts what it loads.
    state = {parameter: _copied(values) for parameter, values in optimizer.state.items()}
    groups = [
        {key: _copied(value) for key, value in group.items() if key != "params"}
        for group in optimizer.param_groups
    ]

    def restore() -> None:
        optimizer.state.clear()
        optimizer.state.update({parameter: _copied(values) for parameter, values in state.items()})
        for group, settings in zip(optimizer.param_groups, groups, strict=True):
            group.update(_copied(settings))

    return restore


def _copied(value: Any) -> Any:
    """Nested values with copies of their tensors, which keep their order in memory."""
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, Mapping):
        return {key: _copied(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_copied(inner) for inner in value)
    return value


@dataclass(frozen=True)
class Inner:
    """A network's weights in the middle of differentiable training: trainable `parameters` and
    SGD's `velocities`, by name.

    `buffers` are copies that forward passes change in place; the network itself keeps its own.
    """

    parameters: Mapping[str, Tensor]
    buffers: Mapping[str, Tensor]
    velocities: Mapping[str, Tensor] = field(default_factory=dict)


def inner_start(network: nn.Module) -> Inner:
    """Where differentiable training starts: the network's own trainable parameters, so that
    gradients reach these.
    """
    parameters = {name: p for name, p in network.named_parameters() if p.requires_grad}
    return Inner(
        parameters, {name: buffer.detach().clone() for name, buffer in network.named_buffers()}
    )


def inner_call(network: nn.Module, inner: Inner, *inputs: Any) -> Any:
    """What the network answers with the weights of `inner`, in the mode that it is in; its own
    weights and buffers stay.
    """
    with TwiceDifferentiable():
        return torch.func.functional_call(
            network, (dict(inner.parameters), dict(inner.buffers)), inputs
        )


def inner_step(
    inner: Inner,
    loss: Tensor,
    lr: float | Tensor,
    momentum: float | Tensor = 0.0,
    weight_decay: float | Tensor = 0.0,
    create_graph: bool = True,
) -> Inner:
    """One step of SGD down `loss`, which was computed with `inner`: v ← momentum · v + ∇ +
    weight_decay · w, w ← w − lr · v.

    As `transfer.optimizer.Optimizer` does it: weight decay for weights of two and more dimensions
    only; parameters that the loss does not depend on stay as they are. With `create_graph` the new
    weights are functions of the old ones and of whatever the loss, `lr`, `momentum` and
    `weight_decay` depend on, for gradients through any number of steps.

    >>> network = nn.Linear(1, 1, bias=False)
    >>> rate = torch.tensor(0.5, requires_grad=True)
    >>> inner = inner_start(network)
    >>> after = inner_step(inner, inner_call(network, inner, torch.ones(1)).sum(), rate)  # w - rate
    >>> torch.autograd.grad(after.parameters["weight"].sum(), [rate, network.weight])
    (tensor(-1.), tensor([[1.]]))
    """
    gradients = torch.autograd.grad(
        loss, list(inner.parameters.values()), create_graph=create_graph, allow_unused=True
    )
    parameters, velocities = dict(inner.parameters), dict(inner.velocities)
    for (name, old), gradient in zip(inner.parameters.items(), gradients, strict=True):
        if gradient is None:
            continue
        moved = gradient + weight_decay * old if old.ndim >= 2 else gradient
        velocities[name] = momentum * velocities[name] + moved if name in velocities else moved
        parameters[name] = old - lr * velocities[name]
    return Inner(parameters, inner.buffers, velocities)
