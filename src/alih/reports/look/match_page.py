"""The page of `alih look` for a run of `match`: what it took over from its source, as one
self-contained HTML file with its pictures beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih import files, words
from alih.reports.kit import pages, theme
from alih.reports.kit.pictures import enlarged, montage, overlay
from alih.reports.kit.tables import Table
from alih.reports.look.pictures import PicturePage, Shown
from alih.reports.study import learnt

if TYPE_CHECKING:
    import numpy as np

    from alih.inspect.matched import ChannelView, Matched, PairView
    from alih.reports.kit.theme import Plot

LEAST, MOST = 112, 224
"""Pixels a side that an image is shown at: small ones are enlarged by whole factors, large ones
thinned."""
GAP = 4
FIGURE = "moved"
"""The stem of the figure's files."""


def summary(found: Matched) -> str:
    """What counted most, in a sentence."""
    kind = found.weights.replace("-", "_")
    if found.weights == "pairs-and-channels" and not found.pairs:
        kind = "nothing"
    pairs = ", ".join(_counted(found, pair) for pair in found.pairs)
    return words.say(f"reports.look_match_most_{kind}", pairs=pairs)


def write(found: Matched, folder: Path, lang: str) -> Path:
    """Write `index.html` and its pictures into `folder`, and return the page's path. Pictures of an
    earlier page there are removed.

    Raises AlihError when the folder cannot be written.
    """
    page = _Page(found, Path(folder))
    with pages.speaking(lang):
        html = pages.render("look-match.html.j2", t=page.say, **page.context())
    path = page.folder / "index.html"
    files.write_text(path, html)
    page.tidy()
    return path


def _counted(found: Matched, pair: PairView) -> str:
    name = f"{pair.source} → {pair.target}"
    if found.weights != "pairs-and-channels":
        return name
    return f"{name} (λ\u00a0{words.number(float(found.arrays['pair'][-1, pair.row]), 2)})"


class _Page(PicturePage):
    STEMS = r"images|pair-\d+-channel-\d+"

    def __init__(self, found: Matched, folder: Path) -> None:
        super().__init__(folder)
        self.found = found
        self.kind = found.weights.replace("-", "_")

    def say(self, key: str, /, **values: Any) -> str:
        return words.say(f"reports.look_match_{key}", **values)

    def context(self) -> dict[str, Any]:
        found = self.found
        return {
            "title": self.say("title", arm=found.arm, source=self.source()),
            "facts": self.facts(),
            "summary": summary(found),
            "figure": self.figure(),
            "table": self.table(),
            "images": self.images(),
            "classes": self.classes(),
            "shown": self.say(f"shown_{self.kind}"),
            "pairs": [self.pair(pair) for pair in found.pairs],
        }

    def source(self) -> str:
        key = "source_arm" if self.found.source_arm else "source_network"
        return self.say(key, name=self.found.source)

    def facts(self) -> list[tuple[str, str]]:
        found = self.found
        start = {"imagenet": "ImageNet", "none": self.say("start_none")}
        begun = "" if found.source_arm else f" ({start.get(found.start, found.start)})"
        sides = {"own": found.images.shape[1], "source": found.source_side}
        return [
            (self.say("run"), str(found.folder)),
            (self.say("network"), found.network),
            (self.say("source"), self.source() + begun),
            (self.say("weights"), self.say(f"weights_{self.kind}")),
            (self.say("sizes"), self.say("sizes_told", **sides)),
        ]

    def figure(self) -> Plot | None:
        """λ of each pair over the epochs; None where it stayed 1."""
        mean = learnt.averaged([self.found.arrays])
        caption = words.say("reports.learnt_caption", arm=self.found.arm)
        told = self.say("replicate", n=self.found.replicate)
        with theme.applied():
            return learnt.figure(mean, self.folder / "figures", FIGURE, caption, told)

    def table(self) -> Table:
        """Every pair: its weight, how far its maps are apart, its channels of largest weight."""
        found, mean = self.found, learnt.averaged([self.found.arrays])
        epochs = [int(found.arrays["epoch"][at]) for at in (0, -1)]
        columns = [words.say(f"reports.learnt_{key}") for key in ("source", "target", "weight")]
        distance = self.say("distance", first=epochs[0], last=epochs[1])
        columns += [distance, words.say("reports.learnt_channels")]
        rows = []
        for row, (source, target, weight, channels) in enumerate(learnt.rows(mean)):
            first, last = found.arrays["distance"][[0, -1], row].tolist()
            apart = f"{words.number(first, 2)} → {words.number(last, 2)}"
            rows.append([source, target, weight, apart, channels])
        note = self.say("distance_note")
        if found.weights == "uniform":
            columns, rows = columns[:-1], [row[:-1] for row in rows]
        else:
            note = f"{words.say('reports.learnt_channels_note')} {note}"
        return Table("pairs", self.say("table"), columns, rows, 2, note, found.silent)

    def classes(self) -> str:
        named = f": {', '.join(self.found.labels)}" if self.found.labels else ""
        return self.say(f"part_{self.found.part}", n=len(self.found.images)) + named + "."

    def images(self) -> Shown:
        shown = enlarged(self.found.images, LEAST, MOST)
        return self.picture("images", _strip(shown), self.say("images_alt", n=len(shown)))

    def pair(self, pair: PairView) -> dict[str, Any]:
        return {
            "name": _counted(self.found, pair),
            "channels": [self.channel(pair, channel) for channel in pair.channels],
        }

    def channel(self, pair: PairView, channel: ChannelView) -> dict[str, Any]:
        import numpy as np

        shown = enlarged(self.found.images, LEAST, MOST)
        laid = [overlay(image, map_) for image, map_ in zip(shown, channel.maps, strict=True)]
        values = {"number": channel.number, "stage": pair.source}
        size = f"{channel.maps.shape[1]} × {channel.maps.shape[2]}"
        return {
            "number": self.say("channel", number=channel.number),
            "factor": ""
            if self.found.weights == "uniform"
            else f"{words.number(channel.factor, 2)} ×",
            "picture": self.picture(
                f"pair-{pair.row + 1}-channel-{channel.number}",
                _strip(np.stack(laid)),
                self.say("channel_alt", size=size, **values),
            ),
        }


def _strip(pictures: np.ndarray) -> np.ndarray:
    """Pictures side by side."""
    return montage(pictures, columns=len(pictures), gap=GAP)
