"""A job takes no more memory than it may."""

import resource

import numpy as np
import pytest

from shared.jobs.errors import JobTooLarge
from worker.memory import bounded_memory


def test_what_asks_for_more_than_it_may_is_refused_and_the_process_goes_on() -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with bounded_memory(2**28):
        small = np.empty(2**20)
    with pytest.raises(JobTooLarge), bounded_memory(2**28):
        np.empty(2**26)

    assert small.nbytes == 2**23
    assert np.empty(2**26).nbytes == 2**29
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
