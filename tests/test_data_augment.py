"""Augmentation: against slow per-image references, and independent of batch, order and number of
items."""

import numpy as np
import pytest

from alih.data.augment import COLUMNS, IGNORE, AugmentTable, augment, transform
from alih.errors import AlihError
from alih.study.document.augment import Augment

torch = pytest.importorskip("torch")

N = 40
EVERYTHING = Augment(flip=True, shift=2, crop=2, rotation=15, erase=0.5, scale=0.3)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def batch(count=N, channels=3, height=12, width=10, seed=0, dtype=torch.float32):
    images = (
        torch.rand(count, channels, height, width, generator=torch.Generator().manual_seed(seed))
        + 0.1
    )
    return images.to(dtype).contiguous(memory_format=torch.channels_last)


def draws(item, table=None):
    table = table or TABLE
    return dict(zip(COLUMNS, table.values[item], strict=False))


TABLE = AugmentTable(study_seed=3, replicate=1, epoch=2, n_items=N)
ITEMS = np.random.default_rng(0).permutation(N)


def whole(uniform, most):
    return int(np.floor(np.float32(uniform) * np.float32(2 * most + 1))) - most


def shifted(image, dy, dx, border):
    """image [c, h, w] moved down by dy and right by dx, pixel by pixel."""
    _, height, width = image.shape
    out = np.full_like(image, border)
    for y in range(height):
        for x in range(width):
            if 0 <= y - dy < height and 0 <= x - dx < width:
                out[:, y, x] = image[:, y - dy, x - dx]
    return out


def cropped(image, dy, dx, pad):
    padded = np.pad(image, ((0, 0), (pad, pad), (pad, pad)), mode="reflect")
    top, left = pad + dy, pad + dx
    return padded[:, top : top + image.shape[1], left : left + image.shape[2]]


def reference(image, item, spec, border=0.0):
    row = draws(item)
    if spec.flip and row["flip"] < 0.5:
        image = image[:, :, ::-1]
    if spec.shift:
        image = shifted(
            image, whole(row["shift_y"], spec.shift), whole(row["shift_x"], spec.shift), border
        )
    if spec.crop:
        image = cropped(
            image, whole(row["crop_y"], spec.crop), whole(row["crop_x"], spec.crop), spec.crop
        )
    return image


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("border", [0.0, -0.7])
@pytest.mark.parametrize(
    "spec",
    [Augment(flip=True), Augment(shift=3), Augment(crop=4), Augment(flip=True, shift=2, crop=3)],
    ids=["flip", "shift", "crop", "all"],
)
def test_flip_shift_and_crop_against_a_slow_reference(spec, channels, border):
    images = batch(channels=channels)
    before = images.clone()
    got = augment(images, ITEMS, spec, TABLE, border=border).numpy()
    for position, item in enumerate(ITEMS):
        expected = reference(before[position].numpy(), item, spec, border)
        assert np.array_equal(got[position], expected), (position, item)
    assert torch.equal(images, before)  # the input is left alone
    moved = [not np.array_equal(got[i], before[i].numpy()) for i in range(N)]
    assert sum(moved) > 0.3 * N


def test_moves_cover_the_whole_range_evenly():
    table = AugmentTable(0, 0, 0, 21_000)
    image = torch.zeros(1, 1, 7, 7)
    image[..., 3, 3] = 1
    out = augment(image.expand(21_000, 1, 7, 7), np.arange(21_000), Augment(shift=1), table)
    where = out.sum(0)[0]
    assert torch.count_nonzero(where) == 9
    assert (where[2:5, 2:5] / 21_000 - 1 / 9).abs().max() < 0.01
    flips = augment(
        torch.arange(2.0).expand(21_000, 1, 1, 2), np.arange(21_000), Augment(flip=True), table
    )
    assert abs(float(flips[:, 0, 0, 0].mean()) - 0.5) < 0.015


