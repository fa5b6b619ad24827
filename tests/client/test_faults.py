"""Faults on the way: a lost answer, a service that goes away, a key that ends, a disk that is full."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import evalserve
import httpx2
import numpy as np
import pandas as pd
import pytest
from evalserve.calls import runs

from tests.actors import eventually
from tests.client.conftest import Account
from tests.client.test_command import evalserve as command

COLUMNS: dict[str, Any] = {"id": ["1", "2"], "label": ["spam", "ham"], "guess": ["spam", "spam"]}
ROLES: dict[str, Any] = {"y_true": "label", "y_pred": "guess", "id": "id"}
PART = 8 * 2**20


@pytest.fixture
def send(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[httpx2.Request], bool]], list[str]]:
    """Lose the answers to the requests of which a function says so; returns the paths of these."""

    def lose(is_lost: Callable[[httpx2.Request], bool]) -> list[str]:
        lost: list[str] = []
        real = httpx2.Client.send

        def sending(self: httpx2.Client, request: httpx2.Request, **options: Any) -> httpx2.Response:
            answer = real(self, request, **options)
            if is_lost(request) and lost.count(request.url.path) == 0:
                lost.append(request.url.path)
                raise httpx2.ReadError("the connection ended")
            return answer

        monkeypatch.setattr(httpx2.Client, "send", sending)
        return lost

    return lose


async def test_lost_answers_make_no_second_run(
    account: Account, monkeypatch: pytest.MonkeyPatch, send: Callable[..., list[str]]
) -> None:
    monkeypatch.setattr("evalserve.connection.steps.FIRST_PAUSE_S", 0.01)
    lost = send(lambda _: True)
    with account.client() as client:
        run = await asyncio.to_thread(lambda: client.evaluate(COLUMNS, **ROLES))
        listed = await asyncio.to_thread(client.list)

    assert lost[0] == "/v1/runs"
    assert [item["id"] for item in listed] == [run.id]


async def test_a_service_that_goes_away_in_the_middle_leaves_an_upload_that_goes_on(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "MAX_FORM_BYTES", 100)
    monkeypatch.setattr("evalserve.connection.steps.FIRST_PAUSE_S", 0.001)
    path, real, first_has_arrived = tmp_path / "p.csv", httpx2.Client.send, Event()
    rows = (f"{number},{number % 2},{number % 3 % 2},{'x' * 100}\n" for number in range(100_000))
    await asyncio.to_thread(path.write_text, "id,y_true,y_pred,filler\n" + "".join(rows))

    def going_away(self: httpx2.Client, request: httpx2.Request, **options: Any) -> httpx2.Response:
        # With the content of the first part; the second, which is sent at the same time, does not arrive.
        if request.method == "PUT" and int(request.headers["Content-Length"]) < PART:
            assert first_has_arrived.wait(60)
        if first_has_arrived.is_set():
            raise httpx2.ConnectError("nobody there")
        answer = real(self, request, **options)
        if request.method == "PUT":
            first_has_arrived.set()
        return answer

    def converse(client: evalserve.Client) -> evalserve.Run:
        return client.evaluate(path, progress=lambda sent, _: arrived.append(sent))

    arrived: list[int] = []
    with account.client() as client:
        monkeypatch.setattr(httpx2.Client, "send", going_away)
        with pytest.raises(evalserve.ServiceUnavailable, match="cannot be reached"):
            await asyncio.to_thread(converse, client)
        monkeypatch.setattr(httpx2.Client, "send", real)
        listed = await asyncio.to_thread(client.list)
        run = await asyncio.to_thread(converse, client)

    assert listed == []
    assert arrived == [PART, path.stat().st_size]
    assert run.rows == 100_000


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, ""], ids=["none", "nan", "NA", "empty"])
async def test_a_label_that_is_missing_is_refused_with_its_row(account: Account, missing: Any) -> None:
    frame = pd.DataFrame({"id": ["1", "2", "3"], "label": ["a", missing, "b"], "guess": ["a", "a", "b"]})
    with account.client() as client, pytest.raises(evalserve.InputRefused) as refused:
        await asyncio.to_thread(lambda: client.evaluate(frame, **ROLES))

    assert "there is no actual label" in str(refused.value)
    assert "2" in str(refused.value)


async def test_a_key_that_has_ended_is_said_so(account: Account) -> None:
    with account.client() as client:
        created = await asyncio.to_thread(
            lambda: client.send("POST", "/v1/keys", json={"name": "laptop", "scopes": ["read", "write"]})
        )
        stored = await command("login", account.url, "--api-key", created["api_key"])
        await asyncio.to_thread(lambda: client.send("DELETE", f"/v1/keys/{created['id']}"))
    other = evalserve.Client(account.url, created["api_key"])

    async def is_over() -> bool:
        try:
            await asyncio.to_thread(other.list)
        except evalserve.NotPermitted:
            return True
        return False

    # A process of the service remembers a key for two seconds.
    await eventually(is_over)
    done = await command("runs")

    assert stored.returncode == 0
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("Error: ")
    assert created["api_key"] not in done.stderr


async def test_a_full_disk_ends_a_push_of_a_table_with_the_reason(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyarrow.parquet.write_table", full)
    with account.client() as client, pytest.raises(OSError, match="No space left on device"):
        await asyncio.to_thread(lambda: client.evaluate(COLUMNS, **ROLES))

    with account.client() as client:
        assert await asyncio.to_thread(client.list) == []
