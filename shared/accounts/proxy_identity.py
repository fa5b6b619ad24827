"""Callers whom a proxy in front vouches for, instead of a key."""

import secrets

from shared import accounts
from shared.accounts import Caller, queries
from shared.accounts.errors import EmailTaken, InvalidKey
from shared.accounts.models import Account
from shared.kit.platform import Platform

# Where the id of a key is written down, for who has none.
KEY_ID = "proxy"


async def caller(platform: Platform, email: str) -> Caller:
    """The caller with this address; at first sight an account is opened, with a password that nobody knows.

    Raises InvalidKey for an account that is closed.
    """
    account = await _find(platform, email)
    if account is None:
        try:
            account = (await accounts.sign_up(platform, email=email, password=secrets.token_urlsafe(32))).account
        except EmailTaken:
            # Somebody saw them first, a moment ago.
            account = await _find(platform, email)
    if account is None or account.id is None or not account.is_active:
        raise InvalidKey
    granted = account.credit + account.credit_drawn
    return Caller(account.id, KEY_ID, plan=account.plan, granted=granted)


async def _find(platform: Platform, email: str) -> Account | None:
    async with platform.db.session() as session:
        return await queries.find_by_email(session, email)
