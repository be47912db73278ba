"""timm's networks as ordered stages with a head for our classes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase
from torch.overrides import TorchFunctionMode

from alih.errors import AlihError
from alih.models.build import initialise
from alih.models.staged import Preprocessing, StagedNetwork
from alih.study.catalogue.backbones import CARDS

_OWN_NAMES = {"conv_head": "top", "global_pool": "pool"}


def backbone(
    name: str,
    *,
    classes: int | None,
    channels: int,
    image_size: tuple[int, int],
    init: str = "keras",
    seed: Callable[[str], int] = lambda purpose: 0,
    weights: Mapping[str, Tensor] | None = None,
    dropout: float = 0.0,
) -> StagedNetwork:
    """A timm network cut into stages, in fp32 on the CPU.

    `weights` are timm's own names and shapes (`models.weights.obtain`); without them the network
    starts as timm initialises it, from a generator seeded with `seed("init/<name>")`. A head for
    `classes` is drawn by `init` from its own address, so that arms share it; with `classes=None`
    the network keeps the head of its weights. Gray images: the first convolution's weights are
    summed over the colours. `image_size` is (height, width). Raises AlihError for weights that do
    not fit, and for images that the network cannot take.
    """
    with torch.random.fork_rng(
        devices=[]
    ):  # whatever modules draw when they are made leaves no trace
        return _built(name, classes, channels, image_size, init, seed, weights, dropout)


def _built(
    name: str,
    classes: int | None,
    channels: int,
    image_size: tuple[int, int],
    init: str,
    seed: Callable[[str], int],
    weights: Mapping[str, Tensor] | None,
    dropout: float,
) -> StagedNetwork:
    torch.manual_seed(seed(f"init/{name}"))  # timm draws from the global generator
    model = _created(name, channels, image_size, drawn=weights is None)
    if weights is not None:
        _load(name, model, weights)
    classifier = model.get_classifier()
    head, own = _head(model, classifier, classes)
    stages = _stages(name, model, classifier, own, (channels, *image_size))
    network = StagedNetwork(
        stages, head, (channels, *image_size), dropout, preprocessing_of(name, channels)
    )
    if classes is not None:
        initialise(nn.ModuleDict({"head": head}), init, seed)
    return network


def encoder_stages(
    name: str,
    *,
    channels: int,
    image_size: tuple[int, int],
    seed: Callable[[str], int] = lambda purpose: 0,
    weights: Mapping[str, Tensor] | None = None,
    output_stride: int = 32,
) -> list[tuple[str, nn.Module]]:
    """The stages of a backbone that give maps, under the names and with the weights of `backbone`:
    none after the last block.

    `output_stride` 8 or 16: the last stages are dilated in place of halving (same weights). One
    stage where the children do not follow each other. Raises AlihError as `backbone` does, and for
    an output stride that timm cannot give.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed(f"init/{name}"))
        model = _created(name, channels, image_size, output_stride, drawn=weights is None)
        if weights is not None:
            _load(name, model, weights)
        classifier = model.get_classifier()
        stages = _stages(name, model, classifier, False, (channels, *image_size))
    # The pooling, and what some families compute between it and the last block, serve
    # classification only.
    kept = [stage for stage, _ in stages]
    ends = [kept.index(end) for end in ("top", "pool") if end in kept]
    return stages[: min(ends, default=len(stages))]


def preprocessing_of(name: str, channels: int = 3) -> Preprocessing:
    """How the images of a backbone's weights were prepared: its card's constants, else timm's.
    Gray: the colours' means.
    """
    mean: tuple[float, ...]
    std: tuple[float, ...]
    found = CARDS.get(name)
    if found is not None:
        mean, std, interpolation, size = (
            found.mean,
            found.std,
            found.interpolation,
            found.image_size,
        )
    else:
        import timm

        settings = timm.get_pretrained_cfg(name) or timm.models.PretrainedCfg()
        mean, std, interpolation, size = (
            settings.mean,
            settings.std,
            settings.interpolation,
            settings.input_size[-1],
        )
    if channels == 1:
        mean, std = (sum(mean) / len(mean),), (sum(std) / len(std),)
    return Preprocessing(tuple(mean), tuple(std), interpolation, size)


class _Undrawn(TorchFunctionMode):
    """Weights that are loaded next need not be drawn first: for large networks that is most of the
    time of making them.
    """

    DRAWS = frozenset(
        {
            getattr(nn.init, name)
            for name in dir(nn.init)
            if name.endswith(("normal_", "uniform_", "orthogonal_"))
        }
        | {Tensor.uniform_, Tensor.normal_}
    )

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in self.DRAWS and (args or "tensor" in (kwargs or {})):
            return args[0] if args else kwargs["tensor"]
        return func(*args, **(kwargs or {}))


def _created(
    name: str,
    channels: int,
    image_size: tuple[int, int],
    output_stride: int = 32,
    *,
    drawn: bool = True,
) -> Any:
    """The network as timm makes it, with its own initial weights; with `drawn=False` with whatever
    lay in memory.
    """
    import timm

    settings = timm.get_pretrained_cfg(name, allow_unregistered=False)
    options: dict[str, Any] = {"in_chans": channels}
    if settings is not None and settings.fixed_input_size:
        options["img_size"] = image_size
    if output_stride != 32:
        options["output_stride"] = output_stride
    try:
        with contextlib.nullcontext() if drawn else _Undrawn():
            return timm.create_model(name, pretrained=False, **options)
    except (RuntimeError, ValueError, AssertionError, TypeError) as error:
        if output_stride != 32:
            raise AlihError("models.no_dilation", name=name, stride=output_stride) from error
        raise AlihError(
            "models.cannot_build", name=name, reason=str(error).splitlines()[0]
        ) from error


