"""The states of an analysis.

Rule 1: the states and the moves between them are this table; no other place assigns a status.
Rule 2: a state without moves is final; an analysis that has ended accepts no more data.
Rule 3: a move needs the row's lock, so of two callbacks that race the second one sees the move of the first.
Rule 4: a callback that names the current state is a repetition, and changes nothing.
"""

from enum import StrEnum


class AnalysisStatus(StrEnum):
    """Status of an analysis."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


_ENDS = frozenset({AnalysisStatus.COMPLETED, AnalysisStatus.FAILED, AnalysisStatus.CANCELLED})

MOVES: dict[AnalysisStatus, frozenset[AnalysisStatus]] = {
    AnalysisStatus.QUEUED: _ENDS | {AnalysisStatus.PROCESSING},
    AnalysisStatus.PROCESSING: _ENDS,
    AnalysisStatus.COMPLETED: frozenset(),
    AnalysisStatus.FAILED: frozenset(),
    AnalysisStatus.CANCELLED: frozenset(),
}

FINAL = frozenset(status for status, moves in MOVES.items() if not moves)

# Clients spell it both ways; answers use one.
_SPELLINGS = {**{status.value: status for status in AnalysisStatus}, "canceled": AnalysisStatus.CANCELLED}


def read_status(text: str) -> AnalysisStatus | None:
    """Return the status that a text names, or None."""
    return _SPELLINGS.get(text)
