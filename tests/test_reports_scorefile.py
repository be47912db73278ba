"""Reading score tables: what spreadsheets write, and every mistake told with file and line."""

from __future__ import annotations

import time

import numpy as np
import pytest

from alih import words
from alih.errors import AlihError
from alih.verdicts.scores import file as scorefile
from alih.verdicts.scores.compare import Question, pair, verdict
from alih.verdicts.scores.table import ArmScores, arrange

HEADER = "arm,seed,item,score\n"
BODY = "".join(
    f"{arm},{seed},{item},0.{item}{seed}\n" for arm in "ab" for seed in (0, 1) for item in (1, 2, 3)
)


def written(tmp_path, content, name="scores.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(tmp_path, content, question=None):
    """The error of a file, as English text; in Indonesian it must name the same place."""
    path = written(tmp_path, content)
    with pytest.raises(AlihError) as caught:
        verdict(path, question or Question("a"))
    words.set_language("id")
    indonesian = str(caught.value)
    words.set_language("en")
    assert caught.value.exit_code == 2
    assert str(path) in indonesian
    assert str(caught.value) != indonesian
    return caught.value.key.removeprefix("reports.file."), str(caught.value).replace(
        str(path), "FILE"
    )


def scores(path):
    table = arrange(scorefile.read(path), "score")
    return {name: arm.values for name, arm in table.arms.items()}


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", ";").replace("0.", "0,"),
        lambda text: "sep=;\r\n" + text.replace(",", ";").replace("0.", "0,"),
        lambda text: text.replace(",", "\t").replace("0.", "0,"),
        lambda text: text.replace("arm,seed,item,score", "ARM, Replicate ,Item,Score"),
        lambda text: text.replace("\n", ",\n"),
        lambda text: "\n" + text.replace("\n", "\n\n") + ",,,\n",
        lambda text: "\n".join(",".join(reversed(line.split(","))) for line in text.splitlines()),
        lambda text: HEADER + "\n".join(reversed(text.removeprefix(HEADER).splitlines())),
        lambda text: "\n".join(f'"{line}"'.replace(",", '","') for line in text.splitlines()),
    ],
    ids=[
        "bom",
        "crlf",
        "semicolon",
        "comma decimals",
        "sep=",
        "tab",
        "names",
        "empty column",
        "blank",
        "order",
        "rows",
        "quoted",
    ],
)
def test_the_ways_of_writing_a_table_give_the_same_scores(tmp_path, rewrite):
    plain = scores(written(tmp_path, HEADER + BODY))
    other = scores(written(tmp_path, rewrite(HEADER + BODY), "other.csv"))
    assert plain.keys() == other.keys()
    # Items stand in the order of the file; their scores are what has to agree.
    for name, values in plain.items():
        assert np.array_equal(np.sort(values, axis=1), np.sort(other[name], axis=1))
    assert np.array_equal(plain["a"][0], [0.1, 0.2, 0.3])
    assert np.array_equal(plain["a"][1], [0.11, 0.21, 0.31])


def test_truth_values_and_exponents_are_scores(tmp_path):
    text = HEADER + "a,0,x,True\na,0,y,FALSE\nb,0,x,1e-3\nb,0,y,SALAH\n"
    found = scores(written(tmp_path, text))
    assert found["a"].tolist() == [[1.0, 0.0]]
    assert found["b"].tolist() == [[0.001, 0.0]]


def test_extra_columns_are_named_and_an_empty_seed_means_none(tmp_path):
    text = "arm,seed,item,score,epoch,\n" + "".join(
        f"a,,{i},0.{i},7,\nb,0,{i},0.{i},7,\nb,1,{i},0.{i},7,\n" for i in (1, 2)
    )
    result = verdict(written(tmp_path, text), Question("a"))
    assert result.file.ignored == ["epoch"]
    assert [result.result(name, {}).varies for name in "ab"] == [False, True]
    assert result.rows[0].n_seeds == 2


def test_seeds_are_ordered_as_numbers_and_labels_compared_as_numbers(tmp_path):
    rows = [
        f"{arm},{seed},{item},{item},{item if arm == 'b' else 1}.0"
        for arm in "ab"
        for seed in (10, 9)
        for item in (1, 2)
    ]
    table = arrange(
        scorefile.read(written(tmp_path, "arm,seed,item,label,prediction\n" + "\n".join(rows))),
        "prediction",
    )
    assert table.arms["a"].seeds == ("9", "10")
    assert (table.arms["b"].values == table.label).all()
    assert (table.arms["a"].values == table.label).mean() == 0.5


