"""Parts of the report: warnings, methods text, tables, numbers, pictures, words."""

from __future__ import annotations

import csv
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.cards import change
from tests.support.compared import compare, older, row
from tests.support.fake_study import make
from tests.support.spoken import spoken

from alih import files
from alih.errors import AlihError
from alih.evaluation.confused import confused_pairs
from alih.findings import Finding
from alih.reports import build
from alih.reports.kit import pictures, tables, theme
from alih.reports.kit.facts import Curve, gather
from alih.reports.methods import text as methods
from alih.reports.study import classes, figures, results, wrong_answers
from alih.reports.study import data as provenance
from alih.reports.study import networks as network
from alih.reports.study import published as papernumbers
from alih.reports.study import warnings as text
from alih.runs import sums
from alih.runs.card import GroupCount, Layer, StoredFinding
from alih.runs.folder import CellFolder, StudyFolder
from alih.statistics.single import wilson
from alih.study.document.data import Domains
from alih.study.document.split import RepeatedKFold
from alih.study.loading import load
from alih.study.planning.cells import Cell
from alih.verdicts import trivial
from alih.verdicts.arm_runs import ArmRuns
from alih.verdicts.result import ArmResult, MetricResult
from alih.words import formats, glossary, layout, set_language, speaking


def boxes(root: Path, lang: str = "en") -> dict[str, str]:
    with speaking(lang):
        return {box.title: box.body for box in text.warnings(gather(root))}


def test_unfinished_and_failed_runs_are_told_with_the_command(tmp_path: Path) -> None:
    root = make(
        tmp_path / "half",
        seeds=3,
        n_items=60,
        unfinished=[("dropout", 2)],
        failed=[("plain", 1)],
        epochs=4,
    )
    found = boxes(root)
    assert found["Not finished."].startswith("4 of 6 runs are done;")
    assert f"alih run {root}" in found["Not finished."]
    failed = found["Run plain/seed-1 failed."]
    assert failed.startswith("The loss became NaN in epoch 2. Lower train.lr.")
    assert failed.endswith(f"alih run {root} --retry-failed")
    facts = gather(root)
    states = [row[1] for row in provenance.run_rows(facts).rows]
    assert sorted(states) == ["begun", "done", "done", "done", "done", "failed"]
    assert "2 replicates" in results.carried(facts)


def test_nothing_finished_still_makes_tables(tmp_path: Path) -> None:
    root = make(
        tmp_path / "none", seeds=1, n_items=60, unfinished=[("plain", 0), ("dropout", 0)], epochs=4
    )
    facts = gather(root)
    assert [row[1] for row in results.arms_table(facts).rows[:2]] == ["0/1", "0/1"]
    assert methods.paragraphs(facts) == []
    assert "Not finished." in boxes(root)


def test_one_replicate_is_told(tmp_path: Path) -> None:
    root = make(tmp_path / "one", seeds=1, n_items=60, epochs=3)
    assert "One replicate." in boxes(root)
    assert "Hanya satu ulangan." in boxes(root, "id")
    facts = gather(root)
    assert "1 replicate," in "\n".join(methods.paragraphs(facts))
    assert "leave out the chance of training" in "\n".join(methods.paragraphs(facts))
    assert "±" not in formats.spread("accuracy", 0.5, None)


def test_paper_protocol_is_told_in_box_and_methods(tmp_path: Path) -> None:
    root = make(
        tmp_path / "paper", seeds=2, n_items=60, epochs=3, extra={"protocol": "paper", "split": {}}
    )
    assert "Test images were used as validation." in boxes(root)
    assert "test split also served as validation" in methods.paragraphs(gather(root))[0]


def test_several_factors_are_told_and_one_is_not(tmp_path: Path) -> None:
    arms = {
        "plain": {},
        "dropout": {"model": {"name": "dcnn", "dropout": [0.25, 0.5]}, "train": {"lr": 0.01}},
    }
    root = make(
        tmp_path / "several",
        seeds=2,
        n_items=60,
        epochs=3,
        extra={"arms": arms},
        published=False,
    )
    (box,) = [one for one in text.warnings(gather(root)) if one.code == "D024"]
    (row,) = box.rows
    assert row.startswith("“dropout”")
    assert "train.lr" in row
    assert "model.dropout" in row
    one = boxes(make(tmp_path / "single", seeds=3, n_items=200, epochs=3))
    assert one == {}


