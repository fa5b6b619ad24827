"""The states of an analysis.

Rule 1: the states and the moves between them are this table; no other place assigns a status.
Rule 2: a state without moves is final; what has ended takes nothing more.
Rule 3: a move is made by who holds the row's lock, so of two callbacks that race the second one sees the first one's.
Rule 4: a callback that names the present state repeats what was said, and changes nothing.
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

# Spelled both ways by those who wrote clients; we answer in one.
_SPELLINGS = {**{status.value: status for status in AnalysisStatus}, "canceled": AnalysisStatus.CANCELLED}


def read_status(text: str) -> AnalysisStatus | None:
    """The status that a text names, or None."""
    return _SPELLINGS.get(text)
