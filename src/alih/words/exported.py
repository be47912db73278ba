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
    "exported.program_failed": (
        "torch.export could not make a program that answers as the model does ({reason}).",
        "torch.export tidak dapat membuat program yang menjawab seperti modelnya ({reason}).",
    ),
    # --- eight bits ---
    "exported.int8_without_onnx": (
        "It is made of model.onnx, which was not asked for.",
        "Berkas ini dibuat dari model.onnx, yang tidak diminta.",
    ),
    "exported.int8_few": (
        "Eight bits are calibrated on one half of the validation images and judged on the other, and this run has {count} independent ones (at least {least} are needed; a run that was refitted has none left). Give the study a larger `split: validation`.",
        "Bilangan delapan bit dikalibrasi pada separuh gambar validasi dan dinilai pada separuh lainnya, padahal run ini punya {count} yang independen (perlu paling sedikit {least}; run yang dilatih ulang dengan semua data tidak menyisakan apa pun). Perbesar `split: validation` studinya.",
    ),
    "exported.int8_gone": (
        "Eight bits are calibrated and judged on validation images, and those of '{path}' are not where the study found them, or have changed. Bring the images back and export again.",
        "Bilangan delapan bit dikalibrasi dan dinilai pada gambar validasi, padahal gambar '{path}' tidak ada di tempat asalnya, atau sudah berubah. Kembalikan gambarnya, lalu ekspor lagi.",
    ),
    "exported.int8_failed": (
        "ONNX Runtime could not bring the network to eight bits ({reason}).",
        "ONNX Runtime tidak dapat mengubah jaringan ini menjadi delapan bit ({reason}).",
    ),
    "exported.int8_nothing": (
        "The network has no convolution and no matrix product in single precision, so nothing of it can be brought to eight bits.",
        "Jaringan ini tidak punya konvolusi maupun perkalian matriks berpresisi tunggal, jadi tidak ada yang dapat dijadikan delapan bit.",
    ),
    "exported.int8_not_finite": (
        "In eight bits the network gives scores that are no numbers.",
        "Dalam delapan bit jaringan ini memberi skor yang bukan bilangan.",
    ),
    # --- several replicates in one model ---
    "exported.combine_kind": (
        "--combine knows no '{got}'. Give one of: {known}",
        "--combine tidak mengenal '{got}'. Berikan salah satu dari: {known}",
    ),
    "exported.combine_seed": (
        "--combine takes all finished replicates, and --seed one of them. Give one of the two.",
        "--combine mengambil semua ulangan yang selesai, sedangkan --seed hanya satu. Berikan salah satu saja.",
    ),
    "exported.combine_one": (
        "The arm '{arm}' has one finished replicate, so there is nothing to combine. Run more: alih run STUDY_FOLDER --seeds 3",
        "Varian '{arm}' baru punya satu ulangan yang selesai, jadi tidak ada yang dapat digabungkan. Tambah dengan: alih run FOLDER_STUDI --seeds 3",
    ),
    "exported.combine_domains": (
        "With two domains the labelled images that no replicate was trained on are the source's, which cannot tell whether a combined model answers better for the target. Export one replicate.",
        "Pada dua domain, gambar berlabel yang tidak dipelajari ulangan mana pun berasal dari sumber, sehingga tidak dapat menunjukkan apakah model gabungan menjawab lebih baik untuk target. Ekspor satu ulangan saja.",
    ),
    "exported.combine_closed": (
        "The arm '{arm}' fits a classifier to features, or uses a network as it is; only replicates that are trained networks can be combined. Export one replicate.",
        "Varian '{arm}' mencocokkan pengklasifikasi pada fitur, atau memakai jaringan apa adanya; hanya ulangan berupa jaringan yang dilatih yang dapat digabungkan. Ekspor satu ulangan saja.",
    ),
    "exported.combine_from": (
        "The arm '{arm}' goes on from other runs, which may have been trained on the images that would have to judge. Export one replicate.",
        "Varian '{arm}' meneruskan run lain, yang mungkin dilatih dengan gambar yang seharusnya menilai. Ekspor satu ulangan saja.",
    ),
    "exported.combine_gone": (
        "A combined model is judged on images of the study, and those of '{path}' are not where the study found them, or have changed. Bring the images back and export again.",
        "Model gabungan dinilai pada gambar studi, padahal gambar '{path}' tidak ada di tempat asalnya, atau sudah berubah. Kembalikan gambarnya, lalu ekspor lagi.",
    ),
    "exported.combine_few": (
        "Outside the test part there are {count} images that none of the {n} replicates of '{arm}' was trained on; at least {least} are needed to tell whether a combined model is better than the best of them. A ready validation part (a folder `val`) gives every replicate the same validation images; a larger `split: validation`, fewer replicates, or `vary: train_images` leave more images untouched.",
        "Di luar bagian uji ada {count} gambar yang tidak dipelajari satu pun dari {n} ulangan '{arm}'; perlu paling sedikit {least} untuk mengetahui apakah model gabungan lebih baik daripada yang terbaik di antaranya. Bagian validasi yang sudah jadi (folder `val`) memberi semua ulangan gambar validasi yang sama; `split: validation` yang lebih besar, ulangan yang lebih sedikit, atau `vary: train_images` menyisakan lebih banyak gambar.",
    ),
    "exported.average_start": (
        "Weights can be averaged where all replicates start from the same pretrained weights; those of '{arm}' start from random ones. Use --combine ensemble.",
        "Bobot dapat dirata-ratakan bila semua ulangan mulai dari bobot pralatih yang sama; ulangan '{arm}' mulai dari bobot acak. Gunakan --combine ensemble.",
    ),
    "exported.average_shapes": (
        "Tuning chose networks of different form for the replicates of '{arm}', whose weights have no average. Use --combine ensemble.",
        "Penyetelan memilih bentuk jaringan yang berbeda untuk ulangan '{arm}', sehingga bobotnya tidak dapat dirata-ratakan. Gunakan --combine ensemble.",
    ),
    "exported.average_constants": (
        "The replicates of '{arm}' normalise images by constants of their own (`normalise: mean-std`), so that their weights expect different inputs. Use --combine ensemble.",
        "Ulangan '{arm}' menormalkan gambar dengan konstantanya sendiri (`normalise: mean-std`), sehingga bobotnya mengharapkan masukan yang berbeda. Gunakan --combine ensemble.",
    ),
    "exported.average_worse": (
        "The average of the weights scores below the best replicate on {n} images that none was trained on, so it is not written. {told} Use --combine ensemble, or export one replicate.",
        "Rata-rata bobot mendapat skor di bawah ulangan terbaik pada {n} gambar yang tidak dipelajari satu pun, jadi tidak ditulis. {told} Gunakan --combine ensemble, atau ekspor satu ulangan.",
    ),
    "exported.ensemble_worse": (
        "The ensemble is decidedly worse than its best replicate on {n} images that none was trained on, so it is not written. {told} Export one replicate.",
        "Ansambel terbukti lebih buruk daripada ulangan terbaiknya pada {n} gambar yang tidak dipelajari satu pun, jadi tidak ditulis. {told} Ekspor satu ulangan.",
    ),
    "exported.why.ensemble": (
        "Its {n} replicates answer together, by the mean of their probabilities; they were held against the best of them (replicate {best}) on {held} images that none was trained on.",
        "{n} ulangannya menjawab bersama, dengan rata-rata probabilitas; hasilnya dibandingkan dengan yang terbaik di antaranya (ulangan {best}) pada {held} gambar yang tidak dipelajari satu pun.",
    ),
    "exported.why.average": (
        "It has the average of the weights of {n} replicates; it was held against the best of them (replicate {best}) on {held} images that none was trained on.",
        "Bobotnya rata-rata dari {n} ulangan; hasilnya dibandingkan dengan yang terbaik di antaranya (ulangan {best}) pada {held} gambar yang tidak dipelajari satu pun.",
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
        "Varian '{arm}' terbukti lebih baik daripada varian dasar '{baseline}' pada gambar uji ({metric}).",
    ),
    "exported.why.best_of_better": (
        "Of {n} arms that are decidedly better than the baseline '{baseline}' on test images ({metric}), '{arm}' has the best mean on {images} ({by} {value}).",
        "Dari {n} varian yang terbukti lebih baik daripada varian dasar '{baseline}' pada gambar uji ({metric}), rata-rata '{arm}' pada {images} paling baik ({by} {value}).",
    ),
    "exported.why.undecided": (
        "No arm is decidedly better than the baseline '{baseline}' on test images ({metric}), so the best mean on {images} decided: '{arm}' ({by} {value}). Another arm may be as good.",
        "Tidak ada varian yang terbukti lebih baik daripada varian dasar '{baseline}' pada gambar uji ({metric}), jadi rata-rata terbaik pada {images} yang menentukan: '{arm}' ({by} {value}). Varian lain mungkin sama baiknya.",
    ),
    "exported.why.one_replicate": (
        "Each arm has one replicate, which cannot tell whether one is better ({metric}, baseline '{baseline}'), so the best score on {images} decided: '{arm}' ({by} {value}). Another arm may be as good.",
        "Tiap varian baru punya satu ulangan, sehingga belum dapat dipastikan mana yang lebih baik ({metric}, varian dasar '{baseline}'); skor terbaik pada {images} yang menentukan: '{arm}' ({by} {value}). Varian lain mungkin sama baiknya.",
    ),
    "exported.why.unlabelled": (
        "No arm is decidedly better than the baseline '{baseline}' on test images ({metric}), so the choice was made without target labels: of the arms without a rejected run, '{arm}' is best by {by} ({value}). Another arm may be as good.",
        "Tidak ada varian yang terbukti lebih baik daripada varian dasar '{baseline}' pada gambar uji ({metric}), jadi pemilihan dilakukan tanpa label target: di antara varian yang tidak punya run yang ditolak, '{arm}' paling baik menurut {by} ({value}). Varian lain mungkin sama baiknya.",
    ),
    "exported.why.best_of_better_unlabelled": (
        "Of {n} arms that are decidedly better than the baseline '{baseline}' on test images ({metric}), '{arm}' was chosen without target labels: of those without a rejected run, it is best by {by} ({value}).",
        "Dari {n} varian yang terbukti lebih baik daripada varian dasar '{baseline}' pada gambar uji ({metric}), '{arm}' dipilih tanpa label target: di antara yang tidak punya run yang ditolak, varian ini paling baik menurut {by} ({value}).",
    ),
    "exported.why.only_one": (
        "'{arm}' is the only arm that can be chosen: no other has finished, or the others learn from withheld labels ({metric}, baseline '{baseline}').",
        "'{arm}' satu-satunya varian yang dapat dipilih: yang lain belum selesai, atau belajar dari label yang ditahan ({metric}, varian dasar '{baseline}').",
    ),
    "exported.why.others_worse": (
        "'{arm}' was taken because every other arm is decidedly worse than the baseline '{baseline}' on test images ({metric}).",
        "'{arm}' diambil karena semua varian lain terbukti lebih buruk daripada varian dasar '{baseline}' pada gambar uji ({metric}).",
    ),
    "exported.why.unscored": (
        "No arm is decidedly better than the baseline '{baseline}' on test images ({metric}), and runs of this study have no validation scores, so '{arm}' was taken.",
        "Tidak ada varian yang terbukti lebih baik daripada varian dasar '{baseline}' pada gambar uji ({metric}), dan run studi ini tidak punya skor validasi, jadi '{arm}' yang diambil.",
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
