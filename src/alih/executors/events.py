"""What an executor tells while it works, and how long the rest will take.

Events are dictionaries: {"kind": …, "cell": …}; kinds are plan, started, epoch, finished, failed,
skipped, stopped, message, progress. An epoch carries epoch, epochs, metrics, seconds,
images_per_second, eta (the cell's) and study_eta (seconds). Progress goes on between epochs or,
with an empty cell, beside them: what (starting, reading, fetching, unpacking, hashing, masks,
decoding, networks, timing, references, features), done and of (images or bytes; None where there is
nothing to count).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alih.runs.status import CellStatus
    from alih.study.planning.cells import Cell

Listener = Callable[[dict[str, Any]], None]


class ListenerFailed(BaseException):
    """A listener raised (a closed pipe, say). No fault of a cell, so no handler for cells may catch
    it.
    """


@contextmanager
def listening(listeners: Listener | Sequence[Listener]) -> Iterator[Listener]:
    """Join listeners into one, for as long as the context lasts; what one of them raises leaves the
    context as it is.
    """
    all_of_them = [listeners] if callable(listeners) else list(listeners)

    def tell(event: dict[str, Any]) -> None:
        try:
            for listener in all_of_them:
                listener(event)
        except Exception as error:
            raise ListenerFailed from error

    try:
        yield tell
    except ListenerFailed as failed:
        raise (failed.__cause__ or failed) from None


def progress(what: str, done: int | None = None, of: int | None = None) -> dict[str, Any]:
    """An event about what goes on beside the cells."""
    return {"kind": "progress", "cell": "", "what": what, "done": done, "of": of}


def timed(
    tell: Listener,
    states: Sequence[CellStatus],
    todo: Sequence[Cell],
    jobs: int,
    copies: Collection[Cell] = (),
) -> Listener:
    """A listener that adds to each epoch how long its cell and the study will still take; `copies`
    of other cells are taken to need no epochs.
    """
    wanted, copied = set(todo), set(copies)
    left = {
        str(s.cell): 0 if s.cell in copied else s.epochs - s.epochs_done
        for s in states
        if s.cell in wanted
    }
    clock = Clock(left, min(jobs, max(1, len(todo))))
    return lambda event: tell(clock.add(event))


class Clock:
    """Estimates the time left from the epochs seen so far."""

    def __init__(self, epochs_left: dict[str, int], jobs: int) -> None:
        self.epochs_left = dict(epochs_left)
        self.arm_of = {cell: cell.split("/")[0] for cell in epochs_left}
        self.jobs = jobs
        self.seconds: dict[str, list[float]] = {}

    def add(self, event: dict[str, Any]) -> dict[str, Any]:
        """The event, with the times left added to an epoch's."""
        cell = event.get("cell", "")
        if event["kind"] == "epoch" and cell in self.epochs_left:
            self.epochs_left[cell] = event["epochs"] - event["epoch"]
            self.seconds.setdefault(self.arm_of[cell], []).append(event["seconds"])
            own = _recent(self.seconds[self.arm_of[cell]])
            return {**event, "eta": own * self.epochs_left[cell], "study_eta": self.left()}
        if event["kind"] in ("finished", "failed", "skipped"):
            self.epochs_left.pop(cell, None)
        return event

    def left(self) -> float:
        """Seconds until the last cell ends, if epochs go on as they did; unseen arms count as the
        mean of the seen.
        """
        means = {arm: _recent(times) for arm, times in self.seconds.items()}
        usual = sum(means.values()) / len(means) if means else 0.0
        total = sum(
            means.get(self.arm_of[cell], usual) * epochs
            for cell, epochs in self.epochs_left.items()
        )
        longest = max(
            (means.get(self.arm_of[c], usual) * e for c, e in self.epochs_left.items()), default=0.0
        )
        return max(total / self.jobs, longest)


def _recent(times: list[float]) -> float:
    last = times[-5:]
    return sum(last) / len(last)
