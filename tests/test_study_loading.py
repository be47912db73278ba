"""Reading study documents: YAML without surprises, errors with place and fix, overrides, round
trips."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alih.errors import AlihError
from alih.study.document.problems import Problem, StudyError
from alih.study.document.study import Study
from alih.study.loading import builtin_names, changed, dump, load
from alih.study.reading import yamlfile
from alih.words.phrase import nearest

SMALL = """\
title: Does dropout help?
data: {set: fashion-mnist-mini}
arms:
  plain: {model: dcnn}
  dropout: {model: {name: dcnn, dropout: [0.25, 0.5]}}
compare: {baseline: plain}
"""


def write(tmp_path: Path, text: str, name: str = "small.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path | str, *overrides: str, seeds: int | None = None) -> tuple[Problem, ...]:
    with pytest.raises(StudyError) as caught:
        load(path, overrides, seeds)
    return caught.value.problems


def only(found: tuple[Problem, ...]) -> Problem:
    assert len(found) == 1, [str(problem) for problem in found]
    return found[0]


def test_a_study_is_called_as_its_file(tmp_path: Path) -> None:
    study = load(write(tmp_path, SMALL))
    assert study.name == "small"
    assert study.arms["plain"].model == {"name": "dcnn"}
    assert load(write(tmp_path, "name: mine\n" + SMALL)).name == "mine"


def test_what_can_be_said_beside_a_wrong_value_is_said_in_the_same_round(tmp_path: Path) -> None:
    text = SMALL.replace("{set: fashion-mnist-mini}", "{folder: ./none}").replace(
        "baseline: plain", "baseline: plane"
    )
    odd = text.replace("folder: ./none", "set: fashion-mnist-mini, chanels: 1")
    assert [problem.path for problem in problems(write(tmp_path, odd))] == [
        "data.chanels",
        "compare.baseline",
    ]
    found = problems(write(tmp_path, text + "train: {epohs: 3}\nsplit: {folds: 3}\n"))
    assert [problem.path for problem in found] == [
        "data.folder",
        "compare.baseline",
        "train.epohs",
        "split.folds",
    ]


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (
            "task: segmentaton\n",
            "task",
        ),  # classification is taken in its place: nothing that follows from it is said
        ("train: {epochs: x, batch_size: 9999}\n", "train.epochs"),
        ("vary: {train_images: x}\n", "vary.train_images"),
        ("seeds: two\n", "seeds"),  # as many as usual are taken, which is more than seeds_max
    ],
)
def test_nothing_is_said_that_follows_from_a_value_that_was_left_out(
    tmp_path: Path, wrong: str, path: str
) -> None:
    text = (
        SMALL.replace("fashion-mnist-mini", "fashion-mnist-mini, masks: {a: 1, b: 2}")
        if path == "task"
        else SMALL
    )
    text = (
        text.replace("baseline: plain", "baseline: plain, seeds_max: 2")
        if path == "seeds"
        else text
    )
    assert only(problems(write(tmp_path, text + wrong))).path.startswith(path)


def test_short_forms(tmp_path: Path) -> None:
    text = SMALL.replace("{set: fashion-mnist-mini}", "fashion-mnist-mini").replace(
        "plain: {model: dcnn}", "plain:"
    )
    study = load(
        write(
            tmp_path,
            text + "model: dcnn\ntransfer: scratch\nbudget: 30m\ntrain: {schedule: cosine}\n",
        )
    )
    assert study.data.set == "fashion-mnist-mini"
    assert study.arms["plain"].model is None
    assert (study.model, study.transfer, study.budget) == (
        {"name": "dcnn"},
        {"strategy": "scratch"},
        1800.0,
    )
    assert study.train["schedule"] == {"name": "cosine"}


def test_what_is_called_like_a_built_in_study_does_not_hide_it(tmp_path, monkeypatch):
    from alih.api.studies import place_of

    monkeypatch.chdir(tmp_path)
    built_in = load("quickstart")
    (tmp_path / "quickstart").mkdir()
    assert load("quickstart") == built_in
    assert place_of("quickstart", built_in) == Path("runs/quickstart")
    (tmp_path / "quickstart/study.yaml").write_text(dump(changed(built_in, seeds=4)))
    assert load("quickstart").seeds == 4
    assert place_of("quickstart", built_in) == Path("quickstart")
    (tmp_path / "pretrain-dogs").write_text("a file of the user's")
    assert load("pretrain-dogs").name == "pretrain-dogs"


@pytest.mark.parametrize("name", builtin_names())
def test_built_in_studies_load_and_survive_a_round_trip(name: str, tmp_path: Path) -> None:
    study = load(name, anywhere=True)
    assert study.name == name
    assert set(study.title) == {"en", "id"}
    assert all(set(arm.label) == {"en", "id"} for arm in study.arms.values())
    (tmp_path / "study.yaml").write_text(dump(study), encoding="utf-8")
    again = load(tmp_path)
    assert again == study
    assert dump(again) == dump(study)


def test_a_missing_file_a_missing_name_and_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(AlihError) as caught:
        load(tmp_path / "none.yaml")
    assert caught.value.key == "common.no_such_file"
    assert "none.yaml" in str(caught.value)
    with pytest.raises(AlihError) as caught:
        load("quickstrat")
    assert caught.value.key == "study.no_such_study"
    assert "Did you mean 'quickstart'?" in str(caught.value)
    with pytest.raises(AlihError) as caught:
        load(tmp_path)
    assert caught.value.key == "runs.not_a_study_folder"


# --- YAML
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1E5", 1e5),
        (".5", 0.5),
        ("012", 12),
        ("-3", -3),
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("1_000", "1_000"),
        ("'1'", "1"),
        ('"true"', "true"),
        ("<<", "<<"),
        ("[1e-4, no, 'x']", [1e-4, "no", "x"]),
        ("{a: null}", {"a": None}),
    ],
)
def test_scalars_mean_what_they_say(text: str, value: object) -> None:
    read = yamlfile.parse(f"key: {text}\n", "x.yaml").values["key"]
    assert read == value
    assert type(read) is type(value)


def test_places_of_keys() -> None:
    document = yamlfile.parse("a: 1\nb:\n  - c: 2\n  - d:\n      e: 3\n", "x.yaml")
    assert document.where(("b", 1, "d", "e")) == "x.yaml:5"
    assert document.where(("b", 0)) == "x.yaml:3"
    assert document.where(("b", 1, "d", "missing", "deeper")) == "x.yaml:4"
    assert document.where(("nowhere",)) == "x.yaml"


@pytest.mark.parametrize(
    ("text", "key", "line", "named"),
    [
        ("a: 1\nb: 2\na: 3\n", "study.duplicate_key", 3, "line 1"),
        ("a: {b: 1,\n b: 2}\n", "study.duplicate_key", 2, "'b'"),
        ("- a\n- b\n", "study.not_a_mapping", 1, "a list"),
        ("", "study.not_a_mapping", 1, "nothing"),
        ("hello\n", "study.not_a_mapping", 1, "text"),
        ("a: 1\n---\nb: 2\n", "study.several_documents", 2, "---"),
        ("a: 1\nb: !!python/object/apply:os.system [ls]\n", "study.tag", 2, "python/object"),
        ("a: !mine 3\n", "study.tag", 1, "!mine"),
        ("a: 1\nb: !!str 2\n", "study.tag", 2, "str"),
        ("a: 1\nb: [*other, 2]\n", "study.unknown_alias", 2, "'*other'"),
        ("a: &x 1\nb: &x 2\n", "study.anchor_twice", 2, "another name"),
        ("a: &x [1, *x]\n", "study.too_deep", 1, "40"),
        ("a:\n\tb: 1\n", "study.tab", 2, "tab"),
        ("a: [1, 2\nb: 3\n", "study.yaml_syntax", 2, "b: 3"),
        ("a: b: c\n", "study.yaml_syntax", 1, "a: b: c"),
        ('a: "x\n', "study.yaml_syntax", 2, "quotes"),
        ("a: 1\n? [x]\n: 2\n", "study.key_not_text", 2, "plain text"),
        ("[" * 500_000, "study.too_deep", 1, "40"),
        ("a: \0\n", "study.not_text", 1, "UTF-8"),
    ],
)
def test_bad_yaml_gets_a_sentence(
    tmp_path: Path, text: str, key: str, line: int, named: str
) -> None:
    found = only(problems(write(tmp_path, text)))
    assert found.key == key
    assert found.where.endswith(f"small.yaml:{line}")
    assert named in str(found)


def test_aliases_work_until_they_explode(tmp_path: Path) -> None:
    shared = (
        SMALL.replace("dropout: {model", "dropout: {train: *t, model") + "train: &t {epochs: 3}\n"
    )
    assert only(problems(write(tmp_path, shared))).key == "study.unknown_alias"
    ordered = "train: &t {epochs: 3}\n" + SMALL.replace(
        "dropout: {model", "dropout: {train: *t, model"
    )
    assert load(write(tmp_path, ordered)).arms["dropout"].train == {"epochs": 3}
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in range(1, 12):
        bomb += f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n"
    # Written out it holds 9^12 values: without the limit this test would not end.
    assert only(problems(write(tmp_path, bomb))).key == "study.too_many_values"


def test_documents_of_10_megabytes_are_refused_unread(tmp_path: Path) -> None:
    found = only(problems(write(tmp_path, "a: 1\n" + "# filler\n" * 1_200_000)))
    assert found.key == "study.too_large"
    assert "1 MB" in str(found)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"title: \xff\xfe\n")
    assert only(problems(path)).key == "study.not_text"


def test_the_python_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import yaml

    fast = load("fashion-mnist-best")
    monkeypatch.setattr(yamlfile, "_Loader", yamlfile._untagged(yaml.SafeLoader))
    assert load("fashion-mnist-best") == fast
    assert only(problems(write(tmp_path, "a:\n\tb: 1\n"))).key == "study.tab"
    assert only(problems(write(tmp_path, "a: [1, 2\nb: 3\n"))).key == "study.yaml_syntax"


# --- Single values
# ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "key", "path", "named"),
    [
        ("train: {epohs: 3}", "study.unknown_key", "train.epohs", "Did you mean 'epochs'?"),
        ("trian: {epochs: 3}", "study.unknown_key", "trian", "Did you mean 'train'?"),
        (
            "train: {schedule: {name: step, evry: 3}}",
            "study.unknown_key",
            "train.schedule.evry",
            "'every'",
        ),
        ("split: {scheme: holdot}", "study.unknown_value", "split.scheme", "'holdout'"),
        ("split: {valdation: 0.2}", "study.unknown_key", "split.valdation", "'validation'"),
        (
            "published: {plain: {tst: {accuracy: 0.9}}}",
            "study.unknown_key",
            "published.plain.tst",
            "'test'",
        ),
        (
            "model: {layers: [{conv: {filtres: 3}}]}",
            "study.missing_key",
            "model.layers[1].conv.filters",
            "'filters'",
        ),
        (
            "model: {layers: [{conv: {filters: 3, kernl: 5}}]}",
            "study.unknown_key",
            "model.layers[1].conv.kernl",
            "'kernel'",
        ),
        (
            "model: {layers: [{convolution: 3}]}",
            "study.unknown_key",
            "model.layers[1].convolution",
            "Did you mean 'conv'?",
        ),
        ("model: {layers: [[conv, 3]]}", "study.layer_form", "model.layers[1]", "- conv: 32"),
        (
            "model: {layers: [{conv: 8, dense: 3}]}",
            "study.layer_form",
            "model.layers[1]",
            "one layer per line",
        ),
        (
            "model: {layers: [{conv: {filters: 8, padding: sme}}]}",
            "study.wrong_type",
            "model.layers[1].conv.padding",
            "`same`",
        ),
        (
            "model: {layers: [{activation: rleu}]}",
            "study.unknown_value",
            "model.layers[1].activation.name",
            "'relu'",
        ),
        ("model: {layers: []}", "study.empty", "model.layers", "at least one"),
        ("model: {dropout: [1.5]}", "study.bound_lt", "model.dropout[1]", "1.5"),
        ("train: {lr: -0.1}", "study.bound_gt", "train.lr", "-0.1"),
        ("train: {lr: .nan}", "study.not_finite", "train.lr", "nan"),
        ("train: {batch_size: no}", "study.wrong_type", "train.batch_size", "'no' (text)"),
        ("train: {batch_size: 12.5}", "study.wrong_type", "train.batch_size", "a whole number"),
        ("train: {lr: fast}", "study.wrong_type", "train.lr", "a number"),
        ("train: {nesterov: yes}", "study.wrong_type", "train.nesterov", "true or false"),
        ("train: [1]", "study.wrong_type", "train", "a list"),
        (
            "train: {optimizer: admw}",
            "study.unknown_value",
            "train.optimizer",
            "Did you mean 'adamw'?",
        ),
        (
            "train: {class_weights: balance}",
            "study.wrong_type",
            "train.class_weights",
            "`balanced`",
        ),
        ("augment: {erase: 2}", "study.bound_le", "augment.erase", "at most 1"),
        ("augment: {shift: -1}", "study.bound_ge", "augment.shift", "at least 0"),
        ("seeds: 0", "study.bound_gt", "seeds", "got 0"),
        ("seeds: five", "study.wrong_type", "seeds", "'five' (text)"),
        ("seeds: true", "study.wrong_type", "seeds", "a whole number"),
        ("task: detection", "study.unknown_value", "task", "classification, segmentation"),
        ("train: {loss: {dyce: 1}}", "study.unknown_value", "train.loss", "'dice'"),
        ("train: {loss: 3}", "study.wrong_type", "train.loss", "dice: 1"),
        ("budget: soon", "study.wrong_type", "budget", "30m"),
        ("question: {fr: Quoi?}", "study.wrong_type", "question", "en: Plain"),
        ("vary: {train_images: []}", "study.empty", "vary.train_images", "at least one"),
        ("tune: {train.lr: 0.1}", "study.wrong_type", "tune.train.lr", "a list"),
        ("schema: 2", "study.unknown_value", "schema", "'2'"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(
    tmp_path: Path, line: str, key: str, path: str, named: str
) -> None:
    found = [item for item in problems(write(tmp_path, SMALL + line + "\n")) if item.key == key]
    assert len(found) == 1
    assert found[0].path == path
    assert found[0].where.endswith("small.yaml:7")
    assert named in str(found[0])


def test_wrong_keys_inside_arms_are_found_in_their_line(tmp_path: Path) -> None:
    text = SMALL.replace(
        "plain: {model: dcnn}",
        "plain:\n    model: dcnn\n    train: {learning_rate: 0.1}\n    labl: x",
    )
    found = problems(write(tmp_path, text))
    assert [(item.key, item.path, item.where.rsplit(":", 1)[1]) for item in found] == [
        ("study.unknown_key", "arms.plain.train.learning_rate", "6"),
        ("study.unknown_key", "arms.plain.labl", "7"),
    ]


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    found = problems(write(tmp_path, "title: x\n"))
    assert {(item.key, item.path) for item in found} == {
        ("study.missing_key", key) for key in ("data", "arms", "compare")
    }
    assert (
        only(problems(write(tmp_path, SMALL.replace("{set: fashion-mnist-mini}", "{}")))).path
        == "data"
    )
    assert (
        only(
            problems(
                write(tmp_path, SMALL.split("arms:")[0] + "arms: {}\ncompare: {baseline: a}\n")
            )
        ).key
        == "study.empty"
    )


def test_names_of_arms(tmp_path: Path) -> None:
    found = only(
        problems(write(tmp_path, SMALL.replace("dropout: {model", "With Dropout: {model")))
    )
    assert (found.key, found.path) == ("study.arm_name", "arms.With Dropout")
    assert found.where.endswith(":5")


def test_every_problem_is_told_once_in_the_order_of_the_document(tmp_path: Path) -> None:
    text = SMALL.replace("dcnn}", "dcnn, train: {lr: -1}}") + "seeds: 0\n"
    with pytest.raises(StudyError) as caught:
        load(write(tmp_path, text))
    lines = str(caught.value).splitlines()
    assert "2 problems" in lines[0]
    assert "small.yaml:4: arms.plain.train.lr" in lines[1]
    assert "small.yaml:7: seeds" in lines[2]
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems


def test_no_text_of_pydantic_is_shown_and_indonesian_has_no_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = SMALL + "seeds: 0\ntrain: {lr: fast, epohs: 1}\nbudget: soon\n"
    with pytest.raises(StudyError) as caught:
        load(write(tmp_path, text))
    assert "Input should" not in str(caught.value)
    monkeypatch.setenv("ALIH_LANG", "id")
    shown = str(caught.value)
    assert "diisi 0; seharusnya bilangan lebih besar dari 0" in shown
    assert "Maksud Anda 'epochs'?" in shown
    assert not {"expected", "got", "unknown"} & set(shown.split())


def test_nearest_knows_when_nothing_is_near() -> None:
    assert nearest("log-loss", ["accuracy", "log_loss"]) == "log_loss"
    assert nearest("Momentun", ["momentum"]) == "momentum"
    assert nearest("conv2d", ["dense", "conv"]) == "conv"
    assert nearest("zzz", ["accuracy", "log_loss"]) is None


# --- Overrides
# ----------------------------------------------------------------------------------------------


def test_overrides_come_before_the_checks(tmp_path: Path) -> None:
    path = write(tmp_path, SMALL)
    study = load(
        path,
        [
            "arms.plain.train.lr=1e-4",
            "arms.plain.model.dropout=[0.1, 0.2]",
            "title=A = B",
            "vary.train.lr=[1e-3, 1e-4]",
        ],
        7,
    )
    assert study.arms["plain"].train == {"lr": 1e-4}
    assert study.arms["plain"].model == {"name": "dcnn", "dropout": [0.1, 0.2]}
    assert (study.title, study.seeds, study.vary) == ("A = B", 7, {"train.lr": [1e-3, 1e-4]})
    assert load(write(tmp_path, SMALL + "seeds: 0\n"), ["seeds=2"]).seeds == 2


@pytest.mark.parametrize(
    ("option", "key", "named"),
    [
        ("train.epohs=3", "study.unknown_key", "'epochs'"),
        ("train.lr=-1", "study.bound_gt", "-1"),
        ("train.lr", "study.override_form", "KEY=VALUE"),
        ("=3", "study.override_form", "KEY=VALUE"),
        ("train..lr=3", "study.override_form", "KEY=VALUE"),
        ("title.en=x", "study.override_inside", "'title'"),
        ("train.lr=[1, 2", "study.yaml_syntax", "brackets"),
        ("arms.plain.model=dcn", "study.unknown_model", "'dcnn'"),
        ("train.lr=!!python/name:os.system", "study.tag", "python"),
    ],
)
def test_a_wrong_override_is_named(tmp_path: Path, option: str, key: str, named: str) -> None:
    found = only(problems(write(tmp_path, SMALL), option))
    assert found.key == key
    assert found.where == f"--set {option}"
    assert named in str(found)


def test_overrides_inside_short_forms(tmp_path: Path) -> None:
    text = SMALL.replace("{set: fashion-mnist-mini}", "fashion-mnist-mini")
    options = ["arms.plain.transfer=features", "arms.plain.transfer.classifier=svm"]
    study = load(
        write(tmp_path, text.replace("model: dcnn", "model: mobilenetv2_035")),
        [*options, "arms.plain.transfer.classifier.C=2", "data.image_size=32", "data.channels=3"],
    )
    assert study.arms["plain"].transfer == {
        "strategy": "features",
        "classifier": {"name": "svm", "C": 2},
    }
    assert (study.data.set, study.data.image_size) == ("fashion-mnist-mini", 32)


def test_a_place_of_a_set_that_is_not_there(tmp_path: Path) -> None:
    found = only(problems(write(tmp_path, SMALL), "data.path=/nope"))
    assert (found.key, found.path) == ("study.folder_absent", "data.path")
    assert "--set data.path=PATH" in str(found)


def test_a_wrong_number_of_seeds_names_the_option(tmp_path: Path) -> None:
    found = only(problems(write(tmp_path, SMALL), seeds=0))
    assert (found.where, found.path, found.key) == ("--seeds 0", "seeds", "study.bound_gt")


# --- Round trips
# --------------------------------------------------------------------------------------------

texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=20
)
rates = st.floats(1e-8, 0.99, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(
    title=st.one_of(
        texts,
        st.fixed_dictionaries({"en": texts, "id": texts}),
        st.sampled_from(["no", "1e-3", "null", "1.", "0o7", "=", "~"]),
    ),
    lr=rates,
    dropout=st.lists(rates, max_size=2).filter(lambda r: len(r) != 1),
    clip=st.none() | rates,
    margin=st.none() | rates,
    images=st.lists(st.integers(10, 5000), min_size=1, max_size=3, unique=True),
)
def test_dump_loads_back_equal(tmp_path_factory, title, lr, dropout, clip, margin, images) -> None:  # type: ignore[no-untyped-def]
    values = {
        "name": "x",
        "title": title,
        "data": {"set": "fashion-mnist-mini"},
        "train": {"lr": lr, "clip_norm": clip},
        "arms": {
            "a": {"model": {"name": "dcnn", "dropout": dropout}, "label": title},
            "b": {"model": "dcnn", "train": {"clip_norm": None}},
        },
        "compare": {"baseline": "a", "metrics": {"accuracy": {"margin": margin}}},
        "vary": {"train_images": [*images, "all"]},
        "published": {"citation": "no", "a": {"test": {"accuracy": lr}}},
    }
    study = Study.model_validate(values)
    path = tmp_path_factory.mktemp("trip") / "y.yaml"
    path.write_text(dump(study), encoding="utf-8")
    assert load(path) == study


# --- Start-up
# -----------------------------------------------------------------------------------------------


def test_checking_a_study_imports_nothing_heavy() -> None:
    code = (
        "import sys; from alih.study.loading import load; load('quickstart'); "
        "import alih.study.planning.plan, alih.study.schema;"
        "heavy = {'torch', 'numpy', 'scipy', 'matplotlib', 'PIL', "
        "'sklearn'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run(
        [sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    )


def test_files_of_weights_in_grids_are_relative_to_the_document(
    tmp_path: Path, monkeypatch
) -> None:
    (tmp_path / "studies").mkdir()
    mine = tmp_path / "studies" / "mine.safetensors"
    mine.write_bytes((2).to_bytes(8, "little") + b"{}")
    (tmp_path / "here.pth").write_bytes(b"\x80")
    monkeypatch.chdir(tmp_path)
    text = (
        "title: t\ndata: {set: fashion-mnist-mini, image_size: 32}\nmodel: mobilenetv2_035\n"
        "arms: {a: {}, b: {train: {lr: 0.1}}}\ncompare: {baseline: a}\n"
    )
    grids = (
        "vary: {arms.b.model.weights: [imagenet, ./mine.safetensors], "
        "arms.a.model: [mobilenetv2_050, {name: mobilenetv2_035, weights: ./mine.safetensors}]}\n"
        "tune: {model.weights: [none, ./mine.safetensors]}\n"
    )
    document = tmp_path / "studies" / "s.yaml"
    document.write_text(text + grids)
    made = load(document)
    assert made.vary["arms.b.model.weights"] == ["imagenet", str(mine)]
    assert made.vary["arms.a.model"] == [
        "mobilenetv2_050",
        {"name": "mobilenetv2_035", "weights": str(mine)},
    ]
    assert made.tune == {"model.weights": ["none", str(mine)]}
    document.write_text(text)
    made = load(document, ["tune.model.weights=[none, ./here.pth]"])
    assert made.tune == {"model.weights": ["none", str(tmp_path / "here.pth")]}


def test_a_missing_file_of_weights_says_what_its_path_is_relative_to(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StudyError) as caught:
        load("transfer-strategies", ["model.weights=./no.pth"])
    assert str(tmp_path / "no.pth") in str(caught.value)
    assert "on the command line to the current directory" in str(caught.value)


def test_a_study_in_memory_takes_other_values_as_a_file_does(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = load("quickstart")
    other = changed(study, ["train.epochs=2", "arms.plain.train.lr=0.1"], seeds=5)
    assert other == load("quickstart", ["train.epochs=2", "arms.plain.train.lr=0.1"], seeds=5)
    assert study == load("quickstart"), "the study itself stays"
    assert changed(study) is study
    with pytest.raises(StudyError, match=r"--set train\.epoch=2.*epochs"):
        changed(study, ["train.epoch=2"])


def test_study_folders_that_do_not_say_their_replicates_have_three(tmp_path):
    """It was the default once, and folders of older versions leave it out; new ones say it."""
    study = changed(load("quickstart"), seeds=4)
    text = dump(study)
    assert "seeds: 4" in text
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "study.yaml").write_text(text)
    assert load(tmp_path / "new").seeds == 4
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "study.yaml").write_text(text.replace("seeds: 4\n", ""))
    assert load(tmp_path / "old").seeds == 3
    assert load(tmp_path / "old" / "study.yaml").seeds == 5, "a document of today"
