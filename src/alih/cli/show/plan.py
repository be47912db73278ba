"""What `plan`, `status` and the end of `run` say: the study's folder, times still needed, the next
command.

Pure functions of a study document and of the list of cell states that `alih.runs.status.survey`
gives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from alih.cli.show import output
from alih.errors import AlihError
from alih.verdicts.sentences import FEASIBLE, FEASIBLE_ITEMS, next_seeds, rounded
from alih.words import formats, language, number, percent, say

# Error rate assumed by `alih plan` while no cell has finished: what a small network reaches on
# Fashion-MNIST.
GUESSED_ERROR = 0.1

# What a third replicate brings is much, what a sixth brings is little: from 2 to 3 the difference
# that a plan can find falls to a third or less, from 3 to 5 by a fifth or more, from 5 to 10 by a
# tenth (`can_decide`).
WORTH_TRYING = (3, 5)


def seconds_left(statuses: Sequence[Any], study: Any = None) -> list[float | None]:
    """Expected seconds of each cell that is still to run; 0.0 for finished ones, None when nothing
    is known yet.

    An epoch is taken to cost what it costs in the finished cells of the same arm, else what it cost
    when something like it last ran or was timed on this machine.
    """
    jobs = at_once(statuses)
    per_epoch: dict[str, list[float]] = {}
    for status in statuses:
        if status.seconds and status.state == "finished":
            # What is solved at once has no epochs: its cells count as a whole.
            per_epoch.setdefault(status.cell.arm, []).append(
                status.seconds / (status.epochs_done or 1)
            )
    expected: list[float | None] = []
    for status in statuses:
        known = per_epoch.get(status.cell.arm) or _timed_before(study, status.cell, jobs)
        if status.state == "finished":
            expected.append(0.0)
        elif known:
            done = status.epochs_done if status.state in ("resumable", "running") else 0
            expected.append(sum(known) / len(known) * ((status.epochs or 1) - done))
        else:
            expected.append(None)
    return expected


def at_once(statuses: Sequence[Any]) -> int:
    """How many of the cells that are left `alih run` will compute at the same time on this
    machine.
    """
    from alih.executors.local import default_jobs

    return default_jobs(sum(status.state != "finished" for status in statuses))


def together(seconds: Sequence[float], jobs: int) -> float:
    """How long cells take of which so many run at once."""
    return max(sum(seconds) / jobs, max(seconds, default=0.0))


def _timed_before(study: Any, cell: Any, jobs: int) -> list[float]:
    if study is None:
        return []
    from alih.runs import hardware
    from alih.runs.speed import seconds_per_epoch
    from alih.study.planning.plan import trials
    from alih.study.planning.recipes import recipe

    chosen = recipe(study, cell.arm, cell.at)
    threads = hardware.threads(hardware.device_kind("auto"), jobs)
    images = cell.at.get("train_images", "all")
    sizes = Counter(
        recipe(study, cell.arm, cell.at, trial).image_size for trial in trials(study, cell.arm)
    )
    total = 0.0
    for size, tried in sizes.items():
        seconds = seconds_per_epoch(
            study, chosen.model_copy(update={"image_size": size}), threads, images
        )
        if seconds is None:
            return []
        total += tried * seconds
    return [total]


def _solved_at_once(study: Any, cell: Any) -> bool:
    from alih.study.planning.recipes import recipe
    from alih.study.strategies.options import is_closed

    return is_closed(recipe(study, cell.arm, cell.at))


def measure(study: Any, statuses: Sequence[Any]) -> None:
    """Time a few steps of each network that is still to train, on blank images, so that the plan
    knows what an epoch costs.

    Raises AlihError for data that is not understood or not here, and ModuleNotFoundError without
    torch.
    """
    from alih.executors.local import default_jobs
    from alih.models import devices
    from alih.runs import hardware
    from alih.study.catalogue.sets import facts_of, target
    from alih.study.planning.recipes import recipe
    from alih.training import timing

    left = [s.cell for s in statuses if s.state != "finished"]
    spec = target(study)
    facts = facts_of(spec, study.task)
    if facts is None or not left:
        return
    side, channels = spec.image_size or facts.image_size, spec.channels or facts.channels
    recipes = [recipe(study, cell.arm, cell.at) for cell in left]
    kind = devices.choose("auto")
    threads = hardware.threads(kind, default_jobs(len(left)))
    timing.measure(
        recipes, timing.Setting(kind, threads, facts.classes, (channels, side, side), study.task)
    )


def budget_sentence(study: Any, statuses: Sequence[Any]) -> str | None:
    """With `budget`: the replicates, or else the epochs, that fit in it. None without a budget or
    without times.
    """
    if study.budget is None:
        return None
    from alih.study.planning.plan import replicates

    fresh = [replace(s, state="new", epochs_done=0) for s in statuses if s.cell.replicate == 0]
    per_replicate = seconds_left([*fresh, *[s for s in statuses if s.state == "finished"]], study)[
        : len(fresh)
    ]
    if not fresh or any(seconds is None for seconds in per_replicate):
        return say("api.plan.budget_unknown", budget=output.duration(study.budget))
    one = sum(seconds or 0.0 for seconds in per_replicate)
    fits = int(study.budget // one)
    values = {
        "budget": output.duration(study.budget),
        "one": output.duration(one),
        "planned": replicates(study),
    }
    if fits >= 3:
        return say("api.plan.budget_seeds", seeds=fits, **values)
    epochs = max(s.epochs for s in fresh)
    return say(
        "api.plan.budget_epochs",
        epochs=max(1, int(epochs * study.budget / (3 * one))),
        now=epochs,
        **values,
    )


def tuning_sentences(study: Any) -> list[str]:
    """Which arms a tuned key does not apply to."""
    from alih.study.planning.tuning import left_out

    return [
        say("study.not_tuned", key=key, arms=", ".join(arms))
        for key, arms in left_out(study).items()
    ]


def start_sentences(study: Any) -> list[str]:
    """Which arms begin with pretrained weights under a strategy whose name suggests that they do
    not.
    """
    from alih.study.catalogue.backbones import start_of
    from alih.study.planning.recipes import recipe
    from alih.study.strategies.options import kind_of

    recipes = {arm: recipe(study, arm) for arm in study.arms}
    arms = [
        arm
        for arm, r in recipes.items()
        if kind_of(r).from_scratch and start_of(r) not in (None, "none")
    ]
    return [say("study.pretrained_scratch", arms=", ".join(arms))] if arms else []


def size_sentence(study: Any) -> str | None:
    """The sizes at which arms see the images; None where all see the data's."""
    from alih.study.catalogue.sets import image_size
    from alih.study.planning.plan import image_sizes

    found = image_sizes(study)
    if not found:
        return None
    shown = "; ".join(f"{arm} {', '.join(map(str, sizes))}" for arm, sizes in found.items())
    masks = (
        say("cli.check.sizes_masks", size=image_size(study)) if study.task == "segmentation" else ""
    )
    return say("cli.check.sizes", sizes=shown, masks=masks)


