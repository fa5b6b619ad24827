"""Plans: the calls that an account may make, the headers about them, and the state after Redis loses its data."""

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
import pytest
import redis
from litestar import Litestar

from api.app import create_app
from shared import plans
from shared.kit.platform import Platform
from shared.kit.settings import Plan, Settings
from tests.actors import Client, eventually

ADMIN = ("root", "root's password")
ASKED: dict[str, Any] = {"tp": 90, "fp": 10, "fn": 5, "tn": 95}
LABELS = {"actual_vector": [0, 1], "predicted_vector": [0, 1]}

PLANS = {
    "slow": Plan(calls_per_second=2),
    "small": Plan(calls_per_month=20, calls_per_second=1000),
    "unlimited": Plan(),
}


@pytest.fixture(scope="session")
async def limited(settings: Settings) -> AsyncIterator[Litestar]:
    """Another application on the same servers, with plans that are soon used up."""
    application = create_app(settings.model_copy(update={"plans": PLANS}))
    started, over = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with application.lifespan():
            started.set()
            await over.wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(live())
        await started.wait()
        yield application
        over.set()


@pytest.fixture
async def http(limited: Litestar) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=limited)  # type: ignore[arg-type] # the same protocol in other words
    async with httpx2.AsyncClient(transport=transport, base_url="http://evalserve.test", timeout=40) as client:
        yield client


@pytest.fixture
def platform(limited: Litestar) -> Platform:
    found: Platform = limited.state.platform
    return found


@pytest.fixture
def paused(settings: Settings) -> Iterator[None]:
    """Valkey takes connections and answers nothing."""
    with redis.Redis.from_url(settings.redis_url.get_secret_value()) as client:
        pid = int(client.info()["process_id"])
    os.kill(pid, signal.SIGSTOP)
    yield
    os.kill(pid, signal.SIGCONT)


async def put_on(client: Client, plan: str | None, credit: int = 0) -> int:
    """Give an account a plan and credit before its key is used for the first time; its id."""
    signed_in = await client.http.post("/sign_in/", json={"email": client.email, "password": client.password})
    account_id = signed_in.json()["id"]
    answer = await client.http.put(f"/v1/admin/accounts/{account_id}/plan", json={"plan": plan}, auth=ADMIN)
    assert answer.status_code == 200, answer.text
    if credit:
        await client.http.post(f"/v1/admin/accounts/{account_id}/credit", json={"calls": credit}, auth=ADMIN)
    return int(account_id)


async def statuses(client: Client, count: int) -> list[int]:
    answers = [await client.get("/v1/confusion", **ASKED) for _ in range(count)]
    return [answer.status_code for answer in answers]


def quotas(header: str) -> dict[str, dict[str, int]]:
    """A RateLimit header by the names of its items."""
    items = re.findall(r'"(\w+)"((?:;\w=\d+)+)', header)
    return {name: {key: int(value) for key, value in re.findall(r";(\w)=(\d+)", rest)} for name, rest in items}


async def test_the_plans_are_those_of_the_contract_and_nobody_is_limited_unless_told(settings: Settings) -> None:
    shown = {name: (plan.calls_per_month, plan.calls_per_second) for name, plan in settings.plans.items()}

    assert settings.default_plan == "unlimited"
    assert shown == {
        "free": (3_000, 2),
        "starter": (40_000, 5),
        "pro": (250_000, 15),
        "mega": (1_500_000, 40),
        "unlimited": (None, None),
    }


async def test_too_many_calls_a_second_are_refused_until_the_time_that_is_told(alice: Client) -> None:
    await put_on(alice, "slow")

    answers = [await alice.get("/v1/confusion", **ASKED) for _ in range(5)]

    refused = answers[4]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assert [answer.headers["ratelimit-policy"] for answer in answers] == ['"second";q=4;w=2'] * 5
    assert [quotas(answer.headers["ratelimit"])["second"]["r"] for answer in answers] == [3, 2, 1, 0, 0]
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["code"] == "rate-limit-reached"
    assert refused.json()["violated-policies"] == ["second"]
    assert refused.json()["detail"] == "Your plan allows 2 calls a second (4 at once); try again in 1 s."
    assert refused.json()["success"] is False
    await asyncio.sleep(int(refused.headers["retry-after"]))
    assert await statuses(alice, 1) == [200]


async def test_all_keys_of_an_account_share_its_limit_and_other_accounts_do_not(alice: Client, mallory: Client) -> None:
    made = (await alice.post("/v1/keys", {"name": "another"})).json()
    await put_on(alice, "slow")
    await put_on(mallory, "slow")
    await asyncio.sleep(2.1)
    other = Client(alice.http, alice.email, alice.password, made["api_key"])

    assert await statuses(alice, 2) + await statuses(other, 3) == [200, 200, 200, 200, 429]
    assert await statuses(mallory, 4) == [200] * 4


