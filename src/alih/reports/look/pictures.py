"""Pictures of a page of `alih look`: in the page itself, and as PNGs beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from alih import files
from alih.reports.kit.pictures import data_uri, png

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Shown:
    """One picture of the page: its file beside the page, its data URI, and its alternative text."""

    file: str
    uri: str
    alt: str


class PicturePage:
    """A page whose pictures lie in `folder`, under names without ending that match `STEMS`."""

    STEMS: ClassVar[str]

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written: set[str] = set()

    def picture(self, stem: str, pixels: np.ndarray, alt: str) -> Shown:
        """Write a picture and return it as the page shows it."""
        content, name = png(pixels), f"{stem}.png"
        files.write_bytes(self.folder / name, content)
        self.written.add(name)
        return Shown(name, data_uri(content), alt)

    def tidy(self) -> None:
        """Remove pictures that an earlier page wrote here under names of ours."""
        for path in self.folder.glob("*.png"):
            if path.name not in self.written and re.fullmatch(self.STEMS, path.stem):
                path.unlink()