def subset_sentence(study: Any) -> str | None:
    """What the numbers of `train_images` count; None where they are not varied."""
    from alih.study.catalogue.sets import facts_of, target

    counts = [count for count in study.vary.get("train_images", []) if count != "all"]
    if not counts or study.task != "classification":
        return None
    try:
        facts = facts_of(target(study))
    except AlihError:  # a finished study whose images are not here
        return None
    if facts is None:
        return None
    return say(
        "api.plan.subset",
        count=number(min(counts), 0),
        classes=facts.classes,
        each=_each(min(counts) / facts.classes),
    )


def _each(images: float) -> str:
    return number(images, 0 if images >= 10 or images == int(images) else 1)


def features_sentence(study: Any) -> str | None:
    """How much the study's activations will take in the cache; None where it keeps none, or where
    that is not known.
    """
    from alih.features.sizes import planned
    from alih.features.store import folder, limit

    wanted = planned(study)
    if not wanted:
        return None
    key = "features" if wanted <= limit() else "features_beyond"
    return say(
        f"api.plan.{key}", size=output.size(wanted), limit=output.size(limit()), path=folder()
    )


def cost_sentence(statuses: Sequence[Any], study: Any = None) -> str:
    """How many cells are left and how long they may take, so many at once as `alih run` computes;
    else what is not known.
    """
    left = [
        (s, seconds)
        for s, seconds in zip(statuses, seconds_left(statuses, study), strict=True)
        if s.state != "finished"
    ]
    if not left:
        return say("api.plan.nothing_left", cells=len(statuses))
    known = [seconds for _, seconds in left if seconds is not None]
    unknown = [s.cell for s, seconds in left if seconds is None]
    if any(study is None or not _solved_at_once(study, cell) for cell in unknown):
        return say("api.plan.cost_unknown", cells=len(left))
    jobs = at_once(statuses)
    values = {
        "cells": len(left),
        "known": len(known),
        "time": output.duration(together(known, jobs)),
        "jobs": jobs,
    }
    if unknown:
        return say("api.plan.cost_partly" if known else "api.plan.cost_of_solved", **values)
    return say("api.plan.cost" if jobs == 1 else "api.plan.cost_at_once", **values)


