"""Reading and writing study documents: file, built-in name or study folder in, a checked `Study`
out.
"""

from __future__ import annotations

import io
import json
import shlex
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from alih import files
from alih.errors import AlihError
from alih.study.catalogue.backbones import is_path as names_a_file
from alih.study.checking.study import NOT_HERE, is_path, problems_in
from alih.study.document.data import SOURCES
from alih.study.document.problems import Problem, StudyError
from alih.study.document.study import Study
from alih.study.partly import further
from alih.study.planning.recipes import SHORT_FORMS, assign
from alih.study.reading import yamlfile
from alih.study.reading.moved import followed
from alih.study.reading.translate import dotted, problems_of
from alih.study.reading.yamlfile import Document
from alih.study.reading.yamlfile import Path as Place
from alih.words.phrase import known, reason_of

SUFFIXES = (".yaml", ".yml")
OLDER_SEEDS = 3
"""The number of replicates of study folders that do not say it: it was the default, which older
versions left out."""


def load(
    source: str | Path,
    overrides: Sequence[str] = (),
    seeds: int | None = None,
    *,
    until_decided: bool = False,
    budget: str | None = None,
    anywhere: bool = False,
) -> Study:
    """Read and check a study. Without `name` it is called as its file, without `title` as its name.

    Args:
        source: A YAML file, the name of a built-in study, or a study folder.
        overrides: Values in place of the document's, applied before the checks, such as
            `"arms.dropout.train.lr=1e-4"` (`--set`).
        seeds: The number of replicates, in place of the document's.
        until_decided: Whether replicates are added until verdicts are decided, whatever the
            document says.
        budget: The study's budget, such as `"2h"`, in place of the document's.
        anywhere: Whether its images may be missing here, as those of study folders may.

    Returns:
        The study, checked.

    Raises:
        StudyError: The document cannot be used; lists every problem with file, line, key, and how
            to fix it.
        AlihError: There is no such file or study.

    >>> load("quickstart", ["train.epochs=2"], seeds=5).train["epochs"]
    2
    """
    text, shown, stem = _read(source)
    document = yamlfile.parse(text, shown)
    document.values.setdefault("name", stem)
    document.values.setdefault("title", str(document.values["name"]))
    from_file = Path(source).is_file() and not _is_builtin(source)
    # Finished results can be read where images and weights are not; `run` says so before it
    # computes.
    kept = not _is_builtin(source) and Path(source).is_dir()
    anywhere = anywhere or kept
    if kept and not _is_kfold(document.values.get("split")):
        document.values.setdefault("seeds", OLDER_SEEDS)
    options = _options(document, overrides, seeds, until_decided, budget)
    folder = Path(source).parent if from_file else Path.cwd()
    return _made(document, folder, options, anywhere, Path(source) if kept else None)


def changed(
    study: Study,
    overrides: Sequence[str] = (),
    seeds: int | None = None,
    *,
    until_decided: bool = False,
    budget: str | None = None,
) -> Study:
    """The study with other values, checked again; the same study where none are given.

    Args:
        study: A study, however it was made.
        overrides: Values in place of the study's, as for `load`.
        seeds: The number of replicates, in place of the study's.
        until_decided: As for `load`.
        budget: As for `load`.

    Returns:
        Another study; `study` stays as it is.

    Raises:
        StudyError: The values do not fit the study.

    >>> changed(load("quickstart"), ["train.epochs=2"], seeds=5).seeds
    5
    """
    if not overrides and seeds is None and not until_decided and budget is None:
        return study
    document = yamlfile.parse(dump(study), study.name)
    options = _options(document, overrides, seeds, until_decided, budget)
    return _made(document, Path.cwd(), options, anywhere=False)


