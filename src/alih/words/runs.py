"""Sentences of the room `runs`."""

WORDS: dict[str, tuple[str, str]] = {
    "runs.not_a_study_folder": (
        "'{path}' is not a study folder (it holds no study.yaml). Make one with: alih run STUDY --out {path}",
        "'{path}' bukan folder studi (tidak ada study.yaml di dalamnya). Buat dengan: alih run STUDI --out {path}",
    ),
}
