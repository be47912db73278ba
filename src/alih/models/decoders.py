"""Decoders of segmentation-models-pytorch, computed in a cheaper order that gives the same
answers.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from segmentation_models_pytorch.decoders.unet.decoder import UnetDecoder
from torch import Tensor, nn

from alih.models.precision import without_autocast

SMALL = 64
"""Pixels of a map below which doubling it first is cheaper than making the larger kernel."""

# Row u, column p: whether the tap p of three on doubled pixels is part of the tap u of four of the
# transposed convolution.
_TAPS = torch.tensor([[0.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
_KERNEL = torch.einsum("up,vq->pquv", _TAPS, _TAPS).reshape(9, 16)


def doubled_conv(x: Tensor, weight: Tensor, skip: Tensor | None = None) -> Tensor:
    """3×3 convolution, padded, of `x` doubled to its nearest pixels with `skip` behind it: [b, c,
    h, w] -> [b, filters, 2h, 2w].

    `weight` [filters, c + d, 3, 3], `skip` [b, d, 2h, 2w]. Neighbours on a doubled map are often
    the same pixel, so nine products per output are four products with sums of weights: a transposed
    convolution with a 4×4 kernel on the small map; neither the doubled map nor the concatenation is
    made. On a CPU that halves the time of these layers; elsewhere the doubled map is made, for
    which accelerators have fast code. Equal up to rounding.
    """
    channels = x.shape[1]
    if x.device.type != "cpu" or x.shape[2] * x.shape[3] < SMALL:
        x = F.interpolate(x, scale_factor=2.0)
        return F.conv2d(x if skip is None else torch.cat([x, skip], 1), weight, padding=1)
    own = weight[:, :channels]
    with without_autocast(
        x.device
    ):  # summed in fp32 whatever the network computes in, rounded once
        kernel = (own.reshape(len(own), channels, 9).float() @ _KERNEL).to(weight.dtype)
    made = F.conv_transpose2d(
        x, kernel.reshape(len(own), channels, 4, 4).transpose(0, 1), stride=2, padding=1
    )
    return made if skip is None else made + F.conv2d(skip, weight[:, channels:], padding=1)


class DoublingUnetDecoder(UnetDecoder):
    """segmentation-models-pytorch's U-Net decoder with its first convolutions as `doubled_conv`;
    same parameters and names.

    Maps must halve exactly from one to the next, which those of `models/segmentation.py` do.
    """

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Maps from the image's own size (only its shape counts) to the smallest -> [b, c, h, w] at
        the image's size.
        """
        x, skips = features[-1], [*reversed(features[1:-1]), None]
        for block, skip in zip(self.blocks, skips, strict=True):
            conv, norm, act = block.conv1
            assert isinstance(conv, nn.Conv2d)
            given = skip if skip is not None and skip.shape[1] else None
            x = block.conv2(act(norm(doubled_conv(x, conv.weight, given))))
        return x
