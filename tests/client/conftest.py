"""The service as processes of its own, and accounts for the client under test."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import evalserve
import httpx2
import pytest

from deploy.local.forking import Nursery
from tests.actors import Api, Team, eventually, is_answering


class Account(NamedTuple):
    """The address of the service, and the key of an account."""

    url: str
    key: str

    def client(self) -> evalserve.Client:
        """Connect a client."""
        return evalserve.Client(self.url, self.key)


@pytest.fixture(scope="session")
async def service_url(
    environment: dict[str, str], nursery: Nursery, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """The address of an api process."""
    api = Api.start(environment, tmp_path_factory.mktemp("api"), nursery)
    async with httpx2.AsyncClient(base_url=api.url) as http:
        await eventually(lambda: is_answering(http))
    yield api.url
    api.kill()


@pytest.fixture
async def account(service_url: str, team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """A new account; what the client stores lies in a folder of the test's own."""
    team.start()
    for variable, folder in (("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache")):
        monkeypatch.setenv(variable, str(tmp_path / folder))
    for variable in ("EVALSERVE_URL", "EVALSERVE_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    # Whoever runs these tests may have a keyring of their own.
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    key = await evalserve.async_sign_up(service_url, f"client-{uuid4().hex}@example.com", "correct horse")
    return Account(service_url, key)
