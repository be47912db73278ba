"""Two domains through whole cells: withheld labels stay away, streams have addresses of their own,
resume is exact."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.numpy import load_file

import alih
from alih import files
from alih.cli.show import verdicts as shown
from alih.data.array_sets import equal_items
from alih.data.augment import AugmentTable
from alih.data.domains import domains
from alih.data.load import load as load_images
from alih.errors import AlihError
from alih.evaluation.collapse import collapsed
from alih.inspect.predictor import Predictor
from alih.models.modes import evaluating
from alih.models.staged import StagedNetwork
from alih.models.state import snapshot
from alih.runs.card import DataCard
from alih.runs.folder import StudyFolder
from alih.runs.source import shares_images
from alih.study.catalogue.sets import specs
from alih.study.document.arm import ORACLES, Recipe
from alih.study.document.augment import Augment
from alih.study.document.problems import StudyError
from alih.study.document.study import Study
from alih.study.loading import dump, load
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.study.strategies import options as study_strategies
from alih.study.strategies.base import StrategyOptions
from alih.training import bench, loop
from alih.training.batches import Address, Format, Loader
from alih.training.bench import open_bench
from alih.training.cell import run_cell
from alih.training.compared import in_two
from alih.training.device import Machine
from alih.transfer import table
from alih.transfer.classifiers.apart import told_apart
from alih.transfer.contract import Batch, Context, Stateful, Strategy, Stream
from alih.transfer.dann import Dann, reverse
from alih.transfer.finetune import Finetune
from alih.transfer.ingredients import Ingredients
from alih.transfer.optimizer import Optimizer
from alih.verdicts.adaptation import role
from alih.verdicts.compare import compare

MACHINE = Machine("cpu", 1, "fp32")
CLASSES = ("ring", "square")


@pytest.fixture(autouse=True)
def _quick(monkeypatch, tmp_path_factory):
    torch.set_num_threads(1)
    monkeypatch.setattr(loop, "PAUSE", 0.0)


def drawing(label: int, seed: int, dark: bool) -> np.ndarray:
    """A ring or a square on paper; the other domain has light on dark, and thicker lines."""
    rng = np.random.default_rng([label, seed, dark])
    y, x = np.mgrid[:16, :16] - rng.integers(6, 10, (2, 1, 1))
    distance = np.hypot(y, x) if label == 0 else np.maximum(abs(y), abs(x))
    ink = abs(distance - 4) < (1.6 if dark else 0.9)
    picture = np.where(ink, 230, 30) if dark else np.where(ink, 20, 220)
    return np.clip(picture + rng.integers(-20, 20, (16, 16)), 0, 255).astype(np.uint8)


def write(place: Path, dark: bool, train: int, test: int, masks: bool) -> None:
    for part, count in (("train", train), ("test", test)):
        for label, name in enumerate(CLASSES):
            for seed in range(count):
                pixels = drawing(label, seed + 1000 * (part == "test"), dark)
                if masks:
                    ink = (pixels > 128) == dark
                    for kind, array in (("images", pixels), ("masks", ink.astype(np.uint8))):
                        file = place / part / kind / f"{name}{seed}.png"
                        file.parent.mkdir(parents=True, exist_ok=True)
                        Image.fromarray(array).save(file)
                else:
                    file = place / part / name / f"{seed}.png"
                    file.parent.mkdir(parents=True, exist_ok=True)
                    Image.fromarray(pixels).save(file)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    found = tmp_path_factory.mktemp("domains")
    for masks in (False, True):
        kind = "masks" if masks else "classes"
        write(found / kind / "paper", False, 20, 6, masks)
        write(found / kind / "screen", True, 13, 8, masks)
    return found


LAYERS = (
    "{layers: [{conv: {filters: 4}}, {max_pool: {size: 2}}, {conv: {filters: 6}}, "
    "flatten, {dense: 8}, {dropout: 0.3}]}"
)


def study(
    place: Path, arms: str, extra: str = "", task: str = "classification", source: str = "paper"
) -> Study:
    kind = "classes" if task == "classification" else "masks"
    masks = ", masks: {ground: 0, ink: 1}" if kind == "masks" else ""
    model = LAYERS if kind == "classes" else "{name: unet, encoder: mobilenetv2_035, weights: none}"
    sets = {"source": source, "target": "screen"}
    data = "\n".join(
        f"  {name}: {{folder: {place / kind / folder}{masks}}}" for name, folder in sets.items()
    )
    file = place / "study.yaml"
    file.write_text(
        f"title: t\ntask: {task}\ndata:\n{data}\n".replace(
            "}\n", ", image_size: 16, channels: 1}\n"
        )
        + f"seeds: 1\nmodel: {model}\ntrain: {{epochs: 2, batch_size: 8}}\n"
        f"augment: {{shift: 1}}\n{extra}\n"
        + f"arms: {{{arms}}}\ncompare: {{baseline: {arms.split(':')[0]}}}\n"
    )
    return load(file)


def weights(root: Path, arm: str) -> dict[str, np.ndarray]:
    return load_file(root / Cell(arm, 0).path / "model.safetensors")


def equal(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]) -> bool:
    return one.keys() == other.keys() and all(
        np.array_equal(one[name], other[name]) for name in one
    )


# --- A toy with three streams, weak and strong views, and a second part with dropout
# ---------------------------------


class ThreeOptions(StrategyOptions):
    leads: ClassVar[Any] = "source"


class Three(Strategy):
    """Labels of both domains, and agreement of a weak with a strong view of images without
    labels."""

    seen: ClassVar[list[dict[str, Batch]]] = []

    def __init__(self, given: Ingredients) -> None:
        assert isinstance(given.network, StagedNetwork)
        self._network, self.task = given.network, given.task
        self.objective = given.task.objective(given.recipe.train, None)
        self.noise = torch.nn.Sequential(torch.nn.Dropout(0.5))
        self.relabelled: list[int] = []
        self.optimizer = Optimizer(
            given.network.parameters(), given.recipe.train, given.steps_per_epoch
        )

    @property
    def network(self) -> torch.nn.Module:
        return self._network

    def streams(self) -> Mapping[str, Stream]:
        return {
            "loose": Stream("target", "withheld", ("weak", "strong"), share=0.5),
            "target": Stream("target"),
            "source": Stream("source"),
        }

    def epoch(self, open, ctx: Context) -> None:
        with evaluating(self._network), torch.no_grad():
            answers = [self._network(batch.images).argmax(1) for batch in open("loose")]
        self.relabelled.append(sum(len(part) for part in answers))

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> torch.Tensor:
        Three.seen.append(dict(batches))
        assert self.noise.training
        labelled = [batches["source"], batches["target"]]
        loss = sum(self.objective(self._network(batch.images), batch.truth) for batch in labelled)
        loose = batches["loose"]
        with torch.no_grad():
            guess = self._network(loose.images).argmax(1)
        loss = loss + self.objective(self._network(loose.views["strong"]), guess)
        ctx.backward(loss)
        self.optimizer.step()
        return loss

    def predict(self, images: torch.Tensor) -> torch.Tensor:
        return self._network(images)

    def parts(self) -> dict[str, Stateful]:
        return {"network": self._network, "noise": self.noise, "optimizer": self.optimizer}


@pytest.fixture
def three(monkeypatch):
    monkeypatch.setitem(study_strategies.STRATEGIES, "three", ThreeOptions)
    monkeypatch.setitem(table.STRATEGIES, "three", Three)
    Three.seen.clear()


@pytest.mark.parametrize("task", ["classification", "segmentation"])
def test_three_streams_with_two_views_train_through_a_cell(place, tmp_path, three, task):
    made = study(place, "a: {transfer: three}", "target_labels: 3", task)
    run_cell(tmp_path, made, Cell("a", 0), MACHINE)
    card = StudyFolder(tmp_path).cell(Cell("a", 0)).card
    source = card.items.train
    steps = -(-source // 8)
    assert len(Three.seen) == 2 * steps, "an epoch is a pass over the source"
    sets = {name: load_images(spec, task=task) for name, spec in specs(made).items()}
    found = domains(sets, made, 0)
    granted, withheld = (
        set(found["target"].granted.tolist()),
        set(found["target"].withheld.tolist()),
    )
    assert len(granted) == 6 if task == "classification" else len(granted) == 3
    assert not granted & withheld
    for batches in Three.seen:
        assert list(batches) == ["source", "loose", "target"], "the leading stream comes first"
        assert set(batches["target"].items.tolist()) <= granted
        assert batches["loose"].labels is None
        assert set(batches["loose"].items.tolist()) <= withheld
        assert len(batches["loose"].items) <= 4
        assert batches["loose"].views["strong"].shape == batches["loose"].images.shape
        assert not torch.equal(batches["loose"].views["strong"], batches["loose"].images)
    epoch = np.concatenate([b["source"].items for b in Three.seen[:steps]])
    assert sorted(epoch) == found["source"].split.train.tolist()
    assert not np.array_equal(Three.seen[0]["target"].items, Three.seen[steps]["target"].items)
    # A short stream begins again in another order; each pass gives every item once.
    passes = np.concatenate([b["target"].items for b in Three.seen[:steps]]).tolist()
    first, second = passes[: len(granted)], passes[len(granted) : 2 * len(granted)]
    assert set(first) == granted
    assert len(second) < len(granted) or (set(second) == granted and first != second)
    assert card.items.validation == len(found["source"].split.validation)
    assert card.items.test == 16


# --- Withheld labels
# -------------------------------------------------------------------------------------------------

ARMS = (
    "plain: {transfer: source-only}, adapted: {transfer: dann}, "
    "few: {transfer: scratch}, three: {transfer: three}, bound: {transfer: target-only}"
)


def test_other_labels_where_they_are_withheld_change_no_weight_of_a_cell(place, tmp_path, three):
    """Through `run_cell`, as the strategies' contract is checked without it."""
    made = study(place, ARMS, "target_labels: 2\nsplit: {validation: 0.3}")
    images = {name: load_images(spec) for name, spec in specs(made).items()}
    found = domains(images, made, 0)["target"]
    assert len(found.withheld) > 10
    labels = found.images.labels.copy()
    labels[found.withheld] = 1 - labels[found.withheld]
    swapped = {**images, "target": replace(images["target"], labels=labels)}
    for name, sets in (("as", images), ("swapped", swapped)):
        by_folder = {spec.folder: sets[key] for key, spec in specs(made).items()}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                bench, "load_images", lambda spec, task, kept=by_folder: kept[spec.folder]
            )
            for cell in plan.cells(made):
                run_cell(tmp_path / name, made, cell, MACHINE)
    *others, bound = made.arms
    assert not equal(weights(tmp_path / "as", bound), weights(tmp_path / "swapped", bound))
    seen = {arm: StudyFolder(tmp_path / "as").cell(Cell(arm, 0)).card.items for arm in made.arms}
    assert (seen["few"].train, seen[bound].train) == (4, 26)
    assert seen[bound].validation == seen["plain"].validation
    for arm in others:
        assert equal(weights(tmp_path / "as", arm), weights(tmp_path / "swapped", arm)), arm
        histories = [
            StudyFolder(tmp_path / name).cell(Cell(arm, 0)).history for name in ("as", "swapped")
        ]
        assert histories[0] == histories[1]
        cards = [StudyFolder(tmp_path / name).cell(Cell(arm, 0)).card for name in ("as", "swapped")]
        scores = cards[0].target
        assert scores == cards[1].target, "scores without labels look at none"
        assert scores.items == {"plain": 26}.get(arm, len(found.withheld))
        last = {row.metric: row.value for row in histories[0] if row.split == "target"}
        own = {name: last[name] for name in scores.by_name}
        assert own == pytest.approx(scores.by_name), "those of the last epoch, which is kept"
        assert last.keys() - scores.by_name.keys() == {"collapsed"}
        assert {*scores.by_name} == {
            *("entropy", "information", "largest_share", "weighted_accuracy")
        }
        assert sum(scores.shares) == pytest.approx(1)
        assert scores.prior == [0.5, 0.5]


