"""The core install knows no torch: help, check, plan, compare and report must not need it, and
`run` must say what to install."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support import fake_study

ROOT = Path(__file__).resolve().parents[1]

# Everything that the extras bring is hidden from the child process, as if it had never been
# installed.
BLOCKER = """
import sys


class Absent:
    names = {names!r}

    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {{fullname!r}}", name=fullname)


sys.meta_path.insert(0, Absent())
"""
EXTRAS = (
    "torch",
    "torchvision",
    "timm",
    "segmentation_models_pytorch",
    "sklearn",
    "torchmetrics",
    "onnx",
    "onnxscript",
    "onnxruntime",
)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return fake_study.make(tmp_path_factory.mktemp("no_torch") / "study")


@pytest.fixture
def bare(tmp_path):
    """A function that runs Python code in a process where the packages of the extras are
    missing."""
    (tmp_path / "sitecustomize.py").write_text(BLOCKER.format(names=EXTRAS))

    def run(*arguments):
        environment = os.environ | {"PYTHONPATH": str(tmp_path)}
        return subprocess.run(
            [sys.executable, *arguments],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


def test_the_blocker_blocks(bare):
    """Otherwise the tests below would prove nothing."""
    done = bare("-c", "import torch")
    assert done.returncode == 1
    assert "No module named 'torch'" in done.stderr


# One process for many commands: each alone would spend most of its time on importing.
MANY = """
import contextlib, io, json, sys

from alih.cli import run

results = []
for arguments in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(arguments)
    results.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(results))
"""


def test_commands_of_the_core_work_and_the_others_name_their_extra(bare, study, tmp_path):
    scores = tmp_path / "scores.csv"
    scores.write_text(
        "arm,seed,item,score\n"
        + "".join(f"{a},{s},{i},{i % 2}\n" for a in "ab" for s in "012" for i in range(9))
    )
    works = [
        ["--help"],
        ["verdict", str(scores), "--baseline", "a", "-o", str(tmp_path / "page.html")],
        ["studies"],
        ["check", "quickstart"],
        ["plan", "quickstart"],
        ["model", "dcnn"],
        ["schema"],
        ["status", str(study)],
        ["data", "list"],
        ["cache"],
        ["compare", str(study), "--json"],
        ["doctor"],
        ["doctor", "--json"],
    ]
    run = ["run", "quickstart", "--out", str(tmp_path / "out")]
    measure = ["plan", "quickstart", "--measure"]
    done = bare("-c", MANY, json.dumps([*works, measure, run]))
    assert done.returncode == 0, done.stderr
    *results, (measured, _, why), (code, _, error) = json.loads(done.stdout)
    for arguments, (code_, out, err) in zip(works, results, strict=True):
        assert (code_, err) == (0, ""), (arguments, err)
        assert out
    assert json.loads(results[-3][1])["comparisons"]
    assert (tmp_path / "page.html").exists()
    assert "pip install 'alih[train]'" in results[-2][1]
    facts = json.loads(results[-1][1])
    assert facts["torch"] is None
    assert facts["extras"]["train"]["torch"] is None

    assert code == measured == 2
    assert "`alih run`" in error
    assert "`alih plan`" in why
    assert "pip install 'alih[train]'" in error
    assert not (tmp_path / "out").exists()


def test_the_python_verdict_needs_no_torch(bare):
    code = """
import alih
cells = [(a, s, i) for a in "ab" for s in range(3) for i in range(50)]
score = lambda a, s, i: float(a == "b" or (i + s) % 2)
rows = [{"arm": a, "seed": s, "item": i, "score": score(a, s, i)} for a, s, i in cells]
print(alih.verdict(rows, baseline="a")["comparisons"][0]["verdict"])
"""
    done = bare("-c", code)
    assert (done.returncode, done.stdout.strip()) == (0, "better"), done.stderr


def test_the_module_itself_starts_without_torch(bare):
    done = bare("-m", "alih", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: alih")


@pytest.mark.parametrize(
    ("arguments", "forbidden"),
    [
        (["--help"], {"numpy", "scipy", "torch", "rich", "matplotlib", "yaml", "jinja2", "PIL"}),
        (
            ["check", "quickstart"],
            {"scipy", "torch", "rich", "matplotlib", "jinja2", "PIL"},
        ),
        (["status", "STUDY"], {"scipy", "torch", "matplotlib", "jinja2", "PIL"}),
    ],
)
def test_a_command_pays_only_for_what_it_uses(arguments, forbidden, study, tmp_path):
    """`alih --help` and `alih check` start quickly because none of these is imported. NumPy
    compares the images of a check."""
    arguments = [str(study) if argument == "STUDY" else argument for argument in arguments]
    code = (
        f"import sys, json; from alih.cli import run; run({arguments!r}); "
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    imported = {name.partition(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}
    assert not imported & forbidden


@pytest.mark.slow
def test_a_real_environment_with_only_the_core_dependencies(study, tmp_path):
    """Installs the package as a user would, without any extra, from the built wheel."""
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    if not shutil.which(uv):
        pytest.skip("uv is not installed")

    def done(*command):
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)

    assert done(uv, "venv", "--python", sys.executable, str(tmp_path / "venv")).returncode == 0
    python = str(tmp_path / "venv" / "bin" / "python")
    constraints = str(ROOT / "requirements" / "pins.txt")
    installed = done(
        uv, "pip", "install", "--python", python, "--constraint", constraints, str(ROOT)
    )
    assert installed.returncode == 0, installed.stderr
    assert done(python, "-c", "import torch").returncode == 1
    for arguments in (
        ["--help"],
        ["check", "quickstart"],
        ["data", "list"],
        ["compare", str(study), "--json"],
        ["report", str(study)],
    ):
        result = done(python, "-m", "alih", *arguments)
        assert result.returncode == 0, (arguments, result.stderr)
    facts = json.loads(done(python, "-m", "alih", "data", "list", "--json").stdout)
    assert {entry["name"]: entry["ready"] for entry in facts}["fashion-mnist-mini"], (
        "the embedded set is in the wheel"
    )
