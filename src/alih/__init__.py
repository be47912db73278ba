"""alih: does this recipe help on my images? Studies of image networks with verdicts that can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alih.api import Results, load, open_results, run

__all__ = ["Results", "load", "open_results", "run"]


def __getattr__(name: str) -> Any:
    # Imported on first use: `alih --help` should not pay for the whole package.
    if name in __all__:
        from alih import api

        return getattr(api, name)
    raise AttributeError(f"module 'alih' has no attribute {name!r}")
