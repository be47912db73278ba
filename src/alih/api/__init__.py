"""The Python entry points; the command line is a thin layer over these.

>>> import alih
>>> study = alih.load("quickstart")
>>> study.compare.baseline
'plain'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alih.api.images import Answers, predict, segment
from alih.api.planned import Plan
from alih.api.results import Results, open_results
from alih.api.scores import verdict
from alih.api.studies import plan, run
from alih.study.loading import load

if TYPE_CHECKING:
    from alih.inspect.predictor import Predictor

__all__ = [
    "Answers",
    "Plan",
    "Predictor",
    "Results",
    "load",
    "open_results",
    "plan",
    "predict",
    "run",
    "segment",
    "verdict",
]


def __getattr__(name: str) -> Any:
    """`Predictor`, whose module takes NumPy and Pillow with it."""
    if name == "Predictor":
        from alih.inspect.predictor import Predictor

        return Predictor
    raise AttributeError(f"module 'alih.api' has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
