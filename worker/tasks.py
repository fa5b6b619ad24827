"""The Celery tasks of the worker: one for each kind of message."""

from uuid import UUID

from shared.kit.broker import Wakeup
from worker import backlog, execution, runtime
from worker.app import app


@app.task(name=Wakeup.RUN_JOB.value)
def run_job(job_id: str) -> None:
    """Attempt a job; a second message about it finds nothing to claim."""
    _attempt(job_id)


@app.task(name=Wakeup.RUN_LATER.value)
def run_later(job_id: str) -> None:
    """Attempt a job of an account that has many jobs waiting."""
    _attempt(job_id)


def _attempt(job_id: str) -> None:
    execution.attempt(runtime.current(), UUID(job_id))
    backlog.work_off(runtime.current())
