"""`compare` on study folders: the JSON, looks, sentences, damage."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml
from tests.support.cards import change
from tests.support.compared import compare, older
from tests.support.fake_study import make, seal, write_cell, write_npz
from tests.support.spoken import spoken

from alih.errors import AlihError
from alih.runs.folder import CellFolder
from alih.statistics.single import wilson
from alih.statistics.spending import UNTIL_DECIDED, early_share
from alih.statistics.verdicts import Needs
from alih.study.loading import load
from alih.study.planning.cells import Cell
from alih.verdicts import interim as looks
from alih.verdicts.arm_runs import ArmRuns
from alih.verdicts.compare import (
    _command,
    other_pairs,
)
from alih.verdicts.compare import compare as verdicts_of
from alih.verdicts.line import counted, lines
from alih.verdicts.terms import of_study

EXAMPLE = Path(__file__).parent.parent / "docs" / "examples" / "compare.json"
CONTRACT = [
    "arm",
    "baseline",
    "metric",
    "split",
    "averaging",
    "at",
    "difference",
    "ci95",
    "ci",
    "level",
    "p",
    "p_adjusted",
]
CONTRACT += ["verdict", "probability_better", "factors", "needs", "test", "look"]


def codes(comparison: dict[str, Any]) -> dict[str, str]:
    """The sentences of findings by their codes."""
    return {one["code"]: one["text"] for one in comparison["findings"]}


def shape(value):
    """The keys and kinds of a JSON value; names of arms and numbers left out."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return (
        "number"
        if isinstance(value, int | float) and not isinstance(value, bool)
        else type(value).__name__
    )


def row_of(comparison, metric="accuracy", arm="dropout"):
    return next(
        row for row in comparison["comparisons"] if row["metric"] == metric and row["arm"] == arm
    )


def test_the_example_in_the_documentation_is_what_compare_prints(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = compare(
        make(Path("runs/quickstart"), seeds=5, n_items=1000, skill={"plain": 4.6, "dropout": 4.7})
    )
    documented = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert shape(documented) == shape(found)
    assert documented["comparisons"][0]["difference"] == pytest.approx(
        found["comparisons"][0]["difference"], abs=0.002
    )
    for row in documented["comparisons"]:
        assert set(CONTRACT) <= row.keys()


def test_means_and_differences_are_those_of_the_stored_scores(tmp_path):
    root = make(tmp_path / "s")
    found = compare(root)
    hits = {
        arm: np.stack(
            [
                s["label"] == s["prediction"]
                for s in (CellFolder(root, Cell(arm, r)).scores() for r in range(3))
            ]
        )
        for arm in ("plain", "dropout")
    }
    for arm, table in hits.items():
        entry = found["arms"][arm]["metrics"]["accuracy"]
        assert entry["mean"] == pytest.approx(table.mean())
        assert entry["sd"] == pytest.approx(table.mean(axis=1).std(ddof=1))
        assert entry["ci95"][0] < table.mean() < entry["ci95"][1]
    row = row_of(found)
    assert row["difference"] == pytest.approx(hits["dropout"].mean() - hits["plain"].mean())
    assert row["factors"] == ["model.dropout: none -> [0.25, 0.5]"]
    assert (row["n_seeds"], row["n_items"], found["complete"]) == (3, 400, True)
    assert found["references"]["majority"] == {
        "split": "test",
        "metrics": {"accuracy": 0.1, "log_loss": 2.302585},
    }
    assert found["arms"]["plain"]["published"]["test"]["accuracy"] == 0.9269


def test_every_value_is_plain_json_without_nan(tmp_path):
    json.dumps(compare(make(tmp_path / "s", seeds=2)), allow_nan=False)


def test_ranks_and_correlations_have_intervals_and_two_classes_a_positive_one(tmp_path):
    root = make(tmp_path / "s", margins={"matthews": 0.05, "auc": None}, n_items=300)
    found = compare(root)
    rows = {row["metric"]: row for row in found["comparisons"]}
    assert rows["matthews"]["averaging"] == "all classes"
    assert rows["auc"]["ci95"][0] < rows["auc"]["difference"]
    metrics = found["arms"]["plain"]["metrics"]
    assert not {"sensitivity", "specificity"} & metrics.keys()  # ten classes
    for name in ("matthews", "auc"):
        low, high = metrics[name]["ci95"]
        assert low < metrics[name]["mean"] < high <= 1.0
    label, said = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 0])
    arrays = {0: {"item": np.arange(5), "label": label, "prediction": said}}
    for positive, expected in ((0, 2 / 3), (1, 0.5)):
        (scores,) = ArmRuns("a", {}, arrays, positive=positive).rows("sensitivity", [0])
        assert scores.mean() == pytest.approx(expected)
    assert ArmRuns("a", {}, arrays).rows("sensitivity", [0]) is None
    assert ArmRuns("a", {}, arrays, positive=1).rows("auc", [0]) is None


