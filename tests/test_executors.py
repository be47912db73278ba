"""Who computes the cells: the contract of executors, what may start when, and worker processes that
die."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from tests.support.folders import MACHINE, ready

import alih
from alih import files
from alih.errors import AlihError
from alih.executors import worker
from alih.executors.agenda import Agenda
from alih.executors.contract import Executor, Means
from alih.executors.local import Local
from alih.executors.work import CHECK, MEASURE, REFERENCES
from alih.runs import hardware, sums
from alih.runs.folder import StudyFolder
from alih.study.catalogue.lookup import Known
from alih.study.loading import load
from alih.study.planning.cells import Cell
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
ARMS
compare: {baseline: a}
"""
ARMS = {
    "a": "{}",
    "wild": "{train: {optimizer: sgd, lr: 1.0e+30}}",
    "after": "{from: wild}",
}


@pytest.fixture
def document(tmp_path):
    def write(*arms: str) -> Path:
        file = tmp_path / "tiny.yaml"
        file.write_text(
            STUDY.replace("ARMS", "\n".join(f"  {arm}: {ARMS.get(arm, '{}')}" for arm in arms))
        )
        return file

    return write


def made(root: Path, document: Path, *, prepared: bool = True) -> Path:
    """A study folder before any cell was computed; `prepared`: with what is made before the first
    of them."""
    if prepared:
        return ready(root, document.read_text())
    files.write_text(root / "study.yaml", document.read_text())
    return root


# --- another process that shares only the folder ---

SCRIPT = """
import sys
from pathlib import Path
from alih.executors.agenda import Agenda
from alih.executors.contract import Means
from alih.executors.work import perform
from alih.study.catalogue.lookup import Known
from alih.study.loading import load
from alih.study.planning.plan import cells
from alih.executors.worker import settle_in

settle_in("cpu")
root = Path(sys.argv[1])
study = load(root)
agenda = Agenda(root, study, [cell for cell in cells(study) if str(cell) in sys.argv[2:]])
while (task := agenda.take()) is not None:
    agenda.settle(task, perform(root, study, task, Means(device="cpu")), lambda event: None)
assert "sympy" not in sys.modules, "nothing loads torch's compiler"
"""


