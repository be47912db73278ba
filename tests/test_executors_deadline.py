"""Runs that end in time: the deadline itself, cells that end with a checkpoint, workers that are
stopped."""

from __future__ import annotations

import multiprocessing
import pickle
import threading
import time
from types import SimpleNamespace

import pytest
from tests.support.folders import ready
from tests.support.processes import outcome

import alih
from alih import files
from alih.errors import AlihError
from alih.executors import worker
from alih.executors.contract import Means
from alih.executors.deadline import Deadline
from alih.executors.local import Local
from alih.executors.work import perform
from alih.runs.status import survey
from alih.study.catalogue.lookup import Known
from alih.study.loading import load
from alih.study.planning.plan import cells

pytestmark = pytest.mark.torch

STUDY = """
schema: 1
name: tiny
title: Tiny
data: {set: fashion-mnist-mini}
seeds: 2
model: {layers: [{conv: {filters: 4, stride: 4}}, flatten, {dense: 8}]}
train: {epochs: 3, batch_size: 25, lr: 0.002}
vary: {train_images: [50]}
arms:
  a: {}
  after: {from: a}
compare: {baseline: a}
"""


def test_a_deadline_counts_down_and_can_be_brought_forward():
    never = Deadline()
    never.request()
    assert not any([never.limited, never.closing, never.over, never.forbids(1e9)])
    hour = Deadline(3600)
    assert 3590 < hour.left <= 3600
    assert not hour.forbids(2900)
    assert hour.forbids(3100), "the next epoch may take a little longer than the last"
    hour.request(20)
    assert hour.closing
    assert not hour.over
    assert hour.left <= 20
    assert hour.forbids(0), "after a request no epoch is begun"
    hour.request(50)
    assert hour.left <= 20, "a second request gives no more time"
    assert Deadline(0).over


def test_another_machine_is_told_how_much_is_left_not_the_moment():
    found = pickle.loads(pickle.dumps(Deadline(100)))
    assert 99 < found.left <= 100
    assert not pickle.loads(pickle.dumps(Deadline())).limited


def _asked(deadline, answers):
    deadline.request()
    answers.put(deadline.left)


def test_a_process_of_this_machine_shares_the_moment():
    context, deadline = multiprocessing.get_context("spawn"), Deadline(3600)
    answers = context.Queue()
    process = context.Process(target=_asked, args=(deadline, answers))
    process.start()
    assert answers.get(timeout=120) <= 20
    process.join()
    assert deadline.closing


def test_a_cell_without_time_ends_with_a_checkpoint_and_goes_on_to_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr("alih.training.loop.PAUSE", 1e9)  # no other reason for a checkpoint
    whole, cut = (ready(tmp_path / name, STUDY) for name in ("whole", "cut"))
    study = load(cut)
    first = cells(study)[0]
    means, told = Means(device="cpu", alone=True, deadline=Deadline(3600)), []

    def listen(event):
        told.append(event["kind"])
        if event["kind"] == "epoch":
            means.deadline.request()

    assert perform(cut, study, first, means, listen) == "stopped"
    assert told.count("epoch") == 1
    assert [path.name for path in cut.glob("runs/a/seed-0/**/checkpoint*")] == [
        "checkpoint-000001.safetensors"
    ]
    assert not list(cut.glob("runs/**/failed.json"))
    assert not (cut / ".locks").exists(), "somebody else has dealt the cells out"
    for root in (whole, cut):
        assert alih.run(root, jobs=1, device="cpu").complete
    assert outcome(cut) == outcome(whole)


def test_of_processes_that_measure_at_once_the_first_decides(tmp_path):
    root = tmp_path / "out"
    card = ready(root, STUDY) / "machine.json"
    before = card.read_bytes()
    assert not files.write_first(card, b"{}")
    assert card.read_bytes() == before
    card.unlink()
    barrier, first = threading.Barrier(8), []

    def write(number):
        barrier.wait()
        if files.write_first(card, str(number).encode()):
            first.append(str(number))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert [card.read_text()] == first
    assert not list(root.glob(".*.tmp"))


