"""How the tables are written: names of constraints, and columns that many of them share."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, func
from sqlmodel import SQLModel

# Constraints get stable names, so that a migration can speak of them.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def moment_column() -> Column[datetime]:
    """A moment that every row has; now, by the database's clock, unless the program says otherwise."""
    return Column(DateTime(timezone=True), nullable=False, server_default=func.now())


def time_column() -> Column[Any]:
    """A moment that has not come for every row."""
    return Column(DateTime(timezone=True), nullable=True)


def owner_column(*, index: bool = True, primary_key: bool = False) -> Column[int]:
    """The account that the row belongs to; the row goes with it."""
    owner = ForeignKey("account.id", ondelete="CASCADE")
    return Column(BigInteger, owner, nullable=False, index=index, primary_key=primary_key)
