"""Networks for segmentation that a document can name, and the arithmetic of the plain U-Net.
Torch-free.

The code behind the names lies in `models/unet.py` (without an encoder) and `models/segmentation.py`
(with one).
"""

from __future__ import annotations

from dataclasses import dataclass

from alih.study.catalogue.arithmetic import LayerRow
from alih.study.document.model import ModelSpec

WIDTH, DEPTH, PADDING = 64, 4, "same"
"""The plain U-Net where a document does not say otherwise: the paper's channels and levels, but
padded."""


@dataclass(frozen=True)
class Architecture:
    """A network that gives one answer per pixel. `plain`: it also exists without an encoder."""

    name: str
    reference: str
    plain: bool = False


ARCHITECTURES: dict[str, Architecture] = {
    architecture.name: architecture
    for architecture in (
        Architecture(
            "unet",
            "Ronneberger, Fischer & Brox 2015, U-Net: Convolutional Networks for "
            "Biomedical Image Segmentation",
            plain=True,
        ),
        Architecture(
            "deeplabv3plus",
            "Chen, Zhu, Papandreou, Schroff & Adam 2018, "
            "Encoder-Decoder with Atrous Separable Convolution",
        ),
        Architecture(
            "fpn",
            "Lin et al. 2017, Feature Pyramid Networks; Kirillov et al. 2019, "
            "Panoptic Feature Pyramid Networks",
        ),
    )
}


@dataclass(frozen=True)
class PlainUNet:
    """The numbers of a plain U-Net: channels of the first level, halvings, and whether convolutions
    pad their input.

    `valid` loses two pixels at each side per pair of convolutions, as in the paper; the input is
    then mirrored outwards so far that every pixel of the image gets an answer.
    """

    width: int = WIDTH
    depth: int = DEPTH
    padding: str = PADDING

    def inner(self, side: int) -> int:
        """The side to which an image is mirrored outwards before the network: the next one that it
        can take.

        >>> valid = PlainUNet(padding="valid")
        >>> valid.inner(388), valid.inner(128), PlainUNet().inner(100)
        (572, 316, 112)
        """
        step = 2**self.depth
        if self.padding == "same":
            return -(-side // step) * step
        # With m pixels left at the bottom, step·(m + 4) + 4·(step − 1) go in and step·m − 4·(step −
        # 1) come out.
        bottom = -(-(side + 4 * (step - 1)) // step)
        return step * (bottom + 4) + 4 * (step - 1)

    def rows(self, classes: int, shape: tuple[int, int, int]) -> list[LayerRow]:
        """Name, output shape and parameters of every layer for images of `shape` (channels, height,
        width).

        >>> sum(row.parameters for row in PlainUNet().rows(2, (1, 572, 572)))
        31030658
        """
        rows: list[LayerRow] = []
        channels, sides = shape[0], [self.inner(side) for side in shape[1:]]
        lost = 2 if self.padding == "valid" else 0

        def add(
            name: str, kind: str, filters: int, parameters: int = 0, activation: str = "linear"
        ) -> None:
            rows.append(LayerRow(name, kind, (filters, *sides), parameters, activation))

        def pair(level: str, inside: int, filters: int) -> None:
            for number, given in enumerate((inside, filters), 1):
                sides[:] = [side - lost for side in sides]
                add(f"{level}.conv{number}", "conv", filters, (9 * given + 1) * filters, "relu")

        if sides != list(shape[1:]):
            add("mirror", "mirror", channels)
        filters = self.width
        for level in range(1, self.depth + 1):
            pair(f"down{level}", channels, filters)
            sides = [side // 2 for side in sides]
            add(f"pool{level}", "max_pool", filters)
            channels, filters = filters, 2 * filters
        pair("bottom", channels, filters)
        for level in range(self.depth, 0, -1):
            filters //= 2
            sides = [2 * side for side in sides]
            add(f"up{level}.upconv", "up_conv", filters, (4 * 2 * filters + 1) * filters)
            add(f"up{level}.concat", "concat", 2 * filters)
            pair(f"up{level}", 2 * filters, filters)
        add("output", "conv", classes, (filters + 1) * classes)
        if sides != list(shape[1:]):
            sides = list(shape[1:])
            add("crop", "crop", classes)
        return rows


def is_segmentation(name: str | None) -> bool:
    """Whether a model's name is that of a network for segmentation."""
    return name in ARCHITECTURES


def plain_unet(model: ModelSpec) -> PlainUNet | None:
    """The plain U-Net that a model describes; None for other models, those with an encoder among
    them.
    """
    if model.name != "unet" or model.encoder is not None:
        return None
    return PlainUNet(model.width or WIDTH, model.depth or DEPTH, model.padding or PADDING)
