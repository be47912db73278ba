"""Studies whose test images come in groups: their verdicts, their page, their plan."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from tests.support.compared import compare
from tests.support.fake_study import make
from tests.support.html import Page, undrawn

import alih
from alih import cli
from alih.findings import CODES
from alih.reports.kit.facts import gather
from alih.reports.study.warnings import warnings
from alih.runs.folder import ITEMS, CellFolder
from alih.statistics.intervals import difference
from alih.study.planning.cells import Cell
from alih.verdicts.curves import CODES as OF_CURVES
from alih.words import has, speaking


def scores(root, arm):
    cells = [CellFolder(root, Cell(arm, replicate)) for replicate in range(3)]
    found = [cell.scores("test") for cell in cells]
    return np.stack([one["label"] == one["prediction"] for one in found]).astype(float)


def group(root, numbers):
    rows = [f"{6000 + n},{n}.png,patient {number}" for n, number in enumerate(numbers)]
    (root / ITEMS).write_text("\n".join(["item,file,group", *rows]) + "\n")


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    root = tmp_path_factory.mktemp("groups") / "s"
    return make(root, epochs=2, published=False, margins={"accuracy": None})


def test_a_study_of_groups_is_judged_and_told_by_groups(alone, tmp_path, monkeypatch, capsys):
    plain = compare(alone, record_look=False)["comparisons"][0]
    a, b = scores(alone, "dropout"), scores(alone, "plain")
    order = np.argsort((a - b).mean(axis=0), kind="stable")
    numbers = np.empty(400, int)
    numbers[order] = np.arange(400) // 8  # images of a patient are right or wrong together
    group(alone, numbers)
    undrawn(monkeypatch)
    assert cli.run(["compare", str(alone), "--json"]) == 0
    row = json.loads(capsys.readouterr().out)["comparisons"][0]
    half = difference(a, b, groups=numbers).half_width(row["level"])
    assert row["n_groups"] == 50
    assert row["ci"] == pytest.approx([row["difference"] - half, row["difference"] + half])
    assert half > 1.5 * (plain["ci"][1] - plain["ci"][0]) / 2
    assert cli.run(["compare", str(alone), "--details"]) == 0
    assert "50 groups" in capsys.readouterr().out
    for lang, said in (("en", "come in 50 groups"), ("id", "50 kelompok")):
        page = Page(alih.open_results(alone).report(lang=lang).read_text(encoding="utf-8"))
        assert not page.faults
        assert said in page.text


@pytest.mark.parametrize(("count", "said"), [(3, "from only 3 groups"), (1, "belong to one group")])
def test_few_groups_are_told_on_the_page(alone, count, said, monkeypatch):
    group(alone, np.arange(400) % count)
    undrawn(monkeypatch)
    assert compare(alone, record_look=False)["comparisons"][0]["verdict"] == "undecided"
    (box,) = [one for one in warnings(gather(alone)) if one.code == "D034"]
    assert said in box.body
    assert said in alih.open_results(alone).report().read_text(encoding="utf-8")


def test_every_finding_of_a_study_has_a_title_on_the_page():
    codes = {code for code in CODES if code.startswith("D")} - set(OF_CURVES.values())
    scores_only = {"D004"}
    named = [f"reports.finding_{code}" for code in codes - scores_only]
    assert [key for key in named if not (has(key) or has(f"{key}_note"))] == []


def table(place, patients, extra=""):
    rows, draw = ["path,label,group"], np.random.default_rng(0)
    for number, patient in enumerate(patients):
        pixels = draw.integers(0, 255, (8, 8), np.uint8)
        Image.fromarray(pixels).save(place / f"{number}.png")
        rows.append(f"{number}.png,{'cat' if number % 2 else 'dog'},p{patient}")
    (place / "t.csv").write_text("\n".join(rows))
    (place / "s.yaml").write_text(
        "data: {table: t.csv, image_size: 8}\nmodel: {layers: [{conv: 2}]}\n"
        "train: {batch_size: 16}\narms: {a: {}, b: {train: {lr: 0.1}}}\n"
        "compare: {baseline: a, metrics: {accuracy: {}}}\n" + extra
    )
    return place / "s.yaml"


FOLDS = "split: {scheme: repeated-kfold, folds: 5}\n"


@pytest.mark.parametrize(
    ("size", "extra", "groups"),
    [
        (4, "split: {test: 0.5}\n", 10),
        (4, FOLDS, 20),
        (1, FOLDS, None),
        (27, FOLDS.replace("5", "3"), 3),
    ],
)
def test_a_plan_tells_what_groups_can_show(tmp_path, size, extra, groups):
    planned = alih.plan(table(tmp_path, np.arange(80) // size, extra), tmp_path / "s")
    (power,) = planned.power
    assert power.groups == groups == planned.to_json()["power"][0]["groups"]
    with speaking("id"):
        assert ("kelompok" in str(planned)) == (groups is not None)
    if groups is None:
        assert power.difference_if_alike is None
    elif groups < 5:
        assert not power.can_decide
        assert "No verdict will be given: the test images come in about 3 groups" in str(planned)
    else:
        assert power.difference_if_alike > 1.3 * power.smallest_difference
        assert "no more alike than others" in str(planned)
