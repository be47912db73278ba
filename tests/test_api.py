"""The Python entry points: their names, and what they take."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import alih
from alih.errors import AlihError
from alih.executors.contract import Executor

MODULES = ("alih", "alih.api")


def test_only_public_names_are_shown_and_every_one_says_what_it_takes_and_gives():
    assert dir(alih) == sorted(alih.__all__)
    assert dir(alih.api) == sorted(alih.api.__all__)
    assert set(alih.__all__) <= set(alih.api.__all__)
    for name in alih.__all__:
        public = getattr(alih, name)
        if inspect.isclass(public):
            continue
        text = inspect.getdoc(public)
        for parameter in inspect.signature(public).parameters:
            assert f"    {parameter}: " in text, f"{name} does not document {parameter}"
        assert "Returns:" in text, name


class Recorder(Executor):
    """Notes which study it is handed, and computes nothing."""

    def execute(self, root, study, todo, listen):
        self.study, self.todo = study, todo
        return set()


@pytest.mark.parametrize("given", ["quickstart", alih.load("quickstart")], ids=["name", "study"])
def test_run_takes_replicates_and_values(given, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    recorder = Recorder()
    changes = ["train.epochs=3"]
    results = alih.run(given, seeds=2, overrides=changes, executor=recorder)
    assert (recorder.study.seeds, recorder.study.train["epochs"]) == (2, 3)
    assert {cell.replicate for cell in recorder.todo} == {0, 1}
    assert results.root == Path("runs/quickstart")
    assert alih.load(results.root) == recorder.study
    with pytest.raises(AlihError, match="--jobs 0"):
        alih.run(given, jobs=0)
