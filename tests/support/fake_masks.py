"""A finished segmentation study made of drawn shapes: what its report is tested on. No torch.

`make(root)` writes the files of docs/architecture.md: blobs with a border on a background (or
images and masks passed in), predicted by shifting and roughening the true masks, less for abler
arms, so that arms are paired as in a real study.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image
from safetensors.numpy import save as safetensors_bytes

from alih import files
from alih.datafiles.mask_classes import IGNORE
from alih.evaluation import segmentation
from alih.runs.card import Items, Timing
from alih.runs.folder import CellFolder
from alih.runs.identity import write_identity
from alih.seeding import numpy_generator
from alih.study.document.study import Study
from alih.study.loading import load
from alih.study.planning.cells import Cell
from alih.study.planning.plan import cells
from alih.study.planning.recipes import recipe

from .cards import ENVIRONMENT, MACHINE, card, data_card, seal, write_epochs
from .fake_study import write_npz

CLASSES = ["pet", "border", "background"]
IDS = {"pet": 1, "border": 3, "background": 2}
ARMS = ("random", "plain", "imagenet")
NOISE = {"random": 5.0, "plain": 4.0, "imagenet": 1.5}
"""Pixels (of 48) by which a prediction is shifted and roughened."""
LABELS = {
    "random": {"en": "Random encoder", "id": "Encoder acak"},
    "plain": {"en": "Plain U-Net", "id": "U-Net biasa"},
    "imagenet": {"en": "ImageNet encoder", "id": "Encoder ImageNet"},
}
MODELS: dict[str, dict[str, Any]] = {
    "random": {"name": "unet", "encoder": "mobilenetv2_100", "weights": "none"},
    "plain": {"name": "unet", "width": 8},
    "imagenet": {"name": "unet", "encoder": "mobilenetv2_100"},
}


def make(
    root: Path,
    *,
    seeds: int = 2,
    n_test: int = 40,
    n_validation: int = 12,
    size: int = 48,
    epochs: int = 6,
    arms: Sequence[str] = ARMS,
    unfinished: Collection[tuple[str, int]] = (),
    pictures: bool = True,
    ignore: bool = True,
    extra: Mapping[str, Any] | None = None,
    shown: tuple[np.ndarray, np.ndarray] | None = None,
) -> Path:
    """Write a study folder and return its path.

    `shown` are images and masks in place of drawn ones; `extra` is merged into the document.
    """
    images, masks = shown or drawn(n_test + n_validation, size, ignore)
    _folder(root.parent / "shapes")
    document = _document(root, arms, seeds, epochs, extra or {})
    files.write_text(
        root / "study.yaml", yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
    )
    _study_files(root, n_test, size)
    study = load(root)
    validation = np.arange(len(images) - n_test)
    test = np.arange(len(images) - n_test, len(images))
    if pictures:
        k = validation[:24]
        stored = {"item": k.astype(np.int32), "image": images[k], "mask": masks[k]}
        write_npz(root / "pictures" / "seed-0.npz", stored)
    for replicate in range(seeds):
        for arm in arms:
            folder = CellFolder(root, Cell(arm, replicate, ()))
            if (arm, replicate) in unfinished:
                _curves(folder, epochs, 0.7)
            else:
                _cell(folder, study, masks, {"validation": validation, "test": test}, epochs)
    for cell in cells(study):
        write_identity(CellFolder(root, cell), study, "bf16-autocast")
    return root


def drawn(n: int, size: int, ignore: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 [n, size, size, 3] and masks [n, size, size] of blobs with a border; a corner is
    ignored in some."""
    draw = numpy_generator(0, 0, "fake/shapes")
    y, x = np.mgrid[:size, :size] / size
    images, masks = [], []
    for number in range(n):
        (cx, cy), (w, h) = draw.uniform(0.35, 0.65, 2), draw.uniform(0.15, 0.3, 2)
        distance = ((x - cx) / w) ** 2 + ((y - cy) / h) ** 2
        mask = np.where(distance < 1, 0, np.where(distance < 1.5, 1, 2)).astype(np.uint8)
        if ignore and number % 3 == 0:
            mask[:4, :4] = IGNORE
        colour = draw.uniform(60, 220, 3)
        image = np.where((mask == 2)[..., None], 225 - colour, colour) + draw.normal(
            0, 12, (size, size, 3)
        )
        images.append(np.clip(image, 0, 255).astype(np.uint8))
        masks.append(mask)
    return np.stack(images), np.stack(masks)


