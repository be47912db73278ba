"""What `compare` finds about runs: copies, constant answers, a collapse on test, curves; codes
and muting.
"""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from tests.support.cards import change
from tests.support.compared import compare
from tests.support.fake_study import make, seal, write_npz

from alih.reports import build
from alih.runs.card import DirectUse, MachineCard
from alih.runs.folder import StudyFolder
from alih.study.planning.cells import Cell
from alih.verdicts import copies
from alih.verdicts.compare import changed_sentence, finding_sentences
from alih.verdicts.compare import compare as verdicts_of
from alih.verdicts.scores.compare import Question
from alih.verdicts.scores.compare import verdict as verdict_of

STRONG = {"skill": {"plain": 3.0, "dropout": 4.7}, "epochs": 3}


def found(comparison, code):
    return [one for one in comparison["findings"] if one["code"] == code]


def copy_run(root: Path, arm: str, replicate: int, source: int = 0) -> None:
    """Put the scores of another replicate into a run, as a file that was copied."""
    place, other = (root / f"runs/{arm}/seed-{r}" for r in (replicate, source))
    for name in ("scores.npz", "probabilities.npz"):
        shutil.copy(other / name, place / name)
    seal(place)


def answer(root: Path, arm: str, replicate: int, split: str, prediction) -> None:
    """Replace a run's answers on one split; its losses stay, its card follows."""
    place = root / f"runs/{arm}/seed-{replicate}"
    with np.load(place / "scores.npz") as stored:
        scores = dict(stored)
    label = scores[f"{split}_label"]
    scores[f"{split}_prediction"] = np.broadcast_to(prediction, label.shape).astype(label.dtype)
    write_npz(place / "scores.npz", scores)
    (place / "probabilities.npz").unlink(missing_ok=True)
    card = json.loads((place / "card.json").read_text())
    card["metrics"][split]["accuracy"] = float((scores[f"{split}_prediction"] == label).mean())
    (place / "card.json").write_text(json.dumps(card))
    seal(place)


def verdict(scores, question: Question):
    return verdict_of(scores, question).to_json()


def test_copies_of_one_run_count_once(tmp_path):
    root = make(tmp_path / "s", seeds=4, **STRONG)
    clean = compare(root, record_look=False)
    assert found(clean, "D001") == []
    assert clean["comparisons"][0]["verdict"] == "better"
    for replicate in (1, 2, 3):
        copy_run(root, "dropout", replicate)
    copied = compare(root, record_look=False)
    row = copied["comparisons"][0]
    assert (row["verdict"], row["n_seeds"], row["copies"]) == ("undecided", 1, 3)
    assert row["needs"]["command"] is None, "more replicates would be copies, too"
    (finding,) = found(copied, "D001")
    assert (finding["about"], finding["severity"]) == ("dropout", "problem")
    assert "of 4 replicates only 1 differs" in finding["text"]
    assert "0=1=2=3" in finding["text"]
    entry = copied["arms"]["dropout"]
    assert (entry["n_seeds"], entry["metrics"]["accuracy"]["sd"]) == (1, None)


def test_a_single_copied_run_is_left_out_and_the_others_stay(tmp_path):
    root = make(tmp_path / "s", seeds=4, **STRONG)
    copy_run(root, "plain", 2, source=1)
    row = compare(root, record_look=False)["comparisons"][0]
    assert (row["verdict"], row["n_seeds"], row["copies"]) == ("better", 3, 1)


def drawn(seed: int, items: int = 200, errors: int = 30) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    label = np.arange(items) % 5
    prediction = np.where(np.arange(items) < errors, (label + 1) % 5, label)
    return {
        "item": np.arange(items),
        "label": label,
        "prediction": prediction,
        "log_loss": rng.gamma(1.0, 0.3, items),
    }


def test_what_counts_as_a_copy():
    a, b = drawn(0), drawn(1)
    assert copies.same_run(a, b), "equal answers with 30 errors"
    few = {"errors": 19}
    assert not copies.same_run(drawn(0, **few), drawn(1, **few)), "easy images are answered alike"
    assert copies.same_run(drawn(0, **few), drawn(0, **few)), "equal losses"
    sure = drawn(0, errors=0) | {"log_loss": np.zeros(200)}
    assert not copies.same_run(sure, sure), "saturated networks share losses of zero"
    constant = {"prediction": np.zeros(200, int)}
    assert not copies.same_run(a | constant, b | constant), "two networks that collapsed"
    assert copies.same_run(a | constant, a | constant)
    assert not copies.same_run(a, a | {"item": a["item"] + 1})
    assert not copies.same_run(a, a | {"prediction": np.roll(a["prediction"], 1)})


