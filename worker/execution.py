"""One attempt at a job: claim, load, compute, store, finish.

No transaction is open while the handler computes. The row records the state of the attempt in every case; an attempt
that stops sending heartbeats loses its lease, and the dispatcher takes its job back.
"""

import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import structlog
from celery.exceptions import SoftTimeLimitExceeded

from shared import kinds
from shared.evaluation.confusion.matrix import ManyClasses
from shared.jobs import delays, finishing, parts, queries
from shared.jobs.errors import JobCrashed, LeaseLost, TimeLimitExceeded
from shared.jobs.records import JobRecord
from shared.kit.database.transactions import DatabaseBusy, DatabaseUnavailable, TransactionConflict
from shared.kit.errors import DomainError, ManyClassesUnsupported
from shared.kit.platform import Platform
from shared.kit.storage.bucket import Storage
from shared.kit.storage.errors import StorageRefused, StorageUnavailable
from shared.kit.storage.files import AnyFile, StoredFile, object_key
from worker import handlers
from worker.conclusion import Conclusion, Ending, Split
from worker.heartbeat import Heartbeat
from worker.interruption import Interrupted, Interruption, WorkStopped
from worker.job_attempt import JobAttempt
from worker.memory import bounded_memory
from worker.runtime import Runtime
from worker.scratch import Scratch
from worker.time_limit import TimeLimit

T = TypeVar("T")

log = structlog.get_logger()

# Statements about an attempt are repeated for this long while the database is unavailable: a failover may take a
# minute, and a worker has nothing else to do. An outcome that is never stored is taken for a lost worker.
FINISH_TIMEOUT_S = 60.0
RETRY_INTERVAL_S = 1.0

Finish = Callable[[], Coroutine[Any, Any, object]]


def attempt(runtime: Runtime, job_id: UUID) -> None:
    """Perform a job to its end, or put it back into the queue; does nothing where there is no job to claim."""
    job = _persist(runtime, partial(_claim, runtime, job_id))
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
    # The files of the attempt are removed once its end is recorded: a busy disk takes long for it, and clients wait.
    with Scratch() as scratch:
        _end(runtime, job, _outcome(runtime, job, scratch))


def _end(runtime: Runtime, job: JobRecord, finish: Finish) -> None:
    try:
        _persist(runtime, finish)
    except (LeaseLost, DatabaseUnavailable, DatabaseBusy):
        raise
    except DomainError as error:
        # What the job made cannot be written: something that it needs has changed in the meantime.
        log.info("job failed at its end", reason=error.detail)
        _persist(runtime, partial(finishing.fail, runtime.platform, job, error))
    except Exception:
        # The edge of the process: an error in our code must be recorded in the row, not only in the log.
        log.exception("job crashed at its end")
        _persist(runtime, partial(finishing.strike, runtime.platform, job, JobCrashed()))


def _outcome(runtime: Runtime, job: JobRecord, scratch: Scratch) -> Finish:
    """Perform the job, and return how to record what came of it; raises LeaseLost."""
    platform = runtime.platform
    finish: Finish
    try:
        with Interruption() as interruption, bounded_memory(platform.settings.job_memory_bytes):
            ending = _make(runtime, job, scratch, interruption)
    except LeaseLost:
        raise
    except StorageRefused as error:
        # Wrong keys or a missing bucket: it stays so until the operator acts, and fails no job.
        log.error("job put back: the storage refuses the service; check its keys and its bucket", reason=error.reason)  # noqa: TRY400 -- the reason says it all
        finish = partial(finishing.give_back, platform, job, delay=delays.after_refusal(job), refused=True)
    except (StorageUnavailable, DatabaseUnavailable, TransactionConflict) as error:
        log.warning("job put back: a part of the service is away", reason=error.detail)
        finish = partial(finishing.give_back, platform, job, delay=delays.after_outage(job))
    except WorkStopped:
        log.info("job handed back")
        finish = partial(finishing.give_back, platform, job, delay=timedelta())
    except (TimeLimitExceeded, Interrupted, SoftTimeLimitExceeded):
        log.warning("job failed: time limit")
        finish = partial(finishing.fail, platform, job, TimeLimitExceeded())
    except DatabaseBusy as error:
        # Caused by a peak of load, or by the job itself: it is tried again, but not for ever.
        log.warning("attempt failed: the database is too slow")
        finish = partial(finishing.strike, platform, job, error)
    except (DomainError, ManyClasses) as error:
        reason = error if isinstance(error, DomainError) else ManyClassesUnsupported()
        log.info("job failed", reason=reason.detail)
        finish = partial(finishing.fail, platform, job, reason)
    except Exception:
        # The edge of the process, as above.
        log.exception("job crashed")
        finish = partial(finishing.strike, platform, job, JobCrashed())
    else:
        finish = _end_of(platform, job, ending)
    return finish


