"""The server of `alih serve` on real sockets: slow and greedy callers, taken ports, and its end. No
torch."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest
from fastapi.testclient import TestClient

from alih import cli
from alih.errors import AlihError
from alih.serving import sockets
from alih.serving.model import ClassAnswer

SCRIPT = """
import numpy as np
from pathlib import Path
from alih.serving import guard, server, sockets
from alih.serving.app import build
from alih.serving.limits import Limits
from alih.serving.model import ClassAnswer

half = np.ones(2) / 2

class Fake:
    name, classes, most, temperature, task = "fake", ("a", "b"), 8, None, "classification"
    runtime, explains = "torch", False
    def prepare(self, path): return path.read_bytes()
    def answer(self, jobs): return [ClassAnswer(half, half, None, None) for _ in jobs]


server.HEAD, guard.LINGER = 0.5, 0.3
held = sockets.listening("127.0.0.1", 0)
app = build(Fake(), Limits(bytes=100_000, patience=PATIENCE))
server.serve(app, held, lambda: print(held.getsockname()[1], flush=True))
print("ended", flush=True)
"""


@contextmanager
def running(patience: float = 0.5):
    script = SCRIPT.replace("PATIENCE", str(patience))
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def port():
    with running() as (_, found):
        yield found


def said(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """What the server answers to bytes that are sent with pauses between, until it hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        for part in parts:
            line.sendall(part)
            time.sleep(pause)
        answer = b""
        while more := line.recv(65536):
            answer += more
        return answer


def head(length: int, more: str = "") -> bytes:
    return f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n{more}\r\n".encode()


def test_one_byte_a_second_is_cut_in_the_body_and_in_the_first_lines(port):
    answer = said(port, head(1000), b"x", pause=0.1)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"too_slow"' in answer
    assert said(port) == b"", "who says nothing is hung up on"
    assert said(port, b"POST /pre") == b""


def test_a_hundred_megabytes_are_cut_off_and_the_caller_hears_why(port):
    sent = []

    def write(line):
        chunk = b"10000\r\n" + bytes(65536) + b"\r\n"
        with contextlib.suppress(OSError):  # the server hangs up
            while len(sent) < 1600:
                line.sendall(chunk)
                sent.append(1)
                time.sleep(0.01)

    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        writer = threading.Thread(target=write, args=(line,))
        writer.start()
        answer = line.recv(65536)
        while b"too_many_bytes" not in answer and (more := line.recv(65536)):
            answer += more
        writer.join()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert len(sent) < 800


def test_what_is_announced_too_large_is_refused_before_it_comes(port):
    answer = said(port, head(200_000_000, "Expect: 100-continue\r\n"))
    assert answer.startswith(b"HTTP/1.1 413 "), "and not 100 Continue"
    assert b"Retry-After" not in answer


def test_no_http_gets_a_400(port):
    assert said(port, b"\x16\x03\x01\x02\x00\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_ctrl_c_ends_it_cleanly_and_lets_a_request_finish():
    with running(patience=60) as (process, port):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
            line.sendall(head(4) + b"ab")
            time.sleep(0.1)
            process.send_signal(signal.SIGINT)
            time.sleep(0.1)
            line.sendall(b"cd")
            assert line.recv(65536).startswith(b"HTTP/1.1 200 ")
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (0, "ended\n", "")


OPENING = """
import signal, sys, time
from alih import cli
from alih.serving import model

def opening(*given, **options):
    print("opening", flush=True)
    time.sleep(120)

model.open_model = opening
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
sys.exit(cli.run(["serve", "anything", "--port", "0"]))
"""


def test_ctrl_c_ends_it_while_the_model_is_opened():
    command = [sys.executable, "-c", OPENING]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "opening\n"
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        _, err = process.communicate()
    assert time.monotonic() - started < 60, "it waited for the model"
    assert process.returncode == 130
    assert "Traceback" not in err


def test_the_model_answers_in_the_thread_that_opened_it(monkeypatch):
    """Where two threads have computed with OpenMP, small batches take twice as long."""
    threads = []

    class Fake:
        name, classes, most, temperature, task = "fake", ("a", "b"), 8, None, "classification"
        runtime, explains = "int8", False

        def __init__(self, *given, **options):
            threads.append(threading.get_ident())

        def warm(self):
            threads.append(threading.get_ident())

        def prepare(self, path):
            return path.read_bytes()

        def answer(self, jobs):
            threads.append(threading.get_ident())
            return [ClassAnswer(np.ones(2) / 2, np.ones(2) / 2, None, None) for _ in jobs]

    def serve(app, held, ready):
        ready()
        with TestClient(app) as caller:
            found = caller.post("/predict", content=b"ab", headers={"content-type": "image/png"})
            assert found.json()["images"][0]["label"] == "a"
            assert caller.get("/health").json()["runtime"] == "int8"

    monkeypatch.setattr("alih.serving.model.open_model", Fake)
    monkeypatch.setattr("alih.serving.server.serve", serve)
    assert cli.run(["serve", "anything", "--port", "0"]) == 0
    assert len(threads) == 3
    assert set(threads) == {threads[0]} != {threading.get_ident()}


def test_a_taken_port_is_told_before_the_model_is_read(capsys, tmp_path):
    with sockets.listening("127.0.0.1", 0) as held:
        port = held.getsockname()[1]
        assert cli.run(["serve", str(tmp_path / "no-model"), "--port", str(port)]) == 2
        assert f"--port {port + 1}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "port", "key"),
    [
        ("127.0.0.1", 70_000, "serving.bad_port"),
        ("127.0.0.1", -1, "serving.bad_port"),
        ("192.0.2.1", 0, "serving.unknown_host"),
        ("no such host", 0, "serving.unknown_host"),
    ],
)
def test_addresses_that_cannot_be_had_are_told(host, port, key):
    with pytest.raises(AlihError) as caught:
        sockets.listening(host, port)
    assert caught.value.key == key


def test_only_loopback_is_without_a_warning():
    assert all(map(sockets.is_loopback, ("127.0.0.1", "127.1.2.3", "::1", "localhost")))
    assert not any(map(sockets.is_loopback, ("0.0.0.0", "::", "192.168.1.2", "example.org")))


def test_the_command_refuses_what_cannot_be(capsys, tmp_path):
    for options in (
        ["--max-mb", "0"],
        ["--max-seconds", "0"],
        ["--batch", "0", "--port", "0"],
        ["--port", "x"],
        ["--port", "0", "--runtime", "java"],
    ):
        assert cli.run(["serve", str(tmp_path), *options]) == 2
        assert "Traceback" not in capsys.readouterr().err
