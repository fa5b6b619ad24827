"""The time, always aware and in UTC."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)
