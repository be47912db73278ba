"""Studies with `vary` in the report: curves over the number of images, heat-maps, and how many
images one arm spares another."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.support.cards import change
from tests.support.fake_study import make
from tests.support.html import Page
from tests.support.spoken import spoken

from alih import cli
from alih.cli.commands import running
from alih.reports import build
from alih.reports.kit import theme
from alih.reports.kit.facts import gather
from alih.reports.study import levels
from alih.runs.folder import CellFolder
from alih.study.loading import load
from alih.study.planning.plan import cells
from alih.verdicts import equivalences
from alih.verdicts.compare import compare
from alih.verdicts.line import lines
from alih.verdicts.terms import of_study
from alih.words import formats, set_language

SIZES = (30, 100, 300, 1000, 3000)


def rising(ahead: float = 0.9):
    """Skill grows with the logarithm of the images; the arm `dropout` is ahead of `plain` by
    `ahead`."""

    def strength(arm, at):
        n = 2000 if at.get("train_images") == "all" else at.get("train_images", 300)
        return 0.3 + 0.32 * math.log(n) + (ahead if arm == "dropout" else 0.0)

    return strength


@pytest.fixture(scope="module")
def curves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("levels") / "study"
    return make(root, seeds=3, n_items=1500, epochs=2, levels=SIZES, strength=rising())


def said_of(facts):
    return equivalences.sentences(facts.comparison, facts.study)


def drawn(facts, metric: str, tmp_path: Path, which=levels.by_level):
    with theme.applied():
        return which(facts, metric, tmp_path)


def test_transfer_at_few_images_equals_the_baseline_at_more(curves):
    facts = gather(curves)
    said = said_of(facts)
    assert len(said) == 3
    first = re.match(
        r"With 30 training images “With dropout” equals “Without dropout” with about ([\d,]+) "
        r"in accuracy \(plausible: ([\d,]+) to ([\d,]+)\)\.",
        said[0],
    )
    assert first, said
    about, low, high = (int(value.replace(",", "")) for value in first.groups())
    # Equal skill, hence equal scores, at 30 · exp(0.9 / 0.32) = 500 images.
    assert low < 500 < high
    assert 350 < about < 700
    # The arm at 300 would be equalled at 5,000 images, which nobody measured; what is beyond is
    # said once.
    beyond = [sentence for sentence in said if "needs more than 3,000" in sentence]
    assert len(beyond) == 1
    assert "at 300 training images" in beyond[0]


@pytest.mark.usefixtures("undrawn")
def test_compare_and_run_say_it_too(curves, capsys):
    said = said_of(gather(curves))
    entries = compare(curves).to_json()["equivalences"]
    assert [entry["images"] for entry in entries] == [30, 100, 300]
    first, last = entries[0], entries[-1]
    assert (first["arm"], first["other"], first["metric"], first["at"]) == (
        "dropout",
        "plain",
        "accuracy",
        {},
    )
    assert first["range"][0] < first["equals"] < first["range"][1]
    assert (last["equals"], last["range"], last["largest"]) == (None, None, 3000)
    assert cli.run(["compare", str(curves), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["equivalences"] == entries
    assert cli.run(["compare", str(curves)]) == 0
    assert set(said) <= set(capsys.readouterr().out.splitlines())
    assert running._conclude(load(curves), curves) == 0
    assert set(said) <= set(capsys.readouterr().out.splitlines())


def test_the_sentences_in_indonesian(curves):
    said = spoken("id", lambda: said_of(gather(curves)))
    assert said[0].startswith(
        "Dengan 30 gambar latih, “Dengan dropout” setara dengan “Tanpa dropout” yang memakai "
    )
    assert "memerlukan lebih dari 3.000 gambar" in " ".join(said)


def test_roles_turn_when_the_baseline_is_ahead(tmp_path):
    root = make(
        tmp_path / "s", seeds=3, n_items=1500, epochs=2, levels=SIZES, strength=rising(-0.9)
    )
    said = said_of(gather(root))
    assert said
    assert all(
        "“Without dropout” equals" in sentence or sentence.startswith("To equal “Without dropout”")
        for sentence in said
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"levels": SIZES, "strength": lambda arm, at: 1.5},  # equal and flat
        {"levels": (300,), "strength": rising()},  # one level
        {"levels": SIZES, "strength": rising(0.0)},  # equal and rising
        {"levels": SIZES, "strength": rising(), "seeds": 1},  # one replicate: no verdict
        {},  # nothing varies
    ],
)
def test_nothing_is_said_without_ground(tmp_path, settings):
    root = make(tmp_path / "s", **({"seeds": 3, "n_items": 400, "epochs": 2} | settings))
    assert said_of(gather(root)) == []


def test_a_baseline_that_is_better_at_its_smallest_level_is_no_saving(tmp_path):
    """The arm is ahead everywhere, but the baseline falls from 30 on: it never comes up to the
    arm's score."""

    def strength(arm, at):
        return 2.6 if arm == "dropout" else 1.6 - 0.2 * math.log(at["train_images"] / 30)

    root = make(tmp_path / "s", seeds=3, n_items=1500, epochs=2, levels=SIZES, strength=strength)
    said = said_of(gather(root))
    assert len(said) == 1
    assert said[0].startswith("To equal “With dropout” at 30 training images in accuracy")


