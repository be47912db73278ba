"""Times, costs and next steps that `plan`, `status` and the end of `run` tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.compared import row
from tests.support.spoken import heard

import alih
from alih import cli
from alih.api.planned import measure, planned, power_sentences
from alih.api.studies import place_of
from alih.cli.show.plan import next_sentence
from alih.runs import speed
from alih.runs.forecast import budget, forecast, together
from alih.runs.status import CellStatus
from alih.statistics.verdicts import Needs
from alih.study.catalogue.arithmetic import multiplications, network
from alih.study.checking.notes import start_notes
from alih.study.document.study import Study
from alih.study.planning.cells import Cell
from alih.study.planning.recipes import recipe
from alih.study.planning.resolved import planned as planned_cell
from alih.verdicts.next_step import NextStep, next_step
from alih.verdicts.power import power
from alih.verdicts.result import Comparison
from alih.words.phrase import Phrase


def document(**changes):
    values = {
        "name": "tiny",
        "title": "Tiny",
        "data": {"set": "fashion-mnist-mini"},
        "seeds": 3,
        "model": "dcnn",
        "arms": {"plain": {}, "dropout": {"model": {"dropout": [0.25, 0.5]}}},
        "compare": {"baseline": "plain", "metrics": {"accuracy": {"margin": 0.002}}},
    }
    return Study.model_validate(values | changes)


def status(arm, replicate, state="finished", done=10, epochs=10, seconds=None):
    return CellStatus(Cell(arm, replicate), state, Phrase("runs.reason_new"), done, epochs, seconds)


@pytest.fixture(autouse=True)
def _one_at_a_time(monkeypatch):
    """The machine of these tests computes one cell at a time, unless a test says otherwise."""
    jobs_here(monkeypatch, 1)


def jobs_here(monkeypatch, jobs):
    monkeypatch.setattr(
        "alih.runs.hardware.default_jobs", lambda cells, device="auto", processes=1: jobs
    )


def of(study, statuses):
    """The states of cells as the plan of this study has them."""
    return [replace(status, cell=planned_cell(study, status.cell)) for status in statuses]


def seconds_of(statuses, study=None, jobs=None):
    study = study or document()
    return [cell.seconds for cell in forecast(study, of(study, statuses), jobs).cells]


def told(study, statuses=()):
    """The sentences of a plan: the values of each by its key."""
    found = planned(study, Path("runs/tiny"), of(study, statuses))
    return plan_said(found.sentences)


def plan_said(call, *given):
    """The sentences about plans alone, without the names and times inside them."""
    found = heard(call, *given)
    return {key: values for key, values in found.items() if key.startswith("api.plan.")}


def cost(statuses, study=None):
    """Key and values of the sentence about the cost."""
    return next(iter(told(study or document(seeds=1), statuses).items()))


def test_an_epoch_costs_what_it_cost_in_finished_cells_of_the_same_arm():
    statuses = [
        status("plain", 0, seconds=20.0),
        status("plain", 1, seconds=40.0),
        status("plain", 2, "resumable", done=4),
        status("plain", 3, "changed", done=10),
        status("dropout", 0, "new", done=0),
    ]
    assert seconds_of(statuses) == [0.0, 0.0, 18.0, 30.0, None]


def test_the_cost_is_unknown_until_every_arm_has_been_measured():
    known = [status("plain", 0, seconds=600.0), status("plain", 1, "new", done=0)]
    key, values = cost(known)
    assert (key, values["cells"], values["time"]) == ("api.plan.cost", 1, "10 min")
    unknown = [*known, status("dropout", 0, "new", done=0)]
    assert cost(unknown) == ("api.plan.cost_unknown", {"cells": 2})
    assert cost(known[:1]) == ("api.plan.nothing_left", {"cells": 1})


def test_what_failed_is_counted_apart_since_a_run_leaves_it(monkeypatch):
    states = [status("plain", 0, seconds=600.0), status("plain", 1, "failed", done=0)]
    found = planned(document(), Path("runs/tiny"), of(document(), states))
    assert (found.forecast.left, found.seconds) == ((), 0.0)
    assert cost(states) == ("api.plan.failed", {"cells": 1})


def test_the_study_folder_is_out_then_the_named_folder_then_runs(tmp_path, monkeypatch):
    study = document()
    assert place_of("tiny.yaml", study) == Path("runs/tiny")
    assert place_of("tiny.yaml", study, "elsewhere") == Path("elsewhere")
    (tmp_path / "study.yaml").write_text("schema: 1")
    assert place_of(str(tmp_path), study) == tmp_path
    assert place_of(str(tmp_path), study, "elsewhere") == Path("elsewhere")


def test_a_folder_that_merely_shares_a_built_in_name_is_not_taken_for_the_study(
    tmp_path, monkeypatch
):
    (tmp_path / "quickstart").mkdir()
    monkeypatch.chdir(tmp_path)
    assert place_of("quickstart", document(name="quickstart")) == Path("runs/quickstart")


def test_power_says_when_the_plan_cannot_decide():
    assert list(power_told(document(seeds=1))) == ["api.plan.one_replicate"]
    (found,) = power(document())
    assert (found.items, found.replicates, found.can_decide) == (1000, 3, False)
    assert found.smallest_difference > found.margin == 0.002
    assert power_told(document())["api.plan.cannot"]["margin"] == "0.20"
    wide = document(compare={"baseline": "plain", "metrics": {"accuracy": {"margin": 0.2}}})
    assert power(wide)[0].can_decide
    assert "api.plan.can" in power_told(wide)


def test_power_names_the_replicates_that_would_do_or_the_images_that_it_takes():
    near = document(compare={"baseline": "plain", "metrics": {"accuracy": {"margin": 0.025}}})
    (found,) = power(near)
    needed = found.replicates_needed
    assert needed > 3
    assert power_told(near)["api.plan.more_replicates"] == {"seeds": needed}
    enough = document(seeds=needed, compare=near.compare.model_dump(exclude_unset=True))
    assert power(enough)[0].can_decide
    assert power(document())[0].replicates_needed is None
    assert power_told(document())["api.plan.too_small"] == {"items": "100,000"}


def test_images_are_asked_for_where_too_many_replicates_would_be_needed(monkeypatch):
    fair = document(compare={"baseline": "plain", "metrics": {"accuracy": {"margin": 0.02}}})
    for needed in (None, 61):
        monkeypatch.setattr("alih.verdicts.power.seeds_to_decide", lambda *_, n=needed, **__: n)
        asked = power_told(fair)["api.plan.more_items"]
        assert asked == {"items": "1,400", "seeds": 5}


def test_a_plan_of_two_replicates_is_told_what_a_third_brings():
    (found,) = power(document(seeds=2))
    (third, sharper), (fifth, sharpest) = found.more_replicates
    assert (third, fifth) == (3, 5)
    assert found.smallest_difference > 1.5 * sharper > 1.5 * sharpest
    told = power_told(document(seeds=2))
    assert told["api.plan.cannot"]["points"] == "4.1", "an assumed error gives no third digit"
    assert told["api.plan.sharper"] == {"seeds": 5, "points": "2.3"}, "what is said last"
    assert "api.plan.sharper" not in power_told(document(seeds=5))
    able = document(
        seeds=2,
        data={"set": "fashion-mnist"},
        compare={"baseline": "plain", "metrics": {"accuracy": {}}},
    )
    assert power(able)[0].can_decide
    assert "api.plan.sharper" in power_told(able)
    unknown = document(seeds=2, data={"set": "somewhere-else"})
    assert list(power_told(unknown)) == ["api.plan.two_replicates"]


def test_power_of_k_fold_counts_folds_over_all_training_items():
    folds = document(split={"scheme": "repeated-kfold", "folds": 5, "repeats": 2})
    (found,) = power(folds)
    assert (found.items, found.replicates, found.replicates_needed) == (6000, 10, None)
    assert power_told(folds)["api.plan.folds"] == {"n": 10}


def test_power_is_silent_about_data_it_does_not_know():
    assert power(document(data={"set": "somewhere-else"})) == ()


def test_one_replicate_decides_nothing_whatever_the_data_and_the_metric():
    unknown = document(
        seeds=1,
        data={"set": "somewhere-else"},
        compare={"baseline": "plain", "metrics": {"log_loss": {}}},
    )
    assert power_told(unknown) == {"api.plan.one_replicate": {"metric": "log loss"}}


def power_told(study):
    return plan_said(power_sentences, study, power(study))


def comparison(needs=None, command=None, **changes):
    told = row(command, n_seeds=3, needs=needs, **changes)
    return Comparison("tiny", "accuracy", 0.05, 6, 6, [], [told])


def finished(seconds=60.0):
    return [
        status(arm, replicate, seconds=seconds)
        for replicate in range(3)
        for arm in ("plain", "dropout")
    ]


def test_the_next_step_is_the_command_that_would_settle_it_with_its_cost():
    given = comparison(Needs(8, None), "alih run runs/tiny --seeds 8")
    step = next_step(document(), Path("runs/tiny"), finished(), given)
    # 5 more replicates of 2 arms, a minute each.
    assert step == NextStep("alih run runs/tiny --seeds 8", 600.0)
    values = {"command": step.command, "time": "10 min"}
    assert heard(next_sentence, step)["cli.next.command_cost"] == values


def test_a_far_projection_from_few_replicates_costs_what_its_next_step_costs():
    given = comparison(Needs(61, None), "alih run runs/tiny --seeds 5")
    step = next_step(document(), Path("runs/tiny"), finished(), given)
    assert step == NextStep("alih run runs/tiny --seeds 5", 240.0)


def test_failed_cells_come_before_more_replicates():
    given = comparison(Needs(8, None), "alih run runs/tiny --seeds 8")
    statuses = [*finished(), status("plain", 3, "failed")]
    step = next_step(document(), Path("runs/tiny"), statuses, given)
    assert step == NextStep("alih run runs/tiny --retry-failed", retry=True)
    assert heard(next_sentence, step) == {"cli.next.retry": {"command": step.command}}


def test_missing_cells_come_before_more_replicates():
    given = comparison(Needs(8, None), "alih run runs/tiny --seeds 8")
    statuses = [*finished()[:-1], status("dropout", 2, "new")]
    step = next_step(document(), Path("runs/tiny"), statuses, given)
    assert step == NextStep("alih run runs/tiny")


@pytest.mark.parametrize(
    "given",
    [
        comparison(verdict="better"),
        comparison(Needs(None, 5000)),
        comparison(Needs(8, None), "alih run x --seeds 8", metric="log_loss"),
        None,
    ],
)
def test_no_next_step_when_nothing_more_would_help_the_primary_metric(given):
    assert next_step(document(), Path("runs/tiny"), finished(), given) is None


def test_the_json_of_a_plan_counts_states_and_sums_times():
    statuses = [
        status("plain", 0, seconds=20.0),
        status("plain", 1, "new", done=0),
        status("plain", 2, "new", done=0),
    ]
    value = planned(document(), Path("runs/tiny"), of(document(), statuses)).to_json()
    assert value["counts"] == {"finished": 1, "new": 2}
    assert value["seconds_left"] == 40.0
    assert value["cells"][1] == {
        "cell": "plain/seed-1",
        "arm": "plain",
        "replicate": 1,
        "at": {},
        "state": "new",
        "reason": "new",
        "text": "not run yet",
        "epochs_done": 0,
        "epochs": 10,
        "seconds": None,
        "seconds_left": 20.0,
    }


def test_times_of_a_network_timed_before_serve_a_new_study_and_its_budget(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path))
    study = document(seeds=4, train={"epochs": 10, "batch_size": 54}, budget="2m")
    new = [status(arm, replicate, "new", done=0) for replicate in range(4) for arm in study.arms]

    def fits(study):
        found = budget(study, of(study, new))
        return found.replicates, found.epochs

    assert seconds_of(new, study) == [None] * 8
    assert fits(study) == (None, None)
    assert "api.plan.budget_unknown" in told(study, new)
    speed.remember([speed.of_steps(recipe(study, arm), (1, 28, 28), 1, 10.0) for arm in study.arms])
    # 5,400 training images in batches of 54 are 100 steps of 10 ms, and an eighth more for scoring.
    each = 10 * 100 * 0.010 * speed.EVALUATION
    assert seconds_of(new, study) == pytest.approx([each] * 8)
    assert fits(study) == (5, None)
    assert told(study, new)["api.plan.budget_seeds"]["planned"] == 4
    tight = study.model_copy(update={"budget": 30.0})
    assert fits(tight) == (None, 4)
    assert told(tight, new)["api.plan.budget_epochs"]["now"] == 10
    without = study.model_copy(update={"budget": None})
    assert planned(without, Path("x"), of(without, new)).budget is None
    jobs_here(monkeypatch, 2)
    assert fits(study) == (10, None), "two cells at a time"


@pytest.mark.torch
def test_measuring_times_the_networks_that_are_left_and_the_next_plan_knows_them(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path))
    study = document(
        train={"epochs": 2, "batch_size": 8},
        arms={
            "plain": {},
            "solved": {"model": "mobilenetv2_100", "transfer": "features"},
            "done": {"model": "xray-small"},
        },
        data={"set": "fashion-mnist-mini", "image_size": 32},
    )
    new = [
        status("plain", 0, "new", done=0),
        status("solved", 0, "new", done=0),
        status("done", 0, seconds=1.0),
    ]
    timed = []

    def race(recipe, setting, formats):
        return timed.append(recipe.model.name) or dict.fromkeys(formats, 10.0)

    monkeypatch.setattr("alih.training.timing._race", race)
    monkeypatch.setattr("alih.training.device.fast_bf16", lambda kind: False)
    measure(study, of(study, new))
    assert timed == ["dcnn"], "what is finished or solved at once takes no steps"
    expected = 10 * 0.010 * 5400 / 8 * speed.EVALUATION
    assert seconds_of(new, study)[0] == pytest.approx(expected)
    jobs_here(monkeypatch, 2)
    values = {"cells": 2, "known": 1, "time": "76 s", "jobs": 2}
    assert cost(new, study) == ("api.plan.cost_partly", values)
    assert cost(new[1:], study)[0] == "api.plan.cost_of_solved"


def test_a_plan_tells_the_time_of_as_many_cells_at_once_as_a_run_computes(monkeypatch):
    states = [status("plain", r, "new", done=0) for r in range(3)]
    states += [status("plain", 3, seconds=40.0)]
    asked = []
    monkeypatch.setattr(
        "alih.runs.hardware.default_jobs", lambda cells, processes=1: asked.append(cells) or 2
    )
    values = {"cells": 3, "known": 3, "time": "80 s", "jobs": 2}
    assert cost(states) == ("api.plan.cost_at_once", values)
    assert set(asked) == {3}, "cells that are left, not all"
    assert planned(document(), Path("x"), of(document(), states), jobs=3).seconds == 40.0


def test_cells_are_computed_by_who_is_free_and_wait_for_what_they_start_from():
    a, b, c = (Cell(arm, 0) for arm in "abc")
    assert together({a: 60.0, b: 6.0}, 2) == 60.0, "no cell is divided"
    assert together({a: 10.0, b: 30.0, c: 10.0}, 2) == 30.0
    assert together({a: 10.0, b: 30.0, c: 10.0}, 2, {c: [b]}) == 40.0
    assert together({}, 2) == 0.0


def test_what_another_network_took_is_a_guess_and_said_to_be_one(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path))
    arms = {"plain": {}, "other": {"model": "cnn-bn"}, "far": {"model": {"layers": ["flatten"]}}}
    study = document(arms=arms, train={"epochs": 1})
    shape = (1, 28, 28)
    speed.remember([speed.of_recipe(recipe(study, "plain"), shape, 1, 3.0)])
    dropped = recipe(document(), "dropout")
    assert speed.ms_per_image(dropped, shape, 1) == (3.0, False), "dropout multiplies nothing"
    other, far = recipe(study, "other"), recipe(study, "far")
    ratio = (speed.of_recipe(other, shape, 1).work or 0) / multiplications(
        network(recipe(study, "plain").model, 10), shape
    )
    assert speed.ms_per_image(other, shape, 1) == (pytest.approx(3.0 * ratio), True)
    assert speed.ms_per_image(far, shape, 1) is None
    new = [status(arm, 0, "new", done=0, epochs=1) for arm in ("plain", "other")]
    assert told(study, new)["api.plan.guessed"] == {"arms": "other"}
    assert "api.plan.guessed" not in told(study, new[:1])


def test_the_speed_of_what_is_most_like_a_recipe_serves(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path))
    arms = {
        "whole": {"transfer": "finetune"},
        "half": {"transfer": {"strategy": "finetune", "freeze": 3}},
        "solved": {"transfer": "features"},
        "other": {"model": "mobilenetv2_050", "transfer": "finetune"},
    }
    data = {"set": "fashion-mnist-mini", "image_size": 32}
    study = document(
        model={"name": "mobilenetv2_035", "weights": "none"},
        arms=arms,
        data=data,
        compare={"baseline": "whole"},
    )
    own = {arm: recipe(study, arm) for arm in arms}
    small, large = (3, 32, 32), (3, 64, 64)

    def ms(arm, shape=small, threads=1):
        found = speed.ms_per_image(own[arm], shape, threads)
        return found and found[0]

    assert ms("whole") is None
    speed.remember([speed.of_recipe(own["whole"], small, 2, 8.0)])
    assert ms("whole") == ms("half") == 8.0
    assert ms("whole", large) == 32.0, "four times the pixels"
    assert ms("solved") is None, "a whole cell is not an epoch"
    assert ms("other") is None
    speed.remember(
        [speed.of_recipe(own["half"], small, 2, 3.0), speed.of_recipe(own["whole"], small, 1, 9.0)]
    )
    assert (ms("half"), ms("whole"), ms("whole", threads=2)) == (3.0, 9.0, 8.0)
    speed.remember(
        [
            speed.of_recipe(own["solved"], small, 1, 5.0),
            speed.of_recipe(own["whole"], small, 1, 7.0),
        ]
    )
    assert (ms("solved"), ms("whole")) == (5.0, 7.0), "the latest counts"
    monkeypatch.setattr("alih.runs.hardware.processor", lambda: "another")
    assert ms("whole") is None
    (tmp_path / "speeds.json").write_text("{")
    assert ms("whole") is None


def test_pretrained_weights_under_scratch_are_noted_and_others_are_not():
    backbone = {"name": "mobilenetv2_100"}
    arms = {
        "hidden": {"model": backbone},
        "control": {"model": {**backbone, "weights": "none"}},
        "said": {"model": backbone, "transfer": "finetune"},
        "continued": {"model": backbone, "from": "said"},
        "own": {"model": "dcnn"},
    }
    (note,) = start_notes(
        document(arms=arms, model=None, data={"set": "fashion-mnist-mini", "image_size": 32})
    )
    assert note.values["arms"] == "hidden"
    assert start_notes(document()) == []


def test_a_plan_says_that_train_images_counts_all_classes():
    def subset(*levels):
        return told(document(vary={"train_images": [*levels]})).get("api.plan.subset")

    assert subset("all") is None
    assert subset("all", 25, 1000) == {"count": "25", "classes": 10, "each": "2.5"}


def test_a_printed_plan_is_what_the_command_prints(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    found = alih.plan("quickstart", seeds=2)
    assert cli.run(["plan", "quickstart", "--seeds", "2"]) == 0
    assert capsys.readouterr().out == f"{found}\n"
    assert found.to_json()["cells"][5]["cell"] == "pretrained/seed-1/train_images=1000"
    assert ">plain/seed-0/train_images=1000</td>" in found._repr_html_()
