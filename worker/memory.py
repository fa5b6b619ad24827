"""The memory that a job may take."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.jobs.errors import JobTooLarge

STATM = Path("/proc/self/statm")
# The field of pages that a process may write to and shares with no other (proc_pid_statm(5)).
DATA_PAGES = 5


@contextmanager
def bounded_memory(more_bytes: int) -> Iterator[None]:
    """Let the process allocate so many bytes more than it holds now; raises JobTooLarge where more is asked for.

    A few bytes of a packed file can ask for gigabytes. Without a bound the kernel kills the process, or another one of
    the same container, and the job is tried three times. Nothing is bounded where the kernel does not say what is held.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    try:
        held_bytes = int(STATM.read_text().split()[DATA_PAGES]) * resource.getpagesize()
    except OSError:
        yield
        return
    limit = held_bytes + more_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    try:
        yield
    except MemoryError as error:
        raise JobTooLarge from error
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
