"""Where Fashion-MNIST comes from, in which order, and what is said when it cannot be had."""

import functools
import gzip
import http.server
import os
import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from alih.data import fashion_mnist, store
from alih.data.idx import write_idx
from alih.data.load import available, fetch, load
from alih.errors import AlihError
from alih.files.cache import entries
from alih.files.rows import Rows
from alih.study.document.data import DataSpec

MINI = fashion_mnist.EMBEDDED
FULL = DataSpec(set="fashion-mnist")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A machine without Fashion-MNIST, apt or network; the mini set's files stand for the full
    set's."""
    monkeypatch.setitem(
        fashion_mnist.CONTENT, "fashion-mnist", fashion_mnist.CONTENT["fashion-mnist-mini"]
    )
    monkeypatch.setenv("ALIH_DEBIAN_ROOT", str(tmp_path / "debian"))
    monkeypatch.setenv(
        "ALIH_FASHION_MNIST_URL", "http://127.0.0.1:9"
    )  # the discard port: refused at once
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def copy_mini(folder, plain=False, dotted=False):
    folder.mkdir(parents=True, exist_ok=True)
    for stem in fashion_mnist.STEMS.values():
        content = (MINI / f"{stem}.gz").read_bytes()
        name = stem.replace("-idx", ".idx") if dotted else stem
        (folder / (name if plain else f"{name}.gz")).write_bytes(
            gzip.decompress(content) if plain else content
        )
    return folder


def test_the_embedded_set():
    images = load(DataSpec(set="fashion-mnist-mini"))
    assert images.images.shape == (7000, 28, 28, 1)
    assert images.images.dtype == np.uint8
    assert isinstance(images.images, Rows)
    assert not images.images[:].flags.writeable
    assert images.labels.dtype == np.int64
    assert len(images) == 7000
    assert images.official_test == 1000
    assert images.classes == fashion_mnist.CLASSES
    assert np.bincount(images.labels[:6000]).tolist() == [600] * 10
    assert np.bincount(images.labels[6000:]).tolist() == [100] * 10
    card = images.card
    assert card["counts"]["train"]["Ankle boot"] == 600
    assert (card["name"], card["licence"], card["image_size"], card["channels"]) == (
        "fashion-mnist-mini",
        "MIT",
        28,
        1,
    )
    assert len(card["sha256"]) == 64
    assert sum(path.stat().st_size for path in MINI.iterdir()) < 4_000_000
    assert "MIT License" in (MINI / "LICENSE").read_text()


def test_decode_settings_give_other_arrays():
    small = load(DataSpec(set="fashion-mnist-mini", image_size=14, channels=3))
    assert small.images.shape == (7000, 14, 14, 3)
    assert (small.card["image_size"], small.card["channels"]) == (14, 3)
    assert np.array_equal(small.images[..., 0], small.images[..., 2])
    assert len(entries(store.ROOM)) == 1


@pytest.mark.realdata
def test_the_full_set_and_that_the_embedded_one_is_part_of_it():
    if not fashion_mnist.look(fashion_mnist.debian_folder(), "debian"):
        pytest.skip(f"Debian package {fashion_mnist.DEBIAN_PACKAGE} is not installed")
    full, mini = load(FULL), load(DataSpec(set="fashion-mnist-mini"))
    assert full.images.shape == (70000, 28, 28, 1)
    assert full.official_test == 10000
    assert full.card["counts"]["test"] == dict.fromkeys(fashion_mnist.CLASSES, 1000)
    assert full.labels[:5].tolist() == [9, 0, 0, 3, 0]  # as printed by every tutorial on the set
    parts = {
        "train": (slice(0, 60000), slice(0, 6000)),
        "test": (slice(60000, None), slice(6000, None)),
    }
    for whole, piece in parts.values():
        known = {
            (image.tobytes(), label)
            for image, label in zip(full.images[whole], full.labels[whole], strict=True)
        }
        assert all(
            (i.tobytes(), n) in known
            for i, n in zip(mini.images[piece], mini.labels[piece], strict=True)
        )


@pytest.mark.parametrize(
    ("below", "plain", "dotted"),
    [
        ("", False, False),
        ("", True, False),
        ("", True, True),
        ("FashionMNIST/raw", True, False),
        ("fashion-mnist", False, False),
    ],
)
def test_the_users_folder(bare, below, plain, dotted):
    copy_mini(bare / "mine" / below, plain, dotted)
    images = load(DataSpec(set="fashion-mnist", path=str(bare / "mine")))
    assert np.array_equal(images.images, load(DataSpec(set="fashion-mnist-mini")).images)


def test_the_users_folder_is_named_when_it_lacks_something(bare):
    with pytest.raises(AlihError) as raised:
        load(DataSpec(set="fashion-mnist", path=str(bare / "nowhere")))
    assert raised.value.key == "data.no_such_folder"
    assert "nowhere" in str(raised.value)
    folder = copy_mini(bare / "mine")
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(AlihError) as raised:
        load(DataSpec(set="fashion-mnist", path=str(folder)))
    assert raised.value.key == "data.missing_files"
    assert "t10k-labels-idx1-ubyte is missing" in str(raised.value)


