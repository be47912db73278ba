"""Masks of images of any size: tiles against the untiled network, sizes, scales, memory, files, and
bad input."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from tests.support.networks import drawn_run
from torch import nn

import alih
from alih import cli
from alih.data import strips
from alih.data.load import load as load_images
from alih.errors import AlihError
from alih.executors.prepare import data_card
from alih.inspect import tiles
from alih.models.recipes import from_recipe
from alih.reports.kit import mask_colours as masks
from alih.runs.folder import StudyFolder
from alih.study.document.arm import Recipe
from alih.study.loading import load

CLASSES = ["pet", "border", "background"]
SMALL = Recipe(model={"name": "unet", "width": 4, "depth": 2}, normalise="mean-std")
SIDE = 16


def smooth(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    """A picture with structure at several scales."""
    draw = np.random.default_rng(seed)
    down, across = np.mgrid[0:height, 0:width]
    waves = [
        np.sin(down / draw.uniform(2, 20) + across / draw.uniform(2, 20) + draw.uniform(0, 6))
        for _ in range(channels)
    ]
    return np.clip(
        np.stack(waves, 2) * 90 + 128 + draw.normal(0, 20, (height, width, channels)), 0, 255
    ).astype(np.uint8)


def draw(path: Path, height: int, width: int, channels: int = 3, **options) -> Path:
    pixels = smooth(height, width, channels)
    Image.fromarray(pixels[..., 0] if channels == 1 else pixels).save(path, **options)
    return path


def opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        picture.load()
    return picture


def document(data: str = "set: oxford-iiit-pet") -> str:
    return f"""
name: tiny
title: Tiny
task: segmentation
data: {{{data}}}
seeds: 1
model: {{name: unet, width: 4, depth: 2}}
train: {{epochs: 1, batch_size: 2, lr: 0.01}}
arms: {{a: {{}}, b: {{train: {{lr: 0.02}}}}}}
compare: {{baseline: a}}
"""


def run_folder(
    root: Path,
    recipe: Recipe = SMALL,
    side: int = SIDE,
    channels: int = 3,
    classes=CLASSES,
    study: str = document(),
) -> Path:
    """A finished run of drawn weights that give every class some pixels; returns its folder."""
    factor = 1 if recipe.model.encoder else 3
    return drawn_run(root, recipe, list(classes), side, channels, study=study, factor=factor)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return run_folder(tmp_path / "study")


# Tiles


@pytest.mark.parametrize("overlap", [0, 0.1, 0.25, 0.5, 0.75, 0.9])
@pytest.mark.parametrize("side", [1, 7, 31, 32, 33, 48, 63, 65, 100, 257])
def test_tiles_cover_a_side_with_the_overlap_and_weights_of_one(side, overlap):
    found = tiles.axis(side, 32, overlap)
    assert (found.starts[0], found.starts[-1] + found.length) == (0, side)
    steps = np.diff(found.starts)
    assert (steps > 0).all()
    assert (steps <= max(1, found.length - np.ceil(overlap * found.length)) + 1).all()
    total = np.zeros(side)
    for start, weights in zip(found.starts, found.weights, strict=True):
        assert weights.min() >= 0
        total[start : start + found.length] += weights
    np.testing.assert_allclose(total, 1, atol=1e-6)


def test_the_inner_edge_of_a_tile_has_no_say_and_the_image_s_edge_all():
    found = tiles.axis(96, 32, 0.5)
    assert found.starts == (0, 16, 32, 48, 64)
    for number, weights in enumerate(found.weights):
        assert (weights[:4] == 0).all() == (number > 0)
        assert (weights[-4:] == 0).all() == (number < 4)
    assert (found.weights[0][:4] == 1).all()
    assert (np.diff(found.weights[0]) <= 1e-6).all(), "fades out"


def as_predict(network: nn.Module) -> tiles.Predict:
    def predict(pieces: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            x = torch.from_numpy(pieces.astype(np.float32)).permute(0, 3, 1, 2) / 255
            return network(x).softmax(1).numpy()

    return predict


def tiled(network: nn.Module, pixels: np.ndarray, tile: int, overlap: float) -> np.ndarray:
    parts = list(
        tiles.blended(
            lambda t, b: pixels[t:b],
            pixels.shape[:2],
            tile,
            overlap,
            as_predict(network),
            len(CLASSES),
        )
    )
    np.testing.assert_array_equal(np.concatenate([rows for rows, _ in parts]), pixels)
    return np.concatenate([shares for _, shares in parts], axis=1)


@pytest.mark.parametrize("size", [(1, 1), (5, 90), (31, 32), (33, 33), (77, 101), (128, 40)])
@pytest.mark.parametrize("overlap", [0.0, 0.3, 0.5, 0.8])
def test_a_network_that_sees_single_pixels_gives_the_untiled_mask_exactly(size, overlap):
    torch.manual_seed(0)
    network, pixels = nn.Conv2d(3, 3, 1).eval(), smooth(*size)
    expected = as_predict(network)(pixels[None])[0]
    found = tiled(network, pixels, 32, overlap)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_array_equal(found.argmax(0), expected.argmax(0))


@pytest.mark.parametrize("size", [(32, 32), (64, 96), (75, 143)])
def test_a_network_with_a_small_field_of_view_equals_the_untiled_one(size):
    torch.manual_seed(0)
    layers = [
        nn.Conv2d(3, 8, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(8, 8, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(8, 3, 5, padding=2),
    ]
    network, pixels = nn.Sequential(*layers).eval(), smooth(*size)
    expected = as_predict(network)(pixels[None])[0]
    # It sees 4 pixels around; of an overlap of 16 or more, each tile leaves out 4 or more.
    np.testing.assert_allclose(tiled(network, pixels, 32, 0.5), expected, atol=1e-5)
    if max(size) > 32:
        assert np.abs(tiled(network, pixels, 32, 0.0) - expected).max() > 1e-3, (
            "without overlap, edges of tiles show"
        )


def test_a_resized_answer_is_torch_s_bilinear_interpolation():
    maps = np.random.default_rng(0).random((3, 9, 11)).astype(np.float32)
    for size in ((1, 1), (9, 11), (20, 7), (50, 61)):
        found = np.concatenate(list(tiles.resized(maps, size, values=200)), axis=1)
        expected = nn.functional.interpolate(
            torch.from_numpy(maps)[None], size, mode="bilinear", align_corners=False
        )[0]
        np.testing.assert_allclose(found, expected.numpy(), atol=1e-5)


# Whole runs


def untiled(folder: Path, pixels: np.ndarray) -> np.ndarray:
    """Probabilities by the run's network built for the whole image."""
    height, width, channels = pixels.shape
    recipe = Recipe.model_validate(json.loads((folder / "card.json").read_text())["recipe"])
    network = from_recipe(
        recipe, len(CLASSES), (channels, height, width), seed=lambda _: 0, start="none"
    ).eval()
    network.load_state_dict(load_file(folder / "model.safetensors"))
    x = (torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1)[None] / 255 - 0.25) / 0.5
    with torch.no_grad():
        return network(x).softmax(1)[0].numpy()


