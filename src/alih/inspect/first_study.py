"""The study that `alih domains` writes: the methods it would try first, each with its reason."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path

from alih import files
from alih.errors import AlihError
from alih.inspect.advice import BATCH, Advice, Suggestion
from alih.study.catalogue.backbones import SMALLEST
from alih.study.catalogue.lookup import listing_of
from alih.study.document.data import DataSpec
from alih.study.starter import (
    MANY,
    MANY_EPOCHS,
    MANY_SEEDS,
    MASK_SIZE,
    STRIDE,
    batch_size,
    located,
    mask_ids,
    quoted,
    refuse_name,
)
from alih.words import say

ENDINGS = (".yaml", ".yml")
SMALL = "cnn-bn"
"""The network for images that are too small for a backbone."""
WIDTH = 120


@dataclass(frozen=True)
class Pair:
    """Two sets as a document names them: `images` are those of training, `sides` and `channels`
    those of the files, `size` that of the measurement on `model`.
    """

    specs: tuple[DataSpec, DataSpec]
    images: tuple[int, int]
    sides: tuple[int | None, int | None]
    channels: tuple[int, int]
    size: int
    model: str
    task: str
    labelled: float

    @property
    def small(self) -> int | None:
        """The side of images that are all too small for a backbone, else None."""
        known = [side for side in self.sides if side]
        return max(known) if len(known) == 2 and max(known) < SMALLEST else None


def refuse(out: Path) -> None:
    """AlihError for a file that no study can be written to."""
    if out.suffix.lower() not in ENDINGS:
        raise AlihError("inspect.domains.not_yaml", path=out)
    refuse_name(out.stem, out)


def write(pair: Pair, advice: Advice, out: Path) -> None:
    """Write the study that compares what `advice` names."""
    files.write_text(out, _text(pair, advice, out.resolve().parent))


def _text(pair: Pair, advice: Advice, beside: Path) -> str:
    source, target = pair.specs
    masked, small = pair.task == "segmentation", pair.small
    side = small or min(pair.size, MASK_SIZE if masked else pair.size) // STRIDE * STRIDE
    gray = set(pair.channels) == {1}
    many = pair.images[0] >= MANY
    epochs = 20 if masked else MANY_EPOCHS if many else 10
    rate = "0.001" if masked or small else "3e-4"
    batch = batch_size(16 if masked else BATCH, min(pair.images))
    flip = f"augment: {{shift: {max(1, side // 20)}}}" if gray else "augment: {flip: true}"
    model = f"{{name: unet, encoder: {pair.model}}}" if masked else SMALL if small else pair.model
    metric = "iou_macro" if masked else "accuracy"
    labels = {0.0: [], 1.0: ["target_labels: all"]}.get(
        pair.labelled, [f"target_labels: {pair.labelled:g}"]
    )
    lines = [
        *(line for note in advice.notes for line in _comment(note)),
        "schema: 1",
        f"title: {quoted(say('inspect.domains.title', source=source.name, target=target.name))}",
        f"task: {pair.task}",
        "data:",
        *(
            f"  {name}: {{{_data(spec, side, gray, beside, masked)}}}"
            for name, spec in (("source", source), ("target", target))
        ),
        *labels,
        "split: {validation: 0.1}",
        f"seeds: {MANY_SEEDS if many else 5}",
        f"train: {{epochs: {epochs}, batch_size: {batch}, optimizer: adam, lr: {rate}}}",
        "init: torch",
        flip,
        f"model: {model}",
        "arms:",
        *(line for arm in advice.arms for line in _arm(arm, pretrained=not small)),
        *_bound(pair),
        "compare:",
        "  baseline: source-only",
        f"  primary: {metric}",
        f"  metrics: {{{metric}: {{margin: 0.02}}}}",
    ]
    return "\n".join(lines) + "\n"


def _arm(arm: Suggestion, pretrained: bool) -> list[str]:
    own = "finetune" if pretrained or arm.after else "scratch"
    after = f"from: {arm.after}, " if arm.after else ""
    how = arm.strategy or own
    if arm.options:
        how = f"{{strategy: {how}, {arm.options}}}"
    return [*_comment(arm.why, "  "), f"  {arm.name}: {{{after}transfer: {how}}}"]


def _bound(pair: Pair) -> list[str]:
    """The upper bound, as a comment: it looks at labels that the study does not grant."""
    if pair.labelled >= 1:
        return []
    return [f"  # bound: {{transfer: target-only}}  # {say('inspect.domains.bound')}"]


def _comment(said: object, margin: str = "") -> list[str]:
    """A sentence as lines of comment."""
    start = f"{margin}# "
    return textwrap.wrap(str(said), WIDTH, initial_indent=start, subsequent_indent=start)


def _data(spec: DataSpec, side: int, gray: bool, beside: Path, masked: bool) -> str:
    """A domain as a document names it."""
    (key,) = spec.places
    if key != "set":
        place = Path(getattr(spec, key)).expanduser().resolve()
        spec = spec.model_copy(update={key: str(place)})
    elif spec.path:
        spec = spec.model_copy(update={"path": str(Path(spec.path).expanduser().resolve())})
    parts = [located(spec, beside), f"image_size: {side}", f"channels: {1 if gray else 3}"]
    if masked:
        listing = listing_of(spec, task="segmentation")
        assert listing is not None, "its images were measured"
        parts.append(f"masks: {{{mask_ids(listing)}}}")
    return ", ".join(parts)
