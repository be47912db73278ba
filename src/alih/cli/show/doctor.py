"""Facts about this machine for `alih doctor` and `alih cache`; works without torch."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from alih import files
from alih.cli.misuse import EXTRAS
from alih.runs import hardware
from alih.words import layout, say

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
    parts = (
        [{"name": part.name, "bytes": _weight(part)} for part in sorted(place.iterdir())]
        if place.is_dir()
        else []
    )
    existing = next(parent for parent in [place, *place.parents] if parent.exists())
    features = [
        {"key": entry.key, "bytes": entry.bytes, "used": entry.used}
        | {key: entry.about.get(key) for key in ("model", "stage", "set", "items", "view")}
        for entry in entries()
    ]
    return {
        "path": str(place),
        "bytes": sum(part["bytes"] for part in parts),
        "free_bytes": shutil.disk_usage(existing).free,
        "parts": parts,
        "features": features,
    }


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


def show(facts: dict[str, Any]) -> None:
    """Print what `survey` found, and what to install when something is missing."""
    torch = facts["torch"]
    rows = [
        ("alih", facts["alih"]),
        ("Python", f"{facts['python']} ({sys.executable})"),
        (say("cli.doctor.platform"), facts["platform"]),
        (
            say("cli.doctor.processor"),
            say("cli.doctor.cores", name=facts["processor"], cores=facts["cores"]),
        ),
        ("bfloat16", ", ".join(facts["bf16"]) or say("cli.doctor.no_bf16")),
        ("torch", say("cli.doctor.torch", **torch) if torch else say("cli.doctor.absent")),
        (say("cli.doctor.devices"), ", ".join(torch["devices"]) if torch else "–"),
        (
            say("cli.doctor.cache"),
            say(
                "cli.cache.place",
                path=facts["cache"]["path"],
                size=layout.size(facts["cache"]["bytes"]),
                free=layout.size(facts["cache"]["free_bytes"]),
            ),
        ),
    ]
    missing = []
    for extra, packages in facts["extras"].items():
        rows.append(
            (
                f"alih[{extra}]",
                ", ".join(
                    f"{name} {found or say('cli.doctor.absent')}"
                    for name, found in packages.items()
                ),
            )
        )
        missing += [extra] if None in packages.values() else []
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name.ljust(width)}  {value}")
    for extra in missing:
        print(say("cli.doctor.install", extra=extra))
