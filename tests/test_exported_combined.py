"""`alih export --combine`: several replicates in one model, where images that none was trained on
say that it is no worse than the best of them.
"""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from tests.support.folders import MACHINE, ready
from torch import nn

import alih
from alih import cli
from alih.api import combining
from alih.data.imageset import ImageSet
from alih.errors import AlihError
from alih.exported.folder import open_model
from alih.inspect import onnx_export
from alih.inspect.predictor import Predictor
from alih.models import ensemble
from alih.study.document.split import Holdout

pytestmark = pytest.mark.torch

STUDY = """
name: s
title: t
data: {folder: DATA, image_size: 16}
split: {validation: 0.5, test: 0.1}
normalise: mean-std
model: {layers: [{conv: {filters: 4, stride: 2}}, batch_norm, flatten]}
train: {epochs: 2, batch_size: 8, lr: 0.01}
seeds: 2
arms:
  a: {}
  closed: {transfer: {strategy: features, handmade: {name: hog, size: 16}, classifier: logistic}}
compare: {baseline: a}
"""


@pytest.fixture(scope="module", autouse=True)
def quick():
    """Only the exporter that takes no ten seconds, and fewer images than a user needs."""
    exporters = {"torchscript": onnx_export.EXPORTERS["torchscript"]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(onnx_export, "EXPORTERS", exporters)
        patch.setattr(combining, "LEAST", 10)
        yield


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    place, draw = tmp_path_factory.mktemp("combined"), np.random.default_rng(0)
    for label, name in enumerate(("x", "y")):
        (place / "data" / name).mkdir(parents=True)
        for index in range(40):
            pixels = draw.integers(0, 160, (16, 16, 3)) + 40 * label
            Image.fromarray(pixels.astype(np.uint8)).save(place / "data" / name / f"{index}.png")
    ready(place / "out", STUDY.replace("DATA", str(place / "data")), MACHINE)
    results = alih.run(place / "out", jobs=1)
    assert results.complete, [status.reason for status in results.status]
    return place


def test_an_ensemble_answers_with_the_mean_of_its_members_in_both_runtimes(
    study, tmp_path, capsys, monkeypatch
):
    place = tmp_path / "m"
    out = ["export", str(study / "out"), "--arm", "a", "-o", str(place), "--combine", "ensemble"]
    assert cli.run([*out, "--torch-export"]) == 0
    assert "ensemble" in capsys.readouterr().out
    snippets = re.findall(r"```python\n(.*?)```", (place / "README.md").read_text(), re.DOTALL)
    assert len(snippets) == 2
    monkeypatch.chdir(place)
    for snippet in snippets:
        exec(snippet, {})
    files = sorted((study / "data").rglob("*.png"))[::9]
    members = [
        alih.Predictor.open(study / f"out/runs/a/seed-{replicate}", "cpu") for replicate in (0, 1)
    ]
    pixels = np.stack([members[0].read(file) for file in files])
    shares = [member.probabilities(pixels) for member in members]
    for runtime in ("torch", "onnx"):
        found = alih.load_model(place, runtime=runtime).predict(files)
        np.testing.assert_allclose(found.probabilities, np.mean(shares, axis=0), atol=1e-5)
        assert "uncalibrated" not in found.columns
    card = open_model(place).card
    known = card.combined
    assert [member.replicate for member in known.members] == [0, 1]
    assert known.members[0].constants != known.members[1].constants, "normalised each in its way"
    assert card.output.kind == "log-probabilities"
    assert card.scores.own == {}
    assert known.verdicts[0].against == max(member.score for member in known.members)
    assert known.verdicts[0].items == known.held_out >= 10
    for language, name in (("en", "README.md"), ("id", "README.id.md")):
        text = (place / name).read_text()
        assert known.verdicts[0].told[language] in text
        assert "\n\n\n" not in text
    assert known.verdicts[0].told["en"].startswith("The ensemble")
    assert known.verdicts[0].told["id"].startswith("Ansambelnya")
    assert cli.run(["look", str(place), str(files[0]), "-o", str(tmp_path / "l.html")]) == 2
    assert "ensemble" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ({"combine": "average"}, "average_start"),
        ({"combine": "soup"}, "combine_kind"),
        ({"combine": "ensemble", "seed": 0}, "combine_seed"),
        ({"combine": "ensemble", "arm": "closed"}, "combine_closed"),
    ],
)
def test_what_cannot_be_combined_is_refused_with_the_reason(study, tmp_path, asked, key):
    with pytest.raises(AlihError) as caught:
        alih.export(study / "out", tmp_path / "m", **{"arm": "a"} | asked)
    assert caught.value.key == f"exported.{key}"
    assert not (tmp_path / "m").exists()


def test_too_few_images_that_none_was_trained_on_are_refused(study, tmp_path, monkeypatch):
    monkeypatch.setattr(combining, "LEAST", 50)
    with pytest.raises(AlihError) as caught:
        alih.export(study / "out", tmp_path / "m", arm="a", combine="ensemble")
    assert caught.value.key == "exported.combine_few"


