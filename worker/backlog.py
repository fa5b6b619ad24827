"""A process takes the messages that wait, or come soon, by itself, without the way through Celery for each."""

import time
from itertools import cycle

import structlog

from shared.kit.broker import BrokerUnavailable, Wakeup
from worker import execution
from worker.runtime import Runtime

log = structlog.get_logger()

# Then Celery has its turn, which counts the tasks of a process and ends it; a longer job is the last one.
WORK_OFF_S = 0.1

# A client that waits for each of its jobs sends the next one sooner; Celery would have it wake two processes.
IDLE_S = 0.05


def work_off(runtime: Runtime) -> None:
    """Attempt the jobs whose messages wait, from the queues in turn, as Celery does; until none comes, or for a while.

    A message that is lost with the process is sent again by the dispatcher, as any other.
    """
    until = time.monotonic() + WORK_OFF_S
    wakeups = [*Wakeup]
    for order in cycle([wakeups, wakeups[::-1]]):
        if (left_s := until - time.monotonic()) < 0:
            return
        try:
            job_id = runtime.platform.broker.take(order, wait_s=min(left_s, IDLE_S))
        except BrokerUnavailable as error:
            log.warning("working off ends: the broker is away", reason=str(error))
            return
        if job_id is None:
            return
        execution.attempt(runtime, job_id)
