"""`alih watch` over HTTP: folders at every stage of a study, both languages, callers turned away.
No torch, no browser."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import shutil
import threading
import time
from contextlib import contextmanager
from importlib import resources

import pytest
from tests.support import fake_study

from alih import cli, files
from alih.runs.card import Failure
from alih.runs.folder import StudyFolder
from alih.runs.status import lock_file
from alih.serving import sockets
from alih.study.planning.cells import Cell
from alih.watching.server import Server
from alih.watching.snapshot import Watcher


@pytest.fixture(scope="module")
def partly(tmp_path_factory):
    place = tmp_path_factory.mktemp("partly") / "study"
    late = [("dropout", 2)]
    failed = [("plain", 2)]
    return fake_study.make(place, seeds=3, epochs=4, n_items=100, unfinished=late, failed=failed)


@pytest.fixture
def root(partly, tmp_path):
    return shutil.copytree(partly, tmp_path / "study")


class Caller:
    """Asks the server of one folder."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, path="/", method="GET", **headers):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        line.request(
            method, path, headers={name.replace("_", "-"): v for name, v in headers.items()}
        )
        answer = line.getresponse()
        body = answer.read()
        line.close()
        return answer, body

    def state(self, lang="en"):
        answer, body = self.ask(f"/state.json?lang={lang}")
        assert answer.status == 200
        return json.loads(body)


@contextmanager
def watched(root):
    with sockets.listening("127.0.0.1", 0) as held, Server(Watcher(root, pause=0), held) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Caller(held.getsockname()[1])
        finally:
            server.shutdown()
            thread.join()


def rows(state):
    return {one["cell"]: one["values"] for one in state["cells"]}


def test_a_study_from_its_folder_to_its_end(root, tmp_path):
    place = tmp_path / "later"
    with watched(place) as caller:
        assert caller.state()["phase"] == "absent"
        assert "alih run" in caller.state()["phase_text"]

        # The document and the first records of a cell that a process holds.
        shutil.copytree(root, place)
        with files.locked(lock_file(place, Cell("dropout", 2))):
            state = caller.state()
            running = rows(state)["dropout/seed-2"]
            assert (state["phase"], running[1], running[2]) == ("running", "running", "2/4")
            assert running[3], "values of the last epoch"
            # Two epochs of about 2.1 s are left, as its own and its arm's others took.
            assert state["left"] == "About 4.2 s left."
        assert (state["done"], state["total"]) == (4, 6)
        assert [one["cell"] for one in state["reasons"]] == ["plain/seed-2"]
        assert "NaN in epoch 2" in state["reasons"][0]["text"]

        # Nobody holds it any more, and nothing has changed for a while.
        then = time.time() - 60
        for file in [place / "study.yaml", *place.glob("runs/*/*/*")]:
            os.utime(file, (then, then))
        state = caller.state()
        assert state["phase"] == "stopped"
        assert state["next"] == f"Go on with `alih run {place}`."

        fake_study.write_cell(StudyFolder(place).cell(Cell("dropout", 2)), 100, 4, 4.65)
        assert caller.state()["phase"] == "ended", "what is left has failed"
        (place / "runs" / "plain" / "seed-2" / "failed.json").unlink()
        fake_study.write_cell(StudyFolder(place).cell(Cell("plain", 2)), 100, 4, 4.65)
        state = caller.state()
        assert (state["phase"], state["left"], state["done"]) == ("finished", "", 6)

        shutil.rmtree(place)
        gone = caller.state()
        assert (gone["phase"], gone["done"]) == ("gone", 6), "what it held last stays"
        assert str(place) in gone["phase_text"]


def test_cells_without_a_lock_are_running_while_their_records_grow(root):
    """Parts of a study on a cluster hold none."""
    history = root / "runs" / "dropout" / "seed-2" / "history.csv"
    with watched(root) as caller:
        for age, state, phase in ((0, "running", "running"), (60, "new", "stopped")):
            then = time.time() - age
            for file in [root / "study.yaml", *root.glob("runs/*/*/*")]:
                os.utime(file, (then - 60, then - 60))
            os.utime(history, (then, then))
            caller.state()  # epochs are known from here on
            told = caller.state()
            assert (rows(told)["dropout/seed-2"][1], told["phase"]) == (state, phase)
            assert rows(told)["dropout/seed-2"][2] == "2/4"


def test_one_run_of_each_arm_is_shown_when_the_others_have_failed(tmp_path):
    left = [("plain", 1), ("dropout", 1)]
    root = fake_study.make(tmp_path / "study", seeds=2, epochs=4, n_items=100, unfinished=left)
    with watched(root) as caller:
        assert not caller.state()["verdicts"]["given"], "more are to come"
        for cell in left:
            place = StudyFolder(root).cell(Cell(*cell)).path
            Failure.because("training.process_lost", code=1, said="–").write(place)
        assert caller.state()["verdicts"]["given"]


