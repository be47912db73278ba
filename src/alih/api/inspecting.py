"""Before anything is trained, and inside a network: backbones for a set, two sets, one image."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from alih.api.images import segment
from alih.errors import AlihError
from alih.words import language, percent, say

if TYPE_CHECKING:
    from alih.inspect.audit.report import AuditReport
    from alih.inspect.domains import DomainReport
    from alih.inspect.look import Look
    from alih.inspect.matched import Matched
    from alih.inspect.scout import ScoutReport
    from alih.reports.look.mask_files import MaskFiles


def _silent(name: str, done: int, of: int) -> None:
    return None


def audit(
    source: str | Path,
    *,
    out: str | Path | None = None,
    image_size: int | None = None,
    on_images: Callable[[str, int, int], None] = _silent,
) -> AuditReport:
    """Look for what ruins studies of a set before hours are spent: damaged files, copies across
    parts or classes, wrong labels, files that give the class away.

    Args:
        source: A folder, a table of files (`.csv`), an NPZ file, a named set; or a study document,
            the name of a built-in study, or a study folder, whose split and `mute` then count.
        out: The folder to write a page into (`index.html`), with pictures; none by default.
        image_size: Pixels a side that images are decoded to; by default those of the study or set.
        on_images: Hears `(what, done, of)` as images are read and features extracted.

    Returns:
        The findings, the gravest first, each with its code (`docs/checks/`), numbers and files;
        printing it shows what `alih audit` shows.

    Raises:
        AlihError: The source is not understood, no image can be read, or `out` cannot be written.

    >>> report = alih.audit("photos")  # doctest: +SKIP
    >>> [one.finding.code for one in report.at_least("warning")]  # doctest: +SKIP
    ['A004', 'A018']
    """
    from alih.inspect.audit.report import audit as audited

    report = audited(source, image_size=image_size, tell=on_images)
    if out is not None:
        from alih.reports.audit.page import write

        write(report, Path(out), language())
    return report


def scout(
    data: str | Path,
    models: Sequence[str] | None = None,
    *,
    image_size: int | None = None,
    out: str | Path | None = None,
    on_images: Callable[[str, int, int], None] = _silent,
) -> ScoutReport:
    """Rank pretrained backbones for a labelled set, from frozen features, without training them.

    Images of the test part are not looked at: that of an official split, else the one that studies
    with seed 0 draw.

    Args:
        data: A named set, a folder, a table of files (`.csv`) or an NPZ file.
        models: Names of backbones; by default all carded ones whose weights can be had without a
            connection.
        image_size: Pixels a side that images are decoded to.
        out: Where a figure of accuracy against cost goes, `.png` or `.svg`.
        on_images: Hears `(model, done, of)` as features are extracted.

    Returns:
        The ranking by LogME, best first, with H-score, LEEP, NCE, a linear probe, and what each
        backbone costs (those without weights, too); printing it shows what `alih scout` shows.

    Raises:
        AlihError: The set or a backbone is unknown, images have masks, no weights are here, or
            `out` has another ending.

    >>> alih.scout("photos").ranking[0].model  # doctest: +SKIP
    'resnet18'
    """
    from alih.inspect.frozen import named
    from alih.inspect.scout import scout as scouted

    if out is not None and Path(out).suffix.lower() not in (".png", ".svg"):
        raise AlihError("inspect.scout.not_a_figure", path=out)
    report = scouted(named(str(data), image_size), models, on_images)
    if out is not None:
        from alih.reports.look.costs import write

        write(report, Path(out))
    return report


def domains(
    source: str | Path,
    target: str | Path,
    *,
    model: str | None = None,
    image_size: int | None = None,
    labelled: float = 1.0,
    out: str | Path | None = None,
    on_images: Callable[[str, int, int], None] = _silent,
) -> DomainReport:
    """Say how two sets differ, how far apart they lie, and which methods to try first, and why.

    The shift is measured for at most 1,000 images of each side at one common size, in colour. Of
    images with masks the classes are those of pixels.

    Args:
        source: Where labels are: a named set, a folder, a table of files or an NPZ file.
        target: Where a network is to work.
        model: The backbone whose features measure the shift; by default the first carded one whose
            weights are here.
        image_size: Pixels a side of the common size.
        labelled: The share of the target's labels that may be used, from 0 to 1.
        out: Where a study that compares these methods is written, `.yaml`; none by default.
        on_images: Hears `(set, done, of)` as features are extracted.

    Returns:
        The three conditions, the family of methods they call for, proxy A-distance and MMD, and
        with equal classes the arms to try first (`advice`); printing it shows what `alih domains`
        shows.

    Raises:
        AlihError: A set or the backbone is unknown, no weights are here, or the study cannot be
            written: the file is there already, or the classes differ.

    >>> alih.domains("photos", "sketches").found.method  # doctest: +SKIP
    'sda'
    """
    from alih.inspect.domains import domains as compared

    return compared(
        str(source),
        str(target),
        model=model,
        image_size=image_size,
        labelled=labelled,
        out=None if out is None else Path(out),
        tell=on_images,
    )


@dataclass(frozen=True)
class Looked:
    """The `page` that was written, what it shows of the stages (`look`), and the `mask` of a
    segmentation run. Printing it says what `alih look` says.
    """

    page: Path
    look: Look = field(repr=False)
    mask: MaskFiles | None = field(default=None, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Plain values, as `alih look --json` prints them."""
        seen, mask = self.look.attention, self.mask
        attention = None
        if seen is not None:
            attention = {"class": seen.class_name, "stage": seen.stage, "outside": seen.outside}
        return {
            "page": self.page.as_posix(),
            "model": self.look.model,
            "image": self.look.file,
            "stages": [{"name": one.name, "shape": list(one.shape)} for one in self.look.stages],
            "predictions": [
                {"class": name, "probability": share} for name, share in self.look.predictions
            ],
            "attention": attention,
            "mask": mask and {"file": mask.mask.as_posix(), "shares": mask.shares},
        }

    def __str__(self) -> str:
        said = [say("inspect.look.done", stages=len(self.look.stages), path=self.page)]
        if self.look.attention is not None:
            from alih.reports.look.page import attention_text

            said.insert(0, attention_text(self.look.attention))
        if self.mask is not None:
            width, height = self.mask.size
            shares = ", ".join(
                f"{name} {percent(share, 1)}" for name, share in self.mask.shares.items()
            )
            values = {"path": self.mask.mask, "width": width, "height": height, "shares": shares}
            said.insert(0, say("inspect.look.mask", **values))
        return "\n".join(said)


