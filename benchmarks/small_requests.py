"""Small requests in turns with the PyCM REST reference: `python -m benchmarks.small_requests [--url URL]`.

Creations and reads of a matrix of eight labels: single ones over one connection, and as many as there can be over 8 and
32. Medians of rounds that take turns. The load generator shares the processors with both services.
"""

from benchmarks.http import Bench, print_medians, run_beside_reference
from benchmarks.pycm_rest_reference import KEY

ROUNDS = 4
SINGLE = 150
CONNECTIONS = (8, 32)


async def measure(bench: Bench) -> None:
    """Note the figures of one round."""
    await bench.time_repeated("GET cm/", SINGLE, bench.read(bench.uid))
    await bench.time_repeated("POST cm/create", SINGLE, bench.creation([1, 0, 1, 1, 0], [1, 0, 1, 0, 0]))
    for connections in CONNECTIONS:
        await bench.measure_rate(connections)


async def run(url: str, peer_url: str) -> None:
    """Measure both in turns and print the table."""
    ours, peer = Bench(url), Bench(peer_url, KEY)
    for bench in (ours, peer):
        await bench.start()
        # The first requests open the connections behind the service.
        await measure(bench)
        bench.rows.clear()
    for at in range(ROUNDS):
        for bench in (ours, peer)[:: -1 if at % 2 else 1]:
            await measure(bench)
    print_medians(ours, peer)


if __name__ == "__main__":
    run_beside_reference(__doc__, run)
