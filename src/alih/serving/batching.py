"""Items of many callers, answered together by one thread."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Found = TypeVar("Found")


class ModelThread(Executor):
    """The one thread in which a model answers; it ends with the process, whatever it does then.

    Open the model in it, too: where two threads have computed with OpenMP, its workers hardly wait
    for work, and a small batch takes twice as long.
    """

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        # A thread of a pool would have an interrupted process wait until the model is open.
        self._thread = threading.Thread(target=self._run, name="alih-model", daemon=True)
        self._thread.start()

    def submit(self, fn: Callable[..., Found], /, *args: Any, **kwargs: Any) -> Future[Found]:
        """Have the thread call something when it is free."""
        future: Future[Found] = Future()

        def call() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:
                future.set_exception(error)

        self._work.put(call)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the thread once it has done what it was given."""
        self._work.put(None)
        if wait:
            self._thread.join()

    def _run(self) -> None:
        while (call := self._work.get()) is not None:
            call()


class Batcher(Generic[Item, Answer]):
    """Collects items, up to `most`, and has `answer` give their answers, in order, in a thread that
    nothing else runs in.

    While a batch is computed the next one gathers. Otherwise a batch waits only for items that are
    on their way, of which `coming` tells the number, and `wait` seconds at most: one caller alone
    waits for nobody. An answer that is an exception is raised for its item alone; what `answer`
    raises, for all items of the batch.
    """

    def __init__(
        self,
        answer: Callable[[list[Item]], Sequence[Answer | Exception]],
        most: int,
        wait: float,
        told: Callable[[int], None] = lambda size: None,
        coming: Callable[[], int] = lambda: 0,
        thread: Executor | None = None,
    ) -> None:
        self._answer, self._most, self._wait, self._told = answer, most, wait, told
        self._coming = coming
        self._thread = ModelThread() if thread is None else thread
        self._queue: asyncio.Queue[tuple[Item, asyncio.Future[Answer]]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Items that no batch has taken yet."""
        return self._queue.qsize()

    def start(self) -> None:
        """Begin; called in the running event loop."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End; items that wait still are cancelled."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        while not self._queue.empty():
            self._queue.get_nowait()[1].cancel()
        self._thread.shutdown()

    async def __call__(self, item: Item) -> Answer:
        """The answer for one item."""
        found: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((item, found))
        return await found

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            batch = [await self._queue.get()]
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._wait):
                    while len(batch) < self._most and (self._queue.qsize() or self._coming()):
                        batch.append(await self._queue.get())
            # Callers that have gone away wait for nothing.
            batch = [(item, found) for item, found in batch if not found.done()]
            if not batch:
                continue
            self._told(len(batch))
            try:
                answers = await loop.run_in_executor(
                    self._thread, self._answer, [item for item, _ in batch]
                )
            except Exception as error:
                answers = [error] * len(batch)
            for (_, found), answer in zip(batch, answers, strict=True):
                if found.done():
                    continue
                if isinstance(answer, Exception):
                    found.set_exception(answer)
                else:
                    found.set_result(answer)
