import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from shared.webhooks.network import GuardedTransport
from shared.webhooks.sending import MAX_READ_BYTES, Outcome, clean_excerpt, send
from shared.webhooks.signing import secret_text, sign
from tests.receiver import Answer, Receiver

BODY = json.dumps({"type": "job.succeeded", "data": {"id": "1"}}).encode()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
async def transport() -> AsyncIterator[GuardedTransport]:
    async with GuardedTransport([IPv4Network("127.0.0.0/8")]) as transport:
        yield transport


async def answered(receiver: Receiver, transport: GuardedTransport, answer: Answer, timeout_s: float = 5) -> Outcome:
    receiver.script(answer)
    return await send(transport, receiver.url, {}, BODY, timeout_s=timeout_s)


async def test_a_signed_message_arrives_byte_for_byte_and_a_foreign_verifier_accepts_it(
    receiver: Receiver, transport: GuardedTransport
) -> None:
    secret = bytes(range(32))
    outcome = await send(transport, receiver.url, sign("msg_1", datetime.now(UTC), BODY, [secret]), BODY, timeout_s=5)
    assert outcome == Outcome(200, None, "The receiver responded with 200.", outcome.duration_ms)
    (request,) = await receiver.wait_for(1)
    assert (request.method, request.path, request.body) == ("POST", "/hook", BODY)
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("evalserve/")
    Webhook(secret_text(secret)).verify(request.body, dict(request.headers))


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_every_2xx_is_a_success(receiver: Receiver, transport: GuardedTransport, status: int) -> None:
    outcome = await answered(receiver, transport, Answer(status=status))
    assert (outcome.status_code, outcome.succeeded, outcome.error) == (status, True, None)


@pytest.mark.parametrize(
    ("status", "gone", "throttled"),
    [
        (300, False, False),
        (400, False, False),
        (404, False, False),
        (410, True, False),
        (429, False, True),
        (500, False, False),
        (502, False, True),
        (503, False, False),
        (504, False, True),
        (999, False, False),
    ],
)
async def test_every_other_status_is_a_failure_of_its_kind(
    receiver: Receiver, transport: GuardedTransport, *, status: int, gone: bool, throttled: bool
) -> None:
    outcome = await answered(receiver, transport, Answer(status=status))
    assert (outcome.status_code, outcome.succeeded, outcome.gone, outcome.throttled) == (status, False, gone, throttled)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed_and_their_text_is_hidden(
    receiver: Receiver, transport: GuardedTransport, status: int
) -> None:
    with Receiver() as other:
        outcome = await answered(receiver, transport, Answer(status, {"Location": other.url}, b"secret"))
        assert other.requests == []
    expected = f"The receiver responded with {status}; redirects are not followed."
    assert outcome == Outcome(status, None, expected, outcome.duration_ms)


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (Answer(stall=True), "timeout", "The receiver did not respond in time."),
        (Answer(delay_s=60), "timeout", "The receiver did not respond in time."),
        (Answer(drip_s=0.05), "timeout", "The receiver did not respond in time."),
        (Answer(raw=b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, drip_s=0.05), "timeout", "did not respond in time."),
        (Answer(reset=True), "connection", "The connection to the receiver failed."),
        (Answer(hang_up=True), "protocol", "closed the connection early or did not respond in valid HTTP."),
        (Answer(raw=b""), "protocol", "closed the connection early or did not respond in valid HTTP."),
        (
            Answer(raw=b"SSH-2.0-OpenSSH_9.6\r\n"),
            "protocol",
            "closed the connection early or did not respond in valid HTTP.",
        ),
        (
            Answer(raw=b"HTTP/1.1 abc\r\n\r\n"),
            "protocol",
            "closed the connection early or did not respond in valid HTTP.",
        ),
        (Answer(raw=b"HTTP/1.1 200 OK\r\nA: " + b"a" * 300_000), "protocol", "did not respond in valid HTTP."),
    ],
    ids=["stall", "delay", "drip", "endless 100", "reset", "hang up", "nothing", "ssh", "bad status", "huge header"],
)
async def test_a_misbehaving_receiver_gives_its_error_in_time(
    receiver: Receiver, transport: GuardedTransport, answer: Answer, error: str, sentence: str
) -> None:
    began = time.monotonic()
    outcome = await answered(receiver, transport, answer, timeout_s=0.5 if error == "timeout" else 20)
    assert time.monotonic() - began < 10
    assert (outcome.status_code, outcome.error, outcome.excerpt, outcome.succeeded) == (None, error, "", False)
    assert sentence in outcome.detail
    assert outcome.throttled == (error == "timeout")


async def test_the_duration_is_measured(receiver: Receiver, transport: GuardedTransport) -> None:
    outcome = await answered(receiver, transport, Answer(delay_s=0.2))
    assert 200 <= outcome.duration_ms < 5000
    outcome = await answered(receiver, transport, Answer(stall=True), timeout_s=0.3)
    assert 300 <= outcome.duration_ms < 5000


