"""Everybody's accounts and matrices, for who administrates the service."""

import hmac
from base64 import b64decode
from typing import Annotated, Any

from litestar import Controller, Request, get, post, put
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler
from litestar.params import FromPath, QueryParameter

from api.admin.schemas import CreditIn, PlanIn, PlannedAccountOut, UserOut
from api.compat.pycm_rest.matrices.schemas import MatrixOut
from api.http import bodies
from api.http.headers import counted_address
from api.http.injected import Injected
from shared import accounts, matrices, plans
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
    verdict = await platform.limiter.take(f"admin:{counted_address(connection)}", TRIES)
    if not verdict.allowed:
        raise TooManySignIns(retry_after_s=verdict.retry_after_s)
    if not _is_administrator(connection.headers.get("authorization", ""), platform.settings):
        raise NotAdministrator


class AdminController(Controller):
    """Administration."""

    tags = ["admin"]  # noqa: RUF012 -- Litestar reads it from the class
    guards = [administrators_only]  # noqa: RUF012 -- the same

    @get("/users/", operation_id="list_users", opt={"security": "basic"})
    async def users(self, platform: Injected[Platform], skip: Skip = 0, limit: Limit = 100) -> list[UserOut]:
        """All accounts, the oldest first, without their keys."""
        found = await accounts.list_all(platform.db, skip=skip, limit=min(limit, LARGEST_PAGE))
        uids = await matrices.newest_uids_of_many(platform, [account.id for account in found if account.id])
        return [UserOut.of(account, uids.get(account.id or 0, [])) for account in found]

    @get("/cms/", operation_id="list_all_matrices", opt={"security": "basic"})
    async def all_matrices(self, platform: Injected[Platform], skip: Skip = 0, limit: Limit = 100) -> list[MatrixOut]:
        """All matrices, the oldest first."""
        found = await matrices.all_figures(platform, skip=skip, limit=min(limit, LARGEST_PAGE))
        return [MatrixOut.of(figures) for figures in found]

    @put("/v1/admin/accounts/{account_id:int}/plan", operation_id="set_plan", opt={"security": "basic", "body": PlanIn})
    async def set_plan(
        self, request: Request[Any, Any, Any], platform: Injected[Platform], account_id: FromPath[int]
    ) -> PlannedAccountOut:
        """Put an account on a plan; null stands for the default one. It holds within 5 seconds."""
        wanted = await bodies.read(request, PlanIn)
        account = await plans.set_plan(platform.db, platform.settings, account_id, wanted.plan)
        return PlannedAccountOut.of(account, platform.settings)

    @post(
        "/v1/admin/accounts/{account_id:int}/credit",
        operation_id="add_credit",
        status_code=200,
        opt={"security": "basic", "body": CreditIn},
    )
    async def add_credit(
        self, request: Request[Any, Any, Any], platform: Injected[Platform], account_id: FromPath[int]
    ) -> PlannedAccountOut:
        """Give an account calls that are drawn when the month of its plan is used up; a negative number takes back."""
        wanted = await bodies.read(request, CreditIn)
        account = await plans.add_credit(platform.db, account_id, wanted.calls)
        return PlannedAccountOut.of(account, platform.settings)


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
