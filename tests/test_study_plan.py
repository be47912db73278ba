"""Recipes, factors, cells and identities."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.compared import compare

import alih
from alih import files
from alih.errors import AlihError
from alih.metrics import METRICS
from alih.runs.card import Identity
from alih.runs.folder import StudyFolder
from alih.runs.identity import fits, stored_identity, write_identity
from alih.runs.reading import Damaged
from alih.runs.status import state_of_data
from alih.study.catalogue.backbones import cached_weights
from alih.study.document.arm import Recipe
from alih.study.document.problems import StudyError
from alih.study.document.study import Study
from alih.study.loading import builtin_names, load
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.study.planning.recipes import factors, flat, recipe
from alih.study.planning.resolved import planned, trials
from alih.study.planning.tuning import applies, left_out
from alih.study.schema import json_schema
from alih.study.strategies.options import views_of
from alih.verdicts import interim


def study(**changes: Any) -> Study:
    values: dict[str, Any] = {
        "name": "s",
        "title": "t",
        "data": {"set": "fashion-mnist-mini"},
        "seeds": 2,
        "train": {"lr": 0.01, "schedule": {"name": "step", "every": 5, "factor": 0.1}},
        "arms": {
            "a": {"model": "dcnn"},
            "b": {"model": {"name": "dcnn", "dropout": [0.25, 0.5]}, "train": {"lr": 0.001}},
        },
        "compare": {"baseline": "a"},
    }
    return Study.model_validate({**values, **changes})


# --- Recipes
# ------------------------------------------------------------------------------------------------


def test_an_arm_overrides_only_what_it_changes() -> None:
    a, b = recipe(study(), "a"), recipe(study(), "b")
    assert (a.train.lr, b.train.lr) == (0.01, 0.001)
    assert a.train.schedule == b.train.schedule
    assert a.train.schedule.every == 5
    assert (a.model.dropout, b.model.dropout) == (None, [0.25, 0.5])


def test_defaults_at_the_top_merge_deeply_until_a_kind_is_named_anew() -> None:
    made = study(
        model={"name": "dcnn", "dropout": [0.1, 0.1]},
        arms={
            "same": {},
            "part": {"model": {"dropout": [0.2, 0.2]}, "train": {"schedule": {"every": 7}}},
            "anew": {"model": "dcnn", "train": {"schedule": "cosine"}},
        },
        compare={"baseline": "same"},
    )
    assert recipe(made, "same").model.dropout == [0.1, 0.1]
    assert recipe(made, "part").model.dropout == [0.2, 0.2]
    assert recipe(made, "part").train.schedule.model_dump() == {
        "name": "step",
        "every": 7,
        "factor": 0.1,
        "warmup": 0.0,
    }
    assert recipe(made, "anew").model.dropout is None
    assert recipe(made, "anew").train.schedule.model_dump() == {
        "name": "cosine",
        "every": None,
        "factor": None,
        "warmup": 0.0,
    }


def test_an_arm_can_put_a_default_back() -> None:
    made = study(
        train={"clip_norm": 1.0},
        arms={"a": {"model": "dcnn"}, "b": {"model": "dcnn", "train": {"clip_norm": None}}},
    )
    assert (recipe(made, "a").train.clip_norm, recipe(made, "b").train.clip_norm) == (1.0, None)


def test_levels_and_trials_come_last() -> None:
    made = study(
        vary={"train.lr": [0.5], "arms.b.model.dropout": [[0.1, 0.1]]}, tune={"train.l2": [0.1]}
    )
    level = plan.levels(made)[0]
    trial = trials(made, "b")[0]
    assert (recipe(made, "b", level, trial).train.lr, recipe(made, "b", level, trial).train.l2) == (
        0.5,
        0.1,
    )
    assert recipe(made, "b", level).model.dropout == [0.1, 0.1]
    assert recipe(made, "a", level).model.dropout is None
    assert recipe(made, "a", {"train_images": 30}) == recipe(made, "a")


def test_a_recipe_survives_json() -> None:
    made = recipe(load("fashion-mnist-best"), "best")
    assert Recipe.model_validate(json.loads(json.dumps(made.model_dump(by_alias=True)))) == made


def test_an_unknown_arm_is_named() -> None:
    with pytest.raises(AlihError, match="no arm 'aa'") as caught:
        recipe(study(), "aa")
    assert caught.value.key == "study.unknown_arm"


def test_factors() -> None:
    assert factors(study(), "b", "a") == [
        "model.dropout: none -> [0.25, 0.5]",
        "train.lr: 0.01 -> 0.001",
    ]
    assert factors(study(), "a", "b")[1] == "train.lr: 0.001 -> 0.01"
    assert factors(study(), "a", "a") == []
    arms = {"own": {"model": {"layers": ["flatten"]}}, "named": {"model": "dcnn"}}
    told = factors(study(arms=arms, compare={"baseline": "own"}), "named", "own")
    assert told[0] == "model.name: layers -> dcnn"
    assert not [one for one in told if one.startswith("model.layers")]
    assert factors(study(tune={"train.lr": [0.1, 0.2]}), "b", "a") == [
        "model.dropout: none -> [0.25, 0.5]"
    ]
    assert factors(load("quickstart"), "dropout", "plain") == ["model.dropout: none -> [0.25, 0.5]"]


def test_factors_see_what_a_preset_brings_along() -> None:
    made = study(
        arms={
            "a": {"model": "xray-large"},
            "same": {"model": {"name": "xray-large", "dropout": [0.3, 0.5]}},
            "none": {"model": {"name": "xray-large", "dropout": []}},
            "soft": {
                "model": {"name": "xray-large", "output": "softmax"},
                "augment": {"flip": True},
            },
        }
    )
    assert factors(made, "same", "a") == []
    assert factors(made, "none", "a") == ["model.dropout: [0.3, 0.5] -> none"]
    assert factors(made, "soft", "a") == [
        "model.output: sigmoid-normalised -> softmax",
        "augment.flip: false -> true",
    ]


# --- Cells
# --------------------------------------------------------------------------------------------------


def test_replicate_0_of_every_arm_comes_first() -> None:
    assert [str(cell) for cell in plan.cells(study())] == [
        "a/seed-0",
        "b/seed-0",
        "a/seed-1",
        "b/seed-1",
    ]


def test_a_source_comes_before_its_dependents() -> None:
    arms = {
        "c": {"model": "dcnn", "from": "b"},
        "b": {"model": "dcnn", "from": "a"},
        "a": {"model": "dcnn"},
    }
    made = study(arms=arms, vary={"train_images": [10, "all"]})
    order = plan.cells(made)
    for cell in order:
        source = cell.upstream
        assert (source is None) == (cell.arm == "a")
        if source is not None:
            assert order.index(source) < order.index(cell)
            assert (source.replicate, source.level) == (cell.replicate, cell.level)
    assert {cell.replicate for cell in order[: len(order) // 2]} == {0}


def test_the_grid_and_its_folders() -> None:
    made = study(vary={"train_images": [10, "all"], "train.lr": [0.1, 0.2]})
    assert len(plan.levels(made)) == 4
    paths = [cell.path for cell in plan.cells(made)]
    assert len(set(paths)) == len(paths) == 2 * 2 * 4
    assert paths[0] == "runs/a/seed-0/train_images=10,train.lr=0.1"


def test_folds_make_the_replicates() -> None:
    made = study(split={"scheme": "repeated-kfold", "folds": 5, "repeats": 2})
    assert plan.replicates(made) == 10
    assert len(plan.cells(made)) == 20


def test_trials_are_a_grid_equal_for_every_arm() -> None:
    made = study(tune={"train.lr": [0.1, 0.2], "train.l2": [0, 0.1, 1]})
    assert trials(made, "a") == trials(made, "b")
    assert len(trials(made, "a")) == 6
    assert trials(study(), "a") == [{}]


MIXED = {
    "scratch": {},
    "logistic": {"transfer": "features"},
    "lda": {"transfer": {"strategy": "features", "classifier": "lda"}},
    "fine": {"transfer": {"strategy": "finetune", "unfreeze": {"every": 2}, "freeze": 3}},
    "frozen": {"transfer": {"strategy": "finetune", "freeze": "all"}},
}


def mixed(**tune: Any) -> Study:
    keys = {key.replace("__", "."): values for key, values in tune.items()}
    return study(model="mobilenetv2_100", arms=MIXED, compare={"baseline": "scratch"}, tune=keys)


@pytest.mark.parametrize(
    ("key", "arms"),
    [
        ("train.lr", list(MIXED)),
        ("transfer.classifier.C", ["logistic"]),
        ("transfer.classifier.scale", ["logistic", "lda"]),
        ("transfer.classifier.name", ["logistic", "lda"]),
        ("transfer.classifier", ["logistic", "lda"]),
        ("transfer.stage", ["logistic", "lda"]),
        ("transfer.freeze", ["fine", "frozen"]),
        ("transfer.unfreeze.every", ["fine", "frozen"]),
        ("transfer.unfreeze.evry", []),
        ("transfer.strategy", list(MIXED)),
    ],
)
def test_a_tuned_option_is_tried_where_it_is_one(key: str, arms: list[str]) -> None:
    assert [arm for arm in MIXED if applies(mixed(**{key: [1, 2]}), arm, key)] == arms
    assert left_out(mixed(**{key: [1, 2]})).get(key, []) == [
        arm for arm in MIXED if arm not in arms
    ]


def test_trials_leave_out_what_an_arm_does_not_have_and_its_identity_does_not_know() -> None:
    made = mixed(train__lr=[0.1, 0.2], transfer__classifier__C=[1, 2, 3])
    assert {arm: len(trials(made, arm)) for arm in MIXED} == {
        **dict.fromkeys(MIXED, 2),
        "logistic": 6,
    }
    assert set(trials(made, "lda")[0]) == {"train.lr"}
    alone = mixed(transfer__classifier__C=[1, 2, 3])
    assert trials(alone, "fine") == [{}]
    assert plan.identity(alone, Cell("fine", 0)) == plan.identity(mixed(), Cell("fine", 0))
    assert plan.identity(alone, Cell("logistic", 0)) != plan.identity(mixed(), Cell("logistic", 0))


def test_delta_means_the_papers_whether_or_not_attention_is_spelt_out() -> None:
    def one(**options: Any) -> str:
        arms = {"a": {"transfer": {"strategy": "finetune", "regularizer": "delta", **options}}}
        return plan.identity(study(model="mobilenetv2_100", arms=arms), Cell("a", 0))

    assert one() == one(attention=True) != one(attention=False)


# --- Views
# --------------------------------------------------------------------------------------------------


def test_views_are_a_setting_of_all_arms_or_a_factor() -> None:
    arms = {
        "a": {"transfer": "features"},
        "b": {"transfer": {"strategy": "features", "views": 4}},
        "c": {"transfer": "finetune"},
        "d": {"transfer": "finetune", "augment": {"flip": False}},
        "e": {"transfer": "finetune", "train": {"views": 3}},
    }
    made = study(model="mobilenetv2_100", arms=arms, augment={"flip": True}, train={"views": 2})
    assert [views_of(recipe(made, arm)) for arm in arms] == [2, 4, 2, 0, 3]
    assert factors(made, "e", "c") == ["train.views: 2 -> 3"]
    assert factors(made, "c", "a") == ["transfer.strategy: features -> finetune"]
    assert factors(made, "e", "a")[0] == "train.views: 2 -> 3"
    other = study(model="mobilenetv2_100", arms=arms, augment={"flip": True}, train={"views": 3})
    same = {
        arm: plan.identity(made, Cell(arm, 0)) == plan.identity(other, Cell(arm, 0)) for arm in arms
    }
    assert same == {"a": False, "b": True, "c": False, "d": False, "e": True}
    assert "train.views" not in plan.identity_parts(study(), B0), (
        "cells that were computed before views count"
    )


# --- Identity
# -----------------------------------------------------------------------------------------------

B0 = Cell("b", 0)


def changed(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return sorted(key for key in {*old, *new} if old.get(key) != new.get(key))


@settings(max_examples=25, deadline=None)
@given(
    seeds=st.integers(1, 50),
    title=st.text(min_size=1),
    label=st.text(min_size=1),
    margin=st.floats(1e-6, 1),
    level=st.floats(0.001, 0.5),
    budget=st.floats(1, 1e6),
)
def test_identity_ignores_what_decides_nothing(seeds, title, label, margin, level, budget) -> None:  # type: ignore[no-untyped-def]
    arms = {
        "z": {"model": "cnn-bn"},
        "b": {
            "label": label,
            "model": {"name": "dcnn", "dropout": [0.25, 0.5]},
            "train": {"lr": 0.001},
        },
    }
    other = study(
        name="other",
        seeds=seeds,
        title=title,
        question=title,
        budget=budget,
        arms=arms,
        compare={"baseline": "z", "level": level, "metrics": {"accuracy": {"margin": margin}}},
        published={"b": {"test": {"accuracy": 0.5}}},
    )
    assert plan.identity(other, B0) == plan.identity(study(), B0)


def test_identity_does_not_care_where_a_setting_stands_or_whether_a_default_is_spelt_out() -> None:
    spelt = study(
        data={"set": "fashion-mnist-mini", "image_size": 28, "channels": 1, "path": "/elsewhere"},
        train={"lr": 0.001},
        arms={
            "a": {"model": "dcnn"},
            "b": {
                "model": {"name": "dcnn", "dropout": [0.25, 0.5]},
                "transfer": "scratch",
                "train": {"epochs": 20, "schedule": {"name": "step", "every": 5, "factor": 0.1}},
            },
        },
    )
    assert plan.identity(spelt, B0) == plan.identity(study(), B0)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"seed": 1}, ["seed"]),
        ({"data": {"set": "fashion-mnist"}}, ["data.set"]),
        ({"data": {"set": "fashion-mnist-mini", "image_size": 32}}, ["data.image_size"]),
        ({"split": {"validation": 0.2}}, ["split.validation"]),
        ({"protocol": "paper"}, ["protocol"]),
        ({"determinism": "fast"}, ["determinism"]),
        ({"refit": True}, ["refit"]),
        ({"normalise": "mean-std"}, ["normalise"]),
        ({"init": "torch"}, ["init"]),
        ({"augment": {"flip": True}}, ["augment.flip"]),
        ({"tune": {"train.l2": [0.1]}}, ["tune", "tune.metric"]),
        (
            {
                "train": {
                    "lr": 0.01,
                    "epochs": 3,
                    "schedule": {"name": "step", "every": 5, "factor": 0.1},
                }
            },
            ["train.epochs"],
        ),
    ],
)
def test_identity_sees_what_decides_and_the_parts_name_it(
    changes: dict[str, Any], named: list[str]
) -> None:
    other = study(**changes)
    assert plan.identity(other, B0) != plan.identity(study(), B0)
    assert changed(plan.identity_parts(study(), B0), plan.identity_parts(other, B0)) == named


def test_every_setting_of_a_recipe_is_in_the_identity() -> None:
    parts = plan.identity_parts(study(), B0)
    assert set(flat(recipe(study(), "b").model_dump(by_alias=True))) <= set(parts) | set(plan.LATER)
    assert json.loads(json.dumps(parts)) == parts


def test_identity_of_replicates_levels_and_arms() -> None:
    made = study(vary={"train_images": [10, "all"]})
    assert len({plan.identity(made, cell) for cell in plan.cells(made)}) == len(plan.cells(made))
    assert plan.identity(made, Cell("b", 0, (("train_images", "all"),))) == plan.identity(
        study(), B0
    )


def test_a_level_of_another_arm_changes_nothing() -> None:
    made = study(vary={"arms.a.train.lr": [0.1, 0.2]})
    first, second = plan.levels(made)
    assert plan.identity(made, Cell("b", 0, tuple(first.items()))) == plan.identity(
        made, Cell("b", 0, tuple(second.items()))
    )
    assert plan.identity(made, Cell("a", 0, tuple(first.items()))) != plan.identity(
        made, Cell("a", 0, tuple(second.items()))
    )


def test_a_changed_source_changes_its_dependents() -> None:
    arms = {"a": {"model": "dcnn"}, "b": {"model": "dcnn", "from": "a"}}
    before, after = (
        study(arms=arms),
        study(arms={**arms, "a": {"model": "dcnn", "train": {"lr": 0.5}}}),
    )
    assert changed(plan.identity_parts(before, B0), plan.identity_parts(after, B0)) == ["upstream"]


def test_a_stored_source_counts_with_its_identity(tmp_path) -> None:  # type: ignore[no-untyped-def]
    made = study(arms={"a": {"model": "dcnn"}, "b": {"model": "dcnn", "from": str(tmp_path)}})
    assert planned(made, B0).upstream is None
    assert plan.identity_parts(made, B0)["upstream"] is None
    folder, source = StudyFolder(tmp_path / "out").cell(B0), tmp_path / "card.json"

    def noted() -> str | None:
        write_identity(folder, made, "fp32")
        found = stored_identity(folder)
        return found and found.parts["upstream"]

    assert noted() is None
    card = files.read_json(KEPT[0].parent / "card.json")
    files.write_json(source, card)
    assert noted() == card["identity"]
    source.write_text("{")
    with pytest.raises(Damaged, match=re.escape(str(source))):
        noted()


# --- Tables and schema
# --------------------------------------------------------------------------------------


def test_the_schema_knows_the_keys() -> None:
    schema = json_schema()
    names = {info.alias or name for name, info in Study.model_fields.items()}
    assert set(schema["properties"]) == names
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {"data", "arms", "compare"}


@pytest.mark.parametrize("name", builtin_names())
def test_built_in_studies_fit_the_schema(name: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    from importlib import resources

    from alih.study.reading.yamlfile import parse

    document = (resources.files("alih.study") / "builtin" / f"{name}.yaml").read_text(
        encoding="utf-8"
    )
    jsonschema.Draft202012Validator(json_schema()).validate(parse(document, name).values)


def test_metrics_table() -> None:
    described = {name: (metric.kind, metric.higher_is_better) for name, metric in METRICS.items()}
    masked = (
        "iou_macro",
        "iou_micro",
        "dice_macro",
        "dice_micro",
        "iou_foreground",
        "boundary_f1",
        "pixel_accuracy",
    )
    assert {name: described.pop(name) for name in masked} == dict.fromkeys(masked, ("set", True))
    assert all(METRICS[name].tasks == ("segmentation",) for name in masked)
    assert described == {
        "accuracy": ("item", True),
        "log_loss": ("item", False),
        "brier": ("item", False),
        "balanced_accuracy": ("set", True),
        "macro_f1": ("set", True),
        **dict.fromkeys(("matthews", "auc", "average_precision"), ("set", True)),
        **dict.fromkeys(("sensitivity", "specificity"), ("set", True)),
        "ece": ("set", False),
    }


def test_primary_metric() -> None:
    assert study().primary == "accuracy"
    made = study(compare={"baseline": "a", "metrics": {"log_loss": {}, "accuracy": {}}})
    assert (made.primary, made.metrics) == ("log_loss", ("log_loss", "accuracy"))
    made = study(compare={"baseline": "a", "primary": "ece", "metrics": {"accuracy": {}}})
    assert made.metrics == ("ece", "accuracy")


def test_primary_metric_of_segmentation() -> None:
    assert study(task="segmentation").primary == "iou_macro"


def test_losses_are_one_setting() -> None:
    both = {"cross-entropy": 1.0, "dice": 0.5}
    made = study(
        train={"loss": both},
        arms={"a": {"model": "dcnn"}, "b": {"model": "dcnn", "train": {"loss": {"focal": 2.0}}}},
    )
    assert recipe(made, "a").train.losses == both
    assert recipe(made, "b").train.losses == {"focal": 2.0}, "a sum replaces the sum above it"
    assert factors(made, "b", "a") == ["train.loss: {cross-entropy: 1, dice: 0.5} -> {focal: 2}"]
    same = study(
        arms={
            "a": {"model": "dcnn"},
            "b": {"model": "dcnn", "train": {"loss": {"cross-entropy": 1.0}}},
        }
    )
    assert factors(same, "b", "a") == []


KEPT = sorted((Path(__file__).parents[1] / "results").glob("*/runs/*/seed-0/identity.json"))


@pytest.mark.parametrize("file", KEPT, ids=lambda file: "/".join(file.parts[-5:-1:2]))
def test_kept_results_keep_their_identities(file: Path) -> None:
    made = load(file.parents[3])
    (cell,) = [
        c for c in plan.cells(made) if (c.arm, c.replicate, c.level) == (file.parts[-3], 0, ())
    ]
    folder = StudyFolder(file.parents[3])
    assert fits(folder.cell(cell), made, state_of_data(folder, made))


def test_a_run_that_an_arm_started_from_may_be_gone_but_not_become_another(tmp_path: Path) -> None:
    def of(source: str) -> Study:
        return study(arms={"a": {"model": "dcnn"}, "b": {"model": "dcnn", "from": source}})

    cell = Cell("b", 0)
    parts = {**plan.identity_parts(of("./gone"), cell), "upstream": "what it was"}
    stored = {"identity": files.digest(parts), "parts": parts, "from": "./gone"}
    folder = StudyFolder(tmp_path).cell(cell)
    assert not fits(folder, of("./gone"))
    files.write_json(folder.path / "identity.json", stored)
    assert fits(folder, of("./gone"))
    assert not fits(folder, of("./other")), "another run that is not here is not the same"
    files.write_json(folder.path / "identity.json", {**stored, "identity": "x"})
    assert not fits(folder, of("./gone"))


@pytest.mark.parametrize("weights", ["imagenet", "file"])
def test_finished_cells_count_where_their_weights_are_not(
    tmp_path: Path, monkeypatch, weights: str
) -> None:
    """The checksum of weights without a card comes from the cache or the file: both may be
    elsewhere."""
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    note, file = cached_weights("resnet18").with_suffix(".json"), tmp_path / "mine.safetensors"
    files.write_json(note, {"sha256": "abc"})
    file.write_bytes(b"weights")
    chosen = "imagenet" if weights == "imagenet" else str(file)
    text = (
        "name: s\ntitle: t\ndata: {set: fashion-mnist-mini, image_size: 32}\nseeds: 1\n"
        f"model: {{name: resnet18, weights: {chosen}}}\n"
        "arms: {a: {}, b: {from: a, train: {lr: 0.1}}}\ncompare: {baseline: a}\n"
    )
    files.write_text(tmp_path / "out" / "study.yaml", text)
    made, root = load(tmp_path / "out"), StudyFolder(tmp_path / "out")
    for cell in plan.cells(made):
        write_identity(root.cell(cell), made, "fp32")
    note.unlink()
    file.unlink()
    moved = load(tmp_path / "out")
    assert all(fits(root.cell(cell), moved) for cell in plan.cells(moved))
    changed = load(tmp_path / "out", ["arms.a.train.lr=0.5"])
    assert [fits(root.cell(cell), changed) for cell in plan.cells(changed)] == [False, False]
    if weights == "file":
        with pytest.raises(StudyError, match=r"no file .*mine\.safetensors"):
            load(tmp_path / "out" / "study.yaml")
        with pytest.raises(AlihError, match=r"no file .*mine\.safetensors"):
            alih.run(tmp_path / "out", jobs=1)
        file.write_bytes(b"other weights")
    else:
        files.write_json(note, {"sha256": "def"})
    assert not any(fits(root.cell(cell), moved) for cell in plan.cells(moved)), (
        "other weights are not the same"
    )


@pytest.mark.parametrize(
    "root", sorted({file.parents[3] for file in KEPT}), ids=lambda root: root.name
)
def test_kept_results_are_compared_where_their_images_are_not(
    root: Path, tmp_path: Path, monkeypatch
) -> None:
    """Images, and the run folders that arms start from, may be gone when somebody reads a study.
    Verdicts that were given stay as they were given, whatever the rules are by now."""
    copy = tmp_path / "elsewhere" / root.name
    shutil.copytree(root, copy)
    monkeypatch.chdir(tmp_path)
    found = compare(copy, record_look=False)
    assert found["complete"]
    given = {
        (str(look.at), *look.arms, metric): part.verdict
        for look in interim.read(copy, 0.05)
        for metric, part in look.metrics.items()
    }
    told = {
        (str(row["at"]), *sorted((row["arm"], row["baseline"])), row["metric"]): row["verdict"]
        for row in found["comparisons"]
    }
    assert not given or told == given


MADE = {"device": "cpu", "threads": 1, "channels_last": True}


def test_a_cell_is_its_number_format_too(tmp_path):
    made, folder = study(), StudyFolder(tmp_path).cell(B0)
    write_identity(folder, made, "bf16-autocast")
    assert fits(folder, made), "nothing else is known yet"
    files.write_json(tmp_path / "machine.json", {**MADE, "precision": "bf16-autocast"})
    assert fits(folder, made)
    files.write_json(tmp_path / "machine.json", {**MADE, "precision": "fp32"})
    assert not fits(folder, made)
    files.write_json(tmp_path / "machine.json", {**MADE, "precision": "fp32", "mixed": True})
    assert fits(folder, made), "in a mixed folder each cell keeps its own"
    parts = dict(stored_identity(folder).parts)
    del parts["precision"]  # as before formats were noted
    Identity(identity=files.digest(parts), parts=parts).write(folder.path)
    assert fits(folder, made)
