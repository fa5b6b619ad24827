"""The time, always aware and in UTC."""

from datetime import UTC, datetime

from shared.kit.errors import Fault, InvalidInput


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def in_utc(moment: datetime, field: str) -> datetime:
    """A moment that was sent in a field, in UTC; raises InvalidInput where UTC has it in no year from 1 to 9999."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise InvalidInput(Fault(f"/{field}", f"{field}: must be between the years 1 and 9999 in UTC.")) from error
