"""Sentences of the room `features`."""

WORDS: dict[str, tuple[str, str]] = {
    "features.bad_limit": (
        "{name} is '{got}'; expected a number of gigabytes, such as 10 (0 keeps no activations).",
        "{name} bernilai '{got}'; yang diharapkan jumlah gigabyte, misalnya 10 (0 berarti aktivasi tidak disimpan).",
    ),
}
