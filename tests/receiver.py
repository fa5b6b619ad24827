"""A real webhook receiver on loopback that behaves, or misbehaves, on demand: one thread per connection."""

import asyncio
import json
import socket
import ssl
import struct
import sys
import threading
from argparse import ArgumentParser
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import parse_headers
from io import BufferedIOBase
from typing import Self


@dataclass(frozen=True)
class Received:
    """One request; `headers` have lower-case names, `connection` is the client's port."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    arrived_at: datetime
    connection: int


@dataclass(frozen=True)
class Answer:
    """The answer to one request: a normal one, or the first fault that is set."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay_s: float = 0
    stall: bool = False  # the request is read and never answered
    reset: bool = False  # the connection is reset instead of answered
    hang_up: bool = False  # the connection is closed instead of answered
    raw: bytes | None = None  # these bytes are the whole answer, valid HTTP or not
    stall_in_body: bool = False  # the body is sent but announced as longer, and the rest never comes
    cut_off: bool = False  # the same, but the connection is closed
    endless: bool = False  # the body never ends
    drip_s: float = 0  # the seconds between any two bytes of the answer

    def head(self) -> bytes:
        length = len(self.body) + (1 if self.stall_in_body or self.cut_off else 0)
        lengths = {} if self.endless else {"Content-Length": str(length)}
        lines = [f"HTTP/1.1 {self.status} Answer", *(f"{k}: {v}" for k, v in {**lengths, **self.headers}.items())]
        return "\r\n".join([*lines, "", ""]).encode()


Respond = Callable[[Received], Answer]


class Receiver:
    """Listens from creation on, records every request, and stops at the end of `with`.

    Answers come from `script`, one per request, then from `respond`, which may be replaced at any time.
    """

    def __init__(
        self, *script: Answer, port: int = 0, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
    ) -> None:
        self.respond: Respond = lambda _: Answer()
        self.bytes_sent = 0
        self._script = deque(script)
        self._tls = tls
        self._received: list[Received] = []
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._serving: list[threading.Thread] = []
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family, backlog=128)
        self.host, self.port = host, int(self._listener.getsockname()[1])
        self._accepting = threading.Thread(target=self._accept, name="receiver", daemon=True)
        self._accepting.start()

    @property
    def url(self) -> str:
        """The address that it listens on, with a path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}/hook"

    @property
    def requests(self) -> list[Received]:
        """The requests so far, in the order of arrival."""
        with self._changed:
            return list(self._received)

    def script(self, *answers: Answer) -> None:
        """Append answers for the next requests."""
        with self._changed:
            self._script.extend(answers)

    def clear(self) -> None:
        """Forget the requests and the rest of the script."""
        with self._changed:
            self._received.clear()
            self._script.clear()

    def wait_for_sync(self, count: int, deadline_s: float = 100) -> list[Received]:
        """Return the requests as soon as there are `count` of them. Raises TimeoutError after the deadline."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._received) >= count, deadline_s):
                raise TimeoutError(f"{len(self._received)} of {count} requests arrived in {deadline_s} s")
            return list(self._received)

    async def wait_for(self, count: int, deadline_s: float = 100) -> list[Received]:
        """Do the same as `wait_for_sync`, for coroutines."""
        return await asyncio.to_thread(self.wait_for_sync, count, deadline_s)

    async def wait_until_left(self, deadline_s: float = 100) -> bool:
        """Return whether every client has closed its connections by the deadline."""

        def wait() -> bool:
            with self._changed:
                return self._changed.wait_for(lambda: not self._open, deadline_s)

        return await asyncio.to_thread(wait)

    def stop(self) -> None:
        """Stop listening, cut every connection and wait for the threads."""
        self._stopping.set()
        # Closing a listener does not wake its accept() on every system; a last connection does.
        with suppress(OSError):
            socket.create_connection((self.host, self.port), 1).close()
        self._accepting.join(5)
        self._listener.close()
        with self._changed:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._serving:
            thread.join(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _accept(self) -> None:
        while True:
            connection, (_, port, *_) = self._listener.accept()
            if self._stopping.is_set():
                connection.close()
                return
            thread = threading.Thread(target=self._serve, args=(connection, port), name="receiver", daemon=True)
            self._serving.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket, port: int) -> None:
        # A client that goes away ends its connection, not the receiver.
        with suppress(OSError), plain, self._secure(plain) as connection, connection.makefile("rb") as stream:
            with self._changed:
                self._open.add(connection)
            try:
                while not self._stopping.is_set():
                    request = _read(stream, port)
                    if request is None or not self._answer(connection, self._record(request), request):
                        break
            finally:
                with self._changed:
                    self._open.discard(connection)
                    self._changed.notify_all()

    def _secure(self, plain: socket.socket) -> socket.socket:
        return self._tls.wrap_socket(plain, server_side=True) if self._tls else plain

    def _record(self, request: Received) -> Answer | None:
        with self._changed:
            self._received.append(request)
            self._changed.notify_all()
            return self._script.popleft() if self._script else None

    def _answer(self, connection: socket.socket, scripted: Answer | None, request: Received) -> bool:
        """Return whether the connection can carry another request."""
        answer = scripted or self.respond(request)
        self._stopping.wait(answer.delay_s)
        if answer.stall:
            self._stopping.wait()
        if answer.reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if answer.stall or answer.reset or answer.hang_up:
            return False
        self._send(connection, answer.head() + answer.body if answer.raw is None else answer.raw, answer.drip_s)
        while answer.endless and not self._stopping.is_set():
            self._send(connection, b"x" * 4096, answer.drip_s)
        if answer.stall_in_body:
            self._stopping.wait()
        return not (answer.cut_off or answer.stall_in_body or answer.endless or answer.raw is not None)

    def _send(self, connection: socket.socket, data: bytes, drip_s: float) -> None:
        pieces = [data[i : i + 1] for i in range(len(data))] if drip_s else [data]
        for piece in pieces:
            connection.sendall(piece)
            self.bytes_sent += len(piece)
            if drip_s and self._stopping.wait(drip_s):
                return


def _read(stream: BufferedIOBase, port: int) -> Received | None:
    line = stream.readline(65536).split()
    # The first bytes of a TLS client may consist of three words as well.
    if len(line) != 3 or not line[2].startswith(b"HTTP/"):
        return None
    headers = {name.lower(): value for name, value in parse_headers(stream).items()}
    length = int(headers.get("content-length", "0"))
    body = stream.read(length)
    if len(body) < length:
        return None  # the sender died
    return Received(line[0].decode(), line[1].decode(), headers, body, datetime.now(UTC), port)


def _print_requests() -> None:
    parser = ArgumentParser(description="Answer 200 to everything and print each request as a line of JSON.")
    parser.add_argument("--port", type=int, default=9000)
    printed_count = 0
    with Receiver(port=parser.parse_args().port) as receiver, suppress(KeyboardInterrupt):
        sys.stdout.write(f"listening on {receiver.url}\n")
        sys.stdout.flush()
        while True:
            with suppress(TimeoutError):
                for request in receiver.wait_for_sync(printed_count + 1, 3600)[printed_count:]:
                    printed_count += 1
                    line = {"path": request.path, "headers": request.headers, "body": request.body.decode()}
                    sys.stdout.write(json.dumps(line) + "\n")
                    sys.stdout.flush()


if __name__ == "__main__":
    _print_requests()
