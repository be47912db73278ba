"""Sentences of the room `statistics`."""

WORDS: dict[str, tuple[str, str]] = {
    "statistics.cure_looks": (
        "It holds the looks that `alih compare` keeps. Restore it from a copy; if there is none, delete it: "
        "the next verdict then counts as the first look, so say in your text that there were earlier ones.",
        "Berkas ini memuat pengamatan yang disimpan `alih compare`. Pulihkan dari salinan; bila tidak ada, hapus: "
        "putusan berikutnya akan terhitung sebagai pengamatan pertama, jadi sebutkan dalam tulisan Anda bahwa sudah ada pengamatan sebelumnya.",
    ),
    "statistics.looks_lost": (
        "Verdicts were given here before that looks.json does not list (missing: {count}); it was deleted or replaced. The level that they spent is "
        "not counted, so this verdict claims more certainty than it should. Restore looks.json from a copy; if there is none, say in your text that "
        "there were earlier looks.",
        "Di sini pernah diberikan putusan yang tidak tercatat di looks.json (hilang: {count}); berkas itu dihapus atau diganti. Taraf yang telah "
        "terpakai tidak ikut dihitung, sehingga putusan ini tampak lebih pasti daripada semestinya. Pulihkan looks.json dari salinan; bila tidak ada, "
        "sebutkan dalam tulisan Anda bahwa sudah ada pengamatan sebelumnya.",
    ),
    "statistics.look_not_recorded": (
        "This look could not be recorded ({reason}), so a later verdict on more data will not know of it: count it yourself, or look again where "
        "the folder can be written.",
        "Pengamatan ini tidak dapat dicatat ({reason}), sehingga putusan berikutnya dengan data lebih banyak tidak akan mengetahuinya: hitung sendiri, "
        "atau ulangi pengamatan di tempat yang foldernya dapat ditulisi.",
    ),
    "statistics.earlier_rules": (
        "{n:The first look|The first {n} looks} at these arms {n:was|were} judged under earlier rules (every comparison weighed the same, and each look "
        "spent half of the level that was left). The verdicts stand, and what was spent counts: later looks share what is left.",
        "{n:Pengamatan pertama|{n} pengamatan pertama} atas varian-varian ini dinilai menurut aturan terdahulu (semua perbandingan berbobot sama dan setiap "
        "pengamatan memakai setengah dari sisa taraf). Putusannya tetap berlaku dan taraf yang terpakai tetap dihitung: pengamatan berikutnya memakai sisanya.",
    ),
    "statistics.one_item": (
        "The arms were scored on {items} test {items:item|items}; at least 2 are needed for an interval. Give the comparison more test items.",
        "Varian hanya dinilai pada {items} butir; selang kepercayaan memerlukan sedikitnya 2. Tambah butir uji untuk perbandingan ini.",
    ),
    "statistics.one_fold": (
        "An interval needs at least 2 folds, got {folds}. Run more folds of the study.",
        "Hanya ada {folds} lipatan; selang kepercayaan memerlukan sedikitnya 2. Jalankan lebih banyak lipatan dari studi ini.",
    ),
    "statistics.not_finite": (
        "{count} of {total} scores are NaN or infinite, so no interval exists. Every score must be a finite number: run the cells "
        "again whose scores are damaged, or leave the metric out of compare.metrics.",
        "{count} dari {total} skor bernilai NaN atau tak hingga, sehingga selang kepercayaan tidak dapat dihitung. Setiap skor harus berupa "
        "bilangan berhingga: jalankan ulang sel yang skornya rusak, atau keluarkan metrik itu dari compare.metrics.",
    ),
    "statistics.shapes_differ": (
        "Arm '{arm}' has scores of shape {got}, baseline '{baseline}' of shape {expected}. Both need one row per replicate "
        "(a single row if seeds change nothing) and the same items in the same order.",
        "Varian '{arm}' mempunyai skor berukuran {got}, varian dasar '{baseline}' berukuran {expected}. Keduanya memerlukan satu "
        "baris per ulangan (satu baris saja bila seed tidak mengubah apa pun) dan butir yang sama dengan urutan yang sama.",
    ),
    "statistics.bad_level": (
        "The level got {level}, expected a probability between 0 and 1, for example 0.05.",
        "Taraf diisi {level}; seharusnya peluang antara 0 dan 1, misalnya 0.05.",
    ),
    "statistics.metric.accuracy": ("accuracy", "akurasi"),
    "statistics.metric.log_loss": (
        "log loss (lower is better)",
        "log loss (makin rendah makin baik)",
    ),
    "statistics.metric.brier": (
        "the Brier score (lower is better)",
        "skor Brier (makin rendah makin baik)",
    ),
    "statistics.metric.balanced_accuracy": ("balanced accuracy", "akurasi seimbang"),
    "statistics.metric.macro_f1": ("macro F1", "F1 makro"),
    "statistics.metric.ece": (
        "calibration error (lower is better)",
        "galat kalibrasi (makin rendah makin baik)",
    ),
    "statistics.metric.iou_macro": ("mean IoU", "IoU rata-rata"),
    "statistics.metric.iou_micro": ("micro IoU", "IoU mikro"),
    "statistics.metric.dice_macro": ("mean Dice", "Dice rata-rata"),
    "statistics.metric.dice_micro": ("micro Dice", "Dice mikro"),
    "statistics.metric.pixel_accuracy": ("pixel accuracy", "akurasi piksel"),
    "statistics.metric.iou_foreground": ("foreground IoU", "IoU latar depan"),
    "statistics.metric.boundary_f1": ("boundary F1", "F1 batas"),
    "statistics.bound": (
        "Comparisons were added after others had been judged: together, the chance that any verdict of this study is false can be up to "
        "{bound} instead of {level}. Plan all arms, metrics and pairs before the first look.",
        "Ada perbandingan yang ditambahkan setelah yang lain dinilai: bersama-sama, peluang bahwa ada putusan studi ini yang keliru bisa "
        "mencapai {bound}, bukan {level}. Rencanakan semua varian, metrik, dan pasangan sebelum pengamatan pertama.",
    ),
    "statistics.other_pairs": (
        "All arms are compared with '{baseline}'. To compare two of the others, name one as the baseline: {command}. Each pair looked at "
        "in this way adds up to {cost} to the chance that a verdict of this study is false.",
        "Semua varian dibandingkan dengan '{baseline}'. Untuk membandingkan dua varian lain, jadikan salah satunya varian dasar: {command}. "
        "Setiap pasangan yang diamati dengan cara ini menambah paling banyak {cost} pada peluang bahwa ada putusan studi ini yang keliru.",
    ),
    "statistics.points": ("points", "poin"),
    "statistics.look": ("look {n}", "pengamatan ke-{n}"),
    "statistics.numbers": (
        "{mine} vs {theirs}, difference {difference} (plausible range {low} to {high})",
        "{mine} berbanding {theirs}, selisih {difference} (rentang yang masuk akal {low} sampai {high})",
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
        "{arm} and {baseline}: too early to say which is better on {metric}, or that they are the same: {numbers}.",
        "{arm} dan {baseline}: belum dapat dikatakan mana yang lebih baik dalam {metric}, juga belum bahwa keduanya sama: {numbers}.",
    ),
    "statistics.verdict.one_run": (
        "{arm} and {baseline}: one run each cannot tell which is better on {metric} ({means}); a difference may be the luck of that run.",
        "{arm} dan {baseline}: masing-masing satu kali pelatihan tidak dapat menunjukkan mana yang lebih baik dalam {metric} ({means}); selisihnya mungkin kebetulan saja.",
    ),
    "statistics.means": ("{mine} vs {theirs}", "{mine} berbanding {theirs}"),
    "statistics.needs.copies": (
        "Replicates that are copies of one run count once; run them again so that each has a training run of its own.",
        "Ulangan yang merupakan salinan satu pelatihan dihitung sekali; jalankan ulang agar masing-masing dilatih sendiri.",
    ),
    "statistics.verdict.nothing": (
        "{arm}: nothing to compare with {baseline} on {metric} yet; both need the same finished replicate.",
        "{arm}: belum ada yang dapat dibandingkan dengan {baseline} dalam {metric}; keduanya memerlukan ulangan yang sama yang sudah selesai.",
    ),
    "statistics.remark.small": (
        "A difference was found, but it is smaller than the margin of {margin}, which this study set as what matters.",
        "Ada selisih, tetapi lebih kecil daripada batas {margin} yang ditetapkan studi ini sebagai selisih terkecil yang berarti.",
    ),
    "statistics.remark.wins": (
        "Were each trained one more time, {winner} would come out ahead in about {times} of 100 such pairs.",
        "Seandainya masing-masing dilatih satu kali lagi, {winner} akan unggul pada sekitar {times} dari 100 pasangan seperti itu.",
    ),
    "statistics.remark.items": (
        "Neither arm changes with the seed, so the range covers other images only; the randomness of training plays no part.",
        "Kedua varian tidak berubah menurut seed, jadi rentang ini hanya mencakup gambar lain; keacakan pelatihan tidak berperan.",
    ),
    "statistics.needs.first": (
        "Run 3 replicates in all: {command}",
        "Jalankan 3 ulangan seluruhnya: {command}",
    ),
    "statistics.about": ("about {n}", "sekitar {n}"),
    "statistics.more_than": ("more than {n}", "lebih dari {n}"),
    "statistics.needs.rough": (
        "(a rough guess from {n} replicates)",
        "(perkiraan kasar dari {n} ulangan)",
    ),
    "statistics.needs.seed": (
        "If the difference stays about as large, 1 more replicate should settle it{rough}: {command}",
        "Bila selisihnya tetap kira-kira sebesar ini, 1 ulangan lagi seharusnya cukup untuk memutuskannya{rough}: {command}",
    ),
    "statistics.needs.seeds": (
        "If the difference stays about as large, {seeds} replicates in all should settle it{rough}: {command}",
        "Bila selisihnya tetap kira-kira sebesar ini, {seeds} ulangan seluruhnya seharusnya cukup untuk memutuskannya{rough}: {command}",
    ),
    "statistics.needs.more_first": (
        "If the difference stays about as large, {seeds} replicates in all should settle it{rough}. Add a few first and judge again: {command}",
        "Bila selisihnya tetap kira-kira sebesar ini, {seeds} ulangan seluruhnya seharusnya cukup untuk memutuskannya{rough}. Tambah beberapa dahulu, lalu nilai lagi: {command}",
    ),
    "statistics.needs.far": (
        "This does not mean 'the same': if the difference stays about as large, it takes {seeds} replicates in all to settle it.",
        "Ini tidak berarti 'sama': bila selisihnya tetap kira-kira sebesar ini, diperlukan {seeds} ulangan seluruhnya untuk memutuskannya.",
    ),
    "statistics.needs.beyond": (
        "If the difference stays about as large, {seeds} replicates in all should settle it{rough}, more than the study's seeds_max allows.",
        "Bila selisihnya tetap kira-kira sebesar ini, {seeds} ulangan seluruhnya seharusnya cukup untuk memutuskannya{rough}, lebih banyak daripada seeds_max studi ini.",
    ),
    "statistics.needs.both": (
        "More replicates alone would not settle it; if the difference stays about as large, {seeds} replicates with about {items} test images in all should{rough}.",
        "Menambah ulangan saja tidak akan cukup untuk memutuskannya; bila selisihnya tetap kira-kira sebesar ini, {seeds} ulangan dengan sekitar {items} gambar uji seluruhnya seharusnya cukup{rough}.",
    ),
    "statistics.needs.items": (
        "More replicates would not settle it; about {items} test images in all probably would.",
        "Menambah ulangan tidak akan cukup untuk memutuskannya; kemungkinan diperlukan sekitar {items} gambar uji seluruhnya.",
    ),
    "statistics.needs.nothing": (
        "This does not mean 'the same': the difference lies so close to the margin or to zero that many more replicates or test images would probably not settle it{rough}. Report it as undecided.",
        "Ini tidak berarti 'sama': selisihnya begitu dekat dengan batas toleransi atau dengan nol sehingga ulangan atau gambar uji yang jauh lebih banyak pun mungkin tidak cukup untuk memutuskannya{rough}. Laporkan sebagai belum dapat diputuskan.",
    ),
    "statistics.needs.margin": (
        "More runs would hardly settle it{rough}. If you know which difference is too small to matter to you, set it as compare.metrics.{metric}.margin (chosen from what you need, not from the result); then 'practically the same' becomes a possible verdict.",
        "Menambah pelatihan hampir pasti tidak cukup untuk memutuskannya{rough}. Bila Anda tahu selisih sekecil apa yang tidak lagi berarti bagi Anda, tuliskan di compare.metrics.{metric}.margin (ditentukan dari kegunaannya, bukan dari hasilnya); dengan itu putusan 'praktis sama' menjadi mungkin.",
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
