"""No bytes whatever make the api fail: it refuses, describes what is wrong, and goes on."""

import gzip
import os
import random
import socket
import time
from functools import cache

import pytest

from tests.integration.fuzz.conftest import BODY_TIMEOUT_S, MAX_BODY_BYTES, Served
from tests.integration.fuzz.wire import Answered, exchange, parse, request

# `make fuzz` sends more.
REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "1000"))

JSON = (b"Content-Type", b"application/json")

GOOD = b'{"actual_vector":[1,0,1],"predicted_vector":[1,0,0]}'

BODIES = {
    "nothing": b"",
    "bad utf-8": b'{"actual_vector":["\xff\xfe"],"predicted_vector":["a"]}',
    "only bad utf-8": b"\xff\xff\xff",
    "bad utf-8 for a number": b'{"tp":"\x8d","sensitivity":["\x8d"],"precision":{"\x8d":1}}',
    "overlong utf-8": b'{"actual_vector":["\xc0\x80"],"predicted_vector":["a"]}',
    "NUL": b'{"actual_vector":["a\\u0000"],"predicted_vector":["a"]}',
    "raw NUL": b'{"actual_vector":["a\x00"],"predicted_vector":["a"]}',
    "lone surrogate": b'{"actual_vector":["\\ud800"],"predicted_vector":["a"]}',
    "deep lists": b"[" * 10_000,
    "deep lists, closed": b"[" * 10_000 + b"]" * 10_000,
    "deep objects": b'{"actual_vector":' * 10_000,
    "deep in a field": b'{"actual_vector":' + b"[" * 10_000 + b"]" * 10_000 + b',"predicted_vector":[1]}',
    "deep in an unknown field": b'{"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "1e400": b'{"actual_vector":[1e400],"predicted_vector":[1]}',
    "-1e400": b'{"actual_vector":[-1e400],"predicted_vector":[1],"kind":-1e400,"url":1e400}',
    "1e-400": b'{"actual_vector":[1e-400],"predicted_vector":[1]}',
    "huge integer": b'{"actual_vector":[' + b"9" * 5000 + b'],"predicted_vector":[1],"email":' + b"9" * 5000 + b"}",
    "beyond 64 bits": b'{"actual_vector":[18446744073709551616],"predicted_vector":[-9223372036854775809]}',
    "NaN": b'{"actual_vector":[NaN],"predicted_vector":[Infinity]}',
    "twice the same member": GOOD[:-1] + b',"actual_vector":["x"],"api_key":1,"api_key":"evs_x"}',
    "key of another type": b'{"api_key":{"a":1}}',
    "a list": b"[]",
    "null": b"null",
    "text": b'"text"',
    "byte order mark": b"\xef\xbb\xbf" + GOOD,
    "utf-16": GOOD.decode().encode("utf-16"),
    "gzip": gzip.compress(GOOD),
    "rest behind": GOOD + b"}",
    "many members": b"{" + b",".join(b'"%d":1' % number for number in range(20_000)) + b"}",
    "too large": b"[" + b"1," * MAX_BODY_BYTES + b"1]",
}

CONTENT_TYPES = [
    b"application/json",
    b"",
    b"text/plain",
    b"application/json; charset=utf-16",
    b"multipart/form-data",
    b"multipart/form-data; boundary=",
    b"multipart/form-data; boundary=" + b"x" * 300,
    b"application/x-www-form-urlencoded",
    b"\xff\xfe/;;=\x80",
    b"application/msgpack",
]

