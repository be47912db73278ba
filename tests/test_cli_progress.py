"""What a running study shows: events folded into rows, plain lines, the live table."""

from __future__ import annotations

import io
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from alih import words
from alih.cli.show.live import live, render, visible
from alih.cli.show.progress import Plain, Progress, Row, line, pair


@dataclass(frozen=True)
class Status:
    """As much of a CellStatus as a plan event needs."""

    cell: str
    state: str = "new"
    epochs_done: int = 0
    epochs: int = 4


def plan(*cells):
    return {
        "kind": "plan",
        "cell": "",
        "cells": [Status(cell) if isinstance(cell, str) else cell for cell in cells],
        "jobs": 1,
    }


def epoch(cell, number, **values):
    metrics = {
        "train loss": 0.5,
        "validation loss": 0.4,
        "train accuracy": 0.8,
        "validation accuracy": 0.825,
    }
    event = {
        "kind": "epoch",
        "cell": cell,
        "epoch": number,
        "epochs": 4,
        "metrics": metrics,
        "images_per_second": 1234.0,
    }
    return {**event, "eta": 10.0, "study_eta": 75.0, **values}


def test_events_fold_into_rows():
    progress = Progress()
    progress.take(plan("plain/seed-0", Status("dropout/seed-0", "finished", 4)))
    assert progress.seconds_left is None
    progress.take({"kind": "started", "cell": "plain/seed-0", "epochs": 4})
    assert progress.rows["plain/seed-0"].state == "running"
    progress.take(epoch("plain/seed-0", 2))
    row = progress.rows["plain/seed-0"]
    assert (row.epoch, row.epochs, row.seconds_left, progress.seconds_left) == (2, 4, 10.0, 75.0)
    assert pair(row, "accuracy") == "80.0 % / 82.5 %"
    assert pair(row, "loss") == "0.500 / 0.400"
    assert pair(row, "iou") == ""
    # The loss of a step with two domains has a term that validation has not.
    row.metrics |= {"train domain_loss": 0.7, "train-eval loss": 0.45}
    assert pair(row, "loss") == "0.450 / 0.400"
    progress.take({"kind": "finished", "cell": "plain/seed-0"})
    assert (row.state, row.epoch) == ("finished", 4)
    assert progress.rows["dropout/seed-0"].state == "finished"


def test_an_event_about_an_unplanned_cell_is_shown_all_the_same():
    progress = Progress()
    progress.take({"kind": "failed", "cell": "late/seed-0", "error": "loss is not finite"})
    assert progress.rows["late/seed-0"].note == "loss is not finite"


def test_plain_lines_are_few_but_the_last_epoch_always_comes(capsys):
    now = [0.0]
    show = Plain(Progress(), clock=lambda: now[0])
    show(plan("plain/seed-0"))
    show({"kind": "message", "cell": "", "text": "Two images are the same."})
    show({"kind": "started", "cell": "plain/seed-0", "epochs": 4})
    for number, moment in [(1, 0.0), (2, 0.5), (3, 3.0), (4, 3.1)]:
        now[0] = moment
        show(epoch("plain/seed-0", number))
    show({"kind": "finished", "cell": "plain/seed-0"})
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Two images are the same."
    assert [text.split("epoch ")[1].split("/")[0] for text in lines if "epoch" in text] == [
        "1",
        "3",
        "4",
    ]
    assert lines[-1] == "plain/seed-0  finished"
    assert "\x1b" not in "".join(lines), "no terminal codes in a pipe"


def test_a_plain_line_in_indonesian_has_decimal_commas():
    words.set_language("id")
    progress = Progress()
    row = progress.take(epoch("a/seed-0", 2))
    assert line(row, progress) == (
        "a/seed-0  epoch 2/4  latih / validasi: loss 0,500 / 0,400, "
        "akurasi 80,0 % / 82,5 %  1.234 gambar/s  studi: sisa 75 dtk"
    )


def test_a_line_names_both_parts_and_shows_what_the_study_is_about():
    progress = Progress("iou_macro")
    metrics = {
        "train loss": 0.5,
        "validation loss": 0.4,
        "train pixel_accuracy": 0.9,
        "validation pixel_accuracy": 0.9,
    }
    metrics |= {"train-eval iou_macro": 0.61, "validation iou_macro": 0.573}
    row = progress.take(epoch("plain/seed-0", 2, metrics=metrics))
    assert (
        "train / validation: loss 0.500 / 0.400, mean IoU 61.0 % / 57.3 %  1,234 images/s"
        in line(row, progress)
    )
    assert "mean IoU train / val" in " ".join(_drawn(progress).split())
    assert "pixel accuracy" not in line(row, progress)


def work(what, done=None, of=None, cell=""):
    return {"kind": "progress", "cell": cell, "what": what, "done": done, "of": of}


