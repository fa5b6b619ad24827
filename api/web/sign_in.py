"""The way in: the landing page, signing up, in and out."""

from datetime import timedelta
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromQuery

from api.compat.pycm_rest.accounts.schemas import LONGEST_PASSWORD, CredentialsIn
from api.http.headers import counted_address
from api.http.injected import Injected
from api.http.json_response import Json
from api.web import cookies
from api.web.forms import Form
from api.web.page_request import Visit
from api.web.problems import MISTAKES, described
from shared import accounts
from shared.accounts import SignedIn, sessions
from shared.kit.errors import Fault, InvalidInput

FIRST_PAGE = "/app/matrices"


class EntrancePages(Controller):
    """Pages for whoever comes."""

    @get("/")
    async def landing(self, visit: Injected[Visit]) -> Response[Any]:
        """What this is, for people; where to begin, for programs."""
        if "text/html" not in visit.request.headers.get("accept", ""):
            return Json({"message": "Refer to /docs for API documentation."}, headers={"Vary": "Accept"})
        return visit.page("landing.html")

    @get("/app/sign-in")
    async def sign_in_form(self, visit: Injected[Visit], next: FromQuery[str] = FIRST_PAGE) -> Response[str]:  # noqa: A002 - the name of the parameter
        """The form."""
        return visit.page("sign_in.html", email="", next=next, problem=None)

    @post("/app/sign-in")
    async def sign_in(self, visit: Injected[Visit], form: Injected[Form]) -> Response[Any]:
        """Begin a session; the one before, if any, is over."""
        following = form.texts.get("next", FIRST_PAGE)
        try:
            credentials = _credentials(form)
            signed_in = await accounts.sign_in(
                visit.platform.db,
                visit.platform.keyring,
                visit.platform.limiter,
                email=credentials.email,
                password=credentials.password,
                address=counted_address(visit.request),
            )
        except MISTAKES as error:
            problem = described(visit.request, error)
            email = form.texts.get("email", "")
            return visit.page("sign_in.html", visit.status(problem), email=email, next=following, problem=problem)
        return await _enter(visit, signed_in, following)

    @get("/app/sign-up")
    async def sign_up_form(self, visit: Injected[Visit]) -> Response[str]:
        """The form."""
        return visit.page("sign_up.html", email="", problem=None)

    @post("/app/sign-up")
    async def sign_up(self, visit: Injected[Visit], form: Injected[Form]) -> Response[Any]:
        """Open an account and begin a session."""
        try:
            credentials = _credentials(form)
            credentials.check(visit.platform.settings.min_password_length)
            signed_in = await accounts.sign_up(
                visit.platform.db, visit.platform.keyring, email=credentials.email, password=credentials.password
            )
        except MISTAKES as error:
            problem = described(visit.request, error)
            email = form.texts.get("email", "")
            return visit.page("sign_up.html", visit.status(problem), email=email, problem=problem)
        return await _enter(visit, signed_in, FIRST_PAGE)

    @post("/app/sign-out")
    async def sign_out(self, visit: Injected[Visit]) -> Response[Any]:
        """End the session."""
        if token := cookies.read(visit.request, "session"):
            await sessions.end(visit.platform.db, token)
        visit.set_cookies.append(cookies.erase(visit.request, "session"))
        return visit.redirect("/?notice=signed-out")

    @post("/app/sign-out-everywhere")
    async def sign_out_everywhere(self, visit: Injected[Visit]) -> Response[Any]:
        """End every session of the account, this one too."""
        await sessions.end_all(visit.platform.db, visit.caller.account_id)
        visit.set_cookies.append(cookies.erase(visit.request, "session"))
        return visit.redirect("/?notice=signed-out")


def _credentials(form: Form) -> CredentialsIn:
    credentials = CredentialsIn(form.texts.get("email", "").strip(), form.texts.get("password", ""))
    if len(credentials.password) > LONGEST_PASSWORD:
        raise InvalidInput(Fault("/password", f"password: use at most {LONGEST_PASSWORD} characters."))
    if len(credentials.email) > 254:  # noqa: PLR2004 - the longest address that mail knows
        raise InvalidInput(Fault("/email", "email: use at most 254 characters."))
    return credentials


async def _enter(visit: Visit, signed_in: SignedIn, following: str) -> Response[Any]:
    assert signed_in.account.id is not None, "an account that signed in was stored"
    if former := cookies.read(visit.request, "session"):
        await sessions.end(visit.platform.db, former)
    lifetime = timedelta(hours=visit.platform.settings.session_lifetime_hours)
    # Always a new token: one that somebody put into the browser before opens nothing afterwards.
    token = await sessions.begin(visit.platform.db, signed_in.account.id, lifetime)
    visit.set_cookies = [
        cookies.write(visit.request, "session", token, int(lifetime.total_seconds())),
        cookies.erase(visit.request, "form"),
    ]
    # Only to a page of ours: "//elsewhere" and "/\\elsewhere" are other hosts to a browser.
    return visit.redirect(following if following.startswith("/app/") else FIRST_PAGE)
