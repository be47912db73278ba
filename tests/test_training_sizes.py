"""Arms that see the images at a size of their own, and are scored on the same items, and masks, as
the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from tests.support.compared import compare

import alih
from alih import files
from alih.data.load import load as load_images
from alih.features.sizes import planned
from alih.inspect.opened import open_model
from alih.reports.build import write
from alih.runs import speed
from alih.runs.folder import StudyFolder
from alih.study.catalogue.sets import image_size, specs
from alih.study.document.problems import StudyError
from alih.study.document.study import Study
from alih.study.loading import load
from alih.study.planning import plan, resolved
from alih.study.planning.cells import Cell
from alih.study.planning.recipes import factors, recipe
from alih.tasks import segmentation
from alih.training import loop, outputs, timing
from alih.training.bench import open_bench
from alih.training.cell import run_cell
from alih.training.device import Machine

MACHINE = Machine("cpu", 1, "fp32")
NAMES = ("stripes", "dots")
LAYERS = [{"conv": {"filters": 4, "stride": 2}}, "batch_norm", "flatten", {"dense": {"units": 2}}]


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.setattr(loop, "PAUSE", 0.0)


def picture(kind: int, seed: int) -> np.ndarray:
    image = np.random.default_rng([kind, seed]).integers(0, 80, (24, 24), dtype=np.uint8)
    image[
        (slice(None), slice(None, None, 4))
        if kind == 0
        else (slice(None, None, 4), slice(None, None, 4))
    ] += 150
    return image


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A folder of two classes, and one of images with masks of what is bright."""
    root = tmp_path_factory.mktemp("sizes")
    for kind, name in enumerate(NAMES):
        (root / "classes" / name).mkdir(parents=True)
        for index in range(20):
            Image.fromarray(picture(kind, index)).save(root / "classes" / name / f"{index:02d}.png")
    for part in ("images", "masks"):
        (root / "pixels" / part).mkdir(parents=True)
    for index in range(24):
        pixels = (
            np.random.default_rng(index)
            .integers(0, 255, (5, 5), dtype=np.uint8)
            .repeat(8, 0)
            .repeat(8, 1)
        )
        mask = (pixels > 127).astype(np.uint8)
        mask[:2] = 255
        Image.fromarray(pixels).save(root / "pixels" / "images" / f"{index:02d}.png")
        Image.fromarray(mask).save(root / "pixels" / "masks" / f"{index:02d}.png")
    return root


def document(place: Path, **changes: Any) -> dict[str, Any]:
    return {
        "schema": 1,
        "name": "sizes",
        "title": "Sizes",
        "data": {"folder": str(place / "classes"), "image_size": 16, "channels": 1},
        "split": {"validation": 0.2, "test": 0.3},
        "seeds": 2,
        "model": {"layers": LAYERS},
        "train": {"epochs": 2, "batch_size": 8},
        "arms": {"small": {}, "large": {"image_size": 24}},
        "compare": {"baseline": "small"},
        **changes,
    }


def pixels(place: Path, **changes: Any) -> dict[str, Any]:
    return document(
        place,
        **{
            "task": "segmentation",
            "data": {
                "folder": str(place / "pixels"),
                "image_size": 32,
                "channels": 1,
                "masks": {"dark": 0, "bright": 1, "ignore": 255},
            },
            "model": {"name": "unet", "width": 2, "depth": 2},
            "arms": {"small": {"image_size": 16}, "whole": {}},
            **changes,
        },
    )


def study(values: dict[str, Any]) -> Study:
    return Study.model_validate(values)


def written(tmp_path: Path, values: dict[str, Any]) -> Path:
    file = tmp_path / "sizes.yaml"
    file.write_text(json.dumps(values))
    return file


