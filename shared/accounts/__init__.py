"""Accounts: signing up, signing in, and who is calling."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.exc import IntegrityError

from shared.accounts import keys, passwords, queries
from shared.accounts.errors import EmailTaken, InvalidKey, WrongCredentials
from shared.accounts.models import Account, ApiKey
from shared.kit.db import Database
from shared.kit.keyring import Keyring

# What closes a key or an account shows within this time; what polls is spared a query each time.
REMEMBERED_S = 2.0

# Beyond it all are forgotten, which costs each of them one query.
REMEMBERED_KEYS = 10_000


class Caller(NamedTuple):
    """Who sends a request."""

    account_id: int
    key_id: str


class SignedIn(NamedTuple):
    """An account together with the text of its key."""

    account: Account
    api_key: str


async def sign_up(db: Database, keyring: Keyring, *, email: str, password: str) -> SignedIn:
    """Open an account and make its first key; raises EmailTaken."""
    password_hash = await passwords.make_hash(password)
    try:
        async with db.session() as session:
            account = Account(email=email, password_hash=password_hash)
            session.add(account)
            await session.flush()
            assert account.id is not None, "the identity column gives every account an id"
            key = ApiKey(id=keys.new_id(), account_id=account.id)
            session.add(key)
    except IntegrityError as error:
        raise EmailTaken from error
    return SignedIn(account, keys.write(keyring, key.id, key.version))


async def sign_in(db: Database, keyring: Keyring, *, email: str, password: str) -> SignedIn:
    """Show an account and its key to who knows the password; raises WrongCredentials."""
    async with db.session() as session:
        account = await queries.find_by_email(session, email)
        key = await queries.first_key(session, account.id) if account and account.id else None
    known = account is not None and account.is_active
    correct = await passwords.verify(account.password_hash if account and known else None, password)
    if not correct or account is None or key is None:
        raise WrongCredentials
    return SignedIn(account, keys.write(keyring, key.id, key.version))


async def list_all(db: Database, *, skip: int, limit: int) -> Sequence[Account]:
    """Everybody's accounts, the oldest first; for administrators."""
    async with db.session() as session:
        return await queries.list_all(session, skip=skip, limit=limit)


class Authenticator:
    """Knows callers by their keys, and remembers them for a moment."""

    def __init__(self, db: Database, keyring: Keyring) -> None:
        self._db = db
        self._keyring = keyring
        self._known: dict[str, tuple[Caller, float]] = {}

    async def caller(self, text: str) -> Caller:
        """The caller that a key belongs to; raises InvalidKey, for most wrong keys without asking the database."""
        known = self._known.get(text)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        claim = keys.read(self._keyring, text)
        if claim is None:
            raise InvalidKey
        async with self._db.connection() as connection:
            owner = await queries.find_owner(connection, claim)
        if owner is None:
            raise InvalidKey
        caller = Caller(owner, claim.id)
        if len(self._known) >= REMEMBERED_KEYS:
            self._known.clear()
        self._known[text] = caller, time.monotonic() + REMEMBERED_S
        return caller