def test_settings_are_chosen_by_a_score_without_labels(place, tmp_path):
    """Whatever the source's validation says, and other than the cells that go by it."""
    tuned = "split: {validation: 0.3}\ntune: {train.lr: [0.0001, 0.01, 0.03]}"
    by_source = study(place, "a: {transfer: source-only}", tuned)
    made = study(place, "a: {transfer: source-only}", f"{tuned}\ntune_by: information")
    cell = Cell("a", 0)
    assert plan.identity(made, cell) != plan.identity(by_source, cell)
    run_cell(tmp_path, made, cell, MACHINE)
    found = StudyFolder(tmp_path).cell(cell).card.tune
    targets = [trial.target for trial in found.trials]
    sound = [not collapsed(t.shares, t.prior, t.entropy, t.items) for t in targets]
    assert found.metric == "information"
    assert any(sound)
    best = max((t.information, index) for index, t in enumerate(targets) if sound[index])
    assert found.chosen == best[1]
    for key, extra in (("study.tune_by_alone", "tune_by: entropy"),):
        with pytest.raises(StudyError) as error:
            study(place, "a: {transfer: source-only}", extra)
        assert [problem.key for problem in error.value.problems] == [key]
    with pytest.raises(StudyError) as error:
        load("quickstart", overrides=["train.monitor=entropy", "compare.select=[oracle]"])
    assert {problem.key for problem in error.value.problems} == {"study.select_one_set"}


