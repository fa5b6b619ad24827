"""Threads for scans: reading an object piece by piece, with work on each, for seconds where a plain read takes none.

They are apart from those of the storage, so that scans never hold up a read, and few, as each takes a processor and
holds a piece in memory.
"""

import asyncio
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from shared.kit.limits.scan_errors import ScanOutOfTime, ScansBusy, TooManyScans
from shared.kit.limits.slots import NoSlot, OwnSlotsTaken, Slots
from shared.kit.settings import Settings

T = TypeVar("T")

RETRY_AFTER_S = 5

# What a scan does; it ends early once the event is set.
Scan = Callable[[threading.Event], T]


class Scans:
    """The scans and exports of this process, a few at a time; one account has all but one of them at most."""

    def __init__(self, settings: Settings) -> None:
        self._slots = Slots(settings.scans, settings.scan_wait_s)
        self._exports = Slots(settings.exports, settings.scan_wait_s)
        self._threads = ThreadPoolExecutor(settings.scans, thread_name_prefix="scan")
        self._deadline_s = settings.scan_deadline_s

    async def run(self, account_id: Hashable, scan: Scan[T], *, is_patient: bool = False) -> T:
        """Run a scan in a thread; raises TooManyScans, ScansBusy, ScanOutOfTime, and what the scan raises.

        A patient one waits for its turn for as long as it takes: a part of an answer that has begun.
        """
        free = await _held(self._slots, account_id, is_patient=is_patient)
        stop = threading.Event()
        call = self._threads.submit(scan, stop)
        # A scan that nobody waits for any more has its thread, and so its slot, until it looks at the event.
        call.add_done_callback(_when_ended(free))
        try:
            async with asyncio.timeout(self._deadline_s):
                return await asyncio.wrap_future(call)
        except TimeoutError as error:
            raise ScanOutOfTime(retry_after_s=RETRY_AFTER_S) from error
        finally:
            stop.set()

    async def admit_export(self, account_id: Hashable) -> Callable[[], None]:
        """Count an export, which is many scans, until the function is called that is returned.

        Raises TooManyScans, ScansBusy.
        """
        return await _held(self._exports, account_id)

    def close(self) -> None:
        """Wait for the scans that are still to end; blocks."""
        self._threads.shutdown()


async def _held(slots: Slots, account_id: Hashable, *, is_patient: bool = False) -> Callable[[], None]:
    try:
        return await slots.hold(account_id, is_patient=is_patient)
    except OwnSlotsTaken:
        raise TooManyScans(retry_after_s=RETRY_AFTER_S) from None
    except NoSlot:
        raise ScansBusy(retry_after_s=RETRY_AFTER_S) from None


def _when_ended(free: Callable[[], None]) -> Callable[[Future[Any]], None]:
    loop = asyncio.get_running_loop()

    def in_loop(_call: Future[Any]) -> None:
        loop.call_soon_threadsafe(free)

    return in_loop
