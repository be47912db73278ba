"""A model by name or from a run folder, ready to look into: its network, and how an image has to
reach it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from alih.data.decode import Decode
from alih.errors import AlihError
from alih.inspect import runfiles
from alih.inspect.predictor import Predictor
from alih.study.catalogue.arithmetic import network as layer_list
from alih.study.catalogue.arithmetic import output
from alih.study.catalogue.backbones import CARDS, SMALLEST, is_backbone, known_model
from alih.study.catalogue.presets import PRESETS
from alih.study.document.model import ModelSpec

if TYPE_CHECKING:
    from torch import nn

FALLBACK_CLASSES = 1000


@dataclass(frozen=True)
class Opened:
    """A network in evaluation mode with what belongs to it.

    `origin` says where the weights come from: `imagenet`, `none` (drawn), `file` or `run`; `source`
    which. `mean` and `std` are per channel, for pixels in 0…1. `classes` names the head's outputs
    where it was trained. `smallest` is the side in pixels below which an image holds too little for
    the network. `segments`: it answers for every pixel. `predictor`: what gives a run's answers,
    maybe with a classifier in place of the network's head.
    """

    name: str
    network: nn.Module
    origin: str
    source: str | None
    decode: Decode
    mean: tuple[float, ...]
    std: tuple[float, ...]
    classes: tuple[str, ...] | None
    smallest: int = 1
    segments: bool = False
    predictor: Predictor | None = None


def open_model(model: str, weights: str | None = None, image_size: int | None = None) -> Opened:
    """A backbone (`weights`: imagenet, none or a file), a preset (random weights), or the network
    of a finished run's folder.

    `image_size` replaces the side that the model's own images have. Raises AlihError for an unknown
    name (with the nearest), a folder that holds no run, `weights` where a model has its own, and a
    size that the network cannot take.
    """
    if image_size is not None and image_size < 1:
        raise AlihError("inspect.look_size", got=image_size)
    if is_backbone(model):
        return _backbone(model, weights or "imagenet", image_size)
    if model in PRESETS:
        if weights not in (None, "none"):
            raise AlihError("inspect.look_weights", model=model, got=weights)
        return _preset(model, image_size)
    if Path(model).is_dir():
        if weights is not None:
            raise AlihError("inspect.look_weights", model=model, got=weights)
        return _run(Path(model), image_size)
    if "/" in model or "\\" in model or Path(model).exists():
        raise AlihError("inspect.look_no_folder", path=model)
    raise AlihError("models.unknown_backbone", got=model, known=known_model(model))


def _backbone(name: str, weights: str, image_size: int | None) -> Opened:
    from alih.models.backbones import backbone, preprocessing_of
    from alih.models.weights import obtain
    from alih.study.catalogue.backbones import is_path
    from alih.study.catalogue.imagenet import imagenet_names

    own = preprocessing_of(name)
    side = image_size or own.image_size
    smallest = CARDS[name].smallest if name in CARDS else SMALLEST
    if side < smallest:
        raise AlihError("inspect.look_small_size", name=name, smallest=smallest, got=side)
    if weights not in ("imagenet", "none") and not is_path(weights):
        raise AlihError("inspect.look_unknown_weights", got=weights)
    given = None if weights == "none" else obtain(name, weights)
    tensors = given.tensors if given else None
    try:
        network = backbone(name, classes=None, channels=3, image_size=(side, side), weights=tensors)
        labelled = True
    except AlihError as error:
        if error.key != "models.no_own_head":
            raise
        network = backbone(
            name, classes=FALLBACK_CLASSES, channels=3, image_size=(side, side), weights=tensors
        )
        labelled = False
    known = labelled and given is not None and network.head.out_features == FALLBACK_CLASSES
    return Opened(
        name,
        network.eval(),
        "file" if is_path(weights) else weights,
        given.source if given else None,
        Decode(
            side,
            3,
            "crop",
            own.interpolation if own.interpolation in ("bilinear", "bicubic") else "bicubic",
        ),
        own.mean,
        own.std,
        imagenet_names() if known else None,
        smallest,
    )


def _preset(name: str, image_size: int | None) -> Opened:
    from alih.models.build import build
    from alih.seeding import derive

    preset = PRESETS[name]
    side = image_size or preset.image_size
    spec = ModelSpec(name=name)
    network = build(
        layer_list(spec, preset.classes),
        channels=preset.channels,
        image_size=(side, side),
        init="keras",
        seed=lambda purpose: derive(0, 0, purpose),
        output=output(spec),
    )
    zeros, ones = (0.0,) * preset.channels, (1.0,) * preset.channels
    return Opened(
        name, network.eval(), "none", None, Decode(side, preset.channels, "crop"), zeros, ones, None
    )


def _run(folder: Path, image_size: int | None) -> Opened:
    side = runfiles.ModelFiles.of(folder).decode.size
    if image_size not in (None, side):
        raise AlihError("inspect.look_run_size", path=folder, size=side, got=image_size)
    predictor = Predictor.open(folder, "cpu")
    network = predictor.network
    if network is None:
        raise AlihError("inspect.look_handmade", path=folder)
    if predictor.ensemble:
        raise AlihError("inspect.look_ensemble", path=folder)
    return Opened(
        predictor.name,
        network,
        "run",
        str(folder),
        predictor.decode,
        predictor.form.mean,
        predictor.form.std,
        predictor.classes,
        segments=predictor.segments,
        predictor=predictor,
    )