def read_mask(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        assert picture.mode == "P"
        assert picture.getpalette()[:9] == [
            int(c[i : i + 2], 16) for c in masks.palette(CLASSES) for i in (1, 3, 5)
        ]
        return np.asarray(picture)


def test_fit_is_the_training_geometry_and_its_answer_brought_back(run, tmp_path):
    image = draw(tmp_path / "a.png", 61, 40)
    found = alih.segment(run, image, tmp_path / "out")
    small = np.asarray(opened(image).resize((SIDE, SIDE), Image.Resampling.BILINEAR))
    expected = nn.functional.interpolate(
        torch.from_numpy(untiled(run, small))[None], (61, 40), mode="bilinear"
    )[0]
    mask = read_mask(found.mask)
    first, second = expected.sort(0, descending=True).values[:2].numpy()
    assert (mask == expected.argmax(0).numpy())[first - second > 1e-4].all(), (
        "where classes do not tie"
    )
    assert len(np.unique(mask)) > 1
    assert (found.scale, found.tile, found.tiles, found.size) == ("fit", SIDE, 1, (40, 61))
    assert found.shares == {
        name: pytest.approx((mask == number).mean()) for number, name in enumerate(CLASSES)
    }


def test_a_tile_as_large_as_the_image_is_the_untiled_network(run, tmp_path):
    image = draw(tmp_path / "a.png", 48, 48)
    found = alih.segment(run, image, tmp_path / "out", tile=48)
    expected = untiled(run, smooth(48, 48)).argmax(0)
    np.testing.assert_array_equal(read_mask(found.mask), expected)
    assert (found.scale, found.tiles) == ("tiles", 1)
    blended = alih.segment(run, image, tmp_path / "out", tile=32, overlap=0.75)
    assert (read_mask(blended.mask) == expected).mean() > 0.9


def test_a_run_with_an_encoder_gives_a_mask_at_other_sides_than_it_was_trained_at(tmp_path):
    recipe = Recipe(
        model={"name": "unet", "encoder": "mobilenetv2_035", "weights": "none"},
        normalise="mean-std",
    )
    folder = run_folder(tmp_path / "study", recipe, 32)
    image = draw(tmp_path / "a.png", 64, 64)
    found = alih.segment(folder, image, tmp_path / "out", tile=64)
    np.testing.assert_array_equal(read_mask(found.mask), untiled(folder, smooth(64, 64)).argmax(0))


@pytest.mark.parametrize("scale", ["fit", "tiles"])
@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (3, 2), (15, 17), (16, 16), (33, 47)])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_mask_has_the_image_s_size(run, tmp_path, scale, size, channels):
    found = alih.segment(
        run, draw(tmp_path / "a.png", *size, channels), tmp_path / "out", scale=scale
    )
    assert read_mask(found.mask).shape == size
    assert opened(found.overlay).size == size[::-1]
    assert sum(found.shares.values()) == pytest.approx(1)


