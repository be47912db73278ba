"""The shape of the strategy contract, proved by three tiny strategies in the one loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from alih.study.document.train import Train
from alih.training import checkpoint, loop
from alih.training.loop import Plan, fit
from alih.transfer.contract import Batch, Context, Stateful, Strategy, Stream
from alih.transfer.optimizer import Optimizer

STEPS, EPOCHS = 5, 4


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.setattr(loop, "PAUSE", 0.0)


def batch(seed: int, shift: float = 0.0, dense: bool = False) -> Batch:
    generator = torch.Generator().manual_seed(seed)
    images = torch.randn(8, 1, 4, 4, generator=generator) + shift
    labels = (images > 0).long().squeeze(1) if dense else (images.mean((1, 2, 3)) > shift).long()
    return Batch(images, labels, np.arange(8))


class Reversal(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, strength: float) -> torch.Tensor:
        ctx.strength = strength
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        return -ctx.strength * gradients[0], None


class TwoStreams(Strategy):
    """Source and target, a domain classifier behind gradient reversal, its strength on a schedule
    of progress."""

    def streams(self) -> Mapping[str, Stream]:
        return {"source": Stream("source"), "target": Stream("target", labels="withheld")}

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.ReLU())
        self.head, self.domain = nn.Linear(8, 2), nn.Linear(8, 1)
        modules = nn.ModuleList([self.body, self.head, self.domain])
        self.optimizer = Optimizer(
            modules.parameters(), Train(epochs=EPOCHS, optimizer="sgd", lr=0.1, momentum=0.9), STEPS
        )
        self.strengths: list[float] = []

    @property
    def network(self) -> nn.Module:
        return nn.Sequential(self.body, self.head)

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> torch.Tensor:
        strength = 2 / (1 + np.exp(-10 * ctx.progress)) - 1
        self.strengths.append(strength)
        source, target = self.body(batches["source"].images), self.body(batches["target"].images)
        loss = nn.functional.cross_entropy(self.head(source), batches["source"].labels)
        domains = self.domain(Reversal.apply(torch.cat([source, target]), strength)).squeeze(1)
        truth = torch.cat([torch.ones(len(source)), torch.zeros(len(target))])
        domain_loss = nn.functional.binary_cross_entropy_with_logits(domains, truth)
        ctx.backward(loss + domain_loss)
        self.optimizer.step()
        ctx.log("domain_loss", domain_loss)
        return loss + domain_loss

    def predict(self, images: torch.Tensor) -> torch.Tensor:
        return self.network(images)

    def parts(self) -> dict[str, Stateful]:
        return {
            "body": self.body,
            "head": self.head,
            "domain": self.domain,
            "optimizer": self.optimizer,
        }


class Bilevel(Strategy):
    """Two optimizers; the outer one learns a weight through differentiable inner steps on the
    network."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.model = nn.Linear(16, 2)
        self.meta = nn.Linear(1, 1)
        self.inner = Optimizer(
            self.model.parameters(), Train(epochs=EPOCHS, optimizer="sgd", lr=0.05), STEPS
        )
        self.outer = Optimizer(
            self.meta.parameters(), Train(epochs=EPOCHS, optimizer="adam", lr=0.01), STEPS
        )

    @property
    def network(self) -> nn.Module:
        return self.model

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> torch.Tensor:
        rows = batches["target"]
        x, y = rows.images.flatten(1), rows.labels
        fast = dict(self.model.named_parameters())
        for _ in range(2):
            weight = torch.sigmoid(self.meta(torch.ones(1, 1))).squeeze()
            logits = torch.func.functional_call(self.model, fast, (x,))
            matching = weight * logits.square().mean() + nn.functional.cross_entropy(logits, y)
            gradients = torch.autograd.grad(matching, list(fast.values()), create_graph=True)
            fast = {
                name: p - 0.05 * g for (name, p), g in zip(fast.items(), gradients, strict=True)
            }
        ctx.backward(
            nn.functional.cross_entropy(torch.func.functional_call(self.model, fast, (x,)), y)
        )
        self.outer.step()
        for parameter in self.model.parameters():
            parameter.grad = None
        loss = nn.functional.cross_entropy(self.model(x), y)
        ctx.backward(loss)
        self.inner.step()
        return loss

    def predict(self, images: torch.Tensor) -> torch.Tensor:
        return self.model(images.flatten(1))

    def parts(self) -> dict[str, Stateful]:
        return {"model": self.model, "meta": self.meta, "inner": self.inner, "outer": self.outer}


