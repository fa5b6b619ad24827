"""Crash points: named places in the program where a process dies, once for each job that is selected to die there.

The program does not contain them: its processes are started by `api`, `worker` and `dispatcher` here, which wrap its
functions from outside. A job's id decides where its process dies; a file records the death, since the process cannot.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any
from uuid import UUID
from zlib import crc32

from shared.jobs import finishing, queries, queueing
from shared.jobs.records import JobRecord
from shared.kit.broker import Broker
from shared.webhooks import delivering

POINTS = (
    "after_insert",
    "before_publish",
    "after_claim",
    "after_upload",
    "before_finish",
    "after_finish",
    "mid_delivery",
)

# Variables of the processes: the folder of the files, and N where one job in N dies at each of the points.
FOLDER, ONE_IN = "CHAOS_FOLDER", "CHAOS_ONE_IN"


def reach(point: str, *names: object) -> None:
    """Die here if one of the jobs was selected to, and did not yet."""
    if [name for name in names if _is_chosen(point, name) and _is_first(point, name)]:
        os.kill(os.getpid(), signal.SIGKILL)


def count_deaths(folder: Path) -> Counter[str]:
    """Count the deaths at each of the points."""
    return Counter(path.name.partition("-")[0] for path in folder.iterdir())


def _is_chosen(point: str, name: object) -> bool:
    return crc32(str(name).encode()) % int(os.environ[ONE_IN]) == POINTS.index(point)


def _is_first(point: str, name: object) -> bool:
    try:
        os.close(os.open(Path(os.environ[FOLDER]) / f"{point}-{name}", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def in_api() -> None:
    """Die between the commit of a job and its message."""

    def after_insert(_: tuple[Any, ...], enqueued: tuple[JobRecord, int] | None) -> None:
        if enqueued is not None:
            reach("after_insert", enqueued[0].id)

    _wrap(queueing, "enqueue", after=after_insert)
    _wrap(Broker, "try_publish", before=lambda arguments: reach("before_publish", *arguments[2:]))


def in_dispatcher() -> None:
    """Die between the mark that messages are sent and the sending."""

    def before(_broker: Broker, _wakeup: object, ids: Iterable[UUID]) -> None:
        reach("before_publish", *ids)

    _wrap_plain(Broker, "publish", before=before)


def in_worker() -> None:
    """Die during an attempt."""
    from worker import execution  # noqa: PLC0415 - the api's process has no worker in it

    def after_store(arguments: tuple[Any, ...]) -> None:
        reach("after_upload", arguments[1].id)

    def after_claim(_: tuple[Any, ...], job: JobRecord | None) -> None:
        if job is not None:
            reach("after_claim", job.id)

    _wrap(queries, "claim", after=after_claim)
    _wrap_plain(execution, "_store", after=after_store)
    _wrap(
        finishing,
        "succeed",
        before=lambda arguments: reach("before_finish", arguments[1].id),
        after=lambda arguments, _: reach("after_finish", arguments[1].id),
    )


def in_courier() -> None:
    """Die between the sending of a callback and the record of it."""
    _wrap(delivering, "send", after=lambda arguments, _: reach("mid_delivery", arguments[2]["webhook-id"]))


def _wrap(
    owner: Any,
    name: str,
    *,
    before: Callable[[tuple[Any, ...]], object] = lambda _: None,
    after: Callable[[tuple[Any, ...], Any], object] = lambda _, __: None,
) -> None:
    wrapped = getattr(owner, name)

    @wraps(wrapped)
    async def call(*arguments: Any, **named: Any) -> Any:
        before(arguments)
        result = await wrapped(*arguments, **named)
        after(arguments, result)
        return result

    setattr(owner, name, call)


def _wrap_plain(
    owner: Any,
    name: str,
    *,
    before: Callable[..., object] = lambda *_: None,
    after: Callable[[tuple[Any, ...]], object] = lambda _: None,
) -> None:
    wrapped = getattr(owner, name)

    @wraps(wrapped)
    def call(*arguments: Any, **named: Any) -> Any:
        before(*arguments)
        result = wrapped(*arguments, **named)
        after(arguments)
        return result

    setattr(owner, name, call)