class Elsewhere(Executor):
    """Computes in a process that knows nothing but the folder."""

    def execute(self, root, study, todo, listen):
        command = [sys.executable, "-c", SCRIPT, str(root), *map(str, todo)]
        done = subprocess.run(
            command, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        folder = StudyFolder(root)
        for cell in todo:
            listen(
                {"kind": "finished" if folder.cell(cell).is_done else "failed", "cell": str(cell)}
            )
        return {cell for cell in todo if not folder.cell(cell).is_done}


def test_an_executor_needs_only_the_folder(document, tmp_path):
    file = document("a", "wild", "after")
    files.write_json(
        made(tmp_path / "out", file, prepared=False) / "references.json", {}
    )  # they take longer than the rest
    heard, also = [], []
    listeners = [heard.append, lambda event: also.append(event["kind"])]
    results = alih.run(file, tmp_path / "out", executor=Elsewhere(), on_event=listeners)
    assert {str(s.cell).split("/")[0]: s.state for s in results.status} == {
        "a": "finished",
        "wild": "failed",
        "after": "blocked",
    }
    machine = files.read_json(tmp_path / "out" / "machine.json")
    assert (machine["device"], machine["threads"]) == ("cpu", 1)
    assert [event["kind"] for event in heard] == also
    assert also.count("finished") == 1
    assert also.count("failed") == 2


class Idle(Executor):
    """Is killed, as it were, before it does anything."""

    def execute(self, root, study, todo, listen):
        return set()


def test_damaged_files_of_the_study_are_written_anew_and_no_cell_is(
    document, tmp_path, monkeypatch
):
    scores = {"chance": {"test": {"accuracy": 0.1}}}
    monkeypatch.setattr("alih.executors.references.references", lambda images, study: scores)
    root, heard = tmp_path / "out", []
    alih.run(document("a"), root, jobs=1, device="cpu")
    names = ("data.json", "references.json")
    before = {name: (root / name).read_bytes() for name in names}
    assert set(names) <= set(StudyFolder(root).noted.files)
    for name in names:
        (root / name).write_bytes(before[name].replace(b"0", b"1"))
    assert sums.damaged(root) == [*names]
    alih.run(root, executor=Idle())
    assert sums.damaged(root) == ["references.json"], (
        "what was not written anew is not taken for sound"
    )
    (root / "data.json").unlink()
    assert alih.run(root, jobs=1, on_event=lambda event: heard.append(event["kind"])).complete
    assert not {"started", "finished", "failed"} & set(heard)
    assert {name: (root / name).read_bytes() for name in names} == before
    assert sums.damaged(root) == []


def test_unknown_executors_are_named(document, tmp_path):
    with pytest.raises(AlihError) as caught:
        alih.run(document("a"), tmp_path / "out", executor="slurm")
    assert caught.value.key == "executors.unknown"
    assert not (tmp_path / "out").exists()


# --- what may start when ---


def test_a_new_folder_is_measured_first_and_references_wait_for_nobody(document, tmp_path):
    file = document("a", "b", "after", "wild")
    study, root = load(file), made(tmp_path / "out", file, prepared=False)
    a, b, after, wild = sorted(
        cells(study), key=lambda cell: ["a", "b", "after", "wild"].index(cell.arm)
    )
    agenda = Agenda(root, study, [a, b, after, wild])
    told = []
    assert agenda.take() == CHECK
    assert agenda.take() is None, "nothing may start before the study was checked"
    agenda.settle(CHECK, "finished", told.append)
    assert agenda.take() == MEASURE
    assert agenda.take() == REFERENCES, "a second worker need not wait for the measuring"
    assert agenda.take() is None
    agenda.give_back(MEASURE)
    assert agenda.take() == MEASURE
    agenda.settle(MEASURE, "finished", told.append)
    assert [agenda.take() for _ in range(4)] == [a, b, wild, None], (
        "what starts from an arm waits for it"
    )
    agenda.give_back(REFERENCES)
    assert agenda.take() == REFERENCES
    agenda.settle(wild, "failed", told.append)
    assert agenda.empty
    assert agenda.failed == {wild, after}
    assert [event["cell"].split("/")[0] for event in told] == ["wild", "after"]


def test_with_one_worker_the_first_cell_comes_before_the_references(document, tmp_path):
    file = document("a", "b")
    study, root = load(file), made(tmp_path / "out", file, prepared=False)
    agenda = Agenda(root, study, cells(study), checked=True)
    order = []
    while (task := agenda.take()) is not None:
        agenda.settle(task, "finished", lambda _: None)
        order.append(task.arm if isinstance(task, Cell) else task)
    assert order == [MEASURE, "a", REFERENCES, "b"]


def test_what_a_folder_holds_is_not_made_again(document, tmp_path):
    file = document("a")
    study, root = load(file), made(tmp_path / "out", file)
    assert Agenda(root, study, cells(study), checked=True).take() == cells(study)[0]


# --- workers that die, as threads whose end of the pipe closes ---


class Company:
    """Stands in for worker processes; `fate(task)` says what becomes of each piece of work: an
    outcome, or None for a death."""

    def __init__(self, monkeypatch, fate):
        self.fate, self.environments = fate, []
        monkeypatch.setattr(worker, "start", self.start)

    def start(self, root, study, means, environment):
        self.environments.append(dict(environment))
        ours, theirs = multiprocessing.Pipe()

        def serve():
            try:
                while True:
                    task = theirs.recv()
                    if isinstance(task, Known):
                        continue
                    outcome = self.fate(task)
                    if outcome is None:
                        break
                    theirs.send(outcome)
            except (EOFError, OSError):
                pass
            theirs.close()

        threading.Thread(target=serve, daemon=True).start()
        nothing = lambda: None  # noqa: E731
        return worker.Worker(SimpleNamespace(exitcode=-9, join=nothing, kill=nothing), ours)


def execute(root: Path, jobs: int = 2, expected: int | None = None, **means):
    study, events = load(root), []
    todo = cells(study)
    with Local(root, study, expected or len(todo), Means(jobs=jobs, **means)) as executor:
        executor.check(root, study, events.append)
        return executor.execute(root, study, todo, events.append), events


def test_a_death_is_forgiven_once_and_then_told(document, tmp_path, monkeypatch):
    root, seen = made(tmp_path / "out", document("a", "b")), []

    def fate(task):
        seen.append(task)
        dies = (
            isinstance(task, Cell)
            and task.arm == "a"
            and len([t for t in seen if t == task]) <= deaths
        )
        return None if dies else "finished"

    deaths = 1
    Company(monkeypatch, fate)
    failed, events = execute(root)
    assert failed == set()
    assert [e["cell"] for e in events if e["kind"] == "message"] == ["a/seed-0/train_images=50"]
    assert not list(root.glob("runs/**/failed.json"))

    deaths, seen[:] = 2, []
    company = Company(monkeypatch, fate)
    failed, events = execute(root)
    assert {cell.arm for cell in failed} == {"a"}
    assert "-9" in files.read_json(next(root.glob("runs/a/**/failed.json")))["error"]
    assert [e["cell"].split("/")[0] for e in events if e["kind"] == "failed"] == ["a"]
    assert len([t for t in seen if isinstance(t, Cell)]) == 3, "a twice, b once"
    assert len(company.environments) <= 4


def test_no_process_is_started_when_nothing_is_left_to_do(document, tmp_path, monkeypatch):
    root = made(tmp_path / "out", document("a"))
    company = Company(monkeypatch, lambda task: None if isinstance(task, Cell) else "finished")
    failed, _ = execute(root)
    assert len(failed) == 1
    assert len(company.environments) == 2, "the first worker and the one for the second try"


def test_a_run_stops_where_measuring_dies_twice_and_goes_on_without_references(
    document, tmp_path, monkeypatch
):
    file = document("a")
    Company(monkeypatch, lambda task: None if task == REFERENCES else "finished")
    failed, events = execute(made(tmp_path / "whole", file, prepared=False))
    assert failed == set()
    assert len([e for e in events if e["kind"] == "message"]) == 2
    Company(monkeypatch, lambda task: None if task == MEASURE else "finished")
    with pytest.raises(AlihError) as caught:
        execute(made(tmp_path / "out", file, prepared=False))
    assert caught.value.key == "executors.worker_died_again"


def test_what_a_worker_refuses_is_raised_here(document, tmp_path, monkeypatch):
    root = made(tmp_path / "out", document("a"))
    Company(monkeypatch, lambda task: AlihError("training.out_of_memory"))
    with pytest.raises(AlihError) as caught:
        execute(root)
    assert caught.value.key == "training.out_of_memory"


# --- GPUs, cores, memory ---


def test_each_worker_has_a_gpu_of_its_own(document, tmp_path, monkeypatch):
    root = made(tmp_path / "out", document("a", "b", "c"), prepared=False)
    monkeypatch.setattr(hardware, "gpus", lambda: ["0", "GPU-7f"])
    monkeypatch.setattr(hardware, "cores", lambda: 16)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert hardware.default_jobs(9) == 2
    assert hardware.default_jobs(9, "cpu") <= 4
    company = Company(monkeypatch, lambda task: "finished")
    execute(root, jobs=3)
    assert [e["CUDA_VISIBLE_DEVICES"] for e in company.environments] == ["0", "GPU-7f", "0"]
    assert {e["OMP_NUM_THREADS"] for e in company.environments} == {"4"}
    company = Company(monkeypatch, lambda task: "finished")
    execute(root, device="cpu")
    assert all("CUDA_VISIBLE_DEVICES" not in e for e in company.environments)
    MACHINE.model_copy(update={"threads": 5}).write(root)
    company = Company(monkeypatch, lambda task: "finished")
    execute(root)
    assert all("CUDA_VISIBLE_DEVICES" not in e for e in company.environments), (
        "the study was started on a CPU"
    )
    assert {e["OMP_NUM_THREADS"] for e in company.environments} == {"5"}


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        (None, ["0", "1", "2"]),
        ("2,0", ["2", "0"]),
        ("1,-1,0", ["1"]),
        ("", []),
        ("GPU-1 ", ["GPU-1"]),
    ],
)
def test_gpus_are_those_that_the_environment_leaves(monkeypatch, chosen, names):
    monkeypatch.setattr(hardware, "_torch_takes_gpus", lambda: True)
    monkeypatch.setattr(hardware, "_installed_gpus", lambda: 3)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if chosen is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", chosen)
    assert hardware.gpus() == names
    monkeypatch.setattr(hardware, "_torch_takes_gpus", lambda: False)
    assert hardware.gpus() == []


