"""One attempt at a job, as its handler sees it."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.jobs import Arguments
from shared.jobs.records import JobRecord
from shared.kit.storage.files import AnyFile
from worker.conclusion import Conclusion
from worker.scratch import Scratch

A_co = TypeVar("A_co", bound=Arguments, covariant=True)


@dataclass(frozen=True, slots=True)
class JobAttempt(Generic[A_co]):
    """The job and its arguments, and the means to perform it."""

    job: JobRecord
    arguments: A_co
    # Reports the progress, 0 to 1; raises LeaseLost when the attempt no longer holds its job.
    progress: Callable[[float], None]
    scratch: Scratch
    # Stores files and rows of the thing that the job makes, before the job ends; raises LeaseLost as well.
    keep: Callable[[Conclusion], None]
    # Makes a file and stores it below a prefix while the context computes; it is stored at its end, or that raises.
    storing: Callable[[str, Callable[[], AnyFile]], AbstractContextManager[Future[AnyFile]]]
