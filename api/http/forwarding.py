"""What the proxies in front say of a client: its address, and whether it speaks TLS."""

from functools import lru_cache
from typing import NamedTuple

import structlog
from litestar.types import HTTPScope

from api.http.headers import Networks, is_proxy, nearest_untrusted_address, subscriber
from api.http.request_counters import request_counters
from shared.kit.settings import Settings

log = structlog.get_logger()

# Peers are the proxies, or the clients where there are none.
CACHED_PEERS = 4096


class ForwardedClient(NamedTuple):
    """The address by which a client is counted and logged, and whether it speaks TLS with us or with a proxy."""

    address: str
    is_tls: bool


class _Peer(NamedTuple):
    """The address by which a peer is counted that speaks for itself, and whether it is a trusted proxy."""

    address: str
    is_proxy: bool


class Forwarding:
    """Reads what trusted proxies say; says once where another peer claims to be one."""

    def __init__(self, settings: Settings) -> None:
        self._proxies: Networks = settings.trusted_proxies
        self._always_tls = settings.always_tls
        self._has_warned = False
        self._known_peer = lru_cache(CACHED_PEERS)(self._read_peer)

    def client(self, scope: HTTPScope) -> ForwardedClient:
        """Return the client of a request."""
        peer = scope["client"][0] if scope["client"] else "unknown"
        forwarded, proto = [], b""
        for name, value in scope["headers"]:
            if name == b"x-forwarded-for":
                forwarded.append(value.decode("latin-1"))
            elif name == b"x-forwarded-proto":
                proto = value
        known = self._known_peer(peer)
        address = known.address
        if forwarded and known.is_proxy:
            address = subscriber(nearest_untrusted_address(peer, forwarded, self._proxies))
        elif forwarded:
            self._warn(peer)
        is_tls = (
            self._always_tls or scope["scheme"] == "https" or (known.is_proxy and proto.strip().lower() == b"https")
        )
        return ForwardedClient(address, is_tls)

    def _warn(self, peer: str) -> None:
        request_counters.note_ignored_forwarding()
        if not self._has_warned:
            self._has_warned = True
            log.warning(
                "X-Forwarded-For from a peer that is not a trusted proxy is ignored; if this is your proxy, all its "
                "clients are counted as one: add it to TRUSTED_PROXIES",
                peer=peer,
            )

    def _read_peer(self, peer: str) -> _Peer:
        return _Peer(subscriber(nearest_untrusted_address(peer, (), self._proxies)), is_proxy(peer, self._proxies))
