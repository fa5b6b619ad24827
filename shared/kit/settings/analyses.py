"""The pipelines that report analyses, and the size of what they report."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode

from shared.kit.settings.forms import CommaSeparated


class AnalysisSettings(BaseSettings):
    """The pipelines that report analyses, and the size of what they report."""

    ml_analysis_enabled: bool = Field(default=True, description="Off, every route of analyses answers 404")
    ml_callback_hmac_secret: Annotated[list[SecretStr], NoDecode, CommaSeparated] = Field(
        default=[], description="Secrets of the operator's pipelines, for every account; several while rotating"
    )
    ml_signature_schemes: Annotated[list[Literal["timestamped", "raw", "canonical"]], NoDecode, CommaSeparated] = Field(
        default=["timestamped", "raw", "canonical"],
        min_length=1,
        description="Accepted signature schemes; only timestamped binds the time, older clients send the others",
    )
    ml_allowed_models: Annotated[list[str], NoDecode, CommaSeparated] = Field(
        default=[], description="Models that analyses may be made by; empty means any"
    )
    ml_max_analyses_per_image: int = Field(
        default=10, ge=1, description="More runs of models on one image are a loop, or nobody compares them"
    )
    ml_max_bulk_annotations: int = Field(
        default=10_000, ge=1, description="Annotations in one request: checked in half a second, written in one more"
    )
    ml_max_mask_runs: int = Field(
        default=200_000,
        ge=1,
        description="Run lengths of a mask: forty times a detailed one; an outline takes a second",
    )
    ml_max_artifact_bytes: int = Field(
        default=512 * 2**20, ge=1, description="Larger files of pipelines are not kept; copying them outlasts a request"
    )
