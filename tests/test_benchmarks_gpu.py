"""The benchmark of GPUs: without one it says so; its contestants train, which a CPU can show."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
import torch

from alih.training.device import Machine

FILE = Path(__file__).parents[1] / "benchmarks" / "gpu.py"


@pytest.fixture
def gpu(monkeypatch):
    torch.set_num_threads(1)
    spec = importlib.util.spec_from_file_location("benchmark_of_gpus", FILE)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ITEMS", 8)
    return module


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is at hand")
def test_without_a_gpu_there_is_one_sentence(gpu, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["gpu.py"])
    gpu.main()
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize("precision", ["fp32", "bf16-autocast"])
@pytest.mark.parametrize("name", ["DCNN", "U-Net"])
def test_both_contestants_train(gpu, monkeypatch, name, precision):
    case = gpu.CASES[name]
    case = gpu.replace(case, shape=(28, 28, 1) if name == "DCNN" else (32, 32, 3), batch=4)
    settings, networks = Machine("cpu", 1, precision), []
    make = gpu.assemble_network
    monkeypatch.setattr(
        gpu, "assemble_network", lambda *given: networks.append(make(*given)) or networks[-1]
    )
    for contestant in (gpu.ours, gpu.plain):
        step = contestant(case, case.images(), settings)
        before = [parameter.detach().clone() for parameter in networks[-1].parameters()]
        step()
        after = list(networks[-1].parameters())
        assert all(parameter.dtype == torch.float32 for parameter in after)
        assert all(
            not torch.equal(old, new)
            for old, new in zip(before, after, strict=True)
            if old.ndim > 1
        )
