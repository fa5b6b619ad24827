"""Accounts: sign-up, sign-in, API keys and callers."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from shared import audit, quotas
from shared.accounts import keys, queries
from shared.accounts.authentication import Authenticator, Caller
from shared.accounts.errors import KeyNotFound, MissingScope
from shared.accounts.models import Account, ApiKey
from shared.accounts.scopes import EVERYTHING, Scope
from shared.accounts.sign_up_and_in import SignedInAccount, create, sign_in, sign_up
from shared.audit import AuditType
from shared.kit import clock
from shared.kit.platform import Platform
from shared.quotas import Quota

__all__ = [
    "EVERYTHING",
    "Authenticator",
    "Caller",
    "Scope",
    "SignedInAccount",
    "create",
    "sign_in",
    "sign_up",
]


class IssuedKey(NamedTuple):
    """A key with its text, which is shown only once."""

    key: ApiKey
    text: str


async def list_all(platform: Platform, *, skip: int, limit: int) -> Sequence[Account]:
    """List all accounts, the oldest first; for administrators."""
    async with platform.db.session() as session:
        return await queries.list_all(session, skip=skip, limit=limit)


async def create_key(
    platform: Platform, caller: Caller, *, name: str, scopes: frozenset[Scope], expires_at: datetime | None
) -> IssuedKey:
    """Create a key of the caller's account; raises MissingScope, QuotaReached."""
    _check_scopes(caller, scopes)
    async with platform.db.session() as session:
        await quotas.take_in(session, platform.settings, caller, {Quota.KEYS: 1})
        key = ApiKey(
            id=keys.new_id(), account_id=caller.account_id, name=name, scopes=sorted(scopes), expires_at=expires_at
        )
        session.add(key)
        session.add(audit.event(AuditType.KEY_CREATED, caller.account_id, key=key.id, scopes=key.scopes))
    return IssuedKey(key, keys.write(platform.keyring, key.id, key.version))


async def list_keys(platform: Platform, caller: Caller) -> Sequence[ApiKey]:
    """List the keys of the caller's account, the oldest first, including revoked ones."""
    async with platform.db.session() as session:
        return await queries.keys_of(session, caller.account_id)


async def rotate_key(platform: Platform, caller: Caller, key_id: str) -> IssuedKey:
    """Replace the text of a key; the former one stops working within seconds. Raises KeyNotFound, MissingScope."""
    async with platform.db.session() as session:
        key = await _own_key(session, caller, key_id)
        # The new text is shown to the caller, who must not gain scopes by it.
        _check_scopes(caller, frozenset(map(Scope, key.scopes)))
        key.version += 1
        session.add(key)
        session.add(audit.event(AuditType.KEY_ROTATED, caller.account_id, key=key.id))
    return IssuedKey(key, keys.write(platform.keyring, key.id, key.version))


async def revoke_key(platform: Platform, caller: Caller, key_id: str) -> None:
    """Revoke a key; it stops working within seconds. Raises KeyNotFound."""
    async with platform.db.session() as session:
        key = await _own_key(session, caller, key_id)
        key.revoked_at = clock.now()
        session.add(key)
        session.add(audit.event(AuditType.KEY_REVOKED, caller.account_id, key=key.id))


async def _own_key(session: AsyncSession, caller: Caller, key_id: str) -> ApiKey:
    key = await queries.lock_unrevoked_key(session, caller.account_id, key_id)
    if key is None:
        raise KeyNotFound
    return key


def _check_scopes(caller: Caller, scopes: frozenset[Scope]) -> None:
    if excess := sorted(scopes - caller.scopes):
        raise MissingScope(
            f"Your API key lacks the scope `{excess[0]}` and cannot grant it to another key; use a key with that scope."
        )