class Dense(Strategy):
    """A label for every pixel, and noise from a named generator."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.model = nn.Conv2d(1, 2, 3, padding=1)
        self.optimizer = Optimizer(self.model.parameters(), Train(epochs=EPOCHS, lr=0.01), STEPS)

    @property
    def network(self) -> nn.Module:
        return self.model

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> torch.Tensor:
        rows = batches["target"]
        noise = torch.randn(rows.images.shape, generator=ctx.generator("noise"))
        loss = nn.functional.cross_entropy(self.model(rows.images + 0.1 * noise), rows.labels)
        ctx.backward(loss)
        self.optimizer.step()
        return loss

    def predict(self, images: torch.Tensor) -> torch.Tensor:
        return self.model(images)

    def parts(self) -> dict[str, Stateful]:
        return {"model": self.model, "optimizer": self.optimizer}


KINDS = [TwoStreams, Bilevel, Dense]


def plan(folder: Path, strategy: Strategy, stop_after: int | None = None) -> Plan:
    def streams(epoch: int) -> Iterator[Mapping[str, Batch]]:
        for step in range(STEPS):
            seed = epoch * 100 + step
            if stop_after is not None and epoch > stop_after and step == 2:
                raise KeyboardInterrupt  # in the middle of an epoch
            dense = isinstance(strategy, Dense)
            yield {
                name: batch(seed, shift=float(i), dense=dense)
                for i, name in enumerate(strategy.streams())
            }

    return Plan(
        train=Train(epochs=EPOCHS),
        seed=3,
        replicate=1,
        steps_per_epoch=STEPS,
        streams=streams,
        evaluate=lambda: {},
        folder=folder,
    )


def weights(strategy: Strategy) -> dict[str, torch.Tensor]:
    state = {n: p.state_dict() for n, p in strategy.parts().items() if isinstance(p, nn.Module)}
    return {f"{n}.{k}": v.clone() for n, s in state.items() for k, v in s.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_one_loop_trains_every_shape_of_strategy(kind, tmp_path):
    strategy = kind()
    losses: list[float] = []
    records = plan(tmp_path, strategy)
    seen = Plan(
        **{**records.__dict__, "on_epoch": lambda _, rows, __: losses.append(rows[-1]["value"])}
    )
    before = weights(strategy)
    fit(strategy, seen)
    after = weights(strategy)
    assert all(not torch.equal(before[name], after[name]) for name in before), (
        "every part must learn"
    )
    assert len(losses) == EPOCHS
    if isinstance(strategy, TwoStreams):
        assert strategy.strengths[0] == 0
        assert strategy.strengths[-1] == pytest.approx(2 / (1 + np.exp(-10)) - 1)


@pytest.mark.parametrize("kind", KINDS)
def test_resume_in_the_middle_of_an_epoch_is_exact(kind, tmp_path):
    whole, first, second = kind(), kind(), kind()
    fit(whole, plan(tmp_path / "a", whole))
    with pytest.raises(KeyboardInterrupt):
        fit(first, plan(tmp_path / "b", first, stop_after=2))
    assert checkpoint.stored(tmp_path / "b")[0][0] == 2
    fit(second, plan(tmp_path / "b", second))
    for name, tensor in weights(whole).items():
        assert torch.equal(tensor, weights(second)[name]), name


@pytest.mark.parametrize("kind", KINDS)
def test_mutation_a_part_left_out_of_the_state_is_noticed(kind, tmp_path):
    """The exactness test above must be able to fail: leave each part out in turn and see different
    weights."""
    whole = kind()
    fit(whole, plan(tmp_path / "whole", whole))
    for missing in whole.parts():

        class Forgetful(kind):  # type: ignore[misc, valid-type]
            def parts(self, missing: str = missing) -> dict[str, Stateful]:
                return {name: part for name, part in super().parts().items() if name != missing}

        first, second = Forgetful(), Forgetful()
        with pytest.raises(KeyboardInterrupt):
            fit(first, plan(tmp_path / missing, first, stop_after=2))
        fit(second, plan(tmp_path / missing, second))
        resumed = {
            n: p.state_dict() for n, p in kind.parts(second).items() if isinstance(p, nn.Module)
        }
        same = all(
            torch.equal(t, resumed[n.split(".")[0]][n.split(".", 1)[1]])
            for n, t in weights(whole).items()
        )
        stateless = missing == "inner"  # plain SGD without a schedule has no state that matters
        assert same == stateless, missing
