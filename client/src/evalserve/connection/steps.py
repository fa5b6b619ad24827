"""Conversations with the service, as generators that yield requests and are sent the answers.

The same conversation is held by the synchronous and by the asynchronous client.
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx2

from evalserve.connection.configuration import Configuration
from evalserve.errors import EvalserveError, ServiceUnavailable, of_answer

T = TypeVar("T")

# Tries of one request, and the pause before the next in seconds, doubled each time.
TRIES, FIRST_PAUSE_S, MAX_PAUSE_S = 6, 0.5, 20.0

_LINKS = ("http://", "https://")

# Statuses after which the same request may succeed.
_TEMPORARY = {429, 502, 503, 504}

# Longer than the service waits for a job in one answer.
TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Request:
    """One request: to a path of the service with the key, or to a link elsewhere without it."""

    method: str
    target: str
    json: Any = None
    params: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    file: tuple[str, Path | bytes] | None = None
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AtOnce:
    """Conversations that need nothing of each other, of which up to `limit` are held at the same time.

    `ended` is called with what each returned, in the order of their ends and never twice at a time; whoever yields
    this goes on when all have ended, or with the first error.
    """

    conversations: Iterable["Steps[Any]"]
    ended: Callable[[Any], None]
    limit: int


Steps = Generator[Request | AtOnce, httpx2.Response, T]


def post(target: str, **options: Any) -> Request:
    """Return a POST that the service does once, however often it is sent."""
    headers = {"Idempotency-Key": str(uuid4()), **options.pop("headers", {})}
    return Request("POST", target, headers=headers, **options)


def prepared(
    http: httpx2.Client | httpx2.AsyncClient, request: Request, configuration: Configuration
) -> httpx2.Request:
    """Build the request for the wire."""
    options: dict[str, Any] = {"headers": headers(configuration, request.target, request.headers)}
    if request.json is not None:
        options["json"] = request.json
    if request.params is not None:
        options["params"] = {name: value for name, value in request.params.items() if value is not None}
    if request.file is not None:
        name, content = request.file
        options["files"] = {"file": (name, content if isinstance(content, bytes) else content.read_bytes())}
        options["data"] = dict(request.form or {})
    if request.content is not None:
        options["content"] = request.content
    return http.build_request(request.method, address(configuration, request.target), **options)


def headers(configuration: Configuration, target: str, stated: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the headers of a request, with the key if it goes to the service; what is stated comes first."""
    # Who signs up has no key yet.
    is_known = configuration.api_key and not is_elsewhere(configuration.url, target)
    return {**({"X-API-Key": configuration.api_key} if is_known else {}), **(stated or {})}


def address(configuration: Configuration, target: str) -> str:
    """Return the address of a path of the service; that of a link is the link."""
    return target if target.startswith(_LINKS) else f"{configuration.url}/{target.removeprefix('/')}"


def is_elsewhere(url: str, target: str) -> bool:
    """Return whether the target is a link to the storage of a service, which is authenticated by itself."""
    return target.startswith(_LINKS) and not target.startswith(f"{url}/")


def pause_s(answer: httpx2.Response | None, number: int) -> float | None:
    """Return the seconds to wait before a request is sent again, after its try of this number; None to give up."""
    if number >= TRIES or (answer is not None and answer.status_code not in _TEMPORARY):
        return None
    pause = min(MAX_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (number - 1))
    after = answer.headers.get("Retry-After", "") if answer is not None else ""
    return min(MAX_PAUSE_S, max(pause, float(after))) if after.isdecimal() else pause


def redirected(request: Request, answer: httpx2.Response, number: int) -> Request | None:
    """Return the request that an answer leads to, such as a file in the storage; None where it leads nowhere."""
    if request.method != "GET" or not answer.has_redirect_location or number >= TRIES:
        return None
    return Request("GET", str(answer.url.join(answer.headers["Location"])))


def checked(answer: httpx2.Response, *, is_presigned: bool = False) -> httpx2.Response:
    """Return a successful answer; raises NotPermitted, InputRefused or ServiceUnavailable for others."""
    if answer.is_success:
        return answer
    if is_presigned:
        raise ServiceUnavailable(f"The storage answered with status {answer.status_code}.")
    raise of_answer(answer.status_code, _problem(answer))


def unreachable(error: httpx2.HTTPError) -> ServiceUnavailable:
    """Return the error of a request without an answer."""
    return ServiceUnavailable(f"The service cannot be reached: {type(error).__name__}.")


def requested(method: str, target: str, options: Mapping[str, Any]) -> Request:
    """Return a request with these options; a POST is performed once, however often it is sent."""
    return post(target, **options) if method == "POST" else Request(method, target, **options)


def parsed(answer: httpx2.Response) -> Any:
    """Return what an answer holds: parsed if it is JSON, otherwise bytes."""
    return answer.json() if "json" in answer.headers.get("Content-Type", "") else answer.content


def one(request: Request) -> Steps[httpx2.Response]:
    """Send one request and return its answer."""
    return (yield request)


def content(target: str) -> Steps[bytes]:
    """Return what stands at an address, as it is."""
    return (yield Request("GET", target)).content


def run(conversation: Steps[T], perform: Callable[[Request | AtOnce], Any]) -> T:
    """Hold a conversation synchronously."""
    try:
        step = next(conversation)
        while True:
            try:
                answer = perform(step)
            except EvalserveError as error:
                # The conversation decides: some go on after a refusal.
                step = conversation.throw(error)
            else:
                step = conversation.send(answer)
    except StopIteration as end:
        value: T = end.value
        return value


def _problem(answer: httpx2.Response) -> dict[str, Any]:
    try:
        problem = answer.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
