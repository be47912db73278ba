"""What tests and the examples of docstrings share: no display, no traces in the user's cache,
English unless a test says otherwise.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.doctest import DoctestItem

from alih.models.compiler import postpone_compiler

os.environ.setdefault("MPLBACKEND", "Agg")
postpone_compiler()  # as the command line and worker processes do


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Decoded images of the tests go to a folder of their own, shared within one session."""
    before = os.environ.get("ALIH_CACHE")
    os.environ["ALIH_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["ALIH_CACHE"]
    else:
        os.environ["ALIH_CACHE"] = before


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test begins in English, whatever the machine speaks and the test before chose."""
    from alih.words import set_language

    monkeypatch.delenv("ALIH_LANG", raising=False)
    set_language(None)
    yield
    set_language(None)


@pytest.fixture(autouse=True)
def _elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples of docstrings find no study folders of the user's, and leave none."""
    if isinstance(request.node, DoctestItem):
        place: Path = request.getfixturevalue("tmp_path")
        monkeypatch.chdir(place)


TORCH = importlib.util.find_spec("torch") is not None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """Where torch is not installed (`make test-oldest`), files that import it are skipped."""
    report = yield
    if not TORCH and report.outcome == "failed" and _needs_train(str(report.longrepr)):
        report.outcome = "skipped"
        report.longrepr = (str(collector.path), 0, "Skipped: needs the extra `train`")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Likewise for tests that import it themselves."""
    try:
        return (yield)
    except ModuleNotFoundError as error:
        if not TORCH and _needs_train(str(error)):
            pytest.skip("needs the extra `train`")
        raise


def _needs_train(error: str) -> bool:
    absent = (
        "torch",
        "torchvision",
        "timm",
        "segmentation_models_pytorch",
        "torchmetrics",
        "huggingface_hub",
    )
    return any(f"No module named '{name}" in error for name in absent)
