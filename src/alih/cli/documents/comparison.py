"""The documents of `alih compare` and `alih verdict`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from alih.cli.documents.base import Document, Finding, Interval, Level

Verdict = Literal["better", "worse", "same", "undecided"]


class MetricResult(Document):
    """An arm's mean on a metric over its replicates."""

    mean: float
    """The mean."""
    sd: float | None
    """The standard deviation over replicates; None with one."""
    ci95: Interval
    """The 95 % interval of the mean."""
    split: str | None
    """The split that was scored."""
    averaging: str
    """How classes or images are averaged."""


class Arm(Document):
    """An arm at one level."""

    at: Level = Field(default_factory=dict)
    """Values of the varied keys; left out without `vary`."""
    n_seeds: int
    """Replicates."""
    n_test: int
    """Test items."""
    metrics: dict[str, MetricResult]
    """Means by metric."""
    published: dict[str, Any] | None
    """Published numbers, where the study repeats a paper."""
    parameters: int | None
    """Parameters of its network."""
    seconds: float | None
    """Seconds of a cell, the median."""
    seconds_per_epoch: float | None
    """Seconds of an epoch, the median."""
    ms_per_step: float | None
    """Milliseconds of a step, the median."""


class ScoreArm(Arm):
    """An arm of a table of scores."""

    varies_by_seed: bool
    """Whether another seed could give other scores."""
    seeds: list[str]
    """Its seeds."""


class Noise(Document):
    """Standard deviations of a difference of one replicate of each arm."""

    runs: float
    """From one pair of runs to the next, on the same test items."""
    items: float
    """For the same runs, between sets of as many test items."""


class Needs(Document):
    """What would settle an undecided comparison."""

    seeds: int | None
    """Replicates in total."""
    items: int | None
    """Test items in total."""
    groups: int | None
    """Groups of test items in total."""
    command: str | None
    """The command that takes the next step, where one is worth while."""


class Means(Document):
    """Means of both arms."""

    arm: float
    """The arm's."""
    baseline: float
    """The baseline's."""


class Counts(Document):
    """Replicates of both arms."""

    arm: int
    """The arm's."""
    baseline: int
    """The baseline's."""


class Row(Document):
    """An arm against the baseline, on one metric, at one level."""

    arm: str
    """The arm."""
    baseline: str
    """What it is compared with."""
    metric: str
    """The metric."""
    split: str | None
    """The split that was scored."""
    averaging: str
    """How classes or images are averaged."""
    at: Level
    """Values of the varied keys."""
    factors: list[str]
    """The keys in which the two arms differ."""
    look: int
    """The number of this look at the two arms."""
    copies: int
    """Replicates that were left out because they copy others."""
    earlier_rules: int
    """Looks that were judged by the rules of older versions."""
    noise: Noise | None
    """How much chance there is in a difference; None where runs do not vary or were not
    repeated."""
    verdict: Verdict
    """The answer: `same` means within the margin, `undecided` that the data cannot tell."""
    difference: float | None
    """Arm minus baseline; None while nothing can be compared, like all further keys."""
    ci95: Interval | None
    """The plain 95 % interval of the difference."""
    ci: Interval | None
    """The interval that agrees with the verdict: wider, as it allows for all comparisons and
    looks."""
    level: float | None
    """The probability with which `ci` may miss the truth."""
    p: float | None
    """The p-value of no difference."""
    p_adjusted: float | None
    """The same, adjusted for all comparisons."""
    probability_better: float | None
    """The probability that one new run of the arm beats one of the baseline."""
    needs: Needs | None
    """What would settle an undecided comparison."""
    test: str | None
    """How the interval was made: `replicates-and-items`, `items-only`, `items` or
    `corrected-resampled-t`."""
    means: Means | None
    """Means of both arms."""
    n_seeds: int
    """Replicates that were compared; of unequal numbers the smaller one."""
    n_items: int
    """Test items that were compared."""
    n_groups: int | None
    """Groups of test items."""
    replicates: Counts | None
    """Replicates of each arm."""