def test_arms_of_two_sizes_are_scored_on_the_same_items(place, tmp_path):
    file = written(tmp_path, document(place))
    alih.run(str(file), out=str(tmp_path / "out"), jobs=1)
    folder = StudyFolder(tmp_path / "out")
    row = compare(tmp_path / "out")["comparisons"][0]
    assert row["factors"] == ["image_size: 16 -> 24"]
    assert row["verdict"] is not None
    for replicate in range(2):
        cells = [folder.cell(Cell(arm, replicate)) for arm in ("small", "large")]
        for column in ("test_item", "test_label", "validation_item"):
            np.testing.assert_array_equal(*(cell.arrays("scores")[column] for cell in cells))
        assert [cell.card.image_size for cell in cells] == [16, 24]
        # The dense layer is as large as the arm's maps.
        assert [cell.card.layers[0].output_shape for cell in cells] == [
            [4, 7, 7],
            [4, 11, 11],
        ]
        assert [cell.arrays("examples")["image"].shape[1:3] for cell in cells] == [
            (16, 16),
            (24, 24),
        ]
    assert folder.data.image_size == 16
    page = write(tmp_path / "out").read_text(encoding="utf-8")
    assert "images of 24 × 24 pixels" in page
    # What a run leaves behind says at which size its network takes images.
    opened = open_model(str(tmp_path / "out" / "runs" / "large" / "seed-0"))
    assert opened.decode.size == 24


def test_parts_do_not_depend_on_the_size(place, tmp_path):
    made = study(document(place))
    bench = open_bench(
        tmp_path, made, resolved.planned(made, Cell("large", 1)), MACHINE, lambda _: None
    )
    own = bench.sized(recipe(made, "large"))
    assert (bench.shape, own.shape) == ((1, 16, 16), (1, 24, 24))
    assert bench.sized(recipe(made, "small")) is bench
    sets = {name: load_images(spec) for name, spec in specs(made, 24).items()}
    alone = sets["target"].divide(made.split, made.seed, 1)
    for part in ("train", "validation", "test"):
        found = getattr(own.domains["target"].split, part)
        np.testing.assert_array_equal(found, getattr(bench.domains["target"].split, part))
        np.testing.assert_array_equal(found, getattr(alone, part))
    np.testing.assert_array_equal(own.images.labels, sets["target"].labels)
    # Features that are kept are told apart by the pixels that they come from.
    assert own.images.content == sets["target"].content != bench.images.content


def test_masks_of_scores_are_the_studys(place, tmp_path, monkeypatch):
    made = study(pixels(place, seeds=1))
    seen: list[tuple[torch.Tensor, torch.Tensor]] = []
    answer = outputs._answer

    def noted(strategy, machine, batch):
        found = answer(strategy, machine, batch)
        assert batch.images.shape[2:] == (16, 16)
        with torch.inference_mode():
            raw = strategy.predict(batch.images)
        seen.append(
            (found, F.interpolate(raw.float(), (32, 32), mode="bilinear", align_corners=False))
        )
        return found

    monkeypatch.setattr(outputs, "_answer", noted)
    run_cell(tmp_path, made, Cell("small", 0), MACHINE)
    monkeypatch.undo()
    for found, expected in seen:
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-6)
    run_cell(tmp_path, made, Cell("whole", 0), MACHINE)
    masks = load_images(made.data, task="segmentation").masks
    folder = StudyFolder(tmp_path)
    scores = [folder.cell(Cell(arm, 0)).arrays("scores") for arm in ("small", "whole")]
    for arrays in scores:
        truth = masks[arrays["test_item"]]
        for number in range(2):
            np.testing.assert_array_equal(
                arrays["test_counts"][:, number].sum(1), (truth == number).sum((1, 2))
            )
    np.testing.assert_array_equal(*(arrays["test_item"] for arrays in scores))
    assert not np.array_equal(*(arrays["test_counts"] for arrays in scores))
    # Masks that are learnt are as large as the images that are seen.
    own = open_bench(
        tmp_path, made, resolved.planned(made, Cell("small", 0)), MACHINE, lambda _: None
    ).sized(recipe(made, "small"))
    assert segmentation.targets(own.images).shape[1:] == (16, 16)
    # All arms' answers are shown beside the same pictures.
    beside = np.load(tmp_path / "pictures" / "seed-0.npz")["mask"].shape
    assert {
        folder.cell(Cell(arm, 0)).arrays("examples")["prediction"].shape
        for arm in ("small", "whole")
    } == {beside}
    assert beside[1:] == (32, 32)