def test_nothing_is_tuned_by_source_images_that_says_nothing_of_the_target(place):
    arms = "a: {transfer: source-only}, shot: {transfer: shot-im}, bound: {transfer: target-only}"
    tuned = "tune: {train.lr: [0.01, 0.03]}"
    for extra in (tuned, f"{tuned}\ntune_by: weighted_accuracy"):
        with pytest.raises(StudyError) as caught:
            study(place, arms, extra)
        told = {(problem.key, problem.path) for problem in caught.value.problems}
        assert told == {("study.tune_selection", "tune.train.lr")}
    made = study(place, arms, f"{tuned}\ntune_by: information")
    tried = {cell.arm: len(cell.trials) for cell in plan.cells(made)}
    assert tried == {"a": 2, "shot": 2, "bound": 1}
    assert alih.plan(made).not_tuned == {"train.lr": ["bound"]}


def test_answers_for_masks_are_held_against_the_pixels_of_the_source(place, tmp_path):
    made = study(place, "a: {transfer: source-only}", task="segmentation")
    (cell,) = plan.cells(made)
    bench = open_bench(tmp_path, made, cell, MACHINE, print)
    source = bench.domains["source"]
    masks = np.asarray(source.images.masks)[source.split.train]
    ink = (masks == 1).sum() / (masks < 2).sum()
    assert 0 < ink < 1
    assert bench.prior == pytest.approx([1 - ink, ink])
    assert collapsed([1.0, 0.0], bench.prior.tolist(), 0.0, 2000), "one class everywhere"


def test_target_parts_are_drawn_without_labels_and_grants_are_nested(place):
    made = study(place, "a: {transfer: source-only}")
    sets = {name: load_images(spec) for name, spec in specs(made).items()}
    blind = replace(sets["target"], official_test=0)
    shuffled = replace(blind, labels=np.random.default_rng(0).permutation(blind.labels))
    parts = [
        domains({**sets, "target": target}, made, 0)["target"].split for target in (blind, shuffled)
    ]
    for part in ("train", "validation", "test"):
        np.testing.assert_array_equal(getattr(parts[0], part), getattr(parts[1], part))
    assert len(parts[0].validation) == 0
    before: set[int] = set()
    for wanted in (0, 1, 4, "all"):
        own = made.model_copy(update={"target_labels": wanted})
        granted = set(domains(sets, own, 0)["target"].granted.tolist())
        assert before <= granted
        assert len(granted) == (26 if wanted == "all" else 2 * wanted)
        before = granted
    share = [
        domains(sets, made.model_copy(update={"target_labels": s}), 0)["target"].granted
        for s in (0.25, 0.5)
    ]
    assert [len(part) for part in share] == [6, 13]
    assert set(share[0]) <= set(share[1])


