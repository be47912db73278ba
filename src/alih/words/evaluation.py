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
        "Probabilitas berbentuk {shape}; yang diharapkan [butir, kelas]. Susun satu baris untuk tiap butir.",
    ),
    "evaluation.lengths_differ": (
        "'{first}' has {n_first} items but '{second}' has {n_second}; expected the same items in both. "
        "Check that both come from one split.",
        "'{first}' berisi {n_first} butir, sedangkan '{second}' berisi {n_second}; keduanya harus memuat butir yang sama. "
        "Pastikan keduanya berasal dari bagian data yang sama.",
    ),
    "evaluation.no_confidence": (
        "Got a confidence of {value}; expected a probability between 0 and 1. Apply softmax to the network's outputs first.",
        "Ada nilai keyakinan {value}; yang diharapkan ialah probabilitas antara 0 dan 1. "
        "Terapkan softmax pada keluaran jaringan lebih dahulu.",
    ),
    "evaluation.no_items": (
        "There are no items to compute a metric from. Check that the split is not empty.",
        "Tidak ada butir untuk menghitung metrik. Pastikan bagian data itu tidak kosong.",
    ),
    "evaluation.jackknife_needs_two": (
        "Leaving one item out needs at least 2 items, got {n}. Use more items.",
        "Perhitungan dengan mengeluarkan satu butir memerlukan sedikitnya 2 butir, sedangkan yang ada {n}. "
        "Gunakan lebih banyak butir.",
    ),
    "evaluation.unknown_metric": (
        "There is no metric '{metric}'. Known metrics: {known}. Correct the name under `compare`.",
        "Tidak ada metrik '{metric}'. Metrik yang dikenal: {known}. Perbaiki namanya pada `compare`.",
    ),
    "evaluation.no_item_scores": (
        "Metric '{metric}' belongs to a whole set and has no score per item; those that have: {known}. Use its jackknife values.",
        "Metrik '{metric}' berlaku untuk seluruh himpunan dan tidak memiliki skor per butir; yang memilikinya: {known}. "
        "Gunakan nilai jackknife-nya.",
    ),
    "evaluation.missing_array": (
        "Metric '{metric}' needs the array '{array}', but only these are there: {came}. Run the cell again, or leave the metric out.",
        "Metrik '{metric}' memerlukan larik '{array}', tetapi yang ada hanya: {came}. "
        "Jalankan ulang sel itu, atau hilangkan metrik ini.",
    ),
    "evaluation.one_class": (
        "The {n} training images carry fewer than two different labels, so there is nothing to tell apart. "
        "Check the class folders.",
        "Label pada {n} gambar latih kurang dari dua macam sehingga tidak ada yang dapat dibedakan. Periksa folder kelasnya.",
    ),
    "evaluation.metric.accuracy": ("accuracy", "akurasi"),
    "evaluation.metric.balanced_accuracy": ("balanced accuracy", "akurasi seimbang"),
    "evaluation.metric.macro_f1": ("macro F1", "F1 makro"),
    "evaluation.metric.matthews": ("Matthews correlation", "korelasi Matthews"),
    "evaluation.metric.auc": ("AUC", "AUC"),
    "evaluation.metric.average_precision": ("average precision", "presisi rata-rata"),
    "evaluation.metric.sensitivity": ("sensitivity", "sensitivitas"),
    "evaluation.metric.specificity": ("specificity", "spesifisitas"),
    "evaluation.metric.iou_macro": ("mean IoU", "IoU rata-rata"),
    "evaluation.metric.iou_micro": ("micro IoU", "IoU mikro"),
    "evaluation.metric.dice_macro": ("mean Dice", "Dice rata-rata"),
    "evaluation.metric.dice_micro": ("micro Dice", "Dice mikro"),
    "evaluation.metric.pixel_accuracy": ("pixel accuracy", "akurasi piksel"),
    "evaluation.metric.iou_foreground": ("foreground IoU", "IoU latar depan"),
    "evaluation.metric.boundary_f1": ("boundary F1", "F1 batas"),
    "evaluation.split.train": ("training", "pelatihan"),
    "evaluation.split.train-eval": ("training (evaluation mode)", "pelatihan (mode evaluasi)"),
    "evaluation.split.validation": ("validation", "validasi"),
    "evaluation.reference.pixel-logistic": (
        "logistic regression on the pixels",
        "regresi logistik atas piksel",
    ),
    "evaluation.reference.position": (
        "always answering the commonest class at each place of the image",
        "selalu menjawab kelas terbanyak di tiap posisi gambar",
    ),
    "evaluation.reference_arm": ("arm '{arm}'", "varian '{arm}'"),
    "evaluation.nothing_to_say": (
        "The learning curves show nothing unusual.",
        "Kurva pembelajaran tidak menunjukkan hal yang perlu dicatat.",
    ),
    "evaluation.too_few_epochs": (
        "Too few epochs to read a curve: {epochs} measured, at least {needed} needed. Train longer to get a diagnosis.",
        "Epoch terlalu sedikit untuk membaca kurva: {epochs} terukur, sedikitnya {needed} diperlukan. "
        "Latih lebih lama untuk memperoleh diagnosis.",
    ),
    "evaluation.not_finite": (
        "The {split} loss stopped being a finite number at epoch {epoch} (in {broken} of {replicates} {replicates:replicate|replicates}). "
        "Lower the learning rate, clip the gradient (`clip_norm`), or check the images for extreme values.",
        "Loss {split} tidak lagi berupa bilangan berhingga pada epoch {epoch} (pada {broken} dari {replicates} ulangan). "
        "Turunkan laju pembelajaran, batasi gradien (`clip_norm`), atau periksa apakah ada nilai ekstrem pada gambar.",
    ),
    "evaluation.not_learning": (
        "Nothing was learned: even on its training images the network reaches {score_train} {metric}, no more than always "
        "answering "
        "the commonest class ({score_majority}). "
        "Try a learning rate ten times smaller and ten times larger, and check the labels.",
        "Tidak ada yang dipelajari: pada gambar latihnya sendiri pun jaringan hanya mencapai {metric} {score_train}, tidak "
        "lebih baik "
        "daripada selalu menjawab kelas terbanyak ({score_majority}). "
        "Coba laju pembelajaran sepuluh kali lebih kecil dan sepuluh kali "
        "lebih besar, lalu periksa labelnya.",
    ),
    "evaluation.underfitting": (
        "Under-fitting: on its training images the network reaches {score_train} {metric}, less than {reference} "
        "({score_reference}). Train longer, raise the learning rate, use a larger network or less regularisation, "
        "or check the labels.",
        "Underfitting: pada gambar latihnya jaringan mencapai {metric} {score_train}, di bawah {reference} "
        "({score_reference}). Latih lebih lama, naikkan laju pembelajaran, gunakan jaringan yang lebih besar atau regularisasi yang "
        "lebih ringan, atau periksa labelnya.",
    ),
    "evaluation.overfitting_loss": (
        "Over-fitting in the loss: validation loss was lowest at epoch {epoch} ({loss_best}) and ended at {loss_last}, "
        "while {metric} "
        "did not fall ({score_best} → {score_last}): the network became over-confident. "
        "Try dropout, label smoothing, or keep the best epoch.",
        "Overfitting pada loss: loss validasi terendah pada epoch {epoch} ({loss_best}) dan berakhir di {loss_last}, sedangkan "
        "{metric} tidak turun ({score_best} → {score_last}): jaringan menjadi terlalu yakin. "
        "Coba dropout, label smoothing, atau simpan epoch terbaik.",
    ),
    "evaluation.overfitting_score": (
        "Over-fitting: after epoch {epoch} validation loss rose from {loss_best} to {loss_last} and {metric} fell from "
        "{score_best} "
        "to {score_last}, while training loss kept falling. "
        "Keep the best epoch; try dropout, augmentation, pretrained weights or more data.",
        "Overfitting: sesudah epoch {epoch} loss validasi naik dari {loss_best} menjadi {loss_last} dan {metric} turun dari "
        "{score_best} menjadi {score_last}, padahal loss pelatihan terus turun. "
        "Simpan epoch terbaik; coba dropout, augmentasi, bobot pralatih, atau data yang lebih banyak.",
    ),
    "evaluation.overfitting_loss_only": (
        "Over-fitting in the loss: validation loss was lowest at epoch {epoch} ({loss_best}) and ended at {loss_last}, "
        "while training "
        "loss kept falling. Try dropout, label smoothing, or keep the best epoch.",
        "Overfitting pada loss: loss validasi terendah pada epoch {epoch} ({loss_best}) dan berakhir di {loss_last}, "
        "sedangkan loss "
        "pelatihan terus turun. Coba dropout, label smoothing, atau simpan epoch terbaik.",
    ),
    "evaluation.generalisation_gap": (
        "Generalisation gap: {metric} is {score_train} on training images but levelled off at {score_validation} on "
        "validation images. "
        "More data, augmentation or pretrained weights can narrow it; training longer will not.",
        "Kesenjangan generalisasi: {metric} mencapai {score_train} pada gambar latih, tetapi mendatar di {score_validation} "
        "pada "
        "gambar validasi. Data yang lebih banyak, augmentasi, atau bobot pralatih dapat memperkecilnya; "
        "melatih lebih lama tidak.",
    ),
    "evaluation.not_finished": (
        "Not finished: at the end of {epochs} epochs training loss still fell by {rate_train} and validation loss by "
        "{rate_validation} an epoch. Train longer.",
        "Belum selesai: pada akhir {epochs} epoch, loss pelatihan masih turun {rate_train} dan loss validasi {rate_validation} "
        "tiap epoch. Latih lebih lama.",
    ),
    "evaluation.validation_above_train": (
        "Validation {metric} ({score_validation}) is above that on training images in evaluation mode ({score_train}). "
        "Look for images that are in both parts, or a validation part that is easier than the rest.",
        "Nilai {metric} validasi ({score_validation}) melebihi nilai pada gambar latih dalam mode evaluasi ({score_train}). "
        "Periksa apakah ada gambar yang termuat di kedua bagian, atau apakah bagian validasi lebih mudah daripada yang lain.",
    ),
    "evaluation.validation_above_running": (
        "Validation {metric} ({score_validation}) is above the training curve ({score_train}). That curve is taken while weights still "
        "move and dropout or augmentation are active, which often explains it; if not, look for images that are in both parts.",
        "Nilai {metric} validasi ({score_validation}) berada di atas kurva pelatihan ({score_train}). Kurva pelatihan diukur selagi "
        "bobot masih berubah dan dropout atau augmentasi aktif, dan itu sering menjadi penyebabnya; jika bukan, periksa apakah ada "
        "gambar yang termuat di kedua bagian.",
    ),
    "evaluation.running_explained": (
        "The training curve ({score_running} {metric}) lies below validation ({score_validation}) only because dropout or "
        "augmentation "
        "were active and weights still moved: in evaluation mode training images reach {score_train}. "
        "Nothing needs to be done.",
        "Kurva pelatihan ({metric} {score_running}) berada di bawah validasi ({score_validation}) hanya karena dropout atau "
        "augmentasi "
        "sedang aktif dan bobot masih berubah: dalam mode evaluasi, gambar latih mencapai {score_train}. "
        "Tidak ada yang perlu diubah.",
    ),
    "evaluation.mode_gap": (
        "The same training images reach {score_running} {metric} while training but only {score_train} in evaluation mode. "
        "Usually the "
        "stored statistics of batch normalisation do not fit: use larger batches, a faster running mean, or keep these "
        "layers frozen.",
        "Gambar latih yang sama mencapai {metric} {score_running} saat pelatihan, tetapi hanya {score_train} dalam mode "
        "evaluasi. "
        "Biasanya statistik batch normalization yang tersimpan tidak cocok: perbesar batch, percepat rata-rata berjalannya, "
        "atau bekukan lapisan tersebut.",
    ),
    "evaluation.unstable": (
        "Training became unstable: training loss was lowest at epoch {epoch} ({loss_best}) and ended at {loss_last}. "
        "Lower the learning rate, or let it decay (`schedule: cosine`).",
        "Pelatihan menjadi tidak stabil: loss pelatihan terendah pada epoch {epoch} ({loss_best}) dan berakhir di {loss_last}. "
        "Turunkan laju pembelajaran, atau buat laju itu mengecil (`schedule: cosine`).",
    ),
    "evaluation.near_majority": (
        "Validation {metric} over the last epochs ({score_validation}, standard error {score_error} with n = {n}) cannot be "
        "told from "
        "always answering the class that most of these images have ({score_majority}). Look at balanced accuracy, and validate on more images.",
        "Nilai {metric} validasi pada epoch-epoch terakhir ({score_validation}, galat baku {score_error} dengan n = {n}) "
        "tidak dapat "
        "dibedakan dari selalu menjawab kelas yang terbanyak pada gambar validasi itu ({score_majority}). "
        "Lihat akurasi seimbang, dan gunakan lebih banyak gambar "
        "validasi.",
    ),
    "evaluation.near_majority_masks": (
        "Validation {metric} over the last epochs ({score_validation}) cannot be told from always answering the commonest class "
        "({score_majority}): the images are learned by heart, or rare classes are never found. "
        "Look at the IoU of each class; try `class_weights: balanced`, `loss: dice`, augmentation or pretrained weights.",
        "Nilai {metric} validasi pada epoch-epoch terakhir ({score_validation}) tidak dapat dibedakan dari selalu menjawab kelas "
        "terbanyak ({score_majority}): gambar dihafal, atau kelas yang langka tidak pernah ditemukan. "
        "Lihat IoU tiap kelas; coba `class_weights: balanced`, `loss: dice`, augmentasi, atau bobot pralatih.",
    ),
    "evaluation.small_validation_masks": (
        "Only {n} validation images: {metric} ({score_last}) rests on few scenes, however many pixels they have. "
        "{advice}",
        "Gambar validasi hanya {n}: nilai {metric} ({score_last}) bertumpu pada sedikit gambar, sebanyak apa pun pikselnya. "
        "{advice}",
    ),
    "evaluation.use_kfold": (
        "Use repeated k-fold (`split: {{scheme: repeated-kfold}}`).",
        "Gunakan k-fold berulang (`split: {{scheme: repeated-kfold}}`).",
    ),
    "evaluation.use_more": (
        "Validate on more images (`split: {{validation: …}}`).",
        "Gunakan lebih banyak gambar untuk validasi (`split: {{validation: …}}`).",
    ),
    "evaluation.use_more_source": (
        "Validate on more images of the source (`split: {{validation: …}}`).",
        "Gunakan lebih banyak gambar sumber untuk validasi (`split: {{validation: …}}`).",
    ),
    "evaluation.as_easy": (
        "The training images are as easy for {reference} ({score_reference}) as for the network ({score_train} {metric}), so they cannot "
        "show what a network is good for: judge it by the test images alone.",
        "Gambar latih sama mudahnya bagi {reference} ({score_reference}) seperti bagi jaringan ({metric} {score_train}), jadi gambar itu "
        "tidak dapat menunjukkan kegunaan jaringan: nilailah dari gambar uji saja.",
    ),
    "evaluation.small_validation": (
        "Only {n} validation images: one image more or less moves {metric} by {points_step} points, and its 95 % interval is "
        "up to {points_widest} points wide. {advice}",
        "Gambar validasi hanya {n}: selisih satu gambar saja menggeser {metric} sebesar {points_step} poin, dan selang "
        "kepercayaan 95 %-nya selebar hingga {points_widest} poin. {advice}",
    ),
}
