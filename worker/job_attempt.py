"""One try at a job, as its handler sees it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.jobs import Arguments
from shared.jobs.records import JobRecord
from worker.scratch import Scratch

A_co = TypeVar("A_co", bound=Arguments, covariant=True)


@dataclass(frozen=True, slots=True)
class JobAttempt(Generic[A_co]):
    """What is to be done, and what it is done with."""

    job: JobRecord
    arguments: A_co
    # Says how much is done, 0 to 1; raises LeaseLost when it is in vain.
    progress: Callable[[float], None]
    scratch: Scratch
