"""A browser without a screen: keeps cookies, and sends forms as our pages have them."""

import re
from dataclasses import dataclass
from typing import Any, Self

import httpx2
from litestar import Litestar

from tests.actors import Client

TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')


@dataclass
class Visitor:
    """Somebody at the pages."""

    http: httpx2.AsyncClient

    @classmethod
    def of(cls, app: Litestar, scheme: str = "http") -> Self:
        """Somebody who was never here."""
        transport = httpx2.ASGITransport(app=app)  # type: ignore[arg-type] # the same protocol in other words
        return cls(httpx2.AsyncClient(transport=transport, base_url=f"{scheme}://evalserve.test", timeout=40))

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        """A page."""
        return await self.http.get(path, headers={"Accept": "text/html", **headers})

    async def token(self, path: str = "/app/sign-in") -> str:
        """What the forms of a page carry."""
        found = TOKEN.search((await self.get(path)).text)
        assert found is not None
        return found[1]

    async def send(self, path: str, page: str = "/app/sign-in", **fields: Any) -> httpx2.Response:
        """A form of a page."""
        return await self.http.post(path, data={"form_token": await self.token(page), **fields})

    async def sign_in(self, client: Client) -> httpx2.Response:
        """With the right password."""
        return await self.send("/app/sign-in", email=client.email, password=client.password)
