"""What a run of `match` took over from its source: how much each pair of stages counted, and what
the source's channels that counted most show on images of the study.

The last two figures of Jang et al. 2019 show the same: matched pairs, and weighted channels on
images.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from alih.data.domains import domains
from alih.data.imageset import ImageSet
from alih.data.load import load as load_images
from alih.errors import AlihError
from alih.exported.folder import is_model
from alih.inspect import runfiles
from alih.runs.card import Card
from alih.runs.folder import StudyFolder
from alih.seeding import derive, numpy_generator
from alih.study.catalogue.backbones import is_backbone, start_of
from alih.study.catalogue.presets import PRESETS
from alih.study.catalogue.sets import specs
from alih.study.document.arm import Recipe
from alih.study.document.model import ModelSpec
from alih.study.document.study import Study
from alih.study.loading import load as load_study
from alih.study.planning.cells import Cell
from alih.study.planning.resolved import PlannedCell, planned
from alih.study.strategies.matching import MatchOptions
from alih.study.strategies.options import network_recipes, options_of

if TYPE_CHECKING:
    from torch import Tensor

    from alih.models.staged import StagedNetwork

IMAGES, PAIRS, CHANNELS = 4, 4, 4
"""Images, pairs of stages, and channels of each pair that are shown."""

COUNTED = 0.005
"""A learnt weight of a pair below this is shown as 0, and its channels are left out."""

ARRAYS = ("source", "target", "weights", "epoch", "pair", "distance", "channels", "source_channels")


@dataclass(frozen=True, eq=False)
class ChannelView:
    """A channel of a source stage on the images shown: its `number` from 0, its weight as a
    multiple of equal weights (1 where these are), and uint8 [n, h, w], from the lowest to the
    highest of its values on all of them.
    """

    number: int
    factor: float
    maps: np.ndarray


@dataclass(frozen=True, eq=False)
class PairView:
    """A pair of stages by the row that it has in the arrays, with the channels shown of it."""

    row: int
    source: str
    target: str
    channels: tuple[ChannelView, ...]


@dataclass(frozen=True, eq=False)
class Matched:
    """What was matched in one run.

    `source` is the backbone (or `layers`), with `start` (imagenet, none, a file), or the arm of the
    study where `source_arm`. `weights`: `uniform`, `channels` or `pairs-and-channels`. `arrays`:
    those of `transfer.npz`. `images` uint8 [n, h, w, c] are `items` of the study's `part`
    (validation, or train where it has none), and `labels` the names of their classes, none with
    masks.
    """

    folder: Path
    arm: str
    replicate: int
    network: str
    source: str
    start: str
    source_arm: bool
    source_side: int
    weights: str
    arrays: Mapping[str, np.ndarray] = field(repr=False)
    pairs: tuple[PairView, ...] = field(repr=False)
    images: np.ndarray = field(repr=False)
    items: tuple[int, ...]
    labels: tuple[str, ...]
    part: str

    @property
    def silent(self) -> frozenset[int]:
        """The pairs whose weight was 0, or nearly so, in the last epoch."""
        return frozenset(np.flatnonzero(self.arrays["pair"][-1] < COUNTED).tolist())


def matched(folder: Path | str) -> Matched:
    """Read what a finished run of `match` has learnt, and pass images of its study through the
    frozen source.

    Raises AlihError for a folder without such a run, for one that matched nothing (`weight: 0`),
    and where images, weights or the source's arm are gone.
    """
    folder = Path(folder)
    if not folder.is_dir() or is_model(folder):
        known = is_backbone(str(folder)) or str(folder) in PRESETS or folder.is_dir()
        raise AlihError(
            "inspect.look_needs_image" if known else "inspect.look_no_folder", path=folder
        )
    card, data = runfiles.cards(folder)
    recipe, options = _options(folder, card)
    root = runfiles.study_root(folder)
    assert root is not None, "its data card was read"
    study = load_study(str(root))
    cell = planned(study, Cell(card.arm, card.replicate, tuple(card.at.items())))
    arrays = StudyFolder(root).cell(cell).arrays("transfer") or {}
    if any(name not in arrays for name in ARRAYS):
        raise AlihError(
            f"inspect.match_{'no_record' if options.weight else 'nothing'}", path=folder
        )
    side = data.image_size
    spec = specs(study, side)
    sets = {name: load_images(one, task=study.task) for name, one in spec.items()}
    images, items, part = _items(sets, study, card.replicate)
    source, seen = _source(cell, root, study, card, images, items)
    maps = _maps(source, seen)
    chosen = {row: _pair(arrays, row, maps) for row in _rows(arrays)}
    labels = [] if images.masks is not None else images.labels[items]
    return Matched(
        folder,
        card.arm,
        card.replicate,
        _name(recipe.model),
        _name(options.source) if options.source else str(options.source_arm),
        "arm" if options.source is None else _start(recipe),
        options.source is None,
        source.input_shape[1],
        str(arrays["weights"]),
        arrays,
        tuple(chosen.values()),
        images.images[items],
        tuple(items.tolist()),
        tuple(images.classes[label] for label in labels),
        part,
    )


def _options(folder: Path, card: Card) -> tuple[Recipe, MatchOptions]:
    recipe = Recipe.model_validate(card.recipe)
    options = options_of(recipe)
    if not isinstance(options, MatchOptions):
        raise AlihError("inspect.look_needs_image", path=folder)
    return recipe, options


def _name(model: ModelSpec) -> str:
    return " ".join(filter(None, (model.name, model.encoder))) or "layers"


def _start(recipe: Recipe) -> str:
    return start_of(network_recipes(recipe)["source"]) or "none"


def _items(
    sets: Mapping[str, ImageSet], study: Study, replicate: int
) -> tuple[ImageSet, np.ndarray, str]:
    """The set, the items shown, and the part that they are of: of as many classes as there are
    images to show, and never of the test part.
    """
    target = domains(sets, study, replicate)["target"]
    pool, part = np.setdiff1d(target.split.validation, target.split.test), "validation"
    if not len(pool):
        pool, part = target.split.train, "train"
    mixed = numpy_generator(study.seed, replicate, "look").permutation(np.sort(pool))
    labels = target.images.labels[mixed]
    turn = np.zeros(len(mixed), np.int64)  # how many of its class came before
    for label in np.unique(labels):
        turn[labels == label] = np.arange(np.sum(labels == label))
    chosen = mixed[np.argsort(turn, kind="stable")][:IMAGES]
    return target.images, chosen[np.argsort(target.images.labels[chosen], kind="stable")], part


def _source(
    cell: PlannedCell, root: Path, study: Study, card: Card, images: ImageSet, items: np.ndarray
) -> tuple[StagedNetwork, Tensor]:
    """The source, and the images as it saw them when the run was trained."""
    from alih.data.pixels import Format, prepared
    from alih.inspect.predictor import Predictor
    from alih.models.recipes import others_from_recipe
    from alih.models.staged import StagedNetwork

    recipe = Recipe.model_validate(card.recipe)
    asked = options_of(recipe).arms().get("source_arm")
    if asked is not None:
        other = next(other for other in cell.others if other.arm == asked)
        opened = Predictor.open(root / other.path, "cpu", precision="fp32")
        network, mean, std = opened.network, opened.form.mean, opened.form.std
    else:
        height, width, channels = images.images.shape[1:]
        network = others_from_recipe(
            recipe,
            len(images.classes),
            (channels, height, width),
            lambda purpose: derive(study.seed, card.replicate, purpose),
        )["source"].eval()
        own = getattr(network, "preprocessing", None) or card.preprocessing
        assert own is not None, "every run notes how it normalises"
        mean, std = tuple(own.mean), tuple(own.std)
    assert isinstance(network, StagedNetwork), "others are refused before a run"
    pixels = prepared(images.images, items, Format("fp32", "cpu", mean, std))
    return network, _resized(pixels, network.input_shape[1:], asked is not None)


def _resized(pixels: Tensor, size: tuple[int, ...], antialias: bool) -> Tensor:
    from torch.nn.functional import interpolate

    if tuple(pixels.shape[2:]) == tuple(size):
        return pixels
    return interpolate(pixels, list(size), mode="bilinear", antialias=antialias)


def _maps(source: StagedNetwork, seen: Tensor) -> dict[str, np.ndarray]:
    """What each stage of the source gives for the images, by name, maps being [n, c, h, w]."""
    import torch

    with torch.inference_mode():
        return {name: found.float().numpy() for name, found in source.stage_outputs(seen)}


def _rows(arrays: Mapping[str, np.ndarray]) -> list[int]:
    """The pairs that are shown, first the one that counted most.

    Where pairs were weighted, by their weight; where channels alone were, those whose channels are
    weighted least evenly; where nothing was, the one with the largest distance of each source
    stage.
    """
    kind = str(arrays["weights"])
    if kind == "pairs-and-channels":
        standing = arrays["pair"][-1]
    elif kind == "channels":
        standing = np.array([np.sum(own * np.log(own * len(own))) for own in _channels(arrays)])
    else:
        standing = arrays["distance"][-1]
    order = [int(row) for row in np.argsort(-standing, kind="stable")]
    if kind == "pairs-and-channels":
        order = [row for row in order if standing[row] >= COUNTED]
    if kind == "uniform":  # what is shown depends on the source's stage alone
        order = [
            next(r for r in order if arrays["source"][r] == name)
            for name in dict.fromkeys(str(arrays["source"][row]) for row in order)
        ]
    return order[:PAIRS]


def _channels(arrays: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """The mean weights of each pair's channels in the last epoch."""
    ends = np.cumsum(arrays["source_channels"])[:-1]
    return [np.maximum(own, 1e-12) for own in np.split(arrays["channels"], ends)]


def _pair(arrays: Mapping[str, np.ndarray], row: int, maps: Mapping[str, np.ndarray]) -> PairView:
    """A pair with its channels of largest weight; where all are equal, with those that vary most
    over the images.
    """
    name, own = str(arrays["source"][row]), _channels(arrays)[row]
    found = maps[name]
    even = str(arrays["weights"]) == "uniform"
    standing = found.std(axis=(0, 2, 3)) if even else own
    top = np.argsort(-standing, kind="stable")[:CHANNELS]
    return PairView(
        row,
        name,
        str(arrays["target"][row]),
        tuple(
            ChannelView(int(number), float(own[number] * len(own)), _scaled(found[:, number]))
            for number in top
        ),
    )


def _scaled(maps: np.ndarray) -> np.ndarray:
    """Maps [n, h, w] from their lowest to their highest value, as uint8."""
    low, high = maps.min(), maps.max()
    return (255 * (maps - low) / max(float(high - low), 1e-12)).astype(np.uint8)
