"""Routes of the caller's account: its password, and leaving."""

from litestar import Controller

from api.accounts.schemas import DepartureIn, DepartureOut, PasswordIn, check_new_password
from api.http.bodies import Body
from api.http.injected import Injected
from api.http.routes import post
from shared.accounts import Caller, Scope, departure, password_changes
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
            platform, caller.account_id, present=change.present_password, new=change.new_password
        )

    @post("/deletion", operation_id="account.submit_deletion", status_code=202)
    async def leave(
        self, platform: Injected[Platform], caller: Injected[Caller], departure_in: Body[DepartureIn]
    ) -> DepartureOut:
        """Delete the account.

        Keys and sessions stop working within 5 seconds, queued and running jobs are cancelled. Everything of the
        account is deleted after a grace, 7 days by default; until then its owner can sign in on the pages to keep it.
        """
        return DepartureOut(await departure.leave(platform, caller.account_id, departure_in.password))
