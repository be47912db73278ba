"""A comparison in words, every kind, in both languages."""

from __future__ import annotations

import pytest
from tests.support.compared import row
from tests.support.spoken import spoken

from alih.statistics.verdicts import Needs
from alih.verdicts.line import chance, confidence, confidences, line
from alih.verdicts.result import Noise
from alih.verdicts.terms import Terms

COMMAND = "alih run runs/x --seeds 17"
LABELS = {"dropout": "Dropout", "plain": "Plain"}


def terms(margin: float | None = None, **changes) -> Terms:
    return Terms(label=LABELS.__getitem__, margins={"accuracy": margin}, **changes)


SCORES = {"run": "seed", "item": "item", "commands": False}


def told(values, margin: float | None = None, **changes) -> str:
    """The sentence and its remarks."""
    found = line(values, terms(margin, **changes))
    return " ".join([found.sentence, *found.remarks])


KINDS = {
    "undecided": (
        row(COMMAND),
        "Dropout and Plain: undecided on accuracy: 92.90 % vs 92.70 %, "
        "difference +0.20 points (95 % range −0.10 to +0.50).",
        "Dropout dan Plain: belum pasti mana yang lebih baik dalam akurasi: 92,90 % "
        "berbanding 92,70 %, selisih +0,20 poin (rentang 95 %: −0,10 s.d. +0,50).",
    ),
    "better": (
        row(
            verdict="better",
            ci=(0.001, 0.03),
            means=(0.9425, 0.927),
            difference=0.0155,
            level=0.025,
            needs=None,
        ),
        "Dropout: better than Plain on accuracy: 94.25 % vs 92.70 %, difference +1.55 points "
        "(97.5 % range +0.10 to +3.00).",
        "Dropout: lebih baik daripada Plain dalam akurasi: 94,25 % berbanding 92,70 %, "
        "selisih +1,55 poin (rentang 97,5 %: +0,10 s.d. +3,00).",
    ),
    "worse": (
        row(
            verdict="worse",
            metric="log_loss",
            means=(0.45, 0.25),
            difference=0.2,
            ci=(0.1, 0.3),
            needs=None,
        ),
        "Dropout: worse than Plain on log loss (lower is better): 0.4500 vs 0.2500, "
        "difference +0.2000 (95 % range +0.1000 to +0.3000).",
        "Dropout: lebih buruk daripada Plain dalam log loss (makin rendah makin baik): "
        "0,4500 berbanding 0,2500, "
        "selisih +0,2000 (rentang 95 %: +0,1000 s.d. +0,3000).",
    ),
    "same": (
        row(verdict="same", needs=None),
        "Dropout: practically the same as Plain on accuracy: 92.90 % vs 92.70 %, "
        "difference +0.20 points (95 % range −0.10 to +0.50), "
        "all within the margin of ±0.60 points.",
        "Dropout: praktis sama dengan Plain dalam akurasi: 92,90 % berbanding 92,70 %, "
        "selisih +0,20 poin (rentang 95 %: −0,10 s.d. +0,50), "
        "seluruhnya di dalam batas ±0,60 poin.",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_sentences_of_each_verdict(kind):
    values, english, indonesian = KINDS[kind]
    own = terms(0.006 if kind == "same" else None)
    assert line(values, own).sentence == english
    assert spoken("id", line, values, own).sentence == indonesian


@pytest.mark.parametrize(
    ("changes", "margin", "english", "indonesian"),
    [
        ({}, None, "about 17 replicates in all", "sekitar 17 ulangan seluruhnya"),
        (
            {"needs": None},
            None,
            "compare.metrics.accuracy.margin",
            "compare.metrics.accuracy.margin",
        ),
        ({"needs": None}, 0.002, "report it as undecided", "laporkan sebagai belum pasti"),
        ({"needs": Needs(None, 14565)}, None, "15,000 test images", "15.000 gambar uji"),
        (
            {"needs": Needs(10, 12345)},
            None,
            "10 replicates with about 13,000 test images",
            "10 ulangan dengan sekitar 13.000 gambar uji",
        ),
        (
            {"test": "items-only", "needs": Needs(3, None), "command": "c --seeds 3"},
            None,
            "one run each cannot tell which is better",
            "satu kali pelatihan masing-masing tidak dapat menunjukkan",
        ),
        (
            {"verdict": "better", "ci": (0.0001, 0.001)},
            0.002,
            "smaller than the margin of ±0.20",
            "lebih kecil daripada batas ±0,20",
        ),
        ({"look": 3}, None, "(look 3)", "(pengamatan ke-3)"),
    ],
)
def test_remarks(changes, margin, english, indonesian):
    values = row(**({"command": COMMAND} | changes))
    assert english.lower() in told(values, margin).lower()
    assert indonesian.lower() in spoken("id", told, values, margin).lower()


@pytest.mark.parametrize("needs", [Needs(9, None), Needs(6, None), Needs(10, 12345), None])
def test_a_score_file_is_told_in_its_own_terms(needs):
    for lang in ("en", "id"):
        study = spoken(lang, told, row(COMMAND, needs=needs))
        scores = spoken(lang, told, row(needs=needs), **SCORES)
        for word in ("replicate", "image", "ulangan", "gambar", "compare.metrics", "alih run"):
            assert word not in scores
        assert scores.split(".")[0] == study.split(".")[0], "the verdict itself reads the same"


def test_every_range_stands_with_the_confidence_that_the_verdict_used():
    usual, strict = row(), row(level=0.05 / 6, ci=(-0.002, 0.006))
    assert "95 % range" in line(usual, terms()).sentence
    assert "99.2 % range −0.20 to +0.60" in line(strict, terms()).sentence
    assert "95 % range: −0.10 to +0.50" in told(strict)
    assert told(usual).count("95 %") == 1
    assert [confidence(level) for level in (0.05, 0.025, 0.05 / 6, 0.001, 1e-9)] == [
        "95 %",
        "97.5 %",
        "99.2 %",
        "99.9 %",
        "> 99.9999 %",
    ]
    assert confidences([usual, strict]) == "95 to 99.2 %"
    alone = line(row(test="items-only", needs=Needs(3, None)), terms())
    assert "only" in alone.confidence


def test_what_chance_does_is_said_where_it_is_known():
    noisy, other = row(noise=Noise(0.003, 0.01)), row(noise=Noise(0.004, 0.01))
    assert "0.30 points from run to run" in told(noisy)
    assert "1.00 points from one set of 400 test images to another" in told(noisy)
    (said,) = chance([line(one, terms()) for one in (noisy, other, row())])
    assert "0.30 to 0.40 points from run to run" in said
    assert chance([line(row(), terms())]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_sentence_speaks_of_p_values_or_hypotheses(kind):
    for lang in ("en", "id"):
        said = spoken(lang, told, KINDS[kind][0], 0.006).lower()
        assert not any(
            word in said
            for word in ("p-value", "p =", "significan", "signifikan", "hypothes", "hipotesis")
        )


def test_an_end_beside_zero_does_not_read_as_zero():
    """The dropout study on Fashion-MNIST: from +0.04 to +1.90 points, which one decimal would print
    as +0.0."""
    values = row(verdict="better", difference=0.0097, ci=(0.0004, 0.0190), needs=None)
    assert "+0.04 to +1.90)" in told(values)


def test_means_have_the_decimals_of_the_tables_whatever_their_difference():
    """14.524 % vs 13.1 % would claim to be better known than the table beside it."""
    values = row(means=(0.14524, 0.13101), difference=0.01423, ci=(0.00001, 0.03))
    said = told(values)
    assert "14.52 % vs 13.10 %, difference +1.423 points" in said
    assert "+0.001 to +3.000)" in said


def test_more_replicates_than_the_study_allows_are_named():
    assert "about 17 replicates, more than seeds_max allows" in told(row())
    assert "None" not in spoken("id", told, row())


def test_hundreds_of_replicates_are_no_advice():
    many = Needs(174, None)
    assert "compare.metrics.accuracy.margin" in told(row(needs=many))
    assert "more than 100 replicates" in told(row(needs=many), 0.004)
    assert "lebih dari 100 ulangan" in spoken("id", told, row(needs=many), 0.004)
    assert "report it as undecided" in told(row(needs=Needs(10, 440_000)), 0.004)


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ({"seeds": 61}, "about 70 replicates in all may settle it (a rough guess)"),
        ({"seeds": 13}, "about 15 replicates in all may settle it (a rough guess)"),
        ({"seeds": 9}, "about 9 replicates in all may settle it (a rough guess)"),
        ({"seeds": 3}, "about 3 replicates in all may settle it (a rough guess)"),
        (
            {"seeds": 5, "items": 8123},
            "about 5 replicates with about 8,200 test images in all may settle it (a rough guess)",
        ),
    ],
)
def test_what_two_replicates_project_is_called_a_rough_guess(needs, expected):
    wanted, command = Needs(**({"items": None} | needs)), None if "items" in needs else "c"
    settles = line(row(command, n_seeds=2, needs=wanted), terms()).settles
    assert settles == expected
    # Five replicates are enough for a projection, and where no run varies none was guessed from.
    for sure in ({}, {"test": "items", "n_seeds": 1}):
        assert "rough" not in line(row(command, needs=wanted, **sure), terms()).settles
