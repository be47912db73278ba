"""Reading learning curves in words: each rule has its number, and a healthy curve gets no sentence.

The rules and why they are as they are: `docs/diagnosis.md`. All of them look at curves averaged
over the replicates of one arm. Scores (accuracy, mean IoU, …) are means over items of values in [0,
1], so √(p(1−p)/n) bounds their standard error (exactly for accuracy; Bhatia and Davis 2000 for the
others). Those of segmentation add pixels up before the ratio is taken; images are still what
varies, and the same bound serves them as a rough one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from alih import words
from alih.evaluation.curves import Curves, Floats, noise, smooth, trend
from alih.metrics import METRICS
from alih.words.amounts import Amount, Kind
from alih.words.phrase import Phrase

MIN_EPOCHS = 5
TAIL = 0.3
"""Share of the epochs, at the end, that levels and trends are taken from."""
MIN_TAIL = 3
STILL_FALLING = 0.02
"""Fall of the loss per epoch above which training is not finished."""
LOSS_RISE = 0.05
"""Rise of the validation loss above its minimum that counts, as a share of the minimum."""
JITTER = 3.0
"""… and in standard deviations of the curve's own jitter."""
EVALUATIONS_ABOVE = 3
UNSTABLE_RISE = 0.2
GAP = 0.02
"""Train score minus validation score below this is not worth a sentence, however many items there
are."""
NEAR_TOP = 0.01
"""A training score as near as this to 1 leaves nothing to fit."""
MODE_GAP = 0.05
SMALL_VALIDATION = 100

Severity = Literal["note", "warning", "problem"]


@dataclass(frozen=True)
class Remark:
    """One remark about the curves of an arm: the name of its rule, its weight, and the numbers
    behind it.
    """

    code: str
    severity: Severity
    sentence_key: str
    values: Mapping[str, Any]

    def sentence(self) -> str:
        """The remark with its numbers and a suggested next step, in the reader's language."""
        values = {name: shown(name, [value]) for name, value in self.values.items()}
        return words.say(self.sentence_key, **values)


@dataclass(frozen=True)
class _Evidence:
    """What the rules look at: mean curves [E] of one arm and the sizes behind their standard
    errors.
    """

    epochs: np.ndarray
    loss: Floats
    score: Floats | None
    train_loss: Floats | None
    train_score: Floats | None
    running: Floats | None
    train_eval: Floats | None
    n_train: int
    n_train_eval: int
    n_validation: int
    metric: str
    modes: tuple[str, Floats, Floats] | None = None

    @property
    def tail(self) -> slice:
        """The last 30 % of the epochs, at least three."""
        return slice(-max(MIN_TAIL, int(np.ceil(TAIL * len(self.epochs)))), None)

    def level(self, curve: Floats) -> float:
        """Mean of a curve over the tail; its last value where that would be all or most of a curve
        that still rises.
        """
        known = curve[np.isfinite(curve)]
        return (
            float(known[-1])
            if len(self.epochs) < MIN_EPOCHS and len(known)
            else float(np.nanmean(curve[self.tail]))
        )


def diagnose(
    curves: Curves,
    *,
    n_train: int,
    n_validation: int,
    majority: float | None = None,
    reference_train: float | None = None,
    reference: str = "pixel-logistic",
    metric: str = "accuracy",
    n_train_eval: int | None = None,
    kfold: bool = True,
    domains: bool = False,
    apart: bool = False,
    until: int | None = None,
) -> list[Remark]:
    """What the curves of one arm say, most serious first; an empty list when there is nothing to
    remark.

    `majority` is the validation share of the commonest class. `reference_train` is the training
    score to judge under-fitting by: that of logistic regression on pixels (`references.json`), or
    of another arm, which `reference` then names. `metric` is a score in [0, 1] where higher is
    better; for one where lower is better the score rules are silent. `kfold`: whether the study
    could test its images by k-fold, which is then the advice about few of them. `domains`: whether
    validation images are those of a source; `apart`: whether none of these is learnt from, so that
    validation says nothing of the training images. `until`: the last epoch that learns from the
    labels of the validation images' domain, where later ones do not.

    >>> from alih.evaluation.curves import curves
    >>> loss = [0.9, 0.6, 0.5, 0.45, 0.44, 0.44, 0.44]
    >>> healthy = {"loss": loss, "accuracy": [0.7, 0.8, 0.83, 0.85, 0.85, 0.85, 0.85]}
    >>> both = curves(train=healthy, validation=healthy)
    >>> diagnose(both, n_train=5000, n_validation=1000, majority=0.1)
    []
    """
    broken = _not_finite(curves)
    if broken:
        return [broken]
    if until is not None:
        curves = curves.until(until)
    facts = _evidence(curves, metric, n_train, n_validation, n_train_eval)
    if facts is None:
        return []
    small = _small_validation(facts, kfold, domains)
    measured = int(np.isfinite(facts.loss).sum())
    if apart:
        return (_mode_gap(facts) or _unstable(facts)) if measured >= MIN_EPOCHS else []
    if measured < MIN_EPOCHS and until is not None:
        return small
    if measured < MIN_EPOCHS:
        # No shape can be read from so few, but where they ended can.
        # A network that has not learned yet may still do so.
        begun = not _not_learning(facts, majority)
        return [
            *(_mode_gap(facts) or (_near_majority(facts, majority) if begun else [])),
            *small,
            _remark("too_few_epochs", "note", epochs=measured, needed=MIN_EPOCHS),
        ]
    # Of a network whose evaluation mode is broken, or that learned nothing, other rules would only
    # describe symptoms; where evaluation mode is broken, it seems to have learned nothing.
    found = _mode_gap(facts) or _not_learning(facts, majority)
    if not found:
        found = [*_overfitting(facts), *_unstable(facts), *_validation_above_train(facts)]
        found += _underfitting(facts, reference_train, reference)
        found += _near_majority(facts, majority)
        # The sentence on over-fitting already says how far training and validation are apart.
        if not any(f.code.startswith("overfitting") for f in found):
            found += _gap(facts) + _not_finished(facts)
    order = ("problem", "warning", "note")
    return sorted([*found, *small], key=lambda f: order.index(f.severity))


