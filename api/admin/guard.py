"""Authentication of administrators."""

import hmac
from base64 import b64decode
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from api.http.headers import counted_address
from shared.accounts.errors import NotAdministrator, TooManySignIns
from shared.kit.limiter import Rate
from shared.kit.platform import Platform
from shared.kit.settings import Settings

# Attempts from one address; an administrator pages through lists.
TRIES = Rate(per_second=2, burst=120)


async def administrators_only(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Allow requests with the name and password of the settings only; none if these are not set."""
    platform: Platform = connection.app.state.platform
    if "authorization" not in connection.headers:
        raise NotAdministrator
    # Correct passwords count as well: administrators send fewer requests than an attacker who guesses.
    verdict = await platform.limiter.take(f"admin:{counted_address(connection)}", TRIES)
    if not verdict.allowed:
        raise TooManySignIns(retry_after_s=verdict.retry_after_s)
    if not _is_administrator(connection.headers.get("authorization", ""), platform.settings):
        raise NotAdministrator


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