def test_damaged_and_foreign_files_in_the_users_folder(bare):
    folder = copy_mini(bare / "mine")
    images = folder / "train-images-idx3-ubyte.gz"
    whole = images.read_bytes()
    images.write_bytes(whole[:100_000])
    with pytest.raises(AlihError) as raised:
        load(DataSpec(set="fashion-mnist", path=str(folder)))
    assert raised.value.key == "data.idx_bad_gzip"
    assert str(images) in str(raised.value)
    pixels = np.zeros((6000, 28, 28), np.uint8)
    images.write_bytes(write_idx(pixels))
    with pytest.raises(AlihError) as raised:
        load(DataSpec(set="fashion-mnist", path=str(folder)))
    assert raised.value.key == "data.wrong_content"
    assert str(images) in str(raised.value)
    assert "alih data fetch fashion-mnist" in str(raised.value)


def test_unknown_sets():
    with pytest.raises(AlihError) as raised:
        load(DataSpec(set="fashion-minst"))
    assert raised.value.key == "data.unknown_set"
    assert "'fashion-minst'" in str(raised.value)
    assert "Did you mean 'fashion-mnist'?" in str(raised.value)
    with pytest.raises(AlihError) as raised:
        fetch("zzz")
    assert "alih data list" in str(raised.value)


def test_nothing_works_names_every_source_and_the_command(bare):
    with pytest.raises(AlihError) as raised:
        load(FULL)
    assert raised.value.key == "data.cannot_get"
    sentence = str(raised.value)
    assert "cache (not there)" in sentence
    assert "installed Debian package (not there)" in sentence
    assert "needs the commands apt-get, dpkg-deb" in sentence
    assert "upstream address" in sentence
    assert "refused" in sentence
    assert "`alih data fetch fashion-mnist`" in sentence
    assert not any(row["ready"] for row in available() if row["name"] == "fashion-mnist")


def test_the_installed_package_comes_before_fetching(bare):
    folder = copy_mini(bare / "debian" / fashion_mnist.DEBIAN_FOLDER)
    assert load(FULL).official_test == 1000
    assert fetch("fashion-mnist") == folder
    row = next(row for row in available() if row["name"] == "fashion-mnist")
    assert (row["where"], row["source"], row["ready"]) == (str(folder), "debian", True)
    assert row["bytes"] == sum(path.stat().st_size for path in folder.iterdir())


FAKE_APT = """#!/bin/sh
for word in "$@"; do [ "$word" = {package} ] && found=1; done
[ "$found" ] || exit 9
{body}
"""


def fake_commands(folder, apt, dpkg="exit 1"):
    for name, text in (
        ("apt-get", FAKE_APT.format(package=fashion_mnist.DEBIAN_PACKAGE, body=apt)),
        ("dpkg-deb", f"#!/bin/sh\n{dpkg}\n"),
    ):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)


@pytest.mark.skipif(os.name == "nt", reason="shell scripts stand for apt-get and dpkg-deb")
def test_the_debian_package_without_root(bare, cache):
    copy_mini(bare / "package")
    target = f'"$3"/{fashion_mnist.DEBIAN_FOLDER}'
    unpack = (
        f'[ "$1" = -x ] && [ -f "$2" ] && /bin/mkdir -p {target} && /bin/cp '
        f"{bare}/package/* {target}"
    )
    fake_commands(bare / "bin", "echo deb > dataset-fashion-mnist_1_all.deb", unpack)
    said = []
    folder = fetch("fashion-mnist", lambda *news: said.append(news))
    assert folder == cache / "sets" / "fashion-mnist"
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"{stem}.gz" for stem in fashion_mnist.STEMS.values()
    )
    assert "apt-get download" in said[0][0]
    shutil.rmtree(bare / "bin")
    assert load(FULL).official_test == 1000  # from the cache from now on


@pytest.mark.skipif(os.name == "nt", reason="shell scripts stand for apt-get and dpkg-deb")
def test_what_apt_says_is_passed_on(bare):
    fake_commands(bare / "bin", "echo 'E: Unable to locate package' >&2; exit 100")
    with pytest.raises(AlihError) as raised:
        fetch("fashion-mnist")
    assert "apt-get: E: Unable to locate package" in str(raised.value)
    assert "`apt-get install dataset-fashion-mnist`" in str(raised.value)


@pytest.mark.realdata
@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="needs dpkg-deb")
def test_a_real_package_is_unpacked(bare, cache, monkeypatch):
    real = os.defpath.replace(":", os.pathsep)
    root = bare / "root"
    copy_mini(root / fashion_mnist.DEBIAN_FOLDER)
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN" / "control").write_text(
        "Package: dataset-fashion-mnist\nVersion: 1\nArchitecture: all\n"
        "Maintainer: a <a@b.c>\nDescription: x\n"
    )
    monkeypatch.setenv("PATH", f"{bare / 'bin'}{os.pathsep}{real}")
    subprocess.run(
        ["dpkg-deb", "-b", str(root), str(bare / "made.deb")], check=True, capture_output=True
    )
    (bare / "bin" / "apt-get").write_text(
        f"#!/bin/sh\ncp {bare}/made.deb dataset-fashion-mnist_1_all.deb\n"
    )
    (bare / "bin" / "apt-get").chmod(0o755)
    assert fetch("fashion-mnist") == cache / "sets" / "fashion-mnist"


