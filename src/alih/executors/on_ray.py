"""Cells on a Ray cluster: one worker for each cell that is computed at a time, on any machine."""

from __future__ import annotations

import contextlib
import queue
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from filelock import Timeout

from alih import files
from alih.errors import AlihError
from alih.executors import ray_cluster
from alih.executors.agenda import Agenda
from alih.executors.contract import Executor, Means
from alih.executors.events import Listener, progress
from alih.executors.ray_talk import Hand, Lost, Message, RayWorker, Talk
from alih.executors.remote import Facts, means_of
from alih.executors.shared_settings import agreed
from alih.executors.work import CHECK, MEASURE, PROBE, REFERENCES, Task
from alih.runs import hardware, sums
from alih.runs.card import Failure, MachineCard
from alih.runs.folder import StudyFolder
from alih.runs.status import lock_file
from alih.study.document.study import Study
from alih.study.planning.cells import Cell
from alih.study.planning.resolved import PlannedCell
from alih.words import language, say

DEATHS = 2
"""How often a piece of work may take its process with it."""
LOSSES = 10
"""How often the machine that does it may be lost."""
SHIP = 20.0
"""Seconds between checkpoints that are sent from where the study folder is not seen."""
PATIENCE = 30.0
"""Seconds after which waiting is told, and that the first worker waits for others."""
LOOK = 0.2


