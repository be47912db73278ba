"""The methods section: whoever reads it can repeat the study, in either language."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support import fake_masks
from tests.support.fake_study import make, seal
from tests.support.spoken import spoken

from alih import files
from alih.reports.kit import pages
from alih.reports.kit.facts import Facts, gather
from alih.reports.methods import text as methods
from alih.study.document.split import Holdout, RepeatedKFold
from alih.words import set_language

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
WEIGHTS = {"source": "a wheel", "sha256": "b03531047ffacf1e"}


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    place = tmp_path_factory.mktemp("methods")
    (place / "mine.safetensors").write_bytes(b"")
    extra = {
        "data": {"set": "fashion-mnist-mini", "image_size": 32, "channels": 3},
        "model": None,
        "train": TRAIN,
        "augment": {"flip": True, "rotation": 7.5},
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
            _complete(root / "runs" / arm / f"seed-{replicate}" / "card.json", arm, replicate)
            seal(root / "runs" / arm / f"seed-{replicate}")
    return gather(root)


def _complete(file: Path, arm: str, replicate: int) -> None:
    """What only real runs know."""
    if not file.exists():  # an arm that runs once
        return
    card = files.read_json(file)
    card |= {
        "weights": WEIGHTS,
        "kept_epoch": 3 + replicate,
        "preprocessing": {"mean": [0.5], "std": [0.25]},
    }
    if arm == "after":
        card |= {
            "weights": None,
            "from": {"source": f"scratch/seed-{replicate}", "carried": 300, "fresh": ["a", "b"]},
        }
    if arm in ("knn", "hog"):
        chosen = (
            {"name": "knn", "k": 15, "calibrate": True}
            if arm == "knn"
            else {"name": "svm", "gamma": 0.1, "calibrate": True}
        )
        card |= {"classifier": {"options": chosen, "report": {"folds": 5}}}
        card |= {
            "features": {"from": "mobilenetv2_100", "stage": "block4", "width": 96, "views": 0}
        }
    files.write_json(file, card)


def told(facts: Facts, arm: str, lang: str = "en") -> str:
    (found,) = [
        one for one in spoken(lang, methods.paragraphs, facts) if one.startswith(f"“{arm}”")
    ]
    return found


SAID = {
    "scratch": (
        ["It started from random weights.", "All weights were trained."],
        ["bobot acak", "Semua bobot dilatih."],
    ),
    "whole": (
        [
            "ImageNet weights (torchvision mobilenet_v2",
            "SHA-256 b03531047ffa…",
            "0.8 times",
            "head learnt with 10 times",
        ],
        ["bobot ImageNet (torchvision", "0,8 kali", "kepalanya dipakai 10 kali"],
    ),
    "half": (
        [
            "The first 3 stages, up to “stage3”, stayed frozen.",
            "dropout rates are 0.2",
            "All stages kept their statistics",
        ],
        [
            "Sebanyak 3 tahap pertama, sampai “stage3”, dibekukan.",
            "Semua tahap mempertahankan statistik",
        ],
    ),
    "head": (
        ["All stages stayed frozen; only the head learnt.", "Frozen stages kept their statistics"],
        ["Semua tahap dibekukan; hanya kepalanya yang dilatih."],
    ),
    "thaw": (
        ["All stages began frozen, and after every 2 epochs 4 more"],
        ["setiap 2 epoch dicairkan 4 tahap lagi"],
    ),
    "l2sp": (["L2-SP", "0.1/2 · ‖w − w⁰‖²", "0.01/2 · ‖w_head‖²"], ["L2-SP", "0,1/2 · ‖w − w⁰‖²"]),
    "delta": (
        ["DELTA", "strength 0.01", "measured on 64 training images"],
        ["DELTA", "kekuatan 0,01", "pada 64 gambar latih"],
    ),
    "bss": (
        [
            "Batch spectral shrinkage",
            "strength 0.001",
            "0.02 · Σ|w| + 0.01 · Σw² over the weights of the head",
        ],
        ["kekuatan 0,001", "0,02 · Σ|w| + 0,01 · Σw² atas bobot kepalanya"],
    ),
    "mine": (
        ["the weights in the file mine.safetensors (SHA-256"],
        ["bobot dalam berkas mine.safetensors"],
    ),
    "after": (
        [
            "the same replicate of “scratch” had learnt: 300 of 302 tensors",
            "the others started at random",
        ],
        ["300 dari 302 tensor", "yang lain berawal acak"],
    ),
    "knn": (
        ["after the stage “block4”", "ImageNet weights", "chose k by 5-fold cross-validation"],
        ["setelah tahap “block4”", "memilih k dengan validasi silang 5 lipatan"],
    ),
    "hog": (
        ["HOG (size: 96", "C: 0.5", "chose gamma by 5-fold"],
        ["HOG (size: 96", "C: 0,5", "memilih gamma"],
    ),
    "direct": (
        ["ImageNet weights (torchvision", "nothing was trained"],
        ["tidak ada yang dilatih"],
    ),
}


@pytest.mark.parametrize("arm", ARMS)
def test_every_strategy_says_what_it_starts_from_and_what_learns(facts: Facts, arm: str) -> None:
    for lang, parts in zip(("en", "id"), SAID[arm], strict=True):
        text = told(facts, arm, lang)
        assert [part for part in parts if part not in text] == [], text


def test_what_trained_arms_share_is_said_once_with_what_was_kept(facts: Facts) -> None:
    for lang, parts in {
        "en": [
            "at most 5 epochs with batch size 16, optimizer SGD (momentum 0.9) "
            "and learning rate 0.01; it stopped when accuracy",
            "for 2 epochs",
            "fell to zero along a cosine",
            "warm-up, in epochs: 1",
            "clipped to the norm 1",
            "smoothed by 0.1",
            "mirrored left to right in half of the cases and rotated by up to 7.5°",
            "The weights of the epoch with the best accuracy on validation were kept.",
        ],
        "id": [
            "laju pembelajaran 0,01",
            "diputar paling besar 7,5°",
            "Bobot dari epoch dengan akurasi terbaik pada validasi",
        ],
    }.items():
        text = "\n".join(spoken(lang, methods.paragraphs, facts))
        assert [part for part in parts if text.count(part) != 1] == []
    assert "Epochs kept, by replicate: 3 and 4." in told(facts, "head")


def test_a_run_that_was_continued_is_named_without_the_place_where_it_lies(facts: Facts) -> None:
    arm = facts.study.arms["after"].model_copy(
        update={"source": "/home/somebody/runs/dogs/runs/big/seed-0"}
    )
    study = facts.study.model_copy(update={"arms": {**facts.study.arms, "after": arm}})
    assert "the weights of the run dogs/runs/big/seed-0: 300 of 302" in told(
        replace(facts, study=study), "after"
    )


def test_the_gpu_of_a_study_is_named_and_not_the_cpu_beside_it(facts: Facts) -> None:
    assert "on 2-core CPU (" in methods.paragraphs(facts)[-1]
    other = replace(facts)
    computed = {"gpu": "NVIDIA H200", "device": "cuda"}
    other.__dict__["environment"] = facts.environment.model_copy(update=computed)
    said = methods.paragraphs(other)[-1]
    assert "on NVIDIA H200 (" in said
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
    root = fake_masks.make(tmp_path / "masks", seeds=2, epochs=2)
    for language, strata, changes, breed in (
        ("en", "stratified", "random changes of the images", "stratified by breed"),
        ("id", "terstratifikasi", "perubahan acak pada gambar", "terstratifikasi menurut ras"),
    ):
        set_language(language)
        facts = gather(root)
        text = "\n".join(methods.paragraphs(facts))
        assert strata not in text, "a folder of masks has no strata"
        assert changes not in text, "nothing is augmented"
        counts = {"train": {"Beagle": 60, "Pug": 60}, "test": {"Beagle": 20, "Pug": 20}}
        facts.__dict__["data"] = facts.data.model_copy(update={"counts": counts})
        changed = facts.study.model_copy(update={"augment": {"flip": True}})
        other = replace(facts, study=changed)
        other.__dict__["data"] = facts.data
        text = "\n".join(methods.paragraphs(other))
        assert breed in text
        assert changes in text


def test_the_split_is_told_as_it_was_made(facts: Facts) -> None:
    def first(counts: dict[str, Any] | None = None, **changes: Any) -> str:
        other = replace(facts, study=facts.study.model_copy(update=changes))
        if counts is not None:
            other.__dict__["data"] = facts.data.model_copy(update={"counts": counts})
        return methods.paragraphs(other)[0]

    official = {"train": {"a": 600}, "test": {"a": 60}}
    assert "was drawn anew, stratified by class, for every replicate" in first(official)
    assert "10 % of the images outside the test split" in first(official)
    assert "The test split is a part of its own" in first(official)
    drawn = first({"train": {"a": 660}, "test": {"a": 0}}, split=Holdout(test=0.25))
    assert (
        "The test split (25 % of the images) was drawn once, stratified by class, "
        "for the whole study" in drawn
    )
    assert "drawn anew" not in first()  # the fake set brings a validation part
    folds = first(split=RepeatedKFold(scheme="repeated-kfold", folds=4, repeats=2))
    assert "divided, stratified by class, into 4 folds, 2 times with other folds. Each" in folds
    levels = first(vary={"train_images": [30, "all"]})
    assert "30 and all were used: numbers of all classes together, not per class" in levels


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
    for file in root.glob("runs/*/seed-0/*/card.json"):
        trials = [
            {"values": {"train.lr": lr}, "validation": {"accuracy": lr}, "epoch": 2}
            for lr in (0.001, 0.01)
        ]
        tuned = {"metric": "accuracy", "trials": trials, "chosen": 1, "refit": False}
        files.write_json(file, files.read_json(file) | {"tune": tuned})
        seal(file.parent)
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
