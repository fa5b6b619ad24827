"""Conversations about comparisons: a candidate against a baseline, on the same samples."""

from collections.abc import Mapping
from typing import Any

from evalserve.calls import runs
from evalserve.calls.results import PAGE, Rows
from evalserve.calls.waiting import WAITING, ended
from evalserve.connection.steps import Request, Steps, post
from evalserve.errors import EvalserveError, InputRefused, message_of


def compare(candidate: str, baseline: str, options: Mapping[str, Any]) -> Steps[dict[str, Any]]:
    """Return a comparison of two runs, by the id of the candidate and the id or name of the baseline.

    The baseline is never the candidate itself, which is equivalent to it by any margin. Raises InputRefused where there
    is no such baseline, or where the samples cannot be paired.
    """
    found = yield from runs.find(baseline, other_than=candidate)
    # A margin or an alpha of 0 is for the service to refuse.
    stated = {name: value for name, value in options.items() if value is not None and value not in ([], ())}
    body = {"candidate": candidate, "baseline": found["id"], **stated}
    request = post("/v1/comparisons", json=body, headers=WAITING)
    made = (yield request).json()
    return (yield from _ready(made["id"], made))


def get(comparison_id: str) -> Steps[dict[str, Any]]:
    """Return a comparison once it is ready."""
    return (yield from _ready(comparison_id))


def flips(comparison_id: str, at_most: int | None, **filters: Any) -> Steps[Rows]:
    """Return the samples that the candidate changed, its most confident first; all of them if `at_most` is None."""
    rows, cursor = Rows(), None
    while at_most is None or len(rows) < at_most:
        limit = PAGE if at_most is None else min(PAGE, at_most - len(rows))
        params = {"cursor": cursor, "limit": limit, **filters}
        page = (yield Request("GET", f"/v1/comparisons/{comparison_id}/flips", params=params)).json()
        rows += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    return rows


def receipt(comparison_id: str) -> Steps[dict[str, Any]]:
    """Return the receipt of a comparison."""
    answer: dict[str, Any] = (yield Request("GET", f"/v1/comparisons/{comparison_id}/receipt")).json()
    return answer


def _ready(comparison_id: str, made: dict[str, Any] | None = None) -> Steps[dict[str, Any]]:
    comparison = yield from ended(f"/v1/comparisons/{comparison_id}", made)
    if comparison["status"] == "failed":
        problem = comparison["error"] or {}
        raise InputRefused(message_of(problem) or "The runs could not be compared.", problem)
    if comparison["status"] != "ready":
        raise EvalserveError(f"The comparison has the status {comparison['status']}.")
    return comparison
