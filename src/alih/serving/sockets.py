"""The port of a server, held before anything else is done."""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import Any

from alih.errors import AlihError
from alih.words.phrase import reason_of

CONNECTIONS = 512


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
