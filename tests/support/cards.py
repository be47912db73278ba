"""Cards as runs write them, with values that tests change. No torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from alih import files
from alih.runs.card import (
    Card,
    DataCard,
    Environment,
    Items,
    Layer,
    MachineCard,
    Record,
    Timing,
    write_history,
    write_timing,
)
from alih.runs.folder import COUNTED, CellFolder
from alih.study.catalogue.architectures import plain_unet
from alih.study.catalogue.arithmetic import arithmetic, network
from alih.study.catalogue.backbones import CARDS
from alih.study.catalogue.stages import is_layer_list
from alih.study.document.arm import Recipe

ENVIRONMENT = Environment(
    platform="Linux-x86_64",
    cpu="2-core CPU",
    cores=2,
    python="3.11.9",
    torch="2.15.0",
    numpy=np.__version__,
    packages={"alih": "0.1.0"},
    threads=1,
    precision="bf16-autocast",
)
MACHINE = MachineCard(device="cpu", threads=1, precision="bf16-autocast")


def layers(recipe: Recipe, classes: int, shape: tuple[int, int, int]) -> list[Layer]:
    """The layer table of a recipe's network; of a backbone as many rows as stages."""
    plain = plain_unet(recipe.model)
    if plain is None and not is_layer_list(recipe.model):
        backbone = CARDS.get(recipe.model.name or "")
        names = [*(f"stage{n + 1}" for n in range(backbone.stages if backbone else 0)), "head"]
        kind = {"type": "Sequential", "output_shape": [classes], "parameters": 100_000}
        return [Layer(name=name, **kind) for name in names]
    rows = (
        plain.rows(classes, shape) if plain else arithmetic(network(recipe.model, classes), shape)
    )
    return [
        Layer(
            name=row.name,
            type=row.type,
            output_shape=list(row.output_shape),
            parameters=row.parameters,
        )
        for row in rows
    ]


def card(recipe: Recipe, classes: list[str], shape: tuple[int, int, int], **own: Any) -> Card:
    """The card of a cell that trained `recipe` on images of this shape."""
    rows = layers(recipe, len(classes), shape)
    parameters, epochs = sum(layer.parameters for layer in rows), recipe.train.epochs
    given = {
        "arm": "a",
        "replicate": 0,
        "identity": "0" * 64,
        "recipe": recipe.model_dump(mode="json", by_alias=True),
        "parameters": parameters,
        "trainable": parameters,
        "layers": rows,
        "epochs": epochs,
        "best_epoch": epochs,
        "kept_epoch": epochs,
        "items": Items(train=10),
        "classes": classes,
        "metrics": {},
        "seconds": 2.1 * epochs,
        "seconds_per_epoch": 2.1,
        "ms_per_step": 41.9,
        "images_per_second": 3054.0,
    }
    return Card(**{**given, **own})


def data_card(**own: Any) -> DataCard:
    """A set of gray images of 28 pixels."""
    given = {
        "name": "drawn",
        "classes": ["a", "b"],
        "counts": {},
        "channels": 1,
        "image_size": 28,
        "sha256": "0" * 64,
    }
    return DataCard(**{**given, **own})


def change(folder: CellFolder, **own: Any) -> None:
    """Write a finished cell's card anew with other values."""
    folder.card.model_copy(update=own).write(folder.path)
    seal(folder.path)


def seal(place: Path) -> None:
    """Write `done` of a cell's folder with the checksums of the files as they are now."""
    names = [name for name in COUNTED if (place / name).exists()]
    files.write_json(place / "done", {name: files.sha256(place / name) for name in names})


def write_epochs(
    place: Path, epochs: list[dict[str, dict[str, float]]], steps: int, timing: Timing
) -> None:
    """`history.csv` and `timing.csv` of epochs, each given as values by split and metric."""
    numbered = list(enumerate(epochs, 1))
    write_history(
        place,
        [
            Record(epoch, steps * epoch, split, metric, float(value))
            for epoch, splits in numbered
            for split, values in splits.items()
            for metric, value in values.items()
        ],
    )
    write_timing(place, [Timing(**{**vars(timing), "epoch": epoch}) for epoch, _ in numbered])
