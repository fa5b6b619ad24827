"""Conversations about jobs."""

from typing import Any

from evalserve.calls.waiting import ended
from evalserve.connection.steps import Steps
from evalserve.errors import EvalserveError, InputRefused, message_of


def succeeded(job: dict[str, Any], otherwise: str) -> Steps[dict[str, Any]]:
    """Return a job once it has succeeded; raises InputRefused with its problem, or else with a sentence."""
    job = yield from ended(f"/v1/jobs/{job['id']}", job)
    if job["status"] == "failed":
        raise InputRefused(message_of(job["error"] or {}) or otherwise, job["error"])
    if job["status"] != "succeeded":
        raise EvalserveError(f"The job has the status {job['status']}.")
    return job
