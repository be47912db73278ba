"""Studies in trackers: what is sent, that it is sent once, and that a study never waits for it.

TensorBoard's own reader reads what was written; the other tools have tests that are run on demand.
"""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import threading

import pytest
from tests.support import fake_study

from alih import cli
from alih.errors import AlihError
from alih.runs.card import write_history
from alih.runs.folder import StudyFolder
from alih.runs.identity import write_identity
from alih.study.loading import load
from alih.study.planning.cells import Cell
from alih.tracking import follow as following
from alih.tracking import table
from alih.tracking.contract import News, Sent, Tracker
from alih.tracking.records import Epoch, TrackedRun, runs
from alih.tracking.sync import Channel, sync
from alih.tracking.table import Target
from alih.verdicts.compare import compare


@pytest.fixture(scope="module")
def partly(tmp_path_factory):
    place = tmp_path_factory.mktemp("partly") / "study"
    late = [("dropout", 2)]
    failed = [("plain", 2)]
    return fake_study.make(place, seeds=3, epochs=3, n_items=100, unfinished=late, failed=failed)


@pytest.fixture
def root(partly, tmp_path):
    return shutil.copytree(partly, tmp_path / "study")


class Kept(Tracker):
    """A tracker that keeps what it is sent, and fails while it is `down`."""

    NAME = "kept"

    def __init__(self):
        self.sends, self.known, self.down = [], {}, False

    shown = "nowhere"

    def sent(self, run):
        if self.down:
            raise ConnectionError("no answer\nand much more")
        return self.known.get(run.key)

    def send(self, run, news):
        self.sends.append((run.name, [one.number for one in news.epochs], dict(news.values)))
        last = run.epochs[-1].number if run.epochs else 0
        self.known[run.key] = Sent(last, dict(run.values), run.note, run.state)


@pytest.fixture
def kept(monkeypatch):
    found = Kept()
    monkeypatch.setitem(table.TRACKERS, "kept", lambda place, root, project: found)
    return found


def by_name(root):
    return {one.name: one for one in runs(root)}


def test_runs_are_grouped_by_arm_and_say_what_was_computed(root):
    found = by_name(root)
    assert list(found) == [
        "quickstart: verdicts",
        *("plain/seed-0", "dropout/seed-0", "plain/seed-1", "dropout/seed-1"),
    ]
    one = found["dropout/seed-1"]
    assert (one.group, one.state, one.tags) == (
        "dropout",
        "finished",
        {"arm": "dropout", "replicate": "1"},
    )
    assert one.config["train.lr"] == 0.001
    folder = StudyFolder(root).cell(Cell("dropout", 1))
    epochs, values = folder.curve("validation", "accuracy")
    drawn = [(epoch.number, epoch.values["validation/accuracy"]) for epoch in one.epochs]
    assert drawn == list(zip(epochs, values, strict=True))
    assert one.epochs[0].at < one.epochs[1].at < one.epochs[2].at
    kept = folder.card.metrics["validation"]["accuracy"]
    assert one.values["kept/validation/accuracy"] == kept
    assert "NaN in epoch 2" in found["quickstart: verdicts"].note


def test_test_scores_and_verdicts_wait_until_somebody_asked(root):
    before = by_name(root)
    assert not [name for one in before.values() for name in one.values if "test" in name]
    assert before["quickstart: verdicts"].tags == {}
    given = compare(root)
    after = by_name(root)
    folder = StudyFolder(root).cell(Cell("plain", 0))
    tested = folder.card.metrics["test"]["accuracy"]
    assert after["plain/seed-0"].values["kept/test/accuracy"] == tested
    summary = after["quickstart: verdicts"]
    assert summary.tags["verdict accuracy dropout"] == str(given.decisive[0].verdict)
    told = summary.values["difference/accuracy dropout"]
    assert told == given.decisive[0].difference
    # MLflow takes no other letters in names.
    assert all(re.fullmatch(r"[/\w.\- :]+", name) for one in after.values() for name in one.values)
    assert len(json.loads((root / "looks.json").read_text())["looks"]) == 1, "and no look is taken"


def test_keys_are_those_of_the_content(root, tmp_path):
    moved = shutil.copytree(root, tmp_path / "elsewhere")
    assert [one.key for one in runs(moved)] == [one.key for one in runs(root)]
    # Computed anew with other results, a cell is another run; with the same ones it is not.
    folder = StudyFolder(moved).cell(Cell("plain", 1))
    fake_study.write_cell(folder, 100, 3, 4.6)
    again = by_name(moved)["plain/seed-1"]
    assert again.key == by_name(root)["plain/seed-1"].key
    fake_study.write_cell(folder, 100, 3, 4.6, seed=7)
    assert by_name(moved)["plain/seed-1"].key != again.key