def test_a_cell_of_its_own_size_resumes_exactly(place, tmp_path):
    made = study(pixels(place, seeds=1, augment={"flip": True}))
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    run_cell(whole, made, Cell("small", 0), MACHINE)

    class Stop(Exception):
        pass

    def stop(event: dict[str, Any]) -> None:
        if event["kind"] == "epoch":
            raise Stop

    with pytest.raises(Stop):
        run_cell(broken, made, Cell("small", 0), MACHINE, stop)
    run_cell(broken, made, Cell("small", 0), MACHINE)
    names = ("model.safetensors", "history.csv", "scores.npz")
    sums = [
        [files.sha256(root / "runs" / "small" / "seed-0" / name) for name in names]
        for root in (whole, broken)
    ]
    assert sums[0] == sums[1]


def test_sizes_can_be_varied_and_tuned(place, tmp_path):
    varied = study(
        document(
            place, arms={"a": {}}, compare={"baseline": "a"}, vary={"image_size": [16, 24]}, seeds=1
        )
    )
    for cell in plan.cells(varied):
        run_cell(tmp_path / "varied", varied, cell, MACHINE)
    cells = [StudyFolder(tmp_path / "varied").cell(cell) for cell in plan.cells(varied)]
    assert [cell.card.image_size for cell in cells] == [16, 24]
    np.testing.assert_array_equal(*(cell.arrays("scores")["test_item"] for cell in cells))

    tuned = study(
        document(
            place,
            arms={"a": {}},
            compare={"baseline": "a"},
            tune={"image_size": [16, 24]},
            refit=True,
            seeds=1,
        )
    )
    run_cell(tmp_path / "tuned", tuned, Cell("a", 0), MACHINE)
    card = StudyFolder(tmp_path / "tuned").cell(Cell("a", 0)).card
    tried = card.tune.trials
    assert [row.values["image_size"] for row in tried] == [16, 24]
    assert card.image_size == tried[card.tune.chosen].values["image_size"]


def test_features_of_one_step_and_starts_follow_the_size(place, tmp_path):
    made = study(
        document(
            place,
            seeds=1,
            arms={
                "first": {},
                "after": {"image_size": 24, "from": "first"},
                "hog": {
                    "image_size": 24,
                    "transfer": {
                        "strategy": "features",
                        "handmade": {"name": "hog", "size": 16},
                        "classifier": "nearest-mean",
                    },
                },
            },
            compare={"baseline": "first"},
        )
    )
    for cell in plan.cells(made):
        run_cell(tmp_path, made, cell, MACHINE)
    cards = {cell.arm: StudyFolder(tmp_path).cell(cell).card for cell in plan.cells(made)}
    fresh = cards["after"].carried.fresh
    assert cards["after"].carried.carried > 0
    assert fresh
    assert all("dense" in name for name in fresh)
    assert cards["hog"].image_size == 24


def test_only_another_size_is_in_the_identity(place):
    made = study(
        document(
            place, arms={"plain": {}, "spelt": {"image_size": 16}, "large": {"image_size": 24}}
        )
    )
    parts = {arm: plan.identity_parts(made, Cell(arm, 0)) for arm in made.arms}
    assert parts["plain"] == parts["spelt"]
    assert "image_size" not in parts["plain"]
    assert parts["large"] == {**parts["plain"], "image_size": 24}
    assert factors(made, "spelt", "plain") == []
    assert factors(made, "plain", "large") == ["image_size: 24 -> 16"]


@pytest.mark.parametrize(
    ("data", "side"),
    [
        ({"set": "fashion-mnist-mini"}, 28),
        ({"set": "oxford-iiit-pet"}, 160),
        ({"source": {"set": "mnist"}, "target": {"set": "usps"}}, 28),
        ({"source": {"set": "mnist", "image_size": 20}, "target": {"set": "usps"}}, 20),
        ({"npz": "not/here.npz"}, None),
    ],
)
def test_the_size_of_a_study(place, data, side):
    assert image_size(study(document(place, data=data))) == side


