"""The time that a client prefers to wait (RFC 7240)."""

import re

_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,6})\"?\s*(?=$|[,;])", re.IGNORECASE)
_RESPOND_ASYNC = re.compile(r"(?:^|[,;])\s*respond-async\s*(?=$|[,;])", re.IGNORECASE)


def requested_wait(prefer: str | None, *, limit: int, default: int = 0) -> int:
    """Return the seconds to wait that a Prefer header requests, within the limit."""
    if prefer and _RESPOND_ASYNC.search(prefer):
        return 0
    match = _WAIT.search(prefer or "")
    return min(int(match[1]), limit) if match else default


def applied(prefer: str | None, *, limit: int) -> dict[str, str]:
    """Return the `Preference-Applied` header for the granted wait; empty if none was requested."""
    seconds = requested_wait(prefer, limit=limit)
    return {"Preference-Applied": f"wait={seconds}"} if seconds else {}
