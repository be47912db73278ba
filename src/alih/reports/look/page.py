"""The page of `alih look`: one image through a network, as one self-contained HTML file with its
PNGs beside it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih import files, words
from alih.evaluation.attention import CENTRE, EVEN
from alih.reports.kit import pages
from alih.reports.kit.mask_colours import Entry, palette
from alih.reports.kit.pictures import data_uri, enlarged, jpeg, montage, overlay
from alih.reports.kit.tables import Table
from alih.reports.look.pictures import PicturePage, Shown
from alih.reports.study.networks import shape as shape_text

if TYPE_CHECKING:
    from alih.inspect.look import Look, Seen, StageView
    from alih.reports.look.mask_files import MaskFiles

LEAST, MOST = 56, 112
"""Pixels a side that an activation map is shown at: coarse ones are enlarged by whole factors, fine
ones thinned."""
FILTER_LEAST, FILTER_MOST = 40, 64
OVERVIEW_SIDE = 144


def write(look: Look, folder: Path, lang: str, mask: MaskFiles | None = None) -> Path:
    """Write `index.html` and the PNGs into `folder`, and return the page's path. PNGs of an earlier
    page there are removed.

    `mask`: what a segmentation network made of the image, already written into `folder`. Raises
    AlihError when the folder cannot be written.
    """
    page = _Page(look, Path(folder), mask)
    with pages.speaking(lang):
        html = pages.render("look.html.j2", t=page.say, **page.context())
    path = page.folder / "index.html"
    files.write_text(path, html)
    page.tidy()
    return path


def attention_text(seen: Seen) -> str:
    """Where the network looks, in words: the class, the stage, the share outside the centre."""
    if seen.outside is None:
        return words.say("reports.look_attention_none", stage=seen.stage)
    return words.say(
        "reports.look_attention_note",
        name=seen.class_name or words.say("reports.look_likeliest"),
        stage=seen.stage,
        cells=f"{seen.map.shape[0]} × {seen.map.shape[1]}",
        outside=words.percent(seen.outside, 0),
        centre=words.percent(CENTRE, 0),
        even=words.percent(EVEN, 0),
    )


class _Page(PicturePage):
    STEMS = r"input|attention|filters|mask|overlay|\d\d\d?-[\w.-]+"

    def __init__(self, look: Look, folder: Path, mask: MaskFiles | None) -> None:
        super().__init__(folder)
        self.look, self.mask = look, mask
        if mask:
            self.written = {mask.mask.name, mask.overlay.name}

    def say(self, key: str, /, **values: Any) -> str:
        return words.say(f"reports.look_{key}", **values)

    def context(self) -> dict[str, Any]:
        look = self.look
        stages = [self.stage(index, stage) for index, stage in enumerate(look.stages, 1)]
        return {
            "title": self.say("title", model=look.model, file=look.file),
            "random": look.origin == "none",
            "whole": len(stages) == 1,
            "facts": self.facts(),
            "input": self.picture("input", look.image, self.say("input_alt")),
            "answer": self.answer(),
            "attention": self.attention(),
            "mask": self.masked(),
            "filters": self.filters(),
            "stages": stages,
            "overview": [stage for stage in stages if stage["strength"]],
        }

    def facts(self) -> list[tuple[str, str]]:
        look = self.look
        height, width, channels = look.image.shape
        origin = self.say(f"origin_{look.origin}", source=look.source or "")
        return [
            (self.say("network"), look.model),
            (self.say("weights"), origin),
            (
                self.say("image"),
                self.say(
                    "image_size", file=look.file, width=look.original[0], height=look.original[1]
                ),
            ),
            (
                self.say("input"),
                self.say("input_size", height=height, width=width, channels=channels),
            ),
        ]

    def answer(self) -> Table | None:
        if not self.look.predictions:
            return None
        rows = [[name, words.percent(share, 1)] for name, share in self.look.predictions]
        return Table(
            "answer", self.say("answer_caption"), [self.say("class"), self.say("probability")], rows
        )

    def attention(self) -> dict[str, Any] | None:
        """Where the network finds what speaks for its answer, laid over the image."""
        seen = self.look.attention
        if seen is None:
            return None
        note = attention_text(seen)
        if seen.outside is None:
            return {"picture": None, "note": note}
        large = enlarged(self.look.image[None], 2 * OVERVIEW_SIDE, 4 * OVERVIEW_SIDE)[0]
        strength = (255 * seen.map / seen.map.max()).astype("uint8")
        alt = self.say("attention_alt", name=seen.class_name or self.say("likeliest"))
        return {"picture": self.picture("attention", overlay(large, strength), alt), "note": note}

    def masked(self) -> dict[str, Any] | None:
        """The mask over the image, its colours, and how many pixels each class has."""
        mask = self.mask
        if mask is None:
            return None
        shares = {name: words.percent(share, 1) for name, share in mask.shares.items()}
        columns = [self.say("class"), self.say("mask_share")]
        told = ", ".join(f"{name} {share}" for name, share in shares.items())
        values = {
            "tile": mask.tile,
            "tiles": words.number(mask.tiles, 0),
            "overlap": words.percent(mask.overlap, 0),
        }
        return {
            "overlay": Shown(
                mask.overlay.name,
                data_uri(jpeg(mask.picture), "image/jpeg"),
                self.say("mask_alt", shares=told),
            ),
            "file": mask.mask.name,
            "note": self.say(f"mask_{mask.scale}", **values),
            "size": self.say(
                "mask_size",
                width=words.number(mask.size[0], 0),
                height=words.number(mask.size[1], 0),
            ),
            "legend": [
                Entry(*pair) for pair in zip(palette(mask.classes), mask.classes, strict=True)
            ],
            "table": Table(
                "mask", self.say("mask_caption"), columns, [list(row) for row in shares.items()]
            ),
        }

    def filters(self) -> dict[str, Any] | None:
        found = self.look.filters
        if found is None:
            return None
        shown = found.pictures
        values = {
            "shown": len(shown),
            "total": words.number(found.total, 0),
            "layer": found.layer,
            "size": f"{shown.shape[1]} × {shown.shape[2]}",
        }
        sheet = montage(
            enlarged(shown, FILTER_LEAST, FILTER_MOST), columns=min(8, len(shown)), gap=5
        )
        return {
            "picture": self.picture("filters", sheet, self.say("filters_alt", **values)),
            "note": self.say("filters_note", **values),
        }

    def stage(self, index: int, stage: StageView) -> dict[str, Any]:
        stem = f"{index:02d}-{re.sub(r'[^A-Za-z0-9_-]+', '-', stage.name)}"
        common = {
            "parameters": words.number(stage.parameters, 0),
            "active": words.percent(stage.active, 0),
        }
        shown: dict[str, Any] = {
            "name": stage.name,
            "type": stage.type,
            "shape": shape_text(stage.shape),
            "strength": None,
        }
        if stage.strength is None:
            n = words.number(stage.maps.size if len(stage.shape) != 1 else stage.shape[0], 0)
            sheet = montage(enlarged(stage.maps, 4 * LEAST, 4 * MOST))
            maps = self.picture(stem, sheet, self.say("vector_alt", n=n, stage=stage.name))
            return shown | {"maps": maps, "note": self.say("vector_note", n=n, **common)}
        channels = ", ".join(str(channel) for channel in stage.channels)
        size = f"{stage.maps.shape[1]} × {stage.maps.shape[2]}"
        maps = self.picture(
            stem,
            montage(enlarged(stage.maps, LEAST, MOST)),
            self.say("maps_alt", n=len(stage.maps), stage=stage.name, size=size),
        )
        small = enlarged(self.look.image[None], OVERVIEW_SIDE // 2, 2 * OVERVIEW_SIDE)[0]
        strength = self.picture(
            f"{stem}-strength",
            overlay(small, stage.strength),
            self.say("strength_alt", stage=stage.name),
        )
        note = self.say(
            "stage_note",
            shape=shown["shape"],
            channels=channels,
            silent=words.number(stage.silent, 0),
            total=words.number(stage.total, 0),
            **common,
        )
        return shown | {"maps": maps, "strength": strength, "note": note}
