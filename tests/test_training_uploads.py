"""A training step on a GPU, as far as a machine without one can show it: copies to the device, and
nobody waits for it.

Tensors of torch's FakeTensorMode have a device and a shape but no numbers, so the whole step runs
without a GPU: loading, augmentation, the forward pass, the objective, records, the optimizer. Only
autograd's engine asks the driver, so gradients are laid down by hand; nothing of the package takes
part in a backward pass on a GPU.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from tests.support.networks import on_fake_gpu
from torch._subclasses.fake_tensor import DataDependentOutputException, FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode

from alih.data.imageset import ImageSet
from alih.data.pixels import Format
from alih.models.build import build
from alih.models.segmentation import segmentation
from alih.models.unet import unet
from alih.study.catalogue.architectures import PlainUNet
from alih.study.catalogue.arithmetic import network as layer_list
from alih.study.document.augment import Augment
from alih.study.document.model import ModelSpec
from alih.study.document.train import Train
from alih.tasks.table import TASKS
from alih.training import batches
from alih.training.batches import Loader
from alih.training.loop import Averages
from alih.transfer.regularizers import spectral_tail
from alih.transfer.supervised import Supervised

EVERYTHING = Augment(flip=True, shift=2, crop=2, rotation=15, erase=0.5, scale=0.3)


class Traffic(TorchDispatchMode):
    """Counts copies from the host to another device, and looks at single numbers, for which the
    host waits."""

    def __init__(self) -> None:
        super().__init__()
        self.uploads: list[str] = []
        self.waits: list[str] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket.__name__
        if name in ("_local_scalar_dense", "nonzero", "is_nonzero", "equal"):
            self.waits.append(name)
        made = func(*args, **(kwargs or {}))
        sources = [a for a in args if isinstance(a, torch.Tensor)]
        if name == "copy_":
            sources = sources[1:]
        if name in ("_to_copy", "copy_", "to") and isinstance(made, torch.Tensor):
            if made.device.type != "cpu" and any(s.device.type == "cpu" for s in sources):
                self.uploads.append(name)
            if made.device.type == "cpu" and any(s.device.type != "cpu" for s in sources):
                self.waits.append("download")
        return made


@pytest.fixture
def gpu(monkeypatch):
    """A mode in which tensors on `cuda` exist; memory is pinned by a driver, so not here."""
    torch.set_num_threads(1)
    monkeypatch.setattr(torch.Tensor, "pin_memory", lambda self: self)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (0, 0))
    return FakeTensorMode(allow_non_fake_inputs=True)


def image_set(side: int, channels: int, masks: bool) -> ImageSet:
    rng = np.random.default_rng(0)
    return ImageSet(
        "x",
        ("a", "b", "c"),
        rng.integers(0, 255, (24, side, side, channels), np.uint8),
        rng.integers(0, 3, 24),
        0,
        {},
        masks=rng.integers(0, 3, (24, side, side), np.uint8) if masks else None,
    )


def traffic(
    network, images: ImageSet, spec: Augment, train: Train | None = None
) -> tuple[Traffic, int]:
    """What passes between host and device in the steps of an epoch, and their number; the first
    step is left out."""
    task, train = (
        TASKS["classification" if images.masks is None else "segmentation"],
        train or Train(batch_size=8),
    )
    network = on_fake_gpu(network).train()
    strategy, averages = Supervised(network, task, train, 3), Averages(weight=8.0)
    channels = images.images.shape[3]
    loader = Loader(
        images, Format("fp32", torch.device("cuda"), (0.4,) * channels, (0.2,) * channels)
    )

    class Context:
        progress, log = 0.0, averages.add

        def backward(self, loss: torch.Tensor) -> None:
            assert loss.device.type == "cuda"
            assert loss.requires_grad
            for parameter in network.parameters():
                parameter.grad = torch.zeros_like(parameter)

    context: Any = Context()
    steps = loader.training(np.arange(24), 8, spec, 0, 0, 1)
    strategy.step({"target": next(steps)}, context)
    count = 0
    with Traffic() as seen:
        for batch in steps:
            strategy.step({"target": batch}, context)
            count += 1
    assert batch.images.device.type == batch.labels.device.type == "cuda"
    return seen, count


def network_of(kind: str):
    if kind == "dcnn":
        layers = layer_list(ModelSpec(name="dcnn", dropout=[0.25, 0.3]), 3)
        return build(layers, channels=1, image_size=(28, 28), init="keras", seed=len), image_set(
            28, 1, False
        )
    if kind == "plain-unet":
        shape = {"classes": 3, "channels": 3, "image_size": (32, 32)}
        return unet(PlainUNet(width=4, depth=2), **shape, dropout=0.2), image_set(32, 3, True)
    shape = {"classes": 3, "channels": 3, "image_size": (64, 64)}
    return segmentation("unet", "mobilenetv2_035", **shape), image_set(64, 3, True)


@pytest.mark.parametrize("resident", [False, True])
@pytest.mark.parametrize("kind", ["dcnn", "plain-unet", "unet"])
def test_a_step_uploads_three_times_at_most_and_waits_for_nothing(gpu, kind, resident, monkeypatch):
    if resident:
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (1 << 34, 1 << 34))
    network, images = network_of(kind)
    with gpu:
        seen, steps = traffic(network, images, EVERYTHING)
    assert steps == 2
    assert len(seen.uploads) <= 3 * steps
    assert seen.waits == []


def test_the_count_sees_what_it_counts(gpu):
    with gpu, Traffic() as seen:
        torch.tensor([0.5], device="cuda")
        torch.from_numpy(np.zeros(3)).to("cuda")
        here = torch.zeros(3, device="cuda")
        here.copy_(torch.from_numpy(np.ones(3, np.float32)))
        assert len(seen.uploads) == 3
        here.cpu()
        assert seen.waits == ["download"]
        with pytest.raises(DataDependentOutputException):
            float(here.sum())
    assert seen.waits[1:] == ["_local_scalar_dense"]


def test_a_set_that_is_small_stays_on_the_device(gpu, monkeypatch):
    monkeypatch.setattr(
        torch.cuda, "mem_get_info", lambda device: (4 * 24 * 28 * 28 + 4 * 24 * 8, 0)
    )
    assert batches.room(torch.device("cuda")) == 24 * 28 * 28 + 24 * 8
    images = image_set(28, 1, False)
    form = Format("fp32", torch.device("cuda"), (0.0,), (1.0,))
    with gpu:
        assert isinstance(Loader(images, form)._resident[0], torch.Tensor)
        monkeypatch.setattr(batches, "RESIDENT", 24 * 28 * 28)
        assert isinstance(Loader(images, form)._resident[0], np.ndarray)


def test_on_a_cpu_nothing_is_held():
    images = image_set(28, 1, False)
    loader = Loader(images, Format("fp32", torch.device("cpu"), (0.0,), (1.0,)))
    assert loader._resident[0] is images.images


def test_a_resident_set_gives_the_same_batches(monkeypatch):
    monkeypatch.setattr(batches, "room", lambda device: 1 << 30)
    for masks in (False, True):
        images = image_set(16, 3, masks)
        form = Format("fp32", torch.device("cpu"), (0.4, 0.3, 0.2), (0.2, 0.3, 0.4))
        held, plain = Loader(images, form), Loader(images, form)
        assert isinstance(held._resident[0], torch.Tensor)
        monkeypatch.setitem(plain.__dict__, "_resident", (images.images, plain._answers))
        for one, other in zip(
            *(each.training(np.arange(24), 8, EVERYTHING, 0, 0, 1) for each in (held, plain)),
            strict=True,
        ):
            assert torch.equal(one.images, other.images)
            assert torch.equal(one.labels, other.labels)


def test_singular_values_come_back_to_a_gpu_that_computes_none():
    with FakeTensorMode():
        assert spectral_tail(torch.empty(4, 3, device="mps"), 1).device.type == "mps"
    features = torch.randn(4, 3, requires_grad=True)
    torch.testing.assert_close(spectral_tail(features, 3), features.square().sum())
