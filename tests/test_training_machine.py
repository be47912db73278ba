"""What changes floating-point results is fixed when a study folder is made, and honoured or refused
afterwards."""

from __future__ import annotations

import os

import pytest
import torch

from alih import files
from alih.errors import AlihError
from alih.models import devices
from alih.runs import hardware
from alih.study.document.arm import Recipe
from alih.study.document.precision import PRECISIONS
from alih.study.loading import load
from alih.study.planning.cells import Cell
from alih.training import cell, device, machine, timing

SHAPE = (1, 28, 28)
STORED = {
    "device": "cpu",
    "threads": 3,
    "precision": "bf16-autocast",
    "channels_last": True,
    "deterministic": True,
}


def resolve(root, **options):
    recipes = [Recipe(model="dcnn", train={"batch_size": 8})]
    return machine.resolve(root, recipes, 10, SHAPE, **{"jobs": 1, "wanted": "auto", **options})


@pytest.fixture
def raced(tmp_path, monkeypatch):
    """What each network is measured to take, in fp32 and bf16; notes which were measured."""
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(device, "fast_bf16", lambda kind: True)
    times, measured = {}, []

    def race(recipe, setting, formats):
        measured.append(recipe.model.name)
        return dict(zip(PRECISIONS, times[recipe.model.name], strict=True))

    monkeypatch.setattr(timing, "_race", race)
    return times, measured


def test_measured_once_then_read(tmp_path, raced):
    times, measured = raced
    times["dcnn"] = (4.0, 3.0)
    first = resolve(tmp_path, wanted="cpu", jobs=10_000)
    assert (first.precision, first.threads) == ("bf16-autocast", 1)
    stored = files.read_json(tmp_path / "machine.json")["measured_ms_per_step"]
    assert stored == {"dcnn": {"fp32": 4.0, "bf16-autocast": 3.0}}
    assert resolve(tmp_path, jobs=1) == first, "later --jobs change nothing"
    times["dcnn"] = (3.0, 4.0)
    assert resolve(tmp_path / "again", wanted="cpu").precision == "bf16-autocast", (
        "however busy the machine is now"
    )
    assert measured == ["dcnn"]


def test_another_machine_torch_or_network_is_measured_anew(tmp_path, raced, monkeypatch):
    times, measured = raced
    times |= {"dcnn": (4.0, 3.0), "lenet5": (4.0, 3.9)}
    resolve(tmp_path / "a", wanted="cpu")
    monkeypatch.setattr(hardware, "processor", lambda: "another")
    resolve(tmp_path / "b", wanted="cpu")
    monkeypatch.setattr(torch, "__version__", "another")
    resolve(tmp_path / "c", wanted="cpu")
    assert measured == ["dcnn"] * 3
    setting = timing.Setting("cpu", 1, 10, SHAPE)
    both = [Recipe(model=name) for name in ("dcnn", "lenet5", "lenet5")]
    assert timing.choose_format(both, setting)[0] == "fp32", (
        "4 + 4 against 3 + 3.9 is not clearly faster"
    )
    assert measured[3:] == ["lenet5"]
    assert timing.choose_format(both[:1], setting)[0] == "bf16-autocast"


def test_bfloat16_must_earn_its_place(tmp_path, raced):
    raced[0]["dcnn"] = (4.0, 3.3)
    assert resolve(tmp_path, wanted="cpu").precision == "fp32"


def test_formats_take_turns_so_that_a_busy_moment_slows_both():
    turns = []

    def stepper(name, usual):
        def step():
            turns.append(name)
            return 100 * usual if len(turns) > 12 else usual  # from then on something else runs

        return step

    assert timing._raced({"a": stepper("a", 2.0), "b": stepper("b", 3.0)})["a"] in (2.0, 200.0)
    assert turns == ["a", "b"] * (timing.WARM + timing.ROUNDS)
    turns.clear()
    timing._raced({"a": stepper("a", 5000.0)})
    assert len(turns) == timing.WARM + 3, "a large network shows its speed in few steps"


