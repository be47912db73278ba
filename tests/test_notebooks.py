"""The notebook that users of Colab and Kaggle open: every cell runs as it stands, and running it
again computes nothing anew."""

from __future__ import annotations

import ast
import importlib.util
import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from tests.support.browser import CHROMIUM, Browser

from alih import words

NOTEBOOK = Path(__file__).parents[1] / "docs" / "notebooks" / "first-study.ipynb"
QUICK = {"SEEDS": 2, "EPOCHS": 2, "TRAIN_IMAGES": 60}


def cells(*tags: str) -> list[dict[str, Any]]:
    """The cells of code; those of these tags, if there are some."""
    found = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return [
        cell
        for cell in found
        if cell["cell_type"] == "code"
        and (not tags or set(tags) & set(cell["metadata"].get("tags", ())))
    ]


def parsed(cell: dict[str, Any]) -> ast.Module:
    """A cell as Python: lines for the notebook itself (`%pip`) are left out."""
    lines = "".join(cell["source"]).splitlines()
    return ast.parse("\n".join("" if line.startswith(("%", "!")) else line for line in lines))


def executed(found: list[dict[str, Any]], names: dict[str, Any]) -> list[Any]:
    """Run cells one after the other; returns what each ends in, as a notebook shows it."""
    shown = []
    for cell in found:
        module = parsed(cell)
        last = module.body[-1] if module.body else None
        value = None
        if isinstance(last, ast.Expr):
            module.body.pop()
        exec(compile(module, str(NOTEBOOK), "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), str(NOTEBOOK), "eval"), names)
        for name, quick in QUICK.items():
            if "parameters" in cell["metadata"].get("tags", ()):
                assert name in names
                names[name] = quick
        shown.append(value)
    return shown


def test_the_notebook_is_a_clean_one():
    whole = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (whole["nbformat"], whole["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in whole["cells"]}) == len(whole["cells"])
    for cell in cells():
        assert (cell["outputs"], cell["execution_count"]) == ([], None)
        assert parsed(cell) is not None
    assert [len(cells(tag)) for tag in ("install", "home", "parameters")] == [1, 1, 1]


def test_colab_keeps_the_study_on_its_drive(monkeypatch):
    mounted, made = [], []
    colab = types.ModuleType("google.colab")
    colab.drive = types.SimpleNamespace(mount=mounted.append)
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    monkeypatch.setattr(Path, "mkdir", lambda self, **_: made.append(self))
    executed(cells("home"), {})
    assert mounted == ["/content/drive"]
    assert made == [Path("/content/drive/MyDrive/alih")]


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.skipif(importlib.util.find_spec("onnx") is None, reason="the extra `export` is absent")
def test_the_notebook_runs_and_goes_on_after_a_disconnect(tmp_path, monkeypatch, capsys):
    from alih.inspect import onnx_export

    monkeypatch.chdir(tmp_path)
    exporters = {"torchscript": onnx_export.EXPORTERS["torchscript"]}  # the quick one
    monkeypatch.setattr(onnx_export, "EXPORTERS", exporters)
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    try:
        shown = executed(cells(), {})
        home = tmp_path / "alih-notebook"
        done = {path: path.stat().st_mtime_ns for path in home.rglob("done")}
        assert len(done) == 3 * QUICK["SEEDS"]
        assert (home / "page.html").stat().st_size > 5_000_000
        told = capsys.readouterr().out
        assert told.count(" finished") == len(done)
        again = executed(cells(), {})
        assert {path: path.stat().st_mtime_ns for path in home.rglob("done")} == done
        assert " finished" not in capsys.readouterr().out
    finally:
        words.set_language(None)
    for first, second in zip(shown, again, strict=True):
        assert (first is None) == (second is None)
        assert first is None or isinstance(first, Path) or first._repr_html_()
    pages = [one._repr_html_() for one in shown if hasattr(one, "_repr_html_")]
    assert len(pages) == 6
    if CHROMIUM is None:
        return
    page = tmp_path / "shown.html"
    page.write_text("<!doctype html><meta charset=utf-8>" + "<hr>".join(pages), encoding="utf-8")
    with Browser() as browser:
        browser.open(page)
        sizes = "[...document.images].map((one) => one.naturalWidth)"
        assert all(width > 300 for width in browser.run(sizes))
