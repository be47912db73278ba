"""Files that cannot hold weights are told without torch, before anything runs."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from alih.study.checking.weights import fault
from alih.study.document.problems import StudyError
from alih.study.loading import load

TENSORS = {"a": torch.ones(3, 4), "b": torch.zeros(7)}


def test_what_torch_and_safetensors_write_is_no_fault(tmp_path: Path) -> None:
    torch.save(TENSORS, tmp_path / "new.pth")
    torch.save(TENSORS, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    save_file(TENSORS, tmp_path / "a.safetensors")
    assert [fault(tmp_path / name) for name in ("new.pth", "old.pt", "a.safetensors")] == [None] * 3


@pytest.mark.parametrize("name", ["new.pth", "a.safetensors"])
@pytest.mark.parametrize("kept", [0.9, 0.3])
def test_a_part_of_a_file_is_told(tmp_path: Path, name: str, kept: float) -> None:
    file = tmp_path / name
    torch.save(TENSORS, file) if name == "new.pth" else save_file(TENSORS, file)
    content = file.read_bytes()
    file.write_bytes(content[: int(kept * len(content))])
    found = fault(file)
    assert found is not None
    assert found.key == "study.weights_torn"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"\xff\xd8\xff\xe0rest of a photograph", "JPEG"),
        (b"<!DOCTYPE html><p>Not found", "HTML"),
        (b"\x89HDF\r\n\x1a\n", "Keras"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1", "Git LFS"),
        (b"a = 1\n", "61 20 3d"),
    ],
)
def test_other_files_are_told_by_what_they_are(tmp_path: Path, content: bytes, told: str) -> None:
    for name in ("w.pth", "w.safetensors"):
        (tmp_path / name).write_bytes(content)
        assert told in str(fault(tmp_path / name))


def _several_disks(path: Path) -> None:
    torch.save(TENSORS, path)
    content = path.read_bytes()
    end = content.rfind(b"PK\x05\x06")
    path.write_bytes(content[:end] + b"PK\x06\x07" + struct.pack("<LQL", 0, 0, 3) + content[end:])


def _deep(path: Path) -> None:
    header = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    path.write_bytes(struct.pack("<Q", len(header)) + header)


def _beyond(path: Path) -> None:
    header = b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(7))


def _endless_header(path: Path) -> None:
    path.write_bytes(struct.pack("<Q", 1 << 62) + b"{}")


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.pth", _several_disks),
        ("a.safetensors", _deep),
        ("a.safetensors", _beyond),
        ("a.safetensors", _endless_header),
    ],
)
def test_damage_of_every_kind_is_told(
    tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    write(tmp_path / name)
    found = fault(tmp_path / name)
    assert found is not None
    assert found.key == "study.weights_torn"


@pytest.mark.parametrize("name", ["a.pth", "old.pt", "a.safetensors"])
def test_random_damage_raises_nothing(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    save = save_file if file.suffix == ".safetensors" else torch.save
    save(TENSORS, file) if name != "old.pt" else torch.save(
        TENSORS, file, _use_new_zipfile_serialization=False
    )
    whole, random = file.read_bytes(), np.random.default_rng(4)
    for _ in range(150):
        content = bytearray(whole)
        for place in [
            *random.integers(0, len(content), 2),
            len(content) - 1 - random.integers(0, 80),
        ]:
            content[place] = random.integers(256)
        file.write_bytes(
            bytes(content[: random.integers(1, len(content) + 1)])
            if random.random() < 0.3
            else bytes(content)
        )
        fault(file)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.pth")
    assert "pipe" in str(fault(tmp_path / "a.pth"))


def test_a_document_with_such_a_file_is_refused_at_its_key(tmp_path: Path) -> None:
    (tmp_path / "w.pth").write_bytes(b"\xff\xd8\xff\xe0")
    (tmp_path / "s.yaml").write_text(
        "title: t\ndata: {set: fashion-mnist-mini, image_size: 32}\n"
        "model: {name: resnet18, weights: ./w.pth}\n"
        "arms: {a: {transfer: finetune}, b: {transfer: {strategy: finetune, "
        "freeze: all}}}\ncompare: {baseline: a}\n"
    )
    with pytest.raises(StudyError, match=r"model\.weights.*JPEG"):
        load(tmp_path / "s.yaml")
