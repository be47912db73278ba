"""The HTML report as readers get it: content, languages, self-containedness, escaping, and its
neighbours on disk."""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import classification_report, roc_auc_score
from tests.support.fake_study import make
from tests.support.html import Page

from alih.errors import AlihError
from alih.reports import build
from alih.reports.kit.facts import gather
from alih.reports.study import classes, evaluated, overview, probabilities, results
from alih.reports.study.published import published_table
from alih.runs.csvfile import write_csv
from alih.runs.folder import CellFolder
from alih.study.planning.cells import Cell


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("report") / "quickstart", seeds=2, n_items=300, epochs=5)


@pytest.fixture(scope="module")
def pages(study: Path) -> dict[str, str]:
    return {lang: build.write(study, lang).read_text(encoding="utf-8") for lang in ("en", "id")}


@pytest.mark.parametrize("lang", ["en", "id"])
def test_page_is_well_formed_accessible_and_of_one_language(
    pages: dict[str, str], lang: str
) -> None:
    page = Page(pages[lang])
    assert page.faults == []
    assert page.all("html") == [{"lang": lang}]
    assert all(image.get("alt") for image in page.all("img"))
    assert len(page.all("table")) == len(page.all("caption")) >= 6
    assert all(
        figure.get("role") == "img" and figure.get("aria-label") for figure in page.all("svg")
    )
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    fragments = {a["href"][1:] for a in page.all("a") if (a["href"] or "").startswith("#")}
    assert fragments <= set(ids)


@pytest.mark.parametrize("lang", ["en", "id"])
def test_page_loads_nothing_and_links_only_to_files_beside_it(
    pages: dict[str, str], study: Path, lang: str
) -> None:
    page = Page(pages[lang])
    loading = ("src", "srcset", "xlink:href", "poster", "background")
    sources = [
        attributes[key] or "" for _, attributes in page.tags for key in loading if key in attributes
    ]
    assert sources
    assert all(source.startswith(("data:image/", "#")) for source in sources)
    assert page.all("link") == []
    assert not re.search(r"@import|url\((?!['\"]?(#|data:))", pages[lang])
    for link in page.all("a"):
        target = link["href"] or ""
        assert target.startswith("#") or (study / "report" / target).is_file(), target
    assert len(pages[lang].encode()) < 6_000_000


def test_languages_differ_in_words_and_decimal_sign(pages: dict[str, str]) -> None:
    english, indonesian = Page(pages["en"]).text, Page(pages["id"]).text
    for phrase in (
        "Results per arm",
        "Learning curves",
        "For your text",
        "Glossary",
        "Confusion matrix",
    ):
        assert phrase in english
        assert phrase not in indonesian
    for phrase in (
        "Hasil per varian",
        "Kurva pembelajaran",
        "Untuk tulisan Anda",
        "Daftar istilah",
    ):
        assert phrase in indonesian
    assert re.search(r"\d\.\d\d %", english)
    assert not re.search(r"\d,\d\d %", english)
    assert re.search(r"\d,\d\d %", indonesian)
    assert not re.search(r"\d\.\d\d %", indonesian)
    assert "1.199.882" in indonesian
    assert "<h1>Does dropout help?</h1>" in pages["en"]
    assert "<h1>Apakah dropout membantu?</h1>" in pages["id"]


def test_page_shows_verdict_results_and_published_numbers(
    pages: dict[str, str], study: Path
) -> None:
    facts = gather(study)
    text = Page(pages["en"]).text
    found = facts.comparison.result("dropout", {}).metrics["accuracy"]
    assert f"{100 * found.mean:.2f} ± {100 * found.sd:.2f} %" in text
    assert f"{100 * found.ci95[0]:.2f} to {100 * found.ci95[1]:.2f} %" in text
    assert "92.84 %" in text
    assert f"{100 * (found.mean - 0.9284):+.2f} points".replace("-", "−") in text
    assert "Always the most frequent class" in text
    assert "Split: test; 300 images; 2 replicates." in text
    for row in facts.comparison.rows:
        assert f"verdict {row.verdict}" in pages["en"]


