"""The methods section: whoever reads it can repeat the study, in either language."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support import fake_masks
from tests.support.cards import change
from tests.support.compared import compare, older
from tests.support.fake_study import make
from tests.support.spoken import spoken

from alih.reports.kit import pages
from alih.reports.kit.facts import Facts, gather
from alih.reports.methods import text as methods
from alih.runs.card import Carried, ClassifierFit, Constants, FeatureUse, Trial, Tuning, Weights
from alih.runs.folder import CellFolder
from alih.study.document.split import Holdout, RepeatedKFold
from alih.study.loading import load
from alih.study.planning.cells import Cell
from alih.study.planning.plan import cells
from alih.words import formats, number, set_language

BACKBONE = {"name": "mobilenetv2_100"}
ARMS: dict[str, Any] = {
    "scratch": {"model": {**BACKBONE, "weights": "none"}, "transfer": "scratch"},
    "whole": {
        "model": BACKBONE,
        "transfer": {"strategy": "finetune", "stage_decay": 0.8, "head_lr": 10},
    },
    "half": {
        "model": {**BACKBONE, "dropout": [0.2]},
        "transfer": {"strategy": "finetune", "freeze": 3, "batch_norm": "fixed"},
    },
    "head": {"model": BACKBONE, "transfer": {"strategy": "finetune", "freeze": "all"}},
    "thaw": {
        "model": BACKBONE,
        "transfer": {
            "strategy": "finetune",
            "freeze": "all",
            "unfreeze": {"every": 2, "stages": 4},
        },
    },
    "l2sp": {
        "model": BACKBONE,
        "transfer": {"strategy": "finetune", "regularizer": "l2-sp", "alpha": 0.1},
    },
    "delta": {
        "model": BACKBONE,
        "transfer": {"strategy": "finetune", "regularizer": "delta", "attention_images": 64},
    },
    "bss": {
        "model": BACKBONE,
        "transfer": {"strategy": "finetune", "bss": 0.001, "head_l1": 0.02, "head_l2": 0.01},
    },
    "mine": {
        "model": {**BACKBONE, "weights": "./mine.safetensors"},
        "transfer": {"strategy": "finetune"},
    },
    "after": {"model": BACKBONE, "transfer": {"strategy": "finetune"}, "from": "scratch"},
    "knn": {
        "model": BACKBONE,
        "transfer": {"strategy": "features", "classifier": "knn", "stage": 5},
    },
    "hog": {
        "transfer": {
            "strategy": "features",
            "handmade": "hog",
            "classifier": {"name": "svm", "C": 0.5},
        }
    },
    "direct": {
        "model": BACKBONE,
        "transfer": {"strategy": "direct", "classes": {"Bag": ["backpack"]}},
    },
}
TRAIN: dict[str, Any] = {
    "epochs": 5,
    "batch_size": 16,
    "optimizer": "sgd",
    "momentum": 0.9,
    "lr": 0.01,
    "clip_norm": 1,
    "label_smoothing": 0.1,
    "schedule": {"name": "cosine", "warmup": 1},
    "early_stopping": {"patience": 2, "monitor": "accuracy"},
    "keep": "best",
    "monitor": "accuracy",
}
AUGMENT = {"flip": True, "rotation": 7.5}
WEIGHTS = Weights(source="a wheel", sha256="b03531047ffacf1e")


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    place = tmp_path_factory.mktemp("methods")
    (place / "mine.safetensors").write_bytes(b"")
    extra = {
        "data": {"set": "fashion-mnist-mini", "image_size": 32, "channels": 3},
        "model": None,
        "train": TRAIN,
        "augment": AUGMENT,
        "arms": ARMS,
    }
    root = make(
        place / "study",
        seeds=2,
        n_items=60,
        epochs=2,
        arms=tuple(ARMS),
        extra=extra,
        published=False,
    )
    for arm in ARMS:
        for replicate in range(2):
            folder = CellFolder(root, Cell(arm, replicate))
            if folder.is_done:  # an arm that runs once has no second replicate
                change(folder, **_known_to_runs(arm, replicate))
    return gather(root)


def _known_to_runs(arm: str, replicate: int) -> dict[str, Any]:
    """The values of a card that only real runs know."""
    found: dict[str, Any] = {
        "weights": WEIGHTS,
        "kept_epoch": 3 + replicate,
        "preprocessing": Constants(mean=[0.5], std=[0.25]),
    }
    if arm == "after":
        source = f"scratch/seed-{replicate}"
        carried = Carried(source=source, carried=300, fresh=["a", "b"])
        found |= {"weights": None, "carried": carried}
    if arm in ("knn", "hog"):
        chosen = {"name": "knn", "k": 15} if arm == "knn" else {"name": "svm", "gamma": 0.1}
        options = {**chosen, "calibrate": True}
        found["classifier"] = ClassifierFit(options=options, report={"folds": 5})
        found["features"] = FeatureUse(origin="mobilenetv2_100", stage="block4", width=96)
    return found


def told(facts: Facts, arm: str, lang: str = "en") -> str:
    (found,) = [
        one for one in spoken(lang, methods.paragraphs, facts) if one.startswith(f"“{arm}”")
    ]
    return found


TOLD: dict[str, list[str | float]] = {
    "scratch": ["mobilenetv2_100"],
    "whole": ["ImageNet", "torchvision mobilenet_v2", "SHA-256 b03531047ffa…", 0.8, 10],
    "half": ["3", "“stage3”", 0.2],
    "head": [],
    "thaw": ["2 epoch", "4"],
    "l2sp": ["L2-SP", "{0.1}/2 · ‖w − w⁰‖²", "{0.01}/2 · ‖w_head‖²"],
    "delta": ["DELTA", 0.01, "64"],
    "bss": [0.001, "{0.02} · Σ|w| + {0.01} · Σw²"],
    "mine": ["mine.safetensors (SHA-256"],
    "after": ["“scratch”", "300", "302"],
    "knn": ["“block4”", "ImageNet", " k ", "5"],
    "hog": ["HOG (size: 96", "C: {0.5}", "gamma", "5"],
    "direct": ["ImageNet", "torchvision mobilenet_v2"],
}
"""What the paragraph of an arm names in both languages; numbers as the language writes them."""
LEARNS = {
    "scratch": "All weights were trained.",
    "whole": "All weights were trained.",
    "half": "The first 3 stages, up to “stage3”, stayed frozen.",
    "head": "only the head learnt",
    "thaw": "All stages began frozen",
    "mine": "its head from random ones",
    "after": "the others started at random",
    "direct": "nothing was trained",
}
"""What of a network learnt is said by the choice of a sentence."""


def written(part: str | float) -> str:
    """A part of `TOLD` in the language in force."""
    if not isinstance(part, str):
        return formats.plain(part)
    return re.sub(r"\{(.*?)\}", lambda found: formats.plain(float(found[1])), part)


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("lang", ["en", "id"])
def test_every_strategy_says_what_it_starts_from_and_what_learns(
    facts: Facts, arm: str, lang: str
) -> None:
    text = told(facts, arm, lang)
    parts = spoken(lang, lambda: [written(part) for part in TOLD[arm]])
    assert [part for part in parts if part not in text] == [], text
    assert lang == "id" or LEARNS.get(arm, "") in text


@pytest.mark.parametrize("lang", ["en", "id"])
def test_what_trained_arms_share_is_said_once_with_what_was_kept(facts: Facts, lang: str) -> None:
    text = spoken(lang, lambda: "\n".join(methods.paragraphs(facts)))
    shared = ["SGD (momentum {0.9})", "{0.01}; ", " {7.5}°"]
    parts = spoken(lang, lambda: [written(part) for part in shared])
    assert [part for part in parts if text.count(part) != 1] == []
    kept = {"en": "3 and 4.", "id": "3 dan 4."}
    assert kept[lang] in told(facts, "head", lang)


@pytest.mark.parametrize("lang", ["en", "id"])
def test_no_setting_of_training_is_left_out(facts: Facts, lang: str) -> None:
    """Without it the text is another."""
    set_language(lang)
    whole = methods.paragraphs(facts)
    for section, given in (("train", TRAIN), ("augment", AUGMENT)):
        for key in given:
            rest = {name: value for name, value in given.items() if name != key}
            study = facts.study.model_copy(update={section: rest})
            assert methods.paragraphs(replace(facts, study=study)) != whole, key


def test_a_run_that_was_continued_is_named_without_the_place_where_it_lies(facts: Facts) -> None:
    arm = facts.study.arms["after"].model_copy(
        update={"source": "/home/somebody/runs/dogs/runs/big/seed-0"}
    )
    study = facts.study.model_copy(update={"arms": {**facts.study.arms, "after": arm}})
    text = told(replace(facts, study=study), "after")
    assert "dogs/runs/big/seed-0" in text
    assert "somebody" not in text


def test_the_gpu_of_a_study_is_named_and_not_the_cpu_beside_it(facts: Facts) -> None:
    assert "2-core CPU" in methods.paragraphs(facts)[-1]
    other = replace(facts)
    computed = {"gpu": "NVIDIA H200", "device": "cuda"}
    other.__dict__["environment"] = facts.environment.model_copy(update=computed)
    said = methods.paragraphs(other)[-1]
    assert "NVIDIA H200" in said
    assert "2-core CPU" not in said


@pytest.mark.parametrize("lang", ["en", "id"])
def test_numbers_that_do_not_repeat_are_told(facts: Facts, lang: str) -> None:
    set_language(lang)
    assert "TF32" not in methods.paragraphs(facts)[-1]
    fast = facts.study.model_copy(update={"determinism": "fast"})
    assert "`determinism: fast`" in methods.paragraphs(replace(facts, study=fast))[-1]


def test_an_arm_of_its_own_settings_says_them_itself(tmp_path: Path) -> None:
    arms = {"plain": {}, "slow": {"train": {"lr": 0.0001, "keep": "best"}}}
    root = make(
        tmp_path / "own",
        seeds=2,
        n_items=60,
        epochs=2,
        arms=tuple(arms),
        extra={"arms": arms, "refit": True},
        published=False,
    )
    facts = gather(root)
    assert "learning rate 0.001." in told(facts, "plain")
    assert "after the last epoch were kept" in told(facts, "plain")
    assert "learning rate 0.0001." in told(facts, "slow")
    assert "best loss on validation were kept" in told(facts, "slow")
    assert "trained anew on training and validation images together" in methods.paragraphs(facts)[1]


def test_masks_say_only_what_is_true_of_them(tmp_path: Path) -> None:
    facts = gather(fake_masks.make(tmp_path / "masks", seeds=2, epochs=2))
    counts = {"train": {"Beagle": 60, "Pug": 60}, "test": {"Beagle": 20, "Pug": 20}}
    breeds = facts.data.model_copy(update={"counts": counts})
    changed = facts.study.model_copy(update={"augment": {"flip": True}})
    other = replace(facts, study=changed)
    other.__dict__["data"] = breeds
    for language, strata, breed, changes in (
        ("en", "stratified", "by breed", "random changes"),
        ("id", "terstratifikasi", "menurut ras", "perubahan acak"),
    ):
        set_language(language)
        text = "\n".join(methods.paragraphs(facts))
        assert strata not in text, "a folder of masks has no strata"
        assert changes not in text, "nothing is augmented"
        text = "\n".join(methods.paragraphs(other))
        assert strata in text
        assert breed in text
        assert changes in text


def test_the_split_is_told_as_it_was_made(facts: Facts) -> None:
    def first(counts: dict[str, Any] | None = None, **changes: Any) -> str:
        other = replace(facts, study=facts.study.model_copy(update=changes))
        if counts is not None:
            other.__dict__["data"] = facts.data.model_copy(update={"counts": counts})
        return methods.paragraphs(other)[0]

    official = first({"train": {"a": 600}, "test": {"a": 60}})
    assert "drawn anew" in official
    assert "10 %" in official
    assert "drawn anew" not in first(), "the fake set brings a validation part"
    drawn = first({"train": {"a": 660}, "test": {"a": 0}}, split=Holdout(test=0.25))
    assert "25 %" in drawn
    assert "once" in drawn
    folds = first(split=RepeatedKFold(scheme="repeated-kfold", folds=4, repeats=2))
    assert "4 folds" in folds
    assert "2 times" in folds
    levels = first(vary={"train_images": [30, "all"]})
    assert "30 and all" in levels
    assert "all classes together" in levels


def test_tuned_and_varied_settings_are_named(tmp_path: Path) -> None:
    extra = {"tune": {"train.lr": [0.001, 0.01]}}
    root = make(
        tmp_path / "grid",
        seeds=1,
        n_items=60,
        epochs=2,
        second=("train.batch_size", [16, 32]),
        extra=extra,
    )
    trials = [
        Trial(values={"train.lr": lr}, validation={"accuracy": lr}, epoch=2) for lr in (0.001, 0.01)
    ]
    for cell in cells(load(root)):
        tuned = Tuning(metric="accuracy", trials=trials, chosen=1)
        change(CellFolder(root, cell), tune=tuned)
    set_language("id")
    text = "\n".join(methods.paragraphs(gather(root)))
    assert "laju pembelajaran 0,01." in text
    assert "train.lr: 0,001 dan 0,01" in text
    assert "train.batch_size bernilai 16 dan 32" in text
    assert "0.01" not in text


def test_both_languages_have_the_same_macros():
    names = [set(dir(pages.macros(f"methods.{lang}.j2", methods.FILTERS))) for lang in ("en", "id")]
    assert names[0] == names[1]
    assert {"arm", "settings", "learns_finetune", "fitted_features"} <= names[0]


@pytest.mark.parametrize("lang", ["en", "id"])
def test_data_replicates_and_dropout_are_named(tmp_path: Path, lang: str) -> None:
    set_language(lang)
    facts = gather(make(tmp_path / "s", seeds=2, n_items=60, epochs=3))
    said = "\n".join(methods.paragraphs(facts))
    dropout = formats.listing([formats.plain(rate) for rate in (0.25, 0.5)])
    parts = (number(5400, 0), formats.count("replicates", 2), facts.arm_label("dropout"), dropout)
    assert [part for part in (*parts, "Adam", "Holm") if part not in said] == []


@pytest.mark.parametrize("lang", ["en", "id"])
def test_groups_of_test_images_are_told(tmp_path: Path, lang: str) -> None:
    set_language(lang)
    facts = gather(make(tmp_path / "s", seeds=2, n_items=60, epochs=3))
    rows = [
        replace(row, answer=row.answer and replace(row.answer, n_groups=7))
        for row in facts.comparison.rows
    ]
    grouped = replace(facts, comparison=replace(facts.comparison, rows=rows))
    said = "\n".join(methods.paragraphs(grouped))
    assert ("McCaffrey" in said, "Gelman" in said) == (True, False)
    assert "McCaffrey" not in "\n".join(methods.paragraphs(facts))


def test_looks_of_older_rules_are_told_in_methods_and_findings(tmp_path: Path) -> None:
    root = make(tmp_path / "s", seeds=2, n_items=60, epochs=3)
    today = "\n".join(methods.paragraphs(gather(root)))
    compare(root)
    older(root)
    facts = gather(root)
    earlier = "\n".join(methods.paragraphs(facts))
    for source in ("Bretz", "Gelman"):
        assert (source in today, source in earlier) == (True, False)
    assert "Holm" in earlier
    assert "D030" in [finding.code for finding in facts.comparison.findings]


@pytest.mark.parametrize("lang", ["en", "id"])
def test_segmentation_on_two_domains_says_how_iou_is_counted_in_whole_sentences(lang):
    set_language(lang)
    macros = pages.macros(f"methods.{lang}.j2", methods.FILTERS)
    values = {"name": "dogs", "source": "cats", "masks": True, "target_labels": 0}
    values |= {"classes": 3, "channels": 3, "train": 9, "validation": 1, "test": 2, "size": "8 × 8"}
    lines = [
        line
        for line in str(macros.data(defaultdict(lambda: None, values))).splitlines()
        if line.strip()
    ]
    assert any("IoU" in line for line in lines)
    assert all(not line[0].islower() and line.endswith(".") for line in lines)