TARGETS = [
    b"/\xff\xfe",
    b"/%ff%fe",
    b"/v1/jobs/%00",
    b"/v1/jobs/%2e%2e%2f%2e%2e%2fetc",
    b"/v1/jobs/../../../etc/passwd",
    b"//v1//jobs//",
    b"/v1/jobs/" + b"a" * 20_000,
    b"/v1/jobs?limit=" + b"9" * 5000,
    b"/v1/jobs?limit=-1&limit=%00&cursor=%ff",
    b"/v1/jobs?" + b"&".join(b"a%d=b" % number for number in range(3000)),
    b"/v1/jobs?cursor=%c0%80&status=%ed%a0%80",
    b"/v1/jobs?=&&==&;",
    b"/cm/?cm_uid=%00",
    b"/cm/?cm_uid=" + b"%f0%9f%98%80" * 1000,
    b"/docs/../openapi.json",
    b"/static/../../../../etc/passwd",
    b"/static/%2e%2e/%2e%2e/api/app.py",
    b"/problems/" + b"\xc3\xa4",
    b"*",
    b"http://other.example/v1/jobs",
    b"/v1/jobs#fragment",
    b"/v1/webhooks/deliveries?event_id=" + b"x" * 10_000,
    b"/" + b"a" * 300_000,
]

HEADERS = {
    "long value": [(b"X-Long", b"a" * 300_000)],
    "many": [(b"X-%d" % number, b"a") for number in range(5000)],
    "high bytes": [(b"X-API-Key", b"\xff\xfe\x80"), (b"X-Oanor-Key", b"\x80")],
    "bearer of nothing": [(b"Authorization", b"Bearer")],
    "bearer of bytes": [(b"Authorization", b"Bearer \xff\xff")],
    "basic of bytes": [(b"Authorization", b"Basic \xff\xff")],
    "basic of no base64": [(b"Authorization", b"Basic ////::==")],
    "basic of bad utf-8": [(b"Authorization", b"Basic //79/A==")],
    "wait for ever": [(b"Prefer", b"wait=9e99, wait=-1, wait=" + b"9" * 1000 + b"; x=\xff")],
    "etags": [(b"If-None-Match", b'W/"\xff", ", *, """""' + b"," * 1000)],
    "idempotency": [(b"Idempotency-Key", b"\x80\xff")],
    "accept": [(b"Accept", b"\xff/\xff;q=nan, */*;q=" + b"9" * 500)],
    "cookie": [(b"Cookie", b"\xff=\xff; =;;; session=\x80" + b"a" * 5000)],
    "range": [(b"Range", b"bytes=-9999999999999999999999,x-")],
    "date": [(b"If-Modified-Since", b"Thu, 99 Foo 99999 99:99:99 GMT")],
    "language": [(b"Accept-Language", b"\xff" * 500)],
    "forwarded": [(b"X-Forwarded-For", b"\xff, ::::, 1.1.1.1.1"), (b"Forwarded", b'for="\xff')],
    "empty names": [(b"", b"x")],
    "spaces in names": [(b"X Y", b"x")],
    "NUL": [(b"X-Nul", b"a\x00b")],
    "two hosts": [(b"Host", b"a"), (b"Host", b"\xff")],
    "upgrade": [(b"Upgrade", b"websocket, h2c"), (b"Connection", b"Upgrade"), (b"HTTP2-Settings", b"\xff")],
}


TAKERS = [(b"GET", b"/v1/jobs"), (b"POST", b"/cm/create"), (b"GET", b"/users/"), (b"GET", b"/app")]

DEBRIS = [b"[", b"{", b'"', b"\\u0000", b"1e400", b"\xff", b",", b"null", b"-", b"\0"]


@cache
def _posts(served: Served) -> list[str]:
    paths = served.http.get("/openapi.json").json()["paths"]
    return [
        path.replace("{", "").replace("}", "")
        for path, operations in paths.items()
        if "post" in operations or "patch" in operations
    ]


def _is_right(answer: Answered) -> bool:
    """A refusal that is described, or what a good request gets; what is no HTTP at all the server may just close."""
    if answer.status == 0 or 200 <= answer.status < 400:
        return True
    return 400 <= answer.status < 500 and (answer.is_described or not answer.body)


