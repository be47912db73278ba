"""`alih look` without an image: the source of a run of `match` as the run saw it, what is shown of
it, the page, and bad input."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tests.support.html import Page
from tests.support.networks import drawn_run

from alih import api, cli, files
from alih.cli.documents.images import Look
from alih.data.load import load
from alih.errors import AlihError
from alih.executors.prepare import data_card
from alih.inspect import matched as looked
from alih.inspect.matched import matched
from alih.reports.look import match_page
from alih.runs.folder import StudyFolder
from alih.study import loading
from alih.study.document.arm import Recipe
from alih.study.planning.cells import Cell
from alih.study.planning.resolved import planned
from alih.training.cell import run_cell
from alih.training.device import Machine
from alih.transfer.match import Match

STUDY = """
title: t
data: {set: fashion-mnist-mini}
split: {validation: 0.1}
seeds: 1
normalise: mean-std
model: {layers: [{conv: {filters: 2, stride: 2}}, batch_norm, flatten]}
train: {epochs: 2, batch_size: 32, optimizer: sgd, lr: 0.05, momentum: 0.9}
vary: {train_images: [64]}
arms:
  both: {transfer: {strategy: match, source: {layers: [{conv: {filters: 6}}, {max_pool: {size: 2}},
    {conv: {filters: 5}}]}, source_size: 16, meta_lr: 0.05}}
  channels: {transfer: {strategy: match, source_arm: large, weights: channels}}
  large: {model: {layers: [{conv: {filters: 3, stride: 2}}, {dense: 4}]}, image_size: 16,
    normalise: unit}
  uniform: {transfer: {strategy: match, source: {name: mobilenetv2_035, weights: none},
    source_size: 32, weights: uniform}}
  nothing: {transfer: {strategy: match, source: {layers: [{conv: 2}]}, weight: 0}}
compare: {baseline: large}
"""
AT = (("train_images", 64),)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory):
    """The study's folder, and per arm what the source was and was shown in the last step."""
    root = tmp_path_factory.mktemp("matched") / "runs" / "s"
    files.write_text(root / "study.yaml", STUDY)
    study, shown, taken = loading.load(root / "study.yaml"), {}, Match.step
    data_card(load(study.data), study).write(root)

    def step(self, batches, ctx):
        batch = batches["target"]
        shown["last"] = batch.items, self._seen(batch.images).clone(), self.source
        return taken(self, batches, ctx)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Match, "step", step)
        for arm in ("large", "both", "channels", "uniform", "nothing"):
            run_cell(root, study, Cell(arm, 0, AT), Machine("cpu", 1, "fp32"))
            shown[arm] = shown.get("last")
    return SimpleNamespace(root=root, study=study, shown=shown)


def folder(runs, arm: str) -> Path:
    return runs.root / "runs" / arm / "seed-0" / "train_images=64"


@pytest.mark.parametrize("arm", ["both", "channels", "uniform"])
def test_the_source_is_the_one_of_training_and_sees_images_as_it_did(runs, arm):
    items, seen, source = runs.shown[arm]
    cell = planned(runs.study, Cell(arm, 0, AT))
    card = StudyFolder(runs.root).cell(cell).card
    network, again = looked._source(cell, runs.root, runs.study, card, load(runs.study.data), items)
    torch.testing.assert_close(again, seen)
    trained = source.state_dict()
    assert all(torch.equal(value, trained[name]) for name, value in network.state_dict().items())


def test_channels_of_largest_weight_are_shown_on_validation_images(runs):
    found = matched(folder(runs, "both"))
    images = load(runs.study.data)
    split = images.divide(runs.study.split, runs.study.seed, 0)
    assert set(found.items) <= set(split.validation.tolist())
    assert len(set(found.labels)) == len(found.items) == looked.IMAGES
    arrays, ends = found.arrays, np.cumsum(found.arrays["source_channels"])
    weights = dict(enumerate(np.split(arrays["channels"], ends[:-1])))
    assert [pair.row for pair in found.pairs] == np.argsort(-arrays["pair"][-1]).tolist()
    cell = planned(runs.study, Cell("both", 0, AT))
    card = StudyFolder(runs.root).cell(cell).card
    network, seen = looked._source(cell, runs.root, runs.study, card, images, np.array(found.items))
    with torch.no_grad():
        maps = dict(network.stage_outputs(seen))
    for pair in found.pairs:
        own = weights[pair.row]
        numbers = [channel.number for channel in pair.channels]
        assert numbers == np.argsort(-own)[: looked.CHANNELS].tolist()
        for channel in pair.channels:
            assert channel.factor == pytest.approx(own[channel.number] * len(own), rel=1e-5)
            values = maps[pair.source][:, channel.number].numpy()
            assert np.ptp(channel.maps.reshape(-1)[values.ravel().argmin()]) == 0
            assert channel.maps.ravel()[values.argmax()] >= 254
            assert channel.maps.shape == values.shape


