"""Networks for segmentation on a backbone's stages: parity with segmentation-models-pytorch,
composition, freezing, formats."""

from __future__ import annotations

import numpy as np
import pytest
import segmentation_models_pytorch as smp
import torch
from tests.support.networks import settled
from torch import nn

from alih.data.imageset import ImageSet
from alih.data.pixels import Format
from alih.errors import AlihError
from alih.features import extract
from alih.models.backbones import backbone
from alih.models.decoders import doubled_conv
from alih.models.mirror import mirrored
from alih.models.precision import autocast, to_format
from alih.models.segmentation import SegmentationNetwork, segmentation
from alih.models.staged import StagedNetwork, layer_decay, stage_rows
from alih.study.catalogue.backbones import CARDS
from alih.transfer import regularizers

REFERENCES = {"unet": smp.Unet, "fpn": smp.FPN, "deeplabv3plus": smp.DeepLabV3Plus}
NAMES = list(REFERENCES)


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def small(
    name: str = "unet", size=(32, 64), encoder: str = "mobilenetv2_035", **options
) -> SegmentationNetwork:
    return segmentation(name, encoder, classes=3, channels=3, image_size=size, **options)


def images(*size: int) -> torch.Tensor:
    return torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(2))


def reference(name: str, encoder: str) -> nn.Module:
    torch.manual_seed(0)
    return settled(REFERENCES[name](f"tu-{encoder}", encoder_weights=None, classes=3))


def with_weights_of(network: SegmentationNetwork, theirs: nn.Module) -> SegmentationNetwork:
    """The reference's tensors: the encoder's in their order (ours have stage names), the decoder's
    by name."""
    given = theirs.state_dict()
    own = [name for name in network.state_dict() if name.startswith("stages.")]
    encoder = [tensor for name, tensor in given.items() if name.startswith("encoder.")]
    state = dict(zip(own, encoder, strict=True))
    for name in network.state_dict():
        if name.startswith("head."):
            state[name] = given[name.removeprefix("head.").replace("final.", "segmentation_head.")]
    network.load_state_dict(state)
    return network.eval()


@pytest.mark.parametrize(
    ("name", "encoder"),
    [
        *((name, "mobilenetv2_100") for name in NAMES),
        ("unet", "resnet18"),
        ("fpn", "tf_efficientnet_lite0"),
        ("unet", "densenet121"),
    ],
)
def test_the_output_is_that_of_segmentation_models_pytorch(name, encoder):
    theirs = reference(name, encoder)
    network = with_weights_of(small(name, encoder=encoder), theirs)
    x = images(32, 64)
    with torch.no_grad():
        expected = theirs(x)
        found = network(x)
        assert torch.allclose(found, expected, rtol=0, atol=1e-5 * float(expected.abs().max()))
        for k in range(len(network.stages) + 1):
            assert torch.equal(network.suffix(k)(network.prefix(k)(x)), found), k
    assert sum(p.numel() for p in network.parameters()) == sum(
        p.numel() for p in theirs.parameters()
    )


def test_stages_are_those_of_classification():
    theirs = backbone("mobilenetv2_100", classes=7, channels=3, image_size=(64, 64))
    weights = {}
    import timm

    torch.manual_seed(5)
    weights = timm.create_model("mobilenetv2_100", pretrained=False).state_dict()
    ours = segmentation(
        "unet", "mobilenetv2_100", classes=3, channels=3, image_size=(64, 64), weights=weights
    )
    theirs = backbone(
        "mobilenetv2_100", classes=7, channels=3, image_size=(64, 64), weights=weights
    )
    assert ours.names == theirs.names[: len(ours.names)]
    assert ours.preprocessing == theirs.preprocessing
    for name, tensor in ours.state_dict().items():
        if name.startswith("stages."):
            assert torch.equal(tensor, theirs.state_dict()[name]), name


@pytest.mark.parametrize(
    "name", [card.name for card in CARDS.values() if card.maps and card.name != "resnet152"]
)
def test_cards_know_how_many_stages_give_maps(name):
    assert len(small("unet", (32, 32), name).stages) == CARDS[name].maps


@pytest.mark.parametrize("name", NAMES)
def test_every_stage_hands_on_what_the_next_needs(name):
    network, x = settled(small(name)), images(32, 64)
    with torch.no_grad():
        whole = network(x)
        assert tuple(whole.shape) == (2, 3, 32, 64)
        stages = len(network.stages)
        for k in range(1, stages + 1):
            packed = network.prefix(k)(x)
            assert packed.ndim == 2
            assert packed.shape[1] == sum(c * h * w for c, h, w in network.packed_shapes(k))
            state = network.advance(x, 0, k)
            assert torch.equal(packed, network.between(k, k)(packed)), "unpacked and packed again"
            assert torch.equal(network.classify(network.advance(state, k, stages)), whole)
            assert torch.equal(network.classify(network.advance(packed, k, stages)), whole)
            if k < stages:
                assert torch.equal(network.between(k, k + 1)(packed), network.prefix(k + 1)(x))
        assert torch.equal(network.classify(network.features(x)), whole)


