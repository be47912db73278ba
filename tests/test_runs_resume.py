"""Exact resume through real processes: SIGKILL in epochs, while checkpoints are written and between
cells; Ctrl-C; damage."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from alih import files
from alih.runs.folder import StudyFolder
from alih.runs.status import survey
from alih.study.loading import load

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
arms:
  a: {}
  b: {train: {lr: 0.003, schedule: cosine, optimizer: sgd, momentum: 0.9}}
compare: {baseline: a}
"""


@pytest.fixture(scope="module")
def document(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("document") / "tiny.yaml"
    file.write_text(STUDY)
    return file


def start(
    document: Path,
    out: Path,
    *,
    jobs: int = 1,
    wait: bool = False,
    extra: str = "",
    pause: float = 0.0,
) -> subprocess.Popen:
    """Run the study in a process of its own, which takes a `pause` of seconds after each epoch it
    hears of."""
    code = (  # no `if __name__ == "__main__"`: a user's script must not need it
        "import alih, alih.training.loop, signal, sys, time\n"
        # a background shell hands on that it is ignored
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "alih.training.loop.PAUSE = 0.0\n"  # a checkpoint after every epoch, however fast
        f"{extra}\n"
        "def tell(e):\n"
        "    print(e['kind'], e.get('text', ''), flush=True)\n"
        f"    time.sleep({pause} if e['kind'] == 'epoch' else 0)\n"
        f"results = alih.run(sys.argv[1], sys.argv[2], jobs={jobs}, on_event=tell)\n"
        "sys.exit(0 if results.complete else 1)\n"
    )
    script = out.parent / f"run-{out.name}.py"
    script.write_text(code)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, str(script), str(document), str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    if wait:
        output, _ = process.communicate(timeout=300)
        assert process.returncode == 0, output
    return process


@pytest.fixture(scope="module")
def machine(tmp_path_factory, document) -> Path:
    """A finished, never interrupted folder; its machine settings are given to all others, as law 4
    asks."""
    out = tmp_path_factory.mktemp("whole") / "study"
    out.mkdir()
    files.write_text(out / "study.yaml", document.read_text())
    settings = {
        "device": "cpu",
        "threads": 1,
        "precision": "fp32",
        "channels_last": True,
        "deterministic": True,
    }
    files.write_json(out / "machine.json", settings)
    start(document, out, wait=True)
    return out


def prepared(machine: Path, place: Path, document: Path) -> Path:
    place.mkdir(parents=True)
    for name in ("machine.json", "references.json"):
        shutil.copy(machine / name, place / name)
    shutil.copy(document, place / "study.yaml")
    return place


def outcome(root: Path) -> dict[str, str]:
    """Digests of everything that must be the same: weights, scores, records. Times and environment
    are outside."""
    found = {}
    for folder in sorted(path.parent for path in root.glob("runs/**/done")):
        for name in ("model.safetensors", "scores.npz", "history.csv", "examples.npz"):
            found[f"{folder.relative_to(root)}/{name}"] = files.sha256(folder / name)
    return found


def test_killed_anywhere_and_run_again_gives_the_same(machine, document, tmp_path):
    """SIGKILL after random delays, until the study is finished, lands in epochs, in writes and
    between cells."""
    out = prepared(machine, tmp_path / "study", document)
    chance = random.Random(5)
    kills = 0
    for _ in range(4):
        process = start(document, out)
        assert process.stdout is not None
        for line in process.stdout:  # wait for training, then strike at a random moment
            if line.startswith(("started", "epoch")):
                break
        time.sleep(chance.uniform(0.0, 0.5))
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
        process.stdout.close()
    assert kills >= 3
    start(document, out, wait=True)
    assert outcome(out) == outcome(machine)
    assert len(outcome(out)) == 16


def test_killed_while_a_checkpoint_is_written(machine, document, tmp_path):
    """The process dies inside the write, with half a temporary file on disk."""
    out = prepared(machine, tmp_path / "study", document)
    die = (
        "import os, signal, alih.files as files\n"
        "original = files.os.replace\n"
        "def replace(source, target):\n"
        "    if 'checkpoint-000002' in str(target):\n"
        "        os.truncate(source, 1000); os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return original(source, target)\n"
        "files.os.replace = replace"
    )
    process = start(document, out, extra=die)
    process.communicate(timeout=300)
    assert process.returncode == -signal.SIGKILL
    assert list(out.glob("runs/a/seed-0/checkpoint-000001*"))
    start(document, out, wait=True)
    assert outcome(out) == outcome(machine)


def test_flipped_byte_in_a_checkpoint_is_named_and_recomputed(machine, document, tmp_path):
    out = prepared(machine, tmp_path / "study", document)
    stop = (
        "import os, signal\n"
        "import alih.training.loop as loop\n"
        "original = loop._save\n"
        "def save(strategy, selection, plan, epoch, records):\n"
        "    original(strategy, selection, plan, epoch, records)\n"
        "    if epoch == 2: os.kill(os.getpid(), signal.SIGKILL)\n"
        "loop._save = save"
    )
    process = start(document, out, extra=stop)
    process.communicate(timeout=300)
    newest = out / "runs/a/seed-0/checkpoint-000002.safetensors"
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)
    process = start(document, out)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    assert "checkpoint-000002.safetensors is damaged" in output
    assert outcome(out) == outcome(machine)


