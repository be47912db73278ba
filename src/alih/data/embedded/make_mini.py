"""Make `fashion-mnist-mini`: 600 training and 100 test images of each class, chosen by name from
Fashion-MNIST.

Run from the repository: `python src/alih/data/embedded/make_mini.py
/usr/share/datasets/fashion-mnist`. The choice depends on nothing but this file and the set, so
running it again writes files with the same content; the order of the items is that of the full set.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from alih import files
from alih.data import fashion_mnist
from alih.data.idx import write_idx
from alih.seeding import numpy_generator

PER_CLASS = {"train": 600, "t10k": 100}


def choose(labels: np.ndarray, part: str) -> np.ndarray:
    """Indices of the chosen items, ascending."""
    generator = numpy_generator(0, 0, f"fashion-mnist-mini/{part}")
    chosen = [
        generator.permutation(np.flatnonzero(labels == label))[: PER_CLASS[part]]
        for label in range(len(fashion_mnist.CLASSES))
    ]
    return np.sort(np.concatenate(chosen))


def main(source: str) -> None:
    """Write the four files beside this script."""
    place = fashion_mnist.in_user_folder(source, "fashion-mnist")
    fashion_mnist.check_content("fashion-mnist", place)
    for part in PER_CLASS:
        images, labels = fashion_mnist.read_part(place, part)
        chosen = choose(labels, part)
        for role, array in ((f"{part}-images", images[chosen]), (f"{part}-labels", labels[chosen])):
            target = fashion_mnist.EMBEDDED / f"{fashion_mnist.STEMS[role]}.gz"
            files.write_bytes(target, write_idx(array))
            print(
                f"{target.name}: {target.stat().st_size} bytes, "
                f"content {fashion_mnist.content_hash(target)}"
            )


if __name__ == "__main__":
    main(*sys.argv[1:2] or [str(Path("/") / fashion_mnist.DEBIAN_FOLDER)])
