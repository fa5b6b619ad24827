"""A receiver of callbacks: all the code that a user needs to be notified when a job has ended."""

import base64
import hmac
import json
import queue
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from deploy.demo.errors import DemoFailed

_OLDEST_S = 300


@dataclass(frozen=True, slots=True)
class Callback:
    """One request as it arrived; the names of its headers are in lower case."""

    headers: Mapping[str, str]
    body: bytes

    def event(self) -> dict[str, Any]:
        """Return the event of the callback."""
        event: dict[str, Any] = json.loads(self.body)
        return event


def is_authentic(callback: Callback, secret: str) -> bool:
    """Return whether the secret signed the callback in the last five minutes (Standard Webhooks 1.0.0)."""
    try:
        sent_at, signatures = callback.headers["webhook-timestamp"], callback.headers["webhook-signature"]
        is_recent = abs(time.time() - int(sent_at)) < _OLDEST_S
        signed = f"{callback.headers['webhook-id']}.{sent_at}.".encode() + callback.body
    except (KeyError, ValueError):
        return False
    digest = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), signed, "sha256")
    expected = f"v1,{base64.b64encode(digest).decode()}"
    return is_recent and any(
        hmac.compare_digest(expected.encode(), signature.encode()) for signature in signatures.split()
    )


class Receiver:
    """The address of a running receiver, and its queue of callbacks."""

    def __init__(self, url: str, callbacks: "queue.Queue[Callback]") -> None:
        self.url = url
        self._callbacks = callbacks

    def next(self, seconds: float) -> Callback:
        """Return the next callback; raises DemoFailed when none arrives in time."""
        try:
            return self._callbacks.get(timeout=seconds)
        except queue.Empty:
            raise DemoFailed(f"no callback arrived at {self.url} within {seconds:.0f} s") from None


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Run a receiver on a free port of loopback."""
    callbacks: queue.Queue[Callback] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            callbacks.put(Callback({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(HTTPStatus.NO_CONTENT)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing; the demo prints the callbacks itself."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield Receiver(f"http://127.0.0.1:{server.server_port}/callback", callbacks)
        finally:
            server.shutdown()