def test_the_family_is_arms_times_metrics_and_set_metrics_agree_with_themselves(tmp_path):
    margins = {
        "accuracy": None,
        "log_loss": None,
        "macro_f1": None,
        "ece": None,
        "balanced_accuracy": None,
        "brier": None,
    }
    root = make(
        tmp_path / "s", arms=("plain", "dropout", "third"), margins=margins, seeds=4, n_items=600
    )
    rows = compare(root)["comparisons"]
    assert len(rows) == 12
    # the primary metric has 0.8 of each arm's half, five others share the rest; 0.9 at the plan
    weight = {name: 0.4 if name == "accuracy" else 0.02 for name in margins}
    first = min(rows, key=lambda row: row["p"] / weight[row["metric"]])
    assert first["p_adjusted"] == pytest.approx(
        min(1.0, first["p"] / weight[first["metric"]] / 0.9)
    )
    balanced, plain = (
        row_of({"comparisons": rows}, "balanced_accuracy"),
        row_of({"comparisons": rows}),
    )
    # 60 items of each class: balanced accuracy is accuracy, so the jackknife must give the width of
    # the mean
    assert balanced["difference"] == pytest.approx(plain["difference"])
    assert np.ptp(balanced["ci95"]) == pytest.approx(np.ptp(plain["ci95"]), rel=0.05)


def test_replicates_that_only_one_arm_has_count_from_three_of_each_on(tmp_path):
    root = make(tmp_path / "s", seeds=4, unfinished=[("dropout", 1)], failed=[("plain", 3)])
    found = compare(root)
    assert (found["complete"], found["cells"]) == (False, {"done": 6, "total": 8, "changed": 0})
    assert row_of(found)["replicates"] == {"arm": 3, "baseline": 3}
    assert (found["arms"]["plain"]["n_seeds"], found["arms"]["dropout"]["n_seeds"]) == (3, 3)
    two = row_of(compare(make(tmp_path / "two", unfinished=[("dropout", 2)])))
    assert (two["n_seeds"], two["replicates"]) == (2, {"arm": 2, "baseline": 2})


LATE = [("dropout", replicate) for replicate in range(3, 8)]


def test_three_replicates_against_eight_are_compared_by_the_means_of_all(tmp_path):
    root = make(tmp_path / "s", seeds=8, unfinished=LATE)
    found = compare(root)
    row, arms = row_of(found), found["arms"]
    assert (row["n_seeds"], row["replicates"]) == (3, {"arm": 3, "baseline": 8})
    means = {arm: arms[arm]["metrics"]["accuracy"]["mean"] for arm in arms}
    assert row["difference"] == pytest.approx(means["dropout"] - means["plain"])
    assert (row["means"]["arm"], row["means"]["baseline"]) == pytest.approx(
        (means["dropout"], means["plain"])
    )
    assert sum(row["ci"]) / 2 == pytest.approx(row["difference"])
    taken = looks.read(root, 0.05)
    assert (taken[0].seen, len(taken[0].scores)) == (pytest.approx(48 / 11), 11)
    assert compare(root) == found, "looking again is free"
    (line,) = (one for one in lines(verdicts_of(root).decisive, of_study(load(root))))
    assert line.count == "3 vs 8 × 400"
    assert "All runs count (With dropout: 3; Without dropout: 8)." in line.remarks


def test_replicates_of_levels_with_training_images_of_their_own_count_in_pairs_alone(tmp_path):
    rows = compare(make(tmp_path / "s", seeds=5, levels=(30, "all")))["comparisons"]
    assert {row["replicates"]["arm"] for row in rows} == {5}
    for replicate in (3, 4):
        for at in (30, "all"):
            place = CellFolder(tmp_path / "s", Cell("dropout", replicate, (("train_images", at),)))
            shutil.rmtree(place.path)
    rows = compare(tmp_path / "s")["comparisons"]
    counts = {row["at"]["train_images"]: row["replicates"] for row in rows}
    assert counts == {30: {"arm": 3, "baseline": 3}, "all": {"arm": 3, "baseline": 5}}


