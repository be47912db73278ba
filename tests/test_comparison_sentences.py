"""The verdict as a sentence, every kind, in both languages."""

from __future__ import annotations

import pytest
from tests.support.compared import row
from tests.support.spoken import spoken

from alih.statistics.verdicts import Needs
from alih.verdicts.sentences import sentence

COMMAND = "alih run runs/x --seeds 17"


KINDS = {
    "undecided": (
        row(COMMAND),
        "Dropout and Plain: too early to say which is better on accuracy, "
        "or that they are the same: 92.90 % vs 92.70 %, "
        "difference +0.20 points (plausible range −0.10 to +0.50 points). "
        "If the difference stays about as large, "
        "about 17 replicates in all should settle it: alih run runs/x --seeds 17",
        "Dropout dan Plain: belum dapat dikatakan mana yang lebih baik dalam akurasi, "
        "juga belum bahwa keduanya sama: 92,90 % "
        "berbanding 92,70 %, selisih +0,20 poin (rentang yang masuk akal −0,10 sampai +0,50 poin). "
        "Bila "
        "selisihnya tetap kira-kira sebesar ini, "
        "sekitar 17 ulangan seluruhnya seharusnya cukup untuk memutuskannya: "
        "alih run runs/x --seeds 17",
    ),
    "better": (
        row(
            verdict="better",
            ci=(0.001, 0.03),
            means=(0.9425, 0.927),
            difference=0.0155,
            needs=None,
        ),
        "Dropout: better than Plain on accuracy: 94.25 % vs 92.70 %, difference +1.55 points "
        "(plausible range +0.10 to +3.00 points).",
        "Dropout: lebih baik daripada Plain dalam akurasi: 94,25 % berbanding 92,70 %, "
        "selisih +1,55 poin (rentang yang masuk akal +0,10 sampai +3,00 poin).",
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
        "difference +0.2000 (plausible range +0.1000 to +0.3000).",
        "Dropout: lebih buruk daripada Plain dalam log loss (makin rendah makin baik): "
        "0,4500 berbanding 0,2500, "
        "selisih +0,2000 (rentang yang masuk akal +0,1000 sampai +0,3000).",
    ),
    "same": (
        row(verdict="same", needs=None),
        "Dropout: practically the same as Plain on accuracy: 92.90 % vs 92.70 %, "
        "difference +0.20 points (plausible range −0.10 to +0.50 points), "
        "all within the margin of ±0.60 points.",
        "Dropout: praktis sama dengan Plain dalam akurasi: 92,90 % berbanding 92,70 %, "
        "selisih +0,20 poin (rentang yang masuk akal −0,10 sampai +0,50 poin), "
        "seluruhnya di dalam batas ±0,60 poin.",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_sentences_of_each_verdict(kind):
    values, english, indonesian = KINDS[kind]
    margin = 0.006 if kind == "same" else None
    assert sentence(values, "Dropout", "Plain", margin) == english
    assert spoken("id", sentence, values, "Dropout", "Plain", margin) == indonesian


@pytest.mark.parametrize(
    ("changes", "margin", "english", "indonesian"),
    [
        (
            {"needs": None},
            None,
            "compare.metrics.accuracy.margin",
            "compare.metrics.accuracy.margin",
        ),
        ({"needs": None}, 0.002, "This does not mean 'the same'", "Ini tidak berarti 'sama'"),
        (
            {"needs": Needs(None, 14565)},
            None,
            "about 15,000 test images",
            "sekitar 15.000 gambar uji",
        ),
        (
            {"needs": Needs(10, 12345)},
            None,
            "about 10 replicates with about 13,000 test images in all should",
            "sekitar 10 ulangan dengan sekitar 13.000 gambar uji seluruhnya",
        ),
        (
            {"needs": Needs(6, None), "command": "c"},
            None,
            "1 more replicate should settle it",
            "1 ulangan lagi seharusnya cukup",
        ),
        (
            {"test": "items-only", "needs": Needs(3, None), "command": "c --seeds 3"},
            None,
            "one run each cannot tell which is better",
            "satu kali pelatihan tidak dapat menunjukkan",
        ),
        (
            {"verdict": "better", "ci": (0.0001, 0.001)},
            0.002,
            "found, but it is smaller than the margin of ±0.20",
            "Ada selisih, tetapi lebih kecil",
        ),
        ({"look": 3}, None, "(look 3)", "(pengamatan ke-3)"),
    ],
)
def test_remarks(changes, margin, english, indonesian):
    assert english in sentence(row(**changes), "A", "B", margin)
    assert indonesian in spoken("id", sentence, row(**changes), "A", "B", margin)


@pytest.mark.parametrize(
    ("chance", "winner", "times"),
    [(0.937, "A", 94), (0.9999, "A", 99), (0.0001, "B", 99), (0.5, "A", 50)],
)
def test_how_often_a_new_run_wins_is_said_as_a_count(chance, winner, times):
    values = row(probability_better=chance)
    assert f"{winner} would come out ahead in about {times} of 100 such pairs." in sentence(
        values, "A", "B"
    )
    assert f"{winner} akan unggul pada sekitar {times} dari 100 pasangan seperti itu." in spoken(
        "id", sentence, values, "A", "B"
    )
    fixed = sentence(row(probability_better=chance, test="items"), "A", "B")
    assert "of 100" not in fixed


@pytest.mark.parametrize("kind", KINDS)
def test_no_sentence_speaks_of_p_values_or_hypotheses(kind):
    values = KINDS[kind][0]
    for lang in ("en", "id"):
        told = spoken(lang, sentence, values, "Dropout", "Plain", 0.006).lower()
        assert not any(
            word in told
            for word in ("p-value", "p =", "significan", "signifikan", "hypothes", "hipotesis")
        )


def test_an_end_beside_zero_does_not_read_as_zero():
    """The dropout study on Fashion-MNIST: from +0.04 to +1.90 points, which one decimal would print
    as +0.0."""
    values = row(verdict="better", difference=0.0097, ci=(0.0004, 0.0190), needs=None)
    assert "+0.04 to +1.90 points" in sentence(values, "A", "B")


def test_means_have_the_decimals_of_the_tables_whatever_their_difference():
    """14.524 % vs 13.1 % would claim to be better known than the table beside it."""
    values = row(means=(0.14524, 0.13101), difference=0.01423, ci=(0.00001, 0.03))
    told = sentence(values, "A", "B")
    assert "14.52 % vs 13.10 %, difference +1.423 points" in told
    assert "+0.001 to +3.000 points" in told


def test_more_replicates_than_the_study_allows_are_named_without_a_command():
    values = row()
    assert (
        "about 17 replicates in all should settle it, more than the study's seeds_max allows."
        in sentence(values, "A", "B")
    )
    assert "None" not in spoken("id", sentence, values, "A", "B")


def test_hundreds_of_replicates_are_no_advice():
    many = Needs(174, None)
    assert "compare.metrics.accuracy.margin" in sentence(row(needs=many), "A", "B")
    assert "it takes more than 100 replicates in all" in sentence(
        row(needs=many), "A", "B", margin=0.004
    )
    assert "diperlukan lebih dari 100 ulangan" in spoken(
        "id", sentence, row(needs=many), "A", "B", margin=0.004
    )
    beyond = Needs(10, 440_000)
    assert "This does not mean 'the same'" in sentence(row(needs=beyond), "A", "B", margin=0.004)


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        (
            {"seeds": 61},
            "about 70 replicates in all should settle it (a rough guess from 2 "
            "replicates). Add a few first and",
        ),
        (
            {"seeds": 13},
            "about 15 replicates in all should settle it (a rough guess from 2 "
            "replicates). Add a few first and",
        ),
        (
            {"seeds": 9},
            "about 9 replicates in all should settle it (a rough guess from 2 replicates): c",
        ),
        ({"seeds": 3}, "1 more replicate should settle it (a rough guess from 2 replicates): c"),
        (
            {"seeds": 5, "items": 8123},
            "about 5 replicates with about 8,200 test images in all should (a rough guess from 2",
        ),
    ],
)
def test_what_two_replicates_project_is_called_a_rough_guess(needs, expected):
    wanted, command = Needs(**({"items": None} | needs)), None if "items" in needs else "c"
    assert expected in sentence(row(command, n_seeds=2, needs=wanted), "A", "B")
    assert "perkiraan kasar dari 2 ulangan" in spoken(
        "id", sentence, row(command, n_seeds=2, needs=wanted), "A", "B"
    )
    assert "rough" not in sentence(row(command, needs=wanted), "A", "B"), (
        "five replicates are enough for a projection"
    )
    assert "rough" not in sentence(row(command, test="items", n_seeds=1, needs=wanted), "A", "B"), (
        "no runs were guessed from"
    )
