"""Keep torch's compiler out of a process until something is compiled. Torch-free itself."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

NAME = "torch._dynamo"


class _Postponed(ModuleType):
    """Stands where a module of the compiler will stand; asked for anything, it makes way for the
    real one.
    """

    def __getattr__(self, name: str) -> Any:
        package = self.__name__ == NAME
        # Whoever looks through all modules (`inspect` does) asks for `__file__` and means nothing
        # by it; `__path__` is asked for when a submodule is imported.
        if name.startswith("__") and not (package and name == "__path__"):
            raise AttributeError(name)
        # What others import from the submodule beforehand is looked up when they call it.
        return getattr(_loaded(NAME), name) if package else _later(self.__name__, name)


def postpone_compiler() -> None:
    """Spare this process the import of torch's compiler: five seconds of CPU for whoever makes an
    optimizer or imports timm.

    Optimizers call two of its functions, which do nothing outside of compiled code, and torchvision
    imports a third one that it hardly ever calls. Everything else, `torch.compile` too, loads it as
    usual. For processes that belong to alih alone.
    """
    if NAME in sys.modules:
        return
    stand_in, utils = _Postponed(NAME), _Postponed(f"{NAME}.utils")
    stand_in.graph_break = lambda *_, **__: None  # type: ignore[attr-defined]
    stand_in.disable = _disable  # type: ignore[attr-defined]
    sys.modules.update({NAME: stand_in, f"{NAME}.utils": utils})


def _disable(function: Callable[..., Any] | None = None, *_: Any, **__: Any) -> Any:
    return (lambda inner: inner) if function is None else function


def _later(module: str, name: str) -> Callable[..., Any]:
    return lambda *given, **named: getattr(_loaded(module), name)(*given, **named)


def _loaded(module: str) -> ModuleType:
    for name in (NAME, f"{NAME}.utils"):
        if isinstance(sys.modules.get(name), _Postponed):
            del sys.modules[name]
    return importlib.import_module(module)
