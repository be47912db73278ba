"""What a cell leaves behind: scores, examples, activations, weights, progress, and `done`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save

from alih import files, seeding
from alih.data.pixels import thinned
from alih.evaluation import confused
from alih.evaluation.attention import outside
from alih.features.progress import paced
from alih.models.gradcam import attention
from alih.models.modes import evaluating
from alih.models.staged import StagedNetwork
from alih.runs import folder as runs
from alih.runs.card import Record, Timing, read_timing, write_history, write_timing
from alih.runs.reading import Damaged, as_arrays, read
from alih.tasks.losses import Objective, likeliest, on_pixels_of
from alih.tasks.table import Task
from alih.training import checkpoint
from alih.training.device import Machine
from alih.transfer.contract import Batch, Strategy
from alih.transfer.joined import vector
from alih.words.phrase import Phrase

CHANNELS_SHOWN = 16
ATTENDED, ATTENDED_SHOWN, ATTENDED_AT_ONCE = 128, 6, 32
"""Wrong and right answers, as many of each, whose attention is measured; those shown; and images at
once."""
PACKAGES = ("alih", "torch", "timm", "numpy", "scipy", "safetensors", "scikit-learn")


@dataclass
class Meter:
    """The mean of an objective over the batches that pass: each of its losses weighted as the mean
    of a batch is.
    """

    objective: Objective
    batches: list[torch.Tensor] = field(default_factory=list)

    def add(self, logits: torch.Tensor, labels: torch.Tensor) -> None:
        """Take note of a batch."""
        self.batches.append(self.objective.parts(logits, labels))

    @property
    def mean(self) -> float:
        """The mean so far."""
        batches = torch.stack(self.batches).tolist() if self.batches else []
        total = 0.0
        for index, term in enumerate(self.objective.terms):
            values = [batch[index] for batch in batches]
            weight = sum(weight for _, weight in values)
            total += term.factor * sum(value * weight for value, weight in values) / (weight or 1.0)
        return total


def score(
    strategy: Strategy,
    task: Task,
    machine: Machine,
    batches: Iterator[Batch],
    names: Collection[str] = (),
    meter: Meter | None = None,
    stored: bool = False,
) -> dict[str, np.ndarray]:
    """Per-item arrays of a split, in evaluation mode, as the named metrics need them (`stored`: all
    that a cell leaves).

    `meter` sees every batch's logits, too.
    """

    def logits() -> Iterator[tuple[torch.Tensor, torch.Tensor, np.ndarray]]:
        for batch in batches:
            answer = _answer(strategy, machine, batch)
            if meter is not None:
                meter.add(answer, batch.truth)
            yield answer, batch.truth, batch.items

    with evaluating(strategy.network), torch.inference_mode():
        return task.item_arrays(logits(), names, stored)


def predicted(strategy: Strategy, machine: Machine, batches: Iterator[Batch]) -> np.ndarray:
    """The likeliest class of every item, or of every pixel, uint8 [n, …]."""
    with evaluating(strategy.network), torch.inference_mode():
        answers = (likeliest(_answer(strategy, machine, batch)) for batch in batches)
        return np.concatenate([answer.to(torch.uint8).cpu().numpy() for answer in answers])


def vectors(network: StagedNetwork, machine: Machine, batches: Iterator[Batch]) -> np.ndarray:
    """What domains are compared by, fp32 [n, d], in evaluation mode; of images, not of states."""
    with evaluating(network), torch.inference_mode(), machine.autocast():
        states = (network.advance(b.images, 0, len(network.stages)) for b in batches)
        found = [vector(network, state).float().cpu().numpy() for state in states]
    return np.concatenate(found)


def _answer(strategy: Strategy, machine: Machine, batch: Batch) -> torch.Tensor:
    with machine.autocast():
        logits = strategy.answer(batch)
    return on_pixels_of(batch.truth, logits)


def progress_of(emit: Callable[[dict[str, Any]], None]) -> Callable[[int, int], None]:
    """A function that tells how far an extraction is."""
    return paced(
        lambda done, of: emit({"kind": "progress", "what": "features", "done": done, "of": of})
    )


def write_progress(place: Path, records: list[Record], timing: Timing) -> None:
    """`history.csv` anew from all records; `timing.csv` with this epoch's row replaced or added."""
    write_history(place, records)
    old = [row for row in read_timing(place) if row.epoch < timing.epoch]
    own = {name: round(value, 4) for name, value in asdict(timing).items() if name != "epoch"}
    write_timing(place, [*old, Timing(timing.epoch, **own)])


def write_npz(file: Path, arrays: dict[str, np.ndarray]) -> None:
    """Store arrays compressed and atomically."""
    files.write_atomically(file, lambda handle: np.savez_compressed(handle, **arrays))  # type: ignore[arg-type]


def write_scores(place: Path, task: Task, scores: dict[str, dict[str, np.ndarray]]) -> None:
    """`scores.npz` (committed with results) and `probabilities.npz` (large, kept beside it)."""
    columns: dict[str, np.ndarray] = {}
    for name, arrays in scores.items():
        columns |= task.stored(arrays, name)
    write_npz(place / "scores.npz", columns)
    extra = task.extra(scores)
    if extra:
        write_npz(place / "probabilities.npz", extra)


