"""What tutorials tell readers to type is typed here, in their order, in an empty folder.

Comments before a block, which readers do not see, say what is done with it:
`file: NAME` writes it, `not run: WHY` leaves it out, `shortened: ARGUMENTS` adds arguments to its
runs, `exit: CODE` expects another exit code than 0, `output` holds its lines (`…` stands for
anything) against what the block before printed. Pages of minutes say `tests: slow` on top.
"""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from alih import cli

DOCS = Path(__file__).resolve().parents[1] / "docs"
NAMES = sorted(file.stem for file in (DOCS / "tutorials").glob("*.md"))
BLOCK = re.compile(
    r"(?:^<!-- (?P<note>[^\n]*) -->\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.M | re.S
)
NOTES = ("file: ", "not run: ", "shortened: ", "exit: ", "output")


def blocks(page: Path) -> list[tuple[str, str, str]]:
    """Note, kind and text of each block."""
    found = BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [(one["note"] or "", one["kind"], one["text"]) for one in found]


def slow(name: str) -> bool:
    return (DOCS / "tutorials" / f"{name}.md").read_text().startswith("<!-- tests: slow -->\n")


def names() -> list:
    marks = [pytest.mark.slow, pytest.mark.torch]
    return [pytest.param(name, marks=marks if slow(name) else []) for name in NAMES]


def typed(line: str, note: str) -> int:
    """Run one line of a shell block; its exit code."""
    words = shlex.split(line, comments=True)
    if words[0] == "python":
        before, sys.argv = sys.argv, words[1:]
        try:
            runpy.run_path(words[1], run_name="__main__")
        finally:
            sys.argv = before
        return 0
    assert words[0] == "alih", f"nobody knows how to run {line!r}"
    if note.startswith("shortened: ") and words[1] == "run":
        words += shlex.split(note.removeprefix("shortened: "))
    return cli.run(words[1:])


def fits(line: str, printed: str) -> bool:
    """Whether a line was printed; `…` stands for anything."""
    pieces = [re.escape(piece.strip()) for piece in line.split("…")]
    return re.search(".*".join(pieces), printed) is not None


@pytest.mark.parametrize("name", names())
def test_a_tutorial_does_what_it_says(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    shutil.copyfile(DOCS / "examples" / "shapes.py", tmp_path / "shapes.py")
    printed = ""
    for note, kind, text in blocks(DOCS / "tutorials" / f"{name}.md"):
        assert note.startswith(NOTES) or not note, f"nobody knows the note {note!r}"
        if note.startswith("not run: "):
            continue
        if note == "output":
            missing = [line for line in text.splitlines() if not fits(line, printed)]
            assert not missing, printed
        elif note.startswith("file: "):
            (tmp_path / note.removeprefix("file: ")).write_text(text, encoding="utf-8")
        elif kind == "python":
            exec(compile(text, f"{name}.md", "exec"), {})
        elif kind == "":
            expected = int(note.removeprefix("exit: ")) if note.startswith("exit: ") else 0
            codes = [typed(line, note) for line in text.splitlines()]
            shown = capsys.readouterr()
            printed = shown.out + shown.err
            assert codes == [expected] * len(codes), printed
        else:
            assert kind == "text", f"a block of {kind} needs a note"


def bare(page: Path) -> list[tuple[str, str, str]]:
    """The blocks without what is said to people: comments, titles, output."""
    return [
        (note, kind, re.sub(r"\s+#.*|^title: .*", "", text, flags=re.M))
        for note, kind, text in blocks(page)
        if note != "output"
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_indonesian_tutorial_has_the_same_blocks(name):
    """So that what was typed above need not be typed again."""
    assert bare(DOCS / "id" / "tutorials" / f"{name}.md") == bare(DOCS / "tutorials" / f"{name}.md")
