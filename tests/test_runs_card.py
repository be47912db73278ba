"""The classes of stored files: what older folders hold is read, what is not in a class is never
written."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from tests.support.cards import ENVIRONMENT, data_card

from alih import files
from alih.runs.card import (
    Card,
    DataCard,
    Environment,
    Identity,
    Items,
    MachineCard,
    Record,
    parse_history,
    write_history,
)
from alih.runs.reading import Damaged
from alih.words.phrase import Phrase

RESULTS = Path(__file__).parents[1] / "results"
CURE = Phrase("runs.absent")


@pytest.mark.parametrize("form", [Card, DataCard, Environment, Identity, MachineCard])
def test_kept_folders_are_read_without_loss(form):
    found = sorted(RESULTS.glob(f"**/{form.FILE}"))
    assert found
    for file in found:
        stored, written = files.read_json(file), form.read(file.parent, CURE).to_json()
        gone = {key for key in stored if key not in written}
        assert gone <= ({"deterministic"} if form is MachineCard else set()), file
        assert DataCard is not form or stored == written


def test_unknown_keys_are_passed_over_when_read_and_refused_when_made(tmp_path):
    files.write_json(tmp_path / DataCard.FILE, data_card().to_json() | {"later": 1})
    assert DataCard.read(tmp_path, CURE) == data_card()
    with pytest.raises(ValidationError):
        data_card(later=1)
    files.write_json(tmp_path / DataCard.FILE, data_card().to_json() | {"channels": "3"})
    with pytest.raises(Damaged):
        DataCard.read(tmp_path, CURE)
    assert Card.read(tmp_path, CURE) is None


def test_keys_that_are_no_names_in_python_are_written_as_ever(tmp_path):
    assert Items(train=3, train_eval=2).to_json() == {
        "train": 3,
        "train-eval": 2,
        "validation": 0,
        "test": 0,
    }
    assert Identity(identity="x", parts={}, start="./a").to_json()["from"] == "./a"
    rows = [Record(1, 43, "train-eval", "loss", 0.1 + 0.2)]
    write_history(tmp_path, rows)
    assert parse_history((tmp_path / "history.csv").read_bytes()) == rows


def test_a_gpu_is_what_computed():
    assert ENVIRONMENT.processor == "2-core CPU"
    assert ENVIRONMENT.model_copy(update={"gpu": "NVIDIA H200"}).processor == "NVIDIA H200"
