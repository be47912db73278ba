"""Sentences of the room `runs`."""

WORDS: dict[str, tuple[str, str]] = {}
