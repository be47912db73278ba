"""How often an extraction says how far it is."""

from __future__ import annotations

from collections.abc import Callable

IMAGES = 50
"""Images between two words about an extraction at most; where a batch is larger, each batch is
told."""


def paced(tell: Callable[[int, int], None]) -> Callable[[int, int], None]:
    """Pass on every word (done, of) that must not be left out to keep within `IMAGES`, and the last
    one.

    >>> heard = []
    >>> hear = paced(lambda done, of: heard.append(done))
    >>> for done in range(16, 161, 16):
    ...     hear(done, 160)
    >>> heard
    [48, 96, 144, 160]
    """
    told = last = 0

    def hear(done: int, of: int) -> None:
        nonlocal told, last
        if done <= last:  # another extraction began
            told = last = 0
        step, last = done - last, done
        if done - told + step > IMAGES or done == of:
            told = done
            tell(done, of)

    return hear
