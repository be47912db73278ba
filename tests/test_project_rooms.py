"""The rules between rooms hold, every room is under them, and torch is imported on top only where
the table allows it."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "alih"
WITH_TORCH = {"models", "features", "tasks", "transfer", "training"}
HEAVY = {
    "torch",
    "torchvision",
    "timm",
    "sklearn",
    "skimage",
    "torchmetrics",
    "segmentation_models_pytorch",
    "onnx",
    "onnxscript",
    "onnxruntime",
}


def room_of(file: Path) -> str:
    return file.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports_on_top(tree: ast.Module) -> set[str]:
    """First names of the modules that importing a file imports: not those inside functions or for
    type checkers."""
    found: set[str] = set()
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return found


def test_the_reader_of_imports_reads_them():
    code = """
import torch.nn
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import timm
try:
    import sklearn
except ImportError:
    pass
def f():
    import scipy
class C:
    import numpy
"""
    assert imports_on_top(ast.parse(code)) == {"torch", "typing", "sklearn", "numpy"}


@pytest.mark.parametrize(
    "file", sorted(SOURCE.rglob("*.py")), ids=lambda file: file.relative_to(SOURCE).as_posix()
)
def test_only_the_rooms_of_the_table_import_torch_on_top(file):
    heavy = imports_on_top(ast.parse(file.read_text(encoding="utf-8"))) & HEAVY
    assert not heavy or room_of(file) in WITH_TORCH, f"{file} imports {heavy} at module level"


def test_import_linter_finds_nothing():
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
        "--no-cache",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_every_room_is_under_the_rules():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    layers = {
        layer
        for contract in contracts
        if contract.get("containers") == ["alih"]
        for layer in contract["layers"]
    }
    rooms = {room_of(file) for file in SOURCE.rglob("*.py")} - {"__init__"}
    assert rooms == layers
    table = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert not [room for room in rooms - {"__main__"} if f"`{room}" not in table], (
        "rooms that docs/architecture.md does not name"
    )


def test_files_stay_short():
    long = {
        str(f): n
        for f in SOURCE.rglob("*.py")
        if (n := len(f.read_text(encoding="utf-8").splitlines())) > 600
    }
    assert not {name: n for name, n in long.items() if "/words/" not in name}
