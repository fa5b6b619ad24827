"""The answer to a repeat whose first answer is not there: what the request created, as it is now."""

from http import HTTPStatus
from typing import Any

from litestar.types import ASGIApp, HTTPReceiveMessage, HTTPScope, Message, Receive, Send

from api import security
from shared.idempotency import CreatedResource
from shared.idempotency.errors import AnswerLost

# Where each noun that a request can create is read.
PATHS = {
    "analysis": "/api/analyses/{}",
    "comment": "/api/comments/{}",
    "comparison": "/v1/comparisons/{}",
    "dataset": "/v1/datasets/{}",
    "detection_run": "/v1/detection-runs/{}",
    "endpoint": "/v1/webhooks/endpoints/{}",
    "gate": "/v1/gates/{}",
    "gate_check": "/v1/checks/{}",
    "image": "/api/images/{}",
    "job": "/v1/jobs/{}",
    "matrix": "/v1/matrices/{}",
    "pipeline": "/v1/pipelines/{}",
    "project": "/api/projects/{}",
    "upload": "/v1/uploads/{}",
}

# Of the request for the resource: those that say who asks.
KEPT_HEADERS = security.KEY_HEADERS | {b"x-user-email", b"x-proxy-secret", b"host"}


async def answer(
    app: ASGIApp, scope: HTTPScope, receive: Receive, send: Send, created: CreatedResource, key: str | None
) -> None:
    """Send the resource with its `Location`; AnswerLost with the same if this API key may not read it."""
    path = PATHS[created.noun].format(created.id)
    location = (b"location", path.encode())
    status, headers, body = await _read(app, scope, path, key)
    if status != HTTPStatus.OK:
        scope["state"] |= {security.REFUSAL: AnswerLost(), "headers": [location]}
        await app(scope, receive, send)
        return
    headers = [location, *((name, value) for name, value in headers if name == b"content-type")]
    headers += [(b"content-length", str(len(body)).encode()), (b"idempotency-replayed", b"true")]
    await send({"type": "http.response.start", "status": _status_of(scope["path"], created.noun), "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _read(app: ASGIApp, scope: HTTPScope, path: str, key: str | None) -> tuple[int, list[Any], bytes]:
    """Return the status, headers and body of a GET of the path by the same caller."""
    headers = [header for header in scope["headers"] if header[0] in KEPT_HEADERS]
    if key is not None:
        # It may have come in the query or the body, which the other request lacks.
        headers = [(b"x-api-key", key.encode()), *headers]
    get_scope = scope | {"method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
    # The framework keeps what it has parsed of a request in its state.
    get_scope |= {"headers": headers, "state": {"request_id": scope["state"].get("request_id")}}
    start: Any = None
    content = bytearray()

    async def collect(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
        elif message["type"] == "http.response.body":
            content.extend(message.get("body", b""))

    await app(get_scope, _nothing, collect)
    return start["status"], [(name.lower(), value) for name, value in start["headers"]], bytes(content)


def _status_of(path: str, noun: str) -> int:
    if noun in {"job", "comparison", "dataset", "detection_run", "gate_check"}:
        return HTTPStatus.ACCEPTED
    # The inherited routes answer what they create with 200.
    return HTTPStatus.CREATED if path.startswith(("/v1/", "/api/")) else HTTPStatus.OK


async def _nothing() -> HTTPReceiveMessage:
    return {"type": "http.request", "body": b"", "more_body": False}