def test_a_verdict_stands_when_one_arm_alone_gets_further_replicates(tmp_path):
    """An open pair is looked at again, and a decided one once both arms have more."""
    skill = {"plain": 2.0, "dropout": 6.0}
    later = [(arm, replicate) for arm in skill for replicate in range(3, 5)]
    for name, own, look, had in (("decided", skill, 1, 3), ("open", None, 2, 5)):
        root = make(tmp_path / name, seeds=5, skill=own, unfinished=later)
        compare(root)
        for replicate in (3, 4):
            write_cell(CellFolder(root, Cell("plain", replicate)), 400, 8, 2.0 if own else 4.6)
        row = row_of(compare(root))
        assert (row["look"], row["replicates"]) == (look, {"arm": 3, "baseline": had})
        write_cell(CellFolder(root, Cell("dropout", 3)), 400, 8, 6.0 if own else 4.65)
        row = row_of(compare(root))
        assert (row["look"], row["replicates"]) == (look + 1, {"arm": 4, "baseline": 5})
        assert 0 < looks.read(root, 0.05)[-1].metrics["accuracy"].tie < 1


def test_a_study_without_a_finished_cell_has_nothing_to_compare(tmp_path):
    root = make(tmp_path / "s", seeds=1, unfinished=[("plain", 0), ("dropout", 0)])
    found = compare(root)
    row = row_of(found)
    assert (row["difference"], row["verdict"], found["arms"]["plain"]["metrics"]) == (
        None,
        "undecided",
        {},
    )
    (line,) = lines(verdicts_of(root).decisive, of_study(load(root)))
    assert "nothing to compare" in line.sentence
    assert (line.verdict, counted([line])) == ("no runs yet", "1 no runs yet")
    assert looks.read(root, 0.05) == []


def test_one_replicate_is_undecided_and_costs_no_look(tmp_path):
    root = make(tmp_path / "s", seeds=1, skill={"plain": 2.0, "dropout": 6.0})
    row = row_of(compare(root))
    assert (row["verdict"], row["test"], row["needs"]["seeds"]) == ("undecided", "items-only", 3)
    assert row["needs"]["command"] == f"alih run {root.as_posix()} --seeds 3"
    assert looks.read(root, 0.05) == []
    entry = compare(root)["arms"]["dropout"]["metrics"]["accuracy"]
    assert entry["ci95"] == pytest.approx(wilson(round(400 * entry["mean"]), 400))


def test_levels_are_families_of_their_own(tmp_path):
    found = compare(make(tmp_path / "s", levels=(30, "all"), seeds=2))
    assert [entry["at"] for entry in found["arms"]["dropout"]] == [
        {"train_images": 30},
        {"train_images": "all"},
    ]
    assert [row["at"] for row in found["comparisons"]] == 2 * [{"train_images": 30}] + 2 * [
        {"train_images": "all"}
    ]
    assert {row["look"] for row in found["comparisons"]} == {1}


def test_looking_again_is_free_and_new_data_is_a_look(tmp_path):
    root = make(tmp_path / "s", seeds=3, unfinished=[("dropout", 2)])
    first = compare(root)
    assert compare(root) == first
    write_cell(CellFolder(root, Cell("dropout", 2)), 400, 8, 4.65)
    peek = compare(root, record_look=False)
    assert [look.look for look in looks.read(root, 0.05)] == [1]
    second = compare(root)
    assert peek == second
    assert (row_of(first)["look"], row_of(second)["look"], second["looks"]) == (1, 2, 2)
    taken = looks.read(root, 0.05)
    assert [look.spent for look in taken] == [pytest.approx(early_share(0.05, 2 / 3)), 0.9]
    assert [look.seen for look in taken] == [2, 3]
    assert (taken[0].metrics["accuracy"].tie, taken[0].arms) == (0.0, ["dropout", "plain"])
    assert (2 / 3) ** 0.5 <= taken[1].metrics["accuracy"].tie < 1
    assert taken[0].metrics["accuracy"].verdict == "undecided"
    rows, terms = verdicts_of(root).decisive, of_study(load(root))
    assert "(look 2)" in lines(rows, terms)[0].sentence
    assert "(pengamatan ke-2)" in spoken("id", lines, rows, terms)[0].sentence


def test_a_cell_that_no_comparison_uses_is_no_look(tmp_path):
    root = make(tmp_path / "s", seeds=3, unfinished=[("dropout", 2), ("plain", 2)])
    compare(root)
    write_cell(CellFolder(root, Cell("plain", 2)), 400, 8, 4.6)
    assert row_of(compare(root))["look"] == 1


