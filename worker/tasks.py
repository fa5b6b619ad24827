"""The Celery tasks of the worker: one for each kind of message."""

from uuid import UUID

from shared.kit.broker import Wakeup
from shared.projects import thumbnails
from worker import execution, runtime
from worker.app import app
from worker.rendering import thumbnail as rendering


@app.task(name=Wakeup.RUN_JOB.value)
def run_job(job_id: str) -> None:
    """Attempt a job; a second message about it finds nothing to claim."""
    execution.attempt(runtime.current(), UUID(job_id))


@app.task(name=Wakeup.RUN_LATER.value)
def run_later(job_id: str) -> None:
    """Attempt a job of an account that has many jobs waiting."""
    execution.attempt(runtime.current(), UUID(job_id))


@app.task(name=Wakeup.MAKE_THUMBNAIL.value)
def make_thumbnail(image_id: str) -> None:
    """Attempt a thumbnail; a second message about it finds nothing due."""
    worker_runtime = runtime.current()
    worker_runtime.run(thumbnails.attempt(worker_runtime.platform, UUID(image_id), rendering.make_thumbnail))
