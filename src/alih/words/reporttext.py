"""Sentences of the room `reports`, second part: network, data, machine, warnings."""

REPORT_TEXT: dict[str, tuple[str, str]] = {
    # Network
    "reports.h_network": ("Networks", "Jaringan"),
    "reports.layer_type": ("Layer (type)", "Lapisan (jenis)"),
    "reports.output_shape": ("Output shape", "Bentuk keluaran"),
    "reports.share": ("Share of parameters", "Porsi parameter"),
    "reports.layers_caption": ("Layers: {arms}", "Lapisan: {arms}"),
    "reports.layers_note": (
        "Shapes: height × width × channels.",
        "Bentuk: tinggi × lebar × kanal.",
    ),
    "reports.layers_summary": (
        "{total} parameters, all of them trained; the layer “{layer}” holds {share} % of them.",
        "{total} parameter, semuanya dilatih; lapisan “{layer}” memuat {share} % dari seluruhnya.",
    ),
    "reports.layers_summary_none": (
        "No parameters: nothing was trained.",
        "Tanpa parameter: tidak ada yang dilatih.",
    ),
    "reports.layers_summary_part": (
        "{total} parameters, {trainable} of them trained; the layer “{layer}” holds {share} % of all.",
        "{total} parameter, {trainable} di antaranya dilatih; lapisan “{layer}” memuat {share} % dari seluruhnya.",
    ),
    "reports.layers_summary_each": (
        "{total} parameters; the layer “{layer}” holds {share} % of them. Trained: {each}.",
        "{total} parameter; lapisan “{layer}” memuat {share} % dari seluruhnya. Yang dilatih: {each}.",
    ),
    "reports.layers_trained": ("{arms} {n}", "{arms} {n}"),
    "reports.h_learnt": (
        "What moved where",
        "Apa yang berpindah ke mana",
    ),
    "reports.learnt_caption": (
        "“{arm}”: how much each pair of a source stage and a target stage counted (λ, mean over images; 1 at the start, at most 6).",
        "“{arm}”: bobot tiap pasangan tahap sumber dan tahap target (λ, rata-rata antargambar; mulanya 1, paling besar 6).",
    ),
    "reports.learnt_replicates": (
        "Means over {n} {n:replicate|replicates}.",
        "Rata-rata dari {n} ulangan.",
    ),
    "reports.learnt_over": ("λ over the epochs", "λ sepanjang epoch"),
    "reports.learnt_last": ("λ in the last epoch", "λ pada epoch terakhir"),
    "reports.learnt_source": ("Source stage", "Tahap sumber"),
    "reports.learnt_target": ("Target stage", "Tahap target"),
    "reports.learnt_weight": ("λ, last epoch", "λ, epoch terakhir"),
    "reports.learnt_channels": ("Channels of largest weight", "Kanal dengan bobot terbesar"),
    "reports.learnt_channels_caption": (
        "Channels of the source that counted most for “{arm}”",
        "Kanal sumber yang paling berbobot bagi “{arm}”",
    ),
    "reports.learnt_channels_note": (
        "Numbers of channels from 0; in parentheses their weight in the last epoch as a multiple of equal weights.",
        "Nomor kanal mulai dari 0; dalam kurung, bobotnya pada epoch terakhir sebagai kelipatan dari bobot yang sama rata.",
    ),
    "reports.learnt_alt": (
        "λ of each pair from the first to the last epoch. {pairs}.",
        "λ tiap pasangan dari epoch pertama sampai terakhir. {pairs}.",
    ),
    "reports.h_selected": (
        "Which stages the features come from",
        "Tahap asal fitur yang dipilih",
    ),
    "reports.stage": ("Stage", "Tahap"),
    "reports.selected_features": ("Features", "Fitur"),
    "reports.selected_read": ("Selected", "Dipilih"),
    "reports.selected_of_stage": ("Of the stage", "Dari tahap itu"),
    "reports.selected_share": ("Of the selection", "Dari semua pilihan"),
    "reports.selected_caption": (
        "Features that “{arm}” reads, by stage",
        "Fitur yang dibaca “{arm}”, menurut tahap",
    ),
    "reports.selected_note": (
        "Stages from the image to the head; means over replicates.",
        "Tahap diurutkan dari gambar ke kepala; rata-rata antarulangan.",
    ),
    "reports.selected_summary": (
        "“{arm}” reads {counts} of {total} features ({replicates} {replicates:replicate|replicates}); "
        "{before} of them come from stages before the last.",
        "“{arm}” membaca {counts} dari {total} fitur ({replicates} ulangan); "
        "{before} di antaranya berasal dari tahap sebelum yang terakhir.",
    ),
    "reports.h_probabilities": (
        "Probabilities: ROC and precision curves, calibration, thresholds",
        "Probabilitas: kurva ROC dan presisi, kalibrasi, ambang",
    ),
    "reports.roc_false": ("False positive rate", "Laju positif palsu"),
    "reports.roc_true": ("True positive rate", "Laju positif benar"),
    "reports.roc_alt": ("ROC curves. {arms}.", "Kurva ROC. {arms}."),
    "reports.roc_caption": (
        "ROC curves, each class against the rest, mean over classes (macro) and replicates; AUC is the area below. The diagonal is guessing.",
        "Kurva ROC, tiap kelas terhadap kelas lainnya, rata-rata antarkelas (makro) dan antarulangan; AUC adalah luas di bawahnya. Garis diagonal berarti menebak.",
    ),
    "reports.roc_caption_two": (
        "ROC curves of the class “{positive}”, mean over replicates; AUC is the area below. The diagonal is guessing.",
        "Kurva ROC untuk kelas “{positive}”, rata-rata antarulangan; AUC adalah luas di bawahnya. Garis diagonal berarti menebak.",
    ),
    "reports.reliability_confidence": ("Confidence", "Keyakinan"),
    "reports.reliability_right": ("Right answers", "Jawaban benar"),
    "reports.reliability_alt": (
        "Right answers over confidence. {arms}.",
        "Jawaban benar menurut keyakinan. {arms}.",
    ),
    "reports.reliability_caption": (
        "Right answers over confidence in 15 bins, replicates pooled; ECE is the mean distance from the diagonal. Below the diagonal a network is surer than it is right.",
        "Jawaban benar menurut keyakinan dalam 15 kelompok, semua ulangan digabung; ECE adalah jarak rata-rata dari diagonal. Di bawah diagonal, jaringan lebih yakin daripada seharusnya.",
    ),
    "reports.h_class_pictures": (
        "A training image of each class",
        "Satu gambar latih dari tiap kelas",
    ),
    "reports.class_picture_alt": ("Training image: {name}", "Gambar latih: {name}"),
    "reports.h_test_images": (
        "Misclassified test images",
        "Gambar uji yang salah diklasifikasikan",
    ),
    "reports.test_images_mark": ("Test images.", "Gambar uji."),
    "reports.test_images_intro": (
        "Looking at them is noted in the study folder. What is changed because of them is no longer tested on unseen images.",
        "Melihatnya dicatat di folder studi. Apa yang diubah karenanya tidak lagi diuji pada gambar yang belum pernah dilihat.",
    ),
    "reports.test_images_order": (
        "The highest loss first; bold: the true class.",
        "Dimulai dari loss tertinggi; cetak tebal: kelas sebenarnya.",
    ),
    "reports.other_images": (
        "The images of the study's data are not those that it was computed on (another checksum than in '{path}'), so its test images cannot be shown. Point the study to the right data with: alih run {folder!q} --set data.…",
        "Gambar pada data studi ini bukan gambar yang dipakai saat dihitung (checksum berbeda dari yang ada di '{path}'), jadi gambar ujinya tidak dapat ditampilkan. Arahkan studi ke data yang benar dengan: alih run {folder!q} --set data.…",
    ),
    "reports.h_activations": ("What the layers see", "Apa yang dilihat tiap lapisan"),
    "reports.activations_intro": (
        "Activations for one validation image, replicate 0, up to 16 channels of each layer; bright means active.",
        "Aktivasi untuk satu gambar validasi, ulangan 0, paling banyak 16 kanal tiap lapisan; terang berarti aktif.",
    ),
    "reports.activation_alt": (
        "Layer {layer}: {n} activation maps of {size} pixels",
        "Lapisan {layer}: {n} peta aktivasi berukuran {size} piksel",
    ),
    "reports.example_alt": ("The example image", "Gambar contoh"),
    "reports.input": ("Input", "Masukan"),
    # Data and machine
    "reports.h_data": ("Data", "Data"),
    "reports.h_data_findings": (
        "Found when the images were checked",
        "Temuan saat gambar diperiksa",
    ),
    "reports.data_name": ("Name", "Nama"),
    "reports.image_size": ("Image size (pixels × channels)", "Ukuran gambar (piksel × kanal)"),
    "reports.data_source": ("Source", "Sumber"),
    "reports.licence": ("Licence", "Lisensi"),
    "reports.checksum": ("SHA-256", "SHA-256"),
    "reports.data_caption": (
        "Images per class and split",
        "Jumlah gambar per kelas dan bagian data",
    ),
    "reports.data_caption_fold": (
        "Images per class and split in one fold (replicate {replicate})",
        "Jumlah gambar per kelas dan bagian data pada satu lipatan (ulangan {replicate})",
    ),
    "reports.data_redrawn": (
        "The validation split is drawn anew for every replicate, with the same counts; the test split never changes.",
        "Data validasi diambil ulang untuk tiap ulangan dengan jumlah yang sama; data uji tidak pernah berubah.",
    ),
    "reports.data_ready": (
        "The validation split is a part of its own, the same for every replicate; the test split never changes.",
        "Data validasi adalah bagian tersendiri yang sama untuk tiap ulangan; data uji tidak pernah berubah.",
    ),
    "reports.data_folds": (
        "Each replicate tests one fold of the images and trains on the others, of which {n} are held out for validation.",
        "Tiap ulangan diuji pada satu lipatan gambar dan dilatih dengan lipatan lainnya; {n} gambar di antaranya disisihkan untuk validasi.",
    ),
    "reports.data_test_drawn": (
        "The data have no test part of their own: it was drawn once for the study and is the same for all arms and replicates.",
        "Data ini tidak memiliki bagian uji sendiri: bagian itu diambil sekali untuk studi ini dan sama bagi semua varian dan ulangan.",
    ),
    "reports.data_refit": (
        "In the end each arm was trained once more, this time on the {n} validation images as well.",
        "Pada akhirnya tiap varian dilatih sekali lagi, kali ini termasuk {n} gambar validasi.",
    ),
    "reports.data_levels": (
        "Levels of training images take a part of these: the number is the total of all classes, not a number per class.",
        "Tingkat jumlah gambar latih mengambil sebagian dari gambar ini: angkanya adalah jumlah seluruh kelas, bukan per kelas.",
    ),
    "reports.images_both": ("Training and validation", "Latih dan validasi"),
    "reports.images_undivided": ("Images, not yet divided", "Gambar, belum dibagi"),
    "reports.images_train": ("Training", "Latih"),
    "reports.images_validation": ("Validation", "Validasi"),
    "reports.images_test": ("Test", "Uji"),
    "reports.total": ("Total", "Jumlah"),
    "reports.training_share": ("Share of training", "Porsi data latih"),
    "reports.h_machine": ("Machine, versions, repeating", "Mesin, versi, dan pengulangan"),
    "reports.repeat": (
        "This command continues the study or confirms that it is complete; with the same versions on the same kind of machine it gives the same numbers.",
        "Perintah ini melanjutkan studi atau memastikan bahwa studi sudah lengkap; dengan versi yang sama pada jenis mesin yang sama, angkanya sama.",
    ),
    "reports.study_seed": ("Seed of the study", "Seed studi"),
    "reports.replicates_done": ("Replicates finished", "Ulangan yang selesai"),
    "reports.total_time": ("Training time, all runs", "Waktu pelatihan, semua run"),
    "reports.h_runs": ("All runs", "Semua run"),
    "reports.runs_caption": ("Runs of this study", "Run dalam studi ini"),
    "reports.run": ("Run", "Run"),
    "reports.state": ("State", "Keadaan"),
    "reports.state_done": ("done", "selesai"),
    "reports.state_failed": ("failed", "gagal"),
    "reports.state_begun": ("begun", "berjalan"),
    "reports.state_waiting": ("waiting", "menunggu"),
    "reports.epochs": ("Epochs", "Epoch"),
    "reports.best_epoch": ("Best epoch", "Epoch terbaik"),
    "reports.kept_epoch": ("Epoch kept", "Epoch yang dipakai"),
    "reports.ms_per_step": ("ms per step", "ms per langkah"),
    "reports.images_per_second": ("Images per second", "Gambar per detik"),
    "reports.h_document": ("The study document", "Dokumen studi"),
    # Warnings
    "reports.warn_unfinished_title": ("Not finished.", "Belum selesai."),
    "reports.warn_unfinished": (
        "{done} of {total} {total:run|runs} are done; everything here may still change. Continue with: {command}",
        "{done} dari {total} run selesai; semua yang tertulis di sini masih dapat berubah. Lanjutkan dengan: {command}",
    ),
    "reports.warn_failed_title": ("Run {cell} failed.", "Run {cell} gagal."),
    "reports.warn_failed": (
        "{error} When its cause is gone, run it again with: {command}",
        "{error} Setelah penyebabnya teratasi, jalankan lagi dengan: {command}",
    ),
    "reports.finding_D007": (
        "No better than a trivial answer.",
        "Tidak lebih baik daripada jawaban sepele.",
    ),
    "reports.finding_D007_note": (
        "Perhaps no better than a trivial answer.",
        "Mungkin tidak lebih baik daripada jawaban sepele.",
    ),
    "reports.finding_D001": ("Copies of one run.", "Salinan satu pelatihan."),
    "reports.finding_D002": ("No spread between replicates.", "Ulangan tanpa sebaran."),
    "reports.finding_D003": ("One answer for everything.", "Satu jawaban untuk semua."),
    "reports.finding_D005": ("Arms without a difference.", "Varian tanpa perbedaan."),
    "reports.finding_D006": (
        "Far worse on test images than on validation images.",
        "Jauh lebih buruk pada gambar uji daripada pada gambar validasi.",
    ),
    "reports.finding_D008": ("One replicate.", "Hanya satu ulangan."),
    "reports.finding_D024": ("Several things differ at once.", "Beberapa hal berbeda sekaligus."),
    "reports.finding_D025": (
        "Test images were used as validation.",
        "Gambar uji dipakai sebagai validasi.",
    ),
    "reports.finding_D026": (
        "Unlabelled test images were used.",
        "Gambar uji tanpa label ikut dipakai.",
    ),
    "reports.finding_D027": (
        "Training randomness is not part of the answer.",
        "Keacakan pelatihan tidak termasuk dalam jawaban.",
    ),
    "reports.finding_D028": ("Runs of different machines.", "Run dari mesin yang berbeda."),
    "reports.finding_D029": (
        "Some classes cannot be predicted.",
        "Sebagian kelas tidak dapat diprediksi.",
    ),
    "reports.finding_D029_note": ("A pretrained model as it is.", "Model pralatih apa adanya."),
    "reports.finding_D030": ("Looked at before.", "Sudah pernah diamati."),
    "reports.finding_D031": ("Compared later.", "Dibandingkan belakangan."),
    "reports.finding_D032": ("The record of looks.", "Catatan pengamatan."),
    "reports.finding_D034": ("Too few groups.", "Kelompok terlalu sedikit."),
    "reports.finding_D035": (
        "The images have changed since.",
        "Gambarnya sudah berubah sejak itu.",
    ),
    "reports.finding_D036": ("An upper bound.", "Batas atas."),
    "reports.finding_D040": (
        "Worse than without adaptation.",
        "Lebih buruk daripada tanpa adaptasi.",
    ),
    "reports.finding_D041": (
        "Nothing tells whether adaptation helped.",
        "Tidak ada yang menunjukkan apakah adaptasi membantu.",
    ),
    "reports.finding_D042": ("Some replicates at chance.", "Sebagian ulangan setara tebakan acak."),
    "reports.finding_D033": ("The test is no longer sealed.", "Data uji tidak lagi tersegel."),
    "reports.trivial_meaning": (
        "An arm that does no better than ignoring the images has learnt little, so beating it means little.",
        "Varian yang tidak lebih baik daripada jawaban yang tidak melihat gambar hanya belajar sedikit atau tidak sama sekali; varian lain yang lebih baik "
        "darinya belum tentu baik.",
    ),
    "reports.trivial_meaning_learnt": (
        "A simple classifier on pixels reaches this too, so beating such an arm means little.",
        "Nilai ini dapat dicapai tanpa jaringan: bila suatu varian tidak lebih baik daripada pengklasifikasi sederhana pada piksel, varian lain yang lebih "
        "baik darinya belum tentu baik.",
    ),
    "reports.trivial_row": (
        "{arm}: {metric} {mean} on the test split, no better than {answers}.",
        "{arm}: {metric} {mean} pada data uji, tidak lebih baik daripada {answers}.",
    ),
    "reports.trivial_worse": (
        "{arm}: {metric} {mean} on the test split, worse than {below}.",
        "{arm}: {metric} {mean} pada data uji, kalah dari {below}.",
    ),
    "reports.trivial_worse_also": (
        "{arm}: {metric} {mean} on the test split, worse than {below} and no better than {answers}.",
        "{arm}: {metric} {mean} pada data uji, kalah dari {below} dan tidak lebih baik daripada {answers}.",
    ),
    "reports.trivial_majority": ("always the most frequent class", "selalu kelas terbanyak"),
    "reports.trivial_chance": ("chance", "tebakan acak"),
    "reports.trivial_position": (
        "the most frequent class at each place",
        "kelas terbanyak di tiap posisi",
    ),
    "reports.trivial_pixel_logistic": (
        "logistic regression on pixels",
        "regresi logistik pada piksel",
    ),
    # For your text
    "reports.h_text": ("For your text", "Untuk tulisan Anda"),
    "reports.text_intro": (
        "To copy into a paper or thesis and adapt. The same tables lie as files in the folder tables/ beside this page, figures as PNG and SVG in figures/.",
        "Untuk disalin ke makalah atau skripsi lalu disesuaikan. Tabel yang sama tersedia sebagai berkas di folder tables/ di samping halaman ini, gambar sebagai PNG dan SVG di figures/.",
    ),
    "reports.h_methods": ("Methods", "Metode"),
    "reports.copy": ("Copy", "Salin"),
    "reports.copied": ("Copied", "Tersalin"),
    "reports.csv_raw": ("CSV, full precision", "CSV, presisi penuh"),
    "reports.h_glossary": ("Glossary", "Daftar istilah"),
    "reports.footer": (
        "Made by alih from the files of the study folder; every number can be computed again from them.",
        "Dibuat oleh alih dari berkas-berkas di folder studi; setiap angka dapat dihitung ulang darinya.",
    ),
}
