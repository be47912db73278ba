"""What strategies that learn on two domains share, whatever their step."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from alih.transfer.contract import Stateful, Strategy, Stream
from alih.transfer.ingredients import Ingredients
from alih.transfer.joined import domain_streams, staged
from alih.transfer.optimizer import Optimizer


class OnDomains(Strategy):
    """A staged network, the task's objective, and the `optimizer` that a subclass makes."""

    optimizer: Optimizer

    def __init__(self, given: Ingredients) -> None:
        self.task, self._network = given.task, staged(given)
        self.granted, self.withheld = given.granted, given.withheld
        self.objective = given.task.objective(given.recipe.train, given.class_weights)

    @property
    def network(self) -> nn.Module:
        """The network of the task."""
        return self._network

    def streams(self) -> Mapping[str, Stream]:
        """Those of both domains."""
        return domain_streams(self.granted, self.withheld)

    def predict(self, images: Tensor) -> Tensor:
        """Logits [b, classes], or [b, classes, h, w]."""
        answer: Tensor = self._network(images)
        return answer

    def parts(self) -> dict[str, Stateful]:
        """Network and optimizer."""
        return {"network": self._network, "optimizer": self.optimizer}

    def penalty(self) -> float:
        """The L1 and L2 terms."""
        return self.optimizer.penalty()