@pytest.mark.parametrize(
    ("content", "key", "says"),
    [
        (b"", "empty", ["'FILE' is empty"]),
        (b"\xef\xbb\xbf\n", "empty", []),
        (b"PK\x03\x04\x14\x00", "workbook", ["Save it as 'CSV UTF-8'"]),
        ((HEADER + BODY).encode("utf-16"), "utf16", ["iconv"]),
        ((HEADER + BODY).encode("utf-16-le"), "utf16", []),
        (bytes(range(256)) * 4, "binary", []),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(128, 256)) * 8, "binary", []),
        ((HEADER + "caf\xe9,0,1,0.5\n").encode("latin-1"), "not_utf8", ["line 2", "0xE9"]),
        (HEADER, "only_header", ["line 1"]),
        (BODY, "no_header", ["line 1", "got: a, 0, 1, 0.10"]),
        ("arm,seed,itm,score\n" + BODY, "no_column", ["line 1", "'item'", "Did you mean 'itm'?"]),
        ("arm,item,score\na,1,0.5\n", "no_seed", ["'seed' (or 'replicate')", "leave its cells"]),
        ("arm,seed,item,mark\n" + BODY, "no_values", ["got: arm, seed, item, mark"]),
        ("arm,seed,item,label\n" + BODY, "no_values", []),
        ("arm,seed,item,score,score\n", "column_twice", ["'score'"]),
        (HEADER + BODY + "b,1,4\n", "width", ["line 14", "3 cells", "expected 4"]),
        (HEADER + "a,0,1,0,93\n", "decimal_comma", ["line 2", "semicolons"]),
        (HEADER + 'a,0,"1,0.5\n', "not_csv", ["line 2", "quotation mark"]),
        (HEADER + BODY + ",1,4,0.5\n", "empty_cell", ["line 14", "'arm'"]),
        (HEADER + BODY + "b,2,,0.5\n", "empty_cell", ["line 14", "'item'"]),
        (HEADER + BODY.replace("0.21", ""), "empty_cell", ["line 6", "'score'"]),
        (HEADER + BODY.replace("0.21", "good"), "not_a_number", ["line 6", "'good'"]),
        (HEADER + BODY.replace("0.21", "1_0"), "not_a_number", ["line 6", "'1_0'"]),
        (HEADER + BODY.replace("0.21", "nan"), "not_finite", ["line 6", "'nan'", "2 such"]),
        (HEADER + BODY.replace("0.21", "-inf"), "not_finite", ["line 6"]),
        (
            (HEADER + BODY).replace(",", ";").replace("0.21", "0,21"),
            "mixed_decimals",
            ["line 6", "'0.10' in line 2"],
        ),
        (HEADER + BODY.partition("b,")[0], "one_arm", ["'a'"]),
        (HEADER + "a,0,x,1\nb,0,x,1\n", "one_item", ["'x'", "one row per test item"]),
        (HEADER + BODY + "a,,1,0.5\n", "some_seeds", ["line 14", "line 2"]),
        (
            HEADER + BODY + "b,1,3,0.5\na,0,1,0.2\n",
            "twice",
            ["line 14", "arm 'b', seed '1', item '3'", "line 13", "(2 rows"],
        ),
        (
            HEADER + BODY.replace("b,1,2,0.21\n", ""),
            "missing_pairs",
            ["arm 'b', seed '1' lacks 1 of 3 items: 2.", "'a' has item '2' in line 3", "(1 inc"],
        ),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_its_place(tmp_path, content, key, says):
    got, text = refused(tmp_path, content)
    assert got == key
    assert "FILE" in text
    for part in says:
        assert part in text


def test_missing_items_are_named_a_few_at_a_time(tmp_path):
    rows = [f"{arm},0,img{item},1" for arm in "ab" for item in range(40) if arm == "a" or item < 30]
    key, text = refused(tmp_path, HEADER + "\n".join(rows))
    assert key == "missing_pairs"
    assert "lacks 10 of 40 items: img30, img31, img32, …" in text


def test_labels_that_contradict_or_share_no_name(tmp_path):
    head = "arm,seed,item,label,prediction\n"
    key, text = refused(
        tmp_path, head + "a,0,1,cat,cat\na,0,2,dog,cat\nb,0,1,cat,dog\nb,0,2,cat,dog\n"
    )
    assert key == "labels_differ"
    assert "line 5" in text
    assert "'cat' here and 'dog' in line 3" in text
    key, text = refused(tmp_path, head + "a,0,1,cat,0\na,0,2,dog,1\nb,0,1,cat,0\nb,0,2,dog,1\n")
    assert key == "no_common_class"


