"""Cached activations: the same numbers as computing them, shared, refused when damaged, recomputed
when too large."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from tests.support.folders import ready

import alih
from alih import files
from alih.data.load import load as load_images
from alih.features import cache, extract, store
from alih.features.extract import View
from alih.files.rows import LEDGER
from alih.models.backbones import backbone
from alih.models.precision import autocast, to_format
from alih.runs.reading import as_rows
from alih.study.document.augment import Augment
from alih.study.document.data import DataSpec
from alih.study.document.train import Train
from alih.study.strategies.options import FinetuneOptions
from alih.tasks.table import TASKS
from alih.training.batches import Format, Loader
from alih.training.device import Machine
from alih.transfer.contract import Batch, Context
from alih.transfer.finetune import Finetune


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    torch.set_num_threads(1)


NAME = "mobilenetv2_035"
ALL = np.arange(400)


def made(precision: str = "fp32", **options) -> tuple[Finetune, Loader]:
    machine = Machine("cpu", 1, precision)
    whole = load_images(DataSpec(set="fashion-mnist-mini", image_size=32, channels=3))
    images = dataclasses.replace(
        whole, images=whole.images[:400], labels=whole.labels[:400], official_test=0
    )
    network = to_format(
        backbone(NAME, classes=10, channels=3, image_size=(32, 32)), precision, True
    )
    strategy = Finetune(network, TASKS["classification"], Train(), 4, FinetuneOptions(**options))
    return strategy, Loader(
        images, Format(machine.precision, torch.device("cpu"), (0.5,) * 3, (0.5,) * 3)
    )


def keys() -> list[str]:
    return sorted(entry.key for entry in store.entries())


@pytest.mark.parametrize("memory", [0, cache.MEMORY])
@pytest.mark.parametrize("precision", ["fp32", "bf16-autocast"])
@pytest.mark.parametrize("depth", [3, 20])
def test_rows_are_what_the_stages_give_bit_for_bit(precision, depth, memory, monkeypatch):
    monkeypatch.setattr(store, "RANGE_BYTES", 100_000)
    monkeypatch.setattr(cache, "MEMORY", memory)
    strategy, loader = made(precision, freeze=depth)
    kept = loader.with_features(strategy, NAME, 16, [ALL[:103], ALL[103:]])  # no last batch is full
    for seed in range(5):
        items = np.random.default_rng(seed).permutation(400)[:16]
        ours = kept.batch(items)
        with torch.no_grad(), autocast("cpu", precision):
            theirs = strategy.network.prefix(depth)(loader.batch(items).images)
        assert ours.depth == depth
        assert ours.images.dtype == theirs.dtype
        assert ours.images.stride() == theirs.stride()
        assert torch.equal(ours.images, theirs)
        assert torch.equal(ours.labels, loader.batch(items).labels)
    strategy.network.eval()
    with torch.no_grad(), autocast("cpu", precision):
        assert torch.equal(strategy.answer(ours), strategy.predict(loader.batch(items).images))


def test_another_batch_size_stays_within_tolerance():
    strategy, loader = made(freeze=20)
    kept = loader.with_features(strategy, NAME, 16, [ALL])
    items = np.arange(100)
    with torch.no_grad():
        theirs = strategy.network.prefix(20)(loader.batch(items).images)
    assert (kept.batch(items).images - theirs).abs().max() <= extract.TOLERANCE * theirs.abs().max()


def step(strategy: Finetune, batch: Batch) -> tuple[float, torch.Tensor]:
    """Loss of one training step on a batch, and the head's gradient."""
    logged: dict[str, torch.Tensor | float] = {}
    found: list[torch.Tensor] = []
    handle = strategy.network.head.weight.register_hook(lambda g: found.append(g.clone()))
    strategy.network.train()
    loss = strategy.step(
        {"target": batch}, Context(lambda name: torch.Generator(), logged.__setitem__)
    )
    handle.remove()
    return float(loss.detach()), found[0]


@pytest.mark.parametrize(
    ("depth", "options"), [(20, {}), (8, {"regularizer": "delta", "attention": False})]
)
@pytest.mark.parametrize("size", [12, 16, 20])
def test_a_step_of_a_batch_that_is_not_full_stays_within_tolerance(size, depth, options):
    """Features come from full batches of 20; how a processor rounds smaller ones is its own. A full
    one changes no bit."""
    items = np.arange(100, 100 + size)
    (one, loader), (two, _) = (made(freeze=depth, **options) for _ in range(2))
    ours = step(one, loader.with_features(one, NAME, 20, [ALL]).batch(items))
    theirs = step(two, loader.batch(items))
    within = 0 if size == 20 else extract.TOLERANCE
    assert abs(ours[0] - theirs[0]) <= within * theirs[0]
    assert (ours[1] - theirs[1]).norm() <= 10 * within * theirs[1].norm()


