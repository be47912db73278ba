"""Layer lists: names, dropout places, and arithmetic against the papers' printed tables and against
torch."""

from __future__ import annotations

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from alih.errors import AlihError
from alih.study.catalogue.arithmetic import Layer, arithmetic, network, output
from alih.study.catalogue.presets import PRESETS
from alih.study.document.layer_options import ACTIVATIONS, LAYER_TYPES
from alih.study.document.model import ModelSpec


def rows(
    name: str, size: int, channels: int, classes: int, **settings: object
) -> list[tuple[str, tuple[int, ...], int]]:
    layers = network(ModelSpec.model_validate({"name": name, **settings}), classes)
    return [
        (row.name, row.output_shape, row.parameters)
        for row in arithmetic(layers, (channels, size, size))
    ]


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_presets_have_the_parameters_they_state(preset) -> None:  # type: ignore[no-untyped-def]
    table = rows(preset.name, preset.image_size, preset.channels, preset.classes)
    assert sum(parameters for _, _, parameters in table) == preset.parameters
    assert table[-1][:2] == ("output", (preset.classes,))


def test_figure_17_of_the_xray_paper() -> None:
    assert rows("xray-small", 70, 3, 2) == [
        ("conv1", (32, 68, 68), 896),
        ("pool1", (32, 34, 34), 0),
        ("conv2", (32, 32, 32), 9248),
        ("pool2", (32, 16, 16), 0),
        ("dropout1", (32, 16, 16), 0),
        ("flatten1", (8192,), 0),
        ("dense1", (128,), 1_048_704),
        ("dropout2", (128,), 0),
        ("output", (2,), 258),
    ]


def test_figure_21_of_the_xray_paper() -> None:
    printed = [448, 4640, 18496, 3_699_400, 100_500, 1002]
    table = rows("xray-large", 150, 3, 2)
    assert [parameters for _, _, parameters in table if parameters] == printed
    assert {name: shape for name, shape, _ in table}["pool3"] == (64, 17, 17)
    assert output(ModelSpec(name="xray-large")) == "sigmoid-normalised"
    assert output(ModelSpec(name="xray-large", output="softmax")) == "softmax"
    assert output(ModelSpec(name="dcnn")) == "softmax"


def test_names_stay_when_dropout_comes_or_goes() -> None:
    plain = network(ModelSpec(name="dcnn"), 10)
    dropped = network(ModelSpec(name="dcnn", dropout=[0.25, 0.5]), 10)
    assert [layer for layer in dropped if layer.type != "dropout"] == list(plain)
    assert [(layer.name, layer.rate) for layer in dropped if layer.type == "dropout"] == [
        ("dropout1", 0.25),
        ("dropout2", 0.5),
    ]
    only_second = network(ModelSpec(name="dcnn", dropout=[0, 0.5]), 10)
    assert [layer.name for layer in only_second if layer.type == "dropout"] == ["dropout2"]


def test_dropout_rates_of_a_preset_can_be_replaced_and_removed() -> None:
    def found(**settings: object) -> list[float]:
        layers = network(ModelSpec.model_validate({"name": "xray-large", **settings}), 2)
        return [layer.rate for layer in layers if layer.type == "dropout"]

    assert found() == [0.3, 0.5]
    assert found(dropout=[0.1, 0.2]) == [0.1, 0.2]
    assert found(dropout=[]) == []
    with pytest.raises(AlihError) as caught:
        network(ModelSpec(name="xray-large", dropout=[0.1]), 2)
    assert caught.value.key == "study.dropout_count"


def test_a_layer_list_in_all_its_forms() -> None:
    model = ModelSpec.model_validate(
        {
            "layers": [
                {"conv": 8},
                {
                    "conv": {
                        "filters": 4,
                        "kernel": 5,
                        "stride": 2,
                        "padding": 2,
                        "activation": "sigmoid",
                    }
                },
                "batch_norm",
                {"activation": "tanh"},
                {"avg_pool": {"size": 3, "stride": 1}},
                "max_pool",
                {"dropout": 0.2},
                {"dense": {"units": 6, "activation": "linear"}},
            ]
        }
    )
    assert network(model, 3) == (
        Layer("conv1", "conv", filters=8, kernel=3, activation="relu"),
        Layer("conv2", "conv", filters=4, kernel=5, stride=2, padding=2, activation="logistic"),
        Layer("norm1", "batch_norm"),
        Layer("activation1", "activation", activation="tanh"),
        Layer("pool1", "avg_pool", size=3, stride=1),
        Layer("pool2", "max_pool", size=2, stride=2),
        Layer("dropout1", "dropout", rate=0.2),
        Layer("flatten1", "flatten"),
        Layer("dense1", "dense", units=6),
        Layer("output", "dense", units=3),
    )


