"""The layer table of a model, as in figures 17 and 21 of the X-ray paper, with each layer's share
of the parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alih.cli.show import output
from alih.errors import AlihError
from alih.words import number, percent, say
from alih.words.phrase import did_you_mean


def table(
    name: str,
    classes: int | None = None,
    image_size: int | None = None,
    channels: int | None = None,
    numbers: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Layers of a preset, or stages of a backbone, with output shapes [c, h, w] or [n], parameters
    and shares.

    Sizes default to the preset's own, to those of a backbone's weights, and to the pets' for
    networks for segmentation, whose `numbers` are `encoder`, `width`, `depth`, `padding`.

    Raises AlihError for an unknown name (with the nearest) and for a size that a layer cannot take.
    """
    from alih.study.catalogue.architectures import ARCHITECTURES
    from alih.study.catalogue.arithmetic import arithmetic, network
    from alih.study.catalogue.backbones import CARDS, is_backbone, timm_names
    from alih.study.catalogue.presets import PRESETS
    from alih.study.catalogue.stages import stage_names, stages
    from alih.study.document.model import ModelSpec

    given = {key: value for key, value in (numbers or {}).items() if value is not None}
    counts = {"classes": classes, "image-size": image_size, "channels": channels}
    for option, value in {**counts, **{key: given.get(key) for key in ("width", "depth")}}.items():
        if value is not None and value < 1:
            raise AlihError("cli.not_positive", name=option, got=value)
    if name in ARCHITECTURES:
        return _segmentation(name, given, classes or 3, image_size or 128, channels or 3)
    if given:
        raise AlihError("study.only_segmentation", name=f"--{next(iter(given))}", model=name)
    if is_backbone(name):
        return _stages(name, classes, image_size, channels or 3)
    if name not in PRESETS:
        near = did_you_mean(name, [*PRESETS, *ARCHITECTURES, *CARDS]) or did_you_mean(
            name, sorted(timm_names())
        )
        listed = ", ".join([*PRESETS, *ARCHITECTURES, *CARDS, "timm …"])
        raise AlihError("cli.unknown_model", name=name, near=near, known=listed)
    preset = PRESETS[name]
    classes = classes or preset.classes
    side = image_size or preset.image_size
    shape = (channels or preset.channels, side, side)
    layers = network(ModelSpec(name=name), classes)
    rows = arithmetic(layers, shape)
    total = sum(row.parameters for row in rows)
    return {
        "model": name,
        "reference": preset.reference,
        "input_shape": list(shape),
        "classes": classes,
        "parameters": total,
        "stages": len(stages(layers)),
        "layers": [
            {**row, "stage": stage}
            for row, stage in zip(_layers(rows, total), stage_names(layers), strict=True)
        ],
    }


def _layers(rows: Sequence[Any], total: int) -> list[dict[str, Any]]:
    return [
        {
            "name": row.name,
            "type": row.type,
            "output_shape": list(row.output_shape),
            "parameters": row.parameters,
            "share": row.parameters / total if total else 0.0,
        }
        for row in rows
    ]


def _segmentation(
    name: str, numbers: Mapping[str, Any], classes: int, side: int, channels: int
) -> dict[str, Any]:
    """The layers of a plain U-Net; with an encoder the stages of the backbone, the decoder and the
    last convolution.
    """
    from alih.study.catalogue.architectures import ARCHITECTURES, plain_unet
    from alih.study.checking.segmentation import segmentation_problems
    from alih.study.document.arm import Recipe
    from alih.study.document.data import DataSpec
    from alih.words.phrase import known

    if numbers.get("padding") not in (None, "same", "valid"):
        raise AlihError(
            "study.unknown_value",
            got=numbers["padding"],
            known=known(numbers["padding"], ("same", "valid")),
        )
    recipe = Recipe.model_validate({"model": {"name": name, **numbers}})
    for problem in segmentation_problems(recipe, None, DataSpec(image_size=side)):
        raise AlihError(problem.key, **problem.values)
    shape, plain = (channels, side, side), plain_unet(recipe.model)
    found = {
        "model": name,
        "reference": ARCHITECTURES[name].reference,
        "input_shape": list(shape),
        "classes": classes,
    }
    if plain is not None:
        rows = plain.rows(classes, shape)
        total = sum(row.parameters for row in rows)
        return {**found, "parameters": total, "layers": _layers(rows, total)}
    return found | _network(recipe, classes, shape)


