"""Does this recipe help on my images? Studies of image networks with verdicts that can be trusted.

>>> import alih
>>> alih.load("quickstart").name
'quickstart'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alih.api import AlihError as AlihError
    from alih.api import Predictor as Predictor
    from alih.api import Results as Results
    from alih.api import StudyError as StudyError
    from alih.api import audit as audit
    from alih.api import check as check
    from alih.api import domains as domains
    from alih.api import export as export
    from alih.api import export_page as export_page
    from alih.api import load as load
    from alih.api import load_model as load_model
    from alih.api import look as look
    from alih.api import open_model as open_model
    from alih.api import open_results as open_results
    from alih.api import plan as plan
    from alih.api import predict as predict
    from alih.api import run as run
    from alih.api import scout as scout
    from alih.api import segment as segment
    from alih.api import track as track
    from alih.api import verdict as verdict

__all__ = [
    "AlihError",
    "Predictor",
    "Results",
    "StudyError",
    "audit",
    "check",
    "domains",
    "export",
    "export_page",
    "load",
    "load_model",
    "look",
    "open_model",
    "open_results",
    "plan",
    "predict",
    "run",
    "scout",
    "segment",
    "track",
    "verdict",
]


def __getattr__(name: str) -> Any:
    """The entry points of `alih.api`, imported when first asked for: `alih --help` must not pay for
    them.
    """
    if name in __all__:
        from alih import api

        return getattr(api, name)
    raise AttributeError(f"module 'alih' has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
