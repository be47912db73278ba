"""The Python entry points: their names, and what they take."""

from __future__ import annotations

import ast
import inspect
import io
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image
from tests.support import fake_study

import alih
from alih import cli, files
from alih.errors import AlihError
from alih.executors.contract import Executor
from alih.words import say

ROOT = Path(__file__).resolve().parents[1]


def test_only_public_names_are_shown():
    assert dir(alih) == sorted(alih.__all__)
    assert dir(alih.api) == sorted(alih.api.__all__)
    for name in alih.__all__:
        assert getattr(alih.api, name) is getattr(alih, name)


def functions():
    for name in alih.__all__:
        public = getattr(alih, name)
        if not inspect.isclass(public):
            yield name, public
    for owner in (alih.Results, alih.Predictor):
        for name, member in inspect.getmembers(owner, inspect.isroutine):
            if not name.startswith("_"):
                yield f"{owner.__name__}.{name}", member


@pytest.mark.parametrize(("name", "public"), [pytest.param(*one, id=one[0]) for one in functions()])
def test_what_a_function_takes_and_gives_is_told(name, public):
    text = inspect.getdoc(public)
    for parameter in set(inspect.signature(public).parameters) - {"self"}:
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
    (twins,) = [finding for finding in found.findings if finding.code == "A004"]
    assert twins.to_json() in found.to_json()["findings"]
    assert str(twins) in str(found)
    assert cli.run(["check", str(file)]) == 0
    twin.write_bytes(b"no image")
    with pytest.raises(AlihError, match=r"test/a/0\.png"):
        alih.check(file)


def test_the_command_prints_the_check(capsys):
    assert cli.run(["check", "quickstart"]) == 0
    assert capsys.readouterr().out == f"{alih.check('quickstart')}\n"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    place = tmp_path_factory.mktemp("results") / "s"
    return alih.open_results(
        fake_study.make(place, n_items=60, epochs=2, unfinished=[("dropout", 2)])
    )


def test_results_are_a_table_of_cells(results, monkeypatch):
    for name in ("pandas", "polars"):
        monkeypatch.setitem(sys.modules, name, None)
    rows = results.frame()
    assert [(row["arm"], row["replicate"]) for row in rows] == [
        (s.cell.arm, s.cell.replicate) for s in results.status
    ]
    assert len({tuple(row) for row in rows}) == 1, "every row has every column"
    card = files.read_json(results.root / "runs/plain/seed-1/card.json")
    row = next(row for row in rows if (row["arm"], row["replicate"]) == ("plain", 1))
    assert row.items() >= card["metrics"]["test"].items()
    open_row = next(row for row in rows if row["state"] != "finished")
    assert (open_row["arm"], open_row["accuracy"], open_row["seconds"]) == ("dropout", None, None)
    wanted = card["metrics"]["validation"]["accuracy"]
    assert wanted in [row["accuracy"] for row in results.frame("validation")]
    made = SimpleNamespace(DataFrame=lambda rows: ("frame", rows))
    monkeypatch.setitem(sys.modules, "polars", made)
    assert results.frame() == ("frame", rows)


def test_results_show_their_verdicts(results):
    assert repr(results).startswith(f"<Results {results.study.name}: 5 of 6 cells in ")
    page, row = results._repr_html_(), results.compare()["comparisons"][0]
    assert "5 finished, 1 " in page
    assert say(f"verdicts.{row['verdict']}") in page
    left = '<td style="text-align: left">'
    cells = f"{left}{row['arm']}</td>{left}{say('verdicts.' + row['verdict'])}</td>"
    assert cells in page
    assert cells in results.compare()._repr_html_()
    assert json.loads(json.dumps(results.compare())) == results.compare()
    scores = [
        {"arm": arm, "seed": seed, "item": item, "score": float(arm == "<b>" or item % 3)}
        for arm in ("a", "<b>")
        for seed in range(3)
        for item in range(30)
    ]
    assert "&lt;b&gt;</td>" in alih.verdict(scores, "a")._repr_html_()


@pytest.mark.usefixtures("undrawn")
def test_figures_are_those_of_the_report_in_the_chosen_language(results):
    english, indonesian = results.figures(), results.figures("id")
    assert not (results.root / "report").exists()
    results.report()
    written = {file.stem for file in (results.root / "report/figures").glob("*.svg")}
    assert english.keys() == indonesian.keys() == written
    below = [found["difference-accuracy"].get_supxlabel() for found in (english, indonesian)]
    assert below[0] != below[1]
    image = io.BytesIO()
    english["difference-accuracy"].savefig(image, format="png")
    assert image.getvalue().startswith(b"\x89PNG")
    shown = type(english)({"<one>": english["difference-accuracy"]})._repr_html_()
    assert shown.count('src="data:image/png;base64,iVBOR') == shown.count("&lt;one&gt;") == 1


# --- the Python in README and docs ---

BLOCKS = [
    pytest.param(block, id=f"{file.name}-{number}")
    for file in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    for number, block in enumerate(
        re.findall(r"```python\n(.*?)```", file.read_text(encoding="utf-8"), re.DOTALL)
    )
]


@pytest.mark.parametrize("block", BLOCKS)
def test_examples_call_what_exists(block):
    """Every `alih.name(…)`, and every call of what one of them returned, with keywords it takes."""
    owners = {"results": alih.Results, "predictor": alih.Predictor}
    for node in ast.walk(ast.parse(block)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        path = ast.unparse(node.func).split(".")
        own = path[0] == "alih" or path[0] in owners
        if not own or not all(name.isidentifier() for name in path):
            continue
        called = alih if path[0] == "alih" else owners[path[0]]
        for name in path[1:]:
            called = getattr(called, name)
        bound = path[0] != "alih"
        places = [None] * (len(node.args) + bound)
        inspect.signature(called).bind(*places, **{key.arg: None for key in node.keywords})


RUN = ["README.md-0", "predict.md-2", "verdict-files.md-0"]


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.id in RUN])
def test_examples_run(block, tmp_path, monkeypatch, capsys):
    """With a finished study of drawn numbers in place of the minutes that a real one takes."""
    monkeypatch.chdir(tmp_path)
    arms = ("plain", "dropout", "finetune")
    root = fake_study.make(tmp_path / "runs/flowers", n_items=60, epochs=2, arms=arms)
    monkeypatch.setattr(alih.api, "run", lambda *_, **__: alih.open_results(root))
    pandas = SimpleNamespace(DataFrame=lambda data, **_: data, Index=lambda values, **_: values)
    monkeypatch.setitem(sys.modules, "pandas", pandas)
    table = [
        {"arm": arm, "seed": seed, "item": item, "score": float(arm == "b" or item % 2)}
        for arm in ("plain", "b")
        for seed in range(3)
        for item in range(50)
    ]
    lines = [",".join(table[0]), *(",".join(map(str, row.values())) for row in table)]
    Path("scores.csv").write_text("\n".join(lines))
    exec(compile(block, "example", "exec"), {"alih": alih, "table": table})
    if "print" in block:
        assert capsys.readouterr().out


def test_the_examples_that_run_are_there():
    assert {block.id for block in BLOCKS} >= set(RUN)
