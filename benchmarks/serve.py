"""Throughput and waiting time of `alih serve` under 1, 8 and 32 clients, beside the server that one
would write: FastAPI, and eager PyTorch that answers one image at a time.

    python benchmarks/serve.py [MODEL] [--seconds 6] [--rounds 3] [--side 500] [--clients 1 8 32]

MODEL is what `alih export` wrote, with its ONNX file; without it a MobileNetV2 of 224 pixels is
made first (a minute). Every server runs in a process of its own on the same cores as the clients,
which keep their connections and send one JPEG after the other. `eager` decodes with Pillow, resizes
as training did and computes in float32. Each round asks all servers in turn, in another order, for
one second that is left out and `--seconds` that count. What is printed is the median over rounds,
with the least and the largest, of answers per second, and the medians of the 50th and 99th
percentile of waiting; ratios are to `eager` within the round.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import uvicorn
from fastapi import FastAPI, Request
from handed import Plain, model, photos, suitable
from PIL import Image

from alih.data import pictures

WARM = 1.0


class Measured(NamedTuple):
    """Answers per second; 50th and 99th percentile of milliseconds until an answer."""

    rate: float
    middle: float
    late: float


def eager(folder: Path, port: int) -> None:
    """The server to compare with."""
    found = suitable(folder)
    app, answer = FastAPI(), Plain(found)

    @app.post("/predict")
    async def predict(request: Request) -> dict:
        with Image.open(io.BytesIO(await request.body())) as picture:
            shares = answer(pictures.fit(picture, found.decode)[None])[0]
        order = np.argsort(-shares)[:5]
        return {"label": found.classes[order[0]], "probabilities": shares[order].tolist()}

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


@contextmanager
def started(command: list[str], port: int) -> Iterator[int]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


async def client(port: int, bodies: list[bytes], until: float, waits: list[float]) -> None:
    """Ask again and again on one connection; `waits` hears of seconds, after the warm-up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    draw, counts_from = random.Random(id(waits)), time.perf_counter() + WARM
    while (asked := time.perf_counter()) < until:
        body = draw.choice(bodies)
        head = (
            f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        told = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(told.split("content-length: ")[1].split("\r\n")[0])
        answer = await reader.readexactly(length)
        if " 200 " not in told.split("\r\n")[0]:
            raise SystemExit(f"{told}{answer.decode()}")
        now = time.perf_counter()
        if now >= counts_from:
            waits.append(now - asked)
    writer.close()


async def clients(port: int, count: int, bodies: list[bytes], seconds: float) -> Measured:
    until = time.perf_counter() + WARM + seconds
    waits: list[float] = []
    await asyncio.gather(*(client(port, bodies, until, waits) for _ in range(count)))
    if not waits:
        raise SystemExit("no answer came in time: give more --seconds")
    took = time.perf_counter() - (until - seconds)
    middle, late = np.quantile(waits, [0.5, 0.99]) * 1000
    return Measured(len(waits) / took, float(middle), float(late))


def label(port: int, body: bytes) -> str:
    """The class that a server tells for an image."""
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/predict", body, {"content-type": "image/jpeg"}
    )
    with urllib.request.urlopen(asked, timeout=300) as told:
        found = json.load(told)
    return found["label"] if "label" in found else found["images"][0]["label"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", type=int, default=500)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--eager-port", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.eager_port:
        eager(asked.model, asked.eager_port)
        return
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        own = asked.model is None
        chosen = model(Path(place), "mobilenetv2_100") if own else suitable(asked.model)
        files = photos(Path(place) / "photos", 64, asked.side)
        bodies = [file.read_bytes() for file in files]
        alih = [sys.executable, "-m", "alih", "serve", str(chosen.folder), "--runtime"]
        commands = {
            "eager": [sys.executable, __file__, str(chosen.folder), "--eager-port"],
            "torch": [*alih, "torch", "--port"],
            "onnx": [*alih, "onnx", "--port"],
        }
        ports = {}
        for name, command in commands.items():
            port = free_port()
            ports[name] = stack.enter_context(started([*command, str(port)], port))
        told = {name: label(port, bodies[0]) for name, port in ports.items()}
        assert len(set(told.values())) == 1, f"the servers answer otherwise: {told}"
        print(
            f"JPEGs of {asked.side} × {asked.side * 3 // 4}, {chosen.name} at"
            f" {chosen.decode.size} pixels, {os.cpu_count()} cores, {asked.rounds} rounds of"
            f" {asked.seconds:g} s"
        )
        for count in asked.clients:
            found: dict[str, list[Measured]] = {name: [] for name in ports}
            for turn in range(asked.rounds):
                for name in random.Random(turn).sample(list(ports), len(ports)):
                    work = clients(ports[name], count, bodies, asked.seconds)
                    found[name].append(asyncio.run(work))
            show(count, found)


def show(count: int, found: dict[str, list[Measured]]) -> None:
    for name, rows in found.items():
        ratios = [row.rate / base.rate for row, base in zip(rows, found["eager"], strict=True)]
        rates, middle, late = zip(*rows, strict=True)
        spread = f"({min(rates):.1f} to {max(rates):.1f})"
        print(
            f"{count:3} clients  {name:6} {statistics.median(rates):7.1f}/s {spread:18}"
            f" p50 {statistics.median(middle):7.0f} ms  p99 {statistics.median(late):7.0f} ms"
            f"   {statistics.median(ratios):.2f} ×",
            flush=True,
        )


if __name__ == "__main__":
    main()
