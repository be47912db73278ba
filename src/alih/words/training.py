"""Sentences of the room `training`."""

WORDS: dict[str, tuple[str, str]] = {}
