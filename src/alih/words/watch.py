"""Sentences of the room `watching`: the page of a study that runs. Their keys begin with `watch`."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # --- where the study stands ---
    "watch.phase_absent": (
        "{path} holds no study yet. This page waits for one: `alih run` writes it once it has read the images.",
        "Belum ada studi di {path}. Halaman ini menunggunya: `alih run` menulisnya setelah membaca gambar.",
    ),
    "watch.phase_waiting": (
        "The study is set up, but no cell has begun.",
        "Studi sudah disiapkan, tetapi belum ada sel yang dimulai.",
    ),
    "watch.phase_running": ("The study is running.", "Studi sedang berjalan."),
    "watch.phase_stopped": (
        "No process computes now, though cells are left.",
        "Saat ini tidak ada proses yang menghitung, padahal masih ada sel tersisa.",
    ),
    "watch.phase_ended": (
        "The study has ended with failed cells.",
        "Studi berakhir dengan sel yang gagal.",
    ),
    "watch.next_stopped": (
        "Go on with `alih run {path!q}`.",
        "Lanjutkan dengan `alih run {path!q}`.",
    ),
    "watch.next_ended": (
        "When the reasons below are dealt with: `alih run {path!q} --retry-failed`.",
        "Setelah sebab di bawah ini ditangani: `alih run {path!q} --retry-failed`.",
    ),
    "watch.phase_finished": ("The study has finished.", "Studi sudah selesai."),
    "watch.phase_gone": (
        "The folder {path} is not there any more. What follows is what it held last.",
        "Folder {path} sudah tidak ada. Di bawah ini isinya yang terakhir terbaca.",
    ),
    "watch.error": ("Not all can be shown: {error}", "Tidak semuanya dapat ditampilkan: {error}"),
    "watch.left": ("About {time} left.", "Sisa sekitar {time}."),
    "watch.left_when_run": (
        "What is left takes about {time}.",
        "Sisanya memerlukan sekitar {time}.",
    ),
    "watch.left_unknown": (
        "How long the rest takes is not known before the first epochs have ended.",
        "Lamanya sisa pekerjaan belum diketahui sebelum beberapa epoch pertama selesai.",
    ),
    "watch.trial": ("trial {n} of {of}, {epoch}", "percobaan {n} dari {of}, {epoch}"),
    # --- verdicts ---
    "watch.no_scores": (
        "No cell has finished, so there is nothing to judge yet.",
        "Belum ada sel yang selesai, jadi belum ada yang dapat dinilai.",
    ),
    "watch.waits": (
        "{arm} and {baseline}{level}: no verdict was asked for yet. Replicates of each that could be compared: {now}.",
        "{arm} dan {baseline}{level}: putusan belum pernah diminta. Ulangan masing-masing yang sudah dapat dibandingkan: {now}.",
    ),
    "watch.waits_since": (
        "{arm} and {baseline}{level}: {verdict} on {metric} when last asked, with {then} replicates; {now} could be compared now.",
        "{arm} dan {baseline}{level}: {verdict} dalam {metric} ketika terakhir diminta, dengan {then} ulangan; sekarang {now} dapat dibandingkan.",
    ),
    "watch.single": (
        "{arm} and {baseline}{level}: one run each has finished, which can decide nothing.",
        "{arm} dan {baseline}{level}: baru satu run masing-masing yang selesai; ini belum dapat memutuskan apa pun.",
    ),
    "watch.look": (
        "`alih compare {path!q}` gives the verdict now and counts as a look, which makes later ones stricter. A run ends with one.",
        "`alih compare {path!q}` memberi putusan sekarang dan dihitung sebagai satu pengamatan, sehingga putusan berikutnya lebih ketat. Setiap run diakhiri dengan satu putusan.",
    ),
    "watch.rounds": (
        "Runs until decided: {n} {n:round was|rounds were} compared so far.",
        "Berjalan sampai putusan pasti: {n} putaran sudah dibandingkan.",
    ),
    "watch.note_paper": (
        "This study repeats a paper's protocol: its validation images are its test images, so these curves show test scores.",
        "Studi ini mengulang protokol sebuah makalah: gambar validasinya juga gambar uji, jadi kurva ini menunjukkan skor uji.",
    ),
    # --- the page ---
    "watch.page_title": ("A study of alih", "Studi alih"),
    "watch.page_skip": ("To the cells", "Ke daftar sel"),
    "watch.page_languages": ("Language", "Bahasa"),
    "watch.page_loading": ("Reading the folder …", "Membaca folder …"),
    "watch.page_noscript": (
        "This page needs JavaScript. Without it: alih status",
        "Halaman ini memerlukan JavaScript. Tanpa JavaScript: alih status",
    ),
    "watch.page_h_now": ("Now", "Sekarang"),
    "watch.page_h_verdict": ("Verdicts so far", "Putusan sejauh ini"),
    "watch.page_verdict_note": (
        "This page takes no look: it shows verdicts that were given, and no test scores beyond them.",
        "Halaman ini tidak melakukan pengamatan: yang tampil hanya putusan yang sudah diberikan, tanpa skor uji di luar itu.",
    ),
    "watch.page_h_curves": ("Learning curves", "Kurva belajar"),
    "watch.page_metric": ("Metric", "Metrik"),
    "watch.page_level": ("Level", "Taraf"),
    "watch.page_training": ("training images, too (dotted)", "gambar latih juga (titik-titik)"),
    "watch.page_arms": ("Arms that are drawn", "Varian yang digambar"),
    "watch.page_hint": (
        "Move over the curves, or focus them and use the arrow keys, to read an epoch: the mean over the runs of each arm, and their lowest and highest.",
        "Gerakkan penunjuk di atas kurva, atau fokuskan lalu tekan tombol panah, untuk membaca satu epoch: rata-rata run tiap varian, beserta nilai terendah dan tertingginya.",
    ),
    "watch.page_curves_note": (
        "One line per run, on validation images. They choose epochs and settings; the verdict rests on test images alone.",
        "Satu garis tiap run, pada gambar validasi. Gambar validasi memilih epoch dan setelan; putusan hanya bersandar pada gambar uji.",
    ),
    "watch.page_h_cells": ("Cells", "Sel"),
    "watch.page_h_reasons": ("What went wrong, or changed", "Yang gagal atau berubah"),
    "watch.page_h_plan": ("What the plan can decide", "Yang dapat diputuskan rencana ini"),
    "watch.page_footer": (
        "Made by alih from the files of the study's folder, which it only reads. Curves are drawn by",
        "Dibuat oleh alih dari berkas folder studi, yang hanya dibaca. Kurva digambar oleh",
    ),
    # --- said by the script ---
    "watch.js_no_server": (
        "`alih watch` cannot be reached; below is what it said last. Is it still running? The study itself does not depend on it.",
        "`alih watch` tidak dapat dihubungi; di bawah ini kabarnya yang terakhir. Apakah masih berjalan? Studi itu sendiri tidak bergantung padanya.",
    ),
    "watch.js_no_server_for": ("(For {time} min.)", "(Selama {time} mnt.)"),
    "watch.js_epoch": ("epoch", "epoch"),
    "watch.js_no_curves": (
        "No epoch has ended yet.",
        "Belum ada epoch yang selesai.",
    ),
    "watch.js_curve_label": (
        "Epoch of the learning curves: {metric}",
        "Epoch kurva belajar: {metric}",
    ),
    "watch.js_at_epoch": ("Epoch {epoch}: {values}", "Epoch {epoch}: {values}"),
    "watch.js_updated": ("Last change: {time}", "Perubahan terakhir: {time}"),
    "watch.js_progress": (
        "{done} of {total} cells finished",
        "{done} dari {total} sel selesai",
    ),
}
