"""The cookies of the pages: the session's token, the secret of forms before sign-in, the browser, and notices."""

import secrets
from typing import Any, Literal

from litestar import Request
from litestar.datastructures import Cookie

CookieName = Literal["session", "form", "browser"]


def is_secure(request: Request[Any, Any, Any]) -> bool:
    """Return whether the browser speaks TLS with the service or with its proxy.

    A forged header has no effect but a cookie with more restrictions than necessary.
    """
    return request.url.scheme == "https" or request.headers.get("x-forwarded-proto", "") == "https"


def origin_of(request: Request[Any, Any, Any]) -> str:
    """Return the scheme and host by which the browser reaches the service, for links that are copied."""
    return f"{'https' if is_secure(request) else 'http'}://{request.headers.get('host', '')}"


def read(request: Request[Any, Any, Any], name: CookieName) -> str | None:
    """Return the value that the browser sent, or None."""
    return request.cookies.get(_full(request, name)) or None


def write(request: Request[Any, Any, Any], name: CookieName, value: str, max_age_s: int | None = None) -> Cookie:
    """Make a cookie that scripts cannot read and forms of other sites do not send."""
    return Cookie(
        key=_full(request, name),
        value=value,
        path="/",
        max_age=max_age_s,
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )


def erase(request: Request[Any, Any, Any], name: CookieName) -> Cookie:
    """Make a cookie that deletes the browser's own."""
    return write(request, name, "", 0)


def for_page(request: Request[Any, Any, Any], name: str, value: str, path: str, max_age_s: int) -> Cookie:
    """Make a cookie for one page alone; nothing may depend on it, since any host of the domain can set it."""
    return Cookie(
        key=f"evalserve-{name}",
        value=value,
        path=path,
        max_age=max_age_s,
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )


def read_for_page(request: Request[Any, Any, Any], name: str) -> str:
    """Return the value of the page's cookie, or an empty text."""
    return request.cookies.get(f"evalserve-{name}") or ""


def new_value() -> str:
    """Return a random value that cannot be guessed."""
    return secrets.token_urlsafe(24)


def _full(request: Request[Any, Any, Any], name: CookieName) -> str:
    # The prefix keeps other hosts of the domain from setting it; browsers take it with TLS only.
    return f"__Host-evalserve-{name}" if is_secure(request) else f"evalserve-{name}"
