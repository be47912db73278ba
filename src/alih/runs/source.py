"""`from` a run folder: whether its network has learnt images that this study validates or tests
on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from alih.errors import AlihError
from alih.runs.card import DataCard
from alih.runs.folder import StudyFolder
from alih.study.catalogue.sets import KNOWN_SETS, TEST_SHARE
from alih.study.document.study import Study
from alih.study.loading import load
from alih.study.planning import plan


def refuse_seen(study: Study, card: DataCard, source: DataCard | None = None) -> None:
    """Raise AlihError for an arm that starts `from` a run folder which may have learnt what this
    study judges on.

    `card` is the data card of the set that arms are scored on, `source` with two domains that of
    the other.
    """
    for arm, changes in study.arms.items():
        if changes.source is None or changes.source in study.arms:
            continue
        place = Path(changes.source)
        if source is not None and study.target_labels != "all" and shares_images(card, place):
            raise AlihError("runs.source_saw_target", arm=arm, source=changes.source)
        part = (
            learnt(study, card, place) if source is None or study.target_labels == "all" else None
        )
        if part is None and source is not None and learnt(study, source, place):
            part = "validation"
        if part is not None:
            raise AlihError(f"runs.source_saw_{part}", arm=arm, source=changes.source)


def shares_images(card: DataCard, source: Path) -> bool:
    """Whether a run folder was trained on images of the set that a card describes."""
    root = next((folder for folder in source.parents if (folder / "study.yaml").is_file()), None)
    there = StudyFolder(root).data if root else None
    cards = (there, there.source_set) if there else ()
    return any(_share_images(card, one) for one in cards)


def learnt(study: Study, card: DataCard, source: Path) -> Literal["test", "validation"] | None:
    """The part of this study's images that a run folder may have learnt; None where it was trained
    on others, or on no known set.

    Certain are parts that come with the set, and parts that the same seed and split drew from the
    same images.
    """
    root = next((folder for folder in source.parents if (folder / "study.yaml").is_file()), None)
    there = StudyFolder(root).data if root else None
    if root is None or there is None or not _share_images(card, there):
        return None
    try:
        theirs = load(root)
    except AlihError:
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