def test_only_what_is_new_is_sent(root, kept):
    target = Target("kept")
    first = sync(root, target, "p")
    assert (first.runs, first.epochs, first.total) == (5, 12, 5)
    kept.sends.clear()
    assert sync(root, target, "p").runs == 0
    assert kept.sends == []
    compare(root)  # test scores may be told now
    sync(root, target, "p")
    sent = {name: (epochs, set(values)) for name, epochs, values in kept.sends}
    assert sent["plain/seed-0"] == ([], {"kept/test/accuracy", "kept/test/log_loss"})
    assert len(sent) == 5
    kept.sends.clear()
    fake_study.write_cell(StudyFolder(root).cell(Cell("dropout", 2)), 100, 3, 4.65)
    sync(root, target, "p")
    assert [(name, epochs) for name, epochs, _ in kept.sends] == [
        ("quickstart: verdicts", []),
        ("dropout/seed-2", [1, 2, 3]),
    ]


def test_news_are_a_difference():
    epochs = [Epoch(number, float(number), {"y": 0.0}) for number in (1, 2)]
    run = TrackedRun(
        "k", "s", "a/seed-0", "a", 0.0, 2.0, "finished", epochs=epochs, values={"x": 1.0}
    )
    run = dataclasses.replace(run, note="a")
    assert News.of(run, Sent(2, {"x": 1.0}, "a", "finished")) is None
    news = News.of(run, Sent(1, {"x": 0.5}, "a", "running"))
    assert ([one.number for one in news.epochs], news.values) == ([2], {"x": 1.0})
    assert (news.note, news.state) == (None, "finished")


def test_a_tracker_that_is_down_is_told_once_and_filled_in_later(root, kept):
    kept.down = True
    with pytest.raises(AlihError) as caught:
        sync(root, Target("kept"), "p")
    assert "no answer" in str(caught.value)
    assert "alih track" in str(caught.value)
    assert "much more" not in str(caught.value)

    told, ended = [], threading.Event()
    thread = threading.Thread(
        target=following.follow,
        args=(root, [Target("kept")], "p", ended, told.append),
        kwargs={"pause": 0.01},
    )
    thread.start()
    ended.set()
    thread.join()
    assert len(told) == 2
    assert told[0].startswith("The study goes on")
    assert told[1] == f"Not all was sent. To send the rest: alih track {root} --to kept"

    kept.down = False
    assert sync(root, Target("kept"), "p").runs == 5


def test_a_study_is_followed_to_its_end(root, tmp_path, kept):
    place, told, ended = tmp_path / "later", [], threading.Event()
    thread = threading.Thread(
        target=following.follow,
        args=(place, [Target("kept")], "p", ended, told.append),
        kwargs={"pause": 0.01},
    )
    thread.start()  # before there is a folder
    shutil.copytree(root, place)
    while not kept.sends:
        assert thread.is_alive()
    fake_study.write_cell(StudyFolder(place).cell(Cell("dropout", 2)), 100, 3, 4.65)
    compare(place)
    ended.set()
    thread.join()
    last = {name: epochs for name, epochs, _ in kept.sends}
    assert "dropout/seed-2" in last
    assert kept.known[by_name(place)["quickstart: verdicts"].key].values["cells/finished"] == 5
    assert told == ["kept: nowhere"]


def test_a_process_beside_the_run_sends_the_rest_at_its_end(root):
    pytest.importorskip("tensorboard")
    told = []
    with following.following(root, [Target("tensorboard")], "p", told.append):
        pass
    assert told == [f"tensorboard: tensorboard --logdir {root}/tensorboard"]
    assert len(list(root.glob("tensorboard/*/*/events*"))) == 4


def test_the_channel_asks_about_changed_runs_alone(root, kept):
    channel, asked = Channel(Target("kept"), root, "p"), []
    channel.send(runs(root))
    kept.sent = lambda run: asked.append(run.name) or Sent()
    channel.send(runs(root))
    assert asked == []


# --- TensorBoard, read by its own reader ---


def events(place):
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    return reader.EventAccumulator(str(place), size_guidance={"scalars": 0, "tensors": 0}).Reload()


