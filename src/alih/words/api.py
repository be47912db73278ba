"""Sentences of the room `api`: what a plan says."""

WORDS: dict[str, tuple[str, str]] = {
    "api.retry_or_fresh": (
        "--retry-failed and --fresh were both given. --retry-failed keeps what is finished, --fresh computes all of it again: give one.",
        "--retry-failed dan --fresh diberikan bersamaan. --retry-failed mempertahankan yang sudah selesai, --fresh menghitung ulang semuanya: "
        "pilih salah satu.",
    ),
    "api.budget_alone": (
        "--budget {budget} goes with --until-decided, which adds replicates as long as there is time. Give both, or neither.",
        "--budget {budget} dipakai bersama --until-decided, yang menambah ulangan selama masih ada waktu. Berikan keduanya, atau tidak sama sekali.",
    ),
    "api.part_or_fresh": (
        "--part {part} and --fresh were both given, but --fresh removes what other parts compute. Run --fresh once without --part, or remove the folder.",
        "--part {part} dan --fresh diberikan bersamaan, padahal --fresh menghapus hasil bagian lain. Jalankan --fresh sekali tanpa --part, atau hapus foldernya.",
    ),
    "api.until": (
        "--until {got} is no time above zero: write 2h50m, 30m or 90s.",
        "--until {got} bukan waktu di atas nol: tulis 2h50m, 30m, atau 90s.",
    ),
    "api.jobs": (
        "--jobs {jobs}: at least 1 cell has to run at a time. Give 1 or more.",
        "--jobs {jobs}: paling sedikit 1 sel harus berjalan. Berikan 1 atau lebih.",
    ),
    "api.plan.features": (
        "Features of frozen stages will take up to {size} in {path} (limit {limit}); they are computed once.",
        "Fitur dari tahap beku akan memakai hingga {size} di {path} (batas {limit}); dihitung satu kali.",
    ),
    "api.plan.features_beyond": (
        "Features of frozen stages would take up to {size}, more than the limit of {limit}: what does not fit is computed anew each time. Set ALIH_FEATURES_GB to raise it.",
        "Fitur dari tahap beku akan memakai hingga {size}, melebihi batas {limit}: yang tidak muat dihitung ulang setiap kali. Naikkan dengan ALIH_FEATURES_GB.",
    ),
    "api.plan.subset": (
        "train_images counts all classes together: {count} images of {classes} classes are about {each} of each.",
        "train_images menghitung semua kelas bersama-sama: {count} gambar dari {classes} kelas berarti sekitar {each} dari tiap kelas.",
    ),
    "api.plan.nothing_left": (
        "All cells are finished ({cells}); nothing is left to run.",
        "Semua sel sudah selesai ({cells}); tidak ada yang perlu dijalankan.",
    ),
    "api.plan.until": (
        "Until decided: further rounds add up to {cells} {cells:cell|cells} (an arm has at most {most}); with all of them the run takes about {time}.",
        "Sampai diputuskan: putaran berikutnya menambah hingga {cells} sel (paling banyak {most} tiap varian); dengan semuanya run memakan waktu sekitar {time}.",
    ),
    "api.plan.until_unknown": (
        "Until decided: further rounds add up to {cells} {cells:cell|cells} (an arm has at most {most}).",
        "Sampai diputuskan: putaran berikutnya menambah hingga {cells} sel (paling banyak {most} tiap varian).",
    ),
    "api.plan.until_expected": (
        "As verdicts stand, about {cells} more {cells:cell|cells} would decide what can be decided: {time}.",
        "Menurut putusan sejauh ini, sekitar {cells} sel lagi akan memutuskan yang dapat diputuskan: {time}.",
    ),
    "api.plan.until_next": (
        "The next round is one more repeat: {cells} {cells:cell|cells}, about {time}. How many it takes in all cannot be projected from folds.",
        "Putaran berikutnya adalah satu perulangan lagi: {cells} sel, sekitar {time}. Berapa yang diperlukan seluruhnya tidak dapat diperkirakan dari lipatan.",
    ),
    "api.plan.budget_seeds": (
        "Budget {budget}: one replicate of all arms takes about {one}, so {seeds} replicates fit ({planned} are planned): --seeds {seeds}.",
        "Anggaran {budget}: satu ulangan semua varian memakan waktu sekitar {one}, jadi muat {seeds} ulangan (direncanakan {planned}): --seeds {seeds}.",
    ),
    "api.plan.budget_epochs": (
        "Budget {budget}: one replicate of all arms takes about {one}; 3 replicates would fit with about {epochs} epochs instead of {now}: "
        "--seeds 3 --set train.epochs={epochs}.",
        "Anggaran {budget}: satu ulangan semua varian memakan waktu sekitar {one}; 3 ulangan akan muat dengan sekitar {epochs} epoch, bukan {now}: "
        "--seeds 3 --set train.epochs={epochs}.",
    ),
    "api.plan.budget_unknown": (
        "Budget {budget}: what fits can be told once these networks have been timed on this machine, by --measure or in the first seconds of a run.",
        "Anggaran {budget}: yang muat dapat diketahui setelah jaringan ini diukur di mesin ini, dengan --measure atau dalam detik-detik pertama sebuah run.",
    ),
    "api.plan.cost_unknown": (
        "{cells} {cells:cell|cells} to run. Their time is unknown: not all of their networks have been timed on this machine. `alih plan --measure` times a few steps of each.",
        "{cells} sel akan dijalankan. Waktunya belum diketahui: belum semua jaringannya pernah diukur di mesin ini. `alih plan --measure` mengukur beberapa langkah masing-masing.",
    ),
    "api.plan.cost_partly": (
        "{cells} {cells:cell|cells} to run, {jobs} at a time: about {time} for {known} of them. The others are solved at once, without epochs; their time is known when one has finished.",
        "{cells} sel akan dijalankan, {jobs} bersamaan: sekitar {time} untuk {known} di antaranya. Yang lain diselesaikan sekaligus, tanpa epoch; waktunya diketahui setelah ada yang selesai.",
    ),
    "api.plan.cost_of_solved": (
        "{cells} {cells:cell|cells} to run. They are fitted in one step; how long that takes is unknown until the first has finished.",
        "{cells} sel akan dijalankan. Semuanya dicocokkan dalam satu langkah; lamanya belum diketahui sampai yang pertama selesai.",
    ),
    "api.plan.cost": (
        "{cells} {cells:cell|cells} to run, about {time}.",
        "{cells} sel akan dijalankan, sekitar {time}.",
    ),
    "api.plan.cost_at_once": (
        "{cells} {cells:cell|cells} to run, {jobs} at a time: about {time}.",
        "{cells} sel akan dijalankan, {jobs} bersamaan: sekitar {time}.",
    ),
    "api.plan.replicates": ("{n} {n:replicate|replicates}", "{n} ulangan"),
    "api.plan.folds": ("{n} {n:fold|folds}", "{n} lipatan"),
    "api.plan.can": (
        "{runs} on {items} test images can decide about {metric}: assuming that about {error} of the images are misclassified, differences of about {points} percentage points or more will show.",
        "{runs} pada {items} gambar uji dapat memutuskan soal {metric}: dengan anggapan sekitar {error} gambar salah diklasifikasikan, selisih sekitar {points} poin persentase atau lebih akan terlihat.",
    ),
    "api.plan.cannot": (
        "{runs} on {items} test images may not settle {metric}: assuming that about {error} of the images are misclassified, only differences of about {points} percentage points or more will show, while the margin of this study is {margin} points.",
        "{runs} pada {items} gambar uji mungkin belum cukup untuk {metric}: dengan anggapan sekitar {error} gambar salah diklasifikasikan, hanya selisih sekitar {points} poin persentase atau lebih yang akan terlihat, padahal batas toleransi studi ini {margin} poin.",
    ),
    "api.plan.cannot_at_all": (
        "{runs} on {items} test images cannot decide about {metric}: assuming that about {error} of the images are misclassified, only differences of about {points} percentage points or more will show, more than there is to gain.",
        "{runs} pada {items} gambar uji tidak dapat memutuskan soal {metric}: dengan anggapan sekitar {error} gambar salah diklasifikasikan, hanya selisih sekitar {points} poin persentase atau lebih yang akan terlihat, lebih besar dari yang mungkin dicapai.",
    ),
    "api.plan.groups": (
        "That holds if images of one group are no more alike than others. If they agree fully, about {groups} groups in the test part count like "
        "{groups} images, and only differences of about {points} points or more will show.",
        "Itu berlaku bila gambar dalam satu kelompok tidak lebih mirip daripada gambar lain. Bila sepenuhnya seragam, sekitar {groups} kelompok pada "
        "bagian uji dihitung seperti {groups} gambar, dan hanya selisih sekitar {points} poin atau lebih yang akan terlihat.",
    ),
    "api.plan.few_groups": (
        "No verdict will be given: the test images come in about {groups} {groups:group|groups}, and a verdict about other groups takes at least "
        "{least}. Test more groups: a larger `split.test`, `scheme: repeated-kfold`, which tests all, or more images.",
        "Tidak akan ada putusan: gambar uji terdiri atas sekitar {groups} kelompok, sedangkan putusan tentang kelompok lain memerlukan sedikitnya "
        "{least}. Uji lebih banyak kelompok: `split.test` yang lebih besar, `scheme: repeated-kfold` yang menguji semuanya, atau lebih banyak gambar.",
    ),
    "api.plan.more_replicates": (
        "About {seeds} replicates would do: --seeds {seeds}.",
        "Sekitar {seeds} ulangan akan cukup: --seeds {seeds}.",
    ),
    "api.plan.sharper": (
        "With {seeds} replicates, differences of about {points} points or more will show: --seeds {seeds}.",
        "Dengan {seeds} ulangan, selisih sekitar {points} poin atau lebih akan terlihat: --seeds {seeds}.",
    ),
    "api.plan.more_items": (
        "More replicates alone would not be enough: it takes about {items} test images with {seeds} replicates.",
        "Menambah ulangan saja tidak cukup: diperlukan sekitar {items} gambar uji dengan {seeds} ulangan.",
    ),
    "api.plan.too_small": (
        "More replicates alone would not be enough, and it would take more than {items} test images.",
        "Menambah ulangan saja tidak cukup, dan diperlukan lebih dari {items} gambar uji.",
    ),
    "api.plan.more_folds": (
        "More repeats of the same images would not be enough; more images would help.",
        "Mengulang lipatan pada gambar yang sama tidak cukup; yang membantu adalah gambar yang lebih banyak.",
    ),
    "api.plan.two_replicates": (
        "Two replicates hardly show how much runs differ by chance, so only a large difference can be decided; a third replicate helps most: --seeds 3.",
        "Dua ulangan hampir tidak menunjukkan seberapa jauh hasil berbeda karena kebetulan, jadi hanya selisih besar yang dapat diputuskan; ulangan ketiga paling membantu: --seeds 3.",
    ),
    "api.plan.one_replicate": (
        "One replicate decides nothing: a difference in {metric} may come from the method or from the luck of one training run, so the verdict will be 'undecided'. Use at least --seeds 3.",
        "Satu ulangan tidak memutuskan apa pun: selisih {metric} bisa berasal dari metode atau dari kebetulan satu kali pelatihan, jadi putusannya akan 'belum pasti'. Pakai sedikitnya --seeds 3.",
    ),
    "api.plan.failed": (
        "{cells} {cells:cell|cells} failed, or {cells:waits|wait} for one that did, and will not run without --retry-failed.",
        "{cells} sel gagal, atau menunggu sel yang gagal, dan tidak akan dijalankan tanpa --retry-failed.",
    ),
    "api.plan.guessed": (
        "No network like that of {arms} has run on this machine yet: its time is guessed from other networks. `alih plan --measure` times it.",
        "Belum ada jaringan seperti pada {arms} yang pernah dijalankan di mesin ini: waktunya ditaksir dari jaringan lain. `alih plan --measure` mengukurnya.",
    ),
    "api.col.cell": ("cell", "sel"),
    "api.col.state": ("state", "keadaan"),
    "api.col.reason": ("reason", "alasan"),
    "api.col.time": ("time", "waktu"),
    "api.check.good": (
        "Study '{name}' is good: {arms} {arms:arm|arms}, {seeds} {seeds:replicate|replicates}, {cells} {cells:cell|cells}.",
        "Studi '{name}' sudah benar: {arms} varian, {seeds} ulangan, {cells} sel.",
    ),
    "api.check.sizes": (
        "Pixels a side at which arms see the images: {sizes}. Scores are of the same items{masks}.",
        "Sisi gambar dalam piksel yang dilihat varian: {sizes}. Semua skor berasal dari item yang sama{masks}.",
    ),
    "api.check.sizes_masks": (
        ", on masks of {size} × {size} pixels",
        ", pada masker berukuran {size} × {size} piksel",
    ),
    "api.check.images": (
        "{n} images were read, and all of them can be used.",
        "{n} gambar sudah dibaca, dan semuanya dapat dipakai.",
    ),
}
