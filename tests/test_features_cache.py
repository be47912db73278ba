"""Cached activations: the same numbers as computing them, shared, refused when damaged, recomputed when too large."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

import alih
from alih import files
from alih.data.load import load as load_images
from alih.features import cache, place
from alih.models.backbones import backbone
from alih.models.precision import to_format
from alih.study.document import DataSpec, Train
from alih.study.strategies import FinetuneOptions
from alih.tasks.table import TASKS
from alih.training.batches import Format, Loader
from alih.training.device import Machine
from alih.transfer.finetune import Finetune


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    torch.set_num_threads(1)


def made(precision: str = "fp32", **options) -> tuple[Finetune, Loader, Machine]:
    machine = Machine("cpu", 1, precision)
    whole = load_images(DataSpec(set="fashion-mnist-mini", image_size=32, channels=3))
    images = dataclasses.replace(whole, images=whole.images[:400], labels=whole.labels[:400], official_test=0)
    network = to_format(backbone("mobilenetv2_035", classes=10, channels=3, image_size=(32, 32)), precision, True)
    strategy = Finetune(network, TASKS["classification"], Train(), 4, FinetuneOptions(**options))
    return strategy, Loader(images, Format(machine.dtype, torch.device("cpu"), (0.5,) * 3, (0.5,) * 3)), machine


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("depth", [3, 20])
def test_rows_are_what_the_stages_give_bit_for_bit(precision, depth, monkeypatch):
    monkeypatch.setattr(cache, "SHARD_BYTES", 200_000)
    strategy, loader, machine = made(precision, freeze=depth)
    kept = loader.with_features(strategy, 16, machine)
    items = np.random.default_rng(0).permutation(400)[:16]
    ours = kept.batch(items)
    with torch.no_grad():
        theirs = strategy.network.prefix(depth)(loader.batch(items).images)
    assert ours.depth == depth
    assert ours.images.dtype == theirs.dtype
    assert ours.images.stride() == theirs.stride()
    assert torch.equal(ours.images, theirs)
    assert torch.equal(ours.labels, loader.batch(items).labels)
    strategy.network.eval()
    with torch.no_grad():
        assert torch.equal(strategy.answer(ours), strategy.predict(loader.batch(items).images))


def test_another_batch_size_stays_within_tolerance():
    strategy, loader, machine = made(freeze=20)
    kept = loader.with_features(strategy, 16, machine)
    items = np.arange(100)
    with torch.no_grad():
        theirs = strategy.network.prefix(20)(loader.batch(items).images)
    assert torch.allclose(kept.batch(items).images, theirs, atol=1e-5, rtol=1e-4)


def test_computed_once_and_shared_by_heads_and_processes(monkeypatch):
    strategy, loader, machine = made(freeze=20)
    first = loader.with_features(strategy, 16, machine).batch(np.arange(8)).images
    other, again, _ = made(freeze=20, head_lr=3.0)
    kept = again.with_features(other, 16, machine)
    monkeypatch.setattr(kept.features, "_compute", lambda items: pytest.fail("computed twice"))
    assert torch.equal(kept.batch(np.arange(8)).images, first)
    assert len(place.sizes()) == 1


@pytest.mark.parametrize("damage", ["half", "flipped", "note", "gone"])
def test_a_damaged_shard_is_computed_again_never_used(damage, monkeypatch):
    monkeypatch.setattr(cache, "SHARD_BYTES", 20_000)  # several shards of what is small
    strategy, loader, machine = made(freeze=20)
    items = np.arange(3)
    sound = loader.with_features(strategy, 16, machine).batch(items).images.clone()
    (file,) = place.folder().glob("*/*.npy")
    content = bytearray(file.read_bytes())
    if damage == "half":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "flipped":
        content[-1] ^= 1
        file.write_bytes(content)
    elif damage == "note":
        file.with_suffix(".json").write_text("{")
    else:
        file.unlink()
    assert torch.equal(loader.with_features(strategy, 16, machine).batch(items).images, sound)


def test_whatever_decides_the_numbers_is_in_the_address():
    network = made(freeze=5)[0].network
    base = cache.address(network, 5, {"batch_size": 16})
    assert cache.address(network, 5, {"batch_size": 16}) == base
    assert cache.address(network, 4, {"batch_size": 16}) != base
    assert cache.address(network, 5, {"batch_size": 32}) != base
    with torch.no_grad():
        network.head.weight.add_(1)
        network.stages["block9"].conv_pw.weight.add_(1)
        assert cache.address(network, 5, {"batch_size": 16}) == base, "what comes later does not count"
        network.stages["block2"].bn1.running_mean.add_(1)
    assert cache.address(network, 5, {"batch_size": 16}) != base


def test_what_is_too_large_is_computed_anew_each_time(monkeypatch):
    monkeypatch.setenv("ALIH_FEATURES_GB", "0.001")
    strategy, loader, machine = made(freeze=2)
    assert loader.with_features(strategy, 16, machine).features is None
    assert not place.sizes()


def test_depth_is_what_never_thaws():
    assert made(freeze=7)[0].depth == 7
    assert made()[0].depth == 0
    assert made(freeze=7, batch_norm="adapt")[0].depth == 0
    assert made(freeze=7, unfreeze={"every": 10, "stages": 2})[0].depth == 5, "20 epochs, thawed once"


def test_prune_takes_the_least_recently_used():
    import os

    for age, name in enumerate(("new", "middle", "old")):
        (place.folder() / name).mkdir(parents=True)
        (place.folder() / name / "00000.npy").write_bytes(b"x" * 100)
        os.utime(place.folder() / name, (1000 - age, 1000 - age))
    assert place.prune(1000) == []
    assert place.prune(150) == ["old", "middle"]
    assert list(place.sizes()) == ["new"]


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
  half: {{transfer: {{strategy: finetune, freeze: 8, regularizer: delta}}}}
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


def run(out: Path, pictures: Path, batch_size: int) -> dict[str, dict[str, torch.Tensor]]:
    out.mkdir()
    settings = {"device": "cpu", "threads": 1, "precision": "fp32", "channels_last": True, "deterministic": True}
    files.write_json(out / "machine.json", settings)
    files.write_json(out / "references.json", {})
    files.write_text(out / "study.yaml", STUDY.format(folder=pictures, batch_size=batch_size))
    assert alih.run(out, out, jobs=1).complete
    return {arm: load_file(out / f"runs/{arm}/seed-0/model.safetensors") for arm in ("head", "half", "thaw")}


@pytest.mark.parametrize("batch_size", [16, 20])
def test_studies_with_and_without_the_cache_give_the_same_weights(batch_size, pictures, tmp_path, monkeypatch):
    """64 training images: batches of 16 are all full, and equal to the last bit; of 20 the last one is not."""
    with_cache = run(tmp_path / "with", pictures, batch_size)
    assert len(place.sizes()) == 3
    monkeypatch.setenv("ALIH_FEATURES_GB", "0")
    without = run(tmp_path / "without", pictures, batch_size)
    for arm, state in with_cache.items():
        if batch_size == 16:
            unequal = [name for name, tensor in state.items() if not torch.equal(tensor, without[arm][name])]
            assert not unequal, arm
        else:
            ours, theirs = (torch.cat([t.float().flatten() for t in s.values()]) for s in (state, without[arm]))
            assert (ours - theirs).norm() < 0.005 * theirs.norm(), arm


def test_nothing_frozen_nothing_kept():
    strategy, loader, machine = made()
    assert loader.with_features(strategy, 16, machine) is loader
