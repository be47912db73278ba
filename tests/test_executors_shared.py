"""Cells that compute the same at several levels of `vary` are computed once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import alih
from alih import files
from alih.runs.folder import StudyFolder
from alih.runs.forecast import forecast
from alih.runs.status import survey
from alih.study.loading import load
from alih.study.planning import plan

DOCUMENT = """
name: levels
title: Levels
data: {npz: drawings.npz}
seeds: 2
model: {layers: [{conv: 2}, global_avg_pool]}
train: {epochs: 1, batch_size: 8, optimizer: sgd, lr: 0.1}
arms:
  base: {}
  tried: {train: {lr: 0.2}}
  after: {from: base}
  solved: {transfer: {strategy: features, handmade: {name: hog, size: 16}}}
compare: {baseline: base}
vary: {arms.tried.train.lr: [0.1, 0.01]}
"""


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    images = np.random.default_rng(0).integers(0, 256, (60, 16, 16), dtype=np.uint8)
    labels = np.arange(60) % 2
    parts = {"x_train": images[:40], "y_train": labels[:40]}
    np.savez("drawings.npz", **parts, x_test=images[40:], y_test=labels[40:])
    (tmp_path / "levels.yaml").write_text(DOCUMENT, encoding="utf-8")
    return tmp_path / "levels.yaml"


def test_only_cells_that_the_level_does_not_change_have_a_twin(document: Path) -> None:
    study = load(document)
    found = plan.twins(study)
    second = plan.levels(study)[1]
    assert {(cell.arm, cell.at["arms.tried.train.lr"]) for cell in found} == {
        (arm, second["arms.tried.train.lr"]) for arm in ("base", "after", "solved")
    }
    for cell, twin in found.items():
        assert (cell.arm, cell.replicate) == (twin.arm, twin.replicate)
        assert plan.identity(study, cell) == plan.identity(study, twin)
    assert plan.twins(load(document, ["vary.train.lr=[0.1, 0.01]", "vary={}"])) == {}


def test_a_varied_setting_of_the_loop_changes_nothing_for_what_is_solved_at_once(
    document: Path,
) -> None:
    found = plan.twins(load(document, ["vary={}", "vary.train.lr=[0.1, 0.01]"]))
    assert {cell.arm for cell in found} == {"solved"}


@pytest.mark.torch
def test_equal_cells_are_computed_once(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from alih.training import cell as training

    computed, run_cell = [], training.run_cell

    def counted(root, study, cell, *rest):  # type: ignore[no-untyped-def]
        computed.append(str(cell))
        run_cell(root, study, cell, *rest)

    monkeypatch.setattr("alih.training.cell.run_cell", counted)
    study = load(document)
    new = survey(Path("out"), study)
    twins = plan.twins(study)
    assert {cell.cell for cell in forecast(study, new).cells if cell.seconds == 0} == set(twins)
    messages = []
    alih.run(document, "out", jobs=1, on_event=messages.append)
    assert len(computed) == len(plan.cells(study)) - len(twins)
    assert not set(computed) & set(map(str, twins))
    assert {status.state for status in survey(Path("out"), study)} == {"finished"}
    folder = StudyFolder(Path("out"))
    for cell, twin in twins.items():
        here, there = folder.cell(cell), folder.cell(twin)
        assert (here.path / "scores.npz").read_bytes() == (there.path / "scores.npz").read_bytes()
        assert here.card.at == cell.at
        assert here.card.model_copy(update={"at": {}, "spent": 0}) == there.card.model_copy(
            update={"at": {}, "spent": 0}
        )
    arms = alih.open_results("out").compare()["arms"]
    assert [row["at"]["arms.tried.train.lr"] for row in arms["base"]] == [0.1, 0.01]
    # A damaged twin does not serve.
    cell, twin = next(iter(twins.items()))
    files.write_text(folder.cell(cell).path / "history.csv", "")
    files.write_text(folder.cell(twin).path / "scores.npz", "")
    computed.clear()
    alih.run(document, "out", jobs=1)
    assert computed == [str(twin)], "computed once, and copied once more"
    assert {status.state for status in survey(Path("out"), study)} == {"finished"}
