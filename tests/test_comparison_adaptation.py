"""Verdicts about adaptation to a second domain: what hurts, what nothing tells, and replicates at
chance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.support import fake_study
from tests.support.cards import seal

from alih.runs.card import DomainGap
from alih.runs.folder import CellFolder
from alih.statistics.a_distance import a_distance
from alih.study.checking.notes import adaptation_notes
from alih.study.loading import load
from alih.study.planning.cells import Cell
from alih.verdicts.adaptation import distances
from alih.verdicts.compare import compare
from alih.verdicts.line import counted, lines
from alih.verdicts.terms import of_study
from alih.words import speaking

SET = {"set": "fashion-mnist-mini"}
DOMAINS = {"source": {**SET, "set": "fashion-mnist"}, "target": SET}
ARMS = {"plain": {"transfer": "source-only"}, "dropout": {"transfer": "dann"}}


def two_domains(place: Path, skill: float, arms=ARMS, **extra) -> Path:
    """A finished study whose second arm reaches what its `skill` gives."""
    document = {"data": DOMAINS, "arms": arms} | extra
    settings = {"skill": {"dropout": skill}, "published": False, "n_items": 200, "epochs": 2}
    return fake_study.make(place, extra=document, **settings)


def with_gap(root: Path, arm: str, errors: list[float]) -> None:
    for replicate, error in enumerate(errors):
        folder = CellFolder(root, Cell(arm, replicate))
        gap = DomainGap(error=error, items=200, folds=5, width=8)
        folder.card.model_copy(update={"domains": gap}).write(folder.path)
        seal(folder.path)


def codes(root: Path) -> set[str]:
    return {one.code for one in compare(root, record_look=False).findings}


def test_an_arm_below_its_source_only_arm_is_said_to_be_hurt(tmp_path):
    root = two_domains(tmp_path / "s", skill=2.6)
    with_gap(root, "dropout", [0.1, 0.2, 0.3])
    found = compare(root, record_look=False)
    (hurt,) = [one for one in found.findings if one.code == "D040"]
    assert "Adaptation hurts (“dropout”)" in hurt.text
    told = lines(found.rows, of_study(load(root)))
    assert [line.verdict for line in told] == ["worse: adaptation hurts", "worse"]
    assert counted(told) == "2 worse"
    assert "adaptation hurts; worse than plain" in told[0].sentence
    with speaking("id"):
        assert "adaptasi merugikan" in lines(found.rows, of_study(load(root)))[0].sentence
    plain, adapted = found.to_json()["adaptation"]
    assert (plain["role"], plain["reference"], plain["proxy_a_distance"]) == ("source", None, None)
    assert (adapted["reference"], adapted["adaptation_hurts"]) == ("plain", True)
    gap = adapted["proxy_a_distance"]
    assert gap["distance"] == pytest.approx(1.2)
    ends = [a_distance(error, 200, 5).ci95 for error in (0.1, 0.2, 0.3)]
    assert gap["ci95"] == pytest.approx(np.mean(ends, axis=0))
    (told,) = distances(found.adaptation, load(root))
    assert "dropout 1.20 (" in told


def test_nothing_is_hurt_in_studies_of_one_set_or_by_other_arms(tmp_path):
    arms = {"plain": {"transfer": "joint"}, "dropout": {"transfer": "dann"}}
    root = two_domains(tmp_path / "s", 2.6, arms, target_labels=1)
    assert {"D041"} == codes(root) & {"D040", "D041"}
    assert [one.code for one in adaptation_notes(load(root))] == ["D041"]
    one_set = fake_study.make(
        tmp_path / "one", skill={"dropout": 2.6}, published=False, n_items=200, epochs=2
    )
    assert not codes(one_set) & {"D040", "D041"}
    assert adaptation_notes(load(one_set)) == []
    assert compare(one_set, record_look=False).to_json()["adaptation"] == []


def test_some_replicates_at_chance_are_told(tmp_path):
    root = two_domains(tmp_path / "s", skill=4.6)
    folder = CellFolder(root, Cell("dropout", 1))
    arrays = dict(folder.arrays("scores"))
    rng = np.random.default_rng(0)
    arrays["test_prediction"] = rng.permutation(arrays["test_prediction"])
    fake_study.write_npz(folder.path / "scores.npz", arrays)
    seal(folder.path)
    found = compare(root, record_look=False)
    (told,) = [one for one in found.findings if one.code == "D042"]
    assert "1 of 3 replicates ended at chance" in told.text
    assert "(1: " in told.text
    assert "D042" not in codes(two_domains(tmp_path / "good", skill=4.6))
