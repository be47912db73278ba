"""Sentences of the room `cli` about `alih track` and `alih run --track`."""

from __future__ import annotations

TRACK_TEXT: dict[str, tuple[str, str]] = {
    "cli.track.help": (
        "Send a study to TensorBoard, MLflow, W&B or Trackio: a run for each cell, one with the verdicts.\n\n"
        "For finished and for running studies; what is there already is not sent again. No look is taken: test scores are sent only once a verdict was asked for.",
        "Kirim studi ke TensorBoard, MLflow, W&B, atau Trackio: satu run tiap sel, satu lagi berisi putusan.\n\n"
        "Untuk studi yang selesai maupun yang berjalan; yang sudah ada tidak dikirim lagi. Tidak ada pengamatan: skor uji baru dikirim setelah putusannya diminta.",
    ),
    "cli.opt.track_to": (
        "tensorboard, mlflow, wandb or trackio, also as NAME=PLACE; can be given several times.",
        "tensorboard, mlflow, wandb, atau trackio, boleh juga NAMA=TEMPAT; dapat diberikan beberapa kali.",
    ),
    "cli.opt.track_project": (
        "The project (MLflow: experiment) of the runs; the study's name if not given.",
        "Proyek (MLflow: experiment) untuk run; nama studi bila tidak disebutkan.",
    ),
    "cli.opt.run_track": (
        "Send the study to a tracker while it runs: tensorboard, mlflow, wandb or trackio, also as NAME=PLACE; can be given several times.",
        "Kirim studi ke pelacak selama berjalan: tensorboard, mlflow, wandb, atau trackio, boleh juga NAMA=TEMPAT; dapat diberikan beberapa kali.",
    ),
    "cli.track.no_target": (
        "Name a tracker with --to: {known}.",
        "Sebutkan pelacak dengan --to: {known}.",
    ),
}