@pytest.mark.parametrize(
    ("question", "key", "says"),
    [
        (Question("A"), "unknown_baseline", "Did you mean 'a'?"),
        (Question(None), "no_baseline", "a, b"),
    ],
)
def test_questions_that_the_file_cannot_answer(tmp_path, question, key, says):
    got, text = refused(tmp_path, HEADER + BODY, question)
    assert got == key
    assert says in text


@pytest.mark.parametrize(
    ("question", "key"),
    [
        (Question("a", margin=0), "reports.file.margin"),
        (Question("a", margin=float("nan")), "reports.file.margin"),
        (Question("a", look=0), "reports.file.look"),
        (Question("a", look=2000), "reports.file.look"),
        (Question("a", level=1.5), "statistics.bad_level"),
        (Question("a", metric="accuracy", lower_is_better=True), "reports.file.direction"),
        (Question("a", margin=-0.01), "reports.file.margin"),
        (Question("a", metric="accuracy", margin=2), "reports.file.margin_range"),
        (Question("a", metric="brier", margin=2), "reports.file.margin_range"),
    ],
)
def test_questions_that_make_no_sense(tmp_path, question, key):
    with pytest.raises(AlihError) as caught:
        verdict(written(tmp_path, HEADER + BODY), question)
    assert caught.value.key == key


def test_a_margin_beyond_what_0_1_scores_differ_by_is_refused(tmp_path):
    zeros = HEADER + "".join(
        f"{a},{s},{i},{i % 2}\n" for a in "ab" for s in (0, 1) for i in range(6)
    )
    with pytest.raises(AlihError) as caught:
        verdict(written(tmp_path, zeros), Question("a", margin=2))
    assert (caught.value.key, caught.value.values["meant"]) == ("reports.file.margin_range", 0.02)
    assert verdict(written(tmp_path, zeros), Question("a", margin=0.5)).rows


def test_percentages_do_not_pass_for_shares(tmp_path):
    text = HEADER + BODY.replace("0.21", "21")
    key, told = refused(tmp_path, text, Question("a", metric="Accuracy"))
    assert key == "share"
    assert "line 6" in told
    assert verdict(written(tmp_path, text), Question("a", metric="points")).primary == "points"


def test_missing_files_and_folders(tmp_path):
    for path, key in ((tmp_path / "no.csv", "missing"), (tmp_path, "folder")):
        with pytest.raises(AlihError) as caught:
            scorefile.read(path)
        assert caught.value.key == f"reports.file.{key}"
    (tmp_path / "study.yaml").write_text("name: x")
    with pytest.raises(AlihError, match="alih compare"):
        scorefile.read(tmp_path)


def test_rows_from_python_equal_those_of_a_file(tmp_path):
    path = written(tmp_path, HEADER + BODY)
    records = [
        dict(zip(("arm", "seed", "item", "score"), line.split(","), strict=True))
        for line in BODY.splitlines()
    ]
    typed = [
        r | {"seed": int(r["seed"]), "item": np.int64(r["item"]), "score": np.float64(r["score"])}
        for r in records
    ]
    columns = {key: np.array([row[key] for row in typed]) for key in typed[0]}
    expected = verdict(path, Question("a"))
    for rows in (typed, iter(typed), columns):
        found = verdict(rows, Question("a"))
        assert found.rows == expected.rows
    # pandas writes a column of seeds with gaps as floats and NaN.
    gaps = [
        row | {"seed": float("nan") if row["arm"] == "a" else float(row["seed"])}
        for row in typed
        if row["seed"] or row["arm"] == "b"
    ]
    found = verdict(gaps, Question("a"))
    assert not found.result("a", {}).varies
    assert list(found.result("b", {}).seeds) == ["0", "1"]
    for wrong in ([], [1, 2], {"arm": [], "seed": [], "item": [], "score": []}):
        with pytest.raises(AlihError):
            verdict(wrong, Question("a"))


def arm(name, *seeds):
    return ArmScores(name, seeds or ("",), bool(seeds), np.zeros((max(1, len(seeds)), 2)))


