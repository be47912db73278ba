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
