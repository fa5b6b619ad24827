"""The cookies of the pages: a session's token, before there is one what binds a form to its browser, and notices."""

import secrets
from typing import Any, Literal

from litestar import Request
from litestar.datastructures import Cookie

Name = Literal["session", "form"]


def is_secure(request: Request[Any, Any, Any]) -> bool:
    """Whether the browser speaks TLS: to us, or to the proxy before us.

    Who forges the header only gets a cookie that is more careful than it had to be.
    """
    return request.url.scheme == "https" or request.headers.get("x-forwarded-proto", "") == "https"


def read(request: Request[Any, Any, Any], name: Name) -> str | None:
    """What the browser has kept."""
    return request.cookies.get(_full(request, name)) or None


def write(request: Request[Any, Any, Any], name: Name, value: str, max_age_s: int | None = None) -> Cookie:
    """A cookie that no script reads and no other site's form sends."""
    return Cookie(
        key=_full(request, name),
        value=value,
        path="/",
        max_age=max_age_s,
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )


def erase(request: Request[Any, Any, Any], name: Name) -> Cookie:
    """A cookie that takes the former one's place and is over."""
    return write(request, name, "", 0)


def for_page(request: Request[Any, Any, Any], name: str, value: str, path: str, max_age_s: int) -> Cookie:
    """A cookie for one page alone; it holds nothing that matters, since any host of the domain may set it."""
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
    """What the browser keeps for the page."""
    return request.cookies.get(f"evalserve-{name}") or ""


def new_value() -> str:
    """Nothing that anybody could guess."""
    return secrets.token_urlsafe(24)


def _full(request: Request[Any, Any, Any], name: Name) -> str:
    # The prefix keeps other hosts of the domain from setting it; browsers take it with TLS only.
    return f"__Host-evalserve-{name}" if is_secure(request) else f"evalserve-{name}"
