"""What decoding makes of images, and where undecoded ones come from: settings, keys, sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

from alih import files
from alih.datafiles.depth import Scale

if TYPE_CHECKING:
    import numpy as np

    from alih.errors import AlihError

VERSION = 2

Tell = Callable[[int, int], None]
"""Is told how many images are decoded, of how many."""


@dataclass(frozen=True)
class Decode:
    """How images become squares of `size` pixels. Files with more than `max_pixels` pixels are
    refused. `scale`: the values of gray images of more than eight bits that become black and white,
    where these are not those of all 16 bits.
    """

    size: int
    channels: int
    resize: str = "squash"
    interpolation: str = "bilinear"
    max_pixels: int | None = None
    scale: Scale | None = None

    def card(self, of_files: bool) -> dict[str, Any]:
        """The settings as the data card tells them; how files of many sizes were made square
        belongs to it.
        """
        sides = {"image_size": self.size, "channels": self.channels}
        resize = f"{self.resize}, {self.interpolation}, antialiased"
        scale = {"scale": list(self.scale)} if self.scale else {}
        return sides | ({"resize": resize} if of_files else {}) | scale


def key(content: dict[str, str], settings: Decode) -> str:
    """The name of a decoded set: its files' content hashes and the decode settings.

    Path, size and modification time are left out on purpose: a set that is moved, copied or touched
    is still the same set, and a file that changed under an old date is not.
    """
    return files.digest([VERSION, content, _decisive(settings)])[:32]


def content(sha256: str, settings: Decode) -> str:
    """A digest of what a set's pixels are: of its files' content and how they were decoded."""
    return files.digest([VERSION, sha256, _decisive(settings)])


def _decisive(settings: Decode) -> dict[str, Any]:
    # A limit decides whether an image is decoded, not what it becomes.
    found = {name: value for name, value in asdict(settings).items() if name != "max_pixels"}
    if settings.scale is None:
        del found["scale"]
    return found


class Source(Protocol):
    """A set whose images can be decoded in parts.

    `labels` int64 [n]; `card`: what `data.json` says of content and decoding; `shapes`: for each
    array that `read` gives (`images`, and `masks` where there are some) the shape of a row, uint8;
    `step`: items that are read and kept together.
    """

    @property
    def labels(self) -> np.ndarray:
        """Classes of all items."""

    @property
    def card(self) -> dict[str, Any]:
        """Facts about the set."""

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Shape of a row of each array."""

    @property
    def step(self) -> int:
        """Items of one part."""

    def __len__(self) -> int:
        """Number of items."""

    def read(self, start: int, stop: int) -> dict[str, np.ndarray]:
        """Decode items `start` to `stop` (not included). Raises AlihError that names a file that
        cannot be used.
        """

    def faults(self) -> AlihError | None:
        """Look through all items: an error that names every one that cannot be used, None where all
        can.
        """