def _options(
    document: Document,
    overrides: Sequence[str],
    seeds: int | None,
    until_decided: bool,
    budget: str | None,
) -> list[tuple[str, str]]:
    """Values in place of the document's, each with the option of the command that gives it.

    Raises AlihError for a number of replicates where they are added as they are needed.
    """
    if until_decided and seeds is not None:
        raise AlihError("study.seeds_and_until", seeds=seeds)
    options = [(option, f"--set {option}") for option in overrides]
    if seeds is not None:
        options.append((f"seeds={seeds}", f"--seeds {seeds}"))
        options.append(("until_decided=false", f"--seeds {seeds}"))
        arms = document.values.get("arms")
        for name, arm in arms.items() if isinstance(arms, dict) else ():
            if isinstance(arm, dict) and "seeds" in arm:
                options.append((f"arms.{name}.seeds=null", f"--seeds {seeds}"))
    if until_decided:
        options.append(("until_decided=true", "--until-decided"))
    if budget is not None:
        # Quoted, so that nothing but a time passes: an empty text would mean no budget at all.
        options.append((f"budget={json.dumps(budget)}", f"--budget {shlex.quote(budget)}"))
    return options


def _made(
    document: Document,
    folder: Path,
    options: Sequence[tuple[str, str]],
    anywhere: bool,
    root: Path | None = None,
) -> Study:
    """The study of a document whose paths are relative to `folder`; its images may be missing where
    it may be read `anywhere`. `root` is the study folder that it was read from.
    """
    shown = document.source
    for option, flag in options:
        document = _overridden(document, option, flag)
    _absolute_paths(document, folder, root)
    study, problems = _checked(document)
    if anywhere:
        problems = [problem for problem in problems if problem.key not in NOT_HERE]
    if study is None or problems:
        raise StudyError.of(shown, problems)
    return study


def _checked(document: Document) -> tuple[Study | None, list[Problem]]:
    """The study, and its problems; None where single values are wrong."""
    try:
        study = Study.model_validate(document.values)
    except ValidationError as error:
        return None, [*problems_of(error, document), *further(error, document)]
    return study, problems_in(study, document)


def builtin_names() -> list[str]:
    """The names of the studies that come with the package, sorted."""
    folder = resources.files("alih.study") / "builtin"
    return sorted(
        entry.name.removesuffix(".yaml")
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    )


def _is_builtin(source: str | Path) -> bool:
    """Whether a built-in study is meant: by its bare name, unless a study folder of that name lies
    here.
    """
    return str(source) in builtin_names() and not (Path(source) / "study.yaml").is_file()


def not_a_study_folder(path: Path) -> AlihError:
    """Why `path` is not a study folder, and the next step for what it is: a document, photos, or
    something else.
    """
    from alih.datafiles.folders import is_image_folder

    if (path.is_file() and path.suffix in SUFFIXES) or (
        not path.exists() and str(path) in builtin_names()
    ):
        try:
            folder = Path("runs") / load(path).name
        except AlihError as error:
            return error
        return AlihError("runs.document_no_folder", path=path, folder=folder)
    if path.is_dir() and is_image_folder(path):
        return AlihError("runs.photos_no_folder", path=path)
    return AlihError("runs.not_a_study_folder", path=path)


def dump(study: Study) -> str:
    """The document as canonical YAML that loads back equal; settings at their default are left out,
    except `seeds`.
    """
    values = study.model_dump(by_alias=True, exclude_defaults=True)
    if not _is_kfold(values.get("split")):
        values.setdefault("seeds", study.seeds)  # its default has changed
    return yamlfile.dump({"schema": study.schema_, **values})


def _is_kfold(split: Any) -> bool:
    return isinstance(split, dict) and split.get("scheme") == "repeated-kfold"


def _absolute_paths(document: Document, folder: Path, root: Path | None) -> None:
    """Spell out the paths of `from`, `data` and weights, so that a study means the same from every
    directory.

    Paths in the document are relative to it, those of `--set` to the present directory. Those of
    the study folder `root` are followed where it was moved together with them.
    """
    for path, holder in list(_texts(document.values)):
        if _names_a_place(path, holder[path[-1]]):
            given = document.where(path).startswith("--")
            base = Path.cwd() if given else folder
            place = (base / Path(holder[path[-1]]).expanduser()).resolve()
            holder[path[-1]] = str(place if given or root is None else followed(place, root))


