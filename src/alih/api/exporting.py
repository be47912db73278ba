"""From a finished study to a model that can be handed over."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from alih import files
from alih.errors import AlihError
from alih.exported.card import ModelCard
from alih.words import LANGUAGES, speaking, text

if TYPE_CHECKING:
    from alih.api.combining import Combination
    from alih.exported.card import (
        Int8File,
        Licence,
        OnnxFile,
        Output,
        Preparation,
        ProgramFile,
        Scores,
        Told,
    )
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
    combine: str | None = None,
    onnx: bool = True,
    int8: bool = False,
    program: bool = False,
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
        combine: `ensemble` or `average`: all finished replicates of the arm in one model, by the
            mean of their probabilities or of their weights, where enough images that none of them
            was trained on show that it is no worse than the best of them.
        onnx: Write `model.onnx`, too, where the model can be one network and the packages of the
            extra `export` are installed. It is kept only if it answers as PyTorch does on images of
            the study; else `card.without_onnx` says why there is none.
        int8: Write `model.int8.onnx` beside it, which takes about a third of the room. What that
            costs on validation images is in `card.int8`; where there is none,
            `card.without_int8` says why.
        program: Write `model.pt2`, a program of `torch.export`, where one answers as the model
            does; else `card.without_program` says why there is none.
        real_sample: Keep validation images as the sample, which is artificial otherwise: images may
            show people.

    Returns:
        The folder and its card.

    Raises:
        AlihError: Nothing has finished, something named is unknown, the replicates cannot be
            combined or are better alone, or the folder holds something else.

    >>> export("runs/flowers", "flowers-model").card.origin.arm  # doctest: +SKIP
    'finetune'
    """
    from alih.exported import writing
    from alih.inspect.predictor import Predictor
    from alih.verdicts.winner import choose

    chosen = choose(Path(study_folder), arm, seed, level)
    place = Path(out) if out is not None else Path(study_folder) / "model"
    made = None
    if combine is not None:
        from alih.api.combining import combine as combined

        if seed is not None:
            raise AlihError("exported.combine_seed")
        made = combined(chosen, combine)
        chosen = replace(
            chosen,
            cell=chosen.runs[made.card.best],
            rule=combine,
            # The sentence on the replicate is about one that is handed over alone.
            why=[*chosen.why[:1], made.why],
        )
    if made is None:
        predictor = Predictor.open(chosen.cell.path, "cpu", precision="fp32")
    else:
        predictor = made.predictor
    asked = _Asked(onnx, int8, program, real_sample, place.resolve().name)
    card = _card(chosen, predictor, made)
    with writing.staged(place) as folder:
        card = _written(chosen, predictor, card, folder, made, asked)
    return Export(place, card)


@dataclass(frozen=True)
class _Asked:
    """What a folder shall hold, and the name that it will have."""

    onnx: bool
    int8: bool
    program: bool
    real_sample: bool
    name: str


def _written(
    chosen: Chosen,
    predictor: Predictor,
    card: ModelCard,
    folder: Path,
    made: Combination | None,
    asked: _Asked,
) -> ModelCard:
    """Write everything into a new folder. Returns the whole card."""
    from alih.exported import writing
    from alih.exported.card import INT8, ONNX, PROGRAM, SAMPLE, WEIGHTS

    _write_weights(chosen, made, folder / WEIGHTS)
    if asked.onnx:
        card = card.model_copy(update=_onnx(chosen, predictor, folder / ONNX))
    if asked.int8:
        card = card.model_copy(update=_int8(chosen, predictor, folder, card, made))
    if asked.program:
        card = card.model_copy(update=_program(chosen, predictor, folder / PROGRAM))
    _write_sample(chosen, predictor, folder / SAMPLE, asked.real_sample)
    pages = _readme(chosen, card, folder, asked.name)
    known = {ONNX: card.onnx, INT8: card.int8, PROGRAM: card.program}
    networks = [name for name, facts in known.items() if facts is not None]
    return writing.finish(folder, card, [WEIGHTS, *networks, SAMPLE, *pages])


