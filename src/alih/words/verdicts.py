"""Sentences of the room `verdicts`."""

from alih.words.choicetext import CHOICE_TEXT
from alih.words.findingtext import FINDING_TEXT
from alih.words.roundtext import ROUND_TEXT
from alih.words.verdicttext import VERDICT_TEXT

WORDS: dict[str, tuple[str, str]] = (
    {
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
        "verdicts.col.level": ("level", "tingkat"),
        "verdicts.col.value": ("value", "nilai"),
        "verdicts.col.n": ("n", "n"),
        "verdicts.col.range": ("range (confidence)", "rentang (keyakinan)"),
        "verdicts.col.range_at": ("{confidence} range", "rentang {confidence}"),
        "verdicts.col.verdict": ("verdict", "putusan"),
        "verdicts.better": ("better", "lebih baik"),
        "verdicts.worse": ("worse", "lebih buruk"),
        "verdicts.hurts": ("worse: adaptation hurts", "lebih buruk: adaptasi merugikan"),
        "verdicts.same": ("same", "sama"),
        "verdicts.undecided": ("undecided", "belum pasti"),
        "verdicts.count_of_folds": (
            "folds, test images of all together",
            "lipatan (fold), gambar uji dari semuanya",
        ),
        "verdicts.unfinished": ("no runs yet", "belum dijalankan"),
    }
    | CHOICE_TEXT
    | FINDING_TEXT
    | VERDICT_TEXT
    | ROUND_TEXT
)
