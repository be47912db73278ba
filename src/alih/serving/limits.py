"""What one caller may ask of a server, and the error that tells a caller what was too much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from alih.errors import AlihError

PIXELS = 50_000_000
"""Pixels of the largest image that is decoded by default: 150 MB in colour, for each of the threads
that decode."""


@dataclass(frozen=True)
class Limits:
    """Limits of one server.

    `bytes`, `images`: of one request; `pixels`: of one image, by its header; `waiting`: requests at
    a time, further ones are turned away; `seconds`: until an answer. A request's body may stall for
    `patience` seconds in all, beyond what it takes at `rate` bytes a second.
    """

    bytes: int = 10_000_000
    pixels: int = PIXELS
    images: int = 16
    waiting: int = 64
    seconds: float = 30.0
    patience: float = 10.0
    rate: int = 10_000


class Refused(AlihError):
    """A request that is not answered, with its HTTP `status`."""

    def __init__(self, status: int, key: str, /, **values: Any) -> None:
        super().__init__(key, **values)
        self.status = status

    @property
    def code(self) -> str:
        """The name of the reason, for programs."""
        return self.key.rpartition(".")[2]
