"""Sentences of the report about probabilities, thresholds and parts of the test images."""

PROBABILITY_TEXT: dict[str, tuple[str, str]] = {
    "reports.pr_recall": ("Recall", "Recall"),
    "reports.pr_precision": ("Precision", "Presisi"),
    "reports.pr_alt": ("Precision over recall. {arms}.", "Presisi menurut recall. {arms}."),
    "reports.pr_caption": (
        "Precision over recall, each class against the rest, mean over classes (macro) and replicates; AP is the average precision.",
        "Presisi menurut recall, tiap kelas terhadap kelas lainnya, rata-rata antarkelas (makro) dan antarulangan; AP adalah presisi rata-rata.",
    ),
    "reports.pr_caption_two": (
        "Precision over recall for the class “{positive}”, mean over replicates; AP is the average precision. The gray line is guessing.",
        "Presisi menurut recall untuk kelas “{positive}”, rata-rata antarulangan; AP adalah presisi rata-rata. Garis abu-abu berarti menebak.",
    ),
    "reports.in_brackets": ("In brackets: the 95 % interval.", "Dalam kurung: selang 95 %."),
    "reports.scaled_caption": (
        "The same after temperature scaling: each run's logits are divided by one number that its validation images chose.",
        "Sama seperti sebelumnya, setelah penskalaan suhu (temperature scaling): logit tiap run dibagi satu bilangan yang ditentukan oleh gambar validasinya.",
    ),
    "reports.calibration_caption": (
        "Calibration on test images, before and after temperature scaling",
        "Kalibrasi pada gambar uji, sebelum dan sesudah penskalaan suhu",
    ),
    "reports.calibration_note": (
        "The temperature is fitted on validation images ({items} per run), mean ± standard deviation over runs: above 1 the network was too sure of itself, below 1 not sure enough. Answers stay the same. Few images move it little from 1. Intervals of 95 %.",
        "Suhu ditentukan dengan gambar validasi ({items} per run), rata-rata ± simpangan baku antar-run: di atas 1 jaringan terlalu yakin, di bawah 1 kurang yakin. Jawabannya tetap sama. Gambar yang sedikit hanya sedikit menggesernya dari 1. Selang 95 %.",
    ),
    "reports.temperature": ("Temperature", "Suhu"),
    "reports.before": ("{metric}\nas trained", "{metric}\napa adanya"),
    "reports.after": ("{metric}\nscaled", "{metric}\nterskala"),
    "reports.thresholds_caption": (
        "Thresholds for a chosen sensitivity to “{positive}”",
        "Ambang untuk sensitivitas pilihan terhadap “{positive}”",
    ),
    "reports.thresholds_note": (
        "A threshold is the highest one that finds the wanted share of “{positive}” among validation images ({validation} of this class per run, so that it moves in steps of {step}); the other columns are what it gives on test images, with 95 % intervals over test images and runs. {carried}",
        "Ambang adalah nilai tertinggi yang masih menemukan porsi “{positive}” yang diinginkan di antara gambar validasi ({validation} gambar kelas ini per run, sehingga berubah dalam langkah {step}); kolom lain adalah hasilnya pada gambar uji, dengan selang 95 % atas gambar uji dan run. {carried}",
    ),
    "reports.wanted_sensitivity": ("Wanted on validation", "Target pada validasi"),
    "reports.likeliest": ("none: the likeliest class", "tanpa: kelas yang paling mungkin"),
    "reports.threshold": ("Threshold", "Ambang"),
    "reports.fitted_on_test": (
        "Temperature and thresholds are not shown: they are fitted on validation images, and in this study these are the test images.",
        "Suhu dan ambang tidak ditampilkan: keduanya ditentukan dengan gambar validasi, padahal dalam studi ini gambar validasi sama dengan gambar uji.",
    ),
    "reports.no_validation_kept": (
        "Temperature and thresholds are not shown: these runs keep no probabilities of validation images.",
        "Suhu dan ambang tidak ditampilkan: run ini tidak menyimpan probabilitas gambar validasi.",
    ),
    "reports.h_hard": ("Images with the highest loss", "Gambar dengan loss tertinggi"),
    "reports.hard_link": (
        "All {n} stored images with the highest loss, to be browsed by class and arm",
        "Semua {n} gambar tersimpan dengan loss tertinggi, dapat disaring menurut kelas dan varian",
    ),
    "reports.hard_back": ("Back to the report", "Kembali ke laporan"),
    "reports.hard_intro": (
        "What every arm gets wrong is often labelled wrong, or cannot be told; what one arm alone gets wrong says something about the arm.",
        "Gambar yang salah bagi semua varian sering kali labelnya keliru, atau memang tidak dapat dibedakan; yang salah bagi satu varian saja menceritakan varian itu.",
    ),
    "reports.hard_validation": (
        "Validation images, the highest loss first ({n})",
        "Gambar validasi, dimulai dari loss tertinggi ({n})",
    ),
    "reports.hard_note": (
        "The loss is the mean over the runs of an arm whose validation part held the image.",
        "Loss adalah rata-rata atas run suatu varian yang data validasinya memuat gambar itu.",
    ),
    "reports.hard_caption": (
        "Validation images with the highest loss",
        "Gambar validasi dengan loss tertinggi",
    ),
    "reports.hard_any": ("any", "semua"),
    "reports.hard_wrong_for": ("Wrong for", "Salah bagi"),
    "reports.hard_said": ("Said", "Dijawab"),
    "reports.hard_loss": ("Mean loss", "Loss rata-rata"),
    "reports.hard_wrong": ("Wrong runs", "Run yang salah"),
    "reports.hard_row_wrong": (
        "{said} ({wrong} of {runs} wrong)",
        "{said} ({wrong} dari {runs} salah)",
    ),
    "reports.hard_row_right": ("right ({runs} {runs:run|runs})", "benar ({runs} run)"),
    "reports.hard_item": ("image {n}", "gambar {n}"),
    "reports.hard_alt": ("An image of {true}", "Gambar {true}"),
    "reports.image_file": ("File", "Berkas"),
    "reports.h_attention": ("Where the networks look", "Bagian yang dilihat jaringan"),
    "reports.attention_intro": (
        "Bright parts raised the odds of the class that was answered (Grad-CAM on the last maps). Wrong answers first, then right ones. A map shows what raised the score, not why.",
        "Bagian terang menaikkan peluang kelas yang dijawab (Grad-CAM pada peta terakhir). Jawaban salah lebih dahulu, lalu yang benar. Peta menunjukkan apa yang menaikkan skor, bukan alasannya.",
    ),
    "reports.attention_caption": (
        "Attention outside the centre, on validation images",
        "Perhatian di luar bagian tengah, pada gambar validasi",
    ),
    "reports.attention_note": (
        "The mean share of attention outside the central box of {centre} of each side, with its 95 % interval over images; spread evenly it would be {even}. "
        "Replicate 0, stage {stages}; up to 128 wrong answers of highest loss and 128 right ones. "
        "Far above {even}, look for what stands at the edge: a mark, a border, a scanner's frame.",
        "Rata-rata porsi perhatian di luar kotak tengah yang sisinya {centre} dari sisi gambar, dengan selang 95 % antargambar; jika tersebar rata, porsinya {even}. "
        "Ulangan 0, tahap {stages}; hingga 128 jawaban salah dengan loss tertinggi dan 128 jawaban benar. "
        "Jika jauh di atas {even}, periksa apa yang ada di tepi gambar: tulisan, bingkai, atau tanda alat.",
    ),
    "reports.attention_empty": (
        "{n} {n:image|images} left out, where nothing spoke for the answer.",
        "{n} gambar tidak disertakan karena tidak ada bagian yang mendukung jawabannya.",
    ),
    "reports.attention_answers": ("Answers", "Jawaban"),
    "reports.attention_wrong": ("wrong", "salah"),
    "reports.attention_right": ("right", "benar"),
    "reports.attention_outside": ("Outside the centre", "Di luar bagian tengah"),
    "reports.h_parts": ("Results by part of the test images", "Hasil menurut bagian gambar uji"),
    "reports.parts_caption": ("Accuracy by “{column}”", "Akurasi menurut “{column}”"),
    "reports.parts_note": (
        "This looks for differences and is no verdict: intervals of 95 %, each by itself, and among many rows some differ by chance. {carried}",
        "Ini untuk mencari perbedaan, bukan putusan: selang 95 % masing-masing berdiri sendiri, dan di antara banyak baris selalu ada yang berbeda karena kebetulan. {carried}",
    ),
    "reports.parts_group": ("group", "kelompok"),
    "reports.parts_empty": ("(empty)", "(kosong)"),
    "reports.count_images": ("{n} images", "{n} gambar"),
    "reports.count_images_one": ("{n} image", "{n} gambar"),
    "reports.images": ("Images", "Gambar"),
}
