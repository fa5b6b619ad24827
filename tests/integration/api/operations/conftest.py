"""Who sends the samples."""

from typing import Any

import httpx2
import pytest

from tests.actors import Client
from tests.integration.api.operations.things import Scene
from tests.receiver import Receiver


@pytest.fixture
async def document(http: httpx2.AsyncClient) -> Any:
    return (await http.get("/openapi.json")).json()


@pytest.fixture
def scene(alice: Client, receiver: Receiver) -> Scene:
    return Scene(alice, receiver)
