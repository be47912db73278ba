"""A running study on screen: the live table on a terminal, lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from alih.cli.show import output
from alih.cli.show.progress import Event, Plain, Progress


@contextmanager
def watch(study: Any) -> Iterator[Callable[[Event], None]]:
    """Give a function that takes events and shows them, for as long as the context lasts."""
    if output.is_terminal():
        from alih.cli.show.live import live

        with live(study, Progress(study.primary)) as take:
            yield take
    else:
        yield Plain(Progress(study.primary))
