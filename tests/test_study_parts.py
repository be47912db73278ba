"""Fixed parts of a study's cells: which cells stay together, and how they are dealt out."""

from __future__ import annotations

from collections import Counter

import pytest

from alih.errors import AlihError
from alih.study.loading import load
from alih.study.planning.parts import Part, divided
from alih.study.planning.plan import cells

STUDY = """
schema: 1
name: tiny
title: Tiny
data: {set: fashion-mnist-mini}
seeds: 4
model: {layers: [flatten, {dense: 8}]}
train: {epochs: 1}
arms:
  a: {}
  b: {}
  large: {from: a}
compare: {baseline: a}
"""


@pytest.fixture
def study(tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text(STUDY)
    return load(file)


@pytest.mark.parametrize("parts", [1, 2, 3, 5, 8])
def test_parts_hold_every_cell_once_and_what_it_needs(study, parts):
    found = divided(study, parts)
    dealt = [cell for part in found for cell in part]
    assert Counter(map(str, dealt)) == Counter(map(str, cells(study)))
    for part in found:
        assert part
        assert all(set(cell.above) <= set(part) for cell in part)
    assert divided(study, parts) == found
    assert Part(parts, parts).cells(study) == found[-1]


def test_each_part_has_its_share_of_every_arm(study):
    for part in divided(study, 4):
        assert Counter(cell.arm for cell in part) == {"a": 1, "b": 1, "large": 1}
    for part in divided(study, 2):
        assert Counter(cell.arm for cell in part) == {"a": 2, "b": 2, "large": 2}
        order = [cells(study).index(cell) for cell in part]
        assert order == sorted(order), "replicate 0 of all arms comes first"


def test_levels_that_compute_the_same_stay_together(tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text(STUDY.replace("arms:", "vary: {arms.b.train.lr: [0.1, 0.01]}\narms:"))
    study = load(file)
    for part in divided(study, 4):
        of_a = [cell for cell in part if cell.arm == "a"]
        assert len({cell.replicate for cell in of_a}) == 1
        assert len(of_a) == 2, "the second is a copy of the first"


@pytest.mark.parametrize("text", ["5/4", "0/4", "0/0", "3", "a/b", "-1/3", "1/2/3", "1.5/3", ""])
def test_what_is_no_part_is_refused(text):
    with pytest.raises(AlihError) as caught:
        Part.parse(text)
    assert caught.value.key == "study.no_part"
    assert f"--part {text} " in str(caught.value)


def test_more_parts_than_there_are_cells_that_can_part_are_refused(study):
    with pytest.raises(AlihError) as caught:
        divided(study, 9)
    assert caught.value.key == "study.parts_too_many"
    assert "at most 8" in str(caught.value)


def test_rounds_until_decided_have_no_fixed_parts(tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text(STUDY.replace("seeds: 4", "seeds: until-decided"))
    with pytest.raises(AlihError) as caught:
        divided(load(file), 2)
    assert caught.value.key == "study.parts_until_decided"
