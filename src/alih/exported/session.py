"""Answers of an exported model by ONNX Runtime, without torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from alih.errors import AlihError
from alih.exported.folder import ExportedModel

BATCH = 64
"""Images that go through the network at once; masks take that many pixels of memory each, too."""


class OnnxModel:
    """A network in an ONNX file, ready for pixels.

    >>> model = OnnxModel.of(open_model("MODEL"))  # doctest: +SKIP
    >>> model.probabilities(np.stack([pixels])).argmax(1)  # doctest: +SKIP
    array([3])
    """

    def __init__(self, file: Path, threads: int = 0) -> None:
        """Open a file. `threads`: 0 takes all cores. Raises AlihError where ONNX Runtime is not
        installed or cannot read the file.
        """
        try:
            import onnxruntime
        except ModuleNotFoundError as error:
            raise AlihError("exported.no_runtime") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3  # errors alone: warnings are about its own optimisations
        # Threads that wait in a loop take time from those that decode the next images: on two busy
        # cores an image of a U-Net took 31 ms of processor time with it, and 16 ms without.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                str(file), options, providers=["CPUExecutionProvider"]
            )
        # its own kinds of errors share no class but this
        except Exception as error:
            reason = str(error).splitlines()[0]
            raise AlihError("exported.onnx_unreadable", file=file, reason=reason) from error
        self._input = self._session.get_inputs()[0]
        self._output = self._session.get_outputs()[0].name

    @classmethod
    def of(cls, model: ExportedModel, threads: int = 0) -> OnnxModel:
        """The network of an exported model. Raises AlihError where its folder has no ONNX file."""
        if model.onnx is None:
            raise AlihError("exported.no_onnx", path=model.folder)
        return cls(model.onnx, threads)

    def scores(self, pixels: np.ndarray, batch: int = BATCH) -> np.ndarray:
        """Logits or log-probabilities, as `Output.kind` says, float32 [n, classes] or [n, classes,
        h, w], of pixels uint8 [n, h, w, c]. Raises AlihError for arrays of another shape or type.
        """
        pixels = np.asarray(pixels)
        wanted = self._input.shape[1:]
        if pixels.dtype != np.uint8 or pixels.ndim != 4 or list(pixels.shape[1:]) != wanted:
            got, expected = list(pixels.shape), ["n", *wanted]
            raise AlihError("inspect.predict_shape", dtype=pixels.dtype, got=got, expected=expected)
        # At least one pass, so that no images give an array of the right shape.
        parts = [
            self._session.run([self._output], {self._input.name: pixels[at : at + batch]})[0]
            for at in range(0, max(1, len(pixels)), batch)
        ]
        return np.concatenate(parts)

    def probabilities(self, pixels: np.ndarray, batch: int = BATCH) -> np.ndarray:
        """Probabilities float32 of the same shape: softmax over classes."""
        return softmax(self.scores(pixels, batch))


def softmax(scores: np.ndarray) -> np.ndarray:
    """Probabilities of logits or log-probabilities over axis 1."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