def test_seeds_pair_by_name_then_in_order_and_the_rest_counts_without_a_partner():
    pairs = pair(arm("a", "0", "1", "2", "7"), arm("b", "2", "0", "9", "5", "6"))
    assert (pairs.rows, pairs.shared) == (([0, 2, 1, 3], [1, 0, 2, 3, 4]), 4)
    assert (pairs.by_name, pairs.in_order, pairs.unpaired, pairs.left_out) == (
        ["0", "2"],
        [["1", "9"], ["7", "5"]],
        {"b": ["6"]},
        {},
    )
    two = pair(arm("a", "0", "1"), arm("b", "0", "1", "2"))
    assert (two.rows, two.shared, two.left_out) == (([0, 1], [0, 1]), None, {"b": ["2"]})
    same = pair(arm("a", "0", "1", "2"), arm("b", "2", "1", "0"))
    assert (same.rows, same.shared) == (([0, 1, 2], [2, 1, 0]), None)
    assert pair(arm("a"), arm("b", "0", "1")).rows == ([0], [0, 1])


def test_a_large_file_is_read_in_seconds(tmp_path):
    """Time is printed, not judged; 400,000 rows must come out whole."""
    g = np.random.default_rng(0)
    lines = [
        f"arm{a},{s},img{i:05d}.png,{v:.6f}"
        for a in range(4)
        for s in range(10)
        for i, v in enumerate(g.random(10_000))
    ]
    path = written(tmp_path, HEADER + "\n".join(lines))
    start = time.perf_counter()
    table = arrange(scorefile.read(path), "score")
    print(f"{time.perf_counter() - start:.1f} s")
    assert {name: found.values.shape for name, found in table.arms.items()} == {
        f"arm{a}": (10, 10_000) for a in range(4)
    }
    assert (
        abs(
            table.arms["arm3"].values.mean()
            - np.mean([float(line.rpartition(",")[2]) for line in lines[-100_000:]])
        )
        < 1e-12
    )


def numbered(seeds, value=lambda arm, item: str(item % 2)):
    rows = [
        (arm, seed, f"i{item}") for arm in ("plain", "drop") for seed in seeds for item in range(4)
    ]
    return [{"arm": a, "seed": s, "item": i, "score": value(a, int(i[1:]))} for a, s, i in rows]


@pytest.mark.parametrize(
    ("seeds", "order"),
    [
        (["--2", "--1"], ("--2", "--1")),
        (["9" * 5000, "8" * 5000], ("8" * 5000, "9" * 5000)),
        (["10", "9", "-3"], ("-3", "9", "10")),
        (["²", "1"], ("²", "1")),
    ],
)
def test_seeds_of_any_length_are_ordered(seeds, order):
    assert arrange(scorefile.from_rows(numbered(seeds)), "score").arms["plain"].seeds == order


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (lambda arm, item: "1e308" if arm == "plain" else "-1e308", "reports.file.too_large"),
        (lambda arm, item: f"{item}e-300", "reports.file.too_small"),
    ],
)
def test_scores_beyond_what_floats_square_are_refused(value, key):
    with pytest.raises(AlihError) as caught:
        arrange(scorefile.from_rows(numbered(["1", "2"], value)), "score")
    assert caught.value.key == key


def classes_of(labels, predictions):
    return [
        {"arm": arm, "seed": "1", "item": str(n), "label": label, "prediction": prediction}
        for arm in ("a", "b")
        for n, (label, prediction) in enumerate(zip(labels, predictions, strict=True))
    ]


def test_classes_are_told_apart_exactly():
    found = arrange(
        scorefile.from_rows(classes_of(["nan", "cat", "inf"], ["nan", "cat", "cat"])), "prediction"
    )
    assert (found.label == found.arms["a"].values[0]).tolist() == [True, True, False]
    neighbours = ["9007199254740992", "9007199254740993", "3"]
    found = arrange(
        scorefile.from_rows(classes_of(neighbours, [neighbours[0], neighbours[0], "3.0"])),
        "prediction",
    )
    assert (found.label == found.arms["a"].values[0]).tolist() == [True, False, True]
    with pytest.raises(AlihError) as caught:
        arrange(scorefile.from_rows(classes_of(["1", "nan", "2"], ["1", "2", "2"])), "prediction")
    assert (caught.value.key, caught.value.values["name"]) == ("reports.file.empty_cell", "label")


