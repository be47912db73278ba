"""The report shows every trial of tuning, the losers and the diverged ones too."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml
from tests.support.cards import change
from tests.support.fake_study import make

from alih import files
from alih.reports import build
from alih.reports.kit.facts import gather
from alih.reports.study.trials import trials_table
from alih.runs.card import Trial, Tuning
from alih.runs.folder import CellFolder
from alih.runs.identity import write_identity
from alih.study.loading import load
from alih.study.planning.plan import cells

RATES = (0.001, 0.01, 10.0)
ACCURACY = {0: (0.80, 0.84, None), 1: (0.82, 0.80, 0.10), 2: (0.81, 0.85, None)}


@pytest.fixture
def tuned(tmp_path: Path) -> Path:
    root = make(tmp_path / "study", seeds=3, epochs=2, extra={"tune": {"train.lr": list(RATES)}})
    for cell in cells(load(root)):
        if cell.arm == "plain":
            folder = CellFolder(root, cell)
            rows = [
                Trial(
                    values={"train.lr": rate},
                    validation=accuracy and {"accuracy": accuracy, "log_loss": 0.5},
                    epoch=2,
                )
                for rate, accuracy in zip(RATES, ACCURACY[cell.replicate], strict=True)
            ]
            chosen = 0 if cell.replicate == 1 else 1
            change(folder, tune=Tuning(metric="accuracy", trials=rows, chosen=chosen))
    return root


@pytest.mark.usefixtures("undrawn")
def test_every_trial_is_in_the_report(tuned):
    build.write(tuned)
    with (tuned / "report" / "tables" / "trials.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    assert [row[1] for row in rows] == [
        "learning rate: 0.001",
        "learning rate: 0.01",
        "learning rate: 10.0",
    ]
    assert [row[2] for row in rows] == ["81.00 ± 1.00 %", "83.00 ± 2.65 %", "10.00 %"]
    assert [row[-2] for row in rows] == ["–", "–", "2 of 3"]
    assert [row[-1] for row in rows] == ["1 of 3", "2 of 3", "0 of 3"]
    page = (tuned / "report" / "index.html").read_text(encoding="utf-8")
    assert "Every trial of every arm" in page
    assert "Semua percobaan tiap varian" in build.write(tuned, "id").read_text(encoding="utf-8")


def test_no_table_where_nothing_was_tuned(tmp_path):
    assert trials_table(gather(make(tmp_path / "study", seeds=1, epochs=2))) is None


@pytest.mark.usefixtures("undrawn")
def test_what_was_computed_for_other_settings_is_not_shown(tuned):
    """`tune` gets another value and only one cell has run again: the others' trials, curves and
    counts are of another study."""
    document = yaml.safe_load((tuned / "study.yaml").read_text(encoding="utf-8"))
    document["tune"]["train.lr"] = [0.1, *RATES]
    files.write_text(
        tuned / "study.yaml", yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
    )
    study = load(tuned)
    again = CellFolder(tuned, cells(study)[0])
    tune = again.card.tune
    scores = {"accuracy": 0.7, "log_loss": 0.6}
    first = Trial(values={"train.lr": 0.1}, validation=scores, epoch=2)
    more = {"trials": [first, *tune.trials], "chosen": tune.chosen + 1}
    change(again, tune=tune.model_copy(update=more))
    write_identity(again, study, "bf16-autocast")
    facts = gather(tuned)
    assert (
        [str(cell.cell) for cell in facts.cells]
        == [str(cell.cell) for cell in facts.done]
        == [str(again.cell)]
    )
    assert [len(group.planned) for group in facts.groups] == [3, 3]
    assert facts.groups[1].curve("validation", "accuracy") is None
    table = trials_table(facts)
    assert table is not None
    assert [row[1].partition(": ")[2] for row in table.rows] == ["0.1", "0.001", "0.01", "10.0"]
    assert [row[-1] for row in table.rows] == ["0 of 1", "0 of 1", "1 of 1", "0 of 1"]
    page = build.write(tuned).read_text(encoding="utf-8")
    assert "1/3" in page
    for folder in facts.cells:
        (folder.path / "identity.json").unlink()
    assert "Every trial of every arm" not in build.write(tuned).read_text(encoding="utf-8"), (
        "nothing has finished yet"
    )


def test_trials_are_told_apart_by_their_values(tuned):
    folder = CellFolder(tuned, cells(load(tuned))[0])
    tune = folder.card.tune
    change(folder, tune=tune.model_copy(update={"trials": tune.trials[::-1], "chosen": 1}))
    table = trials_table(gather(tuned))
    assert table is not None
    scores = {row[1].partition(": ")[2]: row[2] for row in table.rows}
    assert scores == {"0.001": "81.00 ± 1.00 %", "0.01": "83.00 ± 2.65 %", "10.0": "10.00 %"}