@pytest.mark.parametrize(
    ("changes", "path", "write"),
    [
        (
            {"arms": {"small": {"data": {"image_size": 70}}}},
            "arms.small.data",
            "arms.small.image_size",
        ),
        ({"vary": {"data.image_size": [16, 24]}}, "vary.data.image_size", "`image_size`"),
        (
            {"vary": {"arms.large.data.image_size": [16, 24]}},
            "vary.arms.large.data.image_size",
            "arms.large.image_size",
        ),
        ({"image_size": 70}, "image_size", "data.image_size"),
    ],
)
def test_a_size_in_the_wrong_place_is_told_the_right_one(place, tmp_path, changes, path, write):
    with pytest.raises(StudyError) as error:
        load(str(written(tmp_path, document(place, **changes))))
    assert [problem.path for problem in error.value.problems] == [path]
    assert write in str(error.value.problems[0])


@pytest.mark.parametrize(
    ("changes", "path", "key"),
    [
        (
            {"arms": {"small": {"image_size": 2}}, "task": "segmentation"},
            "arms.small.image_size",
            "study.unet_too_deep",
        ),
        (
            {"arms": {"small": {"image_size": 8, "model": "inception_resnet_v2"}}},
            "arms.small.image_size",
            "study.image_too_small",
        ),
        ({"vary": {"image_size": [2, 16]}}, "vary.image_size", "study.layer_too_small"),
        (
            {"vary": {"arms.small.image_size": [2, 16]}},
            "vary.arms.small.image_size",
            "study.layer_too_small",
        ),
        ({"tune": {"image_size": [16, 0]}}, "tune.image_size", "study.bound_gt"),
    ],
)
def test_a_size_is_checked_for_the_arm_that_has_it(place, tmp_path, changes, path, key):
    pooled = {"layers": [{"max_pool": {"size": 4}}, "flatten", {"dense": {"units": 2}}]}
    values = pixels(place) if "task" in changes else document(place, model=pooled)
    values = {**values, **changes}
    values["compare"] = {"baseline": "small"}
    with pytest.raises(StudyError) as error:
        load(str(written(tmp_path, values)))
    assert {(problem.path, problem.key) for problem in error.value.problems} == {(path, key)}


def test_plans_know_the_sizes(place, monkeypatch):
    made = study(document(place))
    assert plan.image_sizes(made) == {"small": [16], "large": [24]}
    assert plan.image_sizes(study(document(place, arms={"small": {}}))) == {}
    assert "small 16; large 24" in alih.check(made).sentences()[1]
    setting = timing.Setting("cpu", 1, 2, (1, 16, 16))
    times = timing.measure([recipe(made, arm) for arm in made.arms], setting)
    assert len(times) == 2
    shapes = {known.shape for known in speed._known()}
    assert {(1, 16, 16), (1, 24, 24)} <= shapes
    monkeypatch.setattr(
        speed, "_known", lambda: [speed.of_recipe(recipe(made, "small"), (1, 16, 16), 1, 2.0)]
    )
    small, large = (
        speed.seconds_per_epoch(made, recipe(made, arm), 1).seconds for arm in made.arms
    )
    assert large == pytest.approx(small * (24 / 16) ** 2)


def test_kept_maps_of_two_sizes_are_two_kinds(place):
    frozen = {"strategy": "finetune", "freeze": 1}
    both = study(
        document(
            place,
            transfer=frozen,
            arms={"small": {"from": "./x"}, "large": {"from": "./x", "image_size": 24}},
        )
    )
    same = study(
        document(
            place,
            transfer=frozen,
            arms={"small": {"from": "./x"}, "large": {"from": "./x", "image_size": 16}},
        )
    )
    assert planned(both) == pytest.approx(planned(same) * (1 + (11 / 7) ** 2))
