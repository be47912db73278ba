"""The application of `alih serve`: answers equal those of the model, and whatever is sent to it is
answered in the caller's language."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import re
import struct
import threading
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

import alih
from alih.evaluation.calibration import rescaled, temperature
from alih.inspect.predictor import Predictor
from alih.serving import guard
from alih.serving.app import build
from alih.serving.batching import Batcher
from alih.serving.guard import Guard, language_of
from alih.serving.limits import Limits
from alih.serving.model import ClassAnswer, open_model
from alih.study.document.arm import Recipe

CLASSES = ["cat", "dog", "<b>eel</b>"]
LAYERS = {"layers": [{"conv": {"filters": 4, "kernel": 3}}, "flatten"]}
STUDY = """
name: s
title: t
data: {folder: nowhere, image_size: 24}
model: {layers: [{conv: {filters: 4, kernel: 3}}, flatten]}
train: {epochs: 1, batch_size: 8, lr: 0.01}
arms: {a: {}, b: {train: {lr: 0.02}}}
compare: {baseline: a}
"""


def picture(seed: int = 0, size: tuple[int, int] = (40, 30), kind: str = "PNG") -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def drawn_run(*given, **named) -> Path:
    """A finished run; without torch, its tests are skipped and those of a fake model are not."""
    pytest.importorskip("torch")
    from tests.support import networks

    return networks.drawn_run(*given, **named)


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    recipe = Recipe(model=LAYERS, normalise="mean-std")
    place = tmp_path_factory.mktemp("served") / "study"
    folder = drawn_run(place, recipe, CLASSES, 24, 3, study=STUDY)
    draw = np.random.default_rng(0)
    table = draw.dirichlet([0.3] * 3, 60).astype(np.float16)
    np.savez(folder / "probabilities.npz", validation=table)
    label = draw.integers(0, 3, 60).astype(np.uint8)
    sure = table.max(axis=1).astype(np.float32)
    np.savez(folder / "scores.npz", validation_label=label, validation_confidence=sure)
    return folder


@pytest.fixture(scope="module")
def masks(tmp_path_factory) -> Path:
    recipe = Recipe(model={"name": "unet", "width": 4, "depth": 2}, normalise="mean-std")
    place = tmp_path_factory.mktemp("masks") / "study"
    return drawn_run(place, recipe, ["pet", "border", "background"], 16, 3, factor=3)


@pytest.fixture(scope="module")
def client(run):
    limits = Limits(bytes=300_000, pixels=1_000_000, images=4)
    app = build(open_model(run, "cpu", max_pixels=limits.pixels), limits)
    with TestClient(app, raise_server_exceptions=False) as found:
        yield found


@pytest.fixture(scope="module")
def mask_client(masks):
    with TestClient(build(open_model(masks, "cpu", max_pixels=10**6))) as found:
        yield found


def form(*contents: bytes, name: str = "a.png") -> list:
    return [("file", (name, content, "image/png")) for content in contents]


# Answers


def test_answers_are_the_predictor_s_and_calibrated_on_validation_images(client, run, tmp_path):
    sent = [picture(seed, kind=kind) for seed, kind in enumerate(("PNG", "JPEG", "WEBP"))]
    told = client.post("/predict?top=3", files=form(*sent)).json()
    predictor, rows = Predictor.open(run, "cpu"), []
    for index, content in enumerate(sent):
        (tmp_path / str(index)).write_bytes(content)
        rows.append(predictor.read(tmp_path / str(index)))
    plain = predictor.probabilities(np.stack(rows))
    with np.load(run / "probabilities.npz") as p, np.load(run / "scores.npz") as s:
        found = temperature(p["validation"], s["validation_label"])
    assert told["temperature"] == pytest.approx(found)
    assert not 0.8 < found < 1.25, "else calibrating changes next to nothing"
    for image, row, scaled in zip(told["images"], plain, rescaled(plain, found), strict=True):
        by_name = {one["name"]: one for one in image["classes"]}
        order = [one["name"] for one in image["classes"]]
        assert order == [CLASSES[index] for index in np.argsort(-row, kind="stable")]
        assert image["label"] == order[0]
        for name, own, calibrated in zip(CLASSES, row, scaled, strict=True):
            assert by_name[name]["uncalibrated"] == pytest.approx(own, abs=1e-6)
            assert by_name[name]["probability"] == pytest.approx(calibrated, abs=1e-6)
        assert image["unlike"] == (np.log(max(row)) < predictor.judgement.familiar.log_probability)
    assert told["model"] == predictor.name


def test_an_image_can_be_the_body_and_top_limits_classes(client):
    content = picture()
    in_form = client.post("/predict?top=1", files=form(content)).json()["images"][0]
    for kind in ("image/png", "application/octet-stream", ""):
        headers = {"content-type": kind} if kind else {}
        alone = client.post("/predict?top=1", content=content, headers=headers).json()["images"][0]
        assert alone["classes"] == in_form["classes"]
    assert len(in_form["classes"]) == 1


def test_what_speaks_for_an_answer_comes_as_a_picture(client):
    told = client.post("/predict?picture=true", files=form(picture())).json()["images"][0]
    with Image.open(io.BytesIO(base64.b64decode(told["picture"]))) as shown:
        assert shown.format == "JPEG"
        assert shown.size == (288, 288)


def test_masks_are_those_of_alih_segment(mask_client, masks, tmp_path):
    content = picture(3, (50, 38))
    (tmp_path / "a.png").write_bytes(content)
    own = alih.segment(masks, tmp_path / "a.png", tmp_path / "out")
    told = mask_client.post("/predict", files=form(content)).json()
    image = told["images"][0]
    assert (image["width"], image["height"]) == (50, 38)
    assert {area["name"]: area["share"] for area in image["areas"]} == own.shares
    assert base64.b64decode(image["mask"]) == own.mask.read_bytes()
    assert "picture" not in image
    assert mask_client.post("/mask", files=form(content)).content == own.mask.read_bytes()
    assert mask_client.post("/mask", files=form(content, content)).status_code == 400


def test_a_bad_file_among_good_ones_gets_its_own_error(client):
    told = client.post("/predict", files=form(picture(), b"junk")).json()["images"]
    assert "label" in told[0]
    assert told[1]["error"]["code"] == "unreadable"


def test_names_lead_nowhere(client, tmp_path):
    before = set(tmp_path.parent.rglob("*"))
    for name in ("../../../etc/passwd", "..\\..\\a\\passwd", "/etc/passwd", "a/../passwd"):
        told = client.post("/predict", files=form(picture(), name=name)).json()
        assert told["images"][0]["file"] == "passwd"
    assert set(tmp_path.parent.rglob("*")) == before


# Whatever is sent


def png_of(width: int, height: int) -> bytes:
    """A PNG whose header promises a size; its content would never end."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


