"""A page in headless Chromium, opened as a file or from this machine and without a network, driven
over its pipe (Chrome DevTools protocol)."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)

SECONDS = 120.0
"""Seconds after which what a test waits for is taken to be absent, on a busy machine, too."""


class Browser:
    """`with Browser() as browser: browser.open(page); browser.run("expression")`."""

    def __init__(self, width: int = 1000) -> None:
        self.width = width

    def __enter__(self) -> Browser:
        self.profile = tempfile.mkdtemp()
        self.process, self.to, self.answers = _started(
            [
                *(str(CHROMIUM), "--headless=new", "--no-sandbox", "--disable-gpu"),
                *("--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe"),
                *(
                    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                    f"--user-data-dir={self.profile}",
                ),
                *(f"--window-size={self.width},1400", "about:blank"),
            ]
        )
        self.number, self.waiting, self.session = 0, b"", None
        self.told: list[dict[str, Any]] = []
        targets = self.ask("Target.getTargets")["targetInfos"]
        target = next(one["targetId"] for one in targets if one["type"] == "page")
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for room in ("Runtime", "Page", "Log", "Network", "DOM"):
            self.ask(f"{room}.enable")
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.to)
        os.close(self.answers)
        shutil.rmtree(self.profile, ignore_errors=True)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of one command."""
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            heard = self._next()
            if heard.get("id") == number:
                if "error" in heard:
                    raise AssertionError(f"{method}: {heard['error']}")
                return heard["result"]

    def open(self, page: Path | str) -> None:
        """Open a file or an address, and wait until it is loaded."""
        self.told.clear()
        self.ask("Page.navigate", url=page if isinstance(page, str) else page.resolve().as_uri())
        self.until("Page.loadEventFired")

    def until(self, method: str, seconds: float = SECONDS) -> None:
        """Wait for an event."""
        end = time.monotonic() + seconds
        while not any(one.get("method") == method for one in self.told):
            assert time.monotonic() < end, method
            self._next()

    def run(self, expression: str) -> Any:
        """The value of a JavaScript expression, JSON at most; a promise is waited for."""
        found = self.ask(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def wait(self, expression: str, seconds: float = SECONDS) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + seconds
        while not self.run(expression):
            assert time.monotonic() < end, expression
            time.sleep(0.05)

    def press(self, key: str, code: int) -> None:
        """Press a key and let it go."""
        own = {"key": key, "windowsVirtualKeyCode": code}
        text = {"text": key} if len(key) == 1 else {}
        self.ask("Input.dispatchKeyEvent", type="keyDown", **own, **text)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **own)

    def choose(self, selector: str, files: list[Path]) -> None:
        """Give files to an input, as a reader does."""
        document = self.ask("DOM.getDocument")["root"]["nodeId"]
        node = self.ask("DOM.querySelector", nodeId=document, selector=selector)["nodeId"]
        self.ask("DOM.setFileInputFiles", nodeId=node, files=[str(one.resolve()) for one in files])

    def requests(self) -> list[str]:
        """Addresses beyond the file itself that were asked for."""
        asked = (one for one in self.told if one.get("method") == "Network.requestWillBeSent")
        found = [one["params"]["request"]["url"] for one in asked]
        return [url for url in found if not url.startswith(("file:", "blob:", "data:"))]

    def faults(self) -> list[str]:
        """Errors that were logged."""
        logged = (one["params"] for one in self.told if one.get("method") == "Log.entryAdded")
        thrown = (one for one in self.told if one.get("method") == "Runtime.exceptionThrown")
        return [one["entry"]["text"] for one in logged if one["entry"]["level"] == "error"] + [
            str(one["params"]) for one in thrown
        ]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self.waiting:
            part = os.read(self.answers, 1 << 16)
            assert part, "the browser ended"
            self.waiting += part
        first, _, self.waiting = self.waiting.partition(b"\0")
        heard = json.loads(first)
        if "id" not in heard:
            self.told.append(heard)
        return heard


def _started(command: list[str]) -> tuple[subprocess.Popen[bytes], int, int]:
    """The process, and pipes to and from its descriptors 3 and 4, where the protocol lies."""
    (heard, to), (answers, said) = os.pipe(), os.pipe()
    inner = [fcntl.fcntl(one, fcntl.F_DUPFD, 10) for one in (heard, said)]

    def place() -> None:
        os.dup2(inner[0], 3)
        os.dup2(inner[1], 4)

    process = subprocess.Popen(
        command,
        pass_fds=(3, 4),
        preexec_fn=place,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for one in (heard, said, *inner):
        os.close(one)
    return process, to, answers
