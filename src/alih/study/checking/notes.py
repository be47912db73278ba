"""What is to be said about the images of a study that keeps nobody from running it. Torch-free."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Sequence

from alih.datafiles import contents, layout
from alih.datafiles.depth import depth
from alih.datafiles.imageformats import conversion
from alih.datafiles.likely_groups import likely
from alih.datafiles.listing import PARTS, Item, Listing
from alih.datafiles.survey import survey
from alih.datafiles.tables import GROUP
from alih.errors import AlihError
from alih.findings import Finding, unmuted
from alih.metrics import WITHOUT_LABELS
from alih.study.catalogue import copies
from alih.study.catalogue.backbones import start_of
from alih.study.catalogue.lookup import listing_of
from alih.study.catalogue.sets import part_sizes, specs
from alih.study.checking.domains import unlabelled_items
from alih.study.document.data import DataSpec
from alih.study.document.study import Study
from alih.study.planning import groups
from alih.study.planning.recipes import TARGET_LABELS, recipe, target_labels
from alih.study.planning.tuning import applies
from alih.study.strategies.adaptation import SelfTrainingOptions
from alih.study.strategies.options import kind_of, options_of
from alih.words.phrase import Phrase

SHOWN = 3


def at_hand(study: Study) -> list[tuple[DataSpec, Listing]]:
    """The sets of a study that consist of image files and are here, the target last; a finished
    study may be read where they are not.
    """
    found = [(spec, files_of(spec, study.task)) for spec in sets_of(study)]
    return [(spec, listing) for spec, listing in found if listing is not None]


def files_of(spec: DataSpec, task: str) -> Listing | None:
    """The image files of a set; None where it has none, or they are not here."""
    with contextlib.suppress(AlihError):
        return listing_of(spec, task=task)
    return None


def sets_of(study: Study) -> list[DataSpec]:
    """The sets of a study, the target last."""
    try:
        return list(specs(study).values())
    except AlihError:  # one of two is not here
        data = study.data
        return [data] if isinstance(data, DataSpec) else [data.source, data.target]


def data_findings(study: Study) -> list[Finding]:
    """What was taken for granted about the images, and what about them looks wrong; nothing where
    they are not here, and nothing that the study mutes.
    """
    found = [
        finding
        for spec, listing in at_hand(study)
        for finding in (
            *_left_out(listing),
            *listing.notes,
            *_by_content(study, spec, listing),
            *_alike(listing),
            *_ungrouped(study, listing),
        )
    ]
    return unmuted([*found, *_shared(study), *_without_test(study)], study.mute)


def _shared(study: Study) -> tuple[Finding, ...]:
    """Files of the target that the source has as well, byte for byte."""
    here = [listing for _, listing in at_hand(study)]
    if len(here) < 2:
        return ()
    source, target = here
    try:
        same = contents.equal_to(source, target)
    except AlihError:  # a file that cannot be read is told where it is
        return ()
    pairs = [
        (source.items.paths[one], item.path, PARTS[item.part])
        for one, item in zip(same.tolist(), target.items, strict=True)
        if one >= 0
    ]
    return shared_among(pairs, bool(target.count("test")))


def shared_among(pairs: Sequence[tuple[str, str, str]], ready: bool) -> tuple[Finding, ...]:
    """What is to be said about target images that the source has as well: its name in the source,
    its own, and its part; `ready`: the target has a test part.
    """
    if not pairs:
        return ()
    shown = "; ".join(f"{one} = {own}" for one, own, _ in pairs[:SHOWN])
    tested = sum(part == "test" for *_, part in pairs)
    values = {"count": len(pairs), "pairs": shown + ("; …" if len(pairs) > SHOWN else "")}
    if not ready:
        return (Finding("A025", "study.shared_drawn", values, severity="problem"),)
    if tested:
        told = values | {"tested": tested}
        return (Finding("A025", "study.shared_tested", told, severity="problem"),)
    return (Finding("A025", "study.shared_trained", values),)


def unusable(study: Study) -> list[Finding]:
    """Files of a study that cannot be read as images, as far as a look at some headers tells; not
    what it mutes.
    """
    found = [one for _, listing in at_hand(study) for one in _unusable(listing)]
    return unmuted(found, study.mute)


def _by_content(study: Study, spec: DataSpec, listing: Listing) -> tuple[Finding, ...]:
    """What reading the files tells: those that are no images, copies, and more than eight bits."""
    unreadable = _unusable(listing)
    try:
        copied = twins(spec, listing), _kept_together(study, spec, listing)
        return (*unreadable, *copied[0], *copied[1], *_deep(listing))
    except AlihError as error:
        if error.key != "study.file_unreadable":
            raise
        return unreadable or (Finding("A011", error.key, error.values, severity="problem"),)


def _unusable(listing: Listing) -> tuple[Finding, ...]:
    """Files that cannot be read as images, as far as a look at some headers tells."""
    found = survey(listing)
    if not found.unusable:
        return ()
    values = {
        "count": len(found.unusable),
        "of": found.looked,
        "names": layout.listed(found.unusable),
    }
    return (Finding("A011", "study.files_no_images", values, severity="problem"),)


def _alike(listing: Listing) -> tuple[Finding, ...]:
    """Classes whose names differ in nothing but capitals, spaces, - and _."""
    same: dict[str, list[str]] = defaultdict(list)
    for name in listing.classes:
        same[layout.folded(name)].append(name)
    told = [" = ".join(names) for names in same.values() if len(names) > 1]
    return (Finding("A040", "study.classes_alike", {"names": layout.listed(told)}),) if told else ()


def _ungrouped(study: Study, listing: Listing) -> tuple[Finding, ...]:
    """Groups that files or tables seem to name, where the study names none."""
    if study.split.group is not None or GROUP in (listing.columns or ()):
        return ()
    found = likely(listing)
    if found is None:
        return ()
    values = {"count": found.count, "example": found.example, "group": found.group}
    if found.table is not None:
        values |= {"table": found.table}
        return (Finding("A041", "study.groups_beside", values),)
    key = "study.groups_in_column" if listing.columns is not None else "study.groups_in_names"
    return (Finding("A041", key, values),)


def start_notes(study: Study) -> list[Phrase]:
    """Which arms begin with pretrained weights under a strategy whose name suggests that they do
    not.
    """
    recipes = {arm: recipe(study, arm) for arm in study.arms}
    arms = [
        arm
        for arm, r in recipes.items()
        if kind_of(r).from_scratch and start_of(r) not in (None, "none")
    ]
    return [Phrase("study.pretrained_scratch", {"arms": ", ".join(arms)})] if arms else []


def joint_notes(study: Study) -> list[Phrase]:
    """Which arms learn from labels alone because no image of the target is without one."""
    if isinstance(study.data, DataSpec):
        return []
    whole = "all" in study.vary.get(TARGET_LABELS, [study.target_labels])
    answered = [a for a in study.arms if issubclass(kind_of(recipe(study, a)), SelfTrainingOptions)]
    if not answered or not (whole or unlabelled_items(study) == 0):
        return []
    return [Phrase("study.joint_note", {"arms": ", ".join(answered)})]


def oracle_notes(study: Study) -> list[Phrase]:
    """Which arms are upper bounds, since they see labels that the study does not grant."""
    arms = ", ".join(study.oracles)
    return [Phrase("study.oracle_note", {"arms": arms})] if arms else []


def selection_notes(study: Study) -> list[Phrase]:
    """Which arms learn from labels of the target while images of the source choose their epoch or
    their settings.
    """
    if isinstance(study.data, DataSpec):
        return []
    told: dict[str, list[str]] = defaultdict(list)
    for arm in study.arms:
        own = recipe(study, arm)
        options, train = options_of(own), own.train
        if options.leads != "target" and not options.needs_labels:
            continue
        stopping = train.early_stopping
        chosen = {
            "`keep: best`": train.keep == "best" and train.monitor not in WITHOUT_LABELS,
            "`early_stopping`": stopping is not None and stopping.monitor not in WITHOUT_LABELS,
            "`tune`": study.tune_by is None and any(applies(study, arm, key) for key in study.tune),
        }
        for key, by_source in chosen.items():
            if options.loop and options.learns and by_source:
                told[key].append(arm)
    return [
        Phrase("study.chosen_by_source", {"key": key, "arms": ", ".join(arms)})
        for key, arms in told.items()
    ]


def adaptation_notes(study: Study) -> list[Finding]:
    """That arms adapt to a target and none learns from the source alone, beside which they could
    be seen.
    """
    if isinstance(study.data, DataSpec):
        return []
    recipes = {arm: recipe(study, arm) for arm in study.arms}
    roles = {
        arm: options_of(own).role(bool(target_labels(study, own, {})))
        for arm, own in recipes.items()
    }
    adapted = [arm for arm, role in roles.items() if role == "adapted"]
    if not adapted or "source" in roles.values():
        return []
    found = Finding("D041", "study.no_source_only", about=", ".join(adapted), severity="note")
    return unmuted([found], study.mute)


def _left_out(listing: Listing) -> tuple[Finding, ...]:
    """Images of formats that are not read."""
    left = sum(count for _, count in listing.ignored)
    if not left:
        return ()
    read = len(listing.items)
    shown = ", ".join(f"{count} {ending}" for ending, count in listing.ignored)
    hint = conversion(ending for ending, _ in listing.ignored)
    values = {"read": read, "total": read + left, "files": shown}
    if hint:
        return (Finding("A001", "study.images_left_out_hint", values | {"hint": hint}),)
    return (Finding("A001", "study.images_left_out", values),)


def _without_test(study: Study) -> tuple[Finding, ...]:
    """A ready validation part beside a test part that is drawn: it only chooses epochs."""
    if not isinstance(study.data, DataSpec) or study.split.scheme != "holdout":
        return ()
    if study.protocol != "sealed" or study.split.test is not None:
        return ()
    with contextlib.suppress(AlihError):
        parts = part_sizes(study)
        if parts and "test" in parts.drawn and "validation" not in parts.drawn:
            values = {"validation": parts.validation, "test": parts.test}
            return (Finding("A006", "study.validation_without_test", values),)
    return ()


def _deep(listing: Listing) -> tuple[Finding, ...]:
    """Images of more than eight bits: what becomes of them."""
    found = depth(listing)
    told = []
    if found.scale is not None:
        low, high = found.scale
        values = {"count": found.gray, "low": low, "high": high}
        told.append(Finding("A008", "study.deep_scaled", values, severity="note"))
    if found.colour:
        told.append(Finding("A008", "study.deep_colour", {"count": found.colour}))
    return tuple(told)


def twins(spec: DataSpec, listing: Listing) -> tuple[Finding, ...]:
    """What is to be said about files that hold the same image, byte for byte or pixel for pixel, in
    two classes or in two ready parts.

    In two classes one label is wrong; in two parts an image is tested that was learnt from. Hashes
    every file, once. Raises AlihError when a file cannot be read.
    """
    # For segmentation labels are strata, of which nobody said that they exclude each other.
    return twins_among(_equal(spec, listing), labelled=listing.masks is None)


def twins_among(equal: list[list[Item]], labelled: bool = True) -> tuple[Finding, ...]:
    """What is to be said about groups of equal images; `labelled`: their labels are classes."""
    labels = [group for group in equal if labelled and len({item.label for item in group}) > 1]
    parts = [group for group in equal if len({item.part for item in group}) > 1]
    return (
        *_told("A003", "study.twins_in_classes", labels),
        *_told("A004", "study.twins_in_parts", parts),
    )


def _equal(spec: DataSpec, listing: Listing) -> list[list[Item]]:
    """The items of each group of two and more that hold the same image."""
    same = copies.together(copies.of_bytes(listing), copies.of_pixels(spec, listing))
    if same is None:
        return []
    found: dict[int, list[Item]] = defaultdict(list)
    for number_of, item in zip(same.tolist(), listing.items, strict=True):
        found[number_of].append(item)
    return [group for group in found.values() if len(group) > 1]


def _kept_together(study: Study, spec: DataSpec, listing: Listing) -> tuple[Finding, ...]:
    """Copies that the split keeps in one part."""
    with contextlib.suppress(AlihError):  # a bad `split.group` is a problem of the document
        kept = groups.of_data(spec, study.split, study.task, study.protocol)
        if kept is not None and kept.copies:
            values = {"count": kept.copies, "pairs": _pairs(_equal(spec, listing))}
            return (Finding("A005", "study.copies_together", values, severity="note"),)
    return ()


def _told(code: str, key: str, found: list[list[Item]]) -> tuple[Finding, ...]:
    if not found:
        return ()
    values = {"count": len(found), "pairs": _pairs(found)}
    return (Finding(code, key, values, severity="problem"),)


def _pairs(found: list[list[Item]]) -> str:
    """Files that are equal, the first few of them."""
    shown = [
        " = ".join([item.path for item in group[:SHOWN]] + (["…"] if len(group) > SHOWN else []))
        for group in found[:SHOWN]
    ]
    return "; ".join([*shown, *(["…"] if len(found) > SHOWN else [])])
