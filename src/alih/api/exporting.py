"""From a finished study to a model that can be handed over."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from alih import files
from alih.errors import AlihError
from alih.exported.card import ModelCard
from alih.words import LANGUAGES, speaking, text

if TYPE_CHECKING:
    from alih.exported.card import Licence, OnnxFile, Output, Preparation, Scores, Told
    from alih.findings import Finding
    from alih.inspect.predictor import Predictor
    from alih.runs.card import Card
    from alih.study.document.arm import Recipe
    from alih.verdicts.winner import Chosen


SAMPLES = 4
"""Images of the sample."""


@dataclass(frozen=True)
class Export:
    """What was written: the folder, and what its `model.json` holds."""

    folder: Path
    card: ModelCard


def export(
    study_folder: str | Path,
    out: str | Path | None = None,
    *,
    arm: str | None = None,
    seed: int | None = None,
    level: str | None = None,
    onnx: bool = True,
    real_sample: bool = False,
) -> Export:
    """Write the model of a finished study's best run into a folder of its own.

    The arm is the one that the verdict favours, the run its best one on validation images; why is
    written down. Reading the verdict counts as a look.

    Args:
        study_folder: The study folder, such as `runs/flowers`.
        out: The folder to write into, new, empty or of an earlier model; by default `model/` in the
            study folder.
        arm: The arm to take instead.
        seed: The replicate to take instead.
        level: The level, by its folder's name, where the study varies something.
        onnx: Write `model.onnx`, too, where the model can be one network and the packages of the
            extra `export` are installed. It is kept only if it answers as PyTorch does on images of
            the study; else `card.without_onnx` says why there is none.
        real_sample: Keep validation images as the sample, which is artificial otherwise: images may
            show people.

    Returns:
        The folder and its card.

    Raises:
        AlihError: Nothing has finished, something named is unknown, or the folder holds something
            else.

    >>> export("runs/flowers", "flowers-model").card.origin.arm  # doctest: +SKIP
    'finetune'
    """
    from alih.exported import writing
    from alih.exported.card import ONNX, SAMPLE, WEIGHTS
    from alih.inspect.predictor import Predictor
    from alih.verdicts.winner import choose

    chosen = choose(Path(study_folder), arm, seed, level)
    place = Path(out) if out is not None else Path(study_folder) / "model"
    predictor = Predictor.open(chosen.cell.path, "cpu", precision="fp32")
    card = _card(chosen, predictor)
    writing.clear(place)
    source = chosen.cell.path / WEIGHTS
    with open(source, "rb") as weights:
        files.write_atomically(place / WEIGHTS, lambda file: shutil.copyfileobj(weights, file))
    if onnx:
        card = card.model_copy(update=_onnx(chosen, predictor, place / ONNX))
    _write_sample(chosen, predictor, place / SAMPLE, real_sample)
    pages = _readme(chosen, card, place)
    names = [WEIGHTS, *([ONNX] if card.onnx else []), SAMPLE, *pages]
    return Export(place, writing.finish(place, card, names))


def _write_sample(chosen: Chosen, predictor: Predictor, file: Path, real: bool) -> None:
    """Write some images with the scores that PyTorch gives. Raises AlihError where real ones are
    asked for and not here.
    """
    import numpy as np

    from alih.api.modelimages import drawn, trial_images

    pixels = drawn(predictor.shape, SAMPLES)
    if real:
        found = trial_images(chosen, predictor, SAMPLES)
        if found.origin == "drawn":
            raise AlihError("exported.no_sample", path=chosen.cell.root)
        pixels = found.pixels
    scores = predictor.scores(pixels)
    files.write_atomically(
        file, lambda handle: np.savez_compressed(handle, pixels=pixels, scores=scores)
    )


def _readme(chosen: Chosen, card: ModelCard, place: Path) -> list[str]:
    """Write the README in both languages; returns their names."""
    from alih.findings import stored
    from alih.reports.handed import readme
    from alih.runs.folder import StudyFolder
    from alih.verdicts.line import line
    from alih.verdicts.terms import of_study

    study, row, data = chosen.study, chosen.row, StudyFolder(chosen.cell.root).data
    arm = chosen.cell.cell.arm
    told = _by_language(lambda: line(row, of_study(study)).sentence) if row else {}
    images = stored((one.to_json() for one in data.findings), study.mute) if data else []
    return readme.write(
        card,
        place,
        verdict=told,
        findings=[*(one for one in chosen.comparison.findings if _bears(one, arm)), *images],
        oracle=study.oracle(arm),
    )


def _bears(found: Finding, arm: str) -> bool:
    """Whether a finding is about the arm, or about the whole study."""
    return not found.about or arm in found.about.split(", ")


def _onnx(chosen: Chosen, predictor: Predictor, file: Path) -> dict[str, OnnxFile | Told]:
    """The ONNX file's keys of the card: what is known of it, or why there is none."""
    from alih.api.modelimages import trial_images
    from alih.exported.card import Told
    from alih.inspect.onnx_export import write_onnx
    from alih.words.phrase import Phrase

    try:
        images = trial_images(chosen, predictor)
        tried = write_onnx(predictor, file, images.pixels, images.origin)
    except AlihError as error:
        return {"without_onnx": Told.because(Phrase(error.key, error.values))}
    if tried.found is not None:
        return {"onnx": tried.found}
    wrong = "; ".join(f"{name}: {reason}" for name, reason in tried.wrong.items())
    failed = Phrase("exported.gate_failed", {"n": len(images.pixels), "wrong": wrong})
    return {"without_onnx": Told.because(failed)}


