"""The secrets that sign webhook messages."""

from datetime import datetime, timedelta
from uuid import UUID

from shared.kit import clock
from shared.kit.keyring import Keyring

# After a rotation messages carry both signatures for this long, so that receivers have time to change theirs.
ROTATION_OVERLAP = timedelta(hours=24)


def of_account(keyring: Keyring, account_id: int, version: int) -> bytes:
    """Return the secret that signs callbacks to the `callback_url` of a job."""
    return keyring.derive(*_of_account(account_id), version)


def of_endpoint(keyring: Keyring, endpoint_id: UUID, version: int) -> bytes:
    """Return the secret of an endpoint."""
    return keyring.derive(*_of_endpoint(endpoint_id), version)


def signing(
    keyring: Keyring, *, account_id: int, endpoint_id: UUID | None, version: int, rotated_at: datetime | None
) -> list[bytes]:
    """Return every secret that a message is signed with now: the present one first, then the former ones."""
    purpose, owner = _of_account(account_id) if endpoint_id is None else _of_endpoint(endpoint_id)
    secrets = keyring.candidates(purpose, owner, version)
    if rotated_at is not None and clock.now() - rotated_at < ROTATION_OVERLAP:
        secrets += keyring.candidates(purpose, owner, version - 1)
    return secrets


def _of_account(account_id: int) -> tuple[str, str]:
    return "callback", str(account_id)


def _of_endpoint(endpoint_id: UUID) -> tuple[str, str]:
    return "webhook-endpoint", str(endpoint_id)