@pytest.mark.parametrize(
    "spec", [EVERYTHING, Augment(rotation=30), Augment(erase=1)], ids=["all", "rotation", "erase"]
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_an_image_does_not_depend_on_its_batch(spec, dtype):
    images = batch(dtype=dtype)
    whole_batch = augment(images, np.arange(N), spec, TABLE)
    order = np.random.default_rng(5).permutation(N)
    shuffled = augment(
        images[order].contiguous(memory_format=torch.channels_last), order, spec, TABLE
    )
    assert torch.equal(shuffled, whole_batch[order])
    parts = [
        augment(images[i : i + 7], torch.arange(N)[i : i + 7], spec, TABLE) for i in range(0, N, 7)
    ]
    assert torch.equal(torch.cat(parts), whole_batch)
    longer = AugmentTable(3, 1, 2, 3 * N)
    assert torch.equal(augment(images, np.arange(N), spec, longer), whole_batch)
    assert whole_batch.dtype == dtype
    assert whole_batch.is_contiguous(memory_format=torch.channels_last)


def test_epochs_replicates_and_studies_differ():
    images = batch()
    results = [
        augment(images, ITEMS, EVERYTHING, AugmentTable(*key, N))
        for key in ((3, 1, 2), (3, 1, 3), (3, 2, 2), (4, 1, 2))
    ]
    assert all(not torch.equal(results[i], results[j]) for i in range(4) for j in range(i))


def test_contiguous_layout_stays_and_gives_the_same_numbers():
    images = batch()
    plain = augment(images.contiguous(), ITEMS, EVERYTHING, TABLE)
    assert plain.is_contiguous()
    assert torch.equal(plain, augment(images, ITEMS, EVERYTHING, TABLE))


def test_nothing_to_do_returns_the_input():
    images = batch()
    assert augment(images, ITEMS, Augment(), TABLE) is images


def test_rotation_by_a_known_angle(monkeypatch):
    images = batch(count=2, height=9, width=9)
    table = AugmentTable(0, 0, 0, 2)
    values = np.full((2, 16), 0.5, np.float32)
    values[:, COLUMNS.index("rotation")] = (1.0, 0.5)  # +90 degrees and none
    table.__dict__["values"] = values
    out = augment(images, [0, 1], Augment(rotation=90), table)
    turned = [torch.rot90(images[0], k, (1, 2)) for k in (1, -1)]
    assert any(torch.allclose(out[0], candidate, atol=1e-5) for candidate in turned)
    assert torch.allclose(out[1], images[1], atol=1e-6)


def test_rotation_keeps_angles_in_oblong_images():
    # scipy turns about the centre in pixel coordinates; only pixels well inside are compared
    # (borders differ).
    ndimage = pytest.importorskip("scipy.ndimage")
    y, x = np.mgrid[:24, :40]
    smooth = np.sin(x / 4) + np.cos(y / 3 + x / 7)
    table = AugmentTable(0, 0, 0, 1)
    values = np.full((1, 16), 1.0, np.float32)
    table.__dict__["values"] = values
    images = torch.from_numpy(smooth).float()[None, None]
    out = augment(images, [0], Augment(rotation=20), table)[0, 0].numpy()
    errors = [
        np.abs(out - ndimage.rotate(smooth, angle, reshape=False, order=1))[8:16, 8:32].max()
        for angle in (20, -20)
    ]
    assert min(errors) < 0.02
    assert max(errors) > 0.2


def erased(images, out, fill):
    """Rectangles (top, left, height, width) of changed pixels, checked to be full and filled."""
    found = []
    for before, after in zip(images.numpy(), out.numpy(), strict=True):
        changed = (before != after).any(0)
        if not changed.any():
            found.append(None)
            continue
        ys, xs = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
        top, left, bottom, right = ys[0], xs[0], ys[-1] + 1, xs[-1] + 1
        assert changed[top:bottom, left:right].all()
        assert np.all(after[:, top:bottom, left:right] == np.reshape(fill, (-1, 1, 1)))
        found.append((top, left, bottom - top, right - left))
    return found


def test_erasing_one_rectangle_within_the_limits():
    count, size = 3000, 28
    images = batch(count=count, channels=1, height=size, width=size)
    out = augment(
        images, np.arange(count), Augment(erase=1), AugmentTable(0, 0, 0, count), mean=0.05
    )
    rectangles = np.array(erased(images, out, np.float32(0.05)))
    area = rectangles[:, 2] * rectangles[:, 3] / size**2
    aspect = rectangles[:, 2] / rectangles[:, 3]
    # Sides are whole pixels: up to half a pixel each beyond the exact limits.
    side = 0.5 / np.minimum(rectangles[:, 2], rectangles[:, 3])
    assert np.all(area < 0.33 * (1 + side) ** 2)
    assert np.all(area > 0.02 / (1 + side) ** 2 * (1 - side))
    assert np.all((aspect < 3.34 * (1 + 2 * side)) & (aspect > 0.299 / (1 + 2 * side)))
    assert abs(area.mean() - 0.175) < 0.01
    assert abs(np.log(aspect).mean()) < 0.05
    assert rectangles[:, 0].min() == rectangles[:, 1].min() == 0
    room = size - rectangles[:, 2:]
    off_centre = rectangles[:, :2] - room / 2
    assert np.all(np.abs(off_centre.mean(0)) < 0.3)
    assert (
        abs(np.corrcoef(off_centre.T)[0, 1]) < 0.1
    )  # the two positions are drawn apart from each other
    assert (
        (rectangles[:, 0] + rectangles[:, 2]).max()
        == (rectangles[:, 1] + rectangles[:, 3]).max()
        == size
    )


def test_erasing_by_probability_and_per_channel():
    images = batch(count=2000, channels=2, height=8, width=14)
    fill = torch.tensor([0.01, 0.02])
    out = augment(
        images, np.arange(2000), Augment(erase=0.25), AugmentTable(0, 0, 0, 2000), mean=fill
    )
    found = erased(images, out, fill.numpy())
    assert abs(sum(rectangle is not None for rectangle in found) / 2000 - 0.25) < 0.03


def test_masks_move_with_their_images():
    # Each mask is the image itself as labels, so that after any move of whole pixels they still
    # agree.
    labels = torch.randint(0, 9, (N, 12, 10), generator=torch.Generator().manual_seed(1))
    images = labels[:, None].float().contiguous(memory_format=torch.channels_last)
    out, masks = transform(
        images, labels, ITEMS, Augment(flip=True, shift=3, crop=2), TABLE, border=IGNORE
    )
    assert masks.dtype == labels.dtype
    assert torch.equal(out[:, 0].long(), masks)
    assert (masks == IGNORE).any()
    _, erased_masks = transform(images, labels, ITEMS, Augment(erase=1), TABLE)
    assert torch.equal(erased_masks, labels)


def test_masks_rotate_to_existing_labels():
    labels = torch.full((N, 16, 16), 7, dtype=torch.uint8)
    labels[:, :8] = 3
    out, masks = transform(batch(height=16, width=16), labels, ITEMS, Augment(rotation=45), TABLE)
    assert set(masks.unique().tolist()) == {3, 7, IGNORE}
    assert masks.dtype == torch.uint8
    # Rows far from the horizontal border keep their label in the middle column.
    assert set(masks[:, 2:5, 8].unique().tolist()) == {3}
    assert torch.all(
        masks[out[:, 0] == 0] == IGNORE
    )  # what came from outside the image has no label


def test_columns_are_only_ever_appended():
    # A seed means the same draws as before: the order is part of it.
    first = (
        "flip shift_y shift_x crop_y crop_x rotation erase erase_area erase_aspect erase_y erase_x"
    )
    assert (*first.split(), "scale") == COLUMNS
    table = AugmentTable(3, 1, 2, N)
    table.__dict__["values"] = TABLE.values.copy()
    table.values[:, COLUMNS.index("scale")] = 0.123
    spec = Augment(flip=True, shift=2, rotation=15, erase=0.5)
    assert torch.equal(augment(batch(), ITEMS, spec, table), augment(batch(), ITEMS, spec, TABLE))


@pytest.mark.parametrize(
    "spec", [Augment(scale=0.4), Augment(scale=0.4, rotation=25)], ids=["scale", "with rotation"]
)
def test_zoom_and_rotation_of_images_and_masks_against_scipy(spec):
    ndimage = pytest.importorskip("scipy.ndimage")
    rng = np.random.default_rng(0)
    height, width = 30, 44
    images = rng.random((N, 1, height, width), dtype=np.float32)
    labels = np.repeat(np.repeat(rng.integers(0, 4, (N, 10, 11)), 3, 1), 4, 2)
    out, masks = transform(
        torch.from_numpy(images), torch.from_numpy(labels), ITEMS, spec, TABLE, border=0.5
    )
    centre = np.array([(height - 1) / 2, (width - 1) / 2])
    factors = []
    for index, item in enumerate(ITEMS):
        row = draws(item)
        factor = np.exp(np.log(0.6) + row["scale"] * (np.log(1.4) - np.log(0.6)))
        angle = np.radians((row["rotation"] * 2 - 1) * spec.rotation)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / factor
        where = {"offset": centre - turn @ centre, "mode": "grid-constant"}
        expected = ndimage.affine_transform(images[index, 0], turn, order=1, cval=0.5, **where)
        assert np.abs(out[index, 0].numpy() - expected).max() < 1e-3
        nearest = ndimage.affine_transform(labels[index], turn, order=0, cval=IGNORE, **where)
        assert (masks[index].numpy() == nearest).mean() > 0.995, (
            "only ties may be rounded otherwise"
        )
        factors.append(factor)
    assert min(factors) < 0.7
    assert max(factors) > 1.3


def test_images_and_masks_go_to_the_same_place_under_everything():
    # An image of two flat halves and the mask that says which half: wherever the mask decides, the
    # image has that half's value.
    labels = torch.zeros(N, 24, 24, dtype=torch.uint8)
    labels[:, :, 12:] = 1
    images = labels[:, None].float() * 0.8 + 0.1
    spec = Augment(flip=True, shift=3, crop=2, rotation=20, scale=0.3)
    out, masks = transform(images, labels, ITEMS, spec, TABLE, border=0.5)
    right, left = out[:, 0][masks == 1], out[:, 0][masks == 0]
    assert ((right > 0.5).float().mean() > 0.99) & ((left < 0.5).float().mean() > 0.99)
    assert (masks == IGNORE).any()
    assert set(masks.unique().tolist()) == {0, 1, IGNORE}


def test_out_of_range_is_told():
    images = batch(count=2)
    for items, came in (([0, N], N), ([-1, 3], -1)):
        with pytest.raises(AlihError) as raised:
            augment(images, items, Augment(flip=True), TABLE)
        assert raised.value.key == "data.item_beyond_table"
        assert f"Item {came} was asked for" in str(raised.value)
        assert f"0 to {N - 1}" in str(raised.value)
    for spec, key in ((Augment(shift=10), "shift"), (Augment(crop=11), "crop")):
        with pytest.raises(AlihError) as raised:
            augment(images, [0, 1], spec, TABLE)
        assert raised.value.key == "data.augment_too_large"
        assert f"augment.{key}: {getattr(spec, key)}" in str(raised.value)


def test_the_module_does_not_import_torch():
    import subprocess
    import sys

    code = (
        "import alih.data.augment, alih.data.load, alih.data.splits, "
        "alih.data.normalise, sys; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
