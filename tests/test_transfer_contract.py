"""Every strategy of the table keeps its contract, and each way of breaking it is noticed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from torch import nn

from alih import cli
from alih.models.modes import evaluating
from alih.study.strategies.base import StrategyOptions
from alih.training.conformance import Candidate, examine, find
from alih.training.conformance.rehearsal import Stage
from alih.transfer.contract import Batch, Context, Stateful, Strategy, Stream
from alih.transfer.ingredients import Ingredients
from alih.transfer.optimizer import Optimizer
from alih.transfer.table import STRATEGIES

EXAMPLE = Path(__file__).resolve().parents[1] / "docs" / "examples" / "mixup.py"


class TwoDomains(StrategyOptions):
    leads: ClassVar[Any] = "source"


class Plain(Strategy):
    """Cross-entropy on one stream; the faults below break it one by one."""

    def __init__(self, given: Ingredients) -> None:
        self._network, self.objective = (
            given.network,
            given.task.objective(given.recipe.train, None),
        )
        self.optimizer = Optimizer(
            given.network.parameters(), given.recipe.train, given.steps_per_epoch
        )

    @property
    def network(self) -> nn.Module:
        return self._network

    def loss(self, batches: Mapping[str, Batch], ctx: Context) -> torch.Tensor:
        batch = next(batch for batch in batches.values() if batch.labels is not None)
        return self.objective(self._network(batch.images), batch.truth)

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> torch.Tensor:
        loss = self.loss(batches, ctx)
        ctx.backward(loss)
        self.optimizer.step()
        return loss

    def predict(self, images: torch.Tensor) -> torch.Tensor:
        return self._network(images)

    def parts(self) -> dict[str, Stateful]:
        return {"network": self._network, "optimizer": self.optimizer}


class Bilevel(Plain):
    """Two optimizers; the outer one learns a weight through differentiable inner steps."""

    def __init__(self, given: Ingredients) -> None:
        super().__init__(given)
        self.meta = nn.Linear(1, 1)
        nn.init.zeros_(self.meta.weight)
        nn.init.zeros_(self.meta.bias)
        self.outer = Optimizer(self.meta.parameters(), given.recipe.train, given.steps_per_epoch)

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> torch.Tensor:
        batch, fast = batches["target"], dict(self._network.named_parameters())
        for _ in range(2):
            weight = torch.sigmoid(self.meta(torch.ones(1, 1))).squeeze()
            logits = torch.func.functional_call(self._network, fast, (batch.images,))
            matching = weight * logits.square().mean() + self.objective(logits, batch.truth)
            gradients = torch.autograd.grad(matching, list(fast.values()), create_graph=True)
            fast = {
                name: p - 0.05 * g for (name, p), g in zip(fast.items(), gradients, strict=True)
            }
        logits = torch.func.functional_call(self._network, fast, (batch.images,))
        ctx.backward(self.objective(logits, batch.truth))
        self.outer.step()
        for parameter in self._network.parameters():
            parameter.grad = None
        return super().step(batches, ctx)

    def parts(self) -> dict[str, Stateful]:
        return {**super().parts(), "meta": self.meta, "outer": self.outer}


class Views(Plain):
    """Labels of both domains, agreement of weak and strong views, a part with dropout, and a
    measurement before each epoch."""

    def __init__(self, given: Ingredients) -> None:
        super().__init__(given)
        self.noise = nn.Sequential(nn.Dropout(0.5), nn.BatchNorm1d(2))

    def streams(self) -> Mapping[str, Stream]:
        return {
            "loose": Stream("target", "withheld", ("weak", "strong"), share=0.5),
            "target": Stream("target"),
            "source": Stream("source"),
        }

    def epoch(self, open, ctx: Context) -> None:
        with evaluating(self._network), torch.no_grad():
            for batch in open("loose"):
                self._network(batch.images)

    def loss(self, batches: Mapping[str, Batch], ctx: Context) -> torch.Tensor:
        labelled = [batches["source"], batches["target"]]
        loss = sum(self.objective(self._network(batch.images), batch.truth) for batch in labelled)
        loose = batches["loose"]
        with torch.no_grad():
            guess = self._network(loose.images).argmax(1)
        answers = self._network(loose.views["strong"])
        noisy = self.noise(answers) if answers.ndim == 2 else answers
        noise = torch.randn(noisy.shape, generator=ctx.generator("noise"))
        return loss + self.objective(noisy + 0.1 * noise, guess)

    def parts(self) -> dict[str, Stateful]:
        return {**super().parts(), "noise": self.noise}


def failed(candidate: Candidate, *tasks: str) -> set[str]:
    return {one.check for one in examine(candidate, tasks) if one.state == "failed"}


@pytest.mark.parametrize("name", [n for n in STRATEGIES if find(n).options.classifies])
def test_strategies_of_the_table_keep_their_contract(name):
    outcomes = list(examine(find(name), ["classification"]))
    assert [one for one in outcomes if one.state == "failed"] == []
    skipped = {one.check for one in outcomes if one.state == "skipped"}
    assert skipped == (set() if find(name).options.leads == "source" else {"withheld"})


OPTIONS = {
    "frozen": {"freeze": "all"},
    "thawing": {"freeze": 2, "unfreeze": {"every": 1}},
    "delta": {"regularizer": "delta", "attention_images": 8, "bss": 0.01},
}


@pytest.mark.parametrize("values", OPTIONS.values(), ids=OPTIONS)
def test_fine_tuning_keeps_it_with_what_it_can_do(values):
    assert failed(find("finetune", values), "classification") == set()


@pytest.mark.parametrize(
    "candidate",
    [Candidate("bilevel", StrategyOptions, Bilevel), Candidate("views", TwoDomains, Views)],
    ids=lambda candidate: candidate.name,
)
def test_the_contract_has_room_for_more_shapes(candidate):
    assert failed(candidate) == set()


def test_progress_runs_from_the_first_step_to_the_last(tmp_path):
    steps = Stage(find("scratch"), "classification").rehearse(tmp_path).steps
    assert [step.progress for step in steps] == pytest.approx(
        [index / (len(steps) - 1) for index in range(len(steps))]
    )


# --- Broken in one place each
# --------------------------------------------------------------------------------------------------


class UnseededWeights(Plain):
    def __init__(self, given: Ingredients) -> None:
        super().__init__(given)
        self.extra = nn.Linear(2, 2)

    def loss(self, batches, ctx):
        return super().loss(batches, ctx) + 0.1 * self.extra(torch.ones(1, 2)).square().sum()

    def parts(self):
        return {**super().parts(), "extra": self.extra}


class ForgottenCounter(Plain):
    taken = 0

    def loss(self, batches, ctx):
        self.taken += 1
        return super().loss(batches, ctx) * (1 + self.taken)


class WrongState(Plain):
    """A part that hands its state out and takes nothing back, and does not matter."""

    class Clock:
        def __init__(self) -> None:
            self.time = 0

        def state_dict(self):
            return {"time": min(1, self.time)}

        def load_state_dict(self, state):
            pass

    def __init__(self, given: Ingredients) -> None:
        super().__init__(given)
        self.clock = self.Clock()

    def loss(self, batches, ctx):
        self.clock.time += 1
        return super().loss(batches, ctx)

    def parts(self):
        return {**super().parts(), "clock": self.clock}


class LeftInEvaluation(Plain):
    def loss(self, batches, ctx):
        loss = super().loss(batches, ctx)
        self._network.eval()
        return loss


class NoLoss(Plain):
    def step(self, batches, ctx):
        return float(super().step(batches, ctx).detach())


class Endless(Plain):
    def step(self, batches, ctx):
        return super().step(batches, ctx).detach() * torch.tensor(float("nan"))


class StandingStill(Plain):
    def step(self, batches, ctx):
        return self.loss(batches, ctx)


class UnknownView(Plain):
    def streams(self):
        return {"target": Stream(views=("sideways",))}


class OtherShare(Plain):
    def streams(self):
        return {"target": Stream(share=2.0)}


class OtherNetwork(Plain):
    def predict(self, images):
        return 2 * self._network(images)


class Flat(Plain):
    def predict(self, images):
        return self._network(images).argmax(1)


class Moving(Plain):
    def predict(self, images):
        self._network.train()
        return self._network(images)


class Peeking(Plain):
    """It has found the labels elsewhere."""

    def streams(self):
        return {"source": Stream("source"), "loose": Stream("target", labels="withheld")}

    def loss(self, batches, ctx):
        truth = torch.tensor(HIDDEN[0][batches["loose"].items])
        answers = self._network(batches["loose"].images)
        return super().loss(batches, ctx) + self.objective(answers, truth)


HIDDEN: list[Any] = [None]


@pytest.mark.parametrize(
    ("kind", "broken"),
    [
        (UnseededWeights, {"repeats", "resumes"}),
        (ForgottenCounter, {"resumes"}),
        (WrongState, {"parts"}),
        (LeftInEvaluation, {"modes"}),
        (NoLoss, {"steps"}),
        (Endless, {"trains"}),
        (StandingStill, {"steps"}),
        (UnknownView, {"trains"}),
        (OtherShare, {"streams"}),
        (OtherNetwork, {"predicts"}),
        (Flat, {"trains"}),
        (Moving, {"predicts"}),
    ],
)
def test_what_breaks_the_contract_fails_its_check(kind, broken):
    assert failed(Candidate("broken", StrategyOptions, kind), "classification") == broken


def test_reading_withheld_labels_is_noticed(monkeypatch):
    domains = Stage.domains

    def leaking(self, study, swapped=False):
        found = domains(self, study, swapped)
        HIDDEN[0] = found["target"].images.labels
        return found

    monkeypatch.setattr(Stage, "domains", leaking)
    assert failed(Candidate("peeking", TwoDomains, Peeking), "classification") == {"withheld"}


# --- The command
# --------------------------------------------------------------------------------------------------


def test_the_example_of_the_documentation_passes(capsys):
    assert cli.run(["test-strategy", str(EXAMPLE), "--option", "alpha=0.4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["strategy"] == "mixup"
    assert told["passed"]
    assert {row["task"] for row in told["checks"]} == {"classification", "segmentation"}
    assert {row["check"] for row in told["checks"] if row["state"] == "skipped"} == {"withheld"}


def test_a_broken_file_is_told_line_by_line(tmp_path, capsys):
    text = EXAMPLE.read_text().replace("self.optimizer.step()", "self._network.eval()")
    (tmp_path / "still.py").write_text(text)
    assert cli.run(["test-strategy", str(tmp_path / "still.py"), "--task", "classification"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" ")[0] for line in lines].count("failed") >= 2
    assert any("evaluation mode: network" in line for line in lines)


@pytest.mark.parametrize(
    ("content", "arguments", "key"),
    [
        (None, [], "There is no file"),
        ("x = 1\n", [], "0 subclasses of Strategy"),
        ("import nothing_of_that_name\n", [], "nothing_of_that_name"),
        ("def f(:\n", [], "s.py:1"),
        ("EXAMPLE", ["--option", "alpha=-1"], "alpha: got -1"),
        ("EXAMPLE", ["--option", "alpha"], "KEY=VALUE"),
        ("EXAMPLE", ["--task", "detection"], "'detection'"),
    ],
)
def test_what_cannot_be_tested_is_told(tmp_path, capsys, content, arguments, key):
    if content is not None:
        text = EXAMPLE.read_text() if content == "EXAMPLE" else content
        (tmp_path / "s.py").write_text(text)
    assert cli.run(["test-strategy", str(tmp_path / "s.py"), *arguments]) == 2
    assert key in capsys.readouterr().err


def test_names_are_those_of_the_table(capsys):
    assert cli.run(["test-strategy", "features"]) == 2
    assert cli.run(["test-strategy", "dnn"]) == 2
    assert "Did you mean 'dann'?" in capsys.readouterr().err
