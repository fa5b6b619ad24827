"""Small requests in turns with the PyCM REST reference.

Run it as `python -m benchmarks.service.small_requests [--beside CHECKOUT ...]`.

Creations and reads of a matrix of eight labels: single ones over one connection, and as many as there can be over 8 and
32. Medians of rounds that take turns. The load generator shares the processors with both services.
"""

from benchmarks.instruments.tables import print_medians
from benchmarks.service.http import Bench, benches_of, run_beside_reference

ROUNDS = 4
SINGLE = 150
CONNECTIONS = (8, 32)


async def measure(bench: Bench) -> None:
    """Note the figures of one round."""
    await bench.time_repeated("GET cm/", SINGLE, bench.read(bench.uid))
    await bench.time_repeated("POST cm/create", SINGLE, bench.creation([1, 0, 1, 1, 0], [1, 0, 1, 0, 0]))
    for connections in CONNECTIONS:
        await bench.measure_rate(connections)


async def run(urls: dict[str, str], peer_url: str) -> None:
    """Measure all in turns and print the table."""
    benches = benches_of(urls, peer_url)
    for bench in benches.values():
        await bench.start()
        # The first requests open the connections behind the service.
        await measure(bench)
        bench.rows.clear()
    for at in range(ROUNDS):
        for bench in [*benches.values()][:: -1 if at % 2 else 1]:
            await measure(bench)
    print_medians({name: bench.rows for name, bench in benches.items()})


if __name__ == "__main__":
    run_beside_reference(__doc__, run)