def test_flatten_is_put_in_once() -> None:
    for layers in (["flatten", {"dense": 4}], [{"dense": 4}], [{"conv": 2}], ["global_avg_pool"]):
        names = [layer.type for layer in network(ModelSpec.model_validate({"layers": layers}), 2)]
        assert names.count("flatten") == (0 if "global_avg_pool" in names else 1)
        assert names[-1] == "dense"


def test_unknown_models_are_named_with_the_nearest() -> None:
    with pytest.raises(AlihError, match=r"unknown model 'dncn'. Did you mean 'dcnn'\?") as caught:
        network(ModelSpec(name="dncn"), 10)
    assert caught.value.key == "study.unknown_model"


def test_every_activation_of_the_papers_table_is_there() -> None:
    assert ACTIVATIONS == (
        "unit-step",
        "sign",
        "linear",
        "piecewise-linear",
        "logistic",
        "tanh",
        "relu",
        "softplus",
    )
    for name in ACTIVATIONS:
        model = ModelSpec.model_validate(
            {"layers": [{"activation": {"name": name, "straight_through": True}}]}
        )
        assert network(model, 2)[0].activation == name


# --- Against torch
# ------------------------------------------------------------------------------------------

items = st.one_of(
    st.builds(
        lambda f, k, s, p: {
            "conv": {"filters": f, "kernel": k, "stride": 1 if p == "same" else s, "padding": p}
        },
        st.integers(1, 5),
        st.integers(1, 5),
        st.integers(1, 3),
        st.sampled_from(["valid", "same", 0, 1, 2]),
    ),
    st.builds(
        lambda kind, size, stride: {kind: {"size": size, "stride": stride}},
        st.sampled_from(["max_pool", "avg_pool"]),
        st.integers(1, 3),
        st.integers(1, 3),
    ),
    st.just("batch_norm"),
    st.just({"dropout": 0.5}),
)


def torch_module(layer: Layer, shape: tuple[int, ...]):  # type: ignore[no-untyped-def]
    from torch import nn

    if layer.type == "conv":
        return nn.Conv2d(shape[0], layer.filters, layer.kernel, layer.stride, layer.padding)
    if layer.type == "max_pool":
        return nn.MaxPool2d(layer.size, layer.stride)
    if layer.type == "avg_pool":
        return nn.AvgPool2d(layer.size, layer.stride)
    if layer.type == "batch_norm":
        return nn.BatchNorm2d(shape[0])
    if layer.type == "dense":
        return nn.Linear(shape[0], layer.units)
    return nn.Flatten() if layer.type == "flatten" else nn.Identity()


@pytest.mark.filterwarnings("ignore:Using padding")
@settings(max_examples=60, deadline=None)
@given(
    st.lists(items, min_size=1, max_size=5),
    st.integers(9, 28),
    st.integers(9, 28),
    st.sampled_from([1, 3]),
)
def test_shapes_and_parameters_are_torchs(
    layer_list, height: int, width: int, channels: int
) -> None:  # type: ignore[no-untyped-def]
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    layers = network(ModelSpec.model_validate({"layers": layer_list}), 4)
    try:
        table = arithmetic(layers, (channels, height, width))
    except AlihError as error:
        if error.key != "study.layer_too_small":
            raise
        reject()
    x = torch.zeros(2, channels, height, width)
    for layer, row in zip(layers, table, strict=True):
        module = torch_module(layer, tuple(x.shape[1:])).eval()
        x = module(x)
        assert tuple(x.shape[1:]) == row.output_shape
        assert sum(p.numel() for p in module.parameters()) == row.parameters


def test_the_table_of_layer_types_is_covered_by_the_arithmetic() -> None:
    short = {"conv": 2, "max_pool": 2, "avg_pool": 2, "activation": "relu", "dropout": 0.5}
    for kind in LAYER_TYPES:
        item = {kind: 2 if kind == "dense" else short.get(kind)}
        table = arithmetic(network(ModelSpec.model_validate({"layers": [item]}), 2), (1, 8, 8))
        assert table[-1].output_shape == (2,)
