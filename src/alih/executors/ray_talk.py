"""What the driver of a run on a Ray cluster says to its workers, each in a thread of its own."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alih import files
from alih.errors import AlihError
from alih.executors import ray_cluster
from alih.executors.parcels import Chunk, Held, Inbox, chunks, held, names_below
from alih.executors.remote import Facts, Item, Place, RemoteWorker
from alih.executors.work import CHECK, Task
from alih.runs.card import MachineCard
from alih.study.catalogue.lookup import known_now
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.study.planning.resolved import PlannedCell
from alih.words import say

PING = 15.0
"""Seconds between signs of life to a worker that does one long thing."""
CERTAIN = 3
"""Looks, a second apart, after which a machine whose worker has died is taken to live."""
ATTEMPTS = 8
"""How often to ask again where the object store is full."""
SILENCE = 20.0
"""Seconds to wait for threads whose workers have been stopped."""

Work = Callable[["Hand"], str]
"""What a worker is to do, through its hand; gives the outcome."""


class Lost(Exception):
    """A worker has gone, with its whole machine or alone."""

    def __init__(self, machine: bool, reason: str) -> None:
        super().__init__(reason)
        self.machine, self.reason = machine, reason


@dataclass(eq=False)
class Hand:
    """One worker of the cluster, what its thread is to do, and the piece of work it does now."""

    number: int
    actor: Any = None
    facts: Facts | None = None
    task: Task | None = None
    shared: bool = True
    prepared: bool = False
    settled: bool = False
    seen: int = 0
    work: Work | None = None
    thread: threading.Thread | None = None
    orders: queue.Queue[Work] = field(default_factory=queue.Queue)
    locks: ExitStack = field(default_factory=ExitStack)

    @property
    def free(self) -> bool:
        """Whether it can be given work."""
        return self.facts is not None and self.task is None


class RayWorker(RemoteWorker):
    """A worker in a process that Ray has started for it."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        threading.Thread(target=self.end_when_forgotten, daemon=True).start()

    def node(self) -> str:
        """What the cluster calls this machine."""
        import ray

        return str(ray.get_runtime_context().get_node_id())


@dataclass(frozen=True)
class Message:
    """What the thread of a hand has to say: it is up (`Facts`), an event, an outcome, or what went
    wrong.
    """

    hand: Hand
    content: Any


