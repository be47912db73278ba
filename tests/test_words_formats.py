"""Numbers, durations, sizes and the glossary in both languages."""

from __future__ import annotations

from tests.support.spoken import spoken

from alih.reports.study import figures
from alih.words import formats, glossary, speaking
from alih.words.layout import duration, size


def test_durations() -> None:
    seconds = (None, 2.34, 89, 184, 7500)
    assert [duration(n) for n in seconds] == ["–", "2.3 s", "89 s", "3 min", "2 h 5 min"]
    with speaking("id"):
        said = [duration(n) for n in seconds]
    assert said == ["–", "2,3 dtk", "89 dtk", "3 mnt", "2 jam 5 mnt"]


def test_sizes() -> None:
    assert [size(n) for n in (0, 999, 30_900_000, 5e13)] == ["0 B", "999 B", "30.9 MB", "50.0 TB"]


def test_numbers_in_both_languages() -> None:
    assert formats.difference("accuracy", -0.0123) == "−1.23 points"
    assert spoken("id", formats.difference, "log_loss", 0.0123) == "+0,0123"
    assert spoken("id", formats.interval, "accuracy", (0.9, 0.95)) == "90,00 sampai 95,00 %"
    assert formats.interval("accuracy", (-0.01, 0.02), sign=True) == "−1.00 to +2.00 points"
    assert formats.interval("log_loss", None) == "–"
    assert spoken("id", formats.spread, "log_loss", 0.5, 0.01) == "0,5000 ± 0,0100"
    assert formats.count("replicates", 1) == "1 replicate"
    assert [formats.error_level(level) for level in (0.05, 0.025, 0.29)] == [
        "5 %",
        "2.50 %",
        "29 %",
    ]
    assert spoken("id", formats.listing, ["a", "b", "c"]) == "a, b dan c"
    assert spoken("id", duration, 100, 1) == "1,7 mnt"
    assert figures.words_percent(0.004) == "<1"
    assert figures.words_percent(0) == "0"


def test_whole_numbers_of_levels_have_separators_of_thousands() -> None:
    assert formats.level_value(1000) == "1,000"
    with speaking("id"):
        assert formats.level_value(1000) == "1.000"
        assert formats.level_value(0.001) == "0,001"


def test_glossary_defines_the_terms_of_the_report() -> None:
    english, indonesian = glossary.terms(), spoken("id", glossary.terms)
    assert len(english) == len(indonesian) >= 15
    names = " ".join(term for term, _ in english).lower()
    for term in ("replicate", "interval", "verdict", "margin", "look", "over-fitting", "dropout"):
        assert term in names
    assert all(a != b for (_, a), (_, b) in zip(english, indonesian, strict=True))
