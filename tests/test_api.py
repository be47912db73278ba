"""The Python entry points: their names, and what they take."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from PIL import Image

import alih
from alih import cli
from alih.errors import AlihError
from alih.executors.contract import Executor


def test_only_public_names_are_shown_and_every_one_says_what_it_takes_and_gives():
    assert dir(alih) == sorted(alih.__all__)
    assert dir(alih.api) == sorted(alih.api.__all__)
    assert set(alih.__all__) <= set(alih.api.__all__)
    for name in alih.__all__:
        public = getattr(alih, name)
        assert getattr(alih.api, name) is public
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


def test_a_check_gives_findings_as_values(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for index, part in enumerate(("train/a", "train/b", "test/a", "test/b")):
        (tmp_path / "photos" / part).mkdir(parents=True)
        for number in range(3):
            Image.new("L", (9, 9), 40 * index + number).save(
                tmp_path / "photos" / part / f"{number}.png"
            )
    twin = tmp_path / "photos/test/a/0.png"
    twin.write_bytes((tmp_path / "photos/train/a/0.png").read_bytes())
    file = tmp_path / "s.yaml"
    file.write_text(
        "data: {folder: photos}\nmodel: {layers: [flatten]}\ntrain: {batch_size: 2}\n"
        "arms: {a: {}, b: {train: {lr: 0.1}}}\ncompare: {baseline: a}\n"
    )
    heard = []
    found = alih.check(file, on_images=lambda done, of: heard.append((done, of)))
    assert found.images == 12
    assert heard[-1] == (12, 12)
    assert [finding.code for finding in found.findings] == ["A004"]
    assert found.to_json()["findings"][0]["check"] == "one image in two parts"
    assert str(found.findings[0]) in str(found)
    assert cli.run(["check", str(file)]) == 0
    twin.write_bytes(b"no image")
    with pytest.raises(AlihError, match=r"test/a/0\.png"):
        alih.check(file)


def test_the_command_prints_the_check(capsys):
    assert cli.run(["check", "quickstart"]) == 0
    assert capsys.readouterr().out == f"{alih.check('quickstart')}\n"
