"""What looks like groups, classes of nearly one name and files that are no images: suggested or
named, never decided; and what `alih new` writes for sets of different sizes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from alih import cli
from alih.datafiles import folders, tables
from alih.datafiles.likely_groups import likely
from alih.datafiles.survey import looks_gray
from alih.study.catalogue import lookup as listings
from alih.study.loading import load


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    listings.forget()


def put(root: Path, *names: str, mode: str = "RGB") -> Path:
    for at, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(at).integers(0, 256, (80, 90, 3), dtype=np.uint8)
        Image.fromarray(noise).convert(mode).save(root / name)
    return root


def named(form: str, groups: int = 6, each: int = 3) -> list[str]:
    return [form.format(c=c, g=g, i=i) for c in "ab" for g in range(groups) for i in range(each)]


@pytest.mark.parametrize(
    ("form", "count", "example"),
    [
        ("{c}/patient{g}_{i}.png", 6, "patient0"),
        ("{c}/x_Video {g} frame{i}.png", 6, "Video 0"),
        ("{c}/P{g}_left_{i}.png", 6, "P0"),
        ("{c}/{c}day{g}/{i}.png", 12, "aday0"),
        ("{c}/IMG_{g}{i}.png", 0, ""),
        ("{c}/{c}_{g}{i}.png", 0, ""),
        ("{c}/{g}{i}.png", 0, ""),
        ("{c}/tree {c}{g}{i}.png", 0, ""),
        ("{c}/tree {g}{i}.png", 0, ""),
    ],
)
def test_groups_in_names(tmp_path, form, count, example):
    for name in named(form):
        (tmp_path / "d" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "d" / name).write_bytes(b"")
    found = likely(folders.scan(tmp_path / "d", sure=True))
    assert (found.count, found.example) == (count, example) if count else found is None


def test_groups_in_a_table_and_in_one_beside_the_folder(tmp_path):
    names = put(tmp_path / "d", *named("{c}/{g}{i}.png")) and named("{c}/{g}{i}.png")
    rows = [f"d/{name},{name[0]},{name[2]},7" for name in names]
    (tmp_path / "t.csv").write_text("path,label,Patient ID,age\n" + "\n".join(rows) + "\n")
    (tmp_path / "junk.csv").write_bytes(b"\xff\xfe\0")
    found = likely(tables.read(tmp_path / "t.csv"))
    assert (found.group, found.count) == ("Patient ID", 6)
    beside = likely(folders.scan(tmp_path / "d"))
    assert (beside.group, beside.table) == ("Patient ID", tmp_path / "t.csv")


def test_a_new_study_suggests_groups_and_decides_nothing(tmp_path, capsys):
    put(tmp_path / "d", *named("{c}/patient{g}_{i}.png"))
    assert cli.run(["new", "n", "--data", "d"]) == 0
    assert "A041 File names seem to name 6 groups, such as patient0" in capsys.readouterr().out
    text = Path("n.yaml").read_text()
    study = load("n.yaml")
    assert (study.split.group, study.split.repeats) == (None, 3)
    line = next(line for line in text.splitlines() if line.startswith("# split:"))
    Path("n.yaml").write_text(
        "\n".join(line[2:] if line.startswith(("split:", "# split:")) else line
                  for line in text.splitlines() if not line.startswith("split:"))
    )  # fmt: skip
    assert load("n.yaml").split.group == "(?i)(patient[ _-]?\\d+)", line
    assert cli.run(["check", "n.yaml"]) == 0
    assert "A041" not in capsys.readouterr().out


def test_groups_of_a_table_that_no_split_can_keep(tmp_path, capsys):
    names = named("{c}/{g}{i}.png", each=2)
    put(tmp_path, *names)
    for groups, said in (("p", "all images belong to one group, 'p'"), ("pq", "cannot be divided")):
        rows = [f"{name},{name[0]},{groups[-1] if name[0] == 'a' else 'p'}" for name in names]
        (tmp_path / "t.csv").write_text("path,label,group\n" + "\n".join(rows) + "\n")
        listings.forget()
        assert cli.run(["new", "n", "--data", "t.csv"]) == 2
        assert said in capsys.readouterr().err
        assert not Path("n.yaml").exists()


def test_gray_images_get_a_small_network_and_no_flips(tmp_path):
    put(tmp_path / "d", *named("{c}/{g}{i}.png"), mode="L")
    assert looks_gray(folders.scan(tmp_path / "d"))
    assert cli.run(["new", "n", "--data", "d"]) == 0
    study = load("n.yaml")
    assert list(study.arms) == ["finetuned", "random", "head", "features", "small"]
    assert (study.data.channels, study.augment) == (1, {"shift": 3, "rotation": 5.0})
    put(tmp_path / "d", "a/x.png", "a/y.png", "b/x.png", "b/y.png", "b/z.png")
    assert not looks_gray(folders.scan(tmp_path / "d"))


def test_classes_of_nearly_one_name_and_files_that_are_no_images(tmp_path, capsys):
    put(tmp_path / "d", *(f"{c}/{i}.png" for c in ("Red_fox", "red fox", "owl") for i in range(9)))
    (tmp_path / "d" / "owl" / "text.jpg").write_text("no image")
    (tmp_path / "d" / "owl" / "gone.jpg").symlink_to("/nowhere/at/all.jpg")
    assert cli.run(["new", "n", "--data", "d"]) == 0
    told = capsys.readouterr().out
    assert (
        "A040 Classes whose names differ only in capitals, spaces, - or _: Red_fox = red fox."
        in told
    )
    assert "A011 2 of 29 files that were looked at cannot be read as images: owl/gone.jpg" in told
    assert cli.run(["check", "n.yaml"]) == 2
    assert "owl/text.jpg" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("filename,class\n", "If 'filename' is meant, rename it to 'path'"),
        ("path,kelas\n", "If 'kelas' is meant, rename it to 'label'"),
        ("path,label\na/00,a\nb/00,b\n", "there is '00.png' for '00'"),
        ("path,label,split\na/00.png,A,train\nb/00.png,b,train\na/01.png,a,test\n",
         "'a' looks like another spelling of 'A'"),
    ],
)  # fmt: skip
def test_slips_in_a_table_are_named_with_what_was_meant(tmp_path, capsys, lines, told):
    put(tmp_path, "a/00.png", "b/00.png", "a/01.png")
    (tmp_path / "t.csv").write_text(lines)
    assert cli.run(["new", "n", "--data", "t.csv"]) == 2
    assert told in capsys.readouterr().err


def test_images_beside_class_folders_that_are_not_there(tmp_path, capsys):
    put(tmp_path / "d", "cat_1.png", "dog_1.png")
    assert cli.run(["new", "n", "--data", "d"]) == 2
    said = capsys.readouterr().err
    assert "2 images lie directly in it, such as 'cat_1.png'" in said


def test_a_class_that_lies_in_one_group_is_named(tmp_path, capsys):
    names = named("{c}/{g}{i}.png")
    put(tmp_path, *names)
    rows = [f"{name},{name[0]},{'only' if name[0] == 'b' else name[2]}" for name in names]
    (tmp_path / "t.csv").write_text("path,label,group\n" + "\n".join(rows) + "\n")
    assert cli.run(["new", "n", "--data", "t.csv"]) == 0
    told = capsys.readouterr().out
    assert "A007 1 class lies in a single group: b." in told
    assert "b (18)" not in told, "told once"
