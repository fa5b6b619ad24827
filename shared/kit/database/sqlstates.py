"""The kinds of trouble that Postgres reports, by SQLSTATE: one table for every kind of access.

Source: Postgres documentation, appendix A, "PostgreSQL Error Codes".
"""

from enum import Enum, auto


class Trouble(Enum):
    """A kind of error that is no mistake of ours."""

    # The server cannot serve anybody; the connection is ended, and the next one may reach another server.
    UNAVAILABLE = auto()
    # The server takes no writes. Every connection to it is ended, for after a failover each leads to the wrong server.
    READ_ONLY = auto()
    # The statement took too long, by itself or by waiting for a lock.
    BUSY = auto()
    # Another transaction was in the way: this one was rolled back, and succeeds if it is tried again.
    CONFLICT = auto()
    # What a row refers to was deleted at the same moment: it is not found if the change is tried again.
    GONE = auto()


# By the whole state, or the characters that it begins with; the longest entry counts.
TROUBLES = {
    "08": Trouble.UNAVAILABLE,  # connection lost or refused
    "23503": Trouble.GONE,  # foreign key violation
    "25006": Trouble.READ_ONLY,  # a standby, or default_transaction_read_only
    "25P03": Trouble.BUSY,  # idle in a transaction for too long
    "25P04": Trouble.BUSY,  # transaction timeout
    "28": Trouble.UNAVAILABLE,  # the password or the role was changed: the operator acts, as with the next one
    "3D000": Trouble.UNAVAILABLE,  # no such database: it is being restored
    "40001": Trouble.CONFLICT,  # serialization failure
    "40P01": Trouble.CONFLICT,  # deadlock
    "53": Trouble.UNAVAILABLE,  # no disk space, memory or connections left
    "55P03": Trouble.BUSY,  # lock not available in time
    "57014": Trouble.BUSY,  # statement cancelled: statement_timeout
    "57P": Trouble.UNAVAILABLE,  # shutting down, crashed, or starting
    "58": Trouble.UNAVAILABLE,  # errors of the server's machine
}

_LENGTHS = sorted({len(state) for state in TROUBLES}, reverse=True)


def trouble_of(sqlstate: str | None) -> Trouble | None:
    """Return the kind of trouble by the SQLSTATE of an error; None for a mistake of ours, such as a wrong statement."""
    prefixes = (sqlstate[:length] for length in _LENGTHS) if sqlstate else ()
    return next((TROUBLES[prefix] for prefix in prefixes if prefix in TROUBLES), None)
