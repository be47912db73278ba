"""Image files on their way to arrays: formats, resizing, orientation, ready parts, broken files,
whole studies."""

from __future__ import annotations

import io
import pickle
import shutil
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.conftest import SHARED_DATA
from tests.support.folders import ready

from alih import cli, files
from alih.data import pets_source, pictures, sources, store
from alih.data.decode import Decode
from alih.data.faults import UnusableFiles
from alih.data.load import available, fetch, load, look_through
from alih.data.store import ROOM
from alih.errors import AlihError
from alih.files.rows import Rows
from alih.runs.folder import StudyFolder
from alih.runs.reading import as_rows
from alih.runs.status import survey
from alih.study.catalogue import lookup as listings
from alih.study.checking.notes import data_findings
from alih.study.document.data import DataSpec
from alih.study.document.split import Holdout, RepeatedKFold
from alih.study.loading import load as load_study
from alih.study.planning.cells import Cell


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    listings.forget()


def picture(
    path: Path,
    colour: tuple[int, ...] | int,
    size: tuple[int, int] = (20, 12),
    mode: str = "RGB",
    **options,
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(path, **options)
    return path


def folder(root: Path, per_class: int = 6, size: tuple[int, int] = (20, 12)) -> Path:
    for index in range(per_class):
        picture(root / "dark" / f"{index}.png", (10, 10 + index, 10), size)
        picture(root / "light" / f"{index}.jpg", (240 - index,) * 3, size, quality=95)
    return root


def test_a_folder_becomes_one_memory_mapped_array(tmp_path):
    root = folder(tmp_path / "data")
    images = load(DataSpec(folder=str(root), image_size=8))
    assert images.images.shape == (12, 8, 8, 3)
    assert isinstance(images.images, Rows)
    assert images.labels.tolist() == [0] * 6 + [1] * 6
    assert images.images[:6].max() < 30
    assert images.images[6:].min() > 220
    assert (images.name, images.official_test) == ("data", 0)
    assert images.card["counts"] == {
        "train": {"dark": 6, "light": 6},
        "test": {"dark": 0, "light": 0},
    }
    assert images.card["resize"] == "squash, bilinear, antialiased"
    assert images.card["source"] == str(root)


def test_decoding_tells_how_far_it_is_and_only_when_it_decodes(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "FILES_AT_ONCE", 5)
    spec = DataSpec(folder=str(folder(tmp_path / "data")), image_size=8)
    told: list[tuple[int, int]] = []
    load(spec, decoding=lambda done, of: told.append((done, of)))
    assert told == [(5, 12), (10, 12), (12, 12)]
    load(spec, decoding=lambda done, of: told.append((done, of)))
    assert len(told) == 3


def test_decoded_once_and_again_only_when_something_changed(tmp_path, monkeypatch):
    root = folder(tmp_path / "data")
    spec = DataSpec(folder=str(root), image_size=8)
    read: list[Path] = []
    original = pictures.read_noting
    monkeypatch.setattr(
        pictures,
        "read_noting",
        lambda path, settings: read.append(path) or original(path, settings),
    )
    load(spec)
    assert len(read) == 12
    load(spec)
    assert len(read) == 12
    root.rename(tmp_path / "moved")
    moved = load(DataSpec(folder=str(tmp_path / "moved"), image_size=8))
    assert len(read) == 12, "the same images elsewhere"
    assert moved.name == "moved"
    picture(tmp_path / "moved" / "dark" / "0.png", (99, 0, 0))
    assert load(DataSpec(folder=str(tmp_path / "moved"), image_size=8)).images[0, 0, 0, 0] == 99


def test_squash_and_crop(tmp_path):
    pixels = np.zeros((10, 30, 3), np.uint8)
    pixels[:, 10:20] = 255  # the centre square is white, the sides are black
    whole = Image.fromarray(pixels)
    squashed = pictures.fit(whole, Decode(10, 3))
    assert 70 < squashed.mean() < 100
    cropped = pictures.fit(whole, Decode(10, 3, "crop"))
    assert cropped.min() == 255
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 40, 3), np.uint8))
    reference = np.asarray(noise.resize((16, 16), Image.Resampling.BICUBIC))
    assert np.array_equal(pictures.fit(noise, Decode(16, 3, interpolation="bicubic")), reference)
    assert not np.array_equal(pictures.fit(noise, Decode(16, 3)), reference)
    short_side_first = (
        noise.resize((40, 80)).resize((16, 32), Image.Resampling.BILINEAR).crop((0, 8, 16, 24))
    )
    ours = pictures.fit(noise.resize((40, 80)), Decode(16, 3, "crop"))
    assert np.abs(ours.astype(int) - np.asarray(short_side_first)).max() <= 2


