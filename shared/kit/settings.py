"""Every setting, with the reason for its default. Environment variables carry the same names in capitals."""

import json
from functools import cache
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _decode(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


CommaSeparated = BeforeValidator(_split)
AsJson = BeforeValidator(_decode)


class Plan(BaseModel, frozen=True, extra="forbid"):
    """The limits of an account; None is no limit."""

    calls_per_month: int | None = Field(default=None, ge=0)
    calls_per_second: float | None = Field(default=None, gt=0, le=100_000)

    @property
    def burst(self) -> int:
        """The calls allowed at once after a pause: those of two seconds, for pages that send several requests."""
        return max(round(2 * (self.calls_per_second or 0)), 1)


# The plans of the calculator API, and one without limits.
PLANS = {
    "free": Plan(calls_per_month=3_000, calls_per_second=2),
    "starter": Plan(calls_per_month=40_000, calls_per_second=5),
    "pro": Plan(calls_per_month=250_000, calls_per_second=15),
    "mega": Plan(calls_per_month=1_500_000, calls_per_second=40),
    "unlimited": Plan(),
}

# A variable that is set to an empty text counts as unset.
Optional = BeforeValidator(lambda value: value or None)


class Settings(BaseSettings):
    """The configuration of one process, read once at its start."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", secrets_dir=None, hide_input_in_errors=True)

    database_url: SecretStr = Field(
        description="Postgres, the record of everything: postgresql://user:password@host/db"
    )
    redis_url: SecretStr = Field(description="Redis or Valkey: carries wake-ups only, may be lost at any time")

    s3_endpoint_url: str = Field(description="S3-compatible storage as this process reaches it")
    s3_public_endpoint_url: str | None = Field(
        default=None, description="Storage as clients reach it; the host is part of a presigned link's signature"
    )
    s3_access_key_id: SecretStr
    s3_secret_access_key: SecretStr
    s3_bucket: str = "evalserve"
    s3_region: str = "us-east-1"

    secret_key: SecretStr = Field(
        min_length=32, description="Root of every derived key and webhook secret; 32 random bytes or more"
    )
    secret_key_fallbacks: Annotated[list[SecretStr], NoDecode, CommaSeparated] = Field(
        default=[], description="Former values of SECRET_KEY: their keys stay valid while the secret is rotated"
    )

    max_body_bytes: int = Field(
        default=64 * 2**20, ge=1024, description="Two vectors of a few million labels; larger inputs are answered 413"
    )
    body_timeout_s: float = Field(
        default=120, gt=0, description="A body of the largest size at 5 Mbit/s; slower senders only hold memory"
    )
    max_classes: int = Field(
        default=500,
        ge=2,
        le=1000,
        description="A 500 x 500 matrix is the largest whose report still opens in a browser",
    )
    max_label_length: int = Field(default=500, ge=1, description="Longer labels are data in the wrong column")
    max_multilabel_cells: int = Field(
        default=5_000_000,
        ge=1,
        description="Samples times (classes + 10) of one multi-label request: about what its answer holds",
    )
    min_password_length: int = Field(default=6, ge=1, description="The shortest password that old clients send has 7")
    session_lifetime_hours: int = Field(
        default=7 * 24, ge=1, description="Signing in once a week is bearable; a browser left open is open no longer"
    )
    wait_limit_s: int = Field(
        default=25, ge=1, description="Proxies commonly cut a silent request at 30 s; a wait ends before that"
    )
    link_lifetime_s: int = Field(
        default=3600, ge=60, le=7 * 24 * 3600, description="A presigned link is a bearer secret: long enough to follow"
    )
    job_time_limit_s: int = Field(
        default=300, ge=1, description="The largest report takes seconds; past this a job is ended as failed"
    )
    max_queued_jobs: int = Field(
        default=20_000, ge=1, description="Jobs of one account that may wait at once: an hour's work for a few workers"
    )
    shutdown_grace_s: int = Field(
        default=20, ge=0, description="Time that a stopping worker may go on; orchestrators commonly kill it at 30 s"
    )
    job_retention_days: int = Field(
        default=30, ge=1, description="Finished jobs and their artifacts are kept this long"
    )

    max_image_bytes: int = Field(
        default=20 * 2**20, ge=1024, description="Photos of today's cameras; larger ones come by a presigned link"
    )
    max_upload_bytes: int = Field(
        default=100 * 2**20, ge=1024, description="An image by presigned link is held in memory once, to be decoded"
    )
    max_image_pixels: int = Field(
        default=50_000_000, ge=1, description="Decoded, each pixel takes up to 4 bytes, and two images are at a time"
    )
    image_retention_days: int = Field(
        default=60, ge=0, description="Deleted images can be restored for this long; then they are purged"
    )

    webhook_allow_nets: Annotated[list[IPv4Network | IPv6Network], NoDecode, CommaSeparated] = Field(
        default=[], description="Networks that callbacks may reach although they are not public (development)"
    )
    webhook_timeout_s: float = Field(
        default=15, gt=0, description="Standard Webhooks asks for 15 to 30 s; shorter keeps a stalling receiver cheap"
    )

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
    ml_max_artifact_bytes: int = Field(
        default=512 * 2**20, ge=1, description="Larger files of pipelines are not kept; copying them outlasts a request"
    )
    trusted_proxies: Annotated[list[IPv4Network | IPv6Network], NoDecode, CommaSeparated] = Field(
        default=[],
        description="Networks of the proxies in front: only their X-Forwarded-For is believed",
    )
    proxy_shared_secret: Annotated[SecretStr | None, Optional] = Field(
        default=None,
        description="Secret that a proxy sends as X-Proxy-Secret, so that its X-User-Email is trusted; unset, none is",
    )
    plans: Annotated[dict[str, Plan], NoDecode, AsJson] = Field(
        default=PLANS, description="As JSON: calls a month and a second that an account may make, all its keys together"
    )
    default_plan: str = Field(
        default="unlimited",
        description="The plan of accounts without one; most services are used by their operators alone",
    )

    pycm_api_admin: str | None = None
    pycm_api_admin_password: SecretStr | None = None

    metrics_token: SecretStr | None = Field(
        default=None, min_length=16, description="Token that may read /metrics, which shows how busy every account is"
    )
    database_pool_size: int = Field(
        default=10, ge=2, description="Connections per process; beyond 10 a 2-core Postgres only queues elsewhere"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "json"

    def plan_of(self, name: str | None) -> tuple[str, Plan]:
        """Return the name and limits of a plan; the default one for None, or for a plan that no longer exists."""
        plan_name = name if name is not None and name in self.plans else self.default_plan
        return plan_name, self.plans[plan_name]

    @model_validator(mode="after")
    def _check_default_plan(self) -> "Settings":
        if self.default_plan not in self.plans:
            raise ValueError(f"DEFAULT_PLAN must be one of PLANS: {', '.join(self.plans)}")
        return self


@cache
def settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings()