def test_a_single_look_at_the_most_may_spend_what_such_a_study_has(tmp_path):
    compared = {
        "baseline": "plain",
        "primary": "accuracy",
        "metrics": {"accuracy": {}},
        "seeds_max": 3,
    }
    root = make(tmp_path / "s", extra={"compare": compared})
    assert row_of(compare(root))["level"] == pytest.approx(0.05 * UNTIL_DECIDED)
    assert looks.read(root, 0.05)[0].spent == UNTIL_DECIDED
    write_cell(CellFolder(root, Cell("plain", 0)), 400, 8, 9.0, seed=5)
    later = row_of(compare(root))
    assert later["level"] < 1e-6
    assert later["verdict"] == "undecided"


def test_damaged_scores_are_named(tmp_path):
    root = make(tmp_path / "s")
    file = root / "runs/dropout/seed-1/scores.npz"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(AlihError) as caught:
        compare(root)
    assert caught.value.key == "runs.damaged"
    assert str(file) in str(caught.value)
    file.unlink()
    with pytest.raises(AlihError) as caught:
        compare(root)
    assert caught.value.key == "runs.damaged"
    assert str(file) in str(caught.value)


def test_other_test_items_are_refused(tmp_path):
    root = make(tmp_path / "s")
    folder = CellFolder(root, Cell("dropout", 1))
    arrays = folder.arrays("scores")
    arrays["test_item"] = arrays["test_item"] + 1
    write_npz(folder.path / "scores.npz", arrays)
    seal(folder.path)
    with pytest.raises(AlihError) as caught:
        compare(root)
    assert caught.value.key == "statistics.items_differ"
    assert str(folder.path / "scores.npz") in str(caught.value)


def test_items_stored_in_another_order_are_paired_by_number(tmp_path):
    root = make(tmp_path / "s", seeds=2)
    before = row_of(compare(root))
    folder = CellFolder(root, Cell("dropout", 1))
    order = np.random.default_rng(0).permutation(400)
    for name, prefix in (("scores", "test_"), ("probabilities", "test")):
        arrays = {
            key: value[order] if key.startswith(prefix) else value
            for key, value in folder.arrays(name).items()
        }
        write_npz(folder.path / f"{name}.npz", arrays)
    seal(folder.path)
    after = row_of(compare(root, record_look=False))
    assert after["difference"] == pytest.approx(before["difference"])
    assert after["ci95"] == pytest.approx(before["ci95"])


def test_arms_that_do_not_vary_by_seed_are_compared_on_items(tmp_path):
    root = make(tmp_path / "s", seeds=1, skill={"plain": 3.0, "dropout": 6.0})
    for arm in ("plain", "dropout"):
        folder = CellFolder(root, Cell(arm, 0))
        change(folder, varies_by_seed=False)
    found = compare(root)
    assert (row_of(found)["verdict"], row_of(found)["test"]) == ("better", "items")
    (line,) = lines(verdicts_of(root).decisive, of_study(load(root)))
    assert "covers other test images only" in " ".join(line.remarks)


def test_a_folder_without_a_study_is_refused(tmp_path):
    with pytest.raises(AlihError) as caught:
        compare(tmp_path)
    assert caught.value.key == "runs.not_a_study_folder"


