"""What `alih audit` says, and its page."""

AUDIT_TEXT: dict[str, tuple[str, str]] = {
    "inspect.audit.level": (
        "--fail-on got {got!r}, which is no severity. {known}",
        "--fail-on diisi {got!r}, yang bukan tingkat keparahan. {known}",
    ),
    "inspect.audit.nothing": (
        "Nothing was found that would ruin a study.",
        "Tidak ditemukan hal yang dapat merusak studi.",
    ),
    "inspect.audit.count_problem": ("{n} {n:problem|problems}", "{n} masalah"),
    "inspect.audit.count_warning": ("{n} {n:warning|warnings}", "{n} peringatan"),
    "inspect.audit.count_note": ("{n} {n:note|notes}", "{n} catatan"),
    "inspect.audit.problem": ("problem", "masalah"),
    "inspect.audit.warning": ("warning", "peringatan"),
    "inspect.audit.note": ("note", "catatan"),
    "inspect.audit.muted": (
        "{n} further {n:finding is|findings are} muted by the study.",
        "{n} temuan lain dibisukan oleh studi ini.",
    ),
    "inspect.audit.damaged": (
        "{count} of {of:,} files cannot be used: {files} ({reason}). A run refuses them: repair, replace or remove them.",
        "{count} dari {of:,} berkas tidak dapat dipakai: {files} ({reason}). Studi akan menolaknya: perbaiki, ganti, atau hapus.",
    ),
    "inspect.audit.equal": ("equal{parts}{classes}", "sama persis{parts}{classes}"),
    "inspect.audit.alike": (
        "{alike:.1%} alike{turn}{parts}{classes}",
        "{alike:.1%} mirip{turn}{parts}{classes}",
    ),
    "inspect.audit.place": (", {place}", ", {place}"),
    "inspect.audit.times": ("{one} × {other}", "{one} × {other}"),
    "inspect.audit.pool": ("to be divided", "belum dibagi"),
    "inspect.audit.pair": ("{first} and {second} ({how})", "{first} dan {second} ({how})"),
    "inspect.audit.turned_1": (", turned 90°", ", diputar 90°"),
    "inspect.audit.turned_2": (", turned 180°", ", diputar 180°"),
    "inspect.audit.turned_3": (", turned 270°", ", diputar 270°"),
    "inspect.audit.turned_4": (", mirrored", ", dicerminkan"),
    "inspect.audit.turned_5": (", mirrored and turned 90°", ", dicerminkan dan diputar 90°"),
    "inspect.audit.turned_6": (", upside down in a mirror", ", dicerminkan atas-bawah"),
    "inspect.audit.turned_7": (", mirrored and turned 270°", ", dicerminkan dan diputar 270°"),
    "inspect.audit.written": ("Page: {path}", "Halaman: {path}"),
    "inspect.audit.page_title": ("Audit of {name}", "Audit {name}"),
    "inspect.audit.page_muted": (
        "{n} further {n:finding is|findings are} muted by the study.",
        "{n} temuan lain dibisukan oleh studi ini.",
    ),
    "inspect.audit.page_contents": ("Findings", "Temuan"),
    "inspect.audit.page_files": ("Files ({n})", "Berkas ({n})"),
    "inspect.audit.page_further": (
        "{n} further; `alih audit --json` lists more.",
        "{n} lainnya; `alih audit --json` memuat lebih banyak.",
    ),
    "inspect.audit.page_footer": (
        "Each code has a page in docs/checks: how it is detected, why it matters, what to do. A study mutes what you know about: mute: [A014].",
        "Tiap kode memiliki halaman di docs/checks: cara mendeteksi, mengapa penting, apa yang dilakukan. Studi membisukan yang sudah Anda ketahui: mute: [A014].",
    ),
    "inspect.audit.check_A001": ("Images left out", "Gambar yang tidak dipakai"),
    "inspect.audit.check_A002": ("Folder without images", "Folder tanpa gambar"),
    "inspect.audit.check_A003": ("One image in two classes", "Satu gambar di dua kelas"),
    "inspect.audit.check_A004": ("One image in two parts", "Satu gambar di dua bagian"),
    "inspect.audit.check_A005": ("Copies kept together", "Salinan yang disatukan"),
    "inspect.audit.check_A006": (
        "Validation part without test part",
        "Bagian validasi tanpa bagian uji",
    ),
    "inspect.audit.check_A007": (
        "Class missing from a part",
        "Kelas yang tidak ada di suatu bagian",
    ),
    "inspect.audit.check_A008": ("Images of 16 bits", "Gambar 16 bit"),
    "inspect.audit.check_A009": ("Meaning of 255 in masks", "Arti 255 dalam mask"),
    "inspect.audit.check_A010": ("Folders inside classes", "Folder di dalam kelas"),
    "inspect.audit.check_A040": ("Classes with nearly one name", "Kelas yang namanya hampir sama"),
    "inspect.audit.check_A041": ("Likely groups", "Kemungkinan kelompok"),
    "inspect.audit.check_A011": ("Files that cannot be used", "Berkas yang tidak dapat dipakai"),
    "inspect.audit.check_A012": ("Near copies in two classes", "Salinan hampir sama di dua kelas"),
    "inspect.audit.check_A013": ("Near copies in two parts", "Salinan hampir sama di dua bagian"),
    "inspect.audit.check_A014": (
        "Near copies in one part",
        "Salinan hampir sama dalam satu bagian",
    ),
    "inspect.audit.near_labels": (
        "{count} {count:pair|pairs} of images with different labels look like copies of each other, such as {example}. At most one of the labels is right: look at the {count:pair|pairs}.",
        "{count} pasang gambar dengan label berbeda tampak seperti salinan satu sama lain, misalnya {example}. Paling banyak satu labelnya benar: periksa pasangan itu.",
    ),
    "inspect.audit.near_parts": (
        "{count} {count:pair|pairs} of images in different parts look like copies of each other, such as {example}. What was learnt by heart is tested: remove one of each.",
        "{count} pasang gambar di bagian yang berbeda tampak seperti salinan satu sama lain, misalnya {example}. Yang sudah dihafal ikut diuji: hapus salah satunya.",
    ),
    "inspect.audit.near_pool": (
        "{count} {count:pair|pairs} of images look like copies of each other, such as {example}. Parts and folds that are drawn will put one into training and the other into testing: remove one of each, or keep them together with `split: {{group: …}}`.",
        "{count} pasang gambar tampak seperti salinan satu sama lain, misalnya {example}. Bagian dan lipatan yang diundi akan menaruh yang satu di data latih dan yang lain di data uji: hapus salah satunya, atau satukan dengan `split: {{group: …}}`.",
    ),
    "inspect.audit.near_small": (
        "{count} {count:pair|pairs} of images look like copies of each other ({labels} with different labels, {parts} in different parts), such as {example}. At {side} pixels a side chance makes images alike: look at some.",
        "{count} pasang gambar tampak seperti salinan satu sama lain ({labels} dengan label berbeda, {parts} di bagian yang berbeda), misalnya {example}. Pada ukuran {side} piksel, kemiripan bisa kebetulan: periksa beberapa di antaranya.",
    ),
    "inspect.audit.near_within": (
        "{count} {count:pair|pairs} of images in one part look like copies of each other, such as {example}. They count twice.",
        "{count} pasang gambar dalam satu bagian tampak seperti salinan satu sama lain, misalnya {example}. Gambar itu terhitung dua kali.",
    ),
}
