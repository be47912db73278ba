"""Sentences of the room `cli`, second part: plans, and the commands that look into data and networks."""

PLAN_TEXT: dict[str, tuple[str, str]] = {
    "cli.scout.help": (
        "Rank pretrained backbones for a labelled set, without training them",
        "Urutkan backbone pralatih untuk himpunan berlabel, tanpa melatihnya",
    ),
    "cli.domains.help": (
        "Compare a source and a target set: the three conditions of transfer learning, the methods they call for, the measured shift",
        "Bandingkan himpunan sumber dan target: tiga syarat transfer learning, metode yang sesuai, dan pergeseran yang terukur",
    ),
    "cli.predict.help": (
        "Answer for new images with a finished run: classes as CSV, masks as PNG",
        "Prediksi gambar baru dengan run yang sudah selesai: kelas sebagai CSV, mask sebagai PNG",
    ),
    "cli.arg.predict_run": (
        "the folder of a finished run (runs/STUDY/runs/ARM/seed-0)",
        "folder run yang sudah selesai (runs/STUDI/runs/VARIAN/seed-0)",
    ),
    "cli.arg.predict_paths": (
        "image files, and folders with all images below them",
        "berkas gambar, dan folder beserta semua gambar di dalamnya",
    ),
    "cli.opt.predict_out": (
        "the CSV file to write (left out: standard output); for masks the folder",
        "berkas CSV yang ditulis (bila tidak disebutkan: keluaran standar); untuk mask, foldernya",
    ),
    "cli.opt.predict_batch": (
        "images predicted at a time (default 64)",
        "banyaknya gambar yang diprediksi sekaligus (bawaan 64)",
    ),
    "cli.opt.predict_all": (
        "one more column per class with its probability",
        "tambahkan satu kolom probabilitas untuk tiap kelas",
    ),
    "cli.predict.progress": ("{count} {count:image|images}", "{count} gambar"),
    "cli.predict.done": (
        "{count} {count:image|images} answered: {out}",
        "{count} gambar sudah diprediksi: {out}",
    ),
    "cli.predict.together": (
        "This classifier's answers depend on the images asked for together, here {batch} at a time. Set --batch to the number of images.",
        "Prediksi pengklasifikasi ini bergantung pada gambar lain yang diproses bersamanya, di sini {batch} gambar sekaligus. Atur --batch sebesar jumlah gambarnya.",
    ),
    "cli.predict.others": (
        "Skipped, since alih does not read their format: {listed}",
        "Dilewati karena formatnya tidak dapat dibaca alih: {listed}",
    ),
    "cli.predict.unusable": (
        "{count} {count:file|files} could not be used:",
        "{count} berkas tidak dapat dipakai:",
    ),
    "cli.look.help": (
        "Show what the stages of a network make of one image: activation maps from shallow to deep, first-layer filters, and the mask of a segmentation run",
        "Tampilkan tanggapan tiap tahap jaringan terhadap satu gambar: peta aktivasi dari dangkal ke dalam, filter lapisan pertama, dan mask dari run segmentasi",
    ),
    "cli.opt.measure": (
        "Time a few steps of each network on this machine first, for times in the plan (needs torch; seconds per network).",
        "Ukur dahulu beberapa langkah tiap jaringan di mesin ini agar rencana memuat waktu (perlu torch; beberapa detik per jaringan).",
    ),
    "cli.plan.help": (
        "List what will run, why, for how long, and whether it can decide anything.",
        "Tampilkan apa yang akan dijalankan, alasannya, lamanya, dan apakah hasilnya dapat memutuskan sesuatu.",
    ),
}
