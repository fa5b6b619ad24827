"""No library keeps the time limit to itself."""

import signal
import threading
from contextlib import suppress

import pytest

from shared.jobs.errors import LeaseLost, TimeLimitExceeded
from worker.timelimit import OutOfTime, TimeLimit


def test_the_limit_interrupts_work_that_catches_every_exception() -> None:
    reached = False

    def work() -> None:
        nonlocal reached
        with TimeLimit():
            with suppress(Exception):
                signal.raise_signal(signal.SIGUSR1)
            reached = True

    with pytest.raises(TimeLimitExceeded):
        work()

    assert not reached


def test_a_limit_that_was_swallowed_all_the_same_is_raised_at_the_end() -> None:
    reached = False

    def work() -> None:
        nonlocal reached
        with TimeLimit():
            with suppress(OutOfTime):
                signal.raise_signal(signal.SIGUSR1)
            reached = True

    with pytest.raises(TimeLimitExceeded):
        work()

    assert reached


def test_an_error_that_follows_from_the_limit_is_the_limit() -> None:
    def work() -> None:
        with TimeLimit():
            try:
                signal.raise_signal(signal.SIGUSR1)
            except OutOfTime as error:
                raise ValueError("no figure") from error

    with pytest.raises(TimeLimitExceeded) as raised:
        work()

    assert isinstance(raised.value.__cause__, ValueError)


def test_a_job_that_was_taken_away_stays_so_past_the_limit() -> None:
    def work() -> None:
        with TimeLimit():
            with suppress(OutOfTime):
                signal.raise_signal(signal.SIGUSR1)
            raise LeaseLost

    with pytest.raises(LeaseLost):
        work()


def test_the_former_reaction_to_the_signal_is_back_afterwards() -> None:
    former = signal.getsignal(signal.SIGUSR1)

    with TimeLimit():
        inside = signal.getsignal(signal.SIGUSR1)

    assert inside != former
    assert signal.getsignal(signal.SIGUSR1) == former


def test_other_threads_than_the_main_one_work_without_a_limit() -> None:
    done: list[str] = []

    def work() -> None:
        with TimeLimit():
            done.append("work")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert done == ["work"]
