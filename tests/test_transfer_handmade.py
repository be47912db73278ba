"""Hand-made features: parity with scikit-image, a vocabulary from training images only, addressed
randomness."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from safetensors.numpy import load, save

from alih.data.items import ItemTable
from alih.errors import AlihError
from alih.study.document.handmade import handmade
from alih.transfer import handmade as features
from alih.transfer.classifiers.fit import fit as fit_classifier

SMALL = {"name": "sift", "words": 12, "upsampling": 1}


def pictures(count=12, side=64, channels=3, seed=0):
    """Smoothed noise with edges: classes are vertical and horizontal stripes of changing width."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    images = []
    for label in labels:
        wave = np.sin(np.arange(side) * rng.uniform(0.3, 0.6) + rng.uniform(0, 6))[None].repeat(
            side, axis=0
        )
        spots = np.zeros((side, side))
        spots[tuple(rng.integers(8, side - 8, size=(2, 12)))] = 8.0
        image = (wave.T if label else wave) + spots + 0.2 * rng.normal(size=(side, side))
        image = np.clip(120 + 50 * image, 0, 255).astype(np.uint8)
        images.append(np.stack([image] * channels, axis=-1))
    return np.stack(images), labels


def test_hog_is_scikit_images():
    from skimage.color import rgb2gray
    from skimage.feature import hog

    images, _ = pictures(3)
    found = features.fit(images, {"name": "hog", "size": 64})(images)
    expected = [
        hog(rgb2gray(image), orientations=9, pixels_per_cell=(8, 8), cells_per_block=(2, 2))
        for image in images
    ]
    assert found.dtype == np.float32
    assert np.allclose(found, expected, atol=1e-6)


def test_hog_has_one_width_for_all_sizes_and_tells_directions_apart():
    images, labels = pictures(40)
    extract = features.fit(images, "hog")
    assert extract(images[:2]).shape == extract(pictures(2, side=50, channels=1)[0]).shape
    found = extract(images)
    fitted = fit_classifier(found[:20], labels[:20], 2, "nearest-mean")
    assert (fitted.predict(found[20:]) == labels[20:]).all()


def test_sift_words_are_counted_as_scikit_image_finds_them():
    from skimage.color import rgb2gray
    from skimage.feature import SIFT

    images, _ = pictures()
    extract = features.fit(images, SMALL)
    assert extract.vocabulary.shape == (12, 128)
    finder = SIFT(upsampling=1)
    finder.detect_and_extract(rgb2gray(images[0]))
    root = np.sqrt(finder.descriptors / finder.descriptors.sum(axis=1, keepdims=True))
    nearest = np.linalg.norm(root[:, None] - extract.vocabulary[None], axis=2).argmin(axis=1)
    assert np.allclose(
        extract(images[:1])[0] ** 2, np.bincount(nearest, minlength=12) / len(root), atol=1e-6
    )


def test_the_vocabulary_is_addressed_and_knows_training_images_only():
    images, _ = pictures()
    first, again = features.fit(images[:8], SMALL, seed=1), features.fit(images[:8], SMALL, seed=1)
    assert np.array_equal(first.vocabulary, again.vocabulary)
    assert not np.array_equal(first.vocabulary, features.fit(images[:8], SMALL, seed=2).vocabulary)
    few = {**SMALL, "descriptors": 60}
    assert not np.array_equal(first.vocabulary, features.fit(images[:8], few, seed=1).vocabulary)
    # What an image looks like does not depend on the images beside it.
    assert np.array_equal(first(images)[9:], first(images[9:]))


def test_images_without_keypoints_have_no_words():
    images, _ = pictures(6)
    extract = features.fit(images, SMALL)
    flat = np.full((2, 64, 64, 3), 90, dtype=np.uint8)
    assert (extract(flat) == 0).all()
    assert (extract(np.zeros((1, 4, 4, 1), dtype=np.uint8)) == 0).all()
    with pytest.raises(AlihError, match="SIFT keypoint"):
        features.fit(flat, SMALL)


def test_fewer_descriptors_than_words_are_the_words():
    images, _ = pictures(1)
    extract = features.fit(images, {"name": "sift", "words": 5000, "upsampling": 1})
    assert 0 < len(extract.vocabulary) < 5000
    assert np.count_nonzero(extract(images)) == len(extract.vocabulary)


@pytest.mark.parametrize("options", ["hog", SMALL], ids=str)
def test_an_extractor_survives_a_file(options):
    images, _ = pictures(4)
    extract = features.fit(images, options)
    back = features.Extractor.from_arrays(load(save(extract.arrays())))
    assert back.options == extract.options
    assert np.array_equal(back(images), extract(images))


@pytest.mark.parametrize(
    "options", ["hog", "sift", {"name": "hog", "size": 16, "cell": 16, "block": 4}], ids=str
)
def test_features_are_finite(options):
    images, _ = pictures(3, channels=1)
    assert np.isfinite(features.fit(images, options)(images)).all()


@pytest.mark.parametrize(
    "images",
    [np.zeros((2, 8, 8, 3)), np.zeros((8, 8, 3), np.uint8), np.zeros((0, 8, 8, 3), np.uint8)],
)
def test_what_is_no_image_is_told(images):
    with pytest.raises(AlihError, match="uint8"):
        features.fit(images, "hog")


def test_options_are_checked():
    for wrong in (
        "surf",
        {"name": "hog", "size": 4},
        {"name": "sift", "words": 1},
        {"name": "sift", "word": 3},
    ):
        with pytest.raises(ValidationError):
            handmade(wrong)


def test_facts_about_files_are_their_sides_and_format_and_no_pixel():
    table = ItemTable(
        label=np.zeros(2, np.int64),
        part=np.zeros(2, np.uint8),
        seen=lambda: np.array([[256, 128, 1 + 256], [64, 1024, 2]], np.int32),
    )
    found = features.facts(table)
    np.testing.assert_array_equal(found[:, :2], [[8, 7], [6, 10]])
    np.testing.assert_array_equal(found[:, 2:-2].argmax(1), [1, 2])
    np.testing.assert_array_equal(found[:, -2:], [[1, 0], [0, 0]])
    with pytest.raises(AlihError) as unknown:
        features.facts(None)
    assert unknown.value.key == "transfer.files_unknown"
    with pytest.raises(AlihError) as answer:
        features.fit(np.zeros((1, 8, 8, 1), np.uint8), "files")(np.zeros((1, 8, 8, 1), np.uint8))
    assert answer.value.key == "transfer.files_no_answer"