def test_many_arms_share_one_box(tmp_path: Path) -> None:
    changed = {"model": {"name": "dcnn", "dropout": [0.25, 0.5]}}
    arms = {"plain": {}} | {
        name: changed | {"train": {"lr": rate}}
        for name, rate in (("a", 0.01), ("b", 0.02), ("c", 0.03))
    }
    root = make(
        tmp_path / "many",
        seeds=2,
        n_items=60,
        epochs=2,
        arms=tuple(arms),
        extra={"arms": arms},
        published=False,
    )
    (box,) = [box for box in text.warnings(gather(root)) if box.code == "D024"]
    assert [row.partition(":")[0] for row in box.rows] == ["“a”", "“b”", "“c”"]
    assert "train.lr: 0.001 -> 0.02" in box.rows[1]


def test_trivial_answers_are_judged_by_intervals(tmp_path: Path) -> None:
    root = make(tmp_path / "s", seeds=1, n_items=400, epochs=2)
    study = load(root)

    def told(right: float, **references: float) -> dict[str, str]:
        """The arm's first `right` items in a hundred are right; classes are in equal shares."""
        item = np.arange(400)
        label = item % 10
        answer = np.where(item % 100 < 100 * right, label, (label + 1) % 10)
        arrays = {"item": item, "label": label, "prediction": answer}
        runs = ArmRuns("plain", {}, {0: arrays})
        own = MetricResult(right, None, wilson(int(400 * right), 400), "test", "items")
        known = {name: {"accuracy": value} for name, value in references.items()}
        result = ArmResult("plain", {}, 1, 400, {"accuracy": own})
        rows = trivial.judge(study, runs, result, known)
        return {row.reference: row.verdict for row in rows}

    assert told(1.0, **{"pixel-logistic": 1.0}) == {}, "nobody can beat a perfect answer"
    assert told(0.9, **{"pixel-logistic": 1.0}) == {"pixel-logistic": "no better"}
    assert told(0.9, **{"pixel-logistic": 0.95, "majority": 0.1}) == {
        "pixel-logistic": "no better",
        "majority": "better",
    }
    # The mean is above, but hardly; the mean is below, but may well be above in truth.
    assert told(0.1, majority=0.1, chance=0.1) == {"majority": "no better", "chance": "no better"}
    assert told(0.92, **{"pixel-logistic": 0.93}) == {"pixel-logistic": "undecided"}
    assert told(0.95, **{"pixel-logistic": 0.93}) == {"pixel-logistic": "undecided"}


def test_arms_below_trivial_answers_are_told(tmp_path: Path) -> None:
    root = make(
        tmp_path / "poor", seeds=2, n_items=100, epochs=3, skill={"plain": -4.0, "dropout": 4.7}
    )
    (entry,) = compare(root)["no_better_than"]
    assert (entry["arm"], entry["metric"], entry["at"]) == ("plain", "accuracy", {})
    assert entry["references"] == {"majority": 0.1, "chance": 0.1, "pixel-logistic": 0.826}
    for language, title, part in (
        (
            "en",
            "No better than a trivial answer.",
            "no better than always the most frequent class (10.00 %), chance (10.00 %) and",
        ),
        (
            "id",
            "Tidak lebih baik daripada jawaban sepele.",
            "tidak lebih baik daripada selalu kelas terbanyak (10,00 %), tebakan acak",
        ),
    ):
        set_language(language)
        facts = gather(root)
        (box,) = [one for one in text.warnings(facts) if one.title == title]
        assert box.kind == "strong"
        (row,) = box.rows
        assert part in row
        assert row.startswith(facts.arm_label("plain"))


def test_a_level_of_few_images_is_held_to_answers_that_need_none(tmp_path: Path) -> None:
    root = make(
        tmp_path / "few",
        seeds=2,
        n_items=100,
        epochs=2,
        levels=(30, "all"),
        strength=lambda arm, at: 2.5,
    )
    asked = {
        (row["at"]["train_images"], row["reference"]) for row in compare(root)["trivial_answers"]
    }
    blind = {(level, name) for level in (30, "all") for name in ("majority", "chance")}
    assert asked == blind | {("all", "pixel-logistic")}


