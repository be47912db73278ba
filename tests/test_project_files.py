"""Makefile, pins, continuous test and the papers' list keep their promises."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from tests.support import fake_study

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NAME = re.compile(r"[A-Za-z0-9._-]+")


def canonical(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", NAME.match(requirement)[0]).lower()


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / "requirements" / name).read_text().splitlines()
    return {canonical(line): line for line in lines if line and not line.startswith("#")}


@pytest.mark.parametrize("name", ["pins.txt", "build.txt"])
def test_pins_are_names_with_versions_and_nothing_else(name):
    for line in pins(name).values():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line), line
        assert "+" not in line, f"{line}: a local version can be had from one place only"


def test_every_dependency_is_pinned_within_its_range():
    from packaging.requirements import Requirement
    from packaging.version import Version

    pinned = pins("pins.txt")
    wanted = [
        *PROJECT["dependencies"],
        *(line for lines in PROJECT["optional-dependencies"].values() for line in lines),
    ]
    for line in wanted:
        requirement = Requirement(line)
        version = pinned[canonical(requirement.name)].partition("==")[2]
        assert requirement.specifier.contains(Version(version)), f"{line} is pinned to {version}"


def test_the_core_needs_no_torch():
    assert not {canonical(line) for line in PROJECT["dependencies"]} & {
        "torch",
        "torchvision",
        "timm",
        "scikit-learn",
    }


def make(*arguments, cwd=ROOT, **environment):
    return subprocess.run(
        ["make", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        env=os.environ | environment,
        timeout=60,
    )


@pytest.mark.parametrize(
    "target",
    ["install", "demo", "test", "test-slow", "test-oldest", "lint", "docs", "calibration", "bench"],
)
def test_make_knows_its_targets(target):
    done = make("--dry-run", target)
    assert done.returncode == 0, done.stderr
    assert target in make("help").stdout


def old_python(folder: Path) -> Path:
    """A python3 that says it is 3.9 whatever it is asked."""
    file = folder / "old-python3"
    file.write_text('#!/bin/sh\ncase "$1" in -V) echo "Python 3.9.2";; *) exit 1;; esac\n')
    file.chmod(0o755)
    return file


def test_an_old_python_gets_one_sentence(tmp_path):
    done = make("install", f"PYTHON={old_python(tmp_path)}", f"VENV={tmp_path / 'venv'}")
    assert done.returncode != 0
    sentences = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert len(sentences) == 1
    assert "3.11 or newer" in sentences[0]
    assert "Python 3.9.2" in sentences[0]
    assert not (tmp_path / "venv").exists()


def test_a_missing_python_gets_one_sentence(tmp_path):
    done = make("install", "PYTHON=no-such-python", f"VENV={tmp_path / 'venv'}")
    assert done.returncode != 0
    assert "'no-such-python' was not found" in done.stderr


def test_the_continuous_test_runs_make_test(tmp_path):
    """`make` is replaced by a script that shows how it was called."""
    (tmp_path / "make").write_text('#!/bin/sh\necho "make $*"\nexit 7\n')
    (tmp_path / "make").chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        [str(ROOT / ".ci" / "run")],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=60,
    )
    assert done.stdout == "make test\n"
    assert done.returncode == 7, "a failing test fails the run"


PAPERS = {
    "Gambar": {"Fashion-MNIST": 9, "X-Ray": 22, "Oxford-IIIT": 8, "Bab 4": 2},
    "Tabel": {"Oxford-IIIT": 2, "Bab 4": 2},
    "Persamaan": {"Oxford-IIIT": 6, "Fashion-MNIST": 2, "Bab 4": 4},
}


def test_a_kept_study_keeps_the_names_of_its_files_and_no_weights(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("results", ROOT / "tools" / "results.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    monkeypatch.setattr(tool, "survey", lambda *_: [])  # nothing is unfinished
    root = fake_study.make(tmp_path / "s", seeds=1, n_items=60, epochs=1)
    (root / "items.csv").write_text("item,file,label,split-0\n0,a/0.png,a,train\n")
    (root / "runs" / "plain" / "seed-0" / "model.safetensors").write_bytes(b"weights")
    kept = tool.keep(root)
    assert (kept / "items.csv").read_text() == (root / "items.csv").read_text()
    assert not list(kept.rglob("*.safetensors"))


def test_the_list_of_the_papers_names_every_numbered_thing():
    """One `##` section per document; each row of its table begins with what it is about, as the
    paper calls it."""
    sections = re.split(
        r"^## ", (ROOT / "docs" / "papers.md").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    for kind, documents in PAPERS.items():
        for document, count in documents.items():
            section = next(text for text in sections if document in text.splitlines()[0])
            rows = "\n".join(
                line.split("|")[1] for line in section.splitlines() if line.startswith("| ")
            )
            # The chapter and the Fashion-MNIST paper number their equations within chapters.
            prefix = (
                "4."
                if document == "Bab 4"
                else "2."
                if (kind, document) == ("Persamaan", "Fashion-MNIST")
                else ""
            )
            missing = [
                n
                for n in range(1, count + 1)
                if not re.search(rf"{kind} {re.escape(prefix)}{n}(?![\d.])", rows)
            ]
            assert not missing, f"{document}: {kind} {missing}"


def test_what_the_list_of_the_papers_says_is_built_exists():
    from alih.cli.app import build
    from alih.study.loading import builtin_names

    text = (ROOT / "docs" / "papers.md").read_text(encoding="utf-8")
    built = "\n".join(line for line in text.splitlines() if "planned" not in line)
    for command in re.findall(r"`alih ([a-z-]+)", built):
        assert command in build().commands, command
    for path in re.findall(r"`((?:src|docs|tests)/[\w/.-]+)`", built):
        assert (ROOT / path).exists(), path
    for study in re.findall(r"study `([\w-]+)`", built):
        assert study in builtin_names(), study


def test_the_readme_names_what_exists():
    from alih.cli.app import build

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make test" in text
    for command in re.findall(r"^(?:\$ )?alih ([a-z-]+)", text, flags=re.MULTILINE):
        assert command in build().commands, command
    for path in re.findall(r"\]\(((?!http)[^)#]+)\)", text):
        assert path.startswith("docs/images/") or (ROOT / path).exists(), path


def test_the_tables_of_results_are_those_of_the_kept_studies(monkeypatch):
    from tools.results import kept, page

    monkeypatch.chdir(ROOT)
    written, again = (
        [line for line in text.splitlines() if line.startswith(("##", "|"))]
        for text in ((ROOT / "docs" / "results.md").read_text(encoding="utf-8"), page(kept()))
    )
    assert written == again, "write it anew: python -m tools.results page"


def _commands(command=None, path=()):
    """Every command that does something, by name."""
    from alih.cli.app import build

    command = command or build()
    if path and (not hasattr(command, "commands") or command.invoke_without_command):
        yield " ".join(path), command
    for name, child in getattr(command, "commands", {}).items():
        yield from _commands(child, (*path, name))


def test_every_command_takes_json_and_documents_it():
    from alih.cli.documents.table import DOCUMENTS

    tested = (ROOT / "tests" / "test_cli_json.py").read_text(encoding="utf-8")
    missing = []
    for name, command in _commands():
        if "--json" not in {option for p in command.params for option in p.opts}:
            missing.append(
                f"`alih {name}` has no --json: add @options.as_json, print one JSON document with "
                "cli/show/output.py, and everything else on standard error"
            )
        if name not in DOCUMENTS:
            missing.append(
                f"nobody knows what `alih {name} --json` prints: describe it by a model in "
                "cli/documents/ and enter that into DOCUMENTS of cli/documents/table.py"
            )
        if f'"{name}": "' not in tested:
            missing.append(
                f"no test prints the JSON of `alih {name}`: add a call to EXAMPLES (WITH_TORCH "
                "where it needs torch) in tests/test_cli_json.py"
            )
    assert not missing, "\n".join(missing)
    assert DOCUMENTS.keys() == dict(_commands()).keys(), "a command has gone, its document has not"


def test_the_schemas_of_what_commands_print_are_current():
    from tools.schemas import FOLDER, texts

    written = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.json")}
    assert written == texts(), (
        "write them anew: python -m tools.schemas. A key that went, or has another type, breaks "
        "programs: name it in CHANGELOG.md"
    )
