"""Totals of rare events, stored in the database, so that any process can report those of all processes."""

from enum import StrEnum

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from shared.kit.database.transactions import Connection

ADD = """
    INSERT INTO tally (name, value) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET value = tally.value + excluded.value
"""

SELECT = "SELECT name, value FROM tally"


class CountedEvent(StrEnum):
    """An event that is counted."""

    LEASE_EXPIRED = "lease_expiries"
    JOB_RETRIED = "job_retries"
    JOB_HANDED_BACK = "jobs_handed_back"
    STORAGE_REFUSED = "storage_refusals"
    DELIVERY_FAILED = "delivery_failures"
    DELIVERY_GIVEN_UP = "deliveries_given_up"


class Tally(SQLModel, table=True):
    """The number of times that an event has happened."""

    name: str = Field(primary_key=True)
    value: int = Field(sa_column=Column(BigInteger, nullable=False))


async def count(connection: Connection, event: CountedEvent, times: int = 1) -> None:
    """Count an event in its transaction, as the last statement there, because others wait for the row."""
    await connection.execute(ADD, event.value, times)


async def totals(connection: Connection) -> dict[CountedEvent, int]:
    """Return the totals of all events since the database was created."""
    values = {row["name"]: row["value"] for row in await connection.fetch(SELECT)}
    return {event: values.get(event.value, 0) for event in CountedEvent}
