"""What a linear model on raw pixels reaches: the yardstick for under-fitting and for "is a network needed at all?"."""

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
"""λ in mean loss + λ/2·‖W‖². On 5,000 Fashion-MNIST images 0.01 gives about 86 % on these and 82 % on the test images;
0.001 gives 92 % and 82 %: it memorises, which would make the training score a wrong yardstick for under-fitting."""
ITERATIONS = 200

Part = tuple[np.ndarray, np.ndarray]


def pixel_logistic(
    images_train: NDArray[np.uint8],
    labels_train: np.ndarray,
    parts: Mapping[str, Part],
    *,
    limit: int = LIMIT,
    seed: int = 0,
) -> dict[str, dict[str, float]]:
    """Accuracy and log loss of multinomial logistic regression on pixels, as stored in `references.json`.

    `images_train` is uint8 [n, h, w, c]; `parts` maps split names to (images, labels). The model is fitted to at most
    `limit` training images, chosen class by class in proportion; images with a side above 32 pixels are shrunk to 32 by
    averaging; pixels are scaled to 0…1 and centred; L-BFGS stops after 200 iterations (about 1 s for 5,000 × 784).
    Returns `{"train": {"accuracy", "log_loss"}, <part>: {…}}`; `train` is measured on the images the model was fitted to;
    parts without items are left out.

    Needs scikit-learn (extra `train`). Raises AlihError when fewer than two classes occur among the training labels.
    """
    labels_train = np.asarray(labels_train)
    if np.unique(labels_train).size < 2:
        raise AlihError("evaluation.one_class", n=labels_train.size)
    chosen = stratified(labels_train, limit, seed)
    pixels, labels = _pixels(images_train[chosen]), labels_train[chosen]
    centre = pixels.mean(axis=0)
    model = _fitted(pixels - centre, labels)
    parts = {name: part for name, part in parts.items() if len(part[1])}
    classes = int(max(np.max(y) for y in (labels_train, *(truth for _, truth in parts.values())))) + 1
    result = {"train": _scores(model, pixels - centre, labels, classes)}
    for name, (images, truth) in parts.items():
        result[name] = _scores(model, _pixels(images) - centre, np.asarray(truth), classes)
    return result


def stratified(labels: np.ndarray, limit: int, seed: int) -> NDArray[np.int64]:
    """Row numbers of at most `limit` items, every class in proportion to its size (± 1), ascending.

    Randomly drawn by address (`seed`, purpose "pixel-logistic"); all rows when there are no more than `limit`.
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
            [Image.fromarray(np.ascontiguousarray(image[..., c])).resize(size, Image.Resampling.BOX) for c in range(channels)]
            for image in images
        ]
        images = np.array([[np.asarray(plane) for plane in image] for image in planes], dtype=np.uint8)
    return images.reshape(n, -1).astype(np.float32) / np.float32(255)


def _fitted(features: np.ndarray, labels: np.ndarray):
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise AlihError("common.needs_extra", command="run", extra="train", missing="scikit-learn") from error
    with warnings.catch_warnings():
        # The bound on iterations is deliberate: a yardstick has to be quick, and the last digits do not matter.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return LogisticRegression(C=1 / (PENALTY * len(labels)), max_iter=ITERATIONS).fit(features, labels)


def _scores(model, features: np.ndarray, labels: np.ndarray, classes: int) -> dict[str, float]:
    # A class without training images gets probability 0; the floor of `metrics.log_loss` keeps its loss finite.
    probability = np.zeros((len(labels), classes))
    probability[:, model.classes_] = model.predict_proba(features)
    return {
        "accuracy": float(np.mean(probability.argmax(axis=1) == labels)),
        "log_loss": float(metrics.log_loss(probability, labels).mean()),
    }