def test_without_links_a_file_is_still_written_once(tmp_path, monkeypatch):
    def refused(source, target):
        raise OSError(1, "no links here")

    monkeypatch.setattr("os.link", refused)
    assert files.write_first(tmp_path / "x", b"one", 5)
    assert not files.write_first(tmp_path / "x", b"two")
    assert (tmp_path / "x").read_bytes() == b"one\0\0"


# --- workers, as threads ---


def company(monkeypatch, work):
    """Stand in for worker processes: `work(task, means)` gives an outcome, None to go on."""
    stopped = []

    def start(root, study, means, environment):
        ours, theirs = multiprocessing.Pipe()

        def serve():
            try:
                while True:
                    task = theirs.recv()
                    outcome = "" if isinstance(task, Known) else work(task, means)
                    if outcome:
                        theirs.send(outcome)
            except (EOFError, OSError):
                pass

        threading.Thread(target=serve, daemon=True).start()
        process = SimpleNamespace(
            exitcode=None, join=lambda: None, kill=lambda: stopped.append(True)
        )
        return worker.Worker(process, ours)

    monkeypatch.setattr(worker, "start", start)
    return stopped


def run(root, deadline, jobs=1):
    study, told = load(root), []
    means = Means(jobs=jobs, device="cpu", deadline=deadline)
    with Local(root, study, 4, means) as executor:
        failed = executor.execute(root, study, cells(study), told.append)
    return failed, [(event["kind"], event["cell"].split("/")[0]) for event in told]


def test_what_goes_on_when_the_time_is_over_is_stopped(tmp_path, monkeypatch):
    begun = []

    def work(task, means):
        begun.append(task)
        if len(begun) == 2:
            means.deadline.request(0.0)

    stopped = company(monkeypatch, work)
    deadline = Deadline(3600)
    failed, told = run(ready(tmp_path / "out", STUDY), deadline, jobs=2)
    assert failed == set()
    assert told == [("stopped", "a"), ("stopped", "a")]
    assert len(stopped) == 2
    assert not deadline.watched


def test_after_a_request_cells_end_and_no_other_is_begun(tmp_path, monkeypatch):
    begun = []

    def work(task, means):
        begun.append(task.arm)
        means.deadline.request(3600)
        return "stopped"

    company(monkeypatch, work)
    deadline = Deadline(7200)
    failed, told = run(ready(tmp_path / "out", STUDY), deadline)
    assert failed == set()
    assert deadline.met
    assert begun == ["a"]
    assert told == [("stopped", "a")]


def test_one_job_with_a_deadline_has_a_process_that_can_be_ended(tmp_path):
    root = ready(tmp_path / "out", STUDY)
    assert Local(root, load(root), 4, Means(jobs=1, deadline=Deadline(9))).count == 1
    assert Local(root, load(root), 4, Means(jobs=1)).count == 0


@pytest.mark.parametrize("until", ["0", "0s", "-1h", "2", "soon", ""])
def test_what_is_no_time_is_refused(tmp_path, until):
    with pytest.raises(AlihError) as caught:
        alih.run("quickstart", tmp_path / "out", until=until)
    assert caught.value.key == "api.until"
    assert not (tmp_path / "out").exists()


def test_a_part_computes_its_cells_and_leaves_shared_files_to_the_first(tmp_path):
    root = ready(tmp_path / "out", STUDY)
    (root / "references.json").unlink()
    results = alih.run(root, jobs=1, device="cpu", part="2/2")
    states = {str(s.cell).split("/level")[0]: s.state for s in survey(root, load(root))}
    done = {name for name, state in states.items() if state == "finished"}
    assert {name.split("/")[1] for name in done} == {"seed-1"}
    assert len(done) == 2, "with the cell that the other starts from"
    assert not results.complete
    assert not (root / "data.json").exists()
    assert not (root / "references.json").exists()
    assert not list((root / ".locks").glob("*seed*")), "no lock is taken on a cell"
    with pytest.raises(AlihError) as caught:
        alih.run(root, part="1/2", fresh=True)
    assert caught.value.key == "api.part_or_fresh"


def test_a_deadline_that_is_far_changes_nothing(tmp_path):
    started = time.monotonic()
    assert not Deadline(1e8).forbids(1e6)
    assert time.monotonic() - started < 60
