"""Sentences of the room `inspect`."""

WORDS: dict[str, tuple[str, str]] = {}
