"""Finished networks of other arms that a strategy uses beside its own, such as a teacher."""

from __future__ import annotations

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import interpolate

from alih.data.pixels import Format
from alih.errors import AlihError
from alih.runs.folder import BEFORE_REFIT, WEIGHTS, StudyFolder
from alih.study.document.arm import Recipe
from alih.study.strategies.options import options_of
from alih.training.assemble import assemble_network
from alih.training.bench import Bench


class Handed(nn.Module):
    """Another arm's network as a function of images as this arm's recipe prepares them.

    They are normalised as that arm normalises, and resized to the side that it sees; masks come
    back in the size of the images.
    """

    scale: Tensor
    shift: Tensor

    def __init__(
        self, network: nn.Module, side: int, own: Format, mean: list[float], std: list[float]
    ) -> None:
        super().__init__()
        self.network, self.side = network, side
        ours, theirs = (
            [torch.tensor(x)[:, None, None] for x in p] for p in ((own.mean, own.std), (mean, std))
        )
        self.same = all(map(torch.equal, ours, theirs))
        self.register_buffer("scale", ours[1] / theirs[1])
        self.register_buffer("shift", (ours[0] - theirs[0]) / theirs[1])

    def forward(self, images: Tensor) -> Tensor:
        """Logits [b, classes], or [b, classes, h, w]."""
        size = images.shape[2:]
        answer: Tensor = self.network(self.prepared(images))
        if answer.ndim == 4 and answer.shape[2:] != size:
            answer = _resized(answer, tuple(size))
        return answer

    def prepared(self, images: Tensor) -> Tensor:
        """The images as that arm's network reads them."""
        if not self.same:
            images = images * self.scale + self.shift
        if tuple(images.shape[2:]) != (self.side, self.side):
            images = _resized(images, (self.side, self.side), antialias=True)
        return images


def _resized(maps: Tensor, size: tuple[int, ...], antialias: bool = False) -> Tensor:
    return interpolate(maps, list(size), mode="bilinear", align_corners=False, antialias=antialias)


def handed(bench: Bench, recipe: Recipe, own: Format, refit: bool) -> dict[str, nn.Module]:
    """The networks of other arms' same replicate that a recipe's strategy names, by option.

    They are in evaluation mode and take no gradients. Where the study refits, trials are judged on
    validation images, so that they are given networks that have not learnt these. Raises AlihError
    for a network that is not there, or one for other classes.
    """
    found: dict[str, nn.Module] = {}
    for name, arm in options_of(recipe).arms().items():
        cell = next(cell for cell in bench.cell.others if cell.arm == arm)
        folder = StudyFolder(bench.folder.root).cell(cell)
        card = folder.card
        classes = list(bench.images.classes)
        if card.classes != classes:
            values = {"arm": arm, "got": ", ".join(card.classes), "expected": ", ".join(classes)}
            raise AlihError("training.handed_classes", **values)
        side = card.image_size or bench.shape[1]
        network = assemble_network(
            Recipe.model_validate(card.recipe),
            len(classes),
            (bench.shape[0], side, side),
            bench.machine,
            bench.seed,
            start="none",
        )
        file = folder.path / (BEFORE_REFIT if bench.study.refit and not refit else WEIGHTS)
        if not file.exists():
            raise AlihError("training.source_without_weights", file=file)
        try:
            network.load_state_dict(load_file(file))
        except (SafetensorError, RuntimeError) as error:
            raise AlihError("training.source_damaged", file=file) from error
        form = card.preprocessing
        assert form is not None, "every cell notes how it normalises"
        whole = Handed(network, side, own, form.mean, form.std).to(bench.machine.device)
        found[name] = whole.eval().requires_grad_(False)
    return found
