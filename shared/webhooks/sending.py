"""One attempt to send a webhook message, which ends in time and in an Outcome, whatever the receiver does."""

import asyncio
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Literal

import httpx2

from shared import __version__
from shared.kit.clock import now
from shared.webhooks.addresses import check_url
from shared.webhooks.errors import TargetRefused
from shared.webhooks.network import GuardedTransport, LookupFailed
from shared.webhooks.schedule import parse_retry_after

CONNECT_TIMEOUT_S = 5.0
MAX_READ_BYTES = 16 * 1024
MAX_EXCERPT_BYTES = 1024

ErrorClass = Literal["blocked", "dns", "refused", "tls", "timeout", "connection", "protocol"]

_SENTENCES: Final[Mapping[ErrorClass, str]] = {
    "blocked": "Callbacks cannot be sent to this address.",
    "dns": "The host name of the receiver has no address.",
    "refused": "The receiver refused the connection.",
    "tls": "A trusted TLS connection to the receiver could not be established.",
    "timeout": "The receiver did not respond in time.",
    "connection": "The connection to the receiver failed.",
    "protocol": "The receiver closed the connection early or did not respond in valid HTTP.",
}
_THROTTLING = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT}
_REDIRECTS = range(300, 400)


USER_AGENT = f"evalserve/{__version__}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one attempt: a status code, or the class of the error that prevented one.

    `detail` is a sentence for the endpoint's owner; `excerpt` the start of the answer, cleaned, at most 1 kB, empty
    for redirects.
    """

    status_code: int | None
    error: ErrorClass | None
    detail: str
    duration_ms: int
    excerpt: str = ""
    retry_after_s: float | None = None

    @property
    def succeeded(self) -> bool:
        """True if the receiver accepted the message by its status, even if the rest of the response failed."""
        return self.status_code is not None and HTTPStatus(200) <= self.status_code < HTTPStatus(300)

    @property
    def gone(self) -> bool:
        """True if the receiver answered 410: nothing is retried and the endpoint is disabled."""
        return self.status_code == HTTPStatus.GONE

    @property
    def throttled(self) -> bool:
        """True if the receiver is overloaded, so that the next attempt should not follow at once."""
        return self.status_code in _THROTTLING or self.error == "timeout"


@dataclass(slots=True)
class _Answer:
    """The response as far as it has arrived."""

    status_code: int | None = None
    retry_after_s: float | None = None
    readable: bool = True
    body: bytes = b""


async def send(
    transport: GuardedTransport, url: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float
) -> Outcome:
    """POST the body, JSON as bytes, once; the time limit is on everything from the look-up to the last byte read.

    Raises nothing that the URL or the receiver could cause.
    """
    began = time.monotonic()
    answer = _Answer()
    failure: tuple[ErrorClass, str] | None = None
    try:
        check_url(url, transport.allow)
        async with asyncio.timeout(timeout_s):
            await _exchange(transport, _request(url, headers, body, timeout_s), answer)
    except TargetRefused as error:
        failure = "blocked", error.detail
    except (TimeoutError, LookupFailed, httpx2.TransportError, ssl.SSLError) as error:
        kind = _classify(error)
        failure = kind, _SENTENCES[kind]
    return _outcome(answer, failure, round((time.monotonic() - began) * 1000))


def _request(url: str, headers: Mapping[str, str], body: bytes, timeout_s: float) -> httpx2.Request:
    timeouts = httpx2.Timeout(timeout_s, connect=min(CONNECT_TIMEOUT_S, timeout_s))
    fixed = {"user-agent": USER_AGENT, "content-type": "application/json", "accept-encoding": "identity"}
    return httpx2.Request(
        "POST", url, headers={**headers, **fixed}, content=body, extensions={"timeout": timeouts.as_dict()}
    )


async def _exchange(transport: GuardedTransport, request: httpx2.Request, answer: _Answer) -> None:
    response = await transport.handle_async_request(request)
    try:
        answer.status_code = response.status_code
        answer.retry_after_s = parse_retry_after(response.headers.get("retry-after"), now())
        answer.readable = response.status_code not in _REDIRECTS and "content-encoding" not in response.headers
        # Raw, because a few compressed bytes can unpack into gigabytes.
        async for chunk in response.aiter_raw():
            answer.body += chunk
            if len(answer.body) >= MAX_READ_BYTES:
                break
    finally:
        await response.aclose()


def _outcome(answer: _Answer, failure: tuple[ErrorClass, str] | None, duration_ms: int) -> Outcome:
    if answer.status_code is not None:
        return Outcome(
            status_code=answer.status_code,
            error=None,
            detail=_describe(answer.status_code),
            duration_ms=duration_ms,
            excerpt=clean_excerpt(answer.body) if answer.readable else "",
            retry_after_s=answer.retry_after_s,
        )
    assert failure is not None, "an exchange without a status ends in an exception"
    return Outcome(status_code=None, error=failure[0], detail=failure[1], duration_ms=duration_ms)


def _describe(status_code: int) -> str:
    if status_code in _REDIRECTS:
        return f"The receiver responded with {status_code}; redirects are not followed."
    return f"The receiver responded with {status_code}."


def _classify(error: Exception) -> ErrorClass:
    causes = list(_chain(error))
    if isinstance(error, LookupFailed):
        return "dns"
    if isinstance(error, TimeoutError | httpx2.TimeoutException):
        return "timeout"
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return "tls"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return "refused"
    return "protocol" if isinstance(error, httpx2.ProtocolError) else "connection"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        # The connection pool raises its errors `from None`, which leaves only the context.
        error = error.__cause__ or error.__context__


def clean_excerpt(body: bytes) -> str:
    """Return the start of the body as text: at most 1 kB of UTF-8, no control characters but line ends and tabs."""
    text = body[:MAX_EXCERPT_BYTES].decode(errors="replace")
    printable = "".join(char for char in text if char.isprintable() or char in "\n\t")
    return printable.encode()[:MAX_EXCERPT_BYTES].decode(errors="ignore")
