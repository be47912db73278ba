"""Studies in processes of their own, which tests kill. No torch."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from alih import files


def start(out: Path, *, jobs: int = 1, extra: str = "", pause: float = 0.0) -> subprocess.Popen:
    """Run the study of a folder in a process of its own, which takes a `pause` of seconds after
    each epoch it hears of."""
    here = (  # with more jobs the parent needs no torch
        "from alih.models.compiler import postpone_compiler\n"
        "postpone_compiler()\n"
        "import alih.training.loop\n"
        "alih.training.loop.PAUSE = 0.0\n"  # a checkpoint after every epoch, however fast
    )
    code = (  # no `if __name__ == "__main__"`: a user's script must not need it
        "import alih, signal, sys, time\n"
        # a background shell hands on that it is ignored
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"{here if jobs == 1 else ''}"
        f"{extra}\n"
        "def tell(e):\n"
        "    print(e['kind'], e.get('text', ''), flush=True)\n"
        f"    time.sleep({pause} if e['kind'] == 'epoch' else 0)\n"
        f"results = alih.run(sys.argv[1], jobs={jobs}, on_event=tell)\n"
        "sys.exit(0 if results.complete else 1)\n"
    )
    script = out.parent / f"run-{out.name}.py"
    script.write_text(code)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, str(script), str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )


def killed(out: Path, chance: random.Random) -> bool:
    """Whether a run was killed at a random moment: some time after one of its first events."""
    process, events = start(out), chance.randint(1, 4)
    assert process.stdout is not None
    for line in process.stdout:
        events -= line.startswith(("started", "epoch", "finished"))
        if not events:
            break
    time.sleep(chance.uniform(0.0, 0.1))
    process.send_signal(signal.SIGKILL)
    process.stdout.close()
    return process.wait() == -signal.SIGKILL


def outcome(root: Path) -> dict[str, str]:
    """Digests of everything that must be the same: weights, scores, records. Times and environment
    are outside."""
    found = {}
    for folder in sorted(path.parent for path in root.glob("runs/**/done")):
        for name in ("model.safetensors", "scores.npz", "history.csv", "examples.npz"):
            found[f"{folder.relative_to(root)}/{name}"] = files.sha256(folder / name)
    return found
