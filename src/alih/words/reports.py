"""Sentences of the room `reports`."""

WORDS: dict[str, tuple[str, str]] = {}
