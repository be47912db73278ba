"""The tables of strategies, those with steps and those solved at once: one line each.

Their options are described, without torch, in `study/strategies/options.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from alih.study.strategies.options import FinetuneOptions
from alih.transfer.advent import advent
from alih.transfer.cdan import cdan
from alih.transfer.closed import ClosedForm, Given
from alih.transfer.contract import Strategy
from alih.transfer.dan import dan
from alih.transfer.dann import Dann
from alih.transfer.deep_coral import deep_coral
from alih.transfer.direct import Direct
from alih.transfer.distill import Distill
from alih.transfer.features import Features
from alih.transfer.finetune import Finetune
from alih.transfer.ingredients import Ingredients
from alih.transfer.joint import joint
from alih.transfer.match import Match
from alih.transfer.mcc import mcc
from alih.transfer.mme import Mme
from alih.transfer.pseudo_labels import PseudoLabels
from alih.transfer.shot_im import ShotIm
from alih.transfer.supervised import Supervised


def _scratch(given: Ingredients) -> Strategy:
    return Supervised(
        given.network, given.task, given.recipe.train, given.steps_per_epoch, given.class_weights
    )


def _source_only(given: Ingredients) -> Strategy:
    settings = given.recipe.train, given.steps_per_epoch, given.class_weights
    return Supervised(given.network, given.task, *settings, domain="source")


def _finetune(given: Ingredients) -> Strategy:
    assert isinstance(given.options, FinetuneOptions)
    return Finetune(
        given.network,
        given.task,
        given.recipe.train,
        given.steps_per_epoch,
        given.options,
        given.class_weights,
    )


STRATEGIES: dict[str, Callable[[Ingredients], Strategy]] = {
    "scratch": _scratch,
    "finetune": _finetune,
    "match": Match,
    "distill": Distill,
    "source-only": _source_only,
    "target-only": _scratch,
    "joint": joint,
    "dann": Dann,
    "cdan": cdan,
    "mcc": mcc,
    "mme": Mme,
    "deep-coral": deep_coral,
    "dan": dan,
    "shot-im": ShotIm,
    "self-training": PseudoLabels,
    "fixmatch": PseudoLabels,
    "advent": advent,
}

CLOSED_FORM: dict[str, Callable[[Given], ClosedForm]] = {
    "direct": Direct,
    "features": Features,
}