def test_a_cell_leaves_what_its_domains_are_compared_by(place, tmp_path):
    made = study(
        place, "a: {transfer: source-only}, b: {transfer: dann}", "split: {validation: 0.5}"
    )
    cells = [StudyFolder(tmp_path).cell(Cell(arm, 0)) for arm in "ab"]
    for cell in cells:
        run_cell(tmp_path, made, cell.cell, MACHINE)
    one, other = (cell.arrays("domains") for cell in cells)
    for name in ("source_item", "target_item"):
        np.testing.assert_array_equal(one[name], other[name])
    assert set(one["target_item"]) == set(cells[0].scores("test")["item"])
    assert not np.array_equal(one["source"], other["source"])
    assert one["source"].shape == (20, 8)
    assert one["target_map"].shape == (16, 2)
    gap = cells[0].card.domains
    assert (gap.items, gap.width) == (32, 8)
    found = told_apart(one["source"], one["target"], seed=made.seed, limit=500)
    assert gap.error == pytest.approx(found.error, abs=1 / 32)  # stored in two bytes a number
    run_cell(tmp_path / "again", made, Cell("a", 0), MACHINE)
    again = StudyFolder(tmp_path / "again").cell(Cell("a", 0)).arrays("domains")
    assert equal(one, again)


def test_what_a_classifier_reads_is_what_domains_are_compared_by(place, tmp_path):
    """Features of the source where alignment has brought them, those of the target as they are."""
    by_hand = "{strategy: features, handmade: {name: hog, size: 16, block: 1}, classifier: logistic"
    arms = f"a: {{transfer: {by_hand}}}}}, b: {{transfer: {by_hand}, align: coral}}}}"
    made = study(place, arms, "split: {validation: 0.5}")
    plain, aligned = [], []
    for arm, found in (("a", plain), ("b", aligned)):
        run_cell(tmp_path, made, Cell(arm, 0), MACHINE)
        cell = StudyFolder(tmp_path).cell(Cell(arm, 0))
        assert cell.card.domains.width == 36
        found += [cell.arrays("domains")[name].astype(float) for name in ("source", "target")]
    assert np.allclose(plain[1], aligned[1])
    assert not np.allclose(plain[0], aligned[0], atol=0.05)
    assert [role(made, arm, {}) for arm in "ab"] == ["source", "adapted"]


def test_maps_keep_what_lies_together():
    rng = np.random.default_rng(0)
    rows = np.repeat([[0.0] * 5, [9.0] * 5], 40, axis=0) + rng.normal(size=(80, 5))
    for some, method in ((rows, "tsne"), (rows[30:50], "pca")):
        found, by = in_two(some, 0)
        assert by == method
        assert abs(found).max() == pytest.approx(1)
        halves = np.split(found, 2)
        assert np.linalg.norm(halves[0].mean(0) - halves[1].mean(0)) > 4 * halves[0].std(0).max()
    assert in_two(np.ones((5, 1)), 0)[0].tolist() == [[0.0, 0.0]] * 5


@pytest.mark.usefixtures("undrawn")
def test_tables_and_records_name_no_withheld_label(place, tmp_path):
    made = study(place, "a: {transfer: source-only}, b: {transfer: dann}", "target_labels: 1")
    results = alih.run(made, tmp_path / "out", jobs=1)
    assert results.complete
    rows = [line.split(",") for line in (tmp_path / "out" / "items.csv").read_text().splitlines()]
    columns = {name: index for index, name in enumerate(rows[0])}
    split = columns["split-0"]
    hidden = [row for row in rows[1:] if row[split] == "train" and not row[columns["label"]]]
    assert len(hidden) == 24
    assert sum(row[split] == "train" for row in rows[1:]) == 26
    source = (tmp_path / "out" / "items-source.csv").read_text().splitlines()
    assert len(source) == 53
    card = StudyFolder(tmp_path / "out").data
    assert card.source_set.name == "paper"
    references = files.read_json(tmp_path / "out" / "references.json")
    assert set(references["pixel-logistic"]) == {"train", "validation", "test"}
    compared = results.compare()
    assert compared["arms"]["a"]["n_test"] == 16
    assert results.report().exists()


@pytest.mark.usefixtures("undrawn")
def test_an_upper_bound_is_marked_wherever_it_is_named(place, tmp_path):
    named = "b: {transfer: target-only, label: {en: All of it, id: Semuanya}}"
    made = study(place, f"a: {{transfer: source-only}}, {named}", "target_labels: 1")
    mark, note = "All of it (oracle: needs labels)", "Oracle (needs labels): b."
    results = alih.run(made, tmp_path / "out", jobs=1)
    assert "b (oracle: needs labels)" in results._repr_html_()
    said = shown.of_study(compare(results.root), made, results.root, details=True)
    assert sum(mark in line for line in said) >= 2, "the verdict, and what is found"
    assert any("no candidate" in line for line in said)
    assert note in str(alih.check(made))
    assert note in str(alih.plan(made))
    compared = results.compare()
    assert [one["about"] for one in compared["findings"] if one["code"] == "D036"] == ["b"]
    assert mark in results.report().read_text()
    assert "Semuanya (oracle: perlu label)" in results.report(lang="id").read_text()
    granted = made.model_copy(update={"target_labels": "all"})
    assert (made.oracles, granted.oracles) == (["b"], [])
    assert granted.label("b") == "All of it"