def power(study: Any, error: float = GUESSED_ERROR) -> list[dict[str, Any]]:
    """Whether the planned replicates and test items can decide: for accuracy from which difference
    on, else what is certain.

    Nothing is known beforehand about the spread of other metrics, except that one replicate decides
    none of them; nor about accuracy when the number of test items is not known before the data is
    read.
    """
    from alih.statistics.single import can_decide, items_to_decide, seeds_to_decide
    from alih.study.planning.plan import replicates

    if len(study.arms) < 2:
        return []
    folds = study.split.folds if study.split.scheme == "repeated-kfold" else None
    planned = replicates(study)
    if planned == 1:
        return [
            {"metric": metric, "replicates": 1, "can_decide": False} for metric in study.metrics[:1]
        ]
    items = _test_items(study)
    if items is None or "accuracy" not in study.metrics:
        return []
    wanted = study.compare.metrics.get("accuracy")
    margin, level = wanted.margin if wanted else None, _row_level(study)
    possible, smallest = can_decide(items, planned, error, margin, level, folds)
    seeds = None if folds else seeds_to_decide(items, error, margin, level)
    more = () if folds else tuple(n for n in WORTH_TRYING if n > planned)
    with_seeds = max(planned, WORTH_TRYING[-1])
    return [
        {
            "metric": "accuracy",
            "items": items,
            "replicates": planned,
            "assumed_error": error,
            "margin": margin,
            "can_decide": bool(possible),
            "smallest_difference": float(smallest),
            "replicates_needed": seeds,
            "more_replicates": [
                {
                    "replicates": n,
                    "smallest_difference": float(can_decide(items, n, error, margin, level)[1]),
                }
                for n in more
            ],
            "items_needed": None
            if folds or (seeds and seeds <= FEASIBLE)
            else items_to_decide(with_seeds, error, margin, level),
        }
    ]


def _test_items(study: Any) -> int | None:
    """The number of items that will be scored, where that is known before they are read."""
    from alih.study.catalogue.sets import held_out_items

    try:
        return held_out_items(study)
    except AlihError:  # a finished study whose images are not here
        return None


def _row_level(study: Any) -> float:
    """What one row of the first look may spend, by Holm's first step: the level that a verdict has
    to meet.
    """
    from alih.statistics.verdicts import planned_level, spent_level
    from alih.study.planning.plan import replicates

    planned = (
        replicates(study) if study.split.scheme == "repeated-kfold" else study.compare.seeds_max
    )
    whole = study.compare.level
    look = (
        spent_level(whole, 1)
        if planned is None
        else planned_level(whole, replicates(study), planned, 0.0)
    )
    return look / ((len(study.arms) - 1) * len(study.metrics))


def power_sentences(study: Any) -> list[str]:
    """`power` in words; of two replicates it is said what a third is worth, also where nothing else
    is known.
    """
    from alih.study.planning.plan import replicates

    folds = study.split.scheme == "repeated-kfold"
    facts = power(study)
    if not facts and len(study.arms) > 1 and replicates(study) == 2 and not folds:
        return [say("api.plan.two_replicates")]
    return [_power_sentence(fact, folds) for fact in facts]


def _power_sentence(fact: dict[str, Any], folds: bool) -> str:
    metric = formats.metric_in_text(fact["metric"], language())
    if fact["replicates"] == 1:
        return say("api.plan.one_replicate", metric=metric)
    margin = fact["margin"]
    key = "can" if fact["can_decide"] else "cannot_at_all" if margin is None else "cannot"
    first = say(
        f"api.plan.{key}",
        metric=metric,
        runs=say("api.plan.folds" if folds else "api.plan.replicates", n=fact["replicates"]),
        items=number(fact["items"], 0),
        error=percent(fact["assumed_error"], 0),
        points=_points(fact["smallest_difference"]),
        margin=number(100 * (margin or 0), 2),
    )
    return " ".join([first, *_ways(fact, folds)])


