"""Folders of images with masks: what belongs together, what ids stand for, and everything that is
refused, by file and key."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.conftest import SHARED_DATA

from alih import cli
from alih.datafiles import mask_classes as masks
from alih.datafiles import mask_folders as maskfolders
from alih.datafiles.contents import content
from alih.datafiles.listing import PARTS
from alih.errors import AlihError
from alih.study import starter
from alih.study.catalogue import lookup as listings
from alih.study.catalogue.lookup import listing_of
from alih.study.catalogue.sets import facts_of
from alih.study.document.data import DataSpec
from alih.study.document.problems import StudyError
from alih.study.document.study import Study
from alih.study.loading import load
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.study.planning.recipes import factors
from alih.study.reading.yamlfile import parse


@pytest.fixture(autouse=True)
def _afresh(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    listings.forget()


def png(path: Path, values, mode: str | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(np.asarray(values, np.uint8))
    (picture.convert(mode) if mode else picture).save(path)
    return path


def pair(root: Path, name: str, values) -> None:
    values = np.asarray(values, np.uint8)
    png(root / "images" / f"{name}.png", np.full((*values.shape, 3), 90))
    png(root / "masks" / f"{name}.png", values)


def folder(root: Path, ids=(0, 255), count: int = 6) -> Path:
    for index in range(count):
        pair(root, f"{index:02d}", np.resize(ids, (8, 10)))
    return root


def found(root: Path, **keys):
    listings.forget()
    return listing_of(DataSpec(folder=str(root), **keys), task="segmentation")


def refused(root: Path, **keys) -> AlihError:
    with pytest.raises(AlihError) as caught:
        found(root, **keys)
    assert caught.value.exit_code == 2
    return caught.value


@pytest.mark.parametrize(
    ("ids", "lines", "names", "numbers", "ignore"),
    [
        ((0, 255), None, ("background", "object"), ((0,), (255,)), ()),
        ((0, 255), "road\ncar\n", ("road", "car"), ((0,), (255,)), ()),
        ((0, 1, 2), None, ("0", "1", "2"), ((0,), (1,), (2,)), ()),
        ((0, 1, 255), None, ("0", "1"), ((0,), (1,)), (255,)),
        ((1, 2, 3), None, ("1", "2", "3"), ((1,), (2,), (3,)), ()),
        ((0, 2), "sky\nroad\ncar\n", ("sky", "road", "car"), ((0,), (1,), (2,)), ()),
        ((1, 2, 3, 255), "sky\nroad\ncar\n", ("sky", "road", "car"), ((1,), (2,), (3,)), (255,)),
        ((0, 85, 170), None, ("0", "85", "170"), ((0,), (85,), (170,)), ()),
    ],
)
def test_ids_become_classes(tmp_path, ids, lines, names, numbers, ignore):
    root = folder(tmp_path / "data", ids)
    if lines:
        (root / "classes.txt").write_text(lines)
    listing = found(root)
    assert (listing.masks.names, listing.masks.ids, listing.masks.ignore) == (
        names,
        numbers,
        ignore,
    )
    assert facts_of(DataSpec(folder=str(root)), "segmentation").classes == len(names)
    assert [item.mask for item in listing.items][:2] == ["masks/00.png", "masks/01.png"]


def test_the_document_names_classes_in_its_order(tmp_path):
    root = folder(tmp_path / "data", (0, 1, 2, 9))
    listing = found(root, masks={"car": 2, "rest": [1, 0], "ignore": 9})
    assert listing.masks.names == ("car", "rest")
    table = listing.masks.table()
    assert [int(table[number]) for number in (0, 1, 2, 9)] == [1, 1, 0, masks.IGNORE]


def test_ready_parts_sub_folders_and_mask_endings(tmp_path):
    for part, count in (("train", 5), ("Valid", 2), ("test", 3)):
        folder(tmp_path / "data" / part, (0, 1), count)
    png(tmp_path / "data" / "train" / "images" / "more" / "x.png", np.zeros((4, 4, 3)))
    png(tmp_path / "data" / "train" / "masks" / "more" / "x_mask.png", [[0, 1, 1, 0]] * 4)
    listing = found(tmp_path / "data")
    assert [listing.count(part) for part in PARTS] == [6, 2, 3]
    assert ("train/images/more/x.png", "train/masks/more/x_mask.png") in [
        (i.path, i.mask) for i in listing.items
    ]


@pytest.mark.parametrize(
    ("lost", "told"), [("masks", "images/ but no masks/"), ("images", "masks/ but no images/")]
)
def test_half_a_part_is_not_passed_over(tmp_path, lost, told):
    for part in ("train", "test"):
        folder(tmp_path / "data" / part, (0, 1), 3)
    (tmp_path / "data" / "test" / lost).rename(tmp_path / "data" / "test" / "labels")
    error = refused(tmp_path / "data")
    assert error.key == "study.mask_half_part"
    assert str(tmp_path / "data" / "test") in str(error)
    assert told in str(error)
    assert maskfolders.is_mask_folder(tmp_path / "data")


def test_each_mask_is_read_once_until_it_changes(tmp_path, monkeypatch):
    root = folder(tmp_path / "data", (0, 1))
    looked: list[str] = []
    original = maskfolders._look
    monkeypatch.setattr(
        maskfolders,
        "_look",
        lambda r, item, limit: looked.append(item.mask) or original(r, item, limit),
    )
    before = content(found(root))
    found(root)
    assert len(looked) == 6
    png(root / "masks" / "03.png", np.ones((8, 10)))
    listing = found(root)
    assert looked[6:] == ["masks/03.png"]
    assert content(listing) != before, "a changed mask is another set"
    png(root / "masks" / "03.png", np.full((8, 10), 7))
    assert refused(root, masks={"a": 0, "b": 1}).values["ids"] == "7"


@pytest.mark.parametrize(
    ("damage", "key", "told"),
    [
        (
            lambda r: (r / "masks" / "02.png").unlink(),
            "study.mask_missing",
            ["02.png", "1 image has"],
        ),
        (lambda r: (r / "images" / "02.png").unlink(), "study.mask_without_image", ["02.png"]),
        (
            lambda r: png(r / "masks" / "02.png", np.zeros((10, 8))),
            "study.mask_size",
            ["02.png", "8 × 10", "10 × 8"],
        ),
        (
            lambda r: png(r / "masks" / "02.png", np.full((8, 10), 9)),
            "study.mask_beyond",
            ["02.png", "9", "0, 1"],
        ),
        (
            lambda r: png(r / "masks" / "02.png", np.zeros((8, 10, 3))),
            "study.mask_colour",
            ["02.png", "RGB", "palette"],
        ),
        (
            lambda r: png(r / "masks" / "02.png", np.zeros((8, 10, 4))),
            "study.mask_colour",
            ["02.png", "RGBA"],
        ),
        (
            lambda r: (r / "masks" / "02.png").write_bytes(b""),
            "study.mask_unreadable",
            ["masks/02.png"],
        ),
        (
            lambda r: (r / "images" / "02.png").write_bytes(b"text"),
            "study.mask_unreadable",
            ["images/02.png"],
        ),
        (
            lambda r: png(r / "masks" / "02.jpg", np.zeros((8, 10))),
            "study.mask_format",
            ["02.jpg", "PNG"],
        ),
        (
            lambda r: png(r / "images" / "02.jpg", np.zeros((8, 10))),
            "study.mask_name_twice",
            ["02.jpg", "02.png"],
        ),
        (
            lambda r: (r / "masks").rename(r / "labels"),
            "study.mask_folder_form",
            ["images/ and masks/"],
        ),
        (lambda r: r.rename(r.parent / "gone"), "study.folder_absent", ["data"]),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, damage, key, told):
    root = folder(tmp_path / "data", (0, 1))
    damage(root)
    error = refused(root, masks={"a": 0, "b": 1})
    assert error.key == key
    assert all(part in str(error) for part in told), str(error)


def test_ids_beyond_the_lines_of_classes_txt(tmp_path):
    root = folder(tmp_path / "data", (0, 1, 2))
    (root / "classes.txt").write_text("a\nb\nc\n")
    pair(root, "odd", np.resize((0, 7, 8), (8, 10)))
    error = refused(root)
    assert (error.key, error.values["ids"], error.values["count"]) == (
        "study.mask_beyond",
        "7, 8",
        1,
    )
    assert error.values["path"].endswith("odd.png")


def test_lines_of_classes_txt_that_may_begin_at_0_or_1_are_no_guess(tmp_path):
    root = folder(tmp_path / "data", (1, 2, 3, 4))
    (root / "classes.txt").write_text("a\nb\nc\nd\ne\n")
    error = refused(root)
    assert (error.key, error.values["ids"], error.values["count"]) == (
        "study.mask_names_unsure",
        "1, 2, 3, 4",
        5,
    )
    assert "`masks: {" in str(error)
    assert found(root, masks={"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}).masks.names == (
        "a",
        "b",
        "c",
        "d",
        "e",
    )
    pair(root, "fifth", np.resize((5,), (8, 10)))
    assert found(root).masks.ids == ((1,), (2,), (3,), (4,), (5,)), "all ids occur"
    pair(root, "zero", np.resize((0,), (8, 10)))
    (root / "masks" / "fifth.png").unlink()
    (root / "images" / "fifth.png").unlink()
    assert found(root).masks.ids == ((0,), (1,), (2,), (3,), (4,))


def test_check_says_what_255_was_taken_for(tmp_path, capsys):
    root = folder(tmp_path / "data", (0, 1), count=8)
    document = tmp_path / "s.yaml"
    text = STUDY.replace(", masks", "").replace("  masks: {a: 0, b: 1}\n", "")
    model = "arms: {x: {model: {name: unet, width: 4, depth: 2}}}\ntrain: {batch_size: 2}\n"
    document.write_text(text.replace("arms: {x: {model: {layers: [{conv: 4}]}}}\n", model))

    def said() -> str:
        listings.forget()
        assert cli.run(["check", str(document)]) == 0
        return capsys.readouterr().out

    assert "A009" not in said()
    pair(root, "other", np.resize((0, 255), (8, 10)))
    assert "255 was taken for pixels to ignore; 1 of 9 masks holds it" in said()
    for file in (root / "masks").iterdir():
        png(file, np.resize((0, 255), (8, 10)))
    assert "255 was taken for the class 'object'; 9 of 9 masks hold it" in said()
    document.write_text(
        document.read_text().replace("image_size: 8", "image_size: 8\n  masks: {a: 0, b: 255}")
    )
    assert "A009" not in said(), "the study says it"


def test_stray_values_of_smoothed_masks(tmp_path):
    root = folder(tmp_path / "data", (0, 255))
    pair(root, "smooth", np.resize((0, 255, 128, 64), (8, 10)))
    error = refused(root)
    assert (error.key, error.values["ids"], error.values["count"]) == (
        "study.mask_strays",
        "64, 128",
        1,
    )
    assert error.values["path"].endswith("smooth.png")
    photograph = folder(tmp_path / "photo", range(80))
    assert refused(photograph).key == "study.mask_strays"


def test_masks_without_anything_to_tell_apart(tmp_path):
    assert refused(folder(tmp_path / "one", (0, 0))).key == "study.mask_one_class"
    root = folder(tmp_path / "void", (0, 1, 255))
    pair(root, "empty", np.full((8, 10), 255))
    error = refused(root)
    assert error.key == "study.mask_ignored_only"
    assert "empty.png" in str(error)


def test_palette_black_and_white_and_deep_masks_hold_ids(tmp_path):
    root = folder(tmp_path / "data", (0, 1))
    palette = Image.fromarray(np.resize((0, 1, 2), (8, 10)).astype(np.uint8), "L")
    palette.putpalette([0, 0, 0, 200, 0, 0, 0, 0, 200])
    assert palette.mode == "P"
    palette.save(root / "masks" / "00.png")
    assert found(root).masks.names == ("0", "1", "2"), "indices, not colours"
    Image.fromarray(np.resize((0, 1, 40_000), (8, 10)).astype(np.uint16)).save(
        root / "masks" / "01.png"
    )
    assert found(root, masks={"a": 0, "b": [1, 2], "c": 40_000}).masks.ids[2] == (40_000,)
    bits = folder(tmp_path / "bits", (0, 255))
    for file in sorted((bits / "masks").iterdir()):
        png(file, np.resize((0, 255), (8, 10)), "1")
    assert found(bits).masks.names == ("background", "object")


# --- Documents
# ----------------------------------------------------------------------------------------------

STUDY = """\
title: t
task: segmentation
data:
  folder: data
  image_size: 8
  masks: {a: 0, b: 1}
