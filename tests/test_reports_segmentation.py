"""The report of a segmentation study: tables of classes, masks beside their images, published
numbers without their averaging."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.support import fake_masks
from tests.support.html import Page, undrawn
from tests.support.spoken import heard, spoken

from alih import cli, words
from alih.datafiles.mask_classes import IGNORE
from alih.evaluation import segmentation
from alih.reports import build
from alih.reports.kit import mask_colours as masks
from alih.reports.kit.facts import gather
from alih.reports.study import classes
from alih.reports.study import data as provenance
from alih.reports.study import mask_pictures as maskpictures
from alih.reports.study import published as papernumbers
from alih.runs.folder import CellFolder
from alih.study.document.problems import StudyError
from alih.study.loading import load
from alih.study.planning.cells import Cell
from alih.verdicts import arm_runs as armruns
from alih.words import formats


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fake_masks.make(tmp_path_factory.mktemp("masks") / "shapes")


@pytest.fixture(scope="module")
def pages(study: Path) -> dict[str, str]:
    with pytest.MonkeyPatch.context() as patch:
        undrawn(patch)
        indonesian = build.write(study, "id").read_text(encoding="utf-8")
    return {"id": indonesian, "en": build.write(study, "en").read_text(encoding="utf-8")}


@pytest.mark.parametrize("lang", ["en", "id"])
def test_page_is_well_formed_accessible_and_complete(pages, study, lang):
    page = Page(pages[lang])
    assert page.faults == []
    assert all(
        image.get("alt") and (image["src"] or "").startswith("data:image/")
        for image in page.all("img")
    )
    assert len(page.all("table")) == len(page.all("caption"))
    heads = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert all(later - earlier <= 1 for earlier, later in pairwise(heads))
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    for link in page.all("a"):
        target = link["href"] or ""
        assert (
            (target[1:] in ids) if target.startswith("#") else (study / "report" / target).is_file()
        ), target
    assert "reports." not in page.text
    assert "glossary." not in page.text


def test_page_speaks_of_pixels_not_of_classification(pages):
    text = Page(pages["en"]).text
    for metric in ("IoU", "Dice"):
        assert f"{metric} per class and arm" in text
    for phrase in ("F1 per class", "Most frequent confusions", "Accuracy", "nan"):
        assert not re.search(rf"\b{phrase}\b", text), phrase
    # What the foreground is, and the tolerance of boundaries.
    assert "“background”" in text
    assert "1.0 pixels (48 × 48 images)" in text
    assert "mobilenetv2_100" in text


def test_iou_table_holds_the_stored_counts(study):
    facts = gather(study)
    group = next(group for group in facts.groups if group.arm == "imagenet")
    scored = [classes.scores_of(facts, one) for one in facts.groups]
    table = classes.overlap_table(facts, scored, "iou", classes.OF_IOU)
    row = next(row for row in table.rows if row[0] == "ImageNet encoder")
    stored = [CellFolder(study, Cell("imagenet", r, ())).scores() for r in (0, 1)]
    ious = []
    for scores in stored:
        counts = scores["counts"].sum(axis=0)
        hits = np.diagonal(counts)
        ious.append(hits / (counts.sum(axis=0) + counts.sum(axis=1) - hits))
    expected = [
        f"{100 * np.mean(c):.2f} ± {100 * np.std(c, ddof=1):.2f} %" for c in np.array(ious).T
    ]
    assert list(row[1:4]) == expected
    macro = np.mean(ious, axis=1)
    assert row[4] == f"{100 * macro.mean():.2f} ± {100 * macro.std(ddof=1):.2f} %"
    (own,) = [of for of in scored if of.group is group]
    assert own.matrix.sum() == own.total == sum(scores["counts"].sum() for scores in stored)


def test_an_absent_class_is_a_dash_and_left_out_of_the_mean(study):
    values = np.array([[np.nan, 0.5], [np.nan, 0.7]])
    assert classes.spread(values[:, 0]) == "–"
    assert classes.spread(values[:, 1]) == "60.00 ± 14.14 %"
    assert spoken("id", classes.spread, np.array([np.nan, 0.25])) == "25,00 %"


def test_rows_of_the_confusion_matrix_are_per_cent_of_the_true_class():
    matrix = np.array([[970, 30, 0], [0, 0, 0], [1, 0, 99_999]])
    cells = classes.matrix_cells(matrix, 1, counted=False)
    assert [cell["text"] for cell in cells[0]] == ["97.0", "3.0", "·"]
    assert [cell["text"] for cell in cells[1]] == ["·", "·", "·"]
    assert [cell["text"] for cell in cells[2]] == ["<0.1", "·", "100.0"]
    assert spoken("id", classes.matrix_cells, matrix, 1, False)[0][0]["text"] == "97,0"
    whole = classes.matrix_cells(np.array([[996, 4], [0, 3]]), 0, counted=True)
    assert [(cell["text"], cell["count"]) for cell in whole[0]] == [("100", "996"), ("<1", "4")]
    assert [(cell["text"], cell["count"]) for cell in whole[1]] == [("·", ""), ("100", "3")]


def test_colours_of_classes_differ_from_each_other_and_from_errors():
    names = ["background", *(f"class {n}" for n in range(18))]
    colours = masks.palette(names)
    assert (
        len({*colours, masks.MISSED, masks.ADDED, masks.WRONG, masks.IGNORED}) == len(colours) + 4
    )
    assert (
        masks.palette(["pet", "background"])[1]
        == masks.palette(["background", "pet"])[0]
        == masks.BACKGROUND
    )


def test_error_map_tells_missed_added_and_wrong_pixels():
    classes = ["pet", "border", "background"]
    mask = np.array([[0, 0, 0, 2, 2, 255]], np.uint8)
    prediction = np.array([[0, 1, 2, 2, 0, 0]], np.uint8)
    image = np.full((1, 6, 1), 100, np.uint8)
    found = [
        "#" + "".join(f"{v:02x}" for v in pixel)
        for pixel in masks.errors(image, mask, prediction, classes)[0]
    ]
    assert found == ["#282828", masks.WRONG, masks.MISSED, "#282828", masks.ADDED, masks.IGNORED]
    plain = masks.errors(image, mask, prediction, ["sky", "tree", "road"])[0]
    assert [tuple(pixel) == (255, 255, 255) for pixel in plain] == [
        False,
        True,
        True,
        False,
        True,
        False,
    ]


def test_overlay_leaves_the_background_and_ignored_pixels_as_they_are():
    image = np.full((1, 3, 3), 50, np.uint8)
    found = masks.overlay(image, np.array([[0, 2, 255]], np.uint8), ["pet", "border", "background"])
    assert (found[0, 1:] == 50).all()
    assert tuple(found[0, 0]) == tuple(round(0.55 * c + 0.45 * 50) for c in (0xE6, 0x9F, 0x00))


def test_disagreement_counts_scored_pixels_only():
    mask = np.array([[0, 0, 1, 255]], np.uint8)
    same, other = np.array([[0, 1, 1, 0]], np.uint8), np.array([[0, 0, 1, 1]], np.uint8)
    assert masks.disagreement(np.stack([same, other]), mask) == pytest.approx(1 / 3)
    assert masks.disagreement(np.stack([same, same]), mask) == 0
    assert masks.disagreement(np.stack([same, other]), np.full((1, 4), 255, np.uint8)) == 0


def test_the_data_note_says_where_validation_images_come_from(study):
    facts = gather(study)

    def said(counts=None, **changes) -> dict[str, dict]:
        changed = dataclasses.replace(facts, study=facts.study.model_copy(update=changes))
        if counts:
            changed.__dict__["data"] = facts.data.model_copy(update={"counts": counts})
        return heard(provenance.data_table, changed)

    counted = {"replicate": 0, "counts": "training 108, validation 12, test 40"}
    drawn = said()
    assert drawn["reports.masks_data_note"] == counted
    assert "reports.data_redrawn" in drawn
    ready = said({"train": {"images": 108}, "validation": {"images": 12}, "test": {"images": 40}})
    assert ready["reports.masks_data_note"] == counted
    assert "reports.data_ready" in ready
    split = {"scheme": "repeated-kfold", "folds": 2, "repeats": 1}
    folds = said(split=facts.study.split.model_copy(update=split))
    assert "reports.data_folds" in folds
    assert "reports.data_test_drawn" not in folds
    paper = said(protocol="paper")
    assert "reports.finding_D025" in paper
    assert "validation" not in paper["reports.masks_data_note"]["counts"]
    assert said(refit=True)["reports.masks_data_note"]["counts"].startswith("training 96,")


@pytest.mark.usefixtures("undrawn")
def test_under_the_protocol_of_a_paper_pictures_show_test_images(tmp_path):
    root = fake_masks.make(
        tmp_path / "shapes", n_test=8, n_validation=8, seeds=1, extra={"protocol": "paper"}
    )
    page = Page(build.write(root).read_text(encoding="utf-8"))
    both = words.say("reports.images_shown_paper")
    inputs = [image["alt"] for image in page.all("img") if f"({both})" in image["alt"]]
    assert inputs
    assert f"({both}: 8)" in page.text


def test_best_median_and_worst_are_those_of_the_stored_iou(study):
    facts = gather(study)
    group = next(group for group in facts.groups if group.arm == "plain")
    stored = CellFolder(study, Cell("plain", 0, ())).arrays("examples")
    order = stored["item"][np.argsort(-stored["iou"], kind="stable")]
    assert maskpictures.ranked(maskpictures.answers(group)) == [
        ("best", order[0]),
        ("median", order[len(order) // 2]),
        ("worst", order[-1]),
    ]
    few = {
        3: maskpictures.Answer(stored["prediction"][0], 0.4),
        4: maskpictures.Answer(stored["prediction"][1], float("nan")),
    }
    assert maskpictures.ranked(few) == [("best", 3)]


def test_rows_of_masks_are_named_by_their_files_where_these_were_noted(study):
    facts = gather(study)
    stored = maskpictures.scenes(facts)
    assert {row.file for row in maskpictures.triptychs(facts, facts.groups[0], stored)} == {""}
    facts.__dict__["file_names"] = {
        item: f"images/{item}.png" for item in stored
    }  # as read from items.csv
    rows = maskpictures.triptychs(facts, facts.groups[0], stored)
    assert [f"item {row.file[7:-4]}," for row in rows] == [
        row.note.partition(" IoU")[0] for row in rows
    ]
    _, disputed = maskpictures.disputed(facts, facts.groups, stored)
    assert [f"Item {row.file[7:-4]}" for row in disputed] == [row.head for row in disputed]


def test_the_most_disputed_image_is_the_one_with_most_differing_pixels(study):
    facts = gather(study)
    stored = maskpictures.scenes(facts)
    given = [maskpictures.answers(group) for group in facts.groups]
    found = maskpictures.most_disputed(given, stored)
    shares = {}
    for item, scene in stored.items():
        a, b, c = (own[item].prediction for own in given)
        scored = scene.mask != IGNORE
        shares[item] = float((((a != b) | (b != c)) & scored).sum() / scored.sum())
    assert [item for _, item in found] == sorted(shares, key=shares.get, reverse=True)[
        : maskpictures.DISPUTED
    ]
    heads, rows = maskpictures.disputed(facts, facts.groups, stored)
    assert heads[2:] == ["Random encoder", "Plain U-Net", "ImageNet encoder"]
    assert all(len(row.pictures) == len(heads) for row in rows)
    assert maskpictures.disputed(facts, facts.groups[:1], stored) == ([], [])


def test_pictures_show_the_stored_masks_in_the_colours_of_the_legend(study, pages):
    facts = gather(study)
    stored = maskpictures.scenes(facts)
    row = maskpictures.triptychs(facts, facts.groups[0], stored)[0]
    item = int(re.search(r"item (\d+)", row.note)[1])
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(row.pictures[1].uri.split(",")[1]))))
    assert np.array_equal(shown, masks.coloured(stored[item].mask, facts.classes))
    assert row.pictures[1].uri in pages["en"]
    classes, errors = maskpictures.legend(facts, stored)
    assert [entry.name for entry in classes] == ["pet", "border", "background", "ignored"]
    assert [entry.colour for entry in errors] == [masks.MISSED, masks.ADDED, masks.WRONG]
    assert all(f'style="background:{entry.colour}"' in pages["en"] for entry in [*classes, *errors])
    assert (study / "report" / "figures" / "masks-imagenet.png").is_file()


def test_the_nearest_average_is_computed_at_equal_loss(study):
    facts = gather(study)
    found = papernumbers.nearest(facts, "iou")
    assert set(found.apart) >= {"pixel_accuracy", "iou_macro", "iou_micro"}
    apart: dict[str, list[float]] = {name: [] for name in found.apart}
    for group in facts.groups:
        theirs = facts.study.published.arms.get(group.arm)
        for split in ("train", "validation") if theirs else ():
            printed = theirs.last(split)
            losses = papernumbers.ours(group, split, "log_loss")
            gaps = [abs(mean - printed["log_loss"].value) for mean in losses.mean]
            if found.equal_loss and min(gaps) > 0.1 * printed["log_loss"].value:
                continue
            at = gaps.index(min(gaps)) if found.equal_loss else -1
            for name, own in apart.items():
                mean = papernumbers.ours(group, split, name).mean[at]
                own.append(abs(mean - printed["iou"].value))
    assert found.numbers == len(apart["iou_macro"])
    for name, own in apart.items():
        assert found.apart[name] == pytest.approx(np.mean(own)), name
    assert found.apart[found.name] == min(found.apart.values())


def test_one_line_names_the_nearest_average_and_all_rows_show_it(study):
    facts = gather(study)
    found = papernumbers.nearest(facts, "iou")
    table = papernumbers.published_table(facts)
    name = formats.metric_in_text(found.name)
    assert papernumbers.averaging_sentence(facts, "iou", found) in table.note
    assert name in table.note
    shown = [row[4] for row in table.rows if row[2] == "IoU"]
    assert len(shown) == 4
    assert all(cell.endswith(f"\n{name}") for cell in shown)


def test_micro_iou_follows_from_pixel_accuracy(study):
    group = gather(study).groups[0]
    accuracy, micro = (
        papernumbers.ours(group, "validation", name) for name in ("pixel_accuracy", "iou_micro")
    )
    arrays = segmentation.with_background(
        CellFolder(study, Cell(group.arm, 0, ())).scores("validation"), fake_masks.CLASSES
    )
    share = segmentation.compute("pixel_accuracy", arrays)
    assert segmentation.compute("iou_micro", arrays) == pytest.approx(share / (2 - share))
    assert micro.lines[0] == [a / (2 - a) for a in accuracy.lines[0]]


def test_all_published_numbers_stand_beside_ours(study):
    facts = gather(study)
    table = papernumbers.published_table(facts)
    printed = [(row[0], row[2], row[3]) for row in table.rows]
    for arm, numbers in {
        "Plain U-Net": ["0.2980", "87.10 %", "0.4350", "82.50 %"],
        "ImageNet encoder": ["0.1830", "91.90 %", "0.2720", "89.60 %"],
    }.items():
        assert [number for name, _, number in printed if name == arm] == numbers
    assert {metric for _, metric, _ in printed} == {"Log loss", "IoU"}


@pytest.mark.usefixtures("undrawn")
def test_unfinished_and_without_pictures(tmp_path):
    root = fake_masks.make(
        tmp_path / "shapes",
        unfinished=[("imagenet", 0), ("imagenet", 1)],
        pictures=False,
        seeds=2,
        n_test=12,
    )
    html = build.write(root).read_text(encoding="utf-8")
    page = Page(html)
    assert page.faults == []
    assert "(<code>pictures/</code>)" in html, "it is said why no masks are shown"
    assert re.search(r"<code>D021</code> .*<code>split: \{scheme: repeated-kfold\}</code>", html)
    assert "`" not in re.sub(r"<(pre|script|style)\b.*?</\1>", "", html, flags=re.DOTALL)
    assert "4 of 6" in page.text


@pytest.mark.usefixtures("undrawn")
def test_a_test_part_of_one_image_gives_no_verdict_and_no_error(tmp_path):
    # The same split is refused in a document; what was computed can be read.
    root = fake_masks.make(
        tmp_path / "shapes", n_test=1, n_validation=4, extra={"split": {"test": 0.1}}
    )
    page = Page(build.write(root).read_text(encoding="utf-8"))
    assert page.faults == []
    assert gather(root).comparison.result("plain", {}).metrics == {}


@pytest.mark.usefixtures("undrawn")
def test_nothing_finished_yet(tmp_path):
    cells = [(arm, r) for arm in fake_masks.ARMS for r in (0, 1)]
    root = fake_masks.make(tmp_path / "shapes", unfinished=cells, n_test=12)
    assert Page(build.write(root).read_text(encoding="utf-8")).faults == []
    assert not gather(root).done


def test_verdicts_hold_no_counts_of_every_image(study):
    arrays = armruns.test_arrays(CellFolder(study, Cell("imagenet", 0, ())))
    assert "counts" not in arrays
    assert arrays["hits"].shape == (40, 3)
    assert list(arrays["item"]) == sorted(arrays["item"])


def test_compare_prints_shares_as_percentages(study, capsys):
    assert cli.run(["compare", str(study), "--details"]) == 0
    text = capsys.readouterr().out
    assert re.search(r"imagenet +Mean IoU +test +\d\d\.\d\d ± \d\.\d\d %", text)
    assert "points" in text
    assert cli.run(["compare", str(study), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["primary"] == "iou_macro"
    assert found["arms"]["imagenet"]["published"]["validation"] == {"log_loss": 0.272, "iou": 0.896}


@pytest.mark.parametrize(
    ("extra", "path"),
    [
        ({"published": {"plain": {"validation": {"iou": 0.8}}}}, "published.plain.validation.iou"),
        (
            {
                "published": {
                    "averaging": "not stated",
                    "plain": {"validation": {"accuracy": 0.8}},
                }
            },
            "published.plain.validation.accuracy",
        ),
        (
            {"published": {"averaging": "unknown", "plain": {"validation": {"iou": 0.8}}}},
            "published.averaging",
        ),
        ({"compare": {"baseline": "random", "primary": "iou"}}, "compare.primary"),
    ],
)
def test_names_of_metrics_are_checked(tmp_path, extra, path):
    with pytest.raises(StudyError) as caught:
        fake_masks.make(tmp_path / "shapes", n_test=4, n_validation=4, seeds=1, extra=extra)
    assert path in {str(problem.path) for problem in caught.value.problems}


def test_a_named_average_needs_no_statement(tmp_path):
    published = {"plain": {"validation": {"iou_macro": 0.8, "log_loss": 0.4}}}
    root = fake_masks.make(
        tmp_path / "shapes", n_test=8, n_validation=8, seeds=1, extra={"published": published}
    )
    facts = gather(root)
    assert load(root).published.averaging is None
    assert papernumbers.nearest(facts, "iou") is None
    table = papernumbers.published_table(facts)
    assert table.rows[0][2] == "Mean IoU"
    said = heard(papernumbers.published_table, facts)
    assert not [key for key in said if key.startswith("reports.masks_nearest")]
