"""`from`: start an arm from the weights of another arm's same replicate, or from a run folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from alih.errors import AlihError
from alih.models.backbones import adapt_channels
from alih.models.staged import StagedNetwork
from alih.runs.card import Card, Carried
from alih.runs.folder import BEFORE_REFIT, WEIGHTS
from alih.runs.reading import Damaged
from alih.study.catalogue.backbones import start_of
from alih.study.document.arm import Recipe
from alih.study.document.study import Study
from alih.study.planning.cells import Cell
from alih.study.planning.resolved import planned
from alih.words.phrase import Phrase


def carry_over(
    root: Path,
    study: Study,
    cell: Cell,
    network: torch.nn.Module,
    classes: Sequence[str] = (),
    refit: bool = False,
) -> Carried | None:
    """Copy every layer whose tensors all agree in name and shape with the source's; the rest keeps
    its fresh start.

    Two layers are looked at more closely. The last one is carried over only when the source's
    classes are `classes`, in the same order: as many classes of another kind would fit in shape and
    mean nothing. The first convolution follows from colour to gray and back (`adapt_channels`).
    Where the study refits, only a refit starts from the other arm's refitted weights: those have
    learnt the validation images, on which trials are judged. Returns None for an arm without
    `from`. Raises AlihError when the source has no weights or none of them fits.
    """
    cell = planned(study, cell)
    upstream, named = cell.upstream, cell.recipe.source
    if upstream is None and named is None:
        return None
    name = BEFORE_REFIT if upstream and study.refit and not refit else WEIGHTS
    file = (root / upstream.path if upstream else Path(str(named))) / name
    if not file.exists():
        raise AlihError("training.source_without_weights", file=file)
    try:
        source = load_file(file)
    except SafetensorError as error:
        raise AlihError("training.source_damaged", file=file) from error
    own = network.state_dict()
    adapted = _adapt_first(network, own, source)
    if classes and _classes(file.parent) not in (None, tuple(classes)):
        last = _last(network)
        source = {name: tensor for name, tensor in source.items() if _layer(name) != last}
    # Layer by layer: the bias of ten classes fits ten classes, but without its weights it means
    # nothing.
    misfits = {
        _layer(name)
        for name, tensor in own.items()
        if name not in source or source[name].shape != tensor.shape
    }
    fits = {name: source[name] for name in own if _layer(name) not in misfits}
    if not fits:
        raise AlihError("training.source_does_not_fit", file=file)
    with torch.no_grad():
        for name, tensor in fits.items():
            own[name].copy_(tensor)
    return Carried(
        source=str(upstream or named),
        carried=len(fits),
        fresh=sorted(set(own) - set(fits)),
        adapted=adapted,
    )


def refuse_frozen_random(recipe: Recipe, network: torch.nn.Module, carried: Carried | None) -> None:
    """Raise AlihError where a frozen stage should hold what a source learnt, but keeps random
    weights that nothing will train.

    A network that starts from weights of its own (ImageNet's) beside `from` has learnt everywhere.
    """
    if (
        carried is None
        or not isinstance(network, StagedNetwork)
        or start_of(recipe) not in (None, "none")
    ):
        return
    random = [name for name in carried.fresh if network.stage_of(name) < network.frozen]
    if random:
        values = {"stages": network.frozen, "source": carried.source, "names": ", ".join(random)}
        raise AlihError("training.frozen_not_carried", **values)


def _classes(folder: Path) -> tuple[str, ...] | None:
    """The classes that a run was trained for; None where it does not say."""
    try:
        card = Card.read(folder, Phrase("runs.not_readable"))
    except Damaged:
        return None
    return tuple(card.classes) if card else None


def _last(network: torch.nn.Module) -> str:
    """The name of the layer to the classes: the last one with a matrix of weights."""
    return [
        name
        for name, module in network.named_modules()
        if isinstance(module, torch.nn.Linear | torch.nn.Conv2d)
    ][-1]


def _adapt_first(
    network: torch.nn.Module, own: dict[str, torch.Tensor], source: dict[str, torch.Tensor]
) -> list[str]:
    """Fit the source's first convolution to the number of channels here, in place; returns the
    names of what was changed.
    """
    first = next(
        (name for name, module in network.named_modules() if isinstance(module, torch.nn.Conv2d)),
        None,
    )
    key = f"{first}.weight"
    if key not in source or source[key].ndim != 4 or source[key].shape[1] == own[key].shape[1]:
        return []
    if {source[key].shape[1], own[key].shape[1]} != {1, 3}:
        return []
    source[key] = adapt_channels(source[key], own[key].shape[1])
    return [key]


def _layer(name: str) -> str:
    return name.rpartition(".")[0]
