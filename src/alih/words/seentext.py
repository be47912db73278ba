"""What was understood of a folder, what was found in it, and layouts that are asked about."""

SEEN_TEXT: dict[str, tuple[str, str]] = {
    "study.seen_source": ("Source {name}", "Sumber {name}"),
    "study.seen_target": ("Target {name}", "Target {name}"),
    "study.seen_classes": ("{n} {n:class|classes}: {classes}", "{n} kelas: {classes}"),
    "study.seen_many_classes": (
        "{n} {n:class|classes} of {smallest} to {largest} {largest:image|images}: {classes}",
        "{n} kelas berisi {smallest} hingga {largest} gambar: {classes}",
    ),
    "study.seen_even_classes": (
        "{n} {n:class|classes} of {each} {each:image|images}: {classes}",
        "{n} kelas berisi {each} gambar: {classes}",
    ),
    "study.seen_masks": (
        "{items} {items:image|images} with masks, {n} {n:class|classes} of pixels: {classes}",
        "{items} gambar dengan mask, {n} kelas piksel: {classes}",
    ),
    "study.seen_parts": ("parts: {parts}", "bagian: {parts}"),
    "study.seen_part_train": ("train", "latih"),
    "study.seen_part_validation": ("validation", "validasi"),
    "study.seen_part_test": ("test", "uji"),
    "study.seen_drawn": (" (drawn)", " (diundi)"),
    "study.seen_folds": (
        "parts: {items} {items:image|images} in {folds} {folds:fold|folds}, each of which is the test part once",
        "bagian: {items} gambar dalam {folds} lipatan, masing-masing sekali menjadi bagian uji",
    ),
    "study.seen_formats": ("images: {formats}", "gambar: {formats}"),
    "study.seen_files": (
        "images: {formats}; {size} pixels{looked}",
        "gambar: {formats}; {size} piksel{looked}",
    ),
    "study.of_source": ("source", "sumber"),
    "study.of_target": ("target", "target"),
    "study.seen_unified": (
        "Both domains are decoded to {size} × {size} pixels and {channels} {channels:channel|channels}{changes}.",
        "Kedua domain didekode menjadi {size} × {size} piksel dan {channels} kanal{changes}.",
    ),
    "study.seen_enlarged": (
        "; images of the {domain} are enlarged from {own}",
        "; gambar {domain} diperbesar dari {own}",
    ),
    "study.seen_reduced": (
        "; images of the {domain} are reduced from {own}",
        "; gambar {domain} diperkecil dari {own}",
    ),
    "study.seen_coloured": (
        "; gray images of the {domain} get three equal channels",
        "; gambar abu-abu {domain} mendapat tiga kanal yang sama",
    ),
    "study.seen_grayed": (
        "; images of the {domain} lose their colours",
        "; gambar {domain} kehilangan warnanya",
    ),
    "study.seen_arrays": (
        "images: arrays, {size} pixels, {channels} {channels:channel|channels}",
        "gambar: larik, {size} piksel, {channels} kanal",
    ),
    "study.seen_some": (" ({n} {n:file|files} looked at)", " ({n} berkas dilihat)"),
    "study.seen_left": ("left out: {files}", "tidak dipakai: {files}"),
    "study.seen_left_unread": (
        "{files} (image formats that are not read)",
        "{files} (format gambar yang tidak dibaca)",
    ),
    "study.seen_left_junk": (
        "{files} (left by file managers, or hidden)",
        "{files} (sisa pengelola berkas, atau tersembunyi)",
    ),
    "study.seen_left_others": ("{files} (no images)", "{files} (bukan gambar)"),
    "study.left_hidden": ("hidden", "tersembunyi"),
    "study.left_bare": ("without an ending", "tanpa akhiran"),
    # Findings
    "study.classes_alike": (
        "Classes whose names differ only in capitals, spaces, - or _: {names}. If they are one class, give them one name.",
        "Kelas yang namanya hanya berbeda huruf besar, spasi, - atau _: {names}. Jika sebenarnya satu kelas, samakan namanya.",
    ),
    "study.groups_in_names": (
        "File names seem to name {count} groups, such as {example}. If images of one group show the same patient, video or place, keep them in one part: `group: '{group}'` under `split`. Otherwise what was learnt by heart may be tested.",
        "Nama berkas tampaknya menyebut {count} kelompok, misalnya {example}. Jika gambar dalam satu kelompok menampilkan pasien, video, atau tempat yang sama, simpan di bagian yang sama: `group: '{group}'` pada `split`. Jika tidak, yang diuji bisa jadi gambar yang sudah dihafal.",
    ),
    "study.groups_in_column": (
        "The column '{group}' seems to name {count} groups, such as {example}. If images of one group belong together, keep them in one part: `group: {group}` under `split`. Otherwise what was learnt by heart may be tested.",
        "Kolom '{group}' tampaknya menyebut {count} kelompok, misalnya {example}. Jika gambar dalam satu kelompok memang sekelompok, simpan di bagian yang sama: `group: {group}` pada `split`. Jika tidak, yang diuji bisa jadi gambar yang sudah dihafal.",
    ),
    "study.groups_beside": (
        "The table '{table}' names these files and has a column '{group}' with {count} different values. If it says which images belong together, use the table for the study: `data: {{table: …}}` with the columns path and label, and `group: {group}` under `split`.",
        "Tabel '{table}' menyebut berkas-berkas ini dan memiliki kolom '{group}' dengan {count} nilai berbeda. Jika kolom itu menyatakan gambar mana yang sekelompok, pakailah tabelnya: `data: {{table: …}}` dengan kolom path dan label, dan `group: {group}` pada `split`.",
    ),
    "study.files_no_images": (
        "{count} of {of} files that were looked at cannot be read as images: {names}. Replace them or move them out of the data; `alih check` reads all files and names all that cannot be used.",
        "{count} dari {of} berkas yang dilihat tidak dapat dibaca sebagai gambar: {names}. Ganti atau pindahkan dari data; `alih check` membaca semua berkas dan menyebutkan semua yang tidak dapat dipakai.",
    ),
    "study.folders_merged": (
        "Folders inside a class count as that class: {names}. If they are the classes, give the folder that holds them.",
        "Folder di dalam suatu kelas dihitung sebagai kelas itu: {names}. Jika folder itu kelasnya, berikan folder yang memuatnya.",
    ),
    "study.images_left_out": (
        "{read:,} of {total:,} image files are used; {files} cannot be read. Convert them to PNG or JPEG, or they take no part.",
        "{read:,} dari {total:,} berkas gambar dipakai; {files} tidak dapat dibaca. Ubah menjadi PNG atau JPEG, atau berkas itu tidak ikut.",
    ),
    "study.images_left_out_hint": (
        "{read:,} of {total:,} image files are used; {files} cannot be read. Convert them to PNG or JPEG, or they take no part.{hint}",
        "{read:,} dari {total:,} berkas gambar dipakai; {files} tidak dapat dibaca. Ubah menjadi PNG atau JPEG, atau berkas itu tidak ikut.{hint}",
    ),
    "study.heic": (
        " HEIC becomes JPEG by `sips -s format jpeg *.heic --out jpeg` (macOS), `heif-convert photo.heic photo.jpg` (Linux) or `magick mogrify -format jpg *.heic`; an iPhone takes JPEG under Settings, Camera, Formats, Most Compatible.",
        " HEIC menjadi JPEG dengan `sips -s format jpeg *.heic --out jpeg` (macOS), `heif-convert foto.heic foto.jpg` (Linux), atau `magick mogrify -format jpg *.heic`; iPhone memotret dalam JPEG lewat Pengaturan, Kamera, Format, Paling Kompatibel.",
    ),
    "study.folder_without_images": (
        "No images in: {names}. These folders are passed over; if one is meant as a class, put its images there.",
        "Tidak ada gambar di: {names}. Folder ini dilewati; jika ada yang dimaksudkan sebagai kelas, taruh gambarnya di sana.",
    ),
    "study.folder_link_to_nothing": (
        "Links to folders that are not there: {names}. They are passed over; if one is meant as a class, correct the link.",
        "Tautan ke folder yang tidak ada: {names}. Tautan ini dilewati; jika ada yang dimaksudkan sebagai kelas, betulkan tautannya.",
    ),
    "study.twins_in_classes": (
        "The same image lies in two classes, {count}×: {pairs}. One of the labels is wrong: remove the wrong image.",
        "Gambar yang sama berada di dua kelas, {count}×: {pairs}. Salah satu labelnya keliru: hapus gambar yang salah.",
    ),
    "study.twins_in_parts": (
        "The same image lies in two parts, {count}×: {pairs}. Scores of images that were learnt from are too good: remove one of each.",
        "Gambar yang sama berada di dua bagian, {count}×: {pairs}. Nilai pada gambar yang sudah dipelajari menjadi terlalu baik: hapus salah satunya.",
    ),
    "study.class_one_group": (
        "{count} {count:class lies in a single group|classes lie in a single group each}: {classes}. No group is divided, so {count:it is|they are} either learnt from or tested, never both. Add images of other groups, correct `group`, or leave the {count:class|classes} out with `classes`.",
        "{count} kelas masing-masing berada dalam satu kelompok saja: {classes}. Kelompok tidak dipecah, sehingga kelas itu dipelajari atau diuji, tidak pernah keduanya. Tambah gambar dari kelompok lain, betulkan `group`, atau tinggalkan kelasnya dengan `classes`.",
    ),
    "study.class_single": (
        "{count} {count:class has|classes have} one image: {classes}. It is either learnt from or tested, never both. Add images, or leave the {count:class|classes} out with `classes`.",
        "{count} kelas hanya berisi satu gambar: {classes}. Gambar itu dipelajari atau diuji, tidak pernah keduanya. Tambah gambar, atau tinggalkan kelasnya dengan `classes`.",
    ),
    "study.class_absent_train": (
        "No training images{when} of the classes: {classes}. They cannot be learnt there. Add images, or choose another `split`.",
        "Tidak ada gambar latih{when} untuk kelas: {classes}. Kelas itu tidak dapat dipelajari di sana. Tambah gambar, atau pilih `split` lain.",
    ),
    "study.class_absent_validation": (
        "No validation images{when} of the classes: {classes}. Epochs and trials are chosen without them. Add images, or raise `validation`.",
        "Tidak ada gambar validasi{when} untuk kelas: {classes}. Epoch dan percobaan dipilih tanpa kelas itu. Tambah gambar, atau naikkan `validation`.",
    ),
    "study.class_absent_fold": (
        "No test images{when} of the classes: {classes}. There no score says how well they are told. Add images, or choose fewer folds.",
        "Tidak ada gambar uji{when} untuk kelas: {classes}. Di situ tidak ada skor yang menyatakan seberapa baik kelas itu dikenali. Tambah gambar, atau kurangi jumlah lipatan.",
    ),
    "study.class_absent_test": (
        "No test images{when} of the classes: {classes}. No score says how well they are told; balanced accuracy and macro F1 pass over them. Add images, or test every image once with `scheme: repeated-kfold`.",
        "Tidak ada gambar uji{when} untuk kelas: {classes}. Tidak ada skor tentang kelas itu; akurasi seimbang dan F1 makro melewatinya. Tambah gambar, atau uji tiap gambar sekali dengan `scheme: repeated-kfold`.",
    ),
    "study.class_absent_some": (
        " in {n} of {of} replicates",
        " pada {n} dari {of} ulangan",
    ),
    "study.deep_scaled": (
        "{count} gray {count:file has|files have} more than 8 bits and use a small part of the range: {low:,} becomes black and {high:,} white, for all images alike.",
        "{count} berkas abu-abu memiliki lebih dari 8 bit dan memakai sebagian kecil rentangnya: {low:,} menjadi hitam dan {high:,} menjadi putih, sama untuk semua gambar.",
    ),
    "study.deep_colour": (
        "{count} colour {count:file has|files have} 16 bits and {count:keeps its|keep their} upper 8: darker than expected where only a part of the range is used. Convert to 8 bits if so.",
        "{count} berkas berwarna memiliki 16 bit dan hanya 8 bit teratas yang dipakai: lebih gelap dari semestinya bila hanya sebagian rentang terpakai. Jika begitu, ubah menjadi 8 bit.",
    ),
    "study.copies_together": (
        "{count} {count:file is a copy of another|files are copies of others}: {pairs}. Copies stay in one part together, so that no tested image was learnt from.",
        "{count} berkas adalah salinan dari berkas lain: {pairs}. Salinan tetap berada di satu bagian, agar gambar uji tidak pernah dipelajari.",
    ),
    "study.shared_drawn": (
        "{count} {count:image|images} of the target {count:is|are} in the source, too: {pairs}. The target's test part is drawn, so that "
        "some would be tested that were learnt from with their labels. Remove them from one of the two.",
        "{count} gambar target juga ada di sumber: {pairs}. Bagian uji target diundi, sehingga sebagian akan diuji padahal sudah "
        "dipelajari beserta labelnya. Hapus dari salah satunya.",
    ),
    "study.shared_tested": (
        "{count} {count:image|images} of the target {count:is|are} in the source, too: {pairs}. {tested} of them "
        "{tested:is a test image|are test images} of the target, learnt from with {tested:its label|their labels} in the source. "
        "Remove them from one of the two.",
        "{count} gambar target juga ada di sumber: {pairs}. {tested} di antaranya gambar uji target, padahal sudah dipelajari "
        "beserta labelnya di sumber. Hapus dari salah satunya.",
    ),
    "study.shared_trained": (
        "{count} {count:image|images} of the target {count:is|are} in the source, too: {pairs}. None is a test image, but the labels "
        "of these are known from the source, which `target_labels` does not count.",
        "{count} gambar target juga ada di sumber: {pairs}. Tidak ada yang merupakan gambar uji, tetapi labelnya sudah diketahui dari "
        "sumber, yang tidak dihitung oleh `target_labels`.",
    ),
    "study.validation_without_test": (
        "There is a validation part ({validation:,} images) and no test part: {test:,} training images are drawn for testing. "
        "Write `split: {{test: val}}` to test on the validation part, or "
        "`split: {{scheme: repeated-kfold, folds: 5}}` to test every image once.",
        "Ada bagian validasi ({validation:,} gambar) tetapi tidak ada bagian uji: {test:,} gambar latih diundi untuk pengujian. "
        "Tulis `split: {{test: val}}` untuk menguji dengan bagian validasi, atau "
        "`split: {{scheme: repeated-kfold, folds: 5}}` agar tiap gambar diuji sekali.",
    ),
    # Layouts that are asked about
    "study.folder_parts_bare": (
        "'{path}' holds {names}, which are called like parts, but the images in them lie in no class folders. Sort them into "
        "train/{first}/…, train/{second}/…, test/{first}/… and so on, or list them with their labels in a table "
        "(columns path, label, split). If {names} are classes, write `classes: […]` under `data`.",
        "'{path}' memuat {names}, yang namanya seperti nama bagian, tetapi gambarnya tidak berada di folder kelas. Susun menjadi "
        "train/{first}/…, train/{second}/…, test/{first}/… dan seterusnya, atau daftarkan beserta labelnya dalam tabel "
        "(kolom path, label, split). Jika {names} memang kelas, tulis `classes: […]` pada `data`.",
    ),
    "study.folder_parts_named": (
        "'{path}' holds {names}, which look like parts under other names. Expected train, val and test: {moves}. "
        "If they are classes, write `classes: […]` under `data`.",
        "'{path}' memuat {names}, yang tampaknya bagian dengan nama lain. Yang diharapkan train, val, dan test: {moves}. "
        "Jika memang kelas, tulis `classes: […]` pada `data`.",
    ),
    "study.folder_move": ("mv {old!q} {new!q}", "mv {old!q} {new!q}"),
    "study.folder_like_domains": (
        "{names} in '{path}' all hold the same folders: {inner}. If {inner} are the classes, {names} are domains: "
        "write `data: {{folder: {first}}}` for one of them, or "
        "`data: {{source: {{folder: {first}}}, target: {{folder: {second}}}}}`. "
        "If {names} are the classes, write `classes: [{classes}]` under `data` (`alih new … --classes`); folders inside, such as "
        "patients, are then kept together by `group: '/([^/]+)/[^/]+$'` under `split`.",
        "{names} di '{path}' semuanya memuat folder yang sama: {inner}. Jika {inner} adalah kelasnya, {names} adalah domain: "
        "tulis `data: {{folder: {first}}}` untuk salah satunya, atau "
        "`data: {{source: {{folder: {first}}}, target: {{folder: {second}}}}}`. "
        "Jika {names} adalah kelasnya, tulis `classes: [{classes}]` pada `data` (`alih new … --classes`); folder di dalamnya, "
        "misalnya pasien, lalu disatukan dengan `group: '/([^/]+)/[^/]+$'` pada `split`.",
    ),
    "study.zip_damaged": (
        "'{path}' cannot be unpacked: {reason}. Copy or download the archive anew, or unpack it yourself and give the folder.",
        "'{path}' tidak dapat dibongkar: {reason}. Salin atau unduh arsipnya sekali lagi, atau bongkar sendiri lalu berikan foldernya.",
    ),
    "study.zip_secret": (
        "'{path}' is protected by a password. Unpack it yourself and give the folder.",
        "'{path}' dilindungi kata sandi. Bongkar sendiri lalu berikan foldernya.",
    ),
    "study.zip_unsafe": (
        "'{path}' holds '{name}', which leads out of the archive or is no plain file, so nothing was unpacked. If you trust it, unpack it yourself and give the folder.",
        "'{path}' memuat '{name}', yang mengarah ke luar arsip atau bukan berkas biasa, jadi tidak ada yang dibongkar. Jika arsipnya tepercaya, bongkar sendiri lalu berikan foldernya.",
    ),
    "study.zip_twice": (
        "'{path}' holds '{name}' twice. Pack the folder anew, or unpack it yourself and give the folder.",
        "'{path}' memuat '{name}' dua kali. Buat ulang arsipnya, atau bongkar sendiri lalu berikan foldernya.",
    ),
    "study.zip_layout": (
        "'{path}' holds {names}, where one folder of images for each class is expected (or train, val and test with these). "
        "Unzip it yourself and give the folder that holds the classes, or make a ZIP with the class folders on top.",
        "'{path}' memuat {names}, padahal yang diharapkan satu folder gambar untuk tiap kelas (atau train, val, dan test yang berisi folder kelas). "
        "Bongkar sendiri lalu berikan folder yang berisi kelas, atau buat ZIP dengan folder kelas di tingkat teratas.",
    ),
    "study.zip_file_and_folder": (
        "'{path}' holds '{name}' both as a file and as a folder, so nothing was unpacked. Pack the folder anew, or give a folder.",
        "'{path}' memuat '{name}' sebagai berkas sekaligus sebagai folder, jadi tidak ada yang dibongkar. Buat ulang arsipnya, atau berikan foldernya.",
    ),
    "study.zip_long_name": (
        "'{path}' holds a name of more than {most} bytes, which no disk here keeps, so nothing was unpacked: '{name}'. Shorten it and pack the folder anew.",
        "'{path}' memuat nama yang lebih panjang dari {most} bita sehingga tidak dapat disimpan di disk, jadi tidak ada yang dibongkar: '{name}'. Perpendek namanya lalu buat ulang arsipnya.",
    ),
    "study.zip_bomb": (
        "'{path}' has {packed:,} bytes and would unpack to {size:,}, far more than images do, so nothing was unpacked. If it is meant so, unpack it yourself and give the folder.",
        "'{path}' berukuran {packed:,} bita dan akan menjadi {size:,} bila dibongkar, jauh melebihi arsip gambar biasa, jadi tidak ada yang dibongkar. Jika memang demikian, bongkar sendiri lalu berikan foldernya.",
    ),
    "study.zip_no_room": (
        "'{path}' unpacks to {size:,} bytes, and only {free:,} are free at {cache}. Free some space, or set ALIH_CACHE to a folder on a larger disk.",
        "'{path}' akan menjadi {size:,} bita bila dibongkar, sedangkan ruang di {cache} tinggal {free:,}. Kosongkan ruang, atau atur ALIH_CACHE ke folder di disk yang lebih besar.",
    ),
    "study.folder_archive": (
        "'{path}' is an archive, and images are read from a folder. Unpack it first: {command}. Then give '{into}'.",
        "'{path}' adalah arsip, sedangkan gambar dibaca dari folder. Buka dahulu: {command}. Lalu berikan '{into}'.",
    ),
    "study.folder_loose_hint": (
        " {count} {count:image lies|images lie} directly in it, such as '{example}': put each into a folder named after its class, or list them with their labels in a table (a CSV file with the columns path and label).",
        " Ada {count} gambar langsung di dalamnya, misalnya '{example}': letakkan masing-masing di folder dengan nama kelasnya, atau daftarkan beserta labelnya dalam tabel (berkas CSV dengan kolom path dan label).",
    ),
    "study.other_spelling": (
        " '{got}' looks like another spelling of '{known}'.",
        " '{got}' tampaknya ejaan lain dari '{known}'.",
    ),
    "study.folder_inner": (
        " There is one folder too many: '{place}' holds {inner}, so give that.",
        " Ada satu tingkat folder yang berlebih: '{place}' memuat {inner}, jadi berikan folder itu.",
    ),
    "study.folder_unpack": (
        " It holds the archive {file}; unpack it first: {command}.",
        " Di dalamnya ada arsip {file}; buka dahulu: {command}.",
    ),
    "study.unpack_zip": ("unzip {file!q} -d {into!q}", "unzip {file!q} -d {into!q}"),
    "study.unpack_tar": (
        "mkdir {into!q} && tar xf {file!q} -C {into!q}",
        "mkdir {into!q} && tar xf {file!q} -C {into!q}",
    ),
    "study.unpack_7z": ("7z x {file!q} -o{into!q}", "7z x {file!q} -o{into!q}"),
    "study.unpack_rar": ("unrar x {file!q} {into!q}/", "unrar x {file!q} {into!q}/"),
}
