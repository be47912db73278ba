"""Several replicates of an arm in one model, where images exist that tell whether that is better.

Every replicate draws validation images of its own, on which the others were trained. What tells an
ensemble from its best member are images that no member was trained on: a ready validation part,
training images that a level left out, or what the replicates' validation parts share. Test images
are scored once, when a run ends (law 1), and choose nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from alih.errors import AlihError
from alih.exported.card import Combined, Member
from alih.metrics import METRICS
from alih.words import language
from alih.words.phrase import Phrase

if TYPE_CHECKING:
    from torch import Tensor

    from alih.data.imageset import ImageSet
    from alih.inspect.predictor import Predictor
    from alih.verdicts.winner import Chosen

Kind = Literal["ensemble", "average"]
KINDS: tuple[Kind, ...] = ("ensemble", "average")
LEAST = 50
"""Images that no member was trained on below which nothing is combined."""
MOST = 1000
"""Held-out images that are scored by every member."""
RENEWED = 1024
"""Training images that statistics of batch normalisation are measured on."""
BATCH = 64


@dataclass(frozen=True, eq=False)
class Combination:
    """A combined model: ready for images, with its tensors, what its card tells, and why; `items`
    are the held-out images.
    """

    predictor: Predictor
    tensors: Mapping[str, Tensor]
    card: Combined
    why: Phrase
    items: np.ndarray


def combine(chosen: Chosen, kind: str) -> Combination:
    """Combine all finished replicates of an arm.

    Args:
        chosen: The arm and its runs.
        kind: `ensemble`, the mean of probabilities, or `average`, of weights.

    Returns:
        The model. An average is no worse than its best member on held-out images, an ensemble not
        decidedly so.

    Raises:
        AlihError: An unknown kind, replicates that cannot be combined, too few images that no
            member was trained on, or a result that is worse.
    """
    if kind not in KINDS:
        raise AlihError("exported.combine_kind", got=kind, known=", ".join(KINDS))
    average = kind == "average"
    members = _members(chosen, average)
    images, held = _held_out(chosen, members)
    tried = _tried(chosen, members, images, average)
    return _judged(chosen, members, (images, held), tried)


def _members(chosen: Chosen, average: bool) -> dict[int, Predictor]:
    """The replicates' models by their numbers. Raises AlihError where they cannot be combined."""
    from alih.inspect.predictor import Predictor
    from alih.study.document.data import DataSpec

    arm, runs = chosen.cell.cell.arm, dict(sorted(chosen.runs.items()))
    if len(runs) < 2:
        raise AlihError("exported.combine_one", arm=arm)
    if not isinstance(chosen.study.data, DataSpec):
        raise AlihError("exported.combine_domains")
    cards = [cell.card for cell in runs.values()]
    members = {
        replicate: Predictor.open(cell.path, "cpu", precision="fp32")
        for replicate, cell in runs.items()
    }
    if any(
        one.network is None or one.classifier is not None or one.mapping is not None
        for one in members.values()
    ):
        raise AlihError("exported.combine_closed", arm=arm)
    if any(card.carried is not None for card in cards):
        raise AlihError("exported.combine_from", arm=arm)
    if average:
        starts = {card.weights.sha256 if card.weights else None for card in cards}
        if len(starts) > 1 or None in starts:
            raise AlihError("exported.average_start", arm=arm)
        if len({str(member.recipe.model) for member in members.values()}) > 1:
            raise AlihError("exported.average_shapes", arm=arm)
        if len({(member.form.mean, member.form.std) for member in members.values()}) > 1:
            raise AlihError("exported.average_constants", arm=arm)
    return members


def _held_out(chosen: Chosen, members: Mapping[int, Predictor]) -> tuple[ImageSet, np.ndarray]:
    """The set, and images of it that no member was trained on and none is tested on."""
    from alih.api.modelimages import validation_set

    try:
        images = validation_set(chosen, next(iter(members.values())))
    except (AlihError, OSError) as error:
        raise AlihError("exported.combine_gone", path=chosen.cell.root) from error
    held = unseen(chosen, images, list(members))
    if len(held) < LEAST:
        raise AlihError(
            "exported.combine_few",
            arm=chosen.cell.cell.arm,
            n=len(members),
            count=len(held),
            least=LEAST,
        )
    return images, held[np.unique(np.linspace(0, len(held) - 1, MOST).round().astype(int))]


def unseen(chosen: Chosen, images: ImageSet, replicates: Sequence[int]) -> np.ndarray:
    """The images that are in no test part and that no replicate was trained on, nor on another of
    their group, ascending.
    """
    study = chosen.study
    used = np.zeros(len(images.labels), bool)
    for replicate in replicates:
        split = images.divide(study.split, study.seed, replicate, study.protocol)
        # After a refit validation images were learnt from, too.
        learnt = [split.validation] if study.refit else []
        for items in (split.test, trained_on(chosen, images, replicate), *learnt):
            used[items] = True
            if split.groups is not None:
                used |= np.isin(split.groups, split.groups[items])
    return np.flatnonzero(~used)


