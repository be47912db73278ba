"""The report shows every trial of tuning, the losers and the diverged ones too."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.support.fake_study import make, seal

from alih import files
from alih.reports import build
from alih.reports.facts import gather
from alih.reports.trials import trials_table
from alih.runs.folder import CellFolder
from alih.study.loading import load
from alih.study.plan import cells

RATES = (0.001, 0.01, 10.0)
ACCURACY = {0: (0.80, 0.84, None), 1: (0.82, 0.80, 0.10), 2: (0.81, 0.85, None)}


@pytest.fixture
def tuned(tmp_path: Path) -> Path:
    root = make(tmp_path / "study", seeds=3, epochs=2, extra={"tune": {"train.lr": list(RATES)}})
    for cell in cells(load(root)):
        if cell.arm == "plain":
            folder = CellFolder(root, cell)
            rows = [
                {"values": {"train.lr": rate}, "validation": accuracy and {"accuracy": accuracy, "log_loss": 0.5}, "epoch": 2}
                for rate, accuracy in zip(RATES, ACCURACY[cell.replicate], strict=True)
            ]
            chosen = 0 if cell.replicate == 1 else 1
            tune = {"metric": "accuracy", "trials": rows, "chosen": chosen, "refit": False}
            files.write_json(folder.path / "card.json", folder.card | {"tune": tune})
            seal(folder)
    return root


def test_every_trial_is_in_the_report(tuned):
    build.write(tuned)
    with (tuned / "report" / "tables" / "trials.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    assert [row[1] for row in rows] == ["learning rate: 0.001", "learning rate: 0.01", "learning rate: 10.0"]
    assert [row[2] for row in rows] == ["81.00 ± 1.00 %", "83.00 ± 2.65 %", "10.00 %"]
    assert [row[-2] for row in rows] == ["–", "–", "2 of 3"]
    assert [row[-1] for row in rows] == ["1 of 3", "2 of 3", "0 of 3"]
    page = (tuned / "report" / "index.html").read_text(encoding="utf-8")
    assert "Every trial of every arm" in page
    assert "Semua percobaan tiap lengan" in build.write(tuned, "id").read_text(encoding="utf-8")


def test_no_table_where_nothing_was_tuned(tmp_path):
    assert trials_table(gather(make(tmp_path / "study", seeds=1, epochs=2), "en")) is None
