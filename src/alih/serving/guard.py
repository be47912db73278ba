"""What stands before the application: limits on a request's body, callers that are turned away,
the caller's language, headers for browsers, counts and times.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from alih import words
from alih.serving.limits import Limits, Refused
from alih.serving.metrics import Metrics

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]

ASKING = ("/predict", "/mask")
LINGER = 10.0
"""Seconds for which the rest of a refused body is read and thrown away. A connection that is closed
while the caller still writes is reset, and most callers then never see why."""

HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' blob: data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
"""The page loads nothing from elsewhere; `blob:` and `data:` are pictures that it has itself."""


def language_of(accepted: str) -> str:
    """The language of `Accept-Language` that there are sentences for, that of the process if there
    is none.

    >>> language_of("fr, id;q=0.8, en;q=0.5")
    'id'
    """
    found = []
    for place, part in enumerate(accepted.lower().split(",")):
        name, _, share = part.strip().partition(";")
        quality = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", share)
        code = {"in": "id"}.get(name[:2], name[:2])  # `in` was the code of Indonesian until 1989
        if code in words.LANGUAGES and re.fullmatch("[a-z]{2}(-.*)?", name.strip()):
            found.append((-float(quality[1]) if quality else -1.0, place, code))
    best = min(found, default=(0.0, 0, ""))
    return best[2] if best[0] < 0 else words.language()


class Guard:
    """The application behind its limits; `refusal` sends the answer for what is refused here."""

    def __init__(
        self,
        app: Asgi,
        limits: Limits,
        metrics: Metrics,
        known: Iterable[str],
        refusal: Callable[[Refused], Asgi],
    ) -> None:
        self._app, self._limits, self._metrics = app, limits, metrics
        self._known, self._refusal = frozenset(known), refusal
        self.active = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value for name, value in reversed(scope["headers"])}
        body = _Body(receive, self._limits, headers)
        told = _Told(send, body)
        began = time.perf_counter()
        asking = scope["method"] == "POST" and scope["path"] in ASKING
        with words.speaking(language_of(headers.get("accept-language", b"").decode("latin-1"))):
            self.active += asking
            try:
                refused = self._refused(body, asking)
                app = self._refusal(refused) if refused else self._app
                await app(scope, body.receive, told.send)
            finally:
                self.active -= asking
                path = scope["path"] if scope["path"] in self._known else "other"
                self._metrics.answered(path, told.status, time.perf_counter() - began)

    def _refused(self, body: _Body, asking: bool) -> Refused | None:
        """Why a request is turned away before its body is read."""
        if body.announced > self._limits.bytes:
            return body.too_large()
        if asking and self.active > self._limits.waiting:
            return Refused(503, "serving.busy")
        return None


class _Body:
    """A request's body, cut off where it is too large or comes too slowly."""

    def __init__(self, receive: Receive, limits: Limits, headers: dict[str, bytes]) -> None:
        self._receive, self._limits = receive, limits
        length = headers.get("content-length", b"0")
        self.announced = int(length) if length.isdigit() else 0
        self.ended = not self.announced and "transfer-encoding" not in headers
        # Whoever waits for permission to send has sent nothing that would have to be read.
        self.asks_first = headers.get("expect", b"").lower() == b"100-continue"
        self._came, self._began = 0, time.monotonic()

    def too_large(self) -> Refused:
        return Refused(413, "serving.too_many_bytes", limit=self._limits.bytes / 1e6)

    async def receive(self) -> Message:
        if self.ended:
            return await self._receive()
        limits = self._limits
        due = self._began + limits.patience + self._came / limits.rate
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, due - time.monotonic()))
        except TimeoutError:
            raise Refused(408, "serving.too_slow") from None
        self._came += len(message.get("body", b""))
        self.ended = not message.get("more_body", False)
        self.asks_first = False
        if self._came > limits.bytes:
            raise self.too_large()
        return message

    async def drain(self) -> None:
        """Throw away what still comes, for a moment."""
        try:
            async with asyncio.timeout(LINGER):
                while not self.ended:
                    self.ended = not (await self._receive()).get("more_body", False)
        except TimeoutError:
            return


class _Told:
    """An answer on its way out: with our headers, and closing the connection after what was
    refused.
    """

    def __init__(self, send: Send, body: _Body) -> None:
        self._send, self._body, self.status = send, body, 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = {name for name, _ in message["headers"]}
            extra = [(k.encode(), v.encode()) for k, v in HEADERS.items() if k.encode() not in own]
            if not self._body.ended:
                extra.append((b"connection", b"close"))
            await self._send({**message, "headers": [*message["headers"], *extra]})
            return
        if message.get("more_body") or self._body.ended or self._body.asks_first:
            await self._send(message)
            return
        await self._send({**message, "more_body": True})
        await self._body.drain()
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})
