"""Codes of findings: each has a page in three parts, a row in the table, and sentences."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import alih
from alih import findings, words

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Path(alih.__file__).parent
PARTS = ["## How it is detected", "## Why it matters", "## What to do"]


def used() -> dict[str, set[str]]:
    """The keys of sentences that the code gives each code, as literals."""
    found: dict[str, set[str]] = {}
    for file in SOURCE.rglob("*.py"):
        for code, key in re.findall(r'"([AD]\d{3})",\s+"(\w+\.[\w.]+)"', file.read_text("utf-8")):
            found.setdefault(code, set()).add(key)
    return found


@pytest.mark.parametrize("code", sorted(findings.CODES))
def test_every_code_has_a_page_a_row_and_sentences(code):
    text = (ROOT / findings.PAGES / f"{code}.md").read_text("utf-8")
    assert re.findall(r"^#.*", text, re.M) == [f"# {code}: {findings.CODES[code]}", *PARTS]
    table = (ROOT / findings.PAGES / "README.md").read_text("utf-8")
    assert f"| [{code}]({code}.md) | {findings.CODES[code]} |" in table
    keys = used().get(code, set())
    assert keys, "no check uses it"
    assert not [key for key in keys if not words.has(key)]


def test_every_page_and_every_use_has_a_code():
    pages = {file.stem for file in (ROOT / findings.PAGES).glob("[A-Z]*.md")} - {"README"}
    assert pages == set(findings.CODES)
    assert set(used()) <= set(findings.CODES)


def test_what_makes_every_verdict_worth_less_is_never_muted():
    found = [findings.Finding(code, "x", {}) for code in ("D030", *findings.NEVER_MUTED)]
    muted = [finding.code for finding in found]
    assert findings.unmuted(found, muted) == found[1:]
