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
    "executors.task_check": ("Checking the networks", "Pemeriksaan jaringan"),
    "executors.task_measure": ("Choosing the number format", "Pemilihan format bilangan"),
    "executors.task_references": ("Reference scores", "Skor pembanding"),
}