def test_what_begins_is_told_then_images_now_and_then_and_others_once_nothing_else_was_for_a_while(
    capsys,
):
    now = [0.0]
    show = Plain(Progress(), clock=lambda: now[0])
    for moment, event in [
        (1.0, work("decoding", 48, 1470)),
        (1.1, work("decoding", 96, 1470)),
        (9.0, work("references")),
        (14.0, work("timing")),
        (15.0, work("timing")),
        (20.0, work("fetching", 30_000_000, 800_000_000)),
        (21.0, work("fetching", 60_000_000, 800_000_000)),
        (25.5, work("fetching", 90_000_000, 800_000_000)),
        (28.0, work("features", 640, 710, "half/seed-0")),
        (28.1, work("features", 704, 710, "half/seed-0")),
        (28.2, work("features", 710, 710, "half/seed-0")),
    ]:
        now[0] = moment
        show(event)
    assert capsys.readouterr().out.splitlines() == [
        "decoding images: 48 of 1,470",
        "scoring simple answers (most frequent class, logistic regression on pixels)",
        "timing the networks on this machine",
        "fetching the data set: 30.0 MB of 800.0 MB",
        "fetching the data set: 90.0 MB of 800.0 MB",
        "half/seed-0  computing features of frozen stages: 640 of 710",
        "half/seed-0  computing features of frozen stages: 710 of 710",
    ]


def test_the_live_table_shows_what_goes_on_until_something_else_does():
    progress = Progress()
    progress.take(work("decoding", 256, 1470))
    assert _drawn(progress).splitlines() == [
        "Does dropout help?",
        "decoding images: 256 of 1,470",
    ], "no table of no cells"
    progress.take(plan(*(f"arm{a}/seed-0" for a in range(40))))
    progress.take({"kind": "started", "cell": "arm1/seed-0", "epochs": 4})
    assert "decoding" not in _drawn(progress)
    progress.take(work("features", 64, 710, "arm1/seed-0"))
    page = _drawn(progress, height=24)
    assert "arm1/seed-0  computing features of frozen stages: 64 of 710" in page
    assert len(page.splitlines()) <= 24
    progress.take(epoch("arm1/seed-0", 1))
    assert "features" not in _drawn(progress)


def test_a_message_with_its_own_text_is_shown_as_it_is(capsys):
    Plain(Progress())(
        {
            "kind": "message",
            "cell": "a/seed-0",
            "text": "checkpoint-000003 is damaged; going on from epoch 2",
        }
    )
    assert capsys.readouterr().out == "checkpoint-000003 is damaged; going on from epoch 2\n"


def _drawn(progress, height=40, width=120):
    from rich.console import Console

    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=False)
    console.print(render("Does dropout help?", progress, height))
    return console.file.getvalue()


def test_the_live_table_shows_cells_metrics_and_times():
    progress = Progress()
    progress.take(plan("plain/seed-0", "dropout/seed-0"))
    progress.take(epoch("plain/seed-0", 3))
    progress.take({"kind": "failed", "cell": "dropout/seed-0", "error": "x"})
    page = _drawn(progress)
    for part in (
        "Does dropout help?",
        "plain/seed-0",
        "3/4",
        "80.0 % / 82.5 %",
        "0.500 / 0.400",
        "1,234",
        "10 s",
        "failed",
        "75 s",
    ):
        assert part in page, part
    assert "0 of 2 cells finished, 1 failed" in page


def test_the_live_table_never_outgrows_the_screen():
    progress = Progress()
    progress.take(plan(*(f"arm{a}/seed-{r}" for a in range(4) for r in range(20))))
    progress.take(epoch("arm3/seed-19", 1))
    page = _drawn(progress, height=24)
    assert len(page.splitlines()) <= 24
    assert "arm3/seed-19" in page, "a running cell is always shown"


def test_visible_rows_keep_running_failed_and_neighbours_in_plan_order():
    rows = [
        Row(str(i), state)
        for i, state in enumerate(["finished"] * 5 + ["running", "failed"] + ["new"] * 5)
    ]
    shown = [row.cell for row in visible(rows, 6)]
    assert shown == ["3", "4", "5", "6", "7", "8"]
    assert visible(rows, 50) == rows


@pytest.mark.parametrize("markup", ["[red]not markup[/red]", "[/]"])
def test_square_brackets_of_a_title_are_text(markup):
    from rich.console import Console

    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    with live(SimpleNamespace(title={"en": markup, "id": markup}), Progress(), console) as take:
        take(plan("plain/seed-0"))
        take({"kind": "message", "cell": "", "text": f"note {markup}"})
        take(epoch("plain/seed-0", 1))
    assert markup in console.file.getvalue()
