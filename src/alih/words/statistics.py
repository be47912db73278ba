"""Sentences of the room `statistics`."""

WORDS: dict[str, tuple[str, str]] = {}