def test_second_look_is_told(tmp_path: Path) -> None:
    root = make(tmp_path / "looks", seeds=3, n_items=60, epochs=3, unfinished=[("dropout", 2)])

    def looks() -> list[int]:
        return [one.values["n"] for one in gather(root).comparison.findings if one.code == "D030"]

    assert looks() == []
    make(root, seeds=3, n_items=60, epochs=3)
    assert looks() == [2]
    assert looks() == [2], "looking again at unchanged data is free"


def test_methods_text_names_settings_and_decimal_comma(tmp_path: Path) -> None:
    root = make(tmp_path / "methods", seeds=2, n_items=60, epochs=3)
    english, indonesian = (
        spoken(lang, lambda: "\n".join(methods.paragraphs(gather(root)))) for lang in ("en", "id")
    )
    for part in (
        "5,400 images",
        "“With dropout”",
        "0.25 and 0.5",
        "optimizer Adam and learning rate 0.001",
        "2 replicates",
        "Holm",
    ):
        assert part in english
    for part in (
        "5.400 gambar",
        "“Dengan dropout”",
        "0,25 dan 0,5",
        "laju pembelajaran 0,001",
        "2 ulangan",
        "Holm",
    ):
        assert part in indonesian


def test_looks_of_older_rules_are_told_in_methods_and_findings(tmp_path: Path) -> None:
    root = make(tmp_path / "s", seeds=2, n_items=60, epochs=3)
    today = "\n".join(methods.paragraphs(gather(root)))
    compare(root)
    older(root)
    facts = gather(root)
    earlier = "\n".join(methods.paragraphs(facts))
    assert ("Bretz" in today, "Bretz" in earlier) == (True, False)
    assert "Holm" in earlier
    assert "D030" in [finding.code for finding in facts.comparison.findings]


def test_reach_uses_the_baselines_final_mean(tmp_path: Path) -> None:
    root = make(tmp_path / "reach", seeds=2, n_items=60, epochs=4)
    facts = gather(root)
    for metric in ("accuracy", "log_loss"):
        target, found = results.reach(facts, list(facts.groups), metric)
        finals = [cell.curve("validation", metric)[1][-1] for cell in facts.groups[0].done]
        assert target == pytest.approx(np.mean(finals))
        for one in found:
            mean = one.group.curve("validation", metric).mean
            reached = [v >= target if metric == "accuracy" else v <= target for v in mean]
            assert one.epoch == (reached.index(True) + 1 if any(reached) else None)
            assert one.seconds == (pytest.approx(2.1 * one.epoch) if one.epoch else None)


def test_one_epoch_is_a_point_above_a_whole_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = gather(make(tmp_path / "s", seeds=2, n_items=60, epochs=1))
    monkeypatch.setattr(figures.theme, "finish", lambda figure, *_: figure)
    group = facts.groups[0]
    own = figures.own_curves(
        facts, group, "accuracy", figures.curve_limits(facts, [group], "accuracy"), tmp_path
    )
    for figure in (own, figures.compared_curves(facts, facts.groups, "log_loss", tmp_path)):
        axes = figure.axes[0]
        low, high = axes.get_xlim()
        assert [tick for tick in axes.get_xticks() if low <= tick <= high] == [1]
        assert axes.lines
        assert all(line.get_marker() not in ("None", "", None) for line in axes.lines)


