"""What inputs cost a page, from Chromium's own trace: the processor time of the main thread, which no load changes.

The wait for a processor is not part of it, nor is what other threads draw.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

# Of the events that Chromium dispatches, those that a user makes; movements of the mouse are a flood of their own.
_INPUTS = {"click", "input", "change", "keydown", "keyup", "pointerdown", "pointerup", "mousedown", "mouseup"}
_MS = 1000.0

CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline"]


class InputCosts(NamedTuple):
    """Milliseconds of the main thread: the dearest input up to the next paint, and the dearest single task of all."""

    to_next_paint: float
    longest_task: float


def costs(trace: bytes) -> InputCosts:
    """Read the trace of a page, which Playwright writes as JSON."""
    events: list[dict[str, Any]] = json.loads(trace)["traceEvents"]
    thread = _main_thread(events)
    own = [event for event in events if (event["pid"], event["tid"]) == thread]
    tasks = sorted((event for event in own if event["name"] == "RunTask" and "tdur" in event), key=_began)
    return InputCosts(
        max(_to_next_paint(own, tasks), default=0.0), max((task["tdur"] for task in tasks), default=0) / _MS
    )


def _main_thread(events: list[dict[str, Any]]) -> tuple[int, int]:
    """The thread that inputs are dispatched on."""
    return next((event["pid"], event["tid"]) for event in events if _is_input(event))


def _to_next_paint(own: list[dict[str, Any]], tasks: list[dict[str, Any]]) -> Iterator[float]:
    inputs = sorted((event for event in own if _is_input(event)), key=_began)
    paints = sorted(event["ts"] for event in own if event["name"] in {"Commit", "Paint"})
    for event in inputs:
        painted = next((moment for moment in paints if moment >= event["ts"]), None)
        if painted is not None:
            yield sum(task["tdur"] for task in tasks if _ended(task) >= event["ts"] and task["ts"] <= painted) / _MS


def _is_input(event: dict[str, Any]) -> bool:
    return event["name"] == "EventDispatch" and event["args"]["data"]["type"] in _INPUTS


def _began(event: dict[str, Any]) -> int:
    moment: int = event["ts"]
    return moment


def _ended(event: dict[str, Any]) -> int:
    moment: int = event["ts"] + event["dur"]
    return moment
