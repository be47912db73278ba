"""The two domains as a trained arm sees them: features of held-out source images and of target
test images, how well they are told apart, and a map of them in two dimensions.

No label is read here, and nothing that is computed here changes an arm.
"""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from alih import seeding
from alih.data.domains import Part
from alih.runs.card import DomainGap
from alih.training import outputs
from alih.training.bench import Bench, Learner
from alih.transfer.classifiers.apart import LEAST, told_apart

SHOWN = 500
"""Images of each domain at most."""
WIDTH = 64
"""Features that are stored; of more, their first principal components."""
HALF = (-65504, 65504)
"""Numbers that two bytes hold."""
MAPPED = 60
"""Images from which on a map is made by t-SNE; of fewer it is their principal components."""


def write(bench: Bench, learner: Learner) -> DomainGap | None:
    """Leave `domains.npz`, of replicate 0 with a map, and tell how well the domains are told apart.

    Nothing for studies of one set, for arms without such features, and where no source image was
    held out.
    """
    if len(bench.domains) == 1 or bench.study.refit:
        return None
    parts = {"source": learner.bench.validation, "target": learner.bench.test}
    parts = {name: _some(bench, name, part) for name, part in parts.items()}
    if not all(len(part) for part in parts.values()):
        return None
    both = [learner.vectors(part) for part in parts.values()]
    source, target = both
    if source is None or target is None:
        return None
    joined = np.concatenate([source, target]).astype(np.float64)
    if not np.isfinite(joined).all():
        return None
    named = {"": components(joined, WIDTH)}
    if bench.cell.replicate == 0:
        named["_map"], method = in_two(joined, bench.seed("domains/map") % 2**32)
    arrays: dict[str, np.ndarray] = {}
    for suffix, table in named.items():
        halves = zip(parts, np.split(table, [len(source)]), strict=True)
        arrays |= {
            f"{name}{suffix}": np.clip(half, *HALF).astype(np.float16) for name, half in halves
        }
    arrays |= {f"{name}_item": part.items.astype(np.int32) for name, part in parts.items()}
    if bench.cell.replicate == 0:
        arrays["method"] = np.array(method)
    outputs.write_npz(bench.folder.path / "domains.npz", arrays)
    if min(len(source), len(target)) < LEAST:
        return None
    found = told_apart(source, target, seed=bench.study.seed, limit=SHOWN)
    return DomainGap(error=found.error, items=found.items, folds=found.folds, width=source.shape[1])


def _some(bench: Bench, name: str, part: Part) -> Part:
    """At most so many items of a part, the same for all arms, ascending."""
    generator = seeding.numpy_generator(bench.study.seed, bench.cell.replicate, f"domains/{name}")
    chosen = generator.permutation(len(part))[:SHOWN]
    return Part(part.domain, part.items[np.sort(chosen)])


def components(rows: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """Rows [n, d] as they are, or of more than `most` columns their first principal components.

    The largest weight of each component is positive.
    """
    if rows.shape[1] <= most:
        return rows
    centred = rows - rows.mean(0)
    left, singular, axes = np.linalg.svd(centred, full_matrices=False)
    signs = np.sign(axes[np.arange(len(axes)), abs(axes).argmax(1)])
    return (left * singular * signs)[:, :most]


def in_two(rows: NDArray[np.float64], seed: int) -> tuple[NDArray[np.float64], str]:
    """Rows [n, d] in two dimensions, and by what: `tsne` (van der Maaten & Hinton 2008), of few
    rows `pca`. Scaled to -1…1.
    """
    spread = rows.std()
    rows = components((rows - rows.mean(0)) / (spread or 1.0), 50)
    if len(rows) < MAPPED or not spread:
        found, method = components(rows, 2), "pca"
    else:
        from sklearn.manifold import TSNE

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own versions
            found = TSNE(perplexity=30, init="pca", random_state=seed).fit_transform(rows)
        method = "tsne"
    found = np.pad(found, ((0, 0), (0, max(0, 2 - found.shape[1]))))
    found = found - (found.max(0) + found.min(0)) / 2
    return found / (abs(found).max() or 1.0), method
