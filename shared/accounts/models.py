"""The tables of accounts and their keys."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Identity, Index, LargeBinary, String, false, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from shared.kit import clock
from shared.kit.tables import moment_column, owner_column, time_column


class Account(SQLModel, table=True):
    """Somebody who uses the service; owns everything else."""

    # Compared case-insensitively, kept as it was given.
    __table_args__ = (Index("ix_account_email", text("lower(email)"), unique=True),)

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    email: str
    password_hash: str
    # The plan that the settings name as default, unless an administrator chose one.
    plan: str | None = None
    # Calls bought beyond the plan, and how many were ever used; together what was ever granted.
    credit: float = 0.0
    credit_drawn: int = Field(default=0, sa_column=Column(BigInteger, server_default="0", nullable=False))
    is_active: bool = True
    # Sees everybody's things on the pages; the settings' administrator has no account.
    is_admin: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    callback_secret_version: int = 1
    callback_secret_rotated_at: datetime | None = Field(default=None, sa_column=time_column())
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())


class ApiKey(SQLModel, table=True):
    """A key of an account; the key's text is derived from the id and version, and stored nowhere."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    account_id: int = Field(sa_column=owner_column())
    version: int = 1
    # The defaults are for a program from before keys had these, which makes the one key that an account had.
    name: str = Field(sa_column=Column(String, server_default="main", nullable=False))
    scopes: list[str] = Field(sa_column=Column(ARRAY(String), server_default="{account,read,write}", nullable=False))
    expires_at: datetime | None = Field(default=None, sa_column=time_column())
    revoked_at: datetime | None = Field(default=None, sa_column=time_column())
    # Written now and then, so up to half a minute late.
    last_used_at: datetime | None = Field(default=None, sa_column=time_column())
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())


class Session(SQLModel, table=True):
    """Somebody who is signed in at the pages; the token is random, and only its hash is stored."""

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    account_id: int = Field(sa_column=owner_column())
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
