"""Sentences of the room `reports`: the page of an exported model (`alih export --page`)."""

WEB_TEXT: dict[str, tuple[str, str]] = {
    "reports.web_no_onnx": (
        "'{path}' holds no model.onnx, which a page needs. {why}",
        "'{path}' tidak memuat model.onnx, padahal halaman membutuhkannya. {why}",
    ),
    "reports.web_large": (
        "'{file}' has {size:.0f} MB, too many for a page; the most is {most} MB. Use the folder with alih predict, or export an arm with a smaller network.",
        "'{file}' berukuran {size:.0f} MB, terlalu besar untuk satu halaman; paling besar {most} MB. Pakai foldernya dengan alih predict, atau ekspor varian dengan jaringan yang lebih kecil.",
    ),
    "reports.web_kicker": (
        "A trained model that runs in this page",
        "Model terlatih yang berjalan di halaman ini",
    ),
    "reports.web_intro": (
        "Give it an image, and the model answers here, in your browser. No image leaves this device, and no connection is needed.",
        "Berikan sebuah gambar, lalu model menjawab di sini, di peramban Anda. Gambar tidak keluar dari perangkat ini, dan tidak perlu sambungan internet.",
    ),
    "reports.web_skip": ("Skip to the answers", "Langsung ke jawaban"),
    "reports.web_no_script": (
        "The model needs JavaScript. Allow it for this file, and open the page again.",
        "Model ini memerlukan JavaScript. Izinkan untuk berkas ini, lalu buka kembali halamannya.",
    ),
    "reports.web_choose": ("Choose images", "Pilih gambar"),
    "reports.web_camera": ("Take a photograph", "Ambil foto"),
    "reports.web_drop": (
        "Or drop images anywhere on this page, or paste one with Ctrl+V.",
        "Atau seret gambar ke halaman ini, atau tempel dengan Ctrl+V.",
    ),
    "reports.web_starting": (
        "The model is being unpacked; that takes some seconds.",
        "Model sedang dibuka; perlu beberapa detik.",
    ),
    "reports.web_ready": ("The model is ready.", "Model siap."),
    "reports.web_failed": (
        "The model cannot run in this browser. Open the file with a recent Firefox, Chrome, Edge or Safari.",
        "Model tidak dapat dijalankan di peramban ini. Buka berkasnya dengan Firefox, Chrome, Edge, atau Safari versi baru.",
    ),
    "reports.web_pasted": ("pasted image", "gambar tempelan"),
    "reports.web_working": (
        "Image {index} of {total}: {name}",
        "Gambar {index} dari {total}: {name}",
    ),
    "reports.web_tiles": ("{name}: {share} done", "{name}: {share} selesai"),
    "reports.web_answered": ("{name}: {answer}", "{name}: {answer}"),
    "reports.web_unlike": (
        "This image is unlike those that the model learnt from: do not rely on the answer.",
        "Gambar ini tidak mirip dengan gambar yang dipelajari model: jangan mengandalkan jawabannya.",
    ),
    "reports.web_unreadable": (
        "“{name}” cannot be read as an image by this browser. Give a JPEG, PNG, WebP, GIF or BMP file that opens in other programs.",
        "“{name}” tidak dapat dibaca sebagai gambar oleh peramban ini. Berikan berkas JPEG, PNG, WebP, GIF, atau BMP yang dapat dibuka di program lain.",
    ),
    "reports.web_too_large": (
        "“{name}” has too many pixels for this page. Make it smaller, or use alih on a computer.",
        "“{name}” punya terlalu banyak piksel untuk halaman ini. Perkecil gambarnya, atau pakai alih di komputer.",
    ),
    "reports.web_picture": ("The image {name}", "Gambar {name}"),
    "reports.web_caption": ("Answer for {name}", "Jawaban untuk {name}"),
    "reports.web_answers": ("Answers", "Jawaban"),
    "reports.web_class": ("Class", "Kelas"),
    "reports.web_probability": ("Probability", "Probabilitas"),
    "reports.web_area": ("Share of the area", "Porsi luas"),
    "reports.web_all_classes": ("Show all classes", "Tampilkan semua kelas"),
    "reports.web_h_model": ("About this model", "Tentang model ini"),
    "reports.web_fact_task": ("Task", "Tugas"),
    "reports.web_task_classification": (
        "One of {count} classes for each image",
        "Satu dari {count} kelas untuk tiap gambar",
    ),
    "reports.web_task_segmentation": (
        "One of {count} classes for each pixel",
        "Satu dari {count} kelas untuk tiap piksel",
    ),
    "reports.web_fact_classes": ("Classes", "Kelas"),
    "reports.web_fact_model": ("Model", "Model"),
    "reports.web_model": ("{arm} ({network})", "{arm} ({network})"),
    "reports.web_fact_data": ("Learnt from", "Belajar dari"),
    "reports.web_fact_score": ("How good it is", "Seberapa baik"),
    "reports.web_score": (
        "{metric} {value} on {items:,} test images (95 % interval {low} to {high}; mean of {replicates} {replicates:replicate|replicates} of its arm; averaging: {averaging})",
        "{metric} {value} pada {items:,} gambar uji (selang 95 % {low} sampai {high}; rata-rata {replicates} ulangan variannya; perataan: {averaging})",
    ),
    "reports.web_fact_choice": ("Why this model", "Mengapa model ini"),
    "reports.web_fact_input": ("What it sees", "Yang dilihatnya"),
    "reports.web_input_colour": (
        "{size} × {size} pixels in colour; {resize}",
        "{size} × {size} piksel berwarna; {resize}",
    ),
    "reports.web_input_gray": (
        "{size} × {size} pixels in gray; {resize}",
        "{size} × {size} piksel abu-abu; {resize}",
    ),
    "reports.web_resize_squash": (
        "the whole image, stretched to a square",
        "seluruh gambar, diubah menjadi persegi",
    ),
    "reports.web_resize_crop": (
        "the middle square of the image",
        "bagian persegi di tengah gambar",
    ),
    "reports.web_resize_masks": (
        "larger images are read piece by piece",
        "gambar yang lebih besar dibaca sebagian demi sebagian",
    ),
    "reports.web_fact_calibration": ("Probabilities", "Probabilitas"),
    "reports.web_calibrated": (
        "Calibrated on validation images (temperature {value:.2f}), as in alih predict's column `probability`",
        "Dikalibrasi pada gambar validasi (suhu {value:.2f}), seperti kolom `probability` dari alih predict",
    ),
    "reports.web_uncalibrated": (
        "As the network gives them, not calibrated",
        "Sebagaimana diberikan jaringan, tanpa kalibrasi",
    ),
    "reports.web_h_limits": ("What to keep in mind", "Yang perlu diingat"),
    "reports.web_limit_classes": (
        "It knows the classes above and nothing else. An image of something else gets one of them too, often with a high probability.",
        "Model hanya mengenal kelas di atas. Gambar lain pun akan diberi salah satunya, sering dengan probabilitas tinggi.",
    ),
    "reports.web_limit_alike": (
        "The score holds for images like those of {data}. With another camera, light or background it can be far worse: try it on images whose answer you know.",
        "Skornya berlaku untuk gambar yang serupa dengan {data}. Dengan kamera, cahaya, atau latar lain hasilnya bisa jauh lebih buruk: cobalah pada gambar yang sudah Anda ketahui jawabannya.",
    ),
    "reports.web_limit_mean": (
        "A single answer can be wrong whatever its probability. Do not let it decide alone where a mistake does harm.",
        "Satu jawaban bisa saja salah, berapa pun probabilitasnya. Jangan jadikan satu-satunya penentu bila kesalahan dapat merugikan.",
    ),
    "reports.web_limit_private": (
        "The page forbids itself every connection (Content-Security-Policy), so no image can be sent anywhere.",
        "Halaman ini melarang dirinya membuat sambungan apa pun (Content-Security-Policy), sehingga gambar tidak dapat dikirim ke mana pun.",
    ),
    "reports.web_h_licences": ("Licences", "Lisensi"),
    "reports.web_runtime": (
        "The network is computed by ONNX Runtime Web (Microsoft, MIT licence), which is part of this file.",
        "Jaringan dihitung oleh ONNX Runtime Web (Microsoft, lisensi MIT), yang menjadi bagian berkas ini.",
    ),
    "reports.web_licence": (
        "{name}: licence {licence}; source: {source}",
        "{name}: lisensi {licence}; sumber: {source}",
    ),
    "reports.web_licence_unknown": ("unknown", "tidak diketahui"),
    "reports.web_licence_texts": (
        "Licence texts of ONNX Runtime and of what it contains",
        "Teks lisensi ONNX Runtime dan isinya",
    ),
    "reports.web_footer": ("Written by alih {version}.", "Ditulis oleh alih {version}."),
}