def test_formats_that_folders_really_hold(tmp_path):
    settings = Decode(8, 3)
    gray = picture(tmp_path / "gray.png", 77, mode="L")
    assert (pictures.read(gray, settings) == 77).all()
    assert pictures.read(gray, Decode(8, 1)).shape == (8, 8, 1)
    assert (
        pictures.read(picture(tmp_path / "clear.png", (0, 0, 0, 0), mode="RGBA"), settings) == 255
    ).all()
    assert (
        pictures.read(picture(tmp_path / "deep.png", 0xABCD, mode="I;16"), settings) == 0xAB
    ).all()
    assert (pictures.read(picture(tmp_path / "palette.png", 0, mode="P"), settings) == 0).all()
    Image.new("RGB", (4, 4), (1, 2, 3)).save(tmp_path / "not-a.jpg", format="PNG")
    assert pictures.read(tmp_path / "not-a.jpg", settings)[0, 0].tolist() == [1, 2, 3], (
        "content decides, not the suffix"
    )
    half = np.zeros((8, 16, 3), np.uint8)
    half[:, 8:] = 255  # right half white; turned by its orientation, the lower half
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(half).save(tmp_path / "turned.png", exif=exif)
    turned = pictures.read(tmp_path / "turned.png", settings)
    assert turned[:3].max() < 60
    assert turned[5:].min() > 200


