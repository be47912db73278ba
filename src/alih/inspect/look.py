"""What the stages of a network make of one image: activation maps from shallow to deep, and the
filters of the first layer.

Zeiler & Fergus 2014, Visualizing and Understanding Convolutional Networks: early stages answer to
edges and colours, late ones to parts and whole objects. The pictures are made here; the page that
shows them is `reports.lookpage`'s.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from alih.data import strips
from alih.datafiles.imagefile import meta
from alih.errors import AlihError
from alih.inspect.limits import limited, telling_limit
from alih.inspect.opened import Opened, open_model

if TYPE_CHECKING:
    from torch import Tensor, nn

MAPS = 16
FILTERS = 64
TOP = 5
ACTIVE = 1e-3
"""A channel whose values differ by less than this share of the stage's largest value is counted as
silent."""


@dataclass(frozen=True)
class StageView:
    """One stage's answer to the image.

    `shape` is [c, h, w] or [n]. `channels` are the `MAPS` channels that vary most over the image,
    strongest first; `maps` their values, uint8 [k, h, w], each channel scaled from its lowest to
    its highest. `strength` is the root mean square over all channels, uint8 [h, w]. `active` is the
    share of values that are not zero, `silent` the number of channels out of `total` that hardly
    vary. For a vector `maps` is one picture of all its values, and `strength` is None.
    """

    name: str
    type: str
    shape: tuple[int, ...]
    parameters: int
    channels: tuple[int, ...]
    maps: np.ndarray
    strength: np.ndarray | None
    active: float
    silent: int
    total: int


@dataclass(frozen=True)
class Filters:
    """The first layer's weights as pictures: uint8 [k, h, w, c] (c 1 or 3), gray 128 is zero;
    `total` counts them all.
    """

    layer: str
    pictures: np.ndarray
    total: int


@dataclass(frozen=True)
class Look:
    """One image seen by one model; `image` is uint8 [h, w, c] as the network receives it, before
    normalisation.

    `predictions` holds the most probable classes with their probabilities; empty where the head's
    outputs have no names, and for a network that answers for every pixel (`segments`).
    """

    model: str
    origin: str
    source: str | None
    file: str
    original: tuple[int, int]
    image: np.ndarray
    filters: Filters | None
    stages: tuple[StageView, ...]
    predictions: tuple[tuple[str, float], ...]
    segments: bool = False
    attention: Seen | None = None


@dataclass(frozen=True)
class Seen:
    """Where the network finds what speaks for its likeliest class (Grad-CAM): the class where it
    has a name, the stage, the map float32 [h, w], and the share of it outside the central box, None
    where nothing speaks for the class.
    """

    class_name: str | None
    stage: str
    map: np.ndarray
    outside: float | None


def look(
    model: str,
    image: Path | str,
    weights: str | None = None,
    image_size: int | None = None,
    max_pixels: int | None = None,
) -> Look:
    """Pass one image file through `model` (see `open_model`) and keep what every stage answered.

    Raises AlihError for a model that cannot be opened, a file that is no image, and an image that
    is smaller than the network needs or larger than the limit (`max_pixels`, that of a run's study,
    or the usual one).

    >>> look("mobilenetv2_100", "cat.jpg").stages[0].shape  # doctest: +SKIP
    (32, 112, 112)
    """
    file = Path(image)
    lies = meta(file, sys.maxsize)
    return _seen(
        limited(open_model(model, weights, image_size), max_pixels), file, (lies.width, lies.height)
    )


def _seen(opened: Opened, file: Path, original: tuple[int, int]) -> Look:
    if min(original) < opened.smallest:
        width, height = original
        raise AlihError(
            "inspect.look_small_image",
            path=file,
            width=width,
            height=height,
            name=opened.name,
            smallest=opened.smallest,
        )
    with telling_limit():
        pixels = strips.read(file, opened.decode)
    stages, logits = _views(opened, pixels)
    return Look(
        opened.name,
        opened.origin,
        opened.source,
        file.name,
        original,
        pixels,
        filters_of(opened.network, pixels.shape),
        tuple(stages),
        () if opened.segments else _predictions(opened, pixels, logits),
        opened.segments,
        _attention(opened, pixels),
    )


def _attention(opened: Opened, pixels: np.ndarray) -> Seen | None:
    """Grad-CAM where the network itself answers, with weights that have learnt something."""
    from alih.evaluation.attention import outside
    from alih.models.gradcam import attention
    from alih.models.staged import StagedNetwork

    predictor = opened.predictor
    other = predictor is not None and (predictor.classifier or predictor.mapping)
    if opened.segments or opened.origin == "none" or other:
        return None
    if not isinstance(opened.network, StagedNetwork):
        return None
    found = attention(opened.network, _prepared(opened, pixels))
    if found is None:
        return None
    share, of = float(outside(found.maps)[0]), int(found.of[0])
    named = opened.classes[of] if opened.classes and of < len(opened.classes) else None
    return Seen(named, found.stage, found.maps[0], None if np.isnan(share) else share)


def _prepared(opened: Opened, pixels: np.ndarray) -> Tensor:
    """Pixels [h, w, c] as the network's input [1, c, h, w]."""
    import torch

    x = torch.from_numpy(pixels.astype(np.float32).transpose(2, 0, 1) / 255)
    mean, std = (torch.tensor(values).reshape(-1, 1, 1) for values in (opened.mean, opened.std))
    return ((x - mean) / std)[None]