def test_whether_torch_takes_gpus_is_read_from_its_files():
    assert hardware._torch_takes_gpus() == bool(torch.version.cuda or torch.version.hip)


def machine_files(place: Path, cgroup: str, groups: dict[str, str]) -> dict[str, Path]:
    (place / "proc" / "self").mkdir(parents=True)
    (place / "proc" / "meminfo").write_text(
        "MemTotal: 16777216 kB\nMemFree: 1048576 kB\nMemAvailable: 12582912 kB\n"
    )
    (place / "proc" / "self" / "cgroup").write_text(cgroup)
    for name, text in groups.items():
        file = place / "groups" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return {"proc": place / "proc", "groups": place / "groups"}


GIB = 2**30


def limited(
    folder: str, limit: str, usage: str, names: tuple[str, str], most: int, used: int, cached: int
) -> dict[str, str]:
    stat = f"anon 5\n{names[0]} {cached // 2}\n{names[1]} {cached // 2}\n"
    return {
        f"{folder}/{limit}": f"{most}\n",
        f"{folder}/{usage}": f"{used}\n",
        f"{folder}/memory.stat": stat,
    }


def test_free_memory_counts_the_page_cache_and_ends_at_a_containers_limit(tmp_path):
    assert hardware.free_gib(**machine_files(tmp_path / "none", "", {})) == 12
    second = ("memory.max", "memory.current", ("inactive_file", "active_file"))
    outer = limited("box", *second, 6 * GIB, 5 * GIB, 2 * GIB)
    inner = {
        "box/job/memory.max": "max\n",
        "box/job/memory.current": "5\n",
        "box/job/memory.stat": "anon 5\n",
    }
    assert hardware.free_gib(**machine_files(tmp_path / "two", "0::/box/job\n", outer | inner)) == 3
    first = (
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        ("total_inactive_file", "total_active_file"),
    )
    own = limited("memory", *first, 4 * GIB, 3 * GIB, GIB)
    found = machine_files(tmp_path / "one", "5:cpu,memory:/docker/abc\n", own)
    assert hardware.free_gib(**found) == 2, "inside a container the mount is its group"
    whole = limited("memory", *first, 2**63 - 4096, 3 * GIB, GIB)
    assert hardware.free_gib(**machine_files(tmp_path / "free", "5:memory:/\n", whole)) == 12


