"""The site is built without a network, and its pages load nothing from elsewhere and link to
nothing that is not there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

import pytest
import yaml
from tests.support import browser

ROOT = Path(__file__).resolve().parents[1]
LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}


class Page(HTMLParser):
    """What a page loads, links to, and can be linked at."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.loads, self.links, self.anchors = [], [], set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if "id" in found:
            self.anchors.add(found["id"])
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if tag in LOADING and found.get(LOADING[tag]) and found.get("rel") not in ("canonical",):
            self.loads.append(found[LOADING[tag]])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The finished site, built as `make docs` builds it, by a process that cannot reach a
    network."""
    pytest.importorskip("zensical")
    folder = tmp_path_factory.mktemp("site")
    code = (
        "import socket\n"
        "def refused(*_, **__): raise OSError('no network in this test')\n"
        "socket.socket.connect = socket.getaddrinfo = refused\n"
        "from pathlib import Path\n"
        "from tools.site.build import build\n"
        f"raise SystemExit(build(Path({str(folder)!r})))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


@pytest.mark.slow
def test_pages_load_nothing_from_elsewhere_and_every_link_leads_somewhere(site):
    pages = {file: Page(file) for file in site.rglob("*.html")}
    assert len(pages) > 100
    wrong = []
    for file, page in pages.items():
        if file.name == "404.html":
            continue
        for address in [*page.loads, *page.links]:
            place, anchor = urldefrag(address)
            if urlparse(place).scheme:
                if address in page.loads:
                    wrong.append(f"{file.relative_to(site)} loads {address}")
                continue
            target = (file.parent / unquote(place)).resolve() if place else file
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                wrong.append(f"{file.relative_to(site)} names {address}")
            elif anchor and target in pages and unquote(anchor) not in pages[target].anchors:
                wrong.append(f"{file.relative_to(site)} names {address}: no such heading")
    assert not wrong, "\n".join(sorted(set(wrong)))
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?https?:", sheet.read_text(encoding="utf-8")), sheet


@pytest.mark.slow
def test_what_stands_around_a_page_is_in_its_language(site):
    pages = [
        (site / name).read_text(encoding="utf-8")
        for name in ("tutorials/first-study.html", "id/tutorials/first-study.html")
    ]
    for page, here, elsewhere in zip(
        pages, ("Reference", "Referensi"), ("Referensi", "Reference"), strict=True
    ):
        navigation = re.sub(r"<article.*</article>", "", page, flags=re.DOTALL)
        assert f"{here}\n" in navigation or f">{here}<" in navigation or f" {here} " in navigation
        assert elsewhere not in navigation
    assert '<html lang="en"' in pages[0]
    assert '<html lang="id"' in pages[1]
    assert not list(site.parent.glob("site-*"))


@pytest.mark.slow
def test_search_finds_pages_of_both_languages(site):
    found = json.loads((site / "search.json").read_text(encoding="utf-8"))
    text = json.dumps(found, ensure_ascii=False)
    for name in (
        "How a verdict is reached",
        "Studi pertama Anda",
        "alih.run",
        "A003",
        "seconds_left",
    ):
        assert name in text, name


@pytest.mark.slow
@pytest.mark.skipif(browser.CHROMIUM is None, reason="no Chromium here")
def test_search_works_in_a_page_that_is_opened_as_a_file(site):
    """In Chromium without a network: nothing is asked of one, and a word finds its page."""
    with browser.Browser(width=1200) as seen:
        seen.open(site / "index.html")
        seen.run("document.querySelector('.md-search__button').click()")
        # The dialog is in a tree of its own, so that the page's styles do not reach it.
        seen.run(
            "window.dialog = () => [...document.querySelectorAll('div')]"
            ".find(one => one.shadowRoot).shadowRoot"
        )
        seen.wait("window.dialog().querySelector('input') !== null")
        seen.run(
            "(() => { const box = window.dialog().querySelector('input'); box.focus();"
            "box.value = 'A023'; box.dispatchEvent(new Event('input', {bubbles: true})); })()"
        )
        seen.wait(
            "window.dialog().textContent.includes('checks/A023')"
            "|| [...window.dialog().querySelectorAll('a')].some(a => a.href.includes('A023'))"
        )
        assert seen.requests() == []
        assert seen.faults() == []


def test_the_citation_file_is_valid():
    """Against the keys that the format (1.2.0) demands; versions and names as in pyproject.toml."""
    import tomllib

    found = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert found["cff-version"] == "1.2.0"
    assert found["title"] == project["name"]
    assert found["version"] == project["version"]
    assert found["license"] == project["license"]
    assert found["type"] == "software"
    assert found["message"]
    assert found["authors"]
    assert all("name" in one or "family-names" in one for one in found["authors"])