@pytest.fixture
def server(bare, monkeypatch):
    """A local web server of a folder; yields the folder and the list of requested paths."""
    folder, asked = copy_mini(bare / "web"), []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format, *args):
            asked.append(self.path)

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(folder))
    ) as httpd:
        thread = threading.Thread(
            target=httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        thread.start()
        monkeypatch.setenv("ALIH_FASHION_MNIST_URL", f"http://127.0.0.1:{httpd.server_port}/")
        yield folder, asked
        httpd.shutdown()
        thread.join()


def test_upstream(server, cache):
    folder, asked = server
    news = []
    images = load(FULL, lambda *args: news.append(args))
    assert images.images.shape == (7000, 28, 28, 1)
    assert sorted(asked) == sorted(f"/{stem}.gz" for stem in fashion_mnist.STEMS.values())
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    last = {
        address.rsplit("/", 1)[1]: (done, total)
        for address, done, total in news
        if address.startswith("http")
    }
    assert last == {name: (size, size) for name, size in sizes.items()}
    load(FULL)
    assert len(asked) == 4  # nothing is asked twice
    assert fetch("fashion-mnist") == cache / "sets" / "fashion-mnist"


def test_upstream_serves_something_else(server, cache):
    folder, _ = server
    (folder / "t10k-images-idx3-ubyte.gz").write_bytes(b"<html>moved</html>")
    with pytest.raises(AlihError) as raised:
        load(FULL)
    assert raised.value.key == "data.cannot_get"
    assert "3c 68 74 6d" in str(raised.value)
    assert not list(cache.rglob("*.gz"))  # nothing unchecked is kept


def test_the_second_address_is_tried(server, monkeypatch):
    _, asked = server
    good = os.environ["ALIH_FASHION_MNIST_URL"]
    monkeypatch.delenv("ALIH_FASHION_MNIST_URL")
    monkeypatch.setattr(fashion_mnist, "UPSTREAM", (f"{good}absent/", good))
    assert load(FULL).official_test == 1000
    assert asked[0].startswith("/absent/")


def test_a_damaged_cache_is_fetched_again(server, cache):
    _, asked = server
    fetch("fashion-mnist")
    damaged = cache / "sets" / "fashion-mnist" / "train-images-idx3-ubyte.gz"
    content = damaged.read_bytes()
    damaged.write_bytes(content[:-1000])
    assert load(FULL).official_test == 1000
    assert len(asked) == 8
    assert damaged.read_bytes() == content


def test_workers_that_start_together_fetch_once(server):
    _, asked = server
    with ThreadPoolExecutor(3) as pool:
        loaded = list(pool.map(lambda _: load(FULL).labels, range(3)))
    assert len(asked) == 4
    assert all(np.array_equal(labels, loaded[0]) for labels in loaded)


@pytest.mark.parametrize("announced", ["9000000", "5"])
def test_a_download_of_the_wrong_length(bare, monkeypatch, announced):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", announced)
            self.end_headers()
            self.wfile.write(b"1234567")

        def log_message(self, format, *args):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(
            target=httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        monkeypatch.setenv("ALIH_FASHION_MNIST_URL", f"http://127.0.0.1:{httpd.server_port}")
        with pytest.raises(AlihError) as raised:
            fetch("fashion-mnist")
        httpd.shutdown()
    assert raised.value.key == "data.cannot_get"
    assert ("7 of 9000000 bytes" if announced == "9000000" else "31 32 33 34") in str(raised.value)


def test_fetching_into_a_cache_that_cannot_be_written(server, cache):
    cache.mkdir()
    (cache / "sets").write_text("a file where a folder belongs")
    with pytest.raises(AlihError) as raised:
        fetch("fashion-mnist")
    assert raised.value.key == "data.cache_not_writable"
    assert str(cache / "sets") in str(raised.value)


@pytest.mark.realdata
def test_the_shipped_part_is_what_the_script_chooses():
    from alih.data.embedded import make_mini
    from alih.data.idx import read_idx

    full = fashion_mnist.look(fashion_mnist.debian_folder(), "debian")
    if not full:
        pytest.skip(f"Debian package {fashion_mnist.DEBIAN_PACKAGE} is not installed")
    for part in ("train", "t10k"):
        labels = read_idx(full.paths[f"{part}-labels"], 1)
        shipped = read_idx(MINI / f"{fashion_mnist.STEMS[f'{part}-labels']}.gz", 1)
        assert np.array_equal(labels[make_mini.choose(labels, part)], shipped)


def test_a_cache_that_cannot_be_written(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("ALIH_CACHE", str(blocked))
    with pytest.raises(AlihError) as raised:
        load(DataSpec(set="fashion-mnist-mini"))
    assert raised.value.key == "data.cache_not_writable"
    assert str(blocked) in str(raised.value)
    assert "ALIH_CACHE" in str(raised.value)
