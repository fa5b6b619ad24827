"""The time, always aware and in UTC."""

from datetime import UTC, datetime

from shared.kit.errors import Fault, InvalidInput


def now() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


def in_utc(moment: datetime, field: str) -> datetime:
    """Convert the time sent in a field to UTC; raises InvalidInput outside the years 1 to 9999 in UTC."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise InvalidInput(Fault(f"/{field}", f"{field}: must be between the years 1 and 9999 in UTC.")) from error
