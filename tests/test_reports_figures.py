"""Curves and other figures: means, marks, room for names, colours."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from tests.support.compared import row
from tests.support.fake_study import make

from alih.reports.kit import theme
from alih.reports.kit.facts import Curve, gather
from alih.reports.study import figures, results


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


def test_names_in_letters_that_the_font_lacks_are_drawn_without_a_warning() -> None:
    with theme.applied():
        figure, axes = theme.drawing(2, 2)
        axes.set_title("anjing 犬")
        vector, raster = theme.rendered(figure)  # warnings are errors in tests
    assert "犬".encode() in vector
    assert raster