class OnRay(Executor):
    """Workers of a Ray cluster. The process that calls computes nothing, and needs no torch."""

    ship = SHIP

    def __init__(self, root: Path, study: Study, cells: int, means: Means) -> None:
        self.root, self.study, self.means = root.resolve(), study, means
        self._cells = cells
        self._resources: dict[str, Any] = {}
        self._threads = 1
        self.talk = Talk(self.root, study, secrets.token_hex(8))
        self._held = ExitStack()
        self.hands: list[Hand] = []
        self._started = 0
        self._deaths: Counter[tuple[Task, bool]] = Counter()

    def __enter__(self) -> OnRay:
        """Connect, and ask for workers, which import torch while the run reads its images."""
        if self._cells:
            self.talk.ray = self._held.enter_context(ray_cluster.connected(self.means.address))
            self._choose(ray_cluster.survey(self.talk.ray))
            for _ in range(min(self.means.jobs, self._cells)):
                self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the workers, and leave the cluster where it was joined for this run."""
        self.talk.end(self.hands)
        tidied = []
        for hand in self.hands:
            with contextlib.suppress(Exception):  # of what has gone nothing is asked
                tidied += [hand.actor.tidy.remote()] if hand.facts is not None else []
        with contextlib.suppress(Exception):
            self.talk.ray.wait(tidied, num_returns=len(tidied), timeout=5)
        for hand in self.hands:
            hand.locks.close()
            self._stop(hand)
        self.talk.fall_silent(self.hands)
        self.hands = []
        self._held.close()

    def _choose(self, cluster: ray_cluster.Cluster) -> None:
        """Cores, GPUs and threads of each worker, and how many workers there are."""
        stored = None if self.means.fresh else StudyFolder(self.root).machine
        device = stored.device if stored else self.means.device
        if device == "auto":
            device = "cuda" if cluster.gpus else "cpu"
        if device == "cuda" and not cluster.gpus:
            raise AlihError("executors.ray_no_gpus")
        cores, processes = cluster.cores(device), self.study.processes
        most = cluster.gpus if device == "cuda" else min(cores, _usual(cluster))
        jobs = self.means.jobs or max(1, min(self._cells, most // processes))
        smallest = min(own for own, _ in cluster.nodes if own >= 1)
        share = max(1, min(cores // jobs, smallest))  # of a cell, whose processes share it
        self._threads = stored.threads if stored else 0
        self._threads = self._threads or hardware.at_most_asked(max(1, share // processes))
        gpus = processes if device == "cuda" else 0
        wanted = hardware.BESIDE_GPU * gpus or self._threads * processes
        own = max(1, min(wanted, share if gpus else smallest))
        self._resources = {"num_cpus": own, **({"num_gpus": gpus} if gpus else {})}
        self.means = replace(means_of(self.means), jobs=max(1, min(jobs, cluster.room(own, gpus))))

    def _start(self) -> Hand:
        """Ask for another worker; the thread that speaks to it says when it is up."""
        hand = Hand(self._started)
        self._started += 1
        remote = self.talk.ray.remote(RayWorker).options(
            max_concurrency=4, max_restarts=0, scheduling_strategy="SPREAD", **self._resources
        )
        means = means_of(self.means)
        given = str(self.root), self.study, means, self._threads, language(), self.ship
        hand.actor = remote.remote(*given)
        self.hands.append(hand)
        self.talk.begin(hand)
        return hand

    def _stop(self, hand: Hand) -> None:
        with contextlib.suppress(Exception):
            self.talk.ray.kill(hand.actor)

    def check(self, root: Path, study: Study, listen: Listener) -> None:
        """Let one worker of each kind of machine do it."""
        listen(progress("starting"))
        for hand in self._one_of_each_kind(listen):
            self.talk.order(hand, CHECK, partial(self.talk.do, CHECK))
        self._until_done(listen)

    def execute(
        self, root: Path, study: Study, todo: Sequence[PlannedCell], listen: Listener
    ) -> set[Cell]:
        """Compute the cells; those of a machine that is lost go on elsewhere."""
        agenda = Agenda(root, study, todo, checked=True, references=self.means.references)
        self._write_probe()
        told = False
        try:
            with self.means.deadline.watching():
                while self._hand_out(agenda, listen):
                    self._attend(agenda, listen)
                    told = told or self._pass_on_request()
        finally:
            self.talk.probe.unlink(missing_ok=True)
        return agenda.failed

    def _write_probe(self) -> None:
        """Write the file by which workers know the study folder."""
        files.write_text(self.talk.probe, self.talk.token)

    def _hand_out(self, agenda: Agenda, listen: Listener) -> bool:
        """Give work to whoever is free; False when all is done, or the time is over."""
        deadline = self.means.deadline
        for hand in list(self.hands):
            while hand.free and not deadline.closing:
                task = agenda.take()
                if task is None:
                    break
                if task == MEASURE:
                    self._measure(listen)
                    agenda.settle(task, "finished", listen)
                elif self._lock(hand, task):
                    self.talk.order(hand, task, partial(self.talk.do, task))
                else:
                    agenda.settle(task, "skipped", listen)
        busy = [hand for hand in self.hands if hand.task is not None]
        if deadline.over or (deadline.closing and not busy):
            for hand in busy:
                assert hand.task is not None
                agenda.settle(hand.task, "stopped", listen)
                hand.locks.close()
                self._stop(hand)
            return False
        if busy or any(hand.facts is None for hand in self.hands if not agenda.empty):
            return True
        task = agenda.take()
        if task is None:
            return False
        agenda.give_back(task)
        if not self.hands:
            self._start()
        return True

    def _attend(self, agenda: Agenda, listen: Listener) -> None:
        """Take in what the workers have to say."""
        for message in self._heard():
            hand, task = message.hand, message.hand.task
            if self._common(message, listen):
                continue
            assert task is not None
            self._free(hand)
            if isinstance(message.content, Lost):
                again = self._mourn(task, message.content, listen)
                if again:
                    agenda.give_back(task)
                else:
                    agenda.settle(task, "failed", listen)
                if not agenda.empty:
                    self._start()
            else:
                if task == REFERENCES:
                    sums.seal(self.root, ["references.json"])
                self.means.deadline.met |= message.content == "stopped"
                agenda.settle(task, message.content, listen)

    def _heard(self) -> list[Message]:
        """Messages so far, after a moment where there are none."""
        found = []
        with contextlib.suppress(queue.Empty):
            found.append(self.talk.messages.get(timeout=LOOK))
            while True:
                found.append(self.talk.messages.get_nowait())
        return found

    def _common(self, message: Message, listen: Listener) -> bool:
        """Deal with what needs no agenda; errors that stop the run are raised."""
        hand, content = message.hand, message.content
        if hand not in self.hands:
            return True  # of a worker that was given up
        if isinstance(content, Facts):
            return True  # it is free now
        if isinstance(content, dict):
            name = str(hand.task) if isinstance(hand.task, Cell) else ""
            listen({**content, "cell": name})
            return True
        if isinstance(content, Lost):
            self.hands.remove(hand)
            self._stop(hand)
            if hand.task is None:
                if content.machine is False and hand.facts is None:
                    raise AlihError("executors.ray_worker_failed", reason=content.reason)
                return True
        elif isinstance(content, BaseException):
            raise content
        return False

    def _free(self, hand: Hand) -> None:
        hand.task = None
        hand.locks.close()

    def _lock(self, hand: Hand, task: Task) -> bool:
        """Hold a cell for its worker, so that no other run on this folder computes it."""
        if not isinstance(task, Cell):
            return True
        try:
            hand.locks.enter_context(files.locked(lock_file(self.root, task), PROBE))
        except Timeout:
            return False
        return True

    def _mourn(self, task: Task, lost: Lost, listen: Listener) -> bool:
        """Note that a worker was lost over its work. Returns whether to try again."""
        self._deaths[task, lost.machine] += 1
        again = self._deaths[task, lost.machine] < (LOSSES if lost.machine else DEATHS)
        cell = str(task) if isinstance(task, Cell) else ""
        what = cell or say(f"executors.task_{task}")
        values = {"what": what, "reason": lost.reason}
        key = "executors.ray_machine_lost" if lost.machine else "executors.ray_worker_lost"
        if again or task == REFERENCES:
            listen({"kind": "message", "cell": cell, "text": say(key, **values)})
        elif isinstance(task, Cell):
            failure = Failure.because("executors.ray_lost_again", **values)
            failure.write(StudyFolder(self.root).cell(task).path)
        else:
            raise AlihError("executors.ray_lost_again", **values)
        return again

    def _one_of_each_kind(self, listen: Listener) -> list[Hand]:
        """A free worker of each kind of machine, once the workers are up, or some of them for a
        while.
        """
        begun, told, first = time.monotonic(), False, 0.0
        while True:
            up = [hand for hand in self.hands if hand.facts is not None]
            first = first or (time.monotonic() if up else 0.0)
            if up and (len(up) == len(self.hands) or time.monotonic() - first > PATIENCE):
                kinds = {hand.facts.kind: hand for hand in reversed(up) if hand.facts}
                self._tell_kinds(kinds, up, listen)
                return list(kinds.values())
            if not told and time.monotonic() - begun > PATIENCE:
                told = True
                listen({"kind": "message", "cell": "", "text": say("executors.ray_waiting")})
            for message in self._heard():
                self._common(message, listen)
            if not self.hands:
                self._start()

    def _tell_kinds(self, kinds: dict[str, Hand], up: list[Hand], listen: Listener) -> None:
        machines = {hand.facts.node: hand.facts for hand in up if hand.facts}
        versions = {(facts.alih, facts.torch) for facts in machines.values()}
        if len(versions) > 1:
            told = "; ".join(f"{f.host}: alih {f.alih}, torch {f.torch}" for f in machines.values())
            raise AlihError("executors.ray_versions", machines=told)
        values = {"machines": len(machines), "workers": len(self.hands), "threads": self._threads}
        text = say("executors.ray_up", **values)
        listen({"kind": "message", "cell": "", "text": text})
        if len(kinds) > 1:
            text = say("executors.ray_kinds", kinds="; ".join(kinds))
            listen({"kind": "message", "cell": "", "text": text})

    def _measure(self, listen: Listener) -> None:
        """Write `machine.json` from what a machine of each kind measures."""
        listen(progress("timing"))
        hands = self._one_of_each_kind(lambda event: None)
        found: dict[Hand, MachineCard] = {}
        for hand in hands:
            self.talk.order(hand, MEASURE, partial(self.talk.measure, found))
        self._until_done(listen)
        cards = {hand.facts.kind: card for hand, card in found.items() if hand.facts}
        card, text = agreed(cards)
        card.write_first(self.root)
        if text is not None:
            listen({"kind": "message", "cell": "", "text": str(text)})

    def _until_done(self, listen: Listener) -> None:
        """Wait for work that nobody else can do in its place."""
        while any(hand.task is not None for hand in self.hands):
            for message in self._heard():
                if self._common(message, listen):
                    continue
                task = message.hand.task
                assert task is not None
                self._free(message.hand)
                if isinstance(message.content, Lost) and self._mourn(task, message.content, listen):
                    assert message.hand.work is not None
                    self.talk.order(self._start(), task, message.hand.work)

    def _pass_on_request(self) -> bool:
        """Let the workers know that the run is to end."""
        if not self.means.deadline.closing:
            return False
        for hand in self.hands:
            with contextlib.suppress(Exception):
                hand.actor.request.remote(max(0.0, self.means.deadline.left))
        return True


def _usual(cluster: ray_cluster.Cluster) -> int:
    """How many cells at once where the user names no number: per machine as many as alone."""
    return sum(min(cores, hardware.MOST_WORKERS) for cores, _ in cluster.nodes)