def test_curves_stand_on_a_logarithmic_axis(curves, tmp_path):
    facts = gather(curves)
    figure = drawn(facts, "accuracy", tmp_path)
    assert "logarithmic" in figure.caption
    assert "With dropout (30: " in figure.alt
    found = levels.grid(facts)
    assert levels._places(facts, found) == ([30.0, 100.0, 300.0, 1000.0, 3000.0], True)
    assert (tmp_path / "levels-accuracy.svg").read_text().count("1,000") >= 1


def test_all_counts_what_the_runs_trained_on(tmp_path):
    root = make(tmp_path / "s", seeds=2, n_items=60, epochs=2, levels=(30, "all"))
    facts = gather(root)
    assert levels._places(facts, levels.grid(facts)) == ([30.0, 5400.0], True)


def test_with_a_refit_every_level_counts_its_validation_images(tmp_path):
    def strength(arm, at):
        return (1.2 if arm == "plain" else 2.4) + (0.0 if at["train_images"] == 30 else 2.0)

    root = make(
        tmp_path / "s",
        seeds=2,
        n_items=300,
        epochs=2,
        levels=(30, "all"),
        strength=strength,
        extra={"refit": True},
    )
    for cell in cells(load(root)):
        folder = CellFolder(root, cell)
        trained = 33 if cell.at["train_images"] == 30 else 6000
        change(folder, items=folder.card.items.model_copy(update={"train": trained}))
    facts = gather(root)
    assert levels._places(facts, levels.grid(facts)) == ([33.0, 6000.0], True)
    found = facts.comparison.equivalences
    assert found
    assert {entry.images for entry in found} | {entry.largest for entry in found} <= {
        33,
        6000,
    }


def test_two_varied_keys_give_panels_and_a_heat_map_per_arm(tmp_path):
    def strength(arm, at):
        return 1.2 + 0.25 * math.log(at["train_images"]) - 0.04 * at["train.epochs"]

    second = ("train.epochs", (2, 4, 8))
    root = make(
        tmp_path / "s",
        seeds=2,
        n_items=300,
        epochs=2,
        levels=(30, 100, 300),
        second=second,
        strength=strength,
    )
    facts = gather(root)
    found = levels.grid(facts)
    assert (found.along, found.across) == ("train_images", "train.epochs")
    figure = drawn(facts, "accuracy", tmp_path, levels.heat_map)
    for rows in second[1]:
        values = [
            formats.value(
                "accuracy",
                facts.comparison.result("dropout", {"train_images": n, "train.epochs": rows})
                .metrics["accuracy"]
                .mean,
            )
            for n in (30, 100, 300)
        ]
        assert f"With dropout, {rows}: {', '.join(values)}" in figure.alt
    panels = drawn(facts, "accuracy", tmp_path)
    assert "epochs: 2, Without dropout" in panels.alt
    assert "epochs: 8, With dropout" in panels.alt


