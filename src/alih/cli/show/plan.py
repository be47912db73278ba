"""The next step after a run, in words."""

from __future__ import annotations

from alih.verdicts.next_step import NextStep
from alih.words import layout, say


def next_sentence(step: NextStep | None) -> str | None:
    """The next command and what it costs; None where there is nothing left to do."""
    if step is None:
        return None
    if step.retry:
        return say("cli.next.retry", command=step.command)
    if step.seconds is None:
        return say("cli.next.command", command=step.command)
    time = layout.duration(step.seconds)
    return say("cli.next.command_cost", command=step.command, time=time)
