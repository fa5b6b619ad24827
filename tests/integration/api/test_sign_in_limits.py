"""Passwords cannot be tried without end, and a refusal does not tell whether there is such an account."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from ipaddress import ip_network
from uuid import uuid4

import httpx2
import pytest
from litestar import Litestar

from api.app import create_app
from api.http.headers import subscriber
from deploy.local.stack import Stack
from shared.accounts import passwords, sign_in_limits
from shared.kit.limits.limiter import Admission, Rate
from shared.kit.platform import Platform
from shared.kit.settings import Settings
from tests.actors import Client
from tests.fixtures import running
from tests.integration.api.web.visitor import Visitor

REFUSED = Admission(allowed=False, remaining=0, reset_us=60_000_000, retry_after_us=60_000_000)


@pytest.fixture
def network() -> str:
    """A network that nothing else in the tests has."""
    return _network()


@pytest.fixture
def limiter(platform: Platform, network: str, monkeypatch: pytest.MonkeyPatch) -> "Limiter":
    """The shared buckets, which a test uses up without the thousand attempts that it takes."""
    found = Limiter(platform, subscriber(f"{network}::1"))
    monkeypatch.setattr(platform.limiter, "take", found.take)
    delay = sign_in_limits._delay

    async def observed(address: str, delay_s: float) -> None:
        await delay(address, delay_s)
        found.delayed.append(delay_s)

    monkeypatch.setattr(sign_in_limits, "_delay", observed)
    return found


@pytest.fixture
async def elsewhere(app: Litestar, network: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client at an address whose network nothing else in the tests has."""
    host = f"{network}::1"
    transport = httpx2.ASGITransport(app=app, client=(host, 1))  # type: ignore[arg-type] # the same protocol in other words
    async with httpx2.AsyncClient(transport=transport, base_url="http://evalserve.test", timeout=40) as client:
        yield client


def _network() -> str:
    run = uuid4().hex
    return f"2001:db8:{run[:4]}:{run[4:8]}"


class Limiter:
    """The shared buckets of sign-ins, and the delays that they have caused."""

    def __init__(self, platform: Platform, address: str) -> None:
        self.address = address
        self.delayed: list[float] = []
        take = platform.limiter.take

        async def take_or_refuse(subject: str, rate: Rate) -> Admission:
            return REFUSED if subject in self._exhausted else await take(subject, rate)

        self.take = take_or_refuse
        self._exhausted: set[str] = set()

    def exhaust(self, subject: str) -> None:
        """Use up the bucket of a name or an address."""
        is_name = "@" in subject
        text = hashlib.sha256(subject.lower().encode()).hexdigest() if is_name else subject
        self._exhausted.add(f"sign-in:{text}")


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


async def test_another_spelling_that_the_database_takes_for_the_same_address_gives_no_further_tries(
    elsewhere: httpx2.AsyncClient,
) -> None:
    # In lower case İ is one letter to the database, and two to Python.
    email, taken = (f"mini-{uuid4().hex}@example.com" for _ in range(2))
    body = {"email": taken, "password": "correct horse"}
    assert (await elsewhere.post("/sign_up/", json=body)).status_code == 200
    for name in (taken, email):
        spellings = [name, name.replace("i", "İ", 1), name.replace("i", "İ", 2)]

        tries = {(await _sign_in(elsewhere, spelling)).status_code for spelling in spellings * 5}

        # With and without an account alike: the count tells nobody whether there is one.
        assert tries == {401, 429}


async def test_behind_a_trusted_proxy_each_client_is_counted_alone_and_nobody_else_is_believed(
    settings: Settings, alice: Client
) -> None:
    proxy, stranger, network = f"{_network()}::1", f"{_network()}::1", _network()
    behind = create_app(settings.model_copy(update={"trusted_proxies": [ip_network(proxy)]}))

    async def try_often(peer: str, forwarded: Callable[[int], str]) -> set[int]:
        transport = httpx2.ASGITransport(app=behind, client=(peer, 1))  # type: ignore[arg-type] # as above
        async with httpx2.AsyncClient(transport=transport, base_url="http://evalserve.test") as client:
            body = {"email": alice.email, "password": "wrong"}
            tries = [
                await client.post("/sign_in/", json=body, headers={"X-Forwarded-For": forwarded(number)})
                for number in range(12)
            ]
        return {answer.status_code for answer in tries}

    async with running(behind):
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


