"""A complete, finished study folder made of drawn numbers: what `reports/` and `comparison` are
tested on. No torch.

`make(tmp_path)` writes every file of docs/architecture.md. Scores come from a small model of a
classifier (shared item difficulty, arm skill, replicate noise), so that arms are paired as in a
real study and the curves over-fit as real ones do.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from safetensors.numpy import save as safetensors_bytes

from alih import files
from alih.runs.card import Card, Failure, Items, Layer, Timing
from alih.runs.folder import CellFolder
from alih.runs.identity import write_identity
from alih.seeding import numpy_generator
from alih.study.catalogue.sets import FASHION_CLASSES
from alih.study.document.study import Study
from alih.study.loading import load
from alih.study.planning.cells import Cell
from alih.study.planning.plan import cells
from alih.study.planning.recipes import recipe

from .cards import ENVIRONMENT, MACHINE, card, data_card, seal, write_epochs

CLASSES = list(FASHION_CLASSES)
# Which class each one is mostly mistaken for: shirts for T-shirts, coats for pullovers, ...
CONFUSED_WITH = np.array([6, 3, 4, 1, 2, 7, 0, 9, 5, 7])
SKILL = {"plain": 4.6, "dropout": 4.65}
# Logits are multiplied by this: an over-fitted network is over-confident.
SHARPNESS = {"plain": 2.2, "dropout": 1.2}
LABELS = {
    "plain": {"en": "Without dropout", "id": "Tanpa dropout"},
    "dropout": {"en": "With dropout", "id": "Dengan dropout"},
}


def make(
    root: Path,
    *,
    seeds: int = 3,
    n_items: int = 400,
    arms: Sequence[str] = ("plain", "dropout"),
    epochs: int = 8,
    skill: Mapping[str, float] | None = None,
    unfinished: Collection[tuple[str, int]] = (),
    failed: Collection[tuple[str, int]] = (),
    levels: Sequence[Any] = (),
    second: tuple[str, Sequence[Any]] | None = None,
    strength: Callable[[str, Mapping[str, Any]], float] | None = None,
    margins: Mapping[str, float | None] | None = None,
    published: bool = True,
    extra: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> Path:
    """Write a study folder and return its path.

    `skill` raises or lowers an arm's accuracy (plain 4.6, others 4.65); `unfinished` and `failed`
    name (arm, replicate) cells; `levels` are values of `vary: {train_images: …}`, `second` another
    varied key with its values; `strength(arm, at)` replaces `skill` where the score shall depend on
    the level; `margins` maps compared metrics to margins; `extra` is merged into the document (None
    removes a key).
    """
    vary = ({"train_images": list(levels)} if levels else {}) | (
        {second[0]: list(second[1])} if second else {}
    )
    document = _document(arms, seeds, epochs, vary, margins, published, extra or {})
    files.write_text(
        root / "study.yaml", yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
    )
    _study_files(root, n_items)
    study = load(root)
    for values in itertools.product(*vary.values()):
        at = dict(zip(vary, values, strict=True))
        level = at.get("train_images")
        for replicate in range(seeds):
            for arm in arms:
                cell = Cell(arm, replicate, tuple(at.items()))
                power = (skill or {}).get(arm, SKILL.get(arm, 4.65)) - (
                    0 if level in (None, "all") else 40 / (40 + level)
                )
                power = strength(arm, at) if strength else power
                folder = CellFolder(root, cell)
                if (arm, replicate) in failed:
                    Failure(error="The loss became NaN in epoch 2. Lower train.lr.").write(
                        folder.path
                    )
                elif (arm, replicate) in unfinished:
                    write_curves(folder, max(1, epochs // 2), seed)
                else:
                    _write_cell(folder, study, n_items, epochs, power, seed)
    for cell in cells(study):
        write_identity(CellFolder(root, cell), study, "bf16-autocast")
    return root


def _document(arms, seeds, epochs, vary, margins, published, extra) -> dict[str, Any]:
    document: dict[str, Any] = {
        "schema": 1,
        "name": "quickstart",
        "title": {"en": "Does dropout help?", "id": "Apakah dropout membantu?"},
        "question": {
            "en": "Does dropout make a small CNN more accurate on clothes it has not seen?",
            "id": "Apakah dropout membuat CNN kecil lebih akurat pada gambar pakaian yang "
            "belum pernah dilihatnya?",
        },
        "task": "classification",
        "data": {"set": "fashion-mnist-mini"},
        "split": {"validation": 0.1},
        "seeds": seeds,
        "model": {"name": "dcnn"},
        "train": {"epochs": epochs, "batch_size": 128, "optimizer": "adam", "lr": 0.001},
        "arms": {
            arm: {"label": LABELS.get(arm, arm)}
            | ({"model": {"name": "dcnn", "dropout": [0.25, 0.5]}} if arm != "plain" else {})
            for arm in arms
        },
        "compare": {
            "baseline": arms[0],
            "primary": "accuracy",
            "metrics": {
                m: {"margin": v} if v else {}
                for m, v in (margins or {"accuracy": 0.002, "log_loss": 0.02}).items()
            },
        },
    }
    if vary:
        document["vary"] = vary
    if published and {"plain", "dropout"} <= set(arms):
        document["published"] = {
            "protocol": "test-as-validation",
            "citation": "Convolutional network with dropout on Fashion-MNIST",
            "plain": {"test": {"accuracy": 0.9269, "log_loss": 0.4458}, "parameters": 1199882},
            "dropout": {"test": {"accuracy": 0.9284, "log_loss": 0.2066}, "parameters": 1199882},
        }
    return {key: value for key, value in (document | dict(extra)).items() if value is not None}


def _study_files(root: Path, n_items: int) -> None:
    counts = {"train": 5400, "validation": 600, "test": n_items}
    MACHINE.write(root)
    data_card(
        name="fashion-mnist-mini",
        classes=CLASSES,
        counts={
            split: {name: _share(n, i) for i, name in enumerate(CLASSES)}
            for split, n in counts.items()
        },
        licence="MIT",
        source="Xiao, Rasul and Vollgraf 2017; 7,000 images chosen class by class",
    ).write(root)
    files.write_json(
        root / "references.json",
        {
            "majority": {s: {"accuracy": 0.1, "log_loss": 2.302585} for s in counts},
            "chance": {s: {"accuracy": 0.1, "log_loss": 2.302585} for s in counts},
            "pixel-logistic": {
                "train": {"accuracy": 0.897, "log_loss": 0.31},
                "validation": {"accuracy": 0.83, "log_loss": 0.51},
                "test": {"accuracy": 0.826, "log_loss": 0.52},
            },
        },
    )


def _share(total: int, index: int) -> int:
    return total // len(CLASSES) + (index < total % len(CLASSES))


def write_cell(folder: CellFolder, n_items: int, epochs: int, skill: float, seed: int = 0) -> None:
    """Write one finished cell of the study in its folder, `done` last."""
    _write_cell(folder, load(folder.root), n_items, epochs, skill, seed)


def _write_cell(
    folder: CellFolder, study: Study, n_items: int, epochs: int, skill: float, seed: int
) -> None:
    scores: dict[str, np.ndarray] = {}
    probabilities: dict[str, np.ndarray] = {}
    for split, count in {"validation": 600, "test": n_items}.items():
        values, probability = drawn_scores(folder.cell, split, count, skill, seed)
        scores |= {f"{split}_{key}": value for key, value in values.items()}
        probabilities[split] = probability.astype(np.float16)
    write_npz(folder.path / "scores.npz", scores)
    write_npz(folder.path / "probabilities.npz", probabilities)
    write_curves(
        folder,
        epochs,
        seed,
        float(np.mean(scores["validation_label"] == scores["validation_prediction"])),
    )
    write_npz(folder.path / "examples.npz", _examples(folder.cell, scores, seed))
    files.write_bytes(
        folder.path / "model.safetensors",
        safetensors_bytes({"output.bias": np.zeros(10, np.float32)}),
    )
    ENVIRONMENT.write(folder.path)
    found = _card(folder.cell, study, scores, epochs)
    if folder.cell.replicate == 0:
        write_npz(folder.path / "attention.npz", _attention(scores, seed))
        write_npz(folder.path / "activations.npz", _activations(found.layers, seed))
    found.write(folder.path)
    seal(folder.path)


def drawn_scores(
    cell: Cell, split: str, n: int, skill: float, seed: int
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Per-item arrays of one split and the probabilities [n, 10] behind them.

    Items (labels, difficulty) are shared by arms; the validation split is redrawn per replicate,
    the test split never is.
    """
    shared = numpy_generator(seed, cell.replicate if split == "validation" else 0, f"fake/{split}")
    item = (
        np.sort(shared.choice(6000, n, replace=False))
        if split == "validation"
        else 6000 + np.arange(n)
    )
    label = shared.permutation(np.arange(n) % 10)
    difficulty = shared.gamma(1.2, 1.0, n)
    base = shared.normal(0, 0.5, (n, 10))
    own = numpy_generator(seed, cell.replicate, f"fake/{split}/{cell.arm}/{cell.slug}")
    logits = base + own.normal(0, 0.5, (n, 10)) + 0.05 * own.normal()
    rows = np.arange(n)
    logits[rows, label] += 1.2 * skill - difficulty
    logits[rows, CONFUSED_WITH[label]] += 0.6 + 0.6 * difficulty
    logits *= SHARPNESS.get(cell.arm, 1.2)
    probability = np.exp(logits - logits.max(1, keepdims=True))
    probability /= probability.sum(1, keepdims=True)
    prediction = probability.argmax(1)
    values = {
        "item": item.astype(np.int64),
        "label": label.astype(np.int64),
        "prediction": prediction.astype(np.int64),
        "confidence": probability.max(1).astype(np.float16),
        "log_loss": -np.log(np.maximum(probability[rows, label], 1e-12)).astype(np.float32),
    }
    return values, probability


