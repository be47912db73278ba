"""A real Ray cluster of two machines, here two nodes of one: the same bits as locally, also when a
node is lost.

Each scenario runs in a process of its own, since Ray ends a process whose cluster has gone.
"""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.support.clusters import cluster
from tests.support.folders import ready
from tests.support.processes import outcome

import alih
from alih.errors import AlihError
from alih.executors import on_ray, ray_cluster
from alih.executors.contract import Means
from alih.study.loading import load

pytestmark = [
    pytest.mark.slow,
    pytest.mark.torch,
    pytest.mark.skipif(os.name == "nt", reason="Ray has no clusters on Windows"),
    pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs the extra `ray`"),
]

ROOT = Path(__file__).resolve().parents[1]
STUDY = """
schema: 1
name: tiny
title: Tiny
data: {set: fashion-mnist-mini}
split: {validation: 0.1}
seeds: 2
train: {epochs: 40, batch_size: 64, optimizer: adam, keep: best}
model: {layers: [{conv: {filters: 4, stride: 2}}, {dropout: 0.3}, flatten, {dense: 8}]}
vary: {train_images: [600]}
arms:
  a: {}
  b: {train: {lr: 0.003, schedule: cosine}}
  after: {from: a}
compare: {baseline: a}
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> dict[str, str]:
    root = ready(tmp_path_factory.mktemp("whole") / "study", STUDY)
    assert alih.run(root, jobs=1, device="cpu").complete
    return outcome(root)


def in_a_process(scenario: str, *given: Any) -> Any:
    """What a function of this file returns, called in a process of its own."""
    code = (
        "import json, sys\n"
        "from tests import test_executors_ray as here\n"
        "name, *given = json.loads(sys.argv[1])\n"
        "print('\\n' + json.dumps(getattr(here, name)(*given)), flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, json.dumps([scenario, *map(_plain, given)])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=1500,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return json.loads(done.stdout.rstrip().rpartition("\n")[2])


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


# --- a machine is lost ---


def lose_a_node(place: str, shared: bool) -> list[dict[str, Any]]:
    """What is told while a study is run, one of whose nodes is killed once each cell that is being
    computed has a checkpoint here."""
    root, told, lost = Path(place), [], []
    on_ray.OnRay.ship = 0.0
    if not shared:
        on_ray.OnRay._write_probe = lambda self: None
    with cluster() as nodes:

        def listen(event):
            if event["kind"] != "plan":
                told.append(event)
            kinds = {e["cell"]: e["kind"] for e in told if e["kind"] in ("epoch", "finished")}
            going = [cell for cell, kind in kinds.items() if kind == "epoch"]
            kept = [cell for cell in going if list(root.glob(f"runs/{cell}/checkpoint-*"))]
            if len(kept) == 2 and not lost:
                lost.append(len(told))
                nodes.remove_node(nodes.second, allow_graceful=False)
                told.append({"kind": "lost"})

        alih.run(root, executor="ray", address=nodes.address, on_event=listen)
    return told


@pytest.mark.parametrize("shared", [True, False])
def test_a_node_that_is_lost_changes_no_bit(whole, tmp_path, shared):
    root = ready(tmp_path / "study", STUDY)
    told = in_a_process("lose_a_node", root, shared)
    assert outcome(root) == whole
    texts = " ".join(event.get("text", "") for event in told)
    assert ("results are written there" in texts) == shared
    assert ("brought back" in texts) != shared
    assert "its machine was lost" in texts
    lost = [event["kind"] for event in told].index("lost")
    before, after = told[:lost], told[lost + 1 :]
    begun = [event["cell"] for event in before if event["kind"] == "started"]
    again = [
        index
        for index, event in enumerate(after)
        if event["kind"] == "started" and event["cell"] in begun
    ]
    assert len(again) == 1, "only what the lost machine had is computed elsewhere"
    cell, following = after[again[0]]["cell"], after[again[0] :]
    epochs = [e["epoch"] for e in following if e["kind"] == "epoch" and e["cell"] == cell]
    assert epochs[0] > 1, "from its last checkpoint"
    assert not list(root.glob("runs/**/failed.json"))
    assert not list(root.glob(".probe*"))


# --- a worker dies, a store is full, Ctrl-C ---


class Deadly(on_ray.OnRay):
    """Kills whoever computes one cell, twice."""

    killed: tuple[int, ...] = ()

    def _attend(self, agenda, listen):
        super()._attend(agenda, listen)
        for hand in self.hands:
            if str(hand.task).startswith("b/seed-0") and hand.number not in self.killed:
                self.killed = (*self.killed, hand.number)
                self.talk.ray.kill(hand.actor)


def kill_a_worker_twice(place: str) -> dict[str, str]:
    root = Path(place)
    with cluster() as nodes:
        means = Means(jobs=2, device="cpu", address=nodes.address)
        results = alih.run(root, executor=Deadly(root, load(root), 6, means))
    return {str(s.cell).split("/train")[0]: s.state for s in results.status}


def test_a_cell_that_takes_its_process_with_it_twice_fails_alone(tmp_path):
    root = ready(tmp_path / "study", STUDY.replace("epochs: 40", "epochs: 3"))
    states = in_a_process("kill_a_worker_twice", root)
    assert states.pop("b/seed-0") == "failed"
    assert set(states.values()) == {"finished"}


def fill_the_store(place: str) -> bool:
    on_ray.OnRay._write_probe = lambda self: None
    with cluster(object_store_memory=80 * 2**20) as nodes:
        return alih.run(Path(place), executor="ray", address=nodes.address).complete


def test_more_than_the_object_store_holds_is_brought_back_in_pieces(tmp_path):
    """Weights of 50 MB and checkpoints of 150 MB, through a store of 80 MB."""
    large = STUDY.replace("{dense: 8}", "{dense: 16000}").replace("epochs: 40", "epochs: 1")
    root = ready(tmp_path / "study", large.replace("seeds: 2", "seeds: 1"))
    assert in_a_process("fill_the_store", root)
    sizes = [file.stat().st_size for file in root.glob("runs/**/model.safetensors")]
    assert len(sizes) == 3
    assert min(sizes) > 4e7


def interrupt_and_go_on(place: str) -> bool:
    def stop(event):
        if event["kind"] == "epoch":
            raise KeyboardInterrupt

    with cluster() as nodes:
        try:
            alih.run(place, executor="ray", address=nodes.address, on_event=stop)
        except KeyboardInterrupt:
            return alih.run(place, executor="ray", address=nodes.address).complete
    return False


def test_after_ctrl_c_the_next_run_goes_on(whole, tmp_path):
    root = ready(tmp_path / "study", STUDY)
    assert in_a_process("interrupt_and_go_on", root)
    assert outcome(root) == whole


# --- the command ---


def run_the_command(document: str, out: str) -> tuple[int, str]:
    with cluster() as nodes:
        argv = ["run", document, "--out", out, "--executor", "ray", "--address", nodes.address]
        done = subprocess.run(
            [sys.executable, "-m", "alih", *argv], capture_output=True, text=True, timeout=900
        )
    return done.returncode, done.stdout + done.stderr


def test_a_new_folder_is_measured_by_a_worker_of_the_cluster(tmp_path):
    document, out = tmp_path / "tiny.yaml", tmp_path / "o"
    document.write_text(STUDY.replace("seeds: 2", "seeds: 1").replace("epochs: 40", "epochs: 2"))
    code, said = in_a_process("run_the_command", document, out)
    assert code == 0, said
    assert "Ray: 2 workers with 1 thread each, on 2 machines" in said
    assert json.loads((out / "machine.json").read_text())["threads"] == 1
    assert (out / "references.json").exists()
    assert (out / "report" / "index.html").exists()


def speak_to_somebody_else(port: int) -> str:
    ray_cluster.ANSWER = 5.0
    try:
        alih.run("quickstart", "nowhere", executor="ray", address=f"127.0.0.1:{port}")
    except AlihError as error:
        return error.key
    return ""


def test_somebody_who_is_no_cluster_is_waited_for_in_bounded_time():
    begun = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as server:
        key = in_a_process("speak_to_somebody_else", server.getsockname()[1])
    assert key in ("executors.ray_silent", "executors.ray_unreachable")
    assert time.monotonic() - begun < 600
    assert not (ROOT / "nowhere").exists()
