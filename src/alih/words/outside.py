"""Sentences of the room `reports`, fourth part: verdicts on score files of other tools, and their page."""

OUTSIDE_TEXT: dict[str, tuple[str, str]] = {
    "reports.metric_score": ("Score", "Skor"),
    "reports.count_seeds": ("{n} seeds", "{n} seed"),
    "reports.count_seeds_one": ("{n} seed", "{n} seed"),
    "reports.outside.next_look": (
        "With more runs, ask again with --look {look}.",
        "Setelah pelatihan bertambah, tanyakan lagi dengan --look {look}.",
    ),
    "reports.outside.plan_looks": (
        "If you mean to check again after adding runs, count the checks: --look 1 now, --look 2 next; otherwise a false 'better' becomes more likely.",
        "Bila akan memeriksa lagi setelah menambah pelatihan, hitung pemeriksaannya: --look 1 sekarang, --look 2 berikutnya; tanpa itu, peluang putusan 'lebih baik' yang keliru membesar.",
    ),
    # What was done with the file
    "reports.outside.decimal_comma": (
        "Decimals in this file are written with a comma and were read so.",
        "Desimal dalam berkas ini ditulis dengan koma dan dibaca demikian.",
    ),
    "reports.outside.small_scores": (
        "These scores are too small to be shown well with four decimals; multiply them in the file, say by 1000. The verdict stays the same.",
        "Skor ini terlalu kecil untuk ditampilkan dengan empat desimal; kalikan di berkasnya, misalnya dengan 1000. Putusannya tetap sama.",
    ),
    "reports.outside.large_scores": (
        "These scores are too large to be read easily; divide them in the file, say by 1000. The verdict stays the same.",
        "Skor ini terlalu besar untuk mudah dibaca; bagilah di berkasnya, misalnya dengan 1000. Putusannya tetap sama.",
    ),
    "reports.outside.ignored": (
        "Used: {used}; left aside: {names}.",
        "Dipakai: {used}; tidak dipakai: {names}.",
    ),
    "reports.outside.groups": (
        "Items with the same “{column}” belong together: {n} groups of {sizes} items. The ranges allow for other groups.",
        "Butir dengan “{column}” yang sama satu kelompok: {n} kelompok dengan {sizes} butir. Rentangnya mencakup kelompok lain.",
    ),
    "reports.outside.groups_alone": (
        "Each item has a “{column}” of its own, so --group changes nothing.",
        "Setiap butir memiliki “{column}” sendiri, jadi --group tidak mengubah apa pun.",
    ),
    "reports.outside.fixed": (
        "Without a seed, taken as not depending on it: {arms}.",
        "Tanpa seed, dianggap tidak bergantung padanya: {arms}.",
    ),
    "reports.outside.in_order": (
        "{arm} and {baseline} name their seeds differently; the seeds were paired in order: {pairs}. Only the items must be the same, so the verdict holds.",
        "{arm} dan {baseline} memiliki nama seed yang berbeda; seed dipasangkan menurut urutan: {pairs}. Hanya butirnya yang harus sama, jadi putusannya sah.",
    ),
    "reports.outside.unpaired": (
        "Seeds of {arm} without a partner in {other}, which count without one: {seeds}.",
        "Seed {arm} tanpa pasangan di {other}, tetap ikut dihitung: {seeds}.",
    ),
    "reports.outside.left_out": (
        "Seeds of {arm} left out of the comparison because {other} has fewer than {least}: {seeds}.",
        "Seed {arm} yang tidak ikut dibandingkan karena {other} memiliki kurang dari {least}: {seeds}.",
    ),
    # Facts
    "reports.outside.term_items": ("Items", "Butir"),
    "reports.outside.term_groups": ("Groups of items", "Kelompok butir"),
    "reports.outside.term_seeds": ("Runs compared", "Pelatihan yang dibandingkan"),
    "reports.outside.term_test": ("What the range covers", "Cakupan rentang"),
    "reports.outside.term_level": ("Chance of a false verdict", "Peluang putusan keliru"),
    "reports.outside.term_look": ("Looks", "Pengamatan"),
    "reports.outside.term_direction": ("Direction", "Arah"),
    "reports.outside.term_margin": ("Margin", "Batas toleransi"),
    "reports.outside.term_file": ("File", "Berkas"),
    "reports.outside.term_rows": ("Rows", "Baris"),
    "reports.outside.term_columns": ("Columns used", "Kolom yang dipakai"),
    "reports.outside.test_replicates_and_items": (
        "other training runs and other items",
        "pelatihan lain dan butir lain",
    ),
    "reports.outside.test_items": (
        "other items (nothing depends on the seed)",
        "butir lain (tidak ada yang bergantung pada seed)",
    ),
    "reports.outside.test_items_only": (
        "other items only (one run)",
        "butir lain saja (satu pelatihan)",
    ),
    "reports.outside.test_replicates_and_items_groups": (
        "other training runs and other groups of items",
        "pelatihan lain dan kelompok butir lain",
    ),
    "reports.outside.test_items_groups": (
        "other groups of items (nothing depends on the seed)",
        "kelompok butir lain (tidak ada yang bergantung pada seed)",
    ),
    "reports.outside.test_items_only_groups": (
        "other groups of items only (one run)",
        "kelompok butir lain saja (satu pelatihan)",
    ),
    "reports.outside.level_one": ("at most {level}", "paling besar {level}"),
    "reports.outside.level": (
        "at most {level}, for all {n} comparisons together",
        "paling besar {level}, untuk seluruh {n} perbandingan bersama-sama",
    ),
    "reports.outside.only_look": (
        "the only look planned, at the full level",
        "satu-satunya pengamatan yang direncanakan, pada taraf penuh",
    ),
    "reports.outside.planned_look": ("look {n} of several", "pengamatan ke-{n} dari beberapa"),
    "reports.outside.assumed_higher": (
        "Higher scores are taken to be better. Where less is better: --lower-is-better.",
        "Skor yang lebih tinggi dianggap lebih baik. Bila makin kecil makin baik: --lower-is-better.",
    ),
    "reports.outside.higher": ("higher is better", "makin tinggi makin baik"),
    "reports.outside.lower_only": ("lower is better", "makin rendah makin baik"),
    "reports.outside.no_margin": ("none given", "tidak ditetapkan"),
    # The page
    "reports.outside.kicker": (
        "Verdict on results from the file",
        "Putusan atas hasil dari berkas",
    ),
    "reports.outside.title": ("{arms} against {baseline}", "{arms} dibandingkan dengan {baseline}"),
    "reports.outside.many": ("{n} arms", "{n} varian"),
    "reports.outside.question": (
        "{metric}, {items} {items:item|items}, {seeds}",
        "{metric}, {items} butir, {seeds}",
    ),
    "reports.outside.difference_caption": (
        "{metric}: arm minus baseline (symbol) and the range that the verdict rests on (bar, {confidence}). The vertical line marks no difference.",
        "{metric}: varian dikurangi varian dasar (simbol) dan rentang yang menjadi dasar putusan (garis, {confidence}). Garis tegak menandai selisih nol.",
    ),
    "reports.outside.margin_caption": (
        "The band is the margin ({margin}): differences inside it do not matter.",
        "Pita berwarna adalah batas toleransi ({margin}): selisih di dalamnya dianggap tidak berarti.",
    ),
    "reports.outside.arms_caption": ("Results per arm", "Hasil per varian"),
    "reports.outside.arms_note": (
        "{items} {items:item|items}; mean ± standard deviation over seeds. The interval covers other seeds and items; other items only where an arm has one seed.",
        "{items} butir; rata-rata ± simpangan baku antarseed. Selangnya mencakup seed dan butir lain; hanya butir lain bila suatu varian hanya punya satu seed.",
    ),
    "reports.outside.is_baseline": ("{arm} (baseline)", "{arm} (varian dasar)"),
    "reports.outside.seeds": ("Seeds", "Seed"),
    "reports.outside.differences_caption": ("Arm minus baseline", "Varian dikurangi varian dasar"),
    "reports.outside.h_notes": ("How the file was read", "Cara berkas dibaca"),
    "reports.outside.h_rests": ("What the verdict rests on", "Dasar putusan"),
    "reports.outside.h_how": ("How to read this", "Cara membaca"),
    "reports.outside.how_1": (
        "Two things make a score move without any recipe being better: another training run, and other test items. The range says how large "
        "the true difference may be once both are allowed for.",
        "Dua hal membuat skor berubah tanpa ada resep yang lebih baik: pelatihan yang lain, dan butir uji yang lain. Rentang menunjukkan "
        "seberapa besar selisih yang sebenarnya setelah keduanya diperhitungkan.",
    ),
    "reports.outside.how_2": (
        "Better or worse: the whole range lies on one side of zero. Practically the same: it lies within the margin that you chose. Undecided: the data "
        "allow both signs; this does not prove that they are equal.",
        "Lebih baik atau lebih buruk: seluruh rentang berada di satu sisi nol. Praktis sama: rentang berada di dalam batas yang Anda pilih. Belum "
        "pasti: data memungkinkan kedua arah; ini bukan bukti bahwa keduanya sama.",
    ),
    "reports.outside.how_3": (
        "The verdict holds for these items and recipes as they were scored. If items were used to choose a recipe or an epoch, the range is too optimistic; "
        "if items come in groups (several images of one patient), it is too narrow.",
        "Putusan berlaku untuk butir dan resep ini sebagaimana dinilai. Bila butirnya dipakai untuk memilih resep atau epoch, rentangnya terlalu optimistis; "
        "bila butirnya berkelompok (beberapa gambar dari satu pasien), rentangnya terlalu sempit.",
    ),
    "reports.outside.h_file": ("File and versions", "Berkas dan versi"),
    "reports.outside.repeat": (
        "This command gives the same verdict again:",
        "Perintah ini memberikan putusan yang sama:",
    ),
    "reports.outside.footer": (
        "Made by alih from a file of scores; nothing on this page was trained here.",
        "Dibuat oleh alih dari berkas skor; tidak ada yang dilatih di sini.",
    ),
}