def test_a_map_that_is_read_is_packed_once():
    network = small()
    sizes = {shape[1:] for shape in network.packed_shapes(len(network.stages))}
    assert len(network.packed_shapes(len(network.stages))) == len(sizes) == 5
    deeplab = small("deeplabv3plus")
    assert [shape[1:] for shape in deeplab.packed_shapes(len(deeplab.stages))] == [
        (8, 16),
        (2, 4),
    ], "dilated, not halved"


@pytest.mark.parametrize("name", NAMES)
def test_sizes_that_do_not_divide_are_mirrored(name):
    network, x = settled(small(name, (33, 50))), images(33, 50)
    larger = settled(small(name, (64, 64)))
    larger.load_state_dict(network.state_dict())
    with torch.no_grad():
        expected = larger(mirrored(x, (64, 64)))[:, :, 15:48, 7:57]
        assert torch.equal(network(x), expected)
        assert torch.equal(network.suffix(3)(network.prefix(3)(x)), expected)
        assert torch.equal(network.suffix(0)(network.prefix(0)(x)), expected)
    with pytest.raises(AlihError, match="built for"):
        network(images(32, 32))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("precision", ["fp32", "bf16-autocast"])
def test_formats_keep_the_contract(name, precision):
    network = to_format(settled(small(name)), precision, True)
    x = images(32, 64).contiguous(memory_format=torch.channels_last)
    with torch.no_grad(), autocast("cpu", precision):
        out = network(x)
        assert out.dtype == network.last.weight.dtype == torch.float32
        for k in (1, 4, 9, len(network.stages)):
            packed = network.prefix(k)(x)
            assert packed.dtype == (
                torch.bfloat16 if precision == "bf16-autocast" else torch.float32
            )
            assert torch.equal(network.suffix(k)(packed), out), k
    network.train()
    with autocast("cpu", precision):
        out = network(x)
    out.square().mean().backward()
    assert all(p.grad is not None for p in network.parameters())


@pytest.mark.parametrize(
    ("policy", "frozen_moves", "free_moves"),
    [("stage", False, True), ("adapt", True, True), ("fixed", False, False)],
)
def test_freezing_and_batch_norm(policy, frozen_moves, free_moves):
    network = small()
    network.freeze(5, policy)
    network.train()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    optimizer = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], lr=0.1)
    network(images(32, 64)).square().mean().backward()
    optimizer.step()
    moved = {
        name
        for name, tensor in network.state_dict().items()
        if not torch.equal(tensor, before[name])
    }
    statistics = {name: name in moved for name in before if "num_batches" in name}
    assert {value for name, value in statistics.items() if network.stage_of(name) < 5} == {
        frozen_moves
    }
    in_stages = {
        name: value
        for name, value in statistics.items()
        if 5 <= network.stage_of(name) < len(network.stages)
    }
    assert set(in_stages.values()) == {free_moves}
    assert all(value for name, value in statistics.items() if name.startswith("head.")), (
        "the decoder belongs to the labels"
    )
    weights = {name for name in moved if "running" not in name and "num_batches" not in name}
    assert {network.stage_of(name) for name in weights} == set(range(5, len(network.stages) + 1))


def test_rows_rates_and_places_of_comparison():
    network = small(size=(64, 64))
    rows = stage_rows(network)
    assert [row["name"] for row in rows] == [*network.names, "decoder", "head"]
    assert rows[-1]["output_shape"] == [3, 64, 64]
    assert rows[-1]["parameters"] == 3 * (9 * 16 + 1)
    assert sum(row["parameters"] for row in rows) == sum(p.numel() for p in network.parameters())
    factors = layer_decay(network, 0.5)
    assert {factor for name, factor in factors.items() if name.startswith("head.")} == {1.0}
    assert factors["stages.stem.0.weight"] == 0.5 ** len(network.stages)
    sides = [row["output_shape"][1] for row in rows]
    assert [sides[i] for i in regularizers.last_of_each_size(network)] == [32, 16, 8, 4, 2]


