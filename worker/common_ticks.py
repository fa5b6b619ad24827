"""Ticks that all who wait in an event loop have in common, so that it wakes once for many of them."""

import asyncio


def until_next_tick(interval_s: float) -> float:
    """Return the seconds until the next multiple of an interval, by the clock of the running loop; never zero."""
    return interval_s - asyncio.get_running_loop().time() % interval_s
