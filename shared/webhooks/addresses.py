"""The addresses that callbacks may reach: the guard against server-side request forgery (SSRF)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx2

from shared.webhooks.errors import TargetRefused

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAX_URL_LENGTH = 2048
HTTPS_PORT = 443
_MAX_PORT = 65535
_MAX_NAME_LENGTH = 253

# Explicit tables, because `is_global` calls multicast, NAT64, 6to4 and several reserved ranges global.
# Source: the IANA special-purpose address registries.
_SPECIAL_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # multicast tunnelling
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# IPv6 is refused unless it is listed: most of its space is unassigned and may get a meaning later.
_NAT64 = IPv6Network("64:ff9b::/96")
_PUBLIC_V6 = (IPv6Network("2000::/3"), _NAT64)
_SPECIAL_V6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo, ORCHID, benchmarking
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_LINK_LOCAL = (IPv4Network("169.254.0.0/16"), IPv6Network("fe80::/10"))
# Metadata services of clouds, which give credentials to any client inside the machine.
_METADATA: frozenset[Address] = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",  # nearly every cloud
        "169.254.170.2",  # AWS container roles
        "169.254.170.23",  # AWS pod identity
        "169.254.42.42",  # Scaleway
        "169.254.0.23",  # Tencent
        "168.63.129.16",  # Azure's platform channel, a public address
        "100.100.100.200",  # Alibaba
        "192.0.0.192",  # Oracle
        "fd00:ec2::254",  # AWS
        "fd00:ec2::23",  # AWS pod identity
        "fd20:ce::254",  # Google
        "fd00:42::42",  # Scaleway
    )
)
# The bytes of an IPv6 address that carry an IPv4 one: NAT64 with prefixes of 32 to 96 bits (RFC 6052; byte 8 is
# skipped), and 6to4. ISATAP and the deprecated IPv4-compatible form use
# the last four bytes, too.
_V4_POSITIONS = (
    (4, 5, 6, 7),
    (5, 6, 7, 9),
    (6, 7, 9, 10),
    (7, 9, 10, 11),
    (9, 10, 11, 12),
    (12, 13, 14, 15),
    (2, 3, 4, 5),
)
_LAST_POSITION = (12, 13, 14, 15)
_ISATAP_MARKS = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")
_LOOPBACK: tuple[Address, ...] = (IPv4Address("127.0.0.1"), IPv6Address("::1"))

_URL = re.compile(r"(?P<scheme>[^:/?#]*)://(?P<authority>[^/?#]*)[^#]*(?P<fragment>#.*)?", re.ASCII)
_AUTHORITY = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s:@%\[\]\\]+)(:[0-9]{1,5})?", re.ASCII)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_LOCAL_NAME = re.compile(
    r"[^.]+|(.+\.)?(local|localhost|localdomain|internal|intranet|private|corp|home|lan|home\.arpa)", re.ASCII
)


def check_url(url: str, allow: Sequence[Network]) -> None:
    """Refuse a callback URL that the service would not call, without looking its name up.

    Without `allow`, only https on port 443 to a public address or a public name passes. Local names and other ports
    pass when `allow` is not empty: their addresses are checked on connection, by `check_answers`.
    Plain http passes only for `localhost` or an address inside `allow`. Raises TargetRefused.
    """
    target = _parse(url)
    host = target.raw_host.decode("ascii")
    port = _port(target)
    answers = literal_answers(host, allow)
    if target.scheme == "http" and not (answers and all(is_within(ip, allow) for ip in answers)):
        raise TargetRefused("The callback URL must start with https://.")
    if answers:
        check_answers(host, port, answers, allow)
    else:
        _check_name(host)
        if not allow and _only_allowed(host, port):
            raise TargetRefused(_only_allowed_reason(port))


def check_answers(host: str, port: int, answers: Iterable[Address], allow: Sequence[Network]) -> None:
    """Refuse a host unless every address that its name resolved to may be reached on that port.

    One refused address among good ones refuses them all: it is how a rebinding name looks. Raises TargetRefused.
    """
    for ip in answers:
        check_ip(ip, allow)
        if _only_allowed(host, port) and not is_within(ip, allow):
            raise TargetRefused(_only_allowed_reason(port))


def check_ip(ip: Address, allow: Sequence[Network]) -> None:
    """Refuse an address that is neither public nor inside `allow`.

    Link-local and metadata addresses are refused whatever `allow` says, also when an IPv6 address embeds them:
    no callback receiver runs there, and they give the machine's credentials away. Raises TargetRefused.
    """
    ip = _plain(ip)
    if _never_reached(ip) or not (is_within(ip, allow) or _is_public(ip)):
        raise TargetRefused("The host of the callback URL must have a public address.")


def is_within(ip: Address, networks: Iterable[Network]) -> bool:
    """Return True if the address lies in one of the networks; an IPv4-mapped address counts as the IPv4 address."""
    return any(_plain(ip) in network for network in networks)


def literal_answers(host: str, allow: Sequence[Network]) -> list[Address]:
    """Return the addresses of a host that needs no look-up: itself if it is an address, loopback for `localhost`.

    The list is empty for a name that has to be looked up.
    """
    if host == "localhost":
        # No foreign server answers for this name, so the half of it that is allowed is enough.
        return [ip for ip in _LOOPBACK if is_within(ip, allow)] or list(_LOOPBACK)
    try:
        return [ip_address(host)]
    except ValueError:
        return []


def _parse(url: str) -> httpx2.URL:
    if len(url) > MAX_URL_LENGTH:
        raise TargetRefused(f"The callback URL must have at most {MAX_URL_LENGTH} characters.")
    if not url.isprintable() or " " in url:
        raise TargetRefused("The callback URL must not contain spaces or control characters.")
    match = _URL.fullmatch(url)
    if not match or match["scheme"].lower() not in {"https", "http"}:
        raise TargetRefused("The callback URL must start with https://.")
    if "@" in match["authority"]:
        raise TargetRefused("The callback URL must not contain a user name or password.")
    if match["fragment"]:
        raise TargetRefused("The callback URL must not have a fragment (#...).")
    if not _AUTHORITY.fullmatch(match["authority"]):
        raise TargetRefused("The host of the callback URL is not valid.")
    try:
        return httpx2.URL(url)
    except httpx2.InvalidURL:
        raise TargetRefused("The callback URL is not valid.") from None


def _port(target: httpx2.URL) -> int:
    port = target.port
    if port is None:
        return HTTPS_PORT if target.scheme == "https" else 80
    if not 0 < port <= _MAX_PORT:
        raise TargetRefused("The port of the callback URL is not valid.")
    return port


def _check_name(host: str) -> None:
    labels = host.split(".")
    if len(host) > _MAX_NAME_LENGTH or not all(_LABEL.fullmatch(label) for label in labels):
        raise TargetRefused("The host of the callback URL is not a valid name.")
    # Resolvers read 2130706433, 0x7f.1 and 0177.0.0.1 as addresses.
    if _NUMBER.fullmatch(labels[-1]):
        raise TargetRefused("Write the address in the callback URL as four decimal numbers.")


def _only_allowed(host: str, port: int) -> bool:
    """Return True for local names and other ports, which need an address inside `allow`; a public one is not enough."""
    is_literal = bool(literal_answers(host, ()))
    return port != HTTPS_PORT or (not is_literal and _LOCAL_NAME.fullmatch(host) is not None)


def _only_allowed_reason(port: int) -> str:
    if port != HTTPS_PORT:
        return f"The callback URL must use port {HTTPS_PORT}."
    return "The host of the callback URL must be a public name."


def _plain(ip: Address) -> Address:
    """Return the address without its zone, and as IPv4 if the operating system would send it as IPv4."""
    if isinstance(ip, IPv4Address):
        return ip
    return ip.ipv4_mapped or IPv6Address(int(ip))


def _never_reached(ip: Address) -> bool:
    return is_within(ip, _LINK_LOCAL) or ip in _METADATA or any(embedded in _METADATA for embedded in _embedded_v4(ip))


def _is_public(ip: Address) -> bool:
    if isinstance(ip, IPv4Address):
        return not is_within(ip, _SPECIAL_V4) and ip not in _METADATA
    if not is_within(ip, _PUBLIC_V6) or is_within(ip, _SPECIAL_V6):
        return False
    return all(_is_public(target) for target in _tunnel_targets(ip))


def _tunnel_targets(ip: IPv6Address) -> Iterator[IPv4Address]:
    """Yield the IPv4 address that a translator or tunnel would deliver to, for the forms that are not all refused."""
    if ip in _NAT64 or ip.packed[8:12] in _ISATAP_MARKS:
        yield _v4_at(ip, _LAST_POSITION)


def _embedded_v4(ip: Address) -> Iterator[IPv4Address]:
    """Yield all IPv4 addresses that an IPv6 address may embed; operators choose NAT64 prefixes of their own."""
    if isinstance(ip, IPv6Address):
        yield from (_v4_at(ip, position) for position in _V4_POSITIONS)
        # Teredo inverts every bit of the address.
        yield IPv4Address(int(_v4_at(ip, _LAST_POSITION)) ^ 0xFFFFFFFF)


def _v4_at(ip: IPv6Address, positions: Iterable[int]) -> IPv4Address:
    return IPv4Address(bytes(ip.packed[index] for index in positions))
