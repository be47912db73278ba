"""The Python entry points; the command line is a thin layer over these.

>>> import alih
>>> study = alih.load("quickstart")
>>> study.compare.baseline
'plain'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alih.api.checked import Checked as Checked
    from alih.api.exporting import Export as Export
    from alih.api.exporting import export as export
    from alih.api.images import Answers as Answers
    from alih.api.images import predict as predict
    from alih.api.images import segment as segment
    from alih.api.inspecting import audit as audit
    from alih.api.inspecting import domains as domains
    from alih.api.inspecting import look as look
    from alih.api.inspecting import scout as scout
    from alih.api.loaded import Model as Model
    from alih.api.loaded import load_model as load_model
    from alih.api.model_page import export_page as export_page
    from alih.api.planned import Plan as Plan
    from alih.api.results import Results as Results
    from alih.api.results import open_results as open_results
    from alih.api.scores import verdict as verdict
    from alih.api.studies import check as check
    from alih.api.studies import plan as plan
    from alih.api.studies import run as run
    from alih.api.tracking import track as track
    from alih.errors import AlihError as AlihError
    from alih.exported.folder import ExportedModel as ExportedModel
    from alih.exported.folder import open_model as open_model
    from alih.inspect.predictor import Predictor as Predictor
    from alih.study.document.problems import StudyError as StudyError
    from alih.study.loading import load as load

_HOMES = {
    "AlihError": "errors",
    "Answers": "api.images",
    "Checked": "api.checked",
    "Export": "api.exporting",
    "ExportedModel": "exported.folder",
    "Model": "api.loaded",
    "Plan": "api.planned",
    "Predictor": "inspect.predictor",
    "Results": "api.results",
    "StudyError": "study.document.problems",
    "audit": "api.inspecting",
    "check": "api.studies",
    "domains": "api.inspecting",
    "export": "api.exporting",
    "export_page": "api.model_page",
    "load": "study.loading",
    "load_model": "api.loaded",
    "look": "api.inspecting",
    "open_model": "exported.folder",
    "open_results": "api.results",
    "plan": "api.studies",
    "predict": "api.images",
    "run": "api.studies",
    "scout": "api.inspecting",
    "segment": "api.images",
    "track": "api.tracking",
    "verdict": "api.scores",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    """An entry point, imported when first asked for: a check must not pay for NumPy."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"alih.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'alih.api' has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
