"""PUTs over kept connections, with nothing of HTTP but what they need: a general client takes five times as long."""

import re
import select
import socket
import ssl
import weakref
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close\r\n", re.IGNORECASE)
_END = b"\r\n\r\n"
_PORTS = {"http": 80, "https": 443}
_MOST_HEAD_BYTES = 64 * 1024
# More connections than threads of a process put at once are closed after use.
_KEPT = 32


class HttpPuts:
    """Connections to one server, from any thread."""

    def __init__(self, endpoint: str, *, connect_s: float, answer_s: float) -> None:
        parts = urlsplit(endpoint)
        assert parts.hostname is not None, "the settings check the address"
        self._address = (parts.hostname, parts.port or _PORTS[parts.scheme])
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._connect_s, self._answer_s = connect_s, answer_s
        # Taken and put back in one step each, so that threads need no lock.
        self._idle: list[socket.socket] = []
        weakref.finalize(self, _close_all, self._idle)

    def put(self, path: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Send a PUT; False if it is not answered with 200, or not at all, or cannot be written. Blocks.

        One that fails on a kept connection, which the server may have closed, is sent again on a new one; one that is
        not answered in time is not, as every connection to a server that hangs would take as long.
        """
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        if not lines.isascii() or {lines.count("\r"), lines.count("\n")} != {len(headers)}:
            return False
        request = f"PUT {path} HTTP/1.1\r\n{lines}content-length: {len(body)}\r\n\r\n".encode("ascii") + body
        while (connection := self._kept()) is not None:
            try:
                return self._ask(connection, request)
            except TimeoutError:
                return False
            except (OSError, ValueError):
                continue
        try:
            return self._ask(self._connect(), request)
        except (OSError, ValueError):
            return False

    def _kept(self) -> socket.socket | None:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:
                # Another thread has taken the last one.
                break
            if _is_quiet(connection):
                return connection
            connection.close()
        return None

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(self._address, self._connect_s)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(self._answer_s)
        return self._tls.wrap_socket(connection, server_hostname=self._address[0]) if self._tls else connection

    def _ask(self, connection: socket.socket, request: bytes) -> bool:
        is_kept = False
        try:
            connection.sendall(request)
            status, is_kept = _read_answer(connection)
        finally:
            if is_kept and len(self._idle) < _KEPT:
                self._idle.append(connection)
            else:
                connection.close()
        return status == HTTPStatus.OK


def _close_all(connections: list[socket.socket]) -> None:
    for connection in connections:
        connection.close()


def _is_quiet(connection: socket.socket) -> bool:
    """False once the server has closed the connection, or says something that would be taken for the next answer."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return not poll.poll(0)


def _read_answer(connection: socket.socket) -> tuple[int, bool]:
    """Return the status, and whether the connection can be used again: the whole answer has been read, and no more."""
    received = b""
    while _END not in received:
        piece = connection.recv(4096)
        if not piece or len(received) > _MOST_HEAD_BYTES:
            raise ConnectionError("the answer ends within its head, or has no end")
        received += piece
    head, _, body = received.partition(_END)
    head += b"\r\n"
    status = int(head[9:12])
    length = _LENGTH.search(head)
    if length is None or _CLOSES.search(head):
        return status, False
    left = int(length[1]) - len(body)
    while left > 0 and (piece := connection.recv(min(left, 4096))):
        left -= len(piece)
    return status, left == 0