def test_a_key_of_one_arm_has_a_heat_map_for_that_arm_alone(tmp_path):
    second = ("arms.dropout.train.epochs", (2, 4))
    root = make(tmp_path / "s", seeds=1, n_items=60, epochs=2, levels=(30, 100), second=second)
    set_language("id")
    figure = drawn(gather(root), "log_loss", tmp_path, levels.heat_map)
    assert "Dengan dropout, 2:" in figure.alt
    assert "Tanpa dropout" not in figure.alt
    assert "epoch (dropout)" in formats.level_name(second[0])


def test_three_arms_over_one_key_are_a_heat_map_and_two_are_not(tmp_path):
    arms = ("plain", "dropout", "third")
    root = make(
        tmp_path / "s", seeds=1, n_items=60, epochs=2, levels=(30, 100), arms=arms, published=False
    )
    figure = drawn(gather(root), "accuracy", tmp_path, levels.heat_map)
    assert "third: " in figure.alt
    two = make(tmp_path / "t", seeds=1, n_items=60, epochs=2, levels=(30, 100))
    assert drawn(gather(two), "accuracy", tmp_path, levels.heat_map) is None


def test_levels_that_are_fractions_have_a_decimal_comma(tmp_path):
    rates = [0.001, 0.01]
    root = make(
        tmp_path / "study",
        seeds=2,
        n_items=100,
        epochs=2,
        second=("train.lr", rates),
        arms=("plain", "dropout", "third"),
    )
    set_language("id")
    facts = gather(root)
    for which in (levels.by_level, levels.heat_map):
        figure = drawn(facts, "accuracy", tmp_path, which)
        assert "0,001" in figure.svg
        assert not re.search(r">\s*\d+\.\d+\s*<", figure.svg)
        assert "0.001" not in figure.alt
    first = lines(facts.comparison.decisive, of_study(facts.study))[0]
    assert "(laju pembelajaran: 0,001)" in first.sentence


def test_an_unfinished_grid_is_drawn_with_gaps(tmp_path):
    root = make(
        tmp_path / "s",
        seeds=1,
        n_items=60,
        epochs=2,
        levels=(30, 100),
        second=("train.epochs", (2, 4)),
    )
    for file in root.glob("runs/dropout/**/train_images=30,train.epochs=2/done"):
        file.unlink()
    facts = gather(root)
    figure = drawn(facts, "accuracy", tmp_path, levels.heat_map)
    assert re.search(r"With dropout, 2: –, \d", figure.alt)
    assert drawn(facts, "accuracy", tmp_path) is not None


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(("metric", "best"), [("accuracy", "60.0"), ("log_loss", "0.500")])
def test_the_best_of_a_column_is_no_oracle(metric, best):
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    means = {"a": 0.5, "b": 0.6, "bound": 0.9 if metric == "accuracy" else 0.1}
    table = [(name, [SimpleNamespace(mean=mean)]) for name, mean in means.items()]
    levels._shade(axes, metric, table, (0, 1), {"bound"})
    shown = {text.get_text() for text in axes.texts if text.get_fontweight() == "bold"}
    assert shown == {best}


@pytest.mark.parametrize(
    ("lang", "heading", "equal"),
    [
        pytest.param("en", "Over the levels", "equals", marks=pytest.mark.slow),
        ("id", "Menurut tingkat", "setara dengan"),
    ],
)
def test_the_page_shows_sentences_curves_and_heat_map(curves, lang, heading, equal):
    page = Page(build.write(curves, lang).read_text(encoding="utf-8"))
    assert page.faults == []
    assert heading in page.text
    assert equal in page.text
    assert (curves / "report" / "figures" / "levels-accuracy.png").exists()
