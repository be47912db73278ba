"""Sentences of the room `verdicts`."""

from alih.words.findingtext import FINDING_TEXT

WORDS: dict[str, tuple[str, str]] = {
    "verdicts.col.arm": ("arm", "varian"),
    "verdicts.col.baseline": ("baseline", "varian dasar"),
    "verdicts.col.metric": ("metric", "metrik"),
    "verdicts.col.split": ("split", "bagian data"),
    "verdicts.col.mean_sd": (
        "mean ± sd",
        "rata-rata ± simpangan baku",
    ),
    "verdicts.col.replicates": ("replicates", "ulangan"),
    "verdicts.col.items": ("items", "butir"),
    "verdicts.col.difference": ("difference", "selisih"),
    "verdicts.col.interval": (
        "range of the true difference",
        "rentang selisih sebenarnya",
    ),
    "verdicts.col.verdict": ("verdict", "putusan"),
    "verdicts.better": ("better", "lebih baik"),
    "verdicts.worse": ("worse", "lebih buruk"),
    "verdicts.same": ("same within the margin", "sama dalam batas toleransi"),
    "verdicts.undecided": ("undecided", "belum dapat diputuskan"),
} | FINDING_TEXT
