"""Sentences of the room `cli` about `alih serve`."""

from __future__ import annotations

SERVE_TEXT: dict[str, tuple[str, str]] = {
    "cli.serve.help": (
        "Answer for images over HTTP: a page for people, JSON for programs.",
        "Jawab gambar lewat HTTP: halaman untuk orang, JSON untuk program.",
    ),
    "cli.arg.serve_model": (
        "The folder of a finished run (runs/STUDY/runs/ARM/seed-0), or of a model that `alih export` wrote.",
        "Folder run yang sudah selesai (runs/STUDI/runs/VARIAN/seed-0), atau folder model buatan `alih export`.",
    ),
    "cli.opt.serve_host": (
        "The address to listen on (default 127.0.0.1: this machine alone).",
        "Alamat yang dilayani; 127.0.0.1, yaitu mesin ini saja, bila tidak disebutkan.",
    ),
    "cli.opt.serve_port": (
        "The port to listen on (default 8000; 0: any that is free).",
        "Port yang dilayani; 8000 bila tidak disebutkan, 0 berarti port bebas mana pun.",
    ),
    "cli.opt.serve_max_mb": (
        "Refuse requests of more megabytes (default 10).",
        "Tolak permintaan yang lebih besar dari sekian megabita; 10 bila tidak disebutkan.",
    ),
    "cli.opt.serve_max_pixels": (
        "Refuse images with more pixels (default 50,000,000).",
        "Tolak gambar dengan piksel lebih banyak; 50.000.000 bila tidak disebutkan.",
    ),
    "cli.opt.serve_max_seconds": (
        "Give up an answer that takes more seconds (default 30).",
        "Batalkan jawaban yang perlu lebih dari sekian detik; 30 bila tidak disebutkan.",
    ),
    "cli.opt.serve_batch": (
        "Images answered together at most (default 32).",
        "Banyaknya gambar yang dijawab sekaligus, paling banyak; 32 bila tidak disebutkan.",
    ),
    "cli.serve.ready": (
        "{model} answers at {address} by {runtime} (end with Ctrl-C)",
        "{model} siap menjawab di {address} dengan {runtime} (akhiri dengan Ctrl-C)",
    ),
    "cli.serve.open": (
        "Warning: with --host {host} everyone who reaches this machine over the network can use the model, without a password and without encryption. Put a proxy with TLS and a login before it, or leave --host out.",
        "Peringatan: dengan --host {host}, siapa pun yang dapat menjangkau mesin ini lewat jaringan dapat memakai model, tanpa kata sandi dan tanpa enkripsi. Pasang proksi dengan TLS dan login di depannya, atau jangan berikan --host.",
    ),
    "cli.serve.stopped": ("Stopped.", "Dihentikan."),
}