@pytest.fixture(autouse=True)
def _it_goes_on(served: Served) -> object:
    before = served.log.stat().st_size
    yield
    assert served.mistakes(since=before) == []
    assert served.http.get("/healthz").status_code == 200


@pytest.mark.parametrize("name", BODIES)
def test_every_route_refuses_every_body_that_it_cannot_read(served: Served, key: str, name: str) -> None:
    headers = [JSON, (b"X-API-Key", key.encode())]
    wrong = []
    for path in _posts(served):
        answer = exchange(served.port, request(b"POST", path.encode(), headers, BODIES[name]))
        if not _is_right(answer) or (answer.status >= 400 and not answer.is_described):
            wrong.append((path, answer.status, answer.body[:200]))

    assert wrong == []


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_every_route_stands_every_content_type(served: Served, key: str, content_type: bytes) -> None:
    wrong = []
    for path in _posts(served):
        headers = [(b"Content-Type", content_type), (b"X-API-Key", key.encode())]
        for body in (GOOD, b"\xff\x00--x\r\n", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n\xff\r\n'):
            answer = exchange(served.port, request(b"POST", path.encode(), headers, body))
            if not _is_right(answer):
                wrong.append((path, answer.status, answer.body[:200]))

    assert wrong == []


@pytest.mark.parametrize("target", TARGETS, ids=[f"{number}" for number in range(len(TARGETS))])
@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"OPTIONS", b"DELETE", b"POST"])
def test_every_address_is_answered(served: Served, key: str, method: bytes, target: bytes) -> None:
    answer = exchange(served.port, request(method, target, [(b"X-API-Key", key.encode())]))

    assert _is_right(answer), answer


@pytest.mark.parametrize("name", HEADERS)
def test_every_header_is_stood(served: Served, key: str, name: str) -> None:
    for with_key in ([], [(b"X-API-Key", key.encode())]):
        for method, target in (
            (b"GET", b"/v1/jobs"),
            (b"POST", b"/cm/create"),
            (b"GET", b"/users/"),
            (b"GET", b"/app"),
        ):
            answer = exchange(served.port, request(method, target, [*HEADERS[name], *with_key, JSON], GOOD))
            assert _is_right(answer), (target, answer)


@pytest.mark.parametrize("method", [b"TRACE", b"CONNECT", b"BREW", b"get", b"G\xffT", b"", b"A" * 5000, b"PRI"])
def test_every_method_is_answered(served: Served, key: str, method: bytes) -> None:
    for target in (b"/v1/jobs", b"/cm/create", b"*"):
        answer = exchange(served.port, request(method, target, [(b"X-API-Key", key.encode())]))
        assert _is_right(answer), answer


