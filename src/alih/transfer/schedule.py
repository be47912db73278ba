"""Learning rate as a pure function of the step."""

from __future__ import annotations

import math

from alih.study.document.train import Train


def learning_rate(train: Train, step: int, steps_per_epoch: int) -> float:
    """The learning rate of one step (counted from 0): warm-up, then constant, step or cosine, times
    Keras's time decay.

    >>> steps = Train(lr=0.1, schedule={"name": "step", "every": 2, "factor": 0.1})
    >>> learning_rate(steps, step=20, steps_per_epoch=10)
    0.010000000000000002
    """
    schedule = train.schedule
    epoch = step / steps_per_epoch
    total = float(train.epochs)
    rate = train.lr / (1.0 + train.time_decay * step)
    if epoch < schedule.warmup:
        return rate * (step + 1) / max(1.0, schedule.warmup * steps_per_epoch)
    if schedule.name == "step":
        return rate * schedule.factor ** (step // (schedule.every * steps_per_epoch))
    if schedule.name == "cosine":
        share = (epoch - schedule.warmup) / max(total - schedule.warmup, 1e-9)
        return rate * 0.5 * (1.0 + math.cos(math.pi * min(share, 1.0)))
    return rate