class Pairs(Document):
    """Which seeds of two arms met."""

    by_name: list[str]
    """Seeds that both arms have."""
    in_order: list[list[str]]
    """Seeds of other names, paired in their order."""
    unpaired: dict[str, list[str]]
    """Seeds without a partner, by arm."""
    left_out: dict[str, list[str]]
    """Seeds that were not used, by arm."""


class ScoreRow(Row):
    """An arm against the baseline in a table of scores."""

    pairs: Pairs
    """Which seeds met."""


class Reference(Document):
    """What an answer scores that looks at no image, or hardly."""

    split: str
    """The split that was scored."""
    metrics: dict[str, float]
    """Its metrics."""


class Yardsticks(Document):
    """An arm that does not beat answers given without looking at images."""

    arm: str
    """The arm."""
    at: Level
    """Values of the varied keys."""
    metric: str
    """The metric."""
    mean: float
    """The arm's mean."""
    references: dict[str, float]
    """What such answers score, by name."""
    ci95: dict[str, Interval]
    """The intervals of the differences."""


class TrivialAnswer(Document):
    """An arm beside an answer that looks at no image."""

    arm: str
    """The arm."""
    at: Level
    """Values of the varied keys."""
    metric: str
    """The metric."""
    mean: float
    """The arm's mean."""
    reference: str
    """The answer's name."""
    value: float
    """What it scores."""
    ci95: Interval
    """The interval of the difference."""
    verdict: Literal["better", "no better", "undecided"]
    """Whether the arm is better than that."""
    difference: float
    """The arm's mean minus that score."""


class Equivalence(Document):
    """How many training images another arm needs to do as well."""

    arm: str
    """The arm."""
    other: str
    """The other arm."""
    metric: str
    """The metric."""
    images: int
    """Training images of the arm."""
    equals: float | None
    """About as many of the other arm; None where even `largest` are too few."""
    range: tuple[float, float | None] | None
    """What the intervals allow."""
    largest: int
    """The most training images of the other arm."""
    at: Level
    """Values of the other varied keys."""


class Cells(Document):
    """How many cells there are."""

    done: int
    """Finished ones."""
    total: int
    """Planned ones."""
    changed: int
    """Finished ones that were computed for other settings than the study has now."""


class Distance(Document):
    """The proxy A-distance of two domains."""

    distance: float
    """From 0 (a linear classifier tells nothing) to 2 (it tells every image's domain)."""
    ci95: Interval
    """Its 95 % interval."""
    error: float
    """The classifier's error."""
    n: int
    """Images, half of each domain."""


class AdaptationRow(Document):
    """An arm of a study with two domains."""

    arm: str
    """The arm."""
    at: Level
    """Values of the varied keys."""
    role: Literal["source", "adapted", "target", "none"]
    """What it learns from."""
    reference: str | None
    """The source-only arm that it is held against."""
    proxy_a_distance: Distance | None
    """How far apart the domains lie in its features."""
    adaptation_hurts: bool
    """Whether it is decidedly worse than that arm."""


class Rejection(Document):
    """Why a run may not be chosen."""

    reason: Literal["one-class", "classes-lost", "source-drop"]
    """What is wrong."""
    value: float
    """Its value."""
    limit: float
    """The limit that it passes."""


class Candidate(Document):
    """A run of an arm: beside these keys, its scores by selector."""

    model_config = ConfigDict(extra="allow")

    effective_items: float | None
    """How many source images of equal weight the weighted accuracy rests on."""
    rejected: list[Rejection]
    """Why it may not be chosen; empty where it may."""
    test: float | None
    """The primary metric on the target's test images, which chooses nothing."""


class ChosenArm(Document):
    """An arm among which was chosen."""

    reference: str | None
    """The source-only arm that it is held against."""
    may_be_chosen: bool
    """Whether it may be chosen."""
    scores: dict[str, float | None]
    """Means by selector."""
    rejected: int
    """Runs that are rejected."""
    test: float | None
    """The mean of the primary metric on the target's test images."""
    replicates: dict[str, Candidate]
    """Its runs by replicate."""


