"""`alih new`: a first study for a folder of images, written as a commented document."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from alih.errors import AlihError
from alih.study.document import ARM_NAME, DataSpec
from alih.study.listing import Listing, listing_of
from alih.study.pets import NAME as PETS
from alih.words import say

BACKBONE = "mobilenetv2_100"
STAGES = 20
FEW_TEST_ITEMS = 300
"""With fewer test images than this, k-fold tests every image once instead of a fifth of them."""


def write(name: str, data: str, target: Path | None = None) -> Path:
    """Look at the folder `data` and write a study called `name` to `target` (default `<name>.yaml`); returns the file.

    Raises AlihError for a name that cannot be a file's, a folder that is not understood, and a file that is there already.
    """
    if not ARM_NAME.match(name):
        raise AlihError("study.new_name", got=name)
    target = target or Path(f"{name}.yaml")
    if target.exists():
        raise AlihError("study.new_exists", path=target)
    place = Path(data).expanduser().resolve()
    spec = spec_of(place)
    listing = listing_of(spec)
    assert listing is not None, "a folder or a path has files"
    from alih import files

    files.write_text(target, text(name, spec, listing, target.resolve().parent))
    return target


def spec_of(place: Path) -> DataSpec:
    """Oxford-IIIT Pet where its lists lie there, else a folder of classes."""
    as_pets = DataSpec(set=PETS, path=str(place))
    try:
        listing_of(as_pets)
        return as_pets
    except AlihError:
        return DataSpec(folder=str(place))


def text(name: str, spec: DataSpec, listing: Listing, beside: Path) -> str:
    """The document: three arms (random weights, all but the head frozen, half frozen), and what was seen as comments."""
    counts = {part: listing.count(part) for part in ("train", "validation", "test")}
    total = sum(counts.values())
    place = spec.folder or spec.path or ""
    if Path(place).is_relative_to(beside):
        place = f"./{Path(os.path.relpath(place, beside)).as_posix()}"
    quoted = place if re.fullmatch(r"[\w./ -]+", place) and not place.endswith(" ") else json.dumps(place)
    data = f"{{folder: {quoted}, image_size: 160}}" if spec.folder else f"{{set: {spec.set}, path: {quoted}, image_size: 160}}"
    few = not counts["test"] and not counts["validation"] and total // 5 < FEW_TEST_ITEMS
    pool = counts["train"] if not few else counts["train"] * 4 // 5
    batch = max(2, min(32, pool // 4))
    lines = [
        f"# {say('study.new_seen', images=total, classes=len(listing.classes))}",
        *(f"#   {part}: {count}" for part, count in counts.items() if count),
        *([f"# {say('study.new_ignored', files=', '.join(f'{n} {s}' for s, n in listing.ignored))}"] if listing.ignored else []),
        "schema: 1",
        f"title: {name}",
        f"data: {data}",
        *_split(few, counts),
        f"train: {{epochs: 10, batch_size: {batch}, optimizer: adam, lr: 0.001, keep: best}}",
        "augment: {flip: true}",
        f"model: {BACKBONE}                # {say('study.new_model')}",
        "arms:",
        f"  scratch:                           # {say('study.new_scratch')}",
        f"    model: {{name: {BACKBONE}, weights: none}}",
        f"  head:                              # {say('study.new_head')}",
        "    transfer: {strategy: finetune, freeze: all}",
        f"  half:                              # {say('study.new_half')}",
        f"    transfer: {{strategy: finetune, freeze: {STAGES // 2}, stage_decay: 0.8}}",
        "    train: {lr: 3e-4}",
        "compare:",
        "  baseline: scratch",
        "  primary: accuracy",
        f"  metrics: {{accuracy: {{margin: 0.02}}}}    # {say('study.new_margin')}",
    ]
    return "\n".join(lines) + "\n"


def _split(few: bool, counts: dict[str, int]) -> list[str]:
    if few:
        return [f"split: {{scheme: repeated-kfold, folds: 5, repeats: 1, validation: 0.2}}   # {say('study.new_folds')}"]
    ready = [] if counts["validation"] else ["split: {validation: 0.2}"]
    return [*ready, f"seeds: 3                             # {say('study.new_seeds')}"]
