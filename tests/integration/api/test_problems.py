"""Whatever is wrong with a request, the answer says so in one form, and the log in one line without a secret."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx2
import pytest
from litestar import Litestar

from tests.actors import Client

JSON = {"content-type": "application/json"}
FOREIGN_KEY = "evs_" + "a" * 16 + "1_" + "b" * 52

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(app: Litestar, capsys: pytest.CaptureFixture[str]) -> Lines:
    """What the service has printed from now on."""
    del app
    printed: list[str] = []

    def read() -> list[dict[str, Any]]:
        printed.extend(capsys.readouterr().out.splitlines())
        return [json.loads(line) for line in printed]

    return read


PROBLEMS = [
    ("GET", "/nowhere", {}, 404, "not-found"),
    ("POST", "/nowhere/at/all", {"content": b"x"}, 404, "not-found"),
    ("GET", "/static/nothing.js", {}, 404, "not-found"),
    ("GET", "/static/../app.py", {}, 404, "not-found"),
    ("GET", "/static/%2e%2e/app.py", {}, 404, "not-found"),
    ("GET", "/static/..%2f..%2fpyproject.toml", {}, 404, "not-found"),
    ("GET", "/static/%00", {}, 404, "not-found"),
    ("GET", "/v1/jobs/%00", {}, 404, "not-found"),
    ("DELETE", "/cm/create", {}, 405, "method-not-allowed"),
    ("POST", "/cm/", {"content": b"{}"}, 405, "method-not-allowed"),
    ("PUT", "/v1/jobs", {}, 405, "method-not-allowed"),
    ("GET", "/v1/jobs", {}, 401, "missing-api-key"),
    ("GET", "/v1/jobs", {"headers": {"X-API-Key": FOREIGN_KEY}}, 401, "invalid-api-key"),
    ("GET", "/v1/jobs", {"headers": {"X-API-Key": "\u00fc\u4e2d".encode()}}, 401, "invalid-api-key"),
    ("GET", "/v1/jobs", {"headers": {"Authorization": "Bearer"}}, 401, "missing-api-key"),
    ("GET", "/v1/jobs", {"headers": {"Authorization": "Basic YTpi"}}, 401, "missing-api-key"),
    ("GET", "/v1/jobs", {"params": {"api_key": "\0"}}, 401, "invalid-api-key"),
    ("POST", "/cm/create", {"json": {"api_key": 7}}, 400, "invalid-input"),
    ("POST", "/cm/create", {"json": {"api_key": None}}, 400, "invalid-input"),
    ("POST", "/cm/create", {"json": {"api_key": ["a"]}}, 400, "invalid-input"),
    ("POST", "/cm/create", {"json": {"api_key": FOREIGN_KEY}}, 401, "invalid-api-key"),
    ("POST", "/sign_in/", {"content": b"{", "headers": JSON}, 400, "invalid-input"),
    ("POST", "/sign_in/", {"json": {"email": "a@b.cd", "password": "wrong"}}, 401, "wrong-credentials"),
]
IDS = [f"{method} {path} {code} {number}" for number, (method, path, _, _, code) in enumerate(PROBLEMS)]


@pytest.mark.parametrize(("method", "path", "request_", "status", "code"), PROBLEMS, ids=IDS)
async def test_every_problem_has_the_one_form(
    http: httpx2.AsyncClient, method: str, path: str, request_: dict[str, Any], status: int, code: str
) -> None:
    answer = await http.request(method, path, **request_)

    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert problem.keys() - {"errors"} == {"type", "title", "status", "detail", "code"}
    assert (problem["status"], problem["code"], problem["type"]) == (status, code, f"/problems/{code}")
    assert problem["title"] == code.replace("-", " ").capitalize()
    assert problem["detail"].endswith(".")
    assert ("errors" in problem) is (code == "invalid-input")
    assert ("www-authenticate" in answer.headers) is (status == 401)


@pytest.mark.parametrize(("method", "path", "request_", "status", "code"), PROBLEMS, ids=IDS)
async def test_every_problem_carries_the_id_of_its_line_in_the_log(
    http: httpx2.AsyncClient,
    lines: Lines,
    method: str,
    path: str,
    request_: dict[str, Any],
    status: int,
    code: str,
) -> None:
    answer = await http.request(method, path, **request_)

    (line,) = (line for line in lines() if line["event"] == "request")
    request_id = UUID(answer.headers["x-request-id"])
    assert request_id.version == 4
    assert line["request_id"] == str(request_id), code
    assert (line["method"], line["status"], line["level"]) == (method, status, "info")


async def test_every_request_has_an_id_of_its_own_whatever_the_client_says(http: httpx2.AsyncClient) -> None:
    answers = [await http.get("/healthz", headers={"X-Request-ID": "mine"}) for _ in range(3)]

    assert len({answer.headers["x-request-id"] for answer in answers} - {"mine"}) == 3


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/cm/", {"GET"}),
        ("GET", "/cm/create", {"POST"}),
        ("PATCH", "/v1/jobs", {"GET", "POST"}),
        ("PUT", "/v1/webhooks/endpoints/x", {"GET", "PATCH", "DELETE"}),
    ],
)
async def test_a_wrong_method_is_answered_with_the_right_ones(
    http: httpx2.AsyncClient, method: str, path: str, allowed: set[str]
) -> None:
    answer = await http.request(method, path)

    assert answer.status_code == 405
    assert {name.strip() for name in answer.headers["allow"].split(",")} - {"HEAD", "OPTIONS"} == allowed


@pytest.mark.parametrize("path", ["/cm/", "/cm/report", "/cm/plot"])
async def test_a_missing_parameter_is_named(alice: Client, path: str) -> None:
    answer = await alice.get(path)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/cm_uid"]


ODD: list[tuple[str, dict[str, Any], int]] = [
    ("/cm/", {"cm_uid": "\0"}, 400),
    ("/cm/", {"cm_uid": "x" * 5000}, 404),
    ("/cm/", {"cm_uid": "'; DROP TABLE matrix; --"}, 404),
    ("/cm/", {"cm_uid": ["a", "b"]}, 404),
    ("/cm/report", {"cm_uid": "\ud7ff\uffff😀"}, 404),
    ("/v1/jobs/%00", {}, 404),
    ("/v1/jobs/%ff%fe", {}, 404),
    ("/v1/jobs/..%2f..%2f", {}, 404),
    ("/v1/jobs", {"cursor": "yesterday"}, 400),
    ("/v1/jobs", {"status": "nonsense"}, 400),
    ("/v1/jobs", {"limit": "9" * 5000}, 400),
    ("/v1/webhooks/deliveries", {"cursor": "\0"}, 400),
    ("/v1/webhooks/endpoints/%00", {}, 404),
]


@pytest.mark.parametrize(("path", "query", "status"), ODD, ids=range(len(ODD)))
async def test_odd_addresses_are_the_senders_problem(
    alice: Client, path: str, query: dict[str, Any], status: int
) -> None:
    answer = await alice.get(path, **query)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert [error["pointer"] for error in answer.json().get("errors", ())] == (
        [f"/{name}" for name in query] if status == 400 else []
    )


@pytest.mark.parametrize(
    "prefer", ["wait=99999999999999999999", "wait=-1", "wait=", "wait=0.5", "respond-async, wait=x", ",;=", "ü"]
)
async def test_an_odd_preference_is_no_problem(alice: Client, prefer: str) -> None:
    job_id = (await alice.submit())["id"]

    headers = {b"X-API-Key": alice.key.encode(), b"Prefer": prefer.encode()}
    answer = await alice.http.get(f"/v1/jobs/{job_id}", headers=headers)

    assert answer.status_code == 200


@pytest.mark.parametrize("style", ["X-API-Key", "x-oanor-key", "Authorization", "query", "body", "path", "broken body"])
async def test_no_key_is_in_any_line_of_the_log(alice: Client, lines: Lines, style: str) -> None:
    tampered = alice.key[:-1] + ("a" if alice.key[-1] != "a" else "b")
    for key in (alice.key, tampered):
        value = f"Bearer {key}" if style == "Authorization" else key
        headers = {} if style in {"query", "body", "path", "broken body"} else {style: value}
        query = {"api_key": key} if style == "query" else {}
        body = {"api_key": key} if style == "body" else {}
        content = b'{"api_key": "%s", "actual_vector": [' % key.encode() if style == "broken body" else None
        path = f"/{key}" if style == "path" else ""
        for method, address in (("POST", "/cm/create"), ("POST", "/v1/jobs"), ("GET", "/cm/"), ("GET", "/v1/jobs")):
            sent = {"content": content} if content else {"json": body} if method == "POST" else {}
            await alice.http.request(method, address + path, params=query, headers=headers, **sent)

    printed = json.dumps(lines())
    assert printed.count('"event": "request"') == 8
    assert alice.key.rpartition("_")[2][:-1] not in printed


@pytest.fixture
def broken(alice: Client, monkeypatch: pytest.MonkeyPatch) -> str:
    """A route whose work fails in a way that nobody foresaw; the message holds secrets."""
    message = f"no luck with {alice.key} at postgresql://evalserve:hunter2@127.0.0.1:5432/evalserve"

    async def fail(*_: object) -> None:
        raise RuntimeError(message)

    monkeypatch.setattr("shared.matrices.metrics", fail)
    return "/cm/"


async def test_an_unforeseen_error_tells_the_client_an_id_and_the_log_the_rest(
    alice: Client, lines: Lines, broken: str
) -> None:
    answer = await alice.get(broken, cm_uid="any")

    problem = answer.json()
    (entry,) = (line for line in lines() if line["event"] == "unforeseen error")
    (request,) = (line for line in lines() if line["event"] == "request")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert problem == {
        "type": "/problems/internal-server-error",
        "title": "Internal server error",
        "status": 500,
        "detail": f"An internal error occurred. Please report it with the id {entry['error_id']}.",
        "code": "internal-server-error",
    }
    assert entry["request_id"] == request["request_id"] == answer.headers["x-request-id"]
    assert "RuntimeError: no luck with ***" in entry["exception"]
    assert [secret for secret in (alice.key, "hunter2") if secret in json.dumps(lines())] == []


async def _answers(alice: Client, broken: str) -> dict[str, httpx2.Response]:
    endpoint = (await alice.post("/v1/webhooks/endpoints", {"url": "https://example.com/hook"})).json()["id"]
    job = await alice.submit()
    await alice.post(f"/v1/jobs/{job['id']}/cancel")
    await alice.final(job["id"])
    etag = (await alice.get(f"/v1/jobs/{job['id']}")).headers["etag"]
    return {
        "200": await alice.get("/v1/jobs"),
        "202": await alice.post("/v1/jobs", {"kind": "plot", "cm_uid": await alice.create_matrix()}),
        "204": await alice.delete(f"/v1/webhooks/endpoints/{endpoint}"),
        "304": await alice.get(f"/v1/jobs/{job['id']}", {"If-None-Match": etag}),
        "400": await alice.post("/cm/create", {}),
        "401": await alice.http.get("/v1/jobs"),
        "404 of a thing": await alice.get("/v1/jobs/x"),
        "404 of an address": await alice.get("/nowhere"),
        "405": await alice.delete("/cm/create"),
        "413": await alice.http.post("/cm/create", headers={"content-length": "9999999999", "X-API-Key": alice.key}),
        "500": await alice.get(broken, cm_uid="any"),
        "page": await alice.get("/docs"),
        "file": await alice.get("/static/docs.js"),
        "options": await alice.http.request("OPTIONS", "/cm/create"),
        "health": await alice.get("/healthz"),
    }


async def test_browsers_are_told_to_be_careful_with_every_answer(alice: Client, broken: str) -> None:
    answers = await _answers(alice, broken)

    assert {name: answer.status_code for name, answer in answers.items() if name[:3].isdigit()} == {
        name: int(name[:3]) for name in answers if name[:3].isdigit()
    }
    wanted = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "x-frame-options": "DENY"}
    lacking = {
        name: missing
        for name, answer in answers.items()
        if (missing := [header for header, value in wanted.items() if answer.headers.get(header) != value])
    }
    assert lacking == {}
    policies = {name: answer.headers.get("content-security-policy", "") for name, answer in answers.items()}
    assert {name: policy for name, policy in policies.items() if not policy.startswith("default-src 'none'")} == {}
    assert [name for name, policy in policies.items() if "frame-ancestors 'none'" not in policy] == []
    assert [name for name, answer in answers.items() if "x-request-id" not in answer.headers] == []


@pytest.mark.parametrize("path", ["/nowhere", "/v1/nowhere", "/static/nothing.js", "/files/a/b"])
async def test_an_address_without_anything_is_a_page_with_a_way_back_for_browsers(
    http: httpx2.AsyncClient, path: str
) -> None:
    answer = await http.get(path, headers={"Accept": "text/html,*/*;q=0.8"})

    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert '<a href="/">Start page</a>' in answer.text