def number(cell: str) -> float:
    return float(cell.removesuffix(" %").replace(".", "").replace(",", "."))


def test_the_class_table_is_scikit_learns_report_averaged_over_replicates(
    pages: dict[str, str], study: Path
) -> None:
    assert pages
    facts = gather(study)
    for group in facts.groups:
        own = [cell.scores("test") for cell in group.done]
        assert len(own) == 2
        reports = [
            classification_report(
                one["label"], one["prediction"], target_names=facts.classes, output_dict=True
            )
            for one in own
        ]
        with open(
            study / "report" / "tables" / f"classes-{group.slug}.csv", encoding="utf-8", newline=""
        ) as file:
            rows = list(csv.reader(file))[1:]
        names = [*facts.classes, "accuracy", "macro avg", "weighted avg"]
        assert [row[0] for row in rows[-3:]] == ["Akurasi", "Rata-rata makro", "Rata-rata berbobot"]
        for name, row in zip(names, rows, strict=True):
            if name == "accuracy":
                mean = np.mean([report["accuracy"] for report in reports])
                assert row[1:3] == ["", ""]
                assert number(row[3]) == pytest.approx(100 * mean, abs=0.0051)
                assert row[4] == "300"
                continue
            for cell, key in zip(row[1:4], ("precision", "recall", "f1-score"), strict=True):
                mean = np.mean([report[name][key] for report in reports])
                assert number(cell) == pytest.approx(100 * mean, abs=0.0051), (name, key)
            # Images, not images times replicates.
            assert int(row[4]) == reports[0][name]["support"]


def test_a_class_that_is_neither_true_nor_predicted_has_no_score(tmp_path: Path) -> None:
    root = make(tmp_path / "s", seeds=1, n_items=60, epochs=2, arms=("plain",), published=False)
    facts = gather(root)
    of = classes.of_images(facts.groups[0], [*facts.classes, "Hat"])
    assert of is not None
    assert np.isnan(of.means("f1")[-1])
    assert of.mean(weighted=False) == classes.of_images(facts.groups[0], facts.classes).mean(False)


def test_files_beside_the_page(pages: dict[str, str], study: Path) -> None:
    assert pages
    report = study / "report"
    stems = {path.stem for path in (report / "figures").glob("*.png")}
    assert {
        "difference-accuracy",
        "difference-log_loss",
        "curves-log_loss",
        "curves-plain-accuracy",
    } <= stems
    assert {"f1-per-class", "confusion-plain", "roc", "precision"} <= stems
    assert {"reliability", "reliability-scaled"} <= stems
    assert stems == {path.stem for path in (report / "figures").glob("*.svg")}
    for path in (report / "figures").glob("*.svg"):
        ET.parse(path)
    raw = list(csv.DictReader((report / "tables" / "results-raw.csv").read_text().splitlines()))
    comparison = gather(study).comparison
    for row in raw:
        found = comparison.result(row["arm"], {}).metrics[row["metric"]]
        assert float(row["mean"]) == found.mean


def test_files_of_an_older_report_are_removed_and_others_kept(tmp_path: Path) -> None:
    beside = build.Files(tmp_path)
    beside.text("old.csv", "a")
    (tmp_path / "tables" / "notes.txt").write_text("mine")
    later = build.Files(tmp_path)
    later.text("new.csv", "b")
    later.tidy()
    assert {path.name for path in (tmp_path / "tables").iterdir()} == {"new.csv", "notes.txt"}


