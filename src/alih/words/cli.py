"""Sentences of the room `cli`."""

WORDS: dict[str, tuple[str, str]] = {}
