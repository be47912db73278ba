"""Copies and near copies: hashes nominate pairs, decoded pixels decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alih.findings import Finding
from alih.inspect.audit.found import Exhibit, Found
from alih.inspect.audit.hashes import hashes, nominated, oriented
from alih.inspect.audit.subject import PART_NAMES, POOL, Subject
from alih.words.phrase import Phrase

SIDE = 64
"""Pixels a side at which two images are compared."""
CORRELATION, DETAIL = 0.9, 0.9
"""Least correlation of gray values, and of their detail: means of 3 x 3 less those of 9 x 9 pixels.
Photos that were shrunk to a third and saved at JPEG quality 40 reach 0.92 in detail, brightened or
turned ones more; of the nominated pairs of Fashion-MNIST, which are none, 1 % reach 0.88."""
FLAT = 4.0
"""Standard deviation of gray values from which on an image shows anything at all."""
CROPS = (0.02, 0.04)
"""Shares that may be cut off at each side of either image."""
VERIFIED = 10_000
"""Nominated pairs that are looked at at most, the nearest first."""
SHOWN = 15


@dataclass(frozen=True)
class Pair:
    """Two items that look alike: `alike` is 1 − mean |difference| of pixels (0…1) once the second
    is in that `orientation`.
    """

    first: int
    second: int
    orientation: int
    alike: float


def exact(subject: Subject, found: Sequence[Finding]) -> list[Found]:
    """The findings about equal images (A003, A004, A005) with the groups of items that they are
    about; all other findings as they are.
    """
    groups: dict[int, list[int]] = defaultdict(list)
    for item, number in enumerate(subject.equal.tolist()):
        groups[number].append(item)
    copies = [group for group in groups.values() if len(group) > 1]
    labels, part = subject.labels, subject.part
    kinds = {
        "A003": [group for group in copies if len(np.unique(labels[group])) > 1],
        "A004": [group for group in copies if len(np.unique(part[group])) > 1],
        "A005": copies,
    }
    return [_exact(subject, one, kinds.get(one.code, [])) for one in found]


def _exact(subject: Subject, finding: Finding, groups: list[list[int]]) -> Found:
    if not groups:
        return Found(finding, subject=subject)
    return Found(
        finding,
        {"groups": len(groups), "images": sum(map(len, groups))},
        [tuple(subject.names[item] for item in group) for group in groups],
        [
            Exhibit(tuple(group[:4]), Phrase("inspect.audit.equal", _places(subject, group)))
            for group in groups[:SHOWN]
        ],
        subject=subject,
    )


def near(subject: Subject) -> list[Found]:
    """Pairs of images that are no copies but look alike in one of eight orientations: with
    different labels, in different parts, in one part.
    """
    every = similar(subject)
    groups = subject.images.groups(subject.study.split, subject.study.protocol)
    if groups is not None:  # what the split keeps together may be alike
        every = [pair for pair in every if groups[pair.first] != groups[pair.second]]
    if not every:
        return []
    labels, part = subject.labels, subject.part
    apart, across, within = [], [], []
    for pair in every:
        one, other = pair.first, pair.second
        if subject.labelled and labels[one] != labels[other]:
            apart.append(pair)
        elif part[one] != part[other]:
            across.append(pair)
        else:
            within.append(pair)
    if not subject.detailed:
        values = _values(subject, every) | {"labels": len(apart), "parts": len(across)}
        values["side"] = subject.side
        finding = Finding("A014", "inspect.audit.near_small", values, severity="note")
        return [_near(subject, finding, every)]
    found = []
    if apart:
        finding = Finding("A012", "inspect.audit.near_labels", _values(subject, apart))
        found.append(_near(subject, finding, apart))
    if across:
        finding = Finding("A013", "inspect.audit.near_parts", _values(subject, across))
        found.append(_near(subject, finding, across))
    if any(part[pair.first] == POOL for pair in within):
        finding = Finding("A014", "inspect.audit.near_pool", _values(subject, within))
        found.append(_near(subject, finding, within))
    elif within:
        finding = Finding(
            "A014", "inspect.audit.near_within", _values(subject, within), severity="note"
        )
        found.append(_near(subject, finding, within))
    return found


def similar(subject: Subject) -> list[Pair]:
    """All pairs that look alike and are no copies, the most alike first."""
    gray = subject.gray
    telling = np.flatnonzero(gray.reshape(len(gray), -1).std(axis=1) >= FLAT)
    rows = nominated(hashes(gray[telling]))
    rows[:, :2] = telling[rows[:, :2]]
    same = subject.equal
    rows = rows[same[rows[:, 0]] != same[rows[:, 1]]][:VERIFIED]

    @lru_cache(maxsize=4096)
    def pixels(item: int) -> NDArray[np.uint8]:
        return np.asarray(subject.picture(item).convert("RGB").resize((4 * SIDE, 4 * SIDE)))

    pairs = []
    for first, second, orientation in rows.tolist():
        turned = oriented(pixels(second), orientation)
        alike = _alike(pixels(first), turned, crops=subject.detailed)
        if alike is not None:
            pairs.append(Pair(first, second, orientation, alike))
    return sorted(pairs, key=lambda pair: -pair.alike)


def _alike(one: np.ndarray, other: np.ndarray, crops: bool) -> float | None:
    """How alike two images [h, w, 3] are, 0…1; None where they show something else."""
    cuts = [(0.0, 0.0)]
    if crops:
        cuts += [(cut, 0.0) for cut in CROPS] + [(0.0, cut) for cut in CROPS]
    for first, second in cuts:
        a, b = _cut(one, first), _cut(other, second)
        found = _correlations(a.mean(axis=2), b.mean(axis=2))
        if found[0] >= CORRELATION and found[1] >= DETAIL:
            return float(1 - np.abs(a - b).mean() / 255)
        if found[0] < 1 - 4 * (1 - CORRELATION):
            return None
    return None


def _cut(image: np.ndarray, share: float) -> NDArray[np.float32]:
    """An image without a share of it at each side, at the side of a comparison."""
    from PIL import Image

    height, width = image.shape[:2]
    box = (share * width, share * height, (1 - share) * width, (1 - share) * height)
    picture = Image.fromarray(np.ascontiguousarray(image))
    return np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX, box=box), np.float32)


def _correlations(one: NDArray[Any], other: NDArray[Any]) -> tuple[float, float]:
    """Correlation of gray values, and of their detail."""
    from scipy.ndimage import uniform_filter

    fine = [uniform_filter(gray, 3) - uniform_filter(gray, 9) for gray in (one, other)]
    return _correlation(one, other), _correlation(*fine)


def _correlation(one: NDArray[Any], other: NDArray[Any]) -> float:
    one, other = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / scale if scale else 0.0


def _values(subject: Subject, pairs: Sequence[Pair]) -> dict[str, Any]:
    first, second = (subject.names[item] for item in (pairs[0].first, pairs[0].second))
    example = {"first": first, "second": second, "how": _how(subject, pairs[0])}
    return {"count": len(pairs), "example": Phrase("inspect.audit.pair", example)}


def _near(subject: Subject, finding: Finding, pairs: Sequence[Pair]) -> Found:
    items = {item for pair in pairs for item in (pair.first, pair.second)}
    return Found(
        finding,
        {"pairs": len(pairs), "images": len(items), "least": pairs[-1].alike},
        [(subject.names[pair.first], subject.names[pair.second]) for pair in pairs],
        [
            Exhibit((pair.first, pair.second), _how(subject, pair), pair.orientation)
            for pair in pairs[:SHOWN]
        ],
        subject=subject,
    )


def _how(subject: Subject, pair: Pair) -> Phrase:
    """`99.4 % alike, turned 90°, train × test`."""
    values = _places(subject, [pair.first, pair.second])
    turn = Phrase(f"inspect.audit.turned_{pair.orientation}") if pair.orientation else ""
    return Phrase("inspect.audit.alike", {"alike": pair.alike, "turn": turn, **values})


def _places(subject: Subject, items: Sequence[int]) -> dict[str, Any]:
    """Where items lie: their parts and classes, as far as these differ."""
    parts = [PART_NAMES[part] for part in np.unique(subject.part[items]).tolist()]
    labels = np.unique(subject.labels[items]).tolist() if subject.labelled else []
    classes = [subject.images.classes[label] for label in labels]
    return {"parts": _times(parts), "classes": _times(classes)}


def _times(names: Sequence[Any]) -> Phrase | str:
    """`, train × test`; nothing for one name."""
    if len(names) < 2:
        return ""
    joined = names[0]
    for name in names[1:]:
        joined = Phrase("inspect.audit.times", {"one": joined, "other": name})
    return Phrase("inspect.audit.place", {"place": joined})