def test_curves_are_those_of_the_histories(root):
    with watched(root) as caller:
        found = json.loads(caller.ask("/curves.json?metric=accuracy&level=0")[1])
        drawn = {(one["cell"], one["kind"]): one for one in found["series"]}
        assert found["share"] is True
        # A cell that failed before its first epoch has none.
        assert {cell for cell, _ in drawn} == {
            *(f"{arm}/seed-{replicate}" for arm in ("plain", "dropout") for replicate in (0, 1)),
            "dropout/seed-2",
        }
        folder = StudyFolder(root).cell(Cell("dropout", 1))
        epochs, values = folder.curve("validation", "accuracy")
        one = drawn["dropout/seed-1", "validation"]
        assert (one["epochs"], one["values"], found["arms"][one["arm"]]) == (
            epochs,
            values,
            "With dropout",
        )
        for odd in ("metric=nonsense", "metric=accuracy&level=7", "metric=loss&level=-1", ""):
            assert caller.ask(f"/curves.json?{odd}")[0].status == 200


def test_both_languages_and_numbers_of_the_reader(root):
    with watched(root) as caller:
        assert rows(caller.state("id"))["plain/seed-0"][1] == "selesai"
        assert "," in rows(caller.state("id"))["plain/seed-0"][3]
        page = caller.ask("/", Accept_Language="id")[1].decode()
        assert '<html lang="id">' in page
        assert "Kurva belajar" in page
        assert '<html lang="en">' in caller.ask("/?lang=en", Accept_Language="id")[1].decode()


def test_whoever_has_the_newest_answer_is_told_so(root):
    with watched(root) as caller:
        for _ in range(50):  # the first looks may still find something new
            answer, _ = caller.ask("/state.json?lang=en")
            tag = answer.headers["ETag"]
            again, body = caller.ask("/state.json?lang=en", If_None_Match=tag)
            if again.status == 304:
                break
            time.sleep(0.1)
        assert (again.status, body) == (304, b"")
        other, _ = caller.ask("/state.json?lang=id", If_None_Match=tag)
        assert other.status == 200
        fake_study.write_cell(StudyFolder(root).cell(Cell("dropout", 2)), 100, 4, 4.65)
        assert caller.ask("/state.json?lang=en", If_None_Match=tag)[0].status == 200
    with watched(root) as caller:  # another server numbers its answers anew
        assert caller.ask("/state.json?lang=en", If_None_Match=tag)[0].status == 200


def test_only_this_machine_is_answered_and_nothing_is_loaded_from_elsewhere(root):
    with watched(root) as caller:
        assert caller.ask("/state.json", Host="evil.example")[0].status == 403
        assert caller.ask("/state.json", Host=f"localhost:{caller.port}")[0].status == 200
        assert caller.ask("/study.yaml")[0].status == 404
        assert caller.ask("/../../etc/passwd")[0].status == 404
        assert caller.ask("/", method="POST")[0].status == 501
        answer, page = caller.ask("/")
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert b"http://" not in page
        assert b"https://" not in page
        head, nothing = caller.ask("/", method="HEAD")
        assert (head.headers["Content-Length"], nothing) == (str(len(page)), b"")
        for name in ("uplot.js", "uplot.css", "page.css", "page.js", "uplot-license.txt"):
            plain = caller.ask(f"/{name}")[1]
            packed, small = caller.ask(f"/{name}", Accept_Encoding="gzip")
            assert packed.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(small) == plain
        assert b"MIT License" in plain
        assert b"Leon Sorokin" in plain


def test_damaged_files_are_told_and_the_rest_is_shown(root):
    fake_study.write_cell(StudyFolder(root).cell(Cell("dropout", 2)), 100, 4, 4.65)
    (root / "looks.json").write_text("{")
    with watched(root) as caller:
        state = caller.state()
        assert "looks.json" in state["error"]
        assert state["done"] == 5
        (root / "looks.json").unlink()
        assert caller.state()["error"] is None
        (root / "study.yaml").write_text("title: [")
        assert "study.yaml" in caller.state()["error"]


def test_trials_are_counted_while_a_setting_is_tuned(tmp_path):
    extra = {"tune": {"train.lr": [0.1, 0.01, 0.001]}}
    root = fake_study.make(
        tmp_path / "study", seeds=1, epochs=4, n_items=60, unfinished=[("plain", 0)], extra=extra
    )
    place = root / "runs" / "plain" / "seed-0"
    (place / "trials" / "1").mkdir(parents=True)
    for name in ("history.csv", "timing.csv"):
        (place / name).rename(place / "trials" / "1" / name)
    with files.locked(lock_file(root, Cell("plain", 0))), watched(root) as caller:
        state = caller.state()
        assert rows(state)["plain/seed-0"][2] == "trial 2 of 3, 2/4"
        assert {one["cell"] for one in curves(caller)} == {"plain/seed-0", "dropout/seed-0"}


def curves(caller):
    return json.loads(caller.ask("/curves.json?metric=accuracy&level=0")[1])["series"]


@pytest.mark.parametrize("kind", ["document", "photos", "builtin", "port"])
def test_what_cannot_be_watched_is_told(kind, tmp_path, capsys):
    target, options = tmp_path / "x", []
    if kind == "document":
        target = resources.files("alih.study") / "builtin" / "quickstart.yaml"
    if kind == "photos":
        target.mkdir()
        (target / "notes.txt").write_text("no study")
    if kind == "builtin":
        target = "quickstart"
    if kind == "port":
        options = ["--port", "70000"]
    assert cli.run(["watch", str(target), *options]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("alih: ")
