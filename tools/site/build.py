"""Stage the pages of `docs/` and generated ones, and have zensical make a site of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.site import reference

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SITE = "site"
"""The folder of the finished site, beside that of its pages."""
FOLDERS = re.compile(r"\]\((design|schema)/\)")
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)

TUTORIALS = (
    "first-study",
    "own-folder",
    "freezing",
    "segmentation",
    "adaptation",
    "other-tools",
    "export",
    "cluster",
)
HOW_TO = (
    "from-your-seeds",
    "verdict-files",
    "segmentation",
    "domains",
    "adaptation",
    "learned-transfer",
    "add-a-strategy",
    "predict",
    "export",
    "export-page",
    "serve",
    "cluster",
    "trackers",
    "watch",
    "json",
)
"""Pages that are not there (yet) are passed over; new ones that no list names stand at its end."""
EXPLANATION = (
    "statistics",
    "evaluation",
    "diagnosis",
    "results",
    "papers",
    "benchmarks",
    "architecture",
)
INDONESIAN = {
    "Start": "Mulai",
    "Tutorials": "Tutorial",
    "How to": "Panduan",
    "Reference": "Referensi",
    "Commands": "Perintah",
    "Study document": "Dokumen studi",
    "Keys of a study": "Kunci dokumen studi",
    "JSON of commands": "JSON perintah",
    "Errors": "Kesalahan",
    "Checks": "Pemeriksaan",
    "Changes": "Perubahan",
    "Explanation": "Penjelasan",
    "Why it is so": "Alasan rancangan",
    "Light colours": "Warna terang",
    "Dark colours": "Warna gelap",
    "Colours of the system": "Warna sistem",
    "Does this recipe help on my images, by how much, and is the difference real?": (
        "Apakah resep ini membantu pada gambar saya, seberapa besar, dan apakah selisihnya nyata?"
    ),
}
"""What stands around the pages, for those in Indonesian; the builder knows the rest."""


def build(folder: Path) -> int:
    """Build the site into `folder/site`. Returns the exit code of zensical, which is 1 for broken
    links.
    """
    work, site, other = folder / "docs", folder / SITE, folder / f"{SITE}-id"
    if work.exists():
        shutil.rmtree(work)
    stage(work)
    config = folder / "zensical.toml"
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict", "-f", str(config)]
    # What stands around a page is in one language throughout a site: the pages in Indonesian are
    # taken from a second one.
    for place, language in ((site, "en"), (other, "id")):
        config.write_text(_config(work, place, language), encoding="utf-8")
        if code := subprocess.run(command, check=False).returncode:
            return code
    shutil.copytree(other / "id", site / "id", dirs_exist_ok=True)
    shutil.rmtree(other)
    return 0


def _config(work: Path, site: Path, language: str) -> str:
    """The builder's configuration for pages in one language."""
    base = (Path(__file__).with_name("zensical.toml")).read_text(encoding="utf-8")
    places = f'docs_dir = "{work.name}"\nsite_dir = "{site.name}"\n'
    text = base.replace("[project]\n", f"[project]\n{places}nav = {_toml(nav(work))}\n", 1)
    if language == "id":
        text = text.replace('language = "en"', 'language = "id"')
        for english, own in INDONESIAN.items():
            text = text.replace(f'"{english}"', f'"{own}"')
    return text


def stage(work: Path) -> None:
    """Copy `docs/` to `work`, and write the generated pages beside it."""
    shutil.copytree(DOCS, work)
    shutil.copyfile(ROOT / "CHANGELOG.md", work / "changelog.md")
    for name, text in reference.pages().items():
        file = work / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for page in work.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        linked = FOLDERS.sub(r"](\1/index.md)", text)
        if page.name == "changelog.md":
            linked = linked.replace("](docs/", "](")
        if linked != text:
            page.write_text(linked, encoding="utf-8")


def nav(work: Path) -> list[Any]:
    """The tree of pages; every Markdown file of `work` is in it once."""
    placed = {*HOW_TO, *EXPLANATION, "study-document", "index", "changelog"}
    others = sorted(file.stem for file in work.glob("*.md") if file.stem not in placed)
    tree: list[Any] = [
        {"Start": "index.md"},
        {"Tutorials": _listed(work, (f"tutorials/{name}" for name in TUTORIALS))},
        {"How to": _listed(work, (*HOW_TO, *others))},
        {
            "Reference": [
                {"Commands": "reference/commands.md"},
                {"Study document": "study-document.md"},
                {"Keys of a study": "reference/study-keys.md"},
                {"Python": "reference/python.md"},
                {"JSON of commands": "schema/index.md"},
                {"Errors": "reference/errors.md"},
                {"Checks": ["checks/README.md", *_below(work, "checks", "README")]},
                {"Changes": "changelog.md"},
            ]
        },
        {
            "Explanation": [
                *_listed(work, EXPLANATION),
                {"Why it is so": ["design/index.md", *_below(work, "design", "index")]},
            ]
        },
        {
            "Bahasa Indonesia": [
                "id/index.md",
                *_listed(work, (f"id/tutorials/{name}" for name in TUTORIALS)),
                {"Perintah": "id/commands.md"},
            ]
        },
    ]
    return tree


def _listed(work: Path, names: Any) -> list[Any]:
    return [f"{name}.md" for name in names if (work / f"{name}.md").exists()]


def _below(work: Path, folder: str, index: str) -> list[str]:
    files = sorted(file for file in (work / folder).glob("*.md") if file.stem != index)
    return [file.relative_to(work).as_posix() for file in files]


def _toml(value: Any) -> str:
    """A value of strings, lists and tables as TOML on one line."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    return "[" + ", ".join(map(_toml, value)) + "]"