def trained_on(chosen: Chosen, images: ImageSet, replicate: int) -> np.ndarray:
    """The training images of a replicate at the level of the chosen run."""
    from alih.data.splits import subset
    from alih.study.planning.recipes import TRAIN_IMAGES

    study, wanted = chosen.study, chosen.cell.cell.at.get(TRAIN_IMAGES, "all")
    split = images.divide(study.split, study.seed, replicate, study.protocol)
    if wanted == "all":
        return split.train
    return subset(split.train, images.labels, int(wanted), study.seed, replicate, split.groups)


@dataclass(frozen=True, eq=False)
class _Tried:
    """A combined model before anything is known of how good it is."""

    kind: Kind
    predictor: Predictor
    renewed: int | None = None


def _tried(
    chosen: Chosen, members: Mapping[int, Predictor], images: ImageSet, average: bool
) -> _Tried:
    import copy

    from alih.data.pixels import prepared
    from alih.models.ensemble import Ensemble, averaged, renew_statistics

    first = next(iter(members.values()))
    networks: list[Any] = [member.network for member in members.values()]
    if not average:
        constants = [(member.form.mean, member.form.std) for member in members.values()]
        joined = Ensemble(networks, constants).eval().requires_grad_(False)
        return _Tried("ensemble", replace(first, network=joined, ensemble=True))
    states = [network.state_dict() for network in networks]
    network = copy.deepcopy(networks[0])
    network.load_state_dict(averaged(states))
    items = trained_on(chosen, images, next(iter(members)))
    items = items[np.unique(np.linspace(0, len(items) - 1, RENEWED).round().astype(int))]
    parts = (images.images[items[at : at + BATCH]] for at in range(0, len(items), BATCH))
    count = renew_statistics(
        network, states, (prepared(part, np.arange(len(part)), first.form) for part in parts)
    )
    return _Tried("average", replace(first, network=network), len(items) if count else None)


def _judged(
    chosen: Chosen,
    members: Mapping[int, Predictor],
    held: tuple[ImageSet, np.ndarray],
    tried: _Tried,
) -> Combination:
    """The combination with its verdict. Raises AlihError where it is worse than its best member."""
    from alih.api.judged import Scores, batches, verdicts
    from alih.api.quantised import groups_of
    from alih.exported.card import Constants
    from alih.verdicts.paired import value

    study, (images, items) = chosen.study, held
    found = {replicate: Scores(study) for replicate in members}
    joined = Scores(study)
    for batch in batches(study, images, items):
        each = [member.scores(batch.pixels) for member in members.values()]
        for scores, own in zip(each, found.values(), strict=True):
            own.add(scores, batch)
        together = tried.kind == "ensemble"
        joined.add(mean(each) if together else tried.predictor.scores(batch.pixels), batch)
    metric = study.primary
    sign = 1 if METRICS[metric].higher_is_better else -1
    values = {r: value(study, metric, own.arrays, images.classes) for r, own in found.items()}
    best = max(values, key=lambda replicate: sign * values[replicate])
    arrays = {tried.kind: joined.arrays, f"seed-{best}": found[best].arrays}
    rows = verdicts(study, arrays, images.classes, groups_of(chosen))
    below = sign * rows[0].difference < 0 if tried.kind == "average" else False
    if below or rows[0].verdict == "worse":
        worse = rows[0].told[language()]
        raise AlihError(f"exported.{tried.kind}_worse", n=len(items), told=worse)
    cards = {replicate: chosen.runs[replicate].card for replicate in members}
    card = Combined(
        kind=tried.kind,
        members=[
            Member(
                replicate=replicate,
                identity=cards[replicate].identity,
                recipe=cards[replicate].recipe,
                constants=Constants(mean=list(member.form.mean), std=list(member.form.std)),
                score=values[replicate],
            )
            for replicate, member in members.items()
        ],
        best=best,
        held_out=len(items),
        renewed_on=tried.renewed,
        verdicts=rows,
    )
    network: Any = tried.predictor.network
    values_told = {"n": len(members), "held": len(items), "best": best}
    why = Phrase(f"exported.why.{tried.kind}", values_told)
    return Combination(tried.predictor, network.state_dict(), card, why, items)


def mean(scores: Sequence[np.ndarray]) -> np.ndarray:
    """The logarithm of the mean probability of several models' logits [n, classes, …], float32."""
    from scipy.special import log_softmax, logsumexp

    likely = [log_softmax(one.astype(np.float64), axis=1) for one in scores]
    return (logsumexp(np.stack(likely), axis=0) - np.log(len(scores))).astype(np.float32)