def test_what_is_granted_to_others_is_no_part_of_an_upper_bound(place):
    known = study_strategies.STRATEGIES.items()
    assert {name for name, kind in known if kind.grants == "all"} == ORACLES
    found = [
        plan.identity(study(place, "a: {}, b: {transfer: target-only}", extra), Cell("b", 0))
        for extra in ("target_labels: 1", "target_labels: 2")
    ]
    assert found[0] == found[1]


def test_the_cosine_head_of_mme_is_handed_over(place, tmp_path):
    made = study(
        place, "a: {transfer: source-only}, b: {from: a, transfer: mme}", "target_labels: 2"
    )
    for cell in plan.cells(made):
        run_cell(tmp_path, made, cell, MACHINE)
    folder = StudyFolder(tmp_path).cell(Cell("b", 0))
    assert folder.card.carried.fresh == []
    assert folder.card.parameters == sum(row.parameters for row in folder.card.layers)
    assert not {"dense2.bias"} & set(weights(tmp_path, "b"))
    images = load_images(specs(made)["target"])
    DataCard.of(images.card).write(tmp_path)
    files.write_text(tmp_path / "study.yaml", "title: t\n")
    predictor = Predictor.open(folder.path, "cpu")
    with np.load(folder.path / "probabilities.npz") as stored:
        expected = stored["test"]
    with np.load(folder.path / "scores.npz") as stored:
        items = stored["test_item"]
    found = predictor(images.images[items])
    np.testing.assert_allclose(found, expected, atol=1e-3)


# --- Addresses
# -----------------------------------------------------------------------------------------------


def test_granted_labels_can_be_varied(place, tmp_path):
    """Each level grants its own labels; who sees none, or all, is computed once."""
    arms = "s: {transfer: source-only}, j: {transfer: joint}, o: {transfer: target-only}"
    one = study(place, arms, "vary: {target_labels: [1, all]}")
    few, every = (Cell("j", 0, (("target_labels", value),)) for value in (1, "all"))
    alone = study(place, arms, "target_labels: 1")
    assert plan.identity(one, few) == plan.identity(alone, Cell("j", 0))
    assert plan.identity(one, every) != plan.identity(one, few)
    assert {cell.arm for cell in plan.twins(one)} == {"s", "o"}
    assert (
        len(
            bench.open_bench(tmp_path, one, plan.planned(one, few), MACHINE, print)
            .domains["target"]
            .granted
        )
        == 2
    )
    labels = (
        bench.open_bench(tmp_path, one, plan.planned(one, every), MACHINE, print)
        .domains["target"]
        .granted
    )
    assert len(labels) > 2


@pytest.mark.parametrize(
    ("extra", "counts"),
    [
        ("target_labels: 0.1", [3]),
        ("vary: {target_labels: [1, 3, all]}", [2, 6, 26]),
    ],
)
def test_a_network_of_the_source_is_tuned_on_the_granted_labels_alone(
    place, tmp_path, monkeypatch, extra, counts
):
    """From the source's weights, which frozen stages keep and small steps hardly leave."""
    tuned = "transfer: {strategy: finetune, freeze: %s}, train: {epochs: 1, lr: 1.0e-9}"
    arms = (
        "source: {transfer: source-only}, joint: {transfer: joint}, "
        f"tuned: {{from: source, {tuned % 0}}}, frozen: {{from: source, {tuned % 1}}}, "
        f"head: {{from: source, {tuned % 'all'}}}"
    )
    made = study(place, arms, extra)
    seen: dict[Cell, set[int]] = {}
    step = Finetune.step

    def watched(self, batches, ctx):
        assert batches.keys() == {"target"}
        seen.setdefault(now[-1], set()).update(batches["target"].items.tolist())
        return step(self, batches, ctx)

    monkeypatch.setattr(Finetune, "step", watched)
    now: list[Cell] = []
    for cell in plan.cells(made):
        now.append(cell)
        run_cell(tmp_path, made, cell, MACHINE)
    root = StudyFolder(tmp_path)
    for cell in seen:
        start = load_file(root.cell(replace(cell, arm="source")).path / "model.safetensors")
        granted = bench.open_bench(tmp_path, made, cell, MACHINE, print).domains["target"].granted
        assert seen[cell] == set(granted.tolist())
        assert root.cell(cell).card.carried.fresh == []
        for name, values in load_file(root.cell(cell).path / "model.safetensors").items():
            still = cell.arm == "head" and not name.startswith("output")
            still = still or (cell.arm == "frozen" and name.startswith("conv1"))
            np.testing.assert_allclose(values, start[name], atol=0 if still else 1e-6)
    assert sorted({len(items) for items in seen.values()}) == counts


def test_where_all_labels_are_granted_terms_read_labelled_target_images(place, tmp_path):
    names = ("joint", "mcc", "mme", "shot-im", "self-training", "dann")
    made = study(
        place, ", ".join(f"{name}: {{transfer: {name}}}" for name in names), "target_labels: all"
    )
    root = StudyFolder(tmp_path)
    for name in names:
        run_cell(tmp_path, made, Cell(name, 0), MACHINE)
        logged = {record.metric for record in root.cell(Cell(name, 0)).history}
        assert ("domain_loss" in logged) == (name not in ("joint", "self-training"))
    assert equal(weights(tmp_path, "joint"), weights(tmp_path, "self-training"))


