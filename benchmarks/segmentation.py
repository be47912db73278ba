"""U-Net on MobileNetV2 on Oxford-IIIT Pet: a cell's own loop against a plain
segmentation-models-pytorch loop, interleaved.

128 px, batch 16, Adam 0.001, ImageNet weights, three classes. "smp" is the loop of the tutorials:
float32, contiguous tensors, a Dataset with random flips in a DataLoader,
`smp.Unet("tu-mobilenetv2_100")`. "smp-tuned" is that loop with the settings of `tuned.py`. "alih"
is what a cell runs: `training.loop.fit` with its loader, in the precision that a study would
measure as fastest. Two cases:

- whole: all weights learn, images are flipped;
- frozen: the encoder stays (in evaluation mode), images are not changed; alih computes the
  encoder's maps once and keeps them, in an empty cache: the first replicate fills it, which counts
  ("with filling"), the next ones find them there ("later").

Each contestant is a process of its own; every replicate runs each case of both in turn, and ratios
are taken between neighbours. A first round of one epoch warms up and is dropped. Processor time
stands beside wall time, for machines that others use too. Macro IoU is that of the official test
images. "Share of data" is what alih's loader alone takes for an epoch of batches with flip, shift,
rotation and scale, over a training epoch with them (processor time).

    python benchmarks/segmentation.py --pets PATH [--images 320] [--epochs 10] [--replicates 3] \
        [--threads 2]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from contestants import add_options, answer, describe, keep_only_weights, started

ENCODER, SIDE, BATCH = "mobilenetv2_100", 128, 16
CASES = ("whole", "frozen")
SERVED = ("smp", "smp-tuned", "alih")
CHANGES = {"flip": True, "shift": 8, "rotation": 15, "scale": 0.1}

Train = Callable[[str, int, int], dict[str, float]]
"""(case, replicate, epochs) -> seconds, processor seconds, macro IoU."""


class Watch:
    """Wall and processor seconds since it was made."""

    def __init__(self) -> None:
        self.wall, self.processor = time.perf_counter(), time.process_time()

    def read(self) -> dict[str, float]:
        return {
            "seconds": time.perf_counter() - self.wall,
            "processor": time.process_time() - self.processor,
        }


def prepare(options: argparse.Namespace, folder: Path) -> Path:
    """Training and test images and masks as one .npz, and the weights where alih's own cache finds
    them."""
    import numpy as np

    from alih.data.load import load
    from alih.study.document.data import DataSpec

    pets = load(
        DataSpec(set="oxford-iiit-pet", path=options.pets, image_size=SIDE), task="segmentation"
    )
    assert pets.masks is not None
    pool = np.random.default_rng(0).permutation(len(pets) - pets.official_test)[: options.images]
    test = np.arange(len(pets) - pets.official_test, len(pets))[: options.test]
    keep_only_weights(ENCODER, folder)
    file, parts = folder / "pets.npz", {"train": pool, "test": test}
    masks = {f"{name}_masks": pets.masks[items] for name, items in parts.items()}
    np.savez(
        file,
        classes=np.array(pets.classes),
        **{name: pets.images[items] for name, items in parts.items()},
        **masks,
    )
    return file


def macro_iou(prediction: Any, masks: Any, classes: int) -> float:
    """Mean over classes of intersection over union of all pixels together."""
    import numpy as np

    counts = np.bincount(
        (classes * masks.astype(np.int64) + prediction).ravel(), minlength=classes**2
    ).reshape(classes, classes)
    hits = np.diag(counts)
    return float(np.mean(hits / (counts.sum(0) + counts.sum(1) - hits)))


def smp_contestant(file: Path, threads: int, tuned: bool) -> Train:
    """The tutorials' loop, as it is or tuned."""
    import numpy as np
    import segmentation_models_pytorch as smp
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, Dataset
    from tuned import Tuning

    from alih.models.weights import obtain
    from alih.study.catalogue.backbones import CARDS

    torch.set_num_threads(threads)
    tuning = Tuning(tuned)
    data, card, weights = np.load(file), CARDS[ENCODER], obtain(ENCODER).tensors
    mean, std = (torch.tensor(values).reshape(3, 1, 1) for values in (card.mean, card.std))
    classes = len(data["classes"])
    images = {
        name: torch.from_numpy(data[name]).permute(0, 3, 1, 2).contiguous()
        for name in ("train", "test")
    }
    masks = {name: torch.from_numpy(data[f"{name}_masks"]).long() for name in ("train", "test")}

    class Pets(Dataset):
        def __init__(self, name: str, flip: bool) -> None:
            self.images, self.masks, self.flip = images[name], masks[name], flip

        def __len__(self) -> int:
            return len(self.images)

        def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
            image, mask = (self.images[index].float() / 255 - mean) / std, self.masks[index]
            return (
                (image.flip(-1), mask.flip(-1))
                if self.flip and torch.rand(()) < 0.5
                else (image, mask)
            )

    def train(case: str, replicate: int, epochs: int) -> dict[str, float]:
        torch.manual_seed(replicate)
        watch = Watch()
        model = smp.Unet(f"tu-{ENCODER}", encoder_weights=None, classes=classes)
        found = model.encoder.model.load_state_dict(weights, strict=False)
        assert not found.missing_keys, found.missing_keys
        model.to(memory_format=tuning.layout)
        frozen = case == "frozen"
        if frozen:
            model.encoder.requires_grad_(False)
        optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=0.001)
        loader = DataLoader(Pets("train", not frozen), batch_size=BATCH, shuffle=True)
        for _ in range(epochs):
            model.train()
            if frozen:
                model.encoder.eval()
            for x, y in loader:
                optimizer.zero_grad()
                with tuning.autocast():
                    loss = nn.functional.cross_entropy(model(x.to(memory_format=tuning.layout)), y)
                loss.backward()
                optimizer.step()
        spent = watch.read()
        model.eval()
        with torch.inference_mode(), tuning.autocast():
            found = [
                model(x).argmax(1).numpy()
                for x, _ in DataLoader(Pets("test", False), batch_size=BATCH)
            ]
        return {**spent, "iou": macro_iou(np.concatenate(found), data["test_masks"], classes)}

    return train