def test_gray_networks_take_colour_images(tmp_path):
    folder = run_folder(tmp_path / "study", channels=1)
    found = alih.segment(folder, draw(tmp_path / "a.png", 30, 41), tmp_path / "out", tile=SIDE)
    assert read_mask(found.mask).shape == (30, 41)


def test_an_image_smaller_than_a_tile_is_mirrored(run, tmp_path):
    found = alih.segment(run, draw(tmp_path / "a.png", 10, 12), tmp_path / "out", scale="tiles")
    padded = np.pad(smooth(10, 12), ((3, 3), (2, 2), (0, 0)), mode="reflect")
    np.testing.assert_array_equal(read_mask(found.mask), untiled(run, padded).argmax(0)[3:13, 2:14])


@pytest.mark.parametrize("scale", ["fit", "tiles"])
@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_turned_image_gets_the_mask_of_the_upright_one(run, tmp_path, scale, suffix):
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = draw(tmp_path / f"turned{suffix}", 30, 50, exif=exif)
    upright = tmp_path / "upright.png"
    from PIL import ImageOps

    ImageOps.exif_transpose(opened(turned)).save(upright)
    found = [
        alih.segment(run, path, tmp_path / path.stem, scale=scale) for path in (turned, upright)
    ]
    first, second = (read_mask(each.mask) for each in found)
    assert first.shape == (50, 30)
    if suffix == ".png":
        np.testing.assert_array_equal(first, second)
    else:
        assert (first == second).mean() > 0.95


def test_a_run_of_cropped_images_keeps_the_form_of_the_image(tmp_path):
    folder = run_folder(
        tmp_path / "study", study=document("set: oxford-iiit-pet, resize: crop, image_size: 16")
    )
    image = draw(tmp_path / "a.png", 32, 96)
    found = alih.segment(folder, image, tmp_path / "out")
    assert found.scale == "fit"
    assert found.tiles == tiles.count((16, 48), SIDE) > 1
    assert read_mask(found.mask).shape == (32, 96)


def mask_folder(root: Path, height: int, width: int) -> Path:
    for name in ("images", "masks"):
        (root / name).mkdir(parents=True)
    for number in range(4):
        draw(root / "images" / f"{number}.png", height, width)
        classes = smooth(height, width, 1, number)[..., 0] // 86
        Image.fromarray(classes).save(root / "masks" / f"{number}.png")
    return root


@pytest.mark.parametrize(
    ("size", "scale"), [((SIDE, SIDE), "tiles"), ((SIDE, SIDE + 1), "fit"), ((40, 40), "fit")]
)
def test_the_scale_is_what_training_did(tmp_path, size, scale):
    data = mask_folder(tmp_path / "data", *size)
    folder = run_folder(tmp_path / "study", study=document(f"folder: {data}, image_size: {SIDE}"))
    image = draw(tmp_path / "a.png", 40, 40)
    assert alih.segment(folder, image, tmp_path / "out").scale == scale
    other = "fit" if scale == "tiles" else "tiles"
    assert alih.segment(folder, image, tmp_path / "out", scale=other).scale == other
    # Its folder says so where the images are gone.
    root = folder.parents[2]
    study, card = load(root), StudyFolder(root).data
    square = data_card(load_images(study.data, task="segmentation"), study).square
    card.model_copy(update={"square": square}).write(root)
    shutil.rmtree(data)
    assert alih.segment(folder, image, tmp_path / "out").scale == scale


