"""A connection to a Ray cluster, in bounded time, and what it has."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from alih.errors import AlihError
from alih.words.phrase import reason_of

REACH = 10.0
"""Seconds to wait for somebody who listens at an address."""
ANSWER = 90.0
"""Seconds to wait for Ray's answer there, or for a cluster of this machine to start."""
HERE = ("auto", "local")
"""Addresses that stand for a cluster of this machine: one that runs, and a new one."""


@dataclass(frozen=True)
class Cluster:
    """What a cluster has for cells: cores and GPUs of each machine that lives."""

    nodes: tuple[tuple[int, int], ...]

    @property
    def gpus(self) -> int:
        """GPUs of all machines."""
        return sum(gpus for _, gpus in self.nodes)

    def cores(self, device: str = "cpu") -> int:
        """Cores of all machines; of those that have the device."""
        return sum(cores for cores, gpus in self.nodes if gpus or device != "cuda")

    def room(self, cores: int, gpus: int = 0) -> int:
        """How many workers of so many cores and GPUs it has room for."""
        fits = (min(c // cores, g // gpus if gpus else c) for c, g in self.nodes)
        return sum(fits)


@contextlib.contextmanager
def connected(address: str | None) -> Iterator[Any]:
    """The module `ray`, connected to the cluster at `address`; without one to that of the variable
    RAY_ADDRESS, a running one of this machine, or a new one.

    A connection that was there already is used and kept. Raises AlihError where nobody answers in
    time, or no Ray of this version; ModuleNotFoundError without Ray.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    import ray

    if ray.is_initialized():
        yield ray
        return
    wanted = address or os.environ.get("RAY_ADDRESS") or ""
    if wanted and wanted not in HERE:
        _reach(wanted)
    _start(ray, address)
    try:
        yield ray
    finally:
        ray.shutdown()


def _reach(address: str) -> None:
    """Raise AlihError where nobody listens at an address."""
    found = re.fullmatch(r"(?:ray://)?(\[[^\]]+\]|[^:/\s]+):(\d{1,5})", address)
    if found is None or not 0 < int(found[2]) < 65536:
        raise AlihError("executors.ray_no_address", address=address)
    host, port = found[1].strip("[]"), int(found[2])
    try:
        socket.create_connection((host, port), timeout=REACH).close()
    except OSError as error:
        values = {"address": address, "reason": reason_of(error)}
        raise AlihError("executors.ray_unreachable", **values) from error


def _start(ray: Any, address: str | None) -> None:
    """`ray.init`, which waits for minutes for somebody who does not speak its language."""
    failed: list[BaseException] = []

    def init() -> None:
        try:
            ray.init(address=address, log_to_driver=False, logging_level="error", **quiet)
        except BaseException as error:  # whatever it is, the thread that waits tells it
            failed.append(error)

    quiet = {} if address else {"include_dashboard": False}
    before = signal.getsignal(signal.SIGTERM)  # Ray puts its own in place
    thread = threading.Thread(target=init, daemon=True)
    thread.start()
    thread.join(ANSWER)
    if threading.current_thread() is threading.main_thread() and before is not None:
        signal.signal(signal.SIGTERM, before)
    shown = address or os.environ.get("RAY_ADDRESS") or "auto"
    if thread.is_alive():
        raise AlihError("executors.ray_silent", address=shown, seconds=round(ANSWER))
    if failed and isinstance(failed[0], Exception):
        reason = str(failed[0]).strip().split("\n")[0]
        raise AlihError("executors.ray_unreachable", address=shown, reason=reason) from failed[0]
    if failed:
        raise failed[0]


def survey(ray: Any) -> Cluster:
    """What the cluster has. Raises AlihError where it has no core."""
    nodes = tuple(
        (int(resources.get("CPU", 0)), int(resources.get("GPU", 0)))
        for node in ray.nodes()
        if node["Alive"]
        for resources in [node.get("Resources", {})]
    )
    found = Cluster(nodes)
    if found.cores() < 1:
        raise AlihError("executors.ray_no_cores", nodes=len(nodes))
    return found


def is_alive(ray: Any, node: str) -> bool:
    """Whether a machine of the cluster lives, as far as the cluster knows."""
    return any(one["NodeID"] == node and one["Alive"] for one in ray.nodes())


def is_full(error: BaseException) -> bool:
    """Whether an error of Ray says that the object store, or the disk behind it, has no room."""
    from ray.exceptions import ObjectStoreFullError, OutOfDiskError

    cause = getattr(error, "cause", None)
    return any(isinstance(one, ObjectStoreFullError | OutOfDiskError) for one in (error, cause))
