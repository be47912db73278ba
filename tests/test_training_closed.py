"""Strategies that are solved at once, through the document: files, exact repetition, model file,
trials, levels, the report."""

from __future__ import annotations

import gc
import json
import math
import shutil
import weakref
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from tests.support.folders import ready

import alih
from alih.features import store
from alih.inspect.predictor import Predictor
from alih.reports.build import write
from alih.study.document.problems import StudyError
from alih.study.loading import load
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.study.planning.recipes import factors
from alih.study.planning.resolved import resolve

NAMES = ("stripes", "dots", "noise")

STUDY = """
name: s
title: t
data: {folder: ./data, image_size: 32}
split: {validation: 0.25, test: 0.25}
model: {name: mobilenetv2_035, weights: ./given.safetensors}
train: {epochs: 1, batch_size: 8}
seeds: 2
"""
ARMS = """
arms:
  logistic: {transfer: features}
  mean: {transfer: {strategy: features, classifier: nearest-mean, stage: 5}}
  views:
    transfer: {strategy: features, classifier: knn, views: 2}
    augment: {flip: true, shift: 2}
  hog: {transfer: {strategy: features, handmade: {name: hog, size: 32}, classifier: lda}}
  head2toe: {transfer: {strategy: features, classifier: head2toe, stage_values: 64}}
  direct: {transfer: {strategy: direct, classes: {stripes: [3, 5], dots: 10-20}}}
compare: {baseline: logistic}
"""


def pictures(root: Path, each: int = 20) -> None:
    generator = np.random.default_rng(0)
    for name in NAMES:
        (root / name).mkdir(parents=True)
        for index in range(each):
            image = generator.integers(0, 120, (32, 32, 3), dtype=np.uint8)
            if name == "stripes":
                image[:, :: 4 + index % 3] += 120
            if name == "dots":
                image[:: 4 + index % 3, ::4] += 120
            Image.fromarray(image).save(root / name / f"{index:02d}.png")


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("closed")
    pictures(folder / "data")
    torch.manual_seed(3)
    save_file(
        dict(timm.create_model("mobilenetv2_035", pretrained=False).state_dict()),
        folder / "given.safetensors",
    )
    return folder


def study(place: Path, name: str, text: str) -> Path:
    text = text.replace("./data", f"{place}/data").replace("./given", f"{place}/given")
    (place / f"{name}.yaml").write_text(text.replace("name: s\n", f"name: {name}\n"))
    return place / f"{name}.yaml"


def run(place: Path, name: str, text: str, out: str | None = None) -> Path:
    document = study(place, name, text)
    folder = ready(place / (out or name), document.read_text())
    results = alih.run(document, folder, jobs=1)
    assert results.complete, [status.reason for status in results.status]
    return folder


@pytest.fixture(scope="module")
def finished(place) -> Path:
    return run(place, "plain", STUDY + ARMS)


def card(folder: Path, arm: str, replicate: int = 0, level: str = "") -> dict:
    return json.loads(
        (folder / "runs" / arm / f"seed-{replicate}" / level / "card.json").read_text()
    )


def scores(folder: Path, arm: str, replicate: int = 0, level: str = "") -> dict[str, np.ndarray]:
    return dict(np.load(folder / "runs" / arm / f"seed-{replicate}" / level / "scores.npz"))


def test_a_cell_leaves_what_every_cell_leaves(finished):
    for arm in ("logistic", "mean", "views", "hog", "head2toe", "direct"):
        own = finished / "runs" / arm / "seed-0"
        names = {path.name for path in own.iterdir()}
        wanted = [
            "identity",
            "card",
            "environment",
            "history",
            "timing",
            "scores",
            "probabilities",
            "examples",
            "model",
            "done",
        ]
        assert set(wanted) <= {name.split(".")[0] for name in names}, arm
        found = card(finished, arm)
        assert (found["epochs"], found["seconds_per_epoch"], found["ms_per_step"]) == (
            0,
            None,
            None,
        )
        assert found["items"] == {"train": 34, "train-eval": 34, "validation": 11, "test": 15}
        assert set(found["metrics"]) == {"validation", "test"}
        assert found["seconds"] == pytest.approx(
            found["seconds_extraction"] + found["seconds_fit"], abs=2e-3
        )
        assert found["seconds_extraction"] > 0


