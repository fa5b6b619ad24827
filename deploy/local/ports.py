"""Free TCP ports on loopback."""

import contextlib
import random
import socket
from collections.abc import Collection, Iterable

# Below the ports that systems give to outgoing connections, which come and go at any moment.
_RANGE = range(20_000, 32_768)


def free_ports(count: int, *, avoid: Collection[int] = (), offset: int = 0) -> list[int]:
    """Find different ports that nothing listens on at this moment, nor on those `offset` above.

    Another program may take one before the server does; the server then ends, and other ports are tried.
    """
    # The system's randomness, so that two stacks with equally seeded generators do not pick alike.
    candidates = random.SystemRandom().sample(_RANGE[: len(_RANGE) - offset], len(_RANGE) - offset)
    free: list[int] = []
    for port in candidates:
        needed_ports = {port, port + offset}
        if needed_ports.isdisjoint(avoid) and all_free(needed_ports):
            free.append(port)
        if len(free) == count:
            return free
    raise OSError("no free port on 127.0.0.1")


def all_free(ports: Iterable[int], host: str = "127.0.0.1") -> bool:
    """Return whether a server could listen on each of the ports."""
    return all(refusal(host, port) is None for port in ports)


def refusal(host: str, port: int) -> OSError | None:
    """Return the error that a server would get on listening there, or None."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with contextlib.closing(socket.socket(family, kind, protocol)) as probe:
            # As servers do: connections of a former one, still timing out, do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error
    return None
