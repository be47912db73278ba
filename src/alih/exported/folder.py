"""The folder of an exported model: opened with every file compared with its checksum."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from alih import files
from alih.data import strips
from alih.data.decode import Decode
from alih.errors import AlihError
from alih.exported.card import FORMAT, INT8, ONNX, WEIGHTS, ModelCard
from alih.words.phrase import reason_of


@dataclass(frozen=True)
class ExportedModel:
    """An exported model whose files are as they were written. `open_model` makes it.

    >>> model = open_model("MODEL")  # doctest: +SKIP
    >>> model.read("rose.jpg").shape, model.classes  # doctest: +SKIP
    ((128, 128, 3), ('daisy', 'rose'))
    """

    folder: Path
    card: ModelCard

    @property
    def name(self) -> str:
        """The arm, and the network's name."""
        model = self.card.recipe.get("model")
        name = model.get("name") if isinstance(model, dict) else model
        return f"{self.card.origin.arm} ({name or 'layers'})"

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of scores."""
        return tuple(self.card.classes)

    @property
    def segments(self) -> bool:
        """Whether it answers for every pixel."""
        return self.card.task == "segmentation"

    @property
    def decode(self) -> Decode:
        """How files become pixels."""
        return self.card.preparation.decode

    @property
    def weights(self) -> Path:
        """The tensors, for PyTorch."""
        return self.folder / WEIGHTS

    @property
    def onnx(self) -> Path | None:
        """The network for ONNX Runtime, None where the folder has none."""
        return self.folder / ONNX if ONNX in self.card.files else None

    @property
    def int8(self) -> Path | None:
        """The same in eight bits, None where the folder has none."""
        return self.folder / INT8 if INT8 in self.card.files else None

    def read(self, file: str | Path) -> np.ndarray:
        """Decode an image file as the study decoded its images: uint8 [h, w, c]. Raises AlihError
        for a file that is no image.
        """
        return strips.read(Path(file), self.decode)


def is_model(folder: str | Path) -> bool:
    """Whether a folder looks like an exported model: it holds `model.json`."""
    return (Path(folder) / ModelCard.FILE).is_file()


def open_model(folder: str | Path) -> ExportedModel:
    """Open an exported model, without torch.

    Args:
        folder: The folder that `alih export` wrote.

    Returns:
        The model; all its files have the checksums that `model.json` holds.

    Raises:
        AlihError: There is no such folder or no `model.json` in it, a newer version of alih wrote
            it, a file is missing, or a file has changed.
    """
    place = Path(folder)
    if not place.is_dir():
        raise AlihError("exported.no_folder", path=place)
    card = _card(place)
    for name, expected in card.files.items():
        file = place / name
        # A name from outside must not lead out of the folder.
        if Path(name).name != name or not file.is_file():
            raise AlihError("exported.missing", file=file)
        try:
            found = files.sha256(file)
        except OSError as error:
            raise AlihError("common.cannot_read", path=file, reason=reason_of(error)) from error
        if found != expected:
            raise AlihError("exported.changed", file=file)
    if WEIGHTS not in card.files:
        raise AlihError("exported.missing", file=place / WEIGHTS)
    return ExportedModel(place, card)


def _card(place: Path) -> ModelCard:
    file = place / ModelCard.FILE
    content = files.content(file)
    if content is None:
        raise AlihError("exported.no_card", path=place)
    try:
        value = json.loads(content.decode())
        written = value["format"]
        if not isinstance(written, int) or written < 1:
            raise ValueError(written)
    except (ValueError, LookupError, TypeError) as error:
        raise AlihError("exported.unreadable", file=file) from error
    if written > FORMAT:
        raise AlihError("exported.newer", file=file, got=written, known=FORMAT)
    try:
        return ModelCard.of(value)
    except ValidationError as error:
        first = ".".join(map(str, error.errors()[0]["loc"]))
        raise AlihError("exported.wrong_key", file=file, key=first) from error
