"""`from`: start an arm from the weights of another arm's same replicate, or from a run folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from alih.errors import AlihError
from alih.study import plan
from alih.study.cells import Cell
from alih.study.document import Study
from alih.study.recipes import recipe


def carry_over(root: Path, study: Study, cell: Cell, network: torch.nn.Module) -> dict[str, Any] | None:
    """Copy every layer whose tensors all agree in name and shape with the source's; the rest keeps its fresh start.

    Returns {"source", "carried", "fresh"} (tensor counts and the fresh names), None for an arm without `from`.
    Raises AlihError when the source has no weights or none of them fits.
    """
    upstream = plan.upstream(study, cell)
    named = recipe(study, cell.arm, cell.at).source
    if upstream is None and named is None:
        return None
    file = (root / upstream.path if upstream else Path(str(named))) / "model.safetensors"
    if not file.exists():
        raise AlihError("training.source_without_weights", file=file)
    try:
        source = load_file(file)
    except SafetensorError as error:
        raise AlihError("training.source_damaged", file=file) from error
    own = network.state_dict()
    # Layer by layer: the bias of ten classes fits ten classes, but without its weights it means nothing.
    misfits = {_layer(name) for name, tensor in own.items() if name not in source or source[name].shape != tensor.shape}
    fits = {name: source[name] for name in own if _layer(name) not in misfits}
    if not fits:
        raise AlihError("training.source_does_not_fit", file=file)
    with torch.no_grad():
        for name, tensor in fits.items():
            own[name].copy_(tensor)
    return {"source": str(upstream or named), "carried": len(fits), "fresh": sorted(set(own) - set(fits))}


def _layer(name: str) -> str:
    return name.rpartition(".")[0]
