"""`alih new`: a first study for a folder of images, written as a commented document."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from alih.datafiles import archives, array_sets, arrays, likely_groups, tables
from alih.datafiles.array_sets import ArraySet
from alih.datafiles.listing import Listing
from alih.datafiles.mask_folders import is_mask_folder
from alih.datafiles.pets import NAME as PETS
from alih.datafiles.survey import looks_gray, survey
from alih.errors import AlihError
from alih.study.catalogue.lookup import listing_of
from alih.study.catalogue.sets import FOLDER_SIZE
from alih.study.document.arm import ARM_NAME
from alih.study.document.data import DataSpec
from alih.study.document.study import TASKS
from alih.study.reading.yamlfile import scalar
from alih.words import say

BACKBONE = "mobilenetv2_100"
SMALL, SMALL_SIDE = "xray-small", 64
"""A small network for gray images, and the pixels a side that it needs to halve its maps."""
MASK_SIZE = 128
"""Pixels a side of images with masks at most: a network answers for each of them."""
STRIDE = 32
TITLED = 4
"""Classes that a title names."""
VALIDATION = 0.2
FOLDS = 5
FEW_TEST_ITEMS = 300
"""With fewer test images than this, k-fold tests every image once instead of a fifth of them."""
VERY_FEW, REPEATS = 100, 3
"""Below so many images each is tested in three divisions: one division of so few is a matter of
luck, and trainings are short."""
MANY, MANY_SEEDS, MANY_EPOCHS = 20_000, 3, 5
"""From so many images on, replicates and epochs cost hours and differ little."""
FOLD_ITEMS = 3
"""Images in a fold at least, as long as there are two folds: nothing can be concluded from one."""


def write(
    name: str,
    data: str,
    target: Path | None = None,
    task: str | None = None,
    classes: list[str] | None = None,
) -> Path:
    """Look at the folder `data` and write a study called `name` to `target` (default
    `<name>.yaml`); returns the file.

    `classes`: those to use, of which the caller is sure. Without `task`, a folder of images and
    masks is for segmentation and everything else for classification. Raises AlihError for a name
    that cannot be a file's, a folder that is not understood, and a file that is there already.
    """
    target = target or Path(f"{name}.yaml")
    refuse_name(name, target)
    if task not in (None, *TASKS):
        from alih.words.phrase import known

        raise AlihError("study.unknown_value", got=task, known=known(task, TASKS))
    place = Path(data).expanduser().resolve()
    if not place.exists():
        raise AlihError("study.new_absent", path=data)
    masked = is_mask_folder(archives.folder_of(place)) or tables.is_masked(place)
    task = task or ("segmentation" if masked else "classification")
    spec = spec_of(place)
    if classes:
        spec = spec.model_copy(update={"classes": classes})
    held = _held(spec, task)
    from alih import files

    files.write_text(target, _text(spec, held, target.resolve().parent))
    return target


def refuse_name(name: str, target: Path) -> None:
    """AlihError for a name that cannot be a study's, and for a file that is there already."""
    if not ARM_NAME.fullmatch(name):
        raise AlihError("study.new_name", got=name)
    if target.exists():
        raise AlihError("study.new_exists", path=target)


def _held(spec: DataSpec, task: str) -> Listing | ArraySet:
    """What the files hold."""
    if spec.npz is not None:
        if task == "segmentation":
            raise AlihError("study.npz_masks")
        held = array_sets.of_file(arrays.look(Path(spec.npz)), "")
        return held.of_classes(spec.classes) if spec.classes else held
    listing = listing_of(spec, task=task)
    assert listing is not None, "a folder or a path has files"
    return listing


def spec_of(place: Path) -> DataSpec:
    """A table or arrays where it is such a file; Oxford-IIIT Pet where its lists lie there, else a
    folder of classes or of images with masks.
    """
    if place.suffix.lower() == ".csv" and not place.is_dir():
        return DataSpec(table=str(place))
    if place.suffix.lower() == ".npz" and not place.is_dir():
        return DataSpec(npz=str(place))
    as_pets = DataSpec(set=PETS, path=str(place))
    try:
        listing_of(as_pets)
        return as_pets
    except AlihError:
        return DataSpec(folder=str(place))


