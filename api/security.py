"""Who is calling: the key may come in any style on any route."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request
from litestar.exceptions import NotFoundException

from api.http import bodies, multipart, rate_limit_headers, unknown_parameters
from api.http.injected import AnyRequest, Injected
from shared.accounts import Authenticator, Caller, Scope, proxy_identity
from shared.accounts.emails import PLAUSIBLE
from shared.accounts.errors import InvalidProxySecret, MissingKey, MissingScope
from shared.kit.errors import DomainError, Fault, InvalidInput
from shared.kit.platform import Platform
from shared.plans.metering import Call, Meter

# In a request's state: the error with which its route is to refuse it.
REFUSAL = "refusal"

KEY_HEADERS = frozenset({b"x-api-key", b"x-oanor-key", b"authorization"})

Body = Callable[[], Awaitable[bytes]]


async def provide_caller(request: AnyRequest, platform: Injected[Platform]) -> Caller:
    """The caller whose key the request carries, or whom a trusted proxy names.

    Every route that takes a caller is counted against the plan of the account here. Raises MissingKey, InvalidKey,
    MissingScope, InvalidProxySecret or LimitReached.
    """
    caller = await identify(request, platform, request.body)
    opt = request.route_handler.opt
    needed = scope_of(opt, request.method)
    if needed not in caller.scopes:
        raise MissingScope(f"This route requires the scope `{needed}`, which your API key lacks.")
    reads = request.method == "GET" or needed == Scope.READ
    call = Call(f"{request.method} {request.scope['path_template']}", opt.get("cost", 1), reads)
    meter: Meter = request.app.state.meter
    if allowance := await meter.take(caller, call):
        request.scope["state"]["headers"] = rate_limit_headers.headers(allowance)
        if allowance.refusal is not None:
            raise allowance.refusal
    return caller


async def identify(request: Request[Any, Any, Any], platform: Platform, body: Body) -> Caller:
    """The caller, whatever the key may be used for; raises MissingKey, InvalidKey or InvalidProxySecret."""
    text = _in_headers(request) or request.query_params.get("api_key") or await _in_body(request, body)
    if text:
        authenticator: Authenticator = request.app.state.authenticator
        return await authenticator.caller(text)
    if (email := _vouched_for(request, platform)) is not None:
        return await proxy_identity.caller(platform, email)
    raise MissingKey


def _vouched_for(request: Request[Any, Any, Any], platform: Platform) -> str | None:
    secret, email = platform.settings.proxy_shared_secret, request.headers.get("x-user-email")
    if secret is None or email is None:
        return None
    sent = request.headers.get("x-proxy-secret", "")
    if not hmac.compare_digest(sent.encode(), secret.get_secret_value().encode()) or not PLAUSIBLE.fullmatch(email):
        raise InvalidProxySecret
    return email


def scope_of(opt: dict[str, Any], method: str) -> Scope:
    """The scope that a route needs: by its method, unless its options say otherwise."""
    said: Scope | None = opt.get("scope")
    return said or (Scope.READ if method == "GET" else Scope.WRITE)


async def refuse_early(request: Request[Any, Any, Any]) -> None:
    """Refuse what was found wrong before there was a route, in the way of the route, and what no query may hold."""
    refusal: DomainError | None = request.scope["state"].get(REFUSAL)
    if refusal is not None:
        raise refusal
    await refuse_nul(request)
    if request.scope["query_string"]:
        unknown_parameters.refuse_unknown(request)


async def refuse_nul(request: Request[Any, Any, Any]) -> None:
    """Refuse the one character that neither Postgres nor a file's name can hold, before it gets there.

    Asynchronous only because Litestar runs a plain function in a thread, at twice the cost of the whole request.
    """
    if "\0" in request.scope["path"]:
        raise NotFoundException
    if b"%00" not in request.scope["query_string"]:
        return
    for name, value in request.query_params.multi_items():
        # A key never gets as far as the database unless it is one of ours.
        if "\0" in value and name != "api_key":
            raise InvalidInput(Fault(f"/{name}", f"{name}: must not contain the NUL character."))


def _in_headers(request: Request[Any, Any, Any]) -> str | None:
    # As they came: to make a mapping of all headers costs more than all else that is done to find the caller.
    # Of repeated ones the first counts: what a gateway adds of its own comes after it.
    sent = {name: value for name, value in reversed([*request.scope["headers"]]) if name in KEY_HEADERS}
    scheme, _, credentials = sent.get(b"authorization", b"").partition(b" ")
    bearer = credentials.strip() if scheme.lower() == b"bearer" else b""
    return (sent.get(b"x-api-key") or sent.get(b"x-oanor-key") or bearer).decode("latin-1") or None


async def _in_body(request: Request[Any, Any, Any], body: Body) -> str | None:
    if request.method == "GET" or not (content := await body()):
        return None
    if multipart.is_form(request):
        return await bodies.by_size(len(content), multipart.read_key, content, multipart.boundary(request))
    raw = (await bodies.by_size(len(content), bodies.split, content)).get("api_key")
    return bodies.decode(raw, str, "/api_key") if raw is not None else None
