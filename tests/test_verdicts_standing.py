"""What is shown without a look: nothing that rests on test scores which nobody has asked about."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from tests.support import cards, fake_study

from alih import files
from alih.runs.folder import StudyFolder
from alih.runs.status import survey
from alih.study.loading import load
from alih.study.planning.cells import Cell
from alih.verdicts.compare import compare
from alih.verdicts.standing import standing
from alih.watching import told
from alih.watching.snapshot import Watcher

LATE = [("plain", 3), ("dropout", 3)]


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """Three of four replicates have finished, and no verdict was asked for."""
    place = tmp_path_factory.mktemp("begun") / "study"
    skill = {"dropout": 6.5}
    return fake_study.make(place, seeds=4, epochs=3, unfinished=LATE, skill=skill)


@pytest.fixture
def root(begun, tmp_path):
    return shutil.copytree(begun, tmp_path / "study")


def finish(root, arm, replicate, skill=4.65):
    fake_study.write_cell(StudyFolder(root).cell(Cell(arm, replicate)), 400, 3, skill)


def stands(root):
    study = load(root)
    return standing(root, study, survey(root, study))


def content(root):
    return {
        str(file.relative_to(root)): files.sha256(file)
        for file in sorted(root.rglob("*"))
        if file.is_file()
    }


def test_before_anybody_asked_nothing_of_the_test_scores_is_shown(root):
    before = content(root)
    found = stands(root)
    assert (found.rows, found.seen) == ([], frozenset())
    (pair,) = found.waiting
    assert (pair.arm, pair.baseline, pair.last, pair.next.seen) == ("dropout", "plain", None, 3)
    assert pair.next.metrics == {}
    assert content(root) == before, "no look is written down"


def test_a_verdict_that_was_given_stands_and_new_runs_wait(root):
    given = compare(root)
    shown = stands(root)
    assert [row.to_json() for row in shown.rows] == [row.to_json() for row in given.rows]
    assert len(shown.seen) == 6
    assert shown.waiting == []

    finish(root, "plain", 3)
    assert stands(root).waiting == [], "a replicate of one arm alone is no new look"
    finish(root, "dropout", 3)
    found = stands(root)
    (pair,) = found.waiting
    assert (found.rows, pair.last.seen, pair.next.seen) == ([], 3, 4)
    assert pair.verdict("accuracy") == given.decisive[0].verdict == "better"
    assert found.seen == shown.seen
    looks = json.loads((root / "looks.json").read_text())["looks"]
    assert len(looks) == 1


def test_what_is_shown_does_not_depend_on_test_scores_that_wait(root):
    """The whole page, in a folder whose new runs have other answers on test images."""
    compare(root)
    for cell in LATE:
        finish(root, *cell)
    other = shutil.copytree(root, root.parent / "other" / "study")
    for cell in LATE:
        folder = StudyFolder(other).cell(Cell(*cell))
        scores = {name: values.copy() for name, values in folder.arrays("scores").items()}
        scores["test_prediction"] = (scores["test_label"] + 1) % 10
        scores["test_log_loss"] = np.full_like(scores["test_log_loss"], 9.0)
        fake_study.write_npz(folder.path / "scores.npz", scores)
        metrics = {**folder.card.metrics, "test": {"accuracy": 0.0, "log_loss": 9.0}}
        cards.change(folder, metrics=metrics)
    assert compare(other, record_look=False).rows != compare(root, record_look=False).rows
    mine, theirs = (shown(place) for place in (root, other))
    assert mine == theirs
    assert "better on accuracy when last asked, with 3 replicates; 4" in json.dumps(mine)


def shown(root):
    found = Watcher(root).now()
    state = told.state(found)
    pages = [told.curves(found, one["key"], 0) for one in state["metrics"]]
    del state["changed"]
    return json.loads(json.dumps([state, pages]).replace(root.as_posix(), "ROOT"))


def test_one_arm_alone_has_no_verdict_to_spoil(tmp_path):
    root = fake_study.make(tmp_path / "study", seeds=2, epochs=2, arms=["plain"], n_items=60)
    found = stands(root)
    assert (found.rows, found.waiting, len(found.seen)) == ([], [], 2)


def test_one_run_of_each_arm_is_shown_when_no_other_is_to_come(tmp_path):
    late = [("plain", 1), ("dropout", 1)]
    root = fake_study.make(tmp_path / "study", seeds=2, epochs=2, n_items=60, unfinished=late)
    found = stands(root)
    assert (found.rows, found.waiting, found.seen) == ([], [], frozenset())
    assert found.single == [("dropout", "plain", {})]
    for cell in late:
        fake_study.Failure(error="out of memory").write(StudyFolder(root).cell(Cell(*cell)).path)
    found = stands(root)
    assert [row.verdict for row in found.decisive] == ["undecided"]
    assert (found.single, len(found.seen)) == ([], 2)