def _card(chosen: Chosen, predictor: Predictor) -> ModelCard:
    """Everything about the model but its files."""
    from alih.exported.card import Choice, Origin, Told
    from alih.inspect.segment import trained_as_they_lie

    cell, study, card = chosen.cell, chosen.study, chosen.cell.card
    own, side = cell.cell, predictor.decode.size
    scale: Literal["fit", "tiles"] | None = None
    if predictor.segments:
        scale = "tiles" if trained_as_they_lie(cell.path, side) else "fit"
    made = cell.environment.versions if cell.environment else {}
    return ModelCard(
        task=study.task,
        classes=card.classes,
        origin=Origin(
            study=study.name,
            title=_by_language(lambda: text(study.title)),
            arm=own.arm,
            label=_by_language(lambda: study.label(own.arm)),
            replicate=own.replicate,
            at=own.at,
            identity=card.identity,
        ),
        strategy=predictor.recipe.transfer.strategy,
        recipe=card.recipe,
        precision=card.precision,
        transductive=predictor.transductive,
        preparation=_preparation(predictor),
        output=_output(predictor),
        masks_scale=scale,
        choice=Choice(
            **Told.because(*chosen.why).to_json(),
            rule=chosen.rule,
            verdict=chosen.row.to_json() if chosen.row else None,
        ),
        scores=_scores(chosen),
        data=_data(cell.root),
        weights=_weights(card, predictor.recipe),
        versions={"alih": version("alih")} | made,
        files={},
    )


def _by_language(say: Callable[[], str]) -> dict[str, str]:
    found = {}
    for language in LANGUAGES:
        with speaking(language):
            found[language] = say()
    return found


def _preparation(predictor: Predictor) -> Preparation:
    from alih.exported.card import Preparation

    how, form = predictor.decode, predictor.form
    return Preparation(
        size=how.size,
        channels=how.channels,
        resize=how.resize,
        interpolation=how.interpolation,
        max_pixels=how.max_pixels,
        scale=how.scale,
        mean=list(form.mean),
        std=list(form.std),
    )


def _output(predictor: Predictor) -> Output:
    from alih.exported.card import Familiarity, Output

    taught = predictor.judgement
    known = None if taught.familiar is None else Familiarity(**asdict(taught.familiar))
    return Output(
        kind=predictor.output,
        temperature=taught.temperature,
        familiar=known,
    )


def _scores(chosen: Chosen) -> Scores:
    from alih.exported.card import Score, Scores

    result = chosen.result
    return Scores(
        primary=chosen.study.primary,
        own=chosen.cell.card.metrics,
        arm={
            name: Score(mean=one.mean, sd=one.sd, ci95=one.ci95, averaging=one.averaging)
            for name, one in result.metrics.items()
        },
        replicates=result.n_seeds,
        test_items=result.n_test,
    )


def _data(root: Path) -> list[Licence]:
    """The set of images, and with two domains the source set."""
    from alih.exported.card import Licence
    from alih.runs.folder import StudyFolder

    told = StudyFolder(root).data
    sets = [one for one in (told, told.source_set if told else None) if one is not None]
    return [
        Licence(name=one.name, licence=one.licence, source=_public(one.source), sha256=one.sha256)
        for one in sets
    ]


def _public(source: str | None) -> str | None:
    """A source that others can reach: paths of this machine say nothing to them, and may name
    people.
    """
    return source if source and "://" in source else None


def _weights(card: Card, recipe: Recipe) -> Licence | None:
    """What the network started from, None for random weights."""
    from alih.exported.card import Licence
    from alih.study.catalogue.backbones import CARDS, backbone_of, start_of

    name = backbone_of(recipe.model)
    if card.weights is None or name is None:
        return Licence(name=Path(card.carried.source).name) if card.carried else None
    known = CARDS.get(name) if start_of(recipe) == "imagenet" else None
    return Licence(
        name=known.weights if known else name,
        licence=known.licence if known else None,
        source=_public(card.weights.source),
        sha256=card.weights.sha256,
    )