def test_the_run_folder_alone_predicts_what_the_cell_predicted(finished, place):
    from alih.data.load import load as load_images

    images = load_images(load(place / "plain.yaml").data)
    for arm in ("logistic", "mean", "views", "hog", "head2toe", "direct"):
        own, rows = finished / "runs" / arm / "seed-0", scores(finished, arm)
        found = Predictor.open(own, "cpu")(images.images[rows["test_item"]])
        assert (found.argmax(1) == rows["test_prediction"]).all(), arm
        np.testing.assert_allclose(found.max(1), rows["test_confidence"], rtol=1e-4)
        stored = np.load(own / "probabilities.npz")["test"]
        np.testing.assert_allclose(found, stored, rtol=2e-3, atol=1e-6)


def test_sizes_count_what_is_used_and_what_was_fitted(finished):
    probe, mean, hog = (card(finished, arm) for arm in ("logistic", "mean", "hog"))
    stages = timm.create_model("mobilenetv2_035", num_classes=0)
    assert probe["trainable"] == 3 * 1281
    assert probe["parameters"] == sum(p.numel() for p in stages.parameters()) + 3 * 1281
    assert len(mean["layers"]) == 6
    assert mean["layers"][-1]["name"] == "classifier"
    assert mean["parameters"] < probe["parameters"]
    assert hog["parameters"] == hog["trainable"]
    neighbours = card(finished, "views")  # k nearest neighbours store images, nothing is trained
    assert (neighbours["trainable"], neighbours["layers"][-1]["parameters"]) == (0, 0)
    assert hog["recipe"]["model"]["name"] is None
    selecting = card(finished, "head2toe")
    used = selecting["features"]["stages"]
    kept = sum(stage["kept"] for stage in used)
    assert sum(stage["width"] for stage in used) == selecting["features"]["width"]
    assert selecting["trainable"] == 3 * (kept + 1)
    assert kept == math.ceil(
        selecting["classifier"]["options"]["keep"] * selecting["features"]["width"]
    )


def test_classes_that_are_left_out_are_never_predicted_and_the_ceiling_is_told(finished):
    found = card(finished, "direct")
    assert found["trainable"] == 0
    assert found["varies_by_seed"] is False
    direct = found["direct"]
    assert direct["coverage"] == pytest.approx(2 / 3)
    assert direct["left_out"] == ["noise"]
    assert direct["ceiling"]["test"] == pytest.approx(2 / 3)
    assert len(direct["classes"]["dots"]) == 11
    assert NAMES.index("noise") not in scores(finished, "direct")["test_prediction"]


def test_direct_runs_once_and_what_learns_from_redrawn_images_runs_for_every_replicate(finished):
    assert (finished / "runs/logistic/seed-1/done").exists()
    assert not (finished / "runs/direct/seed-1").exists()
    assert card(finished, "logistic")["varies_by_seed"] is True
    train = [
        set(range(60)) - set(scores(finished, "logistic", r)["validation_item"]) for r in (0, 1)
    ]
    assert train[0] != train[1]


@pytest.mark.parametrize("way", ["cached", "cold", "unkept"])
def test_a_second_run_gives_the_same_bytes_whatever_the_cache_holds(
    finished, place, way, monkeypatch
):
    if way == "cold":
        shutil.rmtree(store.folder())
    if way == "unkept":
        monkeypatch.setenv(store.LIMIT_VARIABLE, "0")
    again = run(place, "plain", STUDY + ARMS, f"again-{way}")
    for arm in ("logistic", "mean", "views", "hog", "head2toe", "direct"):
        for name in ("scores.npz", "history.csv", "model.safetensors"):
            first = (finished / "runs" / arm / "seed-0" / name).read_bytes()
            assert (again / "runs" / arm / "seed-0" / name).read_bytes() == first, (arm, name)


def test_views_enter_the_fit_and_belong_to_the_replicate(finished, place):
    plain = (
        "arms: {a: {transfer: {strategy: features, classifier: knn}}, "
        "b: {transfer: direct}}\ncompare: {baseline: a}\n"
    )
    without = run(
        place,
        "noviews",
        STUDY
        + plain.replace("transfer: direct", "transfer: {strategy: direct, classes: {stripes: 1}}"),
    )
    key = "classifier.value.labels"
    rows = [
        load_file(f / "model.safetensors")[key]
        for f in (finished / "runs/views/seed-0", without / "runs/a/seed-0")
    ]
    assert len(rows[0]) == 3 * len(rows[1]) == 102
    features = load_file(finished / "runs/views/seed-0/model.safetensors")[
        "classifier.value.features"
    ].reshape(3, 34, -1)
    assert not torch.equal(features[0], features[1])
    assert not torch.equal(features[1], features[2])


