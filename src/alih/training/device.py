"""Device at the edge: nothing else in the engine knows what it computes on."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch

from alih.models.precision import autocast

WORKSPACE = "CUBLAS_WORKSPACE_CONFIG"


def fast_bf16(kind: str) -> bool:
    """Whether the device computes bfloat16 in hardware, so that timing it is worth while."""
    if kind == "cuda":
        return torch.cuda.is_bf16_supported()
    if kind != "cpu":
        return False
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return (
        any(getattr(torch.cpu, name)() for name in checks if hasattr(torch.cpu, name))
        or _arm_bf16()
    )


def _arm_bf16() -> bool:
    ops: Any = torch.ops.mkldnn
    try:
        return (
            bool(ops._is_mkldnn_bf16_supported())
            and torch.backends.cpu.get_cpu_capability() == "SVE256"
        )
    except (AttributeError, RuntimeError):
        return False


@dataclass(frozen=True)
class Machine:
    """What changes floating-point results, fixed when a study folder is made (law 4).

    `deterministic` and `processes` are what the study's document says, the rest stands in
    `machine.json`; each process has so many `threads`.
    """

    device: str
    threads: int
    precision: str
    channels_last: bool = True
    deterministic: bool = True
    processes: int = 1

    def autocast(self) -> contextlib.AbstractContextManager[None]:
        """A context in which networks compute in the machine's precision."""
        return autocast(self.device, self.precision)


@contextlib.contextmanager
def left_as_found() -> Iterator[None]:
    """Take back, at the end, what `apply` and the loop's seeds change in a process that is not ours
    alone.
    """
    places: list[tuple[Any, str]] = [
        (torch.utils.deterministic, "fill_uninitialized_memory"),
        (torch.backends.cudnn, "benchmark"),
        (torch.backends.cudnn, "allow_tf32"),
        (torch.backends.cuda.matmul, "allow_tf32"),
    ]
    found = [getattr(place, name) for place, name in places]
    threads, mode = torch.get_num_threads(), torch.get_deterministic_debug_mode()
    workspace = os.environ.get(WORKSPACE)
    gpus = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()
    try:
        with torch.random.fork_rng(devices=gpus):
            yield
    finally:
        if workspace is None:
            os.environ.pop(WORKSPACE, None)
        torch.set_num_threads(threads)
        torch.set_deterministic_debug_mode(mode)
        for (place, name), value in zip(places, found, strict=True):
            setattr(place, name, value)


def apply(machine: Machine) -> None:
    """Set threads and determinism of this process."""
    torch.set_num_threads(machine.threads)
    # As `use_deterministic_algorithms(…, warn_only=True)`, which would import torch's compiler:
    # seconds for every process.
    torch.set_deterministic_debug_mode("warn" if machine.deterministic else "default")
    # Deterministic mode would also fill every new tensor with NaN, a check for bugs that costs 2 %
    # of a step.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    if machine.device == "cuda":
        _cuda(machine.deterministic)


def _cuda(exact: bool) -> None:
    """Results of a GPU that repeat bit for bit, in full fp32; or its fastest code and TF32
    products.
    """
    if exact:
        os.environ.setdefault(WORKSPACE, ":4096:8")  # read when the first product is computed
    torch.backends.cudnn.benchmark = not exact
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = not exact


def synchronise(device: str) -> None:
    """Wait until an accelerator has done what it was told, so that a time means work and not its
    announcement.
    """
    if device != "cpu":
        torch.accelerator.synchronize()
