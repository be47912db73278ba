"""What calls say: in another language than the test's, which is English, or as keys and values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from alih import words


def spoken(lang: str, call: Callable[..., Any], /, *args: Any, **named: Any) -> Any:
    """What `call` returns while `lang` is spoken."""
    with words.speaking(lang):
        return call(*args, **named)


def heard(call: Callable[..., Any], /, *args: Any, **named: Any) -> dict[str, dict[str, Any]]:
    """The sentences that `call` puts into words: the values of each by its key, in order."""
    found: dict[str, dict[str, Any]] = {}
    template, formatter = words._template, words._FORMATTER
    keys: list[str] = []

    class Listening:
        def vformat(self, text: str, args: Any, values: dict[str, Any]) -> str:
            found[keys[-1]] = values
            return formatter.vformat(text, args, values)

    def noting(key: str) -> str:
        keys.append(key)
        return template(key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "_template", noting)
        patch.setattr(words, "_FORMATTER", Listening())
        call(*args, **named)
    return found
