"""Keeping the best epoch and stopping early, each by its own metric."""

from __future__ import annotations

import math

import torch
from torch import nn

from alih.study.document.train import Train
from alih.training.selection import Selection, watched


def run(train: Train, rows: list[dict[str, float]]) -> tuple[Selection, nn.Module]:
    network = nn.Linear(1, 1, bias=False)
    selection = Selection(train)
    for epoch, values in enumerate(rows, start=1):
        with torch.no_grad():
            network.weight.fill_(float(epoch))
        selection.see(epoch, {"validation": values}, network)
        if selection.stop:
            break
    selection.restore(network)
    return selection, network


LOSSES = [0.5, 0.4, 0.45, 0.46, 0.3]
ACCURACIES = [0.7, 0.8, 0.9, 0.85, 0.85]
ROWS = [{"loss": a, "accuracy": b} for a, b in zip(LOSSES, ACCURACIES, strict=True)]


def test_each_monitor_has_its_own_say():
    train = Train(keep="best", monitor="accuracy", early_stopping={"patience": 2})
    selection, network = run(train, ROWS)
    assert selection.last_epoch == 4, "patience by loss: best at 2, waited 3 and 4"
    assert selection.kept_epoch == 3, "kept by accuracy"
    assert network.weight.item() == 3.0
    assert watched(train) == ("accuracy",)


def test_a_value_that_is_no_number_is_never_the_best():
    rows = [{"loss": 0.5}, {"loss": math.nan}, {"loss": 0.6}]
    selection, network = run(Train(keep="best"), rows)
    assert (selection.best_epoch, float(network.weight)) == (1, 1.0)


def test_without_validation_the_last_epoch_counts():
    selection, network = run(Train(keep="best"), [{}, {}])
    assert (selection.best_epoch, selection.kept_epoch, float(network.weight)) == (2, 2, 2.0)


def test_min_delta_and_ties():
    rows = [{"loss": value} for value in (0.5, 0.495, 0.49, 0.2)]
    selection, _ = run(Train(early_stopping={"patience": 2, "min_delta": 0.05}), rows)
    assert selection.last_epoch == 3, "small gains do not reset patience"
    assert selection.best_epoch == 3
    tied, _ = run(Train(), [{"loss": 0.5}, {"loss": 0.5}])
    assert tied.best_epoch == 1


def test_state_goes_round():
    train = Train(keep="best", early_stopping={"patience": 3})
    selection, network = run(train, ROWS[:3])
    twin = Selection(train)
    twin.load_state_dict(selection.state_dict())
    for follower in (selection, twin):
        follower.see(4, {"validation": ROWS[3]}, network)
        follower.see(5, {"validation": ROWS[4]}, network)
    assert twin.state_dict()["best"] == selection.state_dict()["best"] == [5, 0.3, 0]
    assert twin.best_epoch == 5


def test_scores_without_labels_choose_among_epochs_that_have_not_collapsed():
    selection = Selection(Train(keep="best", monitor="entropy"))
    network = nn.Linear(1, 1, bias=False)
    rows = [(0.5, 0.0), (0.3, 0.0), (0.01, 1.0), (0.4, 0.0)]
    for epoch, (entropy, collapsed) in enumerate(rows, start=1):
        target = {"entropy": entropy, "collapsed": collapsed}
        selection.see(epoch, {"validation": {"loss": 1.0 / epoch}, "target": target}, network)
    assert selection.kept_epoch == 2
    more = Selection(Train(monitor="information"))
    for epoch, information in enumerate([0.1, 0.9, 0.5], start=1):
        more.see(epoch, {"target": {"information": information, "collapsed": 0.0}}, network)
    assert more.best_epoch == 2
