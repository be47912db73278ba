"""The skill file names commands, options, codes and keys that exist, in both languages alike."""

from __future__ import annotations

import re

import pytest
import yaml

from alih import cli, words
from alih.cli.app import build
from alih.cli.documents.table import schema_of
from alih.study.loading import load

BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def skill(capsys):
    """The file in a language."""

    def read(lang):
        assert cli.run(["skill", "--lang", lang]) == 0
        return capsys.readouterr().out

    return read


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_it_begins_as_agents_read_it(lang, skill):
    head = yaml.safe_load(skill(lang).split("---\n")[1])
    assert head.keys() == {"name", "description"}
    assert head["name"] == "alih"
    assert 100 < len(head["description"]) < 1024


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_its_commands_exist(lang, skill):
    seen = set()
    for line in re.findall(r"alih [^`\n]+", skill(lang)):
        command, names = build(), line.split()[1:]
        while names and names[0] in getattr(command, "commands", {}):
            command = command.commands[names.pop(0)]
            seen.add(command.name)
        if command.name == "alih":
            assert names[0] in ("COMMAND", "PERINTAH"), line
            continue
        options = {option for p in command.params for option in p.opts} | {"--help", "--lang"}
        assert {word for word in names if word.startswith("-") and word != ">"} <= options, line
    assert {"new", "check", "audit", "plan", "run", "status", "compare", "report"} <= seen


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_its_codes_and_keys_exist(lang, skill):
    text = skill(lang)
    for code in re.findall(r"`((?:study|common|data|training|runs|cli)\.\w+)`", text):
        if not code.startswith(("data.image_size", "study.yaml")):
            assert words.has(code), code
    known = str([schema_of(name) for name in ("run", "plan", "error", "predict", "audit")])
    for key in ("can_decide", "smallest_difference", "replicates_needed", "no_better_than",
                "factors", "broken", "needs", "next", "problems", "faults", "n_items"):  # fmt: skip
        assert key in text
        assert f"'{key}'" in known


def test_both_languages_have_the_same_steps(skill):
    blocks = {lang: BLOCK.findall(skill(lang)) for lang in words.LANGUAGES}

    def untitled(found):
        return [(kind, re.sub("title: .*", "", text)) for kind, text in found]

    assert untitled(blocks["en"]) == untitled(blocks["id"])
    assert len({skill(lang).count("\n## ") for lang in words.LANGUAGES}) == 1


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_its_study_loads(lang, skill, tmp_path):
    (text,) = [text for kind, text in BLOCK.findall(skill(lang)) if kind == "yaml"]
    file = tmp_path / "s.yaml"
    file.write_text(text)
    assert list(load(file).arms) == ["plain", "dropout"]
