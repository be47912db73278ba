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
    "executors.task_check": ("Checking the networks", "Pemeriksaan jaringan"),
    "executors.task_measure": ("Choosing the number format", "Pemilihan format bilangan"),
    "executors.task_references": ("Reference scores", "Skor pembanding"),
}
