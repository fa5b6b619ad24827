"""What a key may do."""

from enum import StrEnum


class Scope(StrEnum):
    """What an API key may do: `read`, `write`, or manage the `account`."""

    READ = "read"
    WRITE = "write"
    # What gives power away: keys, and the secrets of webhooks.
    ACCOUNT = "account"


EVERYTHING = frozenset(Scope)