def write_curves(
    folder: CellFolder, epochs: int, seed: int = 0, final_accuracy: float = 0.9
) -> None:
    """history.csv and timing.csv: without dropout the validation loss turns up again, with it the
    running loss stays above."""
    noise = numpy_generator(
        seed, folder.cell.replicate, f"fake/curves/{folder.cell.arm}/{folder.cell.slug}"
    )
    dropout = folder.cell.arm != "plain"
    rows: list[dict[str, dict[str, float]]] = []
    for epoch in range(1, epochs + 1):
        x = epoch / 3
        fit = np.exp(-x)
        over = 0.0 if dropout else 0.035 * max(0.0, x - 1) ** 1.3
        values = {
            "train": (
                0.28 + 0.5 * fit if dropout else 0.02 + 0.55 * fit,
                0.905 - 0.18 * fit if dropout else 0.995 - 0.2 * fit,
            ),
            "train-eval": (
                0.15 + 0.45 * fit if dropout else 0.01 + 0.5 * fit,
                0.95 - 0.16 * fit if dropout else 0.998 - 0.18 * fit,
            ),
            "validation": (
                0.28 + 0.4 * fit + over,
                final_accuracy - 0.12 * (fit - np.exp(-epochs / 3)),
            ),
        }
        rows.append({})
        for split, (loss, accuracy) in values.items():
            loss += 0.006 * noise.normal()
            accuracy = min(1.0, accuracy + 0.003 * noise.normal())
            rows[-1][split] = {"loss": loss, "log_loss": loss, "accuracy": accuracy}
    write_epochs(folder.path, rows, 43, Timing(0, 2.1, 1.8, 41.9, 3054.0))


