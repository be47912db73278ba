"""`direct`: a pretrained model as it is, its own classes mapped to the task's, by name, index or
group.

A class of the task may stand for several classes of the model (their probabilities are added), and
one class of the model may serve several of the task. Classes of the task without any are left out:
they are never predicted, and the images they own bound the accuracy that the arm can reach. No
torch: `alih check` reads mappings too.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Names
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from alih.errors import AlihError
from alih.study.catalogue.backbones import is_backbone, weights_of
from alih.study.catalogue.imagenet import imagenet_names
from alih.study.catalogue.lookup import listing_of
from alih.study.document.arm import Recipe
from alih.study.document.data import DataSpec
from alih.study.document.problems import Problem, problem_at
from alih.study.document.values import Expecting
from alih.study.strategies.base import Role, StrategyOptions
from alih.words.phrase import known

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOWEST = -69.0
"""Natural logarithm of the probability (1e-30) of a class that is left out: never predicted, loss
finite."""

SYNONYMS = {
    "german shorthaired": "German short-haired pointer",
    "japanese chin": "Japanese spaniel",
    "wheaten terrier": "soft-coated wheaten terrier",
    "leonberger": "Leonberg",
    "persian": "Persian cat",
    # WordNet's "domestic cat of Egypt" is not the breed alone, but no other class comes nearer.
    "egyptian mau": "Egyptian cat",
}
"""Names of the Oxford-IIIT breeds for which ImageNet has another name. Breeds that it lacks
(Abyssinian, Bengal, …) stay out."""

Written = int | str | list[int | str]


class DirectOptions(StrategyOptions):
    """Options of `{strategy: direct}`: per class of the task a name, an index, a range such as
    `151-268`, or a list of these.

    Classes that are not listed are looked up by name; an empty list leaves a class out.
    """

    loop: ClassVar[bool] = False
    leads: ClassVar[Literal["source", "target"]] = "source"
    one_set: ClassVar[bool] = True
    learns: ClassVar[bool] = False
    new_head: ClassVar[bool] = False
    segments: ClassVar[bool] = False

    def role(self, labels: bool) -> Role:
        """It learns from no domain."""
        return "none"

    classes: dict[str, Annotated[Written, Expecting("transfer.expected_mapping")]] = Field(
        default_factory=dict
    )

    def problems(self, recipe: Recipe, data: DataSpec) -> Iterator[Problem]:
        """No pretrained weights, or classes that cannot be mapped."""
        name = recipe.model.name or "layers"
        if not is_backbone(recipe.model.name):
            yield problem_at("transfer.strategy", "study.direct_without_backbone", name=name)
            return
        if recipe.source is not None or weights_of(recipe.model) == "none":
            yield problem_at("transfer.strategy", "study.direct_without_weights", name=name)
            return
        try:
            listing = listing_of(data)
            if listing is not None:
                class_mapping(listing.classes, imagenet_names(), self.classes)
        except AlihError as error:
            # That the folder is not there, or timm not installed, is told elsewhere.
            if error.key.startswith("transfer."):
                yield problem_at("transfer.classes", error.key, **error.values)


@dataclass(frozen=True)
class ClassMapping:
    """Which of the model's classes stand for each class of the task: `groups[c]` are indices into
    `names`, maybe none.
    """

    classes: tuple[str, ...]
    names: tuple[str, ...]
    groups: tuple[tuple[int, ...], ...]

    @property
    def left_out(self) -> tuple[str, ...]:
        """Classes of the task that the model does not know."""
        return tuple(
            name for name, group in zip(self.classes, self.groups, strict=True) if not group
        )

    @property
    def coverage(self) -> float:
        """The share of the task's classes that the model knows."""
        return 1 - len(self.left_out) / len(self.classes)

    @property
    def reachable(self) -> NDArray[np.bool_]:
        """Whether each class can be predicted at all, bool [C].

        Not so when it is left out, when another class holds all its members and more, or an earlier
        class just the same ones.
        """
        import numpy as np

        sets = [frozenset(group) for group in self.groups]
        return np.array(
            [
                bool(own)
                and not any(
                    own < other or (own == other and before < c)
                    for before, other in enumerate(sets)
                )
                for c, own in enumerate(sets)
            ]
        )

    def ceiling(self, labels: np.ndarray) -> float:
        """The largest accuracy that the mapping allows on images with these labels (0…C−1)."""
        return float(self.reachable[labels].mean())

    def scores(self, logits: np.ndarray) -> NDArray[np.float64]:
        """Log-probabilities [N, C] over the classes that are not left out, from the model's logits
        [N, Z].

        The log-sum-exp of each group's logits, normalised over the task's classes; `LOWEST` for
        classes left out.
        """
        import numpy as np
        from scipy.special import logsumexp

        logits = np.asarray(logits, dtype=np.float64)
        if logits.ndim != 2 or logits.shape[1] != len(self.names):
            raise AlihError("transfer.other_head", got=list(logits.shape), expected=len(self.names))
        scores = np.full((len(logits), len(self.classes)), -np.inf)
        for c, group in enumerate(self.groups):
            if group:
                scores[:, c] = logsumexp(logits[:, list(group)], axis=1)
        return np.maximum(scores - logsumexp(scores, axis=1, keepdims=True), LOWEST)


