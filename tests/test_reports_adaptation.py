"""The report's section on two domains: gains over the source alone, distances, maps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.support import fake_study
from tests.support.cards import seal
from tests.support.html import Page, undrawn
from tests.test_comparison_adaptation import two_domains, with_gap

from alih.reports import build
from alih.reports.kit import theme
from alih.reports.kit.facts import gather
from alih.reports.study import adaptation
from alih.runs.card import Record, write_history
from alih.runs.folder import CellFolder, StudyFolder
from alih.study.planning.cells import Cell


def with_map(root: Path, arm: str) -> None:
    """Store 60 images of each domain, and a discriminator's accuracy in each epoch."""
    folder = CellFolder(root, Cell(arm, 0))
    rng = np.random.default_rng(0)
    arrays = {"method": np.array("tsne")}
    for domain, split in (("source", "validation"), ("target", "test")):
        arrays[f"{domain}_item"] = folder.scores(split)["item"][:60].astype(np.int32)
        arrays[domain] = rng.normal(size=(60, 8)).astype(np.float16)
        arrays[f"{domain}_map"] = rng.uniform(-1, 1, (60, 2)).astype(np.float16)
    fake_study.write_npz(folder.path / "domains.npz", arrays)
    logged = [Record(n, 43 * n, "train", "domain_accuracy", 0.9 - n / 5) for n in (1, 2)]
    write_history(folder.path, [*folder.history, *logged])
    seal(folder.path)


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    root = two_domains(tmp_path_factory.mktemp("adapted") / "s", skill=2.6)
    for arm, errors in (("plain", [0.05] * 3), ("dropout", [0.4, 0.5, 0.45])):
        with_gap(root, arm, errors)
        with_map(root, arm)
    card = StudyFolder(root).data
    card.model_copy(update={"source_set": card}).write(root)
    for replicate, rows in enumerate(([[0] * 10, [3, 1] + [0] * 8], [[0] * 10, [1, 3] + [0] * 8])):
        place = CellFolder(root, Cell("dropout", replicate)).path
        counts = {"accepted_epoch": np.array([1, 2]), "accepted": np.array(rows)}
        np.savez(place / "transfer.npz", **counts)
        seal(place)
    return root


def test_the_page_tells_gain_distance_and_maps(study, monkeypatch):
    undrawn(monkeypatch)
    place = build.write(study, "id")
    page = Page(place.read_text(encoding="utf-8"))
    assert page.faults == []
    for told in ("lebih buruk: adaptasi merugikan", "sumber saja", "Kedua domain dalam satu peta"):
        assert told in page.text
    assert "membedakan 200 gambar yang disisihkan" in page.text
    table = (place.parent / "tables" / "adaptation.csv").read_text(encoding="utf-8").splitlines()
    plain, adapted = table[1:]
    assert "1,80" in plain
    assert "0,20" in adapted
    drawn = {file.stem for file in (place.parent / "figures").glob("*.svg")}
    assert {"domains-plain", "domains-dropout", "domain-accuracy"} <= drawn
    assert "accepted-classes-dropout" in drawn
    # Each replicate counts alike: half of (75 % and 25 %), and nothing where none was sure.
    assert "yang terbesar ialah T-shirt/top, sebesar 50,0" in place.read_text(encoding="utf-8")


def test_studies_of_one_set_have_no_such_section(tmp_path, monkeypatch):
    root = fake_study.make(tmp_path / "s", seeds=1, published=False, n_items=60, epochs=1)
    assert adaptation.view(gather(root), build.Files(tmp_path / "report")) == []


def test_points_of_a_map_are_one_path():
    with theme.applied():
        figure, axes = theme.drawing(2, 2)
        axes.set_xlim(-1, 1)
        theme.dots(axes, np.random.default_rng(0).uniform(-1, 1, (300, 2)), theme.ARM_COLOURS[0])
        svg = theme.inline(theme.rendered(figure)[0].decode(), "a", "b")
    assert svg.count("var(--arm0)") == 1
    assert len(svg) < 40_000
