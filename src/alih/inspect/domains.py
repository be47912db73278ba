"""`alih domains`: the three conditions of transfer learning for two sets of images, and the shift
between them, measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from html import escape
from typing import Any

from alih.datafiles.imagefile import open_image
from alih.errors import AlihError
from alih.inspect import frozen
from alih.inspect.conditions import Conditions, Domain, conditions
from alih.inspect.shift import LIMIT, Mmd, mmd, proxy_a_distance
from alih.statistics.a_distance import ADistance
from alih.study.catalogue.backbones import CARDS, is_backbone, known_backbone
from alih.study.catalogue.sets import FOLDER_SIZE, facts_of
from alih.study.document.data import DataSpec
from alih.words import layout, say
from alih.words.phrase import in_english

LOOKED_AT = 200
"""Image files of a folder whose size and colours are looked at."""


@dataclass(frozen=True, repr=False)
class DomainReport:
    """Two domains, what their images were measured with, and what follows. Printing it shows what
    `alih domains` shows.
    """

    source: Domain
    target: Domain
    model: str
    image_size: int
    distance: ADistance
    mmd: Mmd
    found: Conditions
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Plain values, `alih domains --json`."""
        found = self.found
        return {
            "source": asdict(self.source) | {"classes": list(self.source.classes)},
            "target": asdict(self.target) | {"classes": list(self.target.classes)},
            "feature_space_differs": found.feature_space_differs,
            "label_space_differs": found.label_space_differs,
            "labels": found.labels,
            "distribution_differs": found.distribution_differs,
            "method": found.method,
            "shift": {
                "features": self.model,
                "image_size": self.image_size,
                "proxy_a_distance": asdict(self.distance) | {"ci95": list(self.distance.ci95)},
                "mmd": asdict(self.mmd)
                | {
                    "null95": list(self.mmd.null95),
                    "by_bandwidth": list(map(list, self.mmd.by_bandwidth)),
                },
                "seconds": round(self.seconds, 2),
            },
            "sentences": [in_english(sentence) for sentence in found.sentences],
        }

    def __str__(self) -> str:
        *conditions, method = map(str, self.found.sentences)
        measured = say(
            "inspect.domains.measured",
            model=self.model,
            side=self.image_size,
            time=layout.duration(self.seconds),
        )
        return "\n".join([*conditions, f"   {measured}", "", method])

    def __repr__(self) -> str:
        return f"<DomainReport {self.source.name} to {self.target.name}: {self.found.method}>"

    def _repr_html_(self) -> str:
        return "".join(f"<p>{escape(line)}</p>" for line in str(self).splitlines() if line)


def domains(
    source: str,
    target: str,
    *,
    model: str | None = None,
    image_size: int | None = None,
    labelled: float = 1.0,
    tell: Callable[[str, int, int], None] = lambda name, done, of: None,
) -> DomainReport:
    """Compare two sets, each a named set or a folder. `labelled`: the share of the target's labels
    that may be used.

    The shift is measured on the features of `model` (default: the first carded backbone whose
    weights are here), for at most 1,000 images of each side at one common size, in colour. Of
    images with masks the classes are those of pixels. Raises AlihError for sets that are not found,
    and where there are no weights.
    """
    if not 0 <= labelled <= 1:
        raise AlihError("inspect.labelled", got=labelled)
    specs = [frozen.named(data) for data in (source, target)]
    chosen = _model(model)
    size = image_size or max(spec.image_size or FOLDER_SIZE for spec in specs)
    common = [frozen.named(data, size, 3) for data in (source, target)]
    tables, names, seconds = [], [], 0.0
    for side, spec in zip(("source", "target"), common, strict=True):
        table, classes, spent = _features(chosen, spec, side, partial(tell, spec.name))
        tables.append(table)
        names.append(classes)
        seconds += spent
    both = source == target or specs[0].name == specs[1].name
    titles = (source, target) if both else (specs[0].name, specs[1].name)
    shares = (1.0, labelled)
    first, second = (
        Domain(title, *_space(spec), classes, share)
        for title, spec, classes, share in zip(titles, specs, names, shares, strict=True)
    )
    distance, discrepancy = proxy_a_distance(*tables), mmd(*tables)
    found = conditions(first, second, distance=distance, mmd=discrepancy)
    return DomainReport(first, second, chosen, size, distance, discrepancy, found, seconds)


def _model(name: str | None) -> str:
    if name is None:
        here = next((card for card in CARDS if frozen.offline(card)), None)
        if here is None:
            raise AlihError(
                "inspect.no_weights", commands=f"alih weights fetch {next(iter(CARDS))}"
            )
        return here
    if not is_backbone(name):
        raise AlihError("models.unknown_backbone", got=name, known=known_backbone(name))
    return name


def _features(
    name: str, spec: DataSpec, side: str, tell: Callable[[int, int], None]
) -> tuple[Any, tuple[str, ...], float]:
    """Features of at most `LIMIT` images, drawn by address; the class names; the seconds that
    extraction took.
    """
    import numpy as np

    from alih.data.load import load
    from alih.seeding import numpy_generator

    images = load(spec, task=frozen.task_of(spec))
    chosen = numpy_generator(0, 0, f"domains-{side}").permutation(len(images))[:LIMIT]
    items = np.sort(chosen).astype(np.int64)
    network = frozen.pretrained(name, images)
    extracted = frozen.features(name, network, images, items, tell)
    return extracted.array(items).astype(np.float64), images.classes, extracted.rows.seconds


def _space(spec: DataSpec) -> tuple[int, int | None]:
    """Channels and side of a set's images as they are: of a named set by its facts, of files by
    looking at some of them.
    """
    from alih.study.catalogue.lookup import listing_of

    listing = listing_of(spec, task=frozen.task_of(spec))
    if listing is None:
        facts = facts_of(spec)
        assert facts is not None, "the set was loaded"
        return facts.channels, facts.image_size
    step = max(1, len(listing.items) // LOOKED_AT)
    gray, sizes = True, set()
    for item in listing.items[::step]:
        with open_image(listing.root / item.path, spec.max_pixels) as picture:
            gray = gray and picture.mode in ("1", "L", "LA", "I", "I;16", "F")
            sizes.add(picture.size)
    (width, height), *others = sizes
    return (1 if gray else 3), (width if not others and width == height else None)
