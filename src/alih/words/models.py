"""Sentences of the room `models`."""

WORDS: dict[str, tuple[str, str]] = {
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
}
