"""Sentences of the room `tracking`. Their keys begin with `track`."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "track.unknown": (
        "There is no tracker '{got}'; expected one of {known}, also as NAME=PLACE.{near}",
        "Tidak ada pelacak '{got}'; seharusnya salah satu dari {known}, boleh juga NAMA=TEMPAT.{near}",
    ),
    "track.twice": (
        "The tracker '{name}' is named twice; name each once.",
        "Pelacak '{name}' disebut dua kali; sebutkan masing-masing sekali.",
    ),
    "track.mlflow_address": (
        "MLflow got '{got}', expected the address of a server or of a database, such as mlflow=http://localhost:5000 or mlflow=sqlite:///mlflow.db. Folders such as mlruns are refused by MLflow itself.",
        "MLflow mendapat '{got}', seharusnya alamat server atau basis data, misalnya mlflow=http://localhost:5000 atau mlflow=sqlite:///mlflow.db. Folder seperti mlruns ditolak oleh MLflow sendiri.",
    ),
    "track.wandb_login": (
        "W&B has no key for this machine. Log in with `wandb login`, or write runs here and upload them later: WANDB_MODE=offline",
        "W&B belum punya kunci untuk mesin ini. Masuk dengan `wandb login`, atau tulis run di sini lalu unggah nanti: WANDB_MODE=offline",
    ),
    "track.project": (
        "--project got '{got}', expected a name of letters, digits, - and _.",
        "--project berisi '{got}', seharusnya nama dari huruf, angka, - dan _.",
    ),
    "track.part": (
        "Parts of a study run beside each other, and each would send all of it. Leave --track out, and send it from one place, as often as wanted: alih track DIR {to}",
        "Bagian-bagian studi berjalan berdampingan, dan masing-masing akan mengirim semuanya. Hilangkan --track, lalu kirim dari satu tempat, sesering yang diinginkan: alih track FOLDER {to}",
    ),
    "track.failed": (
        "{tracker} could not be sent to: {reason}. When it can be reached again: alih track {path!q} --to {tracker}",
        "Tidak dapat mengirim ke {tracker}: {reason}. Bila sudah dapat dihubungi: alih track {path!q} --to {tracker}",
    ),
    "track.down": (
        "The study goes on without a tracker. {reason}",
        "Studi tetap berjalan tanpa pelacak. {reason}",
    ),
    "track.fill_in": (
        "Not all was sent. To send the rest: alih track {path!q} --to {to!q}",
        "Belum semuanya terkirim. Untuk mengirim sisanya: alih track {path!q} --to {to!q}",
    ),
    "track.slow": (
        "The trackers took too long to take the rest. To send it: alih track {path!q} {to}",
        "Pelacak terlalu lama menerima sisanya. Untuk mengirimnya: alih track {path!q} {to}",
    ),
    "track.where": ("{tracker}: {where}", "{tracker}: {where}"),
    "track.sent": (
        "{tracker}: {runs} of {total} {total:run|runs} had something new ({epochs} {epochs:epoch|epochs}). See: {where}",
        "{tracker}: {runs} dari {total} run membawa hal baru ({epochs} epoch). Lihat: {where}",
    ),
    "track.nothing": (
        "{tracker}: nothing new in {total} {total:run|runs}. See: {where}",
        "{tracker}: tidak ada yang baru dari {total} run. Lihat: {where}",
    ),
    "track.not_begun": (
        "Nothing has been computed in '{path}' yet, so there is nothing to send. Run it with: alih run {path!q}",
        "Belum ada yang dihitung di '{path}', jadi belum ada yang dapat dikirim. Jalankan dengan: alih run {path!q}",
    ),
    # --- what trackers show, in English for all readers ---
    "track.cells": (
        "{done} of {total} cells have finished.",
        "{done} dari {total} sel sudah selesai.",
    ),
    "track.waits": (
        "{n} {n:comparison has|comparisons have} new runs that no verdict was asked about: `alih compare` gives it, and counts as a look.",
        "{n} perbandingan punya run baru yang putusannya belum diminta: `alih compare` memberinya, dan dihitung sebagai satu pengamatan.",
    ),
}
