"""What the names of folders say: parts under other names, and domains taken for classes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from alih.errors import AlihError
from alih.words.phrase import Phrase

PART_NAMES = {
    "train": ("train", "training"),
    "validation": ("val", "valid", "validation"),
    "test": ("test",),
}
"""What the folders of ready parts are called, in any case."""

_ALSO = {"train": ("trn",), "validation": ("dev",), "test": ("testing", "tst", "eval")}
_FILLERS = (
    *("set", "sets", "split", "part", "data", "dataset", "folder", "files"),
    *("image", "images", "img", "imgs", "picture", "pictures", "photo", "photos"),
)
_WORDS = {
    word: part for names in (PART_NAMES, _ALSO) for part, words in names.items() for word in words
}
_ARCHIVES = (".zip", ".tar", ".7z", ".rar")
SHOWN = 5


def part_of(name: str) -> str | None:
    """The ready part that a folder's name stands for."""
    return next((part for part, names in PART_NAMES.items() if name.lower() in names), None)


def part_meant(name: str) -> str | None:
    """The part that a folder's name was probably meant for.

    >>> [part_meant(name) for name in ("train_set", "ValImages", "test2017", "trainer", "data")]
    ['train', 'validation', 'test', None, None]
    """
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)]
    rest = [found for word in words if (found := _without_filler(word))]
    return _WORDS.get(rest[0]) if len(rest) == 1 else None


def _without_filler(word: str) -> str:
    """A word without what only says that it names a folder of files: `trainset` is `train`."""
    if word in _FILLERS:
        return ""
    for filler in _FILLERS:
        for rest in (word.removesuffix(filler), word.removeprefix(filler)):
            if rest != word and rest in _WORDS:
                return rest
    return word


def refuse_parts_as_classes(root: Path, inside: Mapping[str, Sequence[str]]) -> None:
    """AlihError where folders are called like at least two different parts, but are none.

    `inside`: the sub-folders with images of each folder that would be a class.
    """
    meant = {name: part for name in inside if (part := part_meant(name))}
    if len(set(meant.values())) < 2:
        return
    names = listed(list(meant))
    bare = [name for name in meant if not inside[name]]
    if bare:
        example = _example(inside)
        raise AlihError("study.folder_parts_bare", path=root, names=names, **example)
    called = {part: words[0] for part, words in PART_NAMES.items()}
    moves = [
        str(Phrase("study.folder_move", {"old": root / name, "new": root / called[part]}))
        for name, part in meant.items()
        if part_of(name) is None
    ]
    raise AlihError("study.folder_parts_named", path=root, names=names, moves="; ".join(moves))


def _example(inside: Mapping[str, Sequence[str]]) -> dict[str, str]:
    known = next((list(names) for names in inside.values() if len(names) > 1), ["cat", "dog"])
    return {"first": known[0], "second": known[1]}


def refuse_domains_as_classes(
    root: Path, inside: Mapping[str, Sequence[str]], loose: Sequence[str]
) -> None:
    """AlihError where all folders hold the same sub-folders (`inside`) and nothing else.

    `loose`: the folders with images that lie in none of their sub-folders.
    """
    same = next(iter(inside.values()))
    if len(same) < 2 or loose or any(set(names) != set(same) for names in inside.values()):
        return
    names = list(inside)
    values = {"names": listed(names), "inner": listed(list(same))}
    places = {"first": root / names[0], "second": root / names[1]}
    classes = ", ".join(names)
    raise AlihError("study.folder_like_domains", path=root, classes=classes, **values, **places)


def refuse_archive(place: Path) -> None:
    """AlihError for an archive that is given in place of a folder, with the command that unpacks
    it.
    """
    command = _unpacking(place)
    if command and place.is_file():
        raise AlihError("study.folder_archive", path=place, command=command, into=_into(place))


def inner_hint(
    root: Path, folders: Sequence[Path], inside: Sequence[str], loose: Sequence[str]
) -> Phrase | str:
    """What to do about a folder that holds no classes: one folder too many, images that lie in no
    folder (`loose`), or an archive.
    """
    if len(folders) == 1 and len(inside) > 1:
        values = {"inner": listed(inside), "place": folders[0]}
        return Phrase("study.folder_inner", values)
    if loose:
        return Phrase("study.folder_loose_hint", {"count": len(loose), "example": loose[0]})
    archives = sorted(file for file in root.iterdir() if file.is_file() and _unpacking(file))
    if archives and not folders:
        command = _unpacking(archives[0])
        return Phrase("study.folder_unpack", {"file": archives[0].name, "command": command})
    return ""


def _unpacking(file: Path) -> Phrase | None:
    name = file.name.lower()
    kind = ".tar" if re.search(r"\.(tar(\.\w+)?|tgz|tbz2|txz)$", name) else file.suffix.lower()
    if kind not in _ARCHIVES:
        return None
    return Phrase(f"study.unpack_{kind[1:]}", {"file": file, "into": _into(file)})


def _into(file: Path) -> Path:
    return file.with_name(re.sub(r"(?i)(?<=.)\.(tar\.\w+|\w+)$", "", file.name))


def folded(name: str) -> str:
    """A class's name without what is easily written in two ways.

    >>> folded("Kucing_Hitam") == folded("kucing  hitam")
    True
    """
    return re.sub(r"[\s_-]+", " ", unicodedata.normalize("NFKC", name)).strip().casefold()


def other_spelling(names: Sequence[str], known: Sequence[str]) -> Phrase | str:
    """The end of a sentence about unknown classes, one of which a known one is another spelling
    of.
    """
    spelt = {folded(name): name for name in known}
    for name in names:
        if folded(name) in spelt:
            return Phrase("study.other_spelling", {"got": name, "known": spelt[folded(name)]})
    return ""


def listed(names: Sequence[str]) -> str:
    """Names for a sentence, the first few of many.

    >>> listed(list("abcdefg"))
    'a, b, c, d, e, …'
    """
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
