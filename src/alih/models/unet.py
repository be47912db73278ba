"""The U-Net of Ronneberger, Fischer & Brox (2015), padded or not."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from alih.errors import AlihError
from alih.models.build import initialise
from alih.models.layers import Dropout
from alih.models.mirror import cropped, mirrored
from alih.models.precision import in_full
from alih.study.catalogue.architectures import PlainUNet


class Pair(nn.Module):
    """Two 3×3 convolutions, each with a ReLU."""

    def __init__(self, inside: int, filters: int, padding: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inside, filters, 3, padding=padding)
        self.conv2 = nn.Conv2d(filters, filters, 3, padding=padding)

    def forward(self, x: Tensor) -> Tensor:
        """[b, c, h, w] -> [b, filters, h', w']."""
        return F.relu(self.conv2(F.relu(self.conv1(x), inplace=True)), inplace=True)


class Up(Pair):
    """Up-sampling, a 2×2 convolution that halves the channels, concatenation with the map of the
    way down, and a `Pair`.
    """

    def __init__(self, filters: int, padding: int) -> None:
        super().__init__(2 * filters, filters, padding)
        self.upconv = nn.Conv2d(2 * filters, filters, 2)

    def join(self, x: Tensor, skip: Tensor) -> Tensor:
        """[b, 2f, h, w] and [b, f, H, W] -> [b, 2f, 2h, 2w]; the middle of `skip` is taken."""
        # A 2×2 window on doubled pixels needs one more row and column: the last ones again, so that
        # no zeros are invented.
        x = self.upconv(F.pad(F.interpolate(x, scale_factor=2.0), (0, 1, 0, 1), mode="replicate"))
        return torch.cat([cropped(skip, (x.shape[2], x.shape[3])), x], 1)

    def forward(self, x: Tensor, skip: Tensor | None = None) -> Tensor:
        """As `join`, then the two convolutions."""
        assert skip is not None
        return super().forward(self.join(x, skip))


class UNet(nn.Module):
    """Images [b, c, h, w] of any floating dtype -> logits [b, classes, h, w], fp32, one answer for
    every pixel.

    Built by `unet`; the layer table is `PlainUNet.rows`. Images are mirrored outwards to the next
    size that the network can take, and what it says about the added rim is cut off.
    """

    preprocessing = None

    def __init__(
        self,
        numbers: PlainUNet,
        classes: int,
        input_shape: tuple[int, int, int],
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.numbers, self.input_shape = numbers, input_shape
        padding = 0 if numbers.padding == "valid" else 1
        filters = [numbers.width * 2**level for level in range(numbers.depth + 1)]
        for level, (inside, made) in enumerate(
            zip([input_shape[0], *filters], filters[:-1], strict=False), 1
        ):
            self.add_module(f"down{level}", Pair(inside, made, padding))
        self.bottom = Pair(filters[-2], filters[-1], padding)
        self.dropout = Dropout(
            dropout
        )  # the paper: at the end of the contracting path, without saying how much
        for level in range(numbers.depth, 0, -1):
            self.add_module(f"up{level}", Up(filters[level - 1], padding))
        self.output = nn.Conv2d(filters[0], classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Logits. Raises AlihError when the images have another shape."""
        return self._run(x, lambda name, tensor: None)

    def activations(self, x: Tensor) -> list[tuple[str, Tensor]]:
        """The output of every level in order, then the logits: for pictures."""
        found: list[tuple[str, Tensor]] = []
        logits = self._run(x, lambda name, tensor: found.append((name, tensor)))
        return [*found, ("output", logits)]

    def _run(self, x: Tensor, note: Callable[[str, Tensor], None]) -> Tensor:
        if tuple(x.shape[1:]) != self.input_shape:
            raise AlihError(
                "models.input_shape", got=list(x.shape[1:]), expected=list(self.input_shape)
            )
        height, width = self.input_shape[1:]
        x = mirrored(
            x.to(self.bottom.conv1.weight.dtype),
            (self.numbers.inner(height), self.numbers.inner(width)),
        )
        skips = []
        for level in range(1, self.numbers.depth + 1):
            x = self.get_submodule(f"down{level}")(x)
            note(f"down{level}", x)
            skips.append(x)
            x = F.max_pool2d(x, 2)
        x = self.bottom(x)
        note("bottom", x)
        x = self.dropout(x)
        for level in range(self.numbers.depth, 0, -1):
            x = self.get_submodule(f"up{level}")(x, skips.pop())
            note(f"up{level}", x)
        return cropped(in_full(self.output, x), (height, width)).float()


def unet(
    numbers: PlainUNet,
    *,
    classes: int,
    channels: int,
    image_size: tuple[int, int],
    init: str = "keras",
    seed: Callable[[str], int] = lambda purpose: 0,
    dropout: float = 0.0,
) -> UNet:
    """A plain U-Net in fp32 on the CPU, its weights drawn layer by layer from
    `seed("init/<layer>.weight")` as in `build`.

    `image_size` is (height, width). Raises AlihError when the image has fewer pixels a side than
    the network halves away.

    >>> net = unet(PlainUNet(width=4, depth=2), classes=3, channels=1, image_size=(10, 13))
    >>> tuple(net(torch.zeros(2, 1, 10, 13)).shape)
    (2, 3, 10, 13)
    """
    if min(image_size) < 2**numbers.depth:
        raise AlihError(
            "study.unet_too_deep",
            depth=numbers.depth,
            smallest=2**numbers.depth,
            got=min(image_size),
        )
    with torch.random.fork_rng(devices=[]):
        network = UNet(numbers, classes, (channels, *image_size), dropout)
    initialise(network, init, seed)
    return network
