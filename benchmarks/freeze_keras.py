"""The Keras contestant of `freeze_sweep.py`; runs in an environment of its own, without alih.

    PYTHON benchmarks/freeze_keras.py PETS.npz THREADS

Reads orders {"depth", "replicate", "epochs"} line by line and answers {"seconds", "accuracy"}.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

BATCH = 32


def unit_of(layer: str) -> int:
    """The unit that a layer of keras.applications.MobileNetV2 belongs to: 0 stem, 1…17 blocks, 18
    top, 19 pooling.

    >>> names = ["Conv1_relu", "expanded_conv_project", "block_1_add", "block_16_expand"]
    >>> [unit_of(name) for name in [*names, "Conv_1_bn", "pool"]]
    [0, 1, 2, 17, 18, 19]
    """
    if layer.startswith("expanded_conv"):
        return 1
    block = re.match(r"block_(\d+)_", layer)
    if block:
        return int(block[1]) + 1
    if layer.startswith("Conv_1") or layer == "out_relu":
        return 18
    return 0 if layer.startswith(("Conv1", "bn_Conv1", "input")) else 19


def limit_threads(threads: int) -> None:
    """As many threads as the other contestants have."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    elif keras.backend.backend() == "torch":
        import torch

        torch.set_num_threads(threads)


def main() -> None:
    file, threads = sys.argv[1], int(sys.argv[2])
    limit_threads(threads)
    data = np.load(file)
    images = {name: data[name].astype(np.float32) / 127.5 - 1 for name in ("train", "test")}
    labels = {name: data[f"{name}_labels"] for name in ("train", "test")}
    classes = int(max(labels["train"].max(), labels["test"].max())) + 1

    def train(depth: int, replicate: int, epochs: int) -> dict[str, float]:
        keras.utils.clear_session()
        keras.utils.set_random_seed(replicate)
        base = keras.applications.MobileNetV2(
            input_shape=images["train"].shape[1:], include_top=False, weights=None, pooling="avg"
        )
        for layer in base.layers:
            layer.trainable = unit_of(layer.name) >= depth
        model = keras.Sequential([base, keras.layers.Dense(classes, activation="softmax")])
        model.compile(keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy")
        model.fit(
            images["train"][:BATCH], labels["train"][:BATCH], batch_size=BATCH, verbose=0
        )  # traces the step
        started = time.perf_counter()
        model.fit(images["train"], labels["train"], batch_size=BATCH, epochs=epochs, verbose=0)
        seconds = time.perf_counter() - started
        predicted = model.predict(images["test"], batch_size=100, verbose=0).argmax(1)
        return {"seconds": seconds, "accuracy": float(np.mean(predicted == labels["test"]))}

    print(f"keras {keras.__version__}, {keras.backend.backend()}", file=sys.stderr, flush=True)
    print('{"ready": true}', flush=True)
    for line in sys.stdin:
        print(json.dumps(train(**json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