def test_ctrl_c_leaves_a_resumable_folder(machine, document, tmp_path):
    out = prepared(machine, tmp_path / "study", document)
    process = start(
        document, out, jobs=2, pause=1.0
    )  # time to be interrupted in, however busy the machine is
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("epoch"):
            break
    process.send_signal(signal.SIGINT)
    output = process.stdout.read()
    process.stdout.close()
    assert process.wait(timeout=60) != 0
    assert "KeyboardInterrupt" in output
    start(document, out, wait=True, jobs=2)
    assert outcome(out) == outcome(machine), "worker processes give what one process gives"


def test_damaged_result_is_named_and_computed_again(machine, document, tmp_path):
    out = tmp_path / "study"
    shutil.copytree(machine, out)
    scores = out / "runs/b/seed-1/scores.npz"
    scores.write_bytes(scores.read_bytes()[:-10])
    study = load(out)
    states = {str(s.cell): s for s in survey(out, study)}
    assert states["b/seed-1"].state == "damaged"
    assert "scores.npz" in states["b/seed-1"].reason
    assert states["a/seed-1"].state == "finished"
    start(document, out, wait=True)
    assert outcome(out) == outcome(machine)


def test_changed_setting_reruns_only_its_arm_and_says_why(machine, document, tmp_path):
    out = tmp_path / "study"
    shutil.copytree(machine, out)
    study = load(document, ["arms.b.train.lr=0.01"])
    states = {str(s.cell): s for s in survey(out, study)}
    assert {name: s.state for name, s in states.items()} == {
        "a/seed-0": "finished",
        "b/seed-0": "changed",
        "a/seed-1": "finished",
        "b/seed-1": "changed",
    }
    assert "train.lr: 0.003 → 0.01" in states["b/seed-0"].reason


def test_committed_results_without_weights_count_as_finished(machine, tmp_path):
    out = tmp_path / "study"
    shutil.copytree(machine, out)
    for file in out.glob("runs/**/model.safetensors"):
        file.unlink()
    assert {s.state for s in survey(out, load(out))} == {"finished"}
    more = load(out, seeds=3)
    assert [s.state for s in survey(out, more)] == ["finished"] * 4 + ["new"] * 2


def test_two_processes_on_one_folder_share_the_cells(machine, document, tmp_path):
    out = prepared(machine, tmp_path / "study", document)
    first, second = start(document, out), start(document, out)
    outputs = [process.communicate(timeout=300)[0] for process in (first, second)]
    start(document, out, wait=True)  # whatever the slower one left
    assert outcome(out) == outcome(machine), outputs
    done = json.loads((StudyFolder(out).root / "runs/a/seed-0/done").read_text())
    assert "model.safetensors" in done
