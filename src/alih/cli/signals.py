"""Ending on request: SIGTERM (a scheduler, `kill`) and SIGHUP (a closed terminal) end a command as
Ctrl-C does.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from alih.errors import AlihError

if TYPE_CHECKING:
    from alih.executors.deadline import Deadline

NOT_FINISHED = 3
"""The exit code of a run that ended in time, with something left to do."""
FAR = 1e8
"""Seconds that no run takes; timers of the system do not take much more."""
INTERRUPTED = 128 + signal.SIGINT
REQUESTS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class EndRequest(KeyboardInterrupt):
    """A request to end, by the signal `number`; whoever tidies up after Ctrl-C does so after
    this.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


class TimeUp(KeyboardInterrupt):
    """The time of a run is over while nothing is computed that a checkpoint could keep."""


@contextlib.contextmanager
def within(deadline: Deadline) -> Iterator[None]:
    """A context that ends at a deadline (TimeUp). SIGTERM and SIGUSR1 request it: whoever watches
    the deadline then ends with checkpoints. A second one ends at once.

    Signals are for the main thread; elsewhere, and without a deadline, nothing changes.
    """
    if not deadline.limited or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(number: int, frame: FrameType | None) -> None:
        again = deadline.closing
        deadline.request()
        if again or not deadline.watched:
            raise TimeUp

    def ring(number: int, frame: FrameType | None) -> None:
        if not deadline.watched:
            raise TimeUp

    handlers = {"SIGTERM": ask, "SIGUSR1": ask, "SIGALRM": ring}
    numbers = {getattr(signal, name): name for name in handlers if hasattr(signal, name)}
    before = {number: signal.signal(number, handlers[name]) for number, name in numbers.items()}
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, min(max(deadline.left, 0.001), FAR))
    try:
        yield
    finally:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


class Resumable(KeyboardInterrupt):
    """An interruption with the sentence that says how to go on."""

    def __init__(self, cause: KeyboardInterrupt, sentence: AlihError) -> None:
        super().__init__(str(cause))
        self.cause, self.sentence = cause, sentence


def listen() -> None:
    """Raise EndRequest in the main thread when a signal asks to end; one that is ignored (`nohup`)
    stays so.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in REQUESTS:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def exit_code(error: BaseException | None) -> int:
    """The exit code after an interruption, 128 and the signal's number: 130 Ctrl-C, 143 SIGTERM,
    129 SIGHUP.
    """
    if isinstance(error, Resumable):
        return exit_code(error.cause)
    return 128 + error.number if isinstance(error, EndRequest) else INTERRUPTED


def _end(number: int, frame: FrameType | None) -> NoReturn:
    # A second request must not interrupt the tidying up; SIGKILL still ends at once.
    for other in REQUESTS:
        signal.signal(other, signal.SIG_IGN)
    raise EndRequest(number)
