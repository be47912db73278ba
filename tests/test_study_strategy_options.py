"""Options classes answer for their strategy: check, plan, identity, sizes, methods know no
names."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from alih import files
from alih.runs.folder import StudyFolder
from alih.runs.identity import fits, write_identity
from alih.study import loading
from alih.study.catalogue.backbones import cached_weights
from alih.study.document.data import Domains
from alih.study.document.model import NamedModel
from alih.study.document.problems import StudyError
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.study.planning.recipes import factors, recipe
from alih.study.strategies.base import StrategyOptions
from alih.study.strategies.options import (
    STRATEGIES,
    epochs_of,
    is_closed,
    needs_network,
    options_of,
    views_of,
)

BEFORE = {
    "digits-few-labels": "60e4cfa7ea310137",
    "digits-adaptation-back": "6d0c9d10893d1a30",
    "digits-adaptation": "85677773c7d878cb",
    "pets-breeds": "dac2645be8708328",
    "digits-mini": "9ddb06b7ed8eb292",
    "fashion-mnist-best": "05cfbded191698ff",
    "fashion-mnist-dropout": "df0a9674253bf8d6",
    "fashion-mnist-dropout-paper": "37a17d4135d2a08f",
    "fashion-mnist-dropout-rates": "80e803125521e95b",
    "fashion-mnist-few": "dab1bf7ef1b03772",
    "freeze-depth": "c6b03bd1f730ead7",
    "pets-segmentation-domains": "3c1648bb9e939c5c",
    "pets-unet-transfer": "e305cfce9a96a0d4",
    "pets-unet-transfer-paper": "964766ce14313f29",
    "pretrain-dogs": "37c72d3bc22bde5b",
    "pretrain-finetune": "2c3333e6d3b69138",
    "quickstart": "4b9d767d0b52cae4",
    "transfer-strategies": "c66c7039999d019a",
    "what-transfers": "4a41bc912cef9166",
    "cats-dogs-folder": "b09c10c8d3140172",
    "xray-parameters": "b5d237835d0d90ae",
    "xray-parameters-paper": "b88f889b64de82ed",
}
"""How digests of the identities of all cells of built-in studies began when results were
kept."""


@pytest.mark.parametrize("name", loading.builtin_names())
def test_cells_of_built_in_studies_keep_their_identities(
    name: str, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path))  # checksums of fetched weights would be in them
    study = loading.load(name, anywhere=True)
    masks = [["background", [2]], ["pet", [1]]] if study.task == "segmentation" else None
    data = plan.DataState(("content",) * (2 if isinstance(study.data, Domains) else 1), 10, masks)
    found = files.digest([plan.identity(study, cell, data) for cell in plan.cells(study)])
    assert found.startswith(BEFORE[name])


class Toy(StrategyOptions):
    """A strategy in steps that keeps two stages as they are and learns from another network."""

    pull: float = 0.5
    teacher: NamedModel | None = None

    def never_thaws(self, parameters, epochs) -> int:
        return min(2, len(parameters))

    def identity(self):
        return {"transfer.toy": "second version"}


class Solved(StrategyOptions):
    """A strategy without a loop that looks at no training image."""

    loop: ClassVar[bool] = False
    learns: ClassVar[bool] = False


@pytest.fixture(autouse=True)
def _toys(monkeypatch) -> None:
    monkeypatch.setitem(STRATEGIES, "toy", Toy)
    monkeypatch.setitem(STRATEGIES, "solved", Solved)


def study(
    tmp_path: Path, toy: str = "", data: str = "set: fashion-mnist-mini, image_size: 32"
) -> Study:
    text = (
        f"title: t\ndata: {{{data}}}\nseeds: 2\nmodel: mobilenetv2_100\n"
        f"train: {{epochs: 2, views: 1}}\n"
        f"augment: {{flip: true}}\narms:\n  a: {{transfer: finetune}}\n"
        f"  b: {{transfer: {{strategy: toy{toy}}}}}\n"
        "  c: {transfer: solved}\ncompare: {baseline: a}\n"
    )
    file = tmp_path / "s.yaml"
    files.write_text(file, text)
    return loading.load(file)


def test_a_toy_strategy_passes_checks_and_plans(tmp_path: Path) -> None:
    made = study(tmp_path, ", pull: 0.1")
    b, c = recipe(made, "b"), recipe(made, "c")
    assert options_of(b) == Toy(pull=0.1)
    assert [(is_closed(r), epochs_of(r), views_of(r), needs_network(r)) for r in (b, c)] == [
        (False, 2, 1, True),
        (True, 0, 0, True),
    ]
    assert factors(made, "b", "a") == ["transfer.strategy: finetune -> toy (pull: 0.1)"]
    assert len([cell for cell in plan.cells(made) if cell.arm == "c"]) == 1, (
        "it learns from no image"
    )
    own, other = (plan.identity_parts(made, Cell(arm, 0)) for arm in "bc")
    assert own["transfer.toy"] == "second version"
    assert own["train.epochs"] == 2
    assert "train.epochs" not in other
    with pytest.raises(StudyError, match="pulled"):
        study(tmp_path, ", pulled: 0.1")


def test_another_network_is_checked_and_belongs_to_the_identity(tmp_path: Path) -> None:
    def parts(toy: str) -> dict[str, object]:
        return plan.identity_parts(study(tmp_path, toy), Cell("b", 0))

    none, light, plain = (
        parts(""),
        parts(", teacher: tf_efficientnet_lite0"),
        parts(", teacher: {name: dcnn}"),
    )
    assert not any(key.startswith("networks") for key in none)
    assert light["networks.teacher.weights"].startswith("57934424")
    assert light["networks.teacher"] != plain["networks.teacher"]
    assert "networks.teacher.weights" not in plain
    for toy, path in (
        (", teacher: mobilenet", "name"),
        (", teacher: {name: resnet18, weights: ./no.pth}", "weights"),
    ):
        with pytest.raises(StudyError) as error:
            study(tmp_path, toy)
        (problem,) = error.value.problems
        assert problem.path == f"arms.b.transfer.teacher.{path}"
        if path == "weights":
            assert str(tmp_path / "no.pth") in str(problem), "relative to the document"
    (tmp_path / "mine.safetensors").write_bytes(b"")
    file = tmp_path / "s.yaml"
    for key, value in (
        ("teacher.weights", "./mine.safetensors"),
        ("teacher", "{name: resnet18, weights: ./mine.safetensors}"),
    ):
        study(tmp_path, ", teacher: {name: resnet18, weights: none}")
        files.write_text(file, file.read_text() + f"tune: {{transfer.{key}: [{value}]}}\n")
        with pytest.raises(StudyError) as error:
            loading.load(file)
        assert str(tmp_path / "mine.safetensors") in str(error.value), "relative to the document"


def test_a_cell_counts_where_the_weights_of_its_other_network_are_not(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    note = cached_weights("resnet18").with_suffix(".json")
    files.write_json(note, {"sha256": "abc"})
    made, cell = (
        study(tmp_path, ", teacher: resnet18"),
        StudyFolder(tmp_path / "out").cell(Cell("b", 0)),
    )
    write_identity(cell, made, "fp32")
    note.unlink()
    assert fits(cell, made)
    files.write_json(note, {"sha256": "other"})
    assert not fits(cell, made)


def test_sizes_follow_what_the_options_say(tmp_path: Path) -> None:
    from alih.features import sizes

    stages = [
        {"output_shape": [2, 4, 4], "parameters": 3},
        {"output_shape": [3, 2, 2], "parameters": 5},
    ]
    made = study(tmp_path)
    kept = {arm: sizes._kept(recipe(made, arm), stages) for arm in "abc"}
    assert kept["a"] is None, "it freezes nothing"
    batch = recipe(made, "b").train.batch_size
    assert kept["b"] == (2, batch, 12), "maps, as batches of this size give them"
    assert kept["c"] == (2, 0, 3), "means over space"


def test_the_methods_name_a_strategy_that_has_no_text_of_its_own(tmp_path: Path) -> None:
    from tests.support.fake_study import make

    from alih.reports.kit.facts import gather
    from alih.reports.methods import text as methodarms
    from alih.words import speaking

    arms = {
        "b": {"transfer": {"strategy": "toy", "pull": 0.1, "teacher": {"name": "dcnn"}}},
        "c": {"transfer": "solved"},
    }
    extra = {"arms": arms, "compare": {"baseline": "b"}}
    root = make(
        tmp_path / "out",
        seeds=1,
        n_items=20,
        epochs=1,
        arms=("b", "c"),
        extra=extra,
        published=False,
    )
    for language in ("en", "id"):
        with speaking(language):
            first, second = methodarms.arms(gather(root))
        assert "toy (pull: 0" in first
        assert "teacher.name: dcnn" in first
        assert "solved" in second
