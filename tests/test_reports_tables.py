"""Tables of the report: data, layers, published numbers, and their forms as files."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.cards import change
from tests.support.fake_study import make
from tests.support.spoken import heard

from alih import files
from alih.reports.kit import tables
from alih.reports.kit.facts import gather
from alih.reports.study import classes, figures
from alih.reports.study import data as provenance
from alih.reports.study import networks as network
from alih.reports.study import published as papernumbers
from alih.runs.card import Layer
from alih.runs.folder import CellFolder, StudyFolder
from alih.study.document.data import Domains
from alih.study.document.split import RepeatedKFold
from alih.study.planning.cells import Cell
from alih.words import formats, say, set_language


def test_captions_of_two_domains_say_which_images_they_are_of(tmp_path: Path) -> None:
    facts = gather(make(tmp_path / "s", seeds=2, n_items=60, epochs=3))
    both = Domains(source=facts.study.data, target=facts.study.data)
    two = replace(facts, study=facts.study.model_copy(update={"data": both}))
    for split, domain, n in (("validation", "source", 600), ("test", "target", 60)):
        one, named = facts.split_name(split), two.split_name(split)
        assert (domain in one, domain in named) == (False, True)
        assert f"{one}; {n}" in facts.carried(split, facts.groups)
        assert f"{named}; {n}" in two.carried(split, two.groups)
    assert two.split_name("test") in classes.pooled_note(two, two.groups[0], 60, "test")


def test_every_kind_of_published_number_stands_beside_ours(tmp_path: Path) -> None:
    published = {
        "plain": {
            "train": {"accuracy": {1: 0.8216, 3: 0.95}},
            "validation": {"log_loss": {2: 0.3061}, "accuracy": 0.9},
            "test": {"accuracy": 0.9269},
            "n_test": 10000,
            "parameters": 1199882,
            "ms_per_step": 135,
        }
    }
    options = {"published": False, "extra": {"published": published}}
    root = make(tmp_path / "s", seeds=2, n_items=60, epochs=4, **options)
    facts = gather(root)
    group = facts.groups[0]
    table = papernumbers.published_table(facts)
    assert table is not None

    def own(split: str, metric: str, epoch: int) -> str:
        curve = group.curve(split, metric)
        assert curve is not None
        return formats.value(metric, curve.mean[curve.epochs.index(epoch)])

    assert [row[1:5] for row in table.rows if row[1] != "test"] == [
        ["training\nepoch 3", "Accuracy", "95.00 %", own("train-eval", "accuracy", 3)],
        ["validation\nepoch 2", "Log loss", "0.3061", own("validation", "log_loss", 2)],
        ["validation", "Accuracy", "90.00 %", own("validation", "accuracy", 4)],
        ["data", "Test images", "10,000", "60"],
        ["network", "Parameters", "1,199,882", f"{facts.results(group).parameters:,}"],
        ["speed (this machine)", "ms per step", "135.0", "41.9"],
    ]
    assert [row[5] for row in table.rows[-3:]] == ["−9,940", "0", "−93.1"]
    assert figures.printed(facts, group, "accuracy") == {"train": {1: 0.8216, 3: 0.95}}
    low, high = figures.curve_limits(facts, [group], "log_loss")
    assert low < 0.3061 < high


def drawn(root: Path, n_test: int, **changes: Any) -> dict[str, list[str]]:
    """The rows of the data table by class, for data that bring no test part, of a study with other
    keys."""
    data = StudyFolder(root).data
    total = dict.fromkeys(data.classes, 600 + n_test // 10)
    counts = {"train": total, "test": dict.fromkeys(total, 0)}
    data.model_copy(update={"counts": counts}).write(root)
    facts = gather(root)
    table = provenance.data_table(replace(facts, study=facts.study.model_copy(update=changes)))
    assert table is not None
    return {row[0]: row[1:] for row in [table.columns, *table.rows]} | {
        "caption": [table.caption],
        "note": [table.note],
    }


def test_the_data_table_counts_a_drawn_test_part(tmp_path: Path) -> None:
    root = make(tmp_path / "drawn", seeds=1, n_items=60, epochs=2)
    rows = drawn(root, 60)
    assert rows["Class"] == ["Training", "Validation", "Test", "Share of training"]
    assert rows["Coat"] == ["540", "60", "6", "10.0 %"]
    assert rows["Total"] == ["5,400", "600", "60", "100 %"]
    assert say("reports.data_test_drawn") in rows["note"][0]
    for cell in ("plain", "dropout"):
        (root / "runs" / cell / "seed-0" / "done").unlink()
    assert drawn(root, 60)["Class"] == [say("reports.images_undivided")]


def test_the_data_table_counts_one_fold(tmp_path: Path) -> None:
    root = make(tmp_path / "folds", seeds=3, n_items=60, epochs=2)
    rows = drawn(root, 60, split=RepeatedKFold(scheme="repeated-kfold", folds=3, repeats=1))
    assert rows["Total"] == ["5,400", "600", "60", "100 %"]
    assert rows["caption"] == [say("reports.data_caption_fold", replicate=0)]


def test_the_data_table_says_where_training_and_validation_were_joined(tmp_path: Path) -> None:
    root = make(tmp_path / "refit", seeds=1, n_items=60, epochs=2, extra={"refit": True})
    for file in root.glob("runs/*/seed-0/scores.npz"):
        with np.load(file) as stored:
            kept = {name: stored[name] for name in stored.files if name.startswith("test_")}
        np.savez(file, **kept)
        files.write_json(
            file.parent / "done",
            files.read_json(file.parent / "done") | {"scores.npz": files.sha256(file)},
        )
    rows = drawn(root, 60)
    assert rows["Class"] == ["Training and validation", "Test", "Share of training"]
    assert rows["Total"] == ["6,000", "60", "100 %"]
    assert say("reports.data_refit", n="600") in rows["note"][0]


def test_layer_tables_shares_add_up(tmp_path: Path) -> None:
    root = make(tmp_path / "layers", seeds=1, n_items=60, epochs=2)
    set_language("id")
    facts = gather(root)
    found = network.layer_tables(facts)
    assert [one.labels for one in found] == [["Tanpa dropout"], ["Dengan dropout"]]
    assert sum(found[0].shares) == pytest.approx(100)
    assert found[0].table.rows[0][1:3] == ["26 × 26 × 32", "320"]
    assert heard(network.layer_tables, facts)["reports.layers_summary"]["share"] == "98,3"


def test_arms_of_the_same_layers_share_a_table_that_says_what_each_trained(
    tmp_path: Path,
) -> None:
    arms = ("plain", "frozen", "other")
    root = make(tmp_path / "frozen", seeds=1, n_items=60, epochs=2, arms=arms, published=False)
    for name, trainable, width in (("plain", 1000, 10), ("frozen", 10, 10), ("other", 7, 20)):
        layers = [Layer(name="dense", type="Linear", output_shape=[width], parameters=1000)]
        folder = CellFolder(root, Cell(name, 0))
        change(folder, layers=layers, parameters=1000, trainable=trainable)
    facts = gather(root)
    shared, own = network.layer_tables(facts)
    assert shared.labels == ["Without dropout", "frozen"]
    assert own.labels == ["other"]
    said = heard(network.layer_tables, facts)
    each = "Without dropout 1,000; frozen 10"
    assert said["reports.layers_summary_each"]["each"] == each
    part = said["reports.layers_summary_part"]
    assert (part["total"], part["trainable"]) == ("1,000", "7")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("50 % & more", r"50 \% \& more"),
        (r"a\b_c^d~e", r"a\textbackslash{}b\_c\textasciicircum{}d\textasciitilde{}e"),
        ("0.92 ± 0.01 − 3", r"0.92 $\pm$ 0.01 $-$ 3"),
        ("{x} #1 $2 <i>", r"\{x\} \#1 \$2 \textless{}i\textgreater{}"),
    ],
)
def test_latex_escapes(source: str, expected: str) -> None:
    assert tables.latex(source) == expected


def test_table_forms_agree() -> None:
    table = tables.Table("t", "A, b", ["Arm", "Score\n95 %"], [["x|y", "1\n0 to 2"], ['"q"', "–"]])
    assert list(csv.reader(table.as_csv().splitlines())) == [
        ["Arm", "Score (95 %)"],
        ["x|y", "1 (0 to 2)"],
        ['"q"', "–"],
    ]
    assert table.as_markdown().splitlines()[2:5] == [
        "| Arm | Score (95 %) |",
        "| :-- | --: |",
        r"| x\|y | 1 (0 to 2) |",
    ]
    assert r"x|y & 1 (0 to 2) \\" in table.as_latex()
    assert r"\begin{tabular}{lr}" in table.as_latex()