def _network(recipe: Any, classes: int, shape: tuple[int, int, int]) -> dict[str, Any]:
    from alih.models.recipes import from_recipe
    from alih.models.staged import StagedNetwork, stage_rows

    network = from_recipe(recipe, classes, shape, seed=lambda purpose: 0, start="none")
    assert isinstance(network, StagedNetwork)
    rows = stage_rows(network)
    total = sum(row["parameters"] for row in rows)
    made = network.preprocessing
    assert made is not None
    return {
        "model": f"{recipe.model.name} ({recipe.model.encoder})",
        "parameters": total,
        "stages": len(network.stages),
        "preprocessing": {
            "mean": list(made.mean),
            "std": list(made.std),
            "interpolation": made.interpolation,
        },
        "layers": [{**row, "share": row["parameters"] / total} for row in rows],
    }


def _stages(
    name: str, classes: int | None, image_size: int | None, channels: int
) -> dict[str, Any]:
    """The stages of a backbone; the network is built from random weights to see them."""
    from alih.models.backbones import backbone, preprocessing_of
    from alih.models.staged import stage_rows
    from alih.study.catalogue.backbones import CARDS

    card = CARDS.get(name)
    made = preprocessing_of(name, channels)
    side = image_size or made.image_size
    network = backbone(name, classes=classes or 1000, channels=channels, image_size=(side, side))
    rows = stage_rows(network)
    total = sum(row["parameters"] for row in rows)
    return {
        "model": name,
        "reference": card.reference if card else "timm",
        "input_shape": [channels, side, side],
        "classes": classes or 1000,
        "parameters": total,
        "stages": len(network.stages),
        "preprocessing": {
            "mean": list(made.mean),
            "std": list(made.std),
            "interpolation": made.interpolation,
        },
        "layers": [{**row, "share": row["parameters"] / total} for row in rows],
    }


def show(value: dict[str, Any]) -> None:
    """Print what `table` found."""
    names = [say(f"cli.col.{key}") for key in ("layer", "type", "shape", "parameters", "share")]
    rows = [
        [
            row["name"],
            row["type"],
            _shape(row["output_shape"]),
            number(row["parameters"], 0),
            percent(row["share"], 1),
        ]
        for row in value["layers"]
    ]
    if "stage" in value["layers"][0]:  # elsewhere each row is a stage, or there are none
        names.append(say("cli.col.stage"))
        order = list(dict.fromkeys(row["stage"] for row in value["layers"]))
        for row, line in zip(value["layers"], rows, strict=True):
            stage = row["stage"]
            line.append(
                say("cli.model.head") if stage is None else f"{order.index(stage) + 1} {stage}"
            )
    print(
        say(
            "cli.model.input",
            model=value["model"],
            shape=_shape(value["input_shape"]),
            classes=value["classes"],
        )
    )
    output.print_table(names, rows, numeric=[3, 4])
    print(say("cli.model.total", parameters=number(value["parameters"], 0)))
    most = max(value["layers"], key=lambda row: row["parameters"])
    print(say("cli.model.most", layer=most["name"], share=percent(most["share"], 1)))
    if "stages" in value:
        key = "cli.model.stages" if value["stages"] > 1 else "cli.model.whole"
        print(say(key, stages=value["stages"]))
    if "preprocessing" in value:
        made = value["preprocessing"]
        constants = {
            key: ", ".join(number(part, 3) for part in made[key]) for key in ("mean", "std")
        }
        print(say("cli.model.preprocessing", interpolation=made["interpolation"], **constants))
    print(say("cli.model.reference", reference=value["reference"]))


def _shape(shape: list[int]) -> str:
    """Height × width × channels, the order in which the papers and Keras print shapes."""
    if len(shape) == 1:
        return str(shape[0])
    channels, height, width = shape
    return f"{height} × {width} × {channels}"
