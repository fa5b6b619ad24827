"""A load generator that takes little time of the processors that it shares with the service."""

import re
import selectors
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import urlopen

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_END = b"\r\n\r\n"


def until_ready(url: str) -> None:
    """Return when the address answers with success."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with urlopen(url):
                return
        except OSError:
            assert time.monotonic() < deadline, f"{url} does not answer"
            time.sleep(0.1)


@dataclass
class _Line:
    """One kept-alive connection with a request under way."""

    socket: socket.socket
    received: bytes = b""

    def is_answered(self) -> bool:
        """Read the available bytes and return whether the answer is complete; its status must be 200."""
        self.received += self.socket.recv(2**16)
        head, end, body = self.received.partition(_END)
        if not end:
            return False
        assert head.startswith(b"HTTP/1.1 200"), self.received[:300]
        length = _LENGTH.search(head + b"\r\n")
        assert length, head
        return len(body) == int(length[1])


def rate(url: str, request: bytes, *, connections: int, seconds: float) -> float:
    """Return the requests per second; each connection repeats the request as soon as it has its answer."""
    parts = urlsplit(url)
    with selectors.DefaultSelector() as selector:
        lines = [_Line(socket.create_connection((parts.hostname, parts.port))) for _ in range(connections)]
        for line in lines:
            line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(line.socket, selectors.EVENT_READ, line)
            line.socket.sendall(request)
        answered = _count_answers(selector, request, until=time.perf_counter() + seconds)
        for line in lines:
            line.socket.close()
    return answered / seconds


def _count_answers(selector: selectors.BaseSelector, request: bytes, *, until: float) -> int:
    answered = 0
    while time.perf_counter() < until:
        for ready, _ in selector.select(timeout=1):
            line: _Line = ready.data
            if line.is_answered():
                answered += 1
                line.received = b""
                line.socket.sendall(request)
    return answered
