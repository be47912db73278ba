"""Checkpoints: nested state in one safetensors file that proves its own integrity.

Tensors are stored as they are; everything else (numbers, texts, the nesting) as JSON in the file's
metadata, together with a SHA-256 over names, types, shapes and bytes. Nothing is unpickled. The two
newest checkpoints are kept, so that a damaged one costs the epochs since the one before it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from alih import files

_NAME = re.compile(r"checkpoint-(\d{6})\.safetensors")


class Damaged(Exception):
    """A checkpoint whose content does not match its checksum."""


def path_of(folder: Path, epoch: int) -> Path:
    """The file of the checkpoint after `epoch` epochs."""
    return folder / f"checkpoint-{epoch:06d}.safetensors"


def remove(folder: Path) -> None:
    """Remove all checkpoints of a folder."""
    for _, file in stored(folder):
        file.unlink(missing_ok=True)


def stored(folder: Path) -> list[tuple[int, Path]]:
    """(epoch, file) of the checkpoints in a folder, newest first."""
    found = [
        (int(match[1]), file)
        for file in folder.glob("checkpoint-*")
        if (match := _NAME.fullmatch(file.name))
    ]
    return sorted(found, reverse=True)


def write(folder: Path, epoch: int, state: Mapping[str, Any], keep: int = 2) -> None:
    """Store a nested state after `epoch` epochs and remove all but the `keep` newest files."""
    tensors: dict[str, torch.Tensor] = {}
    skeleton = json.dumps(_flatten(state, "", tensors), sort_keys=True)
    content = save(tensors, metadata={"state": skeleton, "sha256": _checksum(skeleton, tensors)})
    files.write_bytes(path_of(folder, epoch), content)
    for _, file in stored(folder)[keep:]:
        file.unlink(missing_ok=True)


def read(file: Path) -> dict[str, Any]:
    """The nested state of a file. Raises Damaged when a byte is not as it was written."""
    try:
        with safe_open(file, framework="pt") as archive:
            metadata = archive.metadata() or {}
            tensors = {name: archive.get_tensor(name) for name in archive.keys()}  # noqa: SIM118 (not a mapping)
        skeleton = metadata["state"]
        if metadata["sha256"] != _checksum(skeleton, tensors):
            raise Damaged(file.name)
        return _unflatten(json.loads(skeleton), tensors)
    except (SafetensorError, KeyError, ValueError, OSError, UnicodeDecodeError) as error:
        raise Damaged(file.name) from error


def _flatten(value: Any, name: str, tensors: dict[str, torch.Tensor]) -> Any:
    """JSON skeleton of a value; tensors go to `tensors` and leave {"tensor": name}."""
    if isinstance(value, torch.Tensor):
        tensors[name] = value.detach().cpu().contiguous()
        return {"tensor": name}
    if isinstance(value, Mapping):
        entries = [
            [_key(key), _flatten(item, f"{name}/{key}", tensors)] for key, item in value.items()
        ]
        return {"map": entries}
    if isinstance(value, list | tuple):
        return {"list": [_flatten(item, f"{name}/{i}", tensors) for i, item in enumerate(value)]}
    if value is None or isinstance(value, bool | int | float | str):
        return {"value": value}
    raise TypeError(f"a checkpoint cannot hold {type(value).__name__} at {name}")


def _key(key: Any) -> Any:
    if not isinstance(key, str | int):
        raise TypeError(f"a checkpoint's mapping key must be text or a whole number, not {key!r}")
    return key


def _unflatten(node: dict[str, Any], tensors: dict[str, torch.Tensor]) -> Any:
    kind, content = next(iter(node.items()))
    if kind == "tensor":
        return tensors[content]
    if kind == "map":
        return {key: _unflatten(item, tensors) for key, item in content}
    if kind == "list":
        return [_unflatten(item, tensors) for item in content]
    return content


def _checksum(skeleton: str, tensors: dict[str, torch.Tensor]) -> str:
    hasher = hashlib.sha256(skeleton.encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        hasher.update(f"{name}|{tensor.dtype}|{tuple(tensor.shape)}".encode())
        hasher.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return hasher.hexdigest()