async def test_the_calls_of_a_month_are_as_many_as_the_plan_has_and_then_the_credit(alice: Client) -> None:
    account_id = await put_on(alice, "small", credit=3)

    first = await alice.get("/v1/confusion", **ASKED)
    rest = await statuses(alice, 24)
    refused = await alice.get("/v1/confusion", **ASKED)

    today = datetime.now(UTC)
    following = datetime(today.year + today.month // 12, today.month % 12 + 1, 1, tzinfo=UTC)
    month = quotas(first.headers["ratelimit"])["month"]
    assert month["r"] == 22
    assert abs(month["t"] - (following - today).total_seconds()) < 60
    assert quotas(first.headers["ratelimit-policy"])["month"]["q"] == 20
    assert [first.status_code, *rest] == [200] * 23 + [429] * 2
    assert refused.json()["code"] == "month-used-up"
    assert refused.json()["violated-policies"] == ["month"]
    assert abs(int(refused.headers["retry-after"]) - (following - today).total_seconds()) < 60

    usage = (await alice.get("/v1/usage")).json()
    assert (usage["calls"], usage["remaining"], usage["credit"]) == (23, 0, 0)

    await alice.http.post(f"/v1/admin/accounts/{account_id}/credit", json={"calls": 1}, auth=ADMIN)

    async def goes_on() -> bool:
        return (await alice.get("/v1/confusion", **ASKED)).status_code == 200

    await eventually(goes_on, deadline_s=20)
    assert await statuses(alice, 1) == [429]


async def test_a_crowd_gets_what_the_month_has_and_no_more(alice: Client) -> None:
    await put_on(alice, "small", credit=7)

    answers = await asyncio.gather(*(alice.get("/v1/confusion", **ASKED) for _ in range(120)))

    assert sorted(answer.status_code for answer in answers) == [200] * 27 + [429] * 93


async def test_a_redis_that_lost_everything_is_told_what_the_month_has_seen(
    alice: Client, settings: Settings, limited: Litestar
) -> None:
    await put_on(alice, "small", credit=5)
    assert await statuses(alice, 22) == [200] * 22
    await limited.state.meter.write()

    with redis.Redis.from_url(settings.redis_url.get_secret_value()) as client:
        client.flushall()

    assert await statuses(alice, 4) == [200, 200, 200, 429]
    usage = (await alice.get("/v1/usage")).json()
    assert (usage["calls"], usage["credit"]) == (25, 0)


async def test_what_went_by_while_redis_was_away_counts_afterwards(
    alice: Client, settings: Settings, limited: Litestar
) -> None:
    await put_on(alice, "small")
    assert await statuses(alice, 1) == [200]
    with redis.Redis.from_url(settings.redis_url.get_secret_value()) as client:
        pid = int(client.info()["process_id"])
    os.kill(pid, signal.SIGSTOP)
    try:
        assert await statuses(alice, 14) == [200] * 14
    finally:
        os.kill(pid, signal.SIGCONT)

    async def is_back() -> bool:
        return "ratelimit" in (await alice.get("/v1/keys")).headers

    await eventually(is_back)
    await limited.state.meter.write()

    assert await statuses(alice, 6) == [200] * 5 + [429]


@pytest.mark.usefixtures("paused")
async def test_without_redis_reads_go_on_quickly_and_writes_at_their_rate(alice: Client, platform: Platform) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE account SET plan = 'slow' WHERE email = $1", alice.email)
    began = time.monotonic()

    reads = await statuses(alice, 50)
    took_s = time.monotonic() - began
    writes = [(await alice.post("/cm/create", LABELS)).status_code for _ in range(6)]

    assert reads == [200] * 50
    # Fifty waits for Redis would take more.
    assert took_s < 10
    assert writes[:4] == [200] * 4
    assert 429 in writes[4:]


async def test_use_is_shown_by_day_and_route(alice: Client, mallory: Client) -> None:
    uid = await alice.create_matrix()
    for _ in range(3):
        await alice.get("/cm/", cm_uid=uid)
    await alice.get("/v1/matrices/" + uid)
    await mallory.get("/v1/confusion", **ASKED)

    answer = await alice.get("/v1/usage")

    today = datetime.now(UTC).date().isoformat()
    assert answer.status_code == 200
    # tests/integration/api/test_quotas.py has the quotas.
    shown = answer.json()
    del shown["quotas"]
    assert shown == {
        "month": today[:7],
        "plan": {"name": "unlimited", "calls_per_month": None, "calls_per_second": None, "burst": None},
        "calls": 5,
        "remaining": None,
        "credit": 0,
        "days": [
            {"day": today, "route": "GET /cm", "calls": 3},
            {"day": today, "route": "GET /v1/matrices/{uid}", "calls": 1},
            {"day": today, "route": "POST /cm/create", "calls": 1},
        ],
    }
    assert "ratelimit" not in answer.headers


async def test_another_month_is_shown_by_its_name(alice: Client, platform: Platform) -> None:
    account_id = await put_on(alice, "small")
    async with platform.db.connection() as connection:
        for day in (date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1)):
            await connection.execute("INSERT INTO usage VALUES ($1, $2, 'GET /x', $3)", account_id, day, day.day)

    answer = (await alice.get("/v1/usage", month="2026-02")).json()

    assert answer["days"] == [
        {"day": "2026-02-01", "route": "GET /x", "calls": 1},
        {"day": "2026-02-28", "route": "GET /x", "calls": 28},
    ]
    assert (answer["month"], answer["calls"], answer["remaining"]) == ("2026-02", 29, 0)


