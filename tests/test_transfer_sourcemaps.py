"""Maps of a source that are kept: training is the same to the last bit, and what is not sure is
computed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from alih import files
from alih.study import loading
from alih.study.planning.cells import Cell
from alih.training.cell import run_cell
from alih.training.device import Machine
from alih.transfer import sourcemaps
from alih.transfer.contract import Batch
from alih.transfer.match import Match
from alih.transfer.sourcemaps import SourceMaps

STUDY = """
title: t
data: {set: fashion-mnist-mini}
split: {validation: 0.1}
seeds: 1
model: {layers: [{conv: {filters: 2, stride: 2}}, batch_norm, flatten]}
train: {epochs: 4, batch_size: 24, optimizer: sgd, lr: 0.05, momentum: 0.9}
vary: {train_images: [90]}
arms:
  a: {transfer: {strategy: match, source: SOURCE, source_size: 32, weights: channels}}
  b: {}
compare: {baseline: b}
"""
SMALL = "{layers: [{conv: {filters: 6}}, {max_pool: {size: 2}}, {conv: {filters: 5}}]}"
LARGE = "{name: mobilenetv2_035, weights: none}"
FULL, PART = 3, 1  # batches of an epoch


class Stopped(Exception):
    """Training is interrupted."""


def trained(
    root: Path,
    change: str,
    patch: pytest.MonkeyPatch,
    kept: bool = True,
    source: str = SMALL,
    stop: tuple[int, int] | None = None,
):
    """Tensors, what was learnt beside, and in each epoch how often the source computed.

    `stop`: interrupt in that epoch before that step.
    """
    files.write_text(root / "s.yaml", STUDY.replace("SOURCE", source))
    study = loading.load(root / "s.yaml", overrides=change.split("; ") if change else [])
    cell = Cell("a", 0, (("train_images", 90),))
    counts: dict[int, int] = {}
    steps, maps = Match.step, Match._maps

    def step(self, batches, ctx):
        self.taken = 1 if ctx.epoch != getattr(self, "present", 0) else self.taken + 1
        self.present = ctx.epoch
        if (self.present, self.taken) == stop:
            raise Stopped
        return steps(self, batches, ctx)

    def computed(self, images):
        counts[self.present] = counts.get(self.present, 0) + 1
        return maps(self, images)

    patch.setattr("alih.training.loop.PAUSE", 0.0)  # a checkpoint after every epoch
    patch.setattr(Match, "step", step)
    patch.setattr(Match, "_maps", computed)
    if not kept:
        patch.setattr(SourceMaps, "of", lambda self, batch, compute: compute(batch.images))
    run_cell(root, study, cell, Machine("cpu", 1, "fp32"))
    place = root / cell.path
    with np.load(place / "transfer.npz") as found:
        learnt = {name: found[name] for name in found.files}
    return load_file(place / "model.safetensors"), learnt, counts


@pytest.mark.parametrize(
    ("change", "forms"),
    [("", 1), ("augment.flip=true", 2), ("augment={crop: 2, flip: true}", None)],
)
def test_training_is_the_same_to_the_last_bit(change, forms, tmp_path: Path):
    ends = []
    for kept in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            source = LARGE if forms == 1 else SMALL
            ends.append(trained(tmp_path / str(kept), change, patch, kept, source))
    (tensors, learnt, counts), (plain, plainly, every) = ends
    assert all(torch.equal(value, plain[name]) for name, value in tensors.items())
    assert all(np.array_equal(value, plainly[name]) for name, value in learnt.items())
    assert set(every.values()) == {FULL + PART}
    if forms == 1:
        # The part is computed twice to be kept; the first answer is compared.
        assert counts == {1: FULL + 2 * PART, 2: 1 + PART, 3: PART, 4: PART}
    if forms is None:
        assert counts == every


@pytest.mark.slow
def test_a_run_that_is_stopped_ends_as_one_that_is_not(tmp_path: Path):
    change = "augment.flip=true"
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Stopped):
        trained(tmp_path / "a", change, patch, stop=(3, 2))
    ends = []
    for name in ("a", "b"):
        with pytest.MonkeyPatch.context() as patch:
            ends.append(trained(tmp_path / name, change, patch))
    (tensors, learnt, counts), (whole, wholly, _) = ends
    assert min(counts) == 3, "it goes on where it was"
    assert all(torch.equal(value, whole[name]) for name, value in tensors.items())
    assert all(np.array_equal(value, wholly[name]) for name, value in learnt.items())


def test_views_that_are_fixed_are_kept(tmp_path: Path, monkeypatch):
    change = "augment.crop=2; train.views=2; train.batch_size=30; train.epochs=5"
    _, _, counts = trained(tmp_path, change, monkeypatch)
    assert counts == {1: 3, 2: 3, 3: 1}, "the first that is kept is compared"


def test_large_maps_lie_in_a_file_or_are_computed(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(sourcemaps, "MEMORY", 0)
    for name, limit, kept in (("disk", "1", PART), ("none", "0", FULL + PART)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ALIH_FEATURES_GB", limit)
            tensors, _, counts = trained(tmp_path / name, "", patch)
        assert counts[4] == kept
        if name == "disk":
            first = tensors
    assert all(torch.equal(value, tensors[name]) for name, value in first.items())


def batch(items: list[int], forms: list[int], told: bool = True) -> Batch:
    """Images that hold their item and their form."""
    images = torch.tensor([items, forms]).T.float()[:, :, None, None]
    return Batch(images, None, np.array(items), forms=np.array(forms) if told else None)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
def test_maps_come_back_by_item_and_form_as_they_lay_in_memory(layout, kind):
    kept, asked = SourceMaps(3, 2, 2), []

    def maps(items, forms):
        values = (
            torch.tensor(items)[:, None, None, None]
            + 0.5 * torch.tensor(forms)[:, None, None, None]
        )
        grid = torch.arange(24.0).reshape(1, 2, 3, 4) / 100
        return {4: (values + grid).to(kind).contiguous(memory_format=layout)}

    def of(items, forms, told=True):
        def compute(images):
            asked.append(len(images))
            return maps(*images[:, :2, 0, 0].long().T.tolist())

        return kept.of(batch(items, forms, told), compute)[4]

    for items, forms in (([0, 1, 2], [0, 0, 0]), ([2, 5, 9], [1, 0, 0]), ([9, 0, 2], [0, 0, 1])):
        of(items, forms)
    assert len(asked) == 3, "the last one is compared"
    again = of([5, 2, 2], [0, 1, 0])
    assert len(asked) == 3
    expected = maps([5, 2, 2], [0, 1, 0])[4]
    assert torch.equal(again, expected)
    assert again.stride() == expected.stride()
    del asked[:]
    of([5, 2], [0, 1])
    of([5, 2, 0], [0, 1, 0], told=False)
    of([5, 2, 0], [1, 1, 0])
    assert asked == [2, 3, 3]
    of([7, 8, 9, 7], [1, 1, 1, 0])
    assert asked[3:] == [4, 3, 3], "once more in full batches"
    assert torch.equal(of([7, 7, 9], [0, 1, 1]), maps([7, 7, 9], [0, 1, 1])[4])
    assert len(asked) == 6


def test_a_source_whose_answers_depend_on_the_batch_is_always_asked():
    kept, generator = SourceMaps(2, 1, 2), torch.Generator().manual_seed(0)
    given = []

    def compute(images):
        given.append(torch.rand(2, 1, 2, 2, generator=generator))
        return {0: given[-1]}

    for _ in range(4):
        found = kept.of(batch([0, 1], [0, 0]), compute)[0]
        assert torch.equal(found, given[-1])
    assert len(given) == 4
    assert kept.bytes == 0