def _text(spec: DataSpec, held: Listing | ArraySet, beside: Path) -> str:
    """The document: arms that separate what pretrained weights bring, and what was seen as
    comments.
    """
    counts = {part: held.count(part) for part in ("train", "validation", "test")}
    total = sum(counts.values())
    few = not counts["test"] and not counts["validation"] and total // FOLDS < FEW_TEST_ITEMS
    folds = max(2, min(FOLDS, total // FOLD_ITEMS, _groups(held) or FOLDS)) if few else 0
    pool = counts["train"] * (folds - 1) // folds if folds else counts["train"]
    where = located(spec, beside)
    passed_over = held.ignored if isinstance(held, Listing) else ()
    ignored = ", ".join(f"{number} {suffix}" for suffix, number in passed_over)
    split = [*_split(folds, counts), *_suggested(held, folds, counts)]
    lines = [
        f"# {say('study.new_seen', images=total, classes=len(_classes(held)))}",
        *(f"#   {part}: {count}" for part, count in counts.items() if count),
        *([f"# {say('study.new_ignored', files=ignored)}"] if ignored else []),
        "schema: 1",
        f"title: {quoted(_title(held))}",
        *(
            _segmentation(where, held, split, pool)
            if isinstance(held, Listing) and held.masks
            else _classification(where, held, split, pool)
        ),
    ]
    return "\n".join(lines) + "\n"


def located(spec: DataSpec, beside: Path) -> str:
    """The keys of `data` that say which set is meant, for a document in the folder `beside`."""
    place = spec.folder or spec.table or spec.npz or spec.path or ""
    if place and Path(place).is_relative_to(beside):
        place = f"./{Path(os.path.relpath(place, beside)).as_posix()}"
    if spec.set:
        where = f"set: {spec.set}" + (f", path: {quoted(place)}" if place else "")
    else:
        where = f"{spec.places[0]}: {quoted(place)}"
    if spec.classes:
        where += f", classes: [{', '.join(map(quoted, spec.classes))}]"
    return where


def _classes(held: Listing | ArraySet) -> tuple[str, ...]:
    """What is to be told apart."""
    return held.target_classes if isinstance(held, Listing) else held.classes


def _title(held: Listing | ArraySet) -> str:
    """The question that the arms answer."""
    names = _classes(held)
    task = "segment" if isinstance(held, Listing) and held.masks else "classify"
    if len(names) > TITLED:
        return say(f"study.new_title_{task}_many", n=len(names))
    return say(f"study.new_title_{task}", classes=", ".join(names))


def _side(held: Listing | ArraySet, most: int) -> int:
    """Pixels a side that suit the files: a multiple of what backbones halve their maps by, no
    larger than files usually are, and at most `most`, which is enough for many questions.
    """
    own = min(held.width, held.height) if isinstance(held, ArraySet) else None
    usual = survey(held).usual_side if isinstance(held, Listing) else own
    return most if usual is None else max(STRIDE, min(most, usual // STRIDE * STRIDE))


def quoted(value: str) -> str:
    """A text as a value of the document; what YAML would read as something else (a number, a list)
    is put in quotes.
    """
    plain = (
        re.fullmatch(r"[\w./][\w./ -]*", value)
        and value.strip() == value
        and isinstance(scalar(value), str)
    )
    return value if plain else json.dumps(value, ensure_ascii=False)


def _classification(where: str, held: Listing | ArraySet, split: list[str], pool: int) -> list[str]:
    """Fine-tuning, with the two arms that differ from it in one thing each: random weights, and all
    but the head frozen.

    For very few images also a classifier on frozen features, which needs least of them; for gray
    ones, which little of ImageNet resembles, also a small network of its own.
    """
    total = sum(held.totals())
    gray = looks_gray(held) if isinstance(held, Listing) else held.channels == 1
    epochs = MANY_EPOCHS if total >= MANY else 10
    side, channels = _side(held, FOLDER_SIZE), ", channels: 1" if gray else ""
    flip = f"augment: {{shift: {max(1, side // 20)}, rotation: 5}}   # {say('study.new_gray')}"
    few = [
        f"  features:                          # {say('study.new_features')}",
        "    transfer: {strategy: features, classifier: logistic}",
    ]
    small = [
        f"  small:                             # {say('study.new_small')}",
        f"    model: {SMALL}",
        "    transfer: scratch",
    ]
    return [
        f"data: {{{where}, image_size: {side}{channels}}}",
        *split,
        f"train: {{epochs: {epochs}, batch_size: {batch_size(32, pool)}, optimizer: adam, "
        f"lr: 3e-4, keep: best}}",
        f"init: torch                          # {say('study.new_init')}",
        flip if gray else "augment: {flip: true}",
        f"model: {BACKBONE}                # {say('study.new_model')}",
        "transfer: finetune",
        "arms:",
        f"  finetuned: {{}}                      # {say('study.new_finetuned')}",
        f"  random:                            # {say('study.new_random')}",
        "    model: {weights: none}",
        f"  head:                              # {say('study.new_head')}",
        "    transfer: {strategy: finetune, freeze: all}",
        *(few if total < VERY_FEW else []),
        *(small if gray and side >= SMALL_SIDE else []),
        "compare:",
        f"  baseline: finetuned                # {say('study.new_baseline', other='head')}",
        "  primary: accuracy",
        f"  metrics: {{accuracy: {{margin: 0.02}}}}    # {say('study.new_margin')}",
    ]


def _segmentation(where: str, listing: Listing, split: list[str], pool: int) -> list[str]:
    """As for classification, of a U-Net on a backbone: its weights or its frozen encoder differ;
    and a plain U-Net.
    """
    assert listing.masks is not None, "segmentation has masks"
    ids = mask_ids(listing)
    encoder = f"name: unet, encoder: {BACKBONE}"
    return [
        "task: segmentation",
        "data:",
        f"  {where.replace(', path: ', chr(10) + '  path: ')}",
        f"  image_size: {_side(listing, MASK_SIZE)}",
        f"  masks: {{{ids}}}    # {say('study.new_masks')}",
        *split,
        f"train: {{epochs: 20, batch_size: {batch_size(16, pool)}, optimizer: adam, "
        f"lr: 0.001, keep: best}}",
        f"augment: {{flip: true, rotation: 10, scale: 0.2}}    # {say('study.new_joint')}",
        f"model: {{{encoder}}}    # {say('study.new_model')}",
        "transfer: finetune",
        "arms:",
        f"  finetuned: {{}}                      # {say('study.new_finetuned')}",
        f"  random:                            # {say('study.new_random')}",
        "    model: {weights: none}",
        f"  frozen:                            # {say('study.new_frozen')}",
        "    transfer: {strategy: finetune, freeze: all}",
        f"  plain:                             # {say('study.new_unet')}",
        "    model: {name: unet, width: 32}",
        "    transfer: scratch",
        "compare:",
        f"  baseline: finetuned                # {say('study.new_baseline', other='frozen')}",
        "  primary: iou_macro",
        f"  metrics: {{iou_macro: {{margin: 0.02}}}}    # {say('study.new_margin')}",
    ]


def mask_ids(listing: Listing) -> str:
    """Classes and their ids in the masks, as a document has them."""
    assert listing.masks is not None, "segmentation has masks"
    return ", ".join(f"{_key(str(name))}: {_ids(found)}" for name, found in listing.masks.rows())


def _ids(found: object) -> str:
    return str(found[0] if isinstance(found, list) and len(found) == 1 else found)


def _key(name: str) -> str:
    """A class as a key of the document; what YAML would read as a number or a truth is put in
    quotes.
    """
    plain = re.fullmatch(r"[A-Za-z][\w -]*\w|[A-Za-z]", name) and name.lower() not in (
        "true",
        "false",
        "null",
    )
    return name if plain else json.dumps(name, ensure_ascii=False)


def batch_size(most: int, pool: int) -> int:
    """A quarter of the pool up to `most`, at least two; one only where validation leaves no second
    image to train on.
    """
    trained = int(pool * (1 - VALIDATION))
    return max(1, min(most, max(2, pool // 4), trained))


def _split(folds: int, counts: dict[str, int], group: str = "") -> list[str]:
    """How images are divided, and how often; `group` ends the mapping of `split`."""
    if folds:
        few = sum(counts.values()) < VERY_FEW
        scheme = f"scheme: repeated-kfold, folds: {folds}, repeats: {REPEATS if few else 1}"
        said = say("study.new_folds_repeated" if few else "study.new_folds")
        return [f"split: {{{scheme}, validation: {VALIDATION}{group}}}   # {said}"]
    ready = [] if counts["validation"] else [f"split: {{validation: {VALIDATION}{group}}}"]
    if group and not ready:
        ready = [f"split: {{{group.removeprefix(', ')}}}"]
    seeds = MANY_SEEDS if sum(counts.values()) >= MANY else 5
    return [*ready, f"seeds: {seeds}                             # {say('study.new_seeds')}"]


def _groups(held: Listing | ArraySet) -> int | None:
    """How many groups a table names, None where it names none."""
    cells = (held.columns or {}).get(tables.GROUP) if isinstance(held, Listing) else None
    return len(set(cells)) if cells else None


def _suggested(held: Listing | ArraySet, folds: int, counts: dict[str, int]) -> list[str]:
    """The line that keeps likely groups together, as a comment: whether they are groups is for
    whoever knows the images to say.
    """
    if not isinstance(held, Listing) or _groups(held) is not None:
        return []
    found = likely_groups.likely(held)
    if found is None or found.table is not None:  # a table is told with the findings
        return []
    folds = min(folds, max(2, found.count)) if folds else 0
    group = "'" + found.group.replace("'", "''") + "'"
    line = _split(folds, counts, f", group: {group}")[0].partition("   #")[0]
    told = say("study.new_groups", count=found.count, example=found.example)
    return [f"# {told}", f"# {line}"]
