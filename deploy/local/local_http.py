"""HTTP requests to this machine itself.

Without `urllib.request`, which takes more memory than all the rest of the process that starts the service, and would
show requests for loopback to a user's HTTP_PROXY.
"""

import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

_TIMEOUT_S = 5.0
_DIGITS = 3


def get(url: str) -> tuple[int, str]:
    """Return the status and the body of the answer; raises OSError when there is none."""
    return _ask("GET", url, {"host": urlsplit(url).netloc})


def head(url: str, headers: Mapping[str, str]) -> int:
    """Return the status of the answer to a HEAD with these headers, the host's among them; raises OSError."""
    return _ask("HEAD", url, headers)[0]


def _ask(method: str, url: str, headers: Mapping[str, str]) -> tuple[int, str]:
    parts = urlsplit(url)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    # With HTTP/1.0 an answer ends with its connection, and is in one piece.
    request = f"{method} {parts.path or '/'} HTTP/1.0\r\n{lines}\r\n"
    with socket.create_connection((parts.hostname or "", parts.port or 80), _TIMEOUT_S) as connection:
        connection.sendall(request.encode())
        with connection.makefile("rb") as answer:
            top, _, body = answer.read().partition(b"\r\n\r\n")
    words = top.split(maxsplit=2)
    if len(words) <= 1 or len(words[1]) != _DIGITS or not words[1].isdigit():
        raise ConnectionError(f"{url} answers with something else than HTTP")
    return int(words[1]), body.decode(errors="replace")
