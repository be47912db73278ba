"""`alih scout` and `alih domains`: the numbers are those of plain features, test images stay
unseen, errors name what to do."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import save_file
from scipy.special import softmax

import alih
from alih import cli, files
from alih.data.load import load
from alih.data.splits import split
from alih.errors import AlihError
from alih.inspect import frozen
from alih.inspect.domains import domains
from alih.inspect.scout import scout
from alih.inspect.transferability import h_score, leep, linear_probe, logme, nce
from alih.study.catalogue.backbones import cached_weights
from alih.study.document.split import Holdout

NAMES = ("mobilenetv2_035", "resnet10t")


def pictures(
    root: Path,
    classes=("bars", "noise"),
    each: int = 24,
    seed: int = 0,
    gray: bool = False,
    bright: int = 0,
) -> Path:
    generator = np.random.default_rng(seed)
    for name in classes:
        (root / name).mkdir(parents=True)
        for index in range(each):
            image = generator.integers(0, 120, (32, 32, 3), dtype=np.uint8) + np.uint8(bright)
            if name == "bars":
                image[:, ::4] += 100
            picture = Image.fromarray(image)
            (picture.convert("L") if gray else picture).save(root / name / f"{index:02d}.png")
    return root


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("scout")


@pytest.fixture(autouse=True)
def _weights(place, monkeypatch):
    """A cache with the weights of two small networks in it."""
    monkeypatch.setenv("ALIH_CACHE", str(place / "cache"))
    for index, name in enumerate(NAMES):
        file = cached_weights(name)
        if not file.exists():
            torch.manual_seed(index)
            file.parent.mkdir(parents=True, exist_ok=True)
            save_file(dict(timm.create_model(name, pretrained=False).state_dict()), file)
            note = {
                "name": name,
                "sha256": "drawn",
                "kept_sha256": files.sha256(file),
                "source": "drawn",
            }
            files.write_json(file.with_suffix(".json"), note)


@pytest.fixture(scope="module")
def data(place) -> Path:
    return pictures(place / "data")


def test_scores_are_those_of_plain_features_of_the_training_images(data):
    spec = frozen.named(str(data), 32)
    report = scout(spec, NAMES)
    images = load(spec)
    divided = split(images.labels, 0, Holdout(), 0, 0)
    items = np.sort(np.concatenate([divided.train, divided.validation]))
    assert report.images == len(items) == 38
    assert [found.logme for found in report.ranking] == sorted(
        (found.logme for found in report.ranking), reverse=True
    )
    found = next(entry for entry in report.ranking if entry.model == NAMES[0])
    net = frozen.pretrained(NAMES[0], images)
    mean, std = (
        torch.tensor(v)[:, None, None] for v in (net.preprocessing.mean, net.preprocessing.std)
    )
    pixels = torch.from_numpy(images.images[items]).permute(0, 3, 1, 2) / 255
    with torch.no_grad():
        features = net.features((pixels - mean) / std)
        source = softmax(net.classify(features).numpy().astype(float), axis=1)
    table, labels = features.numpy().astype(float), images.labels[items]
    assert found.logme == pytest.approx(logme(table, labels), rel=1e-4)
    assert found.h_score == pytest.approx(h_score(table, labels), rel=1e-3)
    assert found.leep == pytest.approx(leep(source, labels), rel=1e-4)
    assert found.nce == pytest.approx(nce(source, labels), rel=1e-6)
    assert found.probe.accuracy == pytest.approx(linear_probe(table, labels).accuracy, abs=1 / 38)
    assert found.width == 1280
    again = scout(spec, NAMES)
    assert [e.logme for e in again.ranking] == [e.logme for e in report.ranking]
    assert again.ranking[0].seconds_features == report.ranking[0].seconds_features > 0


def test_images_of_an_official_test_part_change_nothing(place):
    for name, bright in (("dark", 0), ("light", 100)):
        pictures(place / name / "train", seed=1)
        pictures(place / name / "test", seed=2, bright=bright, each=6)
    found = [
        scout(frozen.named(str(place / name), 32), NAMES[:1]).ranking[0]
        for name in ("dark", "light")
    ]
    assert found[0].logme == found[1].logme
    assert found[0].probe == found[1].probe


def test_what_is_not_here_is_named_with_its_command(data, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(frozen, "find_spec", lambda name: None)
    assert (
        cli.run(["scout", str(data), "--models", "resnet18,mobilenetv2_035", "--image-size", "32"])
        == 0
    )
    page = capsys.readouterr().out
    assert "resnet18: its weights are not here. Get them: alih weights fetch resnet18" in page
    found = alih.scout(data, ["resnet18", "mobilenetv2_035"], image_size=32)
    shown, printed = (re.sub(r"[\d.]+ m?s\b", "", text).split() for text in (str(found), page))
    assert shown == printed, "but for the times"
    assert ">mobilenetv2_035</td>" in found._repr_html_()
    (absent,) = found.missing
    assert absent.cost.parameters == 11_689_512, "the cost of resnet18 needs no weights"
    assert absent.cost.multiply_adds > 5 * found.ranking[0].cost.multiply_adds
    figure = tmp_path / "cost.svg"
    alih.scout(data, ["resnet18", "mobilenetv2_035"], image_size=32, out=figure)
    assert "resnet18" in figure.read_text(encoding="utf-8")
    assert cli.run(["scout", str(data), "-o", "cost.gif"]) == 2
    assert cli.run(["scout", str(data), "--image-size", "32"]) == 2
    assert "alih weights fetch mobilenetv2_100" in capsys.readouterr().err
    assert (
        cli.run(["scout", str(data), "--models", "mobilenetv2_035", "--image-size", "32", "--json"])
        == 0
    )
    report = json.loads(capsys.readouterr().out)
    assert report["ranked_by"] == "logme"
    assert set(report["ranking"][0]) >= {
        "model",
        "logme",
        "h_score",
        "leep",
        "nce",
        "probe",
        "seconds",
    }
    assert report["missing"] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["scout", "fashion-mnist-min"], "Did you mean 'fashion-mnist-mini'?"),
        (["scout", "./absent"], "./absent"),
        (["scout", "DATA", "--models", "mobilenetv2_10"], "Did you mean 'mobilenetv2_100'?"),
        (["scout", "DATA", "--image-size", "8"], "at least 32 pixels"),
        (["domains", "DATA", "nowhere"], "nowhere"),
        (["domains", "DATA", "DATA", "--labelled", "2"], "a share from 0 (no labels) to 1"),
        (["domains", "DATA", "DATA", "--model", "resnet"], "There is no backbone 'resnet'"),
    ],
)
def test_bad_input_is_told_in_a_sentence(arguments, sentence, data, capsys):
    assert cli.run([str(data) if part == "DATA" else part for part in arguments]) == 2
    assert sentence in capsys.readouterr().err


def test_small_gray_sets_are_enlarged_and_keep_their_channel():
    spec = frozen.named("fashion-mnist-mini")
    assert (spec.image_size, spec.channels) == (64, None)


def test_the_same_images_are_no_case_of_transfer_and_changed_ones_call_for_adaptation(place, data):
    same = domains(str(data), str(data), model=NAMES[0], image_size=32)
    assert same.found.method == "train-together"
    assert same.distance.distance == 0.0
    other = pictures(place / "bright", bright=100, seed=5)
    found = domains(str(data), str(other), model=NAMES[0], image_size=32)
    assert (
        found.found.feature_space_differs,
        found.found.labels,
        found.found.distribution_differs,
    ) == (False, "same", True)
    assert found.found.method == "sda"
    assert (
        domains(str(data), str(other), model=NAMES[0], image_size=32, labelled=0.0).found.method
        == "uda"
    )
    assert found.distance.distance > 1
    assert found.distance.ci95[0] > 0


def test_feature_and_label_spaces_are_read_from_the_files(place, data, capsys):
    gray = pictures(place / "gray", classes=("noise", "waves"), gray=True)
    assert (
        cli.run(
            ["domains", str(data), str(gray), "--model", NAMES[0], "--image-size", "32", "--json"]
        )
        == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert (found["source"]["channels"], found["target"]["channels"]) == (3, 1)
    assert found["target"]["size"] == 32
    assert (found["feature_space_differs"], found["labels"], found["method"]) == (
        True,
        "overlapping",
        "fine-tuning",
    )
    assert found["shift"]["proxy_a_distance"]["n"] == 96
    assert (
        cli.run(
            [
                "domains",
                str(data),
                str(gray),
                "--model",
                NAMES[0],
                "--image-size",
                "32",
                "--lang",
                "id",
            ]
        )
        == 0
    )
    assert "1. Ruang fitur: berbeda" in capsys.readouterr().out


def test_too_few_images_are_refused(place, data):
    few = pictures(place / "few", each=3)
    with pytest.raises(AlihError, match="at least 10"):
        domains(str(data), str(few), model=NAMES[0], image_size=32)


def with_masks(root: Path, each: int = 24) -> Path:
    """Noise with a square on it, and where that lies; masks look nothing like images."""
    generator = np.random.default_rng(5)
    for kind in ("images", "masks"):
        (root / kind).mkdir(parents=True)
    for index in range(each):
        mask = np.zeros((32, 32), np.uint8)
        mask[4 : 12 + index % 8, 6:20] = 255
        image = generator.integers(0, 120, (32, 32, 3), dtype=np.uint8)
        image[mask > 0] += 100
        Image.fromarray(image).save(root / "images" / f"{index:02d}.png")
        Image.fromarray(mask).save(root / "masks" / f"{index:02d}.png")
    return root


def test_a_folder_with_masks_has_images_to_compare_but_no_classes_to_scout(data, tmp_path, capsys):
    root = with_masks(tmp_path / "shapes")
    found = domains(str(data), str(root), model=NAMES[0], image_size=32)
    assert found.target.classes == ("background", "object")
    assert found.target.channels == 3, "masks are no images"
    assert found.mmd.n_target == 24
    assert cli.run(["scout", str(root)]) == 2
    assert "holds images with masks" in capsys.readouterr().err
