"""Every operation of the route table under every kind of credential; a new route is in it by being there."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import httpx2
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from api.openapi import document
from api.security import scope_of
from shared.accounts import Scope
from shared.kit import clock
from shared.kit.platform import Platform
from tests.actors import Client
from tests.integration.api.test_ownership import NAMES

# Who has no key yet, and who only asks how the service is.
OPEN = {
    "health.check_liveness",
    "health.check_pipeline_api",
    "health.check_readiness",
    "accounts.sign_up",
    "accounts.sign_in",
}

# Parameters of addresses that choose a form, or a part of something that is named before them.
FORMS = {"format", "key"}

NOBODYS = "01a2d7a0-0000-7000-8000-000000000000"


class Operation(NamedTuple):
    """A route with one of its methods, as it would be called."""

    method: str
    path: str
    query: dict[str, str]
    handler: HTTPRouteHandler

    @property
    def name(self) -> str:
        return self.handler.operation_id if isinstance(self.handler.operation_id, str) else str(self.handler)

    @property
    def wants_key(self) -> bool:
        return "caller" in self.handler.parsed_fn_signature.parameters


def _operations(app: Litestar) -> Iterator[Operation]:
    documented = {
        operation["operationId"]: (path, operation)
        for path, operations in document(app)["paths"].items()
        for operation in operations.values()
    }
    for route in (route for route in app.routes if isinstance(route, HTTPRoute)):
        for handler in route.route_handlers:
            if handler.operation_id not in documented:
                # Pages and files; but nothing that takes a key may be left out.
                assert "caller" not in handler.parsed_fn_signature.parameters, handler
                continue
            path, operation = documented[handler.operation_id]
            parameters = operation.get("parameters", ())
            values = {each["name"]: _value(each) for each in parameters}
            query = {each["name"]: values[each["name"]] for each in parameters if each["in"] == "query"}
            required = {each["name"] for each in parameters if each.get("required")}
            filled = path.format(**values)
            for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                yield Operation(method, filled, {k: v for k, v in query.items() if k in required}, handler)


def _value(parameter: dict[str, Any]) -> str:
    if parameter["name"] in FORMS:
        return "json"
    return "1" if parameter["schema"].get("type") == "integer" else NOBODYS


@pytest.fixture
async def keys(alice: Client, platform: Platform) -> dict[str, str]:
    """One text of each kind that opens nothing, or not everything."""

    async def make(**wanted: Any) -> Any:
        return (await alice.post("/v1/keys", {"name": "a key", **wanted})).json()

    revoked, brief, rotated = await make(), await make(expires_at=_in_an_hour()), await make()
    await alice.delete(f"/v1/keys/{revoked['id']}")
    await alice.post(f"/v1/keys/{rotated['id']}/rotate")
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE api_key SET expires_at = now() WHERE id = $1", brief["id"])
    flipped = alice.key[:-1] + ("a" if alice.key[-1] != "a" else "b")
    return {
        "malformed": "nonsense",
        "wrong mac": flipped,
        "revoked": revoked["api_key"],
        "expired": brief["api_key"],
        "rotated": rotated["api_key"],
        "only read": (await make(scopes=["read"]))["api_key"],
        "only write": (await make(scopes=["write"]))["api_key"],
    }


def _in_an_hour() -> str:
    return (clock.now() + timedelta(hours=1)).isoformat()


def _expected(operation: Operation, kind: str) -> tuple[int, str] | None:
    """The one rule: status and code of the refusal; None where the credential is good enough."""
    if operation.name in OPEN:
        return None
    if not operation.wants_key:
        return 401, {"pipeline": "missing-signature", "basic": "not-administrator"}[operation.handler.opt["security"]]
    if kind == "none":
        return 401, "missing-api-key"
    if kind.startswith("only "):
        needed = scope_of(operation.handler.opt, operation.method)
        return None if needed == Scope(kind.removeprefix("only ")) else (403, "missing-scope")
    return 401, "invalid-api-key"


async def _answer(http: httpx2.AsyncClient, operation: Operation, key: str | None) -> httpx2.Response:
    headers = {"X-API-Key": key} if key else {}
    return await http.request(operation.method, operation.path, params=operation.query, headers=headers)


async def test_every_operation_refuses_every_credential_that_is_not_good_enough(
    app: Litestar, http: httpx2.AsyncClient, keys: dict[str, str]
) -> None:
    wrong, refused = [], 0
    for operation in _operations(app):
        for kind, key in {"none": None, **keys}.items():
            expected = _expected(operation, kind)
            if expected is None:
                continue
            answer = await _answer(http, operation, key)
            refused += 1
            found = answer.status_code, answer.json().get("code")
            if found != expected or answer.headers["content-type"] != "application/problem+json":
                wrong.append((operation.name, kind, expected, found))

    assert wrong == []
    assert refused >= 200


async def test_a_scope_that_is_good_enough_is_let_in(
    app: Litestar, http: httpx2.AsyncClient, keys: dict[str, str]
) -> None:
    kept_out = [
        (operation.name, kind, answer.status_code)
        for operation in _operations(app)
        for kind in ("only read", "only write")
        if operation.wants_key and _expected(operation, kind) is None
        if (answer := await _answer(http, operation, keys[kind])).status_code in {401, 403}
    ]

    assert kept_out == []


async def test_nothing_but_a_few_operations_is_open(app: Litestar) -> None:
    unguarded = {
        operation.name
        for operation in _operations(app)
        if not operation.wants_key and operation.handler.opt.get("security") is None
    }

    assert unguarded == OPEN


def test_every_name_in_an_address_is_tried_by_another_account_too(app: Litestar) -> None:
    """What test_ownership goes through: a new kind of thing has to be made there."""
    named = {
        parameter["name"]
        for operations in document(app)["paths"].values()
        for operation in operations.values()
        # Administrators may name what is anybody's.
        if {"basic": []} not in operation["security"]
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "path"
    }

    assert named - FORMS <= NAMES
