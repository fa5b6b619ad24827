"""The scopes of API keys."""

from enum import StrEnum


class Scope(StrEnum):
    """What an API key may do: `read`, `write`, or manage the `account`."""

    READ = "read"
    WRITE = "write"
    # Everything that delegates power: keys, and the secrets of webhooks and pipelines.
    ACCOUNT = "account"


EVERYTHING = frozenset(Scope)
