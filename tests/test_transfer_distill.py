"""Knowledge distillation: its step is its equation, without weight it is `scratch`, and the teacher
is another arm's finished network, prepared images and all."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tests.support.cards import change
from tests.support.folders import ready
from tests.support.spoken import spoken

import alih
from alih.data.pixels import Format
from alih.runs import status
from alih.study.document.problems import StudyError
from alih.study.loading import load
from alih.study.planning import plan
from alih.training.conformance import find
from alih.training.conformance.rehearsal import Stage
from alih.training.handed import Handed
from alih.transfer.contract import Batch, Context
from alih.transfer.distill import distance

TAUGHT = {"teacher": "large"}


def stage(**values) -> Stage:
    return Stage(find("distill", TAUGHT | values), "classification")


def test_without_weight_it_is_scratch_to_the_last_bit(tmp_path):
    taught = stage(weight=0).rehearse(tmp_path / "taught")
    alone = Stage(find("scratch"), "classification").rehearse(tmp_path / "alone")
    for name, tensor in alone.states["network"].items():
        assert torch.equal(tensor, taught.states["network"][name]), name
    assert alone.history == taught.history


def test_a_step_minimises_the_papers_loss(tmp_path):
    strategy = stage(temperature=3, weight=0.7).rehearse(tmp_path).strategy
    strategy.network.eval()  # no dropout
    teacher = {name: tensor.clone() for name, tensor in strategy.teacher.state_dict().items()}
    images, labels = torch.rand(6, 1, 16, 16), torch.arange(6) % 2
    context = Context(lambda name: torch.Generator(), lambda name, value: None)
    with torch.no_grad():
        p = (strategy.teacher(images) / 3).softmax(1)
        logits = strategy.network(images)
        q = (logits / 3).softmax(1)
        soft = (p * (p / q).log()).sum(1).mean()
        hard = torch.nn.functional.cross_entropy(logits, labels)
    loss = strategy.step({"target": Batch(images, labels, np.arange(6))}, context)
    torch.testing.assert_close(loss.detach(), 0.3 * hard + 0.7 * 9 * soft)
    assert all(torch.equal(t, teacher[n]) for n, t in strategy.teacher.state_dict().items())
    assert not any(p.requires_grad or p.grad is not None for p in strategy.teacher.parameters())


def test_gradients_keep_their_size_at_high_temperatures():
    own = torch.randn(4, 5, generator=torch.Generator().manual_seed(0)).requires_grad_()
    (gradient,) = torch.autograd.grad(distance(own, torch.zeros(4, 5), 1000.0), own)
    # Hinton et al. 2015, equation 4: (z − v) / N for logits of mean 0.
    centred = own.detach() - own.detach().mean(1, keepdim=True)
    torch.testing.assert_close(gradient, centred / 5 / 4, rtol=1e-2, atol=1e-5)


def test_a_teacher_sees_images_as_it_was_trained_on_them():
    network = torch.nn.Identity()
    own = Format("fp32", torch.device("cpu"), (0.5,), (0.25,))
    pixels = torch.rand(2, 1, 8, 8)
    seen = Handed(network, 4, own, [0.1], [0.5])((pixels - 0.5) / 0.25)
    torch.testing.assert_close(seen.shape, torch.Size((2, 1, 8, 8)))  # masks: the images' size
    seen = Handed(torch.nn.Flatten(), 4, own, [0.1], [0.5])((pixels - 0.5) / 0.25)
    whole = torch.nn.functional.interpolate(
        (pixels - 0.1) / 0.5, (4, 4), mode="bilinear", antialias=True
    )
    torch.testing.assert_close(seen, whole.flatten(1))


STUDY = """
name: s
title: t
data: {set: fashion-mnist-mini, image_size: 28}
seeds: 1
vary: {train_images: [40]}
train: {epochs: 1, batch_size: 20}
arms:
  small: {model: &small {layers: [{conv: {filters: 4, stride: 4}}, flatten]}}
  taught: {model: *small, transfer: {strategy: distill, teacher: large}}
  large:
    model: {layers: [{conv: {filters: 8, stride: 4}}, batch_norm, flatten]}
    normalise: mean-std
    image_size: 32
compare: {baseline: small}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("distill")
    (folder / "s.yaml").write_text(STUDY)
    return folder


def test_the_teacher_comes_first_and_belongs_to_what_the_student_is(place):
    study = load(place / "s.yaml")
    cells = plan.cells(study)
    assert [cell.arm for cell in cells] == ["small", "large", "taught"]
    taught = cells[2]
    other = load(place / "s.yaml", ["arms.large.normalise=unit"])
    assert plan.identity(study, taught) != plan.identity(other, taught)
    assert plan.identity(study, cells[0]) == plan.identity(other, cells[0])
    fewer = load(place / "s.yaml", ["seeds=3", "arms.large.seeds=2"])
    assert plan.replicates_of(fewer) == {"small": 3, "taught": 3, "large": 3}


def test_a_student_is_taught_by_the_finished_arm(place):
    folder = ready(place / "run", STUDY)
    assert alih.run(place / "s.yaml", folder, jobs=1).complete
    cells = {cell.arm: cell for cell in plan.cells(load(folder))}
    weights = {a: load_file(folder / c.path / "model.safetensors") for a, c in cells.items()}
    assert weights["small"].keys() == weights["taught"].keys()
    assert not all(torch.equal(t, weights["taught"][n]) for n, t in weights["small"].items())
    assert "distillation" in (folder / cells["taught"].path / "history.csv").read_text()
    shutil.rmtree(folder / cells["taught"].path)
    change(status.StudyFolder(folder).cell(cells["large"]), classes=["a", "b"])
    assert not alih.run(place / "s.yaml", folder, jobs=1).complete
    failure = status.StudyFolder(folder).cell(cells["taught"]).failure
    assert failure.phrase["key"] == "training.handed_classes"
    (folder / cells["large"].path / "done").unlink()
    (folder / cells["large"].path / "failed.json").write_text('{"error": "x"}')
    states = {one.cell.arm: one.state for one in status.survey(folder, load(folder))}
    assert states == {"small": "finished", "large": "failed", "taught": "blocked"}


@pytest.mark.parametrize(
    ("teacher", "key"),
    [
        ("larger", "unknown_other"),
        ("taught", "others_cycle"),
        ("probe", "other_solved"),
        ("pupil", "others_cycle"),
    ],
)
def test_a_teacher_that_cannot_be_is_told(place, teacher, key):
    text = STUDY.replace("teacher: large", f"teacher: {teacher}").replace(
        "compare:",
        "  probe: {model: mobilenetv2_035, transfer: features}\n"
        "  pupil: {model: *small, from: taught}\ncompare:",
    )
    (place / "bad.yaml").write_text(text)
    with pytest.raises(StudyError) as error:
        load(place / "bad.yaml")
    assert [problem.key for problem in error.value.problems] == [f"study.{key}"]
    for lang in ("en", "id"):
        assert "teacher" in spoken(lang, str, error.value)
