"""How well a backbone's features suit a labelled set, without training the backbone: LogME,
H-score, LEEP, NCE, linear probe.

All take frozen features [N, D] or the source head's probabilities [N, Z] and labels [N]; larger is
better everywhere. They rank backbones on one set. Their values are no accuracies and do not compare
across sets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alih.errors import AlihError
from alih.statistics.single import wilson_of_folds

ITERATIONS = 200
TOLERANCE = 1e-6


def logme(features: np.ndarray, labels: np.ndarray) -> float:
    """LogME: the largest evidence per image of Bayesian linear regression on each one-hot label,
    averaged over classes.

    You et al. 2021. With w ~ N(0, 1/α) and y = F w + N(0, 1/β), α and β are found by MacKay's fixed
    point, run to convergence (the authors stop after 11 rounds). Works for N < D. Raises AlihError
    for inputs that do not fit.
    """
    features, labels = _checked(features, labels)
    left, singular, _ = np.linalg.svd(features, full_matrices=False)
    targets = np.stack([(labels == c).astype(float) for c in np.unique(labels)])
    values = [_evidence(left.T @ y, singular**2, float(y @ y), features.shape) for y in targets]
    return float(np.mean(values))


def _evidence(
    z: NDArray[np.float64], squares: NDArray[np.float64], norm: float, shape: tuple[int, ...]
) -> float:
    """Evidence ln p(y | α, β) / N at the best α, β, from z = Uᵀy and the squared singular values of
    F = U S Vᵀ.
    """
    images, width = shape
    outside = max(norm - float(z @ z), 0.0)  # of y, what no weights can reach
    alpha = beta = 1.0
    for _ in range(ITERATIONS):
        before = alpha / beta
        gamma = float((squares / (squares + before)).sum())
        weights, residual = _posterior(z, squares, before, outside)
        alpha = gamma / max(weights, 1e-300)
        beta = max(images - gamma, 1e-12) / max(residual, 1e-12)
        if abs(alpha / beta - before) <= TOLERANCE * before:
            break
    weights, residual = _posterior(z, squares, alpha / beta, outside)
    logdet = float(np.log(alpha + beta * squares).sum()) + (width - len(squares)) * np.log(alpha)
    total = (
        width * np.log(alpha) + images * np.log(beta) - logdet - beta * residual - alpha * weights
    )
    return float(total - images * np.log(2 * np.pi)) / (2 * images)


def _posterior(
    z: np.ndarray, squares: np.ndarray, ratio: float, outside: float
) -> tuple[float, float]:
    """‖m‖² and ‖F m − y‖² of the posterior mean m at α / β = `ratio`."""
    weights = float((squares * z**2 / (ratio + squares) ** 2).sum())
    return weights, float(((ratio * z / (ratio + squares)) ** 2).sum()) + outside


def h_score(features: np.ndarray, labels: np.ndarray, *, regularised: bool = True) -> float:
    """H-score tr(cov(f)⁻¹ cov(E[f | y])) (Bao et al. 2019), from 0 to min(D, C − 1).

    `regularised` (Ibrahim et al. 2021) shrinks cov(f) as Ledoit and Wolf and multiplies the
    numerator by 1 − shrinkage; without it the score is meaningless for N ≲ D. Raises AlihError for
    inputs that do not fit.
    """
    from scipy.linalg import pinvh

    features, labels = _checked(features, labels)
    centred = features - features.mean(axis=0)
    present, inner = np.unique(labels, return_inverse=True)
    counts = np.bincount(inner)
    means = np.stack([centred[inner == c].mean(axis=0) for c in range(len(present))])
    between = means * np.sqrt(counts / len(labels))[:, None]  # cov(E[f|y]) = betweenᵀ between
    if not regularised:
        covariance = centred.T @ centred / len(labels)
        return float(np.sum(between @ pinvh(covariance, rtol=1e-10) * between))
    from sklearn.covariance import ledoit_wolf

    covariance, shrinkage = ledoit_wolf(centred, assume_centered=True)
    return float((1 - shrinkage) * np.sum(between * np.linalg.solve(covariance, between.T).T))


def leep(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """LEEP (Nguyen et al. 2020): mean ln Σ_z P̂(y | z) θ(x)_z over images, at most 0. Needs the
    source head's softmax θ [N, Z].

    Raises AlihError when the rows are no probabilities.
    """
    probabilities, labels = _checked_probabilities(probabilities, labels)
    conditional, inner = _conditional(probabilities, labels)
    return float(np.log((probabilities * conditional[inner]).sum(axis=1)).mean())


def nce(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """NCE (Tran et al. 2019): −H(Y | Z), Z being the source head's most likely class; at most 0,
    nats.

    Raises AlihError when the rows of `probabilities` [N, Z] are none.
    """
    probabilities, labels = _checked_probabilities(probabilities, labels)
    _, z = np.unique(probabilities.argmax(axis=1), return_inverse=True)
    _, y = np.unique(labels, return_inverse=True)
    joint = np.zeros((y.max() + 1, z.max() + 1))
    np.add.at(joint, (y, z), 1 / len(y))
    inside = joint > 0
    conditional = joint / joint.sum(axis=0)
    return float((joint[inside] * np.log(conditional[inside])).sum())


@dataclass(frozen=True)
class Probe:
    """Accuracy of a linear probe on images left out of its fit, 95 % interval over n images, log
    loss (nats).
    """

    accuracy: float
    ci95: tuple[float, float]
    log_loss: float
    n: int
    folds: int


def linear_probe(features: np.ndarray, labels: np.ndarray, *, seed: int = 0) -> Probe:
    """5-fold cross-validated logistic regression, the classifier that an arm `features` with
    `logistic` fits.

    Its penalty is chosen on the same folds by log loss, which flatters the numbers slightly. Images
    whose class occurs only once are left out of n. Raises AlihError when no class has two images,
    or for inputs that do not fit.
    """
    from alih.transfer.classifiers.fit import fit

    features, labels = _checked(features, labels)
    present, inner = np.unique(labels, return_inverse=True)
    report = fit(features, inner, len(present), "logistic", seed=seed).report
    if not report:
        raise AlihError("inspect.one_image_a_class", images=len(labels), classes=len(present))
    n = int(report["items"])
    accuracy = report["accuracy"]
    return Probe(
        accuracy,
        wilson_of_folds(accuracy, n, int(report["folds"])),
        report["log_loss"],
        n,
        int(report["folds"]),
    )


def _conditional(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """P̂(y | z) [C, Z], 0 where P̂(z) = 0, and each image's row of it."""
    present, inner = np.unique(labels, return_inverse=True)
    joint = np.zeros((len(present), probabilities.shape[1]))
    np.add.at(joint, inner, probabilities / len(labels))
    marginal = joint.sum(axis=0)
    return joint / np.where(marginal > 0, marginal, 1.0), inner


def _checked(
    features: np.ndarray, labels: np.ndarray
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    from alih.transfer.classifiers.contract import table

    features, labels = table(features), np.asarray(labels)
    if labels.shape != (len(features),):
        raise AlihError("transfer.labels_do_not_fit", labels=labels.size, images=len(features))
    if len(np.unique(labels)) < 2:
        raise AlihError("transfer.one_class", images=len(labels))
    return features, labels.astype(np.int64)


def _checked_probabilities(
    probabilities: np.ndarray, labels: np.ndarray
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    values, labels = _checked(probabilities, labels)
    off = np.abs(values.sum(axis=1) - 1).max()
    if values.min() < 0 or off > 1e-3:
        raise AlihError("inspect.no_probabilities", low=float(values.min()), off=float(off))
    return values, labels
