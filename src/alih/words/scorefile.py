"""Sentences of the room `reports`, third part: what is wrong with a table of scores from another tool."""

FILE_TEXT: dict[str, tuple[str, str]] = {
    "reports.file.missing": (
        "There is no file '{path}'. Expected a CSV file with the columns arm, seed, item and score (or label and prediction).",
        "Tidak ada berkas '{path}'. Diharapkan berkas CSV dengan kolom arm, seed, item, dan score (atau label dan prediction).",
    ),
    "reports.file.unreadable": (
        "'{path}' cannot be read: {reason}. Check the file's permissions.",
        "'{path}' tidak dapat dibaca: {reason}. Periksa izin berkasnya.",
    ),
    "reports.file.folder": (
        "'{path}' is a folder; expected one CSV file with the columns arm, seed, item and score (or label and prediction).",
        "'{path}' adalah folder; diharapkan satu berkas CSV dengan kolom arm, seed, item, dan score (atau label dan prediction).",
    ),
    "reports.file.study_folder": (
        "'{path}' is a study folder; its verdicts come from: alih compare {path!q}",
        "'{path}' adalah folder studi; putusannya ditampilkan dengan: alih compare {path!q}",
    ),
    "reports.file.empty": (
        "'{path}' is empty. Expected a first line with the columns arm, seed, item and score (or label and prediction), then one line per score.",
        "'{path}' kosong. Diharapkan baris pertama berisi kolom arm, seed, item, dan score (atau label dan prediction), lalu satu baris per skor.",
    ),
    "reports.file.only_header": (
        "{path}, line {line}: the column names are there, but no rows follow. Expected one line per arm, seed and item.",
        "{path}, baris {line}: nama kolom ada, tetapi tidak diikuti baris data. Diharapkan satu baris per arm, seed, dan item.",
    ),
    "reports.file.workbook": (
        "'{path}' is a spreadsheet workbook, not a CSV file. Save it as 'CSV UTF-8' from the spreadsheet and give that file.",
        "'{path}' adalah buku kerja lembar sebar, bukan berkas CSV. Simpan sebagai 'CSV UTF-8' dari lembar sebar lalu berikan berkas itu.",
    ),
    "reports.file.utf16": (
        "'{path}' is written in UTF-16; expected UTF-8. Save it as 'CSV UTF-8', or convert it: iconv -f UTF-16 -t UTF-8",
        "'{path}' ditulis dalam UTF-16; diharapkan UTF-8. Simpan sebagai 'CSV UTF-8', atau ubah dengan: iconv -f UTF-16 -t UTF-8",
    ),
    "reports.file.binary": (
        "'{path}' is not a text file. Expected a CSV file in UTF-8 with the columns arm, seed, item and score (or label and prediction).",
        "'{path}' bukan berkas teks. Diharapkan berkas CSV dalam UTF-8 dengan kolom arm, seed, item, dan score (atau label dan prediction).",
    ),
    "reports.file.not_utf8": (
        "{path}, line {line}: the byte {byte} is not valid UTF-8. Save the file as 'CSV UTF-8' and try again.",
        "{path}, baris {line}: byte {byte} bukan UTF-8. Simpan berkas sebagai 'CSV UTF-8' lalu coba lagi.",
    ),
    "reports.file.not_csv": (
        "{path}, line {line}: this cannot be read as CSV ({reason}). Look for a quotation mark that is opened and never closed.",
        "{path}, baris {line}: tidak dapat dibaca sebagai CSV ({reason}). Periksa tanda kutip yang dibuka tetapi tidak ditutup.",
    ),
    "reports.file.no_rows": (
        "Expected rows as mappings, such as {{'arm': 'a', 'seed': 0, 'item': 1, 'score': 0.5}}, or columns of equal length; got: {came}.",
        "Diharapkan baris berupa pemetaan, misalnya {{'arm': 'a', 'seed': 0, 'item': 1, 'score': 0.5}}, atau kolom yang sama panjang; yang ada: {came}.",
    ),
    "reports.file.no_header": (
        "{path}, line {line}: no column names were found; got: {came}. Expected a first line with arm, seed, item and score (or label and prediction).",
        "{path}, baris {line}: nama kolom tidak ditemukan; yang ada: {came}. Diharapkan baris pertama berisi arm, seed, item, dan score (atau label dan prediction).",
    ),
    "reports.file.no_column": (
        "{path}, line {line}: the column '{name}' is missing; got: {came}.{near} Expected arm, seed, item and score (or label and prediction).",
        "{path}, baris {line}: kolom '{name}' tidak ada; yang ada: {came}.{near} Diharapkan arm, seed, item, dan score (atau label dan prediction).",
    ),
    "reports.file.no_seed": (
        "{path}, line {line}: the column '{name}' (or 'replicate') is missing; got: {came}.{near} Add it; leave its cells empty for arms "
        "that do not depend on the seed.",
        "{path}, baris {line}: kolom '{name}' (atau 'replicate') tidak ada; yang ada: {came}.{near} Tambahkan kolom itu; kosongkan selnya untuk "
        "varian yang tidak bergantung pada seed.",
    ),
    "reports.file.no_values": (
        "{path}, line {line}: no values to compare; got: {came}.{near} Expected a column 'score', or both 'label' and 'prediction'.",
        "{path}, baris {line}: tidak ada nilai untuk dibandingkan; yang ada: {came}.{near} Diharapkan kolom 'score', atau 'label' dan 'prediction' sekaligus.",
    ),
    "reports.file.column_twice": (
        "{path}, line {line}: the column '{name}' stands there more than once. Rename or remove one of them.",
        "{path}, baris {line}: kolom '{name}' muncul lebih dari satu kali. Ganti nama atau hapus salah satunya.",
    ),
    "reports.file.width": (
        "{path}, line {line}: got {got} cells, expected {expected} as in the first line. Complete or remove this line.",
        "{path}, baris {line}: ada {got} sel, diharapkan {expected} seperti pada baris pertama. Lengkapi atau hapus baris ini.",
    ),
    "reports.file.decimal_comma": (
        "{path}, line {line}: got {got} cells, expected {expected} as in the first line. If decimals are written with a comma, separate the "
        "columns by semicolons.",
        "{path}, baris {line}: ada {got} sel, diharapkan {expected} seperti pada baris pertama. Bila desimal ditulis dengan koma, pisahkan "
        "kolom dengan titik koma.",
    ),
    "reports.file.empty_cell": (
        "{path}, line {line}: the cell of '{name}' is empty. Fill it in, or remove the line.",
        "{path}, baris {line}: sel '{name}' kosong. Isi sel itu, atau hapus barisnya.",
    ),
    "reports.file.not_a_number": (
        "{path}, line {line}: the score '{value}' is not a number. Expected one like 0.93 (or 0,93).",
        "{path}, baris {line}: skor '{value}' bukan bilangan. Diharapkan bilangan seperti 0,93 (atau 0.93).",
    ),
    "reports.file.too_large": (
        "'{path}', line {line}: the score {value} is too large to compute with. Divide all scores by the same number, so that none is beyond 1e60.",
        "'{path}', baris {line}: skor {value} terlalu besar untuk dihitung. Bagilah semua skor dengan bilangan yang sama sehingga tidak ada yang melebihi 1e60.",
    ),
    "reports.file.too_small": (
        "'{path}', line {line}: the scores (here {value}) differ by less than 1e-60, too little to compute with. Multiply all scores by the same number.",
        "'{path}', baris {line}: selisih antarskor (di sini {value}) kurang dari 1e-60, terlalu kecil untuk dihitung. Kalikan semua skor dengan bilangan yang sama.",
    ),
    "reports.file.not_finite": (
        "{path}, line {line}: the score '{value}' is not finite ({count} such scores). Every arm needs a finite score for every item: "
        "find out why this one is missing before comparing.",
        "{path}, baris {line}: skor '{value}' tidak berhingga (ada {count} skor seperti itu). Setiap varian memerlukan skor berhingga untuk "
        "setiap butir: cari tahu sebabnya sebelum membandingkan.",
    ),
    "reports.file.mixed_decimals": (
        "{path}, line {line}: the score '{value}' is written differently from '{other}' in line {first}. Write all decimals with a point, or all with a comma.",
        "{path}, baris {line}: skor '{value}' ditulis berbeda dari '{other}' pada baris {first}. Tulis semua desimal dengan titik, atau semua dengan koma.",
    ),
    "reports.file.share": (
        "{path}, line {line}: {metric} is a share between 0 and 1, got '{value}'. Divide by 100, or give the score another name with --metric.",
        "{path}, baris {line}: {metric} adalah porsi antara 0 dan 1, tetapi tertulis '{value}'. Bagi dengan 100, atau beri skor ini nama lain dengan --metric.",
    ),
    "reports.file.no_group": (
        "'{path}' has no column '{name}' that groups items; further columns: {came}.{near} Name one of them with --group (Python: group=), or give --no-group.",
        "'{path}' tidak memiliki kolom '{name}' untuk mengelompokkan butir; kolom lainnya: {came}.{near} Sebutkan salah satunya dengan --group (Python: group=), atau beri --no-group.",
    ),
    "reports.file.group_used": (
        "'{path}': the column '{name}' is in use already and cannot group items; further columns: {came}. Expected one that says which items belong together, such as a patient.",
        "'{path}': kolom '{name}' sudah dipakai dan tidak dapat mengelompokkan butir; kolom lainnya: {came}. Diharapkan kolom yang menyatakan butir mana yang satu kelompok, misalnya pasien.",
    ),
    "reports.file.two_groups": (
        "{path}, line {line}: the item '{item}' is in group '{group}' (column '{name}'), in line {first} in '{other}'. An item belongs to one group: correct one of them, or give items of different groups different names.",
        "{path}, baris {line}: butir '{item}' ada dalam kelompok '{group}' (kolom '{name}'), pada baris {first} dalam '{other}'. Satu butir hanya boleh dalam satu kelompok: perbaiki salah satunya, atau beri nama berbeda pada butir dari kelompok yang berbeda.",
    ),
    "reports.file.one_group": (
        "'{path}': all items are in one group, '{group}' (column '{name}'). One group says nothing about others: give --no-group for a verdict about more items of this group.",
        "'{path}': semua butir ada dalam satu kelompok, '{group}' (kolom '{name}'). Satu kelompok tidak mengatakan apa pun tentang kelompok lain: beri --no-group untuk putusan tentang butir lain dari kelompok ini.",
    ),
    "reports.file.group_twice": (
        "Both --group {name} and --no-group were given; expected one of them.",
        "--group {name} dan --no-group diberikan bersamaan; diharapkan salah satunya.",
    ),
    "reports.file.one_arm": (
        "'{path}' holds one arm only, '{arm}'. A comparison needs at least two: put the scores of both into one file.",
        "'{path}' hanya memuat satu varian, '{arm}'. Perbandingan memerlukan sedikitnya dua: gabungkan skor keduanya dalam satu berkas.",
    ),
    "reports.file.one_item": (
        "'{path}' holds one item only, '{item}'. At least 2 are needed for an interval, hundreds for a useful one. Give one row per test item, "
        "not one per run.",
        "'{path}' hanya memuat satu butir, '{item}'. Selang kepercayaan memerlukan sedikitnya 2 butir, dan ratusan agar berguna. Berikan satu baris per butir uji, "
        "bukan satu baris per pelatihan.",
    ),
    "reports.file.no_baseline": (
        "Say which arm the others are compared with: --baseline ARM. The arms of '{path}' are: {known}.",
        "Sebutkan varian dasarnya: --baseline VARIAN. Varian di '{path}': {known}.",
    ),
    "reports.file.unknown_baseline": (
        "'{path}' has no arm '{name}' to be the baseline.{near} Its arms are: {known}.",
        "'{path}' tidak memuat varian dasar '{name}'.{near} Varian yang ada: {known}.",
    ),
    "reports.file.some_seeds": (
        "{path}, line {line}: arm '{arm}' has no seed here, but one in line {other}. Fill in all its seeds, or leave all empty if the arm does not "
        "depend on the seed.",
        "{path}, baris {line}: varian '{arm}' tidak memiliki seed di sini, tetapi ada pada baris {other}. Isi semua seed-nya, atau kosongkan semua "
        "bila varian ini tidak bergantung pada seed.",
    ),
    "reports.file.twice": (
        "{path}, line {line}: arm '{arm}', seed '{seed}', item '{item}' is already in line {first} ({count} {count:row|rows} too many in all). "
        "Keep one row per arm, seed and item.",
        "{path}, baris {line}: varian '{arm}', seed '{seed}', butir '{item}' sudah ada pada baris {first} (seluruhnya {count} baris berlebih). "
        "Sisakan satu baris per varian, seed, dan butir.",
    ),
    "reports.file.missing_pairs": (
        "{path}: arm '{arm}', seed '{seed}' lacks {count} of {items} {items:item|items}: {names}. Arm '{other}' has item '{item}' in line {line}. "
        "All arms and seeds must be scored on the same items ({runs} incomplete); the folds of a cross-validation are not, and have no verdict here.",
        "{path}: varian '{arm}', seed '{seed}' kekurangan {count} dari {items} butir: {names}. Varian '{other}' memiliki butir '{item}' pada baris {line}. "
        "Semua varian dan seed harus dinilai pada butir yang sama ({runs} belum lengkap); lipatan validasi silang tidak demikian, dan tidak diputuskan di sini.",
    ),
    "reports.file.labels_differ": (
        "{path}, line {line}: item '{item}' has the label '{label}' here and '{other}' in line {first}. An item has one true label.",
        "{path}, baris {line}: butir '{item}' berlabel '{label}' di sini, tetapi '{other}' pada baris {first}. Satu butir hanya memiliki satu label sebenarnya.",
    ),
    "reports.file.no_common_class": (
        "'{path}': no label occurs among the predictions. Labels: {labels}; predictions: {predictions}. Write both with the same names or numbers.",
        "'{path}': tidak ada label yang muncul di antara prediksi. Label: {labels}; prediksi: {predictions}. Tulis keduanya dengan nama atau nomor yang sama.",
    ),
    "reports.file.metric": (
        "--metric {metric}: label and prediction give one of: {known}.{near} For another metric, write each item's value into a column 'score'.",
        "--metric {metric}: label dan prediction memberikan salah satu dari: {known}.{near} Untuk metrik lain, tulis nilai setiap butir di kolom 'score'.",
    ),
    "reports.file.metric_near": (
        "--metric {metric}: there is no such metric, but '{near}' is nearly the same. Write {near}, or give scores of another kind another name (and --lower-is-better where less is better).",
        "--metric {metric}: tidak ada metrik itu, tetapi '{near}' hampir sama. Tulis {near}, atau beri nama lain untuk skor jenis lain (dan --lower-is-better bila makin kecil makin baik).",
    ),
    "reports.file.direction": (
        "--lower-is-better was given, but {metric} is better when higher. Leave the option out, or give the score another name with --metric.",
        "--lower-is-better diberikan, padahal {metric} makin tinggi makin baik. Hilangkan opsi itu, atau beri skor nama lain dengan --metric.",
    ),
    "reports.file.margin": (
        "--margin {margin}: expected a number above 0, in units of the score, for example 0.01.",
        "--margin {margin}: diharapkan bilangan di atas 0, dalam satuan skor, misalnya 0.01.",
    ),
    "reports.file.margin_range": (
        "--margin {margin:g}: two values of {metric} differ by at most {most:g}, so every difference would count as the same. Did you mean {meant:g}?",
        "--margin {margin:g}: dua nilai {metric} berselisih paling banyak {most:g}, sehingga setiap selisih akan terhitung sama. Apakah maksud Anda {meant:g}?",
    ),
    "reports.file.look": (
        "--look {look}: expected 1 for the first look at these results, 2 for the next, and so on up to {most}.",
        "--look {look}: diharapkan 1 untuk pengamatan pertama atas hasil ini, 2 untuk yang berikutnya, dan seterusnya sampai {most}.",
    ),
    "reports.file.overwrites": (
        "-o {path} would overwrite the scores themselves. Give the report another name, for example report.html.",
        "-o {path} akan menimpa berkas skornya sendiri. Beri laporan nama lain, misalnya report.html.",
    ),
}
