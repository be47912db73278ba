"""CORAL (Sun, Feng and Saenko 2016, "Return of frustratingly easy domain adaptation"): features of
a source brought to where those of a target lie, in closed form and without labels.

Each domain's features get mean 0 and deviation 1 by themselves, as the paper assumes; the source's
are whitened by C_s^(−1/2) and given the target's covariance by C_t^(1/2), with C = cov(X) + I; then
they get the target's own means and deviations. A classifier fitted to them reads features of the
target as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Spectrum = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Alignment:
    """From the source's features to the target's. Each domain has a centre and a deviation [D] and,
    where covariances are aligned, the spectrum of its covariance.
    """

    source: tuple[np.ndarray, np.ndarray]
    target: tuple[np.ndarray, np.ndarray]
    spectra: tuple[Spectrum, Spectrum] | None

    @classmethod
    def between(
        cls, source: np.ndarray, target: np.ndarray, *, coral: bool, standardised: bool = True
    ) -> Alignment:
        """The alignment of a source [N, D] to a target [M, D].

        `coral`: covariances as well. Without `standardised`, means and deviations stay.
        """
        width = source.shape[1]
        neither = np.zeros(width), np.ones(width)
        own = (centred_by(source), centred_by(target)) if standardised else (neither, neither)
        spectra = None
        if coral:
            first, second = (
                spectrum((rows - centre) / deviation)
                for rows, (centre, deviation) in zip((source, target), own, strict=True)
            )
            spectra = first, second
        return cls(own[0], own[1], spectra)

    def moved(self, rows: np.ndarray) -> NDArray[np.float64]:
        """Features [N, D] of source images among those of the target."""
        found: NDArray[np.float64] = (rows - self.source[0]) / self.source[1]
        if self.spectra is not None:
            found = power(self.spectra[1], 0.5, power(self.spectra[0], -0.5, found))
        return found * self.target[1] + self.target[0]


def centred_by(features: np.ndarray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and deviation of each feature; the deviation of a constant one is 1."""
    deviation = features.std(axis=0)
    return features.mean(axis=0), np.where(deviation > 1e-12, deviation, 1.0)


def spectrum(features: np.ndarray) -> Spectrum:
    """Eigenvalues [K] and eigenvectors [K, D] of the covariance of features [N, D], K = min(N, D).

    Outside the span of the eigenvectors the covariance is 0.
    """
    centred = (features - features.mean(axis=0)) / np.sqrt(max(len(features) - 1, 1))
    if len(centred) < centred.shape[1]:  # N² D in place of D³
        _, singular, basis = np.linalg.svd(centred, full_matrices=False)
        return singular**2, basis
    values, vectors = np.linalg.eigh(centred.T @ centred)
    return np.maximum(values, 0.0), vectors.T


def power(of: Spectrum, exponent: float, rows: np.ndarray) -> NDArray[np.float64]:
    """Rows [M, D] · (C + I)^exponent, C being the covariance of that spectrum."""
    values, basis = of
    moved: NDArray[np.float64] = rows @ basis.T * ((values + 1.0) ** exponent - 1.0)
    return rows + moved @ basis
