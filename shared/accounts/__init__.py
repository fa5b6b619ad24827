"""Accounts: sign-up, sign-in, API keys and callers."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.accounts import keys, passwords, queries, sign_in_limits
from shared.accounts.authentication import Authenticator, Caller
from shared.accounts.errors import EmailTaken, KeyNotFound, MissingScope, TooManyKeys, WrongCredentials
from shared.accounts.models import Account, ApiKey
from shared.accounts.scopes import EVERYTHING, Scope
from shared.kit import clock
from shared.kit.platform import Platform

__all__ = ["EVERYTHING", "Authenticator", "Caller", "Scope"]

# Enough for every program and machine of a large team; a client that creates one for each run has a bug.
MAX_KEYS = 100


class SignedInAccount(NamedTuple):
    """An account with the text of its main key."""

    account: Account
    api_key: str


class IssuedKey(NamedTuple):
    """A key with its text, which is shown only once."""

    key: ApiKey
    text: str


async def sign_up(platform: Platform, *, email: str, password: str) -> SignedInAccount:
    """Create an account and its first key; raises EmailTaken."""
    password_hash = await passwords.make_hash(password)
    try:
        async with platform.db.session() as session:
            account = Account(email=email, password_hash=password_hash)
            session.add(account)
            await session.flush()
            assert account.id is not None, "the identity column gives every account an id"
            key = _add_main_key(session, account.id)
    except IntegrityError as error:
        raise EmailTaken from error
    return SignedInAccount(account, keys.write(platform.keyring, key.id, key.version))


async def sign_in(platform: Platform, *, email: str, password: str, address: str) -> SignedInAccount:
    """Return an account and its main key, given its password; raises WrongCredentials, TooManySignIns.

    If every key with all scopes has been revoked, a new one is created: it is the only way back in.
    """
    await sign_in_limits.take(platform.limiter, address=address, name=email)
    async with platform.db.session() as session:
        account = await queries.find_by_email(session, email)
    is_open = account is not None and account.is_active
    correct = await passwords.verify(account.password_hash if account and is_open else None, password)
    if not correct or account is None or account.id is None:
        raise WrongCredentials
    async with platform.db.session() as session:
        key = await queries.main_key(session, account.id) or _add_main_key(session, account.id)
    return SignedInAccount(account, keys.write(platform.keyring, key.id, key.version))


async def list_all(platform: Platform, *, skip: int, limit: int) -> Sequence[Account]:
    """List all accounts, the oldest first; for administrators."""
    async with platform.db.session() as session:
        return await queries.list_all(session, skip=skip, limit=limit)


async def create_key(
    platform: Platform, caller: Caller, *, name: str, scopes: frozenset[Scope], expires_at: datetime | None
) -> IssuedKey:
    """Create a key of the caller's account; raises MissingScope, TooManyKeys."""
    _check_scopes(caller, scopes)
    async with platform.db.session() as session:
        await queries.lock_account(session, caller.account_id)
        if await queries.count_unrevoked_keys(session, caller.account_id) >= MAX_KEYS:
            raise TooManyKeys
        key = ApiKey(
            id=keys.new_id(), account_id=caller.account_id, name=name, scopes=sorted(scopes), expires_at=expires_at
        )
        session.add(key)
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
    return IssuedKey(key, keys.write(platform.keyring, key.id, key.version))


async def revoke_key(platform: Platform, caller: Caller, key_id: str) -> None:
    """Revoke a key; it stops working within seconds. Raises KeyNotFound."""
    async with platform.db.session() as session:
        key = await _own_key(session, caller, key_id)
        key.revoked_at = clock.now()
        session.add(key)


def _add_main_key(session: AsyncSession, account_id: int) -> ApiKey:
    key = ApiKey(id=keys.new_id(), account_id=account_id, name="main", scopes=sorted(EVERYTHING))
    session.add(key)
    return key


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
