"""The transport of callbacks: one look-up per connection, all of whose answers are checked before connecting."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from ipaddress import ip_address

import httpcore2
import httpx2

from shared.webhooks.addresses import Address, Network, check_answers, literal_answers

LOOKUP_TIMEOUT_S = 3.0
# A thread each, also for some time after the time-out. An account holds at most a few dozen at once.
MAX_LOOKUPS = 256
MAX_CONNECT_ATTEMPTS = 4

Resolver = Callable[[str, int], Awaitable[Sequence[Address]]]


class LookupFailed(Exception):
    """The name of the callback URL's host has no address."""


class GuardedTransport(httpx2.AsyncHTTPTransport):
    """An HTTP transport that reaches public addresses and those inside `allow`, and nothing else.

    It follows no redirect, reads no proxy or certificate setting from the environment, keeps no cookie, and opens a
    new connection for each request, so that nothing passes from one tenant's receiver to another's.
    """

    def __init__(
        self,
        allow: Sequence[Network],
        *,
        resolve: Resolver | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        # The parent's __init__ would open connections without the guard. Its one attribute is made below instead:
        # should a later version look elsewhere, requests fail rather than pass unguarded.
        self.allow = tuple(allow)
        self._resolve = resolve or look_up
        self._ssl_context = ssl_context

    # Made for the first request: whom to trust takes 30 ms and five megabytes, for nothing in a courier at rest.
    @cached_property
    def _pool(self) -> httpcore2.AsyncConnectionPool:  # type: ignore[override] # it can be set, as the parent's
        return httpcore2.AsyncConnectionPool(
            ssl_context=self._ssl_context or httpx2.create_ssl_context(trust_env=False),
            max_connections=None,
            max_keepalive_connections=0,
            network_backend=GuardedBackend(self.allow, self._resolve),
        )


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Opens TCP connections for the transport; host names reach it unchanged, as TLS and the Host header need them."""

    def __init__(self, allow: Sequence[Network], resolve: Resolver) -> None:
        self._allow = allow
        self._resolve = resolve
        self._backend = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore2's
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address that answers. Raises TargetRefused if any address is refused."""
        answers = literal_answers(host, self._allow) or await self._resolve(host, port)
        check_answers(host, port, answers, self._allow)
        failure: Exception = LookupFailed()
        targets = answers[:MAX_CONNECT_ATTEMPTS]
        # Each address gets a share of the time, so that a dead one does not prevent trying the next.
        share = None if timeout is None else timeout / max(1, len(targets))
        for ip in targets:
            try:
                return await self._backend.connect_tcp(str(ip), port, share, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure


# Look-ups that a slow name server delays go on after their time-out. They must neither fill the
# loop's shared thread pool nor grow in number, and as daemons they do not delay the end of the process.
_lookup_slots = threading.BoundedSemaphore(MAX_LOOKUPS)


async def look_up(host: str, port: int) -> Sequence[Address]:
    """Look up the addresses of a name, in the operating system's order of preference. Raises LookupFailed."""
    if not _lookup_slots.acquire(blocking=False):
        raise LookupFailed
    loop = asyncio.get_running_loop()
    result: asyncio.Future[Sequence[Address]] = loop.create_future()

    def settle(answers: Sequence[Address]) -> None:
        if not result.done():
            result.set_result(answers)

    def work() -> None:
        try:
            answers = _ask_system(host, port)
        finally:
            _lookup_slots.release()
        # The loop may have ended in the meantime.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, answers)

    threading.Thread(target=work, name=f"look up {host}", daemon=True).start()
    try:
        async with asyncio.timeout(LOOKUP_TIMEOUT_S):
            answers = await result
    except TimeoutError:
        raise LookupFailed from None
    if not answers:
        raise LookupFailed
    return answers


def _ask_system(host: str, port: int) -> Sequence[Address]:
    try:
        # As bytes, because Python would refuse some names while encoding them.
        rows = socket.getaddrinfo(host.encode(), port, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    return tuple(dict.fromkeys(ip_address(row[4][0]) for row in rows))
