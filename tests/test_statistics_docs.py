"""The worked examples of docs/statistics.md are what the code computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from tests.support.compared import compare

from alih.statistics.single import can_decide, wilson

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "results" / "fashion-mnist-dropout"


@pytest.fixture(scope="module")
def text() -> str:
    return " ".join((ROOT / "docs" / "statistics.md").read_text(encoding="utf-8").split())


def percents(low: float, high: float, digits: int) -> str:
    return f"[{100 * low:.{digits}f}, {100 * high:.{digits}f}]"


def newcombe(p: tuple[int, int], q: tuple[int, int]) -> tuple[float, float, float]:
    """Difference of two independent proportions q − p with the interval of Newcombe (1998), method
    10."""
    one, other = p[0] / p[1], q[0] / q[1]
    (low, high), (least, most) = wilson(*p), wilson(*q)
    half = np.hypot(other - least, high - one), np.hypot(most - other, one - low)
    return other - one, other - one - half[0], other - one + half[1]


def test_the_fashion_mnist_paper(text):
    assert (
        f"92.69 % {percents(*wilson(9269, 10_000), 2)}, "
        f"92.84 % {percents(*wilson(9284, 10_000), 2)}" in text
    )
    difference, low, high = newcombe((9269, 10_000), (9284, 10_000))
    assert (
        f"difference +{100 * difference:.2f} points [−{-100 * low:.2f}, +{100 * high:.2f}]" in text
    )


def test_the_x_ray_paper(text):
    assert f"87.9 % {percents(*wilson(29, 33), 1)} and 100 % [72.2, 100]" in text
    difference, low, high = newcombe((29, 33), (10, 10))
    assert (
        f"+{100 * difference:.0f} points has the interval [−{-100 * low:.0f}, +{100 * high:.0f}]"
        in text
    )
    assert f"Fisher's exact p is {stats.fisher_exact([[29, 4], [10, 0]])[1]:.2f}" in text
    assert f"less than about {100 * can_decide(98, 20, 0.1, folds_per_run=5)[1]:.1f} points" in text


def test_the_kept_study(text):
    rows = {row["metric"]: row for row in compare(KEPT, record_look=False)["comparisons"]}
    accuracy, loss = rows["accuracy"], rows["log_loss"]
    low, high = accuracy["ci"]
    assert (
        f"+{100 * accuracy['difference']:.2f} points, `ci` [+{100 * low:.2f}, "
        f"+{100 * high:.2f}], *{accuracy['verdict']}*" in text
    )
    low, high = loss["ci"]
    assert f"(−{-loss['difference']:.2f}, [−{-low:.2f}, −{-high:.2f}])" in text


def test_runs_of_one_recipe_disagree_as_often_as_the_page_says(text):
    pairs, spreads = [], []
    for arm in ("dropout", "plain"):
        runs = []
        for seed in range(5):
            with np.load(KEPT / "runs" / arm / f"seed-{seed}" / "scores.npz") as stored:
                runs.append(stored["test_label"] == stored["test_prediction"])
        pairs.append([(runs[i] != runs[j]).sum() for i in range(5) for j in range(i)])
        spreads.append(np.std([run.mean() for run in runs], ddof=1))
    with_dropout, without = (f"{np.mean(pair):.0f}" for pair in pairs)
    assert f"disagree on {np.min(pairs)} to {np.max(pairs)} of the 10,000 images" in text
    assert f"({with_dropout} on average with dropout, {without} without)" in text
    assert f"vary by {100 * spreads[0]:.2f} to {100 * spreads[1]:.2f} points" in text


def test_every_table_of_the_page_is_filled_in(text):
    assert "@" not in text.replace("@statistics", "")
