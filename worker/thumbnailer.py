"""The thumbnailer: takes thumbnails whose turn it is from the database, and draws them in child processes.

A plain loop, as the courier is: the accounts take turns, and one that uploads many images, or costly ones, leaves a
slot of each thumbnailer to the others. Several thumbnailers may run.
"""

import asyncio

import structlog

from shared.kit.database import notifications
from shared.kit.database.transactions import DatabaseBusy, DatabaseUnavailable
from shared.kit.liveness import LivenessFile
from shared.kit.platform import Platform
from shared.projects import thumbnail_queries, thumbnails
from shared.projects.thumbnail_queries import DueThumbnail
from worker import loop_process
from worker.alarm import Alarm
from worker.rendering.thumbnail import draw_thumbnail

log = structlog.get_logger()

# The interval for thumbnails that become due with time; an upload or an attempt that ends wakes the loop sooner.
INTERVAL_S = 1.0

# One for the loop, and one for each attempt that begins or ends.
POOL_SIZE = 4

OUTAGES = (DatabaseUnavailable, DatabaseBusy)


class Thumbnailer:
    """The loop of one thumbnailer process."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._slots = platform.settings.image_decoders
        self._attempts: dict[asyncio.Task[None], DueThumbnail] = {}
        self._alarm = Alarm()
        self._liveness = LivenessFile(platform.settings.liveness_file)

    async def run(self) -> None:
        """Take and draw thumbnails until cancelled; then give those under way back."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(notifications.listen(self._platform.db, thumbnail_queries.CHANNEL, self._alarm.set))
                group.create_task(self._repeat())
        finally:
            log.info("thumbnailer takes no more images", under_way=len(self._attempts))
            for attempt in self._attempts:
                attempt.cancel()
            await asyncio.gather(*self._attempts, return_exceptions=True)

    async def _repeat(self) -> None:
        while True:
            try:
                await self._take()
            except OUTAGES as error:
                log.warning("thumbnailer waits: the database is away", reason=str(error))
            except Exception:
                # The edge of the process: an error with one image must not keep the others from being drawn.
                log.exception("thumbnailer failed to take images and goes on")
            self._liveness.touch()
            await self._alarm.wait(INTERVAL_S)

    async def _take(self) -> None:
        free = self._slots - len(self._attempts)
        if not free:
            return
        under_way = [due.account_id for due in self._attempts.values()]
        async with self._platform.db.connection() as connection:
            taken = await thumbnail_queries.take(
                connection,
                thumbnails.lease(self._platform.settings),
                under_way=under_way,
                per_account=max(1, self._slots - 1),
                limit=free,
            )
        for due in taken:
            task = asyncio.create_task(self._attempt(due))
            self._attempts[task] = due
            task.add_done_callback(self._end)

    async def _attempt(self, due: DueThumbnail) -> None:
        try:
            await thumbnails.attempt(self._platform, due, draw_thumbnail)
        except OUTAGES as error:
            log.warning("outcome of a thumbnail lost: it is drawn again", reason=str(error))
        except Exception:
            # The edge of the process: nobody else waits for this attempt.
            log.exception("thumbnail failed by a fault of ours: it is drawn again")

    def _end(self, task: asyncio.Task[None]) -> None:
        del self._attempts[task]
        self._alarm.set()


async def run(platform: Platform) -> None:
    """Run the thumbnailer until cancelled."""
    await Thumbnailer(platform).run()


def main() -> None:
    """Run the process of a thumbnailer."""
    loop_process.run("thumbnailer", run, pool_size=POOL_SIZE)


if __name__ == "__main__":
    main()
