"""What `model.json` of an exported model holds (`docs/export.md` has the table of its keys)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Strict

from alih.data.decode import Decode
from alih.runs.card import Constants, Stored
from alih.words.phrase import Phrase, in_english

FORMAT = 1
"""The form of `model.json` that this version writes, and the newest that it reads."""

WEIGHTS, ONNX, SAMPLE = "model.safetensors", "model.onnx", "sample.npz"
INT8, PROGRAM = "model.int8.onnx", "model.pt2"
PAGE = "page.html"
"""What `alih export --page` writes beside the files that `ModelCard.files` names."""


class Preparation(Stored):
    """How an image file becomes pixels uint8 [h, w, c], and these what the network reads.

    An image is turned as its EXIF says, brought to `size` × `size` pixels by `resize` (`squash`:
    both sides, whatever the shape; `crop`: the short side, then the middle is cut out) with
    `interpolation`, antialiased, and to `channels` (1: gray, 3: RGB). `scale`: the values of gray
    files of more than eight bits that become black and white. The network reads
    (pixels / 255 - mean) / std per channel, as [n, c, h, w].
    """

    size: int
    channels: int
    resize: str
    interpolation: str
    max_pixels: int | None = None
    scale: Annotated[tuple[int, int], Strict(False)] | None = None
    mean: list[float]
    std: list[float]

    @property
    def decode(self) -> Decode:
        """What brings files to pixels (`data.strips.read`)."""
        return Decode(
            self.size, self.channels, self.resize, self.interpolation, self.max_pixels, self.scale
        )

    @property
    def constants(self) -> Constants:
        """Mean and deviation per channel."""
        return Constants(mean=self.mean, std=self.std)


class Familiarity(Stored):
    """What is like the images learnt from: one whose largest probability has at least the natural
    logarithm `log_probability`, and whose largest logit is at least `logit` (None: not looked at).

    Of `items` validation images about the share `false_alarms` fell short of one of both.
    """

    log_probability: float
    logit: float | None = None
    items: int
    false_alarms: float


class Output(Stored):
    """What a model gives: `logits`, or `log-probabilities` [n, classes] ([n, classes, h, w] for
    masks). Softmax over classes makes probabilities of either.

    `temperature` was fitted on validation images: dividing by it before softmax calibrates the
    probabilities, as `alih predict` and `alih serve` do. None where nothing was fitted. `familiar`
    tells images unlike those learnt from.
    """

    kind: Literal["logits", "log-probabilities"]
    temperature: float | None = None
    familiar: Familiarity | None = None


class OnnxFile(Stored):
    """`model.onnx`, and how near its answers came to those of PyTorch on `items` stored images.

    It takes `pixels` uint8 [n, h, w, c] with any n, and gives `scores` float32, as `Output` says:
    normalisation is inside, resizing is not. `largest_difference` is that of any score, `tolerance`
    what was allowed; every class was the same. `images`: validation images of the study, the few
    that the run stored (`examples`), or where neither are here `drawn` ones. `tried`: what was
    wrong with the files of other exporters.
    """

    exporter: Literal["dynamo", "torchscript"]
    opset: int
    input: str = "pixels"
    output: str = "scores"
    items: int
    images: Literal["validation", "examples", "drawn"]
    largest_difference: float
    tolerance: float
    tried: dict[str, str]


class ProgramFile(Stored):
    """`model.pt2`, a program of `torch.export` that takes and gives what `model.onnx` does, and how
    near its answers came to those of PyTorch; keys as in `OnnxFile`.
    """

    items: int
    images: Literal["validation", "examples", "drawn"]
    largest_difference: float
    tolerance: float


class PairedVerdict(Stored):
    """What `alih verdict` says of two models that answered for the same images, on one metric.

    `mean` is this model's, `against` the other's, `difference` the first minus the second; `ci`
    misses the true difference with probability `level` and agrees with the verdict. It is about
    these two models and other images like these `items`, not about other trainings. `told`: the
    same in a sentence, by language.
    """

    metric: str
    averaging: str
    mean: float
    against: float
    difference: float
    ci: Annotated[tuple[float, float], Strict(False)]
    ci95: Annotated[tuple[float, float], Strict(False)]
    level: float
    margin: float | None = None
    verdict: Literal["better", "worse", "same", "undecided"]
    items: int
    groups: int | None = None
    told: dict[str, str]


class Int8File(Stored):
    """`model.int8.onnx`: `model.onnx` with weights and maps of eight bits, and what that costs.

    The ranges of maps are those of `calibrated_on` validation images; the verdicts, that on the
    primary metric first, are on `judged_on` other ones. `changed`: the share of these whose class
    (segmentation: of their pixels) is another; `largest_difference`: that of any
    probability before calibration.
    """

    bytes: int
    bytes_float: int
    calibrated_on: int
    judged_on: int
    changed: float
    largest_difference: float
    verdicts: list[PairedVerdict]

    @property
    def is_worse(self) -> bool:
        """Whether it is decidedly worse on the primary metric."""
        return self.verdicts[0].verdict == "worse"


class Member(Stored):
    """A replicate that a combined model is made of: its `recipe`, the `constants` that its images
    were normalised by, and its own score on the held-out images (the primary metric).
    """

    replicate: int
    identity: str
    recipe: dict[str, Any]
    constants: Constants
    score: float


class Combined(Stored):
    """Several replicates of an arm in one model: an `ensemble`, the mean of their probabilities, or
    an `average` of their weights.

    Verdicts hold it against `best`, the member with the best score, on `held_out` images that no
    member was trained on. `renewed_on`: the training images that statistics of batch normalisation
    of averaged weights were measured on, None where there was nothing to measure.
    """

    kind: Literal["ensemble", "average"]
    members: list[Member]
    best: int
    held_out: int
    renewed_on: int | None = None
    verdicts: list[PairedVerdict]


class Licence(Stored):
    """Where data or pretrained weights come from, and under which licence; None where unknown."""

    name: str
    licence: str | None = None
    source: str | None = None
    sha256: str | None = None


class Score(Stored):
    """An arm's mean on the test images over its replicates, with its 95 % interval."""

    mean: float
    sd: float | None = None
    ci95: Annotated[tuple[float, float], Strict(False)]
    averaging: str


