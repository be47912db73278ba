"""Facts about this machine and its cache; works without torch."""

from __future__ import annotations

import importlib.util
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from alih import files
from alih.runs import hardware

# Import name -> extra that brings it. Everything else that is missing is a broken installation.
EXTRAS = {
    "torch": "train",
    "torchvision": "train",
    "timm": "train",
    "segmentation_models_pytorch": "train",
    "sklearn": "train",
    "ray": "ray",
    "fastapi": "serve",
    "uvicorn": "serve",
    "python_multipart": "serve",
    "onnx": "export",
    "onnxscript": "export",
    "onnxruntime": "export",
}
TRACKERS = {name: f"track-{name}" for name in ("tensorboard", "mlflow", "wandb", "trackio")}
"""Extras of which nobody needs all, so that none is said to be missing."""

# Flags of /proc/cpuinfo that make 16-bit training fast.
BF16_FLAGS = ("avx512_bf16", "amx_bf16", "avx_ne_convert", "bf16")


def survey() -> dict[str, Any]:
    """Python, platform, processor, torch and its devices, cache and extras, as JSON-able values."""
    return {
        "alih": version("alih"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": hardware.processor(),
        "cores": hardware.cores(),
        "bf16": [flag for flag in BF16_FLAGS if flag in _cpu_flags()],
        "torch": _torch(),
        "cache": cache_facts(),
        "extras": _extras(),
    }


def cache_facts() -> dict[str, Any]:
    """Where the cache lies, what its parts hold, and the space left there, in bytes."""
    from alih.features.store import entries

    place = files.cache_dir()
    scratch = files.scratch_dir()
    parts = [
        {"name": part.name, "bytes": _weight(part)}
        for folder in dict.fromkeys((place, scratch))
        if folder.is_dir()
        for part in sorted(folder.iterdir())
        if part != scratch
    ]
    existing = next(parent for parent in [place, *place.parents] if parent.exists())
    features = [
        {"key": entry.key, "bytes": entry.bytes, "used": entry.used}
        | {key: entry.about.get(key) for key in ("model", "stage", "set", "items", "view")}
        for entry in entries()
    ]
    return {
        "path": str(place),
        "scratch": str(scratch),
        "bytes": sum(part["bytes"] for part in parts),
        "free_bytes": shutil.disk_usage(existing).free,
        "parts": parts,
        "features": features,
    }


def prune(limit: float | None = None) -> int:
    """Remove features, then unpacked archives, then decoded images, until the cache fits `limit`
    gigabytes, least recently used first; without one, until each fits its own. Returns the bytes
    that were freed.
    """
    from alih.data import store
    from alih.datafiles import archives
    from alih.features import store as features
    from alih.files import cache

    before = cache_facts()["bytes"]
    if limit is None:
        features.prune(features.limit())
        cache.prune(archives.ROOM, store.DEFAULT_LIMIT)
        store.prune()
    else:  # features first: they are computed again in less time than images are decoded
        others = cache.used(store.ROOM) + cache.used(archives.ROOM)
        features.prune(max(0, int(limit * 1e9) - others))
        cache.prune(archives.ROOM, max(0, int(limit * 1e9) - cache.used(store.ROOM)))
        store.prune(int(limit * 1e9))
    return int(before - cache_facts()["bytes"])


def _weight(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _cpu_flags() -> set[str]:
    return {
        flag
        for line in _cpuinfo()
        if line.startswith(("flags", "Features"))
        for flag in line.partition(":")[2].split()
    }


def _cpuinfo() -> list[str]:
    file = Path("/proc/cpuinfo")
    return file.read_text(errors="replace").splitlines() if file.exists() else []


def _torch() -> dict[str, Any] | None:
    try:
        import torch
    except ModuleNotFoundError:
        return None
    devices = [
        f"cuda:{index} {torch.cuda.get_device_name(index)}"
        for index in range(torch.cuda.device_count())
    ]
    if torch.backends.mps.is_available():
        devices.append("mps")
    return {
        "version": torch.__version__,
        "threads": torch.get_num_threads(),
        "devices": ["cpu", *devices],
    }


def _extras() -> dict[str, dict[str, str | None]]:
    """Per extra, each of its packages with the installed version, None when it is missing."""
    names = {
        "segmentation_models_pytorch": "segmentation-models-pytorch",
        "sklearn": "scikit-learn",
        "python_multipart": "python-multipart",
    }
    found: dict[str, dict[str, str | None]] = {}
    for module, extra in EXTRAS.items():
        distribution = names.get(module, module)
        found.setdefault(extra, {})[distribution] = (
            _version(distribution) if _present(module) else None
        )
    return found


def _present(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