FRAMINGS = {
    "no such length": b"Content-Length: x\r\n\r\n" + GOOD,
    "negative length": b"Content-Length: -1\r\n\r\n" + GOOD,
    "huge length": b"Content-Length: 99999999999999999999999\r\n\r\n" + GOOD,
    "two lengths": b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n" + GOOD,
    "length and chunks": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "no such chunk": b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n",
    "huge chunk": b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\nabc\r\n0\r\n\r\n",
    "chunks without end": b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
    "no such coding": b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "shorter than announced": b"Content-Length: 500\r\n\r\n" + GOOD,
    "announced too large": b"Content-Length: 10000000\r\n\r\n" + GOOD,
    "expects to go on": b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
    "expects something": b"Expect: \xff\r\nContent-Length: 2\r\n\r\n{}",
    "bare line feeds": b"Content-Length: 2\n\n{}",
    "folded": b"X-Folded: a\r\n b\r\nContent-Length: 2\r\n\r\n{}",
    "smuggled": b"Content-Length: 0\r\n\r\nGET /users/ HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("name", FRAMINGS)
def test_every_framing_is_stood(served: Served, key: str, name: str) -> None:
    head = b"POST /cm/create HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-API-Key: %s\r\n" % key.encode()

    answer = exchange(served.port, head + FRAMINGS[name], half_close=True)

    assert _is_right(answer), answer
    assert not (name == "smuggled" and b"api_key" in answer.body)


# A key that may be in the body has to be waited for.
@pytest.mark.parametrize(("method", "target"), [(b"POST", b"/cm/create"), (b"DELETE", b"/cm/unknown")])
def test_a_body_that_comes_too_slowly_is_refused_in_time(served: Served, method: bytes, target: bytes) -> None:
    head = request(method, target, [JSON, (b"Content-Length", b"500")], None)
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", served.port), 30) as connection:
        connection.sendall(head)
        connection.settimeout(0.2)
        received = b""
        # One byte at a time: no single wait is long.
        while time.monotonic() < began + 30:
            try:
                if not (piece := connection.recv(65536)):
                    break
                received += piece
            except TimeoutError:
                connection.sendall(b" ")
    took = time.monotonic() - began

    answer = parse(received)
    assert (answer.status, answer.is_described) == (408, True)
    assert BODY_TIMEOUT_S <= took < BODY_TIMEOUT_S + 10


def test_many_slow_clients_do_not_keep_others_waiting(served: Served, key: str) -> None:
    head = request(b"POST", b"/cm/create", [JSON, (b"X-API-Key", key.encode()), (b"Content-Length", b"500")], None)
    slow = [socket.create_connection(("127.0.0.1", served.port), 30) for _ in range(200)]
    try:
        for number, connection in enumerate(slow):
            connection.sendall(head if number % 2 else b"GET /v1/jobs HTTP/1.1\r\nX-Slow: ")
        answer = exchange(served.port, request(b"POST", b"/cm/create", [JSON, (b"X-API-Key", key.encode())], GOOD))
    finally:
        for connection in slow:
            connection.close()

    assert answer.status == 200


def test_who_hangs_up_in_the_middle_of_a_body_is_no_mistake_of_ours(served: Served, key: str) -> None:
    head = request(b"POST", b"/cm/create", [JSON, (b"X-API-Key", key.encode()), (b"Content-Length", b"500")], None)
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", served.port), 30) as connection:
            connection.sendall(head + GOOD)

    answer = exchange(served.port, request(b"POST", b"/cm/create", [JSON, (b"X-API-Key", key.encode())], GOOD))
    assert answer.status == 200


def test_random_damage_to_good_requests_is_stood(served: Served, key: str) -> None:
    seed = int(os.environ.get("FUZZ_SEED", "1"))
    source = random.Random(seed)
    paths = [path.encode() for path in _posts(served)]
    wrong = []
    for number in range(REQUESTS):
        body = _damaged(source, source.choice(list(BODIES.values())[:-1] + [GOOD] * 20))
        headers = [JSON, (b"X-API-Key", key.encode())]
        sent = request(b"POST", source.choice([*paths, b"/cm/create"]), headers, body)
        if source.random() < 0.3:
            sent = _damaged(source, sent)
        answer = exchange(served.port, sent, half_close=True)
        if not _is_right(answer):
            wrong.append((seed, number, answer.status, sent[:300], answer.body[:300]))

    assert wrong == []


def _damaged(source: random.Random, text: bytes) -> bytes:
    damaged = bytearray(text)
    for _ in range(source.randrange(1, 6)):
        at = source.randrange(len(damaged) + 1)
        what = source.randrange(4)
        if what == 0:
            damaged[at:at] = source.randbytes(source.randrange(1, 9))
        elif what == 1:
            del damaged[at : at + source.randrange(1, 20)]
        elif what == 2 and at < len(damaged):
            damaged[at] = source.randrange(256)
        else:
            damaged[at:at] = source.choice(
                [b"[", b"{", b'"', b"\\u0000", b"1e400", b"\xff", b",", b"null", b"-", b"\0"]
            )
    return bytes(damaged)
