"""Listeners that must not be reached, and the proof that they were not."""

import socket
from contextlib import suppress
from typing import Self


class Canary:
    """Listens on the loopback addresses, all on one port, and accepts nobody until asked who came."""

    def __init__(self) -> None:
        self._listeners = [socket.create_server(("127.0.0.1", 0), backlog=1024)]
        self.port: int = self._listeners[0].getsockname()[1]
        # Not every machine has IPv6.
        with suppress(OSError):
            self._listeners.append(socket.create_server(("::1", self.port), family=socket.AF_INET6, backlog=1024))

    def visits(self) -> int:
        """The number of connections so far.

        A connection of our own is queued behind all earlier ones, so counting needs no waiting.
        """
        count = 0
        for listener in self._listeners:
            with socket.create_connection(listener.getsockname()[:2]) as last:
                while True:
                    connection, peer = listener.accept()
                    connection.close()
                    if peer[:2] == last.getsockname()[:2]:
                        break
                    count += 1
        return count

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for listener in self._listeners:
            listener.close()
