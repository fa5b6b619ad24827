"""The tables of accounts and their keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Identity, Index, LargeBinary, String, false, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from shared.kit import clock
from shared.kit.database.tables import moment_column, owner_column, time_column
from shared.kit.ids import uuid7


class Account(SQLModel, table=True):
    """An account of the service, which owns everything else."""

    # Compared case-insensitively, stored as it was sent.
    __table_args__ = (
        Index("ix_account_email", text("lower(email)"), unique=True),
        Index("ix_account_disabled", "id", postgresql_where=text("NOT is_active")),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    email: str
    password_hash: str
    # The plan that the settings name as default, unless an administrator chose one.
    plan: str | None = None
    # Calls left beyond the plan, and the number drawn so far; their sum is all that was ever granted.
    credit: float = 0.0
    credit_drawn: int = Field(default=0, sa_column=Column(BigInteger, server_default="0", nullable=False))
    is_active: bool = True
    # May see the resources of all accounts on the pages; the administrator of the settings has no account.
    is_admin: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    callback_secret_version: int = 1
    callback_secret_rotated_at: datetime | None = Field(default=None, sa_column=time_column())
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    # When everything of an account whose owner has left is deleted; until then the owner can come back.
    deletes_at: datetime | None = Field(default=None, sa_column=time_column())


class ApiKey(SQLModel, table=True):
    """A key of an account; the key's text is derived from the id and version, and stored nowhere."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    account_id: int = Field(sa_column=owner_column())
    version: int = 1
    # The defaults are for an older program, which creates an account's single key without these columns.
    name: str = Field(sa_column=Column(String, server_default="main", nullable=False))
    scopes: list[str] = Field(sa_column=Column(ARRAY(String), server_default="{account,read,write}", nullable=False))
    expires_at: datetime | None = Field(default=None, sa_column=time_column())
    revoked_at: datetime | None = Field(default=None, sa_column=time_column())
    # Written periodically, so up to half a minute late.
    last_used_at: datetime | None = Field(default=None, sa_column=time_column())
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())


class Session(SQLModel, table=True):
    """A session of the pages; its token is random, and only the hash of it is stored."""

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    account_id: int = Field(sa_column=owner_column())
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    # Where it began, by which its owner recognises it.
    address: str | None = None
    browser: str | None = None


class PasswordReset(SQLModel, table=True):
    """An administrator's link that lets an account's owner set a new password once; only its hash is stored."""

    __tablename__ = "password_reset"
    __table_args__ = (Index("uq_password_reset_token_hash", "token_hash", unique=True),)

    account_id: int = Field(sa_column=owner_column(index=False, primary_key=True))
    token_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())


class Invitation(SQLModel, table=True):
    """An administrator's invitation to sign up once; its token is random, and only the hash of it is stored."""

    __table_args__ = (Index("uq_invitation_token_hash", "token_hash", unique=True),)

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    token_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    invited_by: str
    # Whom it is for, as the administrator remembers it.
    note: str | None = None
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=time_column())
    # The account that was created with it; it may have been deleted since.
    account_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())


class FormerSecretUse(SQLModel, table=True):
    """The last time that a key or secret was used in a form that a former value of SECRET_KEY derives."""

    __tablename__ = "former_secret_use"

    kind: str = Field(primary_key=True)
    owner: str = Field(primary_key=True)
    used_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
