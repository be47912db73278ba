"""Networks with a name: the papers' own, and one modern small CNN. Layer lists as a document would
write them.

A `dropout` without a rate is a place that `model.dropout` may fill in; the preset's own rates apply
otherwise. To add one: one entry in `PRESETS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Preset:
    """A named network: its layers, the image it was drawn for, and where it comes from.

    `parameters` is the count for that image and number of classes; a test compares it with the
    arithmetic.
    """

    name: str
    layers: tuple[Any, ...]
    image_size: int
    channels: int
    classes: int
    parameters: int
    reference: str
    dropout: tuple[float, ...] = ()
    output: Literal["softmax", "sigmoid-normalised"] = "softmax"


def _conv_bn_relu(filters: int) -> tuple[Any, ...]:
    return (
        {"conv": {"filters": filters, "padding": "same", "activation": "linear"}},
        "batch_norm",
        {"activation": "relu"},
    )


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            name="dcnn",
            layers=(
                {"conv": 32},
                {"conv": 64},
                {"max_pool": 2},
                "dropout",
                "flatten",
                {"dense": 128},
                "dropout",
            ),
            image_size=28,
            channels=1,
            classes=10,
            parameters=1_199_882,
            reference="Priyowidodo, Klasifikasi Gambar Dataset Fashion-MNIST, section 2.5; "
            "dropout [0.25, 0.5] in section 3.2",
        ),
        Preset(
            name="xray-small",
            layers=(
                {"conv": 32},
                {"max_pool": 2},
                {"conv": 32},
                {"max_pool": 2},
                "dropout",
                "flatten",
                {"dense": 128},
                "dropout",
            ),
            image_size=70,
            channels=3,
            classes=2,
            parameters=1_059_106,
            # The paper prints the two dropout layers without their rates, and no activations: ours
            # are the DCNN's.
            dropout=(0.25, 0.5),
            reference="Klasifikasi File Gambar Hasil X-Ray Paru-Paru Dengan Arsitektur CNN, "
            "figure 17",
        ),
        Preset(
            name="xray-large",
            layers=(
                {"conv": 16},
                {"max_pool": 2},
                {"conv": 32},
                {"max_pool": 2},
                {"conv": 64},
                {"max_pool": 2},
                "flatten",
                {"dense": 200},
                "dropout",
                {"dense": 500},
                "dropout",
            ),
            image_size=150,
            channels=3,
            classes=2,
            parameters=3_824_486,
            dropout=(0.3, 0.5),
            output="sigmoid-normalised",
            reference="Klasifikasi File Gambar Hasil X-Ray Paru-Paru Dengan Arsitektur CNN, "
            "listing before figure 21",
        ),
        Preset(
            name="cnn-bn",
            layers=(
                *_conv_bn_relu(32),
                *_conv_bn_relu(32),
                {"max_pool": 2},
                *_conv_bn_relu(64),
                *_conv_bn_relu(64),
                {"max_pool": 2},
                *_conv_bn_relu(128),
                *_conv_bn_relu(128),
                "global_avg_pool",
                "dropout",
            ),
            image_size=28,
            channels=1,
            classes=10,
            parameters=288_618,
            dropout=(0.25,),
            # 29 million multiply-adds for an image of 28 x 28, 2.4 times the DCNN's.
            reference="In the manner of VGG (Simonyan and Zisserman 2014), "
            "with batch normalisation (Ioffe and Szegedy 2015)",
        ),
    )
}
