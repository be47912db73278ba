"""Sentences of the command line: help texts, columns, states, and what each command says."""

from __future__ import annotations

from alih.words.exporttext import EXPORT_TEXT
from alih.words.plantext import PLAN_TEXT
from alih.words.servetext import SERVE_TEXT
from alih.words.tracktext import TRACK_TEXT
from alih.words.watchtext import WATCH_TEXT

WORDS: dict[str, tuple[str, str]] = {
    # --- help pages ---
    "cli.help.main": (
        "Does this recipe help on my images? Runs studies of image networks and gives verdicts that can be trusted.\n\n"
        "Start with: alih run quickstart\n\n"
        "Tutorials, how-to pages and reference: docs/index.md of the source; `make docs` builds them as a site. For programs: alih skill",
        "Apakah resep ini membantu pada gambar saya? Menjalankan studi jaringan gambar dan memberi putusan yang dapat dipercaya.\n\n"
        "Mulai dengan: alih run quickstart\n\n"
        "Tutorial, panduan dan rujukan: docs/id/index.md dalam kode sumber; `make docs` membuatnya menjadi situs. Untuk program: alih skill",
    ),
    "cli.help.usage": ("Usage:", "Pemakaian:"),
    "cli.help.arguments": ("Arguments", "Argumen"),
    "cli.help.options": ("Options", "Opsi"),
    "cli.help.commands": ("Commands", "Perintah"),
    "cli.help.slot_options": ("[OPTIONS]", "[OPSI]"),
    "cli.help.slot_command": ("COMMAND", "PERINTAH"),
    "cli.help.help": ("Show this help.", "Tampilkan bantuan ini."),
    # --- what stands for a value, as STUDY in `alih run STUDY` ---
    "cli.slot.study": ("STUDY", "STUDI"),
    "cli.slot.time": ("TIME", "WAKTU"),
    "cli.slot.dir": ("DIR", "FOLDER"),
    "cli.slot.file": ("FILE", "BERKAS"),
    "cli.slot.name": ("NAME", "NAMA"),
    "cli.slot.names": ("NAMES", "NAMA"),
    "cli.slot.path": ("PATH", "JALUR"),
    "cli.slot.pixels": ("PIXELS", "PIKSEL"),
    "cli.slot.arm": ("ARM", "VARIAN"),
    "cli.slot.key": ("KEY", "KUNCI"),
    "cli.slot.value": ("VALUE", "NILAI"),
    "cli.slot.image": ("IMAGE", "GAMBAR"),
    "cli.slot.share": ("SHARE", "PORSI"),
    "cli.slot.source": ("SOURCE", "SUMBER"),
    "cli.slot.scores": ("SCORES", "SKOR"),
    "cli.test_strategy.help": (
        "Check that a strategy of your own keeps its contract with the engine.",
        "Periksa apakah strategi buatan Anda memenuhi kontrak dengan mesin pelatihan.",
    ),
    "cli.arg.strategy": (
        "A Python file with one strategy, or the name of a strategy.",
        "Berkas Python berisi satu strategi, atau nama sebuah strategi.",
    ),
    "cli.opt.strategy_task": (
        "The task to try; all that the strategy can do if not given.",
        "Tugas yang dicoba; bila tidak disebutkan, semua yang didukung strateginya.",
    ),
    "cli.opt.option": (
        "An option of the strategy; can be given several times.",
        "Opsi strategi; boleh diberikan beberapa kali.",
    ),
    "cli.test_strategy.ok": ("ok", "lulus"),
    "cli.test_strategy.failed": ("failed", "gagal"),
    "cli.test_strategy.skipped": ("skipped", "dilewati"),
    "cli.test_strategy.task": (
        "--task got '{got}', expected classification or segmentation.",
        "--task berisi '{got}', seharusnya classification atau segmentation.",
    ),
    "cli.test_strategy.not_for_task": (
        "The strategy is not for this task (its options say `{key} = False`), so --task {got} does not apply.",
        "Strategi ini bukan untuk tugas itu (opsinya menyatakan `{key} = False`), jadi --task {got} tidak berlaku.",
    ),
    "cli.test_strategy.option_form": (
        "--option got '{got}', expected KEY=VALUE.",
        "--option berisi '{got}', seharusnya KUNCI=NILAI.",
    ),
    "cli.test_strategy.passed": (
        "The strategy keeps its contract. How it joins the table: docs/add-a-strategy.md",
        "Strategi ini memenuhi kontraknya. Cara memasukkannya ke tabel: docs/add-a-strategy.md",
    ),
    "cli.studies.help": (
        "List the built-in studies: question, data, published numbers.",
        "Tampilkan daftar studi bawaan: pertanyaan, data, angka yang pernah diterbitkan.",
    ),
    "cli.new.help": (
        "Look at a folder of images and write a study for it.",
        "Pelajari folder gambar lalu tulis dokumen studi untuknya.",
    ),
    "cli.opt.new_classes": (
        "The classes to use, separated by commas; all if not given.",
        "Kelas yang dipakai, dipisahkan koma; semua bila tidak disebutkan.",
    ),
    "cli.new.ways": (
        "There are three ways to test, to choose from under `split`:",
        "Ada tiga cara menguji, pilih pada `split`:",
    ),
    "cli.new.way_val": (
        "{{test: val}}: on the validation part, {items} {items:image|images}{shows}",
        "{{test: val}}: dengan bagian validasi, {items} gambar{shows}",
    ),
    "cli.new.way_folds": (
        "{{scheme: repeated-kfold, folds: 5, repeats: 1}}: every image once, {items} {items:image|images}{shows}; remove `seeds`",
        "{{scheme: repeated-kfold, folds: 5, repeats: 1}}: tiap gambar sekali, {items} gambar{shows}; hapus `seeds`",
    ),
    "cli.new.way_drawn": (
        "as it is: on {items} training {items:image|images} that are drawn{shows}; the validation part chooses the epoch",
        "seperti sekarang: dengan {items} gambar latih yang diundi{shows}; bagian validasi memilih epoch",
    ),
    "cli.new.resolution": (
        ", which can show differences in accuracy from about {points} points on",
        ", yang dapat menunjukkan perbedaan akurasi mulai sekitar {points} poin",
    ),
    "cli.new.written": (
        "Wrote {path}. Read it, change what you like, then: alih plan {path!q}",
        "{path} telah ditulis. Baca, ubah seperlunya, lalu: alih plan {path!q}",
    ),
    "cli.arg.new": (
        "Name of the new study, such as my-pets.",
        "Nama studi baru, misalnya hewan-saya.",
    ),
    "cli.opt.data": (
        "Folder with one sub-folder of images for each class, or with images/ and masks/; or with train, val and test of such.",
        "Folder dengan satu subfolder gambar tiap kelas, atau dengan images/ dan masks/; boleh juga terbagi dalam train, val, dan test.",
    ),
    "cli.opt.task": (
        "The task; by default what the folder holds (Oxford-IIIT Pet can be both).",
        "Tugasnya; bila tidak disebutkan, ditentukan dari isi folder (Oxford-IIIT Pet bisa keduanya).",
    ),
    "cli.opt.new_file": (
        "File to write instead of NAME.yaml.",
        "Berkas tujuan, pengganti NAMA.yaml.",
    ),
    "cli.check.help": (
        "Check a study document and its image files; nothing is trained.",
        "Periksa dokumen studi dan berkas gambarnya; tidak ada yang dilatih.",
    ),
    "cli.run.help": (
        "Run or resume a study; ends with the verdict, the report and the next step.\n\n"
        "STUDY is a YAML file, the name of a built-in study, or a study folder. Stop it at any moment with Ctrl-C: "
        "the same command continues where it stopped.",
        "Jalankan atau lanjutkan studi; diakhiri dengan putusan, laporan, dan langkah berikutnya.\n\n"
        "STUDI adalah berkas YAML, nama studi bawaan, atau folder studi. Hentikan kapan saja dengan Ctrl-C: "
        "perintah yang sama akan melanjutkannya.",
    ),
    "cli.slurm.help": (
        "Write a SLURM script that runs a study as an array of tasks, each in time for the scheduler.\n\n"
        "The study folder has to lie where all nodes see it. Nothing is submitted.",
        "Tulis skrip SLURM yang menjalankan studi sebagai array tugas, masing-masing selesai sebelum batas penjadwal.\n\n"
        "Folder studi harus dapat dilihat semua node. Tidak ada yang dikirim ke penjadwal.",
    ),
    "cli.status.help": (
        "Show how far each cell of a study is.",
        "Tampilkan kemajuan setiap sel dari suatu studi.",
    ),
    "cli.compare.help": ("Give the verdicts of a study.", "Tampilkan putusan suatu studi."),
    "cli.report.help": (
        "Write report/index.html, also for an unfinished study.",
        "Tulis report/index.html, juga untuk studi yang belum selesai.",
    ),
    "cli.verdict.help": (
        "Give the verdict on results of other tools: a CSV file with the columns arm, seed, item and score, or label and prediction.\n\n"
        "Leave the seed empty for an arm that does not depend on it. Every arm and seed needs the same items.",
        "Tampilkan putusan atas hasil alat lain: berkas CSV dengan kolom arm, seed, item, dan score, atau label dan prediction.\n\n"
        "Kosongkan seed untuk varian yang tidak bergantung padanya. Setiap varian dan seed memerlukan butir yang sama.",
    ),
    "cli.audit.help": (
        "Find what ruins studies of a set or folder before hours are spent: damaged files, copies across parts, wrong labels, files that give the class away.\n\n"
        "Writes a page with pictures. Nothing is changed. With --fail-on the exit code is 1 where something so grave was found.",
        "Temukan hal yang merusak studi pada suatu himpunan data atau folder sebelum berjam-jam terbuang: berkas rusak, salinan di beberapa bagian, label keliru, berkas yang membocorkan kelas.\n\n"
        "Menulis halaman bergambar. Tidak ada yang diubah. Dengan --fail-on kode keluarnya 1 bila ditemukan hal separah itu.",
    ),
    "cli.arg.audit": (
        "A folder of classes, a table of files, an NPZ file, a named set, or a study, whose split and `mute` then count.",
        "Folder dengan satu subfolder tiap kelas, tabel berkas, berkas NPZ, himpunan data bernama, atau studi; pembagian data dan `mute` studi itu lalu berlaku.",
    ),
    "cli.opt.audit_out": (
        "Where the page goes; audit if not given, and nowhere with --json.",
        "Folder tujuan halaman; audit bila tidak disebutkan, dan tidak ditulis dengan --json.",
    ),
    "cli.opt.fail_on": (
        "Exit with 1 when a finding is at least so grave.",
        "Keluar dengan kode 1 bila ada temuan separah itu atau lebih.",
    ),
    "cli.arg.any_data": (
        "A named set (`alih data list`) or a folder of classes.",
        "Himpunan data bernama (`alih data list`) atau folder dengan satu subfolder tiap kelas.",
    ),
    "cli.arg.source_data": (
        "The set to learn from: a named set or a folder.",
        "Himpunan data sumber (yang dipelajari): nama himpunan atau folder.",
    ),
    "cli.arg.target_data": (
        "The set to work on: a named set or a folder.",
        "Himpunan data target (yang dituju): nama himpunan atau folder.",
    ),
    "cli.opt.models": (
        "Backbones to rank, separated by commas; all whose weights are here if not given.",
        "Backbone yang diurutkan, dipisahkan koma; bila tidak disebutkan, semua yang bobotnya ada di mesin ini.",
    ),
    "cli.opt.scout_out": (
        "Also draw accuracy against cost into this file, .png or .svg.",
        "Gambarkan juga akurasi terhadap biaya ke dalam berkas ini, .png atau .svg.",
    ),
    "cli.opt.shift_model": (
        "The backbone whose features are compared.",
        "Backbone yang fiturnya dibandingkan.",
    ),
    "cli.opt.domains_out": (
        "Also write a study of the methods to try first into this file, .yaml.",
        "Tuliskan juga studi berisi metode yang sebaiknya dicoba lebih dahulu ke berkas ini, .yaml.",
    ),
    "cli.opt.labelled": (
        "Share of the target's images whose labels may be used, 0 to 1.",
        "Porsi gambar target yang labelnya boleh dipakai, 0 sampai 1.",
    ),
    "cli.cache.features": (
        "Features, least recently used first:",
        "Fitur, mulai dari yang paling lama tidak dipakai:",
    ),
    "cli.col.stage": ("stage", "tahap"),
    "cli.col.set": ("set", "himpunan"),
    "cli.col.view": ("view", "tampilan"),
    "cli.col.images": ("images", "gambar"),
    "cli.col.model": ("model", "model"),
    "cli.arg.look_model": (
        "A backbone (mobilenetv2_100), a preset, or the folder of a finished run.",
        "Backbone (mobilenetv2_100), preset, atau folder run yang sudah selesai.",
    ),
    "cli.arg.look_image": (
        "An image file. A run of the strategy `match` can do without: shown is then what it took over from its source.",
        "Berkas gambar. Untuk run dengan strategi `match` boleh tidak disebutkan: yang ditampilkan lalu apa yang diambilnya dari sumbernya.",
    ),
    "cli.opt.look_out": (
        "Where the page and its pictures go; look/MODEL-IMAGE if not given.",
        "Folder tujuan halaman beserta gambarnya; look/MODEL-GAMBAR bila tidak disebutkan.",
    ),
    "cli.opt.weights": (
        "What a backbone starts from: imagenet, none (random, the control), or a file.",
        "Bobot awal backbone: imagenet, none (acak, sebagai pembanding), atau berkas.",
    ),
    "cli.opt.look_size": (
        "Pixels a side of the network's input; those of its weights if not given.",
        "Panjang sisi masukan jaringan dalam piksel; sesuai bobotnya bila tidak disebutkan.",
    ),
    "cli.opt.tile": (
        "Segmentation: pixels a side of the squares that a large image is read in; those of training images if not given.",
        "Segmentasi: panjang sisi ubin dalam piksel untuk membaca gambar besar; sama dengan gambar latih bila tidak disebutkan.",
    ),
    "cli.opt.overlap": (
        "Segmentation: share of a tile by which tiles overlap at least (default 0.5).",
        "Segmentasi: ubin bertumpang tindih sedikitnya sebesar porsi ini; 0.5 bila tidak disebutkan.",
    ),
    "cli.opt.scale": (
        "Segmentation: fit shrinks the image to training size, tiles keeps full resolution in tiles; as in training if not given.",
        "Segmentasi: fit mengecilkan gambar ke ukuran gambar latih, tiles membaca gambar pada resolusi aslinya, ubin demi ubin; seperti saat pelatihan bila tidak disebutkan.",
    ),
    "cli.opt.max_pixels": (
        "Refuse an image with more pixels; by default the limit of the run's study, else 178956970.",
        "Tolak gambar yang pikselnya lebih banyak dari ini; bila tidak disebutkan, batas dalam studi run itu, atau 178956970.",
    ),
    "cli.look.tiles": ("tiles", "ubin"),
    "cli.model.help": (
        "Print the layer table of a model: output shapes and parameters.",
        "Cetak tabel lapisan suatu model: bentuk keluaran dan jumlah parameter.",
    ),
    "cli.data.help": (
        "List data sets on this machine and fetch missing ones.",
        "Tampilkan himpunan data di mesin ini dan ambil yang belum ada.",
    ),
    "cli.data_list.help": ("List the data sets.", "Tampilkan daftar himpunan data."),
    "cli.data_fetch.help": (
        "Get a data set and check it.",
        "Ambil suatu himpunan data dan periksa isinya.",
    ),
    "cli.weights.help": (
        "List the pretrained weights of backbones on this machine and fetch missing ones.",
        "Bobot pralatih backbone: tampilkan yang sudah ada dan ambil yang belum.",
    ),
    "cli.weights_list.help": ("List the pretrained weights.", "Tampilkan daftar bobot pralatih."),
    "cli.weights_fetch.help": (
        "Get a backbone's ImageNet weights and check them.",
        "Ambil bobot ImageNet suatu backbone dan periksa isinya.",
    ),
    "cli.cache.help": (
        "Show where decoded images are kept and how much they take.",
        "Tampilkan tempat penyimpanan gambar terdekode dan besarnya.",
    ),
    "cli.cache_prune.help": (
        "Remove features and decoded images, least recently used first; they are made anew when needed.",
        "Hapus fitur dan gambar terdekode, mulai dari yang paling lama tidak dipakai; akan dibuat lagi bila diperlukan.",
    ),
    "cli.doctor.help": (
        "Describe this machine: Python, torch, devices, cache, what is missing.",
        "Tampilkan keadaan mesin ini: Python, torch, perangkat, cache, dan apa yang kurang.",
    ),
    "cli.schema.help": (
        "Print the JSON schema of study documents, for editors that complete YAML, or of what a command prints with --json.",
        "Cetak skema JSON dokumen studi, untuk editor teks yang dapat melengkapi YAML, atau skema keluaran sebuah perintah dengan --json.",
    ),
    "cli.arg.schema": (
        "A command such as compare or data list, or error; the study document if not given.",
        "Perintah seperti compare atau data list, atau error; dokumen studi bila tidak disebutkan.",
    ),
    "cli.schema.unknown": (
        "There is no schema for '{got}'. {known}",
        "Tidak ada skema untuk '{got}'. {known}",
    ),
    "cli.skill.help": (
        "Print a skill file: how a program or an agent runs a study and reads its verdicts.",
        "Cetak berkas skill: cara sebuah program atau agen menjalankan studi dan membaca putusannya.",
    ),
    "cli.completion.help": (
        'Print what a shell reads to complete alih\'s commands. For bash: eval "$(alih completion bash)"',
        'Cetak skrip agar shell dapat melengkapi perintah alih. Untuk bash: eval "$(alih completion bash)"',
    ),
    "cli.arg.shell": ("The shell.", "Shell yang dipakai."),
    "cli.completion.shell": (
        "There is no completion for the shell '{got}'. Choose one of: {known}.",
        "Tidak ada pelengkapan untuk shell '{got}'. Pilih salah satu: {known}.",
    ),
    # --- arguments and options ---
    "cli.arg.study": (
        "A YAML file, the name of a built-in study, or a study folder.",
        "Berkas YAML, nama studi bawaan, atau folder studi.",
    ),
    "cli.arg.dir": (
        "A study folder, as made by `alih run`.",
        "Folder studi, seperti yang dibuat `alih run`.",
    ),
    "cli.arg.scores": (
        "A CSV file, one row per arm, seed and item; comma, semicolon or tab.",
        "Berkas CSV, satu baris per arm, seed, dan item; dipisah koma, titik koma, atau tab.",
    ),
    "cli.arg.model": ("Name of a model, for example dcnn.", "Nama model, misalnya dcnn."),
    "cli.arg.backbone": (
        "Name of a backbone, as `alih weights list` shows it, or any of timm's.",
        "Nama backbone, seperti pada `alih weights list`, atau nama timm mana pun.",
    ),
    "cli.arg.data": (
        "Name of a data set, as `alih data list` shows it.",
        "Nama himpunan data, seperti pada `alih data list`.",
    ),
    "cli.opt.lang": (
        "Language, en or id; may stand anywhere. If not given: ALIH_LANG, then English.",
        "Bahasa, en atau id; boleh diletakkan di mana saja. Bila tidak disebutkan: ALIH_LANG, lalu bahasa Inggris.",
    ),
    "cli.opt.version": ("Print the version.", "Cetak versi."),
    "cli.opt.details": (
        "Say every verdict in words, with what chance does and what would settle it.",
        "Jelaskan setiap putusan dengan kalimat, beserta pengaruh kebetulan dan apa yang dapat memutuskannya.",
    ),
    "cli.opt.json": ("Print JSON.", "Cetak JSON."),
    "cli.opt.out": (
        "The study folder; runs/<name> if not given.",
        "Folder studi; runs/<nama> bila tidak disebutkan.",
    ),
    "cli.opt.until_decided": (
        "Add replicates to arms whose verdict is open, until all are decided or more would not help.",
        "Tambah ulangan untuk varian yang putusannya belum pasti, sampai semuanya diputuskan atau tambahan tidak lagi membantu.",
    ),
    "cli.opt.budget": (
        "Begin no round that would make the study's runs take longer, such as 30m or 2h; with --until-decided.",
        "Jangan mulai putaran yang membuat run studi ini lebih lama dari ini, misalnya 30m atau 2h; bersama --until-decided.",
    ),
    "cli.opt.seeds": (
        "Number of replicates, instead of the document's.",
        "Banyaknya ulangan, menggantikan yang ada di dokumen.",
    ),
    "cli.opt.set": (
        "Change a key of the document, e.g. arms.dropout.train.lr=1e-4. May be repeated.",
        "Ubah satu kunci dokumen, mis. arms.dropout.train.lr=1e-4. Boleh diberikan beberapa kali.",
    ),
    "cli.opt.jobs": ("Cells that run at the same time.", "Banyaknya sel yang berjalan bersamaan."),
    "cli.opt.device": (
        "Where to compute; auto takes the fastest.",
        "Tempat menghitung; auto memilih yang tercepat.",
    ),
    "cli.opt.executor": (
        "Who runs the cells: this machine, or a Ray cluster.",
        "Siapa yang menjalankan sel: mesin ini, atau klaster Ray.",
    ),
    "cli.opt.address": (
        "Address of the Ray cluster; if not given: RAY_ADDRESS, a cluster on this machine, or a new one here.",
        "Alamat klaster Ray; bila tidak disebutkan: RAY_ADDRESS, klaster di mesin ini, atau klaster baru di sini.",
    ),
    "cli.opt.part": (
        "Compute a fixed part of the cells, such as 3/8; other processes, also on other machines, compute the others in the same folder.",
        "Hitung bagian sel yang tetap, misalnya 3/8; proses lain, juga di mesin lain, menghitung bagian lainnya di folder yang sama.",
    ),
    "cli.opt.until": (
        "End after this time, such as 2h50m, with checkpoints and exit code 3 when something is left.",
        "Berhenti setelah waktu ini, misalnya 2h50m, dengan checkpoint dan kode keluar 3 bila masih ada sisanya.",
    ),
    "cli.opt.slurm_jobs": (
        "Tasks of the array, each with a part of the cells.",
        "Banyaknya tugas dalam array, masing-masing dengan satu bagian sel.",
    ),
    "cli.opt.slurm_time": (
        "Time limit of each task, such as 3h or 1d12h.",
        "Batas waktu tiap tugas, misalnya 3h atau 1d12h.",
    ),
    "cli.opt.slurm_margin": (
        "How long before that a task ends by itself; 10m if not given.",
        "Seberapa lama sebelum batas itu tugas berakhir sendiri; 10m bila tidak disebutkan.",
    ),
    "cli.opt.slurm_gpus": ("GPUs of each task.", "Banyaknya GPU tiap tugas."),
    "cli.opt.slurm_cpus": (
        "Cores of each task; 1 if not given, 4 for each GPU.",
        "Banyaknya inti tiap tugas; 1 bila tidak disebutkan, 4 untuk tiap GPU.",
    ),
    "cli.opt.slurm_mem": (
        "Memory of each task, such as 8G.",
        "Memori tiap tugas, misalnya 8G.",
    ),
    "cli.opt.slurm_partition": (
        "The partition of the cluster.",
        "Partisi klaster.",
    ),
    "cli.opt.slurm_account": (
        "The account that pays.",
        "Akun yang menanggung.",
    ),
    "cli.opt.slurm_file": (
        "The script to write; STUDY's name with .sh if not given.",
        "Skrip yang ditulis; nama STUDI dengan .sh bila tidak disebutkan.",
    ),
    "cli.opt.retry_failed": ("Run failed cells again.", "Jalankan lagi sel yang gagal."),
    "cli.opt.fresh": (
        "Start anew: what the folder holds is computed again.",
        "Mulai dari awal: isi folder dihitung ulang.",
    ),
    "cli.opt.mixed": (
        "Continue on a machine that lacks the original device; noted in the report.",
        "Lanjutkan di mesin yang tidak memiliki perangkat semula; dicatat dalam laporan.",
    ),
    "cli.opt.baseline": (
        "The arm that all others are compared with.",
        "Varian dasar: semua varian lain dibandingkan dengannya.",
    ),
    "cli.opt.other_baseline": (
        "Compare with this arm instead of the study's baseline; pairs that were not planned raise the chance of a false verdict.",
        "Bandingkan dengan varian ini, bukan varian dasar studi; pasangan yang tidak direncanakan menaikkan peluang putusan keliru.",
    ),
    "cli.opt.metric": (
        "What the score is called (accuracy, dice, ...). For label and prediction: accuracy, macro_f1, balanced_accuracy or matthews.",
        "Nama skornya (accuracy, dice, ...). Untuk label dan prediction: accuracy, macro_f1, balanced_accuracy, atau matthews.",
    ),
    "cli.opt.margin": (
        "Differences up to this are too small to matter, in the score's own units: 0.01 is one point of accuracy.",
        "Selisih sampai sebesar ini tidak berarti, dalam satuan skor: 0.01 adalah satu poin akurasi.",
    ),
    "cli.opt.lower_is_better": (
        "Smaller scores are better, as for a loss.",
        "Skor yang lebih kecil lebih baik, seperti loss.",
    ),
    "cli.opt.group": (
        "The column that says which items belong together, such as a patient: ranges then allow for other groups.",
        "Kolom yang menyatakan butir mana yang satu kelompok, misalnya pasien: rentang lalu mencakup kelompok lain.",
    ),
    "cli.opt.no_group": (
        "No items belong together, whatever columns look like.",
        "Tidak ada butir yang satu kelompok, apa pun kolomnya.",
    ),
    "cli.opt.level": (
        "Accepted probability of any false verdict (default 0.05).",
        "Peluang putusan keliru yang diterima; 0.05 bila tidak disebutkan.",
    ),
    "cli.opt.look": (
        "This is the K-th look at these results as data arrive; each look spends a part of the level. Without it: the only look, at the full level.",
        "Ini pengamatan ke-K atas hasil ini sementara data bertambah; tiap pengamatan memakai sebagian taraf. Tanpa opsi ini: satu-satunya pengamatan, "
        "pada taraf penuh.",
    ),
    "cli.opt.page": (
        "Also write a report: one HTML page.",
        "Tulis juga laporan: satu halaman HTML.",
    ),
    "cli.opt.classes": (
        "Number of classes; the model's own if not given.",
        "Banyaknya kelas; bawaan model bila tidak disebutkan.",
    ),
    "cli.opt.image_size": ("Height and width in pixels.", "Tinggi dan lebar dalam piksel."),
    "cli.opt.channels": ("Colour channels, 1 or 3.", "Kanal warna, 1 atau 3."),
    "cli.opt.encoder": (
        "Backbone under a network for segmentation (unet, deeplabv3plus, fpn).",
        "Backbone di bawah jaringan segmentasi (unet, deeplabv3plus, fpn).",
    ),
    "cli.opt.width": (
        "Channels of the first level of a plain U-Net (default 64).",
        "Kanal tingkat pertama U-Net polos; 64 bila tidak disebutkan.",
    ),
    "cli.opt.depth": (
        "How often a plain U-Net halves the image (default 4).",
        "Berapa kali U-Net polos memperkecil gambar menjadi setengahnya; 4 bila tidak disebutkan.",
    ),
    "cli.opt.padding": (
        "Convolutions of a plain U-Net: same, or valid (unpadded).",
        "Konvolusi U-Net polos: same, atau valid (tanpa padding).",
    ),
    "cli.opt.limit": (
        "Gigabytes that may stay (default: 20 of decoded images, 10 of features).",
        "Banyaknya gigabyte yang boleh tersisa (bawaan: 20 untuk gambar terdekode, 10 untuk fitur).",
    ),
    # --- misuse ---
    "cli.unknown_language": (
        "--lang {value!r} is not a language alih speaks. Choose one of: {languages}.",
        "--lang {value!r} bukan bahasa yang dikenal alih. Pilih salah satu: {languages}.",
    ),
    "cli.unknown_command": (
        "`{command}` has no command '{name}'.{near} Its commands are: {known}. See: {command} --help",
        "`{command}` tidak memiliki perintah '{name}'.{near} Perintah yang ada: {known}. Lihat: {command} --help",
    ),
    "cli.unknown_option": (
        "`{command}` has no option '{option}'.{near} Its options are: {known}. See: {command} --help",
        "`{command}` tidak memiliki opsi '{option}'.{near} Opsinya: {known}. Lihat: {command} --help",
    ),
    "cli.key_of_study": (
        "`{command}` has no option '{option}': that is a key of the study. Give it as --set {key}=VALUE, or write it in the document.",
        "`{command}` tidak memiliki opsi '{option}': itu kunci studi. Berikan sebagai --set {key}=NILAI, atau tulis di dokumennya.",
    ),
    "cli.missing_argument": (
        "`{command}` needs {name}, and nothing was given. See: {command} --help",
        "`{command}` memerlukan {name}, tetapi tidak ada yang diberikan. Lihat: {command} --help",
    ),
    "cli.missing_value": (
        "`{command}`: option '{option}' needs a value, and none follows it. See: {command} --help",
        "`{command}`: opsi '{option}' memerlukan nilai, tetapi tidak ada nilai setelahnya. Lihat: {command} --help",
    ),
    "cli.surplus_value": (
        "`{command}`: option '{option}' takes no value. Leave out what follows '='. See: {command} --help",
        "`{command}`: opsi '{option}' tidak menerima nilai. Hapus yang ada setelah '='. Lihat: {command} --help",
    ),
    "cli.bad_value": (
        "`{command}`: {name} was given as '{value}'; expected {expected}. See: {command} --help",
        "`{command}`: {name} diisi '{value}'; seharusnya {expected}. Lihat: {command} --help",
    ),
    "cli.expected.whole_number": ("a whole number, like 3", "bilangan bulat, misalnya 3"),
    "cli.expected.number": ("a number, like 2.5", "bilangan, misalnya 2.5"),
    "cli.too_many": (
        "`{command}` cannot use '{extra}': there are more arguments than it takes. See: {command} --help",
        "`{command}` tidak dapat memakai '{extra}': argumennya terlalu banyak. Lihat: {command} --help",
    ),
    "cli.misuse": (
        "`{command}`: {reason} See: {command} --help",
        "`{command}`: {reason} Lihat: {command} --help",
    ),
    "cli.limit": (
        "--limit got {limit}, expected 0 or more gigabytes.",
        "--limit diisi {limit}; seharusnya 0 gigabyte atau lebih.",
    ),
    "cli.interrupted": ("Interrupted.", "Dihentikan."),
    "cli.cannot_print": (
        "The output cannot be written: {reason}. Send it elsewhere and give the command again.",
        "Keluaran tidak dapat ditulis: {reason}. Arahkan ke tempat lain lalu jalankan lagi perintahnya.",
    ),
    # --- states, columns, units ---
    "cli.status.damaged": (
        "Damaged files of the study folder: {files}. Have them written anew with: {command}",
        "Berkas folder studi yang rusak: {files}. Tulis ulang dengan: {command}",
    ),
    "cli.opt.show_test": (
        "Show the test images that went wrong; the study folder notes that they were looked at.",
        "Tampilkan gambar uji yang salah diprediksi; folder studi mencatat bahwa gambar itu pernah dilihat.",
    ),
    "cli.opt.report_out": (
        "The folder to write the report to; default: report/ in the study folder.",
        "Folder tempat laporan ditulis; bawaan: report/ di dalam folder studi.",
    ),
    "cli.col.cell": ("cell", "sel"),
    "cli.col.state": ("state", "keadaan"),
    "cli.col.reason": ("reason", "alasan"),
    "cli.col.time": ("time", "waktu"),
    "cli.col.epochs": ("epochs", "epoch"),
    "cli.col.pair": ("{metric} train / val", "{metric} latih / val"),
    "cli.col.speed": ("images/s", "gambar/s"),
    "cli.col.time_left": ("left", "sisa"),
    "cli.col.name": ("name", "nama"),
    "cli.col.ready": ("here", "ada"),
    "cli.col.size": ("size", "ukuran"),
    "cli.col.licence": ("licence", "lisensi"),
    "cli.col.weights": ("weights", "bobot"),
    "cli.col.where": ("where", "tempat"),
    "cli.col.layer": ("layer", "lapisan"),
    "cli.col.type": ("type", "jenis"),
    "cli.col.shape": ("output shape", "bentuk keluaran"),
    "cli.col.parameters": ("parameters", "parameter"),
    "cli.col.share": ("share", "bagian"),
    "cli.metric.loss": ("loss", "loss"),
    "cli.yes": ("yes", "ya"),
    "cli.no": ("no", "belum"),
    # --- what commands say ---
    "cli.studies.needs": (
        "data: {needs}; arms: {arms}; replicates: {seeds}",
        "data: {needs}; varian: {arms}; ulangan: {seeds}",
    ),
    "cli.studies.published": ("published numbers: {source}", "angka publikasi: {source}"),
    "cli.studies.next": (
        "Run one with: alih run {name}",
        "Jalankan salah satunya: alih run {name}",
    ),
    "cli.compare.unfinished": (
        "Not finished yet: {done} of {total} {total:cell|cells}. What follows rests on those.",
        "Belum selesai: {done} dari {total} sel. Hasil berikut hanya berdasarkan sel itu.",
    ),
    "cli.compare.more": ("{what}: {command}", "{what}: {command}"),
    "cli.compare.unsettled": (
        "what would settle undecided verdicts",
        "apa yang dapat memutuskan yang belum pasti",
    ),
    "cli.compare.warnings": ("{n} {n:warning|warnings}", "{n} peringatan"),
    "cli.compare.chosen": (
        "what would be chosen without target labels",
        "yang akan dipilih tanpa label target",
    ),
    "cli.compare.spared": (
        "{n} {n:comparison|comparisons} of training images spared",
        "{n} perbandingan gambar latih yang dihemat",
    ),
    "cli.compare.notes": ("{n} {n:note|notes}", "{n} catatan"),
    "cli.run.report": ("Report: {path}", "Laporan: {path}"),
    "cli.run.broken": ("{cell} did not finish: {reason}", "{cell} tidak selesai: {reason}"),
    "cli.run.interrupted": (
        "Interrupted. Everything finished so far is kept. Continue with: {command}",
        "Dihentikan. Semua yang sudah selesai tetap tersimpan. Lanjutkan dengan: {command}",
    ),
    "cli.run.interrupted_early": (
        "Interrupted before anything was trained. To start again, give the same command.",
        "Dihentikan sebelum ada yang dilatih. Untuk memulai, berikan lagi perintah yang sama.",
    ),
    "cli.run.not_finished": (
        "Not finished: the time is over. {done} of {cells} {cells:cell|cells} have finished; the others go on from their checkpoints. Continue with: {command}",
        "Belum selesai: waktunya habis. {done} dari {cells} sel sudah selesai; yang lain dilanjutkan dari checkpoint-nya. Lanjutkan dengan: {command}",
    ),
    "cli.run.not_begun": (
        "Not finished: the time was over before anything was trained. Give more with --until.",
        "Belum selesai: waktunya habis sebelum ada yang dilatih. Berikan waktu lebih lama dengan --until.",
    ),
    "cli.run.part": (
        "Part {part}: {done} of {cells} {cells:cell|cells} finished. The whole study: {all_done} of {all_cells}.",
        "Bagian {part}: {done} dari {cells} sel selesai. Seluruh studi: {all_done} dari {all_cells}.",
    ),
    "cli.run.all_parts": (
        "All parts are finished. Verdict and report: {command}",
        "Semua bagian selesai. Putusan dan laporan: {command}",
    ),
    "cli.run.part_left": (
        "Some cells of this part are left. Continue with: {command}",
        "Beberapa sel bagian ini belum selesai. Lanjutkan dengan: {command}",
    ),
    "cli.slurm.written": (
        "Wrote {path}: {parts} {parts:task|tasks}, at most {cells} {cells:cell|cells} each, {time} of computing before the limit. Submit it with: sbatch {path!q}",
        "{path} telah ditulis: {parts} tugas, masing-masing paling banyak {cells} sel, {time} menghitung sebelum batas. Kirim dengan: sbatch {path!q}",
    ),
    "cli.next.retry": (
        "Next: look at the failed cells, then {command}",
        "Berikutnya: periksa sel yang gagal, lalu {command}",
    ),
    "cli.next.command": ("Next: {command}", "Berikutnya: {command}"),
    "cli.next.command_cost": (
        "Next: {command} (about {time} more)",
        "Berikutnya: {command} (sekitar {time} lagi)",
    ),
    "cli.progress.epoch": ("epoch {epoch}/{epochs}", "epoch {epoch}/{epochs}"),
    "cli.progress.speed": ("{speed} images/s", "{speed} gambar/s"),
    "cli.progress.left": ("study: {time} left", "studi: sisa {time}"),
    "cli.progress.started": ("{cell}  started", "{cell}  dimulai"),
    "cli.progress.finished": ("{cell}  finished", "{cell}  selesai"),
    "cli.progress.stopped": (
        "{cell}  stopped; it goes on from its checkpoint",
        "{cell}  dihentikan; dilanjutkan dari checkpoint-nya",
    ),
    "cli.progress.skipped": (
        "{cell}  left to another process, which computes it or has just finished it",
        "{cell}  diserahkan ke proses lain yang sedang menghitungnya atau baru menyelesaikannya",
    ),
    "cli.progress.values": ("train / validation: {values}", "latih / validasi: {values}"),
    "cli.progress.starting": ("loading PyTorch", "memuat PyTorch"),
    "cli.progress.reading": ("reading the images", "membaca gambar"),
    "cli.progress.networks": (
        "building the networks once, to see that they fit the images",
        "membangun jaringan sekali, untuk memastikan jaringan cocok dengan gambar",
    ),
    "cli.progress.fetching": ("fetching the data set", "mengambil himpunan data"),
    "cli.progress.hashing": ("comparing files", "membandingkan berkas"),
    "cli.progress.unpacking": ("unpacking files", "membongkar arsip"),
    "cli.progress.masks": ("reading masks", "membaca mask"),
    "cli.progress.decoding": ("decoding images", "mendekode gambar"),
    "cli.progress.references": (
        "scoring simple answers (most frequent class, logistic regression on pixels)",
        "menilai jawaban sederhana (kelas terbanyak, regresi logistik pada piksel)",
    ),
    "cli.progress.timing": (
        "timing the networks on this machine",
        "mengukur kecepatan jaringan di mesin ini",
    ),
    "cli.progress.features": (
        "computing features of frozen stages",
        "menghitung fitur dari tahap beku",
    ),
    "cli.progress.of": ("{what}: {done} of {of}", "{what}: {done} dari {of}"),
    "cli.progress.so_far": ("{what}: {done}", "{what}: {done}"),
    "cli.progress.failed": ("{cell}  failed: {reason}", "{cell}  gagal: {reason}"),
    "cli.progress.summary": (
        "{done} of {cells} {cells:cell|cells} finished; time left: {time}",
        "{done} dari {cells} sel selesai; sisa waktu: {time}",
    ),
    "cli.progress.summary_failed": (
        "{done} of {cells} {cells:cell|cells} finished, {failed} failed; time left: {time}",
        "{done} dari {cells} sel selesai, {failed} gagal; sisa waktu: {time}",
    ),
    "cli.model.input": (
        "{model}: input {shape} (height × width × channels), {classes} {classes:class|classes}",
        "{model}: masukan {shape} (tinggi × lebar × kanal), {classes} kelas",
    ),
    "cli.model.total": ("Parameters in total: {parameters}", "Jumlah parameter: {parameters}"),
    "cli.model.most": (
        "Most of them sit in {layer}: {share}",
        "Terbanyak berada di {layer}: {share}",
    ),
    "cli.model.stages": (
        "Stages that can be frozen: {stages} (0 freezes nothing, {stages} all but the head)",
        "Tahap yang dapat dibekukan: {stages} (0 tidak membekukan apa pun, {stages} semua kecuali kepala)",
    ),
    "cli.model.head": ("head", "kepala"),
    "cli.model.whole": (
        "The inside of this network cannot be cut into stages: it can be frozen as a whole (1) or not at all (0).",
        "Bagian dalam jaringan ini tidak dapat dipotong menjadi tahap: dapat dibekukan seluruhnya (1) atau tidak sama sekali (0).",
    ),
    "cli.model.preprocessing": (
        "Preprocessing expected by its weights: mean {mean}; std {std}; {interpolation}",
        "Prapemrosesan yang diharapkan bobotnya: rata-rata {mean}; simpangan baku {std}; {interpolation}",
    ),
    "cli.model.reference": ("Source: {reference}", "Sumber: {reference}"),
    "cli.data.fetched": (
        "{name} is here and checked: {path}",
        "{name} sudah ada dan sudah diperiksa: {path}",
    ),
    "cli.weights.fetched": (
        "The weights of {name} are here and checked: {path}",
        "Bobot {name} sudah ada dan sudah diperiksa: {path}",
    ),
    "cli.cache.place": (
        "{path} ({size} used, {free} free)",
        "{path} ({size} terpakai, {free} tersisa)",
    ),
    "cli.cache.pruned": ("Freed {freed}.", "{freed} dibebaskan."),
    "cli.doctor.platform": ("platform", "platform"),
    "cli.doctor.processor": ("processor", "prosesor"),
    "cli.doctor.cores": (
        "{name}, {cores} {cores:core|cores} for this process",
        "{name}, {cores} inti untuk proses ini",
    ),
    "cli.doctor.no_bf16": (
        "no instructions for it; training will choose float32 unless timing says otherwise",
        "tidak ada instruksinya; pelatihan akan memilih float32 kecuali pengukuran menunjukkan sebaliknya",
    ),
    "cli.doctor.torch": (
        "{version}, {threads} {threads:thread|threads}",
        "{version}, {threads} utas",
    ),
    "cli.doctor.absent": ("not installed", "belum terpasang"),
    "cli.doctor.devices": ("devices", "perangkat"),
    "cli.doctor.cache": ("cache", "cache"),
    "cli.doctor.install": (
        "For all of '{extra}': pip install 'alih[{extra}]'",
        "Untuk seluruh '{extra}': pip install 'alih[{extra}]'",
    ),
}

WORDS |= PLAN_TEXT | EXPORT_TEXT | SERVE_TEXT | TRACK_TEXT | WATCH_TEXT
