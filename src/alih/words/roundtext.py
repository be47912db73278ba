"""Sentences of the room `verdicts` about runs until decided."""

ROUND_TEXT: dict[str, tuple[str, str]] = {
    "verdicts.cure_rounds": (
        "Delete the file: the next run counts its rounds anew.",
        "Hapus berkas itu: run berikutnya menghitung putarannya dari awal.",
    ),
    "verdicts.budget_small": (
        "the budget of {budget} has no room for the first round: {seeds} {seeds:replicate|replicates} of every arm take about {seconds}. "
        "Give a larger --budget, or fewer epochs.",
        "anggaran {budget} tidak cukup untuk putaran pertama: {seeds} ulangan semua varian memakan waktu sekitar {seconds}. "
        "Perbesar --budget, atau kurangi epoch.",
    ),
    "verdicts.round.found": ("Round {n}: {arms}.", "Putaran {n}: {arms}."),
    "verdicts.round.decided": ("{arm} is decided", "{arm} sudah diputuskan"),
    "verdicts.round.open": ("{arm} is open", "{arm} masih terbuka"),
    "verdicts.round.open_about": (
        "{arm} is open, about {seeds} {seeds:replicate|replicates} would decide it",
        "{arm} masih terbuka, sekitar {seeds} ulangan akan memutuskannya",
    ),
    "verdicts.round.groups": (
        "{arm}: the test images come in fewer than {least} groups, which is too few for any verdict",
        "{arm}: citra uji terdiri atas kurang dari {least} kelompok, terlalu sedikit untuk putusan apa pun",
    ),
    "verdicts.round.spent": (
        "{arm}: earlier looks have spent its whole level of error, so no further replicate can decide it",
        "{arm}: pengamatan sebelumnya sudah menghabiskan seluruh taraf kesalahannya, jadi ulangan tambahan tidak dapat memutuskannya",
    ),
    "verdicts.round.most": (
        "{arm} is undecided after {most} {most:replicate|replicates}, the most allowed",
        "{arm} belum pasti setelah {most} ulangan, jumlah terbanyak yang dibolehkan",
    ),
    "verdicts.round.most_folds": (
        "{arm} is undecided after {most} {most:fold|folds}, the most allowed",
        "{arm} belum pasti setelah {most} lipatan, jumlah terbanyak yang dibolehkan",
    ),
    "verdicts.round.far": (
        "{arm} would need about {seeds} {seeds:replicate|replicates}, far more than the {most} allowed",
        "{arm} perlu sekitar {seeds} ulangan, jauh melebihi {most} yang dibolehkan",
    ),
    "verdicts.round.images": (
        "{arm} needs more test images, about {items}",
        "{arm} memerlukan lebih banyak citra uji, sekitar {items}",
    ),
    "verdicts.round.nothing": (
        "{arm} differs too little from the baseline for any number of replicates",
        "{arm} terlalu sedikit berbeda dari varian dasar untuk jumlah ulangan berapa pun",
    ),
    "verdicts.round.copies": (
        "{arm} gives copies of its own runs",
        "{arm} menghasilkan salinan dari run-nya sendiri",
    ),
    "verdicts.round.budget": (
        "{arm} would take longer than the budget",
        "{arm} memakan waktu lebih lama daripada anggaran",
    ),
    "verdicts.round.next": (
        "Next: one more replicate of {arms} (up to {seeds} {seeds:replicate|replicates}, about {time}).",
        "Berikutnya: satu ulangan lagi untuk {arms} (hingga {seeds} ulangan, sekitar {time}).",
    ),
    "verdicts.round.next_folds": (
        "Next: one more repeat of {arms} (up to {seeds} {seeds:fold|folds}, about {time}).",
        "Berikutnya: satu perulangan lagi untuk {arms} (hingga {seeds} lipatan, sekitar {time}).",
    ),
    "verdicts.round.stop_decided": (
        "No further round: every arm is decided.",
        "Tidak ada putaran lagi: semua varian sudah diputuskan.",
    ),
    "verdicts.round.stop_hopeless": (
        "No further round: what is still undecided, more replicates (at most {most}) would hardly decide.",
        "Tidak ada putaran lagi: yang belum pasti hampir tidak dapat diputuskan dengan lebih banyak ulangan (paling banyak {most}).",
    ),
    "verdicts.round.stop_hopeless_folds": (
        "No further round: what is still undecided, more repeats (at most {most} {most:fold|folds}) would hardly decide.",
        "Tidak ada putaran lagi: yang belum pasti hampir tidak dapat diputuskan dengan lebih banyak perulangan (paling banyak {most} lipatan).",
    ),
    "verdicts.round.stop_budget": (
        "No further round: it would exceed the budget of {budget}.",
        "Tidak ada putaran lagi: anggaran {budget} akan terlampaui.",
    ),
    "verdicts.round.stop_failed": (
        "No further round: not all runs of this one have finished.",
        "Tidak ada putaran lagi: belum semua run putaran ini selesai.",
    ),
}
