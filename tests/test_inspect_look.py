"""`alih look`: views of stages against NumPy, filters against weights, a run's own network, the
page, and bad input."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from tests.support.html import Page
from tests.support.networks import drawn_run
from torch import nn

from alih import cli
from alih.errors import AlihError
from alih.evaluation.attention import outside
from alih.inspect.look import MAPS, filters_of, look, view
from alih.inspect.opened import open_model
from alih.inspect.predictor import Predictor
from alih.models.gradcam import attention
from alih.models.modes import evaluating
from alih.models.recipes import from_recipe
from alih.reports.kit import pictures
from alih.reports.look import page as lookpage
from alih.study.document.arm import Recipe
from alih.transfer.classifiers.fit import fit

SMALL = "mobilenetv2_035"


def draw(path: Path, width: int = 80, height: int = 64, mode: str = "RGB") -> Path:
    shape = (height, width) if mode == "L" else (height, width, 3)
    Image.fromarray(np.random.default_rng(0).integers(0, 256, shape, np.uint8), mode).save(path)
    return path


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return draw(tmp_path / "cat.png")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory):
    return look(SMALL, draw(tmp_path_factory.mktemp("seen") / "cat.png"), "none", 64)


def test_a_view_orders_channels_by_their_variation_and_counts_what_is_silent():
    values = np.zeros((4, 5, 5), np.float32)
    values[1] = 7.0  # the same everywhere
    values[2, 0, 0], values[3, 2] = 1.0, 5.0
    found = view("s", values, nn.Conv2d(2, 4, 3))
    assert found.channels[:2] == (3, 2)
    assert (found.silent, found.total) == (2, 4)
    assert found.active == pytest.approx((25 + 1 + 5) / 100)
    assert found.parameters == 4 * 2 * 9 + 4
    expected = np.sqrt((values**2).mean(axis=0))
    np.testing.assert_array_equal(
        found.strength, (255 * (expected - expected.min()) / np.ptp(expected)).astype(np.uint8)
    )
    assert found.maps[0].min() == 0
    assert found.maps[0].max() == 255


def test_a_view_reads_channels_last_tokens_and_vectors():
    draw_ = np.random.default_rng(1)
    maps = draw_.normal(size=(6, 4, 4))
    first = view("s", maps, nn.Identity())
    for other in (
        maps.transpose(1, 2, 0),
        np.concatenate([draw_.normal(size=(1, 6)), maps.reshape(6, 16).T]),
    ):
        again = view("s", other, nn.Identity())
        assert again.channels == first.channels
        np.testing.assert_array_equal(again.maps, first.maps)
    vector = view("v", np.arange(10.0), nn.Identity())
    assert vector.strength is None
    assert vector.maps.shape == (1, 2, 5)
    assert vector.maps.ravel().tolist() == sorted(vector.maps.ravel().tolist())


def test_stages_are_those_of_the_network_from_shallow_to_deep(seen):
    network = open_model(SMALL, "none", 64).network
    assert [stage.name for stage in seen.stages] == list(network.names)
    x = torch.from_numpy(seen.image.astype(np.float32).transpose(2, 0, 1) / 255)
    mean, std = (
        torch.tensor(v).reshape(3, 1, 1)
        for v in (network.preprocessing.mean, network.preprocessing.std)
    )
    with torch.no_grad():
        outputs = network.activations(((x - mean) / std)[None])
    for stage, (name, tensor) in zip(seen.stages, outputs, strict=False):
        assert stage.shape == tuple(tensor.shape[1:]), name
        assert len(stage.channels) <= MAPS
        assert stage.active == pytest.approx(float((tensor != 0).float().mean()), abs=1e-6)
    assert seen.stages[0].shape[1] > seen.stages[-2].shape[1], "maps become coarser"


def test_filters_are_the_first_weights_with_gray_as_zero(seen):
    network = open_model(SMALL, "none", 64).network
    weight = next(m for m in network.modules() if isinstance(m, nn.Conv2d)).weight.detach().numpy()
    assert seen.filters.total == len(weight)
    for picture, filter_ in zip(seen.filters.pictures, weight, strict=False):
        expected = filter_.transpose(1, 2, 0) / np.abs(filter_).max()
        np.testing.assert_allclose((picture.astype(float) - 127.5) / 127.5, expected, atol=0.005)
    dense = nn.Sequential(nn.Flatten(), nn.Linear(12, 5))
    found = filters_of(dense, (2, 2, 3))
    assert found.pictures.shape == (5, 2, 2, 3)
    assert filters_of(nn.Sequential(nn.Linear(9, 5)), (2, 2, 3)) is None


def test_attention_is_grad_cam_and_leaves_the_network_as_it_was():
    torch.manual_seed(0)
    opened = open_model(SMALL, "none", 64)
    network, images = opened.network, torch.rand(2, 3, 64, 64)
    network.requires_grad_(False)
    of = np.array([3, 5])
    found = attention(network, images, of)
    assert found is not None
    # By hand: the activations of the last stage, and the slope of the class's score by hooks.
    kept = {}
    with evaluating(network):
        last = network.stages[found.stage]
        images.requires_grad_(True)
        handle = last.register_forward_hook(lambda _m, _i, out: kept.update(out=out))
        logits = network(images)
        handle.remove()
        shares = logits.softmax(1)[[0, 1], [3, 5]]
        (slope,) = torch.autograd.grad((shares / (1 - shares)).log().sum(), kept["out"])
    # After a global average the slope is the same everywhere: Grad-CAM's mean over the map.
    cam = (slope.mean((2, 3), keepdim=True) * kept["out"]).sum(1).clamp_min(0).detach().numpy()
    np.testing.assert_allclose(found.maps, cam, atol=1e-5)
    assert all(parameter.grad is None for parameter in network.parameters())
    assert found.maps.shape[1:] == (2, 2)
    corner = np.zeros((2, 10, 10))
    corner[0, :2], corner[1, 4] = 1, 1
    np.testing.assert_allclose(outside(corner), [1.0, 0.4], atol=1e-12)
    assert np.isnan(outside(np.zeros((1, 3, 3)))[0])


@pytest.mark.parametrize(
    ("model", "classes", "side", "channels"),
    [
        ({"name": "dcnn"}, ["a", "b", "c"], 28, 1),
        ({"name": SMALL, "weights": "none"}, ["x", "y"], 48, 3),
    ],
)
def test_a_run_is_looked_into_with_its_own_weights_size_and_constants(
    tmp_path, image, model, classes, side, channels
):
    recipe = Recipe(model=model, normalise="mean-std")
    folder = drawn_run(tmp_path / "study", recipe, classes, side, channels)
    found = look(str(folder), image)
    assert found.image.shape == (side, side, channels)
    network = from_recipe(
        recipe,
        len(classes),
        (channels, side, side),
        seed=lambda purpose: len(purpose),
        start="none",
    ).eval()
    x = (torch.from_numpy(found.image.astype(np.float32)).permute(2, 0, 1)[None] / 255 - 0.25) / 0.5
    with torch.no_grad():
        expected = network(x).softmax(1)[0].numpy()
    order = np.argsort(-expected)
    assert [name for name, _ in found.predictions] == [classes[i] for i in order]
    np.testing.assert_allclose(
        [share for _, share in found.predictions], expected[order], rtol=1e-4
    )


def test_a_run_with_a_classifier_shows_the_stages_in_use_and_its_answer(tmp_path, image):
    transfer = {"strategy": "features", "classifier": "nearest-mean", "stage": 4}
    recipe = Recipe(model={"name": SMALL, "weights": "none"}, transfer=transfer)
    folder = drawn_run(tmp_path / "study", recipe, ["x", "y"], 48, 3)
    from safetensors.torch import load_file

    network = open_model(SMALL, "none", 48).network
    kept = {
        key: value
        for key, value in load_file(folder / "model.safetensors").items()
        if key.startswith("stages.")
    }
    kept = {key: value for key, value in kept.items() if network.stage_of(key) < 4}
    width = network.prefix(4)(torch.zeros(1, 3, 48, 48)).shape[1]
    drawn = np.random.default_rng(0)
    fitted = fit(drawn.normal(size=(8, width)), np.arange(8) % 2, 2, "nearest-mean")
    save_file(
        kept
        | {f"classifier.{n}": torch.from_numpy(np.array(a)) for n, a in fitted.arrays().items()},
        folder / "model.safetensors",
    )
    found = look(str(folder), image)
    assert [stage.name for stage in found.stages] == list(network.names[:4])
    predictor = Predictor.open(folder, "cpu")
    shares = predictor(found.image[None])[0]
    assert dict(found.predictions) == dict(zip("xy", shares.tolist(), strict=True))
    del kept[next(iter(kept))]
    save_file(kept, folder / "model.safetensors")
    with pytest.raises(AlihError) as error:
        look(str(folder), image)
    assert error.value.key == "inspect.look_misfit"


def test_bad_input_gets_a_sentence(tmp_path, image):
    recipe = Recipe(model="dcnn", normalise="mean-std")
    old = drawn_run(tmp_path / "old", recipe, ["a", "b"], 28, 1, stored=False)
    lost = drawn_run(tmp_path / "lost", recipe, ["a", "b"], 28, 1)
    (tmp_path / "lost" / "study.yaml").unlink()
    hurt = drawn_run(tmp_path / "hurt", recipe, ["a", "b"], 28, 1)
    (hurt / "model.safetensors").write_bytes(b"no weights")
    empty = tmp_path / "empty"
    empty.mkdir()
    text = tmp_path / "text.png"
    text.write_text("no image")
    cases = [
        (("mobilenetv2_10", image), "models.unknown_backbone", "mobilenetv2_100"),
        (("runs/none/seed-0", image), "inspect.look_no_folder", "runs/none/seed-0"),
        ((str(tmp_path / "old"), image), "inspect.look_study", "seed-0"),
        ((str(old.parent), image), "inspect.look_study", str(old)),
        ((str(empty), image), "inspect.look_no_run", ""),
        ((str(old), image), "inspect.look_no_constants", ""),
        ((str(lost), image), "inspect.look_no_data_card", "study.yaml"),
        ((str(hurt), image), "inspect.look_damaged", ""),
        ((str(lost), image, None, 64), "inspect.look_no_data_card", ""),
        ((str(hurt), image, None, 64), "inspect.look_run_size", "28"),
        (("dcnn", image, "imagenet"), "inspect.look_weights", "dcnn"),
        ((str(old), image, "none"), "inspect.look_weights", ""),
        ((SMALL, image, "imagnet"), "inspect.look_unknown_weights", "imagnet"),
        ((SMALL, image, "none", 0), "inspect.look_size", "0"),
        ((SMALL, image, "none", 16), "inspect.look_small_size", "32"),
        (
            (SMALL, draw(tmp_path / "tiny.png", 80, 20), "none"),
            "inspect.look_small_image",
            "80 × 20",
        ),
        ((SMALL, text, "none"), "data.broken_image", "text.png"),
        ((SMALL, tmp_path / "absent.jpg", "none"), "data.broken_image", "absent.jpg"),
    ]
    for arguments, key, shown in cases:
        with pytest.raises(AlihError) as error:
            look(*arguments)
        assert error.value.key == key, arguments
        assert shown in str(error.value)


def test_the_page_is_self_contained_and_its_pictures_lie_beside_it(seen, tmp_path):
    (tmp_path / "99-old.png").write_bytes(b"")
    (tmp_path / "mine.png").write_bytes(b"")
    html = {
        lang: lookpage.write(seen, tmp_path, lang).read_text(encoding="utf-8")
        for lang in ("en", "id")
    }
    for lang, text in html.items():
        page = Page(text)
        assert f'<html lang="{lang}">' in text
        assert len(page.all("img")) == 2 + 2 * len(seen.stages) - sum(
            stage.strength is None for stage in seen.stages
        )
        assert all(
            picture["src"].startswith("data:image/png;base64,") and picture["alt"]
            for picture in page.all("img")
        )
        assert page.all("script") == []
        assert not re.search(r"@import|url\(|<link|https?:", text)
    assert "Activation maps" in html["en"]
    assert "Peta aktivasi" in html["id"]
    assert "random" in html["en"]
    names = {path.name for path in tmp_path.glob("*.png")}
    assert {"input.png", "filters.png", "01-stem.png", "01-stem-strength.png", "mine.png"} <= names
    assert "99-old.png" not in names
    for name in names - {"mine.png"}:
        with Image.open(tmp_path / name) as picture:
            picture.verify()


def test_a_hostile_file_name_stays_text(tmp_path):
    name = "<script>alert(1)<script>.png"
    found = look("dcnn", draw(tmp_path / name, mode="L"))
    text = lookpage.write(found, tmp_path / "out", "en").read_text(encoding="utf-8")
    assert "script" not in Page(text).tags
    assert "&lt;script&gt;alert(1)" in text


def test_maps_are_enlarged_by_whole_factors_and_overlaid():
    maps = np.arange(8, dtype=np.uint8).reshape(2, 2, 2)
    large = pictures.enlarged(maps, 5, 20)
    assert large.shape == (2, 6, 6)
    np.testing.assert_array_equal(large[:, ::3, ::3], maps)
    image = np.full((6, 8, 3), 100, np.uint8)
    strength = np.zeros((3, 4), np.uint8)
    strength[1, 2] = 255
    found = pictures.overlay(image, strength).astype(int).sum(axis=2)
    assert found.shape == (6, 8)
    assert np.unravel_index(found.argmax(), found.shape) in [(2, 4), (2, 5), (3, 4), (3, 5)]
    coloured = np.zeros((3, 2, 2, 3), np.uint8)
    coloured[..., 0] = 9
    assert pictures.montage(coloured, columns=3, gap=2).shape == (2, 10, 4)


def test_the_command_writes_a_page_and_says_where(tmp_path, image, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.run(["look", "dcnn", str(image), "--lang", "id"]) == 0
    said = capsys.readouterr().out
    assert Path("look/dcnn-cat/index.html").is_file()
    assert str(Path("look/dcnn-cat/index.html")) in said
    assert 'lang="id"' in Path("look/dcnn-cat/index.html").read_text(encoding="utf-8")
    assert cli.run(["look", "dccn", str(image)]) == 2
    assert "dcnn" in capsys.readouterr().err


def test_the_levels_of_a_replicate_are_listed(tmp_path, image):
    replicate = tmp_path / "study" / "runs" / "plain" / "seed-0"
    for level in ("train_images-30", "train_images-100"):
        (replicate / level).mkdir(parents=True)
        (replicate / level / "done").write_text("{}")
        (replicate / level / "card.json").write_text("{}")
    with pytest.raises(AlihError) as error:
        look(str(replicate), image)
    assert error.value.key == "inspect.look_study"
    assert all(
        str(replicate / level) in str(error.value)
        for level in ("train_images-30", "train_images-100")
    )