async def test_a_stranger_cannot_lock_an_owner_out_whose_address_is_known(
    alice: Client, elsewhere: httpx2.AsyncClient, limiter: Limiter
) -> None:
    assert (await _sign_in(elsewhere, alice.email, alice.password)).status_code == 200
    limiter.exhaust(alice.email)

    answer = await _sign_in(elsewhere, alice.email, alice.password)

    assert answer.status_code == 200
    assert limiter.delayed == []


async def test_many_failures_for_a_name_delay_strangers_and_refuse_nobody(
    alice: Client, elsewhere: httpx2.AsyncClient, limiter: Limiter
) -> None:
    limiter.exhaust(alice.email)

    answer = await _sign_in(elsewhere, alice.email, alice.password)

    assert answer.status_code == 200
    assert limiter.delayed == [0.01]


async def test_many_names_from_one_address_delay_strangers_and_not_the_known(
    alice: Client, mallory: Client, limiter: Limiter, elsewhere: httpx2.AsyncClient
) -> None:
    assert (await _sign_in(elsewhere, alice.email, alice.password)).status_code == 200
    limiter.exhaust(limiter.address)

    known = await _sign_in(elsewhere, alice.email, alice.password)
    assert limiter.delayed == []
    stranger = await _sign_in(elsewhere, mallory.email, mallory.password)

    assert (known.status_code, stranger.status_code) == (200, 200)
    assert limiter.delayed == [0.01]


async def test_a_known_browser_has_a_bucket_of_its_own_behind_a_proxy_where_somebody_guesses(
    app: Litestar, alice: Client
) -> None:
    transport = httpx2.ASGITransport(app=app, client=(f"{_network()}::1", 1))  # type: ignore[arg-type] # as above
    owner, thief = (
        Visitor(httpx2.AsyncClient(transport=transport, base_url="http://evalserve.test")) for _ in range(2)
    )
    await owner.sign_in(alice)
    guesses = [await thief.send("/app/sign-in", email=alice.email, password="wrong") for _ in range(11)]
    await owner.send("/app/sign-out", "/app/matrices")

    assert [answer.status_code for answer in guesses] == [401] * 10 + [429]
    assert (await thief.sign_in(alice)).status_code == 429
    assert (await owner.sign_in(alice)).status_code == 303


async def test_a_browser_is_known_for_the_account_that_signed_in_alone(
    app: Litestar, alice: Client, mallory: Client
) -> None:
    transport = httpx2.ASGITransport(app=app, client=(f"{_network()}::1", 1))  # type: ignore[arg-type] # as above
    visitor = Visitor(httpx2.AsyncClient(transport=transport, base_url="http://evalserve.test"))
    await visitor.sign_in(mallory)
    guesses = [
        await visitor.send("/app/sign-in", "/app/matrices/new", email=alice.email, password="wrong") for _ in range(11)
    ]
    visitor.http.cookies.set("evalserve-browser", "0" * 32 + "." + "0" * 64)
    forged = await visitor.send("/app/sign-in", "/app/matrices/new", email=alice.email, password=alice.password)

    assert [answer.status_code for answer in guesses] == [401] * 10 + [429]
    assert forged.status_code == 429


async def test_successes_are_not_counted(alice: Client, elsewhere: httpx2.AsyncClient) -> None:
    answers = [await _sign_in(elsewhere, alice.email, alice.password) for _ in range(15)]

    assert [answer.status_code for answer in answers] == [200] * 15


async def test_of_many_attempts_at_once_no_more_are_looked_at_than_one_by_one(
    alice: Client, elsewhere: httpx2.AsyncClient
) -> None:
    answers = await asyncio.gather(*(_sign_in(elsewhere, alice.email) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [401] * 10 + [429] * 10


async def test_more_strangers_than_can_be_delayed_are_refused(
    alice: Client, elsewhere: httpx2.AsyncClient, limiter: Limiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter.exhaust(alice.email)
    monkeypatch.setitem(sign_in_limits._delayed, limiter.address, sign_in_limits.MAX_DELAYED_OF_ADDRESS)

    answer = await _sign_in(elsewhere, alice.email, alice.password)

    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (429, "too-many-sign-ins", "1")


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
