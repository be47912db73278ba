"""A study on a Ray cluster of two nodes with a core each, against one core of this machine.

Both compute the same cells of the Fashion-MNIST DCNN with one thread each, interleaved: each round
runs the study once in one process and once on the cluster, in folders of their own, and the ratio
is taken within the round. The cluster is two nodes of this machine, started once; every run has
processes of its own, on both sides. Times are from the first cell's start to the last one's end, so
that starting processes and importing torch counts on neither side; the whole time of each call is
printed beside it. Weights of both are compared bit by bit.

    python benchmarks/ray_nodes.py [--cells 8] [--images 3000] [--epochs 3] [--rounds 3]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path

from alih import files

STUDY = """
schema: 1
name: nodes
title: Nodes
data: {{set: fashion-mnist-mini}}
seeds: {seeds}
precision: fp32
model: dcnn
train: {{epochs: {epochs}, batch_size: 64}}
vary: {{train_images: [{images}]}}
arms:
  plain: {{}}
  slower: {{train: {{lr: 0.0003}}}}
compare: {{baseline: plain}}
"""


def timed(document: Path, out: Path, **how: object) -> tuple[float, float]:
    """Seconds from the first cell's start to the last one's end, and of the whole call."""
    import alih

    moments: list[float] = []

    def listen(event: dict[str, object]) -> None:
        if event["kind"] in ("started", "finished"):
            moments.append(time.perf_counter())

    begun = time.perf_counter()
    results = alih.run(document, out, device="cpu", on_event=listen, **how)  # type: ignore[arg-type]
    whole = time.perf_counter() - begun
    assert results.complete, [status.reason for status in results.status]
    return moments[-1] - moments[0], whole


def weights(out: Path) -> dict[str, str]:
    """A digest of each cell's weights."""
    return {
        path.parent.relative_to(out).as_posix(): files.sha256(path)
        for path in out.glob("runs/**/model.safetensors")
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cells", type=int, default=8, help="an even number, at least 4")
    parser.add_argument("--images", type=int, default=3000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    from ray import __version__
    from ray.cluster_utils import Cluster

    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Ray {__version__}"
    )
    settings = {"epochs": options.epochs, "images": options.images, "seeds": options.cells // 2}
    ratios = []
    nodes = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False}
    )
    nodes.add_node(num_cpus=1)
    nodes.wait_for_nodes()
    try:
        with tempfile.TemporaryDirectory() as place:
            document = Path(place) / "nodes.yaml"
            document.write_text(STUDY.format(**settings))
            for number in range(options.rounds):
                one, both = Path(place) / f"one-{number}", Path(place) / f"both-{number}"
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    alone, alone_whole = pool.apply(timed, (document, one), {"jobs": 1})
                pair, pair_whole = timed(
                    document, both, executor="ray", address=nodes.address, jobs=2
                )
                assert weights(one) == weights(both), "not the same bits"
                ratios.append(alone / pair)
                print(
                    f"round {number + 1}: one core {alone:.1f} s ({alone_whole:.1f} in all), "
                    f"two nodes {pair:.1f} s ({pair_whole:.1f}): {ratios[-1]:.2f} times as fast",
                    flush=True,
                )
    finally:
        nodes.shutdown()
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    cells = 2 * settings["seeds"]
    print(f"median {statistics.median(ratios):.2f} ({spread}), n = {len(ratios)}, {cells} cells")


if __name__ == "__main__":
    main()
