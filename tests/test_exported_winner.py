"""Which run `alih export` takes, and why it says so. No torch."""

from __future__ import annotations

import pytest
from tests.support.cards import change
from tests.support.fake_study import make
from tests.support.spoken import spoken

from alih.errors import AlihError
from alih.runs.card import TargetScores
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


EVEN = [0.1] * 10
SET = {"set": "fashion-mnist-mini"}


def two_domains(place, seeds=2, **information):
    """A study of two domains in which nothing is decided; arms with `information` None have
    collapsed, and the source alone is best on the source."""
    arms = {arm: {"transfer": "source-only" if arm == "plain" else "dann"} for arm in information}
    document = {"data": {"source": {**SET, "set": "fashion-mnist"}, "target": SET}, "arms": arms}
    settings = {"arms": tuple(arms), "seeds": seeds, "skill": dict.fromkeys(arms, 4.6)}
    make(place, extra=document, published=False, n_items=200, epochs=2, **settings)
    scored(place, **{arm: (0.9 if arm == "plain" else 0.88,) * seeds for arm in arms})
    for arm, values in information.items():
        for replicate, value in enumerate(values):
            shares = EVEN if value is not None else [1.0, *[0.0] * 9]
            own = {"items": 500, "entropy": 0.1, "shares": shares, "prior": EVEN}
            scores = TargetScores(information=2.2 if value is None else value, **own)
            change(CellFolder(place, Cell(arm, replicate)), target=scores)
    return place


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


def test_with_two_domains_the_choice_is_made_without_target_labels_behind_the_guard(tmp_path):
    root = two_domains(tmp_path, plain=(1.5, 1.6), good=(1.8, 1.9), fallen=(None, 2.1))
    chosen = choose(root)
    assert (chosen.cell.cell.arm, chosen.cell.cell.replicate) == ("good", 1)
    assert chosen.rule == "unlabelled", "source validation is the source's, where plain is best"
    assert said(chosen) == ["unlabelled", "replicate_unlabelled"]
    assert "'good' is best by information (1.8500)" in str(chosen.why[0])
    assert "tanpa label target" in spoken("id", lambda: str(chosen.why[0]))
    named = choose(root, "fallen")
    assert named.cell.cell.replicate == 1, "the one that has not collapsed"
    assert said(named) == ["named", "replicate_unlabelled"]
    asked = choose(root, "fallen", 0)
    assert said(asked) == ["named", "replicate_named", "rejected"]
    assert "Warning: replicate 0 of 'fallen'" in str(asked.why[2])
    assert "ditolak" in spoken("id", lambda: str(asked.why[2]))


def test_where_every_arm_has_collapsed_source_validation_decides_and_there_is_a_warning(tmp_path):
    chosen = choose(two_domains(tmp_path, seeds=1, plain=(None,), good=(None,)))
    assert (chosen.cell.cell.arm, chosen.rule) == ("plain", "one_replicate")
    assert said(chosen) == ["one_replicate", "rejected"]
    assert "on source validation images" in str(chosen.why[0])


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