def test_the_overlay_is_made_smaller_by_means_and_shows_the_mask(run, tmp_path, monkeypatch):
    from alih.reports.look import mask_files as maskfiles

    monkeypatch.setattr(maskfiles, "LONGEST", 20)
    found = alih.segment(run, draw(tmp_path / "a.png", 47, 59), tmp_path / "out", tile=SIDE)
    full = masks.overlay(smooth(47, 59), read_mask(found.mask), CLASSES)
    small = np.asarray(opened(found.overlay))
    assert small.shape == (16, 20, 3)
    np.testing.assert_array_equal(small, found.picture)
    np.testing.assert_allclose(small[0, 0], full[:3, :3].mean((0, 1)), atol=0.51)
    np.testing.assert_allclose(small[-1, -1], full[45:, 57:].mean((0, 1)), atol=0.51)


MEASURE = """
import re, sys
from pathlib import Path
import alih
import torch

def peak():  # not ru_maxrss: that begins with the parent's
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024

torch.set_num_threads(1)
run, small, middle, large, out = sys.argv[1:]
alih.segment(run, small, out, tile=128, overlap=0)
told = [peak()]
for image, tile in ((large, 128), (middle, 1500)):
    alih.segment(run, image, out, tile=tile, overlap=0)
    told.append(peak())
print(*told)
"""


def test_memory_does_not_grow_with_the_image(tmp_path):
    """A 6,000×6,000 image in tiles takes less than one of a sixteenth of its pixels in one
    piece."""
    if not Path("/proc/self/status").is_file():
        pytest.skip("the peak of a process's memory is read from /proc")
    folder = run_folder(
        tmp_path / "study",
        Recipe(model={"name": "unet", "width": 1, "depth": 1}, normalise="mean-std"),
        128,
        1,
    )
    paths = [draw(tmp_path / f"{side}.png", side, side, 1) for side in (300, 1500)]
    paths.append(tmp_path / "6000.png")
    Image.fromarray(np.tile(smooth(60, 60, 1)[..., 0], (100, 100))).save(
        paths[-1], compress_level=1
    )
    command = [sys.executable, "-c", MEASURE, folder, *paths, tmp_path / "out"]
    told = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=True
    ).stdout
    small, tiled, untiled = (int(number) for number in told.split())
    logits = 6000 * 6000 * len(CLASSES) * 4
    assert tiled - small < logits / 4
    assert tiled - small < untiled - small, "and that is what a sixteenth takes in one piece"
    assert untiled - small > 1500 * 1500 * len(CLASSES) * 4, "the measure sees what is there"


# Bad input


def test_bad_input_gets_a_sentence_and_leaves_no_trace(run, tmp_path):
    image = draw(tmp_path / "a.png", 30, 30)
    labels = Recipe(model="dcnn", normalise="mean-std")
    classes = run_folder(tmp_path / "classes", labels, 28, 1, study="title: x\n")
    headless = run_folder(tmp_path / "headless")
    kept = {
        k: v
        for k, v in load_file(headless / "model.safetensors").items()
        if not k.startswith("output.")
    }
    save_file(kept, headless / "model.safetensors")
    text = tmp_path / "text.png"
    text.write_text("no image")
    cases = [
        ((classes, image), {}, "inspect.segment_no_masks", "classes"),
        ((tmp_path / "none", image), {}, "inspect.look_no_folder", "none"),
        ((tmp_path / "study", image), {}, "inspect.look_study", "seed-0"),
        ((headless, image), {}, "inspect.look_misfit", "output"),
        ((run, text), {}, "data.broken_image", "text.png"),
        ((run, tmp_path / "absent.png"), {}, "data.broken_image", "absent.png"),
        ((run, image), {"tile": 0}, "inspect.segment_tile", "0"),
        ((run, image), {"tile": 3}, "study.unet_too_deep", "4"),
        ((run, image), {"overlap": 1.0}, "inspect.segment_overlap", "0.9"),
        ((run, image), {"scale": "half"}, "inspect.segment_scale", "half"),
        ((run, image), {"scale": "fit", "tile": 16}, "inspect.segment_fit_tile", ""),
        ((run, image), {"max_pixels": 0}, "inspect.max_pixels", "0"),
        ((run, image), {"max_pixels": 899}, "inspect.image_too_large", "--max-pixels 900"),
    ]
    for arguments, options, key, shown in cases:
        with pytest.raises(AlihError) as error:
            alih.segment(*arguments, tmp_path / "deep" / "out", **options)
        assert error.value.key == key, (arguments, options)
        assert shown in str(error.value)
        assert not (tmp_path / "deep").exists()
    alih.segment(run, image, tmp_path / "deep" / "out", max_pixels=900)


