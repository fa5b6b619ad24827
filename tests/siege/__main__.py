"""`make siege`: attack a service of its own, one attack after the other, and print what a bystander saw as a table.

It ends with 1 if a measurement is above what docs/reliability.md promises.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import NamedTuple

import httpx2

from tests.actors import Client
from tests.siege import bodies, connections, images, webhooks
from tests.siege.connections import SILENT, Answers, besiege, repeated, stream_of
from tests.siege.service import Service, running_service

ACCOUNTS = 10

# A bystander who waits no longer than this notices nothing.
MAX_P99_MS = 50.0
MAX_CALLBACK_S = 3.0

# Of two api processes: each at rest, and six times the budget of bodies being read (deploy/kubernetes/api.yaml).
MAX_API_MIB = 1536.0


class Measurement(NamedTuple):
    """One line of the table: what was measured during which attack, in which unit, and what it may be at most."""

    attack: str
    what: str
    value: float
    unit: str
    limit: float | None = None
    note: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether the value is within its limit."""
        return self.limit is None or self.value <= self.limit


def _of_answers(attack: str, what: str, answers: Answers, limit: float | None = MAX_P99_MS) -> list[Measurement]:
    note = f"median {answers.median_ms:.1f}, longest {answers.longest_ms:.0f} ms, {answers.answered} answered"
    return [
        Measurement(attack, f"{what}, p99", answers.p99_ms, "ms", limit, note),
        Measurement(attack, f"{what}, not answered", answers.failed, "", 0),
    ]


async def alone(service: Service, seconds: float) -> AsyncGenerator[Measurement]:
    """Measure without an attack."""
    for measurement in _of_answers("none", "/healthz", await connections.watch(f"{service.url}/healthz", seconds)):
        yield measurement


async def idle_connections(service: Service, seconds: float) -> AsyncGenerator[Measurement]:
    """Hold 5,000 connections that say little, and 2,000 event streams of ten accounts."""
    at_rest = service.memory_kib("api")
    async with besiege(service.url, [SILENT] * 1000):
        yield Measurement(
            "1,000 idle connections", "memory of each", (service.memory_kib("api") - at_rest) / 1000, "KiB"
        )
    seen = await connections.measure(service.url, idle=5000, streams=await _streams(service.url, 2000), seconds=seconds)
    attack = f"{seen.idle:,} idle connections, {seen.streams:,} streams"
    for measurement in _of_answers(attack, "/healthz", seen.answers):
        yield measurement


async def large_bodies(service: Service, seconds: float) -> AsyncGenerator[Measurement]:
    """Send large and slow bodies."""
    seen = await bodies.measure(service, seconds)
    attack = f"{bodies.SENDERS} large bodies at once, {bodies.STRANGERS} slow strangers"
    for what, answers in (("/healthz", seen.health), ("another account's matrix", seen.matrix)):
        for measurement in _of_answers(attack, what, answers, None):
            yield measurement
    statuses = ", ".join(f"{status}: {count}" for status, count in seen.statuses.items())
    note = f"at rest {seen.at_rest_mib:.0f} MiB; answers {statuses}"
    yield Measurement(attack, "memory of the api, at most", seen.peak_mib, "MiB", MAX_API_MIB, note)


async def hanging_endpoints(service: Service, seconds: float) -> AsyncGenerator[Measurement]:
    """Let every webhook endpoint of an account hang."""
    delays = await webhooks.callback_delays(service.url, callbacks=max(20, int(seconds / webhooks.CALLBACK_INTERVAL_S)))
    attack = f"{webhooks.ENDPOINTS} endpoints that hang"
    note = f"median {delays.median_s:.2f}, longest {delays.longest_s:.2f} s, {delays.callbacks} callbacks"
    yield Measurement(attack, "another account's callback, p99", delays.p99_s, "s", MAX_CALLBACK_S, note)
    yield Measurement(attack, "callbacks that never came", delays.missing, "", 0)


async def costly_pictures(service: Service, seconds: float) -> AsyncGenerator[Measurement]:
    """Upload pictures that cost the most time within the limits."""
    seen = await images.measure(service.url, seconds)
    attack = f"{images.UPLOADERS} uploads of costly pictures at once"
    for what, timings in seen.besieged.items():
        alone_s, note = seen.alone[what].median_s, f"longest {timings.longest_s:.2f} s, {len(timings.times)} of them"
        yield Measurement(attack, f"another account's {what}, median", timings.median_s, "s", None, note)
        yield Measurement(attack, f"another account's {what}, median without the attack", alone_s, "s")
        yield Measurement(attack, f"another account's {what}, refused or not answered", timings.failed, "", 0)


class Attack(NamedTuple):
    """An attack, and the parts of the service that are attacked."""

    measure: Callable[[Service, float], AsyncGenerator[Measurement]]
    parts: tuple[str, ...] = ("api", "worker", "courier", "dispatcher")


ATTACKS = {
    "alone": Attack(alone),
    # Without a worker, so that the jobs whose streams are open do not end.
    "connections": Attack(idle_connections, ("api",)),
    "bodies": Attack(large_bodies),
    "webhooks": Attack(hanging_endpoints),
    "images": Attack(costly_pictures, ("api", "worker", "thumbnailer", "dispatcher")),
}


async def _streams(url: str, count: int) -> list[bytes]:
    """Return the requests for the streams of jobs that wait for a worker, of ten accounts in turn."""
    requests = []
    async with httpx2.AsyncClient(base_url=url, timeout=30) as http:
        for _ in range(ACCOUNTS):
            client = await Client.sign_up(http)
            job = await client.submit()
            requests.append(stream_of(f"/v1/jobs/{job['id']}/events", client.key))
    return repeated(requests, count // ACCOUNTS)


async def main(names: list[str], seconds: float) -> int:
    """Run the attacks and print the table; returns 1 if a value is above its limit, or a part of the service ended."""
    measurements: list[Measurement] = []
    for name in names:
        # Each attack has a service of its own: what one leaves behind is not the next one's trouble.
        with tempfile.TemporaryDirectory() as folder:
            async with (
                running_service(Path(folder), ATTACKS[name].parts) as service,
                aclosing(ATTACKS[name].measure(service, seconds)) as measured,
            ):
                measurements += [measurement async for measurement in measured]
                measurements.append(Measurement(name, "parts of the service that ended", not service.is_whole(), "", 0))
    sys.stdout.write(_table(measurements))
    return int(not all(measurement.is_kept for measurement in measurements))


def _table(measurements: list[Measurement]) -> str:
    rows = [
        f"| {measurement.attack} | {measurement.what} | {measurement.value:,.4g} {measurement.unit} "
        f"| {'' if measurement.limit is None else f'{measurement.limit:,.4g}'} | {measurement.note} |"
        for measurement in measurements
    ]
    return "\n".join(["| attack | what | measured | at most | |", "| --- | --- | ---: | ---: | --- |", *rows, ""])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make siege")
    parser.add_argument("attacks", nargs="*", help="all of them, if none is named")
    parser.add_argument("--seconds", type=float, default=30, help="the time of each measurement")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.attacks or [*ATTACKS], given.seconds)))
