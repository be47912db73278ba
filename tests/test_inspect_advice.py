"""Which methods of adaptation `alih domains` would try first, by its rules."""

from __future__ import annotations

from alih.inspect.advice import CLOSE, Facts, advise
from alih.study.strategies.options import STRATEGIES
from alih.words import speaking

EVEN = (0.25, 0.25, 0.25, 0.25)


def facts(**changes):
    values = {"task": "classification", "target": 900, "labelled": 0.0, "distance": 1.8}
    values |= {"differs": True, "pretrained": True, "prior": EVEN, "shares": EVEN}
    return Facts(**(values | changes))


def names(**changes):
    return [arm.name for arm in advise(facts(**changes)).arms]


def notes(**changes):
    return [note.key.rpartition(".")[2] for note in advise(facts(**changes)).notes]


def known(*wanted):
    return [name for name in wanted if name in STRATEGIES]


def test_the_order_follows_from_the_labels_that_may_be_used():
    assert names() == ["source-only", "mcc", "shot-im", "deep-coral", "dan"]
    some = ["source-only", "target", "joint", "source-target"]
    assert names(labelled=0.1) == [*some, *known("mme")]
    assert names(labelled=1.0) == some
    assert names(task="segmentation", prior=None, shares=None) == [
        "source-only",
        *known("advent"),
        *(name for name in known("self-training") if STRATEGIES[name].segments),
        "dann",
    ]


def test_shares_of_classes_decide_who_is_warned_about():
    assert notes() == ["backbone"]
    skewed = (0.55, 0.15, 0.15, 0.15)
    assert names(shares=skewed)[-1] == "shot-im"
    assert notes(shares=skewed) == ["uneven", "moved", "backbone"]
    # Unequal in both domains alike: alignment is not the problem, equal shares are.
    assert notes(shares=skewed, prior=skewed) == ["uneven", "backbone"]
    # What the classifier's own errors can explain is no reason for a warning.
    assert notes(shares=skewed, doubt=0.15) == ["backbone"]
    assert names(shares=skewed, doubt=0.15)[2] == "shot-im"
    assert notes(shares=EVEN, prior=skewed) == ["moved", "backbone"]
    assert notes(shares=skewed, labelled=1.0) == ["backbone"]
    with speaking("en"):
        assert "30 %" in str(advise(facts(shares=skewed)).notes[0])


def test_close_few_and_small():
    assert notes(distance=CLOSE) == ["close", "backbone"]
    assert notes(differs=False) == ["close", "backbone"]
    assert notes(target=99) == ["features", "backbone"]
    assert names(target=99)[-2:] == ["coral", "easytl"]
    assert names(target=99, pretrained=False)[-1] == "dan"
    assert notes(target=31) == ["batch", "features", "backbone"]
    assert notes(pretrained=False) == ["no_backbone"]
