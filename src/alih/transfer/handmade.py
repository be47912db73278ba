"""Features made by hand (scikit-image), the chapter's way before deep networks (4.4): HOG, and SIFT
as a bag of visual words. Facts about the files, which look at no pixel, are a control.

`fit(images)` sees training images only and returns an extractor that is arrays and options, like a
classifier.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alih.data.items import COLOURS, FORMATS, ItemTable
from alih.errors import AlihError
from alih.seeding import derive, numpy_generator
from alih.study.document.handmade import FileFacts, Hog, Sift, handmade

WIDTH = 128
"""Numbers in a SIFT descriptor."""


@dataclass(frozen=True)
class Extractor:
    """Turns images into features. `vocabulary` [words, 128] belongs to SIFT and is empty for
    HOG.
    """

    options: Hog | Sift | FileFacts
    vocabulary: NDArray[np.float32]

    def __call__(self, images: np.ndarray) -> NDArray[np.float32]:
        """Features float32 [N, D] of images uint8 [N, H, W, C]. Raises AlihError for anything else.

        HOG: D from the options alone. SIFT: the square roots of the shares of each word (their
        Euclidean distance is Hellinger's); zeros for an image without keypoints. Pixels tell
        nothing about files: `facts` does.
        """
        images = checked(images)
        if isinstance(self.options, FileFacts):
            raise AlihError("transfer.files_no_answer")
        if isinstance(self.options, Hog):
            return np.stack([_hog(image, self.options) for image in images])
        return np.stack([_bag(_sift(image, self.options), self.vocabulary) for image in images])

    def arrays(self) -> dict[str, np.ndarray]:
        """Everything as NumPy arrays, for a safetensors file; `from_arrays` takes them back."""
        head = np.frombuffer(
            json.dumps(self.options.model_dump(), sort_keys=True).encode(), dtype=np.uint8
        ).copy()
        return {"head": head, "vocabulary": self.vocabulary}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Extractor:
        """The extractor whose `arrays()` these are."""
        options = json.loads(bytes(np.asarray(arrays["head"], dtype=np.uint8)))
        return cls(handmade(options), np.asarray(arrays["vocabulary"], dtype=np.float32))


def fit(
    images: np.ndarray, options: Hog | Sift | FileFacts | str | dict[str, Any], *, seed: int = 0
) -> Extractor:
    """An extractor fitted to training images uint8 [N, H, W, C]; the same arguments give the same
    arrays.

    HOG and facts about files learn nothing. SIFT's words are the centres of k-means over the
    images' descriptors, at most `options.descriptors` of them, drawn by address (`seed`); fewer
    words when there are fewer different descriptors. Raises AlihError for arrays that are no
    images, and when no image has a keypoint.
    """
    options = handmade(options)
    images = checked(images)
    if not isinstance(options, Sift):
        return Extractor(options, np.zeros((0, WIDTH), dtype=np.float32))
    found = np.concatenate([_sift(image, options) for image in images])
    if not len(found):
        raise AlihError(
            "transfer.no_keypoints",
            images=len(images),
            height=images.shape[1],
            width=images.shape[2],
        )
    if len(found) > options.descriptors:
        chosen = numpy_generator(seed, 0, "sift-descriptors").permutation(len(found))[
            : options.descriptors
        ]
        found = found[np.sort(chosen)]
    return Extractor(options, _vocabulary(found, options.words, seed))


def facts(items: ItemTable | None) -> NDArray[np.float32]:
    """Facts about the files of a set, float32 [N, D]: logarithms of width and height in pixels,
    and which format and colours the file has. Raises AlihError for images of which nothing is
    known.
    """
    if items is None or items.width is None or items.height is None:
        raise AlihError("transfer.files_unknown")
    sides = np.log2(np.stack([items.width, items.height], axis=1))
    formats = np.array(items.format)[:, None] == np.array(FORMATS)
    colours = np.array(items.colours)[:, None] == np.array(COLOURS[1:])
    return np.concatenate([sides, formats, colours], axis=1).astype(np.float32)


def checked(images: np.ndarray) -> NDArray[np.uint8]:
    """The images, if they are uint8 [N, H, W, 1 or 3]. Raises AlihError otherwise."""
    images = np.asarray(images)
    if (
        images.dtype != np.uint8
        or images.ndim != 4
        or images.shape[-1] not in (1, 3)
        or 0 in images.shape
    ):
        raise AlihError("transfer.not_images", dtype=str(images.dtype), shape=list(images.shape))
    return images


def _gray(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Luminance 0…1 [H, W]."""
    from skimage.color import rgb2gray

    return image[..., 0] / 255.0 if image.shape[-1] == 1 else rgb2gray(image)


def _hog(image: NDArray[np.uint8], options: Hog) -> NDArray[np.float32]:
    from skimage.feature import hog
    from skimage.transform import resize

    gray = _gray(image)
    if gray.shape != (options.size, options.size):
        gray = resize(gray, (options.size, options.size), anti_aliasing=True)
    cells = max(options.size // options.cell, 1)
    block = min(options.block, cells)
    values = hog(
        gray,
        orientations=options.orientations,
        pixels_per_cell=(options.cell, options.cell),
        cells_per_block=(block, block),
        block_norm="L2-Hys",
    )
    return values.astype(np.float32)


def _sift(image: NDArray[np.uint8], options: Sift) -> NDArray[np.float32]:
    """RootSIFT descriptors [keypoints, 128]: the square roots of each descriptor's shares
    (Arandjelović and Zisserman 2012).
    """
    from skimage.feature import SIFT

    finder = SIFT(upsampling=options.upsampling)
    try:
        finder.detect_and_extract(_gray(image))
    except (
        RuntimeError,
        ValueError,
        IndexError,
    ):  # no keypoint in a flat image; no octave in a tiny one
        return np.zeros((0, WIDTH), dtype=np.float32)
    values = np.asarray(finder.descriptors, dtype=np.float32).reshape(-1, WIDTH)
    return np.sqrt(values / np.maximum(values.sum(axis=1, keepdims=True), 1.0))


def _vocabulary(descriptors: NDArray[np.float32], words: int, seed: int) -> NDArray[np.float32]:
    from sklearn.cluster import MiniBatchKMeans

    different = np.unique(descriptors, axis=0)
    if len(different) <= words:
        return different
    state = derive(seed, 0, "sift-vocabulary") % 2**32
    model = MiniBatchKMeans(
        words, batch_size=max(2048, 4 * words), n_init=1, random_state=state, max_iter=50
    )
    return model.fit(descriptors).cluster_centers_.astype(np.float32)


def _bag(descriptors: NDArray[np.float32], vocabulary: NDArray[np.float32]) -> NDArray[np.float32]:
    if not len(descriptors):
        return np.zeros(len(vocabulary), dtype=np.float32)
    squared = (vocabulary**2).sum(axis=1)[None] - 2 * descriptors @ vocabulary.T
    counts = np.bincount(squared.argmin(axis=1), minlength=len(vocabulary))
    return np.sqrt(counts / len(descriptors)).astype(np.float32)