async def test_what_was_called_long_ago_is_forgotten(alice: Client, platform: Platform) -> None:
    account_id = await put_on(alice, None)
    today = datetime.now(UTC).date()
    async with platform.db.connection() as connection:
        for age in (399, 401):
            day = today - timedelta(days=age)
            await connection.execute("INSERT INTO usage VALUES ($1, $2, 'GET /x', 1)", account_id, day)

    await plans.expire(platform)

    async with platform.db.connection() as connection:
        rows = await connection.fetch("SELECT day FROM usage WHERE account_id = $1", account_id)
    assert [row["day"] for row in rows] == [today - timedelta(days=399)]


@pytest.mark.parametrize("month", ["2026", "2026-13", "2026-1", "06-2026", "2026-02-01", "٢٠٢٦-٠٢"])
async def test_what_is_no_month_is_refused(alice: Client, month: str) -> None:
    answer = await alice.get("/v1/usage", month=month)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/month"]


async def test_who_used_up_the_month_still_sees_it_and_closes_keys(alice: Client) -> None:
    await put_on(alice, "small")

    async def is_used_up() -> bool:
        return (await alice.get("/v1/confusion", **ASKED)).status_code == 429

    # A test that stopped Redis may have ended just now: for a second its absence lets reads through.
    await eventually(is_used_up, deadline_s=20)

    made = await alice.post("/v1/keys", {"name": "another"})

    assert made.status_code == 201
    assert (await alice.delete(f"/v1/keys/{made.json()['id']}")).status_code == 204
    assert (await alice.get("/v1/usage")).json()["remaining"] == 0


async def test_a_plan_holds_within_five_seconds_and_can_be_taken_away(alice: Client) -> None:
    assert "ratelimit" not in (await alice.get("/v1/confusion", **ASKED)).headers
    account_id = await put_on(alice, "small")

    async def is_limited() -> bool:
        return "ratelimit" in (await alice.get("/v1/confusion", **ASKED)).headers

    await eventually(is_limited, deadline_s=20)
    answer = await alice.http.put(f"/v1/admin/accounts/{account_id}/plan", json={"plan": None}, auth=ADMIN)
    assert answer.json() == {"id": account_id, "email": alice.email, "plan": "unlimited", "credit": 0.0}


BAD: list[tuple[str, str, Any, int, str]] = [
    ("put", "plan", {"plan": "gold"}, 400, "invalid-input"),
    ("put", "plan", {}, 400, "invalid-input"),
    ("put", "plan", {"plan": 1}, 400, "invalid-input"),
    ("post", "credit", {"calls": 1.5}, 400, "invalid-input"),
    ("post", "credit", {"calls": 10**13}, 400, "invalid-input"),
    ("post", "credit", {"call": 1}, 400, "invalid-input"),
]


@pytest.mark.parametrize(("method", "what", "body", "status", "code"), BAD)
async def test_an_administrator_is_told_what_is_wrong(
    alice: Client, method: str, what: str, body: Any, status: int, code: str
) -> None:
    account_id = await put_on(alice, None)

    answer = await alice.http.request(method, f"/v1/admin/accounts/{account_id}/{what}", json=body, auth=ADMIN)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_only_administrators_set_plans_and_only_of_accounts_that_exist(alice: Client) -> None:
    account_id = await put_on(alice, None)
    path = f"/v1/admin/accounts/{account_id}/plan"

    own = await alice.http.put(path, json={"plan": "small"}, headers={"X-API-Key": alice.key})
    unknown = await alice.http.put("/v1/admin/accounts/999999999/plan", json={"plan": "small"}, auth=ADMIN)
    beyond = await alice.http.put(f"/v1/admin/accounts/{10**30}/plan", json={"plan": "small"}, auth=ADMIN)

    assert (own.status_code, own.json()["code"]) == (401, "not-administrator")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "account-not-found")
    assert beyond.status_code in {400, 404}


async def test_credit_is_never_less_than_nothing(alice: Client) -> None:
    account_id = await put_on(alice, "small", credit=10)

    answer = await alice.http.post(f"/v1/admin/accounts/{account_id}/credit", json={"calls": -25}, auth=ADMIN)

    assert answer.json()["credit"] == 0