def test_an_ensemble_that_is_decidedly_worse_is_not_written(study, tmp_path, monkeypatch):
    monkeypatch.setattr(combining, "mean", lambda scores: -50 * scores[0])
    with pytest.raises(AlihError) as caught:
        alih.export(study / "out", tmp_path / "m", arm="a", combine="ensemble")
    assert caught.value.key == "exported.ensemble_worse"


def test_images_that_none_was_trained_on():
    labels = np.arange(200) % 2
    images = ImageSet(
        name="drawn",
        images=np.zeros((200, 2, 2, 1), np.uint8),
        labels=labels,
        classes=("a", "b"),
        official_test=20,
        card={},
    )

    def unseen(split, level=None, refit=False, replicates=(0, 1)):
        study = SimpleNamespace(split=split, seed=0, protocol="sealed", refit=refit)
        at = {"train_images": level} if level else {}
        cell = SimpleNamespace(cell=SimpleNamespace(at=at))
        return combining.unseen(SimpleNamespace(study=study, cell=cell), images, replicates)

    half = Holdout(validation=0.5)
    parts = [images.divide(half, 0, replicate, "sealed") for replicate in (0, 1)]
    shared = np.intersect1d(parts[0].validation, parts[1].validation)
    np.testing.assert_array_equal(unseen(half), shared)
    assert 20 < len(shared) < 90
    assert len(unseen(half, replicates=range(8))) < 5
    assert len(unseen(half, refit=True)) == 0
    few = unseen(half, level=10)
    assert len(few) >= 160
    assert few.max() < 180


class _Net(nn.Module):
    def __init__(self, seed):
        super().__init__()
        torch.manual_seed(seed)
        self.conv, self.norm = nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6)
        self.frozen = nn.BatchNorm2d(3)

    def forward(self, x):
        return self.norm(self.conv(self.frozen(x))).mean((2, 3))


def test_averaged_weights_get_statistics_of_their_own_but_frozen_ones_stay():
    nets = [_Net(seed).eval() for seed in (0, 1)]
    draw = torch.Generator().manual_seed(0)
    images = torch.rand(64, 3, 8, 8, generator=draw)
    for net in nets:
        net.norm.train()
        net.norm.momentum = None
        net(images)
        net.norm.eval()
        net.frozen.running_mean.fill_(0.25)
    states = [net.state_dict() for net in nets]
    soup = _Net(2).eval()
    soup.load_state_dict(ensemble.averaged(states))
    weights = (states[0]["conv.weight"] + states[1]["conv.weight"]) / 2
    torch.testing.assert_close(soup.conv.weight, weights)
    mixed = soup.norm.running_var.clone()
    assert ensemble.renew_statistics(soup, states, images.split(64)) == 1
    maps = soup.conv(soup.frozen(images))
    torch.testing.assert_close(soup.norm.running_mean, maps.mean((0, 2, 3)))
    torch.testing.assert_close(soup.norm.running_var, maps.var((0, 2, 3)))
    assert (mixed - soup.norm.running_var).abs().max() > 0.01, "the mean of variances is another"
    assert (soup.frozen.running_mean == 0.25).all()
    assert not soup.norm.training
    assert ensemble.renew_statistics(soup, states[:1] * 2, images.split(64)) == 0


def test_averaged_weights_are_a_model_of_one_network(study, tmp_path, monkeypatch):
    out = study / "out"
    opened = {r: Predictor.open(out / f"runs/a/seed-{r}", "cpu") for r in (0, 1)}
    same = opened[0].form
    alike = {r: _with_form(one, same) for r, one in opened.items()}
    monkeypatch.setattr(combining, "_members", lambda chosen, average: alike)
    verdicts = {"below": 0}

    def told(study, arrays, classes, groups):
        assert next(iter(arrays)) == "average"
        sign = -1 if verdicts["below"] else 1
        return [_verdict(sign)]

    from alih.api import judged

    monkeypatch.setattr(judged, "verdicts", told)
    written = alih.export(out, tmp_path / "m", arm="a", combine="average", onnx=False)
    assert written.card.combined.renewed_on is not None
    assert (written.card.combined.kind, written.card.output.kind) == ("average", "logits")
    model = Predictor.open(written.folder, "cpu")
    weight = next(iter(model.network.state_dict()))
    states = [one.network.state_dict()[weight] for one in alike.values()]
    torch.testing.assert_close(model.network.state_dict()[weight], (states[0] + states[1]) / 2)
    verdicts["below"] = 1
    with pytest.raises(AlihError) as caught:
        alih.export(out, tmp_path / "n", arm="a", combine="average", onnx=False)
    assert caught.value.key == "exported.average_worse"


def _with_form(predictor, form):
    from dataclasses import replace

    return replace(predictor, form=form)


def _verdict(sign):
    from alih.exported.card import PairedVerdict

    return PairedVerdict(
        metric="accuracy",
        averaging="mean",
        mean=0.5,
        against=0.5,
        difference=0.01 * sign,
        ci=(-0.1, 0.1),
        ci95=(-0.1, 0.1),
        level=0.05,
        verdict="undecided",
        items=20,
        told={"en": "one", "id": "satu"},
    )
