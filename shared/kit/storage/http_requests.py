"""Requests over kept connections, with no more of HTTP than they need: a general client takes five times as long."""

import re
import select
import socket
import ssl
import time
import weakref
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close\r\n", re.IGNORECASE)
_END = b"\r\n\r\n"
_PORTS = {"http": 80, "https": 443}
_MOST_HEAD_BYTES = 64 * 1024
_MOST_PIECE_BYTES = 256 * 1024
# More connections than threads of a process put at once are closed after use.
_KEPT = 32
# Enough to take an answer that has come; zero would mean something else to a socket.
_AT_ONCE_S = 0.001


class StorageAnswer(NamedTuple):
    """The status and the body of an answer; None for a body whose length is not said."""

    status: int
    body: bytes | None


class StorageRequest(NamedTuple):
    """A request: its method, its path, the lines of its head, and its body."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def content(self) -> bytes | None:
        """What is sent; None where a header is no line of ASCII."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        if not lines.isascii() or {lines.count("\r"), lines.count("\n")} != {len(self.headers)}:
            return None
        start = f"{self.method} {self.path} HTTP/1.1\r\n{lines}content-length: {len(self.body)}\r\n\r\n"
        return start.encode("ascii") + self.body

    @property
    def has_body(self) -> bool:
        """Whether its answer has a body."""
        return self.method != "HEAD"


class HttpRequests:
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

    def ask(self, request: StorageRequest) -> StorageAnswer | None:
        """Send a request; None if it is not answered, not as is read here, or cannot be written. Blocks.

        One that fails on a kept connection, which the server may have closed, is sent again on a new one, so it must
        bear repeating. One that is not answered in time is not sent again, as every connection to a server that hangs
        would take as long.
        """
        if (content := request.content) is None:
            return None
        while (connection := self._kept()) is not None:
            try:
                return self._exchange(connection, content, has_body=request.has_body)
            except TimeoutError:
                return None
            except (OSError, ValueError):
                continue
        try:
            return self._exchange(self._connect(), content, has_body=request.has_body)
        except (OSError, ValueError):
            return None

    def ask_all(self, requests: Sequence[StorageRequest]) -> list[StorageAnswer | None]:
        """Send requests at once, each over a connection of its own, and return what `ask` would of each. Blocks.

        They are all sent before an answer is read: threads, which would wait for them, cost more than a small request.
        One that cannot be sent is left to `ask`. A server that hangs is waited for as long as it would be for two
        requests, one after the other.
        """
        first, *others = requests
        until = time.monotonic() + self._answer_s
        begun = [(request, self._begin(request, until)) for request in others]
        try:
            answers = [self.ask(first)]
            while begun:
                answers.append(self._end(*begun.pop(0), until))
        finally:
            _close_all([connection for _, connection in begun if connection is not None])
        return answers

    def _begin(self, request: StorageRequest, until: float) -> socket.socket | None:
        """The connection over which a request is sent whose answer is still to be read; None for every trouble."""
        if (content := request.content) is None or time.monotonic() >= until:
            return None
        connection = None
        try:
            connection = self._kept() or self._connect()
            connection.settimeout(_left(until))
            connection.sendall(content)
        except OSError:
            if connection is not None:
                connection.close()
            return None
        return connection

    def _end(self, request: StorageRequest, connection: socket.socket | None, until: float) -> StorageAnswer | None:
        if connection is not None:
            try:
                connection.settimeout(_left(until))
                return self._read(connection, has_body=request.has_body)
            except TimeoutError:
                return None
            except (OSError, ValueError):
                # As above: it is sent again.
                pass
        return self.ask(request) if time.monotonic() < until else None

    def _kept(self) -> socket.socket | None:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:
                # Another thread has taken the last one.
                break
            if _is_quiet(connection):
                connection.settimeout(self._answer_s)
                return connection
            connection.close()
        return None

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(self._address, self._connect_s)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(self._answer_s)
        return self._tls.wrap_socket(connection, server_hostname=self._address[0]) if self._tls else connection

    def _exchange(self, connection: socket.socket, request: bytes, *, has_body: bool) -> StorageAnswer:
        try:
            connection.sendall(request)
        except BaseException:
            connection.close()
            raise
        return self._read(connection, has_body=has_body)

    def _read(self, connection: socket.socket, *, has_body: bool) -> StorageAnswer:
        is_kept = False
        try:
            answer, is_kept = _read_answer(connection, has_body=has_body)
        finally:
            if is_kept and len(self._idle) < _KEPT:
                self._idle.append(connection)
            else:
                connection.close()
        return answer


def _left(until: float) -> float:
    return max(until - time.monotonic(), _AT_ONCE_S)


def _close_all(connections: list[socket.socket]) -> None:
    for connection in connections:
        connection.close()


def _is_quiet(connection: socket.socket) -> bool:
    """False once the server has closed the connection, or says something that would be taken for the next answer."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return not poll.poll(0)


def _read_answer(connection: socket.socket, *, has_body: bool) -> tuple[StorageAnswer, bool]:
    """Return the answer, and whether the connection can be used again: all of it has been read, and no more.

    Raises ConnectionError if the answer ends too early.
    """
    received = b""
    while _END not in received:
        piece = connection.recv(4096)
        if not piece or len(received) > _MOST_HEAD_BYTES:
            raise ConnectionError("the answer ends within its head, or has no end")
        received += piece
    head, _, body = received.partition(_END)
    head += b"\r\n"
    length = _LENGTH.search(head)
    status, is_kept = int(head[9:12]), not _CLOSES.search(head)
    if not has_body:
        return StorageAnswer(status, b""), is_kept and not body
    if length is None:
        return StorageAnswer(status, None), False
    pieces, left = [body], int(length[1]) - len(body)
    while left > 0:
        piece = connection.recv(min(left, _MOST_PIECE_BYTES))
        if not piece:
            raise ConnectionError("the answer ends within its body")
        pieces.append(piece)
        left -= len(piece)
    return StorageAnswer(status, b"".join(pieces)), is_kept and left == 0
