"""What a shell offers after the Tab key, asked as shells ask."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from alih import cli, words
from alih.cli import completion

ASK = """
eval "$(alih completion bash)"
ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
        "$(complete -p alih | sed 's/.*-F //; s/ .*//')" alih; echo "${COMPREPLY[*]}"; }
ask alih ru
ask alih run quick
ask alih run quickstart --dev
ask alih status runs/my
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_bash_completes_commands_options_studies_and_folders(tmp_path):
    (tmp_path / "alih").write_text(f'#!/bin/sh\nexec {sys.executable} -m alih "$@"\n')
    (tmp_path / "alih").chmod(0o755)
    (tmp_path / "runs" / "my study").mkdir(parents=True)
    (tmp_path / "runs" / "my.yaml").touch()
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "ALIH_LANG": "id"}
    done = subprocess.run(
        ["bash", "-c", ASK], capture_output=True, text=True, cwd=tmp_path, env=environment
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["run", "quickstart", "--device", "runs/my study"]


def offered(shell, *typed):
    """What a shell is offered for the last word."""
    from alih.cli.app import build

    asked = completion.SHELLS[shell](build(), {}, "alih", completion.VARIABLE)
    return asked.get_completions(list(typed[:-1]), typed[-1])


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["st"], ["status", "studies"]),
        (["--lang", ""], ["en", "id"]),
        (["--lang", "id", "sta"], ["status"]),
        (["run", "--lang", "id", "quickstart", "--fr"], ["--fresh"]),
        (["run", "--la"], ["--lang"]),
        (["data", "fetch", "fashion"], ["fashion-mnist", "fashion-mnist-mini"]),
        (["weights", "fetch", "mobilenetv2_1"], ["mobilenetv2_100"]),
        (["model", "dc"], ["dcnn"]),
        (["predict", "m", "--runtime", ""], ["auto", "torch", "onnx", "int8"]),
        (["look", "m", "i", "--weights", "im"], ["imagenet"]),
        (["new", "x", "--task", "s"], ["segmentation"]),
        (["schema", "data"], ["data list", "data fetch"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["stauts", "comp"], ["compare", "completion"]),
        (["run", "--nonsense", "--fr"], ["--fresh"]),
    ],
)
def test_names_are_offered(typed, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert [one.value for one in offered("bash", *typed)] == expected


def test_bash_is_given_paths_and_the_others_complete_their_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("quick", ".hidden"):
        (tmp_path / name).mkdir()
    for name in ("q.yaml", "q.txt"):
        (tmp_path / name).touch()
    named = ["quickstart", "q.yaml", "quick"]
    assert [one.value for one in offered("bash", "run", "q")] == named
    assert [one.value for one in offered("bash", "report", "q")] == ["quick"]
    assert [one.value for one in offered("bash", "verdict", "q")] == ["q.txt", "q.yaml", "quick"]
    assert [one.value for one in offered("bash", "run", "nowhere/")] == []
    for shell in ("zsh", "fish"):
        kinds = {one.type: one.value for one in offered(shell, "run", "q")}
        assert kinds == {"plain": "quickstart", "file": "q"}


def test_names_are_explained_in_the_reader_s_language(monkeypatch):
    monkeypatch.setenv("ALIH_LANG", "id")
    (run,) = offered("fish", "ru")
    assert run.help == words.say("cli.run.help").partition("\n")[0]
    assert " " in run.help
    (fresh,) = offered("zsh", "run", "--fr")
    assert fresh.help == words.say("cli.opt.fresh")


@pytest.mark.parametrize("shell", completion.SHELLS)
def test_each_shell_gets_a_script_that_asks_alih(shell, capsys):
    assert cli.run(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"_ALIH_COMPLETE={shell}_complete" in script
    if found := shutil.which(shell):
        done = subprocess.run([found, "-n"], input=script, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_a_question_that_nobody_understands_prints_nothing(capsys, monkeypatch):
    from alih.cli.app import build

    assert completion.complete("csh_complete", build()) == 1
    monkeypatch.setenv("COMP_WORDS", "alih")
    monkeypatch.setenv("COMP_CWORD", "x")
    assert completion.complete("bash_complete", build()) == 0
    shown = capsys.readouterr()
    assert shown.out + shown.err == ""
