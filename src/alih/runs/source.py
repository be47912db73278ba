"""`from` a run folder: whether its network has learnt images that this study validates or tests
on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from alih.errors import AlihError
from alih.runs.card import DataCard
from alih.runs.folder import StudyFolder
from alih.study.catalogue.sets import KNOWN_SETS, TEST_SHARE
from alih.study.document.data import DataSpec
from alih.study.document.study import Study
from alih.study.loading import load
from alih.study.planning import plan

Equal = Callable[[DataSpec, DataSpec, tuple[str, str]], int | None]
"""How many images of one set are in another, each read for a task; None where nobody can tell."""


def _unknown(ours: DataSpec, theirs: DataSpec, tasks: tuple[str, str]) -> int | None:
    return None


def refuse_seen(
    study: Study, card: DataCard, source: DataCard | None = None, equal: Equal = _unknown
) -> None:
    """Raise AlihError for an arm that starts `from` a run folder which may have learnt what this
    study judges on, itself or through the run that it started from in turn.

    `card` is the data card of the set that arms are scored on, `source` with two domains that of
    the other. `equal`: how many images of one set are in another.
    """
    for arm, changes in study.arms.items():
        if changes.source is None or changes.source in study.arms:
            continue
        for place in _chain(Path(changes.source)):
            seen = _seen(study, card, source, place, equal)
            if seen is not None:
                raise AlihError(f"runs.source_{seen}", arm=arm, source=changes.source)


def _seen(
    study: Study, card: DataCard, source: DataCard | None, place: Path, equal: Equal
) -> str | None:
    """What a run may have learnt that it should not, as the end of a sentence's key."""
    if source is None or study.target_labels == "all":
        part = learnt(study, card, place, equal)
        if part is not None:
            return f"saw_{part}"
    else:
        shared = shares_images(study, card, place, equal)
        if shared or shared is None:
            return "saw_target" if shared else "maybe_target"
    if source is not None and learnt(study, source, place, equal, "source"):
        return "saw_validation"
    return None


def _chain(place: Path) -> Iterator[Path]:
    """A run folder, and those that its networks started from in turn."""
    seen: set[Path] = set()
    following: Path | None = place
    while following is not None and following not in seen:
        yield following
        seen.add(following)
        following = _start(following)


def _start(place: Path) -> Path | None:
    """The run folder of another study that a run started from; None where it started anew."""
    root = _root(place)
    theirs = _study(root) if root else None
    if root is None or theirs is None:
        return None
    arms = [name for name in place.relative_to(root).parts if name in theirs.arms]
    source = arms[0] if arms else None
    while source in theirs.arms:
        source = theirs.arms[source].source
    return Path(source) if source else None


def _root(place: Path) -> Path | None:
    return next((folder for folder in place.parents if (folder / "study.yaml").is_file()), None)


def _study(root: Path) -> Study | None:
    try:
        return load(root)
    except AlihError:
        return None


def shares_images(study: Study, card: DataCard, source: Path, equal: Equal) -> bool | None:
    """Whether a run folder was trained on images of the study's target; None where that cannot be
    told of a set of the same name and shape.
    """
    root = _root(source)
    there = StudyFolder(root).data if root else None
    if root is None or there is None:
        return False
    theirs, told = _study(root), True
    for name, one in (("target", there), ("source", there.source_set)):
        if one is None:
            continue
        if _share_images(card, one):
            return True
        count = _equal(study, theirs, ("target", name), equal)
        if count:
            return True
        told = told and (count is not None or not _alike(card, one))
    return False if told else None


def _equal(study: Study, theirs: Study | None, names: tuple[str, str], equal: Equal) -> int | None:
    """How many images of a set of this study one of another study holds."""
    if theirs is None:
        return None
    ours, other = (
        one.data if isinstance(one.data, DataSpec) else getattr(one.data, name)
        for one, name in zip((study, theirs), names, strict=True)
    )
    return equal(ours, other, (study.task, theirs.task))


def _alike(ours: DataCard, theirs: DataCard) -> bool:
    """Whether two cards speak of sets of one name, with images of one shape and common classes."""
    shapes = [(one.name, one.image_size, one.channels) for one in (ours, theirs)]
    return shapes[0] == shapes[1] and bool(_classes(ours) & _classes(theirs))


def learnt(
    study: Study,
    card: DataCard,
    source: Path,
    equal: Equal = _unknown,
    name: Literal["source", "target"] = "target",
) -> Literal["test", "validation"] | None:
    """The part of this study's images that a run folder may have learnt; None where it was trained
    on others, or on no known set. `name`: the domain that `card` speaks of.

    Certain are parts that come with the set, and parts that the same seed and split drew from the
    same images.
    """
    root = _root(source)
    there = StudyFolder(root).data if root else None
    if root is None or there is None:
        return None
    theirs = _study(root)
    if not _share_images(card, there) and not (
        _classes(card) & _classes(there) and _equal(study, theirs, (name, "target"), equal)
    ):
        return None
    if theirs is None:
        return "test"
    same_items = card.sha256 == there.sha256 and card.groups == there.groups
    drawn_alike = same_items and study.seed == theirs.seed and theirs.split.scheme == "holdout"
    if study.split.scheme == "repeated-kfold":
        return "test"
    if not (card.count("test") and there.count("test")):
        shares = [one.split.test_share or TEST_SHARE for one in (study, theirs)]
        if not drawn_alike or shares[0] != shares[1]:
            return "test"
    if study.protocol == "paper":  # no validation images of its own
        return None
    kept_apart = (
        theirs.split.scheme == "holdout" and theirs.protocol == "sealed" and not theirs.refit
    )
    if card.count("validation") and there.count("validation"):
        return None if kept_apart else "validation"
    # Every replicate draws its own: only the source's own replicate has the same.
    same_replicate = plan.replicates(study) == 1 and "seed-0" in source.relative_to(root).parts
    same_share = study.split.validation == theirs.split.validation
    return None if kept_apart and drawn_alike and same_replicate and same_share else "validation"


def _share_images(ours: DataCard, theirs: DataCard | None) -> bool:
    """Whether two cards speak of the same files, or of one named set, and not of different classes
    of it.
    """
    if theirs is None or not _classes(ours) & _classes(theirs):
        return False
    names = [ours.name, theirs.name]
    named = all(name in KNOWN_SETS for name in names) and _whole(names[0]) == _whole(names[1])
    return named or ours.sha256 == theirs.sha256


def _whole(name: str) -> str:
    """The set that a named one is a part of."""
    return name.removesuffix("-mini")


def _classes(card: DataCard) -> set[str]:
    return set(card.counts.get("train", {}))
