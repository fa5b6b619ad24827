"""The page request: one request for a page, with the session's account and the answers to it."""

import hashlib
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie

from api.http.bodies import body_stream
from api.jobs.waiter import Waiter
from api.security import refuse_nul
from api.web import cookies, form_tokens, forms, page_compression
from api.web.errors import FormNotOurs, SignInNeeded
from api.web.templating import render
from shared.accounts import Caller, sessions
from shared.accounts.sessions import SessionAccount
from shared.kit import origin
from shared.kit.errors import Problem
from shared.kit.platform import Platform
from shared.plans.metering import Call, Meter

# No script but our files, nothing from elsewhere; Pico draws its icons from data addresses.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    # After signing out, the back button shows nothing.
    "Cache-Control": "no-store",
    "Vary": "Accept, Accept-Encoding, Cookie, HX-Request",
}

FORM_FIELD = "form_token"
FORM_HEADER = "x-form-token"

HttpRequest = Request[Any, Any, Any]


@dataclass(slots=True)
class PageRequest:
    """One request for a page: its session and form token, and the ways to answer it."""

    request: HttpRequest
    platform: Platform
    session_account: SessionAccount | None
    form_secret: str
    set_cookies: list[Cookie] = field(default_factory=list)
    # Not where an error came before the session was looked for.
    knows_session: bool = True
    _form_token: str = field(default="", init=False)

    @property
    def caller(self) -> Caller:
        """The account of the session as a caller; raises SignInNeeded where nobody is signed in."""
        return self.signed_in.caller

    @property
    def signed_in(self) -> SessionAccount:
        """The account of the session; raises SignInNeeded where nobody is signed in."""
        if self.session_account is None:
            raise SignInNeeded
        return self.session_account

    @property
    def offers_sign_in(self) -> bool:
        """Whether the page offers signing in: nobody is signed in, as far as is known."""
        is_open = self.knows_session or cookies.read(self.request, "session") is None
        return self.session_account is None and is_open

    @property
    def waiter(self) -> Waiter:
        """The waiter of this process."""
        waiter: Waiter = self.request.app.state.waiter
        return waiter

    @property
    def is_partial(self) -> bool:
        """Whether a script requests a part of a page, to insert it into the present one."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def form_token(self) -> str:
        """The token that every form of this answer carries, derived from the secret of this browser."""
        if not self._form_token:
            self._form_token = form_tokens.issue(self.platform.keyring, self.form_secret)
        return self._form_token

    @staticmethod
    def status(problem: Problem | None) -> HTTPStatus:
        """Return the status of a page that may show a problem."""
        return HTTPStatus(problem.status) if problem else HTTPStatus.OK

    def render(
        self, template: str, status: HTTPStatus = HTTPStatus.OK, *, shows_secret: bool = False, **values: Any
    ) -> Response[str]:
        """Render a page, or a part of one; what shows a secret is not compressed."""
        notice = self.request.query_params.get("notice")
        text = render(template, page_request=self, session_account=self.session_account, notice=notice, **values)
        body, headers = text.encode(), HEADERS
        # Where the page is made: the thread that renders a large one compresses it as well, and no stream is met.
        is_open = status == HTTPStatus.OK and not shows_secret and len(body) >= page_compression.LEAST_BYTES
        if is_open and page_compression.is_wanted(self.request):
            body, headers = page_compression.compress(body), HEADERS | {"Content-Encoding": "gzip"}
        answer: Response[Any] = Response(body, status_code=status, media_type="text/html", headers=headers)
        return self._answer(answer)

    def redirect(self, path: str) -> Response[Any]:
        """Redirect to another page of the service."""
        if self.is_partial:
            return self._answer(Response(b"", headers=HEADERS | {"HX-Redirect": path}))
        return self._answer(Response(b"", status_code=HTTPStatus.SEE_OTHER, headers=HEADERS | {"Location": path}))

    def _answer(self, response: Response[Any]) -> Response[Any]:
        response.cookies.extend(self.set_cookies)
        return response


async def begin(request: HttpRequest) -> None:
    """Authenticate the request, and refuse a form that did not come from one of our pages."""
    await refuse_nul(request)
    page_request = request.state.page_request = await _page_request(request)
    if request.method not in {"GET", "HEAD"}:
        if page_request.session_account is not None:
            body_stream.accept(request)
        await _check_form(page_request)
        await _count(page_request)


def provide_page_request(request: HttpRequest) -> PageRequest:
    """Provide the page request that `begin` created."""
    page_request: PageRequest = request.state.page_request
    return page_request


async def _page_request(request: HttpRequest) -> PageRequest:
    platform: Platform = request.app.state.platform
    token = cookies.read(request, "session")
    if token and (session_account := await sessions.find(platform, token)):
        origin.current().account_id = session_account.account_id
        return PageRequest(request, platform, session_account, token)
    if secret := cookies.read(request, "form"):
        return PageRequest(request, platform, None, secret)
    secret = cookies.new_value()
    return PageRequest(request, platform, None, secret, [cookies.write(request, "form", secret)])


async def _check_form(page_request: PageRequest) -> None:
    request = page_request.request
    # The header comes first: a large upload is refused before it is read.
    token = request.headers.get(FORM_HEADER) or dict(await forms.pairs(request)).get(FORM_FIELD)
    keyring = page_request.platform.keyring
    if not isinstance(token, str) or not form_tokens.is_valid(keyring, page_request.form_secret, token):
        raise FormNotOurs


async def _count(page_request: PageRequest) -> None:
    """Count an action against the plan of its account, as the API counts calls; raises LimitReached."""
    request = page_request.request
    if page_request.session_account is None:
        return
    route = f"{request.method} {request.scope['path_template']}"
    call = Call(route, request.route_handler.opt.get("cost", 1), reads=False)
    meter: Meter = request.app.state.meter
    allowance = await meter.take(page_request.caller, call)
    if allowance is not None and allowance.refusal is not None:
        raise allowance.refusal


def state_hash(value: object) -> str:
    """Return a hash of the state, by which a polling script recognises changes."""
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]
