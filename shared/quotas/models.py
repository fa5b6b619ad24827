"""The table of what accounts use of their quotas."""

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from shared.kit import clock
from shared.kit.database.tables import moment_column, owner_column


class QuotaUse(SQLModel, table=True):
    """What an account used of a quota when it was last measured, and all that was added since."""

    __tablename__ = "quota_use"

    account_id: int = Field(sa_column=owner_column(index=False, primary_key=True))
    quota: str = Field(primary_key=True)
    amount: int = Field(sa_column=Column(BigInteger, nullable=False))
    measured_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
