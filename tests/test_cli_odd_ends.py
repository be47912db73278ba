"""Odd ends of a command: streams that are closed or full, signals, names and files that are not
what they seem."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import types
from pathlib import Path

import pytest

import alih.api
from alih import __main__, cli, words
from alih.cli import signals
from alih.words.phrase import Phrase, reason_of

posix = pytest.mark.skipif(os.name != "posix", reason="the shell's way")
DOCUMENT = """title: t
data: {set: fashion-mnist-mini, image_size: 14}
train: {epochs: 1}
model: {layers: [{dense: 4}]}
arms: {a: {}, b: {train: {lr: 0.1}}}
compare: {baseline: a}
"""


def shell(command: str) -> subprocess.CompletedProcess[str]:
    """The result of a shell command in which `alih` runs this package."""
    whole = f'alih() {{ "{sys.executable}" -m alih "$@"; }}; set -o pipefail; {command}'
    return subprocess.run(
        ["bash", "-c", whole], capture_output=True, text=True, timeout=120, check=False
    )


@posix
def test_a_reader_that_has_seen_enough_is_no_error():
    found = shell("alih schema | head -c 5")
    assert (found.returncode, found.stderr) == (0, "")


@posix
def test_output_that_cannot_be_written_is_told():
    found = shell("alih studies > /dev/full")
    assert found.returncode == 2
    assert found.stderr.startswith("alih: ")
    assert len(found.stderr.splitlines()) == 1


@posix
def test_closed_output_is_none_that_is_wanted():
    found = shell("alih studies >&- 2>&-; echo $?")
    assert found.stdout.split() == ["0"]


def test_ctrl_c_while_importing_ends_with_a_word(monkeypatch, capsys):
    class Importing(types.ModuleType):
        def __getattr__(self, name: str) -> object:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "alih.cli", Importing("alih.cli"))
    with pytest.raises(SystemExit) as stop:
        __main__.main()
    assert stop.value.code == 130
    assert capsys.readouterr().err.count("\n") == 1


def test_ctrl_c_before_the_command_ends_with_a_word(monkeypatch, capsys):
    def interrupted(argv):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_invoke", interrupted)
    assert cli.run(["studies"]) == 130
    assert capsys.readouterr().err.count("\n") == 1


@posix
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("began", [True, False])
def test_a_request_to_end_ends_a_run_as_ctrl_c_does(name, began, tmp_path, monkeypatch, capsys):
    number = signal.Signals[name]
    seen = []

    def run(study, out=None, **_):
        if began:
            out.mkdir()
            (out / "study.yaml").write_text(DOCUMENT)
        try:
            os.kill(os.getpid(), number)
        finally:
            os.kill(os.getpid(), number)  # a second request leaves the tidying up alone
            seen.append("tidied")

    monkeypatch.setattr(alih.api, "run", run)
    before = {number: signal.getsignal(number) for number in signals.REQUESTS}
    document = tmp_path / "s.yaml"
    document.write_text(DOCUMENT)
    try:
        for number_ in signals.REQUESTS:
            signal.signal(number_, signal.SIG_DFL)
        with pytest.raises(SystemExit) as stop:
            cli.main(["run", str(document), "--out", str(tmp_path / "out")])
    finally:
        for number_, handler in before.items():
            signal.signal(number_, handler)
    assert stop.value.code == 128 + number
    assert seen == ["tidied"]
    assert (f"alih run {tmp_path / 'out'}" in capsys.readouterr().err) is began


@posix
def test_a_signal_that_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    terminate = signal.getsignal(signal.SIGTERM)
    try:
        signals.listen()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
        signal.signal(signal.SIGTERM, terminate)


@posix
@pytest.mark.parametrize(
    "command",
    [["check"], ["verdict"], ["look", "quickstart"], ["plan"], ["run"], ["status"], ["model"]],
)
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_what_is_no_file_is_told_and_not_waited_for(command, kind, tmp_path, capsys):
    for ending in (".csv", ".yaml", ".png"):
        odd = tmp_path / f"odd{ending}"
        if kind == "pipe":
            os.mkfifo(odd)
        elif kind == "device":
            odd.symlink_to("/dev/zero")
        else:
            odd.mkdir()
        assert cli.run([*command, str(odd)]) == 2
        assert str(odd) in capsys.readouterr().err


@posix
def test_names_that_are_not_utf8_are_told(tmp_path, monkeypatch, capsys):
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.yaml")
    Path(odd).write_text(DOCUMENT)
    assert cli.run(["run", odd, "--out", str(tmp_path / "out")]) == 2
    assert "caf\\xe9" in capsys.readouterr().err


def test_names_that_no_text_can_hold_are_told_wherever_they_turn_up(monkeypatch, capsys):
    def write(argv):
        "<title>caf\udce9.png</title>".encode()

    monkeypatch.setattr(cli, "_invoke", write)
    assert cli.run(["look"]) == 2
    assert "'caf\\xe9.png'" in capsys.readouterr().err


@posix
@pytest.mark.parametrize("name", ["a" * 300, "a" * 5000])
def test_names_that_are_too_long_are_told(name, tmp_path, capsys):
    for command in (["check"], ["verdict"], ["status"], ["look", "quickstart"]):
        assert cli.run([*command, str(tmp_path / f"{name}.csv")]) == 2
        assert "aaa" in capsys.readouterr().err


COMMON = {
    errno.ENOENT,
    errno.EACCES,
    errno.EPERM,
    errno.ENOSPC,
    errno.EROFS,
    errno.EISDIR,
    errno.ENOTDIR,
    errno.EMFILE,
    errno.EIO,
    errno.EBUSY,
    errno.ENAMETOOLONG,
    errno.ELOOP,
    errno.EDQUOT,
}


@pytest.mark.parametrize("number", sorted(COMMON))
def test_common_reasons_of_the_system_are_in_the_reader_s_language(number):
    reason = reason_of(OSError(number, "in its own words"))
    assert isinstance(reason, Phrase)
    with words.speaking("en"):
        english = str(reason)
    with words.speaking("id"):
        assert str(reason) != english


def test_other_reasons_of_the_system_stay_in_its_own_words():
    assert reason_of(OSError(errno.ENOEXEC, "in its own words")) == "in its own words"
    assert reason_of(OSError("no number")) == "no number"
    assert reason_of(ValueError()) == "ValueError"
