"""Runs until decided: who gets more replicates, when rounds end, and that a stopped run goes on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from scipy.special import ndtri
from tests.support.fake_study import make, write_cell
from tests.support.html import Page, undrawn

import alih
from alih.errors import AlihError
from alih.executors.contract import Executor
from alih.executors.events import timed
from alih.reports.kit.facts import gather
from alih.reports.methods.text import paragraphs
from alih.reports.study.rounds import rounds_table
from alih.runs.folder import ITEMS, CellFolder
from alih.runs.forecast import copies
from alih.runs.identity import write_identity
from alih.runs.status import survey
from alih.statistics.spending import Spending
from alih.study.loading import load
from alih.study.planning import counts as counting
from alih.study.planning.plan import cells, replicates_of
from alih.verdicts import rounds_file, terms
from alih.verdicts.compare import compare
from alih.verdicts.rounds import Costs, Pair, next_round
from alih.verdicts.settle import settles
from alih.verdicts.until import costs, following, refuse_small, sentences

ALL = {"base": 5, "a": 5, "b": 5}
DECIDED = Pair("a", True, 5)


def after(pairs: Sequence[Pair], counts=None, **values: Any):
    return next_round(pairs, counts or ALL, "base", **{"most": 10, **values})


def test_open_arms_and_the_baseline_get_one_more_and_decided_arms_none():
    found = after([DECIDED, Pair("b", False, 5, seeds=9)])
    assert (found.stop, found.counts) == (None, {"base": 6, "a": 5, "b": 6})
    assert found.states == {"a": "decided", "b": "open"}


def test_the_baseline_gets_no_more_where_it_is_ahead():
    found = after([DECIDED, Pair("b", False, 5, seeds=9)], {"base": 8, "a": 8, "b": 5})
    assert found.counts == {"base": 8, "a": 8, "b": 6}


def test_an_arm_is_open_as_long_as_one_level_is():
    pairs = [DECIDED, Pair("a", False, 5, seeds=7), Pair("b", True, 5), Pair("b", True, 5)]
    assert after(pairs).counts == {"base": 6, "a": 6, "b": 5}


@pytest.mark.parametrize(
    ("pair", "state"),
    [
        (Pair("b", False, 5, seeds=None, items=40_000), "images"),
        (Pair("b", False, 5, seeds=10, items=40_000), "images"),
        (Pair("b", False, 5), "nothing"),
        (Pair("b", False, 5, seeds=60), "far"),
        (Pair("b", False, 5, seeds=7, copies=True), "copies"),
        (Pair("b", False, 1, items=900, varies=False), "images"),
        (Pair("b", False, 0, varies=False), "nothing"),
        (Pair("b", False, 3, few_groups=True), "groups"),
        (Pair("b", False, 1, varies=False, few_groups=True), "groups"),
        (Pair("b", False, 5, seeds=7, spent=True), "spent"),
    ],
)
def test_what_replicates_cannot_decide_ends_the_run(pair, state):
    found = after([DECIDED, pair])
    assert (found.states["b"], found.stop, found.counts) == (state, "hopeless", ALL)


def test_what_an_arm_needs_is_that_of_the_level_that_gave_its_state():
    levels = [Pair("b", False, 5, items=40_000), Pair("b", False, 5), Pair("b", True, 5)]
    found = after([DECIDED, *levels])
    assert (found.states["b"], found.reasons) == ("images", {"b": levels[0]})
    study = load("quickstart", until_decided=True)
    words = {"plain": "base", "pretrained": "a", "dropout": "b"}
    named = {arm: found.states[word] for arm, word in words.items() if word != "base"}
    reasons = {arm: found.reasons[w] for arm, w in words.items() if w in found.reasons}
    text = " ".join(sentences(study, replace(found, states=named, reasons=reasons), 1))
    assert "40,000" in text
    assert "None" not in text
    both = [Pair("b", False, 5, seeds=7), Pair("b", False, 5, seeds=9), Pair("b", False, 5)]
    assert after([DECIDED, *both]).reasons["b"].seeds == 9


def test_few_replicates_give_nobody_up():
    few = dict.fromkeys(ALL, 3)
    assert after([DECIDED, Pair("b", False, 3, seeds=150)], few).counts["b"] == 4
    assert after([DECIDED, Pair("b", False, 3)], few).counts["b"] == 4


def test_nobody_gets_more_than_the_most():
    full = dict.fromkeys(ALL, 10)
    found = after([DECIDED, Pair("b", False, 10, seeds=12)], full)
    assert (found.states["b"], found.stop) == ("most", "hopeless")
    folds = after([Pair("b", False, 5, projected=False), DECIDED], step=5, most=8)
    assert folds.counts == {"base": 8, "a": 5, "b": 8}


def test_a_run_ends_when_all_is_decided_and_when_cells_failed():
    assert after([DECIDED, Pair("b", True, 5)]).stop == "decided"
    assert after([DECIDED, Pair("b", False, 5, seeds=7)], failed=True).stop == "failed"


def test_a_budget_goes_to_the_arm_that_is_decided_at_the_least_cost():
    pairs = [Pair("a", False, 5, seeds=9), Pair("b", False, 5, seeds=6)]
    each = {"base": 10.0, "a": 10.0, "b": 10.0}
    assert after(pairs, costs=Costs(each, 1, 200.0)).counts == {"base": 6, "a": 6, "b": 6}
    tight = after(pairs, costs=Costs(each, 1, 25.0))
    assert tight.states == {"a": "budget", "b": "open"}
    assert (tight.counts, tight.seconds) == ({"base": 6, "a": 5, "b": 6}, 20.0)
    none = after(pairs, costs=Costs(each, 1, 15.0))
    assert (none.stop, none.counts) == ("budget", ALL)
    assert after(pairs, costs=Costs(each, 2, 25.0)).counts["b"] == 6


def test_unequal_numbers_of_replicates_are_planned_and_read_back(tmp_path):
    study = load("quickstart", until_decided=True)
    more = counting.with_counts(study, {"plain": 5, "dropout": 3, "pretrained": 5})
    (tmp_path / "study.yaml").write_text(alih.study.loading.dump(more))
    again = load(tmp_path / "study.yaml")
    assert again == more
    assert replicates_of(again) == {"plain": 5, "dropout": 3, "pretrained": 5}
    assert sum(cell.arm == "dropout" for cell in cells(again)) == 3
    fixed = load(tmp_path / "study.yaml", seeds=4)
    assert set(replicates_of(fixed).values()) == {4}
    assert not fixed.until_decided


def test_arms_that_others_start_from_have_as_many_replicates_as_these():
    study = load("quickstart", ["arms.dropout.from=plain"], until_decided=True)
    found = replicates_of(counting.with_counts(study, {"plain": 3, "dropout": 6, "pretrained": 3}))
    assert found == {"plain": 6, "dropout": 6, "pretrained": 3}


class Drawn(Executor):
    """Writes cells of drawn scores; stops like Ctrl-C before cell number `stop`."""

    def __init__(self, skill: dict[str, float], items: int = 400, stop: int = 10**6) -> None:
        self.skill, self.items, self.stop, self.done = skill, items, stop, 0

    def execute(self, root, study, todo, listen):
        for cell in todo:
            if self.done == self.stop:
                raise KeyboardInterrupt
            folder = CellFolder(root, cell)
            write_cell(folder, self.items, 2, self.skill[cell.arm], seed=4)
            write_identity(folder, study, "bf16-autocast")
            self.done += 1
        return set()


SKILLS = {"plain": 3.0, "dropout": 3.02, "third": 4.6}


def folder(place: Path) -> Path:
    """An empty study folder that runs until it is decided."""
    made = make(
        place,
        arms=tuple(SKILLS),
        seeds=3,
        epochs=2,
        margins={"accuracy": None},
        published=False,
        unfinished=[(arm, r) for arm in SKILLS for r in range(3)],
        extra={"until_decided": True},
    )
    return made


def run(root: Path, executor: Executor, **values: Any) -> list[str]:
    said: list[str] = []
    alih.run(
        root,
        executor=executor,
        on_event=lambda event: said.append(event["text"]) if event["kind"] == "message" else None,
        **values,
    )
    return said


@pytest.fixture
def no_images(monkeypatch):
    """Studies of drawn numbers read no images."""
    monkeypatch.setattr("alih.executors.prepare.read_images", lambda *_: {})
    monkeypatch.setattr("alih.executors.prepare.write_cards", lambda *_: None)


def test_rounds_go_where_verdicts_are_open_and_a_stopped_run_ends_the_same(
    tmp_path, no_images, monkeypatch
):
    whole, parted = folder(tmp_path / "whole"), folder(tmp_path / "parted")
    said = run(whole, Drawn(SKILLS))
    with pytest.raises(KeyboardInterrupt):
        run(parted, Drawn(SKILLS, stop=10))
    run(parted, Drawn(SKILLS))
    for name in ("study.yaml", "rounds.json"):
        assert (whole / name).read_text() == (parted / name).read_text()
    found = alih.open_results(whole).compare()
    seeds = {arm: values["n_seeds"] for arm, values in found["arms"].items()}
    assert seeds["third"] == 3
    assert seeds["plain"] == seeds["dropout"] > 3
    assert found["complete"]
    assert found["rounds"]["stopped"] == "hopeless"
    assert len(found["rounds"]["rounds"]) == seeds["plain"] - 2
    rows = {row["arm"]: (row["n_seeds"], row["look"]) for row in found["comparisons"]}
    # a decided pair is not looked at again when the baseline gets further replicates
    assert rows == {"third": (3, 1), "dropout": (seeds["plain"], seeds["plain"] - 2)}
    assert sum(text.startswith("Round ") for text in said) == seeds["plain"] - 2
    # the user's own document says nothing of rounds: they go on all the same
    document = yaml.safe_load((whole / "study.yaml").read_text())
    document = {key: v for key, v in document.items() if key not in ("until_decided", "seeds")}
    for arm in document["arms"].values():
        arm.pop("seeds", None)
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(document))
    idle = alih.run(tmp_path / "mine.yaml", whole, executor=Drawn(SKILLS, stop=0))
    assert idle.study.until_decided
    assert replicates_of(load(whole)) == seeds
    undrawn(monkeypatch)
    _page_and_methods_tell_of_rounds(whole, seeds)


def _page_and_methods_tell_of_rounds(root: Path, seeds: dict[str, int]) -> None:
    first, *_, last = rounds_table(gather(root)).rows
    assert (first[0], sorted(first[1:])) == ("1", ["3", "3\ndecided", "3\nopen"])
    assert last[0] == str(seeds["plain"] - 2)
    assert "3\ndecided" in last
    page = Page(alih.open_results(root).report().read_text(encoding="utf-8"))
    assert not page.faults
    assert "what its verdicts said after each round" in page.text
    # looks spend as they were planned, whatever the document says by now
    said = "in proportion to the information"
    assert said in " ".join(paragraphs(gather(root)))
    document = yaml.safe_load((root / "study.yaml").read_text())
    (root / "study.yaml").write_text(yaml.safe_dump(document | {"until_decided": False}))
    methods = " ".join(paragraphs(gather(root)))
    assert said in methods
    assert "is spent once the planned" not in methods


def test_a_budget_ends_the_rounds_where_a_larger_one_would_go_on(tmp_path, no_images, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))  # nobody knows how long a step takes
    root = folder(tmp_path / "s")
    made = make(tmp_path / "made", epochs=2)
    (one,) = {status.seconds for status in alih.open_results(made).status}
    # room for the nine cells of the first round and one more, where the next has two
    run(root, Drawn(SKILLS), budget=f"{10 * one}s", jobs=1)
    first = json.loads((root / rounds_file.FILE).read_text())
    assert first["stopped"] == "budget"
    assert first["rounds"][-1]["seeds"] == dict.fromkeys(SKILLS, 3)
    wanted = load(root, budget="20h")
    found = following(wanted, survey(root, wanted), compare(root), jobs=1)
    assert (found.stop, found.counts) == (None, {"plain": 4, "dropout": 4, "third": 3})


def test_a_raised_most_gives_nothing_more_to_spend(tmp_path, no_images):
    """The look at the most allowed spent the whole level, so no later one can decide."""
    root = folder(tmp_path / "s")
    run(root, Drawn(SKILLS), overrides=["compare.seeds_max=4"])
    first = json.loads((root / rounds_file.FILE).read_text())
    assert first["rounds"][-1]["states"]["dropout"] == "most"
    run(root, Drawn(SKILLS), overrides=["compare.seeds_max=8"])
    raised = json.loads((root / rounds_file.FILE).read_text())
    assert (raised["stopped"], raised["rounds"][-1]["states"]["dropout"]) == ("hopeless", "spent")
    (row,) = [row for row in compare(root).decisive if row.arm == "dropout"]
    assert row.command is None
    said = settles(row, terms.of_study(load(root)))
    assert "nothing can settle it here" in said


def test_a_fresh_run_begins_its_rounds_anew_and_its_looks_stay_paid(tmp_path, no_images):
    root = folder(tmp_path / "s")
    run(root, Drawn(SKILLS))
    rounds, looks = [(root / name).read_text() for name in (rounds_file.FILE, "looks.json")]
    run(root, Drawn(SKILLS), fresh=True)  # the same scores: nothing more is paid
    assert (root / rounds_file.FILE).read_text() == rounds
    assert (root / "looks.json").read_text() == looks
    run(root, Drawn(SKILLS, items=380), fresh=True)
    again = json.loads((root / rounds_file.FILE).read_text())["rounds"]
    assert again[0]["seeds"] == dict.fromkeys(SKILLS, 3)
    paid = json.loads((root / "looks.json").read_text())["looks"]
    before = len(json.loads(looks)["looks"])
    assert paid[:before] == json.loads(looks)["looks"]
    spent = [look["metrics"]["accuracy"]["spent"] for look in paid if "dropout" in look["arms"]]
    assert spent == sorted(spent)
    assert len(paid) > before


def test_test_images_in_few_groups_end_the_run_after_the_first_round(tmp_path, no_images):
    root = make(
        tmp_path / "s",
        epochs=2,
        margins={"accuracy": None},
        published=False,
        extra={"until_decided": True},
    )
    rows = [f"{6000 + number},{number}.png,g{number % 3}" for number in range(400)]
    (root / ITEMS).write_text("\n".join(["item,file,group", *rows]) + "\n")
    run(root, Drawn(SKILLS))
    found = json.loads((root / rounds_file.FILE).read_text())
    assert (found["stopped"], found["rounds"][-1]["states"]) == ("hopeless", {"dropout": "groups"})


def test_copied_cells_cost_nothing(tmp_path):
    root = make(
        tmp_path / "s",
        epochs=2,
        published=False,
        second=("arms.dropout.train.lr", [0.001, 0.01]),
        extra={"until_decided": True},
    )
    study = load(root)
    statuses = survey(root, study)
    one = next(status.seconds for status in statuses if status.seconds)
    found = costs(study, statuses, jobs=1)
    assert found.replicate == {"plain": pytest.approx(one), "dropout": pytest.approx(2 * one)}
    planned = alih.plan(root, jobs=1).until_decided
    assert (planned.most_cells, planned.most_seconds) == (7 * 3, pytest.approx(7 * 3 * one))
    assert planned.next_cells == 3
    # the level that needs more replicates decides: at least one of both arms, at two levels of one
    assert planned.expected_cells in range(3, 22, 3)
    assert planned.expected_seconds == pytest.approx(planned.expected_cells * one)


def test_copied_cells_take_no_time_of_a_running_study(tmp_path):
    lr = ("arms.dropout.train.lr", [0.001, 0.01])
    root = make(tmp_path / "s", epochs=2, published=False, second=lr)
    study = load(root, seeds=4)
    statuses = [status for status in survey(root, study) if status.cell.replicate == 3]
    taken = copies(study, statuses)
    assert {(cell.arm, cell.at[lr[0]]) for cell in taken} == {("plain", 0.01)}
    heard: list[dict[str, Any]] = []
    listen = timed(heard.append, statuses, [one.cell for one in statuses], 1, taken)
    first = {"kind": "epoch", "cell": str(statuses[0].cell), "epoch": 1, "epochs": 2}
    listen({**first, "seconds": 1.0})
    assert heard[0]["study_eta"] == 5.0  # of eight epochs one is done, and two are copied


def test_a_run_that_goes_on_has_workers_for_whole_rounds(tmp_path, no_images, monkeypatch):
    root = folder(tmp_path / "s")
    with pytest.raises(KeyboardInterrupt):
        run(root, Drawn(SKILLS, stop=8))
    asked: list[int] = []
    monkeypatch.setattr("alih.api.rounds.hardware.default_jobs", lambda n, *_: asked.append(n) or 1)
    with pytest.raises(KeyboardInterrupt):
        run(root, Drawn(SKILLS, stop=0))
    assert asked[0] == len(SKILLS)


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"budget": "soon", "until_decided": True}, "study.wrong_type"),
        ({"budget": "", "until_decided": True}, "study.wrong_type"),
        ({"budget": "2h"}, "api.budget_alone"),
        ({"seeds": 4, "until_decided": True}, "study.seeds_and_until"),
    ],
)
def test_wishes_that_contradict_each_other_are_refused(tmp_path, values, key):
    with pytest.raises(AlihError) as error:
        alih.run("quickstart", tmp_path / "s", **values)
    problems = getattr(error.value, "problems", None)
    assert (problems[0].key if problems else error.value.key) == key
    assert not (tmp_path / "s").exists()


def test_arms_of_which_no_replicate_differs_run_no_rounds():
    knn = "transfer={strategy: features, handmade: hog, classifier: knn}"
    values = [f"arms.{arm}.{knn}" for arm in ("plain", "dropout", "pretrained")]
    clear = [f"arms.{arm}.model=null" for arm in ("plain", "dropout", "pretrained")]
    with pytest.raises(AlihError) as error:
        load("quickstart", [*values, *clear, "refit=true", "vary={}"], until_decided=True)
    assert [problem.key for problem in error.value.problems] == ["study.until_fixed"]


def test_a_budget_that_has_no_room_for_the_first_round_is_refused():
    study = load("quickstart", until_decided=True, budget="30s")
    refuse_small(study, 20.0)
    refuse_small(study, None)
    with pytest.raises(AlihError) as error:
        refuse_small(study, 40.0)
    assert error.value.key == "verdicts.budget_small"


def test_numbers_of_replicates_hold_whatever_the_split(tmp_path):
    values = ["seeds=until-decided", "split.scheme=repeated-kfold", "split.folds=3"]
    study = load("quickstart", values)
    assert (study.most, counting.step(study)) == (15, 3)
    more = counting.with_counts(study, {"plain": 6, "dropout": 3, "pretrained": 6})
    assert (more.split.repeats, len(cells(more))) == (2, 15)
    assert counting.whole(study).split.repeats == 5


ITEM, RUN, MOST = 1.0, 4.0, 10
"""Variances of a normal difference: of what all replicates share, and of one replicate; see
`tools/calibration/until.py` for scores of networks."""
COUNTS = np.arange(3, MOST + 1)
ERROR = np.sqrt(ITEM + RUN / np.arange(1, 201))


def limits(part: float) -> np.ndarray:
    """The |difference| that is a claim, after each number of `COUNTS`."""
    variance = ERROR[COUNTS - 1] ** 2
    shares, ties = variance[-1] / variance, (0.0, *np.sqrt(variance[1:] / variance[:-1]))
    looks = [Spending(tuple(shares[:n]), ties[:n]) for n in range(1, len(COUNTS) + 1)]
    return ERROR[COUNTS - 1] * -ndtri(np.array([one.level(0.05 * part) for one in looks]) / 2)


def decided(seen: np.ndarray, parts: dict[int, np.ndarray]) -> tuple[int, list[bool]]:
    """The runs and claims of a study until decided; `seen`: differences [arms, looks], of arms that
    share the level and leave it to the others.
    """
    arms = [f"arm {n}" for n in range(len(seen))]
    counts, claims = dict.fromkeys(["base", *arms], 3), [False] * len(arms)
    while True:
        look = [counts[arm] - 3 for arm in arms]
        for left in range(len(arms) - sum(claims), 0, -1):
            claims = [
                was or abs(own[at]) > parts[left][at]
                for was, own, at in zip(claims, seen, look, strict=True)
            ]
            if sum(claims) <= len(arms) - left:
                break
        pairs = []
        for arm, own, at, claim in zip(arms, seen, look, claims, strict=True):
            last = parts[len(arms)][-1] / ERROR[MOST - 1]
            enough = np.flatnonzero((last + 0.84) * ERROR <= abs(own[at]))
            wanted = max(int(enough[0]) + 1, counts[arm] + 1) if len(enough) else None
            pairs.append(Pair(arm, claim, counts[arm], wanted))
        found = next_round(pairs, counts, "base", most=MOST)
        if found.stop is not None:
            return sum(counts.values()), claims
        counts = dict(found.counts)


def differences(truth: Sequence[float], studies: int) -> np.ndarray:
    """Differences [studies, arms, looks] of arms from one baseline."""
    g = np.random.default_rng(8)
    shape = (studies, len(truth) + 1)
    runs = np.sqrt(RUN / 2) * g.normal(size=(*shape, MOST))
    items = np.sqrt(ITEM / 2) * g.normal(size=shape)
    means = np.stack([items + runs[..., :count].mean(axis=-1) for count in COUNTS], axis=-1)
    return means[:, 1:] - means[:, :1] + np.asarray(truth)[:, None]


def test_identical_arms_are_told_apart_no_oftener_than_the_level_allows():
    parts = {left: limits(1 / left) for left in (1, 2, 3)}
    studies = 500
    found = [decided(one, parts)[1] for one in differences((0, 0, 0), studies)]
    share = np.mean([any(claims) for claims in found])
    assert share <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / studies)
    one_differs = [decided(one, parts)[1][1:] for one in differences((8, 0, 0), studies)]
    assert np.mean([any(claims) for claims in one_differs]) <= 0.05 + 2 * np.sqrt(0.0475 / studies)


def test_right_verdicts_cost_fewer_runs_than_with_five_or_ten_replicates():
    parts = {left: limits(1 / left) for left in (1, 2, 3)}
    drawn = differences((0, 4, 8), 400)
    found = [decided(one, parts) for one in drawn]
    cost = sum(runs for runs, _ in found) / sum(sum(claims[1:]) for _, claims in found)
    for count in (5, 10):
        # 0.9 of the level at the planned number, arms alike in weight, Holm's procedure
        z = np.sort(np.abs(drawn[:, 1:, count - 3]) / ERROR[count - 1])[:, ::-1]
        first = z[:, 0] > -ndtri(0.045 / 6)
        both = first & (z[:, 1] > -ndtri(0.045 / 4))
        assert cost < 4 * count * len(drawn) / (first.sum() + both.sum())


@pytest.mark.torch
def test_folds_go_on_by_whole_repeats_and_a_plan_knows_the_next_one(tmp_path):
    """Two rounds of real runs; 8 folds at most are two repeats of three."""
    g = np.random.default_rng(0)
    labels = np.arange(36) % 3
    images = g.integers(0, 90, (36, 8, 8, 1)) + 60 * labels[:, None, None, None]
    np.savez(tmp_path / "d.npz", images=images.astype(np.uint8), labels=labels)
    hog = {"strategy": "features", "handmade": "hog"}
    document = {
        "data": {"npz": str(tmp_path / "d.npz"), "image_size": 16, "channels": 1},
        "split": {"scheme": "repeated-kfold", "folds": 3},
        "until_decided": True,
        "arms": {
            "knn": {"transfer": {**hog, "classifier": {"name": "knn", "k": 3}}},
            "mean": {"transfer": {**hog, "classifier": "nearest-mean"}},
        },
        "vary": {"arms.mean.transfer.classifier": ["nearest-mean", {"name": "knn", "k": 1}]},
        "compare": {"baseline": "knn", "metrics": {"accuracy": {}}, "seeds_max": 8},
    }
    (tmp_path / "s.yaml").write_text(yaml.safe_dump(document))
    root = tmp_path / "s"

    def stop(event: dict[str, Any]) -> None:
        if event.get("text", "").startswith("Round 1"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        alih.run(tmp_path / "s.yaml", root, jobs=1, on_event=stop)
    planned = alih.plan(root)
    found = planned.until_decided
    # three folds of two arms at two levels, at one of which the baseline is a copy
    assert (found.most, found.most_cells, found.next_cells) == (6, 9, 9)
    assert found.expected_cells is None
    assert "9 cells" in str(planned)
    alih.run(root, jobs=1)
    rounds = json.loads((root / rounds_file.FILE).read_text())
    assert [one["seeds"]["knn"] for one in rounds["rounds"]] == [3, 6]
    assert (rounds["stopped"], rounds["rounds"][-1]["states"]) == ("hopeless", {"mean": "most"})
    rows = alih.open_results(root).compare()["comparisons"]
    assert {(row["n_seeds"], row["look"], row["test"]) for row in rows} == {
        (6, 2, "corrected-resampled-t")
    }
    assert "6 folds" in str(alih.plan(root))
