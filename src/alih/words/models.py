"""Sentences of the room `models`."""

WORDS: dict[str, tuple[str, str]] = {}
