"""Activations: equal to the network's own, kept on disk under their content, never used when
damaged, shared by processes."""

from __future__ import annotations

import math
import multiprocessing
import threading
import time

import numpy as np
import pytest
import torch
from filelock import FileLock
from tests.support.folders import ready

from alih.data.augment import AugmentTable, augment
from alih.data.imageset import ImageSet
from alih.data.pixels import Format
from alih.errors import AlihError
from alih.features import extract, store
from alih.features.extract import TOLERANCE, TOLERANCE_BF16, View, Wanted, activations, estimate
from alih.files.rows import LEDGER
from alih.models.backbones import backbone
from alih.models.precision import autocast, to_format
from alih.study.document.augment import Augment

CPU = torch.device("cpu")
FORM = Format("fp32", CPU, (0.4, 0.5, 0.6), (0.2, 0.25, 0.3))
BF16 = Format("bf16-autocast", CPU, FORM.mean, FORM.std)


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))


def images(n: int = 37, side: int = 32, seed: int = 0) -> ImageSet:
    generator = np.random.default_rng(seed)
    pixels = generator.integers(0, 256, (n, side, side, 3), dtype=np.uint8)
    return ImageSet("drawn", ("a", "b"), pixels, np.arange(n) % 2, 0, {})


def network(seed: int = 0, precision: str = "fp32"):
    made = backbone(
        "mobilenetv2_035", classes=2, channels=3, image_size=(32, 32), seed=lambda purpose: seed
    )
    return to_format(made, precision, channels_last=True)


def own(net, data, form, size, stage):
    """What the loop computes: batches of `size` through the network in evaluation mode."""
    from alih.training.batches import Loader

    net.eval()
    with torch.inference_mode(), autocast("cpu", form.precision):
        return torch.cat(
            [
                net.prefix(stage)(b.images)
                for b in Loader(data, form).evaluation(np.arange(len(data)), size)
            ]
        )


def wanted(stage: int = 20, **options) -> Wanted:
    return Wanted("mobilenetv2_035", stage, **{"form": FORM, "batch_size": 8, **options})


@pytest.mark.parametrize(("precision", "form"), [("fp32", FORM), ("bf16-autocast", BF16)])
@pytest.mark.parametrize("stage", [3, 20])
def test_cached_and_uncached_are_the_networks_own_to_the_last_bit_at_the_same_batch_size(
    precision, form, stage, monkeypatch
):
    net, data = network(precision=precision), images()
    expected = own(net, data, form, 8, stage)
    asked = wanted(stage, form=form, pooled=False)
    first = activations(data, net, asked)
    again = activations(data, net, asked)
    assert (first.rows.computed, again.rows.computed) == (37, 0)
    monkeypatch.setenv(store.LIMIT_VARIABLE, "0")
    store.prune(0)
    unkept = activations(data, net, asked)
    assert unkept.rows.where is None
    everything = np.arange(37)
    for found in (first, again, unkept):
        tensor = found.tensor(everything)
        assert tensor.dtype == expected.dtype
        assert torch.equal(tensor, expected)
    if stage == 3:
        assert first.tensor(everything).is_contiguous(memory_format=torch.channels_last)
        assert first.shape == tuple(expected.shape[1:])


@pytest.mark.parametrize(
    ("precision", "form", "within"),
    [("fp32", FORM, TOLERANCE), ("bf16-autocast", BF16, TOLERANCE_BF16)],
)
@pytest.mark.parametrize("size", [1, 5, 16])
def test_another_batch_size_stays_within_the_stated_tolerance(size, precision, form, within):
    net, data = network(precision=precision), images()
    expected = own(net, data, form, 37, 20).float()
    asked = wanted(batch_size=size, pooled=False, form=form)
    found = activations(data, net, asked).tensor(np.arange(37)).float()
    assert (found - expected).abs().max() <= within * expected.abs().max()


