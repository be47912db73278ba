"""Freeze sweep of MobileNetV2 on 500 pets: a study's own loop against a plain timm loop and against
Keras 3, interleaved.

128 px, batch 32, Adam, no augmentation; depths of 21 units (20 stages and the head): nothing
frozen, half, all but the head. "timm" is the loop of the tutorials: float32, contiguous tensors,
DataLoader, gradients switched off below the depth, frozen batch normalisation in evaluation mode.
"timm-tuned" is that loop with the settings of `tuned.py`. "alih" is what a cell runs:
`training.loop.fit` with its loader, in the precision that a study would measure as fastest, what
frozen stages give extracted once and kept for later replicates (the extraction counts). All start
from the same ImageNet weights, so their test accuracy must agree. "keras" is
keras.applications.MobileNetV2 from random weights (its own are a download), so only its time
counts; the tracing of its first step is not counted.

Each contestant is a process of its own; every replicate runs all depths of all contestants in turn,
and ratios are taken between neighbours. A first round of one epoch warms up and is dropped.

    python benchmarks/freeze_sweep.py --pets PATH [--images 500] [--epochs 10] [--replicates 3] \
        [--threads 2] [--keras PYTHON]

Keras is compared when `--keras` names the Python of an environment that has it, apart from alih's
own:

    python3 -m venv /tmp/keras
    /tmp/keras/bin/pip install keras tensorflow-cpu    # or: keras torch, KERAS_BACKEND=torch
    python benchmarks/freeze_sweep.py --pets PATH --keras /tmp/keras/bin/python
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from contestants import (
    Contestant,
    add_options,
    answer,
    describe,
    environment,
    keep_only_weights,
    started,
)

HERE = Path(__file__).parent
MODEL, SIDE, BATCH = "mobilenetv2_100", 128, 32
SERVED = ("timm", "timm-tuned", "alih")
DEPTHS = {"nothing frozen": 0, "half": 10, "all but the head": 20}


def prepare(options: argparse.Namespace, folder: Path) -> Path:
    """Training and test images of the pets as one .npz, and the weights where a contestant's own
    cache finds them."""
    import numpy as np

    from alih.data.load import load
    from alih.study.document.data import DataSpec

    pets = load(DataSpec(set="oxford-iiit-pet", path=options.pets, image_size=SIDE))
    pool = np.random.default_rng(0).permutation(len(pets) - pets.official_test)[: options.images]
    test = np.arange(len(pets) - pets.official_test, len(pets))
    keep_only_weights(MODEL, folder)  # the extraction is part of what is timed
    file = folder / "pets.npz"
    arrays = {"train": pool, "test": test}
    np.savez(
        file,
        **{name: pets.images[items] for name, items in arrays.items()},
        **{f"{name}_labels": pets.labels[items] for name, items in arrays.items()},
    )
    return file


def timm_contestant(file: Path, threads: int, tuned: bool) -> Any:
    """The tutorials' loop, as it is or tuned."""
    import numpy as np
    import timm
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset
    from tuned import Tuning

    from alih.models.weights import obtain
    from alih.study.catalogue.backbones import CARDS

    torch.set_num_threads(threads)
    tuning = Tuning(tuned)
    data, card, weights = np.load(file), CARDS[MODEL], obtain(MODEL).tensors
    mean, std = (torch.tensor(values).reshape(1, 3, 1, 1) for values in (card.mean, card.std))
    images = {
        n: (torch.from_numpy(data[n]).permute(0, 3, 1, 2).float() / 255 - mean) / std
        for n in ("train", "test")
    }
    labels = {n: torch.from_numpy(data[f"{n}_labels"]) for n in ("train", "test")}
    classes = int(max(labels["test"].max(), labels["train"].max())) + 1

    def train(depth: int, replicate: int, epochs: int) -> dict[str, float]:
        torch.manual_seed(replicate)
        started = time.perf_counter()
        model = timm.create_model(MODEL, pretrained=False)
        model.load_state_dict(weights)
        model.reset_classifier(classes)
        model.to(memory_format=tuning.layout)
        blocks = [block for stage in model.blocks for block in stage]
        units = [
            [model.conv_stem, model.bn1],
            *([block] for block in blocks),
            [model.conv_head, model.bn2],
            [model.global_pool],
        ]
        frozen = nn.ModuleList(module for unit in units[:depth] for module in unit)
        frozen.requires_grad_(False)
        optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=0.001)
        loader = DataLoader(
            TensorDataset(images["train"].contiguous(), labels["train"]),
            batch_size=BATCH,
            shuffle=True,
        )
        for _ in range(epochs):
            model.train()
            frozen.eval()
            for x, y in loader:
                optimizer.zero_grad()
                with tuning.autocast():
                    loss = nn.functional.cross_entropy(model(x.to(memory_format=tuning.layout)), y)
                loss.backward()
                optimizer.step()
        seconds = time.perf_counter() - started
        model.eval()
        with torch.inference_mode(), tuning.autocast():
            right = [
                (model(images["test"][i : i + 100]).argmax(1) == labels["test"][i : i + 100])
                for i in range(0, len(labels["test"]), 100)
            ]
        return {"seconds": seconds, "accuracy": float(torch.cat(right).float().mean())}

    return train