JUNK = {
    "empty": (b"", 400, "empty"),
    "text": (b"hello, I am no image", 422, "unreadable"),
    "pdf": (b"%PDF-1.7 " + bytes(200), 422, "unreadable"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "unreadable"),
    "cut": (picture()[:-700], 422, "unreadable"),
    "head": (picture()[:20], 422, "unreadable"),
    "jpeg": (picture(kind="JPEG")[:300], 422, "unreadable"),
    "bomb": (png_of(50_000, 50_000), 413, "too_many_pixels"),
    "wide": (png_of(1_000_001, 1), 413, "too_many_pixels"),
    "short": (png_of(900, 900), 422, "unreadable"),
}


@pytest.mark.parametrize("name", JUNK)
def test_junk_gets_a_sentence_in_the_caller_s_language(client, name):
    content, status, code = JUNK[name]
    heard = {}
    for lang in ("en", "id"):
        headers = {"accept-language": lang}
        for told in (
            client.post("/predict", files=form(content), headers=headers),
            client.post("/predict", content=content, headers=headers),
        ):
            assert told.status_code == status
            error = told.json()["error"]
            assert error["code"] == code
            assert not re.search("Traceback|/tmp|alih-serve|None", error["message"])
            heard[lang] = error["message"]
    assert heard["en"] != heard["id"]


@pytest.mark.parametrize("name", ["text", "bomb", "cut"])
def test_masks_refuse_junk_likewise(mask_client, name):
    content, status, code = JUNK[name]
    told = mask_client.post("/mask", content=content)
    assert (told.status_code, told.json()["error"]["code"]) == (status, code)


def asked(client, method: str, path: str, **values) -> tuple[int, str]:
    told = client.request(method, path, **values)
    return told.status_code, told.json()["error"]["code"]


