"""Sentences of the room `cli`, second part: plans, and the commands that look into data and networks."""

PLAN_TEXT: dict[str, tuple[str, str]] = {
    "cli.plan.help": (
        "List what will run, why, for how long, and whether it can decide anything.",
        "Daftar apa yang akan dijalankan, alasannya, lamanya, dan apakah hasilnya dapat memutuskan sesuatu.",
    ),
    "cli.scout.help": (
        "Rank pretrained backbones for a labelled set, without training them",
        "Urutkan backbone pralatih untuk himpunan berlabel, tanpa melatihnya",
    ),
    "cli.domains.help": (
        "Compare a source and a target set: the three conditions of transfer learning, the methods they call for, the measured shift",
        "Bandingkan himpunan sumber dan target: tiga syarat transfer learning, metode yang sesuai, dan pergeseran yang terukur",
    ),
    "cli.scout.data": (
        "{name}: {images} images of {classes} classes at {side} × {side} pixels; test images were left aside.",
        "{name}: {images} gambar dari {classes} kelas pada {side} × {side} piksel; gambar uji disisihkan.",
    ),
    "cli.scout.note": (
        "Ranked by LogME. The probe is logistic regression on the features, accuracy on left-out images with its 95 % interval (n = {n}, {folds} folds). Larger is better everywhere; the other scores compare backbones on this set only.",
        "Diurutkan menurut LogME. Probe ialah regresi logistik pada fitur: akurasi pada gambar yang disisihkan dengan selang 95 % (n = {n}, {folds} lipatan). Makin besar makin baik; skor lain hanya membandingkan backbone pada himpunan ini.",
    ),
    "cli.scout.missing": (
        "{model}: its weights are not here. Get them: {command}",
        "{model}: bobotnya belum ada di sini. Ambil dengan: {command}",
    ),
    "cli.domains.measured": (
        "Measured on features of {model} at {side} × {side} pixels ({time}).",
        "Diukur pada fitur {model} pada {side} × {side} piksel ({time}).",
    ),
    "cli.plan.features": (
        "Features of frozen stages will take up to {size} in {path} (limit {limit}); they are computed once.",
        "Fitur dari tahap beku akan memakai hingga {size} di {path} (batas {limit}); dihitung satu kali.",
    ),
    "cli.plan.features_beyond": (
        "Features of frozen stages would take up to {size}, more than the limit of {limit}: what does not fit is computed anew each time. Set ALIH_FEATURES_GB to raise it.",
        "Fitur dari tahap beku akan memakai hingga {size}, melebihi batas {limit}: yang tidak muat dihitung ulang setiap kali. Naikkan dengan ALIH_FEATURES_GB.",
    ),
    "cli.predict.help": (
        "Answer for new images with a finished run: classes as CSV, masks as PNG",
        "Jawab gambar baru dengan run yang sudah selesai: kelas sebagai CSV, mask sebagai PNG",
    ),
    "cli.arg.predict_run": (
        "the folder of a finished run (runs/STUDY/runs/ARM/seed-0)",
        "folder run yang sudah selesai (runs/STUDI/runs/LENGAN/seed-0)",
    ),
    "cli.arg.predict_paths": (
        "image files, and folders with all images below them",
        "berkas gambar, dan folder beserta semua gambar di dalamnya",
    ),
    "cli.opt.predict_out": (
        "the CSV file to write (left out: standard output); for masks the folder",
        "berkas CSV yang ditulis (jika dihilangkan: keluaran standar); untuk mask foldernya",
    ),
    "cli.opt.predict_batch": (
        "images answered together (default 64)",
        "gambar yang dijawab bersama (bawaan 64)",
    ),
    "cli.opt.predict_all": (
        "one more column per class with its probability",
        "satu kolom lagi per kelas berisi probabilitasnya",
    ),
    "cli.predict.progress": ("{count} images", "{count} gambar"),
    "cli.predict.done": (
        "{count} {count:image|images} answered: {out}",
        "{count} gambar dijawab: {out}",
    ),
    "cli.predict.together": (
        "This classifier's answers depend on the images asked for together, here {batch} at a time. Set --batch to the number of images.",
        "Jawaban pengklasifikasi ini bergantung pada gambar yang ditanyakan bersama, di sini {batch} setiap kali. Atur --batch sebesar jumlah gambarnya.",
    ),
    "cli.predict.others": (
        "Passed over, since alih does not read their format: {listed}",
        "Dilewati karena formatnya tidak dibaca alih: {listed}",
    ),
    "cli.predict.unusable": (
        "{count} {count:file|files} could not be used:",
        "{count} berkas tidak dapat dipakai:",
    ),
    "cli.look.help": (
        "Show what the stages of a network make of one image: activation maps from shallow to deep, first-layer filters, and the mask of a segmentation run",
        "Tampilkan tanggapan tiap tahap jaringan terhadap satu gambar: peta aktivasi dari dangkal ke dalam, filter lapisan pertama, dan mask dari run segmentasi",
    ),
    "cli.look.done": (
        "{stages} stages. Page: {path}",
        "{stages} tahap. Halaman: {path}",
    ),
    "cli.plan.subset": (
        "train_images counts all classes together: {count} images of {classes} classes are about {each} of each.",
        "train_images menghitung semua kelas bersama-sama: {count} gambar dari {classes} kelas berarti sekitar {each} dari tiap kelas.",
    ),
    "cli.plan.nothing_left": (
        "All {cells} cells are finished; nothing is left to run.",
        "Semua {cells} sel sudah selesai; tidak ada yang perlu dijalankan.",
    ),
    "cli.plan.budget_seeds": (
        "Budget {budget}: one replicate of all arms takes about {one}, so {seeds} replicates fit ({planned} are planned): --seeds {seeds}.",
        "Anggaran {budget}: satu ulangan semua lengan memakan waktu sekitar {one}, jadi muat {seeds} ulangan (direncanakan {planned}): --seeds {seeds}.",
    ),
    "cli.plan.budget_epochs": (
        "Budget {budget}: one replicate of all arms takes about {one}; 3 replicates would fit with about {epochs} epochs instead of {now}: "
        "--seeds 3 --set train.epochs={epochs}.",
        "Anggaran {budget}: satu ulangan semua lengan memakan waktu sekitar {one}; 3 ulangan akan muat dengan sekitar {epochs} epoch, bukan {now}: "
        "--seeds 3 --set train.epochs={epochs}.",
    ),
    "cli.plan.budget_unknown": (
        "Budget {budget}: what fits can be told once these networks have been timed on this machine, by --measure or in the first seconds of a run.",
        "Anggaran {budget}: yang muat dapat diketahui setelah jaringan ini diukur di mesin ini, dengan --measure atau dalam detik-detik pertama sebuah run.",
    ),
    "cli.opt.measure": (
        "Time a few steps of each network on this machine first, for times in the plan (needs torch; seconds per network).",
        "Ukur dahulu beberapa langkah tiap jaringan di mesin ini agar rencana memuat waktu (perlu torch; beberapa detik per jaringan).",
    ),
    "cli.plan.cost_unknown": (
        "{cells} cells to run. Their time is unknown: not all of their networks have been timed on this machine. `alih plan --measure` times a few steps of each.",
        "{cells} sel akan dijalankan. Waktunya belum diketahui: belum semua jaringannya pernah diukur di mesin ini. `alih plan --measure` mengukur beberapa langkah masing-masing.",
    ),
    "cli.plan.cost_partly": (
        "{cells} cells to run, {jobs} at a time: about {time} for {known} of them. The others are solved at once, without epochs; their time is known when one has finished.",
        "{cells} sel akan dijalankan, {jobs} bersamaan: sekitar {time} untuk {known} di antaranya. Yang lain diselesaikan sekaligus, tanpa epoch; waktunya diketahui setelah ada yang selesai.",
    ),
    "cli.plan.cost_of_solved": (
        "{cells} cells to run. They are solved at once, without epochs; their time is known when one has finished.",
        "{cells} sel akan dijalankan. Semuanya diselesaikan sekaligus, tanpa epoch; waktunya diketahui setelah ada yang selesai.",
    ),
    "cli.plan.cost": (
        "{cells} cells to run, about {time} one after another.",
        "{cells} sel akan dijalankan, sekitar {time} bila satu per satu.",
    ),
    "cli.plan.cost_at_once": (
        "{cells} cells to run, {jobs} at a time: about {time}.",
        "{cells} sel akan dijalankan, {jobs} bersamaan: sekitar {time}.",
    ),
    "cli.plan.replicates": ("{n} replicates", "{n} ulangan"),
    "cli.plan.folds": ("{n} folds", "{n} lipatan"),
    "cli.plan.can": (
        "{runs} on {items} test images can decide about {metric}: assuming that about {error} of the images are misclassified, differences of about {points} percentage points or more will show.",
        "{runs} pada {items} gambar uji dapat memutuskan soal {metric}: dengan anggapan sekitar {error} gambar salah diklasifikasikan, selisih sekitar {points} poin persentase atau lebih akan terlihat.",
    ),
    "cli.plan.cannot": (
        "{runs} on {items} test images may not settle {metric}: assuming that about {error} of the images are misclassified, only differences of about {points} percentage points or more will show, while the margin of this study is {margin} points.",
        "{runs} pada {items} gambar uji mungkin belum cukup untuk {metric}: dengan anggapan sekitar {error} gambar salah diklasifikasikan, hanya selisih sekitar {points} poin persentase atau lebih yang akan terlihat, padahal batas toleransi studi ini {margin} poin.",
    ),
    "cli.plan.cannot_at_all": (
        "{runs} on {items} test images cannot decide about {metric}: assuming that about {error} of the images are misclassified, only differences of about {points} percentage points or more will show, more than there is to gain.",
        "{runs} pada {items} gambar uji tidak dapat memutuskan soal {metric}: dengan anggapan sekitar {error} gambar salah diklasifikasikan, hanya selisih sekitar {points} poin persentase atau lebih yang akan terlihat, lebih besar dari yang mungkin dicapai.",
    ),
    "cli.plan.more_replicates": (
        "About {seeds} replicates would do: --seeds {seeds}.",
        "Sekitar {seeds} ulangan akan cukup: --seeds {seeds}.",
    ),
    "cli.plan.sharper": (
        "With {seeds} replicates, differences of about {points} points or more will show: --seeds {seeds}.",
        "Dengan {seeds} ulangan, selisih sekitar {points} poin atau lebih akan terlihat: --seeds {seeds}.",
    ),
    "cli.plan.more_items": (
        "More replicates alone would not be enough: it takes about {items} test images with {seeds} replicates.",
        "Menambah ulangan saja tidak cukup: diperlukan sekitar {items} gambar uji dengan {seeds} ulangan.",
    ),
    "cli.plan.too_small": (
        "More replicates alone would not be enough, and it would take more than {items} test images.",
        "Menambah ulangan saja tidak cukup, dan diperlukan lebih dari {items} gambar uji.",
    ),
    "cli.plan.more_folds": (
        "More repeats of the same images would not be enough; more images would help.",
        "Mengulang lipatan pada gambar yang sama tidak cukup; yang membantu adalah gambar yang lebih banyak.",
    ),
    "cli.plan.two_replicates": (
        "Two replicates hardly show how much runs differ by chance, so only a large difference can be decided; a third replicate helps most: --seeds 3.",
        "Dua ulangan hampir tidak menunjukkan seberapa jauh hasil berbeda karena kebetulan, jadi hanya selisih besar yang dapat diputuskan; ulangan ketiga paling membantu: --seeds 3.",
    ),
    "cli.plan.one_replicate": (
        "One replicate decides nothing: a difference in {metric} may come from the method or from the luck of one training run, so the verdict will be 'undecided'. Use at least --seeds 3.",
        "Satu ulangan tidak memutuskan apa pun: selisih {metric} bisa berasal dari metode atau dari kebetulan satu kali pelatihan, jadi putusannya akan 'belum dapat diputuskan'. Pakai sedikitnya --seeds 3.",
    ),
}