def _evidence(
    curves: Curves, metric: str, n_train: int, n_validation: int, n_train_eval: int | None
) -> _Evidence | None:
    loss = curves.mean("validation", "log_loss", "loss")
    if loss is None:
        return None
    rising = metric not in METRICS or METRICS[metric].higher_is_better
    running, evaluated, score = (
        curves.mean(split, metric) if rising else None
        for split in ("train", "train-eval", "validation")
    )
    train_loss = curves.mean("train-eval", "log_loss", "loss")
    return _Evidence(
        epochs=curves.epochs,
        loss=loss,
        score=score,
        train_loss=curves.mean("train", "log_loss", "loss") if train_loss is None else train_loss,
        train_score=running if evaluated is None else evaluated,
        running=_to_the_end(running),
        train_eval=evaluated,
        n_train=n_train,
        n_train_eval=n_train_eval or n_train,
        n_validation=n_validation,
        metric=metric,
        modes=_modes(curves, metric) if rising else None,
    )


def _modes(curves: Curves, metric: str) -> tuple[str, Floats, Floats] | None:
    """A score measured both while training and in evaluation mode: `metric`, else the pixel
    accuracy, which training tells.
    """
    for name in (metric, "pixel_accuracy"):
        running, evaluated = (
            _to_the_end(curves.mean("train", name)),
            curves.mean("train-eval", name),
        )
        if running is not None and evaluated is not None:
            return name, running, evaluated
    return None


def _to_the_end(running: Floats | None) -> Floats | None:
    """A curve of scores while training; None where the last steps had no labels to be scored on."""
    return running if running is not None and np.isfinite(running[-1]) else None


def _of_pixels(metric: str) -> bool:
    return metric in METRICS and METRICS[metric].tasks == ("segmentation",)


def _not_finite(curves: Curves) -> Remark | None:
    """Rule 0: a measured loss was not a finite number, in any replicate."""
    for (split, metric), values in curves.table.items():
        wrong = np.isinf(values)
        if metric in ("loss", "log_loss") and wrong.any():
            epoch = int(curves.epochs[wrong.any(axis=0).argmax()])
            broken = int(wrong.any(axis=1).sum())
            return _remark(
                "not_finite",
                "problem",
                split=split,
                epoch=epoch,
                broken=broken,
                replicates=len(values),
            )
    return None


def _not_learning(e: _Evidence, majority: float | None) -> list[Remark]:
    """Rule 1: the training score never left the majority-class baseline (+ 2 standard errors)."""
    if majority is None or e.train_score is None:
        return []
    best = float(np.nanmax(smooth(e.train_score)))
    if best > majority + 2 * standard_error(majority, e.n_train):
        return []
    return [
        _remark(
            "not_learning", "problem", metric=e.metric, score_train=best, score_majority=majority
        )
    ]


