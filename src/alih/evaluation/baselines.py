"""What a linear model on raw pixels reaches: the yardstick for under-fitting and for "is a network
needed at all?".
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from alih.errors import AlihError
from alih.evaluation import metrics
from alih.seeding import numpy_generator

LIMIT = 5000
SIDE = 32
"""Larger images are shrunk to this longer side, which bounds the features to 32 · 32 · channels."""
PENALTY = 0.01
"""λ in mean loss + λ/2·‖W‖². On 5,000 Fashion-MNIST images 0.01 gives about 86 % on these and 82 %
on the test images; 0.001 gives 92 % and 82 %: it memorises, which would make the training score a
wrong yardstick for under-fitting."""
ITERATIONS = 200

CHUNK = 4096
"""Images scored together: the features of a set that is larger than memory never lie in it all at
once."""


def pixel_logistic(
    images: NDArray[np.uint8],
    labels: np.ndarray,
    train: np.ndarray,
    parts: Mapping[str, np.ndarray],
    *,
    limit: int = LIMIT,
    seed: int = 0,
) -> dict[str, dict[str, float]]:
    """Accuracy and log loss of multinomial logistic regression on pixels, as stored in
    `references.json`.

    `images` is uint8 [n, h, w, c] (a memory map serves: only rows that are needed are read),
    `labels` [n]; `train` holds the rows of the training images, `parts` maps split names to rows.
    The model is fitted to at most `limit` training images, chosen class by class in proportion;
    images with a side above 32 pixels are shrunk to 32 by averaging; pixels are scaled to 0…1 and
    centred; L-BFGS stops after 200 iterations (about 1 s for 5,000 × 784). Returns `{"train":
    {"accuracy", "log_loss"}, <part>: {…}}`; `train` is measured on the images the model was fitted
    to; parts without items are left out.

    Needs scikit-learn (extra `train`). Raises AlihError when fewer than two classes occur among the
    training labels.
    """
    labels, train = np.asarray(labels), np.asarray(train)
    if np.unique(labels[train]).size < 2:
        raise AlihError("evaluation.one_class", n=train.size)
    chosen = train[stratified(labels[train], limit, seed)]
    pixels = _pixels(images[chosen])
    centre = pixels.mean(axis=0)
    model = _fitted(pixels - centre, labels[chosen])
    parts = {"train": chosen, **{name: rows for name, rows in parts.items() if len(rows)}}
    classes = int(max(labels[train].max(), *(labels[rows].max() for rows in parts.values()))) + 1
    return {
        name: _scores(model, images, labels, rows, centre, classes) for name, rows in parts.items()
    }


def stratified(labels: np.ndarray, limit: int, seed: int) -> NDArray[np.int64]:
    """Row numbers of at most `limit` items, every class in proportion to its size (± 1), ascending.

    Randomly drawn by address (`seed`, purpose "pixel-logistic"); all rows when there are no more
    than `limit`.
    """
    n = len(labels)
    if n <= limit:
        return np.arange(n)
    shuffled = numpy_generator(seed, 0, "pixel-logistic").permutation(n)
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    # Equal steps through the items sorted by class visit every class in proportion.
    return np.sort(by_class[np.arange(limit) * n // limit])


def _pixels(images: np.ndarray) -> NDArray[np.float32]:
    """Images uint8 [n, h, w, c] as features [n, h'·w'·c] in 0…1, longer side at most 32."""
    n, height, width, channels = images.shape
    longer = max(height, width)
    if longer > SIDE:
        from PIL import Image

        size = (max(1, width * SIDE // longer), max(1, height * SIDE // longer))
        planes = [
            [
                Image.fromarray(np.ascontiguousarray(image[..., c])).resize(
                    size, Image.Resampling.BOX
                )
                for c in range(channels)
            ]
            for image in images
        ]
        images = np.array(
            [[np.asarray(plane) for plane in image] for image in planes], dtype=np.uint8
        )
    return images.reshape(n, -1).astype(np.float32) / np.float32(255)


def _fitted(features: np.ndarray, labels: np.ndarray):
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise AlihError(
            "common.needs_extra", command="run", extra="train", missing="scikit-learn"
        ) from error
    with warnings.catch_warnings():
        # The bound on iterations is deliberate: a yardstick has to be quick, and the last digits do
        # not matter.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return LogisticRegression(C=1 / (PENALTY * len(labels)), max_iter=ITERATIONS).fit(
            features, labels
        )


def _scores(
    model,
    images: np.ndarray,
    labels: np.ndarray,
    rows: np.ndarray,
    centre: np.ndarray,
    classes: int,
) -> dict[str, float]:
    hits, losses = 0, 0.0
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        # A class without training images gets probability 0; the floor of `metrics.log_loss` keeps
        # its loss finite.
        probability = np.zeros((len(part), classes))
        probability[:, model.classes_] = model.predict_proba(_pixels(images[part]) - centre)
        hits += int(np.sum(probability.argmax(axis=1) == labels[part]))
        losses += float(metrics.log_loss(probability, labels[part]).sum())
    return {"accuracy": hits / len(rows), "log_loss": losses / len(rows)}
