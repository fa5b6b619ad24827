"""Conversations that wait for what the service makes in the background."""

import math
import time
from collections.abc import Mapping
from typing import Any

from evalserve.connection.steps import Request, Steps

# The longest that the service waits in one answer.
WAIT_S = 20
WAITING: Mapping[str, str] = {"Prefer": f"wait={WAIT_S}"}

_UNFINISHED = {"queued", "running"}


def ended(path: str, shown: Mapping[str, Any] | None = None, at_most_s: float = math.inf) -> Steps[dict[str, Any]]:
    """Return what stands at a path once it is neither queued nor running, or as it is when the seconds are over.

    Of a detection run also the intervals, which come after its figures. `shown` is what is known of it already.
    """
    deadline = time.monotonic() + at_most_s
    while shown is None or (_is_unfinished(shown) and time.monotonic() < deadline):
        shown = (yield Request("GET", path, headers=WAITING)).json()
    return dict(shown)


def _is_unfinished(shown: Mapping[str, Any]) -> bool:
    intervals = shown.get("intervals") or {}
    return shown["status"] in _UNFINISHED or intervals.get("status") == "pending"
