"""The verdict as a sentence, every kind, in both languages."""

from __future__ import annotations

import pytest

from alih.statistics.sentences import sentence


def row(**changes):
    values = {
        "metric": "accuracy",
        "verdict": "undecided",
        "at": {},
        "difference": 0.002,
        "ci": [-0.001, 0.005],
        "means": {"arm": 0.929, "baseline": 0.927},
        "n_seeds": 5,
        "test": "replicates-and-items",
        "look": 1,
        "needs": {"seeds": 17, "items": None, "command": "alih run runs/x --seeds 17"},
    }
    return values | changes


KINDS = {
    "undecided": (
        row(),
        "Dropout: no verdict yet against Plain on accuracy: 92.90 % against 92.70 %, difference +0.20 points, "
        "plausible range −0.10 to +0.50 points. About 12 more replicates would settle it: alih run runs/x --seeds 17",
        "Dropout: belum ada putusan terhadap Plain dalam akurasi: 92,90 % berbanding 92,70 %, selisih +0,20 poin, "
        "rentang yang masuk akal −0,10 sampai +0,50 poin. Sekitar 12 ulangan lagi akan memastikannya: "
        "alih run runs/x --seeds 17",
    ),
    "better": (
        row(verdict="better", ci=[0.001, 0.03], difference=0.0155, needs=None),
        "Dropout: better than Plain on accuracy: 92.9 % against 92.7 %, difference +1.6 points, "
        "plausible range +0.1 to +3.0 points.",
        "Dropout: lebih baik daripada Plain dalam akurasi: 92,9 % berbanding 92,7 %, selisih +1,6 poin, "
        "rentang yang masuk akal +0,1 sampai +3,0 poin.",
    ),
    "worse": (
        row(verdict="worse", metric="log_loss", means={"arm": 0.45, "baseline": 0.25}, difference=0.2, ci=[0.1, 0.3], needs=None),
        "Dropout: worse than Plain on log loss (lower is better): 0.450 against 0.250, difference +0.200, "
        "plausible range +0.100 to +0.300.",
        "Dropout: lebih buruk daripada Plain dalam log loss (makin rendah makin baik): 0,450 berbanding 0,250, "
        "selisih +0,200, rentang yang masuk akal +0,100 sampai +0,300.",
    ),
    "same": (
        row(verdict="same", margin=0.006, needs=None),
        "Dropout: practically the same as Plain on accuracy: 92.90 % against 92.70 %, difference +0.20 points, "
        "plausible range −0.10 to +0.50 points, all within the margin of ±0.60 points.",
        "Dropout: praktis sama dengan Plain dalam akurasi: 92,90 % berbanding 92,70 %, selisih +0,20 poin, "
        "rentang yang masuk akal −0,10 sampai +0,50 poin, seluruhnya di dalam batas ±0,60 poin.",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_sentences_of_each_verdict(kind):
    values, english, indonesian = KINDS[kind]
    margin = values.get("margin")
    assert sentence(values, "Dropout", "Plain", "en", margin) == english
    assert sentence(values, "Dropout", "Plain", "id", margin) == indonesian


@pytest.mark.parametrize(
    ("changes", "margin", "english", "indonesian"),
    [
        ({"needs": None}, None, "compare.metrics.accuracy.margin", "compare.metrics.accuracy.margin"),
        ({"needs": None}, 0.002, "No feasible number", "Tidak ada jumlah"),
        (
            {"needs": {"seeds": None, "items": 14565, "command": None}},
            None,
            "about 15,000 test images",
            "sekitar 15.000 gambar uji",
        ),
        (
            {"needs": {"seeds": 6, "items": None, "command": "c"}},
            None,
            "About 1 more replicate would",
            "Sekitar 1 ulangan lagi",
        ),
        (
            {"test": "items-only", "needs": {"seeds": 3, "items": None, "command": "c --seeds 3"}},
            None,
            "One replicate",
            "Satu ulangan",
        ),
        (
            {"verdict": "better", "ci": [0.0001, 0.001]},
            0.002,
            "real but smaller than the margin of ±0.20",
            "nyata, tetapi lebih kecil",
        ),
        ({"at": {"train_images": 30}, "look": 3}, None, "(train_images = 30; look 3)", "(train_images = 30; pengamatan ke-3)"),
    ],
)
def test_remarks(changes, margin, english, indonesian):
    assert english in sentence(row(**changes), "A", "B", "en", margin)
    assert indonesian in sentence(row(**changes), "A", "B", "id", margin)


@pytest.mark.parametrize(("chance", "times"), [(0.937, 94), (0.9999, 99), (0.0001, 1), (0.5, 50)])
def test_how_often_a_new_run_wins_is_said_as_a_count(chance, times):
    values = row(probability_better=chance)
    assert f"A does better than B about {times} times in 100." in sentence(values, "A", "B", "en")
    assert f"A mengungguli B kira-kira {times} dari 100 kali." in sentence(values, "A", "B", "id")
    fixed = sentence(values | {"test": "items"}, "A", "B", "en")
    assert "times in 100" not in fixed


@pytest.mark.parametrize("kind", KINDS)
def test_no_sentence_speaks_of_p_values_or_hypotheses(kind):
    values = KINDS[kind][0]
    for lang in ("en", "id"):
        told = sentence(values, "Dropout", "Plain", lang, 0.006).lower()
        assert not any(word in told for word in ("p-value", "p =", "significan", "signifikan", "hypothes", "hipotesis"))


def test_an_end_beside_zero_does_not_read_as_zero():
    """The dropout study on Fashion-MNIST: from +0.04 to +1.90 points, which one decimal would print as +0.0."""
    values = row(verdict="better", difference=0.0097, ci=[0.0004, 0.0190], needs=None)
    assert "+0.04 to +1.90 points" in sentence(values, "A", "B", "en")


def test_the_difference_shown_is_the_difference_of_the_values_shown():
    """82.5 % against 81.5 % with a difference of +1.1 would make a reader doubt the rest."""
    values = row(means={"arm": 0.8254, "baseline": 0.8146}, difference=0.0108, ci=[-0.27, 0.29])
    assert "82.54 % against 81.46 %, difference +1.08 points" in sentence(values, "A", "B", "en")


def test_more_replicates_than_the_study_allows_are_named_without_a_command():
    values = row(needs={"seeds": 17, "items": None, "command": None})
    assert "About 17 replicates would settle it, more than the study's seeds_max allows." in sentence(values, "A", "B", "en")
    assert "None" not in sentence(values, "A", "B", "id")
