"""Sentences shared by several rooms."""

WORDS: dict[str, tuple[str, str]] = {
    "common.no_such_file": (
        "There is no file '{path}'. Check the path, or run `alih studies` for the built-in studies.",
        "Tidak ada berkas '{path}'. Periksa jalurnya, atau jalankan `alih studies` untuk studi bawaan.",
    ),
    "common.did_you_mean": ("Did you mean '{name}'?", "Maksud Anda '{name}'?"),
    "common.no_space": (
        "No space left while writing '{path}'. Everything finished so far is kept. Free some space and run the same command again.",
        "Ruang penyimpanan habis saat menulis '{path}'. Semua yang sudah selesai tetap tersimpan. Kosongkan ruang lalu jalankan perintah yang sama lagi.",
    ),
    "common.cannot_write": (
        "Cannot write to '{path}': {reason}. Choose another place with --out, or change the folder's permissions.",
        "Tidak dapat menulis ke '{path}': {reason}. Pilih tempat lain dengan --out, atau ubah izin foldernya.",
    ),
    "common.cannot_use": (
        "Cannot use '{path}': {reason}. Check that it is there and that you may use it.",
        "'{path}' tidak dapat digunakan: {reason}. Pastikan ada dan boleh digunakan.",
    ),
    "common.name_not_utf8": (
        "The name '{name}' is not UTF-8 text (\\x… stands for bytes that are none), so it cannot be kept in documents and results. Rename it.",
        "Nama '{name}' bukan teks UTF-8 (\\x… menandai byte yang bukan teks), jadi tidak dapat disimpan di dokumen dan hasil. Ganti namanya.",
    ),
    "common.not_a_regular_file": (
        "this is a {kind}, not a file with content",
        "ini {kind}, bukan berkas yang berisi data",
    ),
    "common.kind_folder": ("folder", "folder"),
    "common.none": ("none", "tidak ada"),
    "common.kind_pipe": ("named pipe", "pipa bernama"),
    "common.kind_socket": ("socket", "soket"),
    "common.kind_device": ("device", "perangkat"),
    "common.cannot_read": (
        "Cannot read '{path}': {reason}. Change its permissions, or restore it from a copy.",
        "Tidak dapat membaca '{path}': {reason}. Ubah izinnya, atau pulihkan dari salinan.",
    ),
    "common.no_locks": (
        "The file system of '{path}' has no file locks ({reason}), which keep two processes from computing the same run. "
        "Put the study on a local disk with --out; a copy of finished results can be read anywhere.",
        "Sistem berkas '{path}' tidak mendukung penguncian berkas ({reason}), padahal penguncian mencegah dua proses menghitung run yang sama. "
        "Taruh studi di cakram lokal dengan --out; salinan hasil yang sudah selesai dapat dibaca di mana saja.",
    ),
    # --- reasons of the operating system ---
    "common.system_enoent": ("No such file or directory", "berkas atau folder tidak ada"),
    "common.system_eacces": ("Permission denied", "tidak diizinkan"),
    "common.system_eperm": ("Operation not permitted", "tindakan ini tidak diizinkan"),
    "common.system_enospc": ("No space left on device", "ruang penyimpanan habis"),
    "common.system_edquot": ("Disk quota exceeded", "kuota penyimpanan habis"),
    "common.system_erofs": ("Read-only file system", "sistem berkas hanya dapat dibaca"),
    "common.system_eisdir": (
        "this is a folder, not a file with content",
        "ini folder, bukan berkas yang berisi data",
    ),
    "common.system_enotdir": ("Not a directory", "bukan folder"),
    "common.system_emfile": ("Too many open files", "terlalu banyak berkas yang terbuka"),
    "common.system_eio": ("Input/output error", "perangkat penyimpanan gagal membaca atau menulis"),
    "common.system_ebusy": ("Device or resource busy", "sedang dipakai proses lain"),
    "common.system_enametoolong": ("File name too long", "nama berkas terlalu panjang"),
    "common.system_eloop": (
        "Too many levels of symbolic links",
        "tautan simbolis berputar-putar",
    ),
    "common.needs_extra": (
        "`alih {command}` needs the '{extra}' packages ({missing} is not installed). Install them with: pip install 'alih[{extra}]'",
        "`alih {command}` memerlukan paket '{extra}' ({missing} belum terpasang). Pasang dengan: pip install 'alih[{extra}]'",
    ),
    "common.seconds": ("{seconds} s", "{seconds} dtk"),
    "common.minutes": ("{minutes} min", "{minutes} mnt"),
    "common.hours": ("{hours} h {minutes} min", "{hours} jam {minutes} mnt"),
}
