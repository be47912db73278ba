"""Study folders that were damaged, that can only be read, and file systems without locks:
sentences, and what heals itself."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import stat
import threading
from pathlib import Path

import filelock
import numpy as np
import pytest
from tests.support import fake_study

from alih import cli, files
from alih.errors import AlihError
from alih.runs import sums
from alih.runs.card import Trial
from alih.runs.folder import COUNTED, CellFolder, StudyFolder
from alih.runs.reading import Damaged, as_arrays, as_json, as_rows, read
from alih.runs.status import damaged_file, is_locked, lock_file, survey
from alih.study.loading import load
from alih.study.planning.cells import Cell
from alih.training.cell import _stored
from alih.verdicts.compare import compare
from alih.words.phrase import Phrase

CELL = Cell("plain", 0)
CURE = Phrase("runs.absent")


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    root = fake_study.make(
        tmp_path_factory.mktemp("finished") / "a study", seeds=2, n_items=60, epochs=2
    )
    sums.seal(root)
    return root


@pytest.fixture
def study(finished, tmp_path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "a study"))


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def state(root: Path, cell: Cell = CELL) -> str:
    return next(status.state for status in survey(root, load(root)) if status.cell == cell)


@pytest.mark.parametrize(
    "name", [name for name in COUNTED if not name.startswith(("before", "domains", "transfer"))]
)
def test_every_counted_file_is_noticed_when_it_is_altered(study, name):
    folder = CellFolder(study, CELL)
    assert name in folder.sums
    file = folder.path / name
    for content in (flipped(file.read_bytes()), file.read_bytes()[:20], b""):
        file.write_bytes(content)
        assert damaged_file(CellFolder(study, CELL)) == name
    assert state(study) == "damaged"


@pytest.mark.parametrize(
    ("name", "refused"),
    [("probabilities.npz", True), ("scores.npz", True), ("examples.npz", False)],
)
def test_a_verdict_reads_no_altered_file(study, name, refused):
    file = CellFolder(study, CELL).path / name
    file.write_bytes(flipped(file.read_bytes()))
    if not refused:
        assert compare(study).complete
        return
    with pytest.raises(Damaged) as caught:
        compare(study)
    assert caught.value.values["path"] == file
    assert f"alih run '{study}'" in str(caught.value)


def test_an_older_done_and_left_out_files_stay_valid(study):
    folder = CellFolder(study, CELL)
    kept = ("card.json", "history.csv", "scores.npz", "model.safetensors")
    files.write_json(folder.path / "done", {name: folder.sums[name] for name in kept})
    for name in ("probabilities.npz", "model.safetensors", "examples.npz", "activations.npz"):
        (folder.path / name).unlink()
    other = CellFolder(study, Cell("dropout", 1))
    (other.path / "probabilities.npz").unlink()
    assert {status.state for status in survey(study, load(study))} == {"finished"}
    assert compare(study).complete


@pytest.mark.parametrize(
    "name",
    [
        "card.json",
        "done",
        "identity.json",
        "history.csv",
        "scores.npz",
        "probabilities.npz",
        "failed.json",
    ],
)
@pytest.mark.parametrize("content", [b"", b"null", None])
def test_commands_end_in_a_sentence_whatever_lies_there(study, name, content, capsys):
    file = CellFolder(study, CELL).path / name
    if name == "failed.json":
        (file.parent / "done").unlink()
        file.touch()
    file.unlink()
    file.write_bytes(content) if content is not None else file.mkdir()
    assert cli.run(["compare", str(study)]) in (0, 2)
    assert "Interrupted" not in capsys.readouterr().err
    assert state(study) == ("failed" if name == "failed.json" else "damaged")


@pytest.mark.parametrize("kind", ["data", "references"])
def test_files_of_the_study_are_noted_named_and_would_be_written_anew(study, kind, capsys):
    name = f"{kind}.json"
    assert sums.damaged(study) == []
    value = json.loads((study / name).read_text())
    altered = json.dumps(value).replace("0.1", "0.2").replace("MIT", "GPL").encode()
    for content in (b"", b"[]", b"{", altered):
        (study / name).write_bytes(content)
        assert sums.damaged(study) == [name]
        with pytest.raises(Damaged) as caught:
            getattr(StudyFolder(study), kind)
        assert caught.value.values["path"] == study / name
    assert cli.run(["status", str(study)]) == 0
    assert f"{name}. Have them written anew with: alih run '{study}'" in capsys.readouterr().out
    (study / name).unlink()
    assert sums.damaged(study) == [name]


def test_a_missing_record_of_looks_is_said(study):
    taken = compare(study)
    assert (taken.looks_lost, [one for one in taken.findings if one.code == "D032"]) == (0, [])
    count = len(json.loads((study / "looks.json").read_text())["looks"])
    (study / "looks.json").unlink()
    again = compare(study, record_look=False)
    assert again.looks_lost == count
    assert [one.values for one in again.findings if one.code == "D032"] == [{"count": count}]


def test_readers_refuse_what_has_another_form(tmp_path):
    file = tmp_path / "x"
    cases = [
        (as_json(), b"[1]"),
        (as_rows(("a", "b")), b"a,b\n1\n"),
        (as_rows(("a",)), b"b\n1\n"),
        (as_arrays(), b"PK\3\4"),
    ]
    for parse, content in cases:
        file.write_bytes(content)
        with pytest.raises(Damaged):
            read(file, parse, CURE)
    np.savez(file.with_suffix(".npz"), a=np.zeros(2), b=np.zeros(3))
    for needed in (("a", "b"), ("c",)):
        with pytest.raises(Damaged):
            read(file.with_suffix(".npz"), as_arrays(needed), CURE)
    assert read(tmp_path / "absent", as_json(), CURE) is None


def test_a_damaged_trial_is_computed_again(tmp_path):
    record = tmp_path / "trial.json"
    assert _stored(tmp_path) is None
    for content in ('{"values": {"a', "null", '{"values": {}}'):
        record.write_text(content)
        assert _stored(tmp_path) is None
    Trial(values={}, validation=None, epoch=0, error="nan").write(tmp_path)
    assert _stored(tmp_path).error == "nan"


def refuse_writing(monkeypatch, root: Path) -> None:
    """Let the system answer as on a read-only mount below `root`; the tests' user may be root, whom
    rights do not stop."""
    real = os.open

    def opened(path, flags, *rest, **named):
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and str(path).startswith(str(root)):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return real(path, flags, *rest, **named)

    monkeypatch.setattr(os, "open", opened)


def test_a_finished_study_is_read_where_nothing_can_be_written(
    study, tmp_path, monkeypatch, capsys
):
    before = [file for file in study.rglob("*") if file.is_file()]
    refuse_writing(monkeypatch, study)
    assert cli.run(["status", str(study)]) == 0
    assert cli.run(["compare", str(study)]) == 0
    assert "could not be recorded (Read-only file system)" in capsys.readouterr().out
    monkeypatch.setattr(
        "alih.reports.build.render", lambda *_: '<meta name="generator" content="alih">'
    )
    assert cli.run(["report", str(study)]) == 2
    assert f"alih report '{study}' --out" in capsys.readouterr().err
    assert cli.run(["report", str(study), "--out", str(tmp_path / "page")]) == 0
    assert (tmp_path / "page" / "index.html").exists()
    assert [file for file in study.rglob("*") if file.is_file()] == before


def test_a_report_overwrites_nothing_of_others(study, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("alih.reports.build.render", lambda *_: "x")
    (tmp_path / "index.html").write_text("mine")
    assert cli.run(["report", str(study), "--out", str(tmp_path)]) == 2
    assert (tmp_path / "index.html").read_text() == "mine"
    (tmp_path / "index.html").rename(tmp_path / "photo.png")
    assert cli.run(["report", str(study), "--out", str(tmp_path)]) == 2
    assert not (tmp_path / "index.html").exists()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS])
def test_a_file_system_without_locks_is_a_sentence(tmp_path, study, monkeypatch, number):
    def refused(handle, operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refused)
    with pytest.raises(AlihError) as caught, files.locked(tmp_path / "a.lock"):
        pass
    assert caught.value.key == "common.no_locks"
    assert compare(study).not_recorded == os.strerror(number)
    assert not is_locked(CellFolder(study, CELL))


def test_only_a_held_lock_is_running(study):
    place = lock_file(study, CELL)
    place.parent.mkdir(exist_ok=True)
    place.write_text("12345\nanother-machine\n")  # a lock file by itself, as soft locks leave it
    folder = CellFolder(study, CELL)
    assert not is_locked(folder)
    with files.locked(place):
        assert is_locked(folder)
        found: list[type] = []

        def other() -> None:
            try:
                with files.locked(place, timeout=0.1):
                    found.append(type(None))
            except filelock.Timeout as error:
                found.append(type(error))

        thread = threading.Thread(target=other)
        thread.start()
        thread.join(10)
        assert found == [filelock.Timeout]
    assert not is_locked(folder)


@pytest.mark.parametrize(("mask", "mode"), [(0o077, 0o600), (0o002, 0o664)])
def test_files_are_written_with_the_users_mask(tmp_path, mask, mode):
    before = os.umask(mask)
    try:
        files.write_text(tmp_path / ("n" * 250), "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / ("n" * 250)).stat().st_mode) == mode
    assert len(list(tmp_path.iterdir())) == 1
