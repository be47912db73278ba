"""Networks that answer together, and one network of their averaged weights."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

Constants = tuple[Sequence[float], Sequence[float]]
"""Mean and deviation per channel that a network's images are normalised by."""


class Ensemble(nn.Module):
    """Networks of the same classes: the logarithm of the mean of their probabilities, [n, classes]
    or [n, classes, h, w].

    Images come as the first network reads them; those of others, whose training images had other
    constants, are brought to theirs.
    """

    def __init__(self, members: Iterable[nn.Module], constants: Sequence[Constants]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        mean, std = (torch.tensor(values) for values in constants[0])
        self._own = [tuple(map(tuple, one)) == tuple(map(tuple, constants[0])) for one in constants]
        for at, (own_mean, own_std) in enumerate(constants):
            scale = std / torch.tensor(own_std)
            shift = (mean - torch.tensor(own_mean)) / torch.tensor(own_std)
            self.register_buffer(f"scale_{at}", scale.reshape(1, -1, 1, 1), persistent=False)
            self.register_buffer(f"shift_{at}", shift.reshape(1, -1, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Log-probabilities of prepared images [n, c, h, w]."""
        found = []
        for at, member in enumerate(self.members):
            own = x
            if not self._own[at]:
                own = x * self.get_buffer(f"scale_{at}") + self.get_buffer(f"shift_{at}")
            found.append(torch.log_softmax(member(own).float(), 1))
        return torch.logsumexp(torch.stack(found), 0) - math.log(len(found))


def averaged(states: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of each tensor of several networks; counts of batches are the first one's.

    Wortsman et al. 2022, "Model soups: averaging weights of multiple fine-tuned models improves
    accuracy without increasing inference time".
    """
    return {
        name: torch.stack([state[name] for state in states]).mean(0)
        if first.is_floating_point()
        else first.clone()
        for name, first in states[0].items()
    }


@torch.no_grad()
def renew_statistics(
    network: nn.Module, states: Sequence[Mapping[str, Tensor]], batches: Iterable[Tensor]
) -> int:
    """Measure the statistics of batch normalisation anew on training images, as the mean of
    batches.

    The mean of the members' variances is not the variance of what the averaged weights give: maps
    of several networks cancel each other in part (Jordan et al. 2023, "REPAIR"), and soups were
    made of networks without batch normalisation. Layers whose statistics are the same in all
    `states` were frozen, and keep them.

    Returns how many layers were measured.
    """
    own = {
        name: module
        for name, module in network.named_modules()
        if isinstance(module, _BatchNorm)
        and module.track_running_stats
        and any(
            not torch.equal(state[f"{name}.running_mean"], states[0][f"{name}.running_mean"])
            for state in states[1:]
        )
    }
    if not own:
        return 0
    before = {name: module.momentum for name, module in own.items()}
    for module in own.values():
        module.reset_running_stats()
        module.momentum = None  # the mean of all batches
        module.train()
    for batch in batches:
        network(batch)
    for name, module in own.items():
        module.momentum = before[name]
        module.eval()
    return len(own)
