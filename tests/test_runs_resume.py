"""Exact resume through real processes: SIGKILL in epochs, while checkpoints are written and between
cells; Ctrl-C; damage."""

from __future__ import annotations

import random
import shutil
import signal
from pathlib import Path

import pytest
from tests.support.folders import ready
from tests.support.processes import killed, outcome, start

import alih
from alih.runs.folder import StudyFolder
from alih.runs.status import survey
from alih.study.loading import load
from alih.study.planning.cells import Cell
from alih.training import loop

pytestmark = pytest.mark.torch

STUDY = """
schema: 1
name: tiny
title: Tiny
data: {set: fashion-mnist-mini}
split: {validation: 0.1}
seeds: 2
train: {epochs: 3, batch_size: 256, optimizer: adam, early_stopping: {patience: 9}, keep: best}
model:
  layers: [{conv: {filters: 4, stride: 2}}, batch_norm,
           {conv: {filters: 6, stride: 2}}, {max_pool: 2},
    {dropout: 0.3}, flatten, {dense: 8}]
augment: {shift: 1}
vary: {train_images: [600]}
arms:
  a: {}
  b: {train: {lr: 0.003, schedule: cosine, optimizer: sgd, momentum: 0.9}}
compare: {baseline: a}
"""


LEVEL = "train_images=600"


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A finished, never interrupted folder."""
    out = ready(tmp_path_factory.mktemp("whole") / "study", STUDY)
    completed(out)
    return out


def completed(out: Path) -> list[str]:
    """What is told while the study is completed in this process."""
    told: list[str] = []
    assert alih.run(out, jobs=1, on_event=lambda event: told.append(event.get("text", ""))).complete
    return told


def test_killed_anywhere_and_run_again_gives_the_same(whole, tmp_path):
    """SIGKILL at random moments lands in epochs, in writes and between cells."""
    out = ready(tmp_path / "study", STUDY)
    chance = random.Random(7)
    assert sum(killed(out, chance) for _ in range(3))
    completed(out)
    assert outcome(out) == outcome(whole)
    assert len(outcome(out)) == 16


def test_killed_while_a_checkpoint_is_written(whole, tmp_path):
    """The process dies inside the write, with half a temporary file on disk."""
    out = ready(tmp_path / "study", STUDY)
    die = (
        "import os, signal, alih.files as files\n"
        "original = files.os.replace\n"
        "def replace(source, target):\n"
        "    if 'checkpoint-000002' in str(target):\n"
        "        os.truncate(source, 1000); os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return original(source, target)\n"
        "files.os.replace = replace"
    )
    process = start(out, extra=die)
    process.communicate(timeout=300)
    assert process.returncode == -signal.SIGKILL
    assert list(out.glob(f"runs/a/seed-0/{LEVEL}/checkpoint-000001*"))
    completed(out)
    assert outcome(out) == outcome(whole)


def test_flipped_byte_in_a_checkpoint_is_named_and_recomputed(whole, tmp_path, monkeypatch):
    out = ready(tmp_path / "study", STUDY)
    save = loop._save

    def stop(strategy, selection, plan, epoch, records):
        save(strategy, selection, plan, epoch, records)
        if epoch == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loop, "PAUSE", 0.0)
        patch.setattr(loop, "_save", stop)
        with pytest.raises(KeyboardInterrupt):
            completed(out)
    newest = out / f"runs/a/seed-0/{LEVEL}/checkpoint-000002.safetensors"
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)
    assert [text for text in completed(out) if newest.name in text]
    assert outcome(out) == outcome(whole)


def test_ctrl_c_leaves_a_resumable_folder(whole, tmp_path):
    out = ready(tmp_path / "study", STUDY)
    # Time to be interrupted in, however busy the machine is.
    process = start(out, jobs=2, pause=1.0)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("epoch"):
            break
    process.send_signal(signal.SIGINT)
    output = process.stdout.read()
    process.stdout.close()
    assert process.wait(timeout=60) != 0
    assert "KeyboardInterrupt" in output
    again = start(out, jobs=2)
    output, _ = again.communicate(timeout=300)
    assert again.returncode == 0, output
    assert outcome(out) == outcome(whole), "worker processes give what one process gives"


def test_damaged_result_is_named_and_computed_again(whole, tmp_path):
    out = tmp_path / "study"
    shutil.copytree(whole, out)
    scores = out / f"runs/b/seed-1/{LEVEL}/scores.npz"
    scores.write_bytes(scores.read_bytes()[:-10])
    states = {str(s.cell): s for s in survey(out, load(out))}
    damaged = states.pop(f"b/seed-1/{LEVEL}")
    assert damaged.state == "damaged"
    assert "scores.npz" in damaged.reason
    assert {status.state for status in states.values()} == {"finished"}
    completed(out)
    assert outcome(out) == outcome(whole)


def test_changed_setting_reruns_only_its_arm_and_says_why(whole):
    states = {str(s.cell): s for s in survey(whole, load(whole, ["arms.b.train.lr=0.01"]))}
    assert {name: s.state for name, s in states.items()} == {
        f"a/seed-0/{LEVEL}": "finished",
        f"b/seed-0/{LEVEL}": "changed",
        f"a/seed-1/{LEVEL}": "finished",
        f"b/seed-1/{LEVEL}": "changed",
    }
    assert "train.lr: 0.003 → 0.01" in states[f"b/seed-0/{LEVEL}"].reason


def test_committed_results_without_weights_count_as_finished(whole, tmp_path):
    out = tmp_path / "study"
    shutil.copytree(whole, out)
    for file in out.glob("runs/**/model.safetensors"):
        file.unlink()
    assert {s.state for s in survey(out, load(out))} == {"finished"}
    more = load(out, seeds=3)
    assert [s.state for s in survey(out, more)] == ["finished"] * 4 + ["new"] * 2


def test_two_processes_on_one_folder_share_the_cells(whole, tmp_path):
    out = ready(tmp_path / "study", STUDY)
    # The pauses let both compute at the same time.
    both = start(out, pause=0.3), start(out, pause=0.3)
    outputs = [process.communicate(timeout=300)[0] for process in both]
    completed(out)  # whatever the slower one left
    assert outcome(out) == outcome(whole), outputs
    assert "model.safetensors" in StudyFolder(out).cell(Cell("a", 0, (("train_images", 600),))).sums
