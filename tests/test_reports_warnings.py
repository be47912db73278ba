"""The boxes beside the verdict: what a reader must know before believing it."""

from __future__ import annotations

from pathlib import Path

from tests.support.compared import compare
from tests.support.fake_study import make
from tests.support.spoken import heard, spoken

from alih.findings import Finding
from alih.reports import build
from alih.reports.kit.facts import gather
from alih.reports.methods import text as methods
from alih.reports.study import data as provenance
from alih.reports.study import results
from alih.reports.study import warnings as text
from alih.runs import sums
from alih.runs.card import GroupCount, StoredFinding
from alih.runs.folder import StudyFolder
from alih.words import formats, set_language


def test_unfinished_and_failed_runs_are_told_with_the_command(tmp_path: Path) -> None:
    begun, failed = [("dropout", 2)], [("plain", 1)]
    root = make(tmp_path / "half", n_items=60, unfinished=begun, failed=failed, epochs=4)
    facts = gather(root)
    found = heard(text.warnings, facts)
    command = f"alih run {root}"
    assert found["reports.warn_unfinished"] == {"done": 4, "total": 6, "command": command}
    assert found["reports.warn_failed"] == {
        "cell": "plain/seed-1",
        "error": "The loss became NaN in epoch 2. Lower train.lr.",
        "command": f"{command} --retry-failed",
    }
    states = [row[1] for row in provenance.run_rows(facts).rows]
    assert sorted(states) == ["begun", "done", "done", "done", "done", "failed"]
    assert "2 replicates" in results.carried(facts)


def test_nothing_finished_still_makes_tables(tmp_path: Path) -> None:
    begun = [("plain", 0), ("dropout", 0)]
    root = make(tmp_path / "none", seeds=1, n_items=60, unfinished=begun, epochs=4)
    facts = gather(root)
    assert [row[1] for row in results.arms_table(facts).rows[:2]] == ["0/1", "0/1"]
    assert methods.paragraphs(facts) == []
    assert heard(text.warnings, facts)["reports.warn_unfinished"]["done"] == 0


def test_one_replicate_is_told(tmp_path: Path) -> None:
    root = make(tmp_path / "one", seeds=1, n_items=60, epochs=3)
    facts = gather(root)
    assert [box.code for box in text.warnings(facts)] == ["D008"]
    assert "leave out the chance of training" in "\n".join(methods.paragraphs(facts))
    assert "±" not in formats.spread("accuracy", 0.5, None)


def test_paper_protocol_is_told_in_box_and_methods(tmp_path: Path) -> None:
    extra = {"protocol": "paper", "split": {}}
    root = make(tmp_path / "paper", seeds=2, n_items=60, epochs=3, extra=extra)
    facts = gather(root)
    assert "D025" in [box.code for box in text.warnings(facts)]
    assert "test split also served as validation" in methods.paragraphs(facts)[0]


def test_several_factors_are_told_and_one_is_not(tmp_path: Path) -> None:
    arms = {
        "plain": {},
        "dropout": {"model": {"name": "dcnn", "dropout": [0.25, 0.5]}, "train": {"lr": 0.01}},
    }
    options = {"extra": {"arms": arms}, "published": False}
    root = make(tmp_path / "two", seeds=2, n_items=60, epochs=3, **options)
    (box,) = [one for one in text.warnings(gather(root)) if one.code == "D024"]
    (row,) = box.rows
    assert row.startswith("“dropout”")
    assert "train.lr" in row
    assert "model.dropout" in row
    assert text.warnings(gather(make(tmp_path / "single", seeds=3, n_items=200, epochs=3))) == []


def test_many_arms_share_one_box(tmp_path: Path) -> None:
    changed = {"model": {"name": "dcnn", "dropout": [0.25, 0.5]}}
    arms = {"plain": {}} | {
        name: changed | {"train": {"lr": rate}}
        for name, rate in (("a", 0.01), ("b", 0.02), ("c", 0.03))
    }
    options = {"arms": tuple(arms), "extra": {"arms": arms}, "published": False}
    root = make(tmp_path / "many", seeds=2, n_items=60, epochs=2, **options)
    (box,) = [box for box in text.warnings(gather(root)) if box.code == "D024"]
    assert [row.partition(":")[0] for row in box.rows] == ["“a”", "“b”", "“c”"]
    assert "train.lr: 0.001 -> 0.02" in box.rows[1]


def test_arms_below_trivial_answers_are_told(tmp_path: Path) -> None:
    skill = {"plain": -4.0, "dropout": 4.7}
    root = make(tmp_path / "poor", seeds=2, n_items=100, epochs=3, skill=skill)
    (entry,) = compare(root)["no_better_than"]
    assert (entry["arm"], entry["metric"], entry["at"]) == ("plain", "accuracy", {})
    assert entry["references"] == {"majority": 0.1, "chance": 0.1, "pixel-logistic": 0.826}
    for language, share in (("en", "10.00 %"), ("id", "10,00 %")):
        set_language(language)
        facts = gather(root)
        (box,) = [one for one in text.warnings(facts) if one.code == "D007"]
        assert box.kind == "strong"
        (row,) = box.rows
        assert row.startswith(facts.arm_label("plain"))
        assert row.count(share) == 2


def test_second_look_is_told(tmp_path: Path) -> None:
    root = make(tmp_path / "looks", seeds=3, n_items=60, epochs=3, unfinished=[("dropout", 2)])

    def looks() -> list[int]:
        return [one.values["n"] for one in gather(root).comparison.findings if one.code == "D030"]

    assert looks() == []
    make(root, seeds=3, n_items=60, epochs=3)
    assert looks() == [2]
    assert looks() == [2], "looking again at unchanged data is free"


def test_findings_about_images_stand_in_the_report_and_in_the_methods(tmp_path: Path) -> None:
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
