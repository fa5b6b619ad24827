"""Two processes of the api, each with crowds of requests, share one limit."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack

import httpx2
import pytest

from deploy.local.forking import Nursery
from tests.actors import Api, Client, eventually, is_answering

ADMIN = ("root", "root's password")
CONFUSION = "/v1/confusion?tp=90&fp=10&fn=5&tn=95"

# `month` has a rate that nothing reaches; `second` has a month that nothing reaches.
PLANS = '{"month": {"calls_per_month": 500, "calls_per_second": 100000}, "second": {"calls_per_second": 5}, "none": {}}'


@pytest.fixture(scope="module")
def apis(
    environment: dict[str, str], nursery: Nursery, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Api]]:
    plans = environment | {"PLANS": PLANS, "DEFAULT_PLAN": "none"}
    running = [Api.start(plans, tmp_path_factory.mktemp("api"), nursery) for _ in range(2)]
    yield running
    for api in running:
        api.kill()


async def account(api: Api, plan: str) -> tuple[str, int]:
    """The key and id of a new account on a plan."""
    async with httpx2.AsyncClient(base_url=api.url) as http:
        await eventually(lambda: is_answering(http))
        client = await Client.sign_up(http)
        answer = await http.post("/sign_in/", json={"email": client.email, "password": client.password})
        account_id = int(answer.json()["id"])
        await http.put(f"/v1/admin/accounts/{account_id}/plan", json={"plan": plan}, auth=ADMIN)
    return client.key, account_id


async def crowd(apis: list[Api], key: str, *, each: int, seconds: float = 60) -> Counter[int]:
    """The statuses that 16 connections to each process get, `each` at most or until the time is over."""
    statuses: Counter[int] = Counter()

    async def ask(http: httpx2.AsyncClient) -> None:
        for _ in range(each):
            if time.monotonic() > over:
                return
            statuses[(await http.get(CONFUSION)).status_code] += 1

    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(
                httpx2.AsyncClient(base_url=api.url, headers={"X-API-Key": key}, timeout=100)
            )
            for api in apis
        ]
        over = time.monotonic() + seconds
        await asyncio.gather(*(ask(client) for client in clients for _ in range(16)))
    return statuses


async def test_together_they_let_through_the_calls_of_the_month_and_not_one_more(apis: list[Api]) -> None:
    key, _ = await account(apis[0], "month")
    await account(apis[1], "month")

    statuses = await crowd(apis, key, each=40)

    assert statuses == {200: 500, 429: 780}


async def test_together_they_keep_the_rate(apis: list[Api]) -> None:
    key, _ = await account(apis[0], "second")
    await account(apis[1], "second")
    began = time.monotonic()

    statuses = await crowd(apis, key, each=10_000, seconds=3)

    took_s = time.monotonic() - began
    # The burst of ten, and five in each second.
    assert statuses[429] > 10
    assert 10 + 5 * 2 <= statuses[200] <= 10 + 5 * took_s + 1


async def test_a_process_that_is_told_to_end_writes_what_it_counted(apis: list[Api]) -> None:
    key, _ = await account(apis[0], "none")
    statuses = await crowd(apis[:1], key, each=10)
    assert statuses == {200: 160}

    apis[0].request_stop()
    assert apis[0].wait(100)

    async with httpx2.AsyncClient(base_url=apis[1].url, headers={"X-API-Key": key}) as http:
        usage = (await http.get("/v1/usage")).json()
    assert [(row["route"], row["calls"]) for row in usage["days"]] == [("GET /v1/confusion", 160)]
