"""What frozen stages give for each image of a set, on disk: computed once, shared by arms, replicates, levels and heads.

One folder per address (everything that decides the numbers) under `cache_dir()/features`, in shards of consecutive items:
`<shard>.npy` and, written last, `<shard>.json` with its SHA-256. A shard that is absent, half-written or altered is computed
again. Maps [c, h, w] are stored [h, w, c], so that batches of them lie channels-last in memory as the loop's do.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import filelock
import numpy as np
import torch
from torch import Tensor

from alih import files
from alih.errors import AlihError
from alih.features.place import folder
from alih.models.staged import StagedNetwork

VERSION = 1
SHARD_BYTES = 64 * 2**20


def address(network: StagedNetwork, depth: int, settings: dict[str, Any]) -> str:
    """The name of what the first `depth` stages give: structure, weights and statistics of these stages, and `settings`.

    `settings` must hold whatever else decides the numbers: the images' content, how they are normalised, number format, memory
    layout, device, threads and batch size.
    """
    stages = list(network.stages.items())[:depth]
    hasher = hashlib.sha256(repr([(name, repr(stage)) for name, stage in stages]).encode())
    hasher.update(network.layout(depth).encode())
    for name, stage in stages:
        for key, tensor in stage.state_dict().items():
            content = tensor.detach().cpu().contiguous()
            hasher.update(f"{name}.{key}|{content.dtype}|{tuple(content.shape)}".encode())
            hasher.update(content.reshape(-1).view(torch.uint8).numpy().data)
    return files.digest([VERSION, torch.__version__, depth, hasher.hexdigest(), settings])[:32]


class FeatureCache:
    """Rows [n, …] of one address. `compute(items)` gives the features of any items, in the loop's own format.

    Items are computed in batches of `batch_size`, the last one filled up by repeating, because the last bits of a result may
    depend on the size of its batch.
    """

    def __init__(
        self, name: str, count: int, batch_size: int, compute: Callable[[np.ndarray], Tensor], device: torch.device
    ) -> None:
        self.place = folder() / name
        self.count, self.batch_size, self.device = count, batch_size, device
        self._compute = compute
        probe = compute(np.zeros(batch_size, np.int64))
        self.dtype, self.shape = probe.dtype, tuple(probe.shape[1:])
        self.item_bytes = int(np.prod(self.shape)) * probe.element_size()
        self.shard = max(1, min(count, SHARD_BYTES // max(1, self.item_bytes)))
        self._open: dict[int, np.ndarray] = {}

    @property
    def bytes(self) -> int:
        """What all items take."""
        return self.count * self.item_bytes

    def rows(self, items: np.ndarray) -> Tensor:
        """Features of items in their order, [n, c, h, w] channels-last or [n, d], computed first where they are not there.

        Raises AlihError when the cache folder cannot be written.
        """
        items = np.asarray(items)
        found: np.ndarray | None = None
        for number in np.unique(items // self.shard):
            inside = items // self.shard == number
            rows = self._shard(int(number))[items[inside] - number * self.shard]
            if found is None:
                found = np.empty((len(items), *rows.shape[1:]), rows.dtype)
            found[inside] = rows
        assert found is not None, "a batch has items"
        tensor = torch.from_numpy(found).view(self.dtype) if self.dtype == torch.bfloat16 else torch.from_numpy(found)
        return (tensor.permute(0, 3, 1, 2) if len(self.shape) == 3 else tensor).to(self.device)

    def _shard(self, number: int) -> np.ndarray:
        if number not in self._open:
            opened = self._sound(number)
            if opened is None:
                try:
                    self.place.mkdir(parents=True, exist_ok=True)
                    with filelock.FileLock(self.place / f"{number:05d}.lock"):
                        opened = self._sound(number)
                        if opened is None:
                            self._write(number)
                            opened = self._sound(number)
                except OSError as error:
                    raise AlihError("models.features_cache", path=folder(), reason=error.strerror or error) from error
            if opened is None:
                raise AlihError("models.features_cache", path=folder(), reason=f"{self.place.name} does not keep what is written")
            self._open[number] = opened
        return self._open[number]

    def _sound(self, number: int) -> np.ndarray | None:
        """The shard as a memory map; None when it is absent, half-written or not as its note says."""
        file = self.place / f"{number:05d}.npy"
        try:
            note = files.read_json(file.with_suffix(".json"))
            if files.sha256(file) != note["sha256"]:
                return None
            with contextlib.suppress(OSError):
                os.utime(self.place)  # says when the features were last used, for `prune`
            return np.load(file, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write(self, number: int) -> None:
        items = np.arange(number * self.shard, min(self.count, (number + 1) * self.shard))
        parts = [_stored(part) for part in self._batches(items)]
        array = np.concatenate(parts)
        file = self.place / f"{number:05d}.npy"
        files.write_atomically(file, lambda handle: np.save(handle, array, allow_pickle=False))
        files.write_json(file.with_suffix(".json"), {"sha256": files.sha256(file), "items": [int(items[0]), int(items[-1])]})

    def _batches(self, items: np.ndarray) -> Iterator[Tensor]:
        for start in range(0, len(items), self.batch_size):
            part = items[start : start + self.batch_size]
            filled = np.resize(part, self.batch_size) if len(part) < self.batch_size else part
            yield self._compute(filled)[: len(part)]


def _stored(features: Tensor) -> np.ndarray:
    """A batch as it lies in the file: maps with their channels last, bfloat16 as its 16 bits."""
    features = features.detach().cpu()
    if features.ndim == 4:
        features = features.permute(0, 2, 3, 1)
    features = features.contiguous()
    return (features.view(torch.int16) if features.dtype == torch.bfloat16 else features).numpy()