class Pick(Document):
    """What a selector chooses."""

    arm: str | None
    """The arm; None where none may be chosen."""
    test: float | None
    """Its mean on the target's test images."""
    test_by_replicate: float | None
    """The same where every replicate is chosen by itself."""
    score: float | None
    """The mean that the arm was chosen by."""
    replicates: dict[str, str | None]
    """The arm chosen in each replicate."""


class Choice(Document):
    """What would be chosen among the arms of a level without labels of the target."""

    at: Level
    """Values of the varied keys."""
    metric: str
    """The metric of `test`."""
    replicates: list[int]
    """The replicates that all arms have."""
    arms: dict[str, ChosenArm]
    """All arms."""
    picks: dict[str, Pick]
    """What each selector chooses."""
    agree: bool | None
    """Whether all selectors choose the same arm; None with fewer than two that choose one."""
    oracle: Pick | None
    """What labels of the target would choose, where the study asks for it."""


class Round(Document):
    """A round of a study that runs until it is decided."""

    seeds: dict[str, int]
    """Replicates by arm."""
    states: dict[str, str]
    """What was found of each arm."""


class Rounds(Document):
    """All rounds."""

    number: int = Field(alias="schema")
    """The form of this table."""
    rounds: list[Round]
    """Round by round."""
    stopped: Literal["decided", "hopeless", "budget", "failed"] | None
    """Why no further round followed."""


class _Compared(Document):
    study: str
    """The study's name, or that of the table."""
    looks: int
    """The number of the latest look."""
    error_bound: float
    """The share of false verdicts that may be among all of them."""
    primary: str
    """The primary metric."""
    complete: bool
    """Whether every planned cell has finished."""
    cells: Cells
    """How many cells there are."""
    references: dict[str, Reference]
    """What answers score that look at no image."""
    no_better_than: list[Yardsticks]
    """Arms that are no better than such answers."""
    trivial_answers: list[TrivialAnswer]
    """Each arm beside such answers."""
    equivalences: list[Equivalence]
    """How many training images one arm is worth in another."""
    findings: list[Finding]
    """What looks wrong."""
    findings_muted: int
    """Findings that the study mutes."""
    adaptation: list[AdaptationRow]
    """The arms of a study with two domains."""
    selection: list[Choice]
    """What would be chosen without labels of the target."""


class Comparison(_Compared):
    """The verdicts on a study."""

    arms: dict[str, Arm | list[Arm]]
    """Arms by name; with `vary` a list of levels for each."""
    comparisons: list[Row]
    """Every arm against the baseline, on every metric."""
    looks_lost: int
    """Earlier looks whose record is gone."""
    not_recorded: str | None
    """Why this look could not be noted."""
    test_images_shown: list[str]
    """Days on which test images were looked at."""
    rounds: Rounds | None
    """The rounds of a study that runs until it is decided."""


class Asked(Document):
    """What was asked of a table of scores."""

    baseline: str
    """The arm that all others are compared with."""
    higher_is_better: bool
    """Whether a higher score is better."""
    margin: float | None
    """The difference below which arms count as the same."""
    level: float
    """The share of false verdicts that is accepted."""
    planned_looks: bool
    """Whether this look is one of several."""
    group: str | None
    """The column that says which items belong together."""


class ScoreFile(Document):
    """A table of scores."""

    path: str
    """Its path."""
    sha256: str | None
    """Its checksum."""
    rows: int
    """Its rows."""
    used: list[str]
    """Columns that were used."""
    ignored: list[str]
    """Columns that were not."""
    decimal_comma: bool
    """Whether decimals are written with a comma."""
    group_sizes: list[int] | None
    """Items of each group."""


class Scores(_Compared):
    """The verdicts on a table of scores."""

    arms: dict[str, ScoreArm]
    """Arms by name."""
    comparisons: list[ScoreRow]
    """Every arm against the baseline."""
    asked: Asked
    """What was asked."""
    file: ScoreFile
    """The table."""
