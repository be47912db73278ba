"""What the files of a finished run, or of an exported model, say of the model: recipe, decoding,
constants, tensors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih.data.decode import Decode
from alih.errors import AlihError
from alih.evaluation.judgement import Familiar, Judgement, familiar
from alih.exported.card import ModelCard
from alih.exported.folder import is_model, open_model
from alih.runs.card import Card, Constants, DataCard
from alih.runs.folder import WEIGHTS, StudyFolder
from alih.runs.reading import as_arrays, read
from alih.study.document.arm import Recipe

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor, nn

NAMED = 6
"""Runs that an error names where a study folder was given."""


@dataclass(frozen=True)
class ModelFiles:
    """What is written of a model: `decode` has the size at which it sees images, `constants` are
    those that images are normalised by, None where they are the weights' own or none; `card` is
    that of an exported model.
    """

    folder: Path
    arm: str
    recipe: Recipe
    classes: tuple[str, ...]
    precision: str
    decode: Decode
    constants: Constants | None
    card: ModelCard | None = None

    @classmethod
    def of(cls, folder: Path) -> ModelFiles:
        """The files of a run folder or of an exported model. Raises AlihError where it is neither,
        and for an exported model of which a file has changed.
        """
        if is_model(folder):
            model = open_model(folder)
            own = model.card
            return cls(
                folder,
                own.origin.arm,
                Recipe.model_validate(own.recipe),
                model.classes,
                own.precision,
                model.decode,
                own.preparation.constants,
                own,
            )
        card, data = cards(folder)
        recipe = Recipe.model_validate(card.recipe)
        decode, classes = decoding(folder, data), tuple(card.classes)
        return cls(folder, card.arm, recipe, classes, card.precision, decode, card.preprocessing)

    @cached_property
    def judgement(self) -> Judgement:
        """What validation images taught about the answers."""
        return judgement(self.folder, self.recipe) if self.card is None else judged(self.card)


def judged(card: ModelCard) -> Judgement:
    """What an exported model's card says of validation images."""
    known = card.output.familiar
    familiar = None if known is None else Familiar(**known.model_dump())
    return Judgement(card.output.temperature, familiar)


def judgement(folder: Path, recipe: Recipe) -> Judgement:
    """What the stored validation scores of a run of classification teach.

    With two domains they are of source images: what is familiar there says nothing of the target.
    """
    from alih.evaluation.calibration import temperature
    from alih.study.strategies.mapping import DirectOptions
    from alih.study.strategies.options import FeaturesOptions, options_of

    root = study_root(folder)
    if root is None:
        return Judgement()
    study = StudyFolder(root)

    def stored(name: str) -> dict[str, np.ndarray]:
        return read(folder / f"{name}.npz", as_arrays(()), study.cure) or {}

    scores = {
        name.removeprefix("validation_"): values
        for name, values in stored("scores").items()
        if name.startswith("validation_")
    }
    table, label = stored("probabilities").get("validation"), scores.get("label")
    heat = None
    if table is not None and label is not None and 0 < len(label) == len(table):
        heat = temperature(table, label)
    data = study.data
    if data is None or data.source_set is not None or "confidence" not in scores:
        return Judgement(heat)
    direct = isinstance(options_of(recipe), FeaturesOptions | DirectOptions)
    return Judgement(
        heat, familiar(scores["confidence"], None if direct else scores.get("largest"))
    )


def cards(folder: Path) -> tuple[Card, DataCard]:
    """The run's card and its study's data card, with the size at which this run saw the images.

    Raises AlihError for a folder without a finished run, naming the runs that lie below it.
    """
    if not folder.is_dir():
        raise AlihError("inspect.look_no_folder", path=folder)
    if not (folder / Card.FILE).is_file() or not (folder / WEIGHTS).is_file():
        # Of a study, of an arm, or the levels of a replicate.
        depths = ("*", "*/*", "*/*/*", "*/*/*/*")
        places = [file.parent for depth in depths for file in folder.glob(f"{depth}/done")]
        runs = sorted(place for place in places if (place / Card.FILE).is_file())
        if runs:
            listed = ", ".join(f"'{run}'" for run in runs[:NAMED]) + (
                ", …" if len(runs) > NAMED else ""
            )
            raise AlihError("inspect.look_study", path=folder, runs=listed, count=len(runs))
        raise AlihError("inspect.look_no_run", path=folder)
    root = study_root(folder)
    data = DataCard.read(root, StudyFolder(root).cure) if root else None
    if root is None or data is None:
        missing = "study.yaml" if root is None else DataCard.FILE
        raise AlihError("inspect.look_no_data_card", path=folder, reason=missing)
    card = Card.read(folder, StudyFolder(root).cure)
    assert card is not None, "it was there"
    # Older cards have no size of their own: all arms saw the study's.
    size = card.image_size or data.image_size
    return card, data.model_copy(update={"image_size": size})


def study_root(folder: Path) -> Path | None:
    """The folder of the study that a run belongs to."""
    return next(
        (parent for parent in folder.resolve().parents if (parent / "study.yaml").is_file()), None
    )


def decoding(folder: Path, data: DataCard) -> Decode:
    """How the study has images decoded; by its data card where the document cannot be read any
    more.
    """
    from alih.study.catalogue.sets import target
    from alih.study.loading import load

    plain = Decode(data.image_size, data.channels, scale=data.scale)
    try:
        spec = target(load(str(study_root(folder))))
    except AlihError:  # data that has moved does not keep a network from being used
        how = [part.strip() for part in (data.resize or "").split(",")]
        return replace(plain, resize=how[0], interpolation=how[1]) if len(how) > 1 else plain
    told = replace(plain, resize=spec.resize, interpolation=spec.interpolation)
    return replace(told, max_pixels=spec.max_pixels)


def constants(
    model: ModelFiles, network: nn.Module | None
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and deviation per channel that images are normalised by: the card's, or those of the
    weights.
    """
    stored, channels = model.constants, model.decode.channels
    if stored:
        return tuple(stored.mean), tuple(stored.std)
    if model.recipe.normalise == "mean-std":
        raise AlihError("inspect.look_no_constants", path=model.folder)
    brought = getattr(network, "preprocessing", None)
    if model.recipe.normalise == "weights" and brought is not None:
        return brought.mean, brought.std
    return (0.0,) * channels, (1.0,) * channels


def tensors(folder: Path) -> dict[str, Tensor]:
    """The tensors of the run's weights file."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    file = folder / WEIGHTS
    try:
        return load_file(file)
    except (SafetensorError, OSError) as error:
        raise _damaged(file, error) from error


def fill(network: Any, found: Mapping[str, Tensor], folder: Path, stages: int | None) -> None:
    """Load tensors into a network, which must all be there: of its first `stages` only, unless that
    is None.
    """
    file, own = folder / WEIGHTS, network.state_dict()
    wanted = [key for key in own if stages is None or network.stage_of(key) < stages]
    missing = [key for key in wanted if key not in found]
    if missing:
        raise AlihError("inspect.look_misfit", file=file, missing=", ".join(missing[:3]))
    try:
        network.load_state_dict({key: found[key] for key in wanted}, strict=False)
    except RuntimeError as error:
        raise _damaged(file, error) from error


def _damaged(file: Path, error: Exception) -> AlihError:
    return AlihError("inspect.look_damaged", file=file, reason=str(error).splitlines()[0])
