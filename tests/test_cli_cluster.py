"""`alih slurm` and `alih run --part --until`: the script, what is refused, and studies through
a stand-in scheduler that kills at its limit."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest
from tests.support import slurm
from tests.support.folders import ready
from tests.support.processes import outcome

import alih
from alih import cli
from alih.study.document import durations

STUDY = """
schema: 1
name: tiny
title: Tiny
data: {set: fashion-mnist-mini}
split: {validation: 0.1}
seeds: 2
train: {epochs: 4, batch_size: 64, optimizer: adam, keep: best}
model: {layers: [{conv: {filters: 4, stride: 2}}, {dropout: 0.3}, flatten, {dense: 8}]}
augment: {shift: 1}
vary: {train_images: [600]}
arms:
  a: {}
  b: {train: {lr: 0.003, schedule: cosine}}
  after: {from: a}
compare: {baseline: a}
"""


@pytest.fixture
def document(tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text(STUDY)
    return file


def refused(capsys, *argv) -> str:
    capsys.readouterr()
    assert cli.run([str(part) for part in argv]) == 2
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    return said.err


def test_the_script_asks_for_what_was_asked_for(document, tmp_path, capsys):
    out, file = tmp_path / "place with 100%", tmp_path / "job.sh"
    asked = ["--jobs", "2", "--time", "3h", "--gpus", "1", "--mem", "8G", "--partition", "gpu"]
    argv = ["slurm", document, *asked, "--account", "me", "--out", out, "-o", file, "--seeds", "3"]
    assert cli.run([str(part) for part in argv]) == 0
    assert "sbatch" in capsys.readouterr().out
    text = file.read_text()
    options = dict(re.findall(r"^#SBATCH --([\w-]+)=(.*)$", text, re.MULTILINE))
    output = options.pop("output")
    assert output == f'"{out}/slurm/%A_%a.log"'.replace("100%", "100%%")
    assert options == {
        "job-name": "alih-tiny",
        "array": "1-2",
        "time": "03:00:00",
        "signal": "B:USR1@300",
        "cpus-per-task": "4",
        "gpus": "1",
        "mem": "8G",
        "partition": "gpu",
        "account": "me",
    }
    command = text.splitlines()[-1]
    assert command.startswith("exec ")
    assert f"run '{out}' --part \"$SLURM_ARRAY_TASK_ID/2\" --until 2h50m --jobs 1" in command
    assert subprocess.run(["bash", "-n", str(file)]).returncode == 0
    assert os.access(file, os.X_OK)
    assert alih.load(out).seeds == 3, "all tasks read one document"


def test_the_script_speaks_the_readers_language(document, tmp_path):
    file = tmp_path / "job.sh"
    argv = ["slurm", document, "--jobs", "1", "--time", "1h", "--out", tmp_path / "o", "-o", file]
    assert cli.run([*map(str, argv), "--lang", "id"]) == 0
    assert "# Kirim ulang:" in file.read_text()


def test_what_no_scheduler_can_do_is_refused_before_anything_is_written(document, tmp_path, capsys):
    file, out = tmp_path / "job.sh", tmp_path / "out"
    usual = ["slurm", document, "-o", file, "--out", out]
    cases = [
        (["--jobs", "7", "--time", "3h"], "at most 4"),
        (["--jobs", "0", "--time", "3h"], "--jobs 0"),
        (["--jobs", "2", "--time", "5m"], "--margin"),
        (["--jobs", "2", "--time", "10m"], "nothing would be left"),
        (["--jobs", "2", "--time", "30"], "--time 30"),
        (["--jobs", "2", "--time", "0h"], "--time 0h"),
        (["--jobs", "2", "--time", "1h", "--margin", "x"], "--margin x"),
        (["--jobs", "2", "--time", "1h", "--gpus", "-1"], "--gpus -1"),
        (["--jobs", "2", "--time", "1h", "--cpus", "0"], "--cpus 0"),
        (["--jobs", "2", "--time", "1h", "--mem", "8 G\nrm"], "--memory"),
        (["--jobs", "2"], "--time"),
    ]
    for further, said in cases:
        assert said in refused(capsys, *usual, *further), further
    assert not file.exists()
    assert not out.exists()
    file.write_text("mine")
    assert "exists" in refused(capsys, *usual, "--jobs", "2", "--time", "3h")
    assert file.read_text() == "mine"
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--part", "5/4"], "5/4"),
        (["--part", "0/4"], "0/4"),
        (["--part", "1/99"], "99"),
        (["--until", "0"], "--until 0"),
        (["--until", "0s"], "--until 0s"),
        (["--part", "1/2", "--fresh"], "--fresh"),
        (["--part", "1/2", "--until-decided"], "--seeds"),
    ],
)
def test_parts_and_times_that_are_none_are_refused(document, tmp_path, capsys, options, said):
    out = tmp_path / "out"
    assert said in refused(capsys, "run", document, "--out", out, *options)
    assert said in refused(capsys, "run", document, "--out", out, *options, "--lang", "id")
    assert not out.exists()


@pytest.mark.parametrize("text", ["", "3", "h", "1h2d", "-1h", "1 hour", "nan", "1e3s"])
def test_what_is_no_duration(text):
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        durations.seconds(text)


def test_durations_are_read_as_they_are_written():
    for seconds in (1, 59, 60, 3600, 10200, 86399, 90061):
        assert durations.seconds(durations.written(seconds)) == seconds
    assert durations.seconds(" 1d 12h ") == 129600


# --- real processes ---


@pytest.mark.slow
@pytest.mark.torch
def test_an_array_that_is_killed_and_submitted_again_gives_what_a_plain_run_gives(tmp_path, capsys):
    """Through every stage of a task's life: limits that grow from two seconds on."""
    whole = ready(tmp_path / "whole", STUDY)
    assert alih.run(whole, jobs=1, device="cpu").complete
    document, root, file = tmp_path / "tiny.yaml", tmp_path / "study", tmp_path / "job.sh"
    document.write_text(STUDY.replace("seeds: 2", "seeds: 2\nprecision: fp32"))
    asked = ["--jobs", "2", "--time", "1h", "--out", str(root), "-o", str(file)]
    assert cli.run(["slurm", str(document), *asked]) == 0
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    codes: list[int] = []
    for limit in (2, 4, 6, 8, 10, 12, 15, 20, 600):
        codes = slurm.submit(file, environment).end(limit, kill_wait=2 if limit < 600 else 60)
        if codes == [0, 0]:
            break
        assert set(codes) <= {0, 3, -signal.SIGKILL, -signal.SIGTERM, -signal.SIGUSR1}, codes
    assert codes == [0, 0], list((root / "slurm").iterdir())
    assert list((tmp_path / f"alih-{os.getuid()}").glob("decoded/*")), "on the node's own disk"
    assert not (root / "looks.json").exists(), "tasks take no look"
    assert not list((root / ".locks").glob("*seed*"))
    capsys.readouterr()
    assert cli.run(["run", str(root)]) == 0
    assert "Report" in capsys.readouterr().out
    assert outcome(root) == outcome(whole)


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGUSR1")
def test_a_request_to_end_saves_what_was_computed_and_says_so(tmp_path):
    root = ready(tmp_path / "study", STUDY.replace("epochs: 4", "epochs: 4000"))
    argv = [sys.executable, "-m", "alih", "run", str(root), "--part", "1/2", "--lang", "id"]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if "epoch 1" in line or "epoch 2" in line:
            break
    process.send_signal(signal.SIGUSR1)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 3, out + err
    assert "Belum selesai" in err
    assert "--part 1/2" in err
    assert list(root.glob("runs/*/*/*/checkpoint-*"))
    assert not list(root.glob("runs/**/failed.json"))
