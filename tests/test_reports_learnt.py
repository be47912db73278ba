"""What `match` learnt, in the report: pairs over epochs, the last epoch's matrix, channels."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.cards import seal
from tests.support.fake_study import make, write_npz

from alih.reports.build import write
from alih.reports.kit import theme
from alih.reports.kit.facts import gather
from alih.reports.study import learnt
from alih.runs.folder import FACTS

SOURCE, TARGET = ["block1", "block2", "block2"], ["conv1", "conv1", "conv2"]


def stored(weights: str, shift: float) -> dict[str, np.ndarray]:
    pair = np.array([[1, 1, 1], [1.5, 0.5, 0], [2, 0.2, 0]], np.float32) + np.float32(shift)
    return {
        "source": np.array(SOURCE),
        "target": np.array(TARGET),
        "weights": np.array(weights),
        "epoch": np.array([1, 2, 3], np.int32),
        "pair": pair,
        "source_channels": np.array([2, 4, 4], np.int32),
        "channels": np.array([0.1, 0.9, *[0.25] * 4, 0.1, 0.2, 0.3, 0.4], np.float32),
    }


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = make(tmp_path_factory.mktemp("learnt") / "s", seeds=2, n_items=40, epochs=2)
    first, second = list(gather(root).study.arms)[:2]
    for group in gather(root).groups:
        for cell in group.done:
            if group.arm in (first, second):
                kind = "pairs-and-channels" if group.arm == first else "uniform"
                write_npz(cell.path / FACTS, stored(kind, 0.1 * cell.cell.replicate))
                seal(cell.path)
    return root


def test_weights_are_means_over_replicates_and_channels_multiples_of_equal_weights(root):
    found = [
        a
        for g in gather(root).groups
        for c in g.done
        if (a := learnt.facts_of(c.arrays("transfer")))
    ]
    assert len(found) == 2
    mean = learnt.averaged(found)
    np.testing.assert_allclose(mean["pair"][-1], [2.05, 0.25, 0.05], rtol=1e-5)
    assert learnt.rows(mean)[0] == ["block1", "conv1", "2.05", "1 (1.80 ×), 0 (0.20 ×)"]
    assert learnt.rows(mean)[2][3].startswith("3 (1.60 ×)")
    longer = learnt.averaged(
        [found[0], {**found[1], "epoch": np.array([1]), "pair": found[1]["pair"][:1]}]
    )
    assert longer["pair"].shape == (1, 3)


@pytest.mark.usefixtures("undrawn")
def test_the_page_says_what_moved_where(root):
    page = write(root, "id").read_text()
    assert "Apa yang berpindah ke mana" in page
    assert f"learnt-{next(iter(gather(root).study.arms))}.csv" in page


def test_pairs_are_drawn_over_epochs_and_as_a_matrix(root, tmp_path):
    with theme.applied(), theme.kept() as figures:
        (found,) = learnt.learnt(gather(root), tmp_path)
    assert "block1 → conv1: 1.05 → 2.05" in found.figure.alt
    over, last, _ = figures[found.figure.stem].axes
    np.testing.assert_allclose(over.images[0].get_array()[0], [1.05, 1.55, 2.05], rtol=1e-5)
    matrix = last.images[0].get_array()
    assert matrix.mask.tolist() == [[False, True], [False, False]]
    assert [text.get_text() for text in last.texts] == ["2.05", "0.25", "0.05"]
