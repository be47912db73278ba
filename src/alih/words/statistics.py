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
    "statistics.look": ("look {n}", "pengamatan ke-{n}"),
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
