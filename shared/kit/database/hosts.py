"""Connecting to Postgres at an address with several hosts: `postgresql://user:password@one:5432,other:5432/name`.

The driver takes such an address, too, but has one time-out for all hosts together: a first host that swallows packets,
as a machine without power does, would use it up every time.
"""

from typing import Any
from urllib.parse import urlsplit

import asyncpg

# Half of the time that a request waits for a connection, so that the next host gets its turn in the same request.
HOST_TIMEOUT_S = 1.0


class Hosts:
    """The hosts of an address, the one that was reached last before the others."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        credentials, at, hosts = parts.netloc.rpartition("@")
        several = [parts._replace(netloc=f"{credentials}{at}{host}").geturl() for host in hosts.split(",")]
        # One without a host, for a socket, would not come out as it was.
        self._addresses = several if len(several) > 1 else [address]

    async def connect(self, *_address: str, **options: Any) -> asyncpg.Connection:
        """Connect to the first host that takes connections and, by `target_session_attrs`, is the right one.

        Takes the options of asyncpg.connect; raises the last host's error. An address is what asyncpg's pool passes.
        """
        if len(self._addresses) > 1:
            options = options | {"timeout": HOST_TIMEOUT_S}
        *others, last = list(self._addresses)
        for address in others:
            try:
                return self._prefer(address, await asyncpg.connect(address, **options))
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InternalClientError):
                continue
        return self._prefer(last, await asyncpg.connect(last, **options))

    def _prefer(self, address: str, connection: asyncpg.Connection) -> asyncpg.Connection:
        self._addresses.remove(address)
        self._addresses.insert(0, address)
        return connection