def test_streams_have_addresses_of_their_own():
    images = load_images(load("quickstart").data)
    loader, items = (
        Loader(images, Format("fp32", torch.device("cpu"), (0.0,), (1.0,))),
        np.arange(64),
    )
    spec = Augment(shift=3)

    def order(address: Address, epoch: int = 1) -> list[Batch]:
        return list(loader.training(items, 64, spec, 0, 0, epoch, stream=address))

    today = order(Address())
    again = list(loader.training(items, 64, spec, 0, 0, 1))
    assert torch.equal(today[0].images, again[0].images), (
        "the target's own images are seen as before"
    )
    others = [Address("source"), Address("loose"), Address(pass_=1), Address("source", pass_=1)]
    pictures = [today[0], *(order(address)[0] for address in others)]
    for index, one in enumerate(pictures):
        for other in pictures[:index]:
            assert not np.array_equal(one.items, other.items)
    rows = [AugmentTable(0, 0, 1, 8, stream).values for stream in ("", "source", "target/strong")]
    assert not np.array_equal(rows[0], rows[1])
    assert not np.array_equal(rows[1], rows[2])
    assert Address("source").order(3) == "order/source/3"
    assert Address().order(3) == "order/3"


# --- DANN
# --------------------------------------------------------------------------------------------------


def dann(train: dict[str, Any] | None = None, **options: Any) -> Dann:
    from alih.models.build import build
    from alih.study.catalogue.arithmetic import network
    from alih.study.strategies.adaptation import DannOptions
    from alih.tasks.table import TASKS

    recipe = Recipe.model_validate(
        {
            "model": {
                "layers": [{"conv": {"filters": 3}}, {"flatten": {}}, {"dense": {"units": 5}}]
            },
            "train": train or {},
        }
    )
    made = build(network(recipe.model, 2), channels=1, image_size=(8, 8), init="keras", seed=len)
    given = Ingredients(
        made, TASKS["classification"], recipe, 4, None, DannOptions(**options), withheld=9
    )
    return Dann(given)


def test_a_step_of_dann_is_its_equation():
    """Loss and gradients against plain PyTorch, with the reversal written as two losses."""
    settings = {"optimizer": "sgd", "lr": 0.5}
    strategy = dann(settings, hidden=7, weight=0.3)
    twin, judge = (
        copy.deepcopy(strategy.network).train(),
        copy.deepcopy(strategy.discriminator).train(),
    )
    strategy.network.train()
    generator = torch.Generator().manual_seed(1)
    source, target = (
        torch.rand(6, 1, 8, 8, generator=generator),
        torch.rand(5, 1, 8, 8, generator=generator),
    )
    labels = torch.arange(6) % 2
    batches = {
        "source": Batch(source, labels, np.arange(6)),
        "target-unlabelled": Batch(target, None, np.arange(5)),
    }
    logged: dict[str, Any] = {}
    ctx = Context(lambda name: torch.Generator(), logged.__setitem__, progress=0.2)
    loss = strategy.step(batches, ctx)

    features = twin.prefix(len(twin.stages))(torch.cat([source, target]))
    vectors = twin.read(features)
    logits = twin.classify(features)[:6]
    odds = judge(vectors).squeeze(1)
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    domain = (bce(odds[:6], torch.ones(6)) + bce(odds[6:], torch.zeros(5))) / 2
    task = torch.nn.functional.cross_entropy(logits, labels)
    assert loss.item() == pytest.approx((task + 0.3 * domain).item(), rel=1e-6)
    strength = 2 / (1 + np.exp(-10 * 0.2)) - 1
    own, theirs = list(twin.parameters()), list(judge.parameters())
    of_task = torch.autograd.grad(task, own, retain_graph=True, allow_unused=True)
    of_domain = torch.autograd.grad(domain, [*own, *theirs], allow_unused=True)
    for index, (before, after) in enumerate(zip(own, strategy.network.parameters(), strict=True)):
        pulled = of_domain[index] if of_domain[index] is not None else torch.zeros_like(before)
        expected = before - 0.5 * (of_task[index] - strength * 0.3 * pulled)
        assert torch.allclose(after, expected, atol=1e-6)
    for index, (before, after) in enumerate(
        zip(theirs, strategy.discriminator.parameters(), strict=True)
    ):
        assert torch.allclose(after, before - 0.5 * 0.3 * of_domain[len(own) + index], atol=1e-6)
    assert 0 <= float(logged["domain_accuracy"]) <= 1


def test_a_reversed_gradient_grows_with_progress():
    x = torch.ones(3, requires_grad=True)
    reverse(x, 0.25).sum().backward()
    assert torch.equal(x.grad, torch.full((3,), -0.25))
    strategy = dann(hidden=4)
    assert set(strategy.streams()) == {"source", "target-unlabelled"}
    kept = snapshot(strategy.network, strategy.discriminator)
    assert kept is not None


