"""Sentences of the room `cli` about `alih watch`."""

from __future__ import annotations

WATCH_TEXT: dict[str, tuple[str, str]] = {
    "cli.watch.help": (
        "Show a study in the browser while it runs: cells, learning curves, time left.\n\n"
        "Reads the folder only; takes no look at test scores. Start it before, during or after `alih run`, also for a folder that is still to come.",
        "Tampilkan studi di peramban selama berjalan: sel, kurva belajar, sisa waktu.\n\n"
        "Hanya membaca folder; skor uji tidak diamati. Boleh dimulai sebelum, selama, atau sesudah `alih run`, juga untuk folder yang belum ada.",
    ),
    "cli.arg.watch": (
        "A study folder, such as runs/my-study.",
        "Folder studi, misalnya runs/studi-saya.",
    ),
    "cli.opt.watch_port": (
        "The port of the page on 127.0.0.1 (default 0: any that is free).",
        "Port halaman di 127.0.0.1; 0, yaitu port bebas mana pun, bila tidak disebutkan.",
    ),
    "cli.opt.watch_open": (
        "Open the page in the browser of this machine.",
        "Buka halaman di peramban mesin ini.",
    ),
    "cli.watch.ready": (
        "{path} is shown at {address} (end with Ctrl-C; the study does not depend on it)",
        "{path} ditampilkan di {address} (akhiri dengan Ctrl-C; studi tidak bergantung padanya)",
    ),
    "cli.watch.absent": (
        "{path} holds no study yet; the page waits for one.",
        "Belum ada studi di {path}; halaman menunggunya.",
    ),
}
