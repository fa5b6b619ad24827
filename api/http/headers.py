"""Request headers, read the same way on every route."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_interface
from typing import Annotated

from litestar.params import HeaderParameter
from litestar.types import HTTPScope

from shared.kit import origin

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

# The network of one subscriber (RFC 6177); each device in it has 2**64 addresses to choose from.
SUBSCRIBER_BITS = 64

_REFUSED = re.compile(r"q\s*=\s*0(\.0*)?")


def counted_address() -> str:
    """Return the address by which attempts are counted: an IPv4 address, or the IPv6 network of a subscriber."""
    address = origin.current().address
    assert address is not None, "the middleware begins every request with it"
    return address


def subscriber(address: str) -> str:
    """Return the network of 64 bits of an IPv6 address; any other text as it is."""
    ip = _address(address)
    if not isinstance(ip, IPv6Address):
        return address
    return str(ip_interface((ip, SUBSCRIBER_BITS)).network)


def is_proxy(peer: str, proxies: Networks) -> bool:
    """Return True if a peer is a trusted proxy."""
    address = _address(peer)
    return address is not None and any(address in network for network in proxies)


def nearest_untrusted_address(peer: str, forwarded: Sequence[str], proxies: Networks) -> str:
    """Return the nearest address that is not a trusted proxy, by the lines of `X-Forwarded-For`.

    Each proxy appends its peer at the right; everything left of an untrusted address may be forged by its client. A
    trusted proxy that names no valid address stands for its clients.
    """
    hops = [hop for line in forwarded for hop in line.split(",")]
    address = _address(peer)
    while address is not None and hops and any(address in network for network in proxies):
        previous = _address(hops.pop())
        if previous is None:
            break
        address = previous
    return str(address) if address is not None else peer


def _address(hop: str) -> IPv4Address | IPv6Address | None:
    """Parse an address as proxies write it, some with a port; IPv4-mapped IPv6 becomes IPv4."""
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
    """Return the raw value of the first header with a lower-case name, without making a mapping of all headers."""
    for header, value in scope["headers"]:
        if header == name:
            return value
    return None


def etag_matches(etag: str, if_none_match: str | None) -> bool:
    """Return True if `if_none_match` lists this ETag, by the weak comparison of RFC 9110, 13.1.2."""
    tags = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    return etag.removeprefix("W/") in tags or tags == ["*"]


def accepts_gzip(accepted: str) -> bool:
    """Return whether an Accept-Encoding names gzip, and not with the weight 0, which refuses it."""
    for entry in accepted.lower().split(","):
        name, _, weight = (part.strip() for part in entry.partition(";"))
        if name == "gzip":
            return _REFUSED.fullmatch(weight) is None
    return False
