"""Sentences of the room `transfer`."""

WORDS: dict[str, tuple[str, str]] = {
    # Classifiers on features
    "transfer.expected_classifier": (
        "the name of a classifier, or a mapping with `name` and its options",
        "nama pengklasifikasi, atau pemetaan berisi `name` dan opsinya",
    ),
    "transfer.unknown_classifier": ("unknown classifier '{got}'. {known}", "pengklasifikasi '{got}' tidak dikenal. {known}"),
    "transfer.not_a_table": (
        "The features have shape {shape}; expected [images, features] with at least one of each. Put one row per image.",
        "Fitur berbentuk {shape}; yang diharapkan [gambar, fitur], masing-masing sedikitnya satu. Susun satu baris untuk tiap gambar.",
    ),
    "transfer.not_finite": (
        "{count} of {images} images have features that are not finite numbers. Check the images, or the weights of the network.",
        "{count} dari {images} gambar memiliki fitur yang bukan bilangan hingga. Periksa gambarnya, atau bobot jaringannya.",
    ),
    "transfer.labels_do_not_fit": (
        "{labels} labels came for {images} images. Give one label per image.",
        "Ada {labels} label untuk {images} gambar. Berikan satu label untuk tiap gambar.",
    ),
    "transfer.label_out_of_range": (
        "Label {label} came, but there are {classes} classes (0 to {last}). Check the labels, or the number of classes.",
        "Ada label {label}, padahal hanya ada {classes} kelas (0 sampai {last}). Periksa labelnya, atau jumlah kelasnya.",
    ),
    "transfer.one_class": (
        "The {images} training images carry fewer than two different labels, so there is nothing to tell apart. Check the class folders.",
        "Label pada {images} gambar latih kurang dari dua macam sehingga tidak ada yang dapat dibedakan. Periksa folder kelasnya.",
    ),
    "transfer.other_width": (
        "The features have {got} columns, but the classifier was fitted to {expected}. Use features of the same network and stage.",
        "Fitur memiliki {got} kolom, padahal pengklasifikasi dilatih dengan {expected}. Gunakan fitur dari jaringan dan tahap yang sama.",
    ),
    "transfer.no_target": (
        "`align: coral` needs images of the target domain. Give a target set, or `transductive: true`, which aligns to the predicted images.",
        "`align: coral` memerlukan gambar dari domain target. Berikan himpunan target, atau `transductive: true` yang menyelaraskan ke gambar yang diprediksi.",
    ),
    "transfer.target_unused": (
        "The classifier '{name}' makes no use of unlabelled target images. Leave them out, or choose easytl.",
        "Pengklasifikasi '{name}' tidak memakai gambar target tanpa label. Hilangkan, atau pilih easytl.",
    ),
    "transfer.not_a_classifier": (
        "These arrays hold no fitted classifier ('{missing}' is missing). Run the cell again.",
        "Larik-larik ini tidak memuat pengklasifikasi yang sudah dilatih ('{missing}' tidak ada). Jalankan ulang selnya.",
    ),
}
