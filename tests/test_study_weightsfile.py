"""Files that cannot hold weights are told without torch, before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from alih.study.loading import load
from alih.study.problems import StudyError
from alih.study.weightsfile import fault

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


def test_a_document_with_such_a_file_is_refused_at_its_key(tmp_path: Path) -> None:
    (tmp_path / "w.pth").write_bytes(b"\xff\xd8\xff\xe0")
    (tmp_path / "s.yaml").write_text(
        "title: t\ndata: {set: fashion-mnist-mini, image_size: 32}\nmodel: {name: resnet18, weights: ./w.pth}\n"
        "arms: {a: {transfer: finetune}, b: {transfer: {strategy: finetune, freeze: all}}}\ncompare: {baseline: a}\n"
    )
    with pytest.raises(StudyError, match=r"model\.weights.*JPEG"):
        load(tmp_path / "s.yaml")
