"""Sentences of the room `study`: what was given, what was expected, how to fix it."""

from alih.words.masktext import MASK_TEXT
from alih.words.seentext import SEEN_TEXT
from alih.words.sourcetext import SOURCE_TEXT

WORDS: dict[str, tuple[str, str]] = {
    **MASK_TEXT,
    **SEEN_TEXT,
    **SOURCE_TEXT,
    # Kinds of values and other parts of sentences
    "study.kind_whole_number": ("a whole number", "bilangan bulat"),
    "study.kind_number": ("a number", "bilangan"),
    "study.kind_boolean": ("true or false", "true atau false"),
    "study.kind_text": ("text", "teks"),
    "study.kind_list": ("a list", "daftar"),
    "study.kind_mapping": ("lines of `key: value`", "baris-baris `kunci: nilai`"),
    "study.kind_nothing": ("nothing", "nilai kosong"),
    "study.came_value": ("{value} ({kind})", "{value} ({kind})"),
    "study.unknown_code": (
        "unknown code '{got}'. {known}",
        "kode '{got}' tidak dikenal. {known}",
    ),
    "study.known": ("Known: {names}.", "Yang dikenal: {names}."),
    "study.known_near": (
        "Did you mean '{near}'? Known: {names}.",
        "Maksud Anda '{near}'? Yang dikenal: {names}.",
    ),
    "study.expected_printed": (
        "a number, or numbers by epoch such as `{{1: 0.82, 20: 0.93}}`",
        "satu angka, atau angka per epoch seperti `{{1: 0.82, 20: 0.93}}`",
    ),
    "study.expected_text": (
        "text, or texts per language such as {{en: Plain, id: Polos}}",
        "teks, atau teks per bahasa seperti {{en: Plain, id: Polos}}",
    ),
    "study.expected_padding": (
        "`valid`, `same`, or a whole number of pixels",
        "`valid`, `same`, atau jumlah piksel (bilangan bulat)",
    ),
    "study.target_labels_one_set": (
        "`target_labels` says which labels of the target may be seen, so it needs `data: {{source: ..., target: ...}}`. "
        "Remove it, or name two sets.",
        "`target_labels` menentukan label target yang boleh dilihat, jadi memerlukan `data: {{source: ..., target: ...}}`. "
        "Hapus, atau sebutkan dua himpunan.",
    ),
    "study.select_one_set": (
        "'{got}' chooses for a target whose labels are not known, so it needs `data: {{source: ..., target: ...}}`. "
        "Remove it, or name two sets.",
        "'{got}' memilih untuk target yang labelnya tidak diketahui, jadi memerlukan `data: {{source: ..., target: ...}}`. "
        "Hapus, atau sebutkan dua himpunan.",
    ),
    "study.tune_by_alone": (
        "`tune_by: {got}` chooses among the settings of `tune`, and there are none. Give `tune`, or remove `tune_by`.",
        "`tune_by: {got}` memilih di antara pengaturan `tune`, padahal tidak ada. Isi `tune`, atau hapus `tune_by`.",
    ),
    "study.weighted_masks": (
        "'weighted_accuracy' weighs whole images, and masks have an answer per pixel. Use entropy or information.",
        "'weighted_accuracy' membobot gambar utuh, sedangkan mask memiliki jawaban per piksel. Pakai entropy atau information.",
    ),
    "study.needs_source": (
        "the strategy '{got}' learns from a source set. Give `data: {{source: ..., target: ...}}`.",
        "strategi '{got}' belajar dari himpunan sumber. Isi `data: {{source: ..., target: ...}}`.",
    ),
    "study.balance_segmentation": (
        "`balance` is for classes of whole images: in masks classes are not equally frequent. Remove it.",
        "`balance` untuk kelas gambar utuh: dalam mask, frekuensi kelas memang tidak sama. Hapus.",
    ),
    "study.oracle_name": ("{name} (oracle: needs labels)", "{name} (oracle: perlu label)"),
    "study.joint_note": (
        "Where all labels of the target are granted, {arms} learn as `joint` does: no image is left without a label.",
        "Bila semua label target diberikan, {arms} belajar seperti `joint`: tidak ada gambar yang tersisa tanpa label.",
    ),
    "study.oracle_note": (
        "Oracle (needs labels): {arms}. This arm learns from all labels of the target, also those that the study does not grant to the "
        "others: an upper bound to read them by, and no candidate for the best.",
        "Oracle (perlu label): {arms}. Varian ini belajar dari semua label target, termasuk yang tidak diberikan studi kepada varian lain: "
        "batas atas sebagai pembanding, bukan calon yang terbaik.",
    ),
    "study.chosen_by_source": (
        "Note: {key} goes by validation images of the source, but labels of the target are learnt from in: {arms}. What is best on the "
        "source may be what has learnt least of the target. Choose by a score that needs no labels (`monitor: information`, for settings `tune_by: "
        "information`), or leave it out.",
        "Catatan: {key} memakai gambar validasi dari sumber, padahal yang berikut belajar dari label target: {arms}. Yang terbaik pada "
        "sumber bisa jadi yang paling sedikit belajar dari target. Pilih menurut skor yang tidak memerlukan label (`monitor: information`, untuk setelan "
        "`tune_by: information`), atau hapus.",
    ),
    "study.oracle_selection": (
        "`{key}` goes by validation images of the source, from which `target-only` learns nothing. Remove it for this arm.",
        "`{key}` memakai gambar validasi dari sumber, padahal `target-only` tidak belajar apa pun darinya. Hapus untuk varian ini.",
    ),
    "study.oracle_one_set": (
        "the strategy '{got}' is the upper bound of a study with `data: {{source: ..., target: ...}}`. With one set all labels are seen anyway: "
        "use one of {known}.",
        "strategi '{got}' adalah batas atas studi dengan `data: {{source: ..., target: ...}}`. Dengan satu himpunan semua label memang terlihat: "
        "pakai salah satu dari {known}.",
    ),
    "study.from_oracle": (
        "'{source}' has learnt from labels that the study does not grant, and its weights would carry them on. Start `from` another arm, or set "
        "`target_labels: all`.",
        "'{source}' sudah belajar dari label yang tidak diberikan studi, dan bobotnya akan membawanya. Mulai (`from`) dari varian lain, atau isi "
        "`target_labels: all`.",
    ),
    "study.oracle_in_grid": (
        "'{got}' sees labels that the study does not grant, so it stands in an arm of its own and is not varied or tuned.",
        "'{got}' melihat label yang tidak diberikan studi, jadi harus menjadi varian tersendiri dan tidak divariasikan atau disetel.",
    ),
    "study.needs_target_labels": (
        "the strategy '{got}' learns from labels of the target, and none are granted. "
        "Set `target_labels` at the top, or use a strategy that learns from the source: {known}.",
        "strategi '{got}' belajar dari label target, padahal tidak ada yang diberikan. "
        "Isi `target_labels` di bagian atas, atau pakai strategi yang belajar dari sumber: {known}.",
    ),
    "study.align_one_set": (
        "`align: coral` brings a source's features to those of a target, and this study has one set. "
        "Give `data: {{source: ..., target: ...}}`, or remove `align`.",
        "`align: coral` menyelaraskan fitur sumber dengan fitur target, padahal studi ini hanya memiliki satu himpunan. "
        "Isi `data: {{source: ..., target: ...}}`, atau hapus `align`.",
    ),
    "study.align_without_source": (
        "`align: coral` moves source images, and `learn_from: target` learns from none. Remove one of the two.",
        "`align: coral` memindahkan gambar sumber, padahal `learn_from: target` tidak mempelajarinya. Hapus salah satunya.",
    ),
    "study.learn_from_none": (
        "`learn_from: target` needs labels of the target, and none are granted. Set `target_labels` at the top, or remove `learn_from`.",
        "`learn_from: target` memerlukan label target, padahal tidak ada yang diberikan. "
        "Isi `target_labels` di bagian atas, atau hapus `learn_from`.",
    ),
    "study.learn_from_one_set": (
        "`learn_from` chooses between two domains, and this study has one set. Remove it, or give `data: {{source: ..., target: ...}}`.",
        "`learn_from` memilih di antara dua domain, padahal studi ini hanya memiliki satu himpunan. "
        "Hapus, atau isi `data: {{source: ..., target: ...}}`.",
    ),
    "study.domain_unknown": (
        "'{path}' has no domain '{got}' (a sub-folder that holds the classes). {known}",
        "'{path}' tidak memiliki domain '{got}' (subfolder yang memuat kelas-kelasnya). {known}",
    ),
    "study.domain_none": (
        "It has no sub-folder with images; give the folder above the domains.",
        "Di dalamnya tidak ada subfolder berisi gambar; berikan folder di atas domain-domainnya.",
    ),
    "study.domain_no_folder": (
        "`domain` names a sub-folder of `folder`, and this set is given by `{name}`. Remove it; rows of a table are chosen by "
        "`where: {{column: value}}`.",
        "`domain` menyebut subfolder dari `folder`, padahal himpunan ini diberikan dengan `{name}`. Hapus; baris tabel dipilih dengan "
        "`where: {{kolom: nilai}}`.",
    ),
    "study.domains_same": (
        "source and target are the same images ({name}), so there is nothing to adapt to. Name another set for one of them; "
        "parts of one table are told apart by `where`, sub-folders of one folder by `domain`.",
        "sumber dan target adalah gambar yang sama ({name}), jadi tidak ada yang diadaptasi. Sebutkan himpunan lain untuk salah satunya; "
        "bagian dari satu tabel dibedakan dengan `where`, subfolder dari satu folder dengan `domain`.",
    ),
    "study.domains_classes": (
        "source and target need the same classes ({setting}). Only in the source: {source}. Only in the target: {target}.{alike} "
        "To keep to what both have, write in both: `classes: [{common}]`.",
        "sumber dan target harus memiliki kelas yang sama ({setting}). Hanya di sumber: {source}. Hanya di target: {target}.{alike} "
        "Untuk membatasi pada kelas bersama, tulis di keduanya: `classes: [{common}]`.",
    ),
    "study.domains_partial": (
        "this is a partial set: the target lacks some of the source's classes",
        "ini himpunan parsial (partial set): target tidak memiliki sebagian kelas sumber",
    ),
    "study.domains_open": (
        "this is an open set: the target has classes that the source lacks",
        "ini himpunan terbuka (open set): target memiliki kelas yang tidak ada di sumber",
    ),
    "study.domains_universal": (
        "this is an open partial set: each of the two has classes that the other lacks",
        "ini himpunan terbuka sekaligus parsial (open partial set): masing-masing memiliki kelas yang tidak ada di yang lain",
    ),
    "study.domains_apart": (
        "source and target need the same classes, and have {common} in common; a study needs at least 2. Only in the source: {source}. "
        "Only in the target: {target}.{alike} Give the same class the same name in both.",
        "sumber dan target harus memiliki kelas yang sama, padahal hanya {common} yang sama; studi memerlukan sedikitnya 2. "
        "Hanya di sumber: {source}. Hanya di target: {target}.{alike} Beri kelas yang sama nama yang sama di keduanya.",
    ),
    "study.target_labels_beyond": (
        "`target_labels: {got}` grants {got} labels of each class, and {count} {count:class has|classes have} fewer training images "
        "in the target: {names}. Grant at most {most}, or leave these classes out under `classes` of both.",
        "`target_labels: {got}` memberikan {got} label untuk tiap kelas, padahal {count} kelas memiliki lebih sedikit gambar latih "
        "di target: {names}. Berikan paling banyak {most}, atau tinggalkan kelas itu pada `classes` keduanya.",
    ),
    "study.batch_beyond_target": (
        "{got} is larger than the {items} unlabelled training images of the target ({set}), from which each step takes a batch. "
        "Set `batch_size` to at most {items}, or give more target images.",
        "{got} lebih besar daripada {items} gambar latih tanpa label dari target ({set}), yang diambil satu batch pada tiap langkah. "
        "Isi `batch_size` paling banyak {items}, atau tambah gambar target.",
    ),
    "study.target_too_few": (
        "the target ({set}) has {items} training {items:image|images} without a label, and adaptation needs at least 2. "
        "Give more target images, grant fewer labels (`target_labels`), or use a strategy that needs none (`source-only`, `joint`).",
        "target ({set}) memiliki {items} gambar latih tanpa label, padahal adaptasi memerlukan sedikitnya 2. "
        "Tambah gambar target, kurangi label yang diberikan (`target_labels`), atau pakai strategi yang tidak memerlukannya "
        "(`source-only`, `joint`).",
    ),
    "study.domains_kfold": (
        "with a source and a target the split is `holdout`: the target's test images must stay the same.",
        "dengan sumber dan target, skemanya `holdout`: gambar uji target harus tetap sama.",
    ),
    "study.domains_paper": (
        "with a source and a target, validation has source images only; `protocol: paper` would choose on test images.",
        "dengan sumber dan target, validasi hanya berisi gambar sumber; `protocol: paper` akan memilih dengan gambar uji.",
    ),
    "study.domains_shape": (
        "source and target are decoded alike, so that one network takes both. Write the same value for both, or only one of them.",
        "sumber dan target didekode sama agar satu jaringan dapat memakai keduanya. Tulis nilai yang sama, atau salah satunya saja.",
    ),
    "study.domains_levels": (
        "`train_images` does not say of which set. Leave it out where the study has a source and a target.",
        "`train_images` tidak menyebut himpunan yang mana. Hilangkan bila studi memiliki sumber dan target.",
    ),
    "study.labels_twice": (
        "`target_labels` stands at the top and under `vary`. Keep one of them.",
        "`target_labels` tertulis di bagian atas dan di bawah `vary`. Pakai salah satunya.",
    ),
    "study.expected_target_labels": (
        "0, a whole number of images per class, a share between 0 and 1, or `all`",
        "0, bilangan bulat banyaknya gambar per kelas, bagian antara 0 dan 1, atau `all`",
    ),
    "study.expected_class_weights": (
        "`balanced`, or a list with one positive number for each class",
        "`balanced`, atau daftar berisi satu bilangan positif untuk tiap kelas",
    ),
    "study.sampling_of_masks": (
        "got '{got}', but an image with masks has no class of its own to be drawn by. Use class_weights or the losses dice and focal",
        "diisi '{got}', padahal gambar dengan mask tidak punya kelas sendiri untuk dijadikan dasar pengambilan. Gunakan class_weights atau loss dice dan focal",
    ),
    "study.sampling_and_weights": (
        "got '{got}' together with `class_weights: balanced`, which would correct for small classes twice. Keep one of them; an arm takes back what stands at the top with `class_weights: null` or `sampling: null`",
        "diisi '{got}' bersama `class_weights: balanced`, sehingga kelas kecil dikoreksi dua kali. Pakai salah satunya; suatu varian membatalkan pengaturan di atas dengan `class_weights: null` atau `sampling: null`",
    ),
    "study.expected_masks": (
        "classes with the ids that stand for them in the masks, such as {{background: 0, object: 255}} or {{pet: [1, 3], background: 2}}",
        "kelas-kelas dengan id penandanya di mask, seperti {{background: 0, object: 255}} atau {{pet: [1, 3], background: 2}}",
    ),
    "study.expected_where": (
        "columns with the value that is wanted, such as {{hospital: A}} or {{hospital: [A, B]}}",
        "kolom-kolom dengan nilai yang diinginkan, seperti {{rumah_sakit: A}} atau {{rumah_sakit: [A, B]}}",
    ),
    "study.expected_loss": (
        "a loss, or losses with their weights such as {{cross-entropy: 1, dice: 1}}",
        "satu loss, atau beberapa dengan bobotnya seperti {{cross-entropy: 1, dice: 1}}",
    ),
    "study.expected_duration": (
        "a duration such as 30m, 2h or 90s",
        "lama waktu seperti 30m, 2h atau 90s",
    ),
    "study.expected_train_images": (
        "`all` or a whole number of images",
        "`all` atau jumlah gambar (bilangan bulat)",
    ),
    # The document as a whole
    "study.invalid": (
        "'{source}' cannot be used, {count} {count:problem|problems}:",
        "'{source}' tidak dapat dipakai, {count} masalah:",
    ),
    "study.no_such_study": (
        "There is no file, folder or built-in study called '{got}'. {known}",
        "Tidak ada berkas, folder, atau studi bawaan bernama '{got}'. {known}",
    ),
    "study.cannot_read": (
        "Cannot read '{path}': {reason}. Check the file's permissions.",
        "Tidak dapat membaca '{path}': {reason}. Periksa izin berkasnya.",
    ),
    "study.too_large": (
        "is larger than {megabytes} MB; a study document has a few kilobytes. Was a data file given instead of the study?",
        "lebih besar dari {megabytes} MB; dokumen studi hanya beberapa kilobyte. Apakah yang diberikan berkas data, bukan studi?",
    ),
    "study.not_text": (
        "is not text in UTF-8. Save the study as plain text in UTF-8.",
        "bukan teks UTF-8. Simpan studi sebagai teks biasa dengan pengodean UTF-8.",
    ),
    "study.yaml_syntax": (
        "not valid YAML near '{text}'. The mistake is in this line or the one before: check that the indentation lines up, that each key is followed by a colon and a space, and that quotes and brackets are closed.",
        "YAML tidak sah di dekat '{text}'. Kesalahannya ada di baris ini atau baris sebelumnya: periksa kesejajaran indentasi, titik dua dan spasi sesudah tiap kunci, serta tanda kutip dan kurung yang belum ditutup.",
    ),
    "study.tab": (
        "a tab character stands here; YAML does not allow tabs for indentation. Replace it by spaces.",
        "ada karakter tab di sini; YAML tidak membolehkan tab untuk indentasi. Ganti dengan spasi.",
    ),
    "study.tag": (
        "the tag '{tag}' is not allowed: a study holds only text, numbers, lists and mappings. Remove the tag.",
        "tag '{tag}' tidak diperbolehkan: studi hanya berisi teks, bilangan, daftar, dan pasangan kunci-nilai. Hapus tag itu.",
    ),
    "study.unknown_alias": (
        "the alias '*{name}' has no anchor '&{name}' before it. Define the anchor first, or put text that starts with * in quotes.",
        "alias '*{name}' tidak memiliki jangkar '&{name}' sebelumnya. Definisikan jangkarnya dulu, atau beri tanda kutip pada teks yang diawali *.",
    ),
    "study.anchor_twice": (
        "the anchor after & was defined before. Give this one another name.",
        "jangkar sesudah & sudah didefinisikan sebelumnya. Beri yang ini nama lain.",
    ),
    "study.no_part": (
        "--part {part} is no part of a study: write i/n with i from 1 to n, such as 3/8.",
        "--part {part} bukan bagian dari studi: tulis i/n dengan i dari 1 sampai n, misalnya 3/8.",
    ),
    "study.parts_too_many": (
        "{parts} parts were asked for, and this study has enough for {most}: {cells} {cells:cell|cells}, of which those that need each other's networks stay together. Give at most {most}.",
        "Diminta {parts} bagian, sedangkan studi ini hanya cukup untuk {most}: {cells} sel, dan sel yang memerlukan jaringan satu sama lain tidak dipisahkan. Berikan paling banyak {most}.",
    ),
    "study.parts_until_decided": (
        "A study that runs until it is decided adds cells as verdicts come, so it has no fixed parts. Give a number of replicates: --seeds 5.",
        "Studi yang berjalan sampai diputuskan menambah sel seiring munculnya putusan, jadi tidak memiliki bagian tetap. Berikan banyaknya ulangan: --seeds 5.",
    ),
    "study.too_many_values": (
        "the document (with its aliases written out) holds more than {limit} values. Shorten it.",
        "dokumen (dengan alias dijabarkan) berisi lebih dari {limit} nilai. Persingkat dokumen itu.",
    ),
    "study.too_deep": (
        "nested more than {limit} levels deep. Flatten it.",
        "bersarang lebih dari {limit} tingkat. Kurangi tingkatannya.",
    ),
    "study.several_documents": (
        "a second document starts here (after `---`); one file holds one study. Put it into a file of its own.",
        "dokumen kedua dimulai di sini (sesudah `---`); satu berkas berisi satu studi. Pindahkan ke berkas tersendiri.",
    ),
    "study.not_a_mapping": (
        "the document is {got}; expected lines of `key: value`, such as `title: Does dropout help?`.",
        "isi dokumen adalah {got}; seharusnya baris-baris `kunci: nilai`, misalnya `title: Apakah dropout membantu?`.",
    ),
    "study.key_not_text": (
        "a key must be plain text followed by a colon; here is something else. Put the key in quotes if it starts with a bracket.",
        "kunci harus berupa teks biasa yang diikuti titik dua; di sini ada bentuk lain. Beri tanda kutip bila kunci diawali kurung.",
    ),
    "study.duplicate_key": (
        "the key '{name}' is given twice (first in line {first}). Keep one of them.",
        "kunci '{name}' ditulis dua kali (pertama di baris {first}). Sisakan salah satu.",
    ),
    "study.override_form": (
        "got '{got}', expected KEY=VALUE with a dotted key, such as --set arms.dropout.train.lr=1e-4.",
        "diisi '{got}'; seharusnya KUNCI=NILAI dengan kunci bertitik, misalnya --set arms.dropout.train.lr=1e-4.",
    ),
    "study.override_inside": (
        "'{name}' holds a single value or a list, so there is no key inside it to set. Set '{name}' itself.",
        "'{name}' berisi nilai tunggal atau daftar, jadi tidak ada kunci di dalamnya. Ubah '{name}' langsung.",
    ),
    # Single values
    "study.unknown_key": ("unknown key '{got}'. {known}", "kunci '{got}' tidak dikenal. {known}"),
    "study.arm_data": (
        "an arm has no data of its own, so that all arms are scored on the same items. For images of another size write `{write}`.",
        "varian tidak memiliki data sendiri, sehingga semua varian dinilai pada gambar yang sama. Untuk gambar berukuran lain tulis `{write}`.",
    ),
    "study.grid_data": (
        "'{got}' belongs to the data, which is the same for all arms. For images of several sizes write `{write}`.",
        "'{got}' termasuk data, yang sama bagi semua varian. Untuk gambar dengan beberapa ukuran tulis `{write}`.",
    ),
    "study.top_image_size": (
        "the size of images belongs to the data, or to one arm. Write `data.image_size`, or `arms.<name>.image_size`.",
        "ukuran gambar termasuk data, atau satu varian. Tulis `data.image_size`, atau `arms.<nama>.image_size`.",
    ),
    "study.missing_key": (
        "the key '{name}' is missing. Add it; `alih schema` and docs/study-document.md say what it holds.",
        "kunci '{name}' belum ada. Tambahkan; `alih schema` dan docs/study-document.md menjelaskan isinya.",
    ),
    "study.missing_key_such_as": (
        "the key '{name}' is missing. Add it, for example `{name}: {example}`.",
        "kunci '{name}' belum ada. Tambahkan, misalnya `{name}: {example}`.",
    ),
    "study.only_with": (
        "'{name}' only has a meaning with {kinds}, and this is `{by}: {own}`. Remove '{name}', or change `{by}`.",
        "'{name}' hanya berarti bersama {kinds}, sedangkan di sini `{by}: {own}`. Hapus '{name}', atau ubah `{by}`.",
    ),
    "study.wrong_type": (
        "got {got}, expected {expected}.",
        "diisi {got}; seharusnya {expected}.",
    ),
    "study.not_accepted": (
        "got {got}, which does not fit here. See docs/study-document.md for what this key holds.",
        "diisi {got}, yang tidak cocok di sini. Lihat docs/study-document.md untuk isi kunci ini.",
    ),
    "study.bound_gt": (
        "got {got}, expected a number greater than {bound}.",
        "diisi {got}; seharusnya bilangan lebih besar dari {bound}.",
    ),
    "study.bound_ge": (
        "got {got}, expected a number of at least {bound}.",
        "diisi {got}; seharusnya bilangan paling sedikit {bound}.",
    ),
    "study.bound_lt": (
        "got {got}, expected a number less than {bound}.",
        "diisi {got}; seharusnya bilangan lebih kecil dari {bound}.",
    ),
    "study.bound_le": (
        "got {got}, expected a number of at most {bound}.",
        "diisi {got}; seharusnya bilangan paling besar {bound}.",
    ),
    "study.not_finite": (
        "got {got}, expected a finite number.",
        "diisi {got}; seharusnya bilangan berhingga.",
    ),
    "study.empty": (
        "is empty; expected at least one entry. Fill it in, or remove the key.",
        "kosong; seharusnya paling sedikit satu isian. Isi, atau hapus kuncinya.",
    ),
    "study.unknown_value": (
        "unknown value '{got}'. {known}",
        "nilai '{got}' tidak dikenal. {known}",
    ),
    "study.name_is_path": (
        "'{got}' cannot be the name of a study: its results get a folder of this name below runs/. Expected a name without /, \\ and line ends, at most "
        "200 bytes long; another place for the folder is chosen with --out.",
        "'{got}' tidak dapat menjadi nama studi: hasilnya mendapat folder bernama ini di bawah runs/. Diharapkan nama tanpa /, \\, dan ganti "
        "baris, paling panjang 200 byte; tempat lain untuk foldernya dipilih dengan --out.",
    ),
    "study.too_many_cells": (
        "the arms, replicates and levels of this study make {got} runs; at most {most} are possible. Lower `seeds` or `folds`, or shorten `vary`.",
        "varian, ulangan, dan tingkat studi ini menghasilkan {got} run; paling banyak {most}. Kurangi `seeds` atau `folds`, atau perpendek `vary`.",
    ),
    "study.too_many_trials": (
        "each run would try {got} settings; at most {most} are possible. Shorten the lists under `tune`.",
        "setiap run akan mencoba {got} pengaturan; paling banyak {most}. Perpendek daftar di bawah `tune`.",
    ),
    "study.network_too_large": (
        "the network has {got} parameters; at most {most} are possible. Make its layers smaller.",
        "jaringan ini mempunyai {got} parameter; paling banyak {most}. Perkecil lapisannya.",
    ),
    "study.arm_name": (
        "'{got}' cannot be the name of an arm: expected lower-case letters, digits, - and _, at most 100, starting with a letter or digit. Put a free text under `label`.",
        "'{got}' tidak dapat menjadi nama varian: gunakan huruf kecil, angka, - dan _, paling banyak 100, diawali huruf atau angka. Teks bebas ditulis pada `label`.",
    ),
    "study.layer_form": (
        "got {got}, expected one layer per line, such as `- conv: 32`, `- conv: {{filters: 32, kernel: 3}}` or `- flatten`.",
        "diisi {got}; seharusnya satu lapisan per baris, seperti `- conv: 32`, `- conv: {{filters: 32, kernel: 3}}` atau `- flatten`.",
    ),
    # Names that must exist
    "study.unknown_set": (
        "unknown data set '{got}'. {known}",
        "himpunan data '{got}' tidak dikenal. {known}",
    ),
    "study.unknown_model": (
        "unknown model '{got}'. {known}",
        "model '{got}' tidak dikenal. {known}",
    ),
    "study.unknown_strategy": (
        "unknown strategy '{got}'. {known}",
        "strategi '{got}' tidak dikenal. {known}",
    ),
    "study.unknown_metric": (
        "unknown metric '{got}'. {known}",
        "metrik '{got}' tidak dikenal. {known}",
    ),
    "study.two_classes_only": (
        "'{metric}' exists for two classes, and this study has {classes}. Use balanced_accuracy, matthews or auc, or name two classes under data.classes",
        "'{metric}' hanya ada untuk dua kelas, sedangkan studi ini memiliki {classes}. Gunakan balanced_accuracy, matthews, atau auc, atau sebutkan dua kelas di data.classes",
    ),
    "study.averaging_unnamed": (
        "'{got}' does not say how it averages. Write one of {known}; if the publication does not say either, add `averaging: not stated` under `published`",
        "'{got}' tidak menyebut cara perata-rataannya. Tulis salah satu dari {known}; jika publikasinya juga tidak menyebutkannya, tambahkan `averaging: not stated` di bawah `published`",
    ),
    "study.metric_of_other_task": (
        "'{got}' is a metric of {other}, and this study's task is {task}. {known}",
        "'{got}' adalah metrik {other}, sedangkan tugas studi ini {task}. {known}",
    ),
    "study.smoothing_without_cross_entropy": (
        "label smoothing changes cross-entropy, and the loss here is {loss}. Leave label_smoothing out, or add cross-entropy to the loss",
        "label smoothing mengubah cross-entropy, sedangkan loss di sini {loss}. Hilangkan label_smoothing, atau tambahkan cross-entropy ke loss-nya",
    ),
    "study.unknown_arm": (
        "the study has no arm '{got}'. {known}",
        "studi ini tidak memiliki varian '{got}'. {known}",
    ),
    "study.unknown_source": (
        "'{got}' is neither an arm of this study nor a path (a path holds a slash, such as ./runs/x). {known}",
        "'{got}' bukan varian studi ini dan bukan jalur (jalur memuat garis miring, misalnya ./runs/x). {known}",
    ),
    "study.unknown_path": (
        "'{got}' names no setting of an arm; expected a dotted key such as train.lr. {known}",
        "'{got}' bukan pengaturan suatu varian; seharusnya kunci bertitik seperti train.lr. {known}",
    ),
    "study.no_options": (
        "the strategy '{strategy}' takes no options, so '{got}' has no meaning here. Remove it, or choose another strategy.",
        "strategi '{strategy}' tidak memiliki opsi, jadi '{got}' tidak berarti di sini. Hapus, atau pilih strategi lain.",
    ),
    "study.source_cycle": (
        "the arms start from each other in a circle: {chain}. Let one of them start without `from`.",
        "varian-varian saling berangkat secara melingkar: {chain}. Biarkan salah satunya tanpa `from`.",
    ),
    "study.unknown_other": (
        "`{key}` is the name of an arm of this study, got '{got}'. {known}",
        "`{key}` adalah nama varian studi ini, bukan '{got}'. {known}",
    ),
    "study.other_solved": (
        "`{key}` needs an arm that trains a network in steps; '{got}' is fitted in one step. Name another arm.",
        "`{key}` memerlukan varian yang melatih jaringan selangkah demi selangkah; '{got}' dicocokkan sekaligus. Sebutkan varian lain.",
    ),
    "study.other_oracle": (
        "'{source}' has learnt from labels that the study does not grant, and its answers would carry them on. Give `{key}` another arm, or "
        "set `target_labels: all`.",
        "'{source}' sudah belajar dari label yang tidak diberikan studi, dan jawabannya akan membawanya. Beri `{key}` varian lain, atau isi "
        "`target_labels: all`.",
    ),
    "study.others_cycle": (
        "the arms need each other's networks in a circle: {chain}. Let one of them do without.",
        "varian-varian saling memerlukan jaringan secara melingkar: {chain}. Biarkan salah satunya tanpa itu.",
    ),
    "study.models": (
        "Known: {names}, and {more} more models of timm.",
        "Yang dikenal: {names}, dan {more} model timm lainnya.",
    ),
    "study.models_near": (
        "Did you mean '{near}'? Known: {names}, and {more} more models of timm.",
        "Maksud Anda '{near}'? Yang dikenal: {names}, dan {more} model timm lainnya.",
    ),
    # Backbones
    "study.weights_without_backbone": (
        "'{name}' has no pretrained weights, so `weights: {got}` has no meaning. Remove it, or choose a backbone such as mobilenetv2_100.",
        "'{name}' tidak memiliki bobot pralatih, jadi `weights: {got}` tidak berarti. Hapus, atau pilih backbone seperti mobilenetv2_100.",
    ),
    "study.normalise_weights": (
        "`normalise: weights` takes the constants of a backbone's weights, and '{name}' is not a backbone. Use `unit` or `mean-std`.",
        "`normalise: weights` memakai tetapan dari bobot backbone, sedangkan '{name}' bukan backbone. Gunakan `unit` atau `mean-std`.",
    ),
    "study.backbone_output": (
        "got {got}; the backbone '{name}' ends in `softmax` only. Remove `output`.",
        "diisi {got}; backbone '{name}' hanya berakhir dengan `softmax`. Hapus `output`.",
    ),
    "study.unknown_weights": (
        "unknown weights '{got}'; a file is given with its folder, such as ./{got}. {known}",
        "bobot '{got}' tidak dikenal; berkas ditulis dengan foldernya, misalnya ./{got}. {known}",
    ),
    "study.no_weights_file": (
        "There is no file '{path}'. Check the path of the weights: in a study document it is relative to the document, on the command line to the current directory.",
        "Tidak ada berkas '{path}'. Periksa jalur bobotnya: di dalam dokumen studi, jalur dihitung dari letak dokumen itu; di baris perintah, dari direktori kerja saat ini.",
    ),
    "study.not_weights": (
        "'{path}' holds no weights that can be used: {reason}. Expected .safetensors, or a file that torch.save wrote (.pth, .pt); get it again, or name another.",
        "'{path}' tidak berisi bobot yang dapat dipakai: {reason}. Seharusnya .safetensors, atau berkas yang ditulis torch.save (.pth, .pt); ambil lagi, atau sebutkan yang lain.",
    ),
    "study.weights_empty": ("it is empty", "berkas kosong"),
    "study.weights_kind": ("it is a file of the kind {kind}", "ini berkas jenis {kind}"),
    "study.weights_torn": (
        "it is truncated or damaged, perhaps by an interrupted download",
        "berkas rusak atau terpotong, seperti unduhan yang terputus",
    ),
    "study.weights_unknown": (
        "it is neither safetensors nor a torch file (first bytes {head})",
        "berkas ini bukan safetensors dan bukan berkas torch (byte awal {head})",
    ),
    "study.image_too_small": (
        "'{name}' needs images of at least {smallest} pixels a side, and they are decoded to {got}. Raise `image_size`.",
        "'{name}' memerlukan gambar berukuran paling sedikit {smallest} piksel, padahal gambar didekode ke {got}. Naikkan `image_size`.",
    ),
    # Fine-tuning
    "study.finetune_without_backbone": (
        "`finetune` works on the stages of a network, and '{name}' without an encoder has none. "
        "Add `encoder: mobilenetv2_100` to model, or continue another arm with all weights: `transfer: scratch` and `from: ARM`.",
        "`finetune` bekerja pada tahap-tahap jaringan, sedangkan '{name}' tanpa encoder tidak memilikinya. "
        "Tambahkan `encoder: mobilenetv2_100` pada model, atau lanjutkan varian lain dengan semua bobotnya: "
        "`transfer: scratch` dan `from: VARIAN`.",
    ),
    "study.no_start": (
        "`{strategy}` continues from trained weights, and '{name}' starts from random ones. Say where they come from "
        "(`from: ARM`, or the folder of a finished run); if random weights are meant, add `weights: none` to model.",
        "`{strategy}` melanjutkan bobot yang sudah dilatih, sedangkan '{name}' berawal dari bobot acak. Sebutkan asalnya "
        "(`from: VARIAN`, atau folder run yang sudah selesai); bila maksudnya bobot acak, tambahkan `weights: none` pada model.",
    ),
    "study.expected_pairs": (
        "single, one-to-one, all-to-all, or a list of pairs such as [[block3, conv2]], a stage of the source and one of the target, each by its name or its number from 1",
        "single, one-to-one, all-to-all, atau daftar pasangan seperti [[block3, conv2]], satu tahap sumber dan satu tahap target, masing-masing dengan nama atau nomor mulai dari 1",
    ),
    "study.match_no_source": (
        "`match` needs a source network whose feature maps are matched, and none is given. Add one, for example `source: mobilenetv2_100`, "
        "or name an arm that trains one (`source_arm`).",
        "`match` memerlukan jaringan sumber yang peta fiturnya dicocokkan, padahal tidak ada. Tambahkan, misalnya `source: mobilenetv2_100`, "
        "atau sebutkan varian yang melatihnya (`source_arm`).",
    ),
    "study.match_two_sources": (
        "both `source` and `source_arm` are given, and `match` has one source. Remove one of the two.",
        "`source` dan `source_arm` sama-sama diberikan, padahal `match` hanya memiliki satu sumber. Hapus salah satunya.",
    ),
    "study.match_arm_size": (
        "the network of `source_arm` sees images at the size that it was trained with. Remove 'source_size', or give that arm another `image_size`.",
        "jaringan dari `source_arm` melihat gambar dengan ukuran saat ia dilatih. Hapus 'source_size', atau beri varian itu `image_size` lain.",
    ),
    "study.match_itself": (
        "the source is '{name}' with the weights that the arm starts from itself, so there is nothing to match. Choose another source, "
        "or start the arm from random weights (`model: {{weights: none}}`); `finetune` with `regularizer: delta` keeps maps near their start.",
        "sumbernya adalah '{name}' dengan bobot yang juga menjadi awal varian ini sehingga tidak ada yang dapat dicocokkan. Pilih sumber lain, "
        "atau mulai varian dari bobot acak (`model: {{weights: none}}`); `finetune` dengan `regularizer: delta` menjaga peta tetap dekat dengan awalnya.",
    ),
    "study.source_stage_beyond": (
        "got stage {got} of the source; '{name}' has {stages} {stages:stage|stages} before its head (`alih model {name}`). Give 1 to {stages}.",
        "diisi tahap {got} dari sumber; '{name}' memiliki {stages} tahap sebelum kepalanya (`alih model {name}`). Beri 1 sampai {stages}.",
    ),
    "study.target_stage_beyond": (
        "got stage {got} of the target; '{name}' has {stages} {stages:stage|stages} before its head (`alih model {name}`). Give 1 to {stages}.",
        "diisi tahap {got} dari target; '{name}' memiliki {stages} tahap sebelum kepalanya (`alih model {name}`). Beri 1 sampai {stages}.",
    ),
    "study.only_learnt_weights": (
        "'{name}' only has a meaning with `weights: channels` or `pairs-and-channels`. Choose one of them, or remove '{name}'.",
        "'{name}' hanya berarti bersama `weights: channels` atau `pairs-and-channels`. Pilih salah satunya, atau hapus '{name}'.",
    ),
    "study.match_optimizer": (
        "learnt weights are differentiated through tried steps of SGD; got '{got}'. Write `optimizer: sgd` (with `momentum`, `weight_decay`), "
        "or choose `weights: uniform`.",
        "bobot yang dipelajari diturunkan melalui langkah percobaan SGD; diisi '{got}'. Tulis `optimizer: sgd` (dengan `momentum`, `weight_decay`), "
        "atau pilih `weights: uniform`.",
    ),
    "study.match_step": (
        "learnt weights are differentiated through tried steps of SGD with momentum and weight decay, without '{name}'. Remove it, "
        "or choose `weights: uniform`.",
        "bobot yang dipelajari diturunkan melalui langkah percobaan SGD dengan momentum dan weight decay, tanpa '{name}'. Hapus, "
        "atau pilih `weights: uniform`.",
    ),
    "study.stage_beyond": (
        "stage {got} does not exist: {name} has {stages} {stages:stage|stages}. Give 1 to {stages}, or leave it out for the last",
        "tahap {got} tidak ada: {name} memiliki {stages} tahap. Berikan 1 sampai {stages}, atau hilangkan untuk tahap terakhir",
    ),
    "study.stage_values_of_one": (
        "`stage_values` only has a meaning with `stage: all`. Add it, or remove `stage_values`.",
        "`stage_values` hanya berarti bersama `stage: all`. Tambahkan itu, atau hapus `stage_values`.",
    ),
    "study.stage_and_handmade": (
        "a stage is a network's, and {name} features are made by hand. Leave one of the two out",
        "tahap adalah milik jaringan, sedangkan fitur {name} dibuat dengan tangan. Hilangkan salah satunya",
    ),
    "study.views_without_augment": (
        "`views: {got}` needs `augment` to say how images are changed, for example {{flip: true}}; or leave `views` out",
        "`views: {got}` memerlukan `augment` yang menyebut cara gambar diubah, misalnya {{flip: true}}; atau hilangkan `views`",
    ),
    "study.direct_without_backbone": (
        "`direct` uses a pretrained backbone as it is, and '{name}' is not a backbone. Name one, for example mobilenetv2_100",
        "`direct` memakai backbone pralatih apa adanya, sedangkan '{name}' bukan backbone. Sebutkan satu, misalnya mobilenetv2_100",
    ),
    "study.direct_without_weights": (
        "`direct` needs the ImageNet weights of {name} with their own classes. Leave `weights` and `from` out",
        "`direct` memerlukan bobot ImageNet untuk {name} beserta kelas-kelasnya. Hilangkan `weights` dan `from`",
    ),
    "study.freeze_beyond": (
        "got {got}; '{name}' has {stages} {stages:stage|stages} before its head (`alih model {name}`). Give at most {stages}, or `all`.",
        "diisi {got}; '{name}' memiliki {stages} tahap sebelum kepalanya (`alih model {name}`). Beri paling besar {stages}, atau `all`.",
    ),
    "study.freeze_beyond_layers": (
        "got {got}; this list of layers has {stages} {stages:stage|stages} before its head: one for each `conv` and `dense`. "
        "Give at most {stages}, or `all`.",
        "diisi {got}; daftar lapisan ini memiliki {stages} tahap sebelum kepalanya: satu untuk setiap `conv` dan `dense`. "
        "Beri paling besar {stages}, atau `all`.",
    ),
    "study.unfreeze_nothing": (
        "`unfreeze` has nothing to thaw: `freeze` is 0. Set `freeze`, or remove `unfreeze`.",
        "`unfreeze` tidak berarti karena `freeze` bernilai 0. Isi `freeze`, atau hapus `unfreeze`.",
    ),
    "study.only_regularizer": (
        "'{name}' only has a meaning with `regularizer: l2-sp` or `delta`. Add one of them, or remove '{name}'.",
        "'{name}' hanya berarti bersama `regularizer: l2-sp` atau `delta`. Tambahkan salah satunya, atau hapus '{name}'.",
    ),
    "study.shot_no_source": (
        "`shot-im` adapts a network that knows the source, but nothing would be learnt from it: `source_epochs` is 0 and no `from` is given. "
        "Give `source_epochs` at least 1, or `from` an arm that learnt from the source.",
        "`shot-im` mengadaptasi jaringan yang sudah mengenal sumber, tetapi tidak ada yang akan dipelajari dari sumber: `source_epochs` bernilai 0 dan `from` tidak diberikan. "
        "Isi `source_epochs` sedikitnya 1, atau isi `from` dengan varian yang belajar dari sumber.",
    ),
    "study.shot_no_epochs": (
        "{got} of {epochs} {epochs:epoch|epochs} would learn from the source, which leaves none to adapt. "
        "Raise `train.epochs`, or give `source_epochs` below it.",
        "{got} dari {epochs} epoch dipakai untuk belajar dari sumber sehingga tidak ada yang tersisa untuk adaptasi. "
        "Naikkan `train.epochs`, atau isi `source_epochs` dengan bilangan yang lebih kecil.",
    ),
    "study.shot_selection": (
        "`{key}` goes by validation images of the source, on which `shot-im` is best before it adapts. "
        "Remove it for this arm, or keep the best epoch by `monitor: information` or `entropy`.",
        "`{key}` memakai gambar validasi dari sumber, padahal di sana `shot-im` paling baik sebelum beradaptasi. "
        "Hapus untuk varian ini, atau simpan epoch terbaik menurut `monitor: information` atau `entropy`.",
    ),
    "study.tune_selection": (
        "`{key}` would be tuned by validation images of the source, on which `{strategy}` is best before it adapts. "
        "Choose by `tune_by: information` or `entropy`, or do not tune it.",
        "`{key}` akan disetel menurut gambar validasi dari sumber, padahal di sana `{strategy}` paling baik sebelum beradaptasi. "
        "Pilih dengan `tune_by: information` atau `entropy`, atau jangan disetel.",
    ),
    "study.only_adversarial": (
        "'{name}' belongs to the discriminator, which `mode: entropy` has not. Write `mode: adversarial`, or remove '{name}'.",
        "'{name}' milik diskriminator, yang tidak ada pada `mode: entropy`. Tulis `mode: adversarial`, atau hapus '{name}'.",
    ),
    "study.only_delta": (
        "'{name}' only has a meaning with `regularizer: delta`. Add it, or remove '{name}'.",
        "'{name}' hanya berarti bersama `regularizer: delta`. Tambahkan itu, atau hapus '{name}'.",
    ),
    "study.attention_segmentation": (
        "channels are weighed by the loss of a classifier; for segmentation all of them count the same. Remove 'attention'.",
        "kanal ditimbang dengan loss sebuah pengklasifikasi; untuk segmentasi semuanya berbobot sama. Hapus 'attention'.",
    ),
    "study.decay_and_regularizer": (
        "got {got}, but `{name}` replaces `{setting}`: it holds weights near their start, and `{setting}` draws them to zero. Set 0; the head alone has `head_l2` and `head_l1`.",
        "diisi {got}, padahal `{name}` menggantikan `{setting}`: bobot ditahan dekat nilai awalnya, sedangkan `{setting}` menariknya ke nol. Isi 0; khusus kepala tersedia `head_l2` dan `head_l1`.",
    ),
    "study.only_bss": (
        "'bss_k' only has a meaning with `bss` above 0.",
        "'bss_k' hanya berarti bila `bss` di atas 0.",
    ),
    "study.bss_beyond": (
        "got {got}; a batch of {batch} images has {batch} singular values. Give fewer.",
        "diisi {got}; batch berisi {batch} gambar hanya memiliki {batch} nilai singular. Beri lebih sedikit.",
    ),
    # A new study
    "study.new_name": (
        "'{got}' cannot be the name of a study: expected lower-case letters, digits, - and _, starting with a letter or digit, such as my-pets.",
        "'{got}' tidak dapat menjadi nama studi: gunakan huruf kecil, angka, - dan _, diawali huruf atau angka, misalnya hewan-saya.",
    ),
    "study.new_exists": (
        "'{path}' is there already and stays as it is. Choose another name, or another file with -o.",
        "'{path}' sudah ada dan tidak diubah. Pilih nama lain, atau berkas lain dengan -o.",
    ),
    "study.new_title_classify": (
        "Do pretrained weights help to tell {classes} apart?",
        "Apakah bobot pralatih membantu membedakan {classes}?",
    ),
    "study.new_title_classify_many": (
        "Do pretrained weights help to tell {n} classes apart?",
        "Apakah bobot pralatih membantu membedakan {n} kelas?",
    ),
    "study.new_title_segment": (
        "Do pretrained weights help to find {classes} in images?",
        "Apakah bobot pralatih membantu menemukan {classes} dalam gambar?",
    ),
    "study.new_title_segment_many": (
        "Do pretrained weights help to find {n} classes in images?",
        "Apakah bobot pralatih membantu menemukan {n} kelas dalam gambar?",
    ),
    "study.new_seen": (
        "{images} {images:image|images} in {classes} {classes:class|classes}",
        "{images} gambar dalam {classes} kelas",
    ),
    "study.new_ignored": (
        "Left out, other formats: {files}",
        "Tidak dipakai karena formatnya lain: {files}",
    ),
    "study.segmentation_model": (
        "'{name}' answers for every pixel, and the task is classification. Write `task: segmentation`, or choose another model.",
        "'{name}' menjawab untuk setiap piksel, sedangkan tugasnya klasifikasi. Tulis `task: segmentation`, atau pilih model lain.",
    ),
    "study.only_segmentation": (
        "`{name}` belongs to networks for segmentation (unet, deeplabv3plus, fpn), and '{model}' is not one. Remove it.",
        "`{name}` milik jaringan segmentasi (unet, deeplabv3plus, fpn), sedangkan '{model}' bukan salah satunya. Hapus.",
    ),
    "study.only_plain_unet": (
        "`{name}` describes the U-Net without an encoder; with `encoder` the backbone's stages decide. Remove one of the two.",
        "`{name}` menjelaskan U-Net tanpa encoder; dengan `encoder`, tahap-tahap backbone yang menentukan. Hapus salah satunya.",
    ),
    "study.backbone_as_encoder": (
        "'{name}' gives one answer per image; segmentation needs a decoder on it: model: {{name: unet, encoder: {name}}}",
        "'{name}' memberi satu jawaban per gambar; segmentasi memerlukan decoder di atasnya: model: {{name: unet, encoder: {name}}}",
    ),
    "study.one_answer": (
        "'{name}' gives one answer per image; segmentation needs one per pixel. {known}",
        "'{name}' memberi satu jawaban per gambar; segmentasi memerlukan satu jawaban per piksel. {known}",
    ),
    "study.encoder_needed": (
        "'{name}' is built on a backbone. Name one, for example encoder: mobilenetv2_100; without an encoder there is `unet`.",
        "'{name}' dibangun di atas backbone. Sebutkan satu, misalnya encoder: mobilenetv2_100; tanpa encoder tersedia `unet`.",
    ),
    "study.unknown_encoder": (
        "There is no encoder '{got}'. {known}",
        "Tidak ada encoder bernama '{got}'. {known}",
    ),
    "study.encoder_unfit": (
        "'{name}' cannot be an encoder: its feature maps are not exact halves of each other. Encoders that work: {fit}.",
        "'{name}' tidak dapat menjadi encoder: ukuran peta fiturnya tidak tepat separuh dari yang sebelumnya. Encoder yang dapat dipakai: {fit}.",
    ),
    "study.unet_too_deep": (
        "A U-Net of depth {depth} halves the image {depth} {depth:time|times} and needs at least {smallest} pixels a side; it would get {got}. "
        "Choose a smaller `depth`, or a larger `image_size`.",
        "U-Net sedalam {depth} membagi dua gambar {depth} kali dan memerlukan sisi sedikitnya {smallest} piksel, padahal mendapat {got}. "
        "Pilih `depth` yang lebih kecil, atau `image_size` yang lebih besar.",
    ),
    "study.weights_without_encoder": (
        "A plain U-Net has no pretrained weights, so `weights: {got}` has no meaning. Remove it, or name an encoder.",
        "U-Net polos tidak memiliki bobot pralatih, jadi `weights: {got}` tidak berarti. Hapus, atau sebutkan sebuah encoder.",
    ),
    "study.normalise_encoder": (
        "`normalise: weights` takes the constants of an encoder's weights, and a plain U-Net has none. Use `unit` or `mean-std`.",
        "`normalise: weights` memakai tetapan dari bobot encoder, sedangkan U-Net polos tidak memilikinya. Gunakan `unit` atau `mean-std`.",
    ),
    "study.segmentation_output": (
        "got {got}; networks for segmentation end in `softmax` only. Remove `output`.",
        "diisi {got}; jaringan segmentasi hanya berakhir dengan `softmax`. Hapus `output`.",
    ),
    "study.classification_strategy": (
        "`{got}` compares the answers for pixels, and classification has one answer per image. Use `dann`, `cdan` or `mcc`, or write "
        "`task: segmentation`.",
        "`{got}` membandingkan jawaban per piksel, sedangkan klasifikasi memberi satu jawaban per gambar. Gunakan `dann`, `cdan`, atau "
        "`mcc`, atau tulis `task: segmentation`.",
    ),
    "study.segmentation_strategy": (
        "`{got}` gives one answer per image, and segmentation needs one per pixel. Use `finetune` with `freeze: all` (the encoder stays as "
        "it is, its maps are computed once), or `scratch`.",
        "`{got}` memberi satu jawaban per gambar, sedangkan segmentasi memerlukan satu per piksel. Gunakan `finetune` dengan `freeze: all` "
        "(encoder tetap, petanya dihitung sekali), atau `scratch`.",
    ),
    "study.bss_segmentation": (
        "`bss` shrinks a batch of feature vectors, one per image; a network for segmentation has maps instead. Remove it; `l2-sp` and "
        "`delta` work on maps.",
        "`bss` menyusutkan sekumpulan vektor fitur, satu per gambar; jaringan segmentasi memiliki peta. Hapus; `l2-sp` dan `delta` "
        "bekerja pada peta.",
    ),
    "study.new_model": (
        "ImageNet weights; `alih model mobilenetv2_100`",
        "bobot ImageNet; `alih model mobilenetv2_100`",
    ),
    "study.new_init": (
        "a head that begins small, which suits features that are good already",
        "kepala yang mulai kecil, cocok untuk fitur yang sudah bagus",
    ),
    "study.new_finetuned": (
        "every weight learns, from ImageNet's on",
        "semua bobot belajar, mulai dari bobot ImageNet",
    ),
    "study.new_random": (
        "the control: the same, from random weights",
        "kontrolnya: sama, tetapi dari bobot acak",
    ),
    "study.new_baseline": (
        "the others are compared with it; random and {other} change one thing each",
        "yang lain dibandingkan dengannya; random dan {other} masing-masing mengubah satu hal",
    ),
    "study.new_head": ("only a new head learns", "hanya kepala baru yang belajar"),
    "study.new_margin": (
        "a smaller difference does not matter",
        "selisih yang lebih kecil tidak berarti",
    ),
    "study.new_folds_repeated": (
        "very few images: each is tested once in every repeat",
        "gambar sangat sedikit: masing-masing diuji satu kali dalam tiap pengulangan",
    ),
    "study.new_gray": (
        "gray images; left and right may differ, as in X-rays, so nothing is flipped",
        "gambar abu-abu; kiri dan kanan bisa berbeda, seperti pada rontgen, jadi tidak ada pembalikan",
    ),
    "study.new_small": (
        "a small network of its own, as ImageNet has no such images",
        "jaringan kecil tersendiri, karena ImageNet tidak memuat gambar seperti ini",
    ),
    "study.new_features": (
        "logistic regression on frozen features, which needs fewest images",
        "regresi logistik pada fitur beku, yang paling sedikit memerlukan gambar",
    ),
    "study.new_groups": (
        "{count} groups, such as {example}? If images of one group belong together, use this line in place of the one above:",
        "{count} kelompok, misalnya {example}? Jika gambar dalam satu kelompok memang sekelompok, pakai baris ini sebagai ganti baris di atas:",
    ),
    "study.new_folds": (
        "few images: each is tested once",
        "gambar sedikit: masing-masing diuji satu kali",
    ),
    "study.new_seeds": (
        "replicates; one decides nothing, two little",
        "ulangan; satu tidak memutuskan apa pun, dua hanya sedikit",
    ),
    "study.no_source_only": (
        "No arm learns from the source alone, so nothing tells whether adaptation helped or harmed. Add one (`source: {{transfer: source-only}}`, "
        "the rest as in the other arms) and make it the baseline.",
        "Tidak ada varian yang hanya belajar dari sumber, jadi tidak ada yang menunjukkan apakah adaptasi membantu atau merugikan. Tambahkan satu "
        "(`source: {{transfer: source-only}}`, selebihnya seperti varian lain) dan jadikan varian dasar.",
    ),
    "study.pretrained_scratch": (
        "Note: pretrained weights with `transfer: scratch` (the default) in {arms}: every weight learns, but none begins at random. If "
        "random weights are meant, add `weights: none` to the model; else write `transfer: finetune`, which says what is done.",
        "Catatan: bobot pralatih dengan `transfer: scratch` (bawaan) pada {arms}: semua bobot belajar, tetapi tidak mulai dari bobot acak. "
        "Bila maksudnya bobot acak, tambahkan `weights: none` pada modelnya; bila tidak, tulis `transfer: finetune`, sesuai yang dilakukan.",
    ),
    # Data in files
    "study.new_absent": (
        "There is nothing at '{path}'. Check the path after --data; it is relative to the current directory.",
        "Tidak ada apa-apa di '{path}'. Periksa jalur setelah --data; jalur dihitung dari direktori kerja saat ini.",
    ),
    "study.folder_absent": (
        "There is no folder '{path}'. Check the path: in a study document it is relative to the document, on the command line to the "
        "current directory. If the images lie elsewhere, name the place: --set data.{key}=PATH.",
        "Tidak ada folder '{path}'. Periksa jalurnya: di dalam dokumen studi, jalur dihitung dari letak dokumen itu; di baris perintah, dari "
        "direktori kerja saat ini. Bila gambarnya ada di tempat lain, sebutkan tempatnya: --set data.{key}=JALUR.",
    ),
    "study.where_column": (
        "The data has no column '{got}'. {known}",
        "Data tidak memiliki kolom '{got}'. {known}",
    ),
    "study.where_value": (
        "No image has '{got}' in the column '{name}'. {known}",
        "Tidak ada gambar dengan isi '{got}' pada kolom '{name}'. {known}",
    ),
    "study.where_nothing": (
        "No image has all that `where` asks for ({got}). Ask for less.",
        "Tidak ada gambar yang memenuhi semua syarat `where` ({got}). Kurangi syaratnya.",
    ),
    "study.where_no_columns": (
        "`{key}` names columns of a table, and `{name}` has none. Name a `table` with such a column, or remove `{key}`; "
        "`oxford-iiit-pet` has `species` and `breed`.",
        "`{key}` menyebut kolom tabel, sedangkan `{name}` tidak memilikinya. Sebutkan `table` yang punya kolom itu, atau hapus "
        "`{key}`; `oxford-iiit-pet` memiliki `species` dan `breed`.",
    ),
    "study.label_of_masks": (
        "`label` names the column of the classes of whole images, and the classes of `task: segmentation` are those of masks. Remove `label`.",
        "`label` menyebut kolom kelas untuk gambar utuh, sedangkan kelas pada `task: segmentation` berasal dari mask. Hapus `label`.",
    ),
    "study.class_unknown": (
        "The data has no class '{got}'. {known}",
        "Data tidak memiliki kelas '{got}'. {known}",
    ),
    "study.class_twice": (
        "Class '{got}' is named twice. Name each class once.",
        "Kelas '{got}' disebut dua kali. Sebutkan tiap kelas sekali saja.",
    ),
    "study.folder_one_class": (
        "'{path}' must hold one sub-folder with images (JPEG, PNG, GIF, BMP, TIFF or WebP) for each class, at least two; sub-folders with images found there: {found}.{hint}",
        "'{path}' harus berisi satu subfolder gambar (JPEG, PNG, GIF, BMP, TIFF, atau WebP) untuk tiap kelas, paling sedikit dua; subfolder bergambar yang ditemukan: {found}.{hint}",
    ),
    "study.folder_empty_class": (
        "The class folder '{path}' holds no image that can be read (other image files there: {formats}). Convert them, or remove the folder.{hint}",
        "Folder kelas '{path}' tidak berisi gambar yang dapat dibaca (berkas gambar lain di sana: {formats}). Ubah formatnya, atau hapus foldernya.{hint}",
    ),
    "study.folder_extra_class": (
        "'{path}' holds classes that '{train}' does not: {names}. A class needs training images; correct the names, or move images.{hint}",
        "'{path}' memuat kelas yang tidak ada di '{train}': {names}. Tiap kelas memerlukan gambar latih; betulkan namanya, atau pindahkan gambar.{hint}",
    ),
    "study.folder_part_twice": (
        "'{path}' holds two folders for the same part: {names}. Keep one of them.",
        "'{path}' memuat dua folder untuk bagian yang sama: {names}. Sisakan salah satu.",
    ),
    "study.folder_mixed": (
        "'{path}' holds ready parts ({parts}) and also '{rest}' with images. Move '{rest}' away, or into the parts.",
        "'{path}' memuat bagian yang sudah siap ({parts}) dan juga '{rest}' yang berisi gambar. Pindahkan '{rest}' ke luar, atau ke dalam bagian.",
    ),
    "study.folder_loose_images": (
        "'{path}' holds {count} {count:image|images} outside the class folders, such as '{example}'. Put each into the folder of its class.",
        "'{path}' memuat {count} gambar di luar folder kelas, misalnya '{example}'. Letakkan masing-masing di folder kelasnya.",
    ),
    "study.folder_loop": (
        "'{path}' is a link to '{target}', a folder that it lies in, so its images would be found over and over. Remove the link.",
        "'{path}' adalah tautan ke '{target}', folder yang memuatnya, sehingga gambarnya akan terus ditemukan ulang. Hapus tautannya.",
    ),
    "study.names_not_utf8": (
        "'{path}' holds {count} {count:name|names} that {count:is|are} not UTF-8 text, such as '{example}' (\\x… stands for bytes that are none), as after unpacking an "
        "archive of another system. Rename {count:it|them}; `convmv -f cp1252 -t utf8 -r` does it for Western European names.",
        "{count} nama di '{path}' bukan teks UTF-8, misalnya '{example}' (\\x… menandai byte yang bukan teks), seperti setelah membuka "
        "arsip dari sistem lain. Ganti namanya; `convmv -f cp1252 -t utf8 -r` melakukannya untuk nama Eropa Barat.",
    ),
    "study.file_unreadable": (
        "Cannot read '{path}': {reason}. Check that the file is there and may be read.",
        "Tidak dapat membaca '{path}': {reason}. Pastikan berkasnya ada dan boleh dibaca.",
    ),
    "study.pets_missing": (
        "'{path}' does not hold Oxford-IIIT Pet. Expected {expected} (the lists may also lie beside images/).",
        "'{path}' tidak berisi Oxford-IIIT Pet. Yang diharapkan {expected} (daftarnya boleh juga di samping images/).",
    ),
    "study.pets_bad_line": (
        "'{path}', line {line}: got '{got}', expected `<image> <class> <species> <breed>` such as `Abyssinian_1 1 1 1`.",
        "'{path}', baris {line}: tertulis '{got}', seharusnya `<gambar> <kelas> <spesies> <ras>` seperti `Abyssinian_1 1 1 1`.",
    ),
    "study.pets_absent_images": (
        "{count} {count:image|images} that the lists name {count:is|are} not in '{path}', such as {example}. Complete the set, or shorten its lists.",
        "{count} gambar yang disebut daftar tidak ada di '{path}', misalnya {example}. Lengkapi himpunannya, atau pendekkan daftarnya.",
    ),
    "study.pets_twice": (
        "The lists in '{path}' name {name} twice. An image belongs to one part, once.",
        "Daftar di '{path}' menyebut {name} dua kali. Satu gambar hanya masuk satu bagian, satu kali.",
    ),
    "study.ready_validation": (
        "'{set}' comes with its own validation split ({n} images), which is always used. Remove `validation`.",
        "'{set}' memiliki bagian validasi siap pakai berisi {n} gambar yang dipakai apa adanya. Hapus `validation`.",
    ),
    # Grids
    "study.vary_keys": (
        "{got} keys are varied; at most two can be. Keep the two that the question is about.",
        "{got} kunci divariasikan; paling banyak dua. Sisakan dua yang menjadi pertanyaan studi.",
    ),
    "study.tune_one_arm": (
        "'{got}' would be tuned in one arm only; every arm gets the same trials. Write the key without `arms.` and the arm's name.",
        "'{got}' hanya menala satu varian; semua varian mendapat percobaan yang sama. Tulis kunci tanpa `arms.` dan nama variannya.",
    ),
    "study.tune_nobody": (
        "no arm uses a strategy with the option '{got}'. {known}",
        "tidak ada strategi varian yang mempunyai '{got}'. {known}",
    ),
    "study.tune_kind": (
        "`{got}` cannot be a trial of an arm that is `{own}`: one of them is fitted in one step, the "
        "other trains in epochs. Make two arms, one for each.",
        "`{got}` tidak dapat menjadi percobaan varian `{own}`: salah satunya dicocokkan dalam satu "
        "langkah, yang lain dilatih per epoch. Buat dua varian, masing-masing satu.",
    ),
    "study.not_tuned": (
        "{key} is tuned where it is a setting; it does not apply to {arms}.",
        "{key} disetel pada varian yang memilikinya; tidak berlaku untuk {arms}.",
    ),
    "study.tune_and_vary": (
        "'{got}' stands under both vary and tune. Keep it in one of them.",
        "'{got}' ada di vary dan juga di tune. Sisakan di salah satunya.",
    ),
    "study.repeated_value": (
        "a value is listed twice. Keep it once.",
        "ada nilai yang tertulis dua kali. Sisakan satu.",
    ),
    "study.too_many_images": (
        "got {got} {got:image|images}; the training part of '{set}' holds {available}. Use `all` for all of them.",
        "diisi {got} gambar; bagian latih '{set}' berisi {available}. Gunakan `all` untuk semuanya.",
    ),
    "study.too_few_images": (
        "got {got} {got:image|images} for {classes} {classes:class|classes}; expected at least one of each class.",
        "diisi {got} gambar untuk {classes} kelas; seharusnya paling sedikit satu gambar tiap kelas.",
    ),
    # Split and protocol
    "study.kfold_seeds": (
        "with repeated-kfold the folds and repeats are the replicates ({n} here), so `seeds` has no meaning. "
        "Remove it; change `folds` or `repeats` instead.",
        "pada repeated-kfold lipatan dan pengulangan adalah ulangannya (di sini {n}), jadi `seeds` tidak berarti. "
        "Hapus; ubah `folds` atau `repeats` sebagai gantinya.",
    ),
    "study.official_test": (
        "'{set}' has an official test part of {n} items, which is never redrawn. Remove `test`.",
        "'{set}' memiliki bagian uji resmi berisi {n} gambar yang tidak pernah diundi ulang. Hapus `test`.",
    ),
    "study.test_val_absent": (
        "`test: val` makes the ready validation part the test part, and '{set}' has none. Give a fraction such as 0.2, or remove `test`.",
        "`test: val` menjadikan bagian validasi siap pakai sebagai bagian uji, sedangkan '{set}' tidak memilikinya. Beri pecahan seperti 0.2, atau hapus `test`.",
    ),
    "study.test_val_domains": (
        "`test: val` is for studies of one set; with a source and a target the target's test part is its own, or drawn. Remove it.",
        "`test: val` hanya untuk studi dengan satu himpunan; dengan sumber dan target, bagian uji adalah milik target atau diundi. Hapus.",
    ),
    "study.expected_test": (
        "a fraction between 0 and 1, or `val`",
        "pecahan di antara 0 dan 1, atau `val`",
    ),
    "study.fold_too_small": (
        "{items} {items:image|images} in {folds} folds {items:leaves|leave} fewer than 2 images in a fold, and nothing can be concluded from one test image. "
        "Lower `folds`, or add images.",
        "{items} gambar dalam {folds} lipatan menyisakan kurang dari 2 gambar per lipatan, dan dari satu gambar uji tidak dapat "
        "disimpulkan apa pun. Kurangi `folds`, atau tambah gambar.",
    ),
    "study.ready_test_small": (
        "the ready test part holds {got} image; expected at least 2, since nothing can be concluded from one. Add images to it; or "
        "remove it, and a part of the training images is drawn for testing.",
        "bagian uji siap pakai berisi {got} gambar; seharusnya paling sedikit 2, sebab dari satu gambar tidak dapat disimpulkan apa pun. "
        "Tambah gambarnya; atau hapus bagian itu, maka sebagian gambar latih diundi untuk pengujian.",
    ),
    "study.drawn_test_small": (
        "the test part that is drawn holds {got} image; expected at least 2, since nothing can be concluded from one. Raise `test` "
        "under split, add images, or test each image once with `scheme: repeated-kfold`.",
        "bagian uji yang diundi berisi {got} gambar; seharusnya paling sedikit 2, sebab dari satu gambar tidak dapat disimpulkan apa pun. "
        "Naikkan `test` pada split, tambah gambar, atau uji tiap gambar satu kali dengan `scheme: repeated-kfold`.",
    ),
    "study.paper_validation": (
        "with `protocol: paper` the test part stands in for validation and every training item is trained on. Remove `validation`.",
        "dengan `protocol: paper` bagian uji dipakai sebagai validasi dan semua gambar latih dilatihkan. Hapus `validation`.",
    ),
    "study.paper_kfold": (
        "`protocol: paper` repeats a paper with its official test part and cannot be combined with repeated-kfold. Use holdout.",
        "`protocol: paper` mengulang makalah dengan bagian uji resminya dan tidak dapat digabung dengan repeated-kfold. Gunakan holdout.",
    ),
    "study.paper_tune": (
        "with `protocol: paper` tuning would choose on the test part. Remove `tune`, or use `protocol: sealed`.",
        "dengan `protocol: paper` penalaan akan memilih berdasarkan bagian uji. Hapus `tune`, atau gunakan `protocol: sealed`.",
    ),
    "study.paper_refit": (
        "with `protocol: paper` every training item is used already. Remove `refit`.",
        "dengan `protocol: paper` semua gambar latih sudah dipakai. Hapus `refit`.",
    ),
    "study.margin_range": (
        "got {got:g}, but two values of {metric} differ by at most {most:g}: every difference would count as the same. Did you mean {meant:g}?",
        "diisi {got:g}, padahal dua nilai {metric} berselisih paling banyak {most:g}: setiap selisih akan terhitung sama. Apakah maksud Anda {meant:g}?",
    ),
    "study.seeds_max": (
        "got {got}, but the study already plans {seeds} {seeds:replicate|replicates}. Give at least {seeds}, or lower `seeds`.",
        "diisi {got}, padahal studi sudah merencanakan {seeds} ulangan. Beri paling sedikit {seeds}, atau turunkan `seeds`.",
    ),
    "study.arm_seeds": (
        "got {got}, but an arm can only have fewer replicates than the study, which has {seeds}. Give at most {seeds}, or give the study more.",
        "diisi {got}, padahal sebuah varian hanya boleh memiliki lebih sedikit ulangan daripada studinya, yaitu {seeds}. Isi paling banyak "
        "{seeds}, atau tambah ulangan studinya.",
    ),
    "study.until_one_arm": (
        "nothing is decided about one arm. Add another arm, or give `seeds` a number.",
        "dengan satu varian tidak ada yang dapat diputuskan. Tambahkan varian lain, atau isi `seeds` dengan angka.",
    ),
    "study.until_fixed": (
        "every arm gives the same result in each replicate, so more replicates decide nothing. Give `seeds: 1`.",
        "setiap varian memberi hasil yang sama pada tiap ulangan, jadi ulangan tambahan tidak memutuskan apa pun. Tulis `seeds: 1`.",
    ),
    "study.seeds_and_until": (
        "--until-decided and --seeds {seeds} were both given. --until-decided adds replicates where they are needed, --seeds fixes their "
        "number: give one. The most replicates of an arm: --set compare.seeds_max={seeds}.",
        "--until-decided dan --seeds {seeds} diberikan bersamaan. --until-decided menambah ulangan di tempat yang memerlukan, --seeds "
        "menetapkan jumlahnya: pilih salah satu. Batas ulangan tiap varian: --set compare.seeds_max={seeds}.",
    ),
    # Models and layers
    "study.name_and_layers": (
        "the model has both a name ('{name}') and a layer list. Keep one of them.",
        "model memiliki nama ('{name}') sekaligus daftar lapisan. Sisakan salah satu.",
    ),
    "study.no_model": (
        "the arm has no model. Give one in the arm or at the top of the document, such as `model: dcnn`. {known}",
        "varian ini belum memiliki model. Tulis di varian atau di bagian atas dokumen, misalnya `model: dcnn`. {known}",
    ),
    "study.dropout_count": (
        "got {got} dropout rates; the network has {expected} dropout layers. Give one rate each, in order, or an empty list for none.",
        "diisi {got} laju dropout; jaringan memiliki {expected} lapisan dropout. Beri satu laju untuk tiap lapisan, berurutan, atau daftar kosong.",
    ),
    "study.no_gradient": (
        "layer {layer}: the activation '{activation}' has gradient zero everywhere, so nothing before it would learn. "
        "Add `straight_through: true` to train with a straight-through gradient, or choose another activation.",
        "lapisan {layer}: aktivasi '{activation}' bergradien nol di mana-mana, sehingga lapisan sebelumnya tidak akan belajar. "
        "Tambahkan `straight_through: true` untuk melatih dengan gradien straight-through, atau pilih aktivasi lain.",
    ),
    "study.same_stride": (
        "layer {layer}: `padding: same` needs stride 1, got stride {stride}. Give the padding in pixels, such as `padding: {pixels}`.",
        "lapisan {layer}: `padding: same` memerlukan stride 1, di sini stride {stride}. Tulis padding dalam piksel, misalnya `padding: {pixels}`.",
    ),
    "study.layer_needs_image": (
        "layer {layer} ({type}) needs an image, but a vector of {shape} reaches it. Put it before flatten, dense and global_avg_pool.",
        "lapisan {layer} ({type}) memerlukan gambar, tetapi yang sampai vektor berukuran {shape}. Letakkan sebelum flatten, dense, dan global_avg_pool.",
    ),
    "study.layer_too_small": (
        "layer {layer} ({type}, {size}×{size}) cannot take the shape {shape} that reaches it from an image of {image} (channels×height×width). "
        "Use larger images (`image_size`), fewer poolings, or `padding: same`.",
        "lapisan {layer} ({type}, {size}×{size}) tidak dapat menerima bentuk {shape} yang sampai kepadanya dari gambar {image} (kanal×tinggi×lebar). "
        "Gunakan gambar lebih besar (`image_size`), kurangi pooling, atau pakai `padding: same`.",
    ),
    # Settings that must agree
    "study.no_training_images": (
        "the split leaves no image of '{set}' to train on. Lower `validation` and `test` under split, or add images.",
        "pembagian tidak menyisakan satu pun gambar '{set}' untuk latihan. Turunkan `validation` dan `test` di bawah split, atau "
        "tambah gambar.",
    ),
    "study.batch_too_large": (
        "got a batch of {got}; the training part of '{set}' holds {items} {items:image|images}. Give at most {items}.",
        "ukuran batch diisi {got}; bagian latih '{set}' berisi {items} gambar. Beri paling besar {items}.",
    ),
    "study.not_divided": (
        "got {got} with `processes: {processes}`; only arms whose loss is a mean over the images of a batch can be trained by several "
        "processes: {known}. Remove `processes`, or put the arm into a study of its own.",
        "diisi {got} dengan `processes: {processes}`; hanya varian yang loss-nya merupakan rata-rata atas gambar dalam satu batch yang dapat "
        "dilatih oleh beberapa proses: {known}. Hapus `processes`, atau tempatkan varian itu dalam studi tersendiri.",
    ),
    "study.bss_of_processes": (
        "got `bss` with `processes: {processes}`; it compares the images of a whole batch with each other, of which each process sees a "
        "part. Remove one of the two.",
        "diisi `bss` dengan `processes: {processes}`; pengaturan ini membandingkan gambar-gambar dalam satu batch utuh, sedangkan tiap proses "
        "hanya melihat sebagian. Hapus salah satunya.",
    ),
    "study.batch_of_processes": (
        "got a batch of {got} for {processes} processes, each of which takes its part of it; batch normalisation needs 2 images in every "
        "part. Give at least {least}.",
        "ukuran batch diisi {got} untuk {processes} proses, yang masing-masing mengambil bagiannya; normalisasi batch memerlukan 2 gambar "
        "dalam tiap bagian. Beri paling sedikit {least}.",
    ),
    "study.batch_of_one_pooled": (
        "'{name}' averages each image to a single pixel and normalises that over the batch, which takes at least 2 images; here a batch "
        "holds 1. Give at least 2.",
        "'{name}' merata-ratakan tiap gambar menjadi satu piksel lalu menormalkannya atas seluruh batch, yang memerlukan paling sedikit "
        "2 gambar; di sini satu batch berisi 1. Beri paling sedikit 2.",
    ),
    "study.batch_of_one_layer": (
        "layer {layer} gets one value per channel of each image and normalises it over the batch, which takes at least 2 images; "
        "here a batch holds 1. Give at least 2, or put the layer where maps are larger.",
        "lapisan {layer} menerima satu nilai per kanal dari tiap gambar dan menormalkannya atas seluruh batch, yang memerlukan paling "
        "sedikit 2 gambar; di sini satu batch berisi 1. Beri paling sedikit 2, atau pindahkan lapisannya ke tempat peta lebih besar.",
    ),
    "study.batch_of_one_small": (
        "images of {got} pixels end as a single pixel in '{name}', whose batch normalisation then takes at least 2 images; here a batch "
        "holds 1. Give at least 2, or an `image_size` above {smallest}.",
        "gambar {got} piksel berakhir sebagai satu piksel di '{name}', sehingga normalisasi batch-nya memerlukan paling sedikit 2 gambar; "
        "di sini satu batch berisi 1. Beri paling sedikit 2, atau `image_size` di atas {smallest}.",
    ),
    "study.warmup_too_long": (
        "warm-up of {got} epochs, but the training has {epochs}. Give fewer than {epochs}.",
        "pemanasan {got} epoch, padahal pelatihan hanya {epochs} epoch. Beri kurang dari {epochs}.",
    ),
    "study.only_sgd": (
        "'{name}' is used by sgd only; the optimizer here is '{optimizer}'. Remove it, or set `optimizer: sgd`.",
        "'{name}' hanya dipakai oleh sgd; pengoptimal di sini '{optimizer}'. Hapus, atau tulis `optimizer: sgd`.",
    ),
    "study.nesterov_needs_momentum": (
        "nesterov needs a momentum above 0. Add `momentum: 0.9`.",
        "nesterov memerlukan momentum di atas 0. Tambahkan `momentum: 0.9`.",
    ),
    "study.class_weights": (
        "got {got} class {got:weight|weights}; the data has {classes} {classes:class|classes}. Give one weight for each class, or `balanced`.",
        "diisi {got} bobot kelas; data memiliki {classes} kelas. Beri satu bobot untuk tiap kelas, atau `balanced`.",
    ),
}
