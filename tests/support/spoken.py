"""One call in another language than the test's, which is English."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alih.words import speaking


def spoken(lang: str, call: Callable[..., Any], /, *args: Any, **named: Any) -> Any:
    """What `call` returns while `lang` is spoken."""
    with speaking(lang):
        return call(*args, **named)
