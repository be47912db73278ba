"""What was understood of the images that a study names, in a few lines. Torch-free."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from alih.datafiles import leftovers
from alih.datafiles.array_sets import ArraySet
from alih.datafiles.listing import PARTS, Listing
from alih.datafiles.survey import survey
from alih.study.catalogue.sets import part_sizes
from alih.study.checking.notes import files_of, sets_of
from alih.study.document.data import DataSpec
from alih.study.document.study import Study
from alih.words import number, say

NAMED = 8
"""Classes that are named; of more the first few and the last."""
FIRST = 5


def lines(
    study: Study,
    arrays_of: Callable[[DataSpec], ArraySet | None] = lambda spec: None,
    drawn: bool = True,
) -> list[str]:
    """What was understood of every set of images that is here: classes, parts, files, and what was
    left out. `arrays_of` gives sets of arrays, which are read above this room; without `drawn` only
    parts are told that came with the set.
    """
    found = []
    sets = [(spec, files_of(spec, study.task) or arrays_of(spec)) for spec in sets_of(study)]
    here = [(spec, held) for spec, held in sets if held is not None]
    for at, (spec, held) in enumerate(here):
        place = spec.name
        if len(here) > 1:  # the target is the last
            place = say("study.seen_target" if at else "study.seen_source", name=spec.name)
        found.append(f"{place}: {_classes(held)}")
        told = [_parts(study, held) if drawn else _ready_parts(held)]
        told += [_arrays(held)] if isinstance(held, ArraySet) else [_files(held), _left(held)]
        found += [f"  {line}" for line in told if line]
    return [*found, *([_unified(here)] if len(here) > 1 else [])]


def _unified(here: Sequence[tuple[DataSpec, Listing | ArraySet]]) -> str:
    """The size and channels to which both domains are decoded, and what that changes of arrays."""
    spec, changes = here[-1][0], []
    for domain, (_, held) in zip(("source", "target"), here, strict=True):
        if isinstance(held, ArraySet):
            said = {"domain": say(f"study.of_{domain}"), "own": f"{held.width} × {held.height}"}
            side = spec.image_size or held.side
            if (held.width, held.height) != (side, side):
                larger = side * side > held.width * held.height
                changes.append(say(f"study.seen_{'enlarged' if larger else 'reduced'}", **said))
            if spec.channels and held.channels != spec.channels:
                colour = "coloured" if spec.channels == 3 else "grayed"
                changes.append(say(f"study.seen_{colour}", **said))
    values = {"size": spec.image_size, "channels": spec.channels}
    return say("study.seen_unified", **values, changes="".join(changes))


def _classes(held: Listing | ArraySet) -> str:
    """The classes with their images; those of masks with their ids."""
    if isinstance(held, Listing) and held.masks:
        named = [f"{name} = {_ids(ids)}" for name, ids in held.masks.rows()]
        count = len(held.target_classes)
        return say("study.seen_masks", n=count, classes=", ".join(named), items=_whole(held))
    totals = held.totals()
    # Beside its count a name that ends in a digit would read as one number: "0 6,903".
    mark = ":" if any(name[-1:].isdigit() for name in held.classes) else ""
    named = [f"{name}{mark} {_n(n)}" for name, n in zip(held.classes, totals, strict=True)]
    if len(named) > NAMED:
        named = [*named[:FIRST], "…", named[-1]]
        classes = ", ".join(named)
        if min(totals) == max(totals):
            each = _n(totals[0])
            return say("study.seen_even_classes", n=len(totals), classes=classes, each=each)
        sizes = {"smallest": _n(min(totals)), "largest": _n(max(totals))}
        return say("study.seen_many_classes", n=len(totals), classes=classes, **sizes)
    return say("study.seen_classes", n=len(named), classes=", ".join(named))


def _ids(found: object) -> str:
    return "+".join(map(str, found)) if isinstance(found, Sequence) else str(found)


def _parts(study: Study, held: Listing | ArraySet) -> str:
    """How many images train, validate and test, and which parts are drawn."""
    if not isinstance(study.data, DataSpec):
        return _held_parts(held)
    split = study.split
    parts = part_sizes(study)
    if parts is None:
        return ""
    if split.scheme == "repeated-kfold":
        return say("study.seen_folds", items=_n(parts.test), folds=split.folds)
    counts = {"train": parts.train, "validation": parts.validation, "test": parts.test}
    told = []
    for part, count in counts.items():
        if not count:  # with `protocol: paper` the test part validates
            continue
        drawn = say("study.seen_drawn") if part in parts.drawn else ""
        told.append(f"{_part(part, count)}{drawn}")
    return say("study.seen_parts", parts=", ".join(told))


def _ready_parts(held: Listing | ArraySet) -> str:
    return _held_parts(held) if any(map(held.count, PARTS[1:])) else ""


def _held_parts(held: Listing | ArraySet) -> str:
    counts = {part: n for part in PARTS if (n := held.count(part))}
    return say("study.seen_parts", parts=", ".join(_part(p, n) for p, n in counts.items()))


def _part(part: str, count: int) -> str:
    return f"{say(f'study.seen_part_{part}')} {_n(count)}"


def _arrays(held: ArraySet) -> str:
    """Size and channels."""
    size = f"{held.width} × {held.height}"
    return say("study.seen_arrays", size=size, channels=held.channels)


def _files(listing: Listing) -> str:
    """Formats and sizes."""
    found = survey(listing)
    formats = ", ".join(f"{_n(count)} {name}" for name, count in found.formats)
    if not found.sizes:
        return say("study.seen_formats", formats=formats)
    (narrow, wide), (low, high) = found.widths, found.heights
    size = (
        f"{narrow} × {low}" if (narrow, low) == (wide, high) else f"{narrow}–{wide} × {low}–{high}"
    )
    some = len(found.sizes) < len(listing.items)
    looked = say("study.seen_some", n=_n(len(found.sizes))) if some else ""
    return say("study.seen_files", formats=formats, size=size, looked=looked)


def _left(listing: Listing) -> str:
    """What was left out, by format and reason."""
    junk = leftovers.among(listing.left, junk=True)
    others = leftovers.among(listing.left, junk=False)
    reasons = {"unread": listing.ignored, "junk": junk, "others": others}
    told = [
        say(f"study.seen_left_{reason}", files=_counted(counts))
        for reason, counts in reasons.items()
        if counts
    ]
    return say("study.seen_left", files="; ".join(told)) if told else ""


def _counted(counts: Sequence[tuple[str, int]]) -> str:
    named = {leftovers.HIDDEN: say("study.left_hidden"), leftovers.BARE: say("study.left_bare")}
    shown = [f"{_n(count)} {named.get(kind, kind)}" for kind, count in counts[:NAMED]]
    return ", ".join([*shown, *(["…"] if len(counts) > NAMED else [])])


def _whole(listing: Listing) -> str:
    return _n(len(listing.items))


def _n(count: int) -> str:
    return number(count, 0)