def test_with_refit_nothing_depends_on_the_replicate_and_it_runs_once(place):
    text = STUDY + "refit: true\n" + ARMS
    document = load(study(place, "refit", text))
    cells = [cell.path for cell in plan.cells(document)]
    assert cells == [
        f"runs/{arm}/seed-0" for arm in ("logistic", "mean", "views", "hog", "head2toe", "direct")
    ] + ["runs/views/seed-1"]
    out = run(place, "refit", text)
    assert card(out, "logistic")["varies_by_seed"] is False
    assert card(out, "views")["varies_by_seed"] is True
    assert card(out, "logistic")["items"]["train"] == 45
    assert card(out, "logistic")["tune"]["refit"] is True
    assert list(card(out, "logistic")["metrics"]) == ["test"]
    kept = [
        load_file(out / f"runs/logistic/seed-0/{name}.safetensors")
        for name in ("before-refit", "model")
    ]
    assert all(
        torch.equal(kept[0][name], tensor)
        for name, tensor in kept[1].items()
        if name.startswith("stages.")
    )
    assert any(
        not torch.equal(kept[0][name], tensor)
        for name, tensor in kept[1].items()
        if name.startswith("classifier.")
    )
    # Whatever replicate were asked for, the fit would be the same: folds and images do not depend
    # on it.
    again = run(place, "refit7", text.replace("seeds: 2", "seeds: 1"), "refit-one")
    assert (again / "runs/logistic/seed-0/scores.npz").read_bytes() == (
        out / "runs/logistic/seed-0/scores.npz"
    ).read_bytes()


def test_trials_choose_on_validation_and_keys_of_the_loop_are_not_fitted_twice(place, monkeypatch):
    from alih.training import closed

    fits = []
    solve = closed.fit
    monkeypatch.setattr(closed, "fit", lambda *given: fits.append(given[1]) or solve(*given))
    arms = (
        "arms: {a: {transfer: {strategy: features, classifier: {name: logistic, C: 1}}}, "
        "b: {}}\ncompare: {baseline: b}\n"
    )
    grid = "tune: {train.lr: [0.1, 0.01], transfer.classifier.C: [0.0001, 1.0]}\n"
    out = run(
        place, "tuned", STUDY.replace("seeds: 2", "seeds: 1\ntransfer: features") + grid + arms
    )
    assert len(fits) == 2 * 2
    tuned = card(out, "a")["tune"]
    assert [row["values"]["transfer.classifier.C"] for row in tuned["trials"]] == [0.0001, 1.0] * 2
    losses = [row["validation"]["accuracy"] for row in tuned["trials"]]
    assert losses[:2] == losses[2:]
    assert tuned["chosen"] == int(np.argmax(losses))
    assert (
        card(out, "a")["classifier"]["options"]["C"]
        == tuned["trials"][tuned["chosen"]]["values"]["transfer.classifier.C"]
    )


def test_a_trial_that_lost_holds_no_network(place, monkeypatch):
    from alih.training import closed

    made, alive, solve = [], [], closed.fit

    def watched(*given):
        gc.collect()
        alive.append(sum(network() is not None for network in made))
        found = solve(*given)
        made.append(weakref.ref(found.network))
        return found

    monkeypatch.setattr(closed, "fit", watched)
    arms = (
        "arms: {a: {transfer: {strategy: features, classifier: {name: logistic, "
        "C: 1}}}}\ncompare: {baseline: a}\n"
    )
    grid = "tune: {transfer.classifier.C: [0.0001, 0.01, 1.0, 100.0]}\n"
    run(place, "lost", STUDY.replace("seeds: 2", "seeds: 1") + grid + arms)
    assert alive == [0, 1, 1, 1], "the best so far"


def test_direct_runs_for_every_replicate_where_its_trials_differ(place):
    arms = (
        "arms: {a: {transfer: {strategy: direct, classes: {dots: 10-20}}}, "
        "b: {transfer: features}}\ncompare: {baseline: b}\n"
    )
    grids = {
        "": 1,
        "train.lr: [0.1, 0.01]": 1,
        "transfer.classes: [{dots: Siamese cat}, {dots: 3}]": 2,
    }
    for index, (grid, replicates) in enumerate(grids.items()):
        document = load(study(place, f"tuned-direct-{index}", STUDY + f"tune: {{{grid}}}\n" + arms))
        assert sum(cell.arm == "a" for cell in plan.cells(document)) == replicates, grid
        assert resolve(document, {})["a"].runs_once(redrawn=False), (
            "one validation part chooses alike"
        )


