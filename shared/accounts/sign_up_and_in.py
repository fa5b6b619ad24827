"""Sign-up, as far as the operator allows it, and sign-in by password."""

import secrets
from typing import NamedTuple

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import audit
from shared.accounts import deletion, invitations, keys, passwords, queries, sign_in_limits
from shared.accounts.errors import EmailTaken, SignUpClosed, SignUpDomainRefused, WrongCredentials
from shared.accounts.models import Account, ApiKey
from shared.accounts.scopes import EVERYTHING
from shared.accounts.sign_in_limits import Guest
from shared.audit import AuditType
from shared.kit import clock
from shared.kit.keyring import Keyring
from shared.kit.platform import Platform

_BROWSER_PURPOSE = "known-browser"


class SignedInAccount(NamedTuple):
    """An account with the text of its main key, and the value by which its browser is known the next time."""

    account: Account
    api_key: str
    browser: str


async def sign_up(
    platform: Platform, *, email: str, password: str, address: str, invitation: str | None = None
) -> SignedInAccount:
    """Create an account and its first key, if SIGN_UP allows it or the text is that of an invitation.

    Raises EmailTaken, SignUpClosed, SignUpDomainRefused, InvitationInvalid, TooManySignUps, PasswordQueueFull.
    """
    await sign_in_limits.take_sign_up(platform.limiter, address=address, per_hour=platform.settings.sign_ups_per_hour)
    token = invitation if _needs_invitation(platform, email, invitation) else None
    if token is not None:
        # Before the hash, which is what anybody could make the service waste its time on.
        async with platform.db.session() as session:
            await invitations.lock(session, token)
    return await create(platform, email=email, password=password, invitation=token)


async def create(platform: Platform, *, email: str, password: str, invitation: str | None = None) -> SignedInAccount:
    """Create an account and its first key, whatever SIGN_UP says; raises EmailTaken, InvitationInvalid."""
    password_hash = await passwords.make_hash(password, queue=platform.settings.password_queue)
    try:
        async with platform.db.session() as session:
            used = await invitations.lock(session, invitation) if invitation is not None else None
            account = Account(email=email, password_hash=password_hash)
            session.add(account)
            await session.flush()
            assert account.id is not None, "the identity column gives every account an id"
            key = _add_main_key(session, account.id)
            details = {}
            if used is not None:
                used.used_at, used.account_id = clock.now(), account.id
                session.add(used)
                details["invitation"] = str(used.id)
            session.add(audit.event(AuditType.SIGNED_UP, account.id, **details))
    except IntegrityError as error:
        raise EmailTaken from error
    return _signed_in(platform.keyring, account, key)


async def sign_in(
    platform: Platform, *, email: str, password: str, address: str, browser: str | None = None, keeps: bool = False
) -> SignedInAccount:
    """Return an account and its main key, given its password.

    `browser` is the value that an earlier sign-in gave to the browser. If every key with all scopes has been revoked, a
    new one is created: it is the only way back in. An account whose owner has left is enabled again with `keeps`.
    Raises WrongCredentials, AccountLeaving, TooManySignIns, PasswordQueueFull.
    """
    async with platform.db.session() as session:
        account = await queries.find_by_email(session, email)
    guest = await _guest(platform, account, email, address, browser)
    attempt = await sign_in_limits.begin(platform.limiter, guest, delay_s=platform.settings.sign_in_delay_s)
    is_open = account is not None and (account.is_active or deletion.can_be_kept(account))
    stored_hash = account.password_hash if account and is_open else None
    correct = await passwords.verify(stored_hash, password, queue=platform.settings.password_queue)
    if not correct or account is None or account.id is None:
        await _note_failure(platform, account)
        raise WrongCredentials
    await attempt.forgive()
    await deletion.admit(platform, account, keeps=keeps)
    async with platform.db.session() as session:
        key = await queries.main_key(session, account.id) or _add_main_key(session, account.id)
        if await audit.admits(platform, AuditType.SIGNED_IN, account.id):
            session.add(audit.event(AuditType.SIGNED_IN, account.id))
    return _signed_in(platform.keyring, account, key)


def _needs_invitation(platform: Platform, email: str, invitation: str | None) -> bool:
    settings = platform.settings
    if settings.sign_up == "open":
        return False
    domain = email.rpartition("@")[2].lower()
    if settings.sign_up == "domains" and domain in map(str.lower, settings.sign_up_domains):
        return False
    if invitation is None:
        raise SignUpDomainRefused if settings.sign_up == "domains" else SignUpClosed
    return True


async def _note_failure(platform: Platform, account: Account | None) -> None:
    # Not for each name that is guessed at: there is no end of them.
    if await audit.admits(platform, AuditType.SIGN_IN_FAILED):
        async with platform.db.connection() as connection:
            await audit.write(connection, AuditType.SIGN_IN_FAILED, account.id if account else None)


async def _guest(platform: Platform, account: Account | None, email: str, address: str, browser: str | None) -> Guest:
    account_id = account.id if account else None
    async with platform.db.connection() as connection:
        is_known_address = await audit.is_known_address(connection, account_id, address)
        name = await queries.compared(connection, email)
    known_browser = browser if browser and _is_browser_of(platform.keyring, browser, account_id) else None
    return Guest(address, name, known_browser, is_known_address)


def _is_browser_of(keyring: Keyring, browser: str, account_id: int | None) -> bool:
    name, _, mac = browser.partition(".")
    values = [value.hex() for value in keyring.candidates(_BROWSER_PURPOSE, f"{account_id}:{name}", 1)]
    return any(secrets.compare_digest(mac.encode(), value.encode()) for value in values)


def _signed_in(keyring: Keyring, account: Account, key: ApiKey) -> SignedInAccount:
    name = secrets.token_hex(16)
    browser = f"{name}.{keyring.derive(_BROWSER_PURPOSE, f'{account.id}:{name}', 1).hex()}"
    return SignedInAccount(account, keys.write(keyring, key.id, key.version), browser)


def _add_main_key(session: AsyncSession, account_id: int) -> ApiKey:
    key = ApiKey(id=keys.new_id(), account_id=account_id, name="main", scopes=sorted(EVERYTHING))
    session.add(key)
    return key