def _texts(values: Any, above: Place = ()) -> Iterator[tuple[Place, Any]]:
    """The path of every text of a document, and the mapping or list that holds it."""
    items = values.items() if isinstance(values, dict) else enumerate(values)
    for key, value in items:
        if isinstance(value, str):
            yield (*above, key), values
        elif isinstance(value, dict | list):
            yield from _texts(value, (*above, key))


def _names_a_place(path: Place, value: str) -> bool:
    """Whether a text is a path: of data, of an arm's start, or of weights, also in a grid."""
    names = [part for part in path if isinstance(part, str)]
    if names[0] == "data":
        return path[-1] in (*SOURCES[1:], "path")
    if names[0] == "arms" and path[2:] == ("from",):
        return is_path(value)
    return names[-1].rpartition(".")[2] == "weights" and names_a_file(value)


def _read(source: str | Path) -> tuple[str, str, str]:
    """Text, the name shown in messages, and the name that a study without one gets."""
    path = Path(source)
    if _is_builtin(source):
        text = (resources.files("alih.study") / "builtin" / f"{path.name}.yaml").read_text(
            encoding="utf-8"
        )
        return text, f"{path.name}.yaml", path.name
    if path.is_dir():
        if not (path / "study.yaml").is_file():
            raise not_a_study_folder(path)
        return _text(path / "study.yaml"), str(path / "study.yaml"), path.name
    if path.is_file():
        return _text(path), str(source), path.stem
    name = str(source)
    if path.exists():
        return _text(path), str(source), path.stem
    if path.suffix in SUFFIXES or len(path.parts) > 1:
        raise AlihError("common.no_such_file", path=source)
    raise AlihError("study.no_such_study", got=name, known=known(name, builtin_names()))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > yamlfile.LARGEST_BYTES:
            limit = f"{yamlfile.LARGEST_BYTES / 1e6:g}"
            raise StudyError.of(
                str(path), [Problem(str(path), "", "study.too_large", {"megabytes": limit})]
            )
        with (
            files.open_regular(path) as file,
            io.TextIOWrapper(file, encoding="utf-8-sig") as text,
        ):
            return text.read()
    except UnicodeDecodeError:
        raise StudyError.of(str(path), [Problem(str(path), "", "study.not_text")]) from None
    except OSError as error:
        raise AlihError("study.cannot_read", path=path, reason=reason_of(error)) from error


def _overridden(document: Document, option: str, flag: str) -> Document:
    key, equals, right = option.partition("=")
    key = key.strip()
    if not equals or not all(key.split(".")):
        raise StudyError.of(flag, [Problem(flag, "", "study.override_form", {"got": option})])
    path = _split(key)
    value: Any = yamlfile.value_of(right, flag)
    for length in range(1, len(path)):
        above = _at(document.values, path[:length])
        if (
            above is not None
            and not isinstance(above, dict)
            and not (isinstance(above, str) and path[length - 1] in SHORT_FORMS)
        ):
            raise StudyError.of(
                flag,
                [
                    Problem(
                        flag, dotted(path), "study.override_inside", {"name": dotted(path[:length])}
                    )
                ],
            )
    places = {
        place: where for place, where in document.places.items() if place[: len(path)] != path
    }
    return Document(document.source, assign(document.values, path, value), {**places, path: flag})


def _split(key: str) -> tuple[str, ...]:
    # Under `vary` and `tune` the dotted path is itself a key.
    first, _, rest = key.partition(".")
    return (first, rest) if first in ("vary", "tune") and rest else tuple(key.split("."))


def _at(values: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        if not isinstance(values, dict):
            return None
        values = values.get(part)
    return values
