"""What a key may do."""

from enum import StrEnum


class Scope(StrEnum):
    """A part of what the account may do; a route needs one of them."""

    READ = "read"
    WRITE = "write"
    # What gives power away: keys, and the secrets of webhooks.
    ACCOUNT = "account"


EVERYTHING = frozenset(Scope)