def test_items_are_found_in_any_order_and_only_those_that_were_extracted():
    net, data = network(), images()
    everything = activations(data, net, wanted()).array(np.arange(37))
    some = activations(data, net, wanted(), items=np.array([3, 8, 30]))
    near = {
        "rtol": 0,
        "atol": TOLERANCE * np.abs(everything).max(),
    }  # other batches round otherwise
    np.testing.assert_allclose(some.array(np.array([30, 3])), everything[[30, 3]], **near)
    with pytest.raises(KeyError):
        some.array(np.array([4]))


def test_pooled_maps_are_their_means_and_the_head_reads_what_the_last_stage_gives():
    net, data = network(), images()
    maps = activations(data, net, wanted(4, pooled=False)).tensor(np.arange(37))
    means = activations(data, net, wanted(4)).array(np.arange(37))
    expected = maps.mean((2, 3)).numpy()
    np.testing.assert_allclose(means, expected, rtol=0, atol=1e-5 * np.abs(expected).max())
    logits = extract.head_logits(net, activations(data, net, wanted()), np.arange(8))
    with torch.inference_mode():
        whole = net.eval()(extract.prepared(data.images, np.arange(8), FORM)).numpy()
    np.testing.assert_allclose(logits, whole, rtol=0, atol=TOLERANCE * np.abs(whole).max())