def test_cached_maps_are_not_mistaken_for_those_of_classification():
    """The same stages with the same weights give other rows: one map there, all maps so far
    here."""
    seg = small(size=(64, 64))
    other = backbone("mobilenetv2_035", classes=3, channels=3, image_size=(64, 64))
    images = ImageSet("x", ("a", "b"), np.zeros((2, 64, 64, 3), np.uint8), np.array([0, 1]), 0, {})
    form = Format("fp32", torch.device("cpu"), (0.0,) * 3, (1.0,) * 3)
    wanted = extract.Wanted("mobilenetv2_035", 6, form, pooled=False)

    def name(network: StagedNetwork) -> str:
        return extract._key(images, network, wanted, None)[0]

    assert (
        len(
            {
                name(network)
                for network in (seg, other, small(size=(64, 60)), small("fpn", size=(64, 64)))
            }
        )
        == 4
    )
    assert name(seg) == name(small(size=(64, 64), seed=lambda purpose: 0, dropout=0.5))
    assert extract.digest_of(small("deeplabv3plus"), 18) != extract.digest_of(small("fpn"), 18)


def test_the_decoder_is_shared_by_arms_and_leaves_the_global_generator_alone():
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    one = small(seed=lambda purpose: len(purpose))
    assert torch.equal(torch.rand(3), expected)
    import timm

    torch.manual_seed(3)
    weights = timm.create_model("mobilenetv2_035", pretrained=False).state_dict()
    two = small(seed=lambda purpose: len(purpose), weights=weights)
    for (name, ours), theirs in zip(
        one.state_dict().items(), two.state_dict().values(), strict=True
    ):
        if name.startswith("head."):
            assert torch.equal(ours, theirs), name
    assert not torch.equal(one.stages["stem"][0].weight, two.stages["stem"][0].weight)


@pytest.mark.parametrize(
    ("name", "key"), [("unet", "dropout"), ("fpn", "dropout"), ("deeplabv3plus", "dropout")]
)
def test_dropout_has_one_place(name, key):
    off, on = small(name, dropout=0.0), small(name, dropout=0.4)
    rates = [m.rate for m in on.modules() if hasattr(m, "rate")] + [
        m.p for m in on.modules() if isinstance(m, nn.Dropout | nn.Dropout2d)
    ]
    assert sorted(rates)[-1] == 0.4
    assert sum(rate > 0 for rate in rates) == 1
    x = images(64, 64)[:, :, :32]
    off.train()
    off.freeze(len(off.stages))
    assert torch.equal(off(x), off(x)), "nothing is left to chance"
    on.train()
    assert not torch.equal(on(x), on(x))


@pytest.mark.parametrize(
    ("name", "encoder", "said"),
    [
        ("unet", "vit_tiny_patch16_224", "cannot be cut into stages"),
        ("unet", "inception_resnet_v2", "which is not a half"),
        ("deeplabv3plus", "densenet121", "output stride of 16"),
    ],
)
def test_encoders_that_do_not_fit_are_told(name, encoder, said):
    with pytest.raises(AlihError, match=said):
        small(name, (96, 96) if encoder != "vit_tiny_patch16_224" else (32, 32), encoder)


def test_gray_images():
    network = segmentation("unet", "mobilenetv2_035", classes=2, channels=1, image_size=(32, 32))
    assert tuple(network(torch.randn(2, 1, 32, 32)).shape) == (2, 2, 32, 32)
    assert network.preprocessing.mean == pytest.approx((0.449,))


@pytest.mark.parametrize(("size", "skip"), [((8, 10), 3), ((9, 8), 0), ((3, 5), 2)])
def test_a_doubled_map_is_convolved_without_being_made(size, skip):
    """Against the definition, gradients and edges included; small maps are doubled as it is
    written."""
    x = torch.randn(2, 4, *size, dtype=torch.float64, requires_grad=True)
    behind = (
        torch.randn(2, skip, 2 * size[0], 2 * size[1], dtype=torch.float64, requires_grad=True)
        if skip
        else None
    )
    weight = torch.randn(5, 4 + skip, 3, 3, dtype=torch.float64, requires_grad=True)
    inputs = [tensor for tensor in (x, behind, weight) if tensor is not None]
    doubled = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
    expected = nn.functional.conv2d(
        doubled if behind is None else torch.cat([doubled, behind], 1), weight, padding=1
    )
    found = doubled_conv(x, weight, behind)
    toward = torch.randn_like(expected)
    for ours, theirs in zip(
        [found, *torch.autograd.grad(found, inputs, toward)],
        [expected, *torch.autograd.grad(expected, inputs, toward)],
        strict=True,
    ):
        assert torch.allclose(ours, theirs, rtol=1e-5, atol=1e-5)
