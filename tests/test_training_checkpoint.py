"""Checkpoints prove their own integrity."""

from __future__ import annotations

import pytest
import torch

from alih.training import checkpoint

STATE = {
    "parts": {
        "net": {"w": torch.arange(6.0).reshape(2, 3), "n": torch.tensor(3, dtype=torch.int64)},
        "opt": {0: {"step": 1.5}},
    },
    "records": [{"epoch": 1, "value": 0.1}, {"epoch": 2, "value": float("nan")}],
    "bf16": torch.tensor([1.0, 2.0]).bfloat16(),
    "empty": [],
    "none": None,
}


def test_round_trip_keeps_types_and_values(tmp_path):
    checkpoint.write(tmp_path, 3, STATE)
    back = checkpoint.read(checkpoint.path_of(tmp_path, 3))
    assert torch.equal(back["parts"]["net"]["w"], STATE["parts"]["net"]["w"])
    assert back["parts"]["net"]["n"].dtype == torch.int64
    assert back["parts"]["opt"] == {0: {"step": 1.5}}
    assert back["bf16"].dtype == torch.bfloat16
    assert back["records"][0] == {"epoch": 1, "value": 0.1}
    assert back["empty"] == []
    assert back["none"] is None


def test_two_newest_are_kept(tmp_path):
    for epoch in (1, 2, 3):
        checkpoint.write(tmp_path, epoch, STATE)
    assert [epoch for epoch, _ in checkpoint.stored(tmp_path)] == [3, 2]


def test_every_flipped_byte_is_noticed(tmp_path):
    checkpoint.write(tmp_path, 1, STATE)
    file = checkpoint.path_of(tmp_path, 1)
    content = file.read_bytes()
    padding = content.rstrip(b" ")
    for position in range(0, len(padding), 7):
        flipped = bytearray(content)
        flipped[position] ^= 0x04
        file.write_bytes(flipped)
        try:
            back = checkpoint.read(file)
        except checkpoint.Damaged:
            continue
        # A flip inside JSON white space or a key order may be harmless: then the content must be
        # the same.
        assert torch.equal(back["parts"]["net"]["w"], STATE["parts"]["net"]["w"]), position
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(checkpoint.Damaged):
        checkpoint.read(file)


def test_unknown_types_are_refused_when_writing(tmp_path):
    with pytest.raises(TypeError, match="a checkpoint cannot hold"):
        checkpoint.write(tmp_path, 1, {"x": object()})