def test_only_the_items_that_are_needed_are_computed_and_others_come_as_images(monkeypatch):
    seen: list[int] = []
    monkeypatch.setattr(
        extract,
        "prepared",
        lambda *a, original=extract.prepared: (seen.extend(a[1]), original(*a))[1],
    )
    strategy, loader = made(freeze=20)
    kept = loader.with_features(strategy, NAME, 16, [ALL[40:72], ALL[:0], ALL[300:310]])
    assert set(seen) == {*range(40, 72), *range(300, 310)}
    assert kept.batch(np.array([50, 305])).depth == 20
    mixed = kept.batch(np.array([50, 100]))
    assert mixed.depth == 0
    assert torch.equal(mixed.images, loader.batch(np.array([50, 100])).images)


def test_computed_once_and_shared_by_heads_and_cells(monkeypatch):
    strategy, loader = made(freeze=20)
    first = (
        loader.with_features(strategy, NAME, 16, [ALL[:200], ALL[200:]]).batch(np.arange(8)).images
    )
    other, again = made(freeze=20, head_lr=3.0)
    monkeypatch.setattr(extract, "run_stages", lambda *a: pytest.fail("computed twice"))
    kept = again.with_features(other, NAME, 16, [ALL[:200]])
    assert torch.equal(kept.batch(np.arange(8)).images, first)
    assert kept.extraction > 0
    assert len(keys()) == 2


@pytest.mark.parametrize("damage", ["half", "flipped", "ledger", "gone"])
def test_a_damaged_array_is_computed_again_never_used(damage, monkeypatch):
    monkeypatch.setattr(store, "RANGE_BYTES", 20_000)  # several ranges of what is small
    strategy, loader = made(freeze=20)
    sound = loader.with_features(strategy, NAME, 16, [ALL]).batch(ALL).images.clone()
    (file,) = store.folder().glob("*/rows.npy")
    content = bytearray(file.read_bytes())
    if damage == "half":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "flipped":
        content[-1] ^= 1
        file.write_bytes(content)
    elif damage == "ledger":
        (file.parent / LEDGER).write_text("{")
    else:
        file.unlink()
    assert torch.equal(loader.with_features(strategy, NAME, 16, [ALL]).batch(ALL).images, sound)


def test_whatever_decides_the_numbers_is_in_the_key():
    strategy, loader = made(freeze=5)
    network, groups = strategy.network, [ALL[:16]]
    loader.with_features(strategy, NAME, 16, groups)
    base = keys()
    with torch.no_grad():
        network.head.weight.add_(1)
        network.stages["block9"].conv_pw.weight.add_(1)
    loader.with_features(strategy, NAME, 16, groups)
    assert keys() == base, "what comes later does not count"
    with torch.no_grad():
        network.stages["block2"].bn1.running_mean.add_(1)
    for count, ask in enumerate(((16, groups), (8, groups), (16, [ALL[1:17]])), start=2):
        loader.with_features(strategy, NAME, *ask)
        assert len(keys()) == count


def test_what_is_too_large_is_computed_anew_each_time(monkeypatch):
    monkeypatch.setenv("ALIH_FEATURES_GB", "0.001")
    strategy, loader = made(freeze=2)
    assert loader.with_features(strategy, NAME, 16, [ALL]) is loader
    assert not keys()


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    strategy, loader = made(freeze=20)
    monkeypatch.setenv("ALIH_CACHE", str(blocked))
    assert loader.with_features(strategy, NAME, 16, [ALL]) is loader


def test_a_checkpoint_holds_what_learns_and_no_more():
    strategy = made(freeze=20)[0]
    assert set(strategy.parts()["network"].state_dict()) == {"head.weight", "head.bias"}
    half = made(freeze=8)[0]
    state = {name: tensor.clone() for name, tensor in half.parts()["network"].state_dict().items()}
    whole = half.network.state_dict()
    assert set(state) == {
        name
        for name in whole
        if not name.startswith(tuple(f"stages.{n}." for n in half.network.names[:8]))
    }
    before = {name: tensor.clone() for name, tensor in whole.items()}
    with torch.no_grad():
        for name in state:
            whole[name].add_(1)
    half.parts()["network"].load_state_dict(state)
    assert all(
        torch.equal(before[name], tensor) for name, tensor in half.network.state_dict().items()
    )
    with pytest.raises(KeyError, match=r"head\.bias"):
        half.parts()["network"].load_state_dict(
            {name: t for name, t in state.items() if name != "head.bias"}
        )


def test_depth_is_what_never_thaws():
    assert made(freeze=7)[0].depth == 7
    assert made()[0].depth == 0
    assert made(freeze=7, batch_norm="adapt")[0].depth == 0
    assert made(freeze=7, unfreeze={"every": 10, "stages": 2})[0].depth == 5, (
        "20 epochs, thawed once"
    )


STUDY = """
name: s
title: t
data: {{folder: {folder}, image_size: 32}}
split: {{validation: 0.2}}
train: {{epochs: 2, batch_size: {batch_size}, lr: 0.003}}
seeds: 1
model: {{name: mobilenetv2_035, weights: none, dropout: [0.3]}}
arms:
  head: {{transfer: {{strategy: finetune, freeze: all}}}}
  half: {{transfer: {{strategy: finetune, freeze: 8, regularizer: delta, attention_images: 4}}}}
  thaw: {{transfer: {{strategy: finetune, freeze: all, unfreeze: {{every: 1, stages: 9}}}}}}
compare: {{baseline: head}}
"""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("pictures")
    draw = np.random.default_rng(0)
    for label in ("dark", "light"):
        (root / label).mkdir()
        for index in range(50):
            pixels = draw.integers(0, 200, (32, 32, 3), np.uint8) + (55 if label == "light" else 0)
            Image.fromarray(pixels.astype(np.uint8)).save(root / label / f"{index}.png")
    return root