def test_wrong_requests_get_a_sentence(client):
    boundless = {"content-type": "multipart/form-data"}
    torn = {"content-type": "multipart/form-data; boundary=x"}
    assert asked(client, "POST", "/predict", json={"a": 1}) == (415, "wrong_type")
    assert asked(client, "POST", "/predict", data={"a": "1"}) == (415, "wrong_type")
    assert asked(client, "POST", "/predict", content=b"x", headers=boundless) == (400, "bad_form")
    assert asked(client, "POST", "/predict", content=b"--x\r\njunk", headers=torn)[0] == 400
    assert asked(client, "POST", "/predict", files=form(*[picture()] * 5)) == (400, "bad_form")
    none = {"field": (None, "text")}
    assert asked(client, "POST", "/predict", files=none) == (400, "no_image")
    assert asked(client, "POST", "/predict?top=0", files=form(b"x")) == (400, "bad_option")
    assert asked(client, "POST", "/predict?picture=maybe", files=form(b"x")) == (400, "bad_option")
    assert asked(client, "POST", "/mask", files=form(picture())) == (404, "no_masks")
    assert asked(client, "GET", "/predict") == (405, "no_method")
    assert asked(client, "GET", "/../../etc/passwd") == (404, "no_page")


def test_large_bodies_are_cut_off_where_the_limit_is_reached(client):
    taken = []

    def parts():
        for _ in range(1000):
            taken.append(1)
            yield bytes(10_000)

    assert asked(client, "POST", "/predict", content=bytes(300_001)) == (413, "too_many_bytes")
    length = {"content-length": "300001"}
    assert asked(client, "POST", "/predict", content=b"", headers=length)[0] == 413
    assert asked(client, "POST", "/predict", content=parts()) == (413, "too_many_bytes")


def asgi(app: Guard, receive, path: str = "/predict", **headers: str) -> tuple[int, dict, list]:
    """One request as a server hands it over; `receive` gives what comes of its body."""
    sent: list[dict] = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 9),
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
    }
    asyncio.run(app(scope, receive, send))
    content = b"".join(m.get("body", b"") for m in sent[1:])
    return sent[0]["status"], json.loads(content), sent[0]["headers"]


class Fake:
    """A model that does as it is told."""

    name, classes, most, temperature, task = "fake", ("a", "b"), 8, None, "classification"
    runtime, explains = "torch", False

    def __init__(self, act=lambda: None) -> None:
        self.act = act

    def prepare(self, path: Path) -> bytes:
        return path.read_bytes()

    def answer(self, jobs):
        self.act()
        return [
            ClassAnswer(np.array([0.75, 0.25]), np.array([0.75, 0.25]), None, None) for _ in jobs
        ]

    def warm(self) -> None:
        pass


def test_a_body_that_comes_too_slowly_is_cut_off(monkeypatch):
    monkeypatch.setattr(guard, "LINGER", 0.2)
    app = build(Fake(), Limits(patience=0.2, rate=1_000_000))

    async def receive():
        await asyncio.sleep(0.05)
        return {"type": "http.request", "body": b"x", "more_body": True}

    status, told, headers = asgi(app, receive, content_length="1000", accept_language="id")
    assert (status, told["error"]["code"]) == (408, "too_slow")
    assert told["error"]["message"].startswith("Permintaan datang terlalu lambat")
    assert (b"connection", b"close") in headers


def test_a_caller_that_goes_away_is_no_error_of_the_server():
    async def receive():
        return {"type": "http.disconnect"}

    status, told, _ = asgi(build(Fake()), receive, content_length="1000")
    assert (status, told["error"]["code"]) == (400, "cut_off")


def test_a_full_server_turns_callers_away():
    hold, inside = threading.Event(), threading.Event()

    def act():
        inside.set()
        hold.wait(10)

    with TestClient(build(Fake(act), Limits(waiting=1))) as client:
        first = threading.Thread(target=lambda: client.post("/predict", content=b"x"))
        first.start()
        inside.wait(10)
        told = client.post("/predict", content=b"x")
        hold.set()
        first.join()
        assert (told.status_code, told.headers["retry-after"]) == (503, "1")
        assert client.get("/health").status_code == 200
        assert client.post("/predict", content=b"x").status_code == 200