@dataclass(frozen=True)
class LookedAtMatch:
    """The `page` that was written, and what it shows of a run of `match`. Printing it says what
    `alih look` says.
    """

    page: Path
    matched: Matched = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """Plain values, as `alih look --json` prints them."""
        found = self.matched
        pairs = [
            {
                "source": one.source,
                "target": one.target,
                "weight": float(found.arrays["pair"][-1][one.row]),
                "channels": [channel.number for channel in one.channels],
            }
            for one in found.pairs
        ]
        return {
            "page": self.page.as_posix(),
            "model": found.network,
            "source": found.source,
            "pairs": pairs,
        }

    def __str__(self) -> str:
        from alih.reports.look.match_page import summary

        return "\n".join([summary(self.matched), say("inspect.look.page", path=self.page)])


@overload
def look(
    model: str | Path,
    image: str | Path,
    out: str | Path | None = None,
    *,
    weights: str | None = None,
    image_size: int | None = None,
    scale: str | None = None,
    tile: int | None = None,
    overlap: float | None = None,
    max_pixels: int | None = None,
    on_tiles: Callable[[int, int], None] = lambda new, total: None,
) -> Looked: ...


@overload
def look(model: str | Path, image: None = None, out: str | Path | None = None) -> LookedAtMatch: ...


