"""The table of confusion matrices."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from shared.kit import clock
from shared.kit.database.tables import moment_column, owner_column
from shared.kit.ids import uuid7


class Matrix(SQLModel, table=True):
    """A confusion matrix: its counts, its headline metrics, and the codes of the labels."""

    __table_args__ = (
        Index("ix_matrix_account_id_uid", "account_id", "uid"),
        Index("ix_matrix_tags", "tags", postgresql_using="gin"),
    )

    uid: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: int = Field(sa_column=owner_column(index=False))
    # Raised by every change of the labels, so that nothing made of older ones is shown for newer ones.
    version: int = 1
    name: str | None = None
    tags: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    model_name: str | None = None
    model_version: str | None = None
    data_set: str | None = None
    classes: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    # Plain JSON keeps the text as it was written: the hot read passes it on without looking inside.
    counts: list[list[float]] = Field(sa_column=Column(JSON, nullable=False))
    sample_count: int = Field(sa_column=Column(BigInteger, nullable=False))
    accuracy: float | None
    precision: float | None
    recall: float | None
    f1: float | None
    # One code per sample and vector (evaluation.codes.encode); they say which sample fell into which cell. A matrix
    # that came as counts has none.
    actual_codes: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    predicted_codes: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    created_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=clock.now, sa_column=moment_column())
