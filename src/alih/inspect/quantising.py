"""A network in an ONNX file with weights and maps of eight bits: static quantisation in QDQ form.

Ranges of maps come from images that are shown to the network once (static). Ranges taken from each
batch as it comes (dynamic) bring convolutional networks to chance, so they are not offered. Weights
have a scale per channel and seven bits: of eight, products of two neighbours overflow the 16 bits
that processors with AVX2 or AVX-512 but without VNNI add them in, and answers would depend on the
machine. Unsigned weights overflow nowhere, but make depth-wise convolutions eight times as slow.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from alih import files
from alih.errors import AlihError
from alih.exported.session import OnnxModel
from alih.inspect.onnx_export import packages, quiet

BATCH = 8


def write_int8(source: Path, file: Path, pixels: np.ndarray) -> None:
    """Write the network of an ONNX file in eight bits.

    Args:
        source: The network in fp32, as `write_onnx` leaves it.
        file: Where to write; nothing is left there unless the result answers.
        pixels: Images that the ranges of maps are found on, uint8 [n, h, w, c].

    Raises:
        AlihError: A package is missing, the network holds nothing that can be quantised, or what
            came of it gives no finite scores.
    """
    packages()
    with tempfile.TemporaryDirectory() as place:
        folded, made = Path(place) / "folded.onnx", Path(place) / "int8.onnx"
        try:
            with quiet():
                _quantise(source, folded, made, pixels)
            count = _quantised(made)
        # The quantiser stops at what it does not know with errors of many kinds.
        except Exception as error:
            told = (str(error).strip().splitlines() or [""])[0][:200]
            reason = f"{type(error).__name__}: {told}"
            raise AlihError("exported.int8_failed", reason=reason) from error
        if not count:
            raise AlihError("exported.int8_nothing")
        if not np.isfinite(OnnxModel(made).scores(pixels[:BATCH])).all():
            raise AlihError("exported.int8_not_finite")
        with open(made, "rb") as content:
            files.write_atomically(file, lambda target: shutil.copyfileobj(content, target))


def _quantise(source: Path, folded: Path, made: Path, pixels: np.ndarray) -> None:
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    # Batch normalisation is folded into convolutions, so that it costs no rounding of its own.
    quant_pre_process(str(source), str(folded), skip_symbolic_shape=True)
    quantize_static(
        str(folded),
        str(made),
        _Reader(pixels),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        reduce_range=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )


class _Reader:
    """Images for the quantiser, batch by batch."""

    def __init__(self, pixels: np.ndarray) -> None:
        parts = range(0, len(pixels), BATCH)
        self._left = iter([pixels[at : at + BATCH] for at in parts])

    def get_next(self) -> dict[str, Any] | None:
        """The next batch, None after the last."""
        part = next(self._left, None)
        return None if part is None else {"pixels": part}


def _quantised(file: Path) -> int:
    """How many of a network's nodes take quantised values."""
    import onnx

    nodes = onnx.load(file).graph.node
    dequantised = {name for n in nodes if n.op_type == "DequantizeLinear" for name in n.output}
    heavy = ("Conv", "ConvTranspose", "Gemm", "MatMul")
    return sum(n.op_type in heavy and n.input[0] in dequantised for n in nodes)
