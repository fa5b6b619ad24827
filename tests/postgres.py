"""Faults of the Postgres server of the tests, forced for real."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from deploy.local.stack import Stack
from tests.actors import eventually

IS_ON = "SELECT setting = 'on' FROM pg_settings WHERE name = 'default_transaction_read_only'"


@asynccontextmanager
async def read_only(stack: Stack) -> AsyncIterator[None]:
    """A server that takes no writes, as an operator, a full disk's guard or a failover leaves it, for all databases."""
    await set_read_only(stack, "on")
    try:
        yield
    finally:
        await set_read_only(stack, "off")


async def set_read_only(stack: Stack, value: str) -> None:
    """Turn the server, and return when sessions that begin now are told so."""
    dsn = stack.environment["DATABASE_URL"]
    connection = await asyncpg.connect(dsn, server_settings={"default_transaction_read_only": "off"})
    try:
        await connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()

    async def has_turned() -> bool:
        session = await asyncpg.connect(dsn)
        try:
            return bool(await session.fetchval(IS_ON) == (value == "on"))
        finally:
            await session.close()

    await eventually(has_turned)


async def count(dsn: str, query: str) -> int:
    """Return the number that a query answers, on a connection of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        return int(await connection.fetchval(query))
    finally:
        await connection.close()
