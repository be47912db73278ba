"""`alih serve` from end to end: the command, a real browser without any network, an image chosen on
the page, and the end by SIGTERM."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import numpy as np
import pytest
from PIL import Image
from tests.support.browser import CHROMIUM, SECONDS, Browser
from tests.support.networks import drawn_run

from alih.study.document.arm import Recipe

pytestmark = [
    pytest.mark.slow,
    pytest.mark.torch,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
]

LAYERS = {"layers": [{"conv": {"filters": 4, "kernel": 3}}, "flatten"]}
ANSWERED = "!document.getElementById('answer').hidden"
GIVE = """(() => {
    const data = new DataTransfer();
    const bytes = Uint8Array.from(atob("CONTENT"), letter => letter.charCodeAt(0));
    data.items.add(new File([bytes], "x.jpg", {type: "image/jpeg"}));
    document.getElementById("answer").hidden = true;
    document.dispatchEvent(new EVENT);
})()"""


@contextmanager
def served(folder: Path):
    options = ["--port", "0", "--max-mb", "1", "--max-seconds", str(SECONDS)]
    command = [sys.executable, "-m", "alih", "serve", str(folder), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        assert "http://" in line, process.communicate()[1]
        yield line[line.index("http://") :].partition(" ")[0]
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=SECONDS)
        assert (process.returncode, err) == (0, "Stopped.\n")
    finally:
        process.kill()
        process.communicate()


def kept(page: Browser, name: str) -> None:
    """Keep a screenshot where `ALIH_SHOTS` says, for a look at a page that is being changed."""
    if place := os.environ.get("ALIH_SHOTS"):
        told = page.ask("Page.captureScreenshot", captureBeyondViewport=True)
        Path(place, f"{name}.png").write_bytes(base64.b64decode(told["data"]))


def picture(path: Path) -> Path:
    across, down = np.meshgrid(np.linspace(0, 255, 320), np.linspace(0, 255, 240))
    pixels = np.stack([across, down, 255 - across], 2).astype(np.uint8)
    Image.fromarray(pixels).save(path, quality=90)
    return path


def text(page: Browser, name: str) -> str:
    return page.run(f"document.getElementById('{name}').textContent")


def test_an_image_is_chosen_and_answered_on_the_page(tmp_path):
    recipe = Recipe(model=LAYERS, normalise="mean-std")
    run = drawn_run(tmp_path / "study", recipe, ["cat", "dog", "eel"], 24, 3)
    photo = picture(tmp_path / "photo.jpg")
    (tmp_path / "broken.png").write_bytes(b"junk")
    (tmp_path / "large.png").write_bytes(bytes(1_000_001))
    with served(run) as address, Browser() as page:
        page.open(f"{address}?lang=en")
        page.choose("#file", [photo])
        page.wait(ANSWERED)
        kept(page, "class")
        asked = Request(f"{address}predict", photo.read_bytes(), {"content-type": "image/jpeg"})
        with urlopen(asked) as told:
            classes = json.load(told)["images"][0]["classes"]
        expected = [f"{one['name']}\n{100 * one['probability']:.1f}\u00a0%" for one in classes]
        rows = page.run("[...document.querySelectorAll('#bars li')].map(row => row.innerText)")
        assert rows == expected
        assert text(page, "sentence") == expected[0].replace("\n", ", with ")

        # The keyboard: focus is at the answer, the next stop is the switch, which Space turns.
        assert page.run("document.activeElement.id") == "answer"
        page.press("Tab", 9)
        assert page.run("document.activeElement.id") == "overlay"
        page.press(" ", 32)
        page.wait("document.getElementById('picture').src.startsWith('data:image/jpeg')")
        assert "Grad-CAM" in page.run("document.getElementById('picture').alt")
        kept(page, "seen")
        nodes = page.ask("Accessibility.getFullAXTree")["nodes"]
        named = {node.get("name", {}).get("value") for node in nodes}
        assert {"Show what speaks for the answer", "Choose an image", "Take a photo"} <= named
        requests, faults = page.requests(), page.faults()

        # What goes wrong is said in the page's language.
        size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
        page.ask("Emulation.setDeviceMetricsOverride", **size)
        page.open(f"{address}?lang=id")
        page.choose("#file", [tmp_path / "broken.png"])
        page.wait("!document.getElementById('error').hidden")
        assert text(page, "error").startswith("Berkas tidak dapat dibaca sebagai gambar")
        page.choose("#file", [tmp_path / "large.png"])
        page.wait("document.getElementById('error').textContent.startsWith('Berkas terlalu besar')")

        # Pasted and dropped images take the same way; a phone's width is enough.
        content = base64.b64encode(photo.read_bytes()).decode()
        for event in ("ClipboardEvent('paste', {clipboardData", "DragEvent('drop', {dataTransfer"):
            page.run(GIVE.replace("CONTENT", content).replace("EVENT", f"{event}: data}})"))
            page.wait(ANSWERED)
        kept(page, "phone")
        assert ", dengan " in text(page, "sentence")
        assert page.run("document.documentElement.scrollWidth") <= 390
        requests += page.requests()
        assert [one for one in requests if not one.startswith(address)] == []
        assert [one for one in faults + page.faults() if "422" not in one] == []


def test_a_mask_lies_over_its_image(tmp_path):
    recipe = Recipe(model={"name": "unet", "width": 4, "depth": 2}, normalise="mean-std")
    classes = ["pet", "border", "background"]
    run = drawn_run(tmp_path / "study", recipe, classes, 16, 3, factor=3)
    with served(run) as address, Browser() as page:
        page.open(f"{address}?lang=en")
        page.choose("#file", [picture(tmp_path / "photo.jpg")])
        page.wait(ANSWERED)
        kept(page, "mask")
        assert page.run("document.getElementById('overlay').checked")
        page.wait("document.getElementById('picture').naturalWidth == 320")
        numbers = "[...document.querySelectorAll('#bars .share')].map(e => parseFloat(e.innerText))"
        assert sum(page.run(numbers)) == pytest.approx(100, abs=0.2)
        link = page.run("document.getElementById('download').href")
        assert link.startswith("data:image/png;base64,iVBOR")
        assert page.faults() == []
