"""What `alih doctor` prints."""

from __future__ import annotations

import sys
from typing import Any

from alih.words import layout, say


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