def alih_contestant(file: Path, threads: int, precision: str) -> Train:
    """The loop that cells run, without the evaluation and the checkpoints that the plain loop lacks
    too."""
    import numpy as np
    import torch

    from alih import seeding
    from alih.data.imageset import ImageSet
    from alih.data.pixels import Format
    from alih.models.memory import keep_freed_memory
    from alih.study.document.arm import Recipe
    from alih.study.document.augment import Augment
    from alih.study.strategies.options import STRATEGIES as OPTIONS
    from alih.tasks.table import TASKS
    from alih.training import device, timing
    from alih.training.assemble import assemble_network
    from alih.training.batches import Loader, bounds
    from alih.training.device import Machine
    from alih.training.loop import Plan, fit
    from alih.transfer.ingredients import Ingredients
    from alih.transfer.table import STRATEGIES

    data = np.load(file)
    classes, shape, task = tuple(map(str, data["classes"])), (3, SIDE, SIDE), TASKS["segmentation"]
    # Two sets, so that maps are computed for what is trained on only: the others' test images are
    # not timed either.
    images, test = (
        ImageSet(
            name,
            classes,
            data[name],
            np.zeros(len(data[name]), np.int64),
            0,
            {},
            masks=data[f"{name}_masks"],
            content=f"{name} {len(data[name])}",
        )
        for name in ("train", "test")
    )
    items = np.arange(len(images))

    def recipe(case: str, epochs: int) -> Recipe:
        frozen = case == "frozen"
        values = {
            "model": {"name": "unet", "encoder": ENCODER},
            "transfer": {"strategy": "finetune", "freeze": "all" if frozen else 0},
            "train": {"epochs": epochs, "batch_size": BATCH},
            "augment": {} if frozen else {"flip": True},
            "normalise": "weights",
        }
        return Recipe.model_validate(values)

    if precision == "auto":  # as a study measures it: one precision for all its recipes
        setting = timing.Setting("cpu", threads, len(classes), shape, "segmentation")
        precision, _ = timing.choose_format([recipe(case, 1) for case in CASES], setting)
    print(f"alih: {precision}", file=sys.stderr, flush=True)
    settings = Machine("cpu", threads, precision)
    keep_freed_memory()
    device.apply(settings)

    def assembled(own: Recipe, replicate: int) -> tuple[Any, Any, Format]:
        """Network, strategy and the form of pixels of a replicate."""
        network: Any = assemble_network(
            own,
            len(classes),
            shape,
            settings,
            lambda purpose: seeding.derive(0, replicate, purpose),
        )
        options = OPTIONS["finetune"].model_validate(own.transfer.options)
        steps = len(bounds(len(items), BATCH))
        strategy = STRATEGIES["finetune"](Ingredients(network, task, own, steps, None, options))
        brought = network.preprocessing
        form = Format(settings.precision, torch.device("cpu"), brought.mean, brought.std)
        return network, strategy, form

    def fitted(own: Recipe, strategy: Any, loader: Loader, replicate: int) -> None:
        """All epochs of a replicate."""

        def streams(epoch: int) -> Iterator[dict[str, Any]]:
            return (
                {"target": b}
                for b in loader.training(items, BATCH, own.augment, 0, replicate, epoch)
            )

        steps = len(bounds(len(items), BATCH))
        with tempfile.TemporaryDirectory() as folder:
            plan = Plan(
                own.train,
                0,
                replicate,
                steps,
                streams,
                dict,
                Path(folder),
                autocast=settings.autocast,
            )
            fit(strategy, plan)

    def train(case: str, replicate: int, epochs: int) -> dict[str, float]:
        if case == "data":
            return data_share(replicate)
        watch = Watch()
        own = recipe(case, epochs)
        network, strategy, form = assembled(own, replicate)
        loader = Loader(images, form).with_features(strategy, f"unet {ENCODER}", BATCH, [items])
        fitted(own, strategy, loader, replicate)
        spent = watch.read()
        network.eval()
        with torch.inference_mode(), settings.autocast():
            rows = Loader(test, form).evaluation(np.arange(len(test)), BATCH)
            found = np.concatenate(
                [strategy.predict(batch.images).argmax(1).numpy() for batch in rows]
            )
        return {**spent, "iou": macro_iou(found, data["test_masks"], len(classes))}

    def data_share(replicate: int) -> dict[str, float]:
        """Processor seconds of an epoch of training, and of making its batches, with every kind of
        change of images."""
        own = recipe("whole", 1).model_copy(update={"augment": Augment.model_validate(CHANGES)})
        _, strategy, form = assembled(own, replicate)
        loader, watch = Loader(images, form), Watch()
        fitted(own, strategy, loader, replicate)
        whole = watch.read()["processor"]
        watch = Watch()
        for _ in loader.training(items, BATCH, own.augment, 0, replicate, 1):
            pass
        alone = watch.read()["processor"]
        return {"seconds": alone, "processor": alone, "share": alone / whole}

    return train