# --- What a document may say
# -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arms", "extra", "key"),
    [
        ("a: {transfer: scratch}", "", "study.needs_target_labels"),
        ("a: {transfer: joint}", "", "study.needs_target_labels"),
        ("a: {transfer: mme}", "", "study.needs_target_labels"),
        ("a: {transfer: advent}", "", "study.classification_strategy"),
        (
            "a: {transfer: {strategy: features, handmade: hog, learn_from: target}}",
            "",
            "study.learn_from_none",
        ),
        (
            "a: {transfer: {strategy: features, handmade: hog, learn_from: target, align: coral}}",
            "target_labels: 2",
            "study.align_without_source",
        ),
        ("a: {transfer: source-only}", "target_labels: 1.5", "study.wrong_type"),
        ("a: {transfer: source-only}", "target_labels: some", "study.wrong_type"),
        ("a: {transfer: source-only}", "protocol: paper", "study.domains_paper"),
        (
            "a: {transfer: source-only}",
            "split: {scheme: repeated-kfold, folds: 2}",
            "study.domains_kfold",
        ),
        ("a: {transfer: source-only}", "vary: {train_images: [4]}", "study.domains_levels"),
        ("a: {transfer: joint}", "vary: {target_labels: [0, 1]}", "study.needs_target_labels"),
        ("a: {transfer: joint}", "vary: {target_labels: [yes]}", "study.wrong_type"),
        (
            "a: {transfer: joint}",
            "vary: {target_labels: [1]}\ntarget_labels: 1",
            "study.labels_twice",
        ),
        (
            "a: {transfer: target-only}, b: {transfer: source-only, from: a}",
            "",
            "study.from_oracle",
        ),
        ("a: {transfer: target-only, train: {keep: best}}", "", "study.oracle_selection"),
        ("a: {}", "vary: {transfer.strategy: [dann, target-only]}", "study.oracle_in_grid"),
        ("a: {}", "tune: {transfer: [dann, {strategy: target-only}]}", "study.oracle_in_grid"),
    ],
)
def test_documents_that_cannot_run_are_refused(place, arms, extra, key):
    with pytest.raises(StudyError) as caught:
        study(place, arms, extra)
    assert key in {problem.key for problem in caught.value.problems}


def test_one_set_takes_no_adaptation(tmp_path):
    body = (
        "title: t\ndata: {set: fashion-mnist-mini}\nmodel: dcnn\n"
        "arms: {a: {transfer: dann}}\ncompare: {baseline: a}\n"
    )
    (tmp_path / "s.yaml").write_text(body + "target_labels: 1\n")
    with pytest.raises(StudyError) as caught:
        load(tmp_path / "s.yaml")
    assert {problem.key for problem in caught.value.problems} == {
        "study.needs_source",
        "study.target_labels_one_set",
    }


def test_one_set_has_no_upper_bound_of_its_own(tmp_path):
    (tmp_path / "s.yaml").write_text(
        "data: {set: fashion-mnist-mini}\nmodel: dcnn\n"
        "arms: {a: {transfer: target-only}}\ncompare: {baseline: a}\n"
    )
    with pytest.raises(StudyError) as caught:
        load(tmp_path / "s.yaml")
    assert [problem.key for problem in caught.value.problems] == ["study.oracle_one_set"]


def test_other_classes_are_named(place, tmp_path):
    write(tmp_path / "other", False, 3, 2, False)
    (tmp_path / "other" / "train" / "ring").rename(tmp_path / "other" / "train" / "circle")
    (tmp_path / "other" / "test" / "ring").rename(tmp_path / "other" / "test" / "circle")
    with pytest.raises(StudyError) as caught:
        study(place, "a: {transfer: source-only}", source=str(tmp_path / "other"))
    (problem,) = caught.value.problems
    assert problem.key == "study.domains_apart"
    assert (problem.values["source"], problem.values["target"]) == ("circle", "ring")


def test_identity_knows_both_sets_and_the_labels(place):
    made = study(place, "a: {transfer: dann}")
    parts = plan.identity_parts(made, Cell("a", 0))
    assert {"data.source.content", "data.target.content", "target_labels"} <= set(parts)
    more = plan.identity_parts(
        study(place, "a: {transfer: dann}", "target_labels: 2"), Cell("a", 0)
    )
    assert {key for key in parts if parts[key] != more[key]} == {"target_labels"}
    assert json.dumps(parts["target_labels"]) == "0"


def test_a_run_on_the_targets_labels_is_no_start_for_an_arm_that_may_not_see_them(place, tmp_path):
    from alih.executors import prepare

    made = study(place, "a: {transfer: source-only}")
    single = made.model_copy(update={"data": made.data.target, "arms": {"a": made.arms["a"]}})
    sets = {name: load_images(spec) for name, spec in specs(made).items()}
    root = tmp_path / "other"
    DataCard.of(sets["target"].card).write(root)
    files.write_text(root / "study.yaml", "title: other\n")
    arm = made.arms["a"].model_copy(update={"source": str(root / "runs" / "x" / "seed-0")})
    starting = made.model_copy(update={"arms": {"a": arm}})
    with pytest.raises(AlihError) as caught:
        prepare.read_images(starting)
    assert caught.value.key == "runs.source_saw_target"
    assert single.data.folder


