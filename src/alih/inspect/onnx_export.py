"""A model as an ONNX file that answers as PyTorch does, or none: the accuracy gate.

Exporters fail in silence now and then: an operation is traced for one batch size, batch
normalisation takes the batch's statistics, a rounding differs. So every file answers for images of
the study before it is kept.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from alih.errors import AlihError
from alih.exported.card import OnnxFile
from alih.exported.session import OnnxModel
from alih.words.phrase import in_english

if TYPE_CHECKING:
    from torch import nn

    from alih.inspect.predictor import Predictor

OPSET = 18
TOLERANCE = 1e-3
"""The largest difference of a score that is let pass, as a share of the largest score (at least 1);
rounding alone stays a hundred times below it."""
TIE = 1e-5
"""Two classes whose scores differ by no more than this share are equal: either may come first."""
FLOOR = -15.0
"""Log-probabilities below this (3 in ten million) are taken as equal."""
BATCHES = (1, 3, 8)
"""Sizes of the first batches, so that a network made for one size does not pass."""

Exporter = Literal["dynamo", "torchscript"]
Images = Literal["validation", "examples", "drawn"]


@dataclass(frozen=True)
class Tried:
    """What came of the exporters: the file's facts, None where neither passed, and per exporter
    what was wrong.
    """

    found: OnnxFile | None
    wrong: Mapping[str, str]


def write_onnx(
    predictor: Predictor, file: Path, pixels: np.ndarray, images: Images = "validation"
) -> Tried:
    """Write the network of a model into an ONNX file that passes the gate.

    Both exporters of torch are tried, the newer first; the first whose answers agree with those of
    PyTorch is kept.

    Args:
        predictor: The model, on the CPU in fp32.
        file: Where to write; nothing is left there unless an exporter passes.
        pixels: Images to compare answers on, uint8 [n, h, w, c].
        images: Where these come from.

    Returns:
        What is known of the file.

    Raises:
        AlihError: The model cannot be one network (hand-made features, some classifiers), or a
            package is missing.
    """
    packages()
    module = module_of(predictor)
    expected, kind = predictor.scores(pixels), predictor.output
    wrong: dict[str, str] = {}
    for name, export in EXPORTERS.items():
        try:
            with quiet():
                export(module, pixels, file)
                _strip(file)
            difference, tolerance = passed(OnnxModel(file).scores, expected, pixels, kind)
        except AlihError as error:
            wrong[name] = in_english(error)
        # An exporter stops at what it does not know, with errors of many kinds.
        except Exception as error:
            wrong[name] = f"{type(error).__name__}: {str(error).strip().splitlines()[0][:200]}"
        else:
            facts = OnnxFile(
                exporter=name,
                opset=OPSET,
                items=len(pixels),
                images=images,
                largest_difference=difference,
                tolerance=tolerance,
                tried=dict(wrong),
            )
            return Tried(facts, wrong)
        file.unlink(missing_ok=True)
    return Tried(None, wrong)


def module_of(predictor: Predictor) -> nn.Module:
    """A model as one module from pixels uint8 [n, h, w, c] to scores.

    Raises AlihError for hand-made features and for classifiers that are no product of matrices.
    """
    from alih.transfer.answering import answering

    fields = ("network", "stages", "every", "classifier", "mapping")
    parts = {name: getattr(predictor, name) for name in fields}
    return answering(parts, predictor.form, predictor.recipe.model.name or "layers")


def packages() -> None:
    """Raise AlihError where a package that writes or runs ONNX files is not installed."""
    for name in ("onnx", "onnxscript", "onnxruntime"):
        if importlib.util.find_spec(name) is None:
            raise AlihError("exported.needs", missing=name)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep to itself what exporters print and warn about: the gate judges what they made."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _strip(file: Path) -> None:
    """Take out what exporters note of the code that they traced: paths of this machine."""
    import onnx

    model = onnx.load(file)
    for thing in (model.graph, *model.graph.node, *model.graph.value_info, *model.functions):
        thing.doc_string = ""
        if hasattr(thing, "metadata_props"):
            del thing.metadata_props[:]
    onnx.save(model, file)


def _by_dynamo(module: nn.Module, pixels: np.ndarray, file: Path) -> None:
    import torch

    torch.onnx.export(
        module,
        (_example(pixels),),
        file,
        dynamo=True,
        input_names=["pixels"],
        output_names=["scores"],
        dynamic_shapes=({0: "n"},),
        external_data=False,
        verbose=False,
        opset_version=OPSET,
    )


def _by_torchscript(module: nn.Module, pixels: np.ndarray, file: Path) -> None:
    import torch

    torch.onnx.export(
        module,
        (_example(pixels),),
        file,
        dynamo=False,
        input_names=["pixels"],
        output_names=["scores"],
        dynamic_axes={"pixels": {0: "n"}, "scores": {0: "n"}},
        verbose=False,
        opset_version=OPSET,
    )


EXPORTERS: dict[Exporter, Callable[[nn.Module, np.ndarray, Path], None]] = {
    "dynamo": _by_dynamo,
    "torchscript": _by_torchscript,
}


def _example(pixels: np.ndarray) -> Any:
    """Two images to trace with: what holds for one would be taken for a constant."""
    import torch

    return torch.from_numpy(np.resize(pixels, (2, *pixels.shape[1:])))


def passed(
    scores: Callable[[np.ndarray, int], np.ndarray],
    expected: np.ndarray,
    pixels: np.ndarray,
    kind: str,
) -> tuple[float, float]:
    """Let a file that gives `scores` of pixels, so many at a time, through the gate.

    Returns the largest difference of a score, and what was allowed. Raises AlihError for one that
    does not pass.
    """
    found, at = [], 0
    for size in (*BATCHES, len(pixels)):
        part = pixels[at : at + size]
        if len(part):
            found.append(scores(part, size))
        at += size
    answers = np.concatenate(found)
    if answers.shape != expected.shape:
        got, shape = list(answers.shape), list(expected.shape)
        raise AlihError("exported.gate_shape", got=got, expected=shape)
    if kind == "log-probabilities":
        answers, expected = np.maximum(answers, FLOOR), np.maximum(expected, FLOOR)
    largest = max(1.0, float(np.abs(expected).max()))
    difference, tolerance = float(np.abs(answers - expected).max()), TOLERANCE * largest
    if not difference <= tolerance:  # nor where it is no number
        raise AlihError("exported.gate_difference", difference=difference, tolerance=tolerance)
    ordered = np.sort(expected, axis=1)
    told_apart = ordered[:, -1] - ordered[:, -2] > TIE * largest
    other = (answers.argmax(1) != expected.argmax(1)) & told_apart
    if other.any():
        raise AlihError("exported.gate_class", count=int(other.sum()), n=int(other.size))
    return difference, tolerance