@pytest.mark.parametrize(("fp32", "rounds"), [(10.0, 3), (2.4, timing.ROUNDS), (1.9, 3)])
def test_three_rounds_suffice_where_the_choice_is_clear(fp32, rounds):
    steps = []

    def stepper(milliseconds):
        return lambda: steps.append(milliseconds) or milliseconds

    assert timing._raced({"fp32": stepper(fp32), "bf16-autocast": stepper(2.0)})["fp32"] == fp32
    assert len(steps) == 2 * (timing.WARM + rounds)


def test_real_measurement_trains_real_steps(monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.setattr(device, "fast_bf16", lambda kind: False)
    setting = timing.Setting("cpu", 1, 10, SHAPE)
    found = timing.measure([Recipe(model="dcnn", train={"batch_size": 8})], setting)
    assert list(found) == ["dcnn ×8"]
    assert found["dcnn ×8"] > 0
    both = timing._race(Recipe(model="dcnn", train={"batch_size": 8}), setting, list(PRECISIONS))
    assert set(both) == set(PRECISIONS)
    assert min(both.values()) > 0


def test_another_device_than_the_stored_one_is_refused(tmp_path):
    files.write_json(tmp_path / "machine.json", STORED)
    with pytest.raises(AlihError) as caught:
        resolve(tmp_path, wanted="cuda")
    assert caught.value.key == "training.other_device"
    with pytest.raises(AlihError) as caught:
        devices.choose("tpu")
    assert "cpu" in str(caught.value)


def test_a_machine_that_cannot_honour_gets_the_choice(tmp_path, monkeypatch):
    files.write_json(tmp_path / "machine.json", {**STORED, "device": "cuda"})
    monkeypatch.setattr(devices, "available", lambda: ["cpu"])
    with pytest.raises(AlihError) as caught:
        resolve(tmp_path)
    assert caught.value.key == "training.cannot_honour"
    assert "--mixed" in str(caught.value)
    assert "--fresh" in str(caught.value)
    assert resolve(tmp_path, mixed=True) == device.Machine("cpu", 3, "bf16-autocast")
    assert files.read_json(tmp_path / "machine.json")["mixed"] is True


def test_a_step_of_delta_counts_the_pass_of_its_reference(monkeypatch):
    from alih.models.staged import StagedNetwork

    passes = []
    advance = StagedNetwork.advance
    monkeypatch.setattr(
        StagedNetwork,
        "advance",
        lambda net, x, a, b: passes.append((net.training, a, b)) or advance(net, x, a, b),
    )
    model = {"name": "mobilenetv2_035", "weights": "none"}
    ways = [{"freeze": 7}, {"freeze": 7, "regularizer": "delta"}]
    recipes = [
        Recipe(model=model, transfer={"strategy": "finetune", **way}, train={"batch_size": 2})
        for way in ways
    ]
    torch.set_num_threads(1)
    monkeypatch.setattr(device, "fast_bf16", lambda kind: False)
    setting = timing.Setting("cpu", 1, 3, (3, 32, 32))
    found = timing.measure(recipes[:1], setting)
    assert all(training for training, _, _ in passes)
    found |= timing.measure(recipes[1:], setting)
    assert list(found) == ["mobilenetv2_035 freeze 7 ×2", "mobilenetv2_035 freeze 7 delta ×2"]
    assert {passes.count((False, stage, stage + 1)) for stage in range(7, 20)} == {
        timing.WARM + timing.ROUNDS
    }


@pytest.mark.parametrize(
    ("asked", "jobs", "threads"),
    [("1", 1, 1), ("3,2", 1, 3), ("16", 2, 4), ("", 1, 8), ("0", 1, 8), ("all", 1, 8)],
)
def test_omp_num_threads_limits_the_threads_of_a_cell(tmp_path, monkeypatch, asked, jobs, threads):
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    monkeypatch.setattr(hardware, "cores", lambda: 8)
    monkeypatch.setattr(machine, "describe", lambda kind: None)
    assert machine.resolve(tmp_path, [], 10, SHAPE, jobs, "cpu").threads == threads


@pytest.fixture
def settings(monkeypatch):
    """Torch's global switches as they were, afterwards."""
    mode, fill = (
        torch.get_deterministic_debug_mode(),
        torch.utils.deterministic.fill_uninitialized_memory,
    )
    cuda = torch.backends.cuda.matmul, torch.backends.cudnn
    before = (
        torch.get_num_threads(),
        [part.allow_tf32 for part in cuda],
        torch.backends.cudnn.benchmark,
    )
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    yield
    torch.set_num_threads(before[0])
    for part, value in zip(cuda, before[1], strict=True):
        part.allow_tf32 = value
    torch.backends.cudnn.benchmark = before[2]
    torch.set_deterministic_debug_mode(mode)
    torch.utils.deterministic.fill_uninitialized_memory = fill


@pytest.mark.usefixtures("settings")
def test_exact_on_a_gpu_means_full_products_and_repeatable_kernels(monkeypatch):
    """torch's own defaults would compute convolutions in TF32 and record them as fp32."""
    device.apply(device.Machine("cuda", 1, "fp32"))
    assert torch.are_deterministic_algorithms_enabled()
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    assert not torch.backends.cudnn.allow_tf32
    assert not torch.backends.cuda.matmul.allow_tf32
    assert not torch.backends.cudnn.benchmark
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")
    device.apply(device.Machine("cuda", 1, "fp32", deterministic=False))
    assert not torch.are_deterministic_algorithms_enabled()
    assert "CUBLAS_WORKSPACE_CONFIG" not in os.environ
    assert torch.backends.cudnn.allow_tf32
    assert torch.backends.cuda.matmul.allow_tf32
    assert torch.backends.cudnn.benchmark


@pytest.mark.parametrize(("asked", "exact"), [({}, True), ({"determinism": "fast"}, False)])
def test_a_cell_is_as_exact_as_its_document_asks(tmp_path, monkeypatch, asked, exact):
    applied = []

    def stop(settings):
        applied.append(settings)
        raise KeyboardInterrupt

    monkeypatch.setattr(cell, "apply", stop)
    study = load("quickstart", [f"{key}={value}" for key, value in asked.items()])
    with pytest.raises(KeyboardInterrupt):
        cell.run_cell(tmp_path, study, Cell("a", 0), device.Machine("cuda", 1, "fp32"))
    assert applied == [device.Machine("cuda", 1, "fp32", deterministic=exact)]


def test_times_wait_for_accelerators_only(monkeypatch):
    waits = []
    monkeypatch.setattr(torch.accelerator, "synchronize", lambda: waits.append(1))
    device.synchronise("cpu")
    assert waits == []
    device.synchronise("cuda")
    assert waits == [1]


def test_the_documents_precision_is_taken_whatever_is_faster(tmp_path, monkeypatch):
    monkeypatch.setattr(device, "fast_bf16", lambda kind: True)
    monkeypatch.setattr(timing, "_race", None)  # nothing is timed
    assert resolve(tmp_path, wanted="cpu", precision="fp32").precision == "fp32"
    with pytest.raises(AlihError) as caught:
        resolve(tmp_path, precision="bf16-autocast")
    assert caught.value.key == "training.other_precision"
    assert resolve(tmp_path, precision="bf16-autocast", mixed=True).precision == "bf16-autocast"
    stored = files.read_json(tmp_path / "machine.json")
    assert (stored["precision"], stored["mixed"], stored["format"]) == (
        "fp32",
        True,
        machine.FORMAT,
    )


def test_cells_with_bf16_weights_are_extended_only_when_mixed(tmp_path, monkeypatch):
    files.write_json(tmp_path / "machine.json", {**STORED, "precision": "bf16-weights"})
    with pytest.raises(AlihError) as caught:
        resolve(tmp_path)
    assert caught.value.key == "training.older_precision"
    for fast, expected in ((True, "bf16-autocast"), (False, "fp32")):
        monkeypatch.setattr(device, "fast_bf16", lambda kind, fast=fast: fast)
        assert resolve(tmp_path, mixed=True) == device.Machine("cpu", 3, expected)
    assert files.read_json(tmp_path / "machine.json")["precision"] == "bf16-weights"
