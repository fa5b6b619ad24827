"""Authentication of administrators."""

import hmac
from base64 import b64decode
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from api.http.headers import counted_address
from shared import audit
from shared.accounts.errors import NotAdministrator, TooManySignIns
from shared.audit import AuditType
from shared.kit import origin
from shared.kit.limits.limiter import Rate
from shared.kit.platform import Platform
from shared.kit.settings import Settings

# Failed attempts from one address.
TRIES = Rate(per_second=2, burst=120)


async def administrators_only(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Allow requests with the name and password of the settings only; none if these are not set."""
    platform: Platform = connection.app.state.platform
    if "authorization" not in connection.headers:
        raise NotAdministrator
    # Counted before the password is looked at, so that none of many at once is missed; only failures stay counted.
    subject = f"admin:{counted_address()}"
    verdict = await platform.limiter.take(subject, TRIES)
    if not verdict.allowed:
        raise TooManySignIns(retry_after_s=verdict.retry_after_s)
    if not _is_administrator(connection.headers.get("authorization", ""), platform.settings):
        if await audit.admits(platform, AuditType.ADMINISTRATOR_REFUSED):
            async with platform.db.connection() as database:
                await audit.write(database, AuditType.ADMINISTRATOR_REFUSED, None)
        raise NotAdministrator
    await platform.limiter.give_back(subject, TRIES)
    origin.current().administrator = platform.settings.pycm_api_admin


def _is_administrator(authorization: str, settings: Settings) -> bool:
    if not settings.pycm_api_admin or not settings.pycm_api_admin_password:
        return False
    scheme, _, credentials = authorization.partition(" ")
    try:
        sent_credentials = b64decode(credentials.strip(), validate=True)
    except ValueError:
        return False
    expected = f"{settings.pycm_api_admin}:{settings.pycm_api_admin_password.get_secret_value()}".encode()
    return scheme.lower() == "basic" and hmac.compare_digest(sent_credentials, expected)