class Scores(Stored):
    """`own`: this model's metrics by split; `arm`: those of its arm over `replicates`, on the test
    images.
    """

    primary: str
    own: dict[str, dict[str, float]]
    arm: dict[str, Score]
    replicates: int
    test_items: int


class Told(Stored):
    """A reason: `why` in English, and `phrases`, keys and values of the sentences for readers of
    other languages.
    """

    why: str
    phrases: list[dict[str, Any]]

    @classmethod
    def because(cls, *phrases: Phrase) -> Self:
        """The reason that the phrases tell."""
        told = " ".join(in_english(phrase) for phrase in phrases)
        return cls(why=told, phrases=[phrase.to_json() for phrase in phrases])

    def __str__(self) -> str:
        try:
            return " ".join(str(Phrase.parse(phrase)) for phrase in self.phrases) or self.why
        except (LookupError, ValueError, TypeError, ModuleNotFoundError):
            # Another version of alih wrote it, whose sentence this one does not have.
            return self.why


class Choice(Told):
    """How the model was chosen: the `rule` by name, and why. `verdict` is the comparison with the
    baseline on the primary metric, as `alih compare --json` has it.
    """

    rule: str
    verdict: dict[str, Any] | None = None


class Origin(Stored):
    """The study that a model comes from, and which of its runs it is (of several combined ones the
    best); `title` and the arm's `label` are by language.
    """

    study: str
    title: dict[str, str]
    arm: str
    label: dict[str, str]
    replicate: int
    at: dict[str, Any]
    identity: str


class ModelCard(Stored):
    """`model.json`: all that is known of an exported model.

    `recipe` is the arm as its run stored it, from which PyTorch builds the network; `strategy` its
    strategy; `combined`: the replicates that it is made of, where these are several; `masks_scale`
    how masks of larger images are made (`fit`, `tiles`);
    `data`: the set, and with two domains the source set. `files` holds the
    SHA-256 of every other file of the folder; a file that is not named there is not read.
    `without_onnx`, `without_int8`, `without_program`: why there is no such file.
    """

    FILE: ClassVar[str] = "model.json"

    format: int = FORMAT
    task: Literal["classification", "segmentation"]
    classes: list[str]
    origin: Origin
    strategy: str
    recipe: dict[str, Any]
    combined: Combined | None = None
    precision: str
    transductive: bool = False
    preparation: Preparation
    output: Output
    masks_scale: Literal["fit", "tiles"] | None = None
    onnx: OnnxFile | None = None
    without_onnx: Told | None = None
    int8: Int8File | None = None
    without_int8: Told | None = None
    program: ProgramFile | None = None
    without_program: Told | None = None
    choice: Choice
    scores: Scores
    data: list[Licence]
    weights: Licence | None = None
    versions: dict[str, str]
    files: dict[str, str]