def test_long_names_leave_room_for_the_panel() -> None:
    rows = [row(difference=0.01, ci=(-0.1, 0.1))] * 2
    name = (
        "Another network with a rather long name that is wider than the first one and "
        "deeper than the second"
    )
    figure = figures.draw_differences("accuracy", rows, [name, "b"], [theme.style(0)] * 2, None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        theme.rendered(figure)
    assert figure.axes[0].get_position().width > 0.4


def test_curve_mean_leaves_missing_epochs_out() -> None:
    curve = Curve([1, 2, 3], [[1.0, 2.0, float("nan")], [3.0, 2.0, 5.0]])
    assert curve.mean == [2.0, 2.0, 5.0]
    assert figures.best_epoch(curve, "log_loss") == 1
    assert figures.best_epoch(curve, "accuracy") == 3
    assert figures.best_epoch(Curve([1, 2], [[0.5, 0.5]]), "accuracy") == 1


def test_a_replicate_that_has_begun_moves_no_mean_no_ring_and_no_reach(tmp_path: Path) -> None:
    whole = gather(make(tmp_path / "whole", seeds=2, n_items=60, epochs=8))
    begun = gather(
        make(tmp_path / "begun", seeds=3, n_items=60, epochs=8, unfinished=[("plain", 2)])
    )
    for mine, theirs in zip(whole.groups, begun.groups, strict=True):
        first, then = (group.curve("validation", "log_loss") for group in (mine, theirs))
        if mine.arm == "plain":
            assert (first.mean, then.counted, len(then.lines)) == (then.mean, 2, 3)
            assert figures.best_epoch(first, "log_loss") == figures.best_epoch(then, "log_loss")
    (target, one), (again, other) = (
        results.reach(facts, [facts.groups[0]], "log_loss") for facts in (whole, begun)
    )
    assert (target, one[0].epoch, one[0].counted) == (again, other[0].epoch, other[0].counted)


def test_a_mean_ends_where_the_first_replicate_ends() -> None:
    nan = float("nan")
    curve = Curve([1, 2, 3], [[1.0, 3.0, nan], [3.0, 5.0, 0.0]], until=2)
    assert curve.mean[:2] == [2.0, 4.0]
    assert np.isnan(curve.mean[2])
    assert (curve.end, curve.last, figures.best_epoch(curve, "log_loss")) == (4.0, 2, 1)


def test_captions_of_two_domains_say_which_images_they_are_of(tmp_path: Path) -> None:
    facts = gather(make(tmp_path / "s", seeds=2, n_items=60, epochs=3))
    assert "Split: validation; 600" in facts.carried("validation", facts.groups)
    both = Domains(source=facts.study.data, target=facts.study.data)
    two = replace(facts, study=facts.study.model_copy(update={"data": both}))
    assert "Split: validation, images of the source; 600" in two.carried("validation", two.groups)
    assert "Split: test, images of the target; 60" in two.carried("test", two.groups)
    assert "images of the target" in classes.pooled_note(two, two.groups[0], 60, "test")


def test_confused_pairs_come_from_validation_in_order(tmp_path: Path) -> None:
    root = make(tmp_path / "pairs", seeds=2, n_items=60, epochs=3)
    facts = gather(root)
    pooled = facts.groups[0].pooled("validation")
    pairs = wrong_answers.confused_pairs(facts, facts.groups[0])
    counts = [int(pair.count) for pair in pairs]
    assert counts == sorted(counts, reverse=True)
    for pair in pairs:
        true, predicted = facts.classes.index(pair.true), facts.classes.index(pair.predicted)
        assert (
            int(pair.count)
            == ((pooled["label"] == true) & (pooled["prediction"] == predicted)).sum()
        )
        assert all(
            (one.true, one.predicted) == (pair.true, pair.predicted) for one in pair.pictures
        )
    worst = wrong_answers.worst_answers(facts, facts.groups[0])
    assert len({one.item for one in worst}) == len(worst) == 12
    assert all(one.right == (one.true == one.predicted) for one in worst)
    assert [one.right for one in worst] == sorted(one.right for one in worst), "wrong ones first"


def test_pairs_that_are_equally_frequent_come_in_the_order_of_their_stored_images(
    tmp_path: Path,
) -> None:
    facts = gather(make(tmp_path / "ties", seeds=1, n_items=60, epochs=1))

    class Tied:
        done = ()

        def pooled(self, split: str) -> dict[str, np.ndarray]:
            return {"label": np.array([3, 1, 0, 2, 1]), "prediction": np.array([0, 2, 1, 0, 1])}

    shown = [(pair.true, pair.predicted) for pair in wrong_answers.confused_pairs(facts, Tied())]  # type: ignore[arg-type]
    stored = confused_pairs(Tied().pooled("")["label"], Tied().pooled("")["prediction"], 6)
    assert shown == [
        (facts.classes[true], facts.classes[predicted]) for true, predicted, _ in stored
    ]
    assert stored == [(0, 1, 1), (1, 2, 1), (2, 0, 1), (3, 0, 1)]


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
    root = make(
        tmp_path / "s",
        seeds=2,
        n_items=60,
        epochs=4,
        published=False,
        extra={"published": published},
    )
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


def test_layer_tables_shares_add_up(tmp_path: Path) -> None:
    root = make(tmp_path / "layers", seeds=1, n_items=60, epochs=2)
    set_language("id")
    found = network.layer_tables(gather(root))
    assert [one.labels for one in found] == [["Tanpa dropout"], ["Dengan dropout"]]
    assert sum(found[0].shares) == pytest.approx(100)
    assert found[0].table.rows[0][1:3] == ["26 × 26 × 32", "320"]
    assert "98,3 %" in found[0].summary


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


def test_numbers_in_both_languages() -> None:
    assert formats.difference("accuracy", -0.0123) == "−1.23 points"
    assert spoken("id", formats.difference, "log_loss", 0.0123) == "+0,0123"
    assert spoken("id", formats.interval, "accuracy", (0.9, 0.95)) == "90,00 sampai 95,00 %"
    assert formats.interval("accuracy", (-0.01, 0.02), sign=True) == "−1.00 to +2.00 points"
    assert formats.interval("log_loss", None) == "–"
    assert spoken("id", formats.spread, "log_loss", 0.5, 0.01) == "0,5000 ± 0,0100"
    assert formats.count("replicates", 1) == "1 replicate"
    assert spoken("id", formats.listing, ["a", "b", "c"]) == "a, b dan c"
    assert spoken("id", layout.duration, 100, 1) == "1,7 mnt"
    assert figures.words_percent(0.004) == "<1"
    assert figures.words_percent(0) == "0"


def test_pictures_round_trip() -> None:
    import base64
    import io

    from PIL import Image

    image = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    uri = pictures.thumbnail(image)
    decoded = np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.split(",", 1)[1]))))
    np.testing.assert_array_equal(decoded, image)
    large = pictures.thumbnail(np.zeros((400, 200, 1), np.uint8), longest=100)
    assert Image.open(io.BytesIO(base64.b64decode(large.split(",", 1)[1]))).size == (50, 100)
    sheet = pictures.montage(np.full((3, 2, 2), 7, np.uint8))
    assert sheet.shape == (5, 5, 4)
    assert (sheet[2] == 0).all(), "a transparent row stands between the maps"
    assert (sheet[3:, 3:] == 0).all(), "a missing map stays transparent"