def test_a_large_jpeg_decoded_in_part_is_nearly_the_same(tmp_path):
    y, x = np.mgrid[:640, :960]
    pixels = np.stack([x * 255 // 959, y * 255 // 639, (x + y) % 256], -1).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "big.jpg", quality=95)
    with Image.open(tmp_path / "big.jpg") as whole:
        reference = pictures.fit(whole.convert("RGB"), Decode(64, 3)).astype(int)
    ours = pictures.read(tmp_path / "big.jpg", Decode(64, 3)).astype(int)
    assert np.abs(ours - reference)[..., :2].mean() < 1.5


@pytest.mark.parametrize("damage", ["truncated", "text", "empty"])
def test_a_broken_image_is_named(tmp_path, damage):
    root = folder(tmp_path / "data", size=(64, 64))
    victim = root / "light" / "3.jpg"
    content = {
        "truncated": victim.read_bytes()[:300],
        "text": b"<html>not found</html>",
        "empty": b"",
    }[damage]
    victim.write_bytes(content)
    with pytest.raises(AlihError, match=r"light/3\.jpg' cannot be read as an image") as error:
        load(DataSpec(folder=str(root), image_size=8))
    assert error.value.exit_code == 2


def test_all_broken_images_are_named_at_once(tmp_path):
    root = folder(tmp_path / "data", per_class=30)
    broken = [root / "dark" / f"{index}.png" for index in range(22)]
    for path in broken:
        path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(UnusableFiles) as caught:
        load(DataSpec(folder=str(root), image_size=8))
    error = pickle.loads(pickle.dumps(caught.value))
    told = str(error).splitlines()
    assert "22 files" in told[0]
    assert len(told) == 1 + 20 + 1
    assert sum(str(path) in str(error) for path in broken) == 20
    assert told[-1].strip().startswith("… and 2 more; `alih audit`")


def test_broken_links_are_named_with_the_broken_images(tmp_path):
    root = folder(tmp_path / "data")
    (root / "light" / "3.jpg").write_bytes(b"no image")
    gone = [root / "light" / f"link{index}.jpg" for index in range(2)]
    for link in gone:
        link.symlink_to(tmp_path / "nowhere.jpg")
    with pytest.raises(UnusableFiles) as caught:
        load(DataSpec(folder=str(root), image_size=8))
    paths = [Path(error.values["path"]) for error in caught.value.values["errors"]]
    assert paths == [root / "light" / "3.jpg", *gone]


def test_images_are_looked_through_where_they_are_and_kept(tmp_path, monkeypatch):
    root = folder(tmp_path / "data")
    study = load_study(document(tmp_path, root))
    assert look_through(study) == 12
    monkeypatch.setattr(pictures, "read", lambda *_: pytest.fail("decoded twice"))
    assert look_through(study) == 12
    shutil.rmtree(root)
    listings.forget()
    assert look_through(study) == 0, "a finished study can be checked without its images"


def test_check_tells_broken_images_and_odd_folders(tmp_path, capsys):
    root = folder(tmp_path / "data")
    (root / "empty").mkdir()
    shutil.copy(root / "dark" / "0.png", root / "light" / "same.png")
    assert cli.run(["check", str(document(tmp_path, root))]) == 0
    told = capsys.readouterr().out
    assert "13 images were read" in told
    assert "No images in: data/empty" in told
    assert "dark/0.png = light/same.png" in told
    (root / "dark" / "1.png").write_text("no image")
    assert cli.run(["check", str(document(tmp_path, root))]) == 2
    told = capsys.readouterr()
    assert "1.png" in told.err
    assert "is good" not in told.out


def test_images_that_no_memory_holds_are_told_at_check(tmp_path, capsys, monkeypatch):
    def full(*given) -> None:
        raise MemoryError

    monkeypatch.setattr(store._Set, "write", full)
    given = document(tmp_path, folder(tmp_path / "data"))
    arms = (
        "arms={a: {transfer: {strategy: features, handmade: hog}}, "
        "b: {transfer: {strategy: features, handmade: sift}}}"
    )
    assert cli.run(["check", str(given), "--set", "data.image_size=4096", "--set", arms]) == 2
    assert "do not fit into memory" in capsys.readouterr().err


def test_the_same_image_in_two_parts_is_told(tmp_path):
    root = tmp_path / "data"
    folder(root / "train")
    folder(root / "test", per_class=2, size=(9, 9))
    assert data_findings(load_study(document(tmp_path, root))) == []
    shutil.copy(root / "train" / "dark" / "3.png", root / "test" / "dark" / "again.png")
    listings.forget()
    (found,) = data_findings(load_study(document(tmp_path, root)))
    assert (found.code, found.key) == ("A004", "study.twins_in_parts")
    assert "train/dark/3.png = test/dark/again.png" in str(found)


def document(place: Path, root: Path) -> Path:
    file = place / "s.yaml"
    arms = "{a: {model: dcnn}, b: {model: {name: dcnn, dropout: [0.25, 0.5]}}}"
    file.write_text(
        f"title: t\ndata: {{folder: {root}, image_size: 16}}\narms: {arms}\n"
        f"train: {{batch_size: 4}}\ncompare: {{baseline: a}}\n"
    )
    return file


def test_ready_parts_keep_their_items(tmp_path):
    for part, n in (("train", 10), ("val", 4), ("test", 6)):
        folder(tmp_path / "data" / part, n)
    images = load(DataSpec(folder=str(tmp_path / "data"), image_size=4))
    assert (images.official_validation, images.official_test) == (8, 12)
    first, second = (images.divide(Holdout(), 0, replicate) for replicate in (0, 1))
    for split in (first, second):
        assert split.train.tolist() == list(range(20))
        assert split.validation.tolist() == list(range(20, 28))
        assert split.test.tolist() == list(range(28, 40))
    paper = images.divide(Holdout(), 0, 0, "paper")
    assert (len(paper.train), paper.validation.tolist()) == (28, paper.test.tolist())
    folds = images.divide(RepeatedKFold(scheme="repeated-kfold", folds=4, repeats=1), 0, 0)
    assert len(folds.test) == 7
    assert not set(folds.test) & set(range(28, 40)), "the official test part is in no fold"
    without = ready_without_test(tmp_path)
    split = without.divide(Holdout(), 0, 0)
    assert split.validation.tolist() == list(range(20, 28))
    assert len(split.test) == 4
    assert not set(split.test) & set(split.validation)
    assert len(split.train) == 16


def ready_without_test(tmp_path: Path):
    for part, n in (("train", 10), ("valid", 4)):
        folder(tmp_path / "two" / part, n)
    return load(DataSpec(folder=str(tmp_path / "two"), image_size=4))


STUDY = """
title: t
data: {folder: data, image_size: 12}
train: {epochs: 1, batch_size: 8}
seeds: 1
arms:
  a: {model: {layers: [{conv: {filters: 2, stride: 2}}]}}
compare: {baseline: a}
"""


def test_a_study_on_a_folder_runs_and_knows_when_images_change_or_are_gone(tmp_path):
    import alih

    root = folder(tmp_path / "data", 20)
    document = tmp_path / "s.yaml"
    document.write_text(STUDY)
    out = tmp_path / "out"
    assert alih.run(document, out).complete
    card = StudyFolder(out).data
    assert card.classes == ["dark", "light"]
    assert [s.state for s in survey(out, load_study(out))] == ["finished"]
    # Every item is told by its file, also when the images are gone.
    noted = as_rows(())((out / "items.csv").read_bytes())
    assert list(noted[0]) == ["item", "file", "label", "split-0"]
    assert [row["label"] for row in noted] == [row["file"].split("/")[0] for row in noted]
    assert all((root / row["file"]).is_file() for row in noted)
    scores = StudyFolder(out).cell(Cell("a", 0))
    for part in ("validation", "test"):
        found = scores.scores(part)
        assert {int(row["item"]) for row in noted if row["split-0"] == part} == set(
            found["item"].tolist()
        )
        assert [noted[item]["label"] for item in found["item"]] == [
            card.classes[label] for label in found["label"]
        ]
    lost = (root / "dark" / "0.png").rename(tmp_path / "0.png")
    listings.forget()
    (status,) = survey(out, load_study(out))
    assert status.state == "changed"
    assert "data.content: 1 image file is gone (dark/0.png)" in status.reason
    with pytest.raises(AlihError, match=r"gone: dark/0\.png\. Put it back .* --fresh"):
        alih.run(document, out)
    assert (scores.path / "model.safetensors").is_file(), "nothing is lost"
    lost.rename(root / "dark" / "0.png")
    picture(root / "dark" / "new.png", (9, 9, 9))
    listings.forget()
    assert "1 image file is new (dark/new.png)" in survey(out, load_study(out))[0].reason
    (root / "dark" / "new.png").unlink()
    picture(root / "dark" / "0.png", (200, 0, 0))
    listings.forget()
    (status,) = survey(out, load_study(out))
    assert "data.content: image files have other bytes" in status.reason
    assert alih.run(document, out).complete, "computed again"
    root.rename(tmp_path / "gone")
    listings.forget()
    assert [s.state for s in survey(out, load_study(out))] == ["finished"], (
        "results outlive their images"
    )
    with pytest.raises(AlihError, match="There is no folder"):
        alih.run(document, out)


def test_the_commonest_class_is_scored_in_all_folds(tmp_path, monkeypatch):
    from alih.data.domains import domains
    from alih.executors import references as module
    from alih.executors.references import references

    root = folder(tmp_path / "data", 20)
    for file in sorted((root / "light").iterdir())[:3]:
        file.unlink()
    document = tmp_path / "s.yaml"
    split = "split: {scheme: repeated-kfold, folds: 3, repeats: 1, group: 'dark/.|light/.*'}\n"
    document.write_text(STUDY.replace("seeds: 1\n", split))
    study = load_study(document)
    sets = {"target": load(study.data)}
    labels = sets["target"].labels
    right = []
    for fold in range(3):
        parts = domains(sets, study, fold)["target"].split
        right.append(labels[parts.test] == np.bincount(labels[parts.train]).argmax())
    told = references(sets, study)["majority"]["test"]["accuracy"]
    assert told == pytest.approx(np.concatenate(right).mean())
    assert told != pytest.approx(right[0].mean())

    def unwatched(sets, study, fold):
        found = domains(sets, study, fold)
        split = found["target"].split
        empty = replace(split, validation=split.validation[: 0 if fold else None])
        return found | {"target": replace(found["target"], split=empty)}

    monkeypatch.setattr(module, "domains", unwatched)
    watched = references(sets, study)["majority"]
    assert watched["test"]["accuracy"] == told
    assert 0 <= watched["validation"]["accuracy"] <= 1, "of the folds that have validation images"


def test_logistic_regression_is_scored_in_all_folds(tmp_path):
    pytest.importorskip("sklearn")
    from alih.data.domains import domains
    from alih.evaluation.baselines import pixel_logistic
    from alih.executors.references import references

    folder(tmp_path / "data", 20)
    document = tmp_path / "s.yaml"
    split = "split: {scheme: repeated-kfold, folds: 3, repeats: 2}\n"
    document.write_text(STUDY.replace("seeds: 1\n", split))
    study = load_study(document)
    sets = {"target": load(study.data)}
    images, labels = (
        sets["target"].images,
        np.random.default_rng(0).permutation(sets["target"].labels),
    )
    sets["target"] = replace(sets["target"], labels=labels)
    losses, sizes = [], []
    for fold in range(3):
        parts = domains(sets, study, fold)["target"].split
        held = pixel_logistic(images, labels, parts.train, {"test": parts.test}, seed=study.seed)
        losses.append(held["test"]["log_loss"])
        sizes.append(len(parts.test))
    told = references(sets, study)["pixel-logistic"]["test"]["log_loss"]
    assert told == pytest.approx(np.average(losses, weights=sizes))
    assert told != pytest.approx(losses[0])


def test_what_was_solved_at_once_is_not_silently_computed_again_either(tmp_path):
    import alih

    root = folder(tmp_path / "data", 20)
    document = tmp_path / "s.yaml"
    facts = "transfer: {strategy: features, handmade: files, classifier: logistic}"
    document.write_text(STUDY.replace("  a: {", f"  a: {{{facts}, "))
    out = tmp_path / "out"
    assert alih.run(document, out).complete
    (root / "dark" / "0.png").unlink()
    listings.forget()
    with pytest.raises(AlihError, match=r"gone: dark/0\.png\. Put it back .* --fresh"):
        alih.run(document, out)


def test_verdicts_stay_where_images_changed_or_went_since(tmp_path):
    import alih
    from alih.verdicts.compare import compare

    root = folder(tmp_path / "data", 20)
    document = tmp_path / "s.yaml"
    facts = "transfer: {strategy: features, handmade: files, classifier: logistic}"
    document.write_text(STUDY.replace("  a: {", f"  a: {{{facts}, "))
    out = tmp_path / "out"
    assert alih.run(document, out).complete
    before = compare(out, record_look=False).to_json()

    def now() -> tuple[dict, dict]:
        listings.forget()
        found = compare(out, record_look=False).to_json()
        (note,) = [one for one in found["findings"] if one["code"] == "D035"]
        assert {status.state for status in survey(out, load_study(out))} == {"changed"}
        return {key: found[key] for key in found if not key.startswith("findings")}, note

    kept = {key: before[key] for key in before if not key.startswith("findings")}
    picture(root / "dark" / "new.png", (9, 9, 9))
    found, note = now()
    assert found == kept
    assert "1 image file is new (dark/new.png)" in note["text"]
    (root / "dark" / "new.png").unlink()
    (root / "dark" / "0.png").unlink()
    found, note = now()
    assert found == kept
    assert "1 image file is gone (dark/0.png)" in note["text"]
    alih.open_results(out).report()
    assert "The images have changed since." in (out / "report" / "index.html").read_text()
    # Where all cells are computed anew anyway, a missing image costs nothing.
    assert alih.run(document, out, overrides=["seed=5"]).complete
    (root / "dark" / "broken.png").write_text("no image")
    listings.forget()
    planned = alih.plan(document, out)
    assert "dark/broken.png" in planned.sentences()[-1]
    assert planned.to_json()["findings"][0]["code"] == "A011"


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_looks_at_its_images_once_and_computes_all_cells_from_the_same(jobs, tmp_path):
    import alih

    root = folder(tmp_path / "data", 20)
    document = tmp_path / "s.yaml"
    document.write_text(STUDY.replace("seeds: 1", "seeds: 2"))

    def meanwhile(event) -> None:
        if event["kind"] == "plan":
            picture(root / "light" / "new.png", (240, 200, 240))

    text = document.read_text().replace("folder: data", f"folder: {root}")
    out = ready(tmp_path / "out", text)
    alih.run(out, jobs=jobs, on_event=meanwhile)
    listings.forget()
    assert {status.state for status in survey(out, load_study(out))} == {"changed"}
    finished = [
        file for file in (out / "runs").rglob("identity.json") if (file.parent / "done").exists()
    ]
    assert len(finished) == 2
    contents = {files.read_json(file)["parts"]["data.content"] for file in finished}
    assert contents == {StudyFolder(out).data.sha256}
    assert len(list((files.cache_dir() / ROOM).glob("*/"))) == 1, "nothing was decoded anew"


def archives(place: Path) -> None:
    """The two upstream archives, tiny."""
    image = io.BytesIO()
    Image.new("RGB", (8, 8)).save(image, "JPEG")
    lists = {"trainval": b"Bengal_1 2 1 2\nBeagle_1 5 2 1\n", "test": b"Bengal_2 2 1 2\n"}
    trimap = io.BytesIO()
    Image.fromarray(np.repeat([[1, 1, 3, 3, 2, 2, 2, 2]], 8, 0).astype(np.uint8)).save(
        trimap, "PNG"
    )
    names = ("Bengal_1", "Beagle_1", "Bengal_2")
    members = {
        "images.tar.gz": {f"images/{name}.jpg": image.getvalue() for name in names},
        "annotations.tar.gz": {f"annotations/{name}.txt": text for name, text in lists.items()}
        | {f"annotations/trimaps/{name}.png": trimap.getvalue() for name in names},
    }
    for archive, entries in members.items():
        with tarfile.open(place / archive, "w:gz") as packed:
            for name, content in entries.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                packed.addfile(info, io.BytesIO(content))


def test_pets_are_fetched_checked_and_kept(tmp_path, monkeypatch):
    import hashlib

    (tmp_path / "up").mkdir()
    archives(tmp_path / "up")
    monkeypatch.setenv("ALIH_PETS_URL", (tmp_path / "up").as_uri())
    with pytest.raises(AlihError, match=r"images\.tar\.gz .* MD5"):
        fetch("oxford-iiit-pet")
    sums = {
        n: hashlib.md5((tmp_path / "up" / n).read_bytes()).hexdigest() for n in pets_source.ARCHIVES
    }
    monkeypatch.setattr(pets_source, "ARCHIVES", sums)
    images = load(DataSpec(set="oxford-iiit-pet", image_size=4))
    assert images.classes == ("Bengal", "Beagle")
    assert (len(images), images.official_test) == (3, 1)
    here = fetch("oxford-iiit-pet")
    shutil.rmtree(here / "annotations" / "trimaps")
    pets = DataSpec(set="oxford-iiit-pet", image_size=8)
    masks = load(pets, task="segmentation").masks
    assert masks[2, 3].tolist() == [0, 0, 1, 1, 2, 2, 2, 2], (
        "annotations alone are fetched where they are missing"
    )
    monkeypatch.setenv("ALIH_PETS_URL", "http://127.0.0.1:9")
    assert fetch("oxford-iiit-pet").is_dir(), "kept"
    assert next(row for row in available() if row["name"] == "oxford-iiit-pet")["ready"]


def test_pets_without_a_connection(monkeypatch):
    monkeypatch.setenv("ALIH_PETS_URL", "http://127.0.0.1:9")
    with pytest.raises(AlihError, match="alih data fetch oxford-iiit-pet"):
        load(DataSpec(set="oxford-iiit-pet"))


@pytest.mark.realdata
def test_the_37_breeds():
    place = SHARED_DATA / "pets37_192"
    if not place.is_dir():
        pytest.skip(f"{place} is not here")
    images = load(DataSpec(set="oxford-iiit-pet", path=str(place), image_size=32))
    assert len(images.classes) == 37
    assert (len(images) - images.official_test, images.official_test) == (710, 760)
    assert images.classes[:2] == ("Abyssinian", "American Bulldog")
