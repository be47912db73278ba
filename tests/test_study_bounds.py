"""Documents that ask for more than any machine holds, or whose names lead elsewhere, are refused at
once."""

from __future__ import annotations

import pytest
import yaml

from alih import words
from alih.study.document.problems import StudyError
from alih.study.loading import load
from alih.study.reading.yamlfile import parse
from alih.study.starter import quoted

DOCUMENT = {
    "data": {"set": "fashion-mnist-mini", "image_size": 32},
    "train": {"epochs": 2, "batch_size": 32},
    "model": {"layers": [{"dense": 8}]},
    "arms": {"a": {}, "b": {"train": {"lr": 0.1}}},
    "compare": {"baseline": "a", "metrics": {"accuracy": {}}},
}
MANY = [round(1e-6 * (1 + n), 9) for n in range(3000)]


def keys_of(tmp_path, **changes) -> list[tuple[str, str]]:
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(DOCUMENT | changes))
    with pytest.raises(StudyError) as caught:
        load(file)
    return [(problem.path, problem.key) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"seeds": 1_000_000}, ("seeds", "study.bound_le")),
        ({"seeds": 10**390}, ("seeds", "study.bound_le")),
        (
            {"split": {"scheme": "repeated-kfold", "folds": 10**9}},
            ("split.folds", "study.bound_le"),
        ),
        (
            {"split": {"scheme": "repeated-kfold", "folds": 900, "repeats": 900}},
            ("split", "study.too_many_cells"),
        ),
        ({"vary": {"train.lr": MANY, "train.l1": MANY}}, ("vary", "study.too_many_cells")),
        ({"tune": {"train.lr": MANY, "train.l1": MANY}}, ("tune", "study.too_many_trials")),
        ({"compare": {"baseline": "a", "level": 1e-300}}, ("compare.level", "study.bound_ge")),
        (
            {"model": {"layers": [{"dense": 10**15}]}},
            ("model.layers[1].dense.units", "study.bound_le"),
        ),
        (
            {"model": {"layers": [{"dense": 10**6}, {"dense": 10**6}]}},
            ("model.layers", "study.network_too_large"),
        ),
        (
            {"model": {"name": "unet", "depth": 10**9}, "task": "segmentation"},
            ("model.depth", "study.bound_le"),
        ),
        ({"name": "../../escaped"}, ("name", "study.name_is_path")),
        ({"name": "a\nb"}, ("name", "study.name_is_path")),
        ({"name": ".."}, ("name", "study.name_is_path")),
        ({"name": "é" * 101}, ("name", "study.name_is_path")),
    ],
)
def test_what_no_machine_holds_is_refused(tmp_path, changes, expected):
    assert expected in keys_of(tmp_path, **changes)


@pytest.mark.parametrize("name", ["b\n", "b" * 101, "B"])
def test_arm_names_are_matched_in_full(tmp_path, name):
    found = keys_of(tmp_path, arms={"a": {}, name: {}})
    assert [key for _, key in found] == ["study.arm_name"]
    assert all("\n" not in path for path, _ in found)


def test_a_classifier_named_by_a_mapping_is_a_sentence(tmp_path):
    odd = {"transfer": {"strategy": "features", "classifier": {"name": {"name": "x"}}}}
    found = keys_of(tmp_path, model="tf_efficientnet_lite0", arms={"a": odd, "b": {}})
    assert ("arms.a.transfer.classifier.name", "study.unknown_value") in found


def test_the_title_is_optional(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(DOCUMENT))
    assert (load(file).name, load(file).title) == ("mine", "mine")
    file.write_text(yaml.safe_dump(DOCUMENT | {"name": "other"}))
    assert load(file).title == "other"


@pytest.mark.parametrize(
    "value", ["2024", "1e5", "true", "null", "- x", "photos", "my pets/2024", "a: b", "007"]
)
def test_what_new_writes_is_read_back(value):
    assert parse(f"k: {{v: {quoted(value)}, w: 1}}", "x").values["k"]["v"] == value


def test_commands_arequoted_for_a_shell():
    said = words.say("runs.not_a_study_folder", path="my $tudy")
    assert said.startswith("'my $tudy' is not")
    assert said.endswith("--out 'my $tudy'")
