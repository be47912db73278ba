"""Sentences of the room `training`."""

WORDS: dict[str, tuple[str, str]] = {
    "training.not_finite": (
        "The loss is not a finite number in epoch {epoch} (learning rate {lr}): the training diverged. "
        "Try train.lr: {try_lr}, train.clip_norm: 1.0, or a warm-up of one epoch.",
        "Nilai loss tidak berhingga pada epoch {epoch} (laju pembelajaran {lr}): pelatihan menyimpang. "
        "Coba train.lr: {try_lr}, train.clip_norm: 1.0, atau pemanasan (warmup) satu epoch.",
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
        "Tidak ada citra yang tersisa untuk aliran '{stream}' (label {labels}). Ubah `target_labels`.",
    ),
    "training.no_leading_stream": (
        "No stream of the strategy reads the labelled images of the {domain} domain, whose pass is an epoch.",
        "Tidak ada aliran strategi yang membaca citra berlabel dari domain {domain}, yang menentukan satu epoch.",
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
    "training.source_does_not_fit": (
        "None of the tensors in {file} has a name and shape of this arm's network. Expected a network with common layers; check `from` and `model`.",
        "Tidak ada tensor dalam {file} yang nama dan bentuknya sama dengan jaringan varian ini. Diharapkan jaringan dengan lapisan yang sama; periksa `from` dan `model`.",
    ),
}
