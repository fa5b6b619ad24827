"""Accounts: signing up, signing in, and who is calling."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.exc import IntegrityError

from shared.accounts import keys, passwords, queries
from shared.accounts.errors import EmailTaken, InvalidKey, WrongCredentials
from shared.accounts.models import Account, ApiKey
from shared.kit.db import Database
from shared.kit.keyring import Keyring


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


async def authenticate(db: Database, keyring: Keyring, text: str) -> Caller:
    """The caller that a key belongs to; raises InvalidKey, for most wrong keys without asking the database."""
    claim = keys.read(keyring, text)
    if claim is None:
        raise InvalidKey
    async with db.connection() as connection:
        owner = await queries.find_owner(connection, claim)
    if owner is None:
        raise InvalidKey
    return Caller(owner, claim.id)
