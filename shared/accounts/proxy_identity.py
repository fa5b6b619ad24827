"""Callers that a trusted proxy authenticates, instead of a key."""

import secrets

from shared import accounts
from shared.accounts import Caller, queries
from shared.accounts.errors import EmailTaken, InvalidKey
from shared.accounts.models import Account
from shared.kit.platform import Platform

# The key id of callers without a key.
KEY_ID = "proxy"


async def caller(platform: Platform, email: str) -> Caller:
    """Return the caller with this address; on the first request an account with a random password is created.

    Raises InvalidKey for an inactive account.
    """
    account = await _find(platform, email)
    if account is None:
        try:
            account = (await accounts.create(platform, email=email, password=secrets.token_urlsafe(32))).account
        except EmailTaken:
            # A concurrent request has just created the account.
            account = await _find(platform, email)
    if account is None or account.id is None or not account.is_active:
        raise InvalidKey
    granted = account.credit + account.credit_drawn
    return Caller(account.id, KEY_ID, plan=account.plan, granted=granted)


async def _find(platform: Platform, email: str) -> Account | None:
    async with platform.db.session() as session:
        return await queries.find_by_email(session, email)
