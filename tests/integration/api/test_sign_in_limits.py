"""Passwords cannot be tried without end, and a refusal does not tell whether there is such an account."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from litestar import Litestar

from deploy.local.stack import Stack
from shared.accounts import passwords, sign_in_limits
from shared.accounts.errors import TooManySignIns
from shared.kit.platform import Platform
from tests.actors import Client


@pytest.fixture
async def elsewhere(app: Litestar) -> AsyncIterator[httpx2.AsyncClient]:
    """A client at an address whose network nothing else in the tests has."""
    host = f"{_network()}::1"
    transport = httpx2.ASGITransport(app=app, client=(host, 1))  # type: ignore[arg-type] # the same protocol in other words
    async with httpx2.AsyncClient(transport=transport, base_url="http://evalserve.test", timeout=40) as client:
        yield client


def _network() -> str:
    run = uuid4().hex
    return f"2001:db8:{run[:4]}:{run[4:8]}"


async def _sign_in(http: httpx2.AsyncClient, email: str, password: str = "wrong") -> httpx2.Response:
    return await http.post("/sign_in/", json={"email": email, "password": password})


async def test_after_ten_wrong_passwords_even_the_right_one_has_to_wait(
    alice: Client, mallory: Client, elsewhere: httpx2.AsyncClient
) -> None:
    wrong = [(await _sign_in(elsewhere, alice.email)).status_code for _ in range(10)]

    answer = await _sign_in(elsewhere, alice.email.upper(), alice.password)

    assert wrong == [401] * 10
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-sign-ins")
    assert 1 <= int(answer.headers["retry-after"]) <= 30
    assert (await _sign_in(elsewhere, mallory.email, mallory.password)).status_code == 200
    assert (await _sign_in(alice.http, alice.email, alice.password)).status_code == 200


async def test_behind_a_trusted_proxy_each_client_is_counted_alone_and_nobody_else_is_believed(
    app: Litestar, platform: Platform, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, stranger, network = f"{_network()}::1", f"{_network()}::1", _network()
    settings = platform.settings.model_copy(update={"trusted_proxies": [ip_network(proxy)]})
    monkeypatch.setattr(app.state, "platform", replace(platform, settings=settings))

    async def try_often(peer: str, forwarded: Callable[[int], str]) -> set[int]:
        transport = httpx2.ASGITransport(app=app, client=(peer, 1))  # type: ignore[arg-type] # as above
        async with httpx2.AsyncClient(transport=transport, base_url="http://evalserve.test") as client:
            body = {"email": alice.email, "password": "wrong"}
            tries = [
                await client.post("/sign_in/", json=body, headers={"X-Forwarded-For": forwarded(number)})
                for number in range(12)
            ]
        return {answer.status_code for answer in tries}

    # By turns, the client invents what stands left of the address that the proxy adds.
    assert await try_often(proxy, lambda number: f"198.51.100.{number}, 2001:db8::c") == {401, 429}
    assert await try_often(proxy, lambda number: f"2001:db8:d:{number}::1") == {401}
    assert await try_often(stranger, lambda number: f"2001:db8:e:{number}::1") == {401, 429}
    # Whoever has one address of IPv6 has a network of them.
    assert await try_often(proxy, lambda number: f"{network}::{number}") == {401, 429}


async def test_while_redis_is_away_tries_are_counted_all_the_same(
    alice: Client, elsewhere: httpx2.AsyncClient, stack: Stack
) -> None:
    stack.valkey.kill()
    try:
        answers = [(await _sign_in(elsewhere, alice.email)).status_code for _ in range(12)]
    finally:
        stack.valkey.start()

    assert answers == [401] * 10 + [429] * 2


@pytest.mark.parametrize(
    ("rate", "made_of"), [(sign_in_limits.ACCOUNT, "addresses"), (sign_in_limits.ADDRESS, "names")]
)
async def test_neither_many_addresses_nor_many_names_help(platform: Platform, rate: Any, made_of: str) -> None:
    run = uuid4().hex
    refused_at = None
    for number in range(rate.burst * 2):
        one, other = f"{run}-{number}", run
        address, name = (one, other) if made_of == "addresses" else (other, one)
        try:
            await sign_in_limits.take(platform.limiter, address=address, name=name)
        except TooManySignIns:
            refused_at = number
            break

    # One more for each second that the test took.
    assert refused_at is not None
    assert rate.burst <= refused_at <= rate.burst + 30


async def test_a_refusal_costs_one_comparison_whether_or_not_there_is_such_an_account(
    alice: Client, elsewhere: httpx2.AsyncClient, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    verify = passwords._hasher.verify

    class Counting:
        hash = passwords._hasher.hash

        def verify(self, stored: str, password: str) -> bool:
            compared.append(stored)
            return verify(stored, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE account SET is_active = false WHERE email = $1", alice.email)
    known = await Client.sign_up(elsewhere)

    answers = [await _sign_in(elsewhere, email) for email in (known.email, "nobody@example.com", alice.email)]

    assert len({answer.content for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {401}
    # $argon2id$v=19$m=19456,t=2,p=1$salt$hash: the same work each time.
    assert len(compared) == 3
    assert len({stored.rpartition("$")[0].rpartition("$")[0] for stored in compared}) == 1


async def test_the_administrators_password_cannot_be_guessed_without_end(elsewhere: httpx2.AsyncClient) -> None:
    answers = [await elsewhere.get("/users/", auth=("root", f"guess {number}")) for number in range(200)]

    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {401, 429}
    assert 120 <= statuses.count(401) < 200
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 429)
