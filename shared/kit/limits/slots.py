"""Bounds how many requests do something expensive at once in this process."""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import ExitStack, asynccontextmanager
from weakref import WeakValueDictionary


class NoSlot(Exception):
    """No slot became free in time."""


class OwnSlotsTaken(NoSlot):
    """No slot became free in time, of those that the owner may hold."""


class Slots:
    """Slots that are taken in the order of asking; one owner holds all but one at most, so that others get a turn."""

    def __init__(self, count: int, wait_s: float) -> None:
        self._wait_s = wait_s
        self._of_owner = max(1, count - 1)
        self._slots = asyncio.Semaphore(count)
        self._owners: WeakValueDictionary[Hashable, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def take(self, owner: Hashable) -> AsyncIterator[None]:
        """Hold a slot for as long as the context lasts; raises NoSlot if none is free within the time."""
        free = await self.hold(owner)
        try:
            yield
        finally:
            free()

    async def hold(self, owner: Hashable, *, is_patient: bool = False) -> Callable[[], None]:
        """Hold a slot until the function is called that is returned; raises NoSlot, unless `is_patient` waits on."""
        own = self._owners.setdefault(owner, asyncio.Semaphore(self._of_owner))
        until = None if is_patient else asyncio.get_running_loop().time() + self._wait_s
        with ExitStack() as held:
            await _acquire(own, until, OwnSlotsTaken)
            held.callback(own.release)
            await _acquire(self._slots, until, NoSlot)
            held.callback(self._slots.release)
            return held.pop_all().close


async def _acquire(slots: asyncio.Semaphore, until: float | None, late: type[NoSlot]) -> None:
    try:
        async with asyncio.timeout_at(until):
            await slots.acquire()
    except TimeoutError:
        raise late from None