def _write_weights(chosen: Chosen, made: Combination | None, file: Path) -> None:
    """Write the tensors: those of the run as they are, or of several in one file."""
    if made is None:
        with open(chosen.cell.path / file.name, "rb") as weights:
            files.write_atomically(file, lambda target: shutil.copyfileobj(weights, target))
        return
    from safetensors.torch import save

    # Safetensors takes dense tensors that share no memory.
    dense = {name: tensor.contiguous().clone() for name, tensor in made.tensors.items()}
    files.write_bytes(file, save(dense))


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


def _readme(chosen: Chosen, card: ModelCard, folder: Path, name: str) -> list[str]:
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
        folder,
        name,
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


def _int8(
    chosen: Chosen,
    predictor: Predictor,
    folder: Path,
    card: ModelCard,
    made: Combination | None,
) -> dict[str, Int8File | Told]:
    """The keys of the card about the network in eight bits, which is made of the ONNX file."""
    from alih.api.quantised import int8
    from alih.exported.card import Told
    from alih.words.phrase import Phrase

    if card.onnx is not None:
        return int8(chosen, predictor, folder, None if made is None else made.items)
    if card.without_onnx is not None:
        return {"without_int8": card.without_onnx}
    return {"without_int8": Told.because(Phrase("exported.int8_without_onnx", {}))}


def _program(chosen: Chosen, predictor: Predictor, file: Path) -> dict[str, ProgramFile | Told]:
    """The keys of the card about the program of `torch.export`."""
    from alih.api.modelimages import trial_images
    from alih.exported.card import Told
    from alih.inspect.torch_export import write_program
    from alih.words.phrase import Phrase

    try:
        images = trial_images(chosen, predictor)
        return {"program": write_program(predictor, file, images.pixels, images.origin)}
    except AlihError as error:
        return {"without_program": Told.because(Phrase(error.key, error.values))}


def _card(chosen: Chosen, predictor: Predictor, joined: Combination | None) -> ModelCard:
    """Everything about the model but its files."""
    from alih.exported.card import Choice, Origin, Told
    from alih.inspect.segment import trained_as_they_lie

    cell, study, card = chosen.cell, chosen.study, chosen.cell.card
    own, side = cell.cell, predictor.decode.size
    scale: Literal["fit", "tiles"] | None = None
    if predictor.segments:
        scale = "tiles" if trained_as_they_lie(cell.path, side) else "fit"
    versions = cell.environment.versions if cell.environment else {}
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
        combined=joined.card if joined else None,
        precision=card.precision,
        transductive=predictor.transductive,
        preparation=_preparation(predictor),
        output=_output(predictor, joined is not None),
        masks_scale=scale,
        choice=Choice(
            **Told.because(*chosen.why).to_json(),
            rule=chosen.rule,
            verdict=chosen.row.to_json() if chosen.row else None,
        ),
        scores=_scores(chosen, joined is not None),
        data=_data(cell.root),
        weights=_weights(card, predictor.recipe),
        versions={"alih": version("alih")} | versions,
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


def _output(predictor: Predictor, combined: bool) -> Output:
    """What the model gives; of a combined one nothing was fitted on validation images, for each
    member has others.
    """
    from alih.evaluation.judgement import Judgement
    from alih.exported.card import Familiarity, Output

    taught = Judgement() if combined else predictor.judgement
    known = None if taught.familiar is None else Familiarity(**asdict(taught.familiar))
    return Output(
        kind=predictor.output,
        temperature=taught.temperature,
        familiar=known,
    )


def _scores(chosen: Chosen, combined: bool) -> Scores:
    """Scores of the run and of its arm; a combined model has none of its own by split."""
    from alih.exported.card import Score, Scores

    result = chosen.result
    return Scores(
        primary=chosen.study.primary,
        own={} if combined else chosen.cell.card.metrics,
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
