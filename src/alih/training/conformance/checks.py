"""The promises of `transfer/contract.py`, each a check with a sentence where it is broken."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import ValidationError

from alih.errors import AlihError
from alih.study.document.arm import Recipe
from alih.study.document.problems import StudyError
from alih.study.planning.recipes import recipe
from alih.study.reading.translate import problems_of
from alih.study.reading.yamlfile import Document
from alih.study.strategies.base import StrategyOptions
from alih.training.conformance.candidate import Candidate, told
from alih.training.conformance.rehearsal import (
    ARM,
    EPOCHS,
    GRANTED,
    MACHINE,
    SIDE,
    Rehearsal,
    Stage,
    copied,
    modules,
    same,
)
from alih.training.device import apply, left_as_found
from alih.transfer.contract import Stream
from alih.words.phrase import Phrase

State = Literal["ok", "failed", "skipped"]
CHECKS = (
    "trains",
    "streams",
    "steps",
    "modes",
    "predicts",
    "repeats",
    "resumes",
    "parts",
    "withheld",
)
"""In the order in which they are told. `trains` comes first: the others need what it leaves."""


@dataclass(frozen=True)
class Outcome:
    """How one check of one task ended; `why` it failed, or was skipped."""

    task: str
    check: str
    state: State
    why: Phrase | str = ""


class _Broken(Exception):
    """A check failed: the first argument is the sentence."""


class _Skipped(Exception):
    """A check does not apply: the first argument is the sentence."""


def examine(candidate: Candidate, tasks: Sequence[str] = ()) -> Iterator[Outcome]:
    """The outcome of every check of a candidate, for the tasks named or all that it can do.

    Nothing that a strategy does wrong is raised; a file's or an option's mistake is (AlihError).
    """
    try:
        candidate.options.model_validate(candidate.values)
    except ValidationError as error:
        document = Document("--option", dict(candidate.values))
        problems = problems_of(error, document, root=candidate.options)
        raise StudyError.of(candidate.name, problems) from error
    options = candidate.options
    possible = ["classification"] * options.classifies + ["segmentation"] * options.segments
    with torch.random.fork_rng(devices=[]), left_as_found():
        apply(MACHINE)
        for task in tasks or possible:
            with tempfile.TemporaryDirectory() as folder:
                yield from _Examination(Stage(candidate, task), Path(folder)).outcomes()


class _Examination:
    """All checks of one task. Each is the method with its name; what one leaves others read."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage, self.folder = stage, folder
        self.whole: Rehearsal

    def outcomes(self) -> Iterator[Outcome]:
        task, reached = self.stage.task, True
        for name in CHECKS:
            check: Callable[[], None] = getattr(self, name)
            state: State = "ok"
            why: Phrase | str = ""
            if not reached:
                yield Outcome(task, name, "skipped", Phrase("training.check_not_reached"))
                continue
            try:
                check()
            except _Skipped as error:
                state, why = "skipped", error.args[0]
            except _Broken as error:
                state, why = "failed", error.args[0]
            except Exception as error:
                state, why = "failed", told(error)
            reached = reached and not (name == "trains" and state == "failed")
            yield Outcome(task, name, state, why)

    def trains(self) -> None:
        """It trains by the one loop; granted target labels are offered where it cannot without."""
        try:
            torch.manual_seed(1)
            self.whole = self.stage.rehearse(self.folder / "whole")
        except AlihError as error:
            if error.key != "training.empty_stream" or self.stage.granted:
                raise
            self.stage = replace(self.stage, granted=GRANTED)
            self.whole = self.stage.rehearse(self.folder / "granted")

    def streams(self) -> None:
        """Streams are declared the same at every call, with views and shares that exist."""
        strategy = self.whole.strategy
        found = strategy.streams()
        resolved, candidate = recipe(self.stage.study, ARM), self.stage.candidate
        options = candidate.options.model_validate(candidate.values)
        for name, stream in found.items():
            if not isinstance(stream, Stream):
                raise _Broken(Phrase("training.check_no_stream", {"name": name}))
            if not 0 < stream.share <= 1:
                values = {"name": name, "share": stream.share}
                raise _Broken(Phrase("training.check_share", values))
            for view in stream.views:
                _known_view(options, view, resolved, name)
        if strategy.streams() != found or any(set(s.items) != set(found) for s in self.whole.steps):
            raise _Broken(Phrase("training.check_streams_change"))

    def steps(self) -> None:
        """Each step returns a finite loss, and the first one moves weights."""
        for number, step in enumerate(self.whole.steps, 1):
            loss = step.loss
            if not isinstance(loss, torch.Tensor) or loss.ndim:
                values = {"step": number, "got": _kind(loss)}
                raise _Broken(Phrase("training.check_no_loss", values))
            if not math.isfinite(float(loss)):
                values = {"step": number, "got": float(loss)}
                raise _Broken(Phrase("training.check_loss", values))
        if not any(step.changed for step in self.whole.steps):
            raise _Broken(Phrase("training.check_no_weight_moves"))

    def modes(self) -> None:
        """What was in training mode before a step is so after it."""
        silenced = [name for step in self.whole.steps for name in step.silenced]
        if silenced:
            names = ", ".join(dict.fromkeys(name or "network" for name in silenced))
            raise _Broken(Phrase("training.check_modes", {"names": names}))

    def predicts(self) -> None:
        """Answers have the task's shape, are those of the network handed over, and change
        nothing.
        """
        strategy = self.whole.strategy
        network = strategy.network.eval()
        generator = torch.Generator().manual_seed(1)
        images = torch.rand(5, 1, SIDE, SIDE, generator=generator)
        kept = copied(network.state_dict())
        before = {name: module.training for name, module in modules(strategy).items()}
        with torch.no_grad():
            logits, again, own = (
                strategy.predict(images).clone(),
                strategy.predict(images).clone(),
                network(images),
            )
        shape = (5, 2, SIDE, SIDE) if self.stage.task == "segmentation" else (5, 2)
        if tuple(logits.shape) != shape:
            values = {"got": tuple(logits.shape), "expected": shape}
            raise _Broken(Phrase("training.check_logits", values))
        after = {name: module.training for name, module in modules(strategy).items()}
        if not same(kept, network.state_dict()) or before != after or not same(logits, again):
            raise _Broken(Phrase("training.check_predict_changes"))
        if not torch.allclose(logits, own, atol=1e-5):
            raise _Broken(Phrase("training.check_other_network"))

    def repeats(self) -> None:
        """The same address gives the same batches and weights, whatever was drawn before."""
        torch.manual_seed(2)
        again = self.stage.rehearse(self.folder / "again")
        if [step.items for step in again.steps] != [step.items for step in self.whole.steps]:
            raise _Broken(Phrase("training.check_other_batches"))
        self._compare(again, "training.check_no_repeat")

    def resumes(self) -> None:
        """Interrupted inside an epoch and resumed, it ends with the same weights and records."""
        cut = self.folder / "cut"
        self.stage.rehearse(cut, stop_at=self._cut_at)
        shutil.copytree(cut, self.folder / "resumed")
        self._compare(self.stage.rehearse(self.folder / "resumed"), "training.check_no_resume")

    @property
    def _cut_at(self) -> int:
        """A step inside the second epoch."""
        return len(self.whole.steps) // EPOCHS + 1

    def parts(self) -> None:
        """Every part takes its state back: without it a resumed run ends otherwise.

        A part that no training changes needs not to; `resumes` shows what parts lack.
        """
        for name, state in self.whole.states.items():
            if same(self.whole.start[name], state):
                continue
            place = self.folder / f"without-{name}"
            shutil.copytree(self.folder / "cut", place)
            without = self.stage.rehearse(place, forget=name)
            if same(without.states, self.whole.states):
                raise _Broken(Phrase("training.check_part", {"name": name}))

    def withheld(self) -> None:
        """Labels that are withheld change nothing."""
        options = self.stage.candidate.options
        if not options.two_sets():
            raise _Skipped(Phrase("training.check_one_domain"))
        if options.grants == "all":
            raise _Skipped(Phrase("training.check_all_labels"))
        stage = replace(self.stage, granted=self.stage.granted or GRANTED)
        one, other = (
            stage.rehearse(self.folder / f"swapped-{swapped}", swapped=swapped)
            for swapped in (False, True)
        )
        if not same(one.states, other.states) or one.history != other.history:
            raise _Broken(Phrase("training.check_reads_labels"))

    def _compare(self, found: Rehearsal, key: str) -> None:
        other = [
            name for name, state in self.whole.states.items() if not same(state, found.states[name])
        ]
        if other or found.history != self.whole.history:
            names = ", ".join(other) or Phrase("training.check_records")
            raise _Broken(Phrase(key, {"names": names}))


def _known_view(options: StrategyOptions, view: str, resolved: Recipe, name: str) -> None:
    try:
        options.view(view, resolved)
    except KeyError:
        raise _Broken(Phrase("training.check_view", {"name": name, "view": view})) from None


def _kind(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    return type(value).__name__
