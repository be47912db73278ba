"""Verdicts about adaptation to a second domain: what hurts, what nothing tells, and replicates at
chance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.support import fake_study
from tests.support.cards import seal, write_epochs

from alih.runs.card import DomainGap, Timing
from alih.runs.folder import CellFolder
from alih.statistics.a_distance import a_distance
from alih.study.checking.notes import adaptation_notes, selection_notes
from alih.study.loading import load
from alih.study.planning.cells import Cell
from alih.verdicts.adaptation import adaptation_alone, distances, reference
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


FORGETTING = {
    "train": {"loss": [0.5, 0.3, 0.2, 0.1, 0.05, 0.04, 0.03, 0.02]},
    "train-eval": {
        "log_loss": [0.5, 0.3, 0.2, 0.1, 0.05, 0.04, 0.03, 0.02],
        "accuracy": [0.8, 0.9, 0.93, 0.95, 0.98, 0.99, 0.99, 0.99],
    },
    "validation": {
        "log_loss": [0.3, 0.2, 0.6, 0.9, 1.2, 1.5, 1.8, 2.1],
        "accuracy": [0.9, 0.92, 0.8, 0.7, 0.6, 0.5, 0.45, 0.4],
    },
}
"""The target is learnt, the source forgotten."""
ADAPTING = {
    "train": {"loss": [0.5, 0.3, 0.25, 0.2, 0.2, 0.4, 0.9, 1.2, 1.5, 1.6]},
    "train-eval": {
        "log_loss": [0.5, 0.3, 0.25, 0.2, 0.2, 0.4, 0.9, 1.2, 1.5, 1.6],
        "accuracy": [0.8, 0.9, 0.92, 0.93, 0.94, 0.7, 0.6, 0.5, 0.5, 0.5],
    },
    "validation": {
        "log_loss": [0.5, 0.3, 0.25, 0.21, 0.2, 0.4, 0.9, 1.2, 1.5, 1.6],
        "accuracy": [0.8, 0.9, 0.92, 0.93, 0.94, 0.7, 0.6, 0.5, 0.5, 0.5],
    },
}
"""Five epochs on the source, and five that leave it behind."""


def drawn(root: Path, arm: str, curves) -> None:
    """The curves in place of those of an arm's runs."""
    length = len(curves["train"]["loss"])
    epochs = [
        {split: {name: row[e] for name, row in rows.items()} for split, rows in curves.items()}
        for e in range(length)
    ]
    for replicate in range(3):
        place = CellFolder(root, Cell(arm, replicate)).path
        write_epochs(place, epochs, 10, Timing(1, 1.0, 1.0, 10.0, 100.0))
        seal(place)


@pytest.mark.parametrize(
    ("strategy", "curves", "not_said"),
    [
        ("finetune", FORGETTING, {"D013", "D020"}),
        ("shot-im", ADAPTING, {"D012", "D013", "D015"}),
    ],
)
def test_losing_the_source_by_design_is_no_fault_of_the_curves(
    tmp_path, strategy, curves, not_said
):
    """The same curves of an arm that goes on learning from the source are told."""
    epochs = len(curves["train"]["loss"])
    said = {}
    for name in ("source-only", strategy):
        source = {"from": "plain"} if name == "finetune" else {}
        arms = {
            "plain": {"transfer": "source-only"},
            "dropout": {"transfer": name} | source,
        }
        more = {"target_labels": 1, "train": {"epochs": epochs, "batch_size": 128}}
        root = two_domains(tmp_path / name, 4.6, arms=arms, **more)
        drawn(root, "dropout", curves)
        said[name] = {
            one.code for one in compare(root, record_look=False).findings if "dropout" in one.about
        }
    assert said["source-only"] & not_said
    assert not said[strategy] & not_said


def test_check_tells_where_images_of_the_source_choose(tmp_path):
    tuned = {"from": "plain", "transfer": "finetune"}
    arms = {"plain": {"transfer": "source-only"}, "dropout": tuned}
    train = {"epochs": 2, "keep": "best", "early_stopping": {"patience": 1}}
    root = two_domains(tmp_path / "s", 4.6, arms, target_labels=1, train=train)
    assert [note.values for note in selection_notes(load(root))] == [
        {"key": f"`{key}`", "arms": "dropout"} for key in ("keep: best", "early_stopping")
    ]
    train |= {"monitor": "information", "early_stopping": {"patience": 1, "monitor": "entropy"}}
    root = two_domains(tmp_path / "t", 4.6, arms, target_labels=1, train=train)
    assert selection_notes(load(root)) == []


def test_adaptation_hurts_only_where_nothing_else_differs(tmp_path):
    other = {"transfer": "dann", "train": {"lr": 0.5}}
    root = two_domains(tmp_path / "s", 2.6, {**ARMS, "dropout": other})
    assert "D040" not in codes(root), "another learning rate may be the reason"
    _, adapted = compare(root, record_look=False).to_json()["adaptation"]
    assert (adapted["reference"], adapted["adaptation_hurts"]) == ("plain", False)


def test_an_arm_is_held_against_the_source_only_arm_that_differs_least(tmp_path):
    own = {"strategy": "features", "handmade": "hog", "classifier": "logistic"}
    arms = {
        "plain": {"transfer": "source-only"},
        "hog": {"transfer": {**own, "learn_from": "source"}},
        "coral": {"transfer": {**own, "align": "coral"}},
        "dann": {"transfer": "dann"},
    }
    settings = {"arms": tuple(arms), "seeds": 1, "n_items": 50, "epochs": 2, "published": False}
    extra = {"data": DOMAINS, "arms": arms}
    study = load(fake_study.make(tmp_path / "s", extra=extra, **settings))
    assert reference(study, "coral", {}) == "hog"
    assert reference(study, "dann", {}) == "plain"
    assert adaptation_alone(study, "coral", "hog", {})
    assert not adaptation_alone(study, "coral", "plain", {})


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
    near = two_domains(tmp_path / "near", skill=4.6)
    for replicate, score in enumerate((0.13, 0.15, 0.16)):  # of 10 classes, on 200 images
        folder = CellFolder(near, Cell("dropout", replicate))
        arrays = dict(folder.arrays("scores"))
        label, n = arrays["test_label"], len(arrays["test_label"])
        assert n == 200
        wrong = np.arange(n) >= score * n
        arrays["test_prediction"] = np.where(wrong, (label + 1) % 10, label)
        fake_study.write_npz(folder.path / "scores.npz", arrays)
        seal(folder.path)
    assert "D042" not in codes(near)  # one kind of runs on both sides of a limit
