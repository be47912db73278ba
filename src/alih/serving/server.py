"""Runs the application on a port, until Ctrl-C."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from alih.errors import AlihError
from alih.serving.guard import Guard
from alih.words.phrase import reason_of

HEAD = 10.0
"""Seconds in which a request's first lines must be there."""
IDLE = 5
"""Seconds for which a connection without requests is kept."""
CONNECTIONS = 512


class PunctualProtocol(H11Protocol):
    """HTTP whose requests must have sent their first lines within `HEAD` seconds: uvicorn itself
    waits for ever.
    """

    _head: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Take what came; the wait ends when a request has begun."""
        before = self.cycle
        if self._head is None and (before is None or before.response_complete):
            self._await_head()
        super().data_received(data)
        if self.cycle is not before:
            self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._stop()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._head = self.loop.call_later(HEAD, self.transport.close)

    def _stop(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host's address.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listening(host: str, port: int) -> socket.socket:
    """A socket that holds the port, before the model is read. Raises AlihError where the port is
    taken or not allowed, and for an address that is not this machine's.
    """
    if not 0 <= port <= 65535:
        raise AlihError("serving.bad_port", got=port)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError) as error:
        raise AlihError("serving.unknown_host", host=host) from error
    found = socket.socket(family, kind, protocol)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind(address)
        # Else two servers could hold one port until the first of them listens.
        found.listen(CONNECTIONS)
    except OSError as error:
        found.close()
        values: dict[str, Any] = {"host": host, "port": port}
        if error.errno == errno.EADDRINUSE:
            raise AlihError("serving.port_taken", **values, other=port % 65535 + 1) from error
        if error.errno == errno.EADDRNOTAVAIL:
            raise AlihError("serving.unknown_host", host=host) from error
        raise AlihError("serving.no_port", **values, reason=reason_of(error)) from error
    return found


def address(held: socket.socket) -> str:
    """Where a browser finds it."""
    host, port = held.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def serve(app: Guard, held: socket.socket, ready: Callable[[], None]) -> None:
    """Answer requests until Ctrl-C or SIGTERM, and end cleanly; `ready` is called when the first
    can come.
    """
    config = uvicorn.Config(
        app,
        http=PunctualProtocol,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=5,
        limit_concurrency=CONNECTIONS,
    )
    try:
        _Server(config, ready).run(sockets=[held])
    except KeyboardInterrupt:
        return
    finally:
        held.close()
