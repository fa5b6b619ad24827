"""Conventions of the tables: names of constraints, and columns that many tables share."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, func
from sqlmodel import SQLModel

# Constraints get stable names, so that migrations can refer to them.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def moment_column() -> Column[datetime]:
    """Return a column for a required time; by default now, by the database's clock."""
    return Column(DateTime(timezone=True), nullable=False, server_default=func.now())


def time_column() -> Column[Any]:
    """Return a column for a time that may be null."""
    return Column(DateTime(timezone=True), nullable=True)


def owner_column(*, index: bool = True, primary_key: bool = False) -> Column[int]:
    """Return a column for the account that owns the row; the row is deleted with it."""
    owner = ForeignKey("account.id", ondelete="CASCADE")
    return Column(BigInteger, owner, nullable=False, index=index, primary_key=primary_key)