def predicted(mask: np.ndarray, arm: str, replicate: int, item: int) -> np.ndarray:
    """The mask as an arm sees it: shifted, and roughened along its edges."""
    draw = numpy_generator(0, replicate, f"fake/prediction/{arm}/{item}")
    amount = NOISE.get(arm, 3.0) * len(mask) / 48
    size = len(mask)
    shift = np.round(draw.normal(0, amount / 2, 2)).astype(int)
    rough = np.round(draw.normal(0, amount / 2, (2, size, size))).astype(int)
    rows, columns = np.mgrid[:size, :size]
    seen = mask[
        np.clip(rows + shift[0] + rough[0], 0, size - 1),
        np.clip(columns + shift[1] + rough[1], 0, size - 1),
    ]
    return np.where(seen == IGNORE, 2, seen).astype(np.uint8)


def counted(mask: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """Pixels by true and predicted class, [3, 3], ignored ones left out."""
    scored = mask != IGNORE
    return np.bincount(mask[scored].astype(int) * 3 + prediction[scored], minlength=9).reshape(3, 3)


def _folder(place: Path) -> None:
    for number in range(12):
        images, masks = drawn(1, 16, ignore=False)
        for name, array in (
            ("images", images[0]),
            ("masks", np.array([1, 3, 2], np.uint8)[masks[0]]),
        ):
            file = place / name / f"{number}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(array).save(file)


def _document(
    root: Path, arms: Sequence[str], seeds: int, epochs: int, extra: Mapping[str, Any]
) -> dict[str, Any]:
    document: dict[str, Any] = {
        "schema": 1,
        "name": "shapes",
        "title": {
            "en": "Does a pretrained encoder help?",
            "id": "Apakah encoder pralatih membantu?",
        },
        "task": "segmentation",
        "data": {"folder": str((root.parent / "shapes").resolve()), "image_size": 48, "masks": IDS},
        "split": {"test": 0.25},
        "seeds": seeds,
        "train": {"epochs": epochs, "batch_size": 4},
        "arms": {
            arm: {"label": LABELS.get(arm, arm), "model": MODELS.get(arm, MODELS["plain"])}
            | ({"transfer": {"strategy": "finetune"}} if arm == "imagenet" else {})
            for arm in arms
        },
        "compare": {
            "baseline": arms[0],
            "primary": "iou_macro",
            "metrics": {"iou_macro": {"margin": 0.02}, "log_loss": {}},
        },
        "published": {
            "protocol": "test-as-validation",
            "citation": "A study of pets",
            "averaging": "not stated",
            "imagenet": {
                "train": {"log_loss": 0.183, "iou": 0.919},
                "validation": {"log_loss": 0.272, "iou": 0.896},
            },
            "plain": {
                "train": {"log_loss": 0.298, "iou": 0.871},
                "validation": {"log_loss": 0.435, "iou": 0.825},
            },
        },
    }
    document["published"] = {
        k: v for k, v in document["published"].items() if k not in ARMS or k in arms
    }
    return {key: value for key, value in (document | dict(extra)).items() if value is not None}


def _study_files(root: Path, n_test: int, size: int) -> None:
    MACHINE.write(root)
    data_card(
        name="shapes",
        classes=CLASSES,
        counts={"train": {"all": 120}, "test": {"all": n_test}},
        masks={name: [number] for name, number in IDS.items()},
        channels=3,
        image_size=size,
        source="drawn",
    ).write(root)
    low = {"log_loss": 1.0986, "pixel_accuracy": 0.6, "iou_macro": 0.2, "iou_foreground": 0.0}
    files.write_json(
        root / "references.json",
        {n: dict.fromkeys(("train", "validation", "test"), low) for n in ("majority", "position")},
    )


def _scores(cell: Cell, masks: np.ndarray, items: np.ndarray) -> dict[str, np.ndarray]:
    predictions = [predicted(masks[item], cell.arm, cell.replicate, int(item)) for item in items]
    counts = np.stack(
        [
            counted(masks[item], prediction)
            for item, prediction in zip(items, predictions, strict=True)
        ]
    )
    hits = np.diagonal(counts, axis1=1, axis2=2)
    truth, guessed = counts.sum(axis=2), counts.sum(axis=1)
    # Boundaries as long as the square root of the areas, met as often as pixels are.
    edges = [4 * np.sqrt(guessed), 4 * np.sqrt(guessed) * hits / np.maximum(guessed, 1)]
    edges += [4 * np.sqrt(truth), 4 * np.sqrt(truth) * hits / np.maximum(truth, 1)]
    return {
        "item": items.astype(np.int32),
        "counts": counts.astype(np.uint32),
        "log_loss": (
            1.2 * (1 - hits.sum(axis=1) / np.maximum(counts.sum(axis=(1, 2)), 1)) + 0.1
        ).astype(np.float32),
        "boundary": np.stack(edges, axis=2).astype(np.uint32),
    }


def _cell(
    folder: CellFolder,
    study: Study,
    masks: np.ndarray,
    splits: Mapping[str, np.ndarray],
    epochs: int,
) -> None:
    cell = folder.cell
    scores = {split: _scores(cell, masks, items) for split, items in splits.items()}
    write_npz(
        folder.path / "scores.npz",
        {f"{s}_{key}": value for s, values in scores.items() for key, value in values.items()},
    )
    values = {split: _values(own) for split, own in scores.items()}
    _curves(folder, epochs, values["validation"]["pixel_accuracy"], values["validation"])
    if cell.replicate == 0:
        k = splits["validation"][:24]
        shown = np.stack([predicted(masks[item], cell.arm, 0, int(item)) for item in k])
        iou = segmentation.image_iou({"counts": scores["validation"]["counts"][: len(k)]})
        stored = {"item": k.astype(np.int32), "prediction": shown, "iou": iou.astype(np.float32)}
        write_npz(
            folder.path / "examples.npz",
            stored | {"log_loss": scores["validation"]["log_loss"][: len(k)]},
        )
    files.write_bytes(
        folder.path / "model.safetensors",
        safetensors_bytes({"output.bias": np.zeros(3, np.float32)}),
    )
    ENVIRONMENT.write(folder.path)
    items = Items(train=108, train_eval=108, **{name: len(own) for name, own in splits.items()})
    card(
        recipe(study, cell.arm, cell.at),
        CLASSES,
        (3, *masks.shape[1:]),
        arm=cell.arm,
        replicate=cell.replicate,
        items=items,
        metrics=values,
    ).write(folder.path)
    seal(folder.path)


def _values(scores: Mapping[str, np.ndarray]) -> dict[str, float]:
    arrays = segmentation.with_background(scores, CLASSES)
    return {
        name: segmentation.compute(name, arrays)
        for name in ("log_loss", "pixel_accuracy", "iou_macro", "iou_foreground")
    }


def _curves(
    folder: CellFolder, epochs: int, accuracy: float, last: Mapping[str, float] | None = None
) -> None:
    final = dict(
        last
        or {"log_loss": 0.5, "pixel_accuracy": accuracy, "iou_macro": 0.5, "iou_foreground": 0.6}
    )
    shown = []
    for epoch in range(1, epochs + 1):
        left = (epochs - epoch) / epochs
        here = {
            name: value + left * (0.6 if name == "log_loss" else -0.5 * value)
            for name, value in final.items()
        }
        better = {
            name: value * (0.85 if name == "log_loss" else 1.02) for name, value in here.items()
        }
        splits = {
            "train": {k: better[k] for k in ("log_loss", "pixel_accuracy")},
            "train-eval": better,
            "validation": here,
        }
        shown.append({name: {"loss": own["log_loss"], **own} for name, own in splits.items()})
    write_epochs(folder.path, shown, 30, Timing(0, 4.2, 3.8, 120.0, 130.0))
