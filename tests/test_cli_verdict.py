"""`alih verdict`: the verdict of `alih compare` on the same scores, as text, JSON and page, in both
languages, without torch."""

from __future__ import annotations

import csv
import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import yaml
from tests.support import fake_study
from tests.support.spoken import spoken

import alih
from alih import cli
from alih.reports.scores import text as outsidetext
from alih.statistics.spending import UNTIL_DECIDED
from alih.statistics.verdicts import Needs
from alih.verdicts.compare import compare
from alih.verdicts.line import line, lines
from alih.verdicts.scores.compare import Question, verdict
from alih.verdicts.scores.result import OF_FOLDERS
from alih.verdicts.terms import Terms

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "results" / "fashion-mnist-dropout"
SAME = (
    "difference",
    "ci95",
    "ci",
    "level",
    "p",
    "p_adjusted",
    "verdict",
    "probability_better",
    "means",
    "n_seeds",
    "n_items",
    "test",
)


def export(root, path, values, separator=","):
    """Write a study's test scores as a score file; `values` maps a run's arrays to the columns
    behind arm, seed, item."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=separator)
        for index, scores in enumerate(sorted(root.glob("runs/*/seed-*/scores.npz"))):
            arrays = np.load(scores)
            columns = values(
                {
                    key.removeprefix("test_"): arrays[key]
                    for key in arrays
                    if key.startswith("test_")
                }
            )
            if not index:
                writer.writerow(["arm", "seed", "item", *columns])
            arm, seed = scores.parts[-3], scores.parts[-2].removeprefix("seed-")
            writer.writerows(
                [arm, seed, *row]
                for row in zip(arrays["test_item"].tolist(), *columns.values(), strict=True)
            )
    return path


def labels(arrays):
    return {key: arrays[key].tolist() for key in ("label", "prediction")}


def correct(arrays):
    return {"score": (arrays["label"] == arrays["prediction"]).astype(int).tolist()}


def loss(arrays):
    return {"score": [repr(float(value)) for value in arrays["log_loss"]]}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The kept study without its looks and with the metrics asked for: one comparison is one
    family, as in a score file."""

    def make(metric, margin):
        root = tmp_path_factory.mktemp("kept") / "study"
        shutil.copytree(
            KEPT,
            root,
            ignore=shutil.ignore_patterns(
                "looks.json", "report", "activations.npz", "examples.npz"
            ),
        )
        document = yaml.safe_load((root / "study.yaml").read_text(encoding="utf-8"))
        document["compare"] |= {"primary": metric, "metrics": {metric: {"margin": margin}}}
        # The last look: all that runs until decided spend, here the 5 % of a score file.
        document["compare"] |= {"seeds_max": document["seeds"], "level": 0.05 / UNTIL_DECIDED}
        (root / "study.yaml").write_text(
            yaml.safe_dump(document, sort_keys=False), encoding="utf-8"
        )
        return root

    return make


@pytest.mark.parametrize(
    ("metric", "margin", "columns"),
    [
        ("accuracy", 0.002, labels),
        ("accuracy", 0.02, correct),
        ("macro_f1", 0.002, labels),
        ("balanced_accuracy", 0.03, labels),
        ("log_loss", 0.02, loss),
    ],
)
def test_the_verdict_is_that_of_the_study(kept, tmp_path, metric, margin, columns):
    """Same scores, same question, same look: every number and the verdict agree exactly."""
    study = kept(metric, margin)
    theirs = compare(study)
    ours = verdict(
        export(study, tmp_path / "scores.csv", columns), Question("plain", metric, margin)
    )
    (expected,), (found,) = theirs.rows, ours.rows
    for key in SAME:
        told = expected.to_json()[key]
        # Adjusted to the level of a study that keeps a fifth of it back.
        told = pytest.approx(told * UNTIL_DECIDED) if key == "p_adjusted" else told
        assert found.to_json()[key] == told, key
    assert found.n_seeds == 5
    assert found.averaging == expected.averaging or columns is not labels
    for arm in ("plain", "dropout"):
        mine, yours = (one.result(arm, {}).metrics[metric] for one in (ours, theirs))
        assert (mine.mean, mine.sd, mine.ci95) == (yours.mean, yours.sd, yours.ci95)
    for lang in ("en", "id"):
        theirs_told = spoken(lang, line, expected, Terms(margins={metric: margin}))
        ours_told = spoken(lang, line, found, outsidetext.terms(ours))
        assert theirs_told.sentence == ours_told.sentence