def alih_contestant(file: Path, threads: int, precision: str) -> Any:
    """The loop that cells run, without the evaluation and the checkpoints that the plain loops lack
    too."""
    import numpy as np
    import torch

    from alih import seeding
    from alih.data.imageset import ImageSet
    from alih.data.pixels import Format
    from alih.models.memory import keep_freed_memory
    from alih.study.document.arm import Recipe
    from alih.study.document.train import Train
    from alih.study.strategies.options import STRATEGIES as OPTIONS
    from alih.tasks.table import TASKS
    from alih.training import device, outputs, timing
    from alih.training.assemble import assemble_network
    from alih.training.batches import Loader, bounds
    from alih.training.device import Machine
    from alih.training.loop import Plan, fit
    from alih.transfer.ingredients import Ingredients
    from alih.transfer.table import STRATEGIES

    data = np.load(file)
    classes = tuple(map(str, range(data["test_labels"].max() + 1)))
    # Two sets, so that features are extracted for what is trained on only: the others' test images
    # are not timed either.
    images, test = (
        ImageSet(
            name,
            classes,
            data[name],
            data[f"{name}_labels"],
            0,
            {},
            content=f"{name} {len(data[name])}",
        )
        for name in ("train", "test")
    )
    items, shape = np.arange(len(images)), (3, SIDE, SIDE)

    def recipe(depth: int, epochs: int) -> Recipe:
        transfer = {"strategy": "finetune", "freeze": depth}
        return Recipe(
            model=MODEL,
            transfer=transfer,
            train=Train(epochs=epochs, batch_size=BATCH),
            normalise="weights",
            init="torch",
        )

    if precision == "auto":  # as a study measures it: one precision for all its recipes
        setting = timing.Setting("cpu", threads, len(images.classes), shape, "classification")
        precision, _ = timing.choose_format(
            [recipe(depth, 1) for depth in DEPTHS.values()], setting
        )
    print(f"alih: {precision}", file=sys.stderr, flush=True)
    settings = Machine("cpu", threads, precision)
    keep_freed_memory()
    device.apply(settings)

    def train(depth: int, replicate: int, epochs: int) -> dict[str, float]:
        started = time.perf_counter()
        own, steps = recipe(depth, epochs), len(bounds(len(items), BATCH))
        network = assemble_network(
            own,
            len(images.classes),
            shape,
            settings,
            lambda purpose: seeding.derive(0, replicate, purpose),
        )
        options = OPTIONS["finetune"].model_validate(own.transfer.options)
        strategy = STRATEGIES["finetune"](
            Ingredients(network, TASKS["classification"], own, steps, None, options)
        )
        brought = network.preprocessing
        form = Format(settings.precision, torch.device("cpu"), brought.mean, brought.std)
        loader = Loader(images, form).with_features(strategy, MODEL, BATCH, [items])
        with tempfile.TemporaryDirectory() as folder:
            plan = Plan(
                train=own.train,
                seed=0,
                replicate=replicate,
                steps_per_epoch=steps,
                streams=lambda epoch: (
                    {"target": b}
                    for b in loader.training(items, BATCH, own.augment, 0, replicate, epoch)
                ),
                evaluate=dict,
                folder=Path(folder),
                autocast=settings.autocast,
            )
            fit(strategy, plan)
        seconds = time.perf_counter() - started
        scores = outputs.score(
            strategy,
            TASKS["classification"],
            settings,
            Loader(test, form).evaluation(np.arange(len(test)), 100),
        )
        return {
            "seconds": seconds,
            "accuracy": float(np.mean(scores["prediction"] == scores["label"])),
        }

    return train


