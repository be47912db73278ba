"""A running study on screen: the live table on a terminal, lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from alih.cli.show.progress import Event, Plain, Progress


@contextmanager
def watch(study: Any, out: TextIO) -> Iterator[Callable[[Event], None]]:
    """Give a function that takes events and shows them on `out`, for as long as the context
    lasts.
    """
    if out.isatty():
        from rich.console import Console

        from alih.cli.show.live import live

        console = Console(file=out, highlight=False)
        with live(study, Progress(study.primary), console) as take:
            yield take
    else:
        yield Plain(Progress(study.primary), out=out)
