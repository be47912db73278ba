"""Names of number formats, as documents, `machine.json` and cards have them."""

from __future__ import annotations

from typing import Literal, get_args

Precision = Literal["fp32", "bf16-autocast"]
"""Formats that cells are computed in: everything in fp32, or bf16 products over fp32 parameters."""

PRECISIONS: tuple[str, ...] = get_args(Precision)

BF16_WEIGHTS = "bf16-weights"
"""The format of older cells: weights in bf16, fp32 copies in the optimizer. Kept results have
it."""