def _underfitting(e: _Evidence, reference_train: float | None, reference: str) -> list[Remark]:
    """Rule 2: the training score is clearly below the reference's (2 SE), and validation is not
    left behind.

    The second half matters because a linear model on many pixels memorises few images: a network
    that is below such a reference on its training images but far above its own validation score
    does not lack capacity. A score at the top of the scale cannot be exceeded: where both are
    there, the task is as easy for the reference.
    """
    if reference_train is None or e.train_score is None:
        return []
    best = float(np.nanmax(smooth(e.train_score)[e.tail]))
    if e.score is not None and best - e.level(e.score) > max(
        GAP, 2 * standard_error(e.level(e.score), e.n_validation)
    ):
        return []
    values = {
        "metric": e.metric,
        "score_train": best,
        "score_reference": reference_train,
        "reference": reference,
    }
    n = e.n_train if e.train_eval is None else e.n_train_eval
    if best >= 1 - max(NEAR_TOP, 2 * standard_error(1.0, n)):
        easy = reference_train >= 1 - max(NEAR_TOP, 2 * standard_error(1.0, n))
        return [_remark("as_easy", "note", **values)] if easy else []
    if best >= reference_train - 2 * standard_error(reference_train, n):
        return []
    return [_remark("underfitting", "warning", **values)]


def _overfitting(e: _Evidence) -> list[Remark]:
    """Rule 3: validation loss ends clearly above its minimum while training loss falls; split by
    what the score does.
    """
    if e.train_loss is None:
        return []
    loss, train = smooth(e.loss), smooth(e.train_loss)
    lowest = int(np.nanargmin(loss))
    after = loss[lowest + 1 :]
    if np.isfinite(after).sum() < EVALUATIONS_ABOVE or not train[-1] < train[lowest]:
        return []
    least = float(loss[lowest])
    needed = max(LOSS_RISE * abs(least), JITTER * noise(e.loss))
    if not (after[-EVALUATIONS_ABOVE:] > least).all() or float(after[-1]) - least <= needed:
        return []
    # Decisions use the smoothed curve; the sentence quotes what the reader sees in the plot.
    best = int(np.nanargmin(e.loss))
    values: dict[str, Any] = {
        "epoch": int(e.epochs[best]),
        "loss_best": float(e.loss[best]),
        "loss_last": float(e.loss[-1]),
    }
    if e.score is None:
        return [_remark("overfitting_loss_only", "warning", **values)]
    values |= {
        "metric": e.metric,
        "score_best": float(e.score[best]),
        "score_last": float(e.score[-1]),
    }
    score = smooth(e.score)
    fall = float(score[lowest]) - e.level(score)
    if fall > 2 * standard_error(float(score[lowest]), e.n_validation):
        return [_remark("overfitting_score", "problem", **values | {"score_last": e.level(score)})]
    return [_remark("overfitting_loss", "warning", **values)]


def _gap(e: _Evidence) -> list[Remark]:
    """Rule 4: the training score is above the validation score by more than 2 SE and 2 points, and
    validation is on a plateau.
    """
    if e.score is None or e.train_score is None:
        return []
    train, validation = e.level(e.train_score), e.level(e.score)
    if train - validation <= max(GAP, 2 * standard_error(validation, e.n_validation)):
        return []
    tail = e.score[e.tail]
    if abs(trend(tail)[0]) * (len(tail) - 1) > 2 * standard_error(validation, e.n_validation):
        return []
    return [
        _remark(
            "generalisation_gap",
            "note",
            metric=e.metric,
            score_train=train,
            score_validation=validation,
        )
    ]


def _not_finished(e: _Evidence) -> list[Remark]:
    """Rule 5: training and validation loss both still fall by more than 2 % an epoch, clearly
    (slope beyond 2 SE).
    """
    if e.train_loss is None:
        return []
    rates = []
    for curve in (e.train_loss, e.loss):
        slope, error = trend(np.log(np.maximum(curve[e.tail], 1e-12)))
        if -slope <= STILL_FALLING or -slope <= 2 * error:
            return []
        rates.append(1 - float(np.exp(slope)))
    return [
        _remark(
            "not_finished",
            "warning",
            rate_train=rates[0],
            rate_validation=rates[1],
            epochs=len(e.epochs),
        )
    ]


def _validation_above_train(e: _Evidence) -> list[Remark]:
    """Rule 6: validation beats training. In evaluation mode that hints at a leak; against the
    running mean it is usual.
    """
    if e.score is None or e.train_score is None:
        return []
    validation = e.level(e.score)
    margin = 2 * float(
        np.hypot(
            standard_error(validation, e.n_validation),
            standard_error(e.level(e.train_score), e.n_train_eval),
        )
    )
    train = e.level(e.train_score)
    values: dict[str, Any] = {
        "metric": e.metric,
        "score_train": train,
        "score_validation": validation,
    }
    if validation - train > margin:
        if e.train_eval is None:
            return [_remark("validation_above_running", "note", **values)]
        return [_remark("validation_above_train", "warning", **values)]
    if (
        e.train_eval is not None
        and e.running is not None
        and validation - e.level(e.running) > margin
    ):
        return [
            _remark("running_explained", "note", **values | {"score_running": e.level(e.running)})
        ]
    return []


