"""Checks that need more than one key: each rule with a document that breaks it, and one that does
not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.folders import problems

from alih.study.document.problems import Problem

BASE = """\
title: t
data: {set: fashion-mnist-mini}
arms:
  plain: {model: dcnn}
  other: {model: {name: dcnn, dropout: [0.25, 0.5]}}
compare: {baseline: plain}
"""


def found(tmp_path: Path, text: str) -> list[Problem]:
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    return problems(path)


def test_the_base_document_has_no_problem(tmp_path: Path) -> None:
    assert found(tmp_path, BASE) == []


@pytest.mark.parametrize(
    ("line", "key", "path", "named"),
    [
        # names that must exist
        (
            "model: dcn",
            None,
            "",
            "",
        ),  # every arm brings its own model: a default that nobody uses is not looked at
        (
            "transfer: scrach",
            "study.unknown_strategy",
            "transfer.strategy",
            "Did you mean 'scratch'?",
        ),
        (
            "transfer: {strategy: scratch, freeze: 3}",
            "study.no_options",
            "transfer.freeze",
            "'freeze'",
        ),
        (
            "published: {plian: {test: {accuracy: 0.9}}}",
            "study.unknown_arm",
            "published.plian",
            "Did you mean 'plain'?",
        ),
        (
            "published: {plain: {test: {acc: 0.9}}}",
            "study.unknown_metric",
            "published.plain.test.acc",
            "'accuracy'",
        ),
        ("published: {plain: {test: {accuracy: 0.9}}}", None, "", ""),
        ("train: {monitor: acuracy}", "study.unknown_metric", "train.monitor", "'accuracy'"),
        (
            "train: {early_stopping: {patience: 3, monitor: los}}",
            "study.unknown_metric",
            "train.early_stopping.monitor",
            "'loss'",
        ),
        ("train: {early_stopping: {patience: 3, monitor: log_loss}}", None, "", ""),
        # grids
        ("vary: {train_images: [10, 100, all]}", None, "", ""),
        ("vary: {train_images: [10, most]}", "study.wrong_type", "vary.train_images[2]", "'most'"),
        ("vary: {train_images: [10, 1.5]}", "study.wrong_type", "vary.train_images[2]", "1.5"),
        (
            "vary: {train_images: [10, 6000]}",
            "study.too_many_images",
            "vary.train_images[2]",
            "5400",
        ),
        (
            "vary: {train_images: [5, all]}",
            "study.too_few_images",
            "vary.train_images[1]",
            "10 classes",
        ),
        ("vary: {train_images: [10, 10]}", "study.repeated_value", "vary.train_images", "twice"),
        (
            "vary: {train.lr: [0.1, 0.01], arms.other.model.dropout: [[0.1, 0.1], [0.2, 0.2]]}",
            None,
            "",
            "",
        ),
        (
            "vary: {train.lr: [1, 2], train.l2: [0, 1], train.l1: [0, 1]}",
            "study.vary_keys",
            "vary",
            "3 keys",
        ),
        ("vary: {train.lrr: [1, 2]}", "study.unknown_path", "vary.train.lrr", "Did you mean 'lr'?"),
        ("vary: {lr: [1, 2]}", "study.unknown_path", "vary.lr", "train"),
        (
            "vary: {arms.plan.train.lr: [1, 2]}",
            "study.unknown_arm",
            "vary.arms.plan.train.lr",
            "Did you mean 'plain'?",
        ),
        ("vary: {arms.plain: [1, 2]}", "study.unknown_arm", "vary.arms.plain", "plain"),
        ("vary: {train.lr: [0.1, -1]}", "study.bound_gt", "vary.train.lr", "-1"),
        (
            "vary: {arms.plain.model.name: [dcnn, dcn]}",
            "study.unknown_model",
            "vary.arms.plain.model.name",
            "'dcnn'",
        ),
        ("tune: {train.lr: [0.1, 0.01]}", None, "", ""),
        ("tune: {train.lrr: [0.1]}", "study.unknown_path", "tune.train.lrr", "'lr'"),
        ("tune: {train.lr: [0.1, fast]}", "study.wrong_type", "tune.train.lr", "'fast'"),
        (
            "tune: {transfer.freze: [1, 2]}",
            "study.tune_nobody",
            "tune.transfer.freze",
            "no arm uses a strategy",
        ),
        ("train: {views: 4}", "study.views_without_augment", "train.views", "flip: true"),
        ("{train: {views: 4}, augment: {flip: true}}", None, "", ""),
        ("train: {views: 0}", "study.bound_gt", "train.views", "0"),
        (
            "tune: {arms.plain.train.lr: [0.1]}",
            "study.tune_one_arm",
            "tune.arms.plain.train.lr",
            "every arm",
        ),
        (
            "{tune: {train.lr: [0.1]}, vary: {train.lr: [0.1]}}",
            "study.tune_and_vary",
            "tune.train.lr",
            "both",
        ),
        # split and protocol
        ("split: {scheme: repeated-kfold}", "study.missing_key_such_as", "split.folds", "folds: 5"),
        ("split: {scheme: repeated-kfold, folds: 5}", None, "", ""),
        (
            "{split: {scheme: repeated-kfold, folds: 5, repeats: 2}, seeds: 3}",
            "study.kfold_seeds",
            "seeds",
            "10",
        ),
        (
            "split: {scheme: repeated-kfold, folds: 5, test: 0.2}",
            "study.only_with",
            "split.test",
            "repeated-kfold",
        ),
        ("split: {folds: 5}", "study.only_with", "split.folds", "'folds'"),
        ("split: {test: 0.2}", "study.official_test", "split.test", "1000"),
        ("protocol: paper", None, "", ""),
        (
            "{protocol: paper, split: {validation: 0.1}}",
            "study.paper_validation",
            "split.validation",
            "`validation`",
        ),
        (
            "{protocol: paper, split: {scheme: repeated-kfold, folds: 3}}",
            "study.paper_kfold",
            "split.scheme",
            "holdout",
        ),
        ("{protocol: paper, tune: {train.lr: [0.1]}}", "study.paper_tune", "tune", "sealed"),
        ("{protocol: paper, refit: true}", "study.paper_refit", "refit", "`refit`"),
        # sizes that must fit
        ("train: {batch_size: 5400}", None, "", ""),
        ("train: {batch_size: 5401}", "study.batch_too_large", "train.batch_size", "5400"),
        ("{protocol: paper, train: {batch_size: 6000}}", None, "", ""),
        (
            "{split: {validation: 0.5}, train: {batch_size: 3001}}",
            "study.batch_too_large",
            "train.batch_size",
            "3000",
        ),
        (
            "train: {class_weights: [1, 2]}",
            "study.class_weights",
            "train.class_weights",
            "10 classes",
        ),
        ("train: {class_weights: balanced}", None, "", ""),
        (
            "train: {class_weights: balanced, sampling: balanced}",
            "study.sampling_and_weights",
            "train.sampling",
            "twice",
        ),
        # settings that must agree
        ("train: {schedule: step}", "study.missing_key_such_as", "train.schedule.every", "'every'"),
        ("train: {schedule: {name: step, every: 3, factor: 0.5}}", None, "", ""),
        (
            "train: {schedule: {name: cosine, every: 3}}",
            "study.only_with",
            "train.schedule.every",
            "`name: cosine`",
        ),
        (
            "train: {epochs: 2, schedule: {name: cosine, warmup: 2}}",
            "study.warmup_too_long",
            "train.schedule.warmup",
            "2 epochs",
        ),
        ("train: {momentum: 0.9}", "study.only_sgd", "train.momentum", "'adam'"),
        (
            "train: {optimizer: sgd, nesterov: true}",
            "study.nesterov_needs_momentum",
            "train.nesterov",
            "momentum: 0.9",
        ),
        ("train: {optimizer: sgd, nesterov: true, momentum: 0.9}", None, "", ""),
    ],
)
def test_rules(tmp_path: Path, line: str, key: str | None, path: str, named: str) -> None:
    text = BASE + "\n".join(_pairs(line) if line.startswith("{") else [line]) + "\n"
    problems = found(tmp_path, text)
    if key is None:
        assert problems == []
        return
    hits = [problem for problem in problems if problem.key == key and problem.path == path]
    assert len(hits) == 1, [str(problem) for problem in problems]
    assert named in str(hits[0])
    assert ":" in hits[0].where
    assert int(hits[0].where.rsplit(":", 1)[1]) >= 7


def _pairs(line: str) -> list[str]:
    """`{a: {..}, b: ..}` as one line per key, so that line numbers are those of the keys."""
    from alih.study.reading import yamlfile

    values = yamlfile.parse(line, "x").values
    return [
        yamlfile.yaml.dump({key: value}, default_flow_style=True).strip()[1:-1]
        for key, value in values.items()
    ]


@pytest.mark.parametrize(
    ("old", "new", "key", "line", "named"),
    [
        (
            "fashion-mnist-mini",
            "fashion-mnits",
            "study.unknown_set",
            2,
            "Did you mean 'fashion-mnist'?",
        ),
        (
            "plain: {model: dcnn}",
            "plain: {model: dccn}",
            "study.unknown_model",
            4,
            "Did you mean 'dcnn'?",
        ),
        ("plain: {model: dcnn}", "plain: {}", "study.no_model", 4, "model: dcnn"),
        (
            "plain: {model: dcnn}",
            "plain: {model: {name: dcnn, layers: [flatten]}}",
            "study.name_and_layers",
            4,
            "both",
        ),
        ("[0.25, 0.5]", "[0.25]", "study.dropout_count", 5, "2 dropout layers"),
        ("baseline: plain", "baseline: plane", "study.unknown_arm", 6, "Did you mean 'plain'?"),
        ("baseline: plain", "baseline: plain, primary: f1", "study.unknown_metric", 6, "macro_f1"),
        (
            "baseline: plain",
            "baseline: plain, metrics: {accurcy: {}}",
            "study.unknown_metric",
            6,
            "Did you mean 'accuracy'?",
        ),
        (
            "baseline: plain",
            "baseline: plain, metrics: {specificity: {}}",
            "study.two_classes_only",
            6,
            "matthews",
        ),
        ("baseline: plain", "baseline: plain, seeds_max: 2", "study.seeds_max", 6, "5 replicates"),
        (
            "baseline: plain",
            "baseline: plain, metrics: {accuracy: {margin: 2}}",
            "study.margin_range",
            6,
            "Did you mean 0.02?",
        ),
        (
            "plain: {model: dcnn}",
            "plain: {model: dcnn, from: othr}",
            "study.unknown_source",
            4,
            "Did you mean 'other'?",
        ),
        (
            "plain: {model: dcnn}",
            "plain: {model: dcnn, from: plain}",
            "study.source_cycle",
            4,
            "plain -> plain",
        ),
        (
            "mini}",
            "mini, image_size: 5}",
            "study.layer_too_small",
            4,
            "pool1 (max_pool, 2×2) cannot take the shape 64×1×1",
        ),
        (
            "mini}",
            "mini, image_size: 4}",
            "study.layer_too_small",
            4,
            "conv2 (conv, 3×3) cannot take the shape 32×2×2",
        ),
    ],
)
def test_names_and_sizes(
    tmp_path: Path, old: str, new: str, key: str, line: int, named: str
) -> None:
    problems = [
        problem for problem in found(tmp_path, BASE.replace(old, new)) if problem.key == key
    ]
    assert problems
    assert problems[0].where.endswith(f"s.yaml:{line}")
    assert named in str(problems[0])


@pytest.mark.parametrize(
    ("positive", "named"), [("Shirt", None), ("shirts", "Did you mean 'Shirt'?")]
)
def test_the_positive_class_is_one_of_two(tmp_path: Path, positive: str, named: str | None) -> None:
    text = BASE.replace("mini}", "mini, classes: [Coat, Shirt]}").replace(
        "baseline: plain", f"baseline: plain, primary: sensitivity, positive: {positive}"
    )
    problems = found(tmp_path, text)
    assert [(problem.key, problem.path) for problem in problems] == (
        [("study.class_unknown", "compare.positive")] if named else []
    )
    assert named is None or named in str(problems[0])


def test_a_tuned_option_beside_arms_without_it(tmp_path: Path) -> None:
    arms = (
        "  fine: {model: mobilenetv2_100, transfer: finetune}\n"
        "  class: {model: mobilenetv2_100, transfer: features}\n"
    )
    text = BASE.replace("mini}", "mini, image_size: 32, channels: 3}").replace(
        "compare", arms + "compare"
    )
    assert (
        found(tmp_path, text + "tune: {transfer.classifier.C: [1, 10], transfer.freeze: [0, 5]}\n")
        == []
    )
    (bad,) = found(tmp_path, text + "tune: {transfer.clasifier.C: [1, 10]}\n")
    assert (bad.key, "Did you mean 'transfer.classifier.C'?" in str(bad)) == (
        "study.tune_nobody",
        True,
    )
    problems = found(tmp_path, text + "tune: {transfer.classifier.C: [1, -10]}\n")
    assert [(problem.key, problem.path) for problem in problems] == [
        ("study.bound_gt", "tune.transfer.classifier.C")
    ]


def test_trials_are_of_their_arms_kind(tmp_path: Path) -> None:
    arms = (
        "  fine: {model: mobilenetv2_100, transfer: finetune}\n"
        "  class: {model: mobilenetv2_100, transfer: features}\n"
    )
    text = BASE.replace("mini}", "mini, image_size: 32, channels: 3}").replace(
        "compare", arms + "compare"
    )
    text = "\n".join(
        line for line in text.splitlines() if not line.startswith(("  plain", "  other"))
    )
    text = text.replace("baseline: plain", "baseline: fine") + "\n"
    assert found(tmp_path, text + "vary: {arms.fine.transfer: [finetune, features]}\n") == [], (
        "each level is one of the two"
    )
    for grid in (
        "{transfer.strategy: [finetune, features]}",
        "{transfer: [finetune, {strategy: features, stage: 3}]}",
    ):
        problems = found(tmp_path, text + f"tune: {grid}\n")
        assert [problem.key for problem in problems] == ["study.tune_kind"] * 2
        assert "`features` cannot be a trial of an arm that is `finetune`" in str(problems[0])
        assert "`finetune` cannot be a trial of an arm that is `features`" in str(problems[1])
        assert all(problem.path.startswith("tune.transfer") for problem in problems)
    (problem,) = found(
        tmp_path,
        text.replace(arms.splitlines()[1], "")
        + "tune: {transfer.strategy: [scratch, direct, finetune]}\n",
    )
    assert problem.values["got"] == "direct"


def test_a_circle_of_sources(tmp_path: Path) -> None:
    text = BASE.replace("plain: {model: dcnn}", "plain: {model: dcnn, from: other}").replace(
        "0.5]}}", "0.5]}, from: plain}"
    )
    problems = found(tmp_path, text)
    assert [problem.key for problem in problems] == ["study.source_cycle"] * 2
    assert "plain -> other -> plain" in str(problems[0])


@pytest.mark.parametrize(
    ("layers", "key", "named"),
    [
        (
            "[{conv: {filters: 4, kernel: 30}}]",
            "study.layer_too_small",
            "conv1 (conv, 30×30) cannot take the shape 1×28×28",
        ),
        (
            "[flatten, {conv: 4}]",
            "study.layer_needs_image",
            "conv1 (conv) needs an image, but a vector of 784",
        ),
        ("[{dense: 4}, max_pool]", "study.layer_needs_image", "pool1"),
        (
            "[{conv: {filters: 4, activation: sign}}]",
            "study.no_gradient",
            "conv1: the activation 'sign'",
        ),
        ("[{dense: {units: 4, activation: unit-step}}]", "study.no_gradient", "dense1"),
        ("[{activation: sign}]", "study.no_gradient", "activation1"),
        ("[{conv: {filters: 4, padding: same, stride: 2}}]", "study.same_stride", "padding: 1"),
        (
            "[{activation: {name: sign, straight_through: true}}, {dense: {units: 3, "
            "activation: softplus}}]",
            None,
            "",
        ),
    ],
)
def test_layer_lists(tmp_path: Path, layers: str, key: str | None, named: str) -> None:
    problems = found(
        tmp_path, BASE.replace("plain: {model: dcnn}", f"plain: {{model: {{layers: {layers}}}}}")
    )
    if key is None:
        assert problems == []
        return
    assert [problem.key for problem in problems] == [key]
    assert problems[0].path == "arms.plain.model.layers"
    assert named in str(problems[0])


def test_batch_normalisation_of_single_values_needs_two_images(tmp_path: Path) -> None:
    def keys(layers: str, batch: int) -> list[str]:
        text = BASE.replace("plain: {model: dcnn}", f"plain: {{model: {{layers: [{layers}]}}}}")
        return [item.key for item in found(tmp_path, f"{text}train: {{batch_size: {batch}}}\n")]

    assert keys("{conv: 4}, batch_norm, {dense: 4}, batch_norm", 1) == ["study.batch_of_one_layer"]
    assert keys("{conv: 4}, batch_norm, {dense: 4}, batch_norm", 2) == []
    assert keys("{conv: 4}, batch_norm, {dense: 4}", 1) == []


def test_an_inherited_setting_is_shown_where_it_was_written(tmp_path: Path) -> None:
    text = (
        BASE.replace("dcnn}", "dcnn, train: {optimizer: adamw}}")
        + "train: {optimizer: sgd, momentum: 0.9}\n"
    )
    problem = found(tmp_path, text)[0]
    assert (problem.key, problem.path) == ("study.only_sgd", "train.momentum")
    assert problem.where.endswith(":7")
    assert found(tmp_path, text.replace("adamw}", "adamw, momentum: 0}")) == []


def test_two_domains(tmp_path: Path) -> None:
    both = "{source: {set: fashion-mnist}, target: {set: fashion-mnist-mini}}"
    granted = BASE.replace("{set: fashion-mnist-mini}", both) + "target_labels: all\n"
    assert found(tmp_path, granted) == []
    keys = {problem.key for problem in found(tmp_path, granted.replace("target_labels: all", ""))}
    assert keys == {"study.needs_target_labels"}
    joint = granted.replace("target_labels: all", "transfer: joint")
    (told,) = {p.values["known"] for p in found(tmp_path, joint) if "known" in p.values}
    assert {"source-only", "dann"} <= (names := {*told.split(", ")})
    assert not {"target-only", "advent", "joint", "scratch"} & names
    problems = found(tmp_path, granted.replace("mini}", "mino}"))
    assert [(problem.key, problem.path) for problem in problems] == [
        ("study.unknown_set", "data.target.set")
    ]
    problems = found(
        tmp_path, BASE.replace("{set: fashion-mnist-mini}", "{source: {set: fashion-mnist}}")
    )
    assert [(problem.key, problem.path) for problem in problems] == [
        ("study.missing_key", "data.target")
    ]
