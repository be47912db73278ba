"""The page of `alih watch` in a real browser without any network: a study that goes on, the
keyboard, a narrow screen, darkness, a server that ends."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support import fake_study
from tests.support.browser import CHROMIUM, Browser

from alih.runs.folder import StudyFolder
from alih.study.planning.cells import Cell

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
]


@contextmanager
def watched(folder: Path):
    command = [sys.executable, "-m", "alih", "watch", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        assert "http://" in line, process.communicate()[1]
        yield process, line[line.index("http://") : line.index(" (end")]
    finally:
        process.kill()
        process.communicate()


def kept(page: Browser, name: str) -> None:
    """Keep a screenshot where `ALIH_SHOTS` says, for a look at a page that is being changed."""
    if place := os.environ.get("ALIH_SHOTS"):
        told = page.ask("Page.captureScreenshot", captureBeyondViewport=True)
        (Path(place) / f"watch-{name}.png").write_bytes(base64.b64decode(told["data"]))


def text(page: Browser, element: str) -> str:
    return page.run(f"document.getElementById('{element}').innerText")


def screen(page: Browser, width: int, dark: bool = False) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    page.ask("Emulation.setDeviceMetricsOverride", **size)
    scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    page.ask("Emulation.setEmulatedMedia", features=scheme)


def test_the_page_follows_a_study(tmp_path):
    root = fake_study.make(
        tmp_path / "study", seeds=3, epochs=12, unfinished=[("dropout", 2)], failed=[("plain", 2)]
    )
    with watched(root) as (process, address), Browser(1200) as page:
        screen(page, 1200)
        page.open(f"{address}?lang=en")
        page.wait("document.querySelectorAll('#cells tbody tr').length == 6")
        page.wait("document.querySelector('#chart canvas') != null")
        kept(page, "wide")
        assert "4 of 6 cells finished" in text(page, "counts")
        assert "NaN in epoch 2" in text(page, "reasons")
        assert "no verdict was asked for yet" in text(page, "verdicts")
        assert page.run("document.querySelectorAll('#verdicts .verdict').length") == 0
        # Two arms, one line for each run that has epochs; training images on request.
        lines = "document.querySelectorAll('#arms label').length"
        assert page.run(lines) == 2

        # Keyboard and screen reader: the curves are a slider over epochs.
        page.run("document.getElementById('chart').focus()")
        page.press("ArrowLeft", 37)
        page.wait("document.getElementById('chart').getAttribute('aria-valuenow') == '11'")
        spoken = page.run("document.getElementById('chart').getAttribute('aria-valuetext')")
        assert spoken.startswith("Epoch 11: Without dropout")
        page.press("Home", 36)
        page.wait("document.getElementById('chart').getAttribute('aria-valuenow') == '1'")
        nodes = page.ask("Accessibility.getFullAXTree")["nodes"]
        named = {node.get("name", {}).get("value") for node in nodes}
        assert {"Epoch of the learning curves: Accuracy", "Cells", "Metric"} <= named

        # Arms are switched off, another metric is chosen; what was chosen stays when more comes.
        page.run("document.querySelector('#arms input').click()")
        page.wait("!document.getElementById('readout').innerText.includes('Without dropout')")
        page.run(
            "(() => {const e = document.getElementById('metric'); e.value = 'loss';"
            " e.dispatchEvent(new Event('change'))})()"
        )
        page.wait("document.getElementById('chart-name').textContent.endsWith(': Loss')")

        # A cell finishes: the page hears of it by itself.
        folder = StudyFolder(root).cell(Cell("dropout", 2))
        fake_study.write_cell(folder, 400, 12, 4.65)
        page.wait("document.getElementById('counts').innerText.includes('5 of 6')", 30)
        assert page.run("document.getElementById('metric').value") == "loss"

        # Darkness, and a phone in Indonesian.
        screen(page, 1200, dark=True)
        page.wait("getComputedStyle(document.body).backgroundColor == 'rgb(20, 24, 30)'")
        kept(page, "dark")
        faults, requests = page.faults(), page.requests()
        screen(page, 400)
        page.open(f"{address}?lang=id")
        page.wait("document.querySelectorAll('#cells tbody tr').length == 6")
        page.wait("document.querySelector('#chart canvas') != null")
        kept(page, "phone")
        assert page.run("document.documentElement.scrollWidth") <= 400
        assert "5 dari 6 sel selesai" in text(page, "counts")

        # The server ends: what was known stays, and the page says so.
        assert [one for one in requests + page.requests() if not one.startswith(address)] == []
        assert faults + page.faults() == []
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
        assert (process.returncode, err) == (0, "Stopped.\n")
        page.wait("!document.getElementById('offline').hidden", 30)
        assert "5 dari 6 sel selesai" in text(page, "counts")
        kept(page, "offline")
