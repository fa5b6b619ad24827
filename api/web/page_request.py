"""A page_request: one request for a page, who is signed in, and how it is answered."""

import hashlib
import hmac
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie

from api.jobs.waiter import Waiter
from api.security import refuse_nul
from api.web import cookies
from api.web.errors import FormNotOurs, SignInNeeded
from api.web.templating import render
from shared.accounts import Caller, sessions
from shared.accounts.sessions import SessionAccount
from shared.kit.errors import Problem
from shared.kit.platform import Platform

# No script but our files, nothing from elsewhere; Pico draws its icons from data addresses.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    # After signing out, the way back shows nothing.
    "Cache-Control": "no-store",
    "Vary": "Accept, Cookie, HX-Request",
}

FORM_PURPOSE = "web-form"
FORM_FIELD = "form_token"
FORM_HEADER = "x-form-token"

Sent = Request[Any, Any, Any]


@dataclass(slots=True)
class PageRequest:
    """Who asks for a page, and the ways to answer."""

    request: Sent
    platform: Platform
    session_account: SessionAccount | None
    form_secret: str
    set_cookies: list[Cookie] = field(default_factory=list)

    @property
    def caller(self) -> Caller:
        """Who is signed in, as the verbs know callers; raises SignInNeeded."""
        return self.signed_in.caller

    @property
    def signed_in(self) -> SessionAccount:
        """Who is signed in; raises SignInNeeded."""
        if self.session_account is None:
            raise SignInNeeded
        return self.session_account

    @property
    def waiter(self) -> Waiter:
        """What waits for jobs on behalf of everybody."""
        waiter: Waiter = self.request.app.state.waiter
        return waiter

    @property
    def is_partial(self) -> bool:
        """Whether a script of ours asks for a part of a page, to put it into the page that is there."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def form_token(self) -> str:
        """What every form carries: derived from what only this browser has."""
        return self.platform.keyring.derive(FORM_PURPOSE, self.form_secret, 1).hex()

    @staticmethod
    def status(problem: Problem | None) -> HTTPStatus:
        """The status of a page that may tell of a problem."""
        return HTTPStatus(problem.status) if problem else HTTPStatus.OK

    def render(self, template: str, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> Response[str]:
        """A page of ours, or a part of one."""
        notice = self.request.query_params.get("notice")
        text = render(template, page_request=self, session_account=self.session_account, notice=notice, **values)
        return self._answer(Response(text, status_code=status, media_type="text/html", headers=HEADERS))

    def redirect(self, path: str) -> Response[Any]:
        """Go on to another page of ours."""
        if self.is_partial:
            return self._answer(Response(b"", headers=HEADERS | {"HX-Redirect": path}))
        return self._answer(Response(b"", status_code=HTTPStatus.SEE_OTHER, headers=HEADERS | {"Location": path}))

    def _answer(self, response: Response[Any]) -> Response[Any]:
        response.cookies.extend(self.set_cookies)
        return response


async def begin(request: Sent) -> None:
    """See who comes, and refuse a form that did not come from a page of ours."""
    await refuse_nul(request)
    page_request = request.state.page_request = await _page_request(request)
    if request.method not in {"GET", "HEAD"}:
        await _check_form(page_request)


def provide_page_request(request: Sent) -> PageRequest:
    """The page_request that `begin` has begun."""
    page_request: PageRequest = request.state.page_request
    return page_request


async def _page_request(request: Sent) -> PageRequest:
    platform: Platform = request.app.state.platform
    token = cookies.read(request, "session")
    if token and (session_account := await sessions.find(platform, token)):
        return PageRequest(request, platform, session_account, token)
    if secret := cookies.read(request, "form"):
        return PageRequest(request, platform, None, secret)
    secret = cookies.new_value()
    return PageRequest(request, platform, None, secret, [cookies.write(request, "form", secret)])


async def _check_form(page_request: PageRequest) -> None:
    request = page_request.request
    # The header comes first: a large upload is refused before it is read.
    given = request.headers.get(FORM_HEADER) or (await request.form()).get(FORM_FIELD)
    if not isinstance(given, str):
        raise FormNotOurs
    genuine = page_request.platform.keyring.candidates(FORM_PURPOSE, page_request.form_secret, 1)
    if not any(hmac.compare_digest(given.encode(), secret.hex().encode()) for secret in genuine):
        raise FormNotOurs


def state_text(told: object) -> str:
    """Another text for whatever else is told: by it a script that asks again learns whether anything has changed."""
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
