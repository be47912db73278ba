"""What a study is computed on: one set of images, or a source and a target."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from alih.datafiles.listing import wanted
from alih.study.document.values import Count, Expecting, Fraction, Frozen, Side, short

SOURCES = ("set", "folder", "table", "npz")


class DataSpec(Frozen):
    """A named set (and where it lies, if not in the usual places), a folder, a table of files or an
    NPZ file; how it is decoded.

    `resize`: `squash` changes both sides to `image_size`; `crop` brings the short side to it and
    keeps the centre square. `classes` keeps the images of these classes only, numbered in this
    order. `masks` (segmentation) says which ids in the masks stand for which class, in class order;
    the ids under `ignore` are left out of loss and metrics. `max_pixels`: images with more pixels
    are refused. `label` is the column of a table that holds the classes, and `where` keeps the
    images whose columns have this value, or one of these (of Oxford-IIIT Pet: `species`, `breed`).
    `domain` is the sub-folder of `folder` that is meant, where each holds the classes.
    """

    set: str | None = None
    folder: str | None = None
    table: str | None = None
    npz: str | None = None
    domain: str | None = None
    path: str | None = None
    classes: Annotated[list[str], Field(min_length=2)] | None = None
    label: str | None = None
    where: (
        Annotated[
            dict[str, str | int | Annotated[list[str | int], Field(min_length=1)]],
            Field(min_length=1),
            Expecting("study.expected_where"),
        ]
        | None
    ) = None
    image_size: Side | None = None
    channels: Literal[1, 3] | None = None
    resize: Literal["squash", "crop"] = "squash"
    interpolation: Literal["bilinear", "bicubic"] = "bilinear"
    masks: (
        Annotated[
            dict[str, int | list[int]], Field(min_length=1), Expecting("study.expected_masks")
        ]
        | None
    ) = None
    max_pixels: Count | None = None

    @property
    def name(self) -> str:
        """The set's name, or the folder's, or the file's without its ending; with what `where` or
        `domain` asks for.
        """
        folder = self.folder or ""
        file = self.table or self.npz or (folder if folder.lower().endswith(".zip") else None)
        last = re.split(r"[\\/]+", (self.folder or file or "").rstrip("\\/"))[-1]
        name = self.set or (re.sub(r"(?<=.)\.[^.]*$", "", last) if file else last)
        asked = [_listed(wanted(values)) for values in (self.where or {}).values()]
        asked += [self.domain] if self.domain is not None else []
        return f"{name} ({'; '.join(asked)})" if asked else name

    @property
    def places(self) -> tuple[str, ...]:
        """The keys that say what the set is, of which there must be one: those that are given."""
        return tuple(key for key in SOURCES if getattr(self, key) is not None)


def _listed(values: list[str]) -> str:
    """Values for a name: all of a few, of many the first and the last."""
    return ", ".join(values) if len(values) <= 3 else f"{values[0]}, …, {values[-1]}"


class Domains(Frozen):
    """The sets of a study with two domains, with the same classes."""

    source: Annotated[DataSpec, short("set")]
    target: Annotated[DataSpec, short("set")]


def _sets(value: Any) -> str:
    keys = value if isinstance(value, dict) else ()
    two = isinstance(value, Domains) or "source" in keys or "target" in keys
    return (Domains if two else DataSpec).__name__


AnyData = Annotated[
    Annotated[DataSpec, Tag(DataSpec.__name__)] | Annotated[Domains, Tag(Domains.__name__)],
    Discriminator(_sets),
    short("set"),
]
"""One set, or two where either domain is named; a set may be written as its name only."""

TargetLabels = Annotated[
    Annotated[int, Field(ge=0)] | Fraction | Literal["all"],
    Expecting("study.expected_target_labels"),
]
