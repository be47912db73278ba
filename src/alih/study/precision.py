"""Names of number formats, as documents, `machine.json` and cards have them."""

from __future__ import annotations

PRECISIONS = ("fp32", "bf16-autocast")
"""Formats that cells are computed in: everything in fp32, or bf16 products over fp32 parameters."""

BF16_WEIGHTS = "bf16-weights"
"""What cells were computed in before: weights in bf16, fp32 copies in the optimizer. Kept results have it."""
