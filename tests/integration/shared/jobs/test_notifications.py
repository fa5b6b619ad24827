"""Listening goes on, whatever the server says."""

import asyncio
from typing import Any

import asyncpg
import pytest

from shared.jobs.queries import CHANNEL
from shared.kit.database import notifications
from shared.kit.database.transactions import Database
from shared.kit.settings import Settings
from tests.actors import eventually


async def test_listening_survives_an_error_that_is_no_outage(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "RECONNECT_DELAY_S", 0.05)
    refused: list[str] = []
    heard: list[str] = []
    url = settings.database_url.get_secret_value()
    missing = Database(url.rpartition("/")[0] + "/no_such_database", pool_size=1)
    connect = asyncpg.connect

    async def find_again(dsn: str, **more: Any) -> asyncpg.Connection:
        if refused:
            return await connect(url, **more)
        try:
            return await connect(dsn, **more)
        except asyncpg.InvalidCatalogNameError as error:
            refused.append(str(error))
            raise

    monkeypatch.setattr(asyncpg, "connect", find_again)
    listening = asyncio.create_task(notifications.listen(missing, CHANNEL, heard.append))
    sender = await connect(url)

    async def is_heard() -> bool:
        await sender.execute(f"NOTIFY {CHANNEL}, 'again'")
        return "again" in heard

    try:
        await eventually(is_heard)
    finally:
        listening.cancel()
        await sender.close()
    assert refused == ['database "no_such_database" does not exist']
