"""What a request and the proxies in front say of a client: its address, whether it speaks TLS, and with whom."""

import re
from functools import lru_cache
from typing import NamedTuple

import structlog
from litestar.types import HTTPScope

from api.http.headers import Networks, is_proxy, nearest_untrusted_address, subscriber
from api.http.request_counters import request_counters
from shared.kit.settings import Settings

log = structlog.get_logger()

# A name or an address, and a port; anything else would be more than the host of a link.
_HOST = re.compile(rb"[A-Za-z0-9._\-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")

# Peers are the proxies, or the clients where there are none.
CACHED_PEERS = 4096


class ForwardedClient(NamedTuple):
    """The address by which a client is counted and logged, whether it speaks TLS with us or a proxy, and our host."""

    address: str
    is_tls: bool
    # As the client names it; empty where that is no name of a host.
    host: str

    @property
    def base_url(self) -> str | None:
        """The service as the client names it."""
        return f"{'https' if self.is_tls else 'http'}://{self.host}" if self.host else None


class _Peer(NamedTuple):
    """The address by which a peer is counted that speaks for itself, and whether it is a trusted proxy."""

    address: str
    is_proxy: bool


class ProxyHeaders:
    """Reads what trusted proxies say; says once where another peer claims to be one."""

    def __init__(self, settings: Settings) -> None:
        self._proxies: Networks = settings.trusted_proxies
        self._always_tls = settings.always_tls
        self._has_warned = False
        self._known_peer = lru_cache(CACHED_PEERS)(self._read_peer)

    def client(self, scope: HTTPScope) -> ForwardedClient:
        """Return the client of a request."""
        peer = scope["client"][0] if scope["client"] else "unknown"
        forwarded, proto, host = [], b"", b""
        for name, value in scope["headers"]:
            if name == b"x-forwarded-for":
                forwarded.append(value.decode("latin-1"))
            elif name == b"x-forwarded-proto":
                proto = value
            elif name == b"host":
                host = value
        known = self._known_peer(peer)
        address = known.address
        if forwarded and known.is_proxy:
            address = subscriber(nearest_untrusted_address(peer, forwarded, self._proxies))
        elif forwarded:
            self._warn(peer)
        is_tls = (
            self._always_tls or scope["scheme"] == "https" or (known.is_proxy and proto.strip().lower() == b"https")
        )
        return ForwardedClient(address, is_tls, host.decode() if _HOST.fullmatch(host) else "")

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
