"""Sentences of the room `exported`: models that were handed over."""

WORDS: dict[str, tuple[str, str]] = {
    # --- opening a model's folder ---
    "exported.no_folder": (
        "There is no folder '{path}'. Expected the folder of a model, as written by: alih export STUDY_FOLDER -o MODEL",
        "Tidak ada folder '{path}'. Seharusnya folder model, seperti yang ditulis oleh: alih export FOLDER_STUDI -o MODEL",
    ),
    "exported.no_card": (
        "'{path}' holds no model.json, so it is not an exported model. Write one with: alih export STUDY_FOLDER -o MODEL",
        "'{path}' tidak memuat model.json, jadi bukan model hasil ekspor. Tulis modelnya dengan: alih export FOLDER_STUDI -o MODEL",
    ),
    "exported.unreadable": (
        "'{file}' is not the JSON that alih wrote: it is cut off or was changed. Export the model again, or copy the folder anew.",
        "'{file}' bukan JSON yang ditulis alih: isinya terpotong atau sudah diubah. Ekspor kembali modelnya, atau salin ulang foldernya.",
    ),
    "exported.newer": (
        "'{file}' has format {got}; this version of alih reads formats up to {known}. Install a newer alih, or export the model with this one.",
        "'{file}' berformat {got}, sedangkan versi alih ini membaca format sampai {known}. Pasang alih yang lebih baru, atau ekspor modelnya dengan versi ini.",
    ),
    "exported.wrong_key": (
        "'{file}' cannot be used: the value of '{key}' is missing or not what alih writes. Export the model again.",
        "'{file}' tidak dapat dipakai: nilai '{key}' tidak ada atau bukan seperti yang ditulis alih. Ekspor kembali modelnya.",
    ),
    "exported.missing": (
        "'{file}' is missing, although model.json lists it. Copy the whole folder again, or export the model again.",
        "'{file}' tidak ada, padahal tercantum di model.json. Salin ulang seluruh foldernya, atau ekspor kembali modelnya.",
    ),
    "exported.changed": (
        "'{file}' is not the file that was exported: its SHA-256 differs from the one in model.json. Copy it again, or export the model again.",
        "'{file}' bukan berkas yang diekspor: SHA-256-nya berbeda dari yang ada di model.json. Salin ulang, atau ekspor kembali modelnya.",
    ),
    "exported.no_onnx": (
        "'{path}' holds no model.onnx, so it takes PyTorch to answer. Export the model again with --onnx to learn why it has none.",
        "'{path}' tidak memuat model.onnx, jadi diperlukan PyTorch untuk menjawab. Ekspor kembali modelnya dengan --onnx untuk mengetahui sebabnya.",
    ),
    "exported.onnx_unreadable": (
        "'{file}' cannot be opened by ONNX Runtime: {reason}. Install a newer onnxruntime, or export the model again.",
        "'{file}' tidak dapat dibuka oleh ONNX Runtime: {reason}. Pasang onnxruntime yang lebih baru, atau ekspor kembali modelnya.",
    ),
    "exported.no_runtime": (
        "Answering with model.onnx needs ONNX Runtime, which is not installed. Install it with: pip install onnxruntime",
        "Menjawab dengan model.onnx memerlukan ONNX Runtime, yang belum terpasang. Pasang dengan: pip install onnxruntime",
    ),
    "exported.needs": (
        "ONNX files need the packages of the extra `export` ({missing} is not installed). Install them with: pip install 'alih[export]'",
        "Berkas ONNX memerlukan paket dari tambahan `export` ({missing} belum terpasang). Pasang dengan: pip install 'alih[export]'",
    ),
    # --- ONNX ---
    "exported.no_onnx_classifier": (
        "The classifier '{name}' cannot be one ONNX network: it compares an image with stored training images, or with the other new images. Use logistic, lda, nearest-mean or head2toe on the same features, or answer with PyTorch.",
        "Pengklasifikasi '{name}' tidak dapat menjadi satu jaringan ONNX: ia membandingkan gambar dengan gambar latih yang disimpan, atau dengan gambar baru lainnya. Pakai logistic, lda, nearest-mean, atau head2toe pada fitur yang sama, atau jawab dengan PyTorch.",
    ),
    "exported.no_onnx_handmade": (
        "Hand-made features are computed by scikit-image, not by a network, so there is nothing to write as ONNX. Answer with: alih predict MODEL IMAGES",
        "Fitur buatan tangan dihitung oleh scikit-image, bukan oleh jaringan, jadi tidak ada yang dapat ditulis sebagai ONNX. Jawab dengan: alih predict MODEL GAMBAR",
    ),
    "exported.gate_shape": (
        "it gives scores of shape {got} instead of {expected}",
        "skor yang diberikannya berbentuk {got}, bukan {expected}",
    ),
    "exported.gate_difference": (
        "scores differ from those of PyTorch by up to {difference:.6f}, more than the {tolerance:.6f} allowed",
        "skornya berbeda sampai {difference:.6f} dari skor PyTorch, lebih dari {tolerance:.6f} yang diperbolehkan",
    ),
    "exported.gate_class": (
        "{count} of {n} answers are another class than those of PyTorch",
        "{count} dari {n} jawaban berupa kelas yang lain dari jawaban PyTorch",
    ),
    "exported.gate_failed": (
        "No ONNX file was written, because neither exporter of PyTorch made one that answers as PyTorch does on {n} images. {wrong}",
        "Berkas ONNX tidak ditulis, karena kedua pengekspor PyTorch tidak menghasilkan berkas yang menjawab seperti PyTorch pada {n} gambar. {wrong}",
    ),
    # --- writing ---
    "exported.out_taken": (
        "'{path}' exists and holds something other than a model. Choose an empty or new folder with -o.",
        "'{path}' sudah ada dan isinya bukan model. Pilih folder kosong atau baru dengan -o.",
    ),
    "exported.no_sample": (
        "--with-sample takes validation images, and those of '{path}' are neither where the study found them nor stored with its runs. Leave it out for an artificial sample.",
        "--with-sample memerlukan gambar validasi, padahal gambar '{path}' tidak ada di tempat asalnya dan tidak tersimpan bersama run-nya. Hilangkan opsi itu untuk contoh buatan.",
    ),
    # --- choosing ---
    "exported.unknown_arm": (
        "The study has no arm '{got}'; its arms are {known}.{near}",
        "Studi ini tidak punya varian '{got}'; variannya {known}.{near}",
    ),
    "exported.arm_not_done": (
        "No run of the arm '{arm}' has finished with its weights kept. Compute it with: {command}",
        "Belum ada run varian '{arm}' yang selesai dan menyimpan bobotnya. Hitung dengan: {command}",
    ),
    "exported.nothing_done": (
        "'{path}' holds no finished run yet, so there is nothing to export. Run the study first: {command}",
        "'{path}' belum memuat run yang selesai, jadi belum ada yang dapat diekspor. Jalankan dulu studinya: {command}",
    ),
    "exported.no_weights": (
        "The finished runs in '{path}' were kept without their weights (model.safetensors), so there is no model to export. Compute them again with: {command}",
        "Run yang selesai di '{path}' disimpan tanpa bobotnya (model.safetensors), jadi tidak ada model yang dapat diekspor. Hitung kembali dengan: {command}",
    ),
    "exported.only_oracles": (
        "Only arms that learn from withheld labels have finished ({arms}); such a model cannot be had in practice. Name one with --arm to export it all the same.",
        "Yang selesai hanya varian yang belajar dari label yang ditahan ({arms}); model seperti itu tidak bisa diperoleh dalam praktik. Sebutkan dengan --arm untuk tetap mengekspornya.",
    ),
    "exported.unknown_seed": (
        "The arm '{arm}' has no finished replicate {got}; finished are: {known}.",
        "Varian '{arm}' tidak punya ulangan {got} yang selesai; yang selesai: {known}.",
    ),
    "exported.which_level": (
        "The study varies a setting, and each of its levels has models of its own. Name one with --level: {levels}",
        "Studi ini memvariasikan suatu pengaturan, dan tiap tingkatnya punya model sendiri. Sebutkan satu dengan --level: {levels}",
    ),
    "exported.unknown_level": (
        "--level '{got}' is not a level of this study. Its levels: {known}",
        "--level '{got}' bukan tingkat dalam studi ini. Tingkat yang ada: {known}",
    ),
    "exported.share": ("{value:.1%}", "{value:.1%}"),
    "exported.number": ("{value:.4f}", "{value:.4f}"),
    "exported.validation_images": ("validation images", "gambar validasi"),
    "exported.source_validation_images": (
        "source validation images",
        "gambar validasi sumber",
    ),
    "exported.why.named": ("The arm '{arm}' was asked for.", "Varian '{arm}' memang diminta."),
    "exported.why.better": (
        "The arm '{arm}' is decidedly better than the baseline '{baseline}' on test images ({metric}).",
        "Varian '{arm}' terbukti lebih baik daripada acuan '{baseline}' pada gambar uji ({metric}).",
    ),
    "exported.why.best_of_better": (
        "Of {n} arms that are decidedly better than the baseline '{baseline}' on test images ({metric}), '{arm}' has the best mean on {images} ({by} {value}).",
        "Dari {n} varian yang terbukti lebih baik daripada acuan '{baseline}' pada gambar uji ({metric}), rata-rata '{arm}' pada {images} paling baik ({by} {value}).",
    ),
    "exported.why.undecided": (
        "No arm is decidedly better than the baseline '{baseline}' on test images ({metric}), so the best mean on {images} decided: '{arm}' ({by} {value}). Another arm may be as good.",
        "Tidak ada varian yang terbukti lebih baik daripada acuan '{baseline}' pada gambar uji ({metric}), jadi rata-rata terbaik pada {images} yang menentukan: '{arm}' ({by} {value}). Varian lain mungkin sama baiknya.",
    ),
    "exported.why.one_replicate": (
        "Each arm has one replicate, which cannot tell whether one is better ({metric}, baseline '{baseline}'), so the best score on {images} decided: '{arm}' ({by} {value}). Another arm may be as good.",
        "Tiap varian baru punya satu ulangan, sehingga belum dapat dipastikan mana yang lebih baik ({metric}, acuan '{baseline}'); skor terbaik pada {images} yang menentukan: '{arm}' ({by} {value}). Varian lain mungkin sama baiknya.",
    ),
    "exported.why.unlabelled": (
        "No arm is decidedly better than the baseline '{baseline}' on test images ({metric}), so the choice was made without target labels: of the arms without a rejected run, '{arm}' is best by {by} ({value}). Another arm may be as good.",
        "Tidak ada varian yang terbukti lebih baik daripada acuan '{baseline}' pada gambar uji ({metric}), jadi pemilihan dilakukan tanpa label target: di antara varian yang tidak punya run yang ditolak, '{arm}' paling baik menurut {by} ({value}). Varian lain mungkin sama baiknya.",
    ),
    "exported.why.best_of_better_unlabelled": (
        "Of {n} arms that are decidedly better than the baseline '{baseline}' on test images ({metric}), '{arm}' was chosen without target labels: of those without a rejected run, it is best by {by} ({value}).",
        "Dari {n} varian yang terbukti lebih baik daripada acuan '{baseline}' pada gambar uji ({metric}), '{arm}' dipilih tanpa label target: di antara yang tidak punya run yang ditolak, varian ini paling baik menurut {by} ({value}).",
    ),
    "exported.why.only_one": (
        "'{arm}' is the only arm that can be chosen: no other has finished, or the others learn from withheld labels ({metric}, baseline '{baseline}').",
        "'{arm}' satu-satunya varian yang dapat dipilih: yang lain belum selesai, atau belajar dari label yang ditahan ({metric}, acuan '{baseline}').",
    ),
    "exported.why.others_worse": (
        "'{arm}' was taken because every other arm is decidedly worse than the baseline '{baseline}' on test images ({metric}).",
        "'{arm}' diambil karena semua varian lain terbukti lebih buruk daripada acuan '{baseline}' pada gambar uji ({metric}).",
    ),
    "exported.why.unscored": (
        "No arm is decidedly better than the baseline '{baseline}' on test images ({metric}), and runs of this study have no validation scores, so '{arm}' was taken.",
        "Tidak ada varian yang terbukti lebih baik daripada acuan '{baseline}' pada gambar uji ({metric}), dan run studi ini tidak punya skor validasi, jadi '{arm}' yang diambil.",
    ),
    "exported.why.replicate": (
        "Of its {n} replicates, replicate {replicate} scored best on {images} ({by} {value}).",
        "Dari {n} ulangannya, ulangan {replicate} mendapat skor terbaik pada {images} ({by} {value}).",
    ),
    "exported.why.replicate_unlabelled": (
        "Of its {n} replicates, replicate {replicate} is best by {by} ({value}), without target labels.",
        "Dari {n} ulangannya, ulangan {replicate} paling baik menurut {by} ({value}), tanpa label target.",
    ),
    "exported.why.rejected": (
        "Warning: replicate {replicate} of '{arm}' would be rejected when choosing without target labels ({why}). Check its answers before you use the model.",
        "Peringatan: ulangan {replicate} dari '{arm}' akan ditolak bila memilih tanpa label target ({why}). Periksa jawabannya sebelum memakai model ini.",
    ),
    "exported.why.replicate_named": (
        "Replicate {replicate} was asked for.",
        "Ulangan {replicate} memang diminta.",
    ),
    "exported.why.replicate_unscored": (
        "Its {n} replicates have no validation scores, so replicate {replicate} was taken.",
        "{n} ulangannya tidak punya skor validasi, jadi ulangan {replicate} yang diambil.",
    ),
}
