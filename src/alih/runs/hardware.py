"""What this machine has, found without torch: cores, free memory, GPUs, the processor's name."""

from __future__ import annotations

import functools
import importlib.util
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

GIB = 2**30
GIB_PER_WORKER = 2.0
MOST_WORKERS = 4
BESIDE_GPU = 4
"""Cores for each GPU, which augment and gather while it computes."""
FREE_UNKNOWN = 8.0
"""GiB taken to be free where the system does not tell."""


def cores() -> int:
    """Count the processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads(kind: str, jobs: int) -> int:
    """Threads of one cell: its share of the cores, at most OMP_NUM_THREADS where that is set."""
    return at_most_asked(
        max(1, cores() // jobs) if kind == "cpu" else max(1, min(BESIDE_GPU, cores()))
    )


def at_most_asked(share: int) -> int:
    """So many threads, at most OMP_NUM_THREADS where that is set."""
    # OpenMP takes a list too, one number per level of nesting.
    asked = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    return min(share, int(asked)) if asked.isdecimal() and int(asked) else share


def default_jobs(cells: int, device: str = "auto", processes: int = 1) -> int:
    """Cells at once when the user names no number: one per GPU; on a CPU one per core, up to four
    and as memory allows. Each cell takes so many `processes`.
    """
    kind = device_kind(device)
    if kind == "cpu":
        room = int(free_gib() / GIB_PER_WORKER)
        return max(1, min(cells, min(cores(), MOST_WORKERS, room) // processes))
    return max(1, min(cells, len(gpus()) // processes)) if kind == "cuda" else 1


def processor() -> str:
    """Name of the processor as the system gives it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def device_kind(wanted: str) -> str:
    """The kind of device that `wanted` will most likely become; only torch knows for certain."""
    if wanted != "auto":
        return wanted
    if gpus():
        return "cuda"
    return "mps" if (platform.system(), platform.machine()) == ("Darwin", "arm64") else "cpu"


def gpus() -> list[str]:
    """GPUs that processes may be spread over, as values of CUDA_VISIBLE_DEVICES; none without a
    torch for them.
    """
    if not _torch_takes_gpus():
        return []
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is None:
        return [str(index) for index in range(_installed_gpus())]
    # CUDA reads such a list up to the first name that stands for no device.
    names = [name.strip() for name in chosen.split(",")]
    stop = next((i for i, name in enumerate(names) if name in ("", "-1")), len(names))
    return names[:stop]


@functools.cache
def _torch_takes_gpus() -> bool:
    """Whether the installed torch was built for GPUs, read from its own version file."""
    try:
        spec = importlib.util.find_spec("torch")
    except ModuleNotFoundError:
        return False
    if spec is None or not spec.submodule_search_locations:
        return False
    try:
        text = (Path(spec.submodule_search_locations[0]) / "version.py").read_text()
    except OSError:
        return False
    return re.search(r"^(cuda|hip)\b[^=]*=\s*['\"]", text, re.MULTILINE) is not None


@functools.cache
def _installed_gpus() -> int:
    if Path("/dev/kfd").exists():  # AMD's driver; one process then takes whatever torch takes
        return 1
    found = len([path for path in Path("/dev").glob("nvidia*") if path.name[6:].isdecimal()])
    tool = shutil.which("nvidia-smi")
    if found or tool is None:
        return found
    try:  # Windows, and Linux inside it, have no such files
        answer = subprocess.run([tool, "-L"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return sum(line.startswith("GPU ") for line in answer.stdout.splitlines())


def free_gib(proc: Path = Path("/proc"), groups: Path = Path("/sys/fs/cgroup")) -> float:
    """GiB of memory that new processes may take: the machine's, and what is left of a container's
    limit.

    Pages that only hold file content count as free, since the system gives them up when asked.
    """
    rooms = [*_machine_room(proc), *_group_rooms(proc, groups)]
    return max(0.0, min(rooms)) / GIB if rooms else FREE_UNKNOWN


def _machine_room(proc: Path) -> Iterator[float]:
    try:
        found = re.search(
            r"^MemAvailable:\s*(\d+) kB", (proc / "meminfo").read_text(), re.MULTILINE
        )
        if found:
            yield 1024.0 * int(found[1])
            return
    except OSError:
        pass
    try:
        yield float(os.sysconf("SC_AVPHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return


def _group_rooms(proc: Path, groups: Path) -> Iterator[float]:
    """Bytes left below the memory limit of each control group this process is in, of either
    version.
    """
    try:
        lines = (proc / "self" / "cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        number, controllers, path = [*line.split(":", 2), "", ""][:3]
        if number == "0" and not controllers:
            names = ("memory.max", "memory.current", ("inactive_file", "active_file"))
            yield from _rooms(groups, path, *names)
        elif "memory" in controllers.split(","):
            names = (
                "memory.limit_in_bytes",
                "memory.usage_in_bytes",
                ("total_inactive_file", "total_active_file"),
            )
            yield from _rooms(groups / "memory", path, *names)


def _rooms(
    mount: Path, path: str, limit: str, usage: str, cached: tuple[str, str]
) -> Iterator[float]:
    """What is left in a group and in those above it. Inside a container the mount itself is the
    group.
    """
    inner = mount / path.strip("/")
    for place in [inner, *inner.parents]:
        try:
            most, used = int((place / limit).read_text()), int((place / usage).read_text())
            stat = dict(
                line.split()[:2]
                for line in (place / "memory.stat").read_text().splitlines()
                if " " in line
            )
            yield float(most - used + sum(int(stat.get(name, 0)) for name in cached))
        except (OSError, ValueError):  # "max", or a group without a limit of its own
            pass
        if place == mount:
            return
