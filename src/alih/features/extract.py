"""Activations of frozen stages for the images of a set, from the cache where they are there
already.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from alih import files
from alih.data.augment import AugmentTable, augment
from alih.data.imageset import ImageSet
from alih.data.pixels import Format, prepared
from alih.features import store
from alih.models.modes import evaluating
from alih.models.precision import autocast, is_channels_last
from alih.models.staged import StagedNetwork
from alih.study.catalogue.stages import pooled_shape
from alih.study.document.augment import Augment

BATCH = 64
"""Images in a batch where the caller names no number: all arms, replicates and heads that keep to
it share what is extracted."""

TOLERANCE = 1e-4
"""Largest change that another batch size may make in fp32 activations, relative to the largest of
them (bf16: `TOLERANCE_BF16`).

The same batch size changes no bit. Nothing is promised of weights after many steps: Adam takes
steps of full length along gradients that are zero but for rounding, so that training multiplies
last bits on any processor."""

TOLERANCE_BF16 = 2**-6
"""The same in bf16, whose numbers lie 1/256 apart: a few of its roundings."""


@dataclass(frozen=True)
class View:
    """One augmented view of the images: `number` counts from 1 like the loop's epochs, whose
    augmentation view k has.
    """

    augment: Augment
    seed: int
    replicate: int
    number: int


@dataclass(frozen=True)
class Wanted:
    """What is extracted: activations after the first `stage` stages, averaged over space with
    `pooled` (after the last stage: as the head reads them).

    `filled`: a last batch that is not full is filled up by repeating, because the last bits of a
    result may depend on the size of its batch: every image is then computed as in a full one.
    `every`: of each stage that has parameters so many means over a grid (`pooled_shape`), with norm
    1 together, one stage after the other; of the last stage what the head reads.
    """

    model: str
    stage: int
    form: Format
    pooled: bool = True
    batch_size: int = BATCH
    view: View | None = None
    filled: bool = False
    every: int | None = None


@dataclass(frozen=True)
class Activations:
    """Activations of `items` of a set. `shape` is that of one image's: [d], or [c, h, w]."""

    items: NDArray[np.int64]
    shape: tuple[int, ...]
    rows: store.Rows
    dtype: torch.dtype

    def array(self, items: np.ndarray) -> NDArray[np.float32]:
        """Activations float32 [len(items), *shape]. Raises KeyError for an item that was not
        extracted.
        """
        return self.tensor(items).float().numpy()

    def tensor(self, items: np.ndarray) -> Tensor:
        """The same in the network's own number format, maps channels-last in memory, on the CPU."""
        positions = np.searchsorted(self.items, items)
        if not np.array_equal(self.items[np.minimum(positions, len(self.items) - 1)], items):
            raise KeyError("items that were not extracted")
        found = torch.from_numpy(self.rows[positions])
        found = found.view(torch.bfloat16) if self.dtype == torch.bfloat16 else found
        return found.permute(0, 3, 1, 2) if found.ndim == 4 else found


