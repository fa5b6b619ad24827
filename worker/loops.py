"""The courier, the thumbnailer and the dispatcher in one process, as `make run` has them on one machine.

They mostly wait, and a process of its own for each takes memory for what it writes to. In containers each of them has
one, so that it is multiplied, limited and probed by itself: here all three would touch one liveness file.
"""

import asyncio

from shared.kit.platform import Platform
from worker import courier, dispatcher, loop_process, thumbnailer

# What each of them may use by itself.
POOL_SIZE = courier.POOL_SIZE + thumbnailer.POOL_SIZE + dispatcher.POOL_SIZE


async def run(platform: Platform) -> None:
    """Run the three until cancelled; an error that ends one of them ends all, for a supervisor to start again."""
    async with asyncio.TaskGroup() as group:
        for loop in (courier.run, thumbnailer.run, dispatcher.run):
            group.create_task(loop(platform))


def main() -> None:
    """Run the process of the three loops."""
    loop_process.run("loops", run, pool_size=POOL_SIZE)


if __name__ == "__main__":
    main()
