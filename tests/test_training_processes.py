"""A cell that several processes train together: the same network as one alone where nothing depends
on how a batch is divided, exact repetition and resume, clear ends."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tests.support.folders import ready
from tests.support.processes import outcome

import alih
from alih.errors import AlihError
from alih.study.loading import load
from alih.study.planning import plan
from alih.training import together
from alih.transfer.ranks import Ranks

pytestmark = pytest.mark.torch

STUDY = """
schema: 1
name: tiny
title: Tiny
data: {set: fashion-mnist-mini}
split: {validation: 0.1}
seeds: 1
precision: fp32
processes: 2
train: {epochs: 3, batch_size: 250, optimizer: sgd, lr: 0.05, momentum: 0.9,
  clip_norm: 1.0, l2: 0.0001}
model:
  layers: [{conv: {filters: 4, stride: 2}}, {activation: relu}, {max_pool: 2}, flatten, {dense: 8}]
vary: {train_images: [601]}
augment: {shift: 1}
arms: {a: {}}
compare: {baseline: a}
"""
RANDOM = STUDY.replace("flatten,", "batch_norm, {dropout: 0.3}, flatten,")
CELL = "runs/a/seed-0/train_images=601"


def run(out: Path, text: str) -> Path:
    """A finished folder."""
    ready(out, text)
    assert alih.run(out, jobs=1).complete
    return out


def test_two_processes_train_the_network_of_one(tmp_path):
    """601 images: the last batch of one joins its neighbour, and parts are unequal."""
    one = run(tmp_path / "one", STUDY.replace("processes: 2\n", ""))
    two = run(tmp_path / "two", STUDY)
    alone, shared = (load_file(root / CELL / "model.safetensors") for root in (one, two))
    for name, tensor in alone.items():
        torch.testing.assert_close(shared[name], tensor, rtol=1e-4, atol=1e-5)
    scores = [np.load(root / CELL / "scores.npz") for root in (one, two)]
    for name in scores[0].files:
        np.testing.assert_allclose(scores[1][name], scores[0][name], rtol=1e-3, atol=1e-4)
    histories = [(root / CELL / "history.csv").read_text().splitlines() for root in (one, two)]
    for mine, theirs in zip(*histories, strict=True):
        assert mine.split(",")[:4] == theirs.split(",")[:4]
        if not mine.startswith("epoch"):
            values = float(mine.split(",")[4]), float(theirs.split(",")[4])
            assert values[0] == pytest.approx(values[1], abs=2e-2 if "accuracy" in mine else 1e-4)


@pytest.mark.slow
def test_repeats_and_resumes_bit_for_bit(tmp_path, monkeypatch):
    """With dropout and batch normalisation, whose part of a batch each process sees for itself."""
    whole = run(tmp_path / "whole", RANDOM)
    stopped = ready(tmp_path / "stopped", RANDOM)
    write = alih.training.loop.checkpoint.write

    def fail(folder, epoch, *rest):
        write(folder, epoch, *rest)
        if epoch == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("alih.training.loop.PAUSE", 0.0)
    monkeypatch.setattr("alih.training.loop.checkpoint.write", fail)
    with pytest.raises(KeyboardInterrupt):
        alih.run(stopped, jobs=1)
    monkeypatch.setattr("alih.training.loop.checkpoint.write", write)
    assert alih.run(stopped, jobs=1).complete
    assert outcome(stopped) == outcome(whole)
    network = load_file(whole / CELL / "model.safetensors")
    assert any("running_mean" in name for name in network)


def test_statistics_of_frozen_stages_stay_to_the_last_bit(monkeypatch):
    """Their mean over three processes is that of three equal numbers, which rounding may change."""

    def of_three(tensor):
        tensor.copy_(tensor + tensor + tensor)

    monkeypatch.setattr("alih.transfer.ranks.dist.all_reduce", of_three)
    layer = torch.nn.BatchNorm1d(1000)
    layer.running_mean.copy_(torch.linspace(0.01, 1, 1000))
    before = layer.running_mean.clone()
    Ranks(0, 3).average_statistics([layer])
    assert torch.equal(layer.running_mean, before)


def test_a_process_that_is_killed_is_told(tmp_path, monkeypatch):
    out, started = ready(tmp_path / "s", STUDY), together._start

    def doomed(assignment):
        process = started(assignment)
        process.kill()
        return process

    monkeypatch.setattr(together, "_start", doomed)
    assert not alih.run(out, jobs=1).complete
    told = json.loads((out / CELL / "failed.json").read_text())
    assert told["phrase"]["key"] == "training.process_lost"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"train: {": "transfer: {strategy: match, source: dcnn}\ntrain: {"}, "study.not_divided"),
        ({"batch_size: 250": "batch_size: 3"}, "study.batch_of_processes"),
    ],
)
def test_what_cannot_be_divided_is_refused(tmp_path, change, key):
    text = STUDY
    for old, new in change.items():
        text = text.replace(old, new)
    (tmp_path / "s.yaml").write_text(text)
    with pytest.raises(AlihError) as error:
        load(tmp_path / "s.yaml")
    assert key in {problem.key for problem in error.value.problems}


def test_processes_are_part_of_what_a_cell_is(tmp_path):
    studies = [STUDY, STUDY.replace("processes: 2\n", ""), STUDY.replace("es: 2", "es: 1")]
    found = []
    for index, text in enumerate(studies):
        (tmp_path / f"{index}.yaml").write_text(text)
        study = load(tmp_path / f"{index}.yaml")
        found.append(plan.identity(study, plan.cells(study)[0]))
    assert found[0] != found[1] == found[2]
