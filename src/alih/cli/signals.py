"""Ending on request: SIGTERM (a scheduler, `kill`) and SIGHUP (a closed terminal) end a command as
Ctrl-C does.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import NoReturn

INTERRUPTED = 128 + signal.SIGINT
REQUESTS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class EndRequest(KeyboardInterrupt):
    """A request to end, by the signal `number`; whoever tidies up after Ctrl-C does so after
    this.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


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
    return 128 + error.number if isinstance(error, EndRequest) else INTERRUPTED


def _end(number: int, frame: FrameType | None) -> NoReturn:
    # A second request must not interrupt the tidying up; SIGKILL still ends at once.
    for other in REQUESTS:
        signal.signal(other, signal.SIG_IGN)
    raise EndRequest(number)
