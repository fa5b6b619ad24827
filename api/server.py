"""The limits of the HTTP server: connections, files, and the time that it waits for clients."""

import asyncio
import os
import resource
import socket
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import structlog
from litestar import Litestar

from api import app
from shared.kit.settings import Settings, settings

log = structlog.get_logger()

# Files that a process opens besides its connections: databases, storage, libraries, threads.
OTHER_FILES = 512

# Connections that the kernel takes while the process is busy; it takes no more than net.core.somaxconn.
BACKLOG = 4096

LISTENER_INTERVAL_S = 0.1

OPEN_FILES = Path("/proc/self/fd")


def options(with_settings: Settings) -> list[str]:
    """Return the options of granian for these settings, and raise the limit of open files to what they need."""
    return [
        # HTTP/2 belongs to the proxy. To tell the two apart, the server would read the first bytes of a connection
        # without a time limit, and so keep every silent connection.
        *("--http", "1"),
        # From the start of a connection, and again from the end of each answer.
        *("--http1-header-read-timeout", str(with_settings.idle_timeout_s * 1000)),
        *("--backlog", str(BACKLOG)),
        # It counts connections, idle ones too; those above it wait, unanswered, for one to end.
        *("--backpressure", str(connections_for(with_settings.max_connections))),
    ]


def connections_for(wanted: int) -> int:
    """Return the connections that this process may open, at most `wanted`; raises the limit of files for them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft != resource.RLIM_INFINITY and soft < needed:
        log.warning("fewer connections than MAX_CONNECTIONS: the limit of open files is lower", files=soft)
        return max(soft - OTHER_FILES, 1)
    return wanted


@cache
def create_app() -> Litestar:
    """Create the application as a process of the server runs it; once, also for the processes that are forked later."""
    served = app.create_app()
    if hasattr(socket, "TCP_USER_TIMEOUT") and OPEN_FILES.is_dir():
        served.on_startup.append(_end_stalled_clients)
    return served


async def _end_stalled_clients(served: Litestar) -> None:
    # The server opens its listener only after this; the reference keeps the task alive.
    timeout_ms = settings().stalled_timeout_s * 1000
    served.state.listener_task = asyncio.create_task(_limit_stalls(timeout_ms))


async def _limit_stalls(timeout_ms: int) -> None:
    """Let the kernel end connections whose client takes nothing, or is gone; they inherit it from the listener.

    The server has no such limit: it would hold the whole rest of an answer for as long as a client likes.
    """
    while not (listeners := [*_listeners()]):  # noqa: ASYNC110 -- the server tells nobody when it listens
        await asyncio.sleep(LISTENER_INTERVAL_S)
    for listener in listeners:
        with listener:
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, timeout_ms)


def _listeners() -> Iterator[socket.socket]:
    """Yield the listening sockets of this process, each under a file of its own."""
    for file in OPEN_FILES.iterdir():
        if not file.is_socket():
            continue
        candidate = socket.socket(fileno=os.dup(int(file.name)))
        if candidate.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            yield candidate
        else:
            candidate.close()
