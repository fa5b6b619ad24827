"""Secrets that are derived from SECRET_KEY instead of being stored: a stolen database holds none of them."""

import hashlib
import hmac
from collections.abc import Sequence

from shared.kit.settings import Settings


class Keyring:
    """The root secrets of the service, the present one first."""

    def __init__(self, roots: Sequence[bytes]) -> None:
        self._roots = tuple(roots)

    @classmethod
    def of(cls, settings: Settings) -> "Keyring":
        """Build the keyring of the settings."""
        secrets = [settings.secret_key, *settings.secret_key_fallbacks]
        return cls([secret.get_secret_value().encode() for secret in secrets])

    def derive(self, purpose: str, owner: str, version: int) -> bytes:
        """Derive the 32-byte secret of an owner for a purpose, under the present root."""
        return _derive(self._roots[0], purpose, owner, version)

    def candidates(self, purpose: str, owner: str, version: int) -> list[bytes]:
        """Derive the same secret under every root, the present one first, then the former ones that are configured."""
        return [_derive(root, purpose, owner, version) for root in self._roots]


def _derive(root: bytes, purpose: str, owner: str, version: int) -> bytes:
    parts = [part.encode() for part in ("evalserve", purpose, owner, str(version))]
    # Each part carries its length, so that no two triples are encoded alike.
    return hmac.digest(root, b"".join(len(part).to_bytes(4, "big") + part for part in parts), hashlib.sha256)