def _views(opened: Opened, pixels: np.ndarray) -> tuple[list[StageView], np.ndarray]:
    """A view of every stage in use but the last one, which is the head: its values are logits
    [classes].
    """
    import torch

    modules = _modules(opened.network)
    x = _prepared(opened, pixels)
    with torch.inference_mode():
        found: list[tuple[str, Tensor]] = opened.network.activations(x)  # type: ignore[operator]
    *stages, (_, logits) = found
    used = [(name, tensor) for name, tensor in stages if _in_use(opened, name)]
    return [view(name, tensor[0].float().numpy(), modules[name]) for name, tensor in used], logits[
        0
    ].float().numpy()


def _in_use(opened: Opened, name: str) -> bool:
    """Whether a run uses a stage, or a layer: what lies behind features that a classifier reads was
    never loaded.
    """
    from alih.models.network import Network

    network: Any = opened.network
    if opened.predictor is None or opened.predictor.stages is None:
        return True
    stage = network.stage_of(name) if isinstance(network, Network) else network.names.index(name)
    return bool(stage < opened.predictor.stages)


def _modules(network: nn.Module) -> dict[str, Any]:
    from alih.models.network import Network
    from alih.models.staged import StagedNetwork

    if isinstance(network, StagedNetwork) and not isinstance(network, Network):
        return {**network.stages, **dict(network.after_stages())}
    return dict(
        network.named_children()
    )  # a list of layers, or a plain U-Net: shown layer by layer


def view(name: str, values: np.ndarray, module: Any) -> StageView:
    """The view of one stage from its output: [c, h, w], [n], tokens [n, d] or [h, w, c] of a square
    image.
    """
    values = np.nan_to_num(values)
    maps = _as_maps(values)
    active = float(np.mean(values != 0))
    parameters = sum(p.numel() for p in module.parameters())
    kind, shape = _kind(module), tuple(int(side) for side in values.shape)
    if maps is None:
        return StageView(
            name, kind, shape, parameters, (), _strip(values.ravel())[None], None, active, 0, 0
        )
    spread = maps.std(axis=(1, 2))
    order = np.argsort(-spread, kind="stable")[:MAPS]
    largest = np.abs(maps).max()
    silent = int(np.sum(np.ptp(maps, axis=(1, 2)) <= ACTIVE * largest))
    strength = np.sqrt(np.mean(maps**2, axis=0))
    channels = tuple(int(channel) for channel in order)
    return StageView(
        name,
        kind,
        shape,
        parameters,
        channels,
        _scaled(maps[order]),
        _scaled(strength[None])[0],
        active,
        silent,
        len(maps),
    )


def _as_maps(values: np.ndarray) -> np.ndarray | None:
    """Channels [c, h, w] of a stage's output; None for a vector and for single values."""
    if values.ndim == 3:
        channels_last = values.shape[0] == values.shape[1] != values.shape[2]
        maps = values.transpose(2, 0, 1) if channels_last else values
    elif (
        values.ndim == 2
    ):  # tokens of a transformer: extra ones (class, registers) stand before those of the image
        side = math.isqrt(len(values))
        maps = values[len(values) - side**2 :].T.reshape(-1, side, side)
    else:
        return None
    return maps if min(maps.shape[1:]) > 1 else None


def _scaled(maps: np.ndarray) -> np.ndarray:
    """Each map from its own lowest to its own highest value, as uint8."""
    low, high = maps.min(axis=(1, 2), keepdims=True), maps.max(axis=(1, 2), keepdims=True)
    return (255 * (maps - low) / np.maximum(high - low, 1e-12)).astype(np.uint8)


def _strip(values: np.ndarray) -> np.ndarray:
    """A vector as a picture that is about twice as wide as high, row by row; what is left over
    stays dark.
    """
    width = max(1, math.ceil(math.sqrt(2 * len(values))))
    padded = np.full((math.ceil(len(values) / width), width), values.min())
    padded.ravel()[: len(values)] = values
    return _scaled(padded[None])[0]


def _kind(module: Any) -> str:
    members = list(module.children()) if type(module).__name__ == "Sequential" else [module]
    return type(
        max(members, key=lambda member: sum(p.numel() for p in member.parameters()))
    ).__name__


def filters_of(network: nn.Module, shape: tuple[int, ...]) -> Filters | None:
    """The weights that meet the pixels: of the first convolution, or of a first dense layer laid
    out as the image.

    `shape` is the image's, (h, w, c). Each filter is scaled by its own largest value, so that its
    pattern shows whatever its strength. None where the first layer with weights is neither.
    """
    from torch import nn

    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            weight = module.weight
        elif isinstance(module, nn.Linear) and module.in_features == math.prod(shape):
            weight = module.weight.reshape(-1, shape[2], shape[0], shape[1])
        elif isinstance(module, nn.Linear):
            return None
        else:
            continue
        if weight.shape[1] not in (1, 3):
            return None
        values = weight.detach().float().numpy().transpose(0, 2, 3, 1)
        largest = np.maximum(np.abs(values).max(axis=(1, 2, 3), keepdims=True), 1e-12)
        layer = name.removeprefix("stages.")
        return Filters(
            layer,
            np.round(127.5 + 127.5 * values / largest).astype(np.uint8)[:FILTERS],
            len(values),
        )
    return None


def _predictions(
    opened: Opened, pixels: np.ndarray, logits: np.ndarray
) -> tuple[tuple[str, float], ...]:
    classes = opened.classes
    if opened.predictor is not None:
        shares = opened.predictor(pixels[None])[0]
    else:
        exponents = np.exp(logits - logits.max())
        shares = exponents / exponents.sum()
    if classes is None or len(classes) != len(shares):
        return ()
    return tuple(
        (classes[index], float(shares[index])) for index in np.argsort(-shares, kind="stable")[:TOP]
    )