def test_without_look_the_whole_level_is_spent(kept, tmp_path):
    path = export(KEPT, tmp_path / "scores.csv", correct)
    alone, first, second = (
        verdict(path, Question("plain", look=look)).rows[0] for look in (None, 1, 2)
    )
    assert [row.answer.level for row in (alone, first, second)] == pytest.approx(
        [0.05, 0.025, 0.0125]
    )
    assert [row.look for row in (alone, first, second)] == [1, 1, 2]


def test_json_has_the_keys_of_compare(tmp_path, capsys):
    path = drawn(tmp_path)
    assert cli.run(["verdict", str(path), "--baseline", "old", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    example = json.loads((ROOT / "docs" / "examples" / "compare.json").read_text(encoding="utf-8"))
    assert example.keys() - {*OF_FOLDERS} <= found.keys()
    assert example["comparisons"][0].keys() <= found["comparisons"][0].keys()
    arm = next(iter(example["arms"].values()))
    assert arm.keys() <= found["arms"]["old"].keys()
    assert arm["metrics"]["accuracy"].keys() <= found["arms"]["old"]["metrics"]["score"].keys()
    assert found["study"] == "scores.csv"
    assert all(
        row["needs"] is None or row["needs"]["command"] is None for row in found["comparisons"]
    )
    assert alih.verdict(path, "old") == found


def drawn(
    tmp_path,
    *,
    name="scores.csv",
    sizes=(5, 5, 5),
    gains=(0.0, 0.05, 0.001),
    separator=",",
    comma=False,
    items=40,
):
    """Arms old, new and other with known gains; seeds 0, 1, ..., none where the size is 0."""
    g = np.random.default_rng(3)
    difficulty = g.normal(0.7, 0.1, items)
    lines = [separator.join(["arm", "seed", "item", "score"])]
    for arm, size, gain in zip(("old", "new", "other"), sizes, gains, strict=True):
        for seed in range(size) or [""]:
            for item, base in enumerate(difficulty):
                value = f"{base + gain + g.normal(0, 0.01):.5f}"
                lines.append(
                    separator.join(
                        [arm, str(seed), f"img-{item}", value.replace(".", ",") if comma else value]
                    )
                )
    path = tmp_path / name
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def said(capsys, *argv):
    assert cli.run(["verdict", *map(str, argv)]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def test_text_in_both_languages_with_the_metric_as_the_user_named_it(tmp_path, capsys):
    path = drawn(tmp_path)
    english = said(
        capsys, path, "--baseline", "old", "--metric", "Dice of lesions", "--margin", "0.02"
    )
    assert "Dice of lesions, compared with old" in english
    assert re.search(r"new +better +0\.7", english)
    assert re.search(r"other +same +0\.6", english)
    indonesian = said(
        capsys,
        path,
        "--baseline",
        "old",
        "--metric",
        "Dice of lesions",
        "--margin",
        "0.02",
        "--lang",
        "id",
    )
    assert re.search(r"new +lebih baik +0,7", indonesian)
    assert not re.search(r"\d\.\d", indonesian)
    detailed = said(capsys, path, "--baseline", "old", "--details")
    assert "new: better than old on score: 0.7" in detailed
    assert "from run to run" in detailed


def test_lower_is_better_turns_the_verdict_and_is_said(tmp_path, capsys):
    path = drawn(tmp_path)
    asked = ("--baseline", "old", "--metric", "error_mm", "--lower-is-better", "--details")
    assert "new: worse than old on error mm (lower is better)" in said(capsys, path, *asked)
    for metric in ("log_loss", "loss"):
        rows = verdict(path, Question("old", metric))
        assert not rows.asked.higher_is_better
        assert rows.rows[0].verdict == "worse"


def test_an_excel_file_of_indonesia_gives_the_same_numbers(tmp_path, capsys):
    plain = verdict(drawn(tmp_path), Question("old"))
    excel = drawn(tmp_path, name="excel.csv", separator=";", comma=True)
    assert verdict(excel, Question("old")).rows == plain.rows
    assert "Decimals in this file are written with a comma" in said(
        capsys, excel, "--baseline", "old"
    )


def test_one_seed_decides_nothing_and_names_no_command_of_studies(tmp_path, capsys):
    text = said(capsys, drawn(tmp_path, sizes=(1, 1, 4)), "--baseline", "old", "--details")
    assert text.count("one run each cannot tell") == 2
    assert "needs at least 3 seeds per arm (1 so far)" in text
    assert "alih run" not in text
    assert (
        "Seeds of other left out of the comparison because old has fewer than 3: 1, 2 and 3" in text
    )


def test_arms_without_a_seed(tmp_path, capsys):
    path = drawn(tmp_path, sizes=(0, 0, 4))
    rows = verdict(path, Question("old")).rows
    assert [(row.answer.test, row.n_seeds) for row in rows] == [
        ("items", 1),
        ("replicates-and-items", 4),
    ]
    text = said(capsys, path, "--baseline", "old", "--details")
    assert "new: better than old" in text
    assert "the range covers other items only" in text
    assert "taken as not depending on it: old and new" in text
    assert "images" not in text


def test_what_would_settle_it_speaks_of_seeds_items_margin_and_looks(tmp_path):
    path = drawn(tmp_path, gains=(0.0, 0.05, 0.001))
    for look, expected in ((None, "--look 1 now, --look 2 next"), (2, "ask again with --look 3")):
        result = verdict(path, Question("old", look=look))
        row = result.rows[1]

        def changed(n_seeds: int = 6, needs=None, result=result, row=row):
            changes = {"verdict": "undecided", "n_seeds": n_seeds, "needs": needs}
            answer = replace(row.answer, **changes)
            return replace(result, rows=[replace(row, answer=answer)])

        def settles(n_seeds: int = 6, needs=None, changed=changed):
            own = changed(n_seeds, needs)
            return line(own.rows[0], outsidetext.terms(own)).settles

        assert settles(needs=Needs(9, None)) == "about 9 seeds per arm in all may settle it"
        assert expected in outsidetext.next_look(changed(needs=Needs(9, None)))
        assert "about 70 seeds per arm in all may settle it" in settles(2, Needs(61, None))
        assert expected in outsidetext.next_look(changed(2, Needs(61, None)))
        assert "about 1,300 items in all may settle it" in settles(2, Needs(None, 1234))
        assert outsidetext.next_look(changed(2, Needs(None, 9))) == ""
        assert "--margin" in settles(2)


def test_a_score_beside_labels_is_used_unless_the_metric_needs_labels(tmp_path, capsys):
    study = fake_study.make(tmp_path / "study", seeds=3, n_items=60)
    path = export(study, tmp_path / "scores.csv", lambda arrays: labels(arrays) | loss(arrays))
    assert verdict(path, Question("plain", "log_loss")).file.used == ["score"]
    assert verdict(path, Question("plain", "macro_f1")).file.used == ["label", "prediction"]
    assert "Used: “score”; left aside: “label” and “prediction”." in said(
        capsys, path, "--baseline", "plain"
    )
    only = export(study, tmp_path / "labels.csv", labels)
    assert verdict(only, Question("plain")).primary == "accuracy"
    assert cli.run(["verdict", str(only), "--baseline", "plain", "--metric", "macro-f2"]) == 2
    assert "Did you mean 'macro_f1'?" in capsys.readouterr().err


def test_the_verdict_does_not_depend_on_the_unit_and_bad_units_are_named():
    g = np.random.default_rng(5)
    cells = [(arm, seed, item) for arm in "ab" for seed in range(3) for item in range(30)]
    scores = [0.1 * item + 0.02 * (arm == "b") + 0.004 * g.normal() for arm, _, item in cells]
    found = {}
    for unit in (1e-6, 1.0, 1e9):
        rows = [
            {"arm": a, "seed": s, "item": i, "score": unit * score}
            for (a, s, i), score in zip(cells, scores, strict=True)
        ]
        found[unit] = verdict(rows, Question("a"))
        assert len(outsidetext.notes(found[unit])) == 1 + (unit != 1.0), (
            "the direction, and the unit"
        )
    assert {result.rows[0].verdict for result in found.values()} == {"better"}
    p = [result.rows[0].answer.p for result in found.values()]
    assert p == pytest.approx([p[1]] * 3, rel=1e-6)


class Page(HTMLParser):
    """Every element with its attributes, and whether all were closed."""

    def __init__(self, html):
        super().__init__()
        self.found, self.open = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "img", "link", "input", "path", "use"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in self.open:
            assert self.open.pop() == tag


@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_page_is_one_file_that_loads_nothing(tmp_path, capsys, lang):
    page = tmp_path / "out" / "report.html"
    said(
        capsys, drawn(tmp_path), "--baseline", "old", "--margin", "0.02", "-o", page, "--lang", lang
    )
    assert [p.name for p in page.parent.iterdir()] == ["report.html"]
    html = page.read_text(encoding="utf-8")
    parsed = Page(html)
    assert parsed.open == []
    assert ("html", {"lang": lang}) in parsed.found
    targets = [
        value
        for _, attrs in parsed.found
        for key, value in attrs.items()
        if key in ("href", "src", "xlink:href", "action")
    ]
    assert targets
    assert all(target.startswith(("#", "data:image/png;base64,")) for target in targets)
    for target in (t for t in targets if t.startswith("#")):
        assert f'id="{target[1:]}"' in html
    assert "@import" not in html
    assert not re.search(r"url\((?!#)", html)
    result = verdict(tmp_path / "scores.csv", Question("old", margin=0.02))
    for told in spoken(lang, lines, result.rows, outsidetext.terms(result)):
        assert told.sentence.split(":")[0] in html
    assert "reports." not in re.sub(r"(?s)<style>.*?</style>", "", html)
    assert f"alih verdict {tmp_path}/scores.csv --baseline old" in html


def test_names_of_users_are_text_everywhere(tmp_path):
    rows = [
        {
            "arm": arm,
            "seed": seed,
            "item": item,
            "score": float(len(arm) > 5) + 0.1 * item + 0.01 * seed * item,
        }
        for arm in ("<b>x</b>", "a & $b_1$", "arm_c") for seed in range(3) for item in range(5)
    ]  # fmt: skip
    from alih.reports.scores.page import write

    page = write(verdict(rows, Question("arm_c", "<q>")), tmp_path / "r.html").read_text(
        encoding="utf-8"
    )
    assert "<b>x</b>" not in page
    assert "<q>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    Page(page)


def test_the_command_on_the_page_repeats_the_verdict(tmp_path, capsys):
    import shlex

    from alih.reports.scores.page import command

    path = drawn(tmp_path)
    asked = Question("new", "my metric", 0.003, True, 0.1, 2)
    result = verdict(path, asked)
    assert cli.run([*shlex.split(command(result))[1:], "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == result.to_json()


def test_the_scores_are_never_overwritten_and_json_stays_json(tmp_path, capsys):
    path = drawn(tmp_path)
    before = path.read_bytes()
    assert cli.run(["verdict", str(path), "--baseline", "old", "-o", str(path)]) == 2
    assert "would overwrite" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert (
        cli.run(
            ["verdict", str(path), "--baseline", "old", "--json", "-o", str(tmp_path / "r.html")]
        )
        == 0
    )
    captured = capsys.readouterr()
    json.loads(captured.out)
    assert "r.html" in captured.err


@pytest.mark.parametrize("lang", ["en", "id"])
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.csv", "--baseline", "a"], "nowhere.csv"),
        (["FILE"], "--baseline"),
        (["FILE", "--baseline", "olt"], "'old'"),
        (["FILE", "--baseline", "old", "--margin", "much"], "'much'"),
        (["FILE", "--baseline", "old", "--level", "5"], "5"),
        (["FILE", "--baseline", "old", "--look", "0"], "--look 0"),
        (["FILE", "--baseline", "old", "--metric", "accuracy", "--margin", "2"], "0.02"),
    ],
)
def test_misuse_ends_with_one_sentence_and_exit_code_2(tmp_path, capsys, arguments, says, lang):
    path = drawn(tmp_path)
    assert (
        cli.run(["verdict", *(str(path) if a == "FILE" else a for a in arguments), "--lang", lang])
        == 2
    )
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("alih: ")
    assert captured.err.count("\n") == 1
    assert says in captured.err


@pytest.mark.parametrize(
    ("name", "near"), [("logloss", "log_loss"), ("acuracy", "accuracy"), ("f1 macro", None)]
)
def test_a_slip_in_a_metrics_name_does_not_turn_the_verdict_round(tmp_path, name, near, capsys):
    lines = [
        f"{arm},{seed},{item},{value + 0.01 * ((seed + item) % 3)}"
        for arm, value in (("plain", 1.0), ("dropout", 0.5))
        for seed in range(3)
        for item in range(30)
    ]
    path = tmp_path / "losses.csv"
    path.write_text("\n".join(["arm,seed,item,score", *lines]), encoding="utf-8")
    code = cli.run(["verdict", str(path), "--baseline", "plain", "--metric", name])
    told = capsys.readouterr()
    assert code == (2 if near else 0)
    assert (f"'{near}'" if near else "--lower-is-better") in told.err + told.out
