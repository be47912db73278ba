"""Randomness by name: every random draw has an address, none has a history.

Law 3: `derive(study_seed, replicate, purpose)` hashes names. The arm's name is not hashed, so arms
of one replicate share split, order, augmentation and, where shapes agree, initial weights.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy
    import torch


def derive(study_seed: int, replicate: int, purpose: str) -> int:
    """A 63-bit seed for one purpose of one replicate.

    >>> derive(0, 1, "split") == derive(0, 1, "split") != derive(0, 2, "split")
    True
    """
    name = f"{study_seed}/{replicate}/{purpose}".encode()
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "little") >> 1


def numpy_generator(study_seed: int, replicate: int, purpose: str) -> numpy.random.Generator:
    """A counter-based (Philox) NumPy generator for one purpose of one replicate."""
    import numpy

    return numpy.random.Generator(numpy.random.Philox(key=derive(study_seed, replicate, purpose)))


def torch_generator(study_seed: int, replicate: int, purpose: str) -> torch.Generator:
    """A CPU torch generator for one purpose of one replicate."""
    import torch

    return torch.Generator().manual_seed(derive(study_seed, replicate, purpose))


def seed_global(study_seed: int, replicate: int, purpose: str) -> None:
    """Seed torch's global generator, for library modules that take no generator of their own."""
    import torch

    torch.manual_seed(derive(study_seed, replicate, purpose))