def _attention(scores: Mapping[str, np.ndarray], seed: int) -> dict[str, np.ndarray]:
    """Three wrong and three right validation answers; one map is empty."""
    drawn = numpy_generator(seed, 0, "fake/attention")
    wrong = scores["validation_label"] != scores["validation_prediction"]
    rows = np.concatenate([np.flatnonzero(wrong)[:3], np.flatnonzero(~wrong)[:3]])
    outside = drawn.random(6).astype(np.float32)
    outside[-1] = np.nan
    return {
        **{key: scores[f"validation_{key}"][rows] for key in ("item", "label", "prediction")},
        "log_loss": scores["validation_log_loss"][rows],
        "outside": outside,
        "stage": np.array("conv2"),
        "shown": np.arange(6, dtype=np.int32),
        "image": drawn.integers(0, 256, (6, 28, 28, 1), dtype=np.uint8),
        "map": drawn.integers(0, 256, (6, 5, 5), dtype=np.uint8),
    }


def _examples(cell: Cell, scores: Mapping[str, np.ndarray], seed: int) -> dict[str, np.ndarray]:
    loss = scores["validation_log_loss"]
    wrong = np.flatnonzero(scores["validation_label"] != scores["validation_prediction"])
    worst, pairs = np.argsort(-loss)[:12], wrong[:12]
    chosen = np.concatenate([worst, pairs])
    kind = np.concatenate([np.zeros(len(worst), np.int64), np.ones(len(pairs), np.int64)])
    picks = {
        key: scores[f"validation_{key}"][chosen]
        for key in ("item", "label", "prediction", "log_loss")
    }
    draw = numpy_generator(seed, cell.replicate, "fake/thumbnails")
    return picks | {"kind": kind, "image": np.stack([_thumbnail(draw) for _ in chosen])}


