"""Where the numbers come from: the data card, the machine and versions, seeds and times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from alih.reports import formats
from alih.reports.facts import Facts
from alih.reports.tables import Table
from alih.reports.text import environment


def data_table(facts: Facts) -> Table | None:
    """Images per class and split, with totals; None when the study folder holds no counts."""
    counts: Mapping[str, Any] = facts.data.get("counts", {})
    if not counts or not facts.classes:
        return None
    splits = [split for split in ("train", "validation", "test") if split in counts]
    per_class = {split: _counts(counts[split], facts.classes) for split in splits}
    shares = [formats.value("accuracy", share / 100, facts.lang, 1) for share in balance(facts)]
    rows = [[name, *(facts.number(per_class[s][i]) for s in splits), *shares[i : i + 1]] for i, name in enumerate(facts.classes)]
    rows.append([facts.say("total"), *(facts.number(sum(per_class[s])) for s in splits), *(["100 %"] if shares else [])])
    columns = [facts.say("class"), *(facts.say(f"images_{split}") for split in splits)]
    columns += [facts.say("training_share")] if shares else []
    note = split_note(facts, "data_part")
    return Table("data", facts.say("data_caption"), columns, rows, 1, note, frozenset({len(rows) - 1}))


def split_note(facts: Facts, drawn: str) -> str:
    """Where validation and test images come from; `drawn` is the sentence for validation images drawn for each replicate."""
    if facts.study.protocol == "paper":
        return facts.say("warn_paper_title")
    held_out = next((cell.card["items"].get("validation", 0) for cell in facts.done), 0)
    if not held_out:
        return ""
    if facts.study.split.scheme == "repeated-kfold":
        return facts.say("data_folds", n=facts.number(held_out))
    ready = "validation" in facts.data.get("counts", {})
    return facts.say("data_ready" if ready else drawn, n=facts.number(held_out))


def balance(facts: Facts) -> list[float]:
    """Each class's share of the training images in per cent, in class order; empty without counts."""
    counts = _counts(facts.data.get("counts", {}).get("train", {}), facts.classes)
    return [100 * n / sum(counts) for n in counts] if sum(counts) else []


def _counts(found: Any, classes: list[str]) -> list[int]:
    """Counts in class order, from a mapping by class name or a list."""
    if isinstance(found, Mapping):
        return [int(found.get(name, 0)) for name in classes]
    return [int(n) for n in found] if isinstance(found, Iterable) else []


def data_facts(facts: Facts) -> list[tuple[str, str]]:
    """Name, size, source and licence of the data, as (term, description)."""
    data = facts.data
    size, channels = data.get("image_size"), data.get("channels")
    pairs = [
        ("data_name", data.get("name")),
        ("image_size", f"{size} × {size} × {channels}" if size else None),
        ("data_source", data.get("source")),
        ("licence", data.get("licence")),
        ("checksum", _checksum(data.get("sha256"))),
    ]
    return [(facts.say(key), str(value)) for key, value in pairs if value]


def _checksum(found: Any) -> str | None:
    if isinstance(found, Mapping):
        return ", ".join(f"{name}: {str(value)[:12]}…" for name, value in found.items())
    return str(found) if found else None


def machine_facts(facts: Facts) -> list[tuple[str, str]]:
    """Versions, processor, arithmetic and seeds, as (term, description)."""
    found = environment(facts)
    pairs = [(key.replace("_", " "), str(value)) for key, value in (found | facts.machine).items() if _plain(value)]
    pairs.append((facts.say("study_seed"), str(facts.study.seed)))
    replicates = sorted({cell.cell.replicate for cell in facts.done})
    if replicates:
        pairs.append((facts.say("replicates_done"), ", ".join(map(str, replicates))))
    seconds = sum(float(cell.card.get("seconds") or 0) for cell in facts.done)
    if seconds:
        pairs.append((facts.say("total_time"), formats.duration(seconds, facts.lang)))
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
            values = [card.get("epochs"), card.get("best_epoch"), card.get("kept_epoch")]
            row = [facts.number(v) if v else "–" for v in values]  # 0: solved at once, without epochs
            row += [facts.number(card[k], 1) if card.get(k) else "–" for k in ("seconds_per_epoch", "ms_per_step")]
            row.append(facts.number(card["images_per_second"]) if card.get("images_per_second") else "–")
        else:
            state = facts.say("state_failed" if cell.failure else "state_begun" if cell.history else "state_waiting")
            row = [facts.number(max(r.epoch for r in cell.history)) if cell.history else "–", *["–"] * 5]
        rows.append([str(planned), state, *row])
    keys = ("run", "state", "epochs", "best_epoch", "kept_epoch", "seconds_per_epoch", "ms_per_step", "images_per_second")
    return Table("runs", facts.say("runs_caption"), [facts.say(key) for key in keys], rows, 2)
