"""Commands on finished studies and on this machine."""

from __future__ import annotations

import json
import os
import shutil
from importlib import resources
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from tests.support import fake_study

import alih.api
from alih import cli, files
from alih.executors.deadline import Deadline
from alih.runs.card import Failure
from alih.runs.status import survey
from alih.words import speaking
from alih.words.phrase import Phrase

KEPT = Path(__file__).parents[1] / "results"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return fake_study.make(tmp_path_factory.mktemp("finished") / "study")


@pytest.fixture
def broken(tmp_path):
    return fake_study.make(tmp_path / "study", failed=[("dropout", 2)])


def run_json(capsys, *argv):
    assert cli.run([*argv]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    "command",
    [
        "studies",
        "check quickstart",
        "check PHOTOS",
        "plan PHOTOS",
        "model dcnn",
        "model unet",
        "data list",
        pytest.param("weights list", marks=pytest.mark.torch),
        "cache",
        "doctor",
    ],
)
def test_json_is_the_same_whatever_the_reader_speaks(command, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    draw = np.random.default_rng(0)
    for name in "ab":
        (tmp_path / "photos" / name).mkdir(parents=True)
        for index in range(20):
            pixels = draw.integers(0, 255, (40, 40, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / f"photos/{name}/{index}.png")
    shutil.copy(tmp_path / "photos/a/0.png", tmp_path / "photos/b/copy.png")
    (tmp_path / "photos/b/notes.heic").write_bytes(b"left out")
    study = tmp_path / "s.yaml"
    study.write_text(
        "title: {en: one, id: satu}\ndata: {folder: photos, image_size: 32}\n"
        "model: dcnn\ntrain: {epochs: 1, batch_size: 8}\narms: {a: {}, b: {train: {lr: 0.1}}}\n"
        "compare: {baseline: a}\n"
    )
    argv = [str(study) if part == "PHOTOS" else part for part in command.split()]
    english, indonesian = (
        run_json(capsys, *argv, "--json", "--lang", lang) for lang in ("en", "id")
    )
    for value in (english, indonesian):
        if isinstance(value, dict):  # what others do to the disk meanwhile
            value.pop("free_bytes", None)
            value.get("cache", {}).pop("free_bytes", None)
    assert english == indonesian
    if command == "check PHOTOS":
        assert {"A001", "A003"} <= {finding["code"] for finding in english["findings"]}


def test_status_as_lines_and_as_json(broken, capsys):
    value = run_json(capsys, "status", str(broken), "--json")
    assert value["counts"] == {"failed": 1, "finished": 5}
    assert {c["cell"]: c["state"] for c in value["cells"]}["dropout/seed-2"] == "failed"
    assert cli.run(["status", str(broken)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum("finished" in line for line in lines[1:-1]) == 5
    assert lines[-1] == "5 finished, 1 failed"


def screens(capsys, root):
    """What `compare` prints in each language, on at most 45 lines of 100 columns."""
    for lang in ("en", "id"):
        assert cli.run(["compare", str(root), "--lang", lang]) == 0
        told = capsys.readouterr().out.splitlines()
        assert sum(max(1, -(-len(line) // 100)) for line in told) <= 45
        yield told


def test_compare_of_a_large_study_fits_a_screen(tmp_path, capsys):
    """Five arms, three metrics and four levels, and a kept study; the rest on demand."""
    few = shutil.copytree(KEPT / "fashion-mnist-few", tmp_path / "few")
    for told in screens(capsys, few):
        assert len([line for line in told if " × " in line and "%)" in line]) == 12
    arms = ("plain", "dropout", "third", "fourth", "fifth")
    root = fake_study.make(
        tmp_path / "large",
        seeds=2,
        n_items=40,
        epochs=1,
        arms=arms,
        levels=(30, 100, 300, "all"),
        margins={"accuracy": 0.01, "log_loss": None, "macro_f1": None},
    )
    for told in screens(capsys, root):
        for arm in arms[1:]:
            rows = [line for line in told if line.startswith(f"{arm} ") and " × " in line]
            assert len(rows) == 4, "every level has its row on the primary metric"
            assert all(len(row) <= 100 for row in rows)
        assert any("--details" in line for line in told)
    assert cli.run(["compare", str(root), "--details"]) == 0
    detailed = capsys.readouterr().out
    assert detailed.count("undecided on") == len(
        run_json(capsys, "compare", str(root), "--json")["comparisons"]
    )


def test_json_and_stored_failures_are_in_no_reader_s_language(broken, capsys):
    folder = broken / "runs/dropout/seed-2"
    with speaking("id"):
        why = Phrase("training.out_of_memory")
        Failure.because("training.all_trials_diverged", trials=2, error=why).write(folder)
    for command in ("status", "compare", "plan"):
        english, indonesian = (
            run_json(capsys, command, str(broken), "--json", "--lang", lang)
            for lang in ("en", "id")
        )
        assert english == indonesian, command
    (failed,) = [cell for cell in english["cells"] if cell["state"] == "failed"]
    assert (failed["reason"], failed["text"].split(":")[0]) == ("failed", "failed")
    assert cli.run(["status", str(broken), "--lang", "id"]) == 0
    assert "Memori habis" in capsys.readouterr().out
    files.write_json(
        folder / "failed.json", {"error": "Old.", "phrase": {"key": "a.b", "values": {}}}
    )
    assert str(Failure.read(folder, Phrase("runs.absent"))) == "Old."


def test_compare_as_tables_and_as_json(finished, capsys):
    value = run_json(capsys, "compare", str(finished), "--json")
    assert {"study", "looks", "primary", "arms", "comparisons"} <= set(value)
    assert cli.run(["compare", str(finished), "--lang", "id"]) == 0
    page = capsys.readouterr().out
    row = value["comparisons"][0]
    assert f"{100 * row['difference']:+.2f}".replace("-", "−").replace(".", ",") in page
    assert "putusan" in page
    assert "sel yang selesai" not in page


def test_compare_names_arms_below_trivial_answers(tmp_path, finished, capsys):
    poor = fake_study.make(
        tmp_path / "study", seeds=2, n_items=60, epochs=2, skill={"plain": -4.0, "dropout": 4.7}
    )
    assert cli.run(["compare", str(poor)]) == 0
    page = capsys.readouterr().out
    assert "Without dropout: accuracy" in page
    assert "worse than always the most frequent class" in page
    assert cli.run(["compare", str(finished)]) == 0
    page = capsys.readouterr().out
    assert "no better than" not in page
    assert "worse than" not in page


def test_compare_says_that_a_study_is_unfinished(broken, capsys):
    assert cli.run(["compare", str(broken)]) == 0
    assert capsys.readouterr().out.startswith("Not finished yet: 5 of 6 cells.")


def test_levels_have_rows_of_their_own(tmp_path, capsys):
    root = fake_study.make(tmp_path / "study", levels=[30, 100])
    assert cli.run(["compare", str(root)]) == 0
    page = capsys.readouterr().out
    for level in ("30", "100"):
        assert page.count(f"training images (total): {level}:") == 2, "one heading a metric"


def test_report_says_where_it_is_and_speaks_the_chosen_language(finished, monkeypatch, capsys):
    written = []
    monkeypatch.setattr(
        "alih.reports.build.write",
        lambda root, lang, *_: written.append((root, lang)) or root / "report" / "index.html",
    )
    assert cli.run(["report", str(finished), "--lang", "id"]) == 0
    assert capsys.readouterr().out == f"Laporan: {finished / 'report' / 'index.html'}\n"
    assert cli.run(["report", str(finished)]) == 0
    assert written == [(finished, "id"), (finished, "en")]


@pytest.mark.parametrize("command", ["status", "compare", "report"])
def test_a_folder_without_a_study_is_named(command, tmp_path, capsys):
    assert cli.run([command, str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err


@pytest.mark.parametrize("command", ["status", "compare", "report"])
def test_what_is_no_study_folder_gets_the_next_step(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(
        (resources.files("alih.study") / "builtin" / "quickstart.yaml").read_text(encoding="utf-8")
    )
    Path("photos/cat").mkdir(parents=True)
    Path("photos/cat/1.jpg").touch()
    assert cli.run([command, "mine.yaml"]) == 2
    said = capsys.readouterr().err
    assert "alih run mine.yaml" in said
    assert "runs/mine" in said
    assert cli.run([command, "quickstart"]) == 2
    assert "alih run quickstart" in capsys.readouterr().err
    assert cli.run([command, "photos"]) == 2
    assert "alih new NAME --data photos" in capsys.readouterr().err


@pytest.fixture
def pretend(monkeypatch):
    """Replace the computation by a fake study that is written at once; the real one is tested with
    the executors."""

    def use(**settings):
        def run(study, out=None, *, on_event, **others):
            fake_study.make(Path(out), **settings)
            on_event({"kind": "plan", "cell": "", "cells": survey(Path(out), study), "jobs": 1})
            calls.append((study, Path(out), others))
            return SimpleNamespace(study=study)

        monkeypatch.setattr(alih.api, "run", run)
        # Drawing all figures takes seconds; the report has tests of its own.
        monkeypatch.setattr(
            "alih.reports.build.write", lambda root, lang, *_: root / "report" / "index.html"
        )
        return calls

    calls: list = []
    return use


def write_document(tmp_path):
    """The document of a fake study, as a user's file."""
    root = fake_study.make(tmp_path / "template")
    file = tmp_path / "mine.yaml"
    file.write_bytes((root / "study.yaml").read_bytes())
    return file


def test_run_ends_with_verdict_report_and_exit_code_0(tmp_path, pretend, capsys):
    calls = pretend()
    out = tmp_path / "out"
    assert cli.run(["run", str(write_document(tmp_path)), "--out", str(out), "--jobs", "2"]) == 0
    page = capsys.readouterr().out
    assert "With dropout" in page
    assert f"Report: {out / 'report' / 'index.html'}" in page
    _, root, others = calls[0]
    assert root == out
    assert isinstance(others.pop("until"), Deadline)
    assert others == {
        "executor": "local",
        "address": None,
        "part": None,
        "jobs": 2,
        "device": "auto",
        "retry_failed": False,
        "fresh": False,
        "mixed": False,
    }


def test_run_with_failed_cells_names_them_and_exits_1(tmp_path, pretend, capsys):
    pretend(failed=[("dropout", 2)])
    assert cli.run(["run", str(write_document(tmp_path)), "--out", str(tmp_path / "out")]) == 1
    shown = capsys.readouterr()
    assert "dropout/seed-2 did not finish" in shown.err
    assert "--retry-failed" in shown.out


def test_overrides_and_seeds_reach_the_study(tmp_path, pretend):
    calls = pretend(seeds=2)
    argv = [
        "run",
        str(write_document(tmp_path)),
        "--out",
        str(tmp_path / "out"),
        "--seeds",
        "2",
        "--set",
        "train.epochs=7",
    ]
    assert cli.run(argv) == 0
    study = calls[0][0]
    assert (study.seeds, study.train["epochs"]) == (2, 7)


def test_an_interrupted_run_exits_130_and_says_how_to_go_on(tmp_path, monkeypatch, capsys):
    def early(study, out=None, **_):
        raise KeyboardInterrupt

    def late(study, out=None, **_):
        out.mkdir()
        (out / "study.yaml").write_text("title: t\n")
        raise KeyboardInterrupt

    command = ["run", str(write_document(tmp_path)), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(alih.api, "run", early)
    assert cli.run(command) == 130
    assert "give the same command" in capsys.readouterr().err, (
        "there is no folder yet to continue from"
    )
    monkeypatch.setattr(alih.api, "run", late)
    assert cli.run(command) == 130
    assert f"Continue with: alih run {tmp_path / 'out'}" in capsys.readouterr().err


def test_nothing_is_written_when_the_document_is_wrong(tmp_path, capsys):
    file = write_document(tmp_path)
    out = tmp_path / "out"
    assert cli.run(["run", str(file), "--out", str(out), "--set", "train.lr=-1"]) == 2
    assert not out.exists()
    assert "train.lr" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["dcnn", "xray-small", "xray-large"])
def test_the_layer_table_has_the_papers_totals(name, capsys):
    expected = {"dcnn": 1_199_882, "xray-small": 1_059_106, "xray-large": 3_824_486}[name]
    value = run_json(capsys, "model", name, "--json")
    assert value["parameters"] == expected == sum(layer["parameters"] for layer in value["layers"])
    assert sum(layer["share"] for layer in value["layers"]) == pytest.approx(1)


def test_the_layer_table_of_figure_17_line_by_line(capsys):
    """X-ray paper, figure 17: output shapes and parameters as Keras printed them."""
    value = run_json(capsys, "model", "xray-small", "--json")
    printed = [
        ("conv", [32, 68, 68], 896),
        ("max_pool", [32, 34, 34], 0),
        ("conv", [32, 32, 32], 9248),
        ("max_pool", [32, 16, 16], 0),
        ("dropout", [32, 16, 16], 0),
        ("flatten", [8192], 0),
        ("dense", [128], 1048704),
        ("dropout", [128], 0),
        ("dense", [2], 258),
    ]
    assert [
        (row["type"], row["output_shape"], row["parameters"]) for row in value["layers"]
    ] == printed


def test_the_layer_table_in_words(capsys):
    assert cli.run(["model", "dcnn", "--lang", "id"]) == 0
    page = capsys.readouterr().out
    assert "24 × 24 × 64" in page
    assert "Jumlah parameter: 1.199.882" in page
    assert "dense1: 98,3 %" in page


def test_other_sizes_change_the_table(capsys):
    value = run_json(
        capsys,
        "model",
        "dcnn",
        "--json",
        "--classes",
        "37",
        "--image-size",
        "32",
        "--channels",
        "3",
    )
    assert value["input_shape"] == [3, 32, 32]
    assert value["layers"][-1]["output_shape"] == [37]


def test_an_image_too_small_for_the_layers_is_refused(capsys):
    assert cli.run(["model", "dcnn", "--image-size", "2"]) == 2
    assert "conv1" in capsys.readouterr().err


def test_doctor_describes_this_machine(capsys):
    value = run_json(capsys, "doctor", "--json")
    assert value["cores"] >= 1
    assert value["cache"]["path"] == os.environ["ALIH_CACHE"]
    assert value["cache"]["free_bytes"] > 0
    assert set(value["extras"]) == {"train", "export", "serve", "ray"}
    assert cli.run(["doctor"]) == 0
    assert value["python"] in capsys.readouterr().out


def test_the_cache_is_weighed_and_pruned(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "none" / "yet"))
    assert run_json(capsys, "cache", "--json")["bytes"] == 0
    place = tmp_path / "cache"
    (place / "decoded" / "abc").mkdir(parents=True)
    (place / "decoded" / "abc" / "images.npy").write_bytes(b"x" * 5000)
    monkeypatch.setenv("ALIH_CACHE", str(place))
    assert run_json(capsys, "cache", "--json")["bytes"] == 5000
    assert cli.run(["cache"]) == 0
    assert "5.0 kB" in capsys.readouterr().out


def test_studies_are_listed_with_their_question(capsys):
    found = {
        study["name"]: study for study in run_json(capsys, "studies", "--json", "--lang", "id")
    }
    assert {
        "quickstart",
        "fashion-mnist-dropout",
        "fashion-mnist-dropout-paper",
        "fashion-mnist-best",
    } <= set(found)
    assert found["fashion-mnist-dropout"]["published"]["dropout"]["test"]["accuracy"] == 0.9284
    assert cli.run(["studies"]) == 0
    assert "quickstart" in capsys.readouterr().out


def test_check_and_plan_of_a_built_in_study(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.run(["check", "quickstart"]) == 0
    assert "15 cells" in capsys.readouterr().out
    value = run_json(capsys, "plan", "quickstart", "--json")
    assert value["folder"] == "runs/quickstart"
    assert value["counts"] == {"new": 15}
    assert value["seconds_left"] is None
    assert not list(tmp_path.iterdir()), "planning writes nothing"
    assert cli.run(["plan", "quickstart"]) == 0
    assert "--measure" in capsys.readouterr().out


def test_a_set_that_is_not_here_has_no_place(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path))
    assert cli.run(["data", "list"]) == 0
    pets = next(
        line for line in capsys.readouterr().out.splitlines() if line.startswith("oxford-iiit-pet")
    )
    assert pets.endswith("–")
