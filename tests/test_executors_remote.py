"""Workers on other machines, without a cluster: files in chunks, news that are kept until they are
seen, one setting for all kinds of machines."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque

import pytest
from tests.support.folders import MACHINE, ready
from tests.support.processes import outcome

import alih
from alih import cli, files
from alih.errors import AlihError
from alih.executors import parcels
from alih.executors.contract import Means
from alih.executors.parcels import Chunk, Inbox, Outbox, chunks, held, lacking, names_below
from alih.executors.ray_cluster import Cluster
from alih.executors.remote import RemoteWorker
from alih.executors.shared_settings import agreed
from alih.study.loading import load
from alih.study.planning.plan import cells

STUDY = """
schema: 1
name: tiny
title: Tiny
data: {set: fashion-mnist-mini}
seeds: 1
model: {layers: [{conv: {filters: 4, stride: 4}}, flatten, {dense: 8}]}
train: {epochs: 3, batch_size: 25, lr: 0.002}
vary: {train_images: [50]}
arms:
  a: {}
  after: {from: a}
compare: {baseline: a}
"""


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 30])
def test_a_file_arrives_as_it_was_sent(tmp_path, size):
    content = os.urandom(size)
    (tmp_path / "from" / "deep").mkdir(parents=True)
    (tmp_path / "from" / "deep" / "x").write_bytes(content)
    inbox = Inbox(tmp_path / "to")
    sent = list(chunks(tmp_path / "from", "deep/x", 8))
    assert [chunk.last for chunk in sent] == [False] * (len(sent) - 1) + [True]
    for chunk in sent:
        assert not (tmp_path / "to" / "deep" / "x").exists(), "a part of it is no file"
        inbox.take(chunk)
    assert (tmp_path / "to" / "deep" / "x").read_bytes() == content
    assert lacking(tmp_path / "to", held(tmp_path / "from", ["deep/x"])) == []
    assert names_below(tmp_path / "to", tmp_path / "to") == ["deep/x"]


def test_a_file_that_is_replaced_on_its_way_arrives_as_it_was(tmp_path):
    file = tmp_path / "x"
    file.write_bytes(b"a" * 20)
    going = chunks(tmp_path, "x", 8)
    first = next(going)
    files.write_bytes(file, b"b" * 30)
    assert b"".join([first.content, *(chunk.content for chunk in going)]) == b"a" * 20


def test_halves_are_removed_and_names_stay_inside(tmp_path):
    inbox = Inbox(tmp_path / "to")
    inbox.take(Chunk("x", 0, b"12", last=False))
    inbox.forget()
    assert not list((tmp_path / "to").iterdir())
    with pytest.raises(ValueError, match="leads out"):
        inbox.take(Chunk("../x", 0, b"", last=True))


def test_what_differs_is_lacking(tmp_path):
    for name, content in {"same": b"1", "other": b"1", "longer": b"1"}.items():
        (tmp_path / name).write_bytes(content)
    wanted = held(tmp_path, ["same", "other", "longer", "absent"])
    (tmp_path / "other").write_bytes(b"2")
    (tmp_path / "longer").write_bytes(b"11")
    assert lacking(tmp_path, wanted) == ["other", "longer"]


def test_an_outbox_sends_what_changed_once_and_in_order(tmp_path):
    for name in "abc":
        (tmp_path / name).write_bytes(name.encode() * 3)
    box = Outbox(tmp_path)
    box.mark(["b"])
    box.add(["a", "b", "c", "none"])
    (tmp_path / "c").unlink()
    assert [box.next(), box.next()] == [Chunk("a", 0, b"aaa", True), None]
    assert box.empty
    files.write_bytes(tmp_path / "a", b"new")
    box.add(["a", "b"])
    assert box.next() == Chunk("a", 0, b"new", True)


# --- settings ---


def test_machines_of_different_kinds_get_one_setting():
    fast = MACHINE.model_copy(update={"precision": "bf16-autocast", "threads": 4})
    card, text = agreed({"new": fast})
    assert (card.precision, card.threads, text) == ("bf16-autocast", 4, None)
    card, text = agreed({"new": fast, "old": MACHINE})
    assert (card.precision, card.threads) == ("fp32", 1)
    assert "new: bf16-autocast; old: fp32" in str(text)


def test_workers_are_counted_machine_by_machine():
    cluster = Cluster(((3, 0), (4, 2), (0, 0)))
    assert cluster.cores() == 7
    assert cluster.cores("cuda") == 4
    assert cluster.room(2) == 3
    assert cluster.room(2, 1) == 2
    assert Cluster(((8, 1),)).room(2, 1) == 1


@pytest.mark.parametrize(
    ("address", "key"),
    [("nowhere", "executors.ray_no_address"), ("h:99999", "executors.ray_no_address")],
)
def test_addresses_that_are_none_are_refused_without_waiting(tmp_path, address, key):
    pytest.importorskip("ray")
    with pytest.raises(AlihError) as caught:
        alih.run("quickstart", tmp_path / "out", executor="ray", address=address)
    assert caught.value.key == key
    assert not (tmp_path / "out").exists()


def test_an_address_where_nobody_listens_is_told(tmp_path):
    pytest.importorskip("ray")
    with pytest.raises(AlihError) as caught:
        alih.run("quickstart", tmp_path / "out", executor="ray", address="127.0.0.1:1")
    assert caught.value.key == "executors.ray_unreachable"
    assert "127.0.0.1:1" in str(caught.value)
    with pytest.raises(AlihError) as caught:
        alih.run("quickstart", tmp_path / "out", address="127.0.0.1:1")
    assert caught.value.key == "executors.no_address"


def test_without_ray_the_extra_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert cli.run(["run", "quickstart", "--out", str(tmp_path / "o"), "--executor", "ray"]) == 2
    assert "alih[ray]" in capsys.readouterr().err


# --- a worker in this process ---


def perform(worker, cell, outcomes):
    outcomes.append(worker.perform(cell))


@pytest.mark.torch
def test_a_worker_that_sees_no_folder_sends_what_it_writes(tmp_path, monkeypatch):
    """What a driver does, call by call, with a worker that has a folder of its own."""
    monkeypatch.setenv("ALIH_SCRATCH", str(tmp_path / "node"))
    monkeypatch.setattr(parcels, "CHUNK", 1000)
    root, whole = (ready(tmp_path / name, STUDY) for name in ("root", "whole"))
    assert alih.run(whole, jobs=1, device="cpu").complete
    study = load(root)
    worker = RemoteWorker(str(root), study, Means(device="cpu", alone=True), 1, "en", 0.0)
    (root / "probe").write_text("another token")
    for name, days in (("killed-1", 8), ("running-2", 1)):
        (tmp_path / "node" / "studies" / name / "runs").mkdir(parents=True)
        for path in (tmp_path / "node" / "studies" / name).rglob("*"):
            os.utime(path, (time.time() - days * 86_400,) * 2)
            os.utime(path.parent, (0, 0))
    assert not worker.see("probe", "token")
    left = {path.name for path in (tmp_path / "node" / "studies").iterdir()}
    assert left == {"running-2", worker.root.name}
    assert worker.root.is_relative_to(tmp_path / "node")
    inbox, seen = Inbox(root), 0
    for cell in cells(study):
        for name in worker.lacks("", held(root, ["machine.json", "study.yaml"])):
            for chunk in chunks(root, name):
                worker.receive("", chunk)
        outcomes, kinds, order = [], [], []
        thread = threading.Thread(target=perform, args=(worker, cell, outcomes))
        thread.start()
        while True:
            over = not thread.is_alive()
            items = worker.news(seen)
            assert worker.news(seen)[: len(items)] == items, "kept until they are seen"
            for item in items:
                assert item.number == seen + 1
                seen = item.number
                if isinstance(item.content, Chunk):
                    inbox.take(item.content)
                    order.append(item.content.name)
                else:
                    kinds.append(item.content["kind"])
            if over and not items:
                break
        assert outcomes == ["finished"]
        assert kinds.count("epoch") == 3
        assert order[-1] == f"{cell.path}/done", "it says that all others are there"
        assert "machine.json" not in order
    assert outcome(root) == outcome(whole)
    worker.tidy()
    assert not worker.root.exists()


def test_events_that_come_while_news_are_read_wait(tmp_path):
    """A cell runs in another thread, and lists that grow while they are read raise errors."""
    worker = RemoteWorker(str(tmp_path), load("quickstart"), Means(), 1, "en", 1.0)
    worker._outbox = Outbox(tmp_path)
    threads = []

    class Interrupted(deque):
        """Somebody emits an event between two items."""

        def __iter__(self):
            for item in super().__iter__():
                threads.append(threading.Thread(target=worker._emit, args=({"kind": "later"},)))
                threads[-1].start()
                time.sleep(0.02)
                yield item

    worker._emit({"kind": "first"})
    worker._news = Interrupted(worker._news)
    assert worker.news(0)[0].content == {"kind": "first"}
    for thread in threads:
        thread.join()
    assert worker._count == 1 + len(threads)
