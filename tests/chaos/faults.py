"""The kinds of faults, each as an action on real processes."""

import asyncio
import time
from collections.abc import Callable
from random import Random

import asyncpg

from deploy.local.server import Server
from tests.chaos.cluster import Cluster

Fault = Callable[[Cluster, Random], None]

# The shortest and the longest outage of a server: from a restart to an interruption that a person notices.
OUTAGE_S = (0.2, 4.0)


def _kill_part(name: str) -> Fault:
    def fault(cluster: Cluster, random: Random) -> None:
        del random
        cluster.parts[name].kill()

    return fault


def _kill_child(name: str) -> Fault:
    def fault(cluster: Cluster, random: Random) -> None:
        cluster.kill_child(name, random)

    return fault


def _end_worker_in_order(cluster: Cluster, _: Random) -> None:
    cluster.parts["worker"].stop(30)


def _kill_server(choose: Callable[[Cluster], Server], *, wipe: bool = False) -> Fault:
    def fault(cluster: Cluster, random: Random) -> None:
        server = choose(cluster)
        if wipe:
            server.wipe()
        else:
            server.kill()
        time.sleep(random.uniform(*OUTAGE_S))
        server.start()

    return fault


def _cut_connections(cluster: Cluster, _: Random) -> None:
    async def cut() -> None:
        connection = await asyncpg.connect(cluster.environment["DATABASE_URL"])
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'evalserve'"
        )
        await connection.close()

    asyncio.run(cut())


# The kinds, and how many of each among a hundred.
KINDS: dict[str, tuple[Fault, int]] = {
    "worker process killed": (_kill_child("worker"), 25),
    "worker killed": (_kill_part("worker"), 10),
    "worker stopped in order": (_end_worker_in_order, 5),
    "courier killed": (_kill_part("courier"), 7),
    "dispatcher killed": (_kill_part("dispatcher"), 8),
    "api process killed": (_kill_child("api"), 8),
    "api killed": (_kill_part("api"), 5),
    "redis killed": (_kill_server(lambda cluster: cluster.stack.valkey), 7),
    "redis killed and wiped": (_kill_server(lambda cluster: cluster.stack.valkey, wipe=True), 5),
    "postgres killed": (_kill_server(lambda cluster: cluster.stack.postgres), 8),
    "connections to postgres cut": (_cut_connections, 7),
    "s3 killed": (_kill_server(lambda cluster: cluster.stack.s3), 5),
}


def draw_faults(count: int, random: Random) -> list[str]:
    """Draw `count` faults in a random order, each kind at least once and otherwise by its share."""
    shares = [share for _, share in KINDS.values()]
    kinds = list(KINDS)[:count] + random.choices(list(KINDS), shares, k=max(0, count - len(KINDS)))
    random.shuffle(kinds)
    return kinds