# --- real processes ---


def test_a_killed_worker_is_replaced_its_cell_resumed_and_the_parent_never_loads_torch(
    document, tmp_path
):
    """One run in a process of its own, whose worker is killed after the first epoch."""
    root = made(tmp_path / "out", document("a"))
    script = """
        import json, multiprocessing, os, signal, sys
        import alih

        seen = []
        def listen(event):
            seen.append([event["kind"], event.get("epoch", 0)])
            if event["kind"] == "epoch" and len([s for s in seen if s[0] == "epoch"]) == 1:
                (process,) = multiprocessing.active_children()
                os.kill(process.pid, signal.SIGKILL)

        done = alih.run(sys.argv[1], jobs=2, on_event=listen).complete
        print(json.dumps([done, seen, "torch" in sys.modules]))
    """
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(root)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    complete, seen, torch_loaded = json.loads(done.stdout)
    assert complete
    kinds = [kind for kind, _ in seen]
    assert kinds[kinds.index("plan") :].count("message") == 1, "of the worker that died"
    assert kinds.count("started") == 2
    assert kinds[-1] == "finished"
    assert not torch_loaded


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM for other processes")
def test_workers_end_with_a_terminated_parent(document, tmp_path):
    script = """
        import multiprocessing, sys
        import alih

        def listen(event):
            if event.get("what") == "starting":
                print(*(process.pid for process in multiprocessing.active_children()), flush=True)

        alih.run(sys.argv[1], sys.argv[2], jobs=2, on_event=listen)
    """
    command = [
        sys.executable,
        "-c",
        textwrap.dedent(script),
        str(document("a", "b")),
        str(tmp_path / "out"),
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    assert process.stdout is not None
    assert len(process.stdout.readline().split()) == 2
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) != 0
    process.communicate(timeout=60)  # ends when the last process that holds the other end has ended


def test_one_job_leaves_the_calling_process_as_it_was(document, tmp_path):
    root = made(tmp_path / "out", document("a"))
    torch.set_num_threads(2)
    torch.set_deterministic_debug_mode("default")
    torch.utils.deterministic.fill_uninitialized_memory = True
    before, inside = state(), []
    assert alih.run(
        root,
        jobs=1,
        on_event=lambda event: inside.append(state()) if event["kind"] == "epoch" else None,
    ).complete
    assert state() == before
    assert inside[0][:2] == (1, 1), "while a cell is computed its own settings hold"
    torch.set_num_threads(1)


def state():
    return (
        torch.get_num_threads(),
        torch.get_deterministic_debug_mode(),
        torch.utils.deterministic.fill_uninitialized_memory,
        torch.get_rng_state().tolist(),
    )


@pytest.mark.slow
def test_the_compiler_is_loaded_by_whoever_compiles(tmp_path):
    script = """
        import sys
        from alih.models.compiler import postpone_compiler
        postpone_compiler()
        import torch, timm
        weight = torch.ones(2, requires_grad=True)
        torch.optim.SGD([weight])
        assert "sympy" not in sys.modules
        assert torch.compile(lambda x: x + 1, backend="eager")(weight).tolist() == [2, 2]
        assert "sympy" in sys.modules
        from torch._dynamo.utils import is_compile_supported
        assert is_compile_supported.__module__ == "torch._dynamo.utils"
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr


def test_another_number_format_is_refused_before_anything_is_read_or_written(tmp_path):
    from alih.executors.prepare import check_format

    made = load("quickstart")
    root = tmp_path / "out"
    MACHINE.write(root)
    check_format(root, made)
    with pytest.raises(AlihError) as caught:
        check_format(root, made.model_copy(update={"precision": "bf16-autocast"}))
    assert caught.value.key == "training.other_precision"
    MACHINE.model_copy(update={"precision": "bf16-weights"}).write(root)
    with pytest.raises(AlihError) as caught:
        check_format(root, made)
    assert caught.value.key == "training.older_precision"
