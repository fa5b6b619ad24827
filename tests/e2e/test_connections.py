"""Connections that say nothing, or half of something, end; and take nobody else's place meanwhile."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from deploy.local.forking import Nursery
from tests.actors import Api, eventually, is_answering
from tests.siege.connections import HALF_BODY, HALF_HEAD, SILENT, besiege

KEPT = b"GET /healthz HTTP/1.1\r\nHost: siege\r\n\r\n"


@pytest.fixture(scope="module")
async def url(
    environment: dict[str, str], nursery: Nursery, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """An api of one process that ends idle connections after a second, half bodies and stalled clients after two."""
    limits = {"IDLE_TIMEOUT_S": "1", "BODY_TIMEOUT_S": "2", "STALLED_TIMEOUT_S": "2"}
    async with _serve(environment | limits, nursery, tmp_path_factory) as url:
        yield url


@pytest.fixture
async def patient_url(
    environment: dict[str, str], nursery: Nursery, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """An api of one process that leaves idle connections their usual time."""
    async with _serve(environment, nursery, tmp_path_factory) as url:
        yield url


@asynccontextmanager
async def _serve(environment: dict[str, str], nursery: Nursery, folders: pytest.TempPathFactory) -> AsyncIterator[str]:
    api = Api.start(environment, folders.mktemp("api"), nursery)
    try:
        async with httpx2.AsyncClient(base_url=api.url) as client:
            await eventually(lambda: is_answering(client, "/healthz"))
        yield api.url
    finally:
        api.kill()


@pytest.mark.parametrize("request_bytes", [SILENT, HALF_HEAD, HALF_BODY, KEPT], ids=["silent", "head", "body", "kept"])
async def test_a_connection_without_a_whole_request_is_ended(url: str, request_bytes: bytes) -> None:
    async with besiege(url, [request_bytes]) as siege:

        async def is_ended() -> bool:
            return siege.ended > 0

        await eventually(is_ended)


async def test_more_silent_connections_than_the_server_once_took_leave_room_for_others(patient_url: str) -> None:
    async with besiege(patient_url, [SILENT] * 1500), httpx2.AsyncClient(timeout=60) as client:
        answers = await asyncio.gather(*(client.get(f"{patient_url}/healthz") for _ in range(20)))

    assert [answer.status_code for answer in answers] == [200] * 20


async def test_a_client_that_takes_nothing_of_its_answers_is_ended(url: str) -> None:
    address = urlsplit(url)
    # Together more than the kernel keeps for a connection.
    asked = b"GET /static/vendor/swagger-ui/swagger-ui-bundle.js HTTP/1.1\r\nHost: siege\r\n\r\n" * 40
    with socket.create_connection((address.hostname, address.port)) as client:
        client.sendall(asked)
        peers = (address.port, client.getsockname()[1])

        async def is_served() -> bool:
            return peers in _established()

        async def is_ended() -> bool:
            return peers not in _established()

        await eventually(is_served)
        await eventually(is_ended)


def _established() -> set[tuple[int, int]]:
    """The local and the remote port of each connection that the kernel calls established."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {(_port(local), _port(remote)) for _, local, remote, state, *_ in rows if state == "01"}


def _port(address: str) -> int:
    return int(address.partition(":")[2], 16)