def test_arms_with_the_same_answers_are_named(tmp_path):
    root = make(tmp_path / "s", seeds=2, epochs=3)
    for replicate in (0, 1):
        for name in ("scores.npz", "probabilities.npz"):
            place = root / "runs/dropout" / f"seed-{replicate}"
            shutil.copy(root / f"runs/plain/seed-{replicate}" / name, place / name)
        seal(place)
    comparison = compare(root, record_look=False)
    (finding,) = found(comparison, "D005")
    assert finding["about"] == "plain, dropout"
    assert "“Without dropout” and “With dropout” give exactly the same answers" in finding["text"]
    assert found(comparison, "D001") == []


def test_equal_accuracies_of_runs_that_differ_are_named(tmp_path):
    root = make(tmp_path / "s", seeds=5, epochs=3)
    for replicate in range(5):
        label = np.load(root / f"runs/plain/seed-{replicate}/scores.npz")["test_label"]
        wrong = np.isin(np.arange(label.size), 40 * np.arange(10) + replicate)
        answer(root, "plain", replicate, "test", np.where(wrong, (label + 1) % 10, label))
    (finding,) = found(compare(root, record_look=False), "D002")
    assert (finding["about"], "97.50 %" in finding["text"]) == ("plain", True)


def test_constant_answers_are_named_and_stay_runs_of_their_own(tmp_path):
    root = make(tmp_path / "s", seeds=3, epochs=3)
    for replicate in range(3):
        for split in ("validation", "test"):
            answer(root, "plain", replicate, split, 4)
    comparison = compare(root, record_look=False)
    (finding,) = found(comparison, "D003")
    assert "3 of 3 replicates answer “Coat”" in finding["text"]
    assert found(comparison, "D001") == found(comparison, "D006") == []
    assert comparison["comparisons"][0]["verdict"] == "better"


def test_a_collapse_on_test_is_named_with_its_class(tmp_path):
    root = make(tmp_path / "s", seeds=3, epochs=3)
    for replicate, share in enumerate((0.71, 0.8, 0.98)):
        label = np.load(root / f"runs/plain/seed-{replicate}/scores.npz")["test_label"]
        answer(root, "plain", replicate, "test", np.where(np.arange(400) < 400 * share, 3, label))
    (finding,) = found(compare(root, record_look=False), "D006")
    assert finding["severity"] == "problem"
    assert "one class (“Dress”)" in finding["text"]
    for part in ("7", "–98.0 %", "alih domains", "labels of the test part"):
        assert part in finding["text"]


def test_one_answer_for_a_target_is_the_shift_or_the_adaptation(tmp_path):
    arms = {"plain": {"transfer": "source-only"}, "dropout": {"transfer": "dann"}}
    sets = {"source": {"set": "fashion-mnist"}, "target": {"set": "fashion-mnist-mini"}}
    root = make(
        tmp_path / "s", seeds=2, epochs=2, published=False, extra={"data": sets, "arms": arms}
    )
    for arm, replicate in itertools.product(arms, range(2)):
        label = np.load(root / f"runs/{arm}/seed-{replicate}/scores.npz")["test_label"]
        answer(root, arm, replicate, "test", np.where(np.arange(400) < 320, 3, label))
    adapted, alone = found(compare(root), "D006")
    assert (adapted["about"], adapted["severity"]) == ("dropout", "problem")
    assert (alone["about"], alone["severity"]) == ("plain", "warning")
    assert "settled on it" in adapted["text"]
    assert "large shift" in alone["text"]


def test_test_scores_far_below_validation_are_named(tmp_path):
    root = make(tmp_path / "s", seeds=2, epochs=3)
    for replicate in range(2):
        label = np.load(root / f"runs/plain/seed-{replicate}/scores.npz")["test_label"]
        wrong = (np.arange(400) + replicate) % 3 == 0
        answer(root, "plain", replicate, "test", np.where(wrong, (label + 1) % 10, label))
    (finding,) = found(compare(root, record_look=False), "D006")
    assert (finding["severity"], "look different" in finding["text"]) == ("warning", True)


