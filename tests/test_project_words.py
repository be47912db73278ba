"""Every sentence that the code asks for exists, with exactly the placeholders that the code
fills."""

from __future__ import annotations

import ast
import importlib
import string
import threading
from pathlib import Path

import pytest

from alih import words

SOURCE = Path(words.__file__).resolve().parents[1]


def placeholders(text: str) -> set[str]:
    return {
        name.partition(".")[0].partition("[")[0]
        for _, name, _, _ in string.Formatter().parse(text)
        if name is not None
    }


def asked_for(tree: ast.AST):
    """(key, keywords) of each `say("room.key", …)` and `AlihError("room.key", …)` with a literal
    key; None for `**values`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        first = node.args[0]
        if (
            name in ("say", "AlihError")
            and isinstance(first, ast.Constant)
            and isinstance(first.value, str)
            and "." in first.value
        ):
            yield first.value, [keyword.arg for keyword in node.keywords], node.lineno


def test_the_reader_of_calls_reads_them():
    code = (
        'say("a.b", x=1); raise AlihError("c.d", **v); words.say("e.f", lang); say(key); '
        'say("no key here")'
    )
    assert [(key, given) for key, given, _ in asked_for(ast.parse(code))] == [
        ("a.b", ["x"]),
        ("c.d", [None]),
        ("e.f", []),
    ]


def test_every_sentence_the_code_asks_for_exists_and_gets_its_values():
    catalogue = words.catalogue()
    wrong = []
    for file in sorted(SOURCE.rglob("*.py")):
        for key, given, line in asked_for(ast.parse(file.read_text(encoding="utf-8"))):
            place = f"{file.relative_to(SOURCE)}:{line}: {key}"
            if key not in catalogue:
                wrong.append(f"{place} is not in the catalogue")
            elif None not in given and not placeholders(catalogue[key][0]) <= set(given):
                wrong.append(
                    f"{place} misses {sorted(placeholders(catalogue[key][0]) - set(given))}"
                )
    assert not wrong, "\n".join(wrong)


def test_both_languages_say_the_same_placeholders():
    unequal = [
        key
        for key, (english, indonesian) in words.catalogue().items()
        if placeholders(english) != placeholders(indonesian)
        or not (english.strip() and indonesian.strip())
    ]
    assert not unequal


def test_no_table_of_sentences_is_forgotten():
    """A file of words may be merged into another room's table; none may be left out of the
    catalogue."""
    catalogue = words.catalogue()
    for file in (SOURCE / "words").glob("*.py"):
        module = importlib.import_module(f"alih.words.{file.stem}")
        tables = [
            value
            for name, value in vars(module).items()
            if name.isupper() and isinstance(value, dict)
        ]
        sentences = [table for table in tables if all("." in key for key in table)]
        for table in sentences:
            assert table.items() <= catalogue.items(), file


def test_counted_nouns_follow_their_number():
    one, two = (words.say("study.invalid", source="a.yaml", count=count) for count in (1, 2))
    assert (one, two) == (
        "'a.yaml' cannot be used, 1 problem:",
        "'a.yaml' cannot be used, 2 problems:",
    )
    assert not [
        key
        for key, (english, _) in words.catalogue().items()
        if "(s)" in english or "(es)" in english
    ]


def test_a_language_is_spoken_inside_its_block_and_in_its_thread_only():
    heard = []
    words.set_language("en")
    with words.speaking("id"):
        assert words.number(1234.5, 1) == "1.234,5"
        with words.speaking("en"):
            assert words.number(1234.5, 1) == "1,234.5"
        listener = threading.Thread(target=lambda: heard.append(words.language()))
        listener.start()
        listener.join()
        assert words.language() == "id"
    assert heard == ["en"]
    with pytest.raises(KeyError), words.speaking("id"):
        words.say("study.no_such_key")
    assert words.language() == "en"
    with pytest.raises(ValueError, match="'fr'"), words.speaking("fr"):
        pass