def activations(
    images: ImageSet,
    network: StagedNetwork,
    wanted: Wanted,
    items: np.ndarray | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Activations:
    """Activations of the ascending `items` of a set (all by default), from the cache or computed in
    evaluation mode.

    The network must be in the wanted format already, and keeps its mode. Batches follow the order
    of `items`, so that the same batch size gives the loop's own numbers bit for bit. Raises
    AlihError for a stage that the network does not have.
    """
    found = _opened(images, network, wanted, items, progress, store.open_or_compute)
    assert found is not None
    return found


def activations_where_room(
    images: ImageSet,
    network: StagedNetwork,
    wanted: Wanted,
    items: np.ndarray | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
    weights: str | None = None,
) -> Activations | None:
    """The same, None where the cache has no room to keep them. `weights`: `digest_of` the stages,
    when the caller has it.
    """
    return _opened(images, network, wanted, items, progress, store.open_where_room, weights)


def _opened(
    images: ImageSet,
    network: StagedNetwork,
    wanted: Wanted,
    items: np.ndarray | None,
    progress: Callable[[int, int], None],
    keep: Callable[[str, dict[str, Any], store.Layout, store.Compute], store.Rows | None],
    weights: str | None = None,
) -> Activations | None:
    chosen = (
        np.arange(len(images), dtype=np.int64) if items is None else np.asarray(items, np.int64)
    )
    weights = weights or digest_of(network, wanted.stage)
    with evaluating(network):
        compute = _Computation(images, network, wanted, chosen, progress)
        layout, shape, dtype = _layout(network, wanted, len(chosen), weights)
        key, about = _key(images, network, wanted, None if items is None else chosen, weights)
        rows = keep(key, about, layout, compute)
    return None if rows is None else Activations(chosen, shape, rows, dtype)


def head_logits(
    network: StagedNetwork, features: Activations, items: np.ndarray
) -> NDArray[np.float32]:
    """What the network's own head makes of features after its last stage, [len(items), classes]."""
    with torch.inference_mode():
        parts = [
            network.classify(features.tensor(items[i : i + BATCH]).to(network.device))
            for i in range(0, len(items), BATCH)
        ]
    return torch.cat(parts).cpu().numpy()


def estimate(network: StagedNetwork, wanted: Wanted, items: int, weights: str | None = None) -> int:
    """Bytes that the activations of so many images take."""
    with evaluating(network):
        return _layout(network, wanted, items, weights or digest_of(network, wanted.stage))[0].bytes


@dataclass(frozen=True)
class _Computation:
    """Computes rows by their positions among `items`, in whole batches."""

    images: ImageSet
    network: StagedNetwork
    wanted: Wanted
    items: NDArray[np.int64]
    progress: Callable[[int, int], None]

    def __call__(self, start: int, stop: int) -> np.ndarray:
        found, size, change = [], self.wanted.batch_size, self._change
        for first in range(start, stop, size):
            rows = self.items[first : min(first + size, stop)]
            batch = np.resize(rows, size) if self.wanted.filled and len(rows) < size else rows
            pixels = prepared(self.images.images, batch, self.wanted.form, change)
            with torch.inference_mode():
                found.append(_stored(run_stages(self.network, self.wanted, pixels))[: len(rows)])
            self.progress(min(first + size, stop), len(self.items))
        return np.concatenate(found)

    @functools.cached_property
    def _change(self) -> Callable[[Tensor, np.ndarray], Tensor] | None:
        view = self.wanted.view
        if view is None or not view.augment.active:
            return None
        table = AugmentTable(view.seed, view.replicate, view.number, len(self.images))
        return lambda pixels, rows: augment(pixels, rows, view.augment, table)


def run_stages(network: StagedNetwork, wanted: Wanted, pixels: Tensor) -> Tensor:
    """What the wanted stages give for one batch of prepared images [b, c, h, w]."""
    # Where the head makes a vector of the last maps itself, that vector is what there is to learn
    # from.
    whole = wanted.pooled and wanted.stage == len(network.stages)
    if wanted.every is not None:
        with autocast(pixels.device, wanted.form.precision):
            return torch.cat(_every_stage(network, wanted, pixels), 1)
    with autocast(pixels.device, wanted.form.precision):
        found = network.features(pixels) if whole else network.prefix(wanted.stage)(pixels)
    if not wanted.pooled or found.ndim < 3:
        return found
    # Means of many numbers: summed in fp32 whatever the network computes in.
    return found.float().mean((2, 3) if found.ndim == 4 else 1)


def _every_stage(network: StagedNetwork, wanted: Wanted, pixels: Tensor) -> list[Tensor]:
    """What is wanted of each stage that has parameters, [b, d], with norm 1."""
    assert wanted.every is not None
    state, found, weighted = pixels, [], network.weighted
    for index in range(wanted.stage):
        state = network.advance(state, index, index + 1)
        if index not in weighted:  # pooling: the same means once more
            continue
        last = index + 1 == len(network.stages)
        rows = (network.read(state) if last else network.map_of(state)).float()
        if rows.ndim == 4:
            shape = pooled_shape(rows.shape[1:], wanted.every)
            rows = functional.adaptive_avg_pool2d(rows, (shape[1], shape[2]))
        elif rows.ndim == 3:
            shape = pooled_shape(rows.shape[1:], wanted.every)
            rows = functional.adaptive_avg_pool1d(rows.transpose(1, 2), shape[0])
        found.append(functional.normalize(rows.flatten(1), dim=1))
    return found


def widths(network: StagedNetwork, wanted: Wanted) -> dict[str, int]:
    """How many of the features each stage has, by name, in their order, where all stages are
    wanted.
    """
    image = torch.zeros(1, *network.input_shape, device=wanted.form.device)
    with evaluating(network), torch.inference_mode():
        found = _every_stage(network, wanted, image)
    names = (network.names[index] for index in network.weighted)
    return {name: rows.shape[1] for name, rows in zip(names, found, strict=True)}


_shapes: dict[tuple[Any, ...], tuple[tuple[int, ...], tuple[int, ...], str, torch.dtype]] = {}


def _layout(
    network: StagedNetwork, wanted: Wanted, items: int, weights: str
) -> tuple[store.Layout, tuple[int, ...], torch.dtype]:
    """How rows are kept, an image's own shape and type: by the activation of one black image, once
    per process and network.
    """
    key = (
        weights,
        wanted.model,
        wanted.stage,
        wanted.pooled,
        wanted.every,
        network.input_shape,
        wanted.form.precision,
    )
    if key not in _shapes:
        image = torch.zeros(1, *network.input_shape, device=wanted.form.device)
        with torch.inference_mode():
            one = run_stages(network, wanted, image.contiguous(memory_format=torch.channels_last))
        kept = _stored(one)
        _shapes[key] = kept.shape[1:], tuple(one.shape[1:]), kept.dtype.str, one.dtype
    row, shape, kind, dtype = _shapes[key]
    return store.Layout(items, row, kind, wanted.batch_size), shape, dtype


def _stored(found: Tensor) -> np.ndarray:
    """As it is kept: maps with channels last, bf16 as the same 16 bits."""
    found = found.permute(0, 2, 3, 1) if found.ndim == 4 else found
    found = found.contiguous().cpu()
    return (found.view(torch.uint16) if found.dtype == torch.bfloat16 else found).numpy()


def _key(
    images: ImageSet,
    network: StagedNetwork,
    wanted: Wanted,
    items: np.ndarray | None,
    weights: str | None = None,
) -> tuple[str, dict[str, Any]]:
    """The name under which activations are kept: everything that decides their bits; and what they
    are, in words.
    """
    form, view = wanted.form, wanted.view
    about: dict[str, Any] = {
        "model": wanted.model,
        "stage": network.names[wanted.stage - 1] if wanted.stage else "images",
        "pooled": wanted.pooled,
        "set": images.name,
        "view": view.number if view else None,
    }
    parts = {
        "version": store.VERSION,
        "weights": weights or digest_of(network, wanted.stage),
        "model": wanted.model,
        "stage": wanted.stage,
        "pooled": wanted.pooled,
        "images": content_of(images),
        "items": None if items is None else hashlib.sha256(items.tobytes()).hexdigest(),
        "preprocessing": [list(form.mean), list(form.std)],
        "precision": form.precision,
        "batch_size": wanted.batch_size,
        "filled": wanted.filled,
        "channels_last": is_channels_last(network),
        # The same network may round otherwise elsewhere, with other threads and in another version.
        "device": str(form.device),
        "threads": torch.get_num_threads(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "torch": str(torch.__version__),
        "view": [view.augment.model_dump(), view.seed, view.replicate, view.number]
        if view
        else None,
    }
    if wanted.every is not None:
        parts["every"] = wanted.every
    return files.digest(parts)[:32], about


def digest_of(network: StagedNetwork, stage: int) -> str:
    """SHA-256 over names, types, shapes and values of the first stages, and how they arrange what
    they hand on.
    """
    total = hashlib.sha256(network.layout(stage).encode())
    for name, tensor in network.state_dict().items():
        if network.stage_of(name) < stage:
            raw = tensor.detach().cpu().contiguous()
            total.update(f"{name} {raw.dtype} {list(raw.shape)}".encode())
            total.update(
                raw.reshape(-1).view(torch.uint8).numpy().data
                if raw.ndim
                else raw.numpy().tobytes()
            )
    return total.hexdigest()


def content_of(images: ImageSet) -> str:
    """A digest of a set's pixels and their order: what it is said to hold, else of the array
    itself.
    """
    return images.content or hashlib.sha256(np.ascontiguousarray(images.images).data).hexdigest()
