"""One attempt at a job: claim, load, compute, store, finish.

No transaction is open while the handler computes. The row records the state of the attempt in every case; an attempt
that stops sending heartbeats loses its lease, and the dispatcher takes its job back.
"""

import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from celery.exceptions import SoftTimeLimitExceeded

from shared import kinds
from shared.jobs import finishing, queries
from shared.jobs.errors import JobCrashed, LeaseLost, TimeLimitExceeded
from shared.jobs.records import JobRecord
from shared.kit.db import DatabaseBusy, DatabaseUnavailable
from shared.kit.errors import DomainError
from shared.kit.files import AnyFile, StoredFile, object_key
from shared.kit.storage_errors import StorageUnavailable
from worker import handlers
from worker.heartbeat import Heartbeat
from worker.interruption import Interrupted, Interruption, WorkStopped
from worker.job_attempt import JobAttempt
from worker.runtime import Runtime
from worker.scratch import Scratch

log = structlog.get_logger()

# An outage of storage or database is not the job's fault: it is queued again for when they may be available.
OUTAGE_DELAY = timedelta(seconds=5)

# Storing the outcome of an attempt is repeated for this long while the database is unavailable: a failover may take a
# minute. An outcome that is never stored would count as a failure of the job.
FINISH_TIMEOUT_S = 60.0
RETRY_INTERVAL_S = 1.0


def attempt(runtime: Runtime, job_id: UUID) -> None:
    """Perform a job to its end, or put it back into the queue; does nothing where there is no job to claim."""
    job = runtime.run(_claim(runtime, job_id))
    if job is None:
        return
    with structlog.contextvars.bound_contextvars(job_id=str(job.id), kind=job.kind, attempt=job.attempt):
        log.info("job started")
        try:
            _perform(runtime, job)
        except LeaseLost:
            log.warning("job taken away: cancelled, or its lease ran out")


async def _claim(runtime: Runtime, job_id: UUID) -> JobRecord | None:
    async with runtime.platform.db.connection() as connection:
        return await queries.claim(connection, job_id, finishing.LEASE)


def _perform(runtime: Runtime, job: JobRecord) -> None:
    platform = runtime.platform
    try:
        with Interruption() as interruption:
            files = _make(runtime, job, interruption)
        _end(runtime, partial(finishing.succeed, platform, job, files))
        log.info("job succeeded", artifacts=[file.name for file in files])
    except LeaseLost:
        raise
    except (StorageUnavailable, DatabaseUnavailable) as error:
        log.warning("job put back: a part of the service is away", reason=error.detail)
        _end(runtime, partial(finishing.give_back, platform, job, delay=OUTAGE_DELAY))
    except WorkStopped:
        log.info("job handed back")
        _end(runtime, partial(finishing.give_back, platform, job, delay=timedelta()))
    except (TimeLimitExceeded, Interrupted, SoftTimeLimitExceeded):
        log.warning("job failed: time limit")
        _end(runtime, partial(finishing.fail, platform, job, TimeLimitExceeded()))
    except DatabaseBusy as error:
        # Caused by a peak of load, or by the job itself: it is tried again, but not for ever.
        log.warning("job struck: the database is too slow")
        _end(runtime, partial(finishing.strike, platform, job, error))
    except DomainError as error:
        log.info("job failed", reason=error.detail)
        _end(runtime, partial(finishing.fail, platform, job, error))
    except Exception:
        # The edge of the process: an error in our code must be recorded in the row, not only in the log.
        log.exception("job crashed")
        _end(runtime, partial(finishing.strike, platform, job, JobCrashed()))


def _end(runtime: Runtime, finish: Callable[[], Coroutine[Any, Any, object]]) -> None:
    deadline = time.monotonic() + FINISH_TIMEOUT_S
    while True:
        try:
            runtime.run(finish())
        except DatabaseUnavailable as error:
            if time.monotonic() > deadline:
                raise
            log.warning("job cannot be ended yet: the database is away", reason=error.detail)
            time.sleep(RETRY_INTERVAL_S)
        else:
            return


def _make(runtime: Runtime, job: JobRecord, interruption: Interruption) -> list[StoredFile]:
    handler = handlers.HANDLERS[job.kind]
    arguments = kinds.load(job.arguments)
    with Scratch() as scratch, Heartbeat(runtime, job, interruption.stop) as heartbeat:
        current = JobAttempt(job, arguments, heartbeat.progress, scratch)
        inputs = runtime.run(handler.load(runtime.platform, current))
        files = handler.perform(inputs, current)
        return [_store(runtime, job, file) for file in files]


def _store(runtime: Runtime, job: JobRecord, file: AnyFile) -> StoredFile:
    return runtime.platform.storage.put(object_key(job.id, job.attempt, file.name), file)
