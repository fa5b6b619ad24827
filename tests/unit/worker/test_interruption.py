"""No library keeps an interruption to itself."""

import signal
import threading
from contextlib import suppress

import pytest

from shared.jobs.errors import LeaseLost, TimeLimitExceeded
from worker.interruption import OUT_OF_TIME, STOP, Interrupted, Interruption, WorkStopped, ignore_stop


def test_the_limit_interrupts_work_that_catches_every_exception() -> None:
    reached = False

    def work() -> None:
        nonlocal reached
        with Interruption():
            with suppress(Exception):
                signal.raise_signal(OUT_OF_TIME)
            reached = True

    with pytest.raises(TimeLimitExceeded):
        work()

    assert not reached


def test_a_limit_that_was_swallowed_all_the_same_is_raised_at_the_end() -> None:
    reached = False

    def work() -> None:
        nonlocal reached
        with Interruption():
            with suppress(Interrupted):
                signal.raise_signal(OUT_OF_TIME)
            reached = True

    with pytest.raises(TimeLimitExceeded):
        work()

    assert reached


def test_an_error_that_follows_from_the_limit_is_the_limit() -> None:
    def work() -> None:
        with Interruption():
            try:
                signal.raise_signal(OUT_OF_TIME)
            except Interrupted as error:
                raise ValueError("no metric") from error

    with pytest.raises(TimeLimitExceeded) as raised:
        work()

    assert isinstance(raised.value.__cause__, ValueError)


def test_a_job_that_was_taken_away_stays_so_past_the_limit() -> None:
    def work() -> None:
        with Interruption():
            with suppress(Interrupted):
                signal.raise_signal(OUT_OF_TIME)
            raise LeaseLost

    with pytest.raises(LeaseLost):
        work()


def test_the_former_reaction_to_the_signal_is_back_afterwards() -> None:
    former = signal.getsignal(OUT_OF_TIME)

    with Interruption():
        inside = signal.getsignal(OUT_OF_TIME)

    assert inside != former
    assert signal.getsignal(OUT_OF_TIME) == former


def test_work_that_is_told_to_stop_is_no_failure_of_its_own() -> None:
    reached = False

    def work() -> None:
        nonlocal reached
        with Interruption():
            with suppress(Exception):
                signal.raise_signal(STOP)
            reached = True

    with pytest.raises(WorkStopped):
        work()

    assert not reached


def test_another_thread_may_stop_the_work() -> None:
    def work() -> None:
        with Interruption() as interruption:
            threading.Thread(target=interruption.stop).start()
            threading.Event().wait(10)

    with pytest.raises(WorkStopped):
        work()


def test_work_that_ran_out_of_time_while_it_was_stopped_has_failed() -> None:
    def work() -> None:
        with Interruption():
            for number in (STOP, OUT_OF_TIME):
                with suppress(Interrupted):
                    signal.raise_signal(number)

    with pytest.raises(TimeLimitExceeded):
        work()


def test_a_process_without_work_survives_being_told_to_stop() -> None:
    former = signal.getsignal(STOP)
    try:
        ignore_stop()
        signal.raise_signal(STOP)
    finally:
        signal.signal(STOP, former)


def test_other_threads_than_the_main_one_work_without_interruption() -> None:
    done: list[str] = []

    def work() -> None:
        with Interruption() as interruption:
            interruption.stop()
            done.append("work")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert done == ["work"]
