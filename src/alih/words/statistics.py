"""Sentences of the room `statistics`."""

WORDS: dict[str, tuple[str, str]] = {
    "statistics.one_item": (
        "The arms were scored on {items} item; at least 2 are needed for an interval. Give the comparison more test items.",
        "Lengan hanya dinilai pada {items} butir; interval memerlukan sedikitnya 2. Tambah butir uji untuk perbandingan ini.",
    ),
    "statistics.one_fold": (
        "{folds} fold came; at least 2 are needed for an interval. Run more folds of the study.",
        "Hanya ada {folds} lipatan; interval memerlukan sedikitnya 2. Jalankan lebih banyak lipatan dari studi ini.",
    ),
    "statistics.not_finite": (
        "{count} of {total} scores are NaN or infinite, so no interval exists. Every score must be a finite number: run the cells "
        "again whose scores are damaged, or leave the metric out of compare.metrics.",
        "{count} dari {total} skor bernilai NaN atau tak hingga, sehingga interval tidak dapat dihitung. Setiap skor harus berupa "
        "bilangan berhingga: jalankan ulang sel yang skornya rusak, atau keluarkan metrik itu dari compare.metrics.",
    ),
    "statistics.shapes_differ": (
        "Arm '{arm}' has scores of shape {got}, baseline '{baseline}' of shape {expected}. Both need one row per replicate "
        "(a single row if seeds change nothing) and the same items in the same order.",
        "Lengan '{arm}' mempunyai skor berukuran {got}, lengan acuan '{baseline}' berukuran {expected}. Keduanya memerlukan satu "
        "baris per replikasi (satu baris saja bila seed tidak mengubah apa pun) dan butir yang sama dengan urutan yang sama.",
    ),
    "statistics.bad_level": (
        "The level {level} came; a probability between 0 and 1 was expected, for example 0.05.",
        "Taraf {level} diterima; yang diharapkan adalah peluang antara 0 dan 1, misalnya 0.05.",
    ),
}
