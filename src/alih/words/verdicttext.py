"""Sentences of the room `verdicts`, third part: a comparison in words, for studies and score files."""

VERDICT_TEXT: dict[str, tuple[str, str]] = {
    # What studies and score files call their runs and items
    "verdicts.terms.replicate": ("replicate", "ulangan"),
    "verdicts.terms.replicates": ("replicates", "ulangan"),
    "verdicts.terms.seed": ("seed per arm", "seed per varian"),
    "verdicts.terms.seeds": ("seeds per arm", "seed per varian"),
    "verdicts.terms.images": ("test images", "gambar uji"),
    "verdicts.terms.items": ("items", "butir"),
    # The verdict
    "verdicts.lower": ("{metric} (lower is better)", "{metric} (makin rendah makin baik)"),
    "verdicts.means": ("{mine} vs {theirs}", "{mine} berbanding {theirs}"),
    "verdicts.numbers": (
        "{mine} vs {theirs}, difference {difference} ({confidence} range {span})",
        "{mine} berbanding {theirs}, selisih {difference} (rentang {confidence}: {span})",
    ),
    "verdicts.one_run_range": (
        "{confidence}, other {items} only",
        "{confidence}, hanya {items} lain",
    ),
    "verdicts.span": ("{low} to {high}", "{low} s.d. {high}"),
    "verdicts.span_of": ("{low} to {high}", "{low} sampai {high}"),
    "verdicts.paired_member": ("replicate {replicate} alone", "ulangan {replicate} saja"),
    "verdicts.paired_ensemble": ("the ensemble", "ansambelnya"),
    "verdicts.paired_average": ("the average of the weights", "rata-rata bobotnya"),
    "verdicts.paired_nothing": (
        "No metric has a value on {n} images, so the two models cannot be compared. Give the study a larger `split: validation`.",
        "Tidak ada metrik yang punya nilai pada {n} gambar, jadi kedua model tidak dapat dibandingkan. Perbesar `split: validation` studinya.",
    ),
    "verdicts.told.better": (
        "{arm}: better than {baseline} on {metric}: {numbers}.",
        "{arm}: lebih baik daripada {baseline} dalam {metric}: {numbers}.",
    ),
    "verdicts.told.worse": (
        "{arm}: worse than {baseline} on {metric}: {numbers}.",
        "{arm}: lebih buruk daripada {baseline} dalam {metric}: {numbers}.",
    ),
    "verdicts.told.hurts": (
        "{arm}: adaptation hurts; worse than {baseline} on {metric}: {numbers}.",
        "{arm}: adaptasi merugikan; lebih buruk daripada {baseline} dalam {metric}: {numbers}.",
    ),
    "verdicts.told.same": (
        "{arm}: practically the same as {baseline} on {metric}: {numbers}, all within the margin of {margin}.",
        "{arm}: praktis sama dengan {baseline} dalam {metric}: {numbers}, seluruhnya di dalam batas {margin}.",
    ),
    "verdicts.told.undecided": (
        "{arm} and {baseline}: undecided on {metric}: {numbers}.",
        "{arm} dan {baseline}: belum pasti mana yang lebih baik dalam {metric}: {numbers}.",
    ),
    "verdicts.told.one_run": (
        "{arm} and {baseline}: one run each cannot tell which is better on {metric} ({means}).",
        "{arm} dan {baseline}: satu kali pelatihan masing-masing tidak dapat menunjukkan mana yang lebih baik dalam {metric} ({means}).",
    ),
    "verdicts.told.nothing": (
        "{arm}: nothing to compare with {baseline} on {metric} yet; both need the same finished {run}.",
        "{arm}: belum ada yang dapat dibandingkan dengan {baseline} dalam {metric}; keduanya memerlukan {run} yang sama yang sudah selesai.",
    ),
    "verdicts.a_distances": (
        "How far apart source and target lie in what each network’s head reads (proxy A-distance, 0: not to be told apart, 2: wholly): {arms}.",
        "Seberapa jauh sumber dan target terpisah dalam apa yang dibaca kepala tiap jaringan (proxy A-distance, 0: tidak dapat dibedakan, 2: sepenuhnya): {arms}.",
    ),
    "verdicts.a_distance_of": (
        "{arm} {distance} ({low} to {high})",
        "{arm} {distance} ({low} sampai {high})",
    ),
    # Details
    "verdicts.remark.small": (
        "The difference is there, but smaller than the margin of {margin}.",
        "Selisihnya memang ada, tetapi lebih kecil daripada batas {margin}.",
    ),
    "verdicts.remark.items": (
        "Neither arm changes with the seed, so the range covers other {items} only.",
        "Kedua varian tidak berubah menurut seed, jadi rentang ini hanya mencakup {items} lain.",
    ),
    "verdicts.remark.uneven": (
        "All runs count ({arm}: {mine}; {baseline}: {theirs}).",
        "Semua pelatihan ikut dihitung ({arm}: {mine}; {baseline}: {theirs}).",
    ),
    "verdicts.runs_each": ("{mine} vs {theirs}", "{mine} banding {theirs}"),
    "verdicts.remark.plain": ("95 % range: {span}.", "Rentang 95 %: {span}."),
    "verdicts.remark.chance": (
        "With one run of each arm, chance moves the difference in {metric} by {runs} from run to run, and by {by_items} from one set of {n} {items} to another (standard deviations).",
        "Dengan satu pelatihan per varian, kebetulan menggeser selisih {metric} sebesar {runs} dari pelatihan ke pelatihan, dan sebesar {by_items} dari satu kumpulan {n} {items} ke kumpulan lain (simpangan baku).",
    ),
    "verdicts.heading": (
        "{metric}, compared with {baseline} (n: {n})",
        "{metric}, dibandingkan dengan {baseline} (n: {n})",
    ),
    "verdicts.remark.groups": (
        "The {items} come in {n} groups: the range allows for other groups, not only for other {items} of these.",
        "Ada {n} kelompok {items}: rentang ini mencakup kelompok lain, tidak hanya {items} lain dari kelompok yang sama.",
    ),
    "verdicts.remark.one_group": (
        "All {items} belong to one group: the range says nothing about other groups.",
        "Semua {items} termasuk satu kelompok: rentang ini tidak mengatakan apa pun tentang kelompok lain.",
    ),
    # What would settle it
    "verdicts.about": ("about {n}", "sekitar {n}"),
    "verdicts.more_than": ("more than {n}", "lebih dari {n}"),
    "verdicts.rough": ("(a rough guess)", "(perkiraan kasar)"),
    "verdicts.settles.first": (
        "a verdict needs at least 3 {runs} ({so_far} so far)",
        "putusan memerlukan sedikitnya 3 {runs} (baru ada {so_far})",
    ),
    "verdicts.settles.copies": (
        "copies of one run count once: run them again",
        "salinan satu pelatihan dihitung sekali: jalankan ulang",
    ),
    "verdicts.settles.spent": (
        "looks have spent its whole level of error, so nothing can settle it here: report it as undecided, or ask a new study on other {items}",
        "pengamatan sudah menghabiskan seluruh taraf kesalahannya, jadi di sini tidak ada yang dapat memutuskannya: laporkan sebagai belum pasti, atau buat studi baru pada {items} lain",
    ),
    "verdicts.settles.seeds": (
        "{count} {runs} in all may settle it",
        "{count} {runs} seluruhnya mungkin cukup",
    ),
    "verdicts.settles.far": ("it would take {count} {runs}", "perlu {count} {runs}"),
    "verdicts.settles.beyond": (
        "it would take {count} {runs}, more than seeds_max allows",
        "perlu {count} {runs}, lebih banyak daripada seeds_max",
    ),
    "verdicts.settles.both": (
        "{count} {runs} with about {units} {items} in all may settle it",
        "{count} {runs} dengan sekitar {units} {items} seluruhnya mungkin cukup",
    ),
    "verdicts.settles.items": (
        "about {units} {items} in all may settle it, more {runs} would not",
        "sekitar {units} {items} seluruhnya mungkin cukup, menambah {runs} tidak",
    ),
    "verdicts.settles.groups": (
        "about {groups} groups with {units} {items} in all may settle it, more {runs} would not",
        "sekitar {groups} kelompok dengan {units} {items} seluruhnya mungkin cukup, menambah {runs} tidak",
    ),
    "verdicts.settles.both_groups": (
        "{count} {runs} with about {groups} groups ({units} {items}) in all may settle it",
        "{count} {runs} dengan sekitar {groups} kelompok ({units} {items}) seluruhnya mungkin cukup",
    ),
    "verdicts.settles.few_groups": (
        "{groups} groups are the least for a verdict about other groups",
        "putusan tentang kelompok lain memerlukan sedikitnya {groups} kelompok",
    ),
    "verdicts.settles.nothing": (
        "hardly to be settled: report it as undecided",
        "hampir mustahil diputuskan: laporkan sebagai belum pasti",
    ),
    "verdicts.settles.margin": (
        "hardly to be settled; a margin ({option}), chosen from what you need, allows 'the same'",
        "hampir mustahil diputuskan; batas toleransi ({option}) menurut kebutuhan Anda memungkinkan 'sama'",
    ),
}
