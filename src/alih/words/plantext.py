"""Sentences of the room `cli`, second part: plans, and the commands that look into data and networks."""

PLAN_TEXT: dict[str, tuple[str, str]] = {
    "cli.scout.help": (
        "Rank pretrained backbones for a labelled set, without training them.",
        "Urutkan backbone pralatih untuk himpunan data berlabel, tanpa melatihnya.",
    ),
    "cli.domains.help": (
        "Compare a source and a target set: the three conditions of transfer learning, the methods they call for, the measured shift.",
        "Bandingkan himpunan data sumber dan target: tiga syarat transfer learning, metode yang sesuai, dan pergeseran yang terukur.",
    ),
    "cli.predict.help": (
        "Predict the classes (CSV) or masks (PNG) of new images with a finished run.",
        "Prediksi kelas (CSV) atau mask (PNG) gambar baru dengan run yang sudah selesai.",
    ),
    "cli.arg.predict_run": (
        "The folder of a finished run (runs/STUDY/runs/ARM/seed-0), or of a model that `alih export` wrote.",
        "Folder run yang sudah selesai (runs/STUDI/runs/VARIAN/seed-0), atau folder model yang ditulis `alih export`.",
    ),
    "cli.arg.predict_paths": (
        "Image files, folders and ZIP archives with all images in them, patterns ('photos/*.jpg'), and - for a list on standard input, one path a line.",
        "Berkas gambar, folder dan arsip ZIP beserta semua gambar di dalamnya, pola ('foto/*.jpg'), dan - untuk daftar di masukan standar, satu jalur per baris.",
    ),
    "cli.opt.predict_out": (
        "The file to write, CSV or JSON lines (.jsonl), standard output if not given; for masks the folder.",
        "Berkas yang ditulis, CSV atau JSON per baris (.jsonl), keluaran standar bila tidak disebutkan; untuk mask: foldernya.",
    ),
    "cli.opt.predict_top": (
        "Name this many of the most probable classes (default 1).",
        "Sebutkan sekian kelas yang paling mungkin; 1 bila tidak disebutkan.",
    ),
    "cli.opt.predict_overlay": (
        "A folder for pictures of each mask over its image.",
        "Folder untuk gambar yang ditumpangi mask-nya.",
    ),
    "cli.opt.runtime": (
        "What computes: PyTorch, or ONNX Runtime (exported models; needs no torch), int8 in eight bits. By default ONNX Runtime where it can, never in eight bits.",
        "Yang menghitung: PyTorch, atau ONNX Runtime (model hasil ekspor; tanpa torch), int8 dalam delapan bit. Bila tidak disebutkan: ONNX Runtime jika bisa, tidak pernah delapan bit.",
    ),
    "cli.opt.predict_batch": (
        "Images predicted at a time (default 64).",
        "Banyaknya gambar yang diprediksi sekaligus; 64 bila tidak disebutkan.",
    ),
    "cli.opt.predict_all": (
        "Add a column with the probability of each class.",
        "Tambahkan satu kolom probabilitas untuk tiap kelas.",
    ),
    "cli.predict.progress": ("{count} {count:image|images}", "{count} gambar"),
    "cli.predict.above": ("see above", "lihat di atas"),
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
        "Show what the stages of a network make of one image: activation maps from shallow to deep, first-layer filters, where it finds what speaks for its answer (Grad-CAM), and the mask of a segmentation run. Without an image: what a run of the strategy `match` took over from its source.",
        "Tampilkan tanggapan tiap tahap jaringan terhadap satu gambar: peta aktivasi dari dangkal ke dalam, filter lapisan pertama, bagian yang mendukung jawabannya (Grad-CAM), dan mask dari run segmentasi. Tanpa gambar: apa yang diambil run dengan strategi `match` dari sumbernya.",
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
