"""A strategy to be examined: one of the table, or the classes of a Python file."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alih.errors import AlihError
from alih.study.strategies import options as documented
from alih.study.strategies.base import StrategyOptions
from alih.transfer import table
from alih.transfer.contract import Strategy
from alih.transfer.ingredients import Ingredients
from alih.words.phrase import known

Builder = Callable[[Ingredients], Strategy]


@dataclass(frozen=True)
class Candidate:
    """A strategy with the class of its options, and the options that it is tried with."""

    name: str
    options: type[StrategyOptions]
    build: Builder
    values: Mapping[str, Any] = field(default_factory=dict)

    @contextmanager
    def registered(self, build: Builder) -> Iterator[None]:
        """Let documents name the strategy, built by `build`, and leave the tables as they were."""
        tables: tuple[tuple[dict[str, Any], Any], ...] = (
            (documented.STRATEGIES, self.options),
            (table.STRATEGIES, build),
        )
        kept = [(entries, entries.get(self.name)) for entries, _ in tables]
        for entries, mine in tables:
            entries[self.name] = mine
        try:
            yield
        finally:
            for entries, before in kept:
                if before is None:
                    del entries[self.name]
                else:
                    entries[self.name] = before


def find(name: str, values: Mapping[str, Any] | None = None) -> Candidate:
    """The candidate that a Python file defines, or a strategy of the table. Raises AlihError."""
    if name in table.STRATEGIES:
        kind = documented.STRATEGIES[name]
        given = {**kind.rehearsed(), **(values or {})}
        return Candidate(name, kind, table.STRATEGIES[name], given)
    if name in table.CLOSED_FORM:
        raise AlihError("training.strategy_without_steps", name=name)
    if not name.endswith(".py"):
        raise AlihError("training.unknown_strategy", got=name, known=known(name, table.STRATEGIES))
    return read(Path(name), values)


def read(path: Path, values: Mapping[str, Any] | None = None) -> Candidate:
    """The strategy class and the options class that a Python file defines.

    The strategy is called with its `Ingredients`; without a class of options it takes none. Raises
    AlihError for a file that cannot be read or run, or that does not define exactly one strategy.
    """
    if not path.is_file():
        raise AlihError("training.no_strategy_file", path=path)
    classes = [kind for kind in vars(_module(path)).values() if inspect.isclass(kind)]
    own = [kind for kind in classes if kind.__module__ == _module_name(path)]
    strategies = [k for k in own if issubclass(k, Strategy) and not inspect.isabstract(k)]
    options = [k for k in own if issubclass(k, StrategyOptions)]
    for found, base, few in ((strategies, Strategy, 1), (options, StrategyOptions, 0)):
        if not few <= len(found) <= 1:
            names = ", ".join(kind.__name__ for kind in found) or "–"
            raise AlihError(
                "training.one_strategy", path=path, base=base.__name__, got=len(found), names=names
            )
    name = path.stem.replace("_", "-")
    return Candidate(name, options[0] if options else StrategyOptions, strategies[0], values or {})


def _module_name(path: Path) -> str:
    return f"alih_strategy_{path.stem}"


def _module(path: Path) -> Any:
    name = _module_name(path)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses and pydantic look names up
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise AlihError("training.strategy_file", path=path, reason=told(error, path)) from error
    return module


def told(error: BaseException, path: Path | None = None) -> str:
    """An error in one line, with the last line of the file (or of any) that it came from."""
    if isinstance(error, AlihError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    inside = [f for f in frames if path is not None and f.filename == str(path)] or frames
    line = error.lineno if isinstance(error, SyntaxError) else inside[-1].lineno
    file = error.filename if isinstance(error, SyntaxError) else inside[-1].filename
    said = str(error) or "–"
    return f"{type(error).__name__}: {said} ({Path(file or '?').name}:{line})"
