"""The live table of `alih run` on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from alih.cli.show.progress import Event, Progress, Row, pair, shown
from alih.words import layout, number, say, text

STYLES = {"running": "bold cyan", "finished": "green", "failed": "bold red", "blocked": "red"}
# Lines of the screen that the table's head, the two lines of text and the prompt need.
MARGIN = 8


@contextmanager
def live(
    study: Any, progress: Progress, console: Console | None = None
) -> Iterator[Callable[[Event], None]]:
    """Show `progress` until the context ends; the function it gives takes events."""
    console = console or Console(highlight=False)
    title = text(study.title)
    with Live(
        render(title, progress, console.height), console=console, refresh_per_second=4
    ) as screen:

        def take(event: Event) -> None:
            progress.take(event)
            if event["kind"] == "message":
                screen.console.print(Text(event["text"]))
            screen.update(render(title, progress, console.height))

        yield take


def render(title: str, progress: Progress, height: int) -> Group:
    """Title, table and time left, never higher than the screen."""
    rows = list(progress.rows.values())
    doing = list(progress.doing.values())
    if not rows:  # images are decoded before the cells are known
        return Group(Text(title, style="bold"), *map(Text, doing))
    metrics = shown(progress)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for key in ("cell", "state", "epochs"):
        table.add_column(
            say(f"cli.col.{key}"),
            justify="right" if key == "epochs" else "left",
            no_wrap=key == "cell",
        )
    for _, name in metrics:
        table.add_column(say("cli.col.pair", metric=name), justify="right")
    for key in ("speed", "time_left"):
        table.add_column(say(f"cli.col.{key}"), justify="right")
    for row in visible(rows, max(height - MARGIN - len(doing), 3)):
        speed = (
            number(row.images_per_second, 0)
            if row.images_per_second and row.state == "running"
            else ""
        )
        left = layout.duration(row.seconds_left) if row.state == "running" else ""
        table.add_row(
            Text(row.cell),
            Text(say(f"runs.state.{row.state}"), style=STYLES.get(row.state, "dim")),
            f"{row.epoch}/{row.epochs}" if row.epochs else "",
            *(pair(row, metric) for metric, _ in metrics),
            speed,
            left,
        )
    done = sum(row.state == "finished" for row in rows)
    failed = sum(row.state == "failed" for row in rows)
    key = "cli.progress.summary_failed" if failed else "cli.progress.summary"
    time_left = layout.duration(progress.seconds_left)
    summary = say(key, done=done, cells=len(rows), failed=failed, time=time_left)
    return Group(Text(title, style="bold"), table, *map(Text, doing), Text(summary))


def visible(rows: list[Row], room: int) -> list[Row]:
    """The rows that fit: running and failed ones first, then the latest finished, then the next to
    come, in plan order.
    """
    if len(rows) <= room:
        return rows
    active = [row for row in rows if row.state in ("running", "failed")]
    finished = [row for row in rows if row.state == "finished"][::-1]
    waiting = [row for row in rows if row not in active and row.state != "finished"]
    half = max((room - len(active)) // 2, 0)
    chosen = (active + finished[:half] + waiting + finished[half:])[:room]
    return [row for row in rows if row in chosen]
