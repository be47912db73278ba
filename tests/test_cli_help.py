"""Help pages in both languages, the language option, and what is said about misuse."""

from __future__ import annotations

import json

import pytest

from alih import cli, words
from alih.cli.app import build
from alih.cli.language import take_language
from alih.errors import AlihError

COMMANDS = list(build().commands)


def _every_command(command=None, path=()):
    command = command or build()
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from _every_command(child, (*path, name))


@pytest.mark.parametrize("lang", words.LANGUAGES)
@pytest.mark.parametrize("path", [path for path, _ in _every_command()])
def test_each_help_page_is_in_one_language(path, lang, capsys):
    assert cli.run([*path, "--help", "--lang", lang]) == 0
    page = capsys.readouterr().out
    assert "cli." not in page, "a key of the catalogue was shown instead of its sentence"
    english = [
        "Usage:",
        "Options:",
        "Show this",
        "Arguments:",
        "Commands:",
        "[OPTIONS]",
        "required",
        "default",
    ]
    indonesian = ["Pemakaian:", "Opsi:", "Tampilkan bantuan"]
    if lang == "en":
        assert page.startswith(f"Usage: {' '.join(['alih', *path])} ")
        assert not [word for word in indonesian if word in page]
    else:
        assert page.startswith(f"Pemakaian: {' '.join(['alih', *path])} ")
        assert not [word for word in english if word in page]


def test_every_command_and_parameter_explains_itself_in_both_languages():
    keys = {thing.help for _, c in _every_command() for thing in [c, *c.params]}
    catalogue = words.catalogue()
    assert keys <= catalogue.keys()
    same = [key for key in keys if catalogue[key][0] == catalogue[key][1]]
    assert not same, "these help texts are not translated"


def test_without_arguments_the_help_page_comes(capsys):
    assert cli.run([]) == 0
    bare = capsys.readouterr().out
    assert cli.run(["--help"]) == 0
    assert bare == capsys.readouterr().out


def test_the_language_may_stand_anywhere_before_two_dashes():
    assert take_language(["run", "--lang", "id", "x"]) == ("id", ["run", "x"])
    assert take_language(["--lang=en", "run", "x"]) == ("en", ["run", "x"])
    assert take_language(["run", "--", "--lang", "id"]) == (None, ["run", "--", "--lang", "id"])
    assert take_language(["--lang", "en", "--lang", "id"]) == ("id", [])


@pytest.mark.parametrize("argv", [["--lang", "fr"], ["--lang=fr"], ["--lang"]])
def test_a_language_without_sentences_is_refused(argv):
    with pytest.raises(AlihError) as caught:
        take_language(argv)
    assert caught.value.key == "cli.unknown_language"
    assert "en, id" in str(caught.value)


def test_the_environment_chooses_the_language_and_the_option_wins(monkeypatch, capsys):
    monkeypatch.setenv("ALIH_LANG", "id")
    cli.run(["--help"])
    assert "Pemakaian:" in capsys.readouterr().out
    cli.run(["--help", "--lang", "en"])
    assert "Usage:" in capsys.readouterr().out
    import os

    assert os.environ["ALIH_LANG"] == "id", "the option must not outlive its command"


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["stauts", "x"], ["'stauts'", "Did you mean 'status'?", "studies, new, check"]),
        (["data", "lst"], ["'lst'", "Did you mean 'list'?"]),
        (["run", "x", "--seed", "3"], ["`alih run`", "'--seed'", "Did you mean '--seeds'?"]),
        (["run"], ["`alih run` needs STUDY"]),
        (["run", "--seeds"], ["`alih run`", "'--seeds' needs a value"]),
        (["plan", "x", "--json=yes"], ["`alih plan`", "'--json' takes no value"]),
        (["run", "x", "--seeds", "three"], ["--seeds was given as 'three'", "a whole number"]),
        (["run", "x", "--seeds=three"], ["--seeds was given as 'three'"]),
        (["run", "x", "--jobs", "1", "-j", "two"], ["--jobs was given as 'two'"]),
        (["cache", "prune", "--limit", "much"], ["--limit was given as 'much'", "a number"]),
        (["cache", "prune", "--limit", "-1"], ["--limit", "-1.0"]),
        (["check", "a", "b"], ["`alih check` cannot use 'b'"]),
        (["run", "x", "--jobs", "0"], ["--jobs 0"]),
        (["run", "x", "--executor", "dask"], ["'dask'", "local, ray"]),
        (["run", "x", "--fresh", "--retry-failed"], ["--retry-failed and --fresh"]),
        (["model", "dcn"], ["'dcn'", "Did you mean 'dcnn'?", "xray-small"]),
    ],
)
@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_misuse_gets_one_sentence_and_exit_code_2(argv, expected, lang, capsys):
    assert cli.run([*argv, "--lang", lang]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("alih: ")
    assert "Traceback" not in shown.err
    assert shown.err.count("\n") == 1
    if lang == "en":
        assert all(part in shown.err for part in expected), shown.err
    else:
        assert "Did you mean" not in shown.err
        assert "expected" not in shown.err


def test_a_traceback_is_shown_only_on_request(monkeypatch, capsys):
    monkeypatch.setenv("ALIH_DEBUG", "1")
    assert cli.run(["model", "dcn"]) == 2
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert "Did you mean 'dcnn'?" in shown


def test_version(capsys):
    from importlib.metadata import version

    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out.strip() == version("alih")


def test_the_schema_is_json(capsys):
    assert cli.run(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["type"] == "object"
