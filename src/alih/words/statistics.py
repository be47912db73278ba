"""Sentences of the room `statistics`."""

WORDS: dict[str, tuple[str, str]] = {
    "statistics.needs.beyond": (
        "About {seeds} replicates would settle it, more than the study's seeds_max allows.",
        "Sekitar {seeds} ulangan akan memastikannya, lebih banyak daripada seeds_max studi ini.",
    ),
    "statistics.damaged_done": (
        "'{path}' cannot be read; expected the checksums of a finished run. Run the study again: the run is recomputed.",
        "'{path}' tidak dapat dibaca; diharapkan checksum dari run yang selesai. Jalankan lagi studinya: run itu dihitung ulang.",
    ),
    "statistics.damaged_looks": (
        "'{path}' cannot be read; expected the list of looks that `alih compare` keeps. Restore it from a copy; if there is none, delete it: "
        "the next verdict then counts as the first look, so say in your text that there were earlier ones.",
        "'{path}' tidak dapat dibaca; diharapkan daftar pengamatan yang disimpan `alih compare`. Pulihkan dari salinan; bila tidak ada, hapus: "
        "putusan berikutnya lalu terhitung sebagai pengamatan pertama, jadi sebutkan dalam tulisan Anda bahwa sudah ada pengamatan sebelumnya.",
    ),
    "statistics.one_item": (
        "The arms were scored on {items} item; at least 2 are needed for an interval. Give the comparison more test items.",
        "Lengan hanya dinilai pada {items} butir; interval memerlukan sedikitnya 2. Tambah butir uji untuk perbandingan ini.",
    ),
    "statistics.one_fold": (
        "{folds} fold came; at least 2 are needed for an interval. Run more folds of the study.",
        "Hanya ada {folds} lipatan; interval memerlukan sedikitnya 2. Jalankan lebih banyak lipatan dari studi ini.",
    ),
    "statistics.not_finite": (
        "{count} of {total} scores are NaN or infinite, so no interval exists. Every score must be a finite number: run the cells "
        "again whose scores are damaged, or leave the metric out of compare.metrics.",
        "{count} dari {total} skor bernilai NaN atau tak hingga, sehingga interval tidak dapat dihitung. Setiap skor harus berupa "
        "bilangan berhingga: jalankan ulang sel yang skornya rusak, atau keluarkan metrik itu dari compare.metrics.",
    ),
    "statistics.shapes_differ": (
        "Arm '{arm}' has scores of shape {got}, baseline '{baseline}' of shape {expected}. Both need one row per replicate "
        "(a single row if seeds change nothing) and the same items in the same order.",
        "Lengan '{arm}' mempunyai skor berukuran {got}, lengan pembanding '{baseline}' berukuran {expected}. Keduanya memerlukan satu "
        "baris per ulangan (satu baris saja bila seed tidak mengubah apa pun) dan butir yang sama dengan urutan yang sama.",
    ),
    "statistics.bad_level": (
        "The level {level} came; a probability between 0 and 1 was expected, for example 0.05.",
        "Taraf {level} diterima; yang diharapkan adalah peluang antara 0 dan 1, misalnya 0.05.",
    ),
    "statistics.metric.accuracy": ("accuracy", "akurasi"),
    "statistics.metric.log_loss": ("log loss (lower is better)", "log loss (makin rendah makin baik)"),
    "statistics.metric.brier": ("the Brier score (lower is better)", "skor Brier (makin rendah makin baik)"),
    "statistics.metric.balanced_accuracy": ("balanced accuracy", "akurasi seimbang"),
    "statistics.metric.macro_f1": ("macro F1", "F1 makro"),
    "statistics.metric.ece": ("calibration error (lower is better)", "galat kalibrasi (makin rendah makin baik)"),
    "statistics.points": ("points", "poin"),
    "statistics.look": ("look {n}", "pengamatan ke-{n}"),
    "statistics.numbers": (
        "{mine} against {theirs}, difference {difference}, plausible range {low} to {high}",
        "{mine} berbanding {theirs}, selisih {difference}, rentang yang masuk akal {low} sampai {high}",
    ),
    "statistics.verdict.better": (
        "{arm}: better than {baseline} on {metric}: {numbers}.",
        "{arm}: lebih baik daripada {baseline} dalam {metric}: {numbers}.",
    ),
    "statistics.verdict.worse": (
        "{arm}: worse than {baseline} on {metric}: {numbers}.",
        "{arm}: lebih buruk daripada {baseline} dalam {metric}: {numbers}.",
    ),
    "statistics.verdict.same": (
        "{arm}: practically the same as {baseline} on {metric}: {numbers}, all within the margin of {margin}.",
        "{arm}: praktis sama dengan {baseline} dalam {metric}: {numbers}, seluruhnya di dalam batas {margin}.",
    ),
    "statistics.verdict.undecided": (
        "{arm}: no verdict yet against {baseline} on {metric}: {numbers}.",
        "{arm}: belum ada putusan terhadap {baseline} dalam {metric}: {numbers}.",
    ),
    "statistics.verdict.nothing": (
        "{arm}: nothing to compare with {baseline} on {metric} yet; both need the same finished replicate.",
        "{arm}: belum ada yang dapat dibandingkan dengan {baseline} dalam {metric}; keduanya memerlukan ulangan yang sama yang sudah selesai.",
    ),
    "statistics.remark.small": (
        "The difference is real but smaller than the margin of {margin} that this study set.",
        "Selisih ini nyata, tetapi lebih kecil daripada batas {margin} yang ditetapkan studi ini.",
    ),
    "statistics.remark.wins": (
        "Train each once more, and {arm} does better than {baseline} about {times} times in 100.",
        "Bila masing-masing dilatih sekali lagi, {arm} mengungguli {baseline} kira-kira {times} dari 100 kali.",
    ),
    "statistics.remark.items": (
        "Neither arm changes with the seed, so the range covers other images only; the randomness of training plays no part.",
        "Kedua lengan tidak berubah menurut seed, jadi rentang ini hanya mencakup gambar lain; keacakan pelatihan tidak berperan.",
    ),
    "statistics.needs.first": (
        "One replicate cannot show how much runs differ by chance, so no verdict is possible. Run at least 3: {command}",
        "Satu ulangan tidak dapat menunjukkan seberapa jauh hasil berbeda karena kebetulan, jadi putusan belum mungkin. Jalankan sedikitnya 3: {command}",
    ),
    "statistics.needs.seed": (
        "About 1 more replicate would settle it: {command}",
        "Sekitar 1 ulangan lagi akan memastikannya: {command}",
    ),
    "statistics.needs.seeds": (
        "About {more} more replicates would settle it: {command}",
        "Sekitar {more} ulangan lagi akan memastikannya: {command}",
    ),
    "statistics.needs.items": (
        "More replicates would not settle it; about {items} test images would.",
        "Menambah ulangan tidak akan memastikannya; sekitar {items} gambar uji akan memastikannya.",
    ),
    "statistics.needs.nothing": (
        "No feasible number of replicates or test images would settle it: the difference lies too close to the margin or to zero.",
        "Tidak ada jumlah ulangan atau gambar uji yang wajar yang dapat memastikannya: selisihnya terlalu dekat dengan batas atau dengan nol.",
    ),
    "statistics.needs.margin": (
        "More runs would hardly settle it. Say in compare.metrics.{metric}.margin which difference is too small to matter; "
        "then 'practically the same' becomes a possible verdict.",
        "Menambah pelatihan hampir tidak akan memastikannya. Tuliskan di compare.metrics.{metric}.margin selisih yang terlalu kecil "
        "untuk berarti; dengan itu putusan 'praktis sama' menjadi mungkin.",
    ),
    "statistics.damaged_scores": (
        "The scores in '{path}' are not the ones that the run wrote (SHA-256 {got}…, expected {expected}…). Delete the file 'done' "
        "beside it and run the study again: only this cell is computed anew.",
        "Skor di '{path}' bukan skor yang ditulis saat pelatihan (SHA-256 {got}…, seharusnya {expected}…). Hapus berkas 'done' di "
        "sampingnya lalu jalankan studi lagi: hanya sel ini yang dihitung ulang.",
    ),
    "statistics.no_scores": (
        "'{path}' is missing or unreadable although the cell is marked as done. Delete the file 'done' beside it and run the study "
        "again: only this cell is computed anew.",
        "'{path}' tidak ada atau tidak terbaca padahal selnya ditandai selesai. Hapus berkas 'done' di sampingnya lalu jalankan "
        "studi lagi: hanya sel ini yang dihitung ulang.",
    ),
    "statistics.items_differ": (
        "'{path}' scores other test items than '{other}' ({got} items against {expected}, or other numbers). Cells of one study must "
        "share their test split: run the study again with --fresh.",
        "'{path}' menilai butir uji yang berbeda dari '{other}' ({got} butir berbanding {expected}, atau nomor lain). Semua sel satu "
        "studi harus memakai bagian uji yang sama: jalankan studi lagi dengan --fresh.",
    ),
}