def test_svg_colours_become_variables_of_the_page(tmp_path: Path) -> None:
    with theme.applied():
        figure, axes = theme.drawing(2, 2)
        axes.plot([0, 1], [0, 1], color=theme.ARM_COLOURS[1])
        made = theme.finish(figure, tmp_path, "probe", 'a "quoted" <alt>', "")
    assert "var(--arm1)" in made.svg
    assert not [colour for colour in (theme.INK, *theme.ARM_COLOURS) if colour in made.svg]
    assert 'aria-label="a &quot;quoted&quot; &lt;alt>"' in made.svg
    assert theme.ARM_COLOURS[1] in (tmp_path / "probe.svg").read_text(), (
        "the file keeps real colours"
    )
    css = (Path(theme.__file__).parents[1] / "templates" / "report.css").read_text()
    for index in range(len(theme.ARM_COLOURS)):
        assert css.count(f"--arm{index}:") == 3, "light, dark and print"


def test_arms_differ_in_more_than_colour() -> None:
    looks = [theme.style(index) for index in range(len(theme.ARM_COLOURS))]
    for key in ("color", "marker"):
        assert len({look[key] for look in looks}) == len(looks)
    assert len({str(look["linestyle"]) for look in looks}) == len(looks)


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
    assert "drawn once for the study" in rows["note"][0]
    for cell in ("plain", "dropout"):
        (root / "runs" / cell / "seed-0" / "done").unlink()
    assert drawn(root, 60)["Class"] == ["Images, not yet divided", "Share of training"][:1]


