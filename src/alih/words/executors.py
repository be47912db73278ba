"""Sentences of the room `executors`."""

WORDS: dict[str, tuple[str, str]] = {
    "executors.unknown": (
        "There is no executor '{name}'. Choose one of: {known}.",
        "Tidak ada pelaksana '{name}'. Pilih salah satu: {known}.",
    ),
    "executors.taken_over": (
        "same as {twin}, whose files are copied",
        "sama dengan {twin}, berkasnya disalin",
    ),
    "executors.worker_died": (
        "{what}: its process died without an error message (exit code {code}). It is started once more, from its last checkpoint.",
        "{what}: prosesnya mati tanpa pesan kesalahan (kode keluar {code}). Dimulai sekali lagi dari checkpoint terakhirnya.",
    ),
    "executors.worker_died_again": (
        "{what}: its process died twice without an error message (exit code {code}; -9 often means that memory ran out). "
        "Run again with --retry-failed and a smaller --jobs, train.batch_size or data.image_size.",
        "{what}: prosesnya mati dua kali tanpa pesan kesalahan (kode keluar {code}; -9 sering berarti memori habis). "
        "Jalankan lagi dengan --retry-failed serta --jobs, train.batch_size, atau data.image_size yang lebih kecil.",
    ),
    "executors.no_time": (
        "{option} {got} is no time above zero: write 3h, 90m or 1d12h.",
        "{option} {got} bukan waktu di atas nol: tulis 3h, 90m, atau 1d12h.",
    ),
    "executors.slurm_margin": (
        "A task of {time} has to end {margin} before the scheduler's limit: nothing would be left. Give a longer --time or a shorter --margin, above 0.",
        "Tugas selama {time} harus berakhir {margin} sebelum batas penjadwal: tidak ada waktu tersisa. Berikan --time yang lebih lama atau --margin yang lebih singkat, di atas 0.",
    ),
    "executors.slurm_none": (
        "--gpus {gpus}, --cpus {cores}: give 0 or more GPUs and at least 1 core.",
        "--gpus {gpus}, --cpus {cores}: berikan 0 GPU atau lebih dan sedikitnya 1 inti.",
    ),
    "executors.slurm_word": (
        "--{name} is handed to SLURM as it is, and '{got}' cannot be: give one word, such as 8G or short.",
        "--{name} diteruskan ke SLURM apa adanya, dan '{got}' tidak dapat diteruskan: berikan satu kata, misalnya 8G atau short.",
    ),
    "executors.slurm_jobs": (
        "--jobs {jobs}: an array has at least 1 task. Give 1 or more.",
        "--jobs {jobs}: sebuah array paling sedikit berisi 1 tugas. Berikan 1 atau lebih.",
    ),
    "executors.slurm_exists": (
        "'{path}' exists and is not overwritten. Remove it, or choose another name with -o.",
        "'{path}' sudah ada dan tidak ditimpa. Hapus berkas itu, atau pilih nama lain dengan -o.",
    ),
    "executors.slurm_how": (
        "Submit:    sbatch {file!q}\n"
        "Resubmit:  the same command, once all of these tasks have ended; cells go on from their checkpoints.\n"
        "Each of the {parts} tasks computes a fixed part of the cells. It ends by itself before the time limit, with exit code 0\n"
        "when its part is finished, 3 when some of it is left, 1 when cells failed.\n"
        "Verdict and report, when all have finished:  {command}",
        "Kirim:       sbatch {file!q}\n"
        "Kirim ulang: perintah yang sama, setelah semua tugas ini berakhir; sel dilanjutkan dari checkpoint-nya.\n"
        "Tiap tugas dari {parts} tugas menghitung bagian sel yang tetap. Tugas berakhir sendiri sebelum batas waktu, dengan kode keluar 0\n"
        "bila bagiannya selesai, 3 bila masih ada sisanya, 1 bila ada sel yang gagal.\n"
        "Putusan dan laporan, setelah semuanya selesai:  {command}",
    ),
    "executors.slurm_scratch": (
        "Decoded images and features lie on a disk of the node; weights and data sets come from ALIH_CACHE.",
        "Gambar terdekode dan fitur disimpan di disk node; bobot dan himpunan data diambil dari ALIH_CACHE.",
    ),
    "executors.slurm_modules": (
        "Whatever your cluster needs (module load ...) goes here.",
        "Yang diperlukan klaster Anda (module load ...) ditulis di sini.",
    ),
    "executors.no_address": (
        "--address {address} goes with --executor ray; the executor '{name}' has no cluster. Give both, or neither.",
        "--address {address} dipakai bersama --executor ray; pelaksana '{name}' tidak memiliki klaster. Berikan keduanya, atau tidak sama sekali.",
    ),
    "executors.ray_no_address": (
        "'{address}' is no address of a Ray cluster: write HOST:PORT, such as 10.0.0.1:6379, as `ray start --head` prints it.",
        "'{address}' bukan alamat klaster Ray: tulis HOST:PORT, misalnya 10.0.0.1:6379, seperti yang dicetak `ray start --head`.",
    ),
    "executors.ray_unreachable": (
        "No Ray cluster can be used at {address}: {reason}. Check the address, and that the cluster has the Ray and Python of this machine (`ray status`).",
        "Tidak ada klaster Ray yang dapat dipakai di {address}: {reason}. Periksa alamatnya, dan pastikan Ray dan Python di klaster sama dengan di mesin ini (`ray status`).",
    ),
    "executors.ray_silent": (
        "Whoever listens at {address} did not answer as a Ray cluster within {seconds} s. Check the address with `ray status`.",
        "Pihak di {address} tidak menjawab sebagai klaster Ray dalam {seconds} dtk. Periksa alamatnya dengan `ray status`.",
    ),
    "executors.ray_no_cores": (
        "The Ray cluster has {nodes} {nodes:machine|machines} and no cores for cells. Start one with `ray start`.",
        "Klaster Ray memiliki {nodes} mesin dan tidak ada inti untuk sel. Mulai satu dengan `ray start`.",
    ),
    "executors.ray_no_gpus": (
        "The study needs a GPU, and the Ray cluster has none. Choose --device cpu, or add a machine with one.",
        "Studi ini memerlukan GPU, sedangkan klaster Ray tidak memilikinya. Pilih --device cpu, atau tambahkan mesin ber-GPU.",
    ),
    "executors.ray_up": (
        "Ray: {workers} {workers:worker|workers} with {threads} {threads:thread|threads} each, on {machines} {machines:machine|machines} so far.",
        "Ray: {workers} pekerja dengan masing-masing {threads} thread, di {machines} mesin sejauh ini.",
    ),
    "executors.ray_waiting": (
        "Ray has no free cores for this study yet; it begins when there are some.",
        "Ray belum memiliki inti bebas untuk studi ini; studi dimulai begitu ada.",
    ),
    "executors.ray_kinds": (
        "The machines are of several kinds, on which last bits of results differ ({kinds}). environment.json of each cell says where it was computed.",
        "Mesinnya berlainan jenis, sehingga bit terakhir hasilnya berbeda ({kinds}). environment.json tiap sel menyebutkan tempat sel dihitung.",
    ),
    "executors.ray_formats": (
        "The kinds of machines would choose different number formats ({kinds}); all cells are computed in {chosen}.",
        "Jenis-jenis mesin akan memilih format bilangan berbeda ({kinds}); semua sel dihitung dalam {chosen}.",
    ),
    "executors.ray_versions": (
        "The machines of the cluster have different versions: {machines}. Install the same ones on all.",
        "Mesin-mesin klaster memiliki versi berbeda: {machines}. Pasang versi yang sama di semuanya.",
    ),
    "executors.ray_shared": (
        "{host} sees {path}: results are written there.",
        "{host} melihat {path}: hasil ditulis di sana.",
    ),
    "executors.ray_apart": (
        "{host} does not see {path}: results and checkpoints are brought back.",
        "{host} tidak melihat {path}: hasil dan checkpoint dikirim kembali.",
    ),
    "executors.ray_worker_failed": (
        "A worker of the Ray cluster could not start: {reason}. All machines need alih with the extra `train`, in the version of this one.",
        "Pekerja klaster Ray tidak dapat dimulai: {reason}. Semua mesin memerlukan alih dengan tambahan `train`, dalam versi yang sama dengan mesin ini.",
    ),
    "executors.ray_machine_lost": (
        "{what}: its machine was lost ({reason}). It goes on elsewhere, from its last checkpoint.",
        "{what}: mesinnya hilang ({reason}). Dilanjutkan di tempat lain dari checkpoint terakhirnya.",
    ),
    "executors.ray_worker_lost": (
        "{what}: its process was lost ({reason}). It is started once more, from its last checkpoint.",
        "{what}: prosesnya hilang ({reason}). Dimulai sekali lagi dari checkpoint terakhirnya.",
    ),
    "executors.ray_lost_again": (
        "{what}: its process was lost again ({reason}), often because memory ran out. "
        "Run again with --retry-failed and a smaller --jobs, train.batch_size or data.image_size.",
        "{what}: prosesnya hilang lagi ({reason}), sering karena memori habis. "
        "Jalankan lagi dengan --retry-failed serta --jobs, train.batch_size, atau data.image_size yang lebih kecil.",
    ),
    "executors.ray_full": (
        "Ray's object store has no room, also after waiting: {reason}. Free space on the disk it spills to, or start the machines with a larger --object-store-memory.",
        "Object store Ray tidak memiliki ruang, juga setelah menunggu: {reason}. Kosongkan disk tempat limpahannya, atau mulai mesin dengan --object-store-memory yang lebih besar.",
    ),
    "executors.task_check": ("Checking the networks", "Pemeriksaan jaringan"),
    "executors.task_measure": ("Choosing the number format", "Pemilihan format bilangan"),
    "executors.task_references": ("Reference scores", "Skor pembanding"),
}