def _mode_gap(e: _Evidence) -> list[Remark]:
    """Rule 7: the same images score far lower in evaluation mode than while training."""
    if e.modes is None:
        return []
    metric, running, evaluated = e.modes[0], e.level(e.modes[1]), e.level(e.modes[2])
    if running - evaluated <= max(MODE_GAP, 2 * standard_error(evaluated, e.n_train_eval)):
        return []
    return [
        _remark("mode_gap", "problem", metric=metric, score_running=running, score_train=evaluated)
    ]


def _unstable(e: _Evidence) -> list[Remark]:
    """Rule 8: the training loss itself ends 20 % above its minimum (3 evaluations or more
    later).
    """
    if e.train_loss is None:
        return []
    loss = smooth(e.train_loss)
    lowest = int(np.nanargmin(loss))
    after = loss[lowest + 1 :]
    least = float(loss[lowest])
    needed = max(UNSTABLE_RISE * abs(least), JITTER * noise(e.train_loss))
    if (
        np.isfinite(after).sum() < EVALUATIONS_ABOVE
        or not (after[-EVALUATIONS_ABOVE:] - least > needed).all()
    ):
        return []
    best = int(np.nanargmin(e.train_loss))
    return [
        _remark(
            "unstable",
            "problem",
            epoch=int(e.epochs[best]),
            loss_best=float(e.train_loss[best]),
            loss_last=float(e.train_loss[-1]),
        )
    ]


def _near_majority(e: _Evidence, majority: float | None) -> list[Remark]:
    """Rule 9: the network has learned its training images, but validation is not above the majority
    class + 2 SE.
    """
    if majority is None or e.score is None:
        return []
    validation = e.level(e.score)
    if validation - majority > 2 * standard_error(validation, e.n_validation):
        return []
    if _of_pixels(e.metric):
        seen = {"metric": e.metric, "score_validation": validation, "score_majority": majority}
        return [Remark("near_majority", "warning", "evaluation.near_majority_masks", seen)]
    return [
        _remark(
            "near_majority",
            "warning",
            metric=e.metric,
            score_validation=validation,
            score_majority=majority,
            n=e.n_validation,
            score_error=standard_error(validation, e.n_validation),
        )
    ]


def _small_validation(e: _Evidence, kfold: bool, domains: bool) -> list[Remark]:
    """Rule 10: fewer than 100 validation items; one item more or less moves the score by 1/n."""
    if not 0 < e.n_validation < SMALL_VALIDATION or e.score is None:
        return []
    last = float(e.score[np.isfinite(e.score)][-1])
    values: dict[str, Any] = {"metric": e.metric, "n": e.n_validation, "score_last": last}
    key = "evaluation.small_validation"
    if _of_pixels(e.metric):
        key += "_masks"
    else:
        low, high = _wilson(last, e.n_validation)
        step = 100 / e.n_validation
        values |= {"points_step": step, "score_low": low, "score_high": high}
        # Half of all right has the widest interval of all scores.
        widest = _wilson(0.5, e.n_validation)
        values["points_widest"] = 100 * (widest[1] - widest[0])
    more = "use_more_source" if domains else "use_more"
    advice = Phrase(f"evaluation.{'use_kfold' if kfold else more}")
    return [Remark("small_validation", "warning", key, values | {"advice": advice})]


def standard_error(p: float, n: int) -> float:
    """Standard error of a mean over n values in [0, 1]; two hits and two misses added (Agresti,
    Coull) keep it above 0.
    """
    p = (p * n + 2) / (n + 4)
    return float(np.sqrt(p * (1 - p) / (n + 4)))


def _wilson(p: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's 95 % interval of a share p of n items."""
    centre, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return float((centre - half) / (1 + z * z / n)), float((centre + half) / (1 + z * z / n))


def _remark(code: str, severity: Severity, **values: Any) -> Remark:
    return Remark(code, severity, f"evaluation.{code}", values)


KINDS: dict[str, Kind] = {"score": "share", "rate": "share", "points": "points", "loss": "loss"}


def shown(name: str, values: Sequence[Any]) -> Any:
    """The values of one or several arms as a sentence shows them; their kind is read from the first
    part of their name.
    """
    kind, first = name.split("_")[0], values[0]
    if isinstance(first, int | float):
        return Amount.of(KINDS.get(kind, "count"), values)
    if kind == "reference" and not words.has(f"evaluation.reference.{first}"):
        return Phrase("evaluation.reference_arm", {"arm": first})
    if kind in ("metric", "split", "reference") and words.has(f"evaluation.{kind}.{first}"):
        return Phrase(f"evaluation.{kind}.{first}")
    return first
