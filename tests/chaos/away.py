"""`make away`: takes Redis away for a minute while clients submit jobs.

Every submission must be answered 202 all the same, and every job be done within a minute of its return.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import asyncpg

from deploy.local.stack import Stack
from tests.actors import eventually
from tests.chaos.cluster import Cluster, descendants
from tests.chaos.load import Load
from tests.chaos.run import Plan, environment_for, migrate
from tests.chaos.verdict import ENDINGS, UNDELIVERED, UNFINISHED
from tests.receiver import Receiver

# No process dies at a crash point here: only one job in so many would.
NEVER = 2**40

CLIENTS = 4
BEFORE_S = 10
PATIENCE_S = 300
TO_REACH_S = 60


@dataclass
class Outcome:
    """The answers to clients, and the time until everything was done."""

    seconds: float
    accepted_before: int = 0
    accepted_away: int = 0
    unanswered: int = 0
    refused: dict[int, int] = field(default_factory=dict)
    longest_ms_away: int = 0
    unfinished_at_return: int = 0
    # Seconds since Redis answers again.
    done_s: float = 0
    delivered_s: float = 0
    jobs: int = 0
    ended_once: int = 0

    @property
    def is_good(self) -> bool:
        """Whether every promise was kept."""
        accepted = self.accepted_before + self.accepted_away
        in_time = self.done_s <= TO_REACH_S
        return in_time and not self.unanswered and not self.refused and accepted == self.jobs == self.ended_once


async def away(stack: Stack, folder: Path, *, seconds: float, rate: int, hang: bool) -> Outcome:
    """Submit `rate` jobs a second, before and while Redis is away, and wait for their end."""
    outcome = Outcome(seconds)
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = environment_for(stack, inherited, folder, Plan(0, 0, 0, 0, one_in=NEVER))
    await migrate(environment)
    with Receiver() as receiver, Cluster(stack, environment, folder) as cluster:
        load = Load(cluster.url, receiver.url)
        await load.sign_up()
        await load.submit(rate * BEFORE_S, clients=CLIENTS, over_s=BEFORE_S)
        outcome.accepted_before = len(load.ledger.accepted)
        load.ledger.longest_ms = 0

        bring_back = _hang(stack) if hang else _kill(stack)
        await load.submit(round(rate * outcome.seconds), clients=CLIENTS, over_s=outcome.seconds)
        outcome.longest_ms_away = load.ledger.longest_ms
        outcome.unfinished_at_return = await _count(environment, UNFINISHED)
        await asyncio.to_thread(bring_back)

        back = time.monotonic()
        await _until_none(environment, UNFINISHED)
        outcome.done_s = time.monotonic() - back
        await _until_none(environment, UNDELIVERED)
        outcome.delivered_s = time.monotonic() - back
        await load.close()
    outcome.accepted_away = len(load.ledger.accepted) - outcome.accepted_before
    outcome.unanswered, outcome.refused = load.ledger.unanswered, load.ledger.refused
    outcome.jobs = await _count(environment, "SELECT count(*) FROM job")
    outcome.ended_once = await _count(environment, f"SELECT count(*) FROM ({ENDINGS}) AS each WHERE endings = 1")
    return outcome


def show(outcome: Outcome) -> str:
    """Return the outcome as a table of Markdown."""
    otherwise = sum(outcome.refused.values()) + outcome.unanswered
    rows = {
        f"submitted while Redis was away for {outcome.seconds:g} s": outcome.accepted_away + otherwise,
        "answered 202": outcome.accepted_away,
        "**answered otherwise, or not**": otherwise,
        "longest answer": f"{outcome.longest_ms_away} ms",
        "not done when Redis came back": outcome.unfinished_at_return,
        f"**all done** after its return, to reach {TO_REACH_S} s": f"{outcome.done_s:.1f} s",
        "all callbacks delivered after": f"{outcome.delivered_s:.1f} s",
        "jobs, before and meanwhile": outcome.jobs,
        "with exactly one final state": outcome.ended_once,
    }
    return "\n".join(["| | |", "| --- | ---: |", *(f"| {text} | {value} |" for text, value in rows.items())])


def _kill(stack: Stack) -> Callable[[], None]:
    stack.valkey.kill()
    return stack.valkey.start


def _hang(stack: Stack) -> Callable[[], None]:
    process = stack.valkey._process
    assert process is not None
    assert process._leash is not None
    (pid,) = descendants(process._leash.pid)
    os.kill(pid, signal.SIGSTOP)
    return partial(os.kill, pid, signal.SIGCONT)


async def _until_none(environment: dict[str, str], query: str) -> None:
    async def is_none() -> bool:
        return not await _count(environment, query)

    await eventually(is_none, PATIENCE_S)


async def _count(environment: dict[str, str], query: str) -> int:
    connection = await asyncpg.connect(environment["DATABASE_URL"])
    try:
        return int(await connection.fetchval(query))
    finally:
        await connection.close()


async def main() -> int:
    """Run as the command line says; returns 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="make away")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=int, default=10, help="jobs a second")
    parser.add_argument("--hang", action="store_true", help="stop the server where it is, so that it answers nobody")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, Stack(Path(name) / "stack", durable=False) as stack:
        outcome = await away(stack, Path(name), seconds=arguments.seconds, rate=arguments.rate, hang=arguments.hang)
    print(show(outcome))
    return 0 if outcome.is_good else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
