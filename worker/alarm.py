"""An event that a loop waits for, but not for ever."""

import asyncio


class Alarm:
    """Wakes a loop before its interval is over; what is set while nobody waits wakes the next wait at once."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self, *_: object) -> None:
        """Wake the loop; takes and ignores whatever a callback is called with."""
        self._event.set()

    async def wait(self, timeout_s: float) -> None:
        """Return when the alarm is set, or after the time."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return
        self._event.clear()
