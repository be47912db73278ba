"""The three conditions of transfer learning, and the family of methods that each case calls for.

The chapter (4.2.2): source and target differ in their feature spaces, in their label spaces, or,
where both are the same, in their distributions; if in none, it is no case of transfer learning.
4.2.3: same spaces and another distribution call for domain adaptation, supervised, semi-supervised
or unsupervised by the target's labels. 4.3.2: pre-training and fine-tuning need no identical
classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from alih.inspect.shift import Mmd
from alih.statistics.a_distance import ADistance
from alih.words import number
from alih.words.phrase import Phrase

Labels = Literal["same", "overlapping", "disjoint", "unknown"]
Method = Literal["train-together", "fine-tuning", "sda", "ssda", "uda", "direct", "label-first"]


@dataclass(frozen=True)
class Domain:
    """What is known of a domain without looking at its images' content.

    `size` is the side in pixels that images are used at, None when they vary; `classes` are the
    class names, empty when unknown; `labelled` is the share of the images whose label may be used
    (0…1).
    """

    name: str
    channels: int
    size: int | None
    classes: tuple[str, ...]
    labelled: float = 1.0


@dataclass(frozen=True)
class Conditions:
    """The three conditions and what follows. `distribution_differs` is None when it was not
    measured.

    `sentences` say all this in the reader's language when they are printed: the conditions in
    order, then the methods.
    """

    feature_space_differs: bool
    labels: Labels
    distribution_differs: bool | None
    method: Method
    sentences: tuple[Phrase, ...]

    @property
    def label_space_differs(self) -> bool | None:
        """The second condition; None when the target's class names are unknown."""
        return None if self.labels == "unknown" else self.labels != "same"


def conditions(
    source: Domain, target: Domain, *, distance: ADistance | None = None, mmd: Mmd | None = None
) -> Conditions:
    """Decide the chapter's three conditions for two domains, and name the family of methods.

    The third uses MMD's permutation test at 5 %, else whether the interval of the A-distance leaves
    0.
    """
    feature_space = source.channels != target.channels or source.size != target.size
    labels = _labels(source, target)
    distribution = _distribution(distance, mmd)
    method = _method(labels, feature_space, distribution, target.labelled)
    sentences = (
        _feature_sentence(source, target, feature_space),
        _label_sentence(source, target, labels),
        _distribution_sentence(distance, mmd, distribution),
        Phrase(_advice(method, labels), {"source": source.name, "target": target.name}),
    )
    return Conditions(feature_space, labels, distribution, method, sentences)


def _labels(source: Domain, target: Domain) -> Labels:
    ours, theirs = ({plain(name) for name in domain.classes} for domain in (source, target))
    if not ours or not theirs:
        return "unknown"
    return "same" if ours == theirs else "overlapping" if ours & theirs else "disjoint"


def plain(name: str) -> str:
    """A class name for comparison: lower case, one space between words."""
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


def _distribution(distance: ADistance | None, mmd: Mmd | None) -> bool | None:
    if mmd is not None:
        return mmd.p <= 0.05
    return None if distance is None else distance.ci95[0] > 0.0


def _method(
    labels: Labels, feature_space: bool, distribution: bool | None, labelled: float
) -> Method:
    if labels == "same":
        if distribution is False and not feature_space:
            return "train-together" if labelled > 0 else "direct"
        return "sda" if labelled >= 1 else "ssda" if labelled > 0 else "uda"
    if labelled > 0:
        return "fine-tuning"
    # Without labels only classes that the source knows can be recognised at all.
    return "direct" if labels == "overlapping" else "uda" if labels == "unknown" else "label-first"


def _advice(method: Method, labels: Labels) -> str:
    """The key of the sentence that says what to do."""
    key = f"inspect.method_{method.replace('-', '_')}"
    special = {
        ("direct", "same"): "inspect.method_as_it_is",
        ("fine-tuning", "unknown"): "inspect.method_fine_tuning_unknown",
    }
    return special.get((method, labels), key)


def _feature_sentence(source: Domain, target: Domain, differs: bool) -> Phrase:
    values = {
        "source": source.name,
        "target": target.name,
        "first": _space(source),
        "second": _space(target),
    }
    return Phrase("inspect.features_differ" if differs else "inspect.features_same", values)


def _space(domain: Domain) -> Phrase:
    key = "inspect.space" if domain.size else "inspect.space_varies"
    return Phrase(key, {"channels": domain.channels, "size": domain.size})


def _label_sentence(source: Domain, target: Domain, labels: Labels) -> Phrase:
    shared = len(
        {plain(name) for name in source.classes} & {plain(name) for name in target.classes}
    )
    values = {
        "source": source.name,
        "target": target.name,
        "n_source": len(source.classes),
        "n_target": len(target.classes),
    }
    return Phrase(f"inspect.labels_{labels}", {**values, "shared": shared})


def _distribution_sentence(
    distance: ADistance | None, mmd: Mmd | None, differs: bool | None
) -> Phrase:
    if differs is None:
        return Phrase("inspect.distribution_unknown")
    measured = (
        [
            Phrase(
                "inspect.measured_distance",
                {
                    "distance": Number(distance.distance),
                    "low": Number(distance.ci95[0]),
                    "high": Number(distance.ci95[1]),
                    "n": distance.n,
                },
            )
        ]
        if distance
        else []
    )
    if mmd:
        measured.append(
            Phrase(
                "inspect.measured_mmd",
                {
                    "mmd2": Number(mmd.mmd2, 4),
                    "p": Number(mmd.p, 3),
                    "n_source": mmd.n_source,
                    "n_target": mmd.n_target,
                },
            )
        )
    key = "inspect.distribution_differs" if differs else "inspect.distribution_same"
    return Phrase(key, {"measured": _Listed(tuple(measured))})


@dataclass(frozen=True)
class Number:
    """A number that is written as the reader's language writes it."""

    value: float
    digits: int = 2

    def __str__(self) -> str:
        return number(self.value, self.digits)

    def __format__(self, spec: str) -> str:
        return str(self)


@dataclass(frozen=True)
class _Listed:
    parts: tuple[Phrase, ...]

    def __str__(self) -> str:
        return "; ".join(str(part) for part in self.parts)

    def __format__(self, spec: str) -> str:
        return str(self)
