"""EasyTL (Wang et al. 2019, "Easy transfer learning by exploiting intra-domain structures"),
without hyper-parameters.

1. Preparation (`scale: row-sum`): each image's features divided by the sum of their sizes
   (`contract.by_row`), then mean 0 and deviation 1 per feature, in each domain by itself. Features
   after a ReLU are not negative, so the sum of sizes is the authors' sum.
2. Intra-domain alignment (`align: coral`): X_s' = X_s C_s^(−1/2) C_t^(1/2) with C = cov(X) + I.
   With a target, `fit.py` has moved the source's images there. Without one the images asked for
   are the target; class centres are linear in the images, so only the centres are transformed.
3. Intra-domain programming (`transductive`): min Σ D_cj M_cj subject to Σ_c M_cj = 1, Σ_j M_cj ≥ 1,
   0 ≤ M ≤ 1. Its vertices are 0 or 1; while every class is the nearest of at least one image, the
   solution is the nearest centre, and only otherwise the linear program is solved. The dual price
   u_c of an empty class makes D_cj − u_c decide as M does.

The decision values are minus these distances. M itself holds no probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alih.errors import AlihError
from alih.study.document.classifiers import EasyTL
from alih.transfer.classifiers.alignment import centred_by, power, spectrum
from alih.transfer.classifiers.contract import Arrays, Family


def fit(
    features: NDArray[np.float64],
    labels: NDArray[np.int64],
    options: Sequence[EasyTL],
    target: NDArray[np.float64] | None = None,
) -> list[Arrays]:
    """Class centres [P, D], aligned as far as the target is known, and the centre and deviation of
    the target's features where one is, or else of the training images', for inductive use.
    """
    return [_fit(features, labels, option, target) for option in options]


def _fit(
    features: NDArray[np.float64],
    labels: NDArray[np.int64],
    option: EasyTL,
    target: np.ndarray | None,
) -> Arrays:
    if option.align == "coral" and target is None and not option.transductive:
        raise AlihError("transfer.no_target")
    statistics = _statistics(features if target is None else target, option)
    prepared = (features - statistics[0]) / statistics[1]
    centres = np.stack([prepared[labels == c].mean(axis=0) for c in range(labels.max() + 1)])
    if target is None and option.transductive:
        aligned = option.align == "coral"
        return {"centres": power(spectrum(prepared), -0.5, centres) if aligned else centres}
    return {"centres": centres, "centre": statistics[0], "deviation": statistics[1]}


def decide(arrays: Arrays, features: NDArray[np.float64], options: EasyTL) -> NDArray[np.float64]:
    """Minus the distance to each centre, [M, P]; transductive: assigned over these images together,
    which without a target are prepared and aligned together as well.
    """
    centres = arrays["centres"]
    if "centre" in arrays:
        distance = distances((features - arrays["centre"]) / arrays["deviation"], centres)
    else:
        centre, deviation = _statistics(features, options)
        prepared = (features - centre) / deviation
        if options.align == "coral":
            centres = power(spectrum(prepared), 0.5, centres)
        distance = distances(prepared, centres)
    return -assigned(distance) if options.transductive and options.every_class else -distance


def distances(features: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Euclidean distances [M, P]."""
    squared = (
        (features**2).sum(axis=1)[:, None]
        + (centres**2).sum(axis=1)[None]
        - 2 * features @ centres.T
    )
    return np.sqrt(np.maximum(squared, 0.0))


def assigned(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distances [M, P] less the price of each class, so that the smallest entry of a row is the
    program's assignment.

    With fewer images than classes no assignment serves every class: the distances are returned as
    they are.
    """
    images, classes = distance.shape
    if images < classes or len(np.unique(distance.argmin(axis=1))) == classes:
        return distance
    matrix, prices = program(distance)
    reduced = distance - prices
    # At the optimum the assigned class has the smallest reduced distance, often shared with another
    # class: settle the tie.
    chosen = matrix.argmax(axis=1)
    rows = np.flatnonzero(reduced.argmin(axis=1) != chosen)
    if len(rows):
        smallest = reduced[rows].min(axis=1)
        reduced[rows, chosen[rows]] = np.nextafter(smallest, -np.inf) - 1e-9 * np.abs(smallest)
    return reduced


def program(distance: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """M [M, P] of the linear program of the module's point 3, and the dual price of each class [P]
    (≥ 0).
    """
    from scipy.optimize import linprog
    from scipy.sparse import identity, kron

    images, classes = distance.shape
    each_image = kron(identity(images), np.ones((1, classes)), format="csr")
    each_class = kron(np.ones((1, images)), identity(classes), format="csr")
    found = linprog(
        distance.ravel(),
        A_ub=-each_class,
        b_ub=-np.ones(classes),
        A_eq=each_image,
        b_eq=np.ones(images),
        bounds=(0, 1),
        method="highs",
    )
    return found.x.reshape(images, classes), -found.ineqlin.marginals


def _statistics(
    features: NDArray[np.float64], options: EasyTL
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centre and deviation of each feature, as `scale` says."""
    if options.scale == "none":
        return np.zeros(features.shape[1]), np.ones(features.shape[1])
    return centred_by(features)


FAMILY = Family(fit, decide, uses_target=True)
