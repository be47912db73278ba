"""Which run `alih export` takes, and why it says so. No torch."""

from __future__ import annotations

import pytest
from tests.support.cards import change
from tests.support.fake_study import make
from tests.support.spoken import spoken

from alih.errors import AlihError
from alih.runs.folder import CellFolder
from alih.study.planning.cells import Cell
from alih.verdicts.winner import choose


def scored(root, **validation):
    """Give the replicates of arms other validation accuracies."""
    for arm, values in validation.items():
        for replicate, value in enumerate(values):
            folder = CellFolder(root, Cell(arm, replicate))
            kept = folder.card.metrics
            metrics = {"validation": {**kept["validation"], "accuracy": value}}
            change(folder, metrics=kept | metrics)


def said(chosen):
    return [phrase.key.rpartition(".")[2] for phrase in chosen.why]


def test_the_arm_that_is_decidedly_better_is_taken_though_validation_says_otherwise(tmp_path):
    root = make(tmp_path, skill={"plain": 3.0, "dropout": 5.5})
    scored(root, plain=(0.99, 0.99, 0.99), dropout=(0.5, 0.7, 0.6))
    chosen = choose(root)
    assert (chosen.cell.cell.arm, chosen.cell.cell.replicate) == ("dropout", 1)
    assert chosen.rule == "better"
    assert said(chosen) == ["better", "replicate"]
    assert chosen.row is not None
    assert chosen.row.verdict == "better"
    assert "'dropout'" in str(chosen.why[0])
    assert "70.0 %" in str(chosen.why[1])
    assert "70,0 %" in spoken("id", lambda: str(chosen.why[1]))


def test_of_several_better_arms_validation_decides_and_a_worse_one_is_never_taken(tmp_path):
    arms = ("plain", "a", "b", "c")
    root = make(tmp_path, arms=arms, skill={"plain": 3.5, "a": 5.5, "b": 5.5, "c": 1.5})
    scored(root, plain=(1.0,) * 3, a=(0.6, 0.7, 0.8), b=(0.9, 0.7, 0.8), c=(1.0,) * 3)
    chosen = choose(root)
    assert (chosen.cell.cell.arm, chosen.cell.cell.replicate) == ("b", 0)
    assert chosen.rule == "best_of_better"


def test_where_nothing_is_decided_validation_decides_and_it_is_said(tmp_path):
    root = make(tmp_path / "many", skill={"plain": 4.6, "dropout": 4.6})
    scored(root, plain=(0.9, 0.9, 0.9), dropout=(0.8, 0.8, 0.99))
    chosen = choose(root)
    assert (chosen.cell.cell.arm, chosen.rule) == ("plain", "undecided")
    one = make(tmp_path / "one", seeds=1, skill={"plain": 2.0, "dropout": 5.5})
    scored(one, plain=(0.9,), dropout=(0.8,))
    chosen = choose(one)
    assert (chosen.cell.cell.arm, chosen.rule) == ("plain", "one_replicate")
    assert said(chosen) == ["one_replicate"]


def test_an_arm_and_a_replicate_can_be_named_and_what_is_unknown_is_told(tmp_path):
    root = make(tmp_path, unfinished=[("dropout", 2)])
    chosen = choose(root, "dropout", 1)
    assert (chosen.cell.cell.arm, chosen.cell.cell.replicate) == ("dropout", 1)
    assert said(chosen) == ["named", "replicate_named"]
    for asked, key in (
        ({"arm": "dropuot"}, "unknown_arm"),
        ({"arm": "dropout", "seed": 2}, "unknown_seed"),
        ({"level": "x=1"}, "unknown_level"),
    ):
        with pytest.raises(AlihError) as caught:
            choose(root, **asked)
        assert caught.value.key == f"exported.{key}"
        assert str(caught.value)


def test_each_level_has_models_of_its_own(tmp_path):
    root = make(tmp_path, levels=(100, "all"), seeds=2)
    with pytest.raises(AlihError, match=r"train_images=100, train_images=all"):
        choose(root)
    chosen = choose(root, level="train_images=100")
    assert chosen.cell.cell.at == {"train_images": 100}
    assert dict(chosen.result.at) == {"train_images": 100}


def test_kept_results_without_weights_and_folders_without_runs_are_told(tmp_path):
    root = make(tmp_path / "kept")
    for file in root.rglob("model.safetensors"):
        file.unlink()
    with pytest.raises(AlihError) as caught:
        choose(root)
    assert caught.value.key == "exported.no_weights"
    every = [(arm, r) for arm in ("plain", "dropout") for r in range(3)]
    with pytest.raises(AlihError) as caught:
        choose(make(tmp_path / "new", unfinished=every))
    assert caught.value.key == "exported.nothing_done"
