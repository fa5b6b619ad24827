"""Routes of administrators: all accounts, their plans and credit, and all matrices."""

from datetime import timedelta
from typing import Annotated

from litestar import Controller, get
from litestar.params import FromPath, QueryParameter

from api.admin.guard import administrators_only
from api.admin.schemas import (
    CreditIn,
    PasswordResetIn,
    PasswordResetOut,
    PlanIn,
    PlannedAccountOut,
    UserOut,
)
from api.compat.pycm_rest.matrices.schemas import MatrixOut
from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.routes import post, put
from shared import accounts, matrices, plans
from shared.accounts import password_changes
from shared.kit.platform import Platform

# A larger limit is cut to this.
MAX_PAGE = 1000

Skip = Annotated[int, QueryParameter(ge=0, le=2**31, description="Number of items to skip at the start.")]
Limit = Annotated[int, QueryParameter(ge=1, description=f"Most items to return; never more than {MAX_PAGE:,}.")]


class AdminController(Controller):
    """Administration."""

    tags = ["admin"]
    guards = [administrators_only]

    @get("/users/", operation_id="admin.accounts.list", opt={"security": "basic"})
    async def users(self, platform: Injected[Platform], skip: Skip = 0, limit: Limit = 100) -> list[UserOut]:
        """List all accounts.

        Route of the PyCM REST API. Returns the accounts, oldest first, without their keys.
        """
        page = await accounts.list_all(platform, skip=skip, limit=min(limit, MAX_PAGE))
        uids = await matrices.newest_uids_of_many(platform, [account.id for account in page if account.id])
        return [UserOut.of(account, uids.get(account.id or 0, [])) for account in page]

    @get("/cms/", operation_id="admin.matrices.list", opt={"security": "basic"})
    async def all_matrices(self, platform: Injected[Platform], skip: Skip = 0, limit: Limit = 100) -> list[MatrixOut]:
        """List the confusion matrices of all accounts.

        Route of the PyCM REST API. Returns the matrices, oldest first.
        """
        page = await matrices.all_metrics(platform, skip=skip, limit=min(limit, MAX_PAGE))
        return [MatrixOut.of(metrics) for metrics in page]

    @put("/v1/admin/accounts/{account_id:int}/plan", operation_id="admin.accounts.set_plan", opt={"security": "basic"})
    async def set_plan(
        self, platform: Injected[Platform], account_id: FromPath[int], choice: Body[PlanIn]
    ) -> PlannedAccountOut:
        """Set the plan of an account.

        Null selects the default plan. The change takes effect within 5 seconds.
        """
        account = await plans.set_plan(platform, account_id, choice.plan)
        return PlannedAccountOut.of(account, platform.settings)

    @post(
        "/v1/admin/accounts/{account_id:int}/credit",
        operation_id="admin.accounts.add_credit",
        status_code=200,
        opt={"security": "basic"},
    )
    async def add_credit(
        self, platform: Injected[Platform], account_id: FromPath[int], credit: Body[CreditIn]
    ) -> PlannedAccountOut:
        """Add credit to an account.

        Credit is a number of calls that are drawn once the plan's month is used up; a negative number takes credit
        back.
        """
        account = await plans.add_credit(platform, account_id, credit.calls)
        return PlannedAccountOut.of(account, platform.settings)

    @post(
        "/v1/admin/accounts/{account_id:int}/password-reset",
        operation_id="admin.accounts.create_password_reset",
        opt={"security": "basic"},
    )
    async def create_password_reset(
        self, platform: Injected[Platform], account_id: FromPath[int], reset: Body[PasswordResetIn]
    ) -> PasswordResetOut:
        """Create a link to reset a password.

        Give it to the account's owner: it works once, until it expires or another one is created. The link is only part
        of this answer.
        """
        lifetime = timedelta(hours=reset.valid_hours)
        return PasswordResetOut.of(await password_changes.issue_reset(platform, account_id, lifetime))
