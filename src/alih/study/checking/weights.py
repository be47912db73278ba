"""Whether a file can hold weights, told from its first bytes and its length, without torch."""

from __future__ import annotations

import zipfile
from pathlib import Path

from safetensors import SafetensorError, safe_open

from alih import files
from alih.words.phrase import Phrase, reason_of

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
    """What shows that an existing file holds no weights, or only a part of them; None when nothing
    does.
    """
    try:
        with files.open_regular(path) as file:
            head = file.read(32)
    except OSError as error:
        return reason_of(error)
    if not head:
        return Phrase("study.weights_empty")
    kind = next((kind for start, kind in KINDS.items() if head.startswith(start)), None)
    if kind is not None:
        return Phrase("study.weights_kind", {"kind": kind})
    if path.suffix == ".safetensors":
        return _safetensors_fault(path, head)
    if head.startswith(b"PK"):
        return _zip_fault(path)
    # What torch wrote before version 1.6 is a row of pickles.
    return None if head[:1] == b"\x80" else _unknown(head)


def _safetensors_fault(path: Path, head: bytes) -> Phrase | None:
    if head[8:9] != b"{":
        return _unknown(head)
    try:
        with safe_open(path, framework="numpy"):
            return None
    except (
        SafetensorError,
        OSError,
        ValueError,
    ):  # a header that is no JSON, tensors beyond the end
        return Phrase("study.weights_torn")


def _zip_fault(path: Path) -> Phrase | None:
    try:
        with zipfile.ZipFile(path):
            return None
    # what zipfile makes of a damaged directory is open: BadZipFile, struct.error,
    # NotImplementedError
    except Exception:
        return Phrase("study.weights_torn")


def _unknown(head: bytes) -> Phrase:
    return Phrase("study.weights_unknown", {"head": head[:8].hex(" ")})