def adapt_channels(weight: Tensor, channels: int) -> Tensor:
    """A convolution's weights [out, in, h, w] for images of another number of channels: the
    response to gray stays the same.

    Three to one: the sum over the colours. One to three: a third of it for each. Raises ValueError
    for other numbers.
    """
    if weight.shape[1] == channels:
        return weight
    if channels == 1:
        return weight.sum(1, keepdim=True)
    if weight.shape[1] == 1:
        return weight.expand(-1, channels, -1, -1) / channels
    raise ValueError(f"{weight.shape[1]} to {channels} channels")


def _load(name: str, model: Any, weights: Mapping[str, Tensor]) -> None:
    """Load strictly; only the first convolution may have another number of channels. Names the
    tensors that do not fit.
    """
    own, given = model.state_dict(), dict(weights)
    first = model.default_cfg.get("first_conv")
    for conv in (first,) if isinstance(first, str) else tuple(first or ()):
        key = f"{conv}.weight"
        if (
            key in given
            and key in own
            and given[key].ndim == 4
            and given[key].shape[1] != own[key].shape[1]
        ):
            given[key] = adapt_channels(given[key], own[key].shape[1])
    missing = [key for key in own if key not in given]
    misfits = [key for key in own if key in given and given[key].shape != own[key].shape]
    unknown = [key for key in given if key not in own]
    if missing or misfits or unknown:
        shown = [f"{key} {list(given[key].shape)} ≠ {list(own[key].shape)}" for key in misfits[:3]]
        values = {
            "missing": _some(missing),
            "unknown": _some(unknown),
            "misfits": "; ".join(shown) or "–",
        }
        raise AlihError(
            "models.weights_do_not_fit",
            name=name,
            fit=len(own) - len(missing) - len(misfits),
            of=len(own),
            **values,
        )
    model.load_state_dict(given)


def _some(names: list[str]) -> str:
    return (
        (", ".join(names[:3]) + (f" … ({len(names)})" if len(names) > 3 else "")) if names else "–"
    )


def _head(model: Any, classifier: Any, classes: int | None) -> tuple[nn.Linear, bool]:
    """The dense layer to the classes, and whether it is the model's own."""
    if isinstance(classifier, nn.Linear) and classes is None:
        return classifier, True
    features = classifier.in_features if isinstance(classifier, nn.Linear) else model.num_features
    if classes is None:
        raise AlihError("models.no_own_head", name=type(model).__name__)
    return nn.Linear(features, classes), False


def _stages(
    name: str, model: Any, classifier: Any, own_head: bool, shape: tuple[int, int, int]
) -> list[tuple[str, nn.Module]]:
    """The stages before the classifier: cut where the children follow each other, else one stage,
    `body`.
    """
    found = _cut(model, classifier) if isinstance(classifier, nn.Linear) else None
    if name in CARDS:
        assert found is not None, "a test cuts every carded model"
        return found
    probe = torch.randn(1, *shape, generator=torch.Generator().manual_seed(0))
    model.eval()
    with torch.no_grad():
        try:
            whole = model(probe)
        except (
            RuntimeError,
            AssertionError,
            ValueError,
        ) as error:  # images smaller than the network can take
            raise AlihError(
                "models.cannot_build", name=name, reason=str(error).splitlines()[0]
            ) from error
        if found is not None and torch.equal(_compose(found, classifier, probe), whole):
            return found
        model.reset_classifier(0)
        if own_head and not torch.equal(classifier(model(probe)), whole):
            raise AlihError("models.no_own_head", name=name)
    return [("body", model)]


def _compose(stages: list[tuple[str, nn.Module]], classifier: nn.Module, x: Tensor) -> Tensor:
    try:
        for _, stage in stages:
            x = stage.eval()(x)
        return classifier(x)
    except (RuntimeError, TypeError, ValueError, AttributeError, IndexError, NotImplementedError):
        return x.new_empty(0)  # the children do not simply follow each other


def _cut(model: nn.Module, classifier: nn.Module) -> list[tuple[str, nn.Module]]:
    """Children in order, sequences taken apart; what has no weights, and normalisation, joins what
    comes before it.
    """
    stages: list[tuple[str, list[nn.Module]]] = []
    blocks = 0
    for name, module, inner in _members(model):
        if module is classifier or isinstance(module, nn.Identity | nn.Dropout):
            continue
        follower = isinstance(module, _NormBase) or not any(True for _ in module.parameters())
        if stages and follower and name != "global_pool":
            stages[-1][1].append(module)
            continue
        inner = inner or name.startswith(
            "block"
        )  # numbered with the others, or its name could be theirs
        blocks += inner
        shown = "stem" if not stages else f"block{blocks}" if inner else _OWN_NAMES.get(name, name)
        stages.append((shown, [module]))
    assert len({name for name, _ in stages}) == len(stages), (
        "children have one name each, blocks one number"
    )
    return [
        (name, parts[0] if len(parts) == 1 else nn.Sequential(*parts)) for name, parts in stages
    ]


def _members(model: nn.Module) -> Iterator[tuple[str, nn.Module, bool]]:
    """(name, module, whether it came out of a sequence) of what a model's children compute one
    after the other.
    """
    for name, child in model.named_children():
        if type(child) is nn.Sequential:
            yield from ((name, member, True) for _, member, _ in _members(child))
        else:
            yield name, child, False