def test_hostile_titles_and_labels_stay_text(tmp_path: Path) -> None:
    evil = '<script>alert(1)</script> "><img src=x onerror=y> & 50 % {x} $a_b$'
    extra = {
        "title": evil,
        "question": evil,
        "arms": {
            "plain": {"label": {"en": evil, "id": evil}},
            "dropout": {"label": "B | c", "model": {"name": "dcnn", "dropout": [0.25, 0.5]}},
        },
    }
    root = make(tmp_path / "evil", seeds=1, n_items=60, epochs=2, extra=extra)
    html = build.write(root).read_text(encoding="utf-8")
    page = Page(html)
    assert page.faults == []
    assert len(page.all("script")) == 1
    assert all("onerror" not in attributes for _, attributes in page.tags)
    assert "<script>alert(1)</script>" in page.text
    for path in (root / "report" / "figures").glob("*.svg"):
        assert not any(element.tag.endswith("script") for element in ET.parse(path).iter())
    latex = (root / "report" / "tables" / "results.tex").read_text()
    assert r"\textless{}script\textgreater{}alert(1)" in latex
    assert r"50 \% \{x\} \$a\_b\$" in latex
    assert r"| B \| c |" in (root / "report" / "tables" / "results.md").read_text()


def test_curves_of_probabilities_need_them_stored(study: Path) -> None:
    facts = gather(study)
    curves = probabilities.roc_curves(facts, facts.groups)
    assert [one.group.arm for one in curves] == ["plain", "dropout"]
    for one in curves:
        own = [(cell.arrays("probabilities"), cell.scores("test")) for cell in one.group.done]
        areas = [
            roc_auc_score(scores["label"], _normed(stored["test"]), multi_class="ovr")
            for stored, scores in own
        ]
        assert one.area == pytest.approx(np.mean(areas), abs=1e-4)
    bare = [replace(group, cells=(), planned=()) for group in facts.groups]
    assert probabilities.roc_curves(facts, bare) == []


def _normed(stored: np.ndarray) -> np.ndarray:
    wide = stored.astype(float)  # float16 does not add up to one exactly
    return wide / wide.sum(1, keepdims=True)


@pytest.mark.usefixtures("undrawn")
def test_pictures_are_named_by_their_files_where_these_were_noted(tmp_path: Path) -> None:
    root = make(tmp_path / "s", seeds=1, n_items=100, epochs=2, arms=("plain",))
    without = Page(build.write(root, "en").read_text(encoding="utf-8"))
    assert not (root / "report" / "tables" / "items.csv").exists()
    assert "items.csv" not in without.text
    stored = CellFolder(root, Cell("plain", 0)).arrays("examples")
    assert stored is not None
    names = {int(item): f"ankle boots/<b>{item}</b>.jpg" for item in stored["item"]}
    rows = [
        {"item": item, "file": name, "label": "", "split-0": "validation"}
        for item, name in names.items()
    ]
    write_csv(root / "items.csv", rows[0], rows)
    page = Page(build.write(root, "en").read_text(encoding="utf-8"))
    assert page.faults == []
    worst = stored["item"][np.argmax(stored["log_loss"])]
    assert f"loss {stored['log_loss'].max():.2f} {names[int(worst)]}" in page.text
    assert {image.get("title") for image in page.all("img")} & set(names.values())
    assert (root / "report" / "tables" / "items.csv").read_text() == (
        root / "items.csv"
    ).read_text()
    assert any(link.get("href") == "tables/items.csv" for link in page.all("a"))


@pytest.mark.usefixtures("undrawn")
def test_levels_have_their_own_curves_and_a_figure_over_levels(tmp_path: Path) -> None:
    root = make(tmp_path / "levels", seeds=2, n_items=60, epochs=3, levels=(30, 100))
    html = build.write(root).read_text(encoding="utf-8")
    page = Page(html)
    assert page.faults == []
    assert "training images (total): 30" in page.text
    assert "training images (total): 100" in page.text
    assert "totals of all classes, not numbers per class" in page.text
    assert "(training images (total): 100)" in page.text, (
        "the verdict's sentence names its level in words"
    )
    stems = {path.stem for path in (root / "report" / "figures").glob("*.png")}
    assert {
        "levels-accuracy",
        "curves-log_loss-train-images-30",
        "curves-plain-train-images-100-accuracy",
    } <= stems


def test_a_folder_without_a_study_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AlihError, match=str(tmp_path)) as error:
        build.write(tmp_path)
    assert error.value.key == "runs.not_a_study_folder"


