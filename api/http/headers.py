"""What clients say in headers, the same way on every route."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_interface
from typing import Annotated, Any

from litestar.connection import ASGIConnection
from litestar.params import HeaderParameter
from litestar.types import HTTPScope

from shared.kit.platform import Platform

Prefer = Annotated[
    str | None,
    HeaderParameter(
        name="Prefer",
        description="`wait=N`: answer once the job has ended, or after N seconds (at most 25); `respond-async`: now.",
    ),
]

IfNoneMatch = Annotated[
    str | None,
    HeaderParameter(name="If-None-Match", description="`ETag` of the answer that you have; 304 if it is current."),
]


Networks = Sequence[IPv4Network | IPv6Network]

# What a provider hands to one customer (RFC 6177); each device in it has 2**64 addresses to choose from.
SUBSCRIBER_BITS = 64


def counted_address(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Whose tries are counted together: an IPv4 address, or all of IPv6 that one subscriber has."""
    return subscriber(_client_address(connection))


def subscriber(address: str) -> str:
    """An IPv6 address's network of 64 bits; anything else as it is."""
    known = _address(address)
    if not isinstance(known, IPv6Address):
        return address
    return str(ip_interface((known, SUBSCRIBER_BITS)).network)


def _client_address(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    # The peer, or whoever was in front of the trusted proxies.
    platform: Platform = connection.app.state.platform
    peer = connection.client.host if connection.client else "unknown"
    lines = connection.headers.getall("x-forwarded-for", [])
    return nearest_stranger(peer, lines, platform.settings.trusted_proxies)


def nearest_stranger(peer: str, forwarded: Sequence[str], proxies: Networks) -> str:
    """The address nearest to us that is no trusted proxy, by the lines of `X-Forwarded-For`.

    Each proxy adds the peer that it saw at the right; what stands left of a stranger's address, the stranger wrote.
    Where a trusted proxy names nobody, or nothing that is an address, it stands for whoever is behind it.
    """
    hops = [hop for line in forwarded for hop in line.split(",")]
    address = _address(peer)
    while address is not None and hops and any(address in network for network in proxies):
        named = _address(hops.pop())
        if named is None:
            break
        address = named
    return str(address) if address is not None else peer


def _address(hop: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it, some with a port; IPv4 in IPv6 is the IPv4 address."""
    text = hop.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def first(scope: HTTPScope, name: bytes) -> bytes | None:
    """The first header of a name, which is in small letters, as it came; spares making a mapping of all of them."""
    for sent, value in scope["headers"]:
        if sent == name:
            return value
    return None


def is_known(etag: str, if_none_match: str | None) -> bool:
    """Whether the client has the answer with this ETag, by the weak comparison of RFC 9110, 13.1.2."""
    known = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    return etag.removeprefix("W/") in known or known == ["*"]
