"""Sentences of the room `training`."""

WORDS: dict[str, tuple[str, str]] = {
    "training.not_finite": (
        "The loss is not a finite number in epoch {epoch} (learning rate {lr}): the training diverged. "
        "Try train.lr: {try_lr}, train.clip_norm: 1.0, or a warm-up of one epoch.",
        "Nilai loss tidak berhingga pada epoch {epoch} (laju pembelajaran {lr}): pelatihan menyimpang. "
        "Coba train.lr: {try_lr}, train.clip_norm: 1.0, atau pemanasan (warmup) satu epoch.",
    ),
    "training.process_lost": (
        "One of the processes that train this cell together has ended (exit status {code}); its last words: {said}. "
        "`alih run` with --retry-failed goes on from the last checkpoint. Where it was killed, memory may have been short.",
        "Salah satu proses yang bersama-sama melatih sel ini berakhir (status keluar {code}); kata-kata terakhirnya: {said}. "
        "`alih run` dengan --retry-failed melanjutkan dari titik simpan terakhir. Bila dihentikan paksa, mungkin memori tidak cukup.",
    ),
    "training.trial": ("trial {n} of {of}: {values}", "percobaan {n} dari {of}: {values}"),
    "training.all_trials_diverged": (
        "All {trials} trials of this arm diverged. The first said: {error} Give `tune` gentler values.",
        "Semua {trials} percobaan varian ini menyimpang. Yang pertama berbunyi: {error} Beri `tune` nilai yang lebih lunak.",
    ),
    "training.checkpoint_damaged": (
        "{file} is damaged (its checksum does not match) and was set aside; training goes on from the last sound checkpoint.",
        "{file} rusak (checksum tidak cocok) dan disisihkan; pelatihan dilanjutkan dari checkpoint baik yang terakhir.",
    ),
    "training.batch_larger_than_data": (
        "The batch of {batch_size} images is larger than the training part of {items}. Expected at most {items}: lower train.batch_size.",
        "Batch berisi {batch_size} gambar, lebih besar daripada data latih yang hanya {items}. Nilai terbesar {items}: kecilkan train.batch_size.",
    ),
    "training.no_such_domain": (
        "The strategy asks for the stream '{stream}' of the {domain} domain, which this study does not have. "
        "Give `data: {{source: ..., target: ...}}`.",
        "Strategi meminta aliran '{stream}' dari domain {domain}, yang tidak ada dalam studi ini. "
        "Isi `data: {{source: ..., target: ...}}`.",
    ),
    "training.empty_stream": (
        "No image is left for the stream '{stream}' (labels {labels}). Change `target_labels`.",
        "Tidak ada gambar yang tersisa untuk aliran '{stream}' (label {labels}). Ubah `target_labels`.",
    ),
    "training.no_leading_stream": (
        "No stream of the strategy reads the labelled images of the {domain} domain, whose pass is an epoch.",
        "Tidak ada aliran strategi yang membaca gambar berlabel dari domain {domain}, yang menentukan satu epoch.",
    ),
    "training.other_device": (
        "This study was started on '{stored}'; '{wanted}' was asked for. All cells of a study use one kind of device: "
        "leave --device out, or begin anew with --fresh.",
        "Studi ini dimulai pada '{stored}', sedangkan yang diminta '{wanted}'. Semua sel dalam satu studi memakai satu jenis "
        "perangkat: hilangkan --device, atau mulai dari awal dengan --fresh.",
    ),
    "training.other_precision": (
        "This study was started with the number format {stored}, but its document asks for {wanted}. "
        "Choose: remove `precision`, begin anew with --fresh, or go on with --mixed, which the report says.",
        "Studi ini dimulai dengan format bilangan {stored}, tetapi dokumennya meminta {wanted}. "
        "Pilih: hapus `precision`, mulai dari awal dengan --fresh, atau lanjutkan dengan --mixed, yang disebut dalam laporan.",
    ),
    "training.older_precision": (
        "The cells of this study were computed in {stored}, which this version no longer computes in ({known}). "
        "Choose: --mixed adds cells in another format and the report says so; --fresh begins anew.",
        "Sel-sel studi ini dihitung dalam {stored}, yang tidak lagi dipakai versi ini ({known}). "
        "Pilih: --mixed menambah sel dalam format lain dan laporan menyebutkannya; --fresh memulai dari awal.",
    ),
    "training.cannot_honour": (
        "This study was started on {stored}, which this machine does not have (here: {here}). Its results would not repeat bit for bit. "
        "Choose: --mixed continues and the report says so; --fresh begins anew.",
        "Studi ini dimulai pada {stored}, yang tidak ada di mesin ini (di sini: {here}). Hasilnya tidak akan terulang bit demi bit. "
        "Pilih: --mixed melanjutkan dan laporan menyebutkannya; --fresh memulai dari awal.",
    ),
    "training.out_of_memory": (
        "Memory ran out. Try a smaller train.batch_size or data.image_size, or fewer --jobs, and run with --retry-failed.",
        "Memori habis. Coba perkecil train.batch_size atau data.image_size, atau kurangi --jobs, lalu jalankan dengan --retry-failed.",
    ),
    "training.unexpected": (
        "An unexpected error stopped this cell: {error}. The details are in {file}; the other cells are not affected.",
        "Kesalahan tak terduga menghentikan sel ini: {error}. Rinciannya ada di {file}; sel lain tidak terpengaruh.",
    ),
    "training.source_without_weights": (
        "The weights to start from are not there: {file}. Expected a finished run that still has this file. "
        "Run the source arm again with --fresh, or point `from` to another run folder.",
        "Bobot awal tidak ditemukan: {file}. Diharapkan run yang selesai dan masih memiliki berkas ini. "
        "Jalankan ulang varian sumber dengan --fresh, atau arahkan `from` ke folder run lain.",
    ),
    "training.frozen_not_carried": (
        "`freeze` keeps the first {stages} stages as they were learnt, but these of their tensors do not fit {source} and would "
        "stay random: {names}. Give both networks the same layers and image size, or freeze fewer stages.",
        "`freeze` mempertahankan {stages} tahap pertama seperti yang dipelajari, tetapi tensor berikut tidak cocok dengan {source} "
        "dan akan tetap acak: {names}. Samakan lapisan dan ukuran gambar kedua jaringan, atau bekukan lebih sedikit tahap.",
    ),
    "training.source_damaged": (
        "The weights to start from cannot be read: {file} is damaged. Run the source arm again.",
        "Bobot awal tidak dapat dibaca: {file} rusak. Jalankan ulang varian sumber.",
    ),
    "training.handed_classes": (
        "The network of '{arm}' answers with the classes {got}, but this arm has {expected}. Name an arm that learns the same classes.",
        "Jaringan '{arm}' menjawab dengan kelas {got}, sedangkan varian ini memiliki {expected}. Sebutkan varian yang mempelajari kelas yang sama.",
    ),
    "training.source_does_not_fit": (
        "None of the tensors in {file} has a name and shape of this arm's network. Expected a network with common layers; check `from` and `model`.",
        "Tidak ada tensor dalam {file} yang nama dan bentuknya sama dengan jaringan varian ini. Diharapkan jaringan dengan lapisan yang sama; periksa `from` dan `model`.",
    ),
    # The contract of a strategy (`alih test-strategy`)
    "training.unknown_strategy": (
        "unknown strategy '{got}'. {known} Or give a Python file that defines one.",
        "strategi '{got}' tidak dikenal. {known} Atau berikan berkas Python yang mendefinisikannya.",
    ),
    "training.strategy_without_steps": (
        "The strategy '{name}' is fitted in one step, so the contract of steps and streams does not apply to it.",
        "Strategi '{name}' dicocokkan dalam satu langkah sehingga kontrak langkah dan aliran tidak berlaku baginya.",
    ),
    "training.no_strategy_file": (
        "There is no file '{path}'. Give a Python file that defines a strategy.",
        "Tidak ada berkas '{path}'. Berikan berkas Python yang mendefinisikan sebuah strategi.",
    ),
    "training.one_strategy": (
        "'{path}' defines {got} subclasses of {base} ({names}), expected one. Put each strategy into a file of its own.",
        "'{path}' mendefinisikan {got} subkelas {base} ({names}), seharusnya satu. Tempatkan tiap strategi di berkas tersendiri.",
    ),
    "training.strategy_file": (
        "'{path}' cannot be run: {reason}",
        "'{path}' tidak dapat dijalankan: {reason}",
    ),
    "training.check_trains": ("trains by the one loop", "dilatih oleh satu-satunya loop"),
    "training.check_streams": (
        "declares its streams, always the same",
        "menyatakan alirannya, selalu sama",
    ),
    "training.check_steps": (
        "a step returns a finite loss and moves weights",
        "langkah mengembalikan loss hingga dan mengubah bobot",
    ),
    "training.check_mode": (
        "a step leaves everything in training mode",
        "langkah membiarkan semuanya dalam mode latih",
    ),
    "training.check_predicts": (
        "answers as the network that it hands over",
        "menjawab seperti jaringan yang diserahkannya",
    ),
    "training.check_repeats": (
        "trained again, it ends with the same weights",
        "dilatih lagi, berakhir dengan bobot yang sama",
    ),
    "training.check_resumes": (
        "interrupted and resumed, it ends with the same weights",
        "diputus lalu dilanjutkan, berakhir dengan bobot yang sama",
    ),
    "training.check_parts": (
        "every part takes its state back at a resume",
        "tiap bagian mengambil kembali keadaannya saat dilanjutkan",
    ),
    "training.check_withheld": (
        "withheld labels change nothing",
        "label yang ditahan tidak mengubah apa pun",
    ),
    "training.check_not_reached": ("it did not train", "latihannya gagal"),
    "training.check_one_domain": ("one domain only", "hanya satu domain"),
    "training.check_all_labels": ("it sees all labels", "strategi ini melihat semua label"),
    "training.check_no_stream": (
        "`streams` gives no Stream under '{name}'.",
        "`streams` tidak memberi Stream dengan nama '{name}'.",
    ),
    "training.check_share": (
        "The stream '{name}' has the share {share}, expected more than 0 and at most 1.",
        "Aliran '{name}' berporsi {share}, seharusnya lebih dari 0 dan paling banyak 1.",
    ),
    "training.check_view": (
        "The stream '{name}' asks for the view '{view}', which the options' `view` does not know.",
        "Aliran '{name}' meminta tampilan '{view}' yang tidak dikenal `view` milik opsinya.",
    ),
    "training.check_streams_change": (
        "`streams` gives other streams at another call. Decide them in `__init__`.",
        "`streams` memberi aliran lain pada panggilan lain. Tentukan aliran di `__init__`.",
    ),
    "training.check_no_loss": (
        "Step {step} returned {got}, expected a tensor without dimensions: the loss.",
        "Langkah {step} mengembalikan {got}, seharusnya tensor tanpa dimensi: loss.",
    ),
    "training.check_loss": (
        "Step {step} returned the loss {got}, expected a finite number.",
        "Langkah {step} mengembalikan loss {got}, seharusnya bilangan berhingga.",
    ),
    "training.check_no_weight_moves": (
        "No step moves a weight of `network`. Call `ctx.backward(loss)`, then the optimizer's `step`.",
        "Tidak ada langkah yang mengubah bobot `network`. Panggil `ctx.backward(loss)`, lalu `step` milik optimizer.",
    ),
    "training.check_modes": (
        "A step leaves these in evaluation mode: {names}. Measure inside `with evaluating(module)`.",
        "Setelah langkah, ini tertinggal dalam mode evaluasi: {names}. Lakukan pengukuran di dalam `with evaluating(module)`.",
    ),
    "training.check_logits": (
        "`predict` gives the shape {got}, expected {expected}: one logit for each class.",
        "`predict` memberi bentuk {got}, seharusnya {expected}: satu logit untuk tiap kelas.",
    ),
    "training.check_predict_changes": (
        "`predict` changes the network or its mode, or answers otherwise the second time.",
        "`predict` mengubah jaringan atau modenya, atau menjawab lain pada kali kedua.",
    ),
    "training.check_other_network": (
        "`predict` does not answer as `network` does, which is all that is kept of a run.",
        "Jawaban `predict` berbeda dari `network`, padahal hanya itu yang disimpan dari sebuah run.",
    ),
    "training.check_other_batches": (
        "Trained again, it sees other images. Leave the choice of images to the streams.",
        "Dilatih lagi, gambar yang dilihatnya lain. Serahkan pemilihan gambar kepada aliran.",
    ),
    "training.check_no_repeat": (
        "Trained again, these differ: {names}. Draw with `ctx.generator(name)`, and initial weights by `given.seed(purpose)`.",
        "Dilatih lagi, ini berbeda: {names}. Undi dengan `ctx.generator(name)`, dan bobot awal dengan `given.seed(purpose)`.",
    ),
    "training.check_no_resume": (
        "Resumed inside the second epoch, these differ: {names}. Hold all that a step reads and changes in `parts`.",
        "Dilanjutkan di tengah epoch kedua, ini berbeda: {names}. Masukkan ke `parts` semua yang dibaca dan diubah langkah.",
    ),
    "training.check_records": ("the records of the epochs", "catatan tiap epoch"),
    "training.check_part": (
        "The part '{name}' changes while training, but a resume without its state ends the same. "
        "Check its `state_dict` and `load_state_dict`.",
        "Bagian '{name}' berubah selama latihan, tetapi melanjutkan tanpa keadaannya berakhir sama. "
        "Periksa `state_dict` dan `load_state_dict` miliknya.",
    ),
    "training.check_reads_labels": (
        "Other labels on images whose labels are withheld give other weights: something reads them.",
        "Label lain pada gambar yang labelnya ditahan memberi bobot lain: ada yang membacanya.",
    ),
}
