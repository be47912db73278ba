"""The layer table of a model: output shapes, parameters and shares, as the papers print it.

Presets and plain U-Nets are computed without torch; of other networks the stages are built, with
random weights.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from alih.errors import AlihError
from alih.study.catalogue.architectures import ARCHITECTURES, plain_unet
from alih.study.catalogue.arithmetic import LayerRow, arithmetic, network
from alih.study.catalogue.backbones import CARDS, is_backbone, timm_names
from alih.study.catalogue.presets import PRESETS, Preset
from alih.study.catalogue.stages import stage_names, stages
from alih.study.checking.segmentation import segmentation_problems
from alih.study.document.arm import Recipe
from alih.study.document.data import DataSpec
from alih.study.document.model import ModelSpec
from alih.study.document.problems import StudyError
from alih.study.reading.translate import problems_of
from alih.study.reading.yamlfile import Document
from alih.words.phrase import did_you_mean

if TYPE_CHECKING:
    from alih.models.staged import Preprocessing, StagedNetwork


@dataclass(frozen=True)
class Row:
    """One layer, or one stage of a backbone: the shape [c, h, w] or [n] that leaves it, and its
    parameters. `stage` is that of a preset's layer, None in the head and for other models.
    """

    name: str
    type: str
    output_shape: tuple[int, ...]
    parameters: int
    stage: str | None = None


@dataclass(frozen=True)
class LayerTable:
    """The layers of a model for one input shape (c, h, w).

    `stages` is how many of them can be frozen, None where a network is not cut into stages;
    `preprocessing` what pretrained weights expect of images.
    """

    model: str
    reference: str
    input_shape: tuple[int, int, int]
    classes: int
    layers: tuple[Row, ...]
    stages: int | None = None
    preprocessing: Preprocessing | None = None

    @property
    def parameters(self) -> int:
        """All parameters."""
        return sum(row.parameters for row in self.layers)

    @property
    def staged(self) -> bool:
        """Whether rows are layers with a stage, not stages themselves."""
        return any(row.stage for row in self.layers)

    def share(self, row: Row) -> float:
        """A row's share of all parameters."""
        return row.parameters / self.parameters if self.parameters else 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain values, as `alih model --json` prints them."""
        made = self.preprocessing
        return {
            "model": self.model,
            "reference": self.reference,
            "input_shape": list(self.input_shape),
            "classes": self.classes,
            "parameters": self.parameters,
            **({} if self.stages is None else {"stages": self.stages}),
            **(
                {}
                if made is None
                else {
                    "preprocessing": {
                        "mean": list(made.mean),
                        "std": list(made.std),
                        "interpolation": made.interpolation,
                    }
                }
            ),
            "layers": [
                {
                    "name": row.name,
                    "type": row.type,
                    "output_shape": list(row.output_shape),
                    "parameters": row.parameters,
                    "share": self.share(row),
                    **({"stage": row.stage} if self.staged else {}),
                }
                for row in self.layers
            ],
        }


def layer_table(
    name: str,
    *,
    classes: int | None = None,
    image_size: int | None = None,
    channels: int | None = None,
    **own: Any,
) -> LayerTable:
    """Layers of a preset or a network for segmentation, or stages of a backbone.

    Sizes default to the preset's own, to those of a backbone's weights, and to the pets' for
    networks for segmentation, whose `own` keys are `encoder`, `width`, `depth`, `padding`.

    Raises AlihError for an unknown name (with the nearest) and for a size that a layer cannot take.
    """
    given = {key: value for key, value in own.items() if value is not None}
    counts = {"classes": classes, "image-size": image_size, "channels": channels}
    for option, value in counts.items():
        if value is not None and value < 1:
            raise AlihError("models.not_positive", name=option, got=value)
    if name in ARCHITECTURES:
        return _segmentation(name, given, classes or 3, image_size or 128, channels or 3)
    if given:
        raise AlihError("study.only_segmentation", name=f"--{next(iter(given))}", model=name)
    if is_backbone(name):
        return _backbone(name, classes or 1000, image_size, channels or 3)
    if name not in PRESETS:
        known = [*PRESETS, *ARCHITECTURES, *CARDS]
        near = did_you_mean(name, known) or did_you_mean(name, sorted(timm_names()))
        raise AlihError(
            "models.unknown_model", name=name, near=near, known=", ".join([*known, "timm …"])
        )
    preset = PRESETS[name]
    side = image_size or preset.image_size
    shape = (channels or preset.channels, side, side)
    return _preset(name, preset, classes or preset.classes, shape)


def _preset(name: str, preset: Preset, classes: int, shape: tuple[int, int, int]) -> LayerTable:
    layers = network(ModelSpec(name=name), classes)
    rows = _rows(arithmetic(layers, shape), stage_names(layers))
    return LayerTable(name, preset.reference, shape, classes, rows, len(stages(layers)))


def _rows(rows: Iterable[LayerRow], names: Iterable[str | None] = ()) -> tuple[Row, ...]:
    found = list(rows)
    named = list(names) or [None] * len(found)
    return tuple(
        Row(row.name, row.type, tuple(row.output_shape), row.parameters, stage)
        for row, stage in zip(found, named, strict=True)
    )


def _segmentation(
    name: str, given: dict[str, Any], classes: int, side: int, channels: int
) -> LayerTable:
    """The layers of a plain U-Net; with an encoder the stages of the backbone, the decoder and the
    last convolution.
    """
    values = {"model": {"name": name, **given}}
    try:
        recipe = Recipe.model_validate(values)
    except ValidationError as error:
        places: dict[tuple[str | int, ...], str] = {("model", key): f"--{key}" for key in given}
        document = Document(name, values, places)
        raise StudyError.of(name, problems_of(error, document, root=Recipe)) from error
    for problem in segmentation_problems(recipe, None, DataSpec(image_size=side)):
        raise AlihError(problem.key, **problem.values)
    shape, plain = (channels, side, side), plain_unet(recipe.model)
    reference = ARCHITECTURES[name].reference
    if plain is not None:
        return LayerTable(name, reference, shape, classes, _rows(plain.rows(classes, shape)))
    from alih.models.recipes import from_recipe
    from alih.models.staged import StagedNetwork

    built = from_recipe(recipe, classes, shape, seed=lambda purpose: 0, start="none")
    assert isinstance(built, StagedNetwork)
    called = f"{recipe.model.name} ({recipe.model.encoder})"
    return _built(called, reference, shape, classes, built, built.preprocessing)


def _backbone(name: str, classes: int, image_size: int | None, channels: int) -> LayerTable:
    from alih.models.backbones import backbone, preprocessing_of

    made = preprocessing_of(name, channels)
    side = image_size or made.image_size
    built = backbone(name, classes=classes, channels=channels, image_size=(side, side))
    reference = CARDS[name].reference if name in CARDS else "timm"
    return _built(name, reference, (channels, side, side), classes, built, made)


def _built(
    model: str,
    reference: str,
    shape: tuple[int, int, int],
    classes: int,
    built: StagedNetwork,
    made: Preprocessing | None,
) -> LayerTable:
    from alih.models.staged import stage_rows

    rows = tuple(
        Row(row["name"], row["type"], tuple(row["output_shape"]), row["parameters"])
        for row in stage_rows(built)
    )
    return LayerTable(model, reference, shape, classes, rows, len(built.stages), made)