def test_where_weights_are_equal_it_is_said_and_each_source_stage_is_shown_once(runs):
    found = matched(folder(runs, "uniform"))
    stages = [pair.source for pair in found.pairs]
    assert len(stages) == len(set(stages)) == min(looked.PAIRS, len(set(found.arrays["source"])))
    assert {channel.factor for pair in found.pairs for channel in pair.channels} == {1.0}
    assert "weights: uniform" in match_page.summary(found)
    silent = {**found.arrays, "weights": np.array("pairs-and-channels")}
    silent["pair"] = np.zeros_like(silent["pair"])
    assert looked._rows(silent) == []
    ended = dataclasses.replace(found, arrays=silent, pairs=(), weights="pairs-and-channels")
    assert "0" in match_page.summary(ended)
    assert len(ended.silent) == len(silent["source"])


@pytest.mark.usefixtures("undrawn")
def test_the_page_shows_pairs_over_epochs_and_channels_on_images(runs, tmp_path, capsys):
    (tmp_path / "pair-99-channel-3.png").write_bytes(b"")
    (tmp_path / "mine.png").write_bytes(b"")
    run = str(folder(runs, "both"))
    assert cli.run(["look", run, "-o", str(tmp_path), "--lang", "id"]) == 0
    assert str(tmp_path / "index.html") in capsys.readouterr().out
    html = (tmp_path / "index.html").read_text()
    page = Page(html)
    assert not page.faults
    assert "Apa yang berpindah ke mana" in html
    pictures = [attrs["src"] for tag, attrs in page.tags if tag == "img"]
    found = matched(run)
    assert len(pictures) == 1 + sum(len(pair.channels) for pair in found.pairs)
    assert all(source.startswith("data:image/png") for source in pictures)
    names = {path.name for path in tmp_path.glob("*.png")}
    assert names >= {"images.png", "mine.png"}
    assert "pair-99-channel-3.png" not in names
    assert (tmp_path / "figures" / "moved.svg").exists()


@pytest.mark.usefixtures("undrawn")
def test_its_json_names_pairs_and_channels(runs, tmp_path, capsys):
    run = str(folder(runs, "both"))
    assert cli.run(["look", run, "-o", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    Look.model_validate(told, strict=True)
    found = matched(run)
    assert [one["source"] for one in told["pairs"]] == [pair.source for pair in found.pairs]
    assert told["pairs"][0]["channels"] == [one.number for one in found.pairs[0].channels]


@pytest.mark.usefixtures("undrawn")
def test_a_page_of_learnt_channels_or_equal_weights_has_no_figure(runs, tmp_path):
    for arm, told in (("channels", "the arm “large”"), ("uniform", "random weights")):
        seen = api.look(folder(runs, arm), out=tmp_path / arm)
        assert told in seen.page.read_text()
        assert not (tmp_path / arm / "figures").exists()
        assert str(seen.page) in str(seen)


def test_bad_input_gets_a_sentence(runs, tmp_path):
    plain = drawn_run(tmp_path / "plain", Recipe(model="dcnn"), ["a", "b"], 28, 1)
    cases = [
        ((plain,), {}, "inspect.look_needs_image"),
        (("mobilenetv2_035",), {}, "inspect.look_needs_image"),
        (("runs/none/seed-0",), {}, "inspect.look_no_folder"),
        ((runs.root,), {}, "inspect.look_study"),
        ((folder(runs, "nothing"),), {}, "inspect.match_nothing"),
        ((folder(runs, "both"),), {"image_size": 0, "tile": 3}, "inspect.look_only_with_image"),
    ]
    for arguments, options, key in cases:
        with pytest.raises(AlihError) as error:
            api.look(*arguments, **options, out=tmp_path / "page")
        assert error.value.key == key, arguments
    assert not (tmp_path / "page").exists()
    kept = tmp_path / "s"
    shutil.copytree(runs.root, kept)
    (kept / folder(runs, "both").relative_to(runs.root) / "transfer.npz").unlink()
    (kept / folder(runs, "large").relative_to(runs.root) / "card.json").unlink()
    for arm, key in (("both", "inspect.match_no_record"), ("channels", "inspect.look_no_run")):
        with pytest.raises(AlihError) as error:
            matched(kept / folder(runs, arm).relative_to(runs.root))
        assert error.value.key == key