def test_the_first_screen_counts_verdicts_and_gives_each_comparison_a_row(study):
    facts = gather(study)
    told = results.verdicts(facts)
    found = overview.blocks(told)
    rows = [row for block in found for level in block.levels for row in level.rows]
    assert len(rows) == len(facts.comparison.rows)
    assert overview.lead(told[:1], facts.primary) == "", "one verdict speaks for itself"
    for row in rows:
        verdict = row.line.row.verdict
        assert row.line.settles or verdict != "undecided"
        assert row.bar is not None
        low, zero, high = row.bar.low, row.bar.zero, row.bar.high
        assert 0 <= low <= row.bar.middle <= high <= 100
        if verdict == "undecided":
            assert low <= zero <= high, "a range without zero would be a verdict"


def test_a_language_without_sentences_is_named(tmp_path: Path) -> None:
    with pytest.raises(AlihError, match="'fr'") as error:
        build.write(tmp_path, "fr")
    assert error.value.key == "reports.unknown_language"


def test_what_is_fitted_on_validation_is_scored_on_test_images(study: Path) -> None:
    facts = gather(study)
    found = evaluated.evaluated(facts, facts.groups)
    one = found[0]  # over-confident: logits of this arm are sharpened
    assert all(1.2 < value < 4 for value in one.temperatures.values())
    before, after = (one.score(runs, "log_loss") for runs in (one.runs, one.scaled))
    assert before is not None
    assert after is not None
    assert after.mean < before.mean
    assert before.mean == pytest.approx(facts.results(one.group).metrics["log_loss"].mean)
    table = evaluated.calibration_table(facts, found)
    assert table is not None
    assert [row[0] for row in table.rows] == [group.label for group in facts.groups]
    assert evaluated.thresholds_table(facts, found) is None  # ten classes
    # Of the first two classes alone the same runs are a study of two classes.
    arrays = {r: _of_two(own) for r, own in one.runs.arrays.items()}
    validation = {r: (own["probability"], own["label"]) for r, own in arrays.items()}
    two = replace(one, runs=replace(one.runs, arrays=arrays, positive=0), validation=validation)
    for wanted in evaluated.SENSITIVITIES:
        reached = two.score(two.answered(two.thresholds(wanted)), "sensitivity")
        assert reached is not None
        assert wanted <= reached.mean <= wanted + 0.06  # fitted on what it is scored on
    items = arrays[0]["item"]
    part = two.score(two.runs, "accuracy", items[:9])
    assert part is not None
    hits = [own["label"][:9] == own["prediction"][:9] for own in arrays.values()]
    assert part.mean == pytest.approx(np.mean(hits))
    assert two.score(two.runs, "accuracy", items[:1]) is None


def _of_two(own: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    kept = own["label"] < 2
    table = own["probability"][kept][:, :2].astype(float)
    table /= table.sum(1, keepdims=True)
    found = {"item": own["item"][kept], "label": own["label"][kept], "probability": table}
    return found | {"prediction": table.argmax(1)}


def test_groups_that_a_column_names_are_told_once():
    from types import SimpleNamespace

    from alih.reports.study.evaluated import parts_tables

    patients = {0: "p0", 1: "p0", 2: "p1", 3: "p1"}
    group = SimpleNamespace(slug="a", arm="a", label="a")
    runs = SimpleNamespace(arrays={0: {"item": np.arange(4)}})
    own = SimpleNamespace(group=group, runs=runs, score=lambda *_: None)

    def told(**columns: dict[int, str]) -> list[str]:
        facts = SimpleNamespace(
            item_columns=columns, say=lambda key, **_: key, carried=lambda *_: ""
        )
        return [table.columns[0] for table in parts_tables(facts, [own])]

    assert told(group=patients, patient=patients) == ["patient"]
    assert told(group=patients, sex={0: "f", 1: "m", 2: "f", 3: "m"}) == ["parts_group", "sex"]


def test_printed_accuracies_are_held_against_each_other_by_fishers_test() -> None:
    facts = gather(Path("results/xray-parameters-paper"))
    note = published_table(facts).note
    assert "10 of 10" in note
    assert "29 of 33" in note
    assert "p = 0.56" in note
