"""What would be chosen without target labels: by hand-made scores in a study's cards."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support import fake_study
from tests.support.cards import change

from alih.reports.build import write
from alih.reports.kit.facts import gather
from alih.reports.study.selection import selection_table
from alih.runs.card import TargetScores
from alih.runs.folder import CellFolder
from alih.study.loading import load
from alih.study.planning.cells import Cell
from alih.verdicts.choice import Candidate, Choice
from alih.verdicts.choosing import pick, sentences, shared
from alih.verdicts.compare import compare
from alih.words import speaking

SET = {"set": "fashion-mnist-mini"}
EVEN = [0.1] * 10
ARMS = {
    "source": {"transfer": "source-only"},
    "good": {"transfer": "dann"},
    "fallen": {"transfer": "mcc"},
    "shot": {"transfer": "shot-im"},
}
SKILL = {"source": 4.0, "good": 4.6, "fallen": 2.0, "shot": 4.3}
SCORES = {  # entropy, information, weighted accuracy, accuracy on the source
    "source": (0.9, 1.1, 0.80, 0.95),
    "good": (0.3, 1.9, 0.85, 0.93),
    "fallen": (0.0, 2.2, 0.99, 0.95),
    "shot": (0.2, 1.8, 0.90, 0.50),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    place = tmp_path_factory.mktemp("chosen") / "s"
    document = {
        "data": {"source": {**SET, "set": "fashion-mnist"}, "target": SET},
        "arms": ARMS,
        "compare": {"baseline": "source"},
    }
    settings = {"arms": tuple(ARMS), "seeds": 2, "skill": SKILL, "n_items": 200, "epochs": 2}
    fake_study.make(place, extra=document, published=False, **settings)
    for arm, (entropy, information, weighted, source) in SCORES.items():
        for replicate in range(2):
            shares = [1.0, *[0.0] * 9] if arm == "fallen" and replicate else EVEN
            scores = TargetScores(
                items=2000,
                entropy=entropy,
                information=information + replicate * (0.2 if arm == "source" else 0.0),
                shares=shares,
                prior=EVEN,
                weighted_accuracy=weighted,
                weighted_items=500,
                effective_items=90.0,
            )
            folder = CellFolder(place, Cell(arm, replicate))
            metrics = folder.card.metrics
            metrics = {**metrics, "validation": {**metrics["validation"], "accuracy": source}}
            change(folder, target=scores, metrics=metrics)
    return place


def test_selectors_choose_behind_the_guard_and_show_what_it_was_worth(root):
    (found,) = compare(root, record_look=False).to_json()["selection"]
    assert found["picks"].keys() == {"information", "weighted_accuracy"}
    assert found["oracle"] is None, "only where it is asked for"
    information, weighted = found["picks"].values()
    assert information["arm"] == "good", "the collapsed run has more information"
    assert information["replicates"] == {"0": "fallen", "1": "good"}
    assert weighted["arm"] == "shot", "source-free: losing the source is no reason against it"
    assert found["agree"] is False
    (told,) = sentences(load(root), compare(root, record_look=False).selection)
    assert "weighted source accuracy (worth 90 images of equal weight) picks shot" in told
    arms = found["arms"]
    assert {arm: own["rejected"] for arm, own in arms.items()} == {
        "source": 0,
        "good": 0,
        "fallen": 1,
        "shot": 0,
    }
    reasons = [one["reason"] for one in arms["fallen"]["replicates"]["1"]["rejected"]]
    assert reasons == ["one-class", "classes-lost"]
    assert arms["source"]["scores"]["information"] == pytest.approx(1.2)
    assert information["test"] == arms["good"]["test"]
    assert arms["good"]["reference"] == "source"


def test_a_method_that_loses_the_source_is_rejected_and_an_oracle_is_asked_for(root):
    folder = CellFolder(root, Cell("good", 0))
    before = folder.card
    metrics = {**before.metrics, "validation": {**before.metrics["validation"], "accuracy": 0.89}}
    change(folder, metrics=metrics)
    file = root / "study.yaml"
    text = file.read_text()
    asked = "baseline: source\n  select: [entropy, oracle]"
    file.write_text(text.replace("baseline: source", asked))
    try:
        comparison = compare(root, record_look=False)
        (found,) = comparison.to_json()["selection"]
        assert found["arms"]["good"]["rejected"] == 1
        assert found["picks"].keys() == {"entropy"}
        assert found["picks"]["entropy"]["arm"] == "shot"
        tests = {arm: own["test"] for arm, own in found["arms"].items()}
        assert found["oracle"]["arm"] == max(tests, key=tests.get) == "good"
        assert found["agree"] is None
        (told,) = sentences(load(root), comparison.selection)
        assert "entropy picks shot" in told
        assert "worth" not in told, "only of weights"
        assert "oracle (needs labels) picks good" in told
        assert "good is rejected in 1 of 2 replicates (source accuracy fell)" in told
        table = selection_table(gather(root))
        assert table.columns[-1] == "Oracle (needs labels)"
        marked = {row[0]: [cell for cell in row if cell.startswith("✓")] for row in table.rows}
        assert [arm for arm, cells in marked.items() if cells] == ["good", "shot"]
        assert table.rows[1][3] == "1 of 2\nsource accuracy fell"
        with speaking("id"):
            (told,) = sentences(load(root), comparison.selection)
            assert "oracle (perlu label) memilih good" in told
    finally:
        file.write_text(text)
        change(folder, metrics=before.metrics)


def made(*arms, fixed=()):
    """A choice among arms, each a name with (replicate, information, test) of its runs."""
    found = [
        Candidate(arm, r, {"information": score}, [], test)
        for arm, runs in arms
        for r, score, test in runs
    ]
    names = [arm for arm, _ in arms]
    return Choice({}, "accuracy", found, dict.fromkeys(names), names, [], fixed=fixed)


def test_picks_means_and_tests_are_over_the_replicates_that_all_arms_have(root):
    a = ("a", [(0, 1.0, 0.9), (1, 1.0, 0.9), (2, 0.2, 0.3)])
    choice = made(a, ("b", [(0, 0.9, 0.8), (1, 0.9, 0.8)]))
    found = pick(choice, "information")
    assert (found.arm, found.test, found.score) == ("a", 0.9, 1.0)
    assert found.runs == {0: "a", 1: "a"}
    told = replace(choice, picks=[found]).to_json()
    assert told["replicates"] == [0, 1]
    assert (told["arms"]["a"]["test"], told["arms"]["a"]["scores"]["information"]) == (0.9, 1.0)
    study = load(root).model_copy(update={"seeds": 3})
    assert "the 2 of 3 replicates that all arms have" in shared(study, choice)
    assert shared(study, made(a)) is None
    apart = made(("a", [(0, 1.0, 0.9)]), ("b", [(1, 0.9, 0.8)]))
    assert "No replicate has finished in all arms" in shared(study, apart)


def test_an_arm_that_no_seed_changes_counts_in_every_replicate(root):
    a = ("a", [(0, 1.0, 0.9), (1, 0.6, 0.8), (2, 0.6, 0.8)])
    choice = made(a, ("easy", [(0, 0.8, 0.7)]), fixed=["easy"])
    found = pick(choice, "information")
    assert found.arm == "easy", "0.8 beside a mean of 0.73, not beside replicate 0 alone"
    assert found.runs == {0: "a", 1: "easy", 2: "easy"}
    assert shared(load(root).model_copy(update={"seeds": 3}), choice) is None


@pytest.mark.slow
def test_a_report_has_the_choice(root):
    page = write(root, "id").read_text()
    assert "Memilih tanpa label target" in page
    assert "informasi memilih good" in page
    assert "Untuk gambar target tanpa label" in page


def test_studies_of_one_set_and_runs_without_scores_choose_nothing(tmp_path):
    one = fake_study.make(tmp_path / "one", seeds=1, n_items=50, epochs=2)
    assert compare(one, record_look=False).to_json()["selection"] == []
    extra = {
        "data": {"source": {**SET, "set": "fashion-mnist"}, "target": SET},
        "arms": {"a": {"transfer": "source-only"}},
    }
    extra["compare"] = {"baseline": "a"}
    settings = {"arms": ("a",), "seeds": 1, "n_items": 50, "epochs": 2, "published": False}
    older = fake_study.make(tmp_path / "older", extra=extra, **settings)
    assert compare(older, record_look=False).selection == []