@pytest.mark.usefixtures("undrawn")
def test_what_curves_say_is_said_once_with_all_arms_and_muted_by_its_code(tmp_path):
    arms = {"plain": {}, "wide": {"train": {"lr": 0.01}}, "dropout": {"train": {"lr": 0.02}}}
    root = make(
        tmp_path / "s", seeds=3, epochs=8, arms=tuple(arms), extra={"arms": arms}, published=False
    )
    comparison = compare(root)
    (finding,) = found(comparison, "D019")
    assert finding["about"] == "wide, dropout"
    assert finding["text"].startswith(
        "“wide” and “dropout” – The training curve (88.7–88.8 % accuracy)"
    )
    page = build.write(root, "id").read_text(encoding="utf-8")
    assert page.count("D019") == 1
    assert "“wide” dan “dropout” – Kurva pelatihan (akurasi 88,7–88,8\u00a0%)" in page
    document = yaml.safe_load((root / "study.yaml").read_text())
    (root / "study.yaml").write_text(yaml.safe_dump(document | {"mute": ["D019"]}))
    muted = compare(root)
    assert found(muted, "D019") == []
    assert muted["findings_muted"] == 1
    assert finding_sentences(verdicts_of(root))[-1] == "1 finding is muted by the study (`mute`)."
    assert "1 finding is muted" in build.write(root).read_text(encoding="utf-8")
    assert [row["verdict"] for row in muted["comparisons"]] == [
        row["verdict"] for row in comparison["comparisons"]
    ]


def test_one_replicate_says_what_to_run(tmp_path):
    comparison = compare(make(tmp_path / "s", seeds=1, epochs=3))
    (finding,) = found(comparison, "D008")
    assert finding["text"].endswith(f"alih run {(tmp_path / 's').as_posix()} --seeds 3")


def test_cells_of_earlier_settings_are_told(tmp_path):
    root = make(tmp_path / "s", seeds=2, epochs=3)
    document = yaml.safe_load((root / "study.yaml").read_text())
    for arms, cells, part in (
        (("plain", "dropout"), (0, 4), "all 4 finished cells were computed for settings"),
        (("dropout",), (2, 2), "2 finished cells do not count"),
    ):
        changed = json.loads(json.dumps(document))
        for arm in arms:
            changed["arms"][arm]["train"] = {"lr": 0.01}
        (root / "study.yaml").write_text(yaml.safe_dump(changed))
        comparison = compare(root, record_look=False)
        assert (comparison["cells"]["done"], comparison["cells"]["changed"]) == cells
        sentence = changed_sentence(verdicts_of(root, record_look=False), root)
        assert part in sentence
        assert f"alih status {root.as_posix()}" in sentence


@pytest.mark.parametrize(
    ("rows", "missing"),
    [
        ([[1, 0, 1, 1], [1, 1, 0, 1]], False),  # few items: a tie is common
        ([[0.2, 0.4, 0.9], [0.4, 0.2, 0.9]], True),  # numbers do not tie
        ([[0.2, 0.4], [0.2, 0.4]], False),  # copies are another matter
        ([[0.2, 0.4], [0.2, 0.5]], False),
    ],
)
def test_totals_without_spread(rows, missing):
    assert copies.no_spread(np.array(rows, float)) is missing


def rows(**arms):
    """Rows of a score table from one matrix [seeds, items] per arm."""
    return [
        {"arm": arm, "seed": seed, "item": item, "score": float(value)}
        for arm, matrix in arms.items()
        for seed, values in enumerate(matrix)
        for item, value in enumerate(values)
    ]


def test_a_score_file_of_copied_seeds_has_one_run():
    draw = np.random.default_rng(3)
    right = {arm: draw.random(400) < share for arm, share in (("a", 0.6), ("b", 0.8))}
    table = rows(**{arm: np.tile(hits, (5, 1)) for arm, hits in right.items()})
    result = verdict(table, Question("a"))
    (row,) = result["comparisons"]
    assert (row["verdict"], row["n_seeds"], row["copies"]) == ("undecided", 1, 4)
    assert row["probability_better"] is None
    (finding,) = found(result, "D001")
    assert (finding["about"], "(0=1=2=3=4)" in finding["text"]) == ("a, b", True)
    # The same number of errors, but on items of their own: five runs.
    moved = {arm: [np.roll(hits, 7 * s) for s in range(5)] for arm, hits in right.items()}
    other = verdict(rows(**moved), Question("a"))
    assert (other["comparisons"][0]["n_seeds"], found(other, "D001")) == (5, [])
    assert [one["about"] for one in found(other, "D002")] == ["a, b"], "totals without spread"


def test_easy_items_are_honestly_answered_alike():
    same = np.ones((3, 30))
    same[:, :4] = 0
    result = verdict(rows(a=same, b=np.ones((3, 30))), Question("a"))
    assert (result["comparisons"][0]["n_seeds"], result["findings"]) == (3, [])


