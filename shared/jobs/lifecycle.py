"""The states of a job.

Rule 1: the states and the moves between them are this table; no other place assigns a status.
Rule 2: a state without moves is final; a job enters one of them exactly once.
Rule 3: a move is made by a statement whose WHERE clause names the states it may start from (`sources`),
so two processes that race for one job cannot both make it.
"""

from enum import StrEnum


class Status(StrEnum):
    """Status of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Move(StrEnum):
    """A transition of a job from one state to another."""

    START = "start"
    SUCCEED = "succeed"
    FAIL = "fail"
    RELEASE = "release"
    CANCEL = "cancel"


MOVES: dict[Status, dict[Move, Status]] = {
    Status.QUEUED: {Move.START: Status.RUNNING, Move.CANCEL: Status.CANCELLED},
    Status.RUNNING: {
        Move.SUCCEED: Status.SUCCEEDED,
        Move.FAIL: Status.FAILED,
        Move.RELEASE: Status.QUEUED,
        Move.CANCEL: Status.CANCELLED,
    },
    Status.SUCCEEDED: {},
    Status.FAILED: {},
    Status.CANCELLED: {},
}

FINAL = frozenset(status for status, moves in MOVES.items() if not moves)


def sources(move: Move) -> tuple[Status, ...]:
    """Return the states in which a move is possible."""
    return tuple(status for status, moves in MOVES.items() if move in moves)


def target(move: Move) -> Status:
    """Return the state that a move leads to; it is the same from every source."""
    (status,) = {moves[move] for moves in MOVES.values() if move in moves}
    return status


def status_in(*statuses: Status) -> str:
    """Return the SQL condition that a job is in one of these states, so that no statement spells a state by hand."""
    return f"status IN ({', '.join(repr(status.value) for status in statuses)})"


def set_by(move: Move) -> str:
    """Return the SQL assignment of the state that a move leads to."""
    return f"status = '{target(move).value}'"


def before(move: Move) -> str:
    """Return the SQL condition that a job is in a state in which a move is possible."""
    return status_in(*sources(move))
