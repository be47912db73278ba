"""A model as a program of `torch.export`, which PyTorch runs without alih; it passes the same gate
as an ONNX file, or is not kept.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from alih.errors import AlihError
from alih.exported.card import ProgramFile
from alih.inspect.onnx_export import Images, module_of, passed, quiet

if TYPE_CHECKING:
    from torch.export import ExportedProgram

    from alih.inspect.predictor import Predictor


def write_program(
    predictor: Predictor, file: Path, pixels: np.ndarray, images: Images = "validation"
) -> ProgramFile:
    """Write a model's way from pixels to scores, for any number of images at once.

    Args:
        predictor: The model, on the CPU in fp32.
        file: Where to write, `.pt2`; nothing is left there unless it passes.
        pixels: Images to compare answers on, uint8 [n, h, w, c].
        images: Where these come from.

    Returns:
        What is known of the file.

    Raises:
        AlihError: The model cannot be one network, PyTorch cannot trace it, or what came of it
            answers otherwise.
    """
    import torch

    module, expected = module_of(predictor), predictor.scores(pixels)
    example = torch.from_numpy(np.resize(pixels, (2, *pixels.shape[1:])))
    try:
        with quiet():
            program = torch.export.export(
                module, (example,), dynamic_shapes=({0: torch.export.Dim("n", min=1)},)
            )
            _strip(program)
            torch.export.save(program, file)
        difference, tolerance = passed(_Program(file).scores, expected, pixels, predictor.output)
    except AlihError as error:
        file.unlink(missing_ok=True)
        raise AlihError("exported.program_failed", reason=str(error)) from error
    # Tracing stops at what it does not know with errors of many kinds.
    except Exception as error:
        file.unlink(missing_ok=True)
        told = (str(error).strip().splitlines() or [""])[0][:200]
        reason = f"{type(error).__name__}: {told}"
        raise AlihError("exported.program_failed", reason=reason) from error
    return ProgramFile(
        items=len(pixels), images=images, largest_difference=difference, tolerance=tolerance
    )


def _strip(program: ExportedProgram) -> None:
    """Take out where in the code each step comes from: paths of this machine."""
    from torch.fx import GraphModule

    for module in program.graph_module.modules():
        if isinstance(module, GraphModule):
            for node in module.graph.nodes:
                node.meta.pop("stack_trace", None)


class _Program:
    """A program as it is read from its file."""

    def __init__(self, file: Path) -> None:
        import torch

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._run = torch.export.load(file).module()

    def scores(self, pixels: np.ndarray, batch: int) -> np.ndarray:
        """Scores of pixels uint8 [n, h, w, c], so many at a time."""
        import torch

        with torch.inference_mode():
            parts = [
                self._run(torch.from_numpy(pixels[at : at + batch])).numpy()
                for at in range(0, len(pixels), batch)
            ]
        return np.concatenate(parts)
