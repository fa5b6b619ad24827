"""The orderly end of a worker: running jobs get some time, and unfinished ones go back into the queue.

Celery stops taking messages at SIGTERM and waits for the running tasks, however long they take. A process manager does
not wait: it kills the process, the leases expire, and each job is charged with a failure that it did not cause.
"""

import os
import threading
import time
from contextlib import suppress
from typing import Any

from billiard import active_children
from celery.signals import worker_process_init, worker_shutting_down

from shared.kit.settings import settings
from worker.interruption import STOP, ignore_stop

# A job that was claimed at the last moment may not have begun; a later signal reaches it.
REPEAT_INTERVAL_S = 1.0


@worker_process_init.connect
def _ignore_stop(**_: Any) -> None:
    ignore_stop()


@worker_shutting_down.connect
def _shut_down(**_: Any) -> None:
    threading.Thread(target=_stop_children, name="shutdown", daemon=True).start()


def _stop_children() -> None:
    time.sleep(settings().shutdown_grace_s)
    while True:
        for child in active_children():
            with suppress(ProcessLookupError):
                os.kill(child.pid, STOP)
        time.sleep(REPEAT_INTERVAL_S)
