"""What is to be done when the present request has ended, however it ends.

The generator of a stream that no client waited for is never started, and so never ended: what a stream holds is freed
here instead.
"""

from contextlib import ExitStack
from contextvars import ContextVar

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

request_end: ContextVar[ExitStack] = ContextVar("request_end")


def around(app: ASGIApp) -> ASGIApp:
    """Wrap the application."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        with ExitStack() as stack:
            # The server runs every request in a context of its own, which ends with it.
            request_end.set(stack)
            await app(scope, receive, send)

    return handle
