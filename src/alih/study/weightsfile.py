"""Whether a file can hold weights, told from its first bytes and its length, without torch."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from alih.study.problems import Phrase

LARGEST_HEADER = 100_000_000
"""Bytes of the longest header that safetensors reads."""

KINDS = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG": "PNG",
    b"\x89HDF": "HDF5 (Keras)",
    b"<!DO": "HTML",
    b"<htm": "HTML",
    b"version https://git-lfs": "Git LFS pointer",
    b"%PDF": "PDF",
}


def fault(path: Path) -> Phrase | str | None:
    """What shows that an existing file holds no weights, or only a part of them; None when nothing does."""
    try:
        return _fault(path)
    except OSError as error:
        return error.strerror or str(error)


def _fault(path: Path) -> Phrase | None:
    size = path.stat().st_size
    with open(path, "rb") as file:
        head = file.read(32)
        if not head:
            return Phrase("study.weights_empty")
        kind = next((kind for start, kind in KINDS.items() if head.startswith(start)), None)
        if kind is not None:
            return Phrase("study.weights_kind", {"kind": kind})
        if path.suffix == ".safetensors":
            length = int.from_bytes(head[:8], "little")
            if head[8:9] != b"{" or length > LARGEST_HEADER:
                return _unknown(head)
            file.seek(8)
            return _torn(size, 8 + length, file.read(length))
    if head.startswith(b"PK"):
        return None if zipfile.is_zipfile(path) else Phrase("study.weights_torn")
    # What torch wrote before version 1.6 is a row of pickles.
    return None if head[:1] == b"\x80" else _unknown(head)


def _torn(size: int, start: int, header: bytes) -> Phrase | None:
    try:
        tensors = json.loads(header)
        end = max((entry["data_offsets"][1] for name, entry in tensors.items() if name != "__metadata__"), default=0)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return Phrase("study.weights_torn")
    return Phrase("study.weights_torn") if start + end > size else None


def _unknown(head: bytes) -> Phrase:
    return Phrase("study.weights_unknown", {"head": head[:8].hex(" ")})
