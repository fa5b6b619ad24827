"""The key of an account, by its e-mail address and password."""

import httpx2

from evalserve.connection.configuration import Configuration
from evalserve.connection.requests import AsyncConnection, Connection
from evalserve.connection.steps import Request, Steps


def sign_up(url: str, email: str, password: str) -> str:
    """Create an account at a service and return its API key; raises InputRefused where the address is taken."""
    return _hold(url, _key("/sign_up", email, password))


def sign_in(url: str, email: str, password: str) -> str:
    """Return the API key of an account; raises NotPermitted where address or password are wrong."""
    return _hold(url, _key("/sign_in", email, password))


async def async_sign_up(url: str, email: str, password: str, *, http_client: httpx2.AsyncClient | None = None) -> str:
    """Create an account and return its API key, in an asynchronous program; as `sign_up`."""
    return await _hold_async(url, _key("/sign_up", email, password), http_client)


async def async_sign_in(url: str, email: str, password: str, *, http_client: httpx2.AsyncClient | None = None) -> str:
    """Return the API key of an account, in an asynchronous program; as `sign_in`."""
    return await _hold_async(url, _key("/sign_in", email, password), http_client)


def _key(path: str, email: str, password: str) -> Steps[str]:
    answer = yield Request("POST", path, json={"email": email, "password": password})
    key: str = answer.json()["api_key"]
    return key


def _hold(url: str, conversation: Steps[str]) -> str:
    connection = Connection(Configuration(url.rstrip("/"), ""))
    try:
        return connection.hold(conversation)
    finally:
        connection.close()


async def _hold_async(url: str, conversation: Steps[str], http_client: httpx2.AsyncClient | None) -> str:
    connection = AsyncConnection(Configuration(url.rstrip("/"), ""), http_client)
    try:
        return await connection.hold(conversation)
    finally:
        await connection.close()
