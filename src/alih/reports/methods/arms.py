"""What the methods section says of an arm, as values for its templates: what it starts from, what
of it learns, how it was trained, and what was kept.

They come from the study's document, as arms were asked for, and from the cards of runs, where these
know more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from alih import words
from alih.reports.kit.facts import Facts, Group
from alih.runs.card import Card
from alih.study.catalogue.architectures import plain_unet
from alih.study.catalogue.arithmetic import network
from alih.study.catalogue.backbones import CARDS, backbone_of, is_path, start_of
from alih.study.catalogue.presets import PRESETS
from alih.study.catalogue.stages import is_layer_list, stages
from alih.study.document.arm import Recipe
from alih.study.document.data import DataSpec
from alih.study.document.model import ModelSpec
from alih.study.planning.recipes import LEVELS, flat, path_for_arm, recipe, target_labels
from alih.study.strategies.base import StrategyOptions
from alih.study.strategies.options import is_closed, needs_network, options_of, views_of
from alih.words import formats
from alih.words.formats import plain

OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD"}
RUN_PARTS = 4
"""Of the path of a run: study, `runs`, arm and replicate; where that lies on a machine is nothing
for a text."""
DIGITS_OF_SUM = 12
"""Of a SHA-256: enough to tell files apart, and to find one that is named in full elsewhere."""


@dataclass(frozen=True)
class Arm:
    """An arm as the templates see it, by its first level that has finished somewhere."""

    facts: Facts
    group: Group

    @cached_property
    def asked(self) -> Recipe:
        """The recipe that the document asks for; of tuned settings those that the first replicate
        chose.
        """
        tune = self.card.tune
        trial = tune.trials[tune.chosen].values if tune else None
        return recipe(self.facts.study, self.group.arm, self.group.at, trial)

    @cached_property
    def options(self) -> StrategyOptions:
        """The options of its strategy."""
        return options_of(self.asked)

    @property
    def card(self) -> Card:
        """The card of its first finished replicate."""
        assert self.group.card is not None
        return self.group.card

    @property
    def closed(self) -> bool:
        """Whether it is fitted in one step."""
        return is_closed(self.asked)

    @property
    def label(self) -> str:
        """Its name for readers."""
        return self.facts.arm_label(self.group.arm)

    @property
    def model(self) -> ModelSpec:
        """The network that is asked for."""
        return self.asked.model

    @property
    def unet(self) -> Any:
        """Width, depth and padding of a plain U-Net; None for other networks."""
        return plain_unet(self.model)

    @property
    def parameters(self) -> int:
        """Parameters of the network."""
        return self.card.parameters

    @property
    def trainable(self) -> int:
        """Parameters that were trained, or numbers that were fitted."""
        return self.card.trainable

    @property
    def in_part(self) -> bool:
        """Whether a part of the parameters was never trained."""
        given = self.asked.transfer.options.get("unfreeze")
        return self.trainable < self.parameters and given is None

    @property
    def rates(self) -> list[float]:
        """Its rates of dropout, in the order of its layers."""
        preset = PRESETS.get(self.model.name or "")
        own = self.model.dropout
        return list(preset.dropout) if preset and own is None else list(own or ())

    @property
    def start(self) -> str:
        """Where its weights began: `imagenet`, `file`, `untrained` (a backbone), `random`."""
        if backbone_of(self.model) is None:
            return "random"
        start = start_of(self.asked)
        if start in (None, "none"):
            return "untrained"
        return "file" if is_path(str(start)) else "imagenet"

    @property
    def backbone(self) -> str | None:
        """The name of its backbone, None without one."""
        return backbone_of(self.model)

    @property
    def file(self) -> str:
        """The name of the file of weights that it began with."""
        return Path(str(start_of(self.asked))).name

    @property
    def initialisation(self) -> str:
        """Whose initialisation random weights follow."""
        return {"keras": "Keras", "torch": "PyTorch"}[self.asked.init]

    @property
    def origin(self) -> str:
        """Which weights they were: their name where they have one, and the beginning of their
        checksum.
        """
        found = self.card.weights
        total = f"SHA-256 {found.sha256[:DIGITS_OF_SUM]}…" if found and found.sha256 else ""
        if self.start == "file":
            return f" ({total})" if total else ""
        known = CARDS.get(str(self.backbone))
        name = known.weights if known else found.source if found else "timm"
        return "; ".join(filter(None, [name, total]))

    @property
    def carried(self) -> dict[str, Any] | None:
        """What was carried over from an arm or a run: whose, how many tensors, of how many."""
        found = self.card.carried
        if not found or self.asked.source is None:
            return None
        source, fresh = self.asked.source, len(found.fresh)
        known = source in self.facts.study.arms
        return {
            "arm": self.facts.arm_label(source) if known else None,
            "run": "/".join(Path(source).parts[-RUN_PARTS:]),
            "carried": found.carried,
            "all": found.carried + fresh,
            "fresh": fresh,
        }

    @property
    def strategy(self) -> str:
        """The strategy's name with its options as the document writes them."""
        name, given = self.asked.transfer.strategy, flat(self.asked.transfer.options)
        return f"{name} ({'; '.join(_written(given))})" if given else name

    @property
    def last_frozen(self) -> str:
        """The name of the last frozen stage: of a layer list's own, else of a row of the layer
        table.
        """
        number = int(getattr(self.options, "freeze", 0))
        if is_layer_list(self.model):
            return stages(network(self.model, len(self.card.classes)))[number - 1].name
        return self.card.layers[number - 1].name

    @property
    def optimizer(self) -> str:
        """The optimizer's name."""
        return OPTIMIZERS[self.asked.train.optimizer]

    @property
    def loss(self) -> str:
        """The losses with their weights; "" for cross-entropy alone."""
        losses = self.asked.train.losses
        if losses == {"cross-entropy": 1.0}:
            return ""
        alone = list(losses.values()) == [1.0]
        return " + ".join(
            name if alone else f"{plain(weight)} × {name}" for name, weight in losses.items()
        )

    @property
    def mean(self) -> str:
        """The means by which pixels are normalised, channel by channel."""
        form = self.card.preprocessing
        return _constants(form.mean if form else ())

    @property
    def std(self) -> str:
        """The standard deviations by which pixels are normalised, channel by channel."""
        form = self.card.preprocessing
        return _constants(form.std if form else ())

    @property
    def changes(self) -> dict[str, Any]:
        """The random changes of training images with their strengths."""
        return {key: value for key, value in self.asked.augment.model_dump().items() if value}

    @property
    def refit(self) -> bool:
        """Whether it was trained anew on training and validation images together."""
        return self.facts.study.refit

    @property
    def kept(self) -> list[int]:
        """The epochs that validation chose, by replicate, where it chose."""
        if self.asked.train.keep != "best":
            return []
        epochs = [cell.card.kept_epoch for cell in self.group.done]
        return [epoch for epoch in epochs if epoch]

    @property
    def level(self) -> str:
        """The level that is told of, in words."""
        return formats.level_text(self.group.at)

    @property
    def features(self) -> dict[str, Any]:
        """What a classifier on features was fitted to, and how its options were chosen."""
        options: Any = self.options
        made, fitted = self.card.features, self.card.classifier
        assert made is not None
        assert fitted is not None
        asked = options.classifier.model_dump()
        given = {k: v for k, v in asked.items() if v is not None and k not in ("name", "calibrate")}
        handmade = options.handmade and options.handmade.model_dump()
        return {
            "classifier": "; ".join([asked["name"], *_written(given)]),
            "stores": asked["name"] == "knn",
            "width": made.width,
            "backbone": made.origin,
            "stage": made.stage,
            "handmade": "files"
            if handmade == {"name": "files"}
            else handmade and f"{handmade.pop('name').upper()} ({', '.join(_written(handmade))})",
            "network": needs_network(self.asked),
            "folds": fitted.report.get("folds"),
            "kept": self._kept,
            "chosen": [
                key
                for key, value in asked.items()
                if value is None and fitted.options.get(key) is not None
            ],
            "calibrated": fitted.options.get("calibrate"),
            "domains": self._domains(options),
            "views": views_of(self.asked),
        }

    def _domains(self, options: Any) -> dict[str, Any] | None:
        """Of two domains, whose labels were learnt from and what was aligned; None with one set."""
        study = self.facts.study
        if isinstance(study.data, DataSpec):
            return None
        granted = target_labels(study, self.asked, self.group.at)
        learnt = options.learn_from if granted else "source"
        return {
            "labels": learnt,
            "coral": options.aligns,
            "easytl": options.classifier.name == "easytl",
            "together": self.card.transductive,
        }

    @property
    def _kept(self) -> list[str]:
        """The shares of features that a selecting classifier kept, by replicate."""
        fits = [cell.card.classifier for cell in self.group.done]
        shares = [one.options["keep"] for one in fits if one and one.options.get("keep")]
        return [words.percent(share, 2) for share in dict.fromkeys(shares)]

    @property
    def own_size(self) -> int | None:
        """The side of its images where it is not the study's."""
        size = self.card.image_size
        return None if size == self.scored_size else size

    @property
    def scored_size(self) -> int | None:
        """The side at which the study scores."""
        return self.facts.data.image_size if self.facts.data else None

    @property
    def masks(self) -> bool:
        """Whether it answers with masks."""
        return self.facts.study.task == "segmentation"

    @property
    def varied(self) -> dict[str, list[Any]]:
        """What took other values at other levels; training images are told with the data."""
        vary, arm = self.facts.study.vary, self.group.arm
        return {key: vary[key] for key in vary if key not in LEVELS and path_for_arm(key, arm)}


def finished(facts: Facts) -> list[Arm]:
    """Every arm that has finished somewhere, at its first such level."""
    first: dict[str, Group] = {}
    for group in facts.groups:
        if group.card:
            first.setdefault(group.arm, group)
    return [Arm(facts, group) for group in first.values()]


def _constants(values: Iterable[float]) -> str:
    return "; ".join(plain(round(value, 4)) for value in values)


def _written(given: Mapping[str, Any]) -> list[str]:
    return [
        f"{key}: {plain(value) if isinstance(value, float) else value}"
        for key, value in given.items()
    ]