def _ways(fact: dict[str, Any], folds: bool) -> list[str]:
    """What would make a plan decide, or decide about smaller differences: replicates as long as
    they help, then test images.
    """
    if folds:
        return [] if fact["can_decide"] else [say("api.plan.more_folds")]
    needed = fact["replicates_needed"]
    if not fact["can_decide"] and needed is not None and needed <= FEASIBLE:
        return [say("api.plan.more_replicates", seeds=needed)]
    ways = []
    if not fact["can_decide"] or fact["replicates"] == 2:
        ways = [
            say(
                "api.plan.sharper",
                seeds=more["replicates"],
                points=_points(more["smallest_difference"]),
            )
            for more in fact["more_replicates"]
        ]
    if fact["can_decide"]:
        return ways
    items, seeds = fact["items_needed"], max(fact["replicates"], WORTH_TRYING[-1])
    if items is None or items > FEASIBLE_ITEMS:
        return [*ways, say("api.plan.too_small", items=number(FEASIBLE_ITEMS, 0))]
    return [*ways, say("api.plan.more_items", items=number(rounded(items), 0), seeds=seeds)]


def _points(difference: float) -> str:
    """Percentage points of a difference that rests on an assumed error: two digits, no more."""
    points = min(100.0, 100 * difference)
    return number(points, 0 if points >= 9.5 else 1 if points >= 0.95 else 2)


def as_json(study: Any, root: Path, statuses: Sequence[Any]) -> dict[str, Any]:
    """`plan --json` and `status --json`: every cell with its state, the reason, epochs and
    seconds.
    """
    from alih.features.sizes import planned
    from alih.study.planning.tuning import left_out

    expected = seconds_left(statuses, study)
    cells = [
        {
            "cell": str(s.cell),
            "arm": s.cell.arm,
            "replicate": s.cell.replicate,
            "at": s.cell.at,
            "state": s.state,
            "reason": s.reason,
            "epochs_done": s.epochs_done,
            "epochs": s.epochs,
            "seconds": s.seconds,
            "seconds_left": seconds,
        }
        for s, seconds in zip(statuses, expected, strict=True)
    ]
    states = [s.state for s in statuses]
    known = [seconds for seconds in expected if seconds is not None]
    return {
        "study": study.name,
        "folder": root.as_posix(),
        "counts": {state: states.count(state) for state in sorted(set(states))},
        "seconds_left": sum(known) if len(known) == len(expected) else None,
        "at_once": at_once(statuses),
        "features_bytes": planned(study),
        "not_tuned": left_out(study),
        "power": power(study),
        "cells": cells,
    }


def next_step(
    study: Any, root: Path, statuses: Sequence[Any], comparison: dict[str, Any]
) -> str | None:
    """The exact next command and what it costs, or None when there is nothing left to do.

    Failed cells come first; then the replicates that would settle an undecided verdict on the
    primary metric. The cost is that of the finished cells, one after another.
    """
    from alih.runs.folder import run_command
    from alih.study.planning.plan import replicates

    if any(s.state == "failed" for s in statuses):
        return say("cli.next.retry", command=f"{run_command(root)} --retry-failed")
    rows = [
        row for row in comparison.get("comparisons", []) if row["metric"] == comparison["primary"]
    ]
    wanted = [row for row in rows if row.get("needs") and row["needs"]["command"]]
    if not wanted:
        return None
    seeds, command = max(
        (next_seeds(row["n_seeds"], row["needs"]["seeds"]), row["needs"]["command"])
        for row in wanted
    )
    spent = [s.seconds for s in statuses if s.state == "finished" and s.seconds]
    if not spent or seeds <= replicates(study):
        return say("cli.next.command", command=command)
    cells_per_replicate = len(statuses) / replicates(study)
    more = sum(spent) / len(spent) * cells_per_replicate * (seeds - replicates(study))
    return say("cli.next.command_cost", command=command, time=output.duration(more))
