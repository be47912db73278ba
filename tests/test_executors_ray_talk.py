"""What the driver of a run on a Ray cluster says to its workers; no cluster is needed."""

import threading
from pathlib import Path

import pytest

pytest.importorskip("torch")

from alih.executors import ray_talk
from alih.executors.ray_talk import Hand, Lost, Talk

pytestmark = pytest.mark.torch


class Cluster:
    """Answers at once, and notes what was asked."""

    def __init__(self):
        self.asked = []

    def wait(self, references, timeout):
        return references, []

    def get(self, reference):
        return reference

    def __getattr__(self, name):
        self.asked.append(name)
        return type("Method", (), {"remote": staticmethod(lambda *values: name)})


def test_nothing_is_asked_once_a_run_has_ended(monkeypatch):
    """A question after Ray has left a cluster would have it join anew, and the next run fail."""
    monkeypatch.setattr(ray_talk, "PING", 0.3)
    cluster, actor, working = Cluster(), Cluster(), threading.Event()
    talk = Talk(Path(), None, "token")
    talk.ray = cluster
    hands = [Hand(number, actor=actor) for number in range(3)]
    for hand in hands:
        talk.begin(hand)
        assert talk.messages.get(timeout=10).content == "facts"
    talk.order(hands[0], "work", lambda hand: "done")
    assert talk.messages.get(timeout=10).content == "done"

    def long_work(hand):
        working.set()
        talk.ending.wait(10)
        return talk._ask(hand, "lacks")

    talk.order(hands[1], "work", long_work)
    assert working.wait(10)
    talk.end(hands)
    asked = list(actor.asked)
    talk.fall_silent(hands)
    assert actor.asked == asked
    assert not any(hand.thread.is_alive() for hand in hands)
    assert isinstance(talk.messages.get_nowait().content, Lost)
    assert talk.messages.empty()
