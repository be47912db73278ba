"""Backbones as stages: composition, freezing, learning rates by stage, channels, random control;
names without timm."""

from __future__ import annotations

import pytest
import timm
import torch
from tests.support.networks import settled
from torch import nn

from alih.errors import AlihError
from alih.models import names
from alih.models.backbones import adapt_channels, backbone
from alih.models.precision import autocast, to_format
from alih.models.staged import StagedNetwork, layer_decay, stage_rows
from alih.study.catalogue.backbones import CARDS, NAMES, is_backbone, timm_names
from alih.study.strategies.options import Unfreeze, frozen_at

SMALL = ["mobilenetv2_100", "tf_efficientnet_lite0", "resnet18", "resnet50"]
LARGE = sorted(set(CARDS) - set(SMALL))
CUT_BY_FALLBACK = ["efficientnet_b0", "mobilenetv3_small_050", "densenet121"]
WHOLE = ["vit_tiny_patch16_224", "convnext_atto"]


def reference(name: str, seed: int = 0, **options) -> nn.Module:
    torch.manual_seed(seed)
    return timm.create_model(name, pretrained=False, **options).eval()


def small(classes: int | None = 5, side: int = 32, **options) -> StagedNetwork:
    return backbone(
        "mobilenetv2_035", classes=classes, channels=3, image_size=(side, side), **options
    )


@pytest.mark.parametrize("name", [*SMALL, *LARGE, *CUT_BY_FALLBACK, *WHOLE])
def test_every_prefix_and_suffix_compose_to_the_model_bit_for_bit(name):
    model = reference(name)
    card = CARDS.get(name)
    side = max(card.smallest, 64 if card is None else 32) if card else 64
    if model.default_cfg.get("fixed_input_size"):
        model = reference(name, img_size=(side, side))
    network = backbone(
        name, classes=None, channels=3, image_size=(side, side), weights=settled(model).state_dict()
    )
    x = torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(2))
    network.eval()
    with torch.no_grad():
        whole = model(x)
        assert torch.equal(network(x), whole)
        stages = len(network.stages)
        step = 1 if name not in LARGE else max(1, stages // 6)
        for k in {*range(0, stages, step), stages}:
            assert torch.equal(network.suffix(k)(network.prefix(k)(x)), whole), k
        assert torch.equal(network.head(network.features(x)), whole)
    if card:
        assert (stages, sum(p.numel() for p in network.parameters())) == (
            card.stages,
            card.parameters,
        )
        assert network.names[0] == "stem"
        assert network.names[-1] == "pool"
    else:
        assert (stages == 1) == (name in WHOLE), (
            "a network that cannot be cut says so by its single stage"
        )


def test_a_contract_with_every_card():
    assert set(SMALL) | set(LARGE) == set(CARDS)
    for name, card in CARDS.items():
        assert is_backbone(name)
        assert card.sha256 is None or card.wheel or card.address


def test_names_are_known_without_timm_and_are_those_of_timm():
    assert set(CARDS) <= timm_names()
    if NAMES.read_text().startswith(f"# timm {timm.__version__}\n"):
        assert NAMES.read_text() == names.text(), "write it anew: python -m alih.models.names"
    assert is_backbone("resnet18.a1_in1k")
    assert not is_backbone("dcnn")
    assert not is_backbone(None)


def test_stages_have_rows():
    rows = stage_rows(backbone("mobilenetv2_100", classes=37, channels=3, image_size=(64, 64)))
    assert [row["name"] for row in rows][:3] == ["stem", "block1", "block2"]
    assert [row["output_shape"] for row in rows][-3:] == [[1280, 2, 2], [1280], [37]]
    assert sum(row["parameters"] for row in rows) == 3_504_872 - 1000 * 1281 + 37 * 1281
    assert rows[-1]["parameters"] == 37 * 1281


def test_frozen_means_frozen_at_every_train():
    network = small()
    network.freeze(4)
    x = torch.randn(4, 3, 32, 32)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    optimizer = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], lr=0.1)
    for _ in range(2):
        network.eval()
        network.train()
        network(x).square().mean().backward()
        optimizer.step()
    for name, tensor in network.state_dict().items():
        part = network.names.index(name.split(".")[1]) if name.startswith("stages.") else 99
        if part < 4:
            assert torch.equal(tensor, before[name]), name
        elif "num_batches" in name:
            assert tensor == 2, name
    assert not torch.equal(network.head.weight, before["head.weight"])


@pytest.mark.parametrize(
    ("policy", "frozen_moves", "free_moves"),
    [("stage", False, True), ("adapt", True, True), ("fixed", False, False)],
)
def test_batch_norm_policies(policy, frozen_moves, free_moves):
    network = small()
    network.freeze(3, policy)
    network.train()
    network(torch.randn(4, 3, 32, 32))
    counts = {
        name: int(tensor) for name, tensor in network.state_dict().items() if "num_batches" in name
    }
    frozen = [count for name, count in counts.items() if network.stage_of(name) < 3]
    free = [count for name, count in counts.items() if network.stage_of(name) >= 3]
    assert set(frozen) == {int(frozen_moves)}
    assert set(free) == {int(free_moves)}


