"""A model by name or from a run folder, ready to look into: its network, and how an image has to reach it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih import files
from alih.data.decode import Decode
from alih.errors import AlihError
from alih.study.backbones import CARDS, SMALLEST, is_backbone, known_model
from alih.study.document import ModelSpec, Recipe
from alih.study.layers import network as layer_list
from alih.study.layers import output
from alih.study.presets import PRESETS
from alih.study.segmentation import is_segmentation, plain_unet

if TYPE_CHECKING:
    from torch import nn

FALLBACK_CLASSES = 1000


@dataclass(frozen=True)
class Opened:
    """A network in evaluation mode with what belongs to it.

    `origin` says where the weights come from: `imagenet`, `none` (drawn), `file` or `run`; `source` which. `mean` and `std` are
    per channel, for pixels in 0…1. `classes` names the head's outputs where it was trained. `smallest` is the side in pixels
    below which an image holds too little for the network. `segments`: it answers for every pixel.
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


def open_model(model: str, weights: str | None = None, image_size: int | None = None) -> Opened:
    """A backbone (`weights`: imagenet, none or a file), a preset (random weights), or the network of a finished run's folder.

    `image_size` replaces the side that the model's own images have. Raises AlihError for an unknown name (with the nearest), a
    folder that holds no run, `weights` where a model has its own, and a size that the network cannot take.
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


def open_segmentation(folder: Path, tile: int | None = None) -> Opened:
    """The network of a finished segmentation run, for squares of `tile` pixels (default: the side of its training images).

    Raises AlihError for a folder that holds no run, a run that does not segment, and a side that the network cannot take.
    """
    if not folder.is_dir():
        raise AlihError("inspect.look_no_folder", path=folder)
    opened = _run(folder, None, tile)
    if not opened.segments:
        raise AlihError("inspect.segment_no_masks", path=folder)
    return opened


def limited(opened: Opened, max_pixels: int | None) -> Opened:
    """The same with another limit on the pixels of an image file; `None` keeps the one it has."""
    if max_pixels is None:
        return opened
    if max_pixels < 1:
        raise AlihError("inspect.max_pixels", got=max_pixels)
    return replace(opened, decode=replace(opened.decode, max_pixels=max_pixels))


@contextmanager
def telling_limit() -> Iterator[None]:
    """Where an image is too large, the error says how the limit is changed here, outside of a study's document."""
    try:
        yield
    except AlihError as error:
        if error.key != "study.image_too_large":
            raise
        raise AlihError("inspect.image_too_large", **error.values) from error


def _backbone(name: str, weights: str, image_size: int | None) -> Opened:
    from alih.models.backbones import backbone, preprocessing_of
    from alih.models.weights import obtain
    from alih.study.backbones import is_path
    from alih.study.imagenet import imagenet_names

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
        network = backbone(name, classes=FALLBACK_CLASSES, channels=3, image_size=(side, side), weights=tensors)
        labelled = False
    known = labelled and given is not None and network.head.out_features == FALLBACK_CLASSES
    return Opened(
        name,
        network.eval(),
        "file" if is_path(weights) else weights,
        given.source if given else None,
        Decode(side, 3, "crop", own.interpolation if own.interpolation in ("bilinear", "bicubic") else "bicubic"),
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
    return Opened(name, network.eval(), "none", None, Decode(side, preset.channels, "crop"), zeros, ones, None)


def _run(folder: Path, image_size: int | None, tile: int | None = None) -> Opened:
    from alih.models.recipes import from_recipe

    card, data = _run_files(folder)
    recipe = Recipe.model_validate(card["recipe"])
    classes = tuple(card["classes"])
    channels, side = data["channels"], data["image_size"]
    if image_size is not None and image_size != side:
        raise AlihError("inspect.look_run_size", path=folder, size=side, got=image_size)
    segments = plain_unet(recipe.model) is not None or is_segmentation(recipe.model.name)
    given = tile if segments and tile is not None else side
    network = from_recipe(recipe, len(classes), (channels, given, given), lambda purpose: 0, start="none")
    _load(network, folder / "model.safetensors", whole=segments)
    mean, std = _constants(folder, card, recipe, network, channels)
    return Opened(
        f"{card['arm']} ({recipe.model.name or 'layers'})",
        network.eval(),
        "run",
        str(folder),
        _decoding(folder, side, channels),
        mean,
        std,
        classes,
        segments=segments,
    )


def _run_files(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The run's card and its study's data card."""
    if not (folder / "card.json").is_file() or not (folder / "model.safetensors").is_file():
        # Of a study, of an arm, or the levels of a replicate.
        places = [file.parent for depth in ("*", "*/*", "*/*/*", "*/*/*/*") for file in folder.glob(f"{depth}/done")]
        runs = sorted(place for place in places if (place / "card.json").is_file())
        if runs:
            listed = ", ".join(f"'{run}'" for run in runs[:6]) + (", …" if len(runs) > 6 else "")
            raise AlihError("inspect.look_study", path=folder, runs=listed, count=len(runs))
        raise AlihError("inspect.look_no_run", path=folder)
    root = study_root(folder)
    try:
        if root is None:
            raise KeyError("study.yaml")
        data = files.read_json(root / "data.json")
        return files.read_json(folder / "card.json"), {key: data[key] for key in ("channels", "image_size")}
    except (OSError, ValueError, KeyError) as error:
        raise AlihError("inspect.look_no_data_card", path=folder, reason=error) from error


def study_root(folder: Path) -> Path | None:
    """The folder of the study that a run belongs to."""
    return next((parent for parent in folder.resolve().parents if (parent / "study.yaml").is_file()), None)


def _decoding(folder: Path, side: int, channels: int) -> Decode:
    """How the study's document has images decoded; the defaults where it cannot be read any more."""
    from alih.study.loading import load
    from alih.study.sets import target

    try:
        spec = target(load(str(study_root(folder))))
        return Decode(side, channels, spec.resize, spec.interpolation, spec.max_pixels)
    except AlihError:  # data that has moved does not keep a network from being looked into
        return Decode(side, channels)


def _load(network: Any, file: Path, whole: bool) -> None:
    """Load a run's weights; unless it has to be there as a `whole`, a head that a classifier took the place of may be missing."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors = load_file(file)
        own = network.state_dict()
        inside = [key for key in own if whole or network.stage_of(key) < len(network.stages)]
        missing = [key for key in inside if key not in tensors]
        if missing:
            raise AlihError("inspect.look_misfit", file=file, missing=", ".join(missing[:3]))
        network.load_state_dict({key: value for key, value in tensors.items() if key in own}, strict=False)
    except (SafetensorError, RuntimeError, OSError) as error:
        raise AlihError("inspect.look_damaged", file=file, reason=str(error).splitlines()[0]) from error


def _constants(
    folder: Path, card: Mapping[str, Any], recipe: Recipe, network: nn.Module, channels: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    stored = card.get("preprocessing")
    if stored:
        return tuple(stored["mean"]), tuple(stored["std"])
    if recipe.normalise == "mean-std":
        raise AlihError("inspect.look_no_constants", path=folder)
    brought = getattr(network, "preprocessing", None)
    if recipe.normalise == "weights" and brought is not None:
        return brought.mean, brought.std
    return (0.0,) * channels, (1.0,) * channels