@pytest.mark.usefixtures("undrawn")
def test_levels_of_training_images_are_nested_and_share_what_was_extracted(place):
    arms = (
        "arms: {a: {transfer: features}, b: {transfer: {strategy: features, "
        "classifier: nearest-mean}}}\ncompare: {baseline: a}\n"
    )
    out = run(place, "levels", STUDY + "vary: {train_images: [6, 12, all]}\n" + arms)
    counts = [card(out, "b", level=f"train_images={n}")["items"]["train"] for n in (6, 12, "all")]
    assert counts == [6, 12, 34]
    assert card(out, "b", level="train_images=6")["varies_by_seed"] is True
    means = load_file(out / "runs/b/seed-0/train_images=12/model.safetensors")
    assert means["classifier.value.means"].shape == (3, 1280)
    assert write(out).exists()


def test_a_finished_cell_is_not_computed_again_and_settings_of_the_loop_change_nothing(
    finished, place
):
    results = alih.open_results(finished)
    assert results.complete
    text = (STUDY + ARMS).replace("epochs: 1", "epochs: 7")
    other = load(study(place, "otherloop", text))
    first = load(place / "plain.yaml")
    cell = Cell("logistic", 0)
    assert plan.identity(other, cell) == plan.identity(first, cell)
    bigger = load(
        study(
            place,
            "stage",
            text.replace(
                "logistic: {transfer: features}",
                "logistic: {transfer: {strategy: features, stage: 3}}",
            ),
        )
    )
    assert plan.identity(bigger, cell) != plan.identity(first, cell)


def test_the_plan_expects_of_the_next_replicate_what_the_last_one_took(finished, place):
    from dataclasses import replace

    from alih.runs.forecast import forecast

    statuses = alih.open_results(finished).status
    again = [replace(s, state="new") if s.cell == Cell("hog", 1) else s for s in statuses]
    study = load(finished)
    left = {entry.cell: entry.seconds for entry in forecast(study, again).cells}
    assert left[Cell("hog", 1)] == pytest.approx(card(finished, "hog")["seconds"], rel=0.01)
    assert sum(left.values()) == left[Cell("hog", 1)]


def test_another_strategy_is_one_factor(place):
    arms = (
        "arms: {a: {transfer: features}, b: {transfer: finetune, train: {lr: 0.1}}}\n"
        "compare: {baseline: b}\n"
    )
    (factor,) = factors(load(study(place, "factor", STUDY + arms)), "a", "b")
    assert factor == "transfer.strategy: finetune -> features"


@pytest.mark.usefixtures("undrawn")
def test_the_report_shows_scores_without_epochs(finished):
    for lang in ("en", "id"):
        page = write(finished, lang).read_text()
        assert "noise" in page
        assert "66" in page
        assert "selected-head2toe.csv" in page
    page = write(finished).read_text()
    assert "Head2Toe (Evci et al. 2022) kept" in page
    assert "knows 2 of 3 classes (66.7 %)" in page
    assert "at most 66.7 % of the test images" in page
    assert "trained for 0 epochs" not in page
    assert "0 epochs" not in page


PROBLEMS = {
    "a: {model: dcnn, transfer: features}": "no_start",
    "a: {model: mobilenetv2_100, transfer: {strategy: features, stage: 21}}": "stage_beyond",
    "a: {transfer: {strategy: features, stage: 5, stage_values: 64}}": "stage_values_of_one",
    "a: {transfer: {strategy: features, classifier: svn}}": "unknown_value",
    "a: {transfer: {strategy: features, classifer: svm}}": "unknown_key",
    "a: {transfer: {strategy: features, views: 2}}": "views_without_augment",
    "a: {transfer: {strategy: features, handmade: hog, stage: 2}}": "stage_and_handmade",
    "a: {transfer: {strategy: features, handmade: hug}}": "unknown_value",
    "a: {transfer: {strategy: direct, classes: {strips: 3}}}": "no_such_class",
    "a: {transfer: {strategy: direct, classes: {dots: 1000}}}": "index_out_of_range",
    "a: {transfer: {strategy: direct, classes: {stripes: siamesse cat}}}": "no_such_model_class",
    "a: {transfer: direct}": "nothing_mapped",
    "a: {model: {weights: none}, transfer: direct}": "direct_without_weights",
}


@pytest.mark.parametrize("arm", PROBLEMS)
def test_bad_options_are_told_before_anything_is_computed(place, arm):
    with pytest.raises(StudyError) as error:
        load(
            study(
                place,
                "bad",
                STUDY + f"arms:\n  {arm}\n  b: {{transfer: scratch}}\ncompare: {{baseline: b}}\n",
            )
        )
    (problem,) = error.value.problems
    assert problem.key.partition(".")[2] == PROBLEMS[arm]
