"""bf16 by autocast over fp32 parameters: all kinds of normalisation train, and no GPU kernel gets
two formats at once."""

from __future__ import annotations

import pytest
import torch
from tests.support.networks import on_fake_gpu
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode

from alih import seeding
from alih.models.precision import autocast
from alih.study.document.arm import Recipe
from alih.study.document.train import Train
from alih.tasks.table import TASKS
from alih.training.assemble import assemble_network
from alih.training.device import Machine
from alih.transfer.contract import Batch, Context
from alih.transfer.supervised import Supervised

MODELS = {
    "vit": {"name": "vit_tiny_patch16_224", "weights": "none"},
    "convnext": {"name": "convnext_atto", "weights": "none"},
    "fpn": {"name": "fpn", "encoder": "mobilenetv2_035", "weights": "none"},
}
SIDE, BATCH, CLASSES = 64, 2, 3


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def network(kind: str) -> nn.Module:
    recipe = Recipe.model_validate({"model": MODELS[kind]})
    settings = Machine("cpu", 1, "bf16-autocast")
    return assemble_network(
        recipe, CLASSES, (3, SIDE, SIDE), settings, lambda purpose: seeding.derive(0, 0, purpose)
    ).train()


@pytest.mark.parametrize("kind", MODELS)
def test_a_step_in_bf16_moves_fp32_parameters(kind):
    net, dense = network(kind), kind == "fpn"
    task = TASKS["segmentation" if dense else "classification"]
    strategy, logged = Supervised(net, task, Train(batch_size=BATCH), 1), []
    context = Context(
        lambda name: torch.Generator(),
        lambda name, value: logged.append(torch.as_tensor(value).detach()),
    )
    images = torch.rand(BATCH, 3, SIDE, SIDE).contiguous(memory_format=torch.channels_last)
    labels = torch.randint(0, CLASSES, (BATCH, SIDE, SIDE) if dense else (BATCH,))
    seen: set[torch.dtype] = set()
    for module in net.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.register_forward_hook(lambda layer, given, answer: seen.add(answer.dtype))
    before = {name: parameter.detach().clone() for name, parameter in net.named_parameters()}
    with autocast("cpu", "bf16-autocast"):
        strategy.step({"target": Batch(images, labels, torch.arange(BATCH).numpy())}, context)
    assert torch.bfloat16 in seen
    assert torch.stack(logged).isfinite().all()
    assert {parameter.dtype for parameter in net.parameters()} == {torch.float32}
    moved = {
        name
        for name, parameter in net.named_parameters()
        if not torch.equal(before[name], parameter)
    }
    assert len(moved) > 0.9 * len(before)


class OneFormat(TorchDispatchMode):
    """Notes kernels that are given numbers in several formats; those named here take one on a
    GPU."""

    STRICT = (
        "native_layer_norm",
        "native_group_norm",
        "convolution",
        "addmm",
        "mm",
        "bmm",
        "linear",
    )

    def __init__(self) -> None:
        super().__init__()
        self.calls: dict[str, int] = {}
        self.mixed: list[str] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket.__name__
        formats = {a.dtype for a in args if isinstance(a, torch.Tensor) and a.is_floating_point()}
        if name in self.STRICT:
            self.calls[name] = self.calls.get(name, 0) + 1
            if len(formats) > 1:
                self.mixed.append(f"{name} {formats}")
        return func(*args, **(kwargs or {}))


@pytest.fixture
def bf16_gpu(monkeypatch):
    """Autocast as on a GPU that computes bf16: torch leaves it out where it finds none."""
    monkeypatch.setattr("torch.cuda.amp.common.amp_definitely_not_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda *_, **__: True)


@pytest.mark.usefixtures("bf16_gpu")
@pytest.mark.parametrize(
    ("kind", "kernel"),
    [("vit", "native_layer_norm"), ("convnext", "native_layer_norm"), ("fpn", "native_group_norm")],
)
def test_no_gpu_kernel_gets_two_formats(kind, kernel):
    net = network(kind)
    with FakeTensorMode(allow_non_fake_inputs=True):
        images = torch.empty(BATCH, 3, SIDE, SIDE, device="cuda")
        with OneFormat() as seen, autocast("cuda", "bf16-autocast"):
            logits = on_fake_gpu(net)(images)
    assert logits.dtype == torch.float32
    assert seen.mixed == []
    assert seen.calls[kernel] > 0


@pytest.mark.usefixtures("bf16_gpu")
def test_two_formats_are_noticed():
    with FakeTensorMode(), OneFormat() as seen:
        layer = nn.LayerNorm(4, device="cuda")
        with pytest.raises(RuntimeError, match="BFloat16"):
            layer(torch.empty(2, 4, device="cuda", dtype=torch.bfloat16))
    assert len(seen.mixed) == 1
