"""Channel attention of DELTA (Li et al. 2019, section 3.3): channels count by how much the source
model misses them.

The source model gets a head for the target, trained on its frozen features; then one channel of one
map after the other is off, and a channel's weight grows with what that adds to the cross-entropy.
Li et al. switch a filter of a convolution off; the maps that are compared here are those after
whole stages, where sums over branches have no filter of their own, so that the channel of the map
itself is set to zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from alih.models.modes import evaluating
from alih.models.precision import in_full, without_autocast
from alih.models.staged import StagedNetwork
from alih.study.document.train import Smooth, Train
from alih.transfer.contract import Batch
from alih.transfer.optimizer import Optimizer

HEAD_EPOCHS = 10
TEMPERATURE = 5.0


class Attention:
    """Weights W_c of the channels of some stages' maps, each summing to 1; equal until they are
    measured.
    """

    def __init__(self, stages: Sequence[int]) -> None:
        self.stages = tuple(stages)
        self.weights: dict[int, Tensor] = {}

    def state_dict(self) -> dict[str, Tensor]:
        """The weights by stage, counted from 0."""
        return {str(stage): weights for stage, weights in self.weights.items()}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Take weights back."""
        self.weights = {int(stage): weights.clone() for stage, weights in state.items()}

    def of(self, stage: int, maps: Tensor) -> Tensor | None:
        """The weights [C] for a stage's maps, on their device; None for equal ones."""
        weights = self.weights.get(stage)
        return None if weights is None else weights.to(maps.device)


def measure(
    network: StagedNetwork,
    stages: Sequence[int],
    batches: Callable[[], Iterator[Batch]],
    images: int,
    train: Train,
    head_lr: float,
    generator: torch.Generator,
) -> dict[int, Tensor]:
    """W_c = softmax(z_c / 5) [C] of every stage in `stages`, z the standardised mean increase of
    the loss when channel c is off.

    `batches()` are the training images in any order, of which the first `images` are looked at for
    each channel; the head learns from all of them for 10 epochs with the settings `train`. The
    network keeps its weights and its mode.
    """
    with evaluating(network):
        head = _head(network, batches, train, head_lr, generator)
        with torch.no_grad():
            rises: dict[int, list[Tensor]] = {stage: [] for stage in stages}
            seen = 0
            for batch in batches():
                if seen >= images:
                    break
                count = min(images - seen, len(batch.items))
                seen += count
                for stage in stages:
                    rises[stage].append(_rises(network, head, batch, stage, count))
    return {
        stage: from_rises(torch.stack(found).sum(0) / max(1, seen))
        for stage, found in rises.items()
        if found
    }


def from_rises(rises: Tensor) -> Tensor:
    """Increases of the loss [C] -> weights [C] that sum to 1; equal where no channel differs from
    another.

    >>> from_rises(torch.tensor([0.5, 0.5]))
    tensor([0.5000, 0.5000])
    """
    spread = rises.std(correction=0)
    standard = (rises - rises.mean()) / spread if spread > 0 else torch.zeros_like(rises)
    return F.softmax(standard / TEMPERATURE, 0)


def _rises(network: StagedNetwork, head: nn.Linear, batch: Batch, stage: int, count: int) -> Tensor:
    """Summed over the first `count` images: the cross-entropy without each channel, less that with
    all of them, [C].
    """
    start = network.between(batch.depth, stage + 1) if batch.depth else network.prefix(stage + 1)
    after = network.between(stage + 1, len(network.stages))
    # Cut here, not before: the last bits of what stages give depend on the batch, and kept
    # activations come from whole ones.
    maps, labels = start(batch.images)[:count].clone(), batch.truth[:count]

    def loss(hidden: Tensor) -> Tensor:
        features = network.read(after(hidden.clone()))  # a stage may work in place
        outputs = in_full(head, features)
        return F.cross_entropy(network.scores(outputs), labels, reduction="none")

    whole, found = loss(maps), []
    for channel in range(maps.shape[1]):
        kept = maps[:, channel].clone()
        maps[:, channel] = 0
        found.append((loss(maps) - whole).sum())
        maps[:, channel] = kept
    return torch.stack(found)


def _head(
    network: StagedNetwork,
    batches: Callable[[], Iterator[Batch]],
    train: Train,
    head_lr: float,
    generator: torch.Generator,
) -> nn.Linear:
    """A dense layer for the target on the frozen features, started as the arm's own head is."""
    own, kept, labels = network.head, [], []
    assert isinstance(own, nn.Linear), "segmentation has no such attention"
    with torch.no_grad():
        for batch in batches():
            state = network.advance(batch.images, batch.depth, len(network.stages))
            kept.append(network.read(state).to(own.weight.dtype))
            labels.append(batch.truth)
    head = nn.Linear(
        own.in_features, own.out_features, device=own.weight.device, dtype=own.weight.dtype
    )
    head.load_state_dict(own.state_dict())
    if not kept:
        return head
    features, truth = torch.cat(kept), torch.cat(labels)
    size = min(train.batch_size, len(truth))
    settings = train.model_copy(
        update={"epochs": HEAD_EPOCHS, "schedule": Smooth(), "time_decay": 0.0}
    )
    optimizer = Optimizer(
        head.parameters(),
        settings,
        -(-len(truth) // size),
        dict.fromkeys(head.parameters(), head_lr),
    )
    for _ in range(HEAD_EPOCHS):
        order = torch.randperm(len(truth), generator=generator).to(truth.device)
        for rows in order.split(size):
            with without_autocast(features.device):
                outputs = network.scores(head(features[rows]))
                F.cross_entropy(outputs, truth[rows]).backward()
            optimizer.step()
    return head
