"""Who sends the samples."""

import asyncio
from typing import Any

import httpx2
import pytest

from tests.actors import Client
from tests.integration.api.operations.things import Scene
from tests.receiver import Receiver


@pytest.fixture(scope="session")
async def document(http: httpx2.AsyncClient) -> Any:
    """The OpenAPI document, which no test changes: reading it takes longer than most operations."""
    # In a task, whose context ends with it: the host of this request is no test's until the session ends.
    return (await asyncio.create_task(http.get("/openapi.json"))).json()


@pytest.fixture
def scene(alice: Client, receiver: Receiver) -> Scene:
    return Scene(alice, receiver)
