"""Clients that submit small jobs until they are accepted, and a ledger of the answers."""

import asyncio
import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx2

from tests.actors import Client

# The cheapest real job: a curve of four samples, without pictures. No two are alike, or the second would be answered
# with the cached result of the first.
LABELS = [0, 1, 1, 0]


@dataclass
class Ledger:
    """The answers that clients got."""

    accepted: list[str] = field(default_factory=list)
    # Missing answers, and refusals by status; both were submitted again as new jobs.
    unanswered: int = 0
    refused: dict[int, int] = field(default_factory=dict)
    longest_ms: int = 0


class Load:
    """Several clients of one account."""

    def __init__(self, url: str, callback_url: str) -> None:
        self.ledger = Ledger()
        self._http = httpx2.AsyncClient(base_url=url, timeout=15)
        self._callback_url = callback_url
        self._numbers = count()

    async def sign_up(self) -> None:
        """Open the account."""
        self._client = await Client.sign_up(self._http)

    async def submit(self, jobs: int, *, clients: int, over_s: float) -> None:
        """Submit until `jobs` are accepted, spread over at least the given time."""
        pause_s = over_s * clients / jobs
        shares = [jobs // clients + (index < jobs % clients) for index in range(clients)]
        await asyncio.gather(*(self._submit(share, pause_s) for share in shares))

    async def poison(self, jobs: int) -> None:
        """Submit jobs that kill their worker."""
        for _ in range(jobs):
            uid = await self._client.create_matrix([0, 1, next(self._numbers)], [0, 1, 1])
            body = {"kind": "report", "cm_uid": uid, "callback_url": self._callback_url}
            while not await self._post_job(body):  # noqa: ASYNC110 - as below
                await asyncio.sleep(0.2)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _submit(self, jobs: int, pause_s: float) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(jobs):
            began = loop.time()
            while (job_id := await self._post_job(self._curve())) is None:  # noqa: ASYNC110 - nobody could tell us
                await asyncio.sleep(0.2)
            self.ledger.accepted.append(job_id)
            await asyncio.sleep(max(0.0, pause_s - (loop.time() - began)))

    def _curve(self) -> dict[str, Any]:
        chance = next(self._numbers) % 1_000_000 / 1_000_000
        rows = [[0.9, 0.1], [1 - chance, chance], [0.4, 0.6], [0.7, 0.3]]
        options = {"plot": False, "full": False}
        data = {"actual_vector": LABELS, "probability_vector": rows}
        return {"kind": "curve", "type": "ROC", "options": options, "callback_url": self._callback_url, **data}

    async def _post_job(self, body: dict[str, Any]) -> str | None:
        began = time.monotonic()
        try:
            answer = await self._client.post("/v1/jobs", body)
        except httpx2.TransportError:
            self.ledger.unanswered += 1
            return None
        self.ledger.longest_ms = max(self.ledger.longest_ms, round(1000 * (time.monotonic() - began)))
        if answer.status_code != 202:
            self.ledger.refused[answer.status_code] = self.ledger.refused.get(answer.status_code, 0) + 1
            return None
        job_id: str = answer.json()["id"]
        return job_id
