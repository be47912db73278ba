"""Sentences of the room `evaluation`."""

WORDS: dict[str, tuple[str, str]] = {}