def pictured(seed: int, replicate: int, validation: np.ndarray, most: int) -> np.ndarray:
    """At most so many validation items whose answers are shown for all arms, ascending; replicate 0
    stands for the others.
    """
    order = seeding.numpy_generator(seed, replicate, "pictures").permutation(len(validation))
    return validation[np.sort(order[: most if replicate == 0 else 0])]


def write_pictures(file: Path, arrays: dict[str, np.ndarray]) -> None:
    """`pictures/seed-<r>.npz`, unless an earlier cell wrote the same: what depends on the set and
    the split, not on the arm.
    """
    try:
        stored = read(file, as_arrays(), Phrase("runs.not_readable")) or {}
    except Damaged:
        stored = {}
    if set(stored) != set(arrays) or not all(
        np.array_equal(stored[name], arrays[name]) for name in arrays
    ):
        write_npz(file, arrays)


def write_activations(
    place: Path, network: Any, machine: Machine, batch: Batch, image: np.ndarray
) -> None:
    """`activations.npz`: up to 16 channels of every layer for one validation image, each scaled to
    0…255.
    """
    if not hasattr(network, "activations"):
        return
    arrays: dict[str, np.ndarray] = {"example": np.ascontiguousarray(image)}
    network.eval()
    with torch.inference_mode(), machine.autocast():
        for index, (name, tensor) in enumerate(network.activations(batch.images)):
            if tensor.ndim == 4:
                arrays[f"{index}:{name}"] = _as_bytes(
                    tensor[0, :CHANNELS_SHOWN].float().cpu().numpy()
                )
    write_npz(place / "activations.npz", arrays)


def write_attention(
    place: Path,
    network: StagedNetwork,
    images: np.ndarray,
    prepared: Callable[[np.ndarray], torch.Tensor],
    arrays: dict[str, np.ndarray],
) -> None:
    """`attention.npz`: where the network finds what speaks for its answers to validation images
    (Grad-CAM), for the wrong ones of highest loss and for right ones, and pictures of some.

    `images` uint8 [n, h, w, c] are the set's, `prepared` gives the network's input for items.
    Nothing for networks without maps.
    """
    wrong = arrays["label"] != arrays["prediction"]
    worst = confused.worst_answers({key: v[wrong] for key, v in arrays.items()}, ATTENDED)
    right = _spread_out(np.flatnonzero(~wrong), ATTENDED)
    rows = np.concatenate([np.flatnonzero(wrong)[worst], right]).astype(int)
    found: list[np.ndarray] = []
    stage = ""
    for start in range(0, len(rows), ATTENDED_AT_ONCE):
        own = rows[start : start + ATTENDED_AT_ONCE]
        seen = attention(network, prepared(arrays["item"][own]), arrays["prediction"][own])
        if seen is None:
            return
        found.append(seen.maps)
        stage = seen.stage
    if not found:
        return
    maps, some = np.concatenate(found), len(worst)
    some_right = some + _spread_out(np.arange(len(right)), ATTENDED_SHOWN)
    shown = np.array([*range(min(some, ATTENDED_SHOWN)), *some_right])
    pictures = [thinned(images[item]) for item in arrays["item"][rows[shown]]]
    largest = np.maximum(maps[shown].max(axis=(1, 2), keepdims=True), 1e-12)
    write_npz(
        place / "attention.npz",
        {key: arrays[key][rows].astype(np.int32) for key in ("item", "label", "prediction")}
        | {
            "log_loss": arrays["log_loss"][rows].astype(np.float32),
            "outside": outside(maps).astype(np.float32),
            "stage": np.array(stage),
            "shown": shown.astype(np.int32),
            "image": np.stack(pictures),
            "map": np.round(255 * maps[shown] / largest).astype(np.uint8),
        },
    )


def _spread_out(values: np.ndarray, most: int) -> np.ndarray:
    """At most so many of the values, in equal steps."""
    return values[np.linspace(0, len(values) - 1, min(most, len(values))).round().astype(int)]


def _as_bytes(maps: np.ndarray) -> np.ndarray:
    low, high = maps.min(axis=(1, 2), keepdims=True), maps.max(axis=(1, 2), keepdims=True)
    scaled = (maps - low) / np.maximum(high - low, 1e-12)
    return np.stack([thinned(channel) for channel in (255 * scaled).astype(np.uint8)])


def write_weights(place: Path, tensors: dict[str, torch.Tensor], name: str = runs.WEIGHTS) -> None:
    """Store what a cell hands over; `name` is another file's for weights before a refit."""
    files.write_bytes(place / name, save(tensors))


def write_done(place: Path) -> None:
    """Write `done` with the checksums of what counts, then remove checkpoints and trial folders'
    weights.
    """
    files.write_json(
        place / "done",
        {name: files.sha256(place / name) for name in runs.COUNTED if (place / name).exists()},
    )
    for folder in (place, *(place / "trials").glob("*")):
        checkpoint.remove(folder)


def mean(values: Iterable[float]) -> float:
    """The average over epochs, to be shown; 0 without any."""
    found = list(values)
    return round(float(np.mean(found)), 4) if found else 0.0


def seconds(place: Path) -> float:
    """Time of all epochs of a cell, or of its trials, over however many processes they were resumed
    in.
    """
    trials = [log.parent for log in (place / "trials").glob("*/timing.csv")]
    return round(sum(row.seconds for log in trials or [place] for row in read_timing(log)), 3)


def versions() -> dict[str, str]:
    """Versions of the packages that decide results."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
