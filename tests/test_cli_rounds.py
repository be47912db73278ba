"""`alih run --until-decided` as its users have it: a process that Ctrl-C stops in a round."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.processes import outcome

STUDY = """
title: Two arms that hardly differ
data: {set: fashion-mnist-mini, image_size: 28}
train: {epochs: 2, batch_size: 128}
model: {layers: [{conv: {filters: 4, stride: 2}}, {max_pool: 2}]}
vary: {train_images: [400]}
arms:
  a: {}
  b: {train: {lr: 0.0011}}
compare: {baseline: a, metrics: {accuracy: {}}, seeds_max: 5}
"""

CODE = (  # a background shell hands on that Ctrl-C is ignored
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "from alih.__main__ import main\n"
    "main()\n"
)
KEPT = ("rounds.json", "looks.json", "study.yaml")


def begun(study: Path, root: Path) -> subprocess.Popen:
    command = ["run", str(study), "--until-decided", "--out", str(root), "--jobs", "1"]
    return subprocess.Popen(
        [sys.executable, "-c", CODE, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "ALIH_LANG": "en"},
    )


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.parametrize("moment", ["a/seed-3/train_images=400  started", "a/seed-4/train_"])
def test_a_run_stopped_in_a_round_ends_like_an_unbroken_one(tmp_path, moment):
    study = tmp_path / "s.yaml"
    study.write_text(STUDY)
    whole, parted = tmp_path / "whole", tmp_path / "parted"
    said, _ = begun(study, whole).communicate()
    assert "Round 3" in said, said
    process = begun(study, parted)
    assert process.stdout is not None
    told = []
    for line in process.stdout:
        told.append(line)
        if line.startswith(moment):
            process.send_signal(signal.SIGINT)
            break
    rest = process.communicate()[0]
    assert process.returncode == 130, rest
    assert "Round 1" in "".join(told)
    assert "Round 3" not in "".join(told) + rest
    again, _ = begun(study, parted).communicate()
    assert "Round 3" in again, again
    for name in KEPT:
        assert (parted / name).read_text() == (whole / name).read_text(), name
    assert outcome(parted) == outcome(whole)
    assert len(outcome(whole)) == 2 * 5 * 4
