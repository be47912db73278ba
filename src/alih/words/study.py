"""Sentences of the room `study`."""

WORDS: dict[str, tuple[str, str]] = {}