class Talk:
    """Everything that is said to workers of one run: threads put what they hear into `messages`."""

    def __init__(self, root: Path, study: Study, token: str) -> None:
        self.root, self.study, self.token = root, study, token
        self.ray: Any = None
        self.messages: queue.Queue[Message] = queue.Queue()
        self.ending = threading.Event()
        self._preparing: dict[str, threading.Lock] = {}
        self._prepared: set[str] = set()
        self._told_of: set[str] = set()

    @property
    def probe(self) -> Path:
        """The file by which workers know the study folder."""
        return self.root / f".probe-{self.token}"

    def begin(self, hand: Hand) -> None:
        """Speak to a worker from now on."""
        hand.thread = threading.Thread(target=self._serve, args=(hand,), daemon=True)
        hand.thread.start()

    def end(self, hands: Sequence[Hand]) -> None:
        """Speak to no worker any more; `fall_silent` waits until nobody does."""
        self.ending.set()
        for hand in hands:
            hand.orders.put(_nothing)

    @staticmethod
    def fall_silent(hands: Sequence[Hand]) -> None:
        """Wait for the threads that spoke to stopped workers: one that asked something afterwards
        would have Ray join the cluster anew.
        """
        until = time.monotonic() + SILENCE
        for hand in hands:
            if hand.thread is not None:
                hand.thread.join(max(0.0, until - time.monotonic()))

    def order(self, hand: Hand, task: Task, work: Work) -> None:
        """Have a worker do something."""
        hand.task, hand.work = task, work
        hand.orders.put(work)

    def _serve(self, hand: Hand) -> None:
        """Speak to one worker until the run ends."""
        try:
            hand.facts = self._ask(hand, "facts")
            self._say(hand, hand.facts)
            while not self.ending.is_set():
                try:
                    work = hand.orders.get(timeout=PING)
                except queue.Empty:
                    self._ask(hand, "heard")
                    continue
                if not self.ending.is_set():
                    self._say(hand, work(hand))
        except Exception as error:
            self._say(hand, self._told(hand, error))

    def _say(self, hand: Hand, content: Any) -> None:
        self.messages.put(Message(hand, content))

    def _told(self, hand: Hand, error: Exception) -> Exception:
        """What an error means: that the worker is lost, that there is no room, or itself."""
        from ray.exceptions import ActorUnavailableError, RayActorError, RayError

        if ray_cluster.is_full(error):
            return AlihError("executors.ray_full", reason=_first_line(error))
        if isinstance(error, RayActorError):
            node = hand.facts.node if hand.facts else ""
            # A process that has died is told as such; one that cannot be reached is on a machine
            # that is being lost, of which the cluster may not know yet.
            gone = isinstance(error, ActorUnavailableError) or "its node has died" in str(error)
            for _ in range(0 if gone or not node else CERTAIN):
                gone = gone or not ray_cluster.is_alive(self.ray, node)
                self.ending.wait(0.0 if gone else 1.0)
            return Lost(gone, _first_line(error))
        if isinstance(error, RayError):
            return AlihError("executors.ray_worker_failed", reason=_first_line(error))
        return error

    def _ask(self, hand: Hand, name: str, *values: Any) -> Any:
        """Call a method of a worker and wait for its answer, with signs of life meanwhile."""
        reference = self._begun(hand, name, *values)
        while not self.ending.is_set():
            ready, _ = self.ray.wait([reference], timeout=PING)
            if ready:
                return self.ray.get(reference)
            hand.actor.heard.remote()
        raise Lost(False, "the run ends")

    def _begun(self, hand: Hand, name: str, *values: Any) -> Any:
        """Call a method of a worker, unless the run ends; a reference to its answer."""
        if self.ending.is_set():
            raise Lost(False, "the run ends")
        return getattr(hand.actor, name).remote(*values)

    def _patiently(self, hand: Hand, name: str, *values: Any) -> Any:
        """The same for what may be repeated, also while the object store is full."""
        for attempt in range(ATTEMPTS):
            try:
                return self._ask(hand, name, *values)
            except Exception as error:
                if not ray_cluster.is_full(error) or attempt == ATTEMPTS - 1:
                    raise
                self.ending.wait(0.5 * 2**attempt)
        raise AssertionError("the last attempt raises or returns")

    def _prepare(self, hand: Hand) -> None:
        """Bring weights, and images where a machine cannot read them, once to each machine."""
        facts = hand.facts
        if hand.prepared or facts is None:
            return
        hand.prepared = True
        with self._preparing.setdefault(facts.node, threading.Lock()):
            if facts.node in self._prepared:
                self._patiently(hand, "reads_images", known_now())
                return
            self._bring(hand, "cache", files.cache_dir(), _weights(self.study))
            if not self._patiently(hand, "reads_images", known_now()):
                for place, root, names in _images(self.study):
                    self._bring(hand, place, root, names)
                self._patiently(hand, "reads_images", known_now())
            self._prepared.add(facts.node)

    def _bring(
        self, hand: Hand, place: Place, root: Path, names: Sequence[str], only: str = ""
    ) -> None:
        """Send those of some files that a worker lacks."""
        wanted: list[Held] = held(root, names)
        if not wanted and not only:
            return
        for name in self._patiently(hand, "lacks", place, wanted, only):
            for chunk in chunks(root, name):
                self._patiently(hand, "receive", place, chunk)

    def do(self, task: Task, hand: Hand) -> str:
        """Let a worker do a piece of work; events and files are taken in as they come."""
        self._prepare(hand)
        if task != CHECK:
            self._settle(hand, task)
        inbox = Inbox(self.root)
        done = self._begun(hand, "perform", task)
        try:
            while True:
                ready, _ = self.ray.wait([done], timeout=0)
                items: list[Item] = self._patiently(hand, "news", hand.seen)
                for item in items:
                    hand.seen = item.number
                    if isinstance(item.content, Chunk):
                        inbox.take(item.content)
                    else:
                        self.messages.put(Message(hand, item.content))
                if ready and not items:
                    break
        finally:
            inbox.forget()
        outcome = self.ray.get(done)
        if isinstance(outcome, Exception):
            raise outcome
        return str(outcome)

    def _settle(self, hand: Hand, task: Task) -> None:
        """See to it that a worker has the files that its work begins with."""
        if not hand.settled:
            hand.shared = self._ask(hand, "see", self.probe.name, self.token)
            hand.settled = True
            key = "executors.ray_shared" if hand.shared else "executors.ray_apart"
            text = say(key, host=hand.facts.host if hand.facts else "?", path=self.root)
            if text not in self._told_of:
                self._told_of.add(text)
                self.messages.put(Message(hand, {"kind": "message", "text": text}))
        if hand.shared:
            return
        self._bring(hand, "", self.root, ["study.yaml", "machine.json", "data.json"])
        if not isinstance(task, PlannedCell):
            return
        needed: list[Cell] = [*task.above]
        twin = plan.twins(self.study).get(task)
        for cell in [*needed, *([twin] if twin else [])]:
            self._bring(hand, "", self.root, names_below(self.root, self.root / cell.path))
        own = names_below(self.root, self.root / task.path)
        self._bring(hand, "", self.root, own, only=task.path)

    def measure(self, cards: dict[Hand, MachineCard], hand: Hand) -> str:
        """Let a worker measure."""
        self._prepare(hand)
        found = self._ask(hand, "measured")
        if isinstance(found, Exception):
            raise found
        cards[hand] = found
        return "finished"


def _nothing(hand: Hand) -> str:
    return ""


def _weights(study: Study) -> list[str]:
    """Pretrained weights of a study that are kept here, by their names below the cache."""
    from alih.study.catalogue.backbones import backbone_of, cached_weights
    from alih.study.strategies.options import network_recipes

    own = [cell.recipe for cell in plan.cells(study)]
    every = [*own, *(other for recipe in own for other in network_recipes(recipe).values())]
    names = {str(backbone_of(recipe.model)) for recipe in every if backbone_of(recipe.model)}
    found = [cached_weights(name) for name in sorted(names)]
    root = files.cache_dir()
    both = [path for one in found for path in (one, one.with_suffix(".json"))]
    return [path.relative_to(root).as_posix() for path in both if path.is_file()]


def _images(study: Study) -> list[tuple[Place, Path, list[str]]]:
    """The decoded images of a study, and what is known of their files."""
    from alih.data.load import load
    from alih.study.catalogue.sets import image_size, specs

    sides = {side for sizes in plan.image_sizes(study).values() for side in sizes}
    scratch, cache = files.scratch_dir(), files.cache_dir()
    names: set[str] = set()
    for side in {image_size(study), *sides}:
        for spec in specs(study, side).values():
            place = getattr(load(spec, task=study.task).images, "place", None)
            if isinstance(place, Path):
                names |= set(names_below(scratch, place))
    decoded = sorted(name for name in names if not name.endswith(".lock"))
    return [("scratch", scratch, decoded), ("cache", cache, names_below(cache, cache / "depth"))]


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