def _end_of(platform: Platform, job: JobRecord, ending: Ending | Split) -> Finish:
    if isinstance(ending, Split):
        log.info("job split", parts=len(ending.parts))
        return partial(parts.split, platform, job, ending.parts)
    log.info("job done", artifacts=[file.name for file in ending.artifacts])
    return partial(finishing.succeed, platform, job, ending.artifacts, ending.write)


def _persist(runtime: Runtime, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run statements about the attempt, again and again while the database is unavailable."""
    deadline = time.monotonic() + FINISH_TIMEOUT_S
    while True:
        try:
            return runtime.run(work())
        except (DatabaseUnavailable, DatabaseBusy) as error:
            if time.monotonic() > deadline:
                raise
            log.warning("attempt waits: the database is away", reason=error.detail)
            time.sleep(RETRY_INTERVAL_S)


def _make(runtime: Runtime, job: JobRecord, scratch: Scratch, interruption: Interruption) -> Ending | Split:
    handler = handlers.HANDLERS[job.kind]
    arguments = kinds.load(job.arguments)
    settings = runtime.platform.settings

    def limit_s() -> float:
        return settings.job_time_limit_s + scratch.work_bytes() / settings.job_second_bytes

    with (
        TimeLimit(limit_s, interruption.expire) as time_limit,
        Heartbeat(runtime.platform, job, interruption.stop) as heartbeat,
    ):
        keep, storing = partial(_keep, runtime, job), partial(_storing, runtime.platform.storage)
        current = JobAttempt(job, arguments, heartbeat.progress, scratch, keep, storing)

        async def load() -> Any:
            time_limit.watch()
            heartbeat.begin()
            return await handler.load(runtime.platform, current)

        inputs = runtime.run(load())
        made = handler.perform(inputs, current)
        return made if isinstance(made, Split) else _store(runtime.platform.storage, job, made)


@contextmanager
def _storing(storage: Storage, prefix: str, make: Callable[[], AnyFile]) -> Iterator[Future[AnyFile]]:
    def store() -> AnyFile:
        _put(storage, prefix, [file := make()])
        return file

    with ThreadPoolExecutor(1, thread_name_prefix="storing") as thread:
        yield (stored := thread.submit(store))
        stored.result()


def _keep(runtime: Runtime, job: JobRecord, made: Conclusion) -> None:
    _put(runtime.platform.storage, made.prefix, made.files)
    assert made.write is not None, "only rows are kept before the end"
    _persist(runtime, partial(finishing.keep, runtime.platform, job, made.write))


def _put(storage: Storage, prefix: str, files: Sequence[AnyFile]) -> None:
    storage.put_all({prefix + file.name: file for file in files}, disposition="attachment")


def _store(storage: Storage, job: JobRecord, made: Conclusion | Sequence[AnyFile]) -> Ending:
    if isinstance(made, Conclusion):
        _put(storage, made.prefix, made.files)
        return Ending(_artifacts(storage, job, made.artifacts), made.write)
    return Ending(_artifacts(storage, job, made))


def _artifacts(storage: Storage, job: JobRecord, files: Sequence[AnyFile]) -> list[StoredFile]:
    return storage.put_all({object_key(job.id, job.attempt, file.name): file for file in files})
