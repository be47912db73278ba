"""Images and masks decoded together: one geometry, values that are classes, stored with checksums;
and files that are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.conftest import SHARED_DATA

from alih import files
from alih.data import maskpictures, pictures, sources, store
from alih.data.decode import Decode
from alih.data.load import load
from alih.datafiles.imagefile import MAX_PIXELS
from alih.datafiles.mask_classes import IGNORE, MaskClasses
from alih.errors import AlihError
from alih.files.rows import Rows
from alih.study.catalogue import lookup as listings
from alih.study.document.data import DataSpec
from alih.study.document.split import Holdout

BINARY = MaskClasses(("background", "object"), ((0,), (255,)))
FOUR = MaskClasses(("a", "b", "c", "d"), ((0,), (1,), (2,), (3,)))


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    listings.forget()


def save(path: Path, values, **options) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(values, np.uint8)).save(path, **options)
    return path


def blob(height: int, width: int) -> np.ndarray:
    """A mask with an off-centre rectangle, unlike itself under every turn."""
    values = np.zeros((height, width), np.uint8)
    values[height // 8 : height // 2, width // 2 : width - width // 8] = 255
    return values


def pair(root: Path, name: str, values: np.ndarray) -> None:
    """An image that shows its own mask, and the mask."""
    save(root / "images" / f"{name}.png", np.repeat(values[..., None], 3, 2))
    save(root / "masks" / f"{name}.png", values)


def folder(root: Path, count: int = 8) -> Path:
    for index in range(count):
        pair(root, f"{index}", blob(40 + index, 60))
    return root


@pytest.mark.parametrize("resize", ["squash", "crop"])
@pytest.mark.parametrize("size", [(40, 64), (64, 40), (33, 33), (3, 90), (1, 1), (31, 57)])
def test_image_and_mask_have_one_geometry(tmp_path, resize, size):
    values = blob(*size)
    image = save(tmp_path / "i.png", np.repeat(values[..., None], 3, 2))
    mask = save(tmp_path / "m.png", values)
    settings = Decode(24, 3, resize)
    shown = pictures.read(image, settings)[..., 0].astype(int)
    labels = maskpictures.read_mask(mask, image, settings, BINARY)
    assert labels.shape == (24, 24)
    # Where the smooth image is certain, the mask agrees; only pixels at an edge may differ.
    certain = (shown < 30) | (shown > 225)
    assert ((shown > 127) == (labels == 1))[certain].all()


def test_masks_are_nearest_pixels_never_mixtures(tmp_path):
    values = np.random.default_rng(0).integers(0, 4, (50, 70)).astype(np.uint8)
    image = save(tmp_path / "i.png", np.zeros((50, 70, 3)))
    mask = save(tmp_path / "m.png", values)
    labels = maskpictures.read_mask(mask, image, Decode(20, 3), FOUR)
    rows = np.floor((np.arange(20) + 0.5) * 50 / 20).astype(int)
    columns = np.floor((np.arange(20) + 0.5) * 70 / 20).astype(int)
    assert np.array_equal(labels, values[np.ix_(rows, columns)])


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("resize", ["squash", "crop"])
def test_a_turned_image_meets_its_mask(tmp_path, orientation, resize):
    """A mask as the image is shown stays; one as the image lies is turned with it."""
    from PIL import ImageOps

    exif = Image.Exif()
    exif[0x0112] = orientation
    lying = blob(40, 64)
    image = save(tmp_path / "i.png", np.repeat(lying[..., None], 3, 2), exif=exif)
    with Image.open(image) as picture:
        upright = np.asarray(ImageOps.exif_transpose(picture))[..., 0]
    settings = Decode(16, 3, resize)
    shown = pictures.read(image, settings)[..., 0] > 127
    as_shown = maskpictures.read_mask(
        save(tmp_path / "shown.png", upright), image, settings, BINARY
    )
    assert (shown == (as_shown == 1)).mean() > 0.97
    if orientation >= 5:  # otherwise both have one size, and the mask is taken to be as shown
        as_it_lies = maskpictures.read_mask(
            save(tmp_path / "lies.png", lying), image, settings, BINARY
        )
        assert (shown == (as_it_lies == 1)).mean() > 0.97
        assert (as_it_lies == as_shown).mean() > 0.97


def test_where_one_mask_tells_how_masks_lie_all_lie_so(tmp_path):
    """Orientations that keep the size, and squares, do not tell by themselves whether a mask was
    drawn on the turned image."""
    exif = {orientation: Image.Exif() for orientation in (3, 6)}
    for orientation, values in exif.items():
        values[0x0112] = orientation

    def add(name: str, orientation: int, height: int) -> None:
        lying = blob(height, 64)
        save(
            tmp_path / "data" / "images" / f"{name}.png",
            np.repeat(lying[..., None], 3, 2),
            exif=exif[orientation],
        )
        save(tmp_path / "data" / "masks" / f"{name}.png", lying)

    def agreement() -> list[float]:
        listings.forget()
        found = load(DataSpec(folder=str(tmp_path / "data"), image_size=16), task="segmentation")
        return [
            float(((image[..., 0] > 127) == (mask == 1)).mean())
            for image, mask in zip(found.images, found.masks, strict=True)
        ]

    add("a", 3, 40)
    add("b", 6, 64)
    assert max(agreement()) < 0.9, "nothing tells: taken to be as shown"
    add("c", 6, 40)
    assert min(agreement()) > 0.97, "c fits only as it lies, so the others lie so too"
    assert agreement() == agreement(), "also when the masks are known already"


def test_a_folder_becomes_two_arrays_on_disk(tmp_path):
    root = folder(tmp_path / "data")
    spec = DataSpec(folder=str(root), image_size=16)
    found = load(spec, task="segmentation")
    assert found.masks.shape == found.images.shape[:3] == (8, 16, 16)
    assert isinstance(found.masks, Rows)
    assert found.masks.dtype == np.uint8
    assert not found.masks[:].flags.writeable
    assert found.classes == ("background", "object")
    assert found.card["masks"] == {"background": [0], "object": [255]}
    assert found.labels.tolist() == [0] * 8
    assert (np.asarray(found.images[..., 0] > 127) == (found.masks[:] == 1)).mean() > 0.97
    split = found.divide(Holdout(), 0, 0)
    assert sorted([*split.train, *split.validation, *split.test]) == list(range(8))
    swapped = load(
        spec.model_copy(update={"masks": {"object": 255, "background": 0}}), task="segmentation"
    )
    assert np.array_equal(swapped.masks, 1 - found.masks[:]), (
        "another order of classes is another array"
    )
    ignoring = load(
        spec.model_copy(update={"masks": {"x": 0, "y": 7, "ignore": 255}}), task="segmentation"
    )
    assert set(np.unique(ignoring.masks)) == {0, IGNORE}


def test_a_damaged_array_of_masks_is_made_anew(tmp_path):
    spec = DataSpec(folder=str(folder(tmp_path / "data")), image_size=16)
    before = np.array(load(spec, task="segmentation").masks)
    (place,) = (files.cache_dir() / store.ROOM).glob("*/masks.npy")
    raw = bytearray(place.read_bytes())
    raw[-5] ^= 1
    place.write_bytes(raw)
    assert np.array_equal(load(spec, task="segmentation").masks, before)
    place.unlink()
    assert np.array_equal(load(spec, task="segmentation").masks, before)
    (name,) = store.prune(0)
    assert name == place.parent.name


def test_decoded_in_chunks_like_at_once(tmp_path, monkeypatch):
    spec = DataSpec(folder=str(folder(tmp_path / "data")), image_size=16)
    whole = load(spec, task="segmentation")
    images, masks = np.array(whole.images), np.array(whole.masks)
    store.prune(0)
    monkeypatch.setattr(sources, "CHUNK_PIXELS", 16 * 16 * 3 * 3)  # three images at a time
    again = load(spec, task="segmentation")
    assert np.array_equal(again.images, images)
    assert np.array_equal(again.masks, masks)


def test_ready_parts_with_masks(tmp_path):
    for part, count in (("train", 6), ("val", 2), ("test", 3)):
        folder(tmp_path / "data" / part, count)
    found = load(DataSpec(folder=str(tmp_path / "data"), image_size=8), task="segmentation")
    assert (len(found), found.official_validation, found.official_test) == (11, 2, 3)
    assert found.card["counts"] == {
        "train": {"images": 6},
        "validation": {"images": 2},
        "test": {"images": 3},
    }


@pytest.mark.parametrize(
    ("values", "key", "told"),
    [
        (np.full((40, 64), 9), "study.mask_beyond", ["m.png", "9", "0, 255"]),
        (np.zeros((40, 64, 3)), "study.mask_colour", ["m.png", "RGB"]),
        (np.zeros((41, 64)), "study.mask_size", ["m.png", "64 × 41", "64 × 40"]),
    ],
)
def test_masks_that_cannot_be_decoded(tmp_path, values, key, told):
    image = save(tmp_path / "i.png", np.zeros((40, 64, 3)))
    with pytest.raises(AlihError) as caught:
        maskpictures.read_mask(save(tmp_path / "m.png", values), image, Decode(8, 3), BINARY)
    assert caught.value.key == key
    assert all(part in str(caught.value) for part in told)


def test_broken_and_ignored_masks_are_named(tmp_path):
    image = save(tmp_path / "i.png", np.zeros((40, 64, 3)))
    (tmp_path / "m.png").write_bytes(b"")
    with pytest.raises(AlihError, match=r"m\.png' cannot be read as an image"):
        maskpictures.read_mask(tmp_path / "m.png", image, Decode(8, 3), BINARY)
    cut = save(tmp_path / "cut.png", blob(40, 64))
    cut.write_bytes(cut.read_bytes()[:60])
    with pytest.raises(AlihError, match=r"cut\.png' cannot be read as an image"):
        maskpictures.read_mask(cut, image, Decode(8, 3), BINARY)
    nothing = MaskClasses(("a", "b"), ((1,), (2,)), (0,))
    with pytest.raises(AlihError, match=r"every pixel of the mask '.*z\.png' is ignored"):
        maskpictures.read_mask(
            save(tmp_path / "z.png", np.zeros((40, 64))), image, Decode(8, 3), nothing
        )


@pytest.mark.parametrize(("resize", "place"), [("squash", (21, 3)), ("crop", (slice(None), 0))])
def test_labels_that_do_not_survive_resizing_are_told_apart_from_ignored_ones(
    tmp_path, resize, place
):
    values = np.zeros((40, 64), np.uint8)
    values[place] = 1
    image = save(tmp_path / "i.png", np.zeros((40, 64, 3)))
    classes = MaskClasses(("a", "b"), ((1,), (2,)), (0,))
    with pytest.raises(
        AlihError, match=r"'.*m\.png' has labels, but none of them is left at 8 × 8"
    ) as caught:
        maskpictures.read_mask(
            save(tmp_path / "m.png", values), image, Decode(8, 3, resize), classes
        )
    assert f"resize: {resize}" in str(caught.value)


def header(path: Path, side: int) -> Path:
    """A PNG that says how large it is, and then ends: enough to be refused for its size."""
    import struct
    import zlib

    body = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    start_of_data = struct.pack(">I", 9) + b"IDAT"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + body
        + struct.pack(">I", zlib.crc32(body))
        + start_of_data
    )
    return path


def test_an_image_of_400_million_pixels_is_refused_before_it_is_decoded(tmp_path):
    before = Image.MAX_IMAGE_PIXELS
    root = folder(tmp_path / "data", 6)
    header(root / "images" / "big.png", 20_000)
    header(root / "masks" / "big.png", 20_000)
    spec = DataSpec(folder=str(root), image_size=8)
    with pytest.raises(AlihError) as caught:
        load(spec, task="segmentation")
    assert caught.value.key == "study.image_too_large"
    assert all(
        part in str(caught.value)
        for part in ("big.png", "20000 × 20000", str(MAX_PIXELS), "max_pixels: 400000000")
    )
    with pytest.raises(AlihError) as caught:
        load(spec.model_copy(update={"max_pixels": 400_000_000}), task="segmentation")
    assert caught.value.key == "study.mask_unreadable", "allowed, and then found to be cut off"
    assert before == Image.MAX_IMAGE_PIXELS, "Pillow's own setting is left as it was"


@pytest.mark.slow
def test_an_image_of_400_million_pixels_is_decoded_when_it_is_meant(tmp_path):
    root = folder(tmp_path / "data", 6)
    for name in ("images", "masks"):
        Image.new("1", (20_000, 20_000)).save(root / name / "big.png", compress_level=1)
    found = load(
        DataSpec(folder=str(root), image_size=8, max_pixels=400_000_000), task="segmentation"
    )
    assert len(found) == 7
    assert (found.masks[-1] == 0).all()
    assert (found.images[-1] == 0).all()


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P"])
def test_beyond_the_limit_blocks_of_pixels_are_averaged_first(monkeypatch, mode):
    y, x = np.mgrid[:413, :610]
    picture = Image.fromarray(
        np.stack([x * 255 // 609, y * 255 // 412, x * 0], -1).astype(np.uint8)
    ).convert(mode)
    settings = Decode(32, 3)
    plain = pictures.fit(picture, settings).astype(int)
    monkeypatch.setattr(pictures, "MAX_PIXELS", 1000)
    assert np.abs(pictures.fit(picture, settings) - plain).mean() < 1.5


def test_classification_has_the_same_limit(tmp_path):
    for label in "ab":
        save(tmp_path / "data" / label / "1.png", np.zeros((30, 40, 3)))
    spec = DataSpec(folder=str(tmp_path / "data"), image_size=8)
    with pytest.raises(AlihError, match="more than the limit of 1000"):
        load(spec.model_copy(update={"max_pixels": 1000}))
    assert len(load(spec)) == 2


def test_a_single_pixel_is_an_image(tmp_path):
    root = folder(tmp_path / "data", 6)
    pair(root, "dot", np.array([[255]], np.uint8))
    for resize in ("squash", "crop"):
        found = load(DataSpec(folder=str(root), image_size=8, resize=resize), task="segmentation")
        assert (found.masks[-1] == 1).all()
        assert (found.images[-1] == 255).all()


def test_sets_without_masks_say_so():
    with pytest.raises(AlihError, match="fashion-mnist-mini' has no masks"):
        load(DataSpec(set="fashion-mnist-mini"), task="segmentation")


@pytest.mark.realdata
def test_real_trimaps_against_pillow():
    place = SHARED_DATA / "pets_seg_192"
    if not place.is_dir():
        pytest.skip(f"{place} is not here")
    spec = DataSpec(set="oxford-iiit-pet", path=str(place), image_size=64)
    found = load(spec, task="segmentation")
    assert (len(found), found.official_test, found.classes) == (
        691,
        335,
        ("pet", "border", "background"),
    )
    assert len(np.unique(found.labels)) > 30, "breeds are strata"
    listing = listings.listing_of(spec, task="segmentation")
    index = {1: 0, 3: 1, 2: 2}
    for item in (0, 100, 690):
        with Image.open(place / listing.items[item].mask) as picture:
            reference = np.asarray(picture.resize((64, 64), Image.Resampling.NEAREST))
        assert np.array_equal(found.masks[item], np.vectorize(index.get)(reference))
    binary = load(
        spec.model_copy(update={"masks": {"pet": [1, 3], "background": 2}}), task="segmentation"
    )
    assert np.array_equal(binary.masks == 1, found.masks == 2)
    ignoring = load(
        spec.model_copy(update={"masks": {"pet": 1, "background": 2, "ignore": 3}}),
        task="segmentation",
    )
    assert np.array_equal(ignoring.masks == IGNORE, found.masks == 1)
    split = found.divide(Holdout(), 0, 0)
    assert (len(split.test), len(split.train) + len(split.validation)) == (335, 356)