def test_neither_a_missing_image_nor_a_run_between_hides_that_target_labels_were_seen(
    place, tmp_path
):
    """Nor does `check` call good what a run refuses."""
    shutil.copytree(place / "classes" / "screen", tmp_path / "screen")
    made = study(place, "a: {transfer: source-only}")
    (tmp_path / "screen" / "train" / "ring" / "0.png").unlink()
    fewer = made.data.target.model_copy(update={"folder": str(tmp_path / "screen")})

    def run_of(name: str, spec: Any, start: str | None = None) -> str:
        arm = made.arms["a"].model_copy(update={"transfer": None, "source": start})
        theirs = made.model_copy(update={"name": name, "data": spec, "arms": {"a": arm}})
        files.write_text(tmp_path / name / "study.yaml", dump(theirs))
        DataCard.of(load_images(spec).card).write(tmp_path / name)
        return str(tmp_path / name / "runs" / "a" / "seed-0")

    def started(place: str) -> Study:
        arm = made.arms["a"].model_copy(update={"source": place})
        return made.model_copy(update={"arms": {"a": arm}})

    seen, unseen = run_of("seen", fewer), run_of("unseen", made.data.source)
    between = run_of("between", made.data.source, start=seen)
    for start in (seen, between):
        with pytest.raises(AlihError) as caught:
            alih.check(started(start))
        assert caught.value.key == "runs.source_saw_target"
    target = DataCard.of(load_images(made.data.target).card)
    assert shares_images(made, target, Path(unseen), equal_items) is False
    gone = shares_images(made, target, Path(seen), lambda *_: None)
    assert gone is None, "called alike, and not here"


def test_masks_of_the_source_are_part_of_what_a_cell_is(place):
    made = study(place, "a: {transfer: source-only}", task="segmentation")
    turned = made.data.source.model_copy(update={"masks": {"ground": 1, "ink": 0}})
    other = made.model_copy(update={"data": made.data.model_copy(update={"source": turned})})
    one, two = (plan.identity_parts(document, Cell("a", 0)) for document in (made, other))
    assert {key for key in one if one[key] != two[key]} == {"data.source.masks"}


def test_a_cell_goes_on_in_its_own_number_format_or_begins_anew(place, tmp_path, monkeypatch):
    made = study(place, "a: {transfer: source-only}")
    cell = Cell("a", 0)

    def stop(event: dict[str, Any]) -> None:
        if event["kind"] == "epoch" and event["epoch"] == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_cell(tmp_path / "cut", made, cell, MACHINE, stop)
    mixed = Machine("cpu", 1, "bf16-autocast")
    run_cell(tmp_path / "cut", made, cell, mixed)
    run_cell(tmp_path / "whole", made, cell, mixed)
    assert equal(weights(tmp_path / "cut", "a"), weights(tmp_path / "whole", "a"))
    assert StudyFolder(tmp_path / "cut").cell(cell).card.precision == "bf16-autocast"


def test_dann_needs_stages(place):
    with pytest.raises(StudyError) as caught:
        study(
            place,
            "a: {model: {name: unet, width: 4, depth: 2}, transfer: dann}",
            task="segmentation",
        )
    assert {problem.key for problem in caught.value.problems} == {"models.needs_stages"}


@pytest.mark.usefixtures("undrawn")
def test_a_finished_study_is_read_where_neither_set_is(place, tmp_path):
    import shutil

    from alih.runs.status import survey
    from alih.study.catalogue import lookup

    for name in ("paper", "screen"):
        shutil.copytree(place / "classes" / name, tmp_path / "classes" / name)
    made = study(tmp_path, "a: {transfer: source-only}, b: {transfer: dann}", "target_labels: 1")
    results = alih.run(made, tmp_path / "out", jobs=1)
    scored = files.read_json(tmp_path / "out" / "references.json")
    for name in ("paper", "screen"):
        (tmp_path / "classes" / name).rename(tmp_path / "classes" / f"{name}-away")
        assert {state.state for state in survey(tmp_path / "out", made)} == {"finished"}
    assert results.compare()["comparisons"][0]["arm"] == "b"
    page = results.report().read_text()
    assert "paper" in page
    assert "Two domains were used" in page
    for name in ("paper", "screen"):
        (tmp_path / "classes" / f"{name}-away").rename(tmp_path / "classes" / name)
    for file in sorted((tmp_path / "classes" / "paper" / "train" / "ring").glob("*.png"))[:15]:
        file.unlink()
    lookup.forget()  # as another process, or this one some seconds later
    alih.run(made, tmp_path / "out", jobs=1, fresh=True)
    assert files.read_json(tmp_path / "out" / "references.json") != scored, (
        "reference scores follow the images"
    )


def test_sizes_that_contradict_each_other_are_told(place, tmp_path):
    text = (place / "study.yaml").read_text()
    study(place, "a: {transfer: source-only}")
    text = (place / "study.yaml").read_text()
    (tmp_path / "s.yaml").write_text(text.replace("image_size: 16", "image_size: 24", 1))
    with pytest.raises(StudyError) as caught:
        load(tmp_path / "s.yaml")
    assert [(p.key, p.path) for p in caught.value.problems] == [
        ("study.domains_shape", "data.source.image_size")
    ]


def test_keys_beside_the_domains_are_told_and_a_name_stands_for_a_set(tmp_path):
    body = "arms: {a: {model: dcnn, transfer: source-only}}\ncompare: {baseline: a}\n"
    sets = "source: fashion-mnist, target: {set: fashion-mnist-mini}"
    (tmp_path / "good.yaml").write_text(f"data: {{{sets}}}\n{body}")
    assert load(tmp_path / "good.yaml").data.source.set == "fashion-mnist"
    (tmp_path / "bad.yaml").write_text(f"data: {{{sets}, image_size: 28}}\n{body}")
    with pytest.raises(StudyError) as caught:
        load(tmp_path / "bad.yaml")
    (problem,) = caught.value.problems
    assert (problem.key, problem.path) == ("study.unknown_key", "data.image_size")
    assert "source, target" in str(problem.values["known"])
