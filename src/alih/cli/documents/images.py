"""Documents of the commands that look at images and sets: audit, scout, domains, look, predict."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from alih.cli.documents.base import Document, Finding, Interval
from alih.cli.documents.comparison import Distance


class AuditedSet(Document):
    """A set that was audited."""

    name: str
    """Its name."""
    domain: str | None
    """`source` or `target`, with two domains."""
    task: Literal["classification", "segmentation"]
    """What it is used for."""
    classes: list[str]
    """Its classes."""
    images: int
    """Images that could be used."""
    unusable: int
    """Files that could not."""
    parts: dict[str, int]
    """Images by part."""


class Exhibit(Document):
    """Images that show a finding."""

    items: list[int]
    """Their numbers in the set."""
    text: str
    """What they show, in English."""


class AuditFinding(Finding):
    """A finding with its evidence."""

    numbers: dict[str, Any]
    """Plain values by name."""
    files: list[list[str]]
    """Files that belong together, the most telling first."""
    shown: list[Exhibit]
    """Images that show it."""


class Audit(Document):
    """What ruins studies of a set."""

    audit: str
    """What was audited."""
    sets: list[AuditedSet]
    """The sets."""
    counts: dict[str, int]
    """Findings by severity."""
    findings: list[AuditFinding]
    """All findings, the gravest first."""
    muted: int
    """Findings that the study mutes."""


class ScoutedData(Document):
    """The set that backbones were ranked for."""

    name: str
    """Its name."""
    classes: int
    """Classes."""
    images: int
    """Images that were looked at."""
    image_size: int
    """Pixels a side."""


class Probe(Document):
    """Logistic regression on frozen features, cross-validated."""

    accuracy: float
    """Its accuracy."""
    ci95: Interval
    """The 95 % interval."""
    log_loss: float
    """Its log loss."""
    n: int
    """Images."""
    folds: int
    """Folds."""


class ScoutSeconds(Document):
    """What a backbone took."""

    features: float
    """Seconds for features."""
    scores: float
    """Seconds for scores."""


class MissingBackbone(Document):
    """A backbone whose weights are not here."""

    model: str
    """Its name."""
    command: str
    """What gets its weights."""
    parameters: int
    """Parameters."""
    multiply_adds: int
    """Multiplications with addition of one image."""
    latency_ms: float
    """Milliseconds of one image on this machine."""
    memory_bytes: int
    """Bytes of activations of one image."""


class ScoutedBackbone(Document):
    """A backbone and how well it suits the set."""

    model: str
    """Its name."""
    logme: float
    """LogME: higher is better."""
    h_score: float
    """H-score: higher is better."""
    leep: float | None
    """LEEP; None where the backbone's classes are unknown."""
    nce: float | None
    """NCE; None like LEEP."""
    probe: Probe
    """A classifier on its features."""
    width: int
    """Features of an image."""
    parameters: int
    """Parameters."""
    multiply_adds: int
    """Multiplications with addition of one image."""
    latency_ms: float
    """Milliseconds of one image on this machine."""
    memory_bytes: int
    """Bytes of activations of one image."""
    seconds: ScoutSeconds
    """What it took."""


class Scout(Document):
    """Backbones ranked for a set."""

    data: ScoutedData
    """The set."""
    ranked_by: Literal["logme"]
    """The score that ranks them."""
    ranking: list[ScoutedBackbone]
    """The best first."""
    missing: list[MissingBackbone]
    """Backbones whose weights are not here."""


class Domain(Document):
    """One of two sets."""

    name: str
    """Its name."""
    channels: int
    """1: gray, 3: colours."""
    size: int | None
    """Pixels a side; None where images differ."""
    classes: list[str]
    """Its classes."""
    labelled: float
    """The share of its labels that may be used."""


class Mmd(Document):
    """The maximum mean discrepancy of two sets."""

    mmd2: float
    """MMD², unbiased: may be slightly negative."""
    p: float
    """Its p-value, by permutation."""
    null95: Interval
    """Where 95 % of permuted values lie."""
    by_bandwidth: list[tuple[float, float, float]]
    """Factor on the mean squared distance, MMD² and p of each kernel."""
    n_source: int
    """Images of the source."""
    n_target: int
    """Images of the target."""


