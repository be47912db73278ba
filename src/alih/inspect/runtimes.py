"""A model that is ready for images: computed by PyTorch, or by ONNX Runtime without torch."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, get_args

import numpy as np

from alih.data import strips
from alih.data.decode import Decode
from alih.errors import AlihError
from alih.evaluation.judgement import Judgement
from alih.exported.folder import ExportedModel, is_model, open_model
from alih.inspect.limits import telling_limit
from alih.inspect.runfiles import judged
from alih.words import say

if TYPE_CHECKING:
    from alih.exported.session import OnnxModel

Runtime = Literal["torch", "onnx", "int8"]
RUNTIMES = ("auto", *get_args(Runtime))


class ImageModel(Protocol):
    """What answers for images; `Predictor` (PyTorch) and `OnnxPredictor` are."""

    @property
    def name(self) -> str:
        """The arm, and the network's name."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        ...

    @property
    def segments(self) -> bool:
        """Whether it answers for every pixel."""
        ...

    @property
    def runtime(self) -> Runtime:
        """What computes."""
        ...

    @property
    def decode(self) -> Decode:
        """How files become pixels."""
        ...

    @property
    def transductive(self) -> bool:
        """Whether an image's answer depends on the others it is asked for with."""
        ...

    @property
    def judgement(self) -> Judgement:
        """What validation images taught about the answers."""
        ...

    def read(self, file: str | Path) -> np.ndarray:
        """Decode an image file: uint8 [h, w, c]."""
        ...

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Scores of whole images before softmax, float32 [n, classes]."""
        ...

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """float32 [n, classes], or [n, classes, h, w] where it segments."""
        ...


@dataclass(frozen=True, eq=False)
class OnnxPredictor:
    """An exported model that ONNX Runtime computes, on the processor, in fp32 or (`eight_bits`) by
    its network of eight bits. No torch.

    >>> OnnxPredictor.open("flowers-model").name  # doctest: +SKIP
    'finetune (mobilenetv2_100)'
    """

    model: ExportedModel
    session: OnnxModel
    decode: Decode
    eight_bits: bool = False

    @classmethod
    def open(cls, folder: str | Path, eight_bits: bool = False) -> OnnxPredictor:
        """Open a model that `alih export` wrote.

        Args:
            folder: The model's folder.
            eight_bits: Take `model.int8.onnx`, which `alih export --int8` wrote.

        Returns:
            The model, ready for images.

        Raises:
            AlihError: The folder is no model or holds no network for ONNX Runtime, a file has
                changed, or ONNX Runtime is not installed.
        """
        if not is_model(folder):
            raise AlihError("inspect.onnx_run", path=folder)
        model = open_model(folder)
        if not eight_bits:
            return cls._of(model)
        from alih.exported.session import OnnxModel

        if model.int8 is None:
            reason = model.card.without_int8 or say("inspect.int8_not_asked")
            raise AlihError("inspect.int8_none", path=folder, reason=reason)
        return cls(model, OnnxModel(model.int8), model.decode, True)

    @classmethod
    def _of(cls, model: ExportedModel) -> OnnxPredictor:
        from alih.exported.session import OnnxModel

        if model.onnx is None and model.card.without_onnx is not None:
            reason = model.card.without_onnx
            raise AlihError("inspect.onnx_none", path=model.folder, reason=reason)
        return cls(model, OnnxModel.of(model), model.decode)

    @property
    def name(self) -> str:
        """The arm, and the network's name."""
        return self.model.name

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self.model.classes

    @property
    def segments(self) -> bool:
        """Whether it answers for every pixel."""
        return self.model.segments

    @property
    def runtime(self) -> Runtime:
        """What computes."""
        return "int8" if self.eight_bits else "onnx"

    @property
    def transductive(self) -> bool:
        """Whether an image's answer depends on the others it is asked for with."""
        return self.model.card.transductive

    @property
    def judgement(self) -> Judgement:
        """What validation images taught about the answers."""
        return judged(self.model.card)

    def read(self, file: str | Path) -> np.ndarray:
        """Decode an image file: uint8 [h, w, c]. Raises AlihError for a file that is no image."""
        with telling_limit():
            return strips.read(Path(file), self.decode)

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Scores before softmax, float32 [n, classes]."""
        return self.session.scores(images)

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """float32 [n, classes], or [n, classes, h, w] where it segments."""
        return self.session.probabilities(images)


def opened(
    folder: str | Path, device: str = "auto", runtime: str = "auto", side: int | None = None
) -> ImageModel:
    """Open a run folder or an exported model in the runtime that is asked for.

    `auto` is ONNX Runtime where the model has a network for it, it is installed, and neither
    another device than the processor nor another size of images is asked for; else PyTorch.

    Raises AlihError where the model cannot be opened in that way.
    """
    if runtime not in RUNTIMES:
        raise AlihError("inspect.no_runtime", got=runtime, known=", ".join(RUNTIMES))
    if runtime in ("onnx", "int8"):
        found = OnnxPredictor.open(folder, runtime == "int8")
        if device not in ("auto", "cpu"):
            raise AlihError("inspect.onnx_device", runtime=runtime, got=device)
        if side not in (None, found.decode.size):
            raise AlihError("inspect.onnx_tile", got=side, size=found.decode.size)
        return found
    if runtime == "auto" and device in ("auto", "cpu") and is_model(folder):
        model = open_model(folder)
        suits = model.onnx is not None and side in (None, model.decode.size)
        if suits and _installed("onnxruntime"):
            return OnnxPredictor._of(model)
        if suits and not _installed("torch"):
            raise AlihError("inspect.no_runtimes", path=folder)
    from alih.inspect.predictor import Predictor

    return Predictor.open(folder, device, side=side)


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None
