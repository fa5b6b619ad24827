"""Authentication of requests; every route accepts the key in every style."""

import hmac
import re
from typing import Any

from litestar import Request
from litestar.exceptions import NotFoundException

from api.http import unknown_parameters
from api.http.answers import rate_limit_headers
from api.http.bodies import body_stream, json_bodies, multipart
from api.http.bodies.decoding import decode
from api.http.dependencies import AnyRequest, Injected
from shared.accounts import Authenticator, Caller, Scope, proxy_identity
from shared.accounts.emails import PLAUSIBLE
from shared.accounts.errors import InvalidKey, InvalidProxySecret, MissingKey, MissingScope
from shared.kit import origin
from shared.kit.errors import DomainError, Fault, InvalidInput
from shared.kit.platform import Platform
from shared.plans.metering import Call, Meter

# Key in a request's state of the error with which the route refuses the request.
REFUSAL = "refusal"

KEY_HEADERS = frozenset({b"x-api-key", b"x-oanor-key", b"authorization"})

# Wherever it stands in the JSON: only a key that was issued is good for anything.
_KEY_MEMBER = re.compile(rb'"api_key"\s{0,20}:\s{0,20}"(?P<key>[\w-]{1,200})"')


async def provide_caller(request: AnyRequest, platform: Injected[Platform]) -> Caller:
    """Return the caller by the key of the request, or by the name from a trusted proxy.

    This counts the call against the plan of the account. Raises MissingKey, InvalidKey,
    MissingScope, InvalidProxySecret or LimitReached.
    """
    caller = await identify(request, platform)
    opt = request.route_handler.opt
    scope = scope_of(opt, request.method)
    if scope not in caller.scopes:
        raise MissingScope(f"This route requires the scope `{scope}`, which your API key lacks.")
    reads = request.method == "GET" or scope == Scope.READ
    call = Call(f"{request.method} {request.scope['path_template']}", opt.get("cost", 1), reads)
    meter: Meter = request.app.state.meter
    if allowance := await meter.take(caller, call):
        request.scope["state"]["headers"] = rate_limit_headers.headers(allowance)
        if allowance.refusal is not None:
            raise allowance.refusal
    if request.method != "GET":
        body_stream.accept(request)
    return caller


async def identify(request: Request[Any, Any, Any], platform: Platform) -> Caller:
    """Return the caller, without checking scopes; raises MissingKey, InvalidKey or InvalidProxySecret.

    Waits for the body only where neither the headers nor the query say who it is.
    """
    caller = await _identify(request, platform)
    source = origin.current()
    source.account_id, source.key_id = caller.account_id, caller.key_id
    return caller


async def _identify(request: Request[Any, Any, Any], platform: Platform) -> Caller:
    text = _in_headers(request) or request.query_params.get("api_key")
    email = None if text else _proxy_email(request, platform)
    if email is not None:
        return await proxy_identity.caller(platform, email)
    if text := text or await _in_body(request):
        authenticator: Authenticator = request.app.state.authenticator
        return await authenticator.caller(text)
    raise MissingKey


async def is_admitted(request: Request[Any, Any, Any]) -> bool:
    """Return False once the credentials of an open GET are no longer valid."""
    try:
        await identify(request, request.app.state.platform)
    except (MissingKey, InvalidKey, InvalidProxySecret):
        return False
    return True


async def key_text(request: Request[Any, Any, Any]) -> str | None:
    """Return the text of the key that a request carries in its headers, query or body."""
    return _in_headers(request) or request.query_params.get("api_key") or await _in_body(request)


def _proxy_email(request: Request[Any, Any, Any], platform: Platform) -> str | None:
    secret = platform.settings.proxy_shared_secret
    # Without a proxy nobody looks into the headers, which the framework first makes a mapping of.
    if secret is None or (email := request.headers.get("x-user-email")) is None:
        return None
    proxy_secret = request.headers.get("x-proxy-secret", "")
    is_trusted = hmac.compare_digest(proxy_secret.encode(), secret.get_secret_value().encode())
    if not is_trusted or not PLAUSIBLE.fullmatch(email):
        raise InvalidProxySecret
    return email


def scope_of(opt: dict[str, Any], method: str) -> Scope:
    """Return the scope that a route needs: that of its options, otherwise by its method."""
    scope: Scope | None = opt.get("scope")
    return scope or (Scope.READ if method == "GET" else Scope.WRITE)


async def refuse_early(request: Request[Any, Any, Any]) -> None:
    """Refuse a request with an earlier error, in the form of its route, or with an invalid query."""
    refusal: DomainError | None = request.scope["state"].get(REFUSAL)
    if refusal is not None:
        raise refusal
    await refuse_nul(request)
    if request.scope["query_string"]:
        unknown_parameters.refuse_unknown(request)


async def refuse_nul(request: Request[Any, Any, Any]) -> None:
    """Refuse the NUL character, which neither Postgres nor a file name can hold.

    Asynchronous only because Litestar runs a plain function in a thread, at twice the cost of the whole request.
    """
    if "\0" in request.scope["path"]:
        raise NotFoundException
    if b"%00" not in request.scope["query_string"]:
        return
    for name, value in request.query_params.multi_items():
        # The text of a key reaches the database only if it is one of ours.
        if "\0" in value and name != "api_key":
            raise InvalidInput(Fault(f"/{name}", f"{name}: must not contain the NUL character."))


def _in_headers(request: Request[Any, Any, Any]) -> str | None:
    # The raw headers: a mapping of all headers costs more than the rest of the authentication. Of repeated headers
    # the first counts: a gateway appends its own after it.
    headers = {name: value for name, value in reversed([*request.scope["headers"]]) if name in KEY_HEADERS}
    scheme, _, credentials = headers.get(b"authorization", b"").partition(b" ")
    bearer = credentials.strip() if scheme.lower() == b"bearer" else b""
    return (headers.get(b"x-api-key") or headers.get(b"x-oanor-key") or bearer).decode("latin-1") or None


async def _in_body(request: Request[Any, Any, Any]) -> str | None:
    if request.method == "GET":
        return None
    content, is_whole = await body_stream.incoming(request).beginning()
    if not content:
        return None
    if multipart.is_form(request):
        boundary = multipart.boundary(request)
        return await json_bodies.by_size(len(content), multipart.read_key, content, boundary, is_whole=is_whole)
    if not is_whole:
        # A large body of an unknown sender is not waited for, so its key has to stand at the beginning.
        match = _KEY_MEMBER.search(content)
        return match["key"].decode("latin-1") if match else None
    raw = (await json_bodies.by_size(len(content), json_bodies.split, content)).get("api_key")
    return decode(raw, str, "/api_key") if raw is not None else None
