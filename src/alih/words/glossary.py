"""Terms of the report and what they mean: `glossary.<name>_term` and `glossary.<name>`."""

from __future__ import annotations

_OF_CLASSIFICATION = (
    *("accuracy", "precision_recall", "sensitivity", "matthews", "auc"),
    *("calibration", "attention"),
)
_OF_SEGMENTATION = ("mask", "pixel_accuracy", "iou", "dice", "averaging", "boundary_f1")
"""Terms that only reports of one task need."""

_TERMS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "arm": (
        ("Arm", "Varian (arm)"),
        (
            "A named recipe: a network, how knowledge is carried over to it, and training settings.",
            "Resep yang diberi nama: sebuah jaringan, cara pengetahuan dialihkan kepadanya, dan pengaturan pelatihannya.",
        ),
    ),
    "baseline": (
        ("Baseline", "Varian dasar (baseline)"),
        (
            "The arm that all others are compared with.",
            "Varian yang dijadikan acuan: semua varian lain dibandingkan dengannya.",
        ),
    ),
    "replicate": (
        ("Replicate", "Ulangan (replicate)"),
        (
            "One repetition of the training from new random numbers. Several replicates show how much of a result is chance.",
            "Satu kali pengulangan pelatihan dengan bilangan acak baru. Beberapa ulangan menunjukkan seberapa besar bagian hasil yang hanya kebetulan.",
        ),
    ),
    "splits": (
        ("Training, validation and test split", "Data latih, validasi, dan uji"),
        (
            "The network learns from the first, choices are made on the second, and the third is scored once at the end, so that it stands for images never seen.",
            "Jaringan belajar dari data latih, pilihan dibuat dengan data validasi, dan data uji dinilai sekali di akhir sehingga mewakili gambar yang belum pernah dilihat.",
        ),
    ),
    "interval": (
        ("Interval", "Selang kepercayaan"),
        (
            "The range of differences that agrees with the data. If the study were repeated many times, a 95 % interval would contain the true value about 95 times in 100.",
            "Rentang selisih yang sesuai dengan data. Jika studi diulang berkali-kali, selang 95 % memuat nilai sebenarnya kira-kira 95 kali dari 100.",
        ),
    ),
    "sd": (
        ("± (standard deviation)", "± (simpangan baku)"),
        (
            "How far replicates typically lie from their mean. It is not an interval for the mean.",
            "Seberapa jauh ulangan umumnya menyimpang dari rata-ratanya. Ini bukan selang untuk rata-rata.",
        ),
    ),
    "verdict": (
        ("Verdict", "Putusan"),
        (
            "Better or worse: the interval of the true difference excludes zero. Same: it lies inside the margin. Undecided: none of these; more data would be needed. With one replicate: always undecided.",
            "Lebih baik atau lebih buruk: selang bagi selisih sebenarnya tidak memuat nol. Sama: selang itu berada di dalam batas toleransi. Belum pasti: tidak satu pun dari itu, masih perlu lebih banyak data. Dengan satu ulangan: selalu belum pasti.",
        ),
    ),
    "margin": (
        ("Margin", "Batas toleransi (margin)"),
        (
            "The largest difference that would not matter in practice, chosen before the study is run.",
            "Selisih terbesar yang dalam praktik dianggap tidak berarti, ditetapkan sebelum studi dijalankan.",
        ),
    ),
    "look": (
        ("Look", "Pengamatan (look)"),
        (
            "One judgement of the results. Judging again and again as data arrive finds differences that are not there, so every look makes the test stricter.",
            "Satu kali penilaian atas hasil. Menilai berulang-ulang sambil data bertambah dapat menemukan selisih yang sebenarnya tidak ada, sehingga setiap pengamatan memperketat pengujian.",
        ),
    ),
    "factor": (
        ("Factor", "Faktor"),
        (
            "A setting in which two arms differ. With more than one, the effect cannot be attributed to any single one.",
            "Pengaturan yang membedakan dua varian. Jika lebih dari satu, pengaruhnya tidak dapat dikaitkan dengan salah satunya saja.",
        ),
    ),
    "accuracy": (
        ("Accuracy", "Akurasi"),
        (
            "The share of images that are classified correctly.",
            "Porsi gambar yang diklasifikasikan dengan benar.",
        ),
    ),
    "log_loss": (
        ("Log loss (cross-entropy)", "Log loss (entropi silang)"),
        (
            "Minus the logarithm of the probability given to the true class, averaged. Low is good; confident errors cost most.",
            "Negatif logaritma dari probabilitas yang diberikan kepada kelas yang benar, dirata-ratakan. Makin rendah makin baik; kesalahan yang penuh keyakinan paling mahal.",
        ),
    ),
    "precision_recall": (
        ("Precision, recall, F1", "Presisi, recall, F1"),
        (
            "Precision: how many of the images given to a class belong to it. Recall: how many of a class's images are found. F1: their harmonic mean.",
            "Presisi: berapa bagian gambar yang dimasukkan ke suatu kelas memang anggotanya. Recall: berapa bagian gambar suatu kelas yang ditemukan. F1: rata-rata harmonik keduanya.",
        ),
    ),
    "sensitivity": (
        ("Sensitivity, specificity", "Sensitivitas, spesifisitas"),
        (
            "Of two classes, one is called positive. Sensitivity: the share of its images that is found. Specificity: the same of the other class.",
            "Dari dua kelas, satu disebut positif. Sensitivitas: porsi gambarnya yang ditemukan. Spesifisitas: hal yang sama untuk kelas lainnya.",
        ),
    ),
    "matthews": (
        ("Matthews correlation (MCC)", "Korelasi Matthews (MCC)"),
        (
            "The correlation of true and predicted classes: 1 is perfect, 0 is no better than chance. Large classes cannot hide the errors of small ones.",
            "Korelasi antara kelas sebenarnya dan kelas prediksi: 1 berarti sempurna, 0 berarti tidak lebih baik daripada kebetulan. Kelas besar tidak dapat menutupi kesalahan kelas kecil.",
        ),
    ),
    "auc": (
        ("ROC curve, AUC", "Kurva ROC, AUC"),
        (
            "How many images of a class are found at the price of how many others taken for it, over all thresholds. AUC, the area below, is how often an image of the class gets a higher score than one of another class.",
            "Berapa gambar suatu kelas ditemukan dengan harga berapa gambar lain yang keliru dimasukkan ke situ, untuk semua ambang. AUC, luas di bawahnya, adalah seberapa sering gambar kelas itu mendapat skor lebih tinggi daripada gambar kelas lain.",
        ),
    ),
    "calibration": (
        ("Calibration, temperature", "Kalibrasi, suhu"),
        (
            "Whether answers that are 90 % sure are right nine times of ten; ECE is the mean distance. A temperature is one number that divides all logits and so makes a network less sure (above 1) or surer (below 1) without changing its answers.",
            "Apakah jawaban dengan keyakinan 90 % benar sembilan dari sepuluh kali; ECE adalah jarak rata-ratanya. Suhu adalah satu bilangan pembagi semua logit yang membuat jaringan kurang yakin (di atas 1) atau lebih yakin (di bawah 1) tanpa mengubah jawabannya.",
        ),
    ),
    "attention": (
        ("Grad-CAM", "Grad-CAM"),
        (
            "A map of the parts of an image that raised the score of a class, from the last maps that the network computes.",
            "Peta bagian gambar yang menaikkan skor suatu kelas, dari peta terakhir yang dihitung jaringan.",
        ),
    ),
    "confusion": (
        ("Confusion matrix", "Matriks konfusi"),
        (
            "Counts of images by true class (row) and predicted class (column); correct ones lie on the diagonal.",
            "Jumlah gambar menurut kelas sebenarnya (baris) dan kelas prediksi (kolom); yang benar berada pada diagonal.",
        ),
    ),
    "mask": (
        ("Mask", "Mask"),
        (
            "A picture that names the class of every pixel. Ignored pixels count for neither loss nor metrics.",
            "Gambar yang menyebut kelas setiap piksel. Piksel yang diabaikan tidak ikut dihitung, baik dalam loss maupun dalam metrik.",
        ),
    ),
    "pixel_accuracy": (
        ("Pixel accuracy", "Akurasi piksel"),
        (
            "The share of pixels that are given the right class. Large classes, mostly the background, decide it.",
            "Porsi piksel yang mendapat kelas yang benar. Kelas yang luas, biasanya latar belakang, paling menentukannya.",
        ),
    ),
    "iou": (
        (
            "IoU (intersection over union, Jaccard index)",
            "IoU (irisan dibagi gabungan, indeks Jaccard)",
        ),
        (
            "For one class: pixels that are in both the true and the predicted region, divided by pixels that are in at least one of them.",
            "Untuk satu kelas: piksel yang berada di wilayah sebenarnya sekaligus di wilayah prediksi, dibagi piksel yang berada di sedikitnya satu di antaranya.",
        ),
    ),
    "dice": (
        ("Dice", "Dice"),
        (
            "Twice the pixels in both regions, divided by the sizes of the two regions; the F1 of pixels. For IoU j it is 2j / (1 + j).",
            "Dua kali jumlah piksel di kedua wilayah dibagi jumlah ukuran kedua wilayah; sama dengan F1 atas piksel. Untuk IoU j nilainya 2j / (1 + j).",
        ),
    ),
    "averaging": (
        ("Macro, micro, foreground", "Makro, mikro, latar depan"),
        (
            "Macro: the mean over classes, each counting equally. Micro: all classes' pixels are added first. Foreground: all classes but the background as one. The three lie far apart on the same masks, so a number without its averaging says little.",
            "Makro: rata-rata antarkelas, tiap kelas sama berat. Mikro: piksel semua kelas dijumlahkan dahulu. Latar depan: semua kelas selain latar belakang dianggap satu. Pada mask yang sama ketiganya dapat jauh berbeda, jadi angka tanpa cara perata-rataannya tidak banyak berarti.",
        ),
    ),
    "boundary_f1": (
        ("Boundary F1", "F1 batas"),
        (
            "How well the outlines agree: F1 of boundary pixels that have a partner within a small tolerance.",
            "Seberapa cocok garis tepinya: F1 atas piksel batas yang memiliki pasangan dalam jarak toleransi yang kecil.",
        ),
    ),
    "epoch": (
        ("Epoch", "Epoch"),
        ("One pass over all training images.", "Satu putaran penuh atas seluruh gambar latih."),
    ),
    "overfitting": (
        ("Over-fitting", "Overfitting"),
        (
            "The network keeps improving on its training images while it gets worse on others: it learns them by heart.",
            "Jaringan terus membaik pada gambar latihnya tetapi memburuk pada gambar lain: jaringan menghafal.",
        ),
    ),
    "underfitting": (
        ("Under-fitting", "Underfitting"),
        (
            "The network does not even fit its training images better than a simple model does.",
            "Pada gambar latihnya pun jaringan tidak lebih baik daripada model sederhana.",
        ),
    ),
    "dropout": (
        ("Dropout", "Dropout"),
        (
            "Switching off a random part of the units at every training step, so that none can rely on single others. Off when predicting.",
            "Mematikan sebagian unit secara acak pada tiap langkah pelatihan sehingga tidak ada unit yang bergantung pada unit tertentu lainnya. Tidak aktif saat prediksi.",
        ),
    ),
    "activation": (
        ("Activation", "Aktivasi"),
        (
            "The output of a unit or a channel for a given image; for convolutional layers a small picture of where it responds.",
            "Keluaran suatu unit atau kanal untuk gambar tertentu; pada lapisan konvolusi berupa gambar kecil yang menunjukkan di mana kanal itu bereaksi.",
        ),
    ),
}

WORDS: dict[str, tuple[str, str]] = {}
for _name, (_term, _meaning) in _TERMS.items():
    WORDS[f"glossary.{_name}_term"] = _term
    WORDS[f"glossary.{_name}"] = _meaning


def terms(task: str = "classification") -> list[tuple[str, str]]:
    """The terms of a task's report with their meaning, in the order of the report's need for them."""
    from alih.words import say

    left_out = _OF_CLASSIFICATION if task == "segmentation" else _OF_SEGMENTATION
    names = [name for name in _TERMS if name not in left_out]
    return [(say(f"glossary.{name}_term"), say(f"glossary.{name}")) for name in names]
