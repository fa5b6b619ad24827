"""Costly pictures of one account, and what another account sees of them meanwhile.

The pictures are ordinary ones of the largest size that is accepted; they cost only time.
"""

import asyncio
import math
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import httpx2
from PIL import Image

from tests.actors import Client, eventually
from tests.pictures import encode, picture

# 50 megapixels, the most that is accepted.
LARGEST = (8000, 6250)

UPLOADERS = 16
TIMEOUT_S = 120
WARM_UP_S = 5


@dataclass
class Timings:
    """How long one kind of request took, in seconds, and the statuses of its answers."""

    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    async def note(self, request: Callable[[], Awaitable[int]]) -> None:
        """Make a request and note how it went; 0 stands for no answer."""
        began = time.perf_counter()
        try:
            status = await request()
        except (httpx2.HTTPError, AssertionError):
            status = 0
        self.times.append(time.perf_counter() - began)
        self.statuses[status] += 1

    @property
    def median_s(self) -> float:
        """The median; NaN if nothing was asked for."""
        return statistics.median(self.times) if self.times else math.nan

    @property
    def longest_s(self) -> float:
        """The longest of all."""
        return max(self.times, default=0.0)

    @property
    def failed(self) -> int:
        """How many were not answered with success."""
        return sum(count for status, count in self.statuses.items() if not 200 <= status < 300)


class ImagesSeen(NamedTuple):
    """What the bystander saw alone and under siege, by kind of request."""

    alone: dict[str, Timings]
    besieged: dict[str, Timings]


def costly_pictures() -> list[bytes]:
    """Make pictures whose decoding takes seconds each: every scan and every pixel of them is within the limits."""
    blank = Image.new("RGB", LARGEST, "red")
    return [encode(blank, "JPEG", progressive=True), encode(blank, "WEBP", lossless=True, quality=0, method=0)]


async def besiege(client: Client, bodies: list[bytes], until: float) -> None:
    """Upload the pictures in turn, many at once, until the time of the monotonic clock."""
    answers, project = Timings(), (await client.create_project())["id"]

    async def upload(number: int) -> None:
        while time.monotonic() < until:
            await answers.note(partial(_upload, client, project, bodies[number % len(bodies)]))

    await asyncio.gather(*(upload(number) for number in range(UPLOADERS)))


async def watch(client: Client, until: float) -> dict[str, Timings]:
    """Use the service as another account does: its health, a small upload, its thumbnail, and a job."""
    timings = {name: Timings() for name in ("healthz", "upload", "thumbnail", "job")}
    project, body = (await client.create_project())["id"], picture()

    async def health() -> int:
        return (await client.http.get("/healthz")).status_code

    async def thumbnail() -> int:
        image = await client.add_image(project, body)

        async def is_ready() -> bool:
            return (await client.get(image["thumbnail_url"])).status_code == 200

        await eventually(is_ready, 60)
        return 200

    async def job() -> int:
        ended = await client.final((await client.submit("plot"))["id"])
        return 200 if ended["status"] == "succeeded" else 500

    async def repeat(name: str, request: Callable[[], Awaitable[int]]) -> None:
        while time.monotonic() < until:
            await timings[name].note(request)
            await asyncio.sleep(0.1)

    await asyncio.gather(
        repeat("healthz", health),
        repeat("upload", partial(_upload, client, project, body)),
        repeat("thumbnail", thumbnail),
        repeat("job", job),
    )
    return timings


async def measure(url: str, seconds: float) -> ImagesSeen:
    """Upload costly pictures for some seconds, while another account works."""
    bodies = await asyncio.to_thread(costly_pictures)
    limits = httpx2.Limits(max_connections=100)
    async with httpx2.AsyncClient(base_url=url, timeout=TIMEOUT_S, limits=limits) as http:
        attacker, bystander = [await Client.sign_up(http) for _ in range(2)]
        # Processes that have just started load their libraries at the first request of each kind.
        await watch(bystander, time.monotonic() + WARM_UP_S)
        alone = await watch(bystander, time.monotonic() + seconds / 3)
        until = time.monotonic() + seconds
        _, besieged = await asyncio.gather(besiege(attacker, bodies, until), watch(bystander, until))
    return ImagesSeen(alone, besieged)


async def _upload(client: Client, project: str, body: bytes) -> int:
    return (await client.add_image_answer(project, body)).status_code