def patients(count=8, each=6, column="patient", shift=0.15):
    """Rows of two arms whose items belong to patients, as columns."""
    g = np.random.default_rng(5)
    hard = g.normal(size=count)[np.arange(count * each) // each]
    rows = []
    for arm, gain in (("a", 0.0), ("b", shift)):
        for seed in range(3):
            for item, value in enumerate(hard):
                score = f"{value * (arm == 'b') + gain + g.normal(0, 0.1):.4f}"
                row = {"arm": arm, "seed": seed, "item": f"i{item}", "score": score}
                rows.append(row | {column: f"p{item // each}"})
    return rows


def as_csv(rows):
    return (
        "\n".join([",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]) + "\n"
    )


def test_a_group_column_widens_what_is_said_about_other_groups(tmp_path):
    path = written(tmp_path, as_csv(patients()))
    alone = verdict(path, Question("a", group=False))
    told = verdict(path, Question("a", group="Patient"))
    (row,), (grouped,) = alone.rows, told.rows
    assert (row.answer.n_groups, grouped.answer.n_groups) == (None, 8)
    assert grouped.ci[1] - grouped.ci[0] > 1.5 * (row.ci[1] - row.ci[0])
    arms = [result.arms[1].metrics["score"].ci95 for result in (alone, told)]
    assert arms[1][1] - arms[1][0] > 1.5 * (arms[0][1] - arms[0][0])
    assert (told.asked.group, told.file.used, told.file.ignored) == (
        "patient",
        ["score", "patient"],
        [],
    )
    assert told.file.group_sizes == [6] * 8
    assert not [one for one in (*alone.findings, *told.findings) if one.code == "D034"]
    assert verdict(patients(), Question("a", group="patient")).rows[0].ci == grouped.ci


def test_what_looks_like_a_group_is_asked_about(tmp_path):
    def asked(rows):
        result = verdict(written(tmp_path, as_csv(rows)), Question("a"))
        return [(one.severity, one.about) for one in result.findings if one.code == "D034"]

    assert asked(patients()) == [("warning", "patient")]
    assert asked(patients(column="PatientID")) == [("warning", "PatientID")]
    assert asked(patients(column="camera")) == [("note", "camera")]
    assert asked(patients(column="class")) == []
    alone = [row | {"patient": row["item"]} for row in patients()]
    constant = [row | {"patient": "p"} for row in patients()]
    runs = [row | {"patient": row["seed"]} for row in patients()]
    assert asked(alone) == asked(constant) == asked(runs) == []


def test_few_groups_and_groups_of_one(tmp_path):
    few = verdict(patients(count=4, shift=9.0), Question("a", group="patient")).rows[0]
    assert (few.verdict, few.answer.n_groups, few.needs.groups) == ("undecided", 4, 5)
    rows = [row | {"patient": row["item"]} for row in patients()]
    alone = [verdict(rows, Question("a", group=group)) for group in ("patient", False)]
    assert alone[0].rows[0].answer == alone[1].rows[0].answer


@pytest.mark.parametrize(
    ("change", "group", "key", "named"),
    [
        (lambda rows: rows, "patent", "no_group", "patient"),
        (lambda rows: rows, "item", "group_used", "item"),
        (lambda rows: [row | {"patient": "p"} for row in rows], "patient", "one_group", "'p'"),
        (lambda rows: [rows[0] | {"patient": ""}, *rows[1:]], "patient", "empty_cell", "line 2"),
        (lambda rows: [*rows[:-1], rows[-1] | {"patient": "p0"}], "patient", "two_groups", "p7"),
    ],
)
def test_groups_that_make_no_sense_are_refused(tmp_path, change, group, key, named):
    found, text = refused(tmp_path, as_csv(change(patients())), Question("a", group=group))
    assert found == key
    assert named in text


@pytest.mark.parametrize(
    "names",
    [
        ("model", "run", "item", "score"),
        ("estimator_name", "seed", "id", "value"),
        ("Model_Name", "trial", "example", "result"),
    ],
)
def test_columns_of_other_tools_are_read(tmp_path, names):
    expected = scores(written(tmp_path, HEADER + BODY))
    found = scores(written(tmp_path, ",".join(names) + "\n" + BODY))
    assert {arm: values.tolist() for arm, values in found.items()} == {
        arm: values.tolist() for arm, values in expected.items()
    }


def test_own_names_count_before_those_of_other_tools(tmp_path):
    rows = scorefile.read(written(tmp_path, "arm,model,seed,run,item,score\na,m,0,7,1,0.5\n"))
    assert (rows.columns["arm"], rows.columns["seed"]) == (["a"], ["0"])
    assert rows.others == {"model": ["m"], "run": ["7"]}


class Frame:
    """What a polars frame offers, as far as it is used."""

    def __init__(self, columns):
        self.columns = list(columns)
        self._values = columns

    def get_columns(self):
        return list(self._values.values())

    def to_dict(self, *, as_series=True):
        assert not as_series
        return self._values


def test_frames_of_polars_and_pandas_are_read():
    rows = patients(shift=0.2)
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    expected = verdict(rows, Question("a", group="patient")).rows[0].answer
    for frame in (Frame(columns), columns):
        assert verdict(frame, Question("a", group="patient")).rows[0].answer == expected
