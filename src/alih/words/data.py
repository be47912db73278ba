"""Sentences of the room `data`."""

WORDS: dict[str, tuple[str, str]] = {}
