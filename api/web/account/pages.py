"""The page of the caller's account: its keys, its usage, and signing out everywhere."""

from collections import Counter
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from api.http.answers.problems import problem_of
from api.http.dependencies import Injected
from api.usage.schemas import UsageOut
from api.web.forms import Form
from api.web.page_request import PageRequest
from api.web.problems import MISTAKES
from shared import accounts, plans, quotas
from shared.accounts import EVERYTHING, IssuedKey, Scope
from shared.kit import clock
from shared.kit.errors import Fault, InvalidInput

MAX_ROUTES = 12

SCOPES = {
    Scope.READ: "read everything",
    Scope.WRITE: "create, change and delete",
    Scope.ACCOUNT: "manage keys and secrets",
}

# Most programs do not make keys.
USUAL_SCOPES = (Scope.READ, Scope.WRITE)


class AccountPages(Controller):
    """Pages of the caller's account."""

    path = "/app/account"
    # An account that has used up its month must still be able to revoke keys.
    opt = {"cost": 0}

    @get()
    async def read(self, page_request: Injected[PageRequest]) -> Response[str]:
        """Show the account and its keys."""
        return await _page(page_request)

    @post("/keys")
    async def create_key(self, page_request: Injected[PageRequest], form: Injected[Form]) -> Response[Any]:
        """Create a key; only the page in the answer shows it."""
        caller = page_request.caller
        try:
            name = form.text("name", limit=100)
            if name is None:
                raise InvalidInput(Fault("/name", "name: enter a name, such as the program that uses the key."))
            scopes = frozenset(scope for scope in EVERYTHING if scope in form.lists.get("scopes", ()))
            if not scopes:
                raise InvalidInput(Fault("/scopes", "scopes: select at least one scope."))
            issued = await accounts.create_key(
                page_request.platform,
                caller,
                name=name,
                scopes=scopes,
                expires_at=None,
            )
        except MISTAKES as error:
            return await _page(page_request, problem=problem_of(page_request.request, error), form=form)
        return await _page(page_request, issued=issued)

    @post("/keys/{key_id:str}/rotate")
    async def rotate_key(self, page_request: Injected[PageRequest], key_id: FromPath[str]) -> Response[Any]:
        """Replace a key; only the page in the answer shows the new one."""
        issued = await accounts.rotate_key(page_request.platform, page_request.caller, key_id)
        return await _page(page_request, issued=issued)

    @post("/keys/{key_id:str}/revoke")
    async def revoke_key(self, page_request: Injected[PageRequest], key_id: FromPath[str]) -> Response[Any]:
        """Revoke a key for good."""
        await accounts.revoke_key(page_request.platform, page_request.caller, key_id)
        return page_request.redirect("/app/account?notice=revoked")


async def _page(
    page_request: PageRequest, *, issued: IssuedKey | None = None, problem: Any = None, form: Form | None = None
) -> Response[str]:
    platform = page_request.platform
    keys = await accounts.list_keys(platform, page_request.caller)
    month = clock.now().date().replace(day=1)
    use = await plans.month_of_use(platform, page_request.request.app.state.meter, page_request.caller, month)
    by_route: Counter[str] = Counter()
    for row in use.usage:
        by_route[row.route] += row.calls
    return page_request.render(
        "account.html",
        page_request.status(problem),
        keys=keys,
        issued=issued,
        problem=problem,
        scopes=SCOPES,
        name=form.texts.get("name", "") if form else "",
        selected_scopes=form.lists.get("scopes", ()) if form else USUAL_SCOPES,
        now=clock.now(),
        use=UsageOut.of(use, await quotas.used(platform, page_request.caller), month, platform.settings),
        routes=by_route.most_common(MAX_ROUTES),
    )
