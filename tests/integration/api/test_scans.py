"""Scans of one account's rows hold up nobody else's reads."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from shared.kit.platform import Platform
from shared.runs.rows.scanning import RowScan
from tests.actors import Client, eventually
from tests.integration.api.test_run_scores import binary
from tests.integration.api.test_runs import read, send
from tests.pictures import picture

pytestmark = pytest.mark.usefixtures("workers")


class Gate:
    """What holds up scans: `passed` lets all of them go on, `waiting` is how many there are."""

    def __init__(self) -> None:
        self.passed = threading.Event()
        self.waiting = 0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Wait in the thread of a scan."""
        with self._lock:
            self.waiting += 1
        self.passed.wait(30)
        with self._lock:
            self.waiting -= 1

    async def holds(self, count: int) -> None:
        """Wait until so many scans wait."""

        async def are_waiting() -> bool:
            return self.waiting == count

        await eventually(are_waiting)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A gate before all scans of a slice's columns."""
    gate, counts = Gate(), RowScan.select

    def slow(scan: RowScan, columns: list[str], conditions: list[object]) -> object:
        if conditions:
            gate.wait()
        return counts(scan, columns, conditions)  # type: ignore[arg-type] # only counted here

    monkeypatch.setattr(RowScan, "select", slow)
    yield gate
    gate.passed.set()


async def test_others_are_answered_while_an_account_scans_all_that_it_may(
    alice: Client, mallory: Client, platform: Platform, gate: Gate
) -> None:
    greedy, run = await send(mallory, binary(), positive="spam"), await send(alice, binary(), positive="spam")
    image = (await alice.add_image((await alice.create_project())["id"], picture()))["id"]
    path = f"/v1/runs/{greedy['id']}/curves"
    # More than there are threads of the storage, too.
    asked = [asyncio.create_task(mallory.get(path, slice="country:DE")) for _ in range(30)]
    await gate.holds(platform.settings.scans - 1)

    curves = await read(alice, run, "curves")
    samples = await read(alice, run, "samples", limit=1)
    content = await alice.get(f"/api/images/{image}/content")

    assert (curves["label"], len(samples["items"]), content.status_code) == ("spam", 1, 200)
    assert not any(task.done() for task in asked)
    gate.passed.set()
    assert {answer.status_code for answer in await asyncio.gather(*asked)} == {200}


async def test_an_account_with_too_many_scans_is_told_and_others_when_all_are_taken(
    alice: Client, mallory: Client, platform: Platform, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    greedy, run = await send(mallory, binary(), positive="spam"), await send(alice, binary(), positive="spam")
    monkeypatch.setattr(platform.scans._slots, "_wait_s", 0.05)
    path = f"/v1/runs/{greedy['id']}/curves"
    asked = [asyncio.create_task(mallory.get(path, slice="country:DE")) for _ in range(platform.settings.scans - 1)]
    await gate.holds(len(asked))

    own = await mallory.get(path)
    last = asyncio.create_task(alice.get(f"/v1/runs/{run['id']}/curves", slice="country:DE"))
    await gate.holds(platform.settings.scans)
    others = await alice.get(f"/v1/runs/{run['id']}/curves")
    counted = await read(alice, run, "metrics")

    assert (own.status_code, own.json()["code"], own.headers["retry-after"]) == (429, "too-many-scans", "5")
    assert (others.status_code, others.json()["code"], others.headers["retry-after"]) == (503, "scans-busy", "5")
    assert counted["rows"] == 400
    gate.passed.set()
    assert {answer.status_code for answer in await asyncio.gather(*asked, last)} == {200}


async def test_a_scan_past_its_deadline_is_answered_and_keeps_its_thread_until_it_ends(
    alice: Client, platform: Platform, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await send(alice, binary(), positive="spam")
    monkeypatch.setattr(platform.scans, "_deadline_s", 0.1)
    monkeypatch.setattr(platform.scans._slots, "_wait_s", 0.05)
    path = f"/v1/runs/{run['id']}/curves"
    of_account = platform.settings.scans - 1

    late = await asyncio.gather(*[alice.get(path, slice="country:DE") for _ in range(of_account)])
    refused = await alice.get(path)

    assert {(one.status_code, one.json()["code"], one.headers["retry-after"]) for one in late} == {
        (503, "scan-out-of-time", "5")
    }
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-scans")
    gate.passed.set()

    async def is_free() -> bool:
        return (await alice.get(path)).status_code == 200

    await eventually(is_free)


async def test_a_scan_that_nobody_waits_for_reads_no_further(
    alice: Client, platform: Platform, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await send(alice, binary(), positive="spam")
    ranges: list[str] = []
    read_range = platform.storage.read_range
    task = asyncio.create_task(alice.get(f"/v1/runs/{run['id']}/curves", slice="country:DE"))
    await gate.holds(1)
    monkeypatch.setattr(
        platform.storage,
        "read_range",
        lambda key, start, length: ranges.append(key) or read_range(key, start, length),  # type: ignore[func-returns-value] # notes it first
    )
    task.cancel()
    await asyncio.wait([task])
    gate.passed.set()

    async def has_ended() -> bool:
        return platform.scans._slots._slots._value == platform.settings.scans

    await eventually(has_ended)
    assert ranges == []
