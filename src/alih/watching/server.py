"""The server of the page: the standard library's, on this machine's own address alone."""

from __future__ import annotations

import gzip
import json
import secrets
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from typing import Any
from urllib.parse import parse_qs

from alih import words
from alih.serving.guard import HEADERS, language_of
from alih.watching import page, told
from alih.watching.snapshot import Snapshot, Watcher

PATIENCE = 10.0
"""Seconds in which a request must be there, and for which a silent connection is kept."""
LARGE = 512
"""Bytes from which on an answer is compressed."""
NAMES = ("127.0.0.1", "localhost", "[::1]")
"""How this machine calls itself. Another name means that a page from elsewhere had its own name
point here, to read what lies on this machine."""


class Server(ThreadingHTTPServer):
    """Answers for one watched folder on a port that is held already."""

    daemon_threads = True

    def __init__(self, watcher: Watcher, held: socket) -> None:
        super().__init__(held.getsockname()[:2], Handler, bind_and_activate=False)
        self.socket.close()
        self.socket, self.watcher = held, watcher
        self.mark = secrets.token_hex(4)  # snapshots are numbered anew by every server

    def handle_error(self, request: object, client_address: object) -> None:
        """Pass over callers that went away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "alih"
    sys_version = ""
    timeout = PATIENCE
    server: Server

    def do_GET(self) -> None:
        """Answer a request."""
        host = (self.headers.get("Host") or "").rpartition(":")
        if (host[0] or host[2]) not in NAMES:
            self._send(HTTPStatus.FORBIDDEN, "text/plain", b"forbidden\n")
            return
        path, _, asked = self.path.partition("?")
        query = {name: values[-1] for name, values in parse_qs(asked).items()}
        chosen = query.get("lang", "")
        accepted = self.headers.get("Accept-Language", "")
        with words.speaking(chosen if chosen in words.LANGUAGES else language_of(accepted)):
            self._answer(path.removeprefix("/"), query)

    do_HEAD = do_GET

    def _answer(self, name: str, query: Mapping[str, str]) -> None:
        found = page.asset(name)
        if found is not None:
            self._send(HTTPStatus.OK, *found, compressed=True)
        elif name == "":
            self._send(HTTPStatus.OK, "text/html; charset=utf-8", page.html().encode())
        elif name == "state.json":
            self._json(told.state)
        elif name == "curves.json":
            metric, level = query.get("metric", ""), query.get("level", "0")
            at = int(level) if level.isdecimal() and len(level) < 6 else 0
            self._json(lambda seen: told.curves(seen, metric, at))
        else:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"not found\n")

    def _json(self, tell: Callable[[Snapshot], dict[str, Any]]) -> None:
        """An answer about the folder as it is now; 304 to whoever has it already."""
        seen = self.server.watcher.now()
        tag = f'"{self.server.mark}-{seen.number}-{words.language()}"'
        if self.headers.get("If-None-Match") == tag:
            self._send(HTTPStatus.NOT_MODIFIED, "application/json", b"", tag)
            return
        content = json.dumps(tell(seen), ensure_ascii=False, allow_nan=False).encode()
        self._send(HTTPStatus.OK, "application/json; charset=utf-8", content, tag)

    def _send(
        self, status: HTTPStatus, kind: str, body: bytes, tag: str = "", compressed: bool = False
    ) -> None:
        wanted = "gzip" in self.headers.get("Accept-Encoding", "")
        if compressed and not wanted:
            body = gzip.decompress(body)
        elif wanted and not compressed and len(body) >= LARGE:
            body, compressed = gzip.compress(body, 3), True
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        if compressed and wanted:
            self.send_header("Content-Encoding", "gzip")
        if tag:
            self.send_header("ETag", tag)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: who watches looks at the page."""


def serve(watcher: Watcher, held: socket) -> None:
    """Answer requests until Ctrl-C or SIGTERM."""
    with Server(watcher, held) as server:
        try:
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            return
