"""Routes of the caller's account: its password, and leaving."""

from litestar import Controller, Response

from api.accounts.schemas import DepartureIn, DepartureOut, PasswordIn, check_new_password
from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.headers import Prefer
from api.http.routes import post
from api.jobs.preferences import applied, requested_wait
from api.jobs.responses import JobEnded, accepted
from api.jobs.waiter import Waiter
from shared import account_exports
from shared.accounts import Caller, Scope, deletion, password_changes
from shared.jobs import JobOut
from shared.kit.platform import Platform


class OwnAccountController(Controller):
    """The caller's account."""

    path = "/v1/account"
    tags = ["accounts"]
    # An account that has used up its month must still be able to leave.
    opt = {"scope": Scope.ACCOUNT, "cost": 0}

    @post("/password", operation_id="account.update_password", status_code=204)
    async def change_password(
        self, platform: Injected[Platform], caller: Injected[Caller], change: Body[PasswordIn]
    ) -> None:
        """Update the password.

        All sessions in browsers end; API keys keep working. Repeated wrong passwords are answered with 429.
        """
        check_new_password(change.new_password, platform.settings.min_password_length)
        await password_changes.change(
            platform, caller.account_id, current=change.current_password, new=change.new_password
        )

    @post("/exports", operation_id="account.submit_export", status_code=202)
    async def export(
        self, waiter: Injected[Waiter], caller: Injected[Caller], prefer: Prefer = None
    ) -> Response[JobOut | JobEnded]:
        """Export everything of the account.

        A job makes zip files of runs, datasets, matrices, comparisons, gates, projects, images and annotations in open
        formats (JSON, Parquet, COCO). A repetition within the same hour answers the export of this hour. Poll
        `Location` or wait with `Prefer: wait=N`; interrupted downloads are resumed with `Range`.
        """
        limit = waiter.platform.settings.wait_limit_s
        seconds = requested_wait(prefer, limit=limit)
        await waiter.admit_wait(caller, seconds)
        snapshot = await waiter.until_final(await account_exports.submit(waiter.platform, caller), seconds)
        return accepted(waiter.platform, snapshot, applied(prefer, limit=limit))

    @post("/deletion", operation_id="account.submit_deletion", status_code=202)
    async def leave(
        self, platform: Injected[Platform], caller: Injected[Caller], deletion_in: Body[DepartureIn]
    ) -> DepartureOut:
        """Delete the account.

        Keys and sessions stop working within 5 seconds, queued and running jobs are cancelled. Everything of the
        account is deleted after a grace, 7 days by default; until then its owner can sign in on the pages to keep it.
        """
        return DepartureOut(await deletion.schedule(platform, caller.account_id, deletion_in.password))
