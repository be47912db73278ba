"""Sentences of the room `study`, third part: tables of files, groups that no split divides, NPZ files."""

SOURCE_TEXT: dict[str, tuple[str, str]] = {
    "study.set_or_folder": (
        "got {given}, expected exactly one of `set` (a named set, `alih data list`), `folder` (class = sub-folder), "
        "`table` (a CSV file with path and label) and `npz` (arrays).",
        "diisi {given}, seharusnya tepat satu dari `set` (himpunan bernama, lihat `alih data list`), `folder` "
        "(kelas = subfolder), `table` (berkas CSV berisi path dan label), dan `npz` (larik).",
    ),
    "study.path_and_folder": (
        "`path` says where a named set lies; `{given}` says it by itself. Remove `path`.",
        "`path` menyatakan letak himpunan bernama; `{given}` sudah menyatakan letaknya sendiri. Hapus `path`.",
    ),
    # Tables
    "study.table_absent": (
        "There is no table '{path}'. Check the path: in a study document it is relative to the document, on the command line to the current directory. If the data was moved, name the new place, such as --set data.table=PATH.",
        "Tidak ada tabel '{path}'. Periksa jalurnya; di dokumen studi, jalur dihitung dari letak dokumen itu; di baris perintah (--set), dari direktori kerja. Bila datanya dipindahkan, sebutkan tempat barunya, misalnya --set data.table=JALUR.",
    ),
    "study.table_empty": (
        "'{path}' is empty. Expected a first line with the columns path and {answer}, then one line per image.",
        "'{path}' kosong. Diharapkan baris pertama berisi kolom path dan {answer}, lalu satu baris per gambar.",
    ),
    "study.table_no_text": (
        "'{path}' is not a CSV file in UTF-8. Save the table as 'CSV UTF-8' from the spreadsheet and give that file.",
        "'{path}' bukan berkas CSV dalam UTF-8. Simpan tabelnya sebagai 'CSV UTF-8' dari lembar sebar lalu berikan berkas itu.",
    ),
    "study.table_not_utf8": (
        "{path}, line {line}: the byte {byte} is not UTF-8. Save the file as 'CSV UTF-8' and try again.",
        "{path}, baris {line}: byte {byte} bukan UTF-8. Simpan berkas sebagai 'CSV UTF-8' lalu coba lagi.",
    ),
    "study.table_no_csv": (
        "{path}, line {line}: this cannot be read as CSV ({reason}). Look for a quotation mark that is opened and never closed.",
        "{path}, baris {line}: tidak dapat dibaca sebagai CSV ({reason}). Periksa tanda kutip yang dibuka tetapi tidak ditutup.",
    ),
    "study.table_only_header": (
        "'{path}' has column names but no rows. Expected one line per image.",
        "'{path}' memuat nama kolom tetapi tidak ada baris data. Diharapkan satu baris per gambar.",
    ),
    "study.table_column_twice": (
        "{path}, line 1: the column '{name}' occurs twice. Rename or remove one of them.",
        "{path}, baris 1: kolom '{name}' muncul dua kali. Ganti nama atau hapus salah satunya.",
    ),
    "study.table_no_column": (
        "{path}, line 1: the column '{name}' is missing, got {got}. {hint}",
        "{path}, baris 1: kolom '{name}' tidak ada, yang ada: {got}. {hint}",
    ),
    "study.table_rename": (
        "If '{near}' is meant, rename it to '{name}'.",
        "Jika yang dimaksud '{near}', ganti namanya menjadi '{name}'.",
    ),
    "study.table_other_task_label": (
        "{path}, line 1: the table has a column 'mask' and no 'label', which is for segmentation. "
        "Add `task: segmentation` at the top of the study, or a column 'label'.",
        "{path}, baris 1: tabel memiliki kolom 'mask' tanpa 'label', yaitu untuk segmentasi. "
        "Tambahkan `task: segmentation` di bagian atas studi, atau kolom 'label'.",
    ),
    "study.table_other_task_mask": (
        "{path}, line 1: the table has a column 'label' and no 'mask', which is for classification. "
        "Add a column 'mask' with the file of each mask, or remove `task: segmentation`.",
        "{path}, baris 1: tabel memiliki kolom 'label' tanpa 'mask', yaitu untuk klasifikasi. "
        "Tambahkan kolom 'mask' berisi berkas tiap mask, atau hapus `task: segmentation`.",
    ),
    "study.table_width": (
        "{path}, line {line}: got {got} {got:cell|cells}, expected {expected}, one for each column. "
        "A value that contains the separator belongs in quotation marks.",
        "{path}, baris {line}: ada {got} sel, diharapkan {expected}, satu untuk tiap kolom. "
        "Nilai yang memuat pemisah harus diapit tanda kutip.",
    ),
    "study.table_empty_cell": (
        "{path}, line {line}: the column '{name}' is empty. Fill it in, or remove the line.",
        "{path}, baris {line}: kolom '{name}' kosong. Isi, atau hapus barisnya.",
    ),
    "study.table_twice": (
        "{path}, line {line}: '{name}' is already in line {first}. An image may be named once; remove one of the lines.",
        "{path}, baris {line}: '{name}' sudah ada di baris {first}. Tiap gambar hanya boleh disebut sekali; hapus salah satu baris.",
    ),
    "study.table_absent_files": (
        "'{path}' names {count} {count:file that is|files that are} not there (line: file): {lines}. "
        "Paths are relative to the table's folder, {folder}. Correct the paths, bring the files, or remove the lines.{hint}",
        "'{path}' menyebut {count} berkas yang tidak ada (baris: berkas): {lines}. "
        "Jalur dihitung relatif terhadap folder tabel, {folder}. Betulkan jalurnya, lengkapi berkasnya, atau hapus barisnya.{hint}",
    ),
    "study.table_ending": (
        " Names need their endings: there is '{file}' for '{name}'.",
        " Nama harus lengkap dengan akhirannya: untuk '{name}' ada '{file}'.",
    ),
    "study.table_format": (
        "{path}, line {line}: '{name}' is not of a format that is read here ({known}). Convert the file, or remove the line.{hint}",
        "{path}, baris {line}: format '{name}' tidak dapat dibaca di sini ({known}). Ubah formatnya, atau hapus barisnya.{hint}",
    ),
    "study.table_part": (
        "{path}, line {line}: got '{got}' in the column 'split', expected train, validation (or val) or test.",
        "{path}, baris {line}: isi kolom 'split' adalah '{got}', diharapkan train, validation (atau val), atau test.",
    ),
    "study.table_no_training": (
        "'{path}' puts no image into the part train. Give some of them the value train in the column 'split', or remove the column.",
        "'{path}' tidak menempatkan gambar pada bagian train. Beri sebagian nilai train di kolom 'split', atau hapus kolomnya.",
    ),
    "study.table_untrained_class": (
        "{path}, line {line}: the class '{name}' has no image in the part train. Correct the label, or move images.{hint}",
        "{path}, baris {line}: kelas '{name}' tidak memiliki gambar di bagian train. Betulkan labelnya, atau pindahkan gambar.{hint}",
    ),
    "study.table_one_class": (
        "'{path}' has only the class '{found}'. Expected at least two different labels.",
        "'{path}' hanya memiliki kelas '{found}'. Diharapkan sedikitnya dua label yang berbeda.",
    ),
    # Groups
    "study.group_single": (
        "all images belong to one group, '{name}', and no group is divided, so nothing would be left to test. Correct `group`, or add images of other groups.",
        "semua gambar termasuk satu kelompok, '{name}', dan kelompok tidak dipecah, sehingga tidak ada yang tersisa untuk diuji. Betulkan `group`, atau tambah gambar dari kelompok lain.",
    ),
    "study.groups_too_few": (
        "{groups} groups cannot fill {parts} parts (train, validation, test), for no group is divided. Add images of other groups, or correct `group`.",
        "{groups} kelompok tidak cukup untuk {parts} bagian (latih, validasi, uji) karena kelompok tidak dipecah. Tambah gambar dari kelompok lain, atau betulkan `group`.",
    ),
    "study.group_no_files": (
        "got '{got}', but '{name}' has no files whose paths or table could name groups. Remove `group`.",
        "diisi '{got}', tetapi '{name}' tidak memiliki berkas yang jalur atau tabelnya dapat menyebut kelompok. Hapus `group`.",
    ),
    "study.group_column": (
        "the table has no column '{got}'. {known}",
        "tabel tidak memiliki kolom '{got}'. {known}",
    ),
    "study.group_empty": (
        "the column '{got}' is empty for {count} {count:image|images}: {names}. Every image needs a group; "
        "one that belongs to no other gets a name of its own.",
        "kolom '{got}' kosong untuk {count} gambar: {names}. Tiap gambar memerlukan kelompok; "
        "gambar yang berdiri sendiri diberi nama tersendiri.",
    ),
    "study.group_pattern": (
        "'{got}' is not a regular expression ({reason}). Expected one such as '(\\d+)_', put in single quotes.",
        "'{got}' bukan ekspresi reguler ({reason}). Diharapkan misalnya '(\\d+)_', diapit tanda kutip tunggal.",
    ),
    "study.group_no_match": (
        "'{got}' matches no file. It is searched in paths inside the data's folder, such as '{example}'.",
        "'{got}' tidak cocok dengan berkas mana pun. Pola dicari di jalur di dalam folder data, misalnya '{example}'.",
    ),
    "study.group_unmatched": (
        "'{got}' matches all but {count} of {of} files: {names}. Every file needs a group; extend the pattern, or rename them.",
        "'{got}' tidak cocok dengan {count} dari {of} berkas: {names}. Tiap berkas memerlukan kelompok; perluas polanya, atau "
        "ganti namanya.",
    ),
    "study.group_in_two_parts": (
        "{count} {count:group lies|groups lie} in more than one of the ready training, validation and test parts: {names}. "
        "What is learnt there would be tested. Move the images, or remove `group` to compare on the parts as they are.",
        "{count} kelompok berada di lebih dari satu bagian latih, validasi, dan uji yang sudah tersedia: {names}. "
        "Yang dipelajari akan ikut diuji. Pindahkan gambarnya, atau hapus `group` untuk memakai bagian apa adanya.",
    ),
    # NPZ files
    "study.npz_absent": (
        "There is no file '{path}'. Check the path: in a study document it is relative to the document, on the command line to the current directory. If the data was moved, name the new place, such as --set data.npz=PATH.",
        "Tidak ada berkas '{path}'. Periksa jalurnya; di dokumen studi, jalur dihitung dari letak dokumen itu; di baris perintah (--set), dari direktori kerja. Bila datanya dipindahkan, sebutkan tempat barunya, misalnya --set data.npz=JALUR.",
    ),
    "study.npz_no_archive": (
        "'{path}' is not an NPZ file (a ZIP archive of arrays). Write it with numpy.savez.",
        "'{path}' bukan berkas NPZ (arsip ZIP berisi larik). Tulis dengan numpy.savez.",
    ),
    "study.npz_broken": (
        "'{path}' cannot be read as an NPZ file: {reason}. Write it with numpy.savez.",
        "'{path}' tidak dapat dibaca sebagai berkas NPZ: {reason}. Tulis dengan numpy.savez.",
    ),
    "study.npz_objects": (
        "the array '{name}' in '{path}' holds Python objects, which are not read. Save it as {expected}.",
        "larik '{name}' di '{path}' berisi objek Python, yang tidak dibaca. Simpan sebagai {expected}.",
    ),
    "study.npz_no_pair": (
        "'{path}' has the arrays {got}; expected images and labels, such as x_train and y_train (with x_test and y_test), "
        "train_images and train_labels (with val_ and test_), or images and labels.",
        "'{path}' berisi larik {got}; diharapkan gambar dan label, misalnya x_train dan y_train (dengan x_test dan y_test), "
        "train_images dan train_labels (dengan val_ dan test_), atau images dan labels.",
    ),
    "study.npz_half": (
        "'{path}' has the array '{name}' but no {missing} for the same part. Add them, or remove '{name}'.",
        "'{path}' memuat larik '{name}' tanpa {missing} untuk bagian yang sama. Tambahkan, atau hapus '{name}'.",
    ),
    "study.npz_twice": (
        "'{path}' has two arrays for the same thing: {names}. Keep one of them.",
        "'{path}' memuat dua larik untuk hal yang sama: {names}. Sisakan salah satu.",
    ),
    "study.npz_images": (
        "the array '{name}' in '{path}' is {got}; expected uint8 of shape [n, height, width] or [n, height, width, 1 or 3]. {hint}",
        "larik '{name}' di '{path}' adalah {got}; diharapkan uint8 berbentuk [n, tinggi, lebar] atau [n, tinggi, lebar, 1 atau 3]. "
        "{hint}",
    ),
    "study.npz_hint_floats": (
        "If values lie between 0 and 1: (x * 255).round().astype('uint8').",
        "Jika nilainya antara 0 dan 1: (x * 255).round().astype('uint8').",
    ),
    "study.npz_hint_channels": (
        "Channels come last: x.transpose(0, 2, 3, 1).",
        "Kanal diletakkan terakhir: x.transpose(0, 2, 3, 1).",
    ),
    "study.npz_labels": (
        "the array '{name}' in '{path}' is {got}; expected one whole number or one name for each image: shape [n] or [n, 1].",
        "larik '{name}' di '{path}' adalah {got}; diharapkan satu bilangan bulat atau satu nama untuk tiap gambar: bentuk [n] "
        "atau [n, 1].",
    ),
    "study.npz_counts": (
        "'{path}' has {images} {images:image|images} in '{name}' but {labels} {labels:label|labels} in '{other}'. Each image needs one label.",
        "'{path}' berisi {images} gambar di '{name}' tetapi {labels} label di '{other}'. Tiap gambar memerlukan satu label.",
    ),
    "study.npz_sizes": (
        "'{path}' has images of {got} in '{name}' and of {expected} in '{other}'. All parts need the same height, width and channels.",
        "'{path}' berisi gambar {got} di '{name}' dan {expected} di '{other}'. Semua bagian harus sama tinggi, lebar, dan kanalnya.",
    ),
    "study.npz_untrained_class": (
        "'{path}' has the class '{name}' in '{other}' but not in the training part. A class needs training images.",
        "'{path}' memuat kelas '{name}' di '{other}' tetapi tidak di bagian latih. Tiap kelas memerlukan gambar latih.",
    ),
    "study.npz_one_class": (
        "'{path}' has only the class '{found}' in its training part. Expected at least two.",
        "'{path}' hanya memiliki kelas '{found}' di bagian latih. Diharapkan sedikitnya dua.",
    ),
    "study.npz_masks": (
        "an NPZ file holds no masks, so it cannot be segmented. Give a `folder` with images/ and masks/, or a `table` with path and mask.",
        "berkas NPZ tidak memuat mask, jadi tidak dapat disegmentasi. Berikan `folder` berisi images/ dan masks/, atau `table` "
        "berisi path dan mask.",
    ),
}