def test_the_data_table_counts_one_fold(tmp_path: Path) -> None:
    root = make(tmp_path / "folds", seeds=3, n_items=60, epochs=2)
    rows = drawn(root, 60, split=RepeatedKFold(scheme="repeated-kfold", folds=3, repeats=1))
    assert rows["Total"] == ["5,400", "600", "60", "100 %"]
    assert rows["caption"] == ["Images per class and split in one fold (replicate 0)"]


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
    assert "600 validation images" in rows["note"][0]


def test_glossary_defines_the_terms_of_the_report() -> None:
    english, indonesian = glossary.terms(), spoken("id", glossary.terms)
    assert len(english) == len(indonesian) >= 15
    names = " ".join(term for term, _ in english).lower()
    for term in ("replicate", "interval", "verdict", "margin", "look", "over-fitting", "dropout"):
        assert term in names
    assert all(a != b for (_, a), (_, b) in zip(english, indonesian, strict=True))


def test_arms_of_the_same_layers_share_a_table_that_says_what_each_trained(
    tmp_path: Path,
) -> None:
    arms = ("plain", "frozen", "other")
    root = make(tmp_path / "frozen", seeds=1, n_items=60, epochs=2, arms=arms, published=False)
    for name, trainable, width in (("plain", 1000, 10), ("frozen", 10, 10), ("other", 7, 20)):
        layers = [Layer(name="dense", type="Linear", output_shape=[width], parameters=1000)]
        folder = CellFolder(root, Cell(name, 0))
        change(folder, layers=layers, parameters=1000, trainable=trainable)
    shared, own = network.layer_tables(gather(root))
    assert shared.labels == ["Without dropout", "frozen"]
    assert shared.summary.endswith("Trained: Without dropout 1,000; frozen 10.")
    assert own.labels == ["other"]
    assert "1,000 parameters, 7 of them trained" in own.summary


def test_whole_numbers_of_levels_have_separators_of_thousands() -> None:
    assert formats.level_value(1000) == "1,000"
    with speaking("id"):
        assert formats.level_value(1000) == "1.000"
        assert formats.level_value(0.001) == "0,001"


def test_a_language_without_sentences_is_named(tmp_path: Path) -> None:
    with pytest.raises(AlihError, match="'fr'") as error:
        build.write(tmp_path, "fr")
    assert error.value.key == "reports.unknown_language"


def test_findings_about_images_stand_in_the_report_and_in_the_methods(
    tmp_path: Path,
) -> None:
    root = make(tmp_path / "odd", seeds=2, n_items=60, epochs=3)
    found = [
        Finding("A004", "study.twins_in_parts", {"count": 3, "pairs": "a/1.png = b/1.png"}),
        Finding("A001", "study.images_left_out", {"read": 6000, "total": 7200, "files": "1200 .x"}),
    ]
    kept = [StoredFinding.of(one.to_stored()) for one in found]
    card = StudyFolder(root).data
    assert card is not None
    groups = GroupCount(count=50, sha256="0", copies=4)
    odd = {"findings": kept, "ignored": {".x": 1200}, "groups": groups, "scale": (0, 4095)}
    card.model_copy(update=odd).write(root)
    sums.seal(root)
    told = build.write(root).read_text(encoding="utf-8")
    assert [told.count(f"<code>{code}</code>") for code in ("A001", "A004")] == [1, 1]
    assert "6,000 of 7,200 image files" in told
    for lang, numbers in (("en", ("1,200.", "4,095", " 4;", " 3;")), ("id", ("1.200.", "4.095"))):
        said = spoken(lang, lambda: methods.paragraphs(gather(root))[0])
        assert [number for number in numbers if number not in said] == []
    document = (root / "study.yaml").read_text(encoding="utf-8")
    (root / "study.yaml").write_text(f"{document}\nmute: [A001]\n", encoding="utf-8")
    told = build.write(root).read_text(encoding="utf-8")
    assert [told.count(f"<code>{code}</code>") for code in ("A001", "A004")] == [0, 1]