def class_mapping(
    classes: Sequence[str], names: Sequence[str], written: Names[str, Written] | None = None
) -> ClassMapping:
    """The mapping of a task's `classes` to a model's class `names` (synonyms after commas), as the
    document writes it.

    Raises AlihError for classes that do not exist, with the nearest that do, for indices out of
    range, for a name that several classes of the model bear, and when no class of the task is left.

    >>> outputs = ["pug, pug-dog", "tabby", "Persian cat"]
    >>> class_mapping(["pug", "cat", "ghost"], outputs, {"cat": [1, "persian cat"]}).groups
    ((0,), (1, 2), ())
    """
    written = dict(written or {})
    for name in written:
        if name not in classes:
            raise AlihError("transfer.no_such_class", got=name, known=known(name, classes))
    index = _index(names)
    groups = []
    for name in classes:
        if name in written:
            value = written[name]
            items = value if isinstance(value, list) else [value]
            found = sorted({z for item in items for z in _members(item, name, names, index)})
        else:
            # A name that several classes bear says nothing about which is meant.
            found = max(
                (index.get(plain(n), []) for n in (name, SYNONYMS.get(_words(name), name))), key=len
            )
            found = found if len(found) == 1 else []
        groups.append(tuple(found))
    if not any(groups):
        raise AlihError(
            "transfer.nothing_mapped",
            classes=", ".join(classes),
            example=f"classes: {{{classes[0]}: [0, 1]}}",
        )
    return ClassMapping(tuple(classes), tuple(names), tuple(groups))


def plain(name: str) -> str:
    """A name for comparison: lower-case letters and digits only, accents removed.

    >>> plain("German_Short-haired pointer")
    'germanshorthairedpointer'
    """
    return _words(name).replace(" ", "")


def _words(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", letters.replace("'", "")))


def _index(names: Sequence[str]) -> dict[str, list[int]]:
    """Every synonym, and every whole name, with the classes that bear it."""
    index: dict[str, list[int]] = {}
    for z, name in enumerate(names):
        for key in {plain(part) for part in (*name.split(","), name)} - {""}:
            index.setdefault(key, []).append(z)
    return index


def _members(
    item: int | str, of: str, names: Sequence[str], index: dict[str, list[int]]
) -> list[int]:
    last = len(names) - 1
    span = re.fullmatch(r"\s*(\d+)\s*-\s*(\d+)\s*", item) if isinstance(item, str) else None
    if span or isinstance(item, int):
        first, end = (int(span[1]), int(span[2])) if span else (int(item), int(item))
        if not 0 <= first <= end <= last:
            raise AlihError("transfer.index_out_of_range", got=item, of=of, last=last)
        return list(range(first, end + 1))
    found = index.get(plain(str(item)), [])
    if not found:
        raise AlihError(
            "transfer.no_such_model_class",
            got=item,
            of=of,
            near=_near(str(item), names),
            count=len(names),
        )
    if len(found) > 1:
        raise AlihError(
            "transfer.ambiguous_class",
            got=item,
            of=of,
            choices=", ".join(f"{z} ({names[z]})" for z in found),
        )
    return found


def _near(item: str, names: Sequence[str]) -> str:
    """Up to three names of the model that look like `item`, quoted; all of them when they are
    few.
    """
    parts = {plain(part): part.strip() for name in names for part in name.split(",")}
    close = difflib.get_close_matches(plain(item), list(parts), n=3, cutoff=0.6)
    close += [key for key in parts if plain(item) and plain(item) in key and key not in close][
        : 3 - len(close)
    ]
    chosen = [parts[key] for key in close] or [name.partition(",")[0] for name in names[:5]]
    return ", ".join(f"'{name}'" for name in chosen)
