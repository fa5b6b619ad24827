"""Requests as bytes, and answers as far as they come."""

import socket
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple


class Answered(NamedTuple):
    """What came back; status 0 when the connection was closed without an answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_described(self) -> bool:
        """Whether an error says what is wrong, as every error of a route does."""
        return self.headers.get("content-type") == "application/problem+json"


def request(
    method: bytes, target: bytes, headers: Iterable[tuple[bytes, bytes]] = (), body: bytes | None = b""
) -> bytes:
    """The bytes of a request that is closed afterwards; without a body no length is announced."""
    lines = [method + b" " + target + b" HTTP/1.1", b"Host: evalserve.test", b"Connection: close"]
    lines += [name + b": " + value for name, value in headers]
    if body is not None:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([*lines, b"", body or b""])


def exchange(port: int, sent: bytes, *, deadline_s: float = 30, half_close: bool = False) -> Answered:
    """Send bytes and read until the other side closes."""
    received = bytearray()
    with socket.create_connection(("127.0.0.1", port), deadline_s) as connection:
        # Who refuses early may close while we are still sending.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(sent)
        # Resets, and on shutdown "not connected".
        with suppress(OSError):
            if half_close:
                connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                received.extend(piece)
    return parse(bytes(received))


def parse(received: bytes) -> Answered:
    """The last answer in what was received, past any 100 Continue."""
    head, _, body = received.partition(b"\r\n\r\n")
    if head.startswith(b"HTTP/1.1 100"):
        return parse(body)
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split(" ")[1]) if lines[0].startswith("HTTP/1.1 ") else 0
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    return Answered(status, headers, body)
