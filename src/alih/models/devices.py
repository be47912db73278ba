"""Devices of this machine by their kind: what is here, and which one is meant."""

from __future__ import annotations

import torch

from alih.errors import AlihError


def available() -> list[str]:
    """Device kinds of this machine, best first."""
    kinds = ["cuda"] if torch.cuda.is_available() else []
    if torch.backends.mps.is_available():
        kinds.append("mps")
    return [*kinds, "cpu"]


def choose(wanted: str) -> str:
    """`auto` becomes the best device kind here; an unavailable kind is an error that lists what
    is.
    """
    kinds = available()
    if wanted == "auto":
        return kinds[0]
    if wanted not in kinds:
        raise AlihError("models.no_such_device", device=wanted, available=", ".join(kinds))
    return wanted


def computes(kind: str, precision: str) -> bool:
    """Whether a device kind computes in a number format, quickly or not."""
    if precision == "fp32":
        return True
    return kind == "cpu" or (kind == "cuda" and torch.cuda.is_bf16_supported())
