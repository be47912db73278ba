"""Sentences of the room `evaluation`."""

WORDS: dict[str, tuple[str, str]] = {
    "evaluation.class_out_of_range": (
        "Array '{array}' holds class {value}, but there are {classes} classes (0 to {last}). "
        "Check the labels, or the number of classes.",
        "Larik '{array}' memuat kelas {value}, padahal hanya ada {classes} kelas (0 sampai {last}). "
        "Periksa labelnya, atau jumlah kelasnya.",
    ),
    "evaluation.no_class_numbers": (
        "Array '{array}' has type {dtype} and shape {shape}; expected whole class numbers in one dimension. "
        "Take the arg max of probabilities first.",
        "Larik '{array}' bertipe {dtype} dan berbentuk {shape}; "
        "yang diharapkan ialah nomor kelas (bilangan bulat) satu dimensi. "
        "Ambil dahulu arg max dari probabilitasnya.",
    ),
    "evaluation.not_a_table": (
        "The probabilities have shape {shape}; expected [items, classes]. Put one row per item.",
        "Probabilitas berbentuk {shape}; yang diharapkan [item, kelas]. Susun satu baris untuk tiap item.",
    ),
    "evaluation.lengths_differ": (
        "'{first}' has {n_first} items but '{second}' has {n_second}; expected the same items in both. "
        "Check that both come from one split.",
        "'{first}' berisi {n_first} item, sedangkan '{second}' berisi {n_second}; keduanya harus memuat item yang sama. "
        "Pastikan keduanya berasal dari bagian data yang sama.",
    ),
    "evaluation.no_confidence": (
        "A confidence of {value} came; expected a probability between 0 and 1. Apply softmax to the network's outputs first.",
        "Ada nilai keyakinan {value}; yang diharapkan ialah probabilitas antara 0 dan 1. "
        "Terapkan softmax pada keluaran jaringan lebih dahulu.",
    ),
    "evaluation.no_items": (
        "There are no items to compute a metric from. Check that the split is not empty.",
        "Tidak ada item untuk menghitung metrik. Pastikan bagian data itu tidak kosong.",
    ),
    "evaluation.jackknife_needs_two": (
        "Leaving one item out needs at least 2 items, but {n} came. Use more items.",
        "Perhitungan dengan mengeluarkan satu item memerlukan sedikitnya 2 item, sedangkan yang ada {n}. "
        "Gunakan lebih banyak item.",
    ),
    "evaluation.unknown_metric": (
        "There is no metric '{metric}'. Known metrics: {known}. Correct the name under `compare`.",
        "Tidak ada metrik '{metric}'. Metrik yang dikenal: {known}. Perbaiki namanya pada `compare`.",
    ),
    "evaluation.no_item_scores": (
        "Metric '{metric}' belongs to a whole set and has no score per item; those that have: {known}. Use its jackknife values.",
        "Metrik '{metric}' berlaku untuk seluruh himpunan dan tidak memiliki skor per item; yang memilikinya: {known}. "
        "Gunakan nilai jackknife-nya.",
    ),
    "evaluation.missing_array": (
        "Metric '{metric}' needs the array '{array}', but only these came: {came}. Run the cell again, or leave the metric out.",
        "Metrik '{metric}' memerlukan larik '{array}', tetapi yang ada hanya: {came}. "
        "Jalankan ulang sel itu, atau hilangkan metrik ini.",
    ),
}
