"""Request and response bodies of pipelines."""

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
    """A pipeline to create."""

    name: Annotated[
        PipelineName, Meta(description="Name of the pipeline; 1 to 200 characters, at least one of them visible.")
    ]
    models: Annotated[Models, Meta(description="Names of up to 100 models that it runs; an empty list means all.")] = []


class PipelinePatch(msgspec.Struct, forbid_unknown_fields=True):
    """Changes to a pipeline; fields that are not sent stay as they are."""

    name: Annotated[PipelineName | None, Meta(description="Name of the pipeline; 1 to 200 characters.")] = None
    models: Annotated[
        Models | None, Meta(description="Names of up to 100 models that it runs; an empty list means all.")
    ] = None


class PipelineOut(msgspec.Struct):
    """A pipeline with its secret."""

    id: Annotated[UUID, Meta(description="Id of the pipeline, which its callbacks carry in X-ML-Pipeline.")]
    name: Annotated[str, Meta(description="Name of the pipeline.")]
    models: Annotated[list[str], Meta(description="Names of the models that it runs; an empty list means all.")]
    secret: Annotated[str, Meta(description="Secret that the pipeline signs its callbacks with.")]
    secret_rotated_at: Annotated[
        datetime | None, Meta(description="When the secret was last rotated, in UTC; null if never.")
    ]
    created_at: Annotated[datetime, Meta(description="When the pipeline was created, in UTC.")]

    @classmethod
    def of(cls, pipeline: Pipeline, keyring: Keyring) -> "PipelineOut":
        """Return the response for a pipeline."""
        return cls(
            id=pipeline.id,
            name=pipeline.name,
            models=pipeline.models,
            secret=pipelines.secret(keyring, pipeline),
            secret_rotated_at=pipeline.secret_rotated_at,
            created_at=pipeline.created_at,
        )


class Queue(msgspec.Struct):
    """The queued analyses of a pipeline, oldest first."""

    items: Annotated[list[QueuedAnalysis], Meta(description="The analyses.")]