class Shift(Document):
    """How far apart two sets lie."""

    features: str
    """The backbone whose features were compared."""
    image_size: int
    """Pixels a side."""
    proxy_a_distance: Distance
    """How well a linear classifier tells the sets apart."""
    mmd: Mmd
    """How far their means lie apart."""
    seconds: float
    """Seconds that it took."""


class Suggestion(Document):
    """A method to try."""

    arm: str
    """The arm's name."""
    strategy: str | None
    """The strategy; None where the arm learns as without a second set."""
    start: str | None = Field(alias="from")
    """The arm that it starts from."""
    why: str
    """Why, in English."""


class Hint(Document):
    """A remark on what to try."""

    key: str
    """The sentence's name."""
    text: str
    """The sentence in English."""


class Advice(Document):
    """Which methods to try first."""

    arms: list[Suggestion]
    """The first one first."""
    notes: list[Hint]
    """What to keep in mind."""


class Domains(Document):
    """How two sets differ."""

    source: Domain
    """The set that is learnt from."""
    target: Domain
    """The set that shall be answered."""
    feature_space_differs: bool
    """Whether colours or sizes differ."""
    label_space_differs: bool | None
    """Whether classes differ; None where the target's are unknown."""
    labels: Literal["same", "overlapping", "disjoint", "unknown"]
    """How classes relate."""
    distribution_differs: bool | None
    """Whether the images' distribution differs."""
    method: str
    """The family of methods that this calls for."""
    shift: Shift
    """How far apart they lie."""
    sentences: list[str]
    """All this in English."""
    advice: Advice | None
    """Which methods to try first; None where none applies."""
    written: str | None
    """The study that was written."""


class Prediction(Document):
    """A class and its probability."""

    class_name: str = Field(alias="class")
    """The class."""
    probability: float
    """Its probability."""


class Attention(Document):
    """Where a network finds what speaks for its likeliest class (Grad-CAM)."""

    class_name: str | None = Field(alias="class")
    """The class, where it has a name."""
    stage: str
    """The stage that was looked at."""
    outside: float | None
    """The share outside the central box; None where nothing speaks for the class."""


class Stage(Document):
    """A stage of a network."""

    name: str
    """Its name."""
    shape: list[int]
    """Channels, height and width of its output."""


class MaskFile(Document):
    """The mask of an image."""

    file: str
    """The mask, a PNG of class numbers."""
    shares: dict[str, float]
    """Share of the image by class."""


class MatchedPair(Document):
    """A stage of the source that a run of `match` learnt near, and the stage that learnt."""

    source: str
    """The source's stage."""
    target: str
    """The network's stage."""
    weight: float
    """How much the pair counted in the last epoch."""
    channels: list[int]
    """The source's channels that counted most, from 0."""


class Look(Document):
    """What a network makes of an image; without an image, what a run of `match` took over."""

    page: str
    """The page."""
    model: str
    """The network."""
    image: str | None = None
    """The image file; left out without one, like all further keys but `source` and `pairs`."""
    stages: list[Stage] | None = None
    """Its stages, from shallow to deep."""
    predictions: list[Prediction] | None = None
    """The likeliest classes; empty where outputs have no names."""
    attention: Attention | None = None
    """Where it looked; None where that is not known."""
    mask: MaskFile | None = None
    """The mask, by a segmentation run."""
    source: str | None = None
    """The network that was matched; without an image only."""
    pairs: list[MatchedPair] | None = None
    """The pairs of stages that were matched; without an image only."""


class Predict(Document):
    """What a model answers for image files. The exit code is 1 where some could not be used."""

    answered: int
    """Files that were answered."""
    unusable: int
    """Files that could not be used."""
    faults: list[str]
    """Why, of the first of them, as sentences."""
    others: dict[str, int]
    """Files that are no images, by suffix."""
    together: int | None
    """Images that were answered together, where an answer depends on the others."""
    notes: list[str]
    """What to know of the answers, in English."""
    out: str | None
    """Where answers were written; None where they are in `answers`."""
    answers: list[dict[str, Any]] | None
    """One object a file, with the columns of docs/predict.md; None with `--out`."""
