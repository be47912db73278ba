"""Sets that a table names, and groups that no split divides: what is read, what is refused, what a
study makes of it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import alih
from alih.data.domains import domains
from alih.data.load import load
from alih.errors import AlihError
from alih.executors import prepare
from alih.runs.folder import StudyFolder
from alih.runs.reading import as_rows
from alih.runs.status import state_of_data
from alih.study.catalogue import lookup
from alih.study.catalogue.lookup import listing_of
from alih.study.document.data import DataSpec
from alih.study.document.problems import StudyError
from alih.study.document.split import Holdout, RepeatedKFold
from alih.study.planning import groups, plan

COLOURS = {"cat": 40, "dog": 200}


def picture(path: Path, value: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full((8, 6, 3), value, np.uint8)
    pixels[0, : len(path.stem), 0] = [ord(letter) for letter in path.stem]  # no two files are equal
    Image.fromarray(pixels).save(path)


@pytest.fixture
def table(tmp_path):
    """Twelve images of three patients a class, in folders that say nothing about classes."""
    rows = ["path,label,group,split"]
    for number in range(12):
        label = list(COLOURS)[number % 2]
        path = f"pictures/{number % 6}_{number}.png"
        picture(tmp_path / path, COLOURS[label])
        rows.append(f"{path},{label},patient {number % 6},train")
    return write(tmp_path, rows)


def write(folder, rows, separator=","):
    place = folder / "images.csv"
    text = "\n".join(row.replace(",", separator) for row in rows) + "\n"
    place.write_text(text, encoding="utf-8")
    return place


def listed(place, **values):
    return listing_of(DataSpec(table=str(place), **values), fresh=True)


def rows_of(place):
    return place.read_text(encoding="utf-8").splitlines()


def test_a_table_names_images_classes_parts_and_groups(table):
    rows = rows_of(table)
    rows[3] = rows[3].replace("train", "Validation")
    rows[4] = rows[4].replace("train", "test")
    found = listed(write(table.parent, rows))
    assert found.classes == ("cat", "dog")
    assert [found.count(part) for part in ("train", "validation", "test")] == [10, 1, 1]
    assert (found.items[-1].path, found.items[-1].label) == ("pictures/3_3.png", 1)
    assert found.columns["group"][-1] == "patient 3"
    assert [item.part for item in found.items] == sorted(item.part for item in found.items)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_spreadsheets_separate_by_semicolons_or_tabs(table, separator):
    plain = list(listed(table).items)
    assert list(listed(write(table.parent, rows_of(table), separator)).items) == plain


def test_column_names_in_any_case_and_order_and_a_mark_at_the_start(table):
    plain = listed(table)
    rows = [row.split(",") for row in rows_of(table)]
    turned = "\ufeff" + "\r\n".join(",".join(row[::-1]) for row in rows).replace("label", "Label")
    table.write_text(turned, encoding="utf-8", newline="")
    assert list(listed(table).items) == list(plain.items)


def test_classes_that_are_numbers_are_sorted_as_numbers(table):
    rows = [row.replace(",cat,", ",10,").replace(",dog,", ",9,") for row in rows_of(table)]
    assert listed(write(table.parent, rows)).classes == ("9", "10")


def test_rows_are_chosen_by_a_column_before_anything_else_is_asked_of_them(table):
    rows = rows_of(table)
    rows[12] = rows[12].replace(",dog,", ",fox,").replace("train", "nowhere")  # patient 5
    write(table.parent, rows)
    found = listed(table, where={"group": ["patient 0", "patient 1"]})
    assert [item.path for item in found.items] == [
        f"pictures/{n % 6}_{n}.png" for n in (0, 6, 1, 7)
    ]
    assert found.columns["group"] == ("patient 0", "patient 0", "patient 1", "patient 1")
    with pytest.raises(AlihError) as caught:  # lines are those of the file
        listed(table, where={"group": ["patient 4", "patient 5"]})
    assert (caught.value.key, caught.value.values["line"]) == ("study.table_part", 13)
    for where, key in (
        ({"site": "A"}, "study.where_column"),
        ({"group": 7}, "study.where_value"),
        ({"label": "cat", "group": "patient 1"}, "study.where_nothing"),
    ):
        with pytest.raises(AlihError) as caught:
            listed(table, where=where)
        assert caught.value.key == key


def test_another_column_can_hold_the_classes(table):
    found = listed(table, label="group")
    assert found.classes[0] == "patient 0"
    groups = [found.classes[item.label] for item in found.items]
    assert groups == list(listed(table).columns["group"])
    assert "label" in found.columns
    with pytest.raises(AlihError) as caught:
        listed(table, label="site")
    assert (caught.value.key, caught.value.values["name"]) == ("study.table_no_column", "site")


def test_a_choice_by_columns_stands_at_its_key_and_belongs_to_the_identity(table):
    def text(data):
        arms = "arms: {a: {model: dcnn, train: {batch_size: 2}}}"
        return f"title: t\ndata: {data}\n{arms}\ncompare: {{baseline: a}}\n"

    patients = [f"patient {number}" for number in range(5)]
    file = table.parent / "study.yaml"
    file.write_text(text(f"{{table: {table}, image_size: 32, where: {{site: A}}}}"))
    with pytest.raises(StudyError) as caught:
        alih.load(file)
    assert [(one.path, one.key) for one in caught.value.problems] == [
        ("data.where", "study.where_column")
    ]
    file.write_text(text("{set: fashion-mnist-mini, label: site}"))
    with pytest.raises(StudyError) as caught:
        alih.load(file)
    assert [(one.path, one.key) for one in caught.value.problems] == [
        ("data.label", "study.where_no_columns")
    ]
    file.write_text(text("{set: fashion-mnist-mini, where: {site: A}}"))
    with pytest.raises(StudyError) as caught:
        alih.load(file)
    assert caught.value.problems[0].key == "study.where_no_columns"
    where = f"where: {{group: [{', '.join(patients)}]}}"
    file.write_text(text(f"{{table: {table}, image_size: 32, {where}}}"))
    study = alih.load(file)
    parts = plan.identity_parts(study, plan.cells(study)[0])
    assert parts["data.where.group"] == patients


def change(line, old, new):
    return lambda rows: [
        row.replace(old, new) if at == line - 1 else row for at, row in enumerate(rows)
    ]


@pytest.mark.parametrize(
    ("spoil", "key", "values"),
    [
        (change(1, "label", "klass"), "study.table_no_column", {"name": "label"}),
        (change(1, "path", "File"), "study.table_no_column", {"name": "path"}),
        (change(1, "group", "split"), "study.table_column_twice", {"name": "split"}),
        (change(3, "dog", ""), "study.table_empty_cell", {"line": 3, "name": "label"}),
        (change(4, "train", " "), "study.table_empty_cell", {"line": 4, "name": "split"}),
        (change(5, "train", "tests"), "study.table_part", {"line": 5, "got": "tests"}),
        (change(6, ",train", ""), "study.table_width", {"line": 6, "got": 3, "expected": 4}),
        (change(7, "5_5.png", "gone.png"), "study.table_absent_files", {"count": 1}),
        (change(8, "0_6.png", "./0_0.png"), "study.table_twice", {"line": 8, "first": 2}),
        (change(2, "pictures/0_0.png", "images.csv"), "study.table_format", {"line": 2}),
        (
            change(2, "cat,patient 0,train", "cow,x,test"),
            "study.table_untrained_class",
            {"line": 2},
        ),
        (lambda rows: rows[:1], "study.table_only_header", {}),
        (lambda rows: [row.replace("dog", "cat") for row in rows], "study.table_one_class", {}),
        (
            lambda rows: [row.replace("train", "test") for row in rows],
            "study.table_no_training",
            {},
        ),
        (lambda rows: [rows[0], '"' + rows[1]], "study.table_no_csv", {}),
        (change(1, "label", "mask"), "study.table_other_task_label", {}),
    ],
)
def test_bad_tables_are_told_with_their_line(table, spoil, key, values):
    with pytest.raises(AlihError) as raised:
        listed(write(table.parent, spoil(rows_of(table))))
    assert raised.value.key == key
    assert values.items() <= raised.value.values.items()
    assert "images.csv" in str(raised.value)


@pytest.mark.parametrize(
    ("content", "key", "line"),
    [
        (b"path,label\na.png,caf\xe9\n", "study.table_not_utf8", 2),
        ("path,label\na.png,b\n".encode("utf-16"), "study.table_no_text", None),
        (b"PK\x03\x04rest", "study.table_no_text", None),
        (b" \n", "study.table_empty", None),
    ],
)
def test_what_is_no_table(tmp_path, content, key, line):
    place = tmp_path / "images.csv"
    place.write_bytes(content)
    with pytest.raises(AlihError) as raised:
        listed(place)
    assert raised.value.key == key
    assert raised.value.values.get("line") == line


def test_no_table_at_all(tmp_path):
    for place, key in ((tmp_path / "no.csv", "table_absent"), (tmp_path, "file_unreadable")):
        with pytest.raises(AlihError) as raised:
            listed(place)
        assert raised.value.key == f"study.{key}"


def test_a_table_of_masks(tmp_path):
    rows = ["mask,path"]
    for number in range(4):
        picture(tmp_path / f"a/{number}.png", 50 * number)
        (tmp_path / "m").mkdir(exist_ok=True)
        mask = np.zeros((8, 6), np.uint8)
        mask[:number] = 255
        Image.fromarray(mask).save(tmp_path / f"m/of-{number}.png")
        rows.append(f"m/of-{number}.png,a/{number}.png")
    spec = DataSpec(table=str(write(tmp_path, rows)), image_size=8)
    images = load(spec, task="segmentation")
    assert images.classes == ("background", "object")
    assert images.masks.shape == (4, 8, 8)
    assert images.masks[3].sum() == 3 * 8
    assert images.items.mask[3] == "m/of-3.png"


def names(found):
    return [found.names[number] for number in found.numbers]


def test_groups_by_column_and_by_pattern(table):
    spec = DataSpec(table=str(table))
    by_default = groups.of_data(spec, Holdout(), "classification")
    assert len(by_default.names) == 6
    named = groups.of_data(spec, Holdout(group="group"), "classification")
    assert names(named) == names(by_default)
    folder = [f"pictures/{n % 6}_{n}.png" for n in range(12)]
    first = groups.of(folder, [0] * 12, None, Holdout(group=r"(\d+)_"))
    whole = groups.of(folder, [0] * 12, None, Holdout(group=r"\d+_"))
    assert names(first) == [str(n % 6) for n in range(12)]
    assert names(whole) == [f"{n % 6}_" for n in range(12)]
    # The same items together: the same digest, whatever says so.
    assert first.card() == whole.card()
    assert groups.of(folder, [0] * 12, None, Holdout()) is None


@pytest.mark.parametrize(
    ("group", "paths", "parts", "key", "values"),
    [
        ("(", ["a_1"], [0], "group_pattern", {}),
        ("z", ["a_1", "a_2"], [0, 0], "group_no_match", {"example": "a_1"}),
        ("b", ["b_1", "a_2", "a_3"], [0] * 3, "group_unmatched", {"count": 2, "names": "a_2, a_3"}),
        ("a(x)?", ["a_1", "ax"], [0, 0], "group_unmatched", {"names": "a_1"}),
        ("^.", ["a_1", "b_1", "a_2"], [0, 0, 2], "group_in_two_parts", {"names": "a"}),
        ("^.", ["a_1", "b_1", "a_2"], [0, 0, 1], "group_in_two_parts", {"count": 1}),
    ],
)
def test_bad_groups(group, paths, parts, key, values):
    with pytest.raises(AlihError) as raised:
        groups.of(paths, parts, None, Holdout(group=group))
    assert raised.value.key == f"study.{key}"
    assert values.items() <= raised.value.values.items()


def test_parts_that_join_may_share_groups():
    paths, parts = ["a_1", "b_1", "a_2"], [0, 0, 1]
    folds = RepeatedKFold(scheme="repeated-kfold", folds=2, group="^.")
    assert len(groups.of(paths, parts, None, folds).names) == 2
    assert len(groups.of(paths, parts, None, Holdout(group="^."), "paper").names) == 2


STUDY = """
title: t
data: {data}
split: {{validation: 0.3, test: 0.3{split}}}
seeds: 2
train: {{epochs: 1, batch_size: 2}}
model: {{layers: [{{flatten: {{}}}}, {{dense: {{units: 2}}}}]}}
arms: {{a: {{}}, b: {{train: {{lr: 0.01}}}}}}
compare: {{baseline: a}}
"""


def study_of(folder, data, split=""):
    file = folder / "study.yaml"
    file.write_text(STUDY.format(data=data, split=split), encoding="utf-8")
    return alih.load(file)


def identities(study):
    return [plan.identity(study, cell) for cell in plan.cells(study)]


def test_a_study_on_a_table(table, tmp_path):
    rows = [row.rsplit(",", 1)[0] for row in rows_of(table)]
    write(table.parent, rows)
    study = study_of(table.parent, "{table: ./images.csv, image_size: 8}")
    assert (study.data.table, study.data.name) == (str(table), "images")
    images = load(study.data)
    assert images.items.path[0] == "pictures/0_0.png"
    assert (images.items.width[0], images.items.height[0], images.items.format[0]) == (6, 8, "PNG")
    divided = images.divide(study.split, study.seed, 0)
    assert not set(divided.groups[divided.test]) & set(divided.groups[divided.train])
    root = tmp_path / "run"
    prepare.data_card(images, study).write(root)
    every = [domains({"target": images}, study, replicate)["target"] for replicate in range(2)]
    prepare._write_items(root / "items.csv", study, every)
    written = as_rows(())((root / "items.csv").read_bytes())
    assert list(written[0]) == ["item", "file", "label", "group", "split-0", "split-1"]
    assert [row["group"] for row in written[:2]] == ["patient 0", "patient 0"]
    assert [
        int(row["item"]) for row in written if row["split-0"] == "test"
    ] == divided.test.tolist()

    # Read later where the images are not, the folder still says what was kept together.
    there = state_of_data(StudyFolder(root), study)
    (table.parent / "images.csv").unlink()
    lookup.forget()
    assert state_of_data(StudyFolder(root), study) == there


def test_identities_know_groups_and_only_then(table):
    whole = study_of(table.parent, "{table: images.csv, image_size: 8}")
    parts = plan.identity_parts(whole, plan.cells(whole)[0])
    assert (
        parts["split.groups"]
        == groups.of_data(whole.data, whole.split, whole.task).card()["sha256"]
    )
    assert "split.group" not in parts
    before = identities(whole)
    renamed = write(table.parent, [row.replace("patient", "person") for row in rows_of(table)])
    lookup.forget()
    assert identities(study_of(renamed.parent, "{table: images.csv, image_size: 8}")) == before
    write(table.parent, [row.replace("person 1", "person 0") for row in rows_of(table)])
    lookup.forget()
    assert not set(identities(study_of(table.parent, "{table: images.csv, image_size: 8}"))) & set(
        before
    )


def problems(folder, data, split):
    with pytest.raises(StudyError) as raised:
        study_of(folder, data, split)
    return [(found.path, found.key) for found in raised.value.problems]


def test_problems_stand_at_their_key(table):
    here = table.parent
    data = "{table: images.csv, image_size: 8}"
    assert problems(here, data, ", group: no") == [("split.group", "study.group_column")]
    arrays = problems(here, "{set: fashion-mnist-mini}", ", group: x")
    assert ("split.group", "study.group_no_files") in arrays
    both = problems(here, "{table: images.csv, folder: x}", "")
    assert both == [("data", "study.set_or_folder")]
    assert problems(here, "{table: no.csv}", "") == [("data.table", "study.table_absent")]
    file = here / "folds.yaml"
    text = STUDY.replace(
        "{{validation: 0.3, test: 0.3{split}}}", "{{scheme: repeated-kfold, folds: 6}}"
    )
    text = text.replace("seeds: 2\n", "").format(data=data)
    lookup.forget()
    rows = [row.replace("patient 5", "patient 4") for row in rows_of(table)]
    write(here, rows)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as raised:
        alih.load(file)
    keys = [found.key for found in raised.value.problems]
    assert "data.groups_fewer_than_folds" in keys


def test_levels_that_groups_leave_no_room_for_are_refused_before_anything_runs(table):
    study = study_of(table.parent, "{table: images.csv, image_size: 8}")
    images = load(study.data)
    train = len(images.divide(study.split, study.seed, 0).train)
    asked = study.model_copy(update={"vary": {"train_images": [2, train + 1]}})
    with pytest.raises(AlihError) as raised:
        prepare._try_splits({"target": images}, asked)
    assert raised.value.key == "data.subset_count"
