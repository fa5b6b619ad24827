"""The landing page, and pages to sign up, in and out."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from litestar import Controller, Response, get, post
from litestar.params import FromQuery

from api.compat.pycm_rest.accounts.schemas import MAX_PASSWORD_LENGTH, CredentialsIn
from api.http.answers.json_response import Json
from api.http.answers.problems import problem_of
from api.http.dependencies import Injected
from api.http.headers import counted_address
from api.web import cookies, overview
from api.web.account.browser_names import browser_name
from api.web.forms import Form
from api.web.page_request import PageRequest
from api.web.problems import MISTAKES
from shared import accounts
from shared.accounts import SignedInAccount, sessions
from shared.kit.errors import Fault, InvalidInput

FIRST_PAGE = "/"

# A browser that signs in once a year is still known.
BROWSER_LIFETIME_S = 400 * 24 * 3600


class SignInPages(Controller):
    """Pages for visitors."""

    # Signing in and out is nobody's use of the service.
    opt = {"cost": 0}

    @get("/")
    async def landing(self, page_request: Injected[PageRequest]) -> Response[Any]:
        """Show the overview to who is signed in, the landing page to other browsers; programs are led to the docs."""
        if "text/html" not in page_request.request.headers.get("accept", ""):
            return Json({"message": "Refer to /docs for API documentation."}, headers={"Vary": "Accept"})
        if page_request.session_account is not None:
            return await overview.show(page_request)
        return page_request.render("landing.html")

    @get("/app/sign-in")
    async def sign_in_form(
        self,
        page_request: Injected[PageRequest],
        next: FromQuery[str] = FIRST_PAGE,  # noqa: A002 -- the name of the parameter
    ) -> Response[str]:
        """Show the form."""
        return page_request.render("sign_in.html", email="", next=next, problem=None)

    @post("/app/sign-in")
    async def sign_in(self, page_request: Injected[PageRequest], form: Injected[Form]) -> Response[Any]:
        """Begin a session, and end the browser's previous one."""
        next_page = form.texts.get("next", FIRST_PAGE)
        try:
            credentials = _credentials(form)
            signed_in = await accounts.sign_in(
                page_request.platform,
                email=credentials.email,
                password=credentials.password,
                address=counted_address(),
                browser=cookies.read(page_request.request, "browser"),
                keeps="keeps" in form.texts,
            )
        except MISTAKES as error:
            problem = problem_of(page_request.request, error)
            email = form.texts.get("email", "")
            return page_request.render(
                "sign_in.html", page_request.status(problem), email=email, next=next_page, problem=problem
            )
        return await _enter(page_request, signed_in, next_page)

    @get("/app/sign-up")
    async def sign_up_form(self, page_request: Injected[PageRequest], invitation: FromQuery[str] = "") -> Response[str]:
        """Show the form."""
        return page_request.render(
            "sign_up.html", shows_secret=bool(invitation), email="", problem=None, invitation=invitation
        )

    @post("/app/sign-up")
    async def sign_up(self, page_request: Injected[PageRequest], form: Injected[Form]) -> Response[Any]:
        """Open an account and begin a session; only the page in the answer shows the account's key."""
        try:
            credentials = _credentials(form)
            credentials.check(page_request.platform.settings.min_password_length)
            signed_in = await accounts.sign_up(
                page_request.platform,
                email=credentials.email,
                password=credentials.password,
                address=counted_address(),
                invitation=form.texts.get("invitation") or None,
            )
        except MISTAKES as error:
            problem = problem_of(page_request.request, error)
            email = form.texts.get("email", "")
            return page_request.render(
                "sign_up.html",
                page_request.status(problem),
                email=email,
                problem=problem,
                invitation=form.texts.get("invitation", ""),
            )
        entered = await _begin_session(page_request, signed_in)
        return entered.render("welcome.html", api_key=signed_in.api_key, first_page=FIRST_PAGE)

    @post("/app/sign-out")
    async def sign_out(self, page_request: Injected[PageRequest]) -> Response[Any]:
        """End the session."""
        if token := cookies.read(page_request.request, "session"):
            await sessions.end(page_request.platform, token)
        page_request.set_cookies.append(cookies.erase(page_request.request, "session"))
        return page_request.redirect("/?notice=signed-out")

    @post("/app/sign-out-everywhere")
    async def sign_out_everywhere(self, page_request: Injected[PageRequest]) -> Response[Any]:
        """End every session of the account, this one too."""
        await sessions.end_all(page_request.platform, page_request.caller.account_id)
        page_request.set_cookies.append(cookies.erase(page_request.request, "session"))
        return page_request.redirect("/?notice=signed-out")


def _credentials(form: Form) -> CredentialsIn:
    credentials = CredentialsIn(form.texts.get("email", "").strip(), form.texts.get("password", ""))
    if len(credentials.password) > MAX_PASSWORD_LENGTH:
        raise InvalidInput(Fault("/password", f"password: use at most {MAX_PASSWORD_LENGTH} characters."))
    if len(credentials.email) > 254:  # noqa: PLR2004 - the longest address that mail knows
        raise InvalidInput(Fault("/email", "email: use at most 254 characters."))
    return credentials


async def _enter(page_request: PageRequest, signed_in: SignedInAccount, next_page: str) -> Response[Any]:
    return (await _begin_session(page_request, signed_in)).redirect(_own_page(next_page))


async def _begin_session(page_request: PageRequest, signed_in: SignedInAccount) -> PageRequest:
    """Begin a session in place of the browser's previous one; return the page request as one of the new session."""
    assert signed_in.account.id is not None, "an account that signed in was stored"
    request, platform = page_request.request, page_request.platform
    if previous_token := cookies.read(request, "session"):
        await sessions.end(platform, previous_token)
    lifetime = timedelta(hours=platform.settings.session_lifetime_hours)
    # Always a new token: one that somebody planted in the browser before (session fixation) is worthless.
    name = browser_name(request.headers.get("user-agent", ""))
    token = await sessions.begin(platform, signed_in.account.id, lifetime, name)
    set_cookies = [
        cookies.write(request, "session", token, int(lifetime.total_seconds())),
        cookies.erase(request, "form"),
        cookies.write(request, "browser", signed_in.browser, BROWSER_LIFETIME_S),
    ]
    return PageRequest(request, platform, await sessions.find(platform, token), token, set_cookies)


def _own_page(next_page: str) -> str:
    """Return the address of a page of ours, quoted for a header; the first page for any other address."""
    # "//elsewhere" and "/\\elsewhere" are other hosts to a browser.
    return quote(next_page, safe="/?&=%+,:;~") if next_page.startswith("/app/") else FIRST_PAGE
