"""`alih scout`: which pretrained backbone suits a labelled set, told from frozen features before
anything is fine-tuned, and what each costs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from alih.errors import AlihError
from alih.inspect import frozen
from alih.inspect.transferability import Probe, h_score, leep, linear_probe, logme, nce
from alih.study.catalogue.backbones import CARDS, is_backbone, known_backbone
from alih.study.document.data import DataSpec
from alih.study.document.split import Holdout
from alih.words import layout, number, percent, say

if TYPE_CHECKING:
    from alih.data.imageset import ImageSet
    from alih.models.cost import Cost
    from alih.models.staged import StagedNetwork

LIMIT = 5000
"""Images at most, drawn in proportion to the classes: LogME and the probe say no more with more of
them, and take longer."""

COLUMNS = (
    "model",
    "logme",
    "h_score",
    "leep",
    "nce",
    "probe",
    "parameters",
    "multiply_adds",
    "latency",
    "memory",
    "time_features",
)

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Scouted:
    """One backbone's scores, larger is better, and its cost; `seconds` for
    features (as once measured) and for the scores.
    """

    model: str
    logme: float
    h_score: float
    leep: float | None
    nce: float | None
    probe: Probe
    width: int
    cost: Cost
    seconds_features: float
    seconds_scores: float

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "model": self.model,
            "logme": self.logme,
            "h_score": self.h_score,
            "leep": self.leep,
            "nce": self.nce,
            "probe": {
                "accuracy": self.probe.accuracy,
                "ci95": list(self.probe.ci95),
                "log_loss": self.probe.log_loss,
                "n": self.probe.n,
                "folds": self.probe.folds,
            },
            "width": self.width,
            **_cost_json(self.cost),
            "seconds": {
                "features": round(self.seconds_features, 2),
                "scores": round(self.seconds_scores, 2),
            },
        }

    def row(self) -> tuple[str, ...]:
        """One row of the table, in the language in force."""
        low, high = (percent(end, 1) for end in self.probe.ci95)
        return (
            self.model,
            number(self.logme, 3),
            number(self.h_score, 2),
            "–" if self.leep is None else number(self.leep, 3),
            "–" if self.nce is None else number(self.nce, 3),
            f"{percent(self.probe.accuracy, 1)} ({low} – {high})",
            *_cost_row(self.cost),
            layout.duration(self.seconds_features),
        )


@dataclass(frozen=True)
class Missing:
    """A backbone whose weights are not here, with the `command` that gets them; what it costs can
    be told without them.
    """

    model: str
    command: str
    cost: Cost

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"model": self.model, "command": self.command, **_cost_json(self.cost)}

    def row(self) -> tuple[str, ...]:
        """One row of the table, in the language in force."""
        return (self.model, *"–––––", *_cost_row(self.cost), "–")


@dataclass(frozen=True, repr=False)
class ScoutReport:
    """The backbones by LogME, best first, then those whose weights could not be had.
    Printing it shows what `alih scout` shows.
    """

    data: str
    classes: int
    images: int
    image_size: int
    ranking: tuple[Scouted, ...]
    missing: tuple[Missing, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values, `alih scout --json`."""
        return {
            "data": {
                "name": self.data,
                "classes": self.classes,
                "images": self.images,
                "image_size": self.image_size,
            },
            "ranked_by": "logme",
            "ranking": [found.to_json() for found in self.ranking],
            "missing": [entry.to_json() for entry in self.missing],
        }

    def heading(self) -> str:
        """The set, in the language in force."""
        return say(
            "inspect.scout.data",
            name=self.data,
            images=number(self.images, 0),
            classes=self.classes,
            side=self.image_size,
        )

    def table(self) -> tuple[list[str], list[tuple[str, ...]]]:
        """Names of columns, and one row per backbone, in the language in force."""
        return [say(f"inspect.col.{key}") for key in COLUMNS], [
            *(entry.row() for entry in self.ranking),
            *(entry.row() for entry in self.missing),
        ]

    def sentences(self) -> list[str]:
        """How to read the table, and how to get weights that are not here."""
        probe = self.ranking[0].probe
        return [
            say("inspect.scout.note", n=number(probe.n, 0), folds=probe.folds),
            say("inspect.scout.cost", side=self.image_size),
            *(
                say("inspect.scout.missing", model=entry.model, command=entry.command)
                for entry in self.missing
            ),
        ]

    def __str__(self) -> str:
        table = layout.aligned(*self.table(), range(1, len(COLUMNS)))
        return "\n".join([self.heading(), *table, "", *self.sentences()])

    def __repr__(self) -> str:
        first = self.ranking[0].model
        return f"<ScoutReport {self.data}: {first} first of {len(self.ranking)}>"

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.sentences())
        return f"<p>{escape(self.heading())}</p>{layout.html_table(*self.table())}{said}"