def contestants(options: argparse.Namespace, file: Path) -> dict[str, Contestant]:
    """The processes; without Keras a sentence says why."""
    found = started(__file__, SERVED, options, file)
    script = [str(HERE / "freeze_keras.py"), str(file), str(options.threads)]
    if options.keras is None:
        print(
            "Keras is left out: --keras was not given (how to install it stands at the "
            "top of this file)."
        )
    elif subprocess.run(
        [options.keras, "-c", "import keras"], capture_output=True, check=False
    ).returncode:
        print(
            f"Keras is left out: {options.keras} cannot import it (how to install it "
            "stands at the top of this file)."
        )
    else:
        found["keras"] = Contestant(
            "keras", [options.keras, *script], environment(options, file.parent)
        )
    return found


def sweep(options: argparse.Namespace) -> dict[str, dict[str, list[dict[str, float]]]]:
    """{depth: {contestant: one result per replicate}}."""
    wanted = {
        name: depth
        for name, depth in DEPTHS.items()
        if depth in (options.depths or DEPTHS.values())
    }
    results: dict[str, dict[str, list[dict[str, float]]]] = {name: {} for name in wanted}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        runners = contestants(options, prepare(options, folder))
        for runner in runners.values():
            runner.run(depth=DEPTHS["nothing frozen"], replicate=99, epochs=1)
        for replicate in range(options.replicates):
            for name, depth in wanted.items():
                for runner in runners.values():
                    found = runner.run(depth=depth, replicate=replicate, epochs=options.epochs)
                    results[name].setdefault(runner.name, []).append(found)
                    said = f"{found['seconds']:.1f} s, accuracy {found['accuracy']:.3f}"
                    print(f"replicate {replicate}, {name}, {runner.name}: {said}", flush=True)
        for runner in runners.values():
            runner.stop()
    return results


def show(results: dict[str, dict[str, list[dict[str, float]]]]) -> None:
    """Ratios to alih: of all replicates together (the extraction is in the first one), and the
    median of single replicates."""
    others = [name for name in next(iter(results.values())) if name != "alih"]
    totals = dict.fromkeys(["alih", *others], 0.0)
    for depth, found in results.items():
        seconds = {name: [run["seconds"] for run in runs] for name, runs in found.items()}
        accuracy = {
            name: statistics.mean(run["accuracy"] for run in runs)
            for name, runs in found.items()
            if name != "keras"
        }
        for name in totals:
            totals[name] += sum(seconds[name])
        parts = [f"alih {sum(seconds['alih']):.1f} s"]
        for name in others:
            ratios = [
                theirs / ours for theirs, ours in zip(seconds[name], seconds["alih"], strict=True)
            ]
            together = sum(seconds[name]) / sum(seconds["alih"])
            spread = f"median {statistics.median(ratios):.2f}, {min(ratios):.2f}-{max(ratios):.2f}"
            parts.append(f"{name} {sum(seconds[name]):.1f} s = {together:.2f}× ({spread})")
        print(
            f"{depth}: {'; '.join(parts)}; accuracy "
            f"{', '.join(f'{n} {a:.3f}' for n, a in accuracy.items())}"
        )
    for name in others:
        print(f"whole sweep: {name} / alih = {totals[name] / totals['alih']:.2f}×")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--pets", help="folder of the Oxford-IIIT Pet set; its usual place by default"
    )
    add_options(parser, SERVED, images=500)
    parser.add_argument(
        "--depths", type=int, nargs="+", choices=list(DEPTHS.values()), help="only these depths"
    )
    parser.add_argument("--keras", metavar="PYTHON", help="Python of an environment with Keras")
    options = parser.parse_args()
    if options.serve == "alih":
        answer(alih_contestant(options.file, options.threads, options.precision))
    elif options.serve:
        answer(timm_contestant(options.file, options.threads, options.serve == "timm-tuned"))
    else:
        describe(options)
        show(sweep(options))


if __name__ == "__main__":
    main()