def run(
    out: Path, pictures: Path, batch_size: int, document: str = STUDY
) -> dict[str, dict[str, torch.Tensor]]:
    ready(out, document.format(folder=pictures, batch_size=batch_size))
    assert alih.run(out, out, jobs=1).complete
    return {
        path.parent.parent.name: load_file(path)
        for path in out.glob("runs/*/seed-0/model.safetensors")
    }


def test_studies_with_and_without_the_cache_give_the_same_weights(pictures, tmp_path, monkeypatch):
    """64 training images in batches of 16: all are full."""
    with_cache = run(tmp_path / "with", pictures, 16)
    assert len(keys()) == 6, "three depths, of the test images and of the others"
    for arm in with_cache:
        timing = as_rows(())((tmp_path / f"with/runs/{arm}/seed-0/timing.csv").read_bytes())
        card = files.read_json(tmp_path / f"with/runs/{arm}/seed-0/card.json")
        assert card["seconds"] == pytest.approx(
            sum(float(row["seconds"]) for row in timing), abs=0.01
        )
        assert float(timing[0]["seconds"]) > float(timing[0]["train_seconds"]), (
            "the extraction counts"
        )
    monkeypatch.setenv("ALIH_FEATURES_GB", "0")
    without = run(tmp_path / "without", pictures, 16)
    for arm, state in with_cache.items():
        unequal = [
            name for name, tensor in state.items() if not torch.equal(tensor, without[arm][name])
        ]
        assert not unequal, arm


VIEWS = """
name: s
title: t
data: {{folder: {folder}, image_size: 32}}
split: {{validation: 0.2}}
train: {{epochs: 3, batch_size: 16, lr: 0.003, views: {views}}}
augment: {{flip: true, shift: 2}}
seeds: 1
model: {{name: mobilenetv2_035, weights: none}}
arms:
  head: {{transfer: {{strategy: finetune, freeze: all}}}}
  half: {{transfer: {{strategy: finetune, freeze: 8}}}}
  scratch: {{}}
compare: {{baseline: head}}
"""


def test_views_are_kept_once_each_and_equal_to_the_last_bit_without_the_cache(
    pictures, tmp_path, monkeypatch
):
    document = VIEWS.replace("views: {views}", "views: 2")
    with_cache = run(tmp_path / "with", pictures, 16, document)
    seen = sorted(str(entry.about["view"]) for entry in store.entries())
    assert seen == ["1", "1", "2", "2", *["None"] * 4], (
        "two depths: views of the training images; test images and the others"
    )
    monkeypatch.setenv("ALIH_FEATURES_GB", "0")
    without = run(tmp_path / "without", pictures, 16, document)
    for arm, state in with_cache.items():
        unequal = [
            name for name, tensor in state.items() if not torch.equal(tensor, without[arm][name])
        ]
        assert not unequal, arm
    monkeypatch.delenv("ALIH_FEATURES_GB")
    other = run(tmp_path / "other", pictures, 16, document.replace("views: 2", "views: 3"))
    assert not torch.equal(other["scratch"]["head.weight"], without["scratch"]["head.weight"]), (
        "loops over images see views, too"
    )


def test_an_epoch_shows_its_view_in_an_order_of_its_own():
    _, loader = made()
    spec = Augment(flip=True, shift=3)

    def shown(epoch: int, views: int | None) -> tuple[np.ndarray, torch.Tensor]:
        batches = list(loader.training(ALL[:40], 16, spec, 5, 1, epoch, views))
        items = np.concatenate([batch.items for batch in batches])
        return items, torch.cat([batch.images for batch in batches])[np.argsort(items)]

    orders, pixels = zip(*(shown(epoch, 2) for epoch in (1, 2, 3)), strict=True)
    assert torch.equal(pixels[0], pixels[2])
    assert not torch.equal(pixels[0], pixels[1])
    assert not np.array_equal(orders[0], orders[2])
    assert torch.equal(shown(2, None)[1], pixels[1]), "view k is what epoch k shows without views"


def test_views_that_find_no_room_are_given_up_before_the_rest(monkeypatch):
    strategy, loader = made(freeze=20)
    views = [View(Augment(flip=True), 0, 0, number) for number in (1, 2, 3)]
    size = 100 * 1280 * 4
    monkeypatch.setenv("ALIH_FEATURES_GB", str(2.5 * size / 1e9))
    kept = loader.with_features(strategy, NAME, 20, [ALL[:100]], views=views, changed=ALL[:100])
    assert kept.features is not None
    assert not kept.views


def test_nothing_frozen_nothing_kept():
    strategy, loader = made()
    assert loader.with_features(strategy, NAME, 16, [ALL]) is loader