@pytest.mark.parametrize(
    "answer",
    [
        Answer(endless=True),
        Answer(body=b"x" * 10_000_000),
        Answer(body=b"x" * 20_000, cut_off=True),
        Answer(body=b"x" * 20_000, stall_in_body=True),
    ],
    ids=["endless", "10 MB", "cut off", "stalling"],
)
async def test_of_a_long_body_only_the_start_is_read(
    receiver: Receiver, transport: GuardedTransport, answer: Answer
) -> None:
    began = time.monotonic()
    outcome = await answered(receiver, transport, answer, timeout_s=60)
    assert time.monotonic() - began < 10
    assert (outcome.status_code, outcome.error, outcome.excerpt) == (200, None, "x" * 1024)


async def test_an_endless_body_is_cut_at_the_socket(receiver: Receiver, transport: GuardedTransport) -> None:
    await answered(receiver, transport, Answer(endless=True))
    assert await receiver.wait_until_left()
    # What the two socket buffers hold may have been written besides; more would mean that we kept reading.
    assert receiver.bytes_sent < MAX_READ_BYTES + 8_000_000


@pytest.mark.parametrize("answer", [Answer(body=b"ok", cut_off=True), Answer(body=b"ok", stall_in_body=True)])
async def test_a_status_counts_even_when_the_body_never_ends(
    receiver: Receiver, transport: GuardedTransport, answer: Answer
) -> None:
    outcome = await answered(receiver, transport, answer, timeout_s=1)
    assert (outcome.succeeded, outcome.error, outcome.excerpt) == (True, None, "ok")


async def test_a_refused_connection_is_told_apart(transport: GuardedTransport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    outcome = await send(transport, f"http://127.0.0.1:{port}/", {}, BODY, timeout_s=5)
    assert outcome == Outcome(None, "refused", "The receiver refused the connection.", outcome.duration_ms)


async def test_https_to_a_plain_http_server_is_a_tls_error(receiver: Receiver, transport: GuardedTransport) -> None:
    outcome = await send(transport, receiver.url.replace("http:", "https:"), {}, BODY, timeout_s=5)
    assert (outcome.status_code, outcome.error) == (None, "tls")


async def test_a_blocked_target_says_why(transport: GuardedTransport) -> None:
    outcome = await send(transport, "https://10.0.0.1/", {}, BODY, timeout_s=5)
    expected = "The host of the callback URL must have a public address."
    assert outcome == Outcome(None, "blocked", expected, outcome.duration_ms)


@pytest.mark.parametrize("url", ["", "not a url", "https://", "https://[", "ftp://example.com", "https://\ud800/"])
async def test_an_invalid_url_is_blocked_not_raised(transport: GuardedTransport, url: str) -> None:
    assert (await send(transport, url, {}, BODY, timeout_s=5)).error == "blocked"


async def test_retry_after_is_reported_in_both_forms(receiver: Receiver, transport: GuardedTransport) -> None:
    outcome = await answered(receiver, transport, Answer(429, {"Retry-After": "120"}))
    assert outcome.retry_after_s == 120
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    outcome = await answered(receiver, transport, Answer(503, {"Retry-After": date}))
    assert outcome.retry_after_s == pytest.approx(90, abs=3)
    outcome = await answered(receiver, transport, Answer(503, {"Retry-After": "later"}))
    assert outcome.retry_after_s is None


async def test_the_excerpt_is_text_that_postgres_takes(receiver: Receiver, transport: GuardedTransport) -> None:
    outcome = await answered(receiver, transport, Answer(500, {}, b"a\x00b\x1b[31m\r\nc\td \xff\xc3\xa4\xe2\x80\xae"))
    assert outcome.excerpt == "ab[31m\nc\td �ä"


async def test_a_compressed_body_is_neither_unpacked_nor_shown(receiver: Receiver, transport: GuardedTransport) -> None:
    outcome = await answered(receiver, transport, Answer(500, {"Content-Encoding": "gzip"}, b"\x1f\x8b" + b"x" * 50))
    assert (outcome.status_code, outcome.excerpt) == (500, "")
    assert receiver.requests[0].headers["accept-encoding"] == "identity"


@given(st.binary(max_size=3000))
def test_every_excerpt_is_short_printable_utf_8(body: bytes) -> None:
    excerpt = clean_excerpt(body)
    assert len(excerpt.encode()) <= 1024
    assert all(char.isprintable() or char in "\n\t" for char in excerpt)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=1024))
def test_short_plain_text_is_its_own_excerpt(text: str) -> None:
    assert clean_excerpt(text.encode()) == text


async def test_cancelling_a_delivery_cancels_it(receiver: Receiver, transport: GuardedTransport) -> None:
    receiver.script(Answer(stall=True))
    task = asyncio.create_task(send(transport, receiver.url, {}, BODY, timeout_s=30))
    await receiver.wait_for(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_deliveries_run_side_by_side(receiver: Receiver, transport: GuardedTransport) -> None:
    receiver.respond = lambda _: Answer(delay_s=1)
    began = time.monotonic()
    outcomes = await asyncio.gather(*(send(transport, receiver.url, {}, BODY, timeout_s=20) for _ in range(30)))
    assert [outcome.status_code for outcome in outcomes] == [200] * 30
    # One after the other they would take 30 s.
    assert time.monotonic() - began < 25
