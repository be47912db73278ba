"""`alih domains`: the three conditions of transfer learning for two sets of images, and the shift
between them, measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih.datafiles.imagefile import open_image
from alih.errors import AlihError
from alih.inspect import first_study, frozen
from alih.inspect.advice import Advice, Facts, Suggestion, advise
from alih.inspect.conditions import Conditions, Domain, conditions, plain
from alih.inspect.shift import LIMIT, Mmd, mmd, proxy_a_distance
from alih.statistics.a_distance import ADistance
from alih.study.catalogue.backbones import CARDS, is_backbone, known_backbone
from alih.study.catalogue.sets import FOLDER_SIZE, TEST_SHARE, class_names, facts_of
from alih.study.checking.domains import class_difference
from alih.study.document.data import DataSpec
from alih.words import layout, say
from alih.words.phrase import Phrase, in_english

if TYPE_CHECKING:
    from alih.data.imageset import ImageSet

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
    advice: Advice | None = None
    written: Path | None = None

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
            "advice": self.advice and _advice_json(self.advice),
            "written": self.written and str(self.written),
        }

    def __str__(self) -> str:
        *conditions, method = map(str, self.found.sentences)
        measured = say(
            "inspect.domains.measured",
            model=self.model,
            side=self.image_size,
            time=layout.duration(self.seconds),
        )
        said = [*conditions, f"   {measured}", "", method]
        if self.advice is not None:
            width = max(len(arm.name) for arm in self.advice.arms) + 2
            said += ["", say("inspect.domains.first")]
            said += [f"  {arm.name:<{width}}{arm.why}" for arm in self.advice.arms]
            said += ["", *map(str, self.advice.notes), *self._study()]
        return "\n".join(said)

    def _study(self) -> list[str]:
        """Where the study is, or how to have it written."""
        if self.written is not None:
            return [say("inspect.domains.written", path=self.written)]
        return [say("inspect.domains.write")]

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
    out: Path | None = None,
    tell: Callable[[str, int, int], None] = lambda name, done, of: None,
) -> DomainReport:
    """Compare two sets, each a named set or a folder. `labelled`: the share of the target's labels
    that may be used; `out`: where a study of the methods to try first is written.

    The shift is measured on the features of `model` (default: the first carded backbone whose
    weights are here), for at most 1,000 images of each side at one common size, in colour. Of
    images with masks the classes are those of pixels. Raises AlihError for sets that are not found,
    where there are no weights, and for a study that cannot be written.
    """
    if not 0 <= labelled <= 1:
        raise AlihError("inspect.labelled", got=labelled)
    if out is not None:
        first_study.refuse(out)
    specs = [frozen.named(data) for data in (source, target)]
    if out is not None and (why := _difference(*specs)) is not None:
        raise AlihError("inspect.domains.no_study_classes", why=why)
    chosen = _model(model)
    size = image_size or max(spec.image_size or FOLDER_SIZE for spec in specs)
    common = [frozen.named(data, size, 3) for data in (source, target)]
    looked = [
        _features(chosen, spec, side, partial(tell, spec.name))
        for side, spec in zip(("source", "target"), common, strict=True)
    ]
    both = source == target or specs[0].name == specs[1].name
    titles = (source, target) if both else (specs[0].name, specs[1].name)
    shares = (1.0, labelled)
    first, second = (
        Domain(title, *_space(spec), one.images.classes, share)
        for title, spec, one, share in zip(titles, specs, looked, shares, strict=True)
    )
    tables = [one.table for one in looked]
    distance, discrepancy = proxy_a_distance(*tables), mmd(*tables)
    found = conditions(first, second, distance=distance, mmd=discrepancy)
    seconds = sum(one.seconds for one in looked)
    report = DomainReport(first, second, chosen, size, distance, discrepancy, found, seconds)
    task = frozen.task_of(specs[1])
    if found.labels == "same" and task == frozen.task_of(specs[0]):
        pair = first_study.Pair(
            (specs[0], specs[1]),
            (looked[0].training, looked[1].training),
            (first.size, second.size),
            (first.channels, second.channels),
            size,
            chosen,
            task,
            labelled,
        )
        report = replace(report, advice=advise(_facts(report, pair, *looked)))
    if out is None:
        return report
    if report.advice is None or set(first.classes) != set(second.classes):
        raise AlihError("inspect.domains.no_study", source=first.name, target=second.name)
    first_study.write(pair, report.advice, out)
    return replace(report, written=out)


def difference(source: str, target: str) -> Phrase | None:
    """What tells the classes of two sets apart, before anything is measured; None where they are
    the same or not known yet.
    """
    return _difference(frozen.named(source), frozen.named(target))


def _difference(source: DataSpec, target: DataSpec) -> Phrase | None:
    if {frozen.task_of(source), frozen.task_of(target)} != {"classification"}:
        return None
    return class_difference(class_names(source), class_names(target))


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


@dataclass(frozen=True, eq=False)
class Looked:
    """Features [n, D] of the `items` of a set that were drawn, and the seconds that took."""

    images: ImageSet
    items: Any
    table: Any
    seconds: float

    @property
    def training(self) -> int:
        """Images that a study has to learn from, before validation."""
        test = self.images.official_test or round(len(self.images) * TEST_SHARE)
        return len(self.images) - test


def _features(name: str, spec: DataSpec, side: str, tell: Callable[[int, int], None]) -> Looked:
    """Features of at most `LIMIT` images, drawn by address."""
    import numpy as np

    from alih.data.load import load
    from alih.seeding import numpy_generator

    images = load(spec, task=frozen.task_of(spec))
    chosen = numpy_generator(0, 0, f"domains-{side}").permutation(len(images))[:LIMIT]
    items = np.sort(chosen).astype(np.int64)
    network = frozen.pretrained(name, images)
    extracted = frozen.features(name, network, images, items, tell)
    table = extracted.array(items).astype(np.float64)
    return Looked(images, items, table, extracted.rows.seconds)


def _facts(report: DomainReport, pair: first_study.Pair, source: Looked, target: Looked) -> Facts:
    """What the rules look at. The target's labels are looked at only where all may be used;
    otherwise a classifier of the source's features answers for them.
    """
    prior = shares = None
    doubt = 0.0
    if pair.task == "classification":
        names = [plain(name) for name in source.images.classes]
        order = [names.index(plain(name)) for name in target.images.classes]
        prior = _shares(source.images.labels[source.items], len(names))
        if pair.labelled >= 1:
            own = _shares(target.images.labels[target.items], len(names))
            shares = [own[order.index(number)] for number in range(len(names))]
        else:
            import numpy as np

            from alih.transfer.classifiers.fit import fit

            labels = source.images.labels[source.items]
            made = fit(source.table, labels, len(names), "logistic")
            answers = made.scores(target.table)
            shares = _shares(answers.argmax(axis=1), len(names))
            doubt = float(1 - np.exp(answers.max(axis=1)).mean())
    return Facts(
        task=pair.task,
        target=target.training,
        labelled=pair.labelled,
        distance=report.distance.distance,
        differs=report.found.distribution_differs is not False,
        pretrained=pair.small is None,
        prior=prior,
        shares=shares,
        doubt=doubt,
    )


def _shares(labels: Any, classes: int) -> list[float]:
    """The share of each class."""
    import numpy as np

    return [float(value) for value in np.bincount(labels, minlength=classes) / len(labels)]


def _advice_json(advice: Advice) -> dict[str, Any]:
    def arm(one: Suggestion) -> dict[str, Any]:
        return {
            "arm": one.name,
            "strategy": one.strategy,
            "from": one.after,
            "why": in_english(one.why),
        }

    return {
        "arms": [arm(one) for one in advice.arms],
        "notes": [{"key": note.key, "text": in_english(note)} for note in advice.notes],
    }


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