def test_a_file_that_is_broken_further_down_leaves_nothing(run, tmp_path, monkeypatch):
    monkeypatch.setattr(strips, "PIXELS", 400)
    image = draw(tmp_path / "a.png", 100, 40)
    image.write_bytes(image.read_bytes()[: image.stat().st_size * 3 // 4])
    with pytest.raises(AlihError) as error:
        alih.segment(run, image, tmp_path / "deep" / "out", tile=SIDE)
    assert error.value.key == "data.broken_image"
    assert not (tmp_path / "deep").exists()
    (tmp_path / "there").mkdir()
    with pytest.raises(AlihError):
        alih.segment(run, image, tmp_path / "there", tile=SIDE)
    assert not list((tmp_path / "there").iterdir())


def test_the_limit_is_the_study_s_unless_another_is_given(tmp_path):
    folder = run_folder(tmp_path / "study", study=document("set: oxford-iiit-pet, max_pixels: 500"))
    image = draw(tmp_path / "a.png", 30, 30)
    with pytest.raises(AlihError) as error:
        alih.segment(folder, image, tmp_path / "out")
    assert error.value.values["limit"] == 500
    alih.segment(folder, image, tmp_path / "out", max_pixels=1000)


# The command


def test_look_writes_mask_overlay_and_page(run, tmp_path, capsys):
    image, out = draw(tmp_path / "a.png", 40, 50), tmp_path / "out"
    arguments = ["look", str(run), str(image), "--out", str(out)]
    for language, heading, number in (("en", "The mask", "."), ("id", "Piksel tiap kelas", ",")):
        assert cli.run([*arguments, "--tile", "16", "--overlap", "0.25", "--lang", language]) == 0
        said, html = capsys.readouterr().out, (out / "index.html").read_text(encoding="utf-8")
        assert str(out / "mask.png") in said
        assert heading in html
        shares = {
            name: (read_mask(out / "mask.png") == number).mean()
            for number, name in enumerate(CLASSES)
        }
        for name, share in shares.items():
            told = f"{100 * share:.1f}".replace(".", number)
            assert f"{name} {told}" in said
            assert f"{told}\N{NO-BREAK SPACE}%" in html or f"{told} %" in html
        assert 'src="data:image/jpeg;base64,' in html
        assert 'href="mask.png"' in html
        assert all(colour in html for colour in masks.palette(CLASSES))
    assert read_mask(out / "mask.png").shape == (40, 50)
    assert {path.name for path in out.glob("*.png")} >= {
        "mask.png",
        "overlay.png",
        "input.png",
        "01-down1.png",
    }


def test_look_sees_the_stages_of_an_encoder_and_its_decoder(tmp_path):
    from alih.inspect.look import look

    recipe = Recipe(
        model={"name": "unet", "encoder": "mobilenetv2_035", "weights": "none"},
        normalise="mean-std",
    )
    found = look(str(run_folder(tmp_path / "study", recipe, 32)), draw(tmp_path / "a.png", 40, 50))
    assert found.segments
    assert found.predictions == ()
    assert found.stages[-1].name == "decoder"


def test_the_command_tells_mistakes_and_leaves_no_trace(run, tmp_path, capsys):
    image, out = draw(tmp_path / "a.png", 40, 50), tmp_path / "out"
    classes = run_folder(
        tmp_path / "classes", Recipe(model="dcnn", normalise="mean-std"), 28, 1, study="title: x\n"
    )
    broken = tmp_path / "broken.png"
    broken.write_bytes(image.read_bytes()[:500])
    for arguments, told in (
        ([str(classes), str(image), "--tile", "16"], "task: segmentation"),
        ([str(run), str(image), "--max-pixels", "1999"], "--max-pixels 2000"),
        ([str(run), str(image), "--scale", "halves"], "halves"),
        ([str(run), str(broken)], "broken.png"),
    ):
        assert cli.run(["look", *arguments, "--out", str(out)]) == 2
        assert told in capsys.readouterr().err
        assert not out.exists()


def test_a_later_page_without_a_mask_takes_the_old_one_away(run, tmp_path, capsys):
    image, out = draw(tmp_path / "a.png", 40, 50), tmp_path / "out"
    assert cli.run(["look", str(run), str(image), "--out", str(out)]) == 0
    assert cli.run(["look", "dcnn", str(image), "--out", str(out)]) == 0
    assert not (out / "mask.png").exists()
    assert not (out / "overlay.png").exists()
