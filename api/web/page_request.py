"""A visit: one request for a page, who is signed in, and how it is answered."""

import hashlib
import hmac
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie

from api.http.problems import Problem
from api.jobs.waiter import Waiter
from api.security import refuse_nul
from api.web import cookies
from api.web.errors import FormNotOurs, SignInNeeded
from api.web.templating import render
from shared.accounts import Caller, sessions
from shared.accounts.sessions import Visitor
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
class Visit:
    """Who asks for a page, and the ways to answer."""

    request: Sent
    platform: Platform
    visitor: Visitor | None
    form_secret: str
    set_cookies: list[Cookie] = field(default_factory=list)

    @property
    def caller(self) -> Caller:
        """Who is signed in, as the verbs know callers; raises SignInNeeded."""
        return self.signed_in.caller

    @property
    def signed_in(self) -> Visitor:
        """Who is signed in; raises SignInNeeded."""
        if self.visitor is None:
            raise SignInNeeded
        return self.visitor

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

    def page(self, template: str, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> Response[str]:
        """A page of ours, or a part of one."""
        notice = self.request.query_params.get("notice")
        text = render(template, visit=self, visitor=self.visitor, notice=notice, **values)
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
    visit = request.state.visit = await _visit(request)
    if request.method not in {"GET", "HEAD"}:
        await _check_form(visit)


def provide_visit(request: Sent) -> Visit:
    """The visit that `begin` has begun."""
    visit: Visit = request.state.visit
    return visit


async def _visit(request: Sent) -> Visit:
    platform: Platform = request.app.state.platform
    token = cookies.read(request, "session")
    if token and (visitor := await sessions.find(platform.db, token)):
        return Visit(request, platform, visitor, token)
    if secret := cookies.read(request, "form"):
        return Visit(request, platform, None, secret)
    secret = cookies.new_value()
    return Visit(request, platform, None, secret, [cookies.write(request, "form", secret)])


async def _check_form(visit: Visit) -> None:
    request = visit.request
    # The header comes first: a large upload is refused before it is read.
    given = request.headers.get(FORM_HEADER) or (await request.form()).get(FORM_FIELD)
    if not isinstance(given, str):
        raise FormNotOurs
    genuine = visit.platform.keyring.candidates(FORM_PURPOSE, visit.form_secret, 1)
    if not any(hmac.compare_digest(given.encode(), secret.hex().encode()) for secret in genuine):
        raise FormNotOurs


def state_text(told: object) -> str:
    """Another text for whatever else is told: by it a script that asks again learns whether anything has changed."""
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
