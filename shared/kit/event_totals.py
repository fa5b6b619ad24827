"""Totals of rare events, kept in the database: whoever is asked knows what happened in every process."""

from enum import StrEnum

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from shared.kit.db import Connection

ADD = """
    INSERT INTO tally (name, value) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET value = tally.value + excluded.value
"""

SELECT = "SELECT name, value FROM tally"


class CountedEvent(StrEnum):
    """What is counted."""

    LEASE_EXPIRED = "lease_expiries"
    JOB_RETRIED = "job_retries"
    JOB_HANDED_BACK = "jobs_handed_back"
    DELIVERY_FAILED = "delivery_failures"
    DELIVERY_GIVEN_UP = "deliveries_given_up"


class Tally(SQLModel, table=True):
    """How often something has happened."""

    name: str = Field(primary_key=True)
    value: int = Field(sa_column=Column(BigInteger, nullable=False))


async def count(connection: Connection, event: CountedEvent, times: int = 1) -> None:
    """Count an event in the transaction that it is part of; the last statement there, as others wait for the row."""
    await connection.execute(ADD, event.value, times)


async def totals(connection: Connection) -> dict[CountedEvent, int]:
    """How often everything has happened, since the database was made."""
    counted = {row["name"]: row["value"] for row in await connection.fetch(SELECT)}
    return {event: counted.get(event.value, 0) for event in CountedEvent}