def test_per_cent_beside_shares_is_named():
    draw = np.random.default_rng(0)
    table = rows(a=draw.uniform(0.7, 1, (3, 50)), b=100 * draw.uniform(0.7, 1, (3, 50)))
    (finding,) = verdict(table, Question("a"))["findings"]
    assert (finding["code"], finding["severity"], finding["about"]) == ("D004", "problem", "b")
    assert "Divide the scores in per cent by 100" in finding["text"]
    mixed = draw.uniform(0.7, 1, (3, 50)) * np.array([[1], [100], [1]])
    (finding,) = verdict(rows(a=mixed[:1].repeat(1, 0), b=mixed), Question("a"))["findings"]
    assert "“b” (1): scores up to" in finding["text"]
    losses = rows(a=draw.uniform(0, 1, (3, 50)), b=draw.uniform(0, 9, (3, 50)))
    assert verdict(losses, Question("a", lower_is_better=True))["findings"] == []


def test_constant_answers_of_a_score_file_count_once():
    table = [
        {"arm": arm, "seed": seed, "item": item, "label": "cd"[item % 2], "prediction": answer}
        for arm, answer in (("a", "c"), ("b", "d"))
        for seed in range(3)
        for item in range(20)
    ]
    result = verdict(table, Question("a"))
    assert result["comparisons"][0]["n_seeds"] == 1
    assert [one["code"] for one in result["findings"]] == ["D003", "D003"]
    assert "3 of 3 seeds answer “c” for every item" in result["findings"][0]["text"]


def test_one_arm_under_two_names_is_named():
    scores = np.random.default_rng(1).random((3, 40))
    result = verdict(rows(a=scores, b=scores, c=scores[:, ::-1]), Question("a"))
    assert [one["about"] for one in found(result, "D005")] == ["a, b"]


def test_what_limits_every_verdict_has_codes_and_can_be_muted(tmp_path):
    root = make(tmp_path / "s", seeds=2, n_items=60, epochs=3)
    own = StudyFolder(root)
    MachineCard(**(own.machine.model_dump() | {"mixed": True})).write(root)
    ceiling = {"validation": 0.9, "test": 0.875}
    unknown = DirectUse(coverage=0.9, left_out=["Bag"], classes={}, ceiling=ceiling)
    for cell in (own.cell(Cell("plain", 0)), own.cell(Cell("plain", 1))):
        change(cell, transductive=True, varies_by_seed=False, direct=unknown)
    told = {one.code: one for one in verdicts_of(root).findings if one.code >= "D024"}
    assert sorted(told) == ["D026", "D027", "D028", "D029"]
    assert [told[code].severity for code in sorted(told)] == ["note", "note", "note", "warning"]
    assert {told[code].about for code in ("D026", "D027", "D029")} == {"plain"}
    assert "87.5 %" in told["D029"].text
    page = build.write(root).read_text(encoding="utf-8")
    assert all(f"<code>{code}</code>" in page for code in told)
    document = yaml.safe_load((root / "study.yaml").read_text())
    (root / "study.yaml").write_text(yaml.safe_dump(document | {"mute": sorted(told)}))
    page = build.write(root).read_text(encoding="utf-8")
    assert not any(f"<code>{code}</code>" in page for code in told)


def test_an_arm_that_is_clearly_below_is_called_worse():
    from alih.study.loading import load as load_study
    from alih.verdicts.result import Yardsticks
    from alih.verdicts.trivial import Rows

    study = load_study("quickstart")
    arm = next(iter(study.arms))
    learnt, chance = {"pixel-logistic": 0.6957}, {"chance": 0.33}
    below = {"pixel-logistic": (-0.5, -0.2)}
    one = Yardsticks(arm, {}, "accuracy", 0.3439, learnt, below)
    both = Yardsticks(arm, {}, "accuracy", 0.3439, learnt | chance, below | {"chance": (-0.1, 0.1)})
    first, second = Rows((one, both), study, told=True).sentences()
    assert "worse than" in first
    assert "no better" not in first
    assert "worse than" in second.split(" and no better than ")[0]
    assert "chance" in second.split(" and no better than ")[1]


def test_each_arm_beside_trivial_answers_has_a_line():
    from alih.findings import Finding
    from alih.study.loading import load as load_study
    from alih.verdicts.compare import _lines
    from alih.verdicts.result import Yardsticks
    from alih.verdicts.trivial import Rows

    study = load_study("quickstart")
    entries = [
        Yardsticks(arm, {}, "accuracy", 0.3, {"chance": 0.3}, {"chance": (-0.1, 0.1)})
        for arm in list(study.arms)[:2]
    ]
    rows = Rows(entries, study, told=False)
    told = _lines(Finding("D007", "verdicts.cannot_tell", {"rows": rows})).splitlines()
    assert [line.strip() for line in told[:3]] == ["D007", *rows.sentences()]
    assert told[3] == "  More replicates or test images would tell."