def test_an_answer_that_takes_too_long_is_given_up():
    with TestClient(build(Fake(lambda: time.sleep(0.4)), Limits(seconds=0.1))) as client:
        assert asked(client, "POST", "/predict", content=b"x") == (503, "late")


def test_a_failing_model_tells_callers_nothing_of_itself():
    def act():
        raise RuntimeError("secret")

    with TestClient(build(Fake(act)), raise_server_exceptions=False) as client:
        told = client.post("/predict", content=b"x")
        assert (told.status_code, told.json()["error"]["code"]) == (500, "failed")
        assert "secret" not in told.text


# Batches


def test_callers_are_answered_together_and_each_with_its_own():
    sizes = []

    async def main():
        def answer(items):
            time.sleep(0.02)
            return [item * 10 if item != 3 else ValueError("three") for item in items]

        batcher = Batcher(answer, 8, 0.005, sizes.append)
        batcher.start()
        found = await asyncio.gather(*(batcher(n) for n in range(20)), return_exceptions=True)
        await batcher.stop()
        return found

    found = asyncio.run(main())
    assert isinstance(found[3], ValueError)
    assert [one for n, one in enumerate(found) if n != 3] == [n * 10 for n in range(20) if n != 3]
    assert sizes == [8, 8, 4]


def test_a_batch_waits_for_what_is_on_its_way_and_for_nothing_else():
    sizes, on_their_way = [], [1]

    async def main():
        batcher = Batcher(lambda items: items, 8, 300, sizes.append, lambda: len(on_their_way))
        batcher.start()
        first = asyncio.create_task(batcher(1))
        await asyncio.sleep(0.05)
        assert not first.done()
        on_their_way.clear()
        assert await batcher(2) == 2
        assert await first == 1
        assert await asyncio.wait_for(batcher(3), 60) == 3
        await batcher.stop()

    asyncio.run(main())
    assert sizes == [2, 1]


# Beside answers


def test_health_metrics_and_the_description_are_there(client):
    health = client.get("/health").json()
    assert (health["status"], health["classes"]) == ("ok", CLASSES)
    client.post("/predict", content=picture())
    client.post("/predict", content=b"")
    client.get("/no/such/page")
    text = client.get("/metrics").text
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(values['alih_requests_total{path="/predict",status="200"}']) >= 1
    assert float(values['alih_requests_total{path="other",status="404"}']) >= 1
    assert float(values['alih_errors_total{reason="empty"}']) >= 1
    asking = [float(v) for k, v in values.items() if 'total{path="/predict"' in k]
    total = float(values["alih_request_seconds_count"])
    assert sum(asking) <= total == float(values['alih_request_seconds_bucket{le="+Inf"}'])
    assert float(values["alih_queue"]) == 0
    described = client.get("/openapi.json").json()
    assert {"/predict", "/mask", "/health", "/metrics"} == set(described["paths"])
    assert client.get("/docs").status_code == 404
    for path in ("/", "/health"):
        told = client.head(path)
        assert (told.status_code, told.content) == (200, b"")


def test_the_page_speaks_both_languages_and_loads_nothing_from_elsewhere(client):
    for lang, heard in (("en", "Choose an image"), ("id", "Pilih gambar")):
        by_header = client.get("/", headers={"accept-language": f"{lang}-XX"})
        assert by_header.text == client.get(f"/?lang={lang}").text
        assert heard in by_header.text
        assert f'<html lang="{lang}">' in by_header.text
        assert "&lt;b&gt;eel&lt;/b&gt;" in by_header.text
        assert "default-src 'self'" in by_header.headers["content-security-policy"]
    parts = [client.get(path) for path in ("/", "/page.css", "/page.js")]
    for part in parts:
        outside = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+", part.text))
        assert outside <= {"http://www.w3.org"}, part.url
        assert not re.search(r"<script>|\son\w+=|\sstyle=", part.text), "the policy forbids it"


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", "en"),
        ("id", "id"),
        ("id-ID,en;q=0.8", "id"),
        ("en;q=0.3, in;q=0.4", "id"),
        ("fr", "en"),
        ("id;q=0", "en"),
        ("idiom", "en"),
        (";;,q=", "en"),
    ],
)
def test_the_language_is_the_best_that_a_caller_accepts(accepted, expected):
    assert language_of(accepted) == expected
