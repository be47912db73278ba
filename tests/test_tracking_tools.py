"""What MLflow, W&B and Trackio read of a study that was sent to them, each where it is installed;
and a real study that is followed while it trains."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest
from tests.support import fake_study

from alih.errors import AlihError
from alih.runs.folder import StudyFolder
from alih.study.planning.cells import Cell
from alih.tracking.records import runs
from alih.tracking.sync import sync
from alih.tracking.table import Target
from alih.verdicts.compare import compare

pytestmark = [
    pytest.mark.slow,
    # Tools warn of each other's ages.
    pytest.mark.filterwarnings("default"),
]


@pytest.fixture
def root(tmp_path):
    return fake_study.make(
        tmp_path / "study",
        seeds=2,
        epochs=3,
        n_items=200,
        unfinished=[("dropout", 1)],
        failed=[("plain", 1)],
    )


def finish(root):
    """All cells finish, and a verdict is asked for."""
    for arm in ("plain", "dropout"):
        (root / "runs" / arm / "seed-1" / "failed.json").unlink(missing_ok=True)
        fake_study.write_cell(StudyFolder(root).cell(Cell(arm, 1)), 200, 3, 4.65)
    compare(root)


def accuracy(root, arm, replicate):
    folder = StudyFolder(root).cell(Cell(arm, replicate))
    return dict(zip(*folder.curve("validation", "accuracy"), strict=True)), folder.card.metrics


def test_mlflow_in_a_database(root, tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.chdir(tmp_path)
    target = Target("mlflow", f"sqlite:///{tmp_path}/runs.db")
    sync(root, target, "study")
    finish(root)
    sync(root, target, "study")
    assert sync(root, target, "study").runs == 0

    client = mlflow.MlflowClient(tracking_uri=target.place)
    experiment = client.get_experiment_by_name("study")
    found = {one.info.run_name: one for one in client.search_runs([experiment.experiment_id])}
    assert len(found) == 5
    one = found["dropout/seed-0"]
    epochs, metrics = accuracy(root, "dropout", 0)
    history = client.get_metric_history(one.info.run_id, "validation/accuracy")
    assert {point.step: point.value for point in history} == epochs
    assert len(history) == len(epochs), "nothing twice"
    assert one.data.metrics["kept/test/accuracy"] == metrics["test"]["accuracy"]
    assert one.data.params["train.lr"] == "0.001"
    assert (one.data.tags["group"], one.info.status) == ("dropout", "FINISHED")
    verdicts = found["quickstart: verdicts"]
    assert "verdict accuracy dropout" in verdicts.data.tags
    assert "With dropout" in verdicts.data.tags["mlflow.note.content"]
    steps = client.get_metric_history(verdicts.info.run_id, "cells/finished")
    assert sorted(point.value for point in steps) == [2.0, 4.0]
    assert not (tmp_path / "mlruns").exists()


def test_an_mlflow_server_that_is_down_is_told_soon(root):
    pytest.importorskip("mlflow")
    with pytest.raises(AlihError) as caught:
        sync(root, Target("mlflow", "http://127.0.0.1:9"), "study")
    assert caught.value.key == "track.failed"


def offline(place):
    """The runs that W&B wrote offline: id -> (name, group, history rows, summary), in the order of
    their folders. Its files are logs of records as LevelDB's are, each a message of its own.
    """
    pb = pytest.importorskip("wandb.proto.wandb_internal_pb2")
    found: dict = {}
    for file in sorted(place.glob("wandb/offline-run-*/run-*.wandb")):
        known = found.setdefault(file.stem.removeprefix("run-"), [None, None, [], {}])
        for content in records(file.read_bytes()):
            record = pb.Record.FromString(content)
            kind = record.WhichOneof("record_type")
            if kind == "run":
                known[:2] = record.run.display_name, record.run.run_group
            if kind == "history":
                row = {
                    i.key or ".".join(i.nested_key): json.loads(i.value_json)
                    for i in record.history.item
                }
                known[2].append((record.history.step.num, row))
            if kind == "summary":
                update = {
                    i.key or ".".join(i.nested_key): json.loads(i.value_json)
                    for i in record.summary.update
                }
                known[3].update(update)
    return found


def records(content, block=32768):
    """The records of a log: after 7 bytes, blocks of 32 KiB hold parts of them."""
    place, parts = 7, b""
    while place + 7 <= len(content):
        left = block - place % block
        if left < 7:
            place += left
            continue
        length, kind = int.from_bytes(content[place + 4 : place + 6], "little"), content[place + 6]
        if kind == 0:
            return
        parts += content[place + 7 : place + 7 + length]
        place += 7 + length
        if kind in (1, 4):  # whole, or a last part
            yield parts
            parts = b""


def test_wandb_offline(root, tmp_path, monkeypatch):
    pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    target = Target("wandb", str(tmp_path / "kept"))
    sync(root, target, "study")
    finish(root)
    sync(root, target, "study")
    assert sync(root, target, "study").runs == 0
    read = {name: rest for name, *rest in offline(tmp_path / "kept").values()}
    assert len(read) == 5
    group, history, summary = read["dropout/seed-0"]
    epochs, metrics = accuracy(root, "dropout", 0)
    drawn = {
        step: row["validation/accuracy"] for step, row in history if "validation/accuracy" in row
    }
    assert (group, drawn) == ("dropout", epochs)
    assert len([row for _, row in history if "validation/accuracy" in row]) == len(epochs)
    assert summary["kept/test/accuracy"] == metrics["test"]["accuracy"]
    assert "With dropout" in read["quickstart: verdicts"][2]["note"]


def test_wandb_without_a_key_is_told(root, tmp_path, monkeypatch):
    pytest.importorskip("wandb")
    monkeypatch.delenv("WANDB_MODE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / "none"))
    with pytest.raises(AlihError) as caught:
        sync(root, Target("wandb", str(tmp_path)), "study")
    assert caught.value.key == "track.wandb_login"


def test_trackio_on_this_machine(root, tmp_path):
    """In a process of its own: the folder is read when the package is imported."""
    pytest.importorskip("trackio")
    code = (
        "import json, sys\n"
        "from alih.tracking.sync import sync\n"
        "from alih.tracking.table import Target\n"
        "from pathlib import Path\n"
        "sent = sync(Path(sys.argv[1]), Target('trackio', sys.argv[2]), 'study')\n"
        "from trackio.sqlite_storage import SQLiteStorage as store\n"
        "logs = {name: store.get_logs('study', name) for name in store.get_runs('study')}\n"
        "config = {name: store.get_run_config('study', name) for name in logs}\n"
        "print(json.dumps([sent.runs, logs, config], default=str))\n"
    )

    def send():
        command = [sys.executable, "-c", code, str(root), str(tmp_path / "kept")]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return json.loads(done.stdout.splitlines()[-1])

    send()
    finish(root)
    send()
    new, logs, config = send()
    assert new == 0
    assert len(logs) == 5
    (name,) = [name for name in logs if name.startswith("dropout/seed-0")]
    rows = [row for row in logs[name] if "validation/accuracy" in row]
    epochs, metrics = accuracy(root, "dropout", 0)
    assert [(row["step"], row["validation/accuracy"]) for row in rows] == list(epochs.items())
    whole = [row for row in logs[name] if "whole/kept/test/accuracy" in row]
    assert [row["whole/kept/test/accuracy"] for row in whole] == [metrics["test"]["accuracy"]]
    assert (config[name]["_Group"], config[name]["train.lr"]) == ("dropout", 0.001)
    (summary,) = [rows for name, rows in logs.items() if "verdicts" in name]
    assert "With dropout" in summary[-1]["whole/note"]


@pytest.mark.torch
def test_a_real_study_is_followed_while_it_trains(tmp_path):
    pytest.importorskip("tensorboard")
    from tests.test_tracking import events

    study = tmp_path / "small.yaml"
    study.write_text(
        "title: small\ndata: {set: fashion-mnist-mini, image_size: 28}\n"
        "vary: {train_images: [200]}\nseeds: 2\n"
        "model: {layers: [{conv: {filters: 4, kernel: 3}}, {max_pool: 4}, flatten]}\n"
        "train: {epochs: 4, batch_size: 50}\n"
        "arms: {a: {}, b: {train: {lr: 0.01}}}\ncompare: {baseline: a}\n"
    )
    out = tmp_path / "study"
    command = [sys.executable, "-m", "alih", "run", str(study), "--out", str(out), "--jobs", "1"]
    kept = tmp_path / "events"
    tracked = ["--track", f"tensorboard={kept}"]
    done = subprocess.run([*command, *tracked], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert f"tensorboard: tensorboard --logdir {kept}" in done.stderr
    found = {one.name: one for one in runs(out)}
    assert len(found) == 5
    for name in found:
        if name != "small: verdicts":
            read = events(kept / name)
            assert [one.step for one in read.Scalars("validation/accuracy")] == [1, 2, 3, 4]
            assert len(read.Scalars("kept/test/accuracy")) == 1

    # A place where nothing can be written: one warning, and the study is computed all the same.
    shutil.rmtree(out)
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    tracked = ["--track", f"tensorboard={blocked}/events"]
    done = subprocess.run([*command, *tracked], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("The study goes on") == 1
    assert "alih track" in done.stderr
    assert len(list(out.glob("runs/*/*/*/done"))) == 4
    assert os.path.exists(out / "looks.json")
