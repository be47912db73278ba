"""Sentences of the room `serving`: what a server tells its callers, and the page."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # --- what callers are told ---
    "serving.too_many_bytes": (
        "The request is larger than {limit:.1f} MB, the limit of this server. Send a smaller image.",
        "Permintaan lebih besar dari {limit:.1f} MB, batas server ini. Kirim gambar yang lebih kecil.",
    ),
    "serving.too_many_pixels": (
        "The image has {width:,} × {height:,} pixels, more than the {limit:,} that this server reads. Make it smaller and send it again.",
        "Gambar berukuran {width:,} × {height:,} piksel, melebihi {limit:,} piksel yang dibaca server ini. Perkecil gambarnya lalu kirim lagi.",
    ),
    "serving.too_slow": (
        "The request came too slowly and was cut off. Send it again over a faster connection, or send a smaller image.",
        "Permintaan datang terlalu lambat sehingga diputus. Kirim lagi lewat koneksi yang lebih cepat, atau kirim gambar yang lebih kecil.",
    ),
    "serving.cut_off": (
        "The request ended before all of it had come. Send it again.",
        "Permintaan terputus sebelum diterima seluruhnya. Kirim lagi.",
    ),
    "serving.busy": (
        "The server has as many requests as it can take. Try again in a second.",
        "Server sedang menangani permintaan sebanyak yang sanggup diterimanya. Coba lagi sedetik lagi.",
    ),
    "serving.late": (
        "There was no answer within {seconds:.0f} seconds. Try again later, or send a smaller image.",
        "Tidak ada jawaban dalam {seconds:.0f} detik. Coba lagi nanti, atau kirim gambar yang lebih kecil.",
    ),
    "serving.empty": (
        "The file is empty. Send an image file.",
        "Berkasnya kosong. Kirim berkas gambar.",
    ),
    "serving.no_image": (
        "The form holds no file. Send an image as a file field of multipart/form-data, such as `curl -F file=@photo.jpg`.",
        "Formulir tidak berisi berkas. Kirim gambar sebagai bidang berkas multipart/form-data, misalnya `curl -F file=@photo.jpg`.",
    ),
    "serving.bad_form": (
        "The form cannot be read, or holds more than {most} files. Send multipart/form-data with a file field for each image.",
        "Formulir tidak dapat dibaca, atau berisi lebih dari {most} berkas. Kirim multipart/form-data dengan satu bidang berkas untuk tiap gambar.",
    ),
    "serving.wrong_type": (
        "Got content of the type '{got}', expected an image (image/jpeg, image/png, …) or multipart/form-data with image files.",
        "Isi yang dikirim bertipe '{got}', seharusnya gambar (image/jpeg, image/png, …) atau multipart/form-data berisi berkas gambar.",
    ),
    "serving.unreadable": (
        "The file cannot be read as an image: {reason}. Send a whole image file in one of the formats that this server reads.",
        "Berkas tidak dapat dibaca sebagai gambar: {reason}. Kirim berkas gambar yang utuh dalam format yang dibaca server ini.",
    ),
    "serving.no_masks": (
        "This model tells classes of whole images and makes no masks. Ask /predict.",
        "Model ini menentukan kelas seluruh gambar dan tidak membuat mask. Gunakan /predict.",
    ),
    "serving.one_image": (
        "Got {got} images; /mask takes one. Send them one by one, or all to /predict.",
        "Ada {got} gambar; /mask menerima satu. Kirim satu per satu, atau kirim semuanya ke /predict.",
    ),
    "serving.bad_option": (
        "'{name}' cannot be '{got}'. `top` is a whole number from 1 on, `picture` true or false.",
        "'{name}' tidak dapat diisi '{got}'. `top` adalah bilangan bulat mulai dari 1, `picture` true atau false.",
    ),
    "serving.no_page": (
        "There is nothing at {path}. Send images to /predict; /openapi.json describes what there is.",
        "Tidak ada apa pun di {path}. Kirim gambar ke /predict; /openapi.json menjelaskan semua yang tersedia.",
    ),
    "serving.no_method": (
        "{path} does not take {method}. Send images to /predict with POST.",
        "{path} tidak menerima {method}. Kirim gambar ke /predict dengan POST.",
    ),
    "serving.bad_request": (
        "The request {method} {path} cannot be read. /openapi.json describes what there is.",
        "Permintaan {method} {path} tidak dapat dibaca. /openapi.json menjelaskan semua yang tersedia.",
    ),
    "serving.failed": (
        "The server failed at this request; its log says why. Other requests are answered as before.",
        "Server gagal menangani permintaan ini; sebabnya ada di log server. Permintaan lain tetap dijawab.",
    ),
    # --- what whoever starts it is told ---
    "serving.bad_port": (
        "There is no port {got}. Give --port a whole number from 0 (any that is free) to 65535.",
        "Tidak ada port {got}. Isi --port dengan bilangan bulat dari 0 (port bebas mana pun) sampai 65535.",
    ),
    "serving.port_taken": (
        "Port {port} of {host} is taken by another program. End it, or give another port: --port {other}",
        "Port {port} di {host} sedang dipakai program lain. Hentikan program itu, atau pilih port lain: --port {other}",
    ),
    "serving.no_port": (
        "Port {port} of {host} cannot be used: {reason}. Give another one with --port, such as 8000.",
        "Port {port} di {host} tidak dapat dipakai: {reason}. Pilih port lain dengan --port, misalnya 8000.",
    ),
    "serving.unknown_host": (
        "'{host}' is not an address of this machine. Give --host 127.0.0.1 for this machine alone, or 0.0.0.0 for all its addresses.",
        "'{host}' bukan alamat mesin ini. Beri --host 127.0.0.1 untuk mesin ini saja, atau 0.0.0.0 untuk semua alamatnya.",
    ),
    "serving.bad_limit": (
        "The limit {name} must be more than 0, got {got}.",
        "Batas {name} harus lebih dari 0, tetapi diisi {got}.",
    ),
    # --- the page ---
    "serving.page_title": ("{model}: try it", "{model}: coba di sini"),
    "serving.page_skip": ("To the answer", "Ke jawaban"),
    "serving.page_languages": ("Language", "Bahasa"),
    "serving.page_kicker_classification": ("Image classification", "Klasifikasi gambar"),
    "serving.page_kicker_segmentation": ("Image segmentation", "Segmentasi gambar"),
    "serving.page_intro_classification": (
        "Give an image and see which class the model takes it for, how sure it is, and what it looks at.",
        "Beri satu gambar, lalu lihat kelas yang dipilih model, seberapa yakin model itu, dan bagian gambar yang diperhatikannya.",
    ),
    "serving.page_intro_plain": (
        "Give an image and see which class the model takes it for, and how sure it is.",
        "Beri satu gambar, lalu lihat kelas yang dipilih model dan seberapa yakin model itu.",
    ),
    "serving.page_intro_segmentation": (
        "Give an image and see which class the model sees in every pixel.",
        "Beri satu gambar, lalu lihat kelas yang dikenali model pada tiap piksel.",
    ),
    "serving.page_h_image": ("Your image", "Gambar Anda"),
    "serving.page_drop": (
        "Drop an image here, paste one, or choose a file.",
        "Seret gambar ke sini, tempel, atau pilih berkas.",
    ),
    "serving.page_choose": ("Choose an image", "Pilih gambar"),
    "serving.page_photo": ("Take a photo", "Ambil foto"),
    "serving.page_formats": (
        "JPEG, PNG, WebP, TIFF, GIF or BMP, up to {limit} MB. The image goes to this server only and is not kept.",
        "JPEG, PNG, WebP, TIFF, GIF, atau BMP, paling besar {limit} MB. Gambar hanya dikirim ke server ini dan tidak disimpan.",
    ),
    "serving.page_noscript": (
        "This page needs JavaScript. Without it, send images to /predict.",
        "Halaman ini memerlukan JavaScript. Tanpa JavaScript, kirim gambar ke /predict.",
    ),
    "serving.page_h_answer": ("The answer", "Jawaban"),
    "serving.page_h_classification": ("Probabilities", "Probabilitas"),
    "serving.page_h_segmentation": ("Share of the image", "Porsi gambar"),
    "serving.page_overlay_classification": (
        "Show what speaks for the answer",
        "Tampilkan bagian yang mendukung jawaban",
    ),
    "serving.page_overlay_segmentation": ("Show the mask", "Tampilkan mask"),
    "serving.page_download": ("Download the mask (PNG)", "Unduh mask (PNG)"),
    "serving.page_calibrated": (
        "Probabilities are calibrated: among validation images answered with 80 %, about 80 % were right. They hold for images like those it was trained on.",
        "Probabilitas sudah dikalibrasi: dari gambar validasi yang dijawab dengan 80 %, sekitar 80 % benar. Ini berlaku untuk gambar yang serupa dengan gambar latihnya.",
    ),
    "serving.page_uncalibrated": (
        "Probabilities are the network's own and not calibrated; networks are often too sure.",
        "Probabilitas berasal langsung dari jaringan dan belum dikalibrasi; jaringan sering terlalu yakin.",
    ),
    "serving.page_classes": (
        "The {count} {count:class|classes} it knows",
        "{count} kelas yang dikenalnya",
    ),
    "serving.page_programs": ("For programs", "Untuk program"),
    "serving.page_programs_text": (
        "The same answers as JSON:",
        "Jawaban yang sama sebagai JSON:",
    ),
    "serving.page_footer": (
        "Made by alih. A model can be wrong; do not decide about people by it alone.",
        "Dibuat dengan alih. Model dapat keliru; jangan mengambil keputusan tentang orang hanya berdasarkan model ini.",
    ),
    "serving.page_working": ("Looking at the image …", "Memeriksa gambar …"),
    "serving.page_failed": (
        "The server did not answer as expected. Try again.",
        "Server tidak menjawab seperti seharusnya. Coba lagi.",
    ),
    "serving.page_no_server": (
        "The server cannot be reached. Is it still running?",
        "Server tidak dapat dihubungi. Apakah masih berjalan?",
    ),
    "serving.page_too_many_bytes": (
        "The file is too large for this server. Choose a smaller image.",
        "Berkas terlalu besar untuk server ini. Pilih gambar yang lebih kecil.",
    ),
    "serving.page_no_image": (
        "There was no image in it. Drop or paste an image file.",
        "Tidak ada gambar di dalamnya. Seret atau tempel berkas gambar.",
    ),
    "serving.page_answer": ("{name}, with {share}", "{name}, dengan {share}"),
    "serving.page_unlike": (
        "This image is unlike those that the model learnt from: do not rely on the answer.",
        "Gambar ini tidak mirip dengan gambar yang dipelajari model: jangan mengandalkan jawabannya.",
    ),
    "serving.page_covers": (
        "{name} covers most: {share} of the image",
        "Yang terluas adalah {name}: {share} dari gambar",
    ),
    "serving.page_seen": (
        "Bright places speak for the answer (Grad-CAM).",
        "Bagian terang mendukung jawaban (Grad-CAM).",
    ),
    "serving.page_unseen_image": (
        "Nothing in this image speaks for the answer by itself (Grad-CAM found no bright place).",
        "Tidak ada bagian gambar ini yang mendukung jawaban secara tersendiri (Grad-CAM tidak menemukan bagian terang).",
    ),
    "serving.page_unseen_model": (
        "A model of this kind has no map of what speaks for the answer (Grad-CAM).",
        "Model jenis ini tidak memiliki peta bagian yang mendukung jawaban (Grad-CAM).",
    ),
    "serving.page_unseen_onnx": (
        "ONNX Runtime computes this model and has no map of what speaks for the answer (Grad-CAM). A server started with --runtime torch shows one, where the model has it.",
        "Model ini dihitung oleh ONNX Runtime, yang tidak memiliki peta bagian yang mendukung jawaban (Grad-CAM). Server yang dijalankan dengan --runtime torch menampilkannya, bila model memilikinya.",
    ),
    "serving.page_mask": ("The mask over the image.", "Mask di atas gambar."),
    "serving.page_alt": ("Your image {name}.", "Gambar Anda, {name}."),
    "serving.page_seconds": ("Answered in {seconds} s.", "Dijawab dalam {seconds} dtk."),
}