@overload
def look(
    model: str | Path,
    image: str | Path | None = None,
    out: str | Path | None = None,
    *,
    weights: str | None = None,
    image_size: int | None = None,
    scale: str | None = None,
    tile: int | None = None,
    overlap: float | None = None,
    max_pixels: int | None = None,
    on_tiles: Callable[[int, int], None] = lambda new, total: None,
) -> Looked | LookedAtMatch: ...


def look(
    model: str | Path,
    image: str | Path | None = None,
    out: str | Path | None = None,
    *,
    weights: str | None = None,
    image_size: int | None = None,
    scale: str | None = None,
    tile: int | None = None,
    overlap: float | None = None,
    max_pixels: int | None = None,
    on_tiles: Callable[[int, int], None] = lambda new, total: None,
) -> Looked | LookedAtMatch:
    """Show what the stages of a network make of one image: activation maps from shallow to deep,
    first-layer filters, where it finds what speaks for its answer (Grad-CAM), and the mask by a
    segmentation run.

    Without an image: what a run of the strategy `match` took over from its source. That is how much
    each pair of stages counted over the epochs, and the source's channels that counted most, on
    validation images of the study.

    Args:
        model: A backbone, or a finished run such as `runs/quickstart/runs/plain/seed-0`.
        image: An image file; only a run of `match` can do without.
        out: The folder to write the page and its pictures into (default `look/<model>-<image>`).
        weights: What a backbone starts from: `imagenet`, `none` or a file.
        image_size: Pixels a side of the network's input; by default those of its weights.
        scale: Segmentation: `fit` or `tiles`, see `segment`.
        tile: Segmentation: pixels a side of the squares that a large image is read in.
        overlap: Segmentation: the share of a tile by which tiles overlap at least.
        max_pixels: Refuse an image with more pixels; by default the limit of the run's study.
        on_tiles: Segmentation: hears `(new, total)` as tiles are answered.

    Returns:
        Where the page is, and what it shows as arrays: `look` of one image, `matched` without.

    Raises:
        AlihError: The model or the image cannot be used, there is no image and the run is not one
            of `match`, or the folder cannot be written.

    >>> seen = alih.look("mobilenetv2_100", "cat.jpg")  # doctest: +SKIP
    >>> seen.look.stages[0].shape  # doctest: +SKIP
    (32, 112, 112)
    >>> alih.look("runs/what-transfers/runs/l2t-ww/seed-0").matched.pairs[0]  # doctest: +SKIP
    PairView(row=6, source='block3', target='conv2', …)
    """
    name = re.sub(r"[^\w.-]+", "-", "-".join([str(model), *([Path(image).stem] if image else [])]))
    folder = Path(out) if out else Path("look") / name.strip("-.")
    options: dict[str, Any] = {"scale": scale, "tile": tile, "overlap": overlap}
    if image is None:
        of_image = {"weights": weights, "image_size": image_size, **options}
        of_image["max_pixels"] = max_pixels
        given = [key for key, value in of_image.items() if value is not None]
        return _looked_at_match(model, folder, given)
    from alih.inspect.look import look as looked
    from alih.reports.look.page import write

    found = looked(str(model), image, weights, image_size, max_pixels)
    if not found.segments and any(value is not None for value in options.values()):
        raise AlihError("inspect.segment_options", model=model)
    mask = None
    if found.segments:
        mask = segment(model, image, folder, **options, max_pixels=max_pixels, on_tiles=on_tiles)
    return Looked(write(found, folder, language(), mask), found, mask)


def _looked_at_match(model: str | Path, folder: Path, given: Sequence[str]) -> LookedAtMatch:
    """The page of what a run of `match` took over; `given` are options that only an image has."""
    from alih.inspect.matched import matched
    from alih.reports.look.match_page import write

    found = matched(model)
    if given:
        named = ", ".join("--" + key.replace("_", "-") for key in given)
        raise AlihError("inspect.look_only_with_image", options=named)
    return LookedAtMatch(write(found, folder, language()), found)
