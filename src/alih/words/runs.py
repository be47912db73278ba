"""Sentences of the room `runs`."""

WORDS: dict[str, tuple[str, str]] = {
    "runs.not_a_study_folder": (
        "'{path}' is not a study folder (it holds no study.yaml). Make one with: alih run STUDY --out {path!q}",
        "'{path}' bukan folder studi (tidak ada study.yaml di dalamnya). Buat dengan: alih run STUDI --out {path!q}",
    ),
    "runs.document_no_folder": (
        "'{path}' is a study, not the folder of its results. Compute it with `alih run {path!q}`; then name the folder it writes, {folder}.",
        "'{path}' adalah studi, bukan folder hasilnya. Hitung dengan `alih run {path!q}`; lalu sebutkan folder yang ditulisnya, {folder}.",
    ),
    "runs.photos_no_folder": (
        "'{path}' is a folder of images, not a study folder. Write a study for it with `alih new NAME --data {path!q}`, then run that.",
        "'{path}' adalah folder gambar, bukan folder studi. Tulis studi untuknya dengan `alih new NAMA --data {path!q}`, lalu jalankan studi itu.",
    ),
    "runs.folder_of_another_study": (
        "'{path}' already holds the study '{there}'; '{wanted}' was asked for. Choose another folder with --out.",
        "'{path}' sudah berisi studi '{there}', sedangkan yang diminta '{wanted}'. Pilih folder lain dengan --out.",
    ),
    "runs.folder_of_something_else": (
        "'{path}' holds files but no study. Choose an empty or new folder with --out, so that nothing of yours is touched.",
        "'{path}' berisi berkas tetapi bukan studi. Pilih folder kosong atau baru dengan --out agar berkas Anda tidak tersentuh.",
    ),
    "runs.busy": (
        "Another process is computing {cell} in '{path}' now. Stop it before --fresh, or leave --fresh out to share the work.",
        "Proses lain sedang menghitung {cell} di '{path}'. Hentikan dulu sebelum --fresh, atau hilangkan --fresh untuk berbagi pekerjaan.",
    ),
    "runs.source_saw_target": (
        "The arm '{arm}' starts from '{source}', which was trained on labels of the target that this study withholds. "
        "Take a run that was trained on other images, or set `target_labels: all`.",
        "Varian '{arm}' berangkat dari '{source}', yang dilatih dengan label target yang ditahan dalam studi ini. "
        "Pakai run yang dilatih pada gambar lain, atau isi `target_labels: all`.",
    ),
    "runs.source_maybe_target": (
        "The arm '{arm}' starts from '{source}', which was trained on images that are called as the target is, and they are not here any more, so nobody can tell whether it has seen labels that this study withholds. "
        "Put these images back where they were, take a run that was trained on other images, or set `target_labels: all`.",
        "Varian '{arm}' berangkat dari '{source}', yang dilatih pada gambar dengan nama himpunan yang sama dengan target, dan gambar itu sudah tidak ada di sini, jadi tidak dapat dipastikan apakah label yang ditahan studi ini pernah dilihatnya. "
        "Kembalikan gambar itu ke tempat semula, pakai run yang dilatih pada gambar lain, atau isi `target_labels: all`.",
    ),
    "runs.source_saw_test": (
        "The arm '{arm}' starts from '{source}', which was trained on the same set, and it is not certain that it never saw the test images of this study: they may be drawn otherwise there. "
        "Make the source an arm of this study (`from: ARM`), give both the same seed and split, or take a source trained on other images.",
        "Varian '{arm}' berangkat dari '{source}', yang dilatih pada himpunan yang sama, dan tidak pasti bahwa gambar uji studi ini belum pernah dilihatnya: di sana gambar uji mungkin diundi dengan cara lain. "
        "Jadikan sumber itu varian studi ini (`from: VARIAN`), samakan seed dan split keduanya, atau pakai sumber yang dilatih pada gambar lain.",
    ),
    "runs.source_saw_validation": (
        "The arm '{arm}' starts from '{source}', which was trained on images that this study validates on (every replicate draws its own from the same set). "
        "Make the source an arm of this study (`from: ARM`), give the set a ready validation part, or take a source trained on other images.",
        "Varian '{arm}' berangkat dari '{source}', yang dilatih pada gambar yang menjadi gambar validasi studi ini (tiap ulangan mengundi sendiri dari himpunan yang sama). "
        "Jadikan sumber itu varian studi ini (`from: VARIAN`), sediakan bagian validasi yang sudah jadi, atau pakai sumber yang dilatih pada gambar lain.",
    ),
    "runs.damaged": ("'{path}' {reason}. {cure}", "'{path}' {reason}. {cure}"),
    "runs.wrong_sum": ("is damaged (its checksum does not match)", "rusak (checksum tidak cocok)"),
    "runs.not_complete": ("is empty", "kosong"),
    "runs.not_readable": (
        "is damaged (it does not hold what alih wrote)",
        "rusak (isinya bukan yang ditulis alih)",
    ),
    "runs.unreadable": ("cannot be read ({reason})", "tidak dapat dibaca ({reason})"),
    "runs.absent": ("is missing", "tidak ada"),
    "runs.cure_peeks": (
        "It says when test images were shown. Restore it from a copy; if there is none, delete it, and say in your text that test images were looked at.",
        "Berkas ini mencatat kapan gambar uji ditampilkan. Pulihkan dari salinan; bila tidak ada, hapus, dan sebutkan dalam tulisan Anda bahwa gambar uji pernah dilihat.",
    ),
    "runs.peeked": (
        "Test images were looked at on {days} ({n} {n:time|times}). Whatever was changed in the study afterwards was chosen with them in view: its verdict is no longer that of a sealed test.",
        "Gambar uji pernah dilihat pada {days} ({n} kali). Apa pun yang diubah dalam studi sesudahnya dipilih dengan mengetahui gambar itu: putusannya bukan lagi putusan dari data uji yang tersegel.",
    ),
    "runs.peeks_lost": (
        "Test images were looked at here before without an entry in peeks.json (missing: {count}); it was deleted or replaced. Restore it from a copy, or say in your text that test images were looked at.",
        "Gambar uji pernah dilihat di sini tanpa catatan di peeks.json (hilang: {count}); berkas itu dihapus atau diganti. Pulihkan dari salinan, atau sebutkan dalam tulisan Anda bahwa gambar uji pernah dilihat.",
    ),
    "runs.cure_cell": (
        "Compute {cell} again with: {command}",
        "Hitung ulang {cell} dengan: {command}",
    ),
    "runs.cure_study": ("Have it written anew with: {command}", "Tulis ulang dengan: {command}"),
    "runs.cure_machine": (
        "Restore it from a copy. If there is none, delete it: the next run chooses number format and threads anew, perhaps others "
        "than those that finished runs were computed with.",
        "Pulihkan dari salinan. Bila tidak ada, hapus: run berikutnya memilih ulang format bilangan dan jumlah thread, yang bisa berbeda "
        "dari yang dipakai run yang sudah selesai.",
    ),
    "runs.reason_new": ("not run yet", "belum dijalankan"),
    "runs.reason_started": (
        "started, but no epoch had ended",
        "sudah dimulai, tetapi belum ada epoch yang selesai",
    ),
    "runs.reason_running": (
        "another process is computing it now",
        "sedang dihitung oleh proses lain",
    ),
    "runs.reason_changed": ("runs again: {changes}", "dijalankan ulang: {changes}"),
    "runs.images_gone": (
        "{count} image {count:file is|files are} gone ({names})",
        "{count} berkas gambar hilang ({names})",
    ),
    "runs.images_new": (
        "{count} image {count:file is|files are} new ({names})",
        "ada {count} berkas gambar baru ({names})",
    ),
    "runs.images_other": (
        "image files have other bytes, labels or parts",
        "isi, label, atau bagian berkas gambar berubah",
    ),
    "runs.replaced": (
        "{count} computed {count:cell is|cells are} replaced; {cell} {reason}. To keep what is there, stop now and run in a folder of its own (--out).",
        "{count} sel yang sudah dihitung akan diganti; {cell} {reason}. Untuk mempertahankan hasil yang ada, hentikan sekarang dan jalankan di folder tersendiri (--out).",
    ),
    "runs.images_lost": (
        "{count} image {count:file|files} that {cells} computed {cells:cell was|cells were} trained or tested on {count:is|are} gone: {names}. Put {count:it|them} back and run again: nothing is lost. Where {count:it was|they were} removed on purpose, give the same command with --fresh added: it computes all cells anew without {count:it|them}.",
        "{count} berkas gambar yang dipakai {cells} sel yang sudah dihitung tidak ada lagi: {names}. Kembalikan lalu jalankan lagi: tidak ada hasil yang hilang. Bila memang sengaja dihapus, berikan perintah yang sama dengan tambahan --fresh: semua sel dihitung ulang tanpa berkas itu.",
    ),
    "runs.together_changed": (
        "what is kept together changed",
        "yang disatukan berubah",
    ),
    "runs.source_changed": (
        "the arm it starts from changed",
        "varian yang menjadi titik awalnya berubah",
    ),
    "runs.reason_damaged": (
        "runs again: {file} is damaged (its checksum does not match)",
        "dijalankan ulang: {file} rusak (checksum tidak cocok)",
    ),
    "runs.reason_finished": ("finished", "selesai"),
    "runs.reason_failed": (
        "failed: {error} (run with --retry-failed to try again)",
        "gagal: {error} (jalankan dengan --retry-failed untuk mencoba lagi)",
    ),
    "runs.reason_resumes": (
        "resumes after epoch {epoch} of {epochs}",
        "dilanjutkan setelah epoch {epoch} dari {epochs}",
    ),
    "runs.reason_blocked": (
        "cannot run: its source {source} failed",
        "tidak dapat dijalankan: sumbernya, {source}, gagal",
    ),
    "runs.state.finished": ("finished", "selesai"),
    "runs.state.new": ("new", "baru"),
    "runs.state.resumable": ("resumable", "dapat dilanjutkan"),
    "runs.state.changed": ("changed", "berubah"),
    "runs.state.skipped": ("elsewhere", "di proses lain"),
    "runs.state.damaged": ("damaged", "rusak"),
    "runs.state.failed": ("failed", "gagal"),
    "runs.state.blocked": ("blocked", "terhalang"),
    "runs.state.stopped": ("stopped", "dihentikan"),
    "runs.state.running": ("running", "berjalan"),
}