def test_tensorboard_reads_what_was_written(root, capsys):
    pytest.importorskip("tensorboard")
    assert cli.run(["track", str(root), "--to", "tensorboard"]) == 0
    assert "5 of 5 runs had something new (12 epochs)" in capsys.readouterr().out
    place = root / "tensorboard"
    found = events(place / "dropout" / "seed-1")
    folder = StudyFolder(root).cell(Cell("dropout", 1))
    epochs, values = folder.curve("validation", "accuracy")
    read = found.Scalars("validation/accuracy")
    assert [one.step for one in read] == epochs
    assert [one.value for one in read] == pytest.approx(values)
    assert len(found.Scalars("kept/validation/accuracy")) == 1
    from tensorboard.plugins.hparams import plugin_data_pb2

    content = found.PluginTagToContent("hparams")["_hparams_/session_start_info"]
    settings = plugin_data_pb2.HParamsPluginData.FromString(content).session_start_info.hparams
    assert settings["arm"].string_value == "dropout"

    # Nothing twice; what comes later is added to the same file, after a cut-off record as well.
    files = sorted(place.rglob("events*"))
    sizes = [file.stat().st_size for file in files]
    assert cli.run(["track", str(root), "--to", "tensorboard"]) == 0
    assert "nothing new" in capsys.readouterr().out
    assert [file.stat().st_size for file in files] == sizes
    (own,) = (place / "dropout" / "seed-1").glob("events*")
    with open(own, "ab") as handle:
        handle.write(b"\x80\x00\x00\x00\x00\x00\x00\x00half a record")
    compare(root)
    assert cli.run(["track", str(root), "--to", "tensorboard"]) == 0
    again = events(place / "dropout" / "seed-1")
    assert again.Scalars("validation/accuracy") == read
    tested = again.Scalars("kept/test/accuracy")
    assert [one.value for one in tested] == pytest.approx([folder.card.metrics["test"]["accuracy"]])
    assert [one.step for one in tested] == [folder.card.kept_epoch]
    assert sorted(place.rglob("events*")) == files
    summary = events(place / "quickstart-verdicts")
    notes = [one.tensor_proto.string_val[0].decode() for one in summary.Tensors("note")]
    assert "With dropout" in notes[-1]


def test_a_cell_computed_anew_gets_a_folder_of_its_own(root):
    pytest.importorskip("tensorboard")
    target = Target("tensorboard")
    sync(root, target, "p")
    fake_study.write_cell(StudyFolder(root).cell(Cell("plain", 1)), 100, 3, 4.6, seed=7)
    assert sync(root, target, "p").epochs == 3
    assert sync(root, target, "p").runs == 0
    key = by_name(root)["plain/seed-1"].key
    names = sorted(path.name for path in (root / "tensorboard" / "plain").iterdir())
    assert names == ["seed-0", "seed-1", f"seed-1.{key[:8]}"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "Name a tracker with --to: tensorboard, mlflow, wandb, trackio."),
        (["--to", "tensorbord"], "Did you mean 'tensorboard'?"),
        (["--to", "tensorboard="], "NAME=PLACE"),
        (["--to", "tensorboard", "--to", "tensorboard=x"], "named twice"),
        (["--to", "tensorboard", "--project", "a b"], "--project got 'a b'"),
    ],
)
def test_what_cannot_be_sent_is_told(options, said, root, capsys):
    if "tensorboard" in options:
        pytest.importorskip("tensorboard")
    assert cli.run(["track", str(root), *options]) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert (out, err.count("\n")) == ("", 1)


def test_mlflow_folders_are_refused_and_missing_packages_named(root, capsys, monkeypatch):
    with pytest.raises(AlihError) as caught:
        table.tracker(Target("mlflow", "./mlruns"), root, "p")
    assert "sqlite:///" in str(caught.value)
    monkeypatch.setattr(table.importlib.util, "find_spec", lambda name: None)
    for command in (
        ["track", str(root), "--to", "wandb"],
        ["run", "quickstart", "--track", "wandb"],
    ):
        assert cli.run(command) == 2
        assert "alih[track-wandb]" in capsys.readouterr().err


def test_parts_of_a_study_leave_sending_to_one_place(capsys):
    pytest.importorskip("tensorboard")
    assert cli.run(["run", "quickstart", "--part", "1/2", "--track", "tensorboard"]) == 2
    assert "alih track DIR --to tensorboard" in capsys.readouterr().err


def test_a_study_that_has_not_begun_is_told(root, capsys):
    pytest.importorskip("tensorboard")
    for name in ("runs", "machine.json"):
        place = root / name
        shutil.rmtree(place) if place.is_dir() else place.unlink()
    assert cli.run(["track", str(root), "--to", "tensorboard"]) == 2
    assert "alih run" in capsys.readouterr().err


def test_a_running_cell_grows(root):
    """Epochs that a cell adds are added; its settings are not sent again."""
    pytest.importorskip("tensorboard")
    folder = StudyFolder(root).cell(Cell("dropout", 2))
    write_identity(folder, load(root), "bf16-autocast")
    (folder.path / "checkpoint-000001.safetensors").write_bytes(b"")
    fake_study.write_curves(folder, 2, 0)
    two = folder.history
    write_history(folder.path, [record for record in two if record.epoch == 1])
    target = Target("tensorboard")
    sync(root, target, "p")
    write_history(folder.path, two)
    sync(root, target, "p")
    place = root / "tensorboard" / "dropout" / "seed-2"
    assert [one.step for one in events(place).Scalars("validation/loss")] == [1, 2]
    assert len(list(place.iterdir())) == 1