def test_thawing_and_what_is_refused():
    network = small()
    network.freeze(5)
    network.freeze(2)
    assert [all(p.requires_grad for p in stage.parameters()) for stage in network.stages.values()][
        :4
    ] == [
        False,
        False,
        True,
        True,
    ]
    with pytest.raises(AlihError, match=r"Stage 99 .* 20 stages"):
        network.freeze(99)
    with pytest.raises(AlihError, match="batch normalisation policy 'never'"):
        network.freeze(1, "never")
    with pytest.raises(AlihError, match="Stage 21"):
        network.prefix(21)
    assert [frozen_at(4, Unfreeze(stages=2), epoch) for epoch in range(4)] == [4, 2, 0, 0]
    assert frozen_at(20, Unfreeze(), 1, list(range(19))) == 18, "a pooling that thaws is no step"
    assert frozen_at(20, None, 9) == 20


def test_layer_wise_learning_rates():
    network = small()
    factors = layer_decay(network, 0.5)
    assert factors["head.weight"] == 1
    by_stage = {
        network.names[network.stage_of(n)]: f
        for n, f in factors.items()
        if not n.startswith("head")
    }
    assert by_stage["top"] == 0.5, "pooling holds no weights and costs no step"
    assert by_stage["block17"] == 0.25
    assert by_stage["stem"] == 0.5**19
    assert set(factors) == {name for name, _ in network.named_parameters()}
    assert set(layer_decay(network, 1.0).values()) == {1.0}


def test_random_weights_have_an_address_and_leave_the_global_generator_alone():
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    first = small(seed=lambda purpose: len(purpose))
    assert torch.equal(torch.rand(3), expected)
    again, other = small(seed=lambda purpose: len(purpose)), small(seed=lambda purpose: 9)
    for name, tensor in first.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name])
    assert not torch.equal(first.head.weight, other.head.weight)
    assert not torch.equal(first.stages["stem"][0].weight, other.stages["stem"][0].weight)
    more = small(classes=9, seed=lambda purpose: len(purpose))
    assert torch.equal(first.stages["top"][0].weight, more.stages["top"][0].weight), (
        "the labels do not change the body"
    )
    weights = reference("mobilenetv2_035", seed=3).state_dict()
    pretrained = small(seed=lambda purpose: len(purpose), weights=weights)
    assert torch.equal(pretrained.head.weight, first.head.weight), "the control shares the head"


def test_gray_images_meet_summed_colours():
    weights = settled(reference("mobilenetv2_035")).state_dict()
    gray = backbone(
        "mobilenetv2_035", classes=None, channels=1, image_size=(32, 32), weights=weights
    ).eval()
    colour = small(classes=None, weights=weights).eval()
    x = torch.randn(2, 1, 32, 32)
    assert torch.allclose(gray(x), colour(x.expand(-1, 3, -1, -1)), atol=1e-4)
    assert gray.preprocessing.mean == pytest.approx((0.449,))
    back = adapt_channels(adapt_channels(weights["conv_stem.weight"], 1), 3)
    assert torch.allclose(back.sum(1), weights["conv_stem.weight"].sum(1), atol=1e-6)


def test_weights_that_do_not_fit_are_told_by_tensor():
    weights = dict(reference("mobilenetv2_035").state_dict())
    with pytest.raises(
        AlihError,
        match=r"of 'mobilenetv2_100': \d+ of 314 tensors fit.*conv_stem\.weight \[16, 3, 3, 3\]",
    ):
        backbone("mobilenetv2_100", classes=2, channels=3, image_size=(32, 32), weights=weights)
    del weights["bn1.bias"]
    with pytest.raises(AlihError, match=r"Missing: bn1\.bias"):
        small(weights=weights)


def test_bf16_and_channels_last_keep_the_contract():
    network = to_format(small(dropout=0.5), "bf16-autocast", True)
    x = torch.randn(4, 3, 32, 32).contiguous(memory_format=torch.channels_last)
    network.eval()
    with autocast("cpu", "bf16-autocast"):
        out, maps = network(x), network.prefix(6)(x)
        assert (out.dtype, maps.dtype) == (torch.float32, torch.bfloat16)
        assert torch.equal(network.suffix(6)(maps), out)
        assert torch.equal(network(x), out)
        features = network.features(x).float()
        network.train()
        assert not torch.equal(network(x), network(x)), "dropout before the head"
    network.eval()
    assert torch.equal(out, network.head(features)), "the last layer computes in fp32"
    assert all(p.dtype == torch.float32 for p in network.parameters())


def test_activations_are_those_of_the_stages():
    network = settled(small())
    x = torch.randn(1, 3, 32, 32)
    found = network.activations(x)
    assert [name for name, _ in found] == [*network.names, "head"]
    for k, (_, tensor) in enumerate(found[:-1], 1):
        assert torch.equal(tensor, network.prefix(k)(x))
    with pytest.raises(AlihError, match="built for"):
        network(torch.randn(1, 3, 16, 32))
