"""Networks for segmentation on a backbone's stages, with the decoders of
segmentation-models-pytorch.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from alih.errors import AlihError
from alih.models.backbones import encoder_stages, preprocessing_of
from alih.models.build import initialise
from alih.models.mirror import cropped, mirrored
from alih.models.modes import evaluating
from alih.models.precision import in_full, is_channels_last
from alih.models.staged import Preprocessing, StagedNetwork

STEP = 32
"""Images are mirrored outwards to a multiple of this side, so that five halvings leave whole
pixels."""

UNET_CHANNELS = (256, 128, 64, 32, 16)


@dataclass(frozen=True)
class Maps:
    """The state between two stages: the newest map, and those that the decoder reads (the newest
    may be the last of them).
    """

    x: Tensor
    taps: tuple[Tensor, ...] = ()


@dataclass(frozen=True)
class Tap:
    """Where a map that the decoder reads comes from: after member `member` of stage `stage`. Its
    `shape` is [c, h, w].
    """

    stage: int
    member: int
    shape: tuple[int, int, int]


class Decoder(nn.Module):
    """A decoder of segmentation-models-pytorch, dropout, and the convolution to the classes
    (`final`, in fp32).
    """

    def __init__(self, decoder: nn.Module, final: nn.Module) -> None:
        super().__init__()
        self.decoder, self.final = decoder, final


class SegmentationNetwork(StagedNetwork):
    """A backbone's stages and a decoder: images [b, c, h, w] -> logits [b, classes, h, w], fp32.

    Stages have the names and weights that they have in classification: one set of weights, and one
    way of freezing, serves both. `prefix(k)` packs the state after k stages into rows [b, d]: the
    maps that the decoder reads so far and, unless it is one of them, the newest map, each as h·w·c
    numbers.
    """

    pooled = False
    head: Decoder

    def __init__(
        self,
        stages: Sequence[tuple[str, nn.Module]],
        head: Decoder,
        input_shape: tuple[int, int, int],
        taps: Sequence[Tap | None],
        dropout: float = 0.0,
        preprocessing: Preprocessing | None = None,
    ) -> None:
        super().__init__(stages, head, input_shape, dropout, preprocessing)
        self.inner = _inner(input_shape[1:])
        self.taps = tuple(taps)
        self._shapes = _shapes([stage for _, stage in stages], (input_shape[0], *self.inner))

    @property
    def last(self) -> nn.Module:
        """The convolution to the classes."""
        return next(module for module in self.head.final.modules() if isinstance(module, nn.Conv2d))

    def map_of(self, state: Any) -> Tensor:
        """The newest map [b, c, h, w] of a state."""
        return state.x

    def layout(self, k: int) -> str:
        """The shapes of the packed maps, and how images reach the first stage."""
        return (
            f"maps {self.packed_shapes(k)} of images {self.input_shape} in {self.inner}"
            if k
            else ""
        )

    def packed_shapes(self, k: int) -> list[tuple[int, int, int]]:
        """The shapes [c, h, w] of what `prefix(k)` packs, in order."""
        found = [tap.shape for tap in self.taps if tap is not None and tap.stage < k]
        return found if self._ends_in_tap(k) else [*found, self._shapes[k - 1][-1]]

    def after_stages(self) -> list[tuple[str, nn.Module]]:
        """Decoder and last convolution."""
        return [("decoder", self.head.decoder), ("head", self.head.final)]

    def _begin(self, x: Tensor) -> Maps:
        return Maps(mirrored(self._checked(x), self.inner))

    def _run(self, state: Any, start: int, stop: int) -> Maps:
        x, taps = state.x, list(state.taps)
        for index, stage in itertools.islice(enumerate(self.stages.values()), start, stop):
            wanted = [tap.member for tap in self.taps if tap is not None and tap.stage == index]
            members = _members(stage)
            if not wanted or wanted == [len(members) - 1]:
                x = stage(x)
                taps += [x] * len(wanted)
                continue
            for number, member in enumerate(members):
                x = member(x)
                taps += [x] * wanted.count(number)
        return Maps(x, tuple(taps))

    def _packed(self, state: Any) -> Tensor:
        maps = [*state.taps] if state.taps and state.taps[-1] is state.x else [*state.taps, state.x]
        return torch.cat([each.permute(0, 2, 3, 1).flatten(1) for each in maps], 1)

    def _unpacked(self, x: Any, k: int) -> Maps:
        if isinstance(x, Maps):
            return x
        shapes = self.packed_shapes(k)
        parts = x.split([c * h * w for c, h, w in shapes], 1)
        form = torch.channels_last if is_channels_last(self) else torch.contiguous_format
        maps = [
            part.reshape(-1, h, w, c).permute(0, 3, 1, 2).contiguous(memory_format=form)
            for part, (c, h, w) in zip(parts, shapes, strict=True)
        ]
        return Maps(maps[-1], tuple(maps if self._ends_in_tap(k) else maps[:-1]))

    def _ends_in_tap(self, k: int) -> bool:
        end = (k - 1, len(self._shapes[k - 1]) - 1)
        return any(tap is not None and (tap.stage, tap.member) == end for tap in self.taps)

    def _pyramid(self, state: Maps) -> list[Tensor]:
        """Maps from the image's own size down, as the decoders want them; empty ones (no channels)
        where nothing is read.
        """
        there, height, width = iter(state.taps), *self.inner
        found = [state.x.new_empty(state.x.shape[0], 0, height, width)]
        for level, tap in enumerate(self.taps, 1):
            found.append(
                next(there)
                if tap
                else state.x.new_empty(state.x.shape[0], 0, height >> level, width >> level)
            )
        return found

    def _end(self, state: Maps) -> list[tuple[str, Tensor]]:
        decoded = self.head.decoder(self._pyramid(state))
        return [("decoder", decoded), ("head", self._final(decoded))]

    def _logits(self, x: Any) -> Tensor:
        return self._final(self.head.decoder(self._pyramid(x)))

    def _final(self, decoded: Tensor) -> Tensor:
        logits = in_full(self.head.final, self.dropout(decoded), self.last.weight)
        return cropped(logits, (self.input_shape[1], self.input_shape[2])).float()


def segmentation(
    name: str,
    encoder: str,
    *,
    classes: int,
    channels: int,
    image_size: tuple[int, int],
    init: str = "keras",
    seed: Callable[[str], int] = lambda purpose: 0,
    weights: Mapping[str, Tensor] | None = None,
    dropout: float | None = None,
) -> SegmentationNetwork:
    """`unet`, `deeplabv3plus` or `fpn` on the stages of a backbone, in fp32 on the CPU;
    segmentation-models-pytorch's own sizes.

    `weights`: the backbone's, under timm's names (see `backbones.backbone`). The decoder is drawn
    by `init` from its own address, so that arms share it. `dropout`: its rate before the last
    convolution (DeepLabV3+ and FPN: in their own place, by default 0.5 and 0.2). Raises AlihError
    for a backbone that cannot be cut, or whose maps do not halve.

    >>> net = segmentation("unet", "mobilenetv2_035", classes=3, channels=3, image_size=(64, 70))
    >>> tuple(net(torch.zeros(2, 3, 64, 70)).shape)
    (2, 3, 64, 70)
    """
    inner, parts = _inner(image_size), _PARTS[name]
    stages = encoder_stages(
        encoder,
        channels=channels,
        image_size=inner,
        seed=seed,
        weights=weights,
        output_stride=parts.output_stride,
    )
    if len(stages) == 1:
        raise AlihError("models.encoder_uncut", name=encoder)
    taps = _taps(encoder, _shapes([stage for _, stage in stages], (channels, *inner)), inner, parts)
    end = max(tap.stage for tap in taps if tap is not None)
    with torch.random.fork_rng(devices=[]):
        head = parts.build(
            [channels, *(tap.shape[0] if tap else 0 for tap in taps)], classes, dropout
        )
    network = SegmentationNetwork(
        stages[: end + 1],
        head,
        (channels, *image_size),
        taps,
        dropout=(dropout or 0.0) if name == "unet" else 0.0,
        preprocessing=preprocessing_of(encoder, channels),
    )
    initialise(nn.ModuleDict({"head": head}), init, seed)
    return network


@dataclass(frozen=True)
class _Parts:
    """What a decoder reads (levels: how often its maps were halved) and how it is made from the
    maps' channels.
    """

    levels: tuple[int, ...]
    build: Callable[[list[int], int, float | None], Decoder]
    output_stride: int = 32


def _unet(channels: list[int], classes: int, dropout: float | None) -> Decoder:
    from segmentation_models_pytorch.base import SegmentationHead

    from alih.models.decoders import DoublingUnetDecoder

    return Decoder(
        DoublingUnetDecoder(channels, UNET_CHANNELS),
        SegmentationHead(UNET_CHANNELS[-1], classes, kernel_size=3),
    )


def _fpn(channels: list[int], classes: int, dropout: float | None) -> Decoder:
    from segmentation_models_pytorch.base import SegmentationHead
    from segmentation_models_pytorch.decoders.fpn.decoder import FPNDecoder

    decoder = FPNDecoder(channels, dropout=0.2 if dropout is None else dropout)
    return Decoder(
        decoder, SegmentationHead(decoder.out_channels, classes, kernel_size=1, upsampling=4)
    )


def _deeplab(channels: list[int], classes: int, dropout: float | None) -> Decoder:
    from segmentation_models_pytorch.base import SegmentationHead
    from segmentation_models_pytorch.decoders.deeplabv3.decoder import DeepLabV3PlusDecoder

    rate = 0.5 if dropout is None else dropout
    decoder = DeepLabV3PlusDecoder(
        channels, 5, 256, (12, 24, 36), 16, aspp_separable=True, aspp_dropout=rate
    )
    return Decoder(decoder, SegmentationHead(256, classes, kernel_size=1, upsampling=4))


_PARTS = {
    "unet": _Parts((1, 2, 3, 4, 5), _unet),
    "fpn": _Parts((2, 3, 4, 5), _fpn),
    # Its last map is dilated: it lies at a stride of 16, where a fifth halving would have been.
    "deeplabv3plus": _Parts((2, 5), _deeplab, output_stride=16),
}


def _inner(image_size: Sequence[int]) -> tuple[int, int]:
    height, width = (-(-side // STEP) * STEP for side in image_size)
    return height, width


def _members(stage: nn.Module) -> list[nn.Module]:
    """What a stage computes one after the other."""
    return list(stage) if type(stage) is nn.Sequential else [stage]


def _shapes(
    stages: Sequence[nn.Module], shape: tuple[int, int, int]
) -> list[list[tuple[int, int, int]]]:
    """The shape [c, h, w] after every member of every stage, by passing one image through; modes
    stay as they were.
    """
    found: list[list[tuple[int, int, int]]] = []
    with evaluating(nn.ModuleList(stages)), torch.no_grad():
        x = torch.zeros(1, *shape)
        for stage in stages:
            row = []
            for member in _members(stage):
                x = member(x)
                if x.ndim != 4:
                    return found  # rows of numbers: the maps have ended
                row.append((int(x.shape[1]), int(x.shape[2]), int(x.shape[3])))
            found.append(row)
    return found


def _taps(
    encoder: str, shapes: list[list[tuple[int, int, int]]], inner: tuple[int, int], parts: _Parts
) -> list[Tap | None]:
    """The last map of each size, for levels 1 to 5; None for those that the decoder does not read.

    Some families begin with a stride of 4: then the first level is empty, as in
    segmentation-models-pytorch.
    """
    places = [(s, m, shape) for s, row in enumerate(shapes) for m, shape in enumerate(row)]
    last: dict[int, Tap] = {}
    for stage, member, shape in places:
        level = next((n for n in range(6) if (shape[1] << n, shape[2] << n) == inner), None)
        if level is None:
            raise AlihError(
                "models.encoder_strides",
                name=encoder,
                image=f"{inner[0]}×{inner[1]}",
                map=f"{shape[1]}×{shape[2]}",
            )
        last[level] = Tap(stage, member, shape)
    if parts.output_stride == 16:
        last = {level: tap for level, tap in last.items() if level < 4} | {
            5: last.get(4, last[max(last)])
        }
    absent = [level for level in parts.levels if level not in last and level > 1]
    if absent:
        raise AlihError(
            "models.encoder_levels",
            name=encoder,
            strides=", ".join(str(2**level) for level in absent),
        )
    return [last.get(level) if level in parts.levels else None for level in range(1, 6)]