def scout(
    spec: DataSpec, models: Sequence[str] | None = None, tell: Tell = lambda model, done, of: None
) -> ScoutReport:
    """Rank backbones for the set `spec`; by default all carded ones whose weights can be had
    without a connection.

    Images of the test part are not looked at: that of an official split, else the one that studies
    with seed 0 draw. LEEP and NCE need the source head; the others read features. Raises AlihError
    for an unknown backbone, for images with masks, and when no weights are here.
    """
    from alih.data.load import load
    from alih.data.splits import subset

    for name in models or ():
        if not is_backbone(name):
            raise AlihError("models.unknown_backbone", got=name, known=known_backbone(name))
    if frozen.task_of(spec) == "segmentation":
        raise AlihError("inspect.scout_masks", path=spec.folder or spec.table)
    images = load(spec)
    import numpy as np

    divided = images.divide(Holdout(), 0, 0)
    pool = np.sort(np.concatenate([divided.train, divided.validation]))
    items = subset(pool, images.labels, min(LIMIT, len(pool)), 0, 0)
    wanted = list(dict.fromkeys(models or CARDS))
    here = [name for name in wanted if frozen.offline(name)]
    commands = {name: f"alih weights fetch {name}" for name in wanted if name not in here}
    if not here:
        raise AlihError("inspect.no_weights", commands="; ".join(commands.values()))
    found = [_scouted(name, images, items, tell) for name in here]
    missing = tuple(
        Missing(name, command, _cost(frozen.drawn(name, images), images))
        for name, command in commands.items()
    )
    ranking = tuple(sorted(found, key=lambda entry: -entry.logme))
    return ScoutReport(
        images.name, len(images.classes), len(items), images.images.shape[1], ranking, missing
    )


def _scouted(name: str, images: Any, items: Any, tell: Tell) -> Scouted:
    import numpy as np
    from scipy.special import softmax

    from alih.features.extract import head_logits

    network = frozen.pretrained(name, images)
    extracted = frozen.features(name, network, images, items, lambda done, of: tell(name, done, of))
    table, labels = extracted.array(items).astype(np.float64), images.labels[items]
    started = time.perf_counter()
    source = softmax(head_logits(network, extracted, items).astype(np.float64), axis=1)
    return Scouted(
        model=name,
        logme=logme(table, labels),
        h_score=h_score(table, labels),
        leep=leep(source, labels),
        nce=nce(source, labels),
        probe=linear_probe(table, labels),
        width=table.shape[1],
        cost=_cost(network, images),
        seconds_features=extracted.rows.seconds,
        seconds_scores=time.perf_counter() - started,
    )


def _cost(network: StagedNetwork, images: ImageSet) -> Cost:
    """What the network costs with the head of its weights, as publications count."""
    from alih.models.cost import cost

    height, width, channels = images.images.shape[1:]
    return cost(network, (channels, height, width))


def _cost_json(cost: Cost) -> dict[str, Any]:
    return {
        "parameters": cost.parameters,
        "multiply_adds": cost.multiply_adds,
        "latency_ms": round(1000 * cost.latency, 2),
        "memory_bytes": cost.memory,
    }


def _cost_row(cost: Cost) -> tuple[str, ...]:
    return (
        number(cost.parameters, 0),
        f"{number(cost.multiply_adds / 1e6, 0)} M",
        f"{number(1000 * cost.latency, 1)} ms",
        layout.size(cost.memory),
    )
