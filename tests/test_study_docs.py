"""The reference of the document says every key, and its examples load."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alih.metrics import METRICS
from alih.study.catalogue.presets import PRESETS
from alih.study.document.arm import Arm
from alih.study.document.augment import Augment
from alih.study.document.compare import Compare, PublishedArm
from alih.study.document.data import DataSpec
from alih.study.document.layer_options import LAYER_TYPES
from alih.study.document.model import ModelSpec
from alih.study.document.split import SplitSpec
from alih.study.document.study import Study
from alih.study.document.train import Train
from alih.study.loading import load
from alih.study.strategies.options import FinetuneOptions

REFERENCE = (Path(__file__).parents[1] / "docs" / "study-document.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", REFERENCE, re.DOTALL)


DOCUMENTED = [
    Study,
    Arm,
    DataSpec,
    SplitSpec,
    Train,
    Augment,
    ModelSpec,
    Compare,
    PublishedArm,
    FinetuneOptions,
]


@pytest.mark.parametrize("model", DOCUMENTED)
def test_every_key_is_in_the_reference(model) -> None:  # type: ignore[no-untyped-def]
    for name, info in model.model_fields.items():
        key = info.alias or name
        assert re.search(rf"`{key}`|\b{key}:", REFERENCE), key


def test_every_name_is_in_the_reference() -> None:
    for name in (*LAYER_TYPES, *METRICS, *PRESETS):
        assert re.search(rf"\b{name}\b", REFERENCE), name


def test_the_examples_load(tmp_path: Path) -> None:
    whole, *lines, model = EXAMPLES
    (tmp_path / "a.yaml").write_text(whole, encoding="utf-8")
    assert load(tmp_path / "a.yaml").seeds == 5
    (tmp_path / "mine.safetensors").touch()
    backbone = whole.replace("{model: dcnn}", "{model: mobilenetv2_100}").replace(
        "{model: {name: dcnn", "{model: {name: resnet18"
    )
    backbone = backbone.replace("[0.25, 0.5]", "[0.5]")
    for index, line in enumerate("".join(lines).strip().splitlines()):
        (tmp_path / f"{index}.yaml").write_text(backbone + line, encoding="utf-8")
        loaded = load(tmp_path / f"{index}.yaml", ["data.image_size=32", "data.channels=3"])
        assert loaded.model or loaded.transfer
    (tmp_path / "b.yaml").write_text(whole.replace("{model: dcnn}", "{}") + model, encoding="utf-8")
    assert len(load(tmp_path / "b.yaml").model["layers"]) == 8
