"""The model of a finished run, of whatever kind, or an exported one, ready for images: what `look`,
`segment` and `predict` stand on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from alih.data import strips
from alih.data.decode import Decode
from alih.data.pixels import Format
from alih.errors import AlihError
from alih.evaluation.judgement import Judgement
from alih.inspect import runfiles
from alih.inspect.limits import telling_limit
from alih.study.document.arm import Recipe

if TYPE_CHECKING:
    from torch import Tensor, nn

    from alih.exported.card import Member
    from alih.study.strategies.mapping import ClassMapping
    from alih.transfer.classifiers.contract import Classifier
    from alih.transfer.handmade import Extractor


@dataclass(frozen=True, eq=False)
class Predictor:
    """The model of a finished run.

    Called with images uint8 [n, h, w, c] of its study's size (`decode`; `read` brings a file to
    it), it gives probabilities float32 [n, classes], or for a segmentation run masks uint8 [n, h,
    w] of indices into `classes`. It computes on `form.device` in the run's own number format, where
    that device has it; an exported model computes in fp32.

    Which parts there are depends on the run: a `network`, of which only the first `stages` are in
    use where a `classifier` reads their features (the last one's, or `every` so many of each); an
    `extractor` of hand-made features instead; a `mapping` from the network's classes to the task's.
    With a `transductive` classifier the answer for an image depends on the others it is asked for
    with. The network of an `ensemble` holds several, and gives log-probabilities.

    >>> predictor = Predictor.open("runs/flowers/runs/finetune/seed-0")  # doctest: +SKIP
    >>> predictor(predictor.read("rose.jpg")[None]).argmax()  # doctest: +SKIP
    3
    """

    folder: Path
    name: str
    recipe: Recipe
    classes: tuple[str, ...]
    segments: bool
    decode: Decode
    side: int
    form: Format
    files: runfiles.ModelFiles
    network: nn.Module | None
    stages: int | None = None
    every: int | None = None
    classifier: Classifier | None = None
    extractor: Extractor | None = None
    mapping: ClassMapping | None = None
    ensemble: bool = False

    @classmethod
    def open(
        cls,
        run_folder: str | Path,
        device: str = "auto",
        *,
        side: int | None = None,
        precision: str | None = None,
    ) -> Predictor:
        """Open a finished run, or a model that `alih export` wrote.

        Args:
            run_folder: The run, such as `runs/flowers/runs/finetune/seed-0`, or the model's folder.
            device: `auto`, `cpu`, `cuda` or `mps`.
            side: Pixels a side of images, if not the study's (segmentation only).
            precision: The number format, `fp32` or `bf16-autocast`; by default the run's own, for
                an exported model fp32.

        Returns:
            The model, ready for images.

        Raises:
            AlihError: The folder holds no finished run and no model, a file is damaged or changed,
                or the device is not here.
        """
        return _open(Path(run_folder), device, side, precision)

    @property
    def runtime(self) -> Literal["torch"]:
        """What computes."""
        return "torch"

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of images."""
        return self.side, self.side, self.decode.channels

    @property
    def transductive(self) -> bool:
        """Whether an image's answer depends on the others it is asked for with."""
        return self.classifier is not None and self.classifier.transductive

    @property
    def judgement(self) -> Judgement:
        """What validation images taught about the answers of a run of classification."""
        return Judgement() if self.segments else self.files.judgement

    def read(self, file: str | Path) -> np.ndarray:
        """Decode an image file as the study decodes its images.

        Args:
            file: The path of the file.

        Returns:
            Pixels, uint8 [h, w, c].

        Raises:
            AlihError: The file is not an image that can be read.
        """
        with telling_limit():
            return strips.read(Path(file), self.decode)

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Probabilities float32 [n, classes], or masks uint8 [n, h, w] of a segmentation run."""
        if not self.segments:
            return self.probabilities(images)
        from alih.tasks.losses import likeliest

        return self._gathered(images, lambda logits: likeliest(logits).byte(), np.uint8)

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Tell how probable each class is.

        Args:
            images: Pixels as `read` gives them, uint8 [n, h, w, c].

        Returns:
            float32 [n, classes], or [n, classes, h, w] of a segmentation run.
        """
        import torch

        if self.segments:
            return self._gathered(images, lambda logits: logits.float().softmax(1), np.float32)
        scores = self._scores(images)
        return torch.log_softmax(scores.float(), 1).exp().numpy()

    @property
    def output(self) -> Literal["logits", "log-probabilities"]:
        """What `scores` gives; softmax over classes makes probabilities of either."""
        direct = self.classifier is None and self.mapping is None and not self.ensemble
        return "logits" if direct else "log-probabilities"

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Compute what probabilities are made of, as `output` says.

        Args:
            images: Pixels as `read` gives them, uint8 [n, h, w, c].

        Returns:
            float32 [n, classes], or [n, classes, h, w] of a segmentation run.
        """
        if self.segments:
            return self._gathered(images, lambda logits: logits.float(), np.float32)
        return self._scores(images).float().numpy()

    def _scores(self, images: np.ndarray) -> Tensor:
        """Logits or log-probabilities [n, classes] of whole images, on the CPU."""
        import torch

        if not len(self._checked(images)):
            return torch.zeros(0, len(self.classes))
        if self.classifier is not None:
            return torch.from_numpy(self.classifier.scores(self._features(images)))
        found = torch.from_numpy(self._gathered(images, lambda logits: logits.float(), np.float32))
        return (
            found if self.mapping is None else torch.from_numpy(self.mapping.scores(found.numpy()))
        )

    def _features(self, images: np.ndarray) -> np.ndarray:
        """Features [n, d] that the classifier reads."""
        from alih.features.extract import BATCH

        if self.extractor is not None:
            return self.extractor(self._checked(images))
        rows = [self._stage_means(images[at : at + BATCH]) for at in range(0, len(images), BATCH)]
        return np.concatenate(rows)

    def _stage_means(self, images: np.ndarray) -> np.ndarray:
        import torch

        with torch.inference_mode():
            found = self._activations(images).float().cpu().numpy()
        return found.reshape(len(images), -1)

    def _activations(self, images: np.ndarray) -> Tensor:
        """What the stages in use give for one batch, averaged over space."""
        from alih.features.extract import Wanted, run_stages
        from alih.models.staged import StagedNetwork

        assert isinstance(self.network, StagedNetwork)
        stages = len(self.network.stages) if self.stages is None else self.stages
        wanted = Wanted(self.recipe.model.name or "layers", stages, self.form, every=self.every)
        return run_stages(self.network, wanted, self._pixels(images))

    def _gathered(self, images: np.ndarray, of_logits: Any, kind: Any) -> np.ndarray:
        import torch

        images = self._checked(images)
        with torch.inference_mode():
            found = [of_logits(logits).cpu().numpy() for logits in self._logits(images)]
        empty = (0, self.side, self.side) if self.segments else (0, len(self.classes))
        return np.concatenate(found) if found else np.zeros(empty, kind)

    def _logits(self, images: np.ndarray) -> Iterator[Tensor]:
        """The network's own logits, batch by batch, as the run's cell computed them."""
        from alih.features.extract import BATCH
        from alih.models.precision import autocast
        from alih.tasks.table import TASKS

        network: Any = self.network
        if self.mapping is not None:
            for at in range(0, len(images), BATCH):
                yield network.classify(self._activations(images[at : at + BATCH]))
            return
        task = TASKS["segmentation" if self.segments else "classification"]
        size = task.evaluation_batch(self.side, self.side)
        for at in range(0, len(images), size):
            pixels = self._pixels(images[at : at + size])
            with autocast(self.form.device, self.form.precision):
                logits = network(pixels)
            yield logits

    def _pixels(self, images: np.ndarray) -> Tensor:
        from alih.data.pixels import prepared

        return prepared(images, np.arange(len(images)), self.form)

    def _checked(self, images: np.ndarray) -> np.ndarray:
        images = np.asarray(images)
        if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1:] != self.shape:
            got, expected = list(images.shape), ["n", *self.shape]
            raise AlihError("inspect.predict_shape", dtype=images.dtype, got=got, expected=expected)
        return images


def _open(folder: Path, device: str, side: int | None, precision: str | None) -> Predictor:
    from alih.models.devices import choose, computes
    from alih.study.catalogue.architectures import is_segmentation, plain_unet
    from alih.study.document.precision import PRECISIONS

    model = runfiles.ModelFiles.of(folder)
    recipe, classes, channels = model.recipe, model.classes, model.decode.channels
    segments = plain_unet(recipe.model) is not None or is_segmentation(recipe.model.name)
    given = side if segments and side is not None else model.decode.size
    place = choose(device)
    # An exported model was checked in fp32, and answers so in every runtime.
    precision = precision or ("fp32" if model.card else model.precision)
    # Runs computed with weights in bf16 are kept in fp32, and read so.
    if precision not in PRECISIONS or not computes(place, precision):
        precision = "fp32"
    shape = channels, given, given
    combined = None if model.card is None else model.card.combined
    if combined is not None and combined.kind == "ensemble":
        parts = _members(folder, combined.members, classes, shape)
    else:
        parts = _parts(folder, recipe, classes, shape)
    network = parts["network"]
    if network is not None:
        from alih.models.precision import to_format

        network = to_format(network, precision, channels_last=True).to(place).eval()
        network.requires_grad_(False)
    mean, std = runfiles.constants(model, network)
    return Predictor(
        folder,
        f"{model.arm} ({recipe.model.name or 'layers'})",
        recipe,
        classes,
        segments,
        model.decode,
        given,
        Format(precision, place, mean, std),
        model,
        **parts | {"network": network},
    )


def _members(
    folder: Path, members: Sequence[Member], classes: tuple[str, ...], shape: tuple[int, int, int]
) -> dict[str, Any]:
    """The networks of an ensemble as one, whose tensors lie in one file."""
    from alih.models.ensemble import Ensemble
    from alih.models.recipes import from_recipe

    found = runfiles.tensors(folder)
    networks: list[Any] = []
    for at, member in enumerate(members):
        recipe = Recipe.model_validate(member.recipe)
        network = from_recipe(recipe, len(classes), shape, lambda purpose: 0, start="none")
        prefix = f"members.{at}."
        own = {
            key.removeprefix(prefix): tensor
            for key, tensor in found.items()
            if key.startswith(prefix)
        }
        runfiles.fill(network, own, folder, None)
        networks.append(network)
    constants = [(member.constants.mean, member.constants.std) for member in members]
    return {"network": Ensemble(networks, constants), "ensemble": True}


def _parts(
    folder: Path, recipe: Recipe, classes: tuple[str, ...], shape: tuple[int, int, int]
) -> dict[str, Any]:
    """What the run's strategy left to predict with, by the names of Predictor's fields."""
    from alih.models.recipes import from_recipe
    from alih.study.strategies.mapping import DirectOptions, class_mapping
    from alih.study.strategies.options import FeaturesOptions, needs_network, options_of
    from alih.transfer.features import classifier_in, extractor_in

    options, found = options_of(recipe), runfiles.tensors(folder)
    parts: dict[str, Any] = {"network": None}
    if isinstance(options, FeaturesOptions):
        try:
            own = classifier_in(found).for_new_images
            parts |= {"classifier": own, "extractor": extractor_in(found)}
        except AlihError as error:
            missing = error.values.get("missing", "classifier")
            raise AlihError(
                "inspect.look_misfit", file=folder / runfiles.WEIGHTS, missing=missing
            ) from error
    if not needs_network(recipe):
        return parts
    direct = isinstance(options, DirectOptions)
    network: Any = from_recipe(
        recipe, None if direct else len(classes), shape, lambda purpose: 0, start="none"
    )
    if isinstance(options, FeaturesOptions):
        parts["stages"] = options.pooled_stage() or len(network.stages)
        parts["every"] = options.values_per_stage()
    if isinstance(options, DirectOptions):
        from alih.study.catalogue.imagenet import imagenet_names

        parts["mapping"] = class_mapping(classes, imagenet_names(), options.classes)
    runfiles.fill(network, found, folder, parts.get("stages"))
    return parts | {"network": network}
