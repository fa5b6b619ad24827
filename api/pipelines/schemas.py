"""What is sent and answered about pipelines."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.analyses import pipelines
from shared.analyses.models import Pipeline
from shared.analyses.records import QueuedAnalysis
from shared.kit.keyring import Keyring
from shared.kit.names import ModelName, Name

PipelineName = Annotated[Name, Meta(max_length=200)]
Models = Annotated[list[ModelName], Meta(max_length=100)]


class PipelineIn(msgspec.Struct, forbid_unknown_fields=True):
    """A program that makes analyses, and the models that it runs; none named means all."""

    name: PipelineName
    models: Models = []


class PipelinePatch(msgspec.Struct, forbid_unknown_fields=True):
    """What is to change; fields that are not sent stay."""

    name: PipelineName | None = None
    models: Models | None = None


class PipelineOut(msgspec.Struct):
    """A pipeline, with the secret that it signs its callbacks with, beside its id in X-ML-Pipeline."""

    id: UUID
    name: str
    models: list[str]
    secret: str
    secret_rotated_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, pipeline: Pipeline, keyring: Keyring) -> "PipelineOut":
        """The pipeline as its owner sees it."""
        return cls(
            id=pipeline.id,
            name=pipeline.name,
            models=pipeline.models,
            secret=pipelines.secret(keyring, pipeline),
            secret_rotated_at=pipeline.secret_rotated_at,
            created_at=pipeline.created_at,
        )


class Queue(msgspec.Struct):
    """The analyses that wait for a pipeline, the oldest first."""

    items: list[QueuedAnalysis]
