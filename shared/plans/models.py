"""The table of usage."""

from datetime import date

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from shared.kit.database.tables import owner_column


class Usage(SQLModel, table=True):
    """The number of calls of a route by an account on a day, in UTC."""

    __tablename__ = "usage"
    __table_args__ = (Index("ix_usage_day", "day"),)

    account_id: int = Field(sa_column=owner_column(index=False, primary_key=True))
    day: date = Field(primary_key=True)
    route: str = Field(primary_key=True)
    calls: int = Field(sa_column=Column(BigInteger, nullable=False))