def test_repeated_kfold_compares_values_per_fold(tmp_path):
    split = {"scheme": "repeated-kfold", "folds": 2, "repeats": 2}
    root = make(
        tmp_path / "s",
        seeds=4,
        extra={"split": split, "seeds": None},
        margins={"accuracy": None, "macro_f1": None},
    )
    order = [np.random.default_rng(repeat).permutation(400) for repeat in range(2)]
    right: dict[str, list[np.ndarray]] = {"dropout": [], "plain": []}
    for arm, found in right.items():
        for replicate in range(4):
            folder = CellFolder(root, Cell(arm, replicate))
            mine = np.sort(order[replicate // 2][replicate % 2 :: 2])
            for name in ("scores", "probabilities"):
                arrays = {
                    k: v[mine] if k.startswith("test") else v
                    for k, v in folder.arrays(name).items()
                }
                write_npz(folder.path / f"{name}.npz", arrays)
            items = folder.card.items.model_copy(update={"train": 150, "test": 200})
            change(folder, items=items)
            folder = CellFolder(root, Cell(arm, replicate))
            found.append(folder.scores()["label"] == folder.scores()["prediction"])
    row = row_of(compare(root))
    assert (row["test"], row["n_seeds"], row["n_items"]) == ("corrected-resampled-t", 4, 400)
    d = [a.mean() - b.mean() for a, b in zip(right["dropout"], right["plain"], strict=True)]
    half = 3.1824463 * np.std(d, ddof=1) * np.sqrt(1 / 4 + 200 / 150)
    assert row["ci95"] == pytest.approx([np.mean(d) - half, np.mean(d) + half])
    assert row["level"] == pytest.approx(0.05 * 0.9 * 0.8)  # all folds are there; two metrics
    assert "better" in row["verdict"] or row["needs"] is None


def test_cells_of_other_settings_do_not_count(tmp_path):
    """After a changed setting the old scores answer another question, whatever files lie there."""
    make(tmp_path)
    before = compare(tmp_path, record_look=False)
    assert before["complete"]
    document = (tmp_path / "study.yaml").read_text()
    (tmp_path / "study.yaml").write_text(document.replace("epochs: 8", "epochs: 9"))
    assert (tmp_path / "study.yaml").read_text() != document
    after = compare(tmp_path, record_look=False)
    assert after["cells"]["done"] == 0
    assert not after["complete"]
    assert {row["verdict"] for row in after["comparisons"]} == {"undecided"}


def test_an_arm_without_runs_does_not_end_the_study(tmp_path):
    compared = {
        "baseline": "plain",
        "primary": "accuracy",
        "metrics": {"accuracy": {}},
        "seeds_max": 3,
    }
    failed = [("third", replicate) for replicate in range(3)]
    make(tmp_path, arms=("plain", "dropout", "third"), failed=failed, extra={"compare": compared})
    row = row_of(compare(tmp_path))
    assert [look.arms for look in looks.read(tmp_path, 0.05)] == [["dropout", "plain"]]
    assert row["p_adjusted"] == pytest.approx(
        min(1.0, 2 * row["p"] / UNTIL_DECIDED)
    )  # the planned arm counts in the family before it is there


def test_a_look_charges_only_the_arm_whose_scores_changed(tmp_path):
    root = make(tmp_path, arms=("plain", "dropout", "third"), seeds=3, unfinished=[("third", 2)])
    first = {row["arm"]: row for row in compare(root)["comparisons"] if row["metric"] == "accuracy"}
    write_cell(CellFolder(root, Cell("third", 2)), 400, 8, 4.6)
    second = {
        row["arm"]: row for row in compare(root)["comparisons"] if row["metric"] == "accuracy"
    }
    assert {arm: row["look"] for arm, row in second.items()} == {"dropout": 1, "third": 2}
    assert second["dropout"]["ci95"] == first["dropout"]["ci95"]
    spent = {arm: looks.history(looks.read(root, 0.05), {}, ["plain", arm]) for arm in second}
    assert {arm: [look.spent for look in taken] for arm, taken in spent.items()} == {
        "dropout": [0.9],
        "third": [pytest.approx(early_share(0.05, 2 / 3)), 0.9],
    }


def test_a_study_that_runs_until_decided_spends_in_proportion_to_information(tmp_path):
    compared = {
        "baseline": "plain",
        "primary": "accuracy",
        "metrics": {"accuracy": {}},
        "seeds_max": 12,
    }
    make(tmp_path, extra={"compare": compared})
    row = row_of(compare(tmp_path))
    (taken,) = looks.read(tmp_path, 0.05)
    # Replicates share their test images, so three of twelve tell at least a quarter.
    assert 3 / 12 <= taken.spent / UNTIL_DECIDED < 1
    assert row["level"] == pytest.approx(0.05 * taken.spent)


def test_dropping_the_plan_gives_nothing_back(tmp_path):
    compared = {
        "baseline": "plain",
        "primary": "accuracy",
        "metrics": {"accuracy": {}},
        "seeds_max": 3,
    }
    make(tmp_path, extra={"compare": compared})
    compare(tmp_path)
    document = (tmp_path / "study.yaml").read_text()
    (tmp_path / "study.yaml").write_text(document.replace("seeds_max: 3", "level: 0.05"))
    write_cell(CellFolder(tmp_path, Cell("plain", 0)), 400, 8, 4.0, seed=5)
    compare(tmp_path)
    assert [look.spent for look in looks.read(tmp_path, 0.05)] == [UNTIL_DECIDED] * 2


def test_arms_that_no_seed_changes_need_no_later_look(tmp_path):
    make(tmp_path, seeds=1, margins={"accuracy": None})
    for arm in ("plain", "dropout"):
        folder = CellFolder(tmp_path, Cell(arm, 0))
        change(folder, varies_by_seed=False)
    compare(tmp_path)
    assert [look.spent for look in looks.read(tmp_path, 0.05)] == [0.9]


def test_another_margin_is_another_look(tmp_path):
    make(tmp_path, margins={"accuracy": 0.01})
    compare(tmp_path)
    document = (tmp_path / "study.yaml").read_text()
    (tmp_path / "study.yaml").write_text(document.replace("margin: 0.01", "margin: 0.5"))
    assert compare(tmp_path)["looks"] == 2


def test_an_arm_added_later_leaves_old_verdicts_standing_and_its_cost_is_said(tmp_path):
    compared = {
        "baseline": "plain",
        "primary": "accuracy",
        "metrics": {"accuracy": {}},
        "seeds_max": 3,
    }
    make(
        tmp_path,
        arms=("plain", "dropout"),
        extra={"compare": compared},
        skill={"plain": 2.0, "dropout": 6.0},
    )
    first = compare(tmp_path)
    assert (row_of(first)["verdict"], first["error_bound"]) == (
        "better",
        pytest.approx(0.05 * UNTIL_DECIDED),
    )
    assert "D031" not in codes(first)
    make(
        tmp_path / "more",
        arms=("plain", "dropout", "third"),
        extra={"compare": compared},
        skill={"plain": 2.0, "dropout": 6.0},
    )
    (tmp_path / "more" / "looks.json").write_text((tmp_path / "looks.json").read_text())
    second = compare(tmp_path / "more")
    rows = {row["arm"]: row for row in second["comparisons"]}
    assert (rows["dropout"]["look"], rows["dropout"]["verdict"], rows["third"]["look"]) == (
        1,
        "better",
        1,
    )
    assert second["error_bound"] == pytest.approx(0.05 * UNTIL_DECIDED * 1.5)
    assert "up to 6.0 % instead of 5.0 %" in codes(second)["D031"]
    assert row_of(second)["p_adjusted"] == row_of(first)["p_adjusted"]
    # Taking the arm away again buys nothing back.
    document = (tmp_path / "more" / "study.yaml").read_text()
    values = yaml.safe_load(document)
    del values["arms"]["third"]
    (tmp_path / "more" / "study.yaml").write_text(yaml.safe_dump(values))
    assert compare(tmp_path / "more")["error_bound"] == second["error_bound"]


def test_two_arms_without_the_baseline_are_compared_and_paid_for_once(tmp_path):
    compared = {
        "baseline": "plain",
        "primary": "accuracy",
        "metrics": {"accuracy": {}, "log_loss": {}},
        "seeds_max": 3,
    }
    skill = {"plain": 2.0, "dropout": 6.0, "third": 4.0}
    root = make(
        tmp_path, arms=("plain", "dropout", "third"), extra={"compare": compared}, skill=skill
    )
    planned = row_of(compare(root))
    found = compare(root, baseline="dropout")
    assert [(row["arm"], row["baseline"]) for row in found["comparisons"][::2]] == [
        ("plain", "dropout"),
        ("third", "dropout"),
    ]
    # The pair that was planned is the same verdict the other way round, and no look.
    turned = row_of(found, arm="plain")
    assert (planned["verdict"], turned["verdict"], turned["look"]) == ("better", "worse", 1)
    assert turned["difference"] == -planned["difference"]
    assert turned["ci"] == [-planned["ci"][1], -planned["ci"][0]]
    assert turned["means"] == {
        "arm": planned["means"]["baseline"],
        "baseline": planned["means"]["arm"],
    }
    assert turned["probability_better"] == pytest.approx(1 - planned["probability_better"])
    # The other pair has the weight of one of two arms, as planned, and adds its share once, from
    # whichever side it is seen.
    weight = {"accuracy": 0.4, "log_loss": 0.1}
    pair = min(
        (row for row in found["comparisons"] if row["arm"] == "third"),
        key=lambda row: row["p"] / weight[row["metric"]],
    )
    assert (pair["verdict"], pair["p_adjusted"]) == (
        "worse",
        pytest.approx(pair["p"] / weight[pair["metric"]] / UNTIL_DECIDED),
    )
    assert found["error_bound"] == pytest.approx(0.05 * UNTIL_DECIDED * 1.5)
    assert "up to 6.0 % instead of 5.0 %" in codes(found)["D031"]
    other = compare(root, baseline="third")
    mirrored = row_of(other, pair["metric"])
    assert (mirrored["verdict"], mirrored["p_adjusted"], mirrored["look"]) == (
        "better",
        pytest.approx(pair["p_adjusted"]),
        1,
    )
    assert other["error_bound"] == compare(root)["error_bound"] == found["error_bound"]
    assert sorted(look.arms for look in looks.read(root, 0.05)) == [
        ["dropout", "plain"],
        ["dropout", "third"],
        ["plain", "third"],
    ]


def test_a_pair_without_the_baseline_has_its_verdict_whichever_pairs_were_asked_for_before(
    tmp_path,
):
    arms = ("plain", "dropout", "third", "fourth")
    skill = {"plain": 2.0, "dropout": 3.0, "third": 3.1, "fourth": 6.0}
    root = make(tmp_path, arms=arms, skill=skill)
    alone = compare(root, record_look=False, baseline="third")
    for baseline in ("dropout", "fourth"):
        compare(root, baseline=baseline)
    assert compare(root, baseline="third")["comparisons"] == alone["comparisons"]
    assert compare(root)["error_bound"] == pytest.approx(
        0.045 + 3 * 0.045 / 3
    )  # 0.9 of the level at the planned number, and of each pair's part


def test_how_to_compare_two_other_arms_is_told_where_there_are_such(tmp_path):
    assert other_pairs(load(make(tmp_path / "two")), tmp_path) is None
    root = make(tmp_path / "three", arms=("plain", "dropout", "third"))
    assert f"alih compare {root.as_posix()} --baseline dropout" in other_pairs(load(root), root)
    assert "2.5 %" in other_pairs(load(root), root)
    with pytest.raises(AlihError, match=r"no arm 'dropuot'.*'dropout'.*plain, dropout, third"):
        compare(root, baseline="dropuot")
    assert looks.read(root, 0.05) == []


def test_looks_that_cannot_be_read_are_a_sentence_not_a_fresh_start(tmp_path):
    make(tmp_path)
    for content in ("", "[]", '{"schema": 1, "looks": [{"look": 1, "final": true}]}'):
        (tmp_path / "looks.json").write_text(content)
        with pytest.raises(AlihError) as caught:
            compare(tmp_path)
        assert (caught.value.key, caught.value.values["path"]) == (
            "runs.damaged",
            tmp_path / "looks.json",
        )
        assert (tmp_path / "looks.json").read_text() == content


def test_another_question_on_the_same_scores_is_another_look(tmp_path):
    make(tmp_path)
    assert compare(tmp_path)["looks"] == 1
    assert compare(tmp_path)["looks"] == 1
    document = (tmp_path / "study.yaml").read_text()
    (tmp_path / "study.yaml").write_text(document.replace("baseline: plain", "baseline: dropout"))
    assert compare(tmp_path)["looks"] == 2


def test_the_next_command_never_shrinks_the_study(tmp_path):
    """One pair of five is there: the way on is to finish, not `--seeds 3`."""
    unfinished = [(arm, replicate) for arm in ("plain", "dropout") for replicate in range(1, 5)]
    make(tmp_path, seeds=5, unfinished=unfinished)
    needs = row_of(compare(tmp_path))["needs"]
    assert needs["command"] == f"alih run {tmp_path.as_posix()}"


def test_a_far_projection_from_few_replicates_is_approached_in_steps(tmp_path):
    """Two replicates that project dozens: the number stays in `needs`, the command asks for
    five."""
    study = load(make(tmp_path, seeds=2))
    undecided = SimpleNamespace(n_seeds=2, needs=Needs(61, None))
    command = f"alih run {tmp_path.as_posix()}"
    assert _command(tmp_path, study, undecided, 2) == f"{command} --seeds 5"
    near = SimpleNamespace(n_seeds=2, needs=Needs(9, None))
    assert _command(tmp_path, study, near, 2) == f"{command} --seeds 9"
    hopeless = SimpleNamespace(n_seeds=5, needs=Needs(161, None))
    assert _command(tmp_path, study, hopeless, 2) is None


def test_an_arm_with_fewer_replicates_is_planned_with_these(tmp_path):
    """All of its replicates are there: the level is spent on them, and advice asks for more."""
    later = [("dropout", replicate) for replicate in range(3, 6)]
    root = make(tmp_path, seeds=6, unfinished=later, margins={"accuracy": None})
    document = yaml.safe_load((root / "study.yaml").read_text())
    document["arms"]["dropout"]["seeds"] = 3
    (root / "study.yaml").write_text(yaml.safe_dump(document))
    row = row_of(compare(root))
    assert (row["n_seeds"], row["level"]) == (3, pytest.approx(0.9 * 0.05))
    undecided = SimpleNamespace(n_seeds=3, needs=Needs(5, None))
    # five are more than the pair has, and the study keeps its six
    command = _command(root, load(root), undecided, 3)
    assert command == f"alih run {root.as_posix()} --seeds 6"
    assert _command(root, load(root), undecided, 6) == f"alih run {root.as_posix()}"


def test_an_arm_has_no_more_replicates_than_its_study():
    with pytest.raises(AlihError) as error:
        load("quickstart", ["seeds=3", "arms.dropout.seeds=4"])
    assert [problem.key for problem in error.value.problems] == ["study.arm_seeds"]


def test_a_broken_done_file_is_a_sentence(tmp_path):
    make(tmp_path)
    (CellFolder(tmp_path, Cell("plain", 0)).path / "done").write_text("")
    with pytest.raises(AlihError) as caught:
        compare(tmp_path)
    assert (caught.value.key, caught.value.values["path"].name) == ("runs.damaged", "done")


def test_a_metric_that_is_no_number_is_left_out_where_nobody_compares_it(tmp_path):
    compared = {
        "baseline": "plain",
        "primary": "accuracy",
        "metrics": {"accuracy": {"margin": 0.01}},
    }
    make(tmp_path, extra={"compare": compared})
    cell = CellFolder(tmp_path, Cell("dropout", 0))
    arrays = cell.arrays("scores")
    arrays["test_log_loss"][3] = np.nan
    write_npz(cell.path / "scores.npz", arrays)
    seal(cell.path)
    found = compare(tmp_path)
    assert "log_loss" not in found["arms"]["dropout"]["metrics"]
    assert "log_loss" in found["arms"]["plain"]["metrics"]
    assert row_of(found)["difference"] is not None


def test_looks_of_older_rules_keep_verdict_and_level_and_later_ones_share_what_is_left(tmp_path):
    root = make(tmp_path, seeds=4, unfinished=[("dropout", 3)])
    compare(root)
    written = older(root)
    again = compare(root)
    # Holm over two rows at half of the level, as it was judged then; nothing is written anew.
    row = min(again["comparisons"], key=lambda row: row["p"])
    assert row["p_adjusted"] == pytest.approx(min(1.0, 2 * 2 * row["p"]))
    assert (row["look"], row["earlier_rules"]) == (1, 1)
    assert json.loads((root / "looks.json").read_text()) == written
    assert again["error_bound"] == pytest.approx(0.025)
    told = [one.key for one in verdicts_of(root).findings if one.code == "D030"]
    assert "statistics.earlier_rules" in told
    write_cell(CellFolder(root, Cell("dropout", 3)), 400, 8, 4.65)
    later = compare(root)
    first, second = looks.read(root, 0.05)
    assert (first.plan, second.plan.replicates) == (None, 4)
    assert (first.spent, second.spent) == (0.5, 0.9)
    # Weights have changed since, so the look pays for itself whatever the earlier one showed.
    assert {part.tie for part in second.metrics.values()} == {0.0}
    part = max(row_of(later)["p_adjusted"], row_of(later, "log_loss")["p_adjusted"])
    assert part <= 0.05 or row_of(later)["level"] == pytest.approx(0.05 * 0.8 * 0.4)
    assert later["error_bound"] == pytest.approx(0.025 + 0.4 * 0.05)
    assert first.metrics["accuracy"].verdict == written["looks"][0]["verdicts"]["accuracy"]


def test_the_plan_of_the_first_look_stands(tmp_path):
    """Looks after the planned number share a tenth, also when more replicates are planned then."""
    more = [("dropout", 3), ("plain", 3)]
    root = make(tmp_path, seeds=4, unfinished=more)
    document = (root / "study.yaml").read_text()
    (root / "study.yaml").write_text(document.replace("seeds: 4", "seeds: 3"))
    compare(root)
    (root / "study.yaml").write_text(document)
    for arm, replicate in more:
        write_cell(CellFolder(root, Cell(arm, replicate)), 400, 8, 4.6)
    compare(root)
    taken = looks.read(root, 0.05)
    assert [look.plan.replicates for look in taken] == [3, 3]
    assert [look.spent for look in taken] == pytest.approx([0.9, 0.95])


def test_scores_that_do_not_hold_those_of_the_last_look_are_not_tied_to_it(tmp_path):
    root = make(tmp_path, seeds=4, unfinished=[("dropout", 3)])
    compare(root)
    write_cell(CellFolder(root, Cell("dropout", 3)), 400, 8, 4.65)
    write_cell(CellFolder(root, Cell("dropout", 0)), 400, 8, 4.65, seed=7)
    compare(root)
    assert [part.tie for part in looks.read(root, 0.05)[1].metrics.values()] == [0.0, 0.0]
