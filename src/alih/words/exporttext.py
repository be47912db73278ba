"""Sentences of the rooms `cli` and `reports`, for `alih export` and the README that it writes."""

EXPORT_TEXT: dict[str, tuple[str, str]] = {
    "cli.export.help": (
        "Write the winning model of a finished study into a folder of its own, to be handed over.",
        "Tulis model pemenang dari studi yang sudah selesai ke foldernya sendiri, siap diserahkan.",
    ),
    "cli.opt.export_out": (
        "The model's folder, new or of an earlier export (default: model/ in the study folder).",
        "Folder model, baru atau hasil ekspor sebelumnya (bawaan: model/ di folder studi).",
    ),
    "cli.opt.export_arm": (
        "Take this arm, whatever the verdict says.",
        "Ambil varian ini, apa pun putusannya.",
    ),
    "cli.opt.export_seed": (
        "Take this replicate instead of the best one on validation images.",
        "Ambil ulangan ini, bukan yang terbaik pada gambar validasi.",
    ),
    "cli.opt.export_level": (
        "The level to take the model from, where the study varies a setting (train_images=100).",
        "Tingkat asal modelnya, bila studi memvariasikan suatu pengaturan (train_images=100).",
    ),
    "cli.opt.export_sample": (
        "Keep real validation images as the sample, which is artificial otherwise: images may show people.",
        "Simpan gambar validasi asli sebagai contoh; tanpa opsi ini contohnya buatan, sebab gambar bisa memperlihatkan orang.",
    ),
    "cli.opt.export_onnx": (
        "Fail (exit code 1) where no model.onnx can be written that answers as PyTorch does.",
        "Gagal (kode keluar 1) bila tidak ada model.onnx yang menjawab seperti PyTorch.",
    ),
    "cli.opt.export_no_onnx": (
        "Write no model.onnx.",
        "Jangan tulis model.onnx.",
    ),
    "cli.opt.export_program": (
        "Write model.pt2, too, a program of torch.export that PyTorch runs without alih; exit code 1 where none answers as the model does.",
        "Tulis juga model.pt2, program torch.export yang dijalankan PyTorch tanpa alih; kode keluar 1 bila tidak ada yang menjawab seperti modelnya.",
    ),
    "cli.export.without_program": ("Without model.pt2: {reason}", "Tanpa model.pt2: {reason}"),
    "cli.opt.export_combine": (
        "All finished replicates of the arm in one model: the mean of their probabilities, or of their weights. Refused where no images tell whether that is better.",
        "Semua ulangan varian yang selesai dalam satu model: rata-rata probabilitas, atau rata-rata bobotnya. Ditolak bila tidak ada gambar yang dapat menunjukkan apakah hasilnya lebih baik.",
    ),
    "cli.export.combined": (
        "The {kind} of {n} replicates of arm '{arm}' is in {out}.",
        "{kind} dari {n} ulangan varian '{arm}' ada di {out}.",
    ),
    "cli.export.kind_ensemble": ("ensemble", "Ansambel"),
    "cli.export.kind_average": ("weight average", "Rata-rata bobot"),
    "cli.opt.export_int8": (
        "Write model.int8.onnx, too, with the verdict about what eight bits cost; exit code 1 where it is decidedly worse or cannot be written.",
        "Tulis juga model.int8.onnx, beserta putusan tentang akibat delapan bit; kode keluar 1 bila terbukti lebih buruk atau tidak dapat ditulis.",
    ),
    "cli.export.int8": (
        "model.int8.onnx has {size} instead of {before}. It was calibrated on {calibrated} {images} and judged on {judged} others: {changed} of the answers are another class, probabilities before calibration differ by up to {largest}.",
        "model.int8.onnx berukuran {size}, bukan {before}. Berkas ini dikalibrasi pada {calibrated} {images} dan dinilai pada {judged} gambar lain: {changed} jawaban berubah kelasnya, selisih probabilitas sebelum kalibrasi paling besar {largest}.",
    ),
    "cli.export.int8_worse": (
        "It is decidedly worse, so use it only where its size matters more. model.onnx stays what `alih predict` takes.",
        "Hasilnya terbukti lebih buruk, jadi pakai hanya bila ukurannya lebih penting. `alih predict` tetap memakai model.onnx.",
    ),
    "cli.export.without_int8": (
        "Without model.int8.onnx: {reason}",
        "Tanpa model.int8.onnx: {reason}",
    ),
    "cli.export.int8_without_onnx": (
        "--int8 is made of the ONNX file that --no-onnx leaves out. Give one of the two.",
        "--int8 dibuat dari berkas ONNX yang dihilangkan oleh --no-onnx. Berikan salah satu saja.",
    ),
    "cli.export.both_onnx": (
        "--onnx and --no-onnx exclude each other. Give one of them, or neither: an ONNX file is written where it can be.",
        "--onnx dan --no-onnx saling meniadakan. Berikan salah satu saja, atau tidak keduanya: berkas ONNX ditulis bila memungkinkan.",
    ),
    "cli.export.onnx": (
        "{file} answers as PyTorch does on {n} {images}: the same classes, scores within {difference} ({tolerance} allowed).",
        "{file} menjawab seperti PyTorch pada {n} {images}: kelasnya sama, selisih skor paling besar {difference} (batasnya {tolerance}).",
    ),
    "cli.export.images_unseen": (
        "images that no member was trained on",
        "gambar yang tidak dipelajari anggota mana pun",
    ),
    "cli.export.images_validation": ("validation images", "gambar validasi"),
    "cli.export.images_examples": ("stored validation images", "gambar validasi yang tersimpan"),
    "cli.export.images_drawn": (
        "artificial images (the study's own are not here)",
        "gambar buatan (gambar studinya tidak ada di sini)",
    ),
    "cli.export.without_onnx": ("Without model.onnx: {reason}", "Tanpa model.onnx: {reason}"),
    "cli.opt.export_page": (
        "Write page.html, too: one file that answers in a browser, without a server (DIR may be a model's folder; -o then names the file).",
        "Tulis juga page.html: satu berkas yang menjawab di peramban, tanpa server (DIR boleh folder model; -o lalu menamai berkasnya).",
    ),
    "cli.export.page": (
        "The page {page} has {size}. Open it by double click; it needs no connection.",
        "Halaman {page} berukuran {size}. Buka dengan klik dua kali; tidak perlu sambungan internet.",
    ),
    "cli.export.page_without_onnx": (
        "--page needs the ONNX file that --no-onnx leaves out. Give one of the two.",
        "--page membutuhkan berkas ONNX yang dihilangkan oleh --no-onnx. Berikan salah satu saja.",
    ),
    "cli.export.page_of_model": (
        "'{path}' is one model, so {option} chooses nothing. Leave it out, or give the study's folder.",
        "'{path}' hanya satu model, jadi {option} tidak memilih apa pun. Hapus opsi itu, atau berikan folder studinya.",
    ),
    "cli.export.written": (
        "The model of arm '{arm}', replicate {replicate}, is in {out}.",
        "Model dari varian '{arm}', ulangan {replicate}, ada di {out}.",
    ),
    "cli.export.next": (
        "Use it: alih predict {out!q} IMAGES -o answers.csv",
        "Pakai: alih predict {out!q} GAMBAR -o jawaban.csv",
    ),
}

README_TEXT: dict[str, tuple[str, str]] = {
    "reports.handed_classification": ("classifying images", "klasifikasi gambar"),
    "reports.handed_segmentation": ("segmenting images", "segmentasi gambar"),
    "reports.handed_ensemble": (
        "an ensemble of replicates {members}",
        "ansambel ulangan {members}",
    ),
    "reports.handed_average": (
        "the weight average of replicates {members}",
        "rata-rata bobot ulangan {members}",
    ),
    "reports.handed_one": ("replicate {members}", "ulangan {members}"),
    "reports.handed_validation": ("validation images", "gambar validasi"),
    "reports.handed_unseen": (
        "images that no member was trained on",
        "gambar yang tidak dipelajari anggota mana pun",
    ),
    "reports.handed_not_asked": (
        "it was not asked for (`--no-onnx`).",
        "memang tidak diminta (`--no-onnx`).",
    ),
    "reports.handed_image_finding": (
        "`{code}` about the images ({name}); see the study's report",
        "`{code}` tentang gambarnya (`{name}`); lihat laporan studinya",
    ),
}