def test_of_every_stage_means_over_a_grid_with_norm_1():
    net, data = network(), images(3)
    many = wanted(every=64)
    found = activations(data, net, many).array(np.arange(3))
    own = np.split(found, np.cumsum(list(extract.widths(net, many).values()))[:-1], 1)
    assert len(own) == len(net.stages) - 1  # pooling gives what the stage before it gives
    for rows in own:
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-5)
    maps = activations(data, net, wanted(2, pooled=False)).tensor(np.arange(3))
    side = math.isqrt(64 // maps.shape[1])
    blocks = maps.unflatten(2, (side, -1)).unflatten(4, (side, -1)).mean((3, 5)).flatten(1)
    expected = torch.nn.functional.normalize(blocks).numpy()
    np.testing.assert_allclose(own[1], expected, atol=1e-5)
    last = activations(data, net, wanted()).array(np.arange(3))
    expected = last / np.linalg.norm(last, axis=1, keepdims=True)
    np.testing.assert_allclose(own[-1], expected, atol=1e-5)


def test_a_view_is_the_loops_augmentation_of_that_epoch():
    net, data = network(), images()
    spec = Augment(flip=True, shift=3)
    found = activations(data, net, wanted(view=View(spec, 7, 1, 2)))
    table = AugmentTable(7, 1, 2, 37)
    changed = extract.prepared(
        data.images, np.arange(8), FORM, lambda pixels, rows: augment(pixels, rows, spec, table)
    )
    with torch.inference_mode():
        assert torch.equal(found.tensor(np.arange(8)), net.eval().prefix(20)(changed))
    other = activations(data, net, wanted(view=View(spec, 7, 1, 3)))
    assert not np.array_equal(other.array(np.arange(37)), found.array(np.arange(37)))


def test_the_network_keeps_its_mode_and_its_statistics():
    net, data = network(), images()
    net.freeze(3)
    net.train()
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    modes = [module.training for module in net.modules()]
    activations(data, net, wanted())
    assert [module.training for module in net.modules()] == modes
    assert all(torch.equal(before[name], tensor) for name, tensor in net.state_dict().items())


def keys(stage: int = 4, net=None, data=None, **changes) -> str:
    return extract._key(data or images(), net or network(), wanted(stage, **changes), None)[0]


def test_what_decides_the_bits_decides_the_key():
    same, other_head = keys(), network()
    with torch.no_grad():
        other_head.head.weight += 1
        deep = network()
        next(deep.stages["block10"].parameters()).add_(1)
    assert keys() == same
    assert keys(net=other_head) == same  # stages that are not used do not count
    assert keys(net=deep) == same
    moved = network().to(memory_format=torch.contiguous_format)
    different = [
        keys(net=network(seed=1)),
        keys(net=moved),
        keys(stage=5),
        keys(data=images(seed=1)),
        keys(pooled=False),
        keys(every=64),
        keys(every=128),
        keys(batch_size=16),
        keys(form=BF16),
        keys(form=Format("fp32", CPU, (0.5, 0.5, 0.5), FORM.std)),
        keys(view=View(Augment(flip=True), 0, 0, 1)),
        keys(view=View(Augment(flip=True), 0, 1, 1)),
        keys(view=View(Augment(flip=True), 0, 0, 2)),
    ]
    assert len({same, *different}) == len(different) + 1


def small_ranges(monkeypatch) -> None:
    monkeypatch.setattr(store, "RANGE_BYTES", 1)  # one batch


@pytest.mark.parametrize(
    ("damage", "again"), [("bit", 8), ("cut", 37), ("no line", 8), ("half a line", 8), ("gone", 37)]
)
def test_a_damaged_or_half_written_range_is_computed_again_alone(damage, again, monkeypatch):
    small_ranges(monkeypatch)
    net, data = network(), images()
    first = activations(data, net, wanted())
    expected = first.array(np.arange(37)).copy()
    array, ledger = first.rows.where / "rows.npy", first.rows.where / LEDGER
    raw, lines = bytearray(array.read_bytes()), ledger.read_bytes().splitlines(keepends=True)
    lines = [line for line in lines if line.strip()]
    raw[-3] ^= 1
    if damage == "bit":
        array.write_bytes(raw)
    elif damage == "cut":
        array.write_bytes(raw[: len(raw) // 2])
    elif damage == "no line":
        ledger.write_bytes(b"".join(lines[:1] + lines[2:]))
    elif damage == "half a line":
        ledger.write_bytes(b"".join([*lines[:3], lines[3][:20], *lines[4:]]))
    else:
        array.unlink()
    found = activations(data, net, wanted())
    rows = 5 if damage == "bit" else again  # the last range holds five
    if damage == "half a line":
        rows = 8 + 5  # the line behind it was swallowed
    assert found.rows.computed == rows
    np.testing.assert_array_equal(found.array(np.arange(37)), expected)
    assert activations(data, net, wanted()).rows.computed == 0


def test_an_extraction_that_is_stopped_goes_on_where_it_was(monkeypatch):
    small_ranges(monkeypatch)
    net, data = network(), images()
    expected = activations(data, net, wanted()).array(np.arange(37)).copy()
    store.prune(0)

    def stop(done: int, of: int) -> None:
        if done == 24:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        activations(data, net, wanted(), progress=stop)
    told: list[tuple[int, int]] = []
    found = activations(data, net, wanted(), progress=lambda done, of: told.append((done, of)))
    assert found.rows.computed == 37 - 16, "the range that was being computed is lost, no other"
    assert told == [(24, 37), (32, 37), (37, 37)]
    np.testing.assert_array_equal(found.array(np.arange(37)), expected)


def test_a_view_draws_its_random_numbers_once(monkeypatch):
    small_ranges(monkeypatch)
    drawn: list[int] = []
    monkeypatch.setattr(extract, "AugmentTable", lambda *a: drawn.append(1) or AugmentTable(*a))
    activations(images(), network(), wanted(view=View(Augment(flip=True), 7, 1, 2)))
    assert drawn == [1]


def test_ranges_that_another_process_computes_are_left_to_it(monkeypatch):
    small_ranges(monkeypatch)
    net, data = network(), images()
    place = activations(data, net, wanted()).rows.where
    expected = np.load(place / "rows.npy")[:8].copy()
    lines = [line + b"\n" for line in (place / LEDGER).read_bytes().split(b"\n") if line]
    (place / LEDGER).write_bytes(
        b"".join(line for number, line in enumerate(lines) if number not in (0, 3))
    )
    held = threading.Event()

    def another() -> None:
        with FileLock(place / "000000.lock"):
            held.set()
            time.sleep(0.3)
            with open(place / LEDGER, "ab") as file:
                file.write(lines[0])

    threading.Thread(target=another).start()
    held.wait()
    found = activations(data, net, wanted())
    assert found.rows.computed == 8  # range 3; range 0 came from the other
    np.testing.assert_array_equal(found.array(np.arange(8)), expected)


def _extract(place: str, result) -> None:
    import os

    os.environ["ALIH_CACHE"] = place
    torch.set_num_threads(1)
    store.RANGE_BYTES = 1
    found = activations(images(), network(), wanted())
    result.put((found.rows.computed, found.array(np.arange(37)).tobytes()))


@pytest.mark.slow
def test_two_processes_on_one_key_get_the_same_numbers_and_do_the_work_once(tmp_path):
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    workers = [
        context.Process(target=_extract, args=(str(tmp_path / "both"), results), daemon=True)
        for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    found = [results.get(timeout=600) for _ in workers]
    for worker in workers:
        worker.join()
    assert sum(computed for computed, _ in found) == 37
    assert found[0][1] == found[1][1]


def test_the_estimate_is_what_is_written():
    net, data = network(), images()
    asked = wanted(6, pooled=False)
    place = activations(data, net, asked).rows.where
    written = sum(np.load(shard).nbytes for shard in place.glob("*.npy"))
    assert estimate(net, asked, 37) == written


def test_beyond_the_budget_nothing_is_kept_and_the_least_used_makes_room(monkeypatch):
    net, data = network(), images()
    size = estimate(net, wanted(), 37)
    monkeypatch.setenv(store.LIMIT_VARIABLE, str((size - 1) / 1e9))
    assert activations(data, net, wanted()).rows.where is None
    assert store.entries() == []
    monkeypatch.setenv(store.LIMIT_VARIABLE, str(1.5 * (size + 4000) / 1e9))
    first = activations(data, net, wanted()).rows.where
    second = activations(images(seed=2), net, wanted()).rows.where
    assert second.exists()
    assert not first.exists()


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    monkeypatch.setenv("ALIH_CACHE", str(blocked))
    found = activations(images(), network(), wanted())
    assert found.rows.where is None
    assert found.array(np.arange(37)).shape == (37, 1280)


def test_a_limit_that_is_no_number_is_named(monkeypatch):
    monkeypatch.setenv(store.LIMIT_VARIABLE, "viel")
    with pytest.raises(AlihError, match="ALIH_FEATURES_GB is 'viel'"):
        store.limit()


def test_entries_tell_what_they_hold_and_prune_takes_the_oldest_first():
    import os

    net, data = network(), images()
    old = activations(data, net, wanted()).rows.where
    os.utime(old / "about.json", (1, 1))
    new = activations(data, net, wanted(4)).rows.where
    assert [entry.key for entry in store.entries()] == [old.name, new.name]
    about = store.entries()[1].about
    assert (about["model"], about["stage"], about["set"], about["items"]) == (
        "mobilenetv2_035",
        "block3",
        "drawn",
        37,
    )
    total = sum(entry.bytes for entry in store.entries())
    assert store.prune(total - 1) == [old.name]
    with FileLock(new / "000000.lock"):
        assert store.prune(0) == []  # it is being computed
    assert store.prune(0) == [new.name]


def test_the_command_lists_and_prunes_what_is_kept(capsys):
    import json

    from alih import cli

    activations(images(), network(), wanted(4))
    assert cli.run(["cache"]) == 0
    assert "mobilenetv2_035" in capsys.readouterr().out
    assert cli.run(["cache", "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)["features"]
    assert (entry["stage"], entry["set"], entry["items"]) == ("block3", "drawn", 37)
    assert cli.run(["cache", "prune", "--limit", "0"]) == 0
    assert store.entries() == []


@pytest.mark.parametrize(
    ("split", "more"),
    [
        ("validation: 0.25, test: 0.25", "seeds: 2"),
        ("validation: 0.25, test: 0.25", "seeds: 2\nvary: {train_images: [4, all]}"),
        ("scheme: repeated-kfold, folds: 3, repeats: 1, validation: 0.25", ""),
        ("validation: 0.25, test: 0.25", "seeds: 1\nvary: {train.views: [1, 3]}"),
        ("validation: 0.25, test: 0.25", "seeds: 1\ntune: {transfer.freeze: [7, 9]}"),
        ("validation: 0.25, test: 0.25", "seeds: 1\nrefit: true\nvary: {train.views: [1, 3]}"),
        ("validation: 0.25, test: 0.25", "seeds: 1\nrefit: true\nvary: {train_images: [8, all]}"),
    ],
)
def test_a_study_keeps_at_most_the_planned_size(split, more, tmp_path):
    import timm
    from PIL import Image
    from safetensors.torch import save_file

    import alih
    from alih.features.sizes import planned
    from alih.study.loading import load

    for name in ("a", "b"):
        (tmp_path / "data" / name).mkdir(parents=True)
        for index, pixels in enumerate(images(20, seed=ord(name)).images):
            Image.fromarray(pixels).save(tmp_path / "data" / name / f"{index}.png")
    save_file(dict(timm.create_model("mobilenetv2_035").state_dict()), tmp_path / "w.safetensors")
    knn = "{strategy: features, classifier: knn, stage: 4, views: 2}"
    text = f"""
name: s
title: t
data: {{folder: {tmp_path}/data, image_size: 32}}
split: {{{split}}}
model: {{name: mobilenetv2_035, weights: {tmp_path}/w.safetensors}}
arms:
  a: {{transfer: {{strategy: features, classifier: nearest-mean, stage: all}}}}
  b: {{transfer: {knn}, augment: {{flip: true}}}}
  c: {{transfer: {{strategy: finetune, freeze: all}}}}
  d: {{transfer: {{strategy: finetune, freeze: 7}}, augment: {{flip: true}}}}
  e: {{transfer: {{strategy: finetune, freeze: 20, unfreeze: {{every: 1, stages: 5}}}}}}
train: {{epochs: 2, batch_size: 4}}
compare: {{baseline: a}}
{more}
"""
    if "tune" in more:  # the arms that have such a key
        text = "\n".join(
            line for line in text.splitlines() if not line.startswith(("  a:", "  b:", "  e:"))
        )
        text = text.replace("baseline: a", "baseline: c")
    (tmp_path / "s.yaml").write_text(text)
    study = load(tmp_path / "s.yaml")
    expected = planned(study)
    out = ready(tmp_path / "out", text)
    assert alih.run(tmp_path / "s.yaml", out, jobs=1).complete
    kept = sum(np.load(shard).nbytes for shard in store.folder().glob("*/*.npy"))
    # How many images train is known only to one or two.
    assert 0.98 * kept <= expected <= 3 * kept


def test_how_the_pixels_were_decoded_belongs_to_the_key():
    from alih.data.load import load
    from alih.study.document.data import DataSpec

    ways = [
        {"interpolation": "bilinear"},
        {"interpolation": "bicubic"},
        {"image_size": 40},
        {"channels": 3},
    ]
    sets = [load(DataSpec(set="fashion-mnist-mini", **{"image_size": 32, **way})) for way in ways]
    sets.append(load(DataSpec(set="fashion-mnist-mini", image_size=32, classes=["Bag", "Coat"])))
    sets.append(load(DataSpec(set="fashion-mnist-mini", image_size=32, classes=["Coat", "Bag"])))
    assert not np.array_equal(sets[0].images, sets[1].images)
    assert len({extract.content_of(found) for found in sets}) == len(sets)
    again = load(
        DataSpec(set="fashion-mnist-mini", image_size=32)
    )  # decoded earlier, read from the disk
    assert extract.content_of(again) == extract.content_of(sets[0])
