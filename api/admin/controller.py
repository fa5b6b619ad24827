"""Everybody's accounts and matrices, for who administrates the service."""

import hmac
from base64 import b64decode
from typing import Annotated, Any

from litestar import Controller, get
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler
from litestar.params import QueryParameter

from api.admin.schemas import UserOut
from api.headers import client_address
from api.matrices.schemas import MatrixOut
from shared import accounts, matrices
from shared.accounts.errors import NotAdministrator, TooManySignIns
from shared.jobs import Platform
from shared.kit.limiter import Rate
from shared.kit.settings import Settings

# From one address; a list is read in pages.
TRIES = Rate(per_second=2, burst=120)

# Asked for more, the routes answer with this many.
LARGEST_PAGE = 1000

Skip = Annotated[int, QueryParameter(ge=0, le=2**31, description="how many to leave out at the start")]
Limit = Annotated[int, QueryParameter(ge=1, description=f"how many to answer, {LARGEST_PAGE} at most")]


async def administrators_only(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Let in who knows the name and password of the settings; without these two settings, nobody."""
    platform: Platform = connection.app.state.platform
    if "authorization" not in connection.headers:
        raise NotAdministrator
    # The right password counts as well: who has it asks less often than who guesses.
    verdict = await platform.limiter.take(f"admin:{client_address(connection)}", TRIES)
    if not verdict.allowed:
        raise TooManySignIns(retry_after_s=verdict.retry_after_s)
    if not _is_administrator(connection.headers.get("authorization", ""), platform.settings):
        raise NotAdministrator


class AdminController(Controller):
    """Administration."""

    tags = ["admin"]  # noqa: RUF012 -- Litestar reads it from the class
    guards = [administrators_only]  # noqa: RUF012 -- the same

    @get("/users/", operation_id="list_users", opt={"security": "basic"})
    async def users(self, platform: NamedDependency[Platform], skip: Skip = 0, limit: Limit = 100) -> list[UserOut]:
        """All accounts, the oldest first, without their keys."""
        found = await accounts.list_all(platform.db, skip=skip, limit=min(limit, LARGEST_PAGE))
        uids = await matrices.newest_uids_of_many(platform, [account.id for account in found if account.id])
        return [UserOut.of(account, uids.get(account.id or 0, [])) for account in found]

    @get("/cms/", operation_id="list_all_matrices", opt={"security": "basic"})
    async def all_matrices(
        self, platform: NamedDependency[Platform], skip: Skip = 0, limit: Limit = 100
    ) -> list[MatrixOut]:
        """All matrices, the oldest first."""
        found = await matrices.all_figures(platform, skip=skip, limit=min(limit, LARGEST_PAGE))
        return [MatrixOut.of(figures) for figures in found]


def _is_administrator(authorization: str, settings: Settings) -> bool:
    if not settings.pycm_api_admin or not settings.pycm_api_admin_password:
        return False
    scheme, _, credentials = authorization.partition(" ")
    try:
        given = b64decode(credentials.strip(), validate=True)
    except ValueError:
        return False
    known = f"{settings.pycm_api_admin}:{settings.pycm_api_admin_password.get_secret_value()}".encode()
    return scheme.lower() == "basic" and hmac.compare_digest(given, known)
