"""Sentences of the room `transfer`."""

WORDS: dict[str, tuple[str, str]] = {
    # Classifiers on features
    "transfer.not_a_table": (
        "The features have shape {shape}; expected [images, features] with at least one of each. Put one row per image.",
        "Fitur berbentuk {shape}; yang diharapkan [gambar, fitur], masing-masing sedikitnya satu. Susun satu baris untuk tiap gambar.",
    ),
    "transfer.not_finite": (
        "{count} of {images} images have features that are not finite numbers. Check the images, or the weights of the network.",
        "{count} dari {images} gambar memiliki fitur yang bukan bilangan berhingga. Periksa gambarnya, atau bobot jaringannya.",
    ),
    "transfer.labels_do_not_fit": (
        "Got {labels} {labels:label|labels} for {images} {images:image|images}. Give one label per image.",
        "Ada {labels} label untuk {images} gambar. Berikan satu label untuk tiap gambar.",
    ),
    "transfer.label_out_of_range": (
        "Got label {label}, but there are {classes} classes (0 to {last}). Check the labels, or the number of classes.",
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
    # Classes of a model mapped to the task's
    "transfer.expected_mapping": (
        "a class of the model by name or index, a range such as `151-268`, or a list of these",
        "kelas model berupa nama atau indeks, rentang seperti `151-268`, atau daftar berisi semua itu",
    ),
    "transfer.no_such_class": (
        "The task has no class '{got}' to map the model's classes to. {known}",
        "Tugas ini tidak memiliki kelas '{got}' sebagai tujuan pemetaan kelas model. {known}",
    ),
    "transfer.no_such_model_class": (
        "The model has no class '{got}', which '{of}' is mapped to. Nearest of its {count}: {near}. Correct the name, or give its index.",
        "Model tidak memiliki kelas '{got}' yang dipetakan dari '{of}'. Yang terdekat dari {count} kelasnya: {near}. Perbaiki namanya, atau berikan indeksnya.",
    ),
    "transfer.ambiguous_class": (
        "Several classes of the model are called '{got}', which '{of}' is mapped to: {choices}. Give the index of the one that is meant.",
        "Beberapa kelas model bernama '{got}' yang dipetakan dari '{of}': {choices}. Berikan indeks kelas yang dimaksud.",
    ),
    "transfer.index_out_of_range": (
        "'{of}' is mapped to '{got}', but the model's classes are 0 to {last}. Correct the index or the range.",
        "'{of}' dipetakan ke '{got}', padahal kelas model ialah 0 sampai {last}. Perbaiki indeks atau rentangnya.",
    ),
    "transfer.nothing_mapped": (
        "The model knows none of the task's classes ({classes}) by name, so nothing could be predicted. Map them by hand, such as `{example}`.",
        "Model tidak mengenal satu pun nama kelas tugas ini ({classes}) sehingga tidak ada yang dapat diprediksi. Petakan secara manual, misalnya `{example}`.",
    ),
    "transfer.other_head": (
        "The model's outputs have shape {got}; the mapping was made for [images, {expected}]. Use the head that the names belong to.",
        "Keluaran model berbentuk {got}; pemetaan dibuat untuk [gambar, {expected}]. Gunakan kepala yang sesuai dengan nama-namanya.",
    ),
    "transfer.not_imagenet": (
        "{name} names {got} classes, but `direct` maps the 1,000 of ImageNet-1k. Choose a backbone with these (`alih weights list`).",
        "{name} memiliki {got} kelas, padahal `direct` memetakan 1.000 kelas ImageNet-1k. Pilih backbone dengan kelas itu (`alih weights list`).",
    ),
    "transfer.extracting": (
        "features: {done} of {of} {of:image|images}",
        "fitur: {done} dari {of} gambar",
    ),
    # Matched stages
    "transfer.no_stage_in_source": (
        "The source has no stage {got} among the {stages} before its head. {names}",
        "Sumber tidak memiliki tahap {got} di antara {stages} tahap sebelum kepalanya. {names}",
    ),
    "transfer.arm_without_stages": (
        "The network of the arm '{arm}' has no stages, so `match` has no maps to compare. Name an arm with a backbone, a list of layers, or an encoder.",
        "Jaringan varian '{arm}' tidak memiliki tahap sehingga tidak ada peta untuk dibandingkan `match`. Sebutkan varian dengan backbone, daftar lapisan, atau encoder.",
    ),
    "transfer.no_map_in_source": (
        "Stage {got} of the source leaves {shape} numbers and no map, so there is nothing to compare pixel by pixel. Stages with maps: {names}.",
        "Tahap {got} pada sumber menghasilkan {shape} bilangan, bukan peta, sehingga tidak ada yang dapat dibandingkan per piksel. Tahap dengan peta: {names}.",
    ),
    "transfer.no_maps_in_source": (
        "No stage of the source leaves a feature map (stages: {names}). `match` compares maps: choose a convolutional network.",
        "Tidak ada tahap pada sumber yang menghasilkan peta fitur (tahap: {names}). `match` membandingkan peta: pilih jaringan konvolusional.",
    ),
    "transfer.no_stage_in_target": (
        "The target has no stage {got} among the {stages} before its head. {names}",
        "Target tidak memiliki tahap {got} di antara {stages} tahap sebelum kepalanya. {names}",
    ),
    "transfer.no_map_in_target": (
        "Stage {got} of the target leaves {shape} numbers and no map, so there is nothing to compare pixel by pixel. Stages with maps: {names}.",
        "Tahap {got} pada target menghasilkan {shape} bilangan, bukan peta, sehingga tidak ada yang dapat dibandingkan per piksel. Tahap dengan peta: {names}.",
    ),
    "transfer.no_maps_in_target": (
        "No stage of the target leaves a feature map (stages: {names}). `match` compares maps: choose a convolutional network.",
        "Tidak ada tahap pada target yang menghasilkan peta fitur (tahap: {names}). `match` membandingkan peta: pilih jaringan konvolusional.",
    ),
    "transfer.pair_twice": (
        "The pair of {source} (source) and {target} (target) is given twice. Remove one of the two.",
        "Pasangan {source} (sumber) dan {target} (target) disebut dua kali. Hapus salah satunya.",
    ),
    # Hand-made features
    "transfer.not_images": (
        "Got an array of type {dtype} and shape {shape}; expected images uint8 [images, height, width, 1 or 3].",
        "Larik yang diberikan bertipe {dtype} dan berbentuk {shape}; seharusnya gambar uint8 [gambar, tinggi, lebar, 1 atau 3].",
    ),
    "transfer.files_unknown": (
        "`handmade: files` needs to know the width, height, format and colours of each image file, and nothing is known of the files of this set. Use it with a folder or a table of images, or choose other features (hog, or a backbone).",
        "`handmade: files` memerlukan lebar, tinggi, format, dan warna setiap berkas gambar, sedangkan tentang berkas himpunan ini tidak ada yang diketahui. Gunakan dengan folder atau tabel gambar, atau pilih fitur lain (hog, atau jaringan pralatih).",
    ),
    "transfer.files_no_answer": (
        "This run knows images only by the width, height, format and colours of their files (`handmade: files`). It is a control and gives no answers for new images. Name a run of another arm.",
        "Run ini mengenali gambar hanya dari lebar, tinggi, format, dan warna berkasnya (`handmade: files`). Run ini hanya pembanding dan tidak menjawab untuk gambar baru. Sebutkan run dari varian lain.",
    ),
    "transfer.no_keypoints": (
        "None of the {images} training images ({height}×{width} pixels) has a SIFT keypoint, so there are no visual words. Use larger images, or hog.",
        "Tidak satu pun dari {images} gambar latih ({height}×{width} piksel) memiliki titik kunci SIFT sehingga tidak ada kata visual. Gunakan gambar yang lebih besar, atau hog.",
    ),
}