arms: {x: {model: {layers: [{conv: 4}]}}}
compare: {baseline: x}
"""


def problems(tmp_path: Path, text: str) -> dict[str, tuple[str, str]]:
    (tmp_path / "s.yaml").write_text(text)
    listings.forget()
    with pytest.raises(StudyError) as caught:
        load(tmp_path / "s.yaml")
    return {p.key: (p.path, p.where.rsplit(":", 1)[-1]) for p in caught.value.problems}


@pytest.mark.parametrize(
    ("old", "new", "key", "path", "line"),
    [
        ("{a: 0, b: 1}", "{a: 0, b: 0}", "study.mask_id_twice", "data.masks.b", "6"),
        ("{a: 0, b: 1}", "{a: 0, b: 70000}", "study.mask_id_range", "data.masks.b", "6"),
        ("{a: 0, b: 1}", "{a: 0, b: []}", "study.mask_no_ids", "data.masks.b", "6"),
        ("{a: 0, b: 1}", "{a: 0, ignore: 1}", "study.mask_class_count", "data.masks.a", "6"),
        ("{a: 0, b: 1}", "{a: 0, b: 2}", "study.mask_beyond", "data.masks", "6"),
        ("{a: 0, b: 1}", "{a: zero}", "study.wrong_type", "data.masks", "6"),
        ("{a: 0, b: 1}", "[a, b]", "study.wrong_type", "data.masks", "6"),
        (
            "task: segmentation",
            "task: classification",
            "study.masks_without_task",
            "data.masks",
            "6",
        ),
        (
            "  masks: {a: 0, b: 1}",
            "  classes: [a, b]",
            "study.mask_folder_classes",
            "data.classes",
            "6",
        ),
        ("folder: data", "set: fashion-mnist", "study.no_masks", "data.set", "4"),
        ("folder: data", "folder: nowhere", "study.folder_absent", "data.folder", "4"),
        ("  image_size: 8", "  max_pixels: 70", "study.image_too_large", "data.max_pixels", "5"),
        ("  image_size: 8", "  max_pixels: 0", "study.bound_gt", "data.max_pixels", "5"),
    ],
)
def test_problems_stand_at_their_key_and_line(tmp_path, old, new, key, path, line):
    folder(tmp_path / "data", (0, 1))
    found_here = problems(tmp_path, STUDY.replace(old, new))
    assert found_here.get(key) == (path, line), found_here


def test_a_folder_with_masks_under_classification_and_dice_without_masks(tmp_path):
    folder(tmp_path / "data", (0, 1))
    text = (
        STUDY.replace("task: segmentation\n", "").replace("  masks: {a: 0, b: 1}\n", "")
        + "train: {loss: dice}\n"
    )
    found_here = problems(tmp_path, text)
    assert found_here["study.masks_unread"] == ("data.folder", "3")
    assert found_here["study.loss_of_task"][0] == "train.loss"


def study(**data) -> Study:
    values = {
        "name": "s",
        "title": "t",
        "task": "segmentation",
        "data": data,
        "compare": {"baseline": "x"},
    }
    return Study.model_validate(
        {**values, "arms": {"x": {"model": {"layers": [{"conv": {"filters": 4}}]}}}}
    )


def test_identity_sees_what_ids_stand_for_and_the_masks_themselves(tmp_path):
    root = folder(tmp_path / "data", (0, 1))

    def parts(**keys):
        listings.forget()
        return plan.identity_parts(study(folder=str(root), image_size=8, **keys), Cell("x", 0, ()))

    default = parts()
    assert default["data.masks"] == [["0", [0]], ["1", [1]]]
    assert parts(masks={"0": 0, "1": 1}) == default, "written down or not"
    assert parts(max_pixels=10**9) == default, "a limit changes no result"
    assert parts(masks={"1": 1, "0": 0}) != default, "the order of classes is what networks learn"
    png(root / "masks" / "00.png", np.zeros((8, 10)))
    assert parts()["data.content"] != default["data.content"]


# --- Oxford-IIIT Pet
# ----------------------------------------------------------------------------------------


def pets(root: Path, trimaps: bool = True) -> Path:
    rows = {
        "trainval": ["Bengal_1 2 1 2", "Bengal_3 2 1 2", "Beagle_1 5 2 1"],
        "test": ["Bengal_2 2 1 2"],
    }
    for name, lines in rows.items():
        (root / "annotations").mkdir(parents=True, exist_ok=True)
        (root / "annotations" / f"{name}.txt").write_text("\n".join(lines) + "\n")
        for line in lines:
            png(root / "images" / f"{line.split()[0]}.jpg", np.zeros((6, 6, 3)))
            if trimaps:
                png(
                    root / "annotations" / "trimaps" / f"{line.split()[0]}.png",
                    np.resize((1, 2, 3), (6, 6)),
                )
    return root


def test_trimaps_keep_official_membership_and_breeds_as_strata(tmp_path):
    spec = DataSpec(set="oxford-iiit-pet", path=str(pets(tmp_path / "p")))
    listing = listing_of(spec, task="segmentation")
    assert listing.target_classes == ("pet", "border", "background")
    assert listing.classes == ("Bengal", "Beagle")
    assert [item.mask for item in listing.items][-1] == "annotations/trimaps/Bengal_2.png"
    assert (listing.count("train"), listing.count("test")) == (3, 1)
    one = listing_of(spec.model_copy(update={"classes": ["Bengal", "Beagle"]}), task="segmentation")
    assert one.count("train") == 3
    assert facts_of(DataSpec(set="oxford-iiit-pet"), "segmentation").classes == 3, (
        "known without the files"
    )
    assert listing_of(spec).masks is None, "the same folder classifies"


def test_trimaps_that_are_missing_or_misnamed(tmp_path):
    root = pets(tmp_path / "p", trimaps=False)
    spec = DataSpec(set="oxford-iiit-pet", path=str(root))
    with pytest.raises(
        AlihError,
        match=r"4 images have no trimap.*Bengal_1\.png|4 images have no trimap.*Beagle_1\.png",
    ):
        listing_of(spec, task="segmentation")
    pets(root)
    for wrong in ({"pet": 1, "background": 2}, {"pet": 1, "background": 2, "border": 3, "more": 4}):
        with pytest.raises(AlihError) as caught:
            listing_of(spec.model_copy(update={"masks": wrong}), fresh=True, task="segmentation")
        assert caught.value.key == "study.mask_pets_ids"
    binary = listing_of(
        spec.model_copy(update={"masks": {"pet": 1, "background": 2, "ignore": 3}}),
        task="segmentation",
    )
    assert (binary.masks.names, binary.masks.ignore) == (("pet", "background"), (3,))


@pytest.mark.realdata
def test_the_real_trimaps():
    place = SHARED_DATA / "pets_seg_192"
    if not place.is_dir():
        pytest.skip(f"{place} is not here")
    listing = listing_of(DataSpec(set="oxford-iiit-pet", path=str(place)), task="segmentation")
    assert (listing.count("train"), listing.count("test")) == (356, 335)
    assert all((place / item.mask).is_file() for item in listing.items)


# --- alih new
# -----------------------------------------------------------------------------------------------


def written(tmp_path: Path, place: Path, task: str | None = None) -> Study:
    file = starter.write("mine", str(place), tmp_path / "mine.yaml", task)
    values = parse(file.read_text(), "mine").values
    return Study.model_validate({"name": "mine", **values})


def test_new_for_a_folder_with_masks(tmp_path):
    root = folder(tmp_path / "my data", (0, 1, 255), count=40)
    (root / "classes.txt").write_text("back ground\n2\n")
    made = written(tmp_path, root)
    assert (made.task, made.primary) == ("segmentation", "iou_macro")
    assert made.data.masks == {"back ground": 0, "2": 1, "ignore": 255}
    assert set(made.arms) == {"finetuned", "random", "frozen", "plain"}
    assert factors(made, "random", made.compare.baseline) == ["model.weights: imagenet -> none"]
    assert made.split.scheme == "repeated-kfold"


def test_new_for_pets_of_either_task(tmp_path):
    root = pets(tmp_path / "p")
    made = written(tmp_path, root, "segmentation")
    assert (made.task, made.data.set, made.data.masks) == (
        "segmentation",
        "oxford-iiit-pet",
        masks.PETS,
    )
    (tmp_path / "mine.yaml").unlink()
    assert written(tmp_path, root).task == "classification"
    (tmp_path / "mine.yaml").unlink()
    with pytest.raises(AlihError, match="segmentation"):
        starter.write("mine", str(root), tmp_path / "mine.yaml", "segmenting")