def _thumbnail(draw: np.random.Generator, size: int = 28) -> np.ndarray:
    y, x = np.mgrid[:size, :size] / size - 0.5
    (cx, cy), (w, h) = draw.uniform(-0.15, 0.15, 2), draw.uniform(0.1, 0.35, 2)
    blob = np.exp(-(((x - cx) / w) ** 4 + ((y - cy) / h) ** 4))
    return np.clip(255 * blob + draw.normal(0, 12, blob.shape), 0, 255).astype(np.uint8)[..., None]


def _activations(layers: Sequence[Layer], seed: int) -> dict[str, np.ndarray]:
    draw = numpy_generator(seed, 0, "fake/activations")
    arrays = {"example": _thumbnail(draw)}
    for index, layer in enumerate(layers):
        if len(layer.output_shape) == 3:
            channels, side, _ = layer.output_shape
            arrays[f"{index}:{layer.name}"] = np.stack(
                [_thumbnail(draw, side)[..., 0] for _ in range(min(16, channels))]
            )
    return arrays


def _card(cell: Cell, study: Study, scores: Mapping[str, np.ndarray], epochs: int) -> Card:
    level = cell.at.get("train_images", "all")
    return card(
        recipe(study, cell.arm, cell.at),
        CLASSES,
        (1, 28, 28),
        arm=cell.arm,
        replicate=cell.replicate,
        at=cell.at,
        best_epoch=max(1, epochs - 2),
        items=Items(
            train=5400 if level == "all" else level,
            train_eval=1000,
            validation=600,
            test=len(scores["test_label"]),
        ),
        metrics={
            split: {
                "accuracy": float(
                    np.mean(scores[f"{split}_label"] == scores[f"{split}_prediction"])
                ),
                "log_loss": float(np.mean(scores[f"{split}_log_loss"], dtype=np.float64)),
            }
            for split in ("validation", "test")
        },
    )


def write_npz(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays atomically as a compressed .npz."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    files.write_bytes(path, buffer.getvalue())
