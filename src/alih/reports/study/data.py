"""Where the numbers come from: the data card, the machine and versions, seeds and times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alih import words
from alih.findings import Finding, stored
from alih.reports.kit.facts import Facts
from alih.reports.kit.pictures import thumbnail
from alih.reports.kit.tables import Table
from alih.runs.folder import CellFolder
from alih.study.planning.recipes import TRAIN_IMAGES
from alih.words import formats, layout


def data_table(facts: Facts) -> Table | None:
    """Images per class and split, with totals; of masks the classes of pixels. None while the study
    folder holds no counts.
    """
    if facts.study.task == "segmentation":
        return _mask_table(facts)
    per_class = class_counts(facts)
    if not per_class:
        return None
    shares = [formats.value("accuracy", share / 100, 1) for share in balance(facts)]
    found = per_class.values()
    rows = [
        [name, *(words.number(n[i], 0) for n in found), *shares[i : i + 1]]
        for i, name in enumerate(facts.classes)
    ]
    rows.append(
        [
            facts.say("total"),
            *(words.number(sum(n), 0) for n in found),
            *(["100 %"] if shares else []),
        ]
    )
    both = facts.study.refit and "validation" not in per_class
    columns = [
        facts.say("class"),
        *(facts.say("images_both" if both and s == "train" else f"images_{s}") for s in per_class),
    ]
    columns += [facts.say("training_share")] if shares else []
    cell = _largest(facts) if facts.study.split.scheme == "repeated-kfold" else None
    caption = (
        facts.say("data_caption_fold", replicate=cell.cell.replicate)
        if cell
        else facts.say("data_caption")
    )
    return Table("data", caption, columns, rows, 1, split_note(facts), frozenset({len(rows) - 1}))


def _mask_table(facts: Facts) -> Table | None:
    """The classes of the masks: ids that stand for them and their share of the pixels; None while
    nothing has finished.
    """
    cell = _largest(facts)
    if cell is None:
        return None
    ids = (facts.data.masks if facts.data else None) or {}
    shares = {}
    for split in ("validation", "test"):
        stored = cell.scores(split)
        pixels = stored["counts"].sum(axis=(0, 2)) if "counts" in stored else None
        if pixels is not None and pixels.sum():
            shares[split] = pixels / pixels.sum()
    rows = []
    for c, name in enumerate(facts.classes):
        parts = [formats.value("accuracy", float(share[c]), 1) for share in shares.values()]
        rows.append([name, _ids(ids.get(name)), *parts])
    if "ignore" in ids:
        rows.append([facts.say("masks_ignored"), _ids(ids["ignore"]), *["–" for _ in shares]])
    columns = [
        facts.say("class"),
        facts.say("masks_ids"),
        *(facts.say(f"masks_share_{split}") for split in shares),
    ]
    note = f"{_divided(facts, cell)} {split_note(facts)}"
    return Table("data", facts.say("masks_data_caption"), columns, rows, note=note)


def _divided(facts: Facts, cell: CellFolder) -> str:
    """How many images trained, validated and tested a cell."""
    items = cell.card.items
    # After a refit, those of validation are counted among those that train in the end.
    counts = {"train": items.train - (items.validation if facts.study.refit else 0)}
    if facts.study.protocol != "paper":
        counts["validation"] = items.validation
    counts["test"] = items.test
    told = [
        f"{facts.say(f'images_{split}').lower()} {words.number(count, 0)}"
        for split, count in counts.items()
    ]
    return facts.say("masks_data_note", replicate=cell.cell.replicate, counts=", ".join(told))


def _ids(found: Any) -> str:
    return ", ".join(map(str, found)) if found else "–"


def class_counts(facts: Facts) -> dict[str, list[int]]:
    """Images per class of each split, in class order, as a finished replicate had them; {} when the
    folder holds no counts.

    Test and validation images are those that were scored, training images the rest (with `refit`
    together with those of validation, which were not scored). While nothing has finished:
    `undivided`, where a test part is still to be drawn.
    """
    counts = facts.data.counts if facts.data else {}
    if not counts or not facts.classes:
        return {}
    if facts.data and facts.data.source_set:
        return _of_domains(facts, facts.data.source_set.counts)
    parts: dict[str, list[int]] = {
        split: _counts(counts[split], facts.classes)
        for split in ("train", "validation", "test")
        if split in counts
    }
    cell = _largest(facts)
    if cell is None:
        return {"undivided": parts["train"]} if _test_drawn(facts) else parts
    scored: dict[str, list[int]] = {
        split: _labels(cell, split, len(facts.classes)) for split in ("validation", "test")
    }
    scored = {split: found for split, found in scored.items() if found}
    if facts.study.protocol == "paper":
        scored.pop("validation", None)
    # Folds are made of what lies outside an official test part.
    folds = facts.study.split.scheme == "repeated-kfold"
    pool = [parts[split] for split in parts if not (folds and split == "test")]
    train = [sum(own) for own in zip(*pool, strict=True)]
    for taken in scored.values():
        train = [n - m for n, m in zip(train, taken, strict=True)]
    return {"train": train, **scored}


def _of_domains(facts: Facts, source: Mapping[str, Mapping[str, int]]) -> dict[str, list[int]]:
    """Images per class with two domains: training and validation images of the source, test images
    of the target.
    """
    own = [source[split] for split in ("train", "validation") if split in source]
    pool = [
        sum(found) for found in zip(*(_counts(part, facts.classes) for part in own), strict=True)
    ]
    cell = _largest(facts)
    scored = (
        {split: _labels(cell, split, len(facts.classes)) for split in ("validation", "test")}
        if cell
        else {}
    )
    taken = scored.get("validation") or [0] * len(pool)
    return {
        "train": [n - m for n, m in zip(pool, taken, strict=True)],
        **{k: v for k, v in scored.items() if v},
    }


def _largest(facts: Facts) -> CellFolder | None:
    """The finished cell with the most training images, of the first replicate that has it."""
    return max(
        facts.done,
        key=lambda cell: (cell.card.items.train, -cell.cell.replicate),
        default=None,
    )


def _labels(cell: CellFolder, split: str, classes: int) -> list[int]:
    import numpy as np

    labels = cell.scores(split).get("label")
    return [] if labels is None else np.bincount(labels, minlength=classes).tolist()


def _test_drawn(facts: Facts) -> bool:
    """Whether the data bring no test part, so that the study draws one."""
    return facts.data is None or not facts.data.count("test")


def split_note(facts: Facts) -> str:
    """Where validation and test images come from, and what levels of `train_images` are parts
    of.
    """
    cell = _largest(facts)
    if cell is None:
        return ""
    held_out = cell.card.items.validation
    folds, drawn = facts.study.split.scheme == "repeated-kfold", _test_drawn(facts)
    said = []
    if facts.study.protocol == "paper":
        said.append(facts.say("finding_D025"))
    elif folds and held_out:
        said.append(facts.say("data_folds", n=words.number(held_out, 0)))
    elif held_out:
        ready = facts.data is not None and "validation" in facts.data.counts
        said.append(facts.say("data_ready" if ready else "data_redrawn"))
    if drawn and not folds:
        said.append(facts.say("data_test_drawn"))
    if facts.study.refit and held_out:
        said.append(facts.say("data_refit", n=words.number(held_out, 0)))
    if TRAIN_IMAGES in facts.study.vary:
        said.append(facts.say("data_levels"))
    return " ".join(said)


def balance(facts: Facts) -> list[float]:
    """Each class's share of the training images in per cent, in class order; empty without
    counts.
    """
    counts = class_counts(facts).get("train", [])
    return [100 * n / sum(counts) for n in counts] if sum(counts) else []


def _counts(found: Mapping[str, int], classes: list[str]) -> list[int]:
    """Counts in class order, from a mapping by class name."""
    return [found.get(name, 0) for name in classes]


def data_facts(facts: Facts) -> list[tuple[str, str]]:
    """Name, size, source and licence of the data, as (term, description)."""
    data = facts.data
    if data is None:
        return []
    pairs = [
        ("data_name", data.name),
        ("image_size", f"{data.image_size} × {data.image_size} × {data.channels}"),
        ("data_source", data.source),
        ("licence", data.licence),
        ("checksum", data.sha256),
    ]
    return [(facts.say(key), value) for key, value in pairs if value]


def data_findings(facts: Facts) -> list[Finding]:
    """What checks found about the images when the study ran; studies of before kept none."""
    kept = facts.data.findings if facts.data else []
    return stored([one.model_dump() for one in kept], facts.study.mute)


def class_pictures(facts: Facts) -> list[tuple[str, str]]:
    """A training image of each class as (class, data URI), in the order of classes."""
    found = facts.class_pictures
    if not found:
        return []
    return [
        (facts.classes[int(label)], thumbnail(image))
        for label, image in zip(found["label"], found["image"], strict=True)
    ]


def machine_facts(facts: Facts) -> list[tuple[str, str]]:
    """Versions, processor, arithmetic and seeds, as (term, description)."""
    found = facts.environment
    told = found.to_json() | found.packages if found else {}
    if facts.machine:
        told |= facts.machine.to_json() | {"mixed": None}  # a warning says so
    pairs = [(key.replace("_", " "), str(value)) for key, value in told.items() if _plain(value)]
    pairs.append((facts.say("study_seed"), str(facts.study.seed)))
    replicates = sorted({cell.cell.replicate for cell in facts.done})
    if replicates:
        pairs.append((facts.say("replicates_done"), ", ".join(map(str, replicates))))
    seconds = sum(cell.card.seconds for cell in facts.done)
    if seconds:
        pairs.append((facts.say("total_time"), layout.duration(seconds, 1)))
    return list(dict(pairs).items())


def _plain(value: Any) -> bool:
    return value is not None and not isinstance(value, (dict, list))


def run_rows(facts: Facts) -> Table:
    """One row per cell: state, epochs, best epoch, epoch kept, time per epoch and speed."""
    rows = []
    begun = {cell.cell: cell for cell in facts.cells}
    for planned in facts.planned:
        cell = begun.get(planned)
        if cell is None:
            state, row = facts.say("state_waiting"), ["–"] * 6
        elif cell.is_done:
            card = cell.card
            state = facts.say("state_done")
            values = [card.epochs, card.best_epoch, card.kept_epoch]
            row = [
                words.number(v, 0) if v else "–" for v in values
            ]  # 0: solved at once, without epochs
            row += [
                words.number(value, 1) if value else "–"
                for value in (card.seconds_per_epoch, card.ms_per_step)
            ]
            row.append(words.number(card.images_per_second, 0) if card.images_per_second else "–")
        else:
            state = facts.say(
                "state_failed"
                if cell.failure
                else "state_begun"
                if cell.history
                else "state_waiting"
            )
            row = [
                words.number(max(r.epoch for r in cell.history), 0) if cell.history else "–",
                *["–"] * 5,
            ]
        rows.append([str(planned), state, *row])
    keys = (
        "run",
        "state",
        "epochs",
        "best_epoch",
        "kept_epoch",
        "seconds_per_epoch",
        "ms_per_step",
        "images_per_second",
    )
    return Table("runs", facts.say("runs_caption"), [facts.say(key) for key in keys], rows, 2)