def sweep(
    options: argparse.Namespace,
) -> tuple[dict[str, dict[str, list[dict[str, float]]]], list[float]]:
    """({case: {contestant: one result per replicate}}, shares of data)."""
    results: dict[str, dict[str, list[dict[str, float]]]] = {case: {} for case in options.cases}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        runners = list(started(__file__, SERVED, options, prepare(options, folder)).values())
        for runner in runners:
            runner.run(case="whole", replicate=99, epochs=1)
        for replicate in range(options.replicates):
            for case in options.cases:
                for runner in runners:
                    found = runner.run(case=case, replicate=replicate, epochs=options.epochs)
                    results[case].setdefault(runner.name, []).append(found)
                    said = (
                        f"{found['seconds']:.1f} s ({found['processor']:.1f} s "
                        f"processor), macro IoU {found['iou']:.3f}"
                    )
                    print(f"replicate {replicate}, {case}, {runner.name}: {said}", flush=True)
        shares = [
            runners[-1].run(case="data", replicate=replicate, epochs=1)["share"]
            for replicate in range(options.replicates)
        ]
        for runner in runners:
            runner.stop()
    return results, shares


def show(results: dict[str, dict[str, list[dict[str, float]]]], shares: list[float]) -> None:
    """Ratios of the others to alih: median and range over replicates, wall and processor time;
    macro IoU of both."""
    for case, found in results.items():
        for name in SERVED[:-1]:
            for kind in ("seconds", "processor"):
                _show_ratio(case, name, kind, found[name], found["alih"])
        for name, runs in found.items():
            ious = [run["iou"] for run in runs]
            print(
                f"{case}, macro IoU of {name}: {statistics.mean(ious):.3f} "
                f"({', '.join(f'{iou:.3f}' for iou in ious)})"
            )
    if set(CASES) <= set(results):
        whole, frozen = (
            sum(run["seconds"] for run in results[case][name])
            for case, name in (("whole", "smp"), ("frozen", "alih"))
        )
        print(f"frozen, seconds: smp with all weights learning / alih = {whole / frozen:.2f}×")
    print(
        "share of data and augmentation in an epoch: "
        f"{', '.join(f'{share:.1%}' for share in shares)}"
    )


def _show_ratio(
    case: str, name: str, kind: str, theirs: list[dict[str, float]], ours: list[dict[str, float]]
) -> None:
    ratios = [a[kind] / b[kind] for a, b in zip(theirs, ours, strict=True)]
    together = sum(run[kind] for run in theirs) / sum(run[kind] for run in ours)
    spread = f"median {statistics.median(ratios):.2f}, {min(ratios):.2f}-{max(ratios):.2f}"
    later = (
        f"; with filling {ratios[0]:.2f}, later {', '.join(f'{r:.2f}' for r in ratios[1:])}"
        if case == "frozen"
        else ""
    )
    print(f"{case}, {kind}: {name} / alih = {together:.2f}× ({spread}{later})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--pets", help="folder of the Oxford-IIIT Pet set with trimaps; its usual place by default"
    )
    add_options(parser, SERVED, images=320)
    parser.add_argument("--test", type=int, default=None, help="score so many test images only")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    options = parser.parse_args()
    if options.serve == "alih":
        answer(alih_contestant(options.file, options.threads, options.precision))
    elif options.serve:
        answer(smp_contestant(options.file, options.threads, options.serve == "smp-tuned"))
    else:
        describe(options)
        show(*sweep(options))


if __name__ == "__main__":
    main()
